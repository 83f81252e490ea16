"""One listing is screened against all, and the file survives what happens to it."""

from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

import storekin
from storekin.errors import IndexFileError, InvalidRecordError, InvalidTableError
from storekin.indexes.file import log_of
from storekin.listings.index import ListingIndex

FILLER = [f"word{n} thing{n * 7} item{n * 13} brand{n % 17} {n}" for n in range(300)]
CLOCK = "Norvik Silent Wall Clock Oak Frame NC482 Kitchen"


def table_of(rows: list[tuple[str, str, str]]) -> pa.Table:
    names = ("listing", "store", "title")
    return pa.table({name: [row[n] for row in rows] for n, name in enumerate(names)})


@pytest.fixture
def index() -> ListingIndex:
    rows = [(f"f{n:03d}", f"s{n % 9}", title) for n, title in enumerate(FILLER)]
    return ListingIndex.build(table_of([*rows, ("clock", "s1", CLOCK)]))


def names(index: ListingIndex, **record: str) -> list[str]:
    return [found.listing for found in index.screen(record, floor=0.5)]


def test_a_copy_is_found_and_explained(index: ListingIndex) -> None:
    """The likeliest comes first, with its level and the bits of each signal."""
    found = index.screen({"title": "norvik wall clock silent oak frame nc482 new"})

    assert found[0].listing == "clock"
    assert found[0].level in ("identical", "highly_similar")
    assert sum(found[0].signals.values()) == pytest.approx(found[0].bits, abs=1e-6)


def test_a_listing_is_not_its_own_copy(index: ListingIndex) -> None:
    """Screening one that is in the index leaves it out; so does its store, if asked."""
    assert "clock" not in names(index, listing="clock", title=CLOCK)
    found = index.screen({"title": CLOCK, "store": "s1"}, across_stores=True)

    assert "clock" not in [one.listing for one in found]


def test_a_word_that_all_have_makes_no_neighbour() -> None:
    """Whoever agrees in one common word alone is not compared; in two rare ones, is."""
    rows = [(f"f{n:03d}", "s1", f"original {title}") for n, title in enumerate(FILLER)]
    index = ListingIndex.build(table_of([*rows, ("clock", "s1", f"original {CLOCK}")]))
    strange = "original zeppo quast ulmar veltin krosse jarnik toppel"

    assert index.screen({"title": strange}, floor=0.0) == []
    found = index.screen({"title": f"{strange} norvik oak"}, floor=0.0)
    assert [one.listing for one in found] == ["clock"]


@pytest.mark.parametrize("is_added", [True, False])
def test_a_makers_own_number_finds_whatever_the_title(*, is_added: bool) -> None:
    """Brand and part number, however they are written; one of the two is not enough."""
    known = {
        "listing": "old",
        "store": "s1",
        "title": "Kitchen helper",
        "brand": "Nörvik",
        "mpn": "NC-482/B",
    }
    filler = [
        {**dict.fromkeys(known), "listing": f"f{n:03d}", "title": title}
        for n, title in enumerate(FILLER)
    ]
    rows = filler if is_added else [*filler, known]
    index = ListingIndex.build(pa.Table.from_pylist([*rows, {**known, "listing": "z"}]))
    if is_added:
        index.remove("z")
        index.add(known)
    asked = {"title": "Uhr aus Eiche", "brand": "NÖRVIK", "mpn": "nc482b"}

    assert "old" in [one.listing for one in index.screen(asked, floor=0.0)]
    found = index.screen({**asked, "brand": "Halden"}, floor=0.0)
    assert "old" not in [one.listing for one in found]


def test_added_and_removed_listings_count_at_once(index: ListingIndex) -> None:
    """What is added is found, what is removed is not, and the new one replaces."""
    index.add({"listing": "new", "store": "s8", "title": "Takeo steel pan TS20 28 cm"})
    assert names(index, title="takeo pan steel ts20 28cm") == ["new"]
    index.add({"listing": "new", "title": "Halden door mat"})
    assert names(index, title="takeo pan steel ts20 28cm") == []
    assert index.remove("clock")
    assert not index.remove("clock")
    assert names(index, title=CLOCK) == []
    assert len(index) == 301


def test_a_code_or_a_picture_finds_what_words_do_not(index: ListingIndex) -> None:
    """An equal product code or picture is enough to be compared."""
    picture = "phash:94974f937d4c2433"
    index.add({"listing": "p", "title": "first words here", "images": picture})
    index.add({"listing": "g", "title": "other ones", "gtin": "4006381333931"})

    for listing, key in (("p", {"images": picture}), ("g", {"gtin": "4006381333931"})):
        found = index.screen({"title": "nothing alike", **key}, floor=0.0)
        assert listing in [one.listing for one in found]


def test_saved_and_loaded_it_answers_the_same(
    index: ListingIndex, tmp_path: Path
) -> None:
    """Changes after saving go to a log, and a second reader catches up with them."""
    path = tmp_path / "listings.index"
    index.save(path)
    index.add({"listing": "late", "title": "Takeo steel pan TS20"})
    index.remove("clock")
    again = ListingIndex.load(path)

    assert names(again, title="takeo pan steel ts20") == ["late"]
    assert names(again, title=CLOCK) == []
    assert len(again) == len(index)
    again.save(path)
    assert not log_of(path).exists()
    assert names(ListingIndex.load(path), title="takeo pan steel ts20") == ["late"]


def test_an_index_of_other_words_is_refused(
    index: ListingIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Titles that another version read have other tokens: the fix is to build it."""
    path = tmp_path / "listings.index"
    monkeypatch.setattr("storekin.listings.index.vocabulary_version", lambda: "older")
    index.save(path)
    assert len(ListingIndex.load(path)) == len(index)
    monkeypatch.undo()

    with pytest.raises(IndexFileError) as refused:
        ListingIndex.load(path)
    assert refused.value.fix == "build it again, and save it"


def test_a_torn_log_loses_its_last_line_alone(
    index: ListingIndex, tmp_path: Path
) -> None:
    """What was written whole before a crash holds."""
    path = tmp_path / "listings.index"
    index.save(path)
    index.add({"listing": "one", "title": "Takeo steel pan TS20"})
    index.add({"listing": "two", "title": "Halden door mat HD30"})
    log = log_of(path)
    log.write_bytes(log.read_bytes()[:-20])
    again = ListingIndex.load(path)

    assert "one" in again
    assert "two" not in again


@pytest.mark.parametrize("content", [b"", b"hello", b"storekin-listing-index-1\n" * 9])
def test_what_is_no_index_is_said_so(content: bytes, tmp_path: Path) -> None:
    """The error says how to make one."""
    path = tmp_path / "x.index"
    path.write_bytes(content)
    with pytest.raises(IndexFileError):
        ListingIndex.load(path)


@pytest.mark.parametrize(
    "wrong", [{"price": "ten"}, {"price": "nan"}, {"attributes": "colour: red"}]
)
def test_a_value_that_cannot_be_read_is_said_so(
    index: ListingIndex, wrong: dict[str, str]
) -> None:
    """Neither adding nor screening goes on with it, and the index stays as it was."""
    record = {"listing": "x", "title": CLOCK, **wrong}
    for act in (index.add, index.screen):
        with pytest.raises(InvalidRecordError):
            act(record)

    assert "x" not in index


def test_prices_are_read_as_people_write_them() -> None:
    """A table, an added record and a screened one read a price as a file's is read."""
    table = pa.table(
        {"listing": ["a", "b"], "title": [CLOCK, CLOCK], "price": ["$1,299.00", None]}
    )
    index = ListingIndex.build(table)
    index.add({"listing": "c", "title": CLOCK, "price": "1.299,00 €"})
    for price in (1299, "1299.00", "US$ 1,299"):
        found = index.screen({"title": CLOCK, "price": price})
        told = {one.listing: "close_price" in one.signals for one in found}
        assert told == {"a": True, "b": False, "c": True}

    with pytest.raises(InvalidTableError, match="'ten' is not a number"):
        ListingIndex.build(table.set_column(2, "price", [["ten", "5"]]))


def test_prices_and_attributes_survive_saving(
    index: ListingIndex, tmp_path: Path
) -> None:
    """Added details are laid out with the rest, as text or as values."""
    index.add({"listing": "x", "title": CLOCK, "price": "10.50", "currency": "USD"})
    index.add({"listing": "y", "title": CLOCK, "price": 11, "attributes": {"size": 3}})
    index.save(tmp_path / "details.index")
    again = ListingIndex.load(tmp_path / "details.index")
    found = again.screen({"title": CLOCK, "price": 10.5, "currency": "USD"})

    assert {"x", "y", "clock"} <= {one.listing for one in found}
    assert any("close_price" in one.signals for one in found)


def test_what_is_empty_says_nothing_when_built() -> None:
    """A table whose reader left texts empty answers as one with nulls."""
    rows = [(f"f{n:03d}", f"s{n % 9}", title) for n, title in enumerate(FILLER)]
    table = table_of([*rows, ("clock", "s1", CLOCK)])
    answers = []
    for nothing in ("", None):
        column = pa.array([nothing] * table.num_rows, pa.string())
        built = table
        for name in ("brand", "price", "attributes"):
            built = built.append_column(name, column)
        asked = {"title": CLOCK, "brand": "Norvik", "price": 12}
        answers.append(ListingIndex.build(built).screen(asked, floor=0.0))

    assert answers[0] == answers[1] != []


def test_a_listing_needs_a_name(index: ListingIndex) -> None:
    """It could never be taken out again."""
    with pytest.raises(InvalidRecordError):
        index.add({"title": "no name"})


def test_screening_and_matching_find_the_same() -> None:
    """What matching the whole table calls one product, screening finds."""
    rows = [(f"f{n:03d}", f"s{n % 9}", title) for n, title in enumerate(FILLER[:60])]
    more = [(f"c{n:03d}", "t", f"{title} sale") for n, title in enumerate(FILLER[:20])]
    pairs = storekin.match_listings(table_of([*rows, *more]))
    likely = {
        frozenset((pair["left"], pair["right"]))
        for pair in pairs.to_pylist()
        if pair["probability"] >= 0.9
    }
    whole = ListingIndex.build(table_of([*rows, *more]))
    found = {
        frozenset((name, one.listing))
        for name, store, title in [*rows, *more]
        for one in whole.screen({"listing": name, "store": store, "title": title})
    }

    assert len(likely) >= 20
    assert likely <= found


def draw_portfolio(seed: int) -> list[dict[str, str]]:
    """Draw stores that sell some products of one another, in words of their own."""
    random = Random(seed)
    kinds = ("clock", "pan", "lamp", "chair", "bottle", "speaker", "tent", "brush")
    colours = ("red", "blue", "black", "oak", "steel")
    rows = []
    for product in range(90):
        brand = "".join(random.sample(("nor", "vik", "ta", "keo", "hal", "den"), 3))
        words = [brand, random.choice(kinds), random.choice(colours)]
        words.append(f"{brand[:2]}{random.randint(100, 999)}")
        for seller in range(random.choice((1, 1, 2, 3))):
            said = [*words, *random.sample(("new", "sale", "original", "best"), 2)]
            random.shuffle(said)
            row = {
                "listing": f"p{product:03d}s{seller}",
                "store": f"store{(product * 7 + seller * 3) % 11}",
                "title": " ".join(said),
                "price": f"{random.randint(5, 90)}.50",
            }
            if random.random() < 0.3:
                row["images"] = f"phash:{product * 0x9E3779B97F4A7C15 % 2**64:016x}"
            rows.append(row)
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_scan_and_screen_hold_one_another_to_their_word(seed: int) -> None:
    """What one of them is sure of, the other finds, too, across stores."""
    rows = draw_portfolio(seed)
    table = pa.Table.from_pylist(
        [{"images": None, **row} for row in rows],
        pa.schema(
            [(n, pa.string()) for n in ("listing", "store", "title", "price", "images")]
        ),
    )
    pairs = storekin.match_listings(table, across_stores=True).to_pylist()
    scanned = {
        frozenset((pair["left"], pair["right"])): pair["probability"] for pair in pairs
    }
    index = ListingIndex.build(table)
    screened: dict[frozenset[str], float] = {}
    for row in rows:
        for one in index.screen(row, across_stores=True):
            pair = frozenset((row["listing"], one.listing))
            screened[pair] = max(one.probability, screened.get(pair, 0))
    sure = {pair for pair, probability in scanned.items() if probability >= 0.9}
    certain = {pair for pair, probability in screened.items() if probability >= 0.9}

    assert len(sure) > 10
    assert {pair for pair in sure if screened.get(pair, 0) < 0.5} == set()
    assert {pair for pair in certain if scanned.get(pair, 0) < 0.5} == set()


def test_half_of_a_character_is_an_error_with_a_fix(index: ListingIndex) -> None:
    """A text that no encoding can hold is refused in words, not with a traceback."""
    with pytest.raises(InvalidRecordError, match="half of a character"):
        index.screen({"title": "Norvik \ud83d clock"})


def test_the_best_are_told_of_and_no_more(index: ListingIndex) -> None:
    """``most`` and ``floor`` choose among the same scores."""
    record = {"title": "thing14 item26 word2 brand2", "listing": "mine"}
    every = index.screen(record, floor=0.0, most=50)

    assert index.screen(record, floor=0.0, most=3) == every[:3]
    likely = [one for one in every if one.probability >= every[1].probability]
    assert index.screen(record, floor=every[1].probability, most=50) == likely
