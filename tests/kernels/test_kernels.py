"""Each kernel gives what its plain definition gives."""

import itertools
from collections import Counter
from math import log
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, LCSseq

from storekin.identity import blocking
from storekin.identity.blocking import near_identifiers
from storekin.kernels.groups import (
    components,
    number_values,
)
from storekin.kernels.join import order_pairs
from storekin.kernels.joining import HELD_APART, TAKEN, join_strongest_first
from storekin.kernels.known import near_checks
from storekin.kernels.numbering import number_column, order_of_floats
from storekin.kernels.similar_pairs import (
    join_similar,
    join_similar_on_disk,
)
from storekin.kernels.similar_texts import (
    TextColumn,
    Tokens,
    tokenise,
)
from storekin.kernels.spelled import common_characters, place_among, stands_in
from storekin.kernels.texts import LONGEST_TITLE, Spelled, read_titles, spell
from storekin.listings.features import PAIR_FEATURES, POOL_FEATURES
from storekin.listings.pool import make_pool, pool_features
from storekin.listings.prepared import PreparedListings, prepare_listings
from storekin.listings.rarity import WordRarity
from storekin.listings.vector import compare_pairs
from storekin.listings.vocabulary import listing_vocabulary
from storekin.wiring import records_of, typed_records

NAMES = [feature.name for feature in PAIR_FEATURES]

WORDS = [
    "red",
    "blue",
    "mug",
    "cup",
    "pan",
    "500ml",
    "5l",
    "xk200",
    "xk300",
    "10",
    "20",
    "蓝牙",
    "耳机",
    "手机",
    "壳",
]
TITLES = st.lists(
    st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), min_size=1, max_size=25
)


def tokens_of(titles: list[str]) -> Tokens:
    return tokenise(TextColumn.of(pa.array(titles, pa.string())), listing_vocabulary())


def listings_of(titles: list[str]) -> PreparedListings:
    table = pa.table(
        {
            "listing": pa.array([f"{n:03d}" for n in range(len(titles))]),
            "title": pa.array([title or "-" for title in titles]),
        }
    )
    listings = typed_records(records_of(table, "t"), "listings", "listing").listings
    return prepare_listings(listings, np.arange(len(titles), dtype=np.int32), None)


@given(titles=TITLES)
@settings(max_examples=60, deadline=None)
def test_the_join_finds_every_pair_above_the_threshold(titles: list[str]) -> None:
    """The prefix filter loses nothing that clearly reaches it; lossless, nothing."""
    tokens = tokens_of(titles)
    rows = [
        {int(v) for v in tokens.values[a:b] if int(v) >> 61 <= 3}
        for a, b in zip(tokens.starts[:-1], tokens.starts[1:], strict=True)
    ]
    counts = Counter(v for row in rows for v in row)
    weight = {v: log(1 + len(rows) / c) ** 2 for v, c in counts.items()}
    norm = [sum(weight[v] for v in row) ** 0.5 for row in rows]
    pairs = join_similar(tokens, threshold=0.45)
    found = set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    every = join_similar(tokens, threshold=0.45, lossless=True)
    lossless = set(zip(every.left.tolist(), every.right.tolist(), strict=True))
    assert found <= lossless
    for left in range(len(rows)):
        for right in range(left + 1, len(rows)):
            shared = sum(weight[v] for v in rows[left] & rows[right])
            cosine = shared / (norm[left] * norm[right]) if shared else 0.0
            if cosine >= 0.7:
                assert (left, right) in found
            if cosine > 0.4501:
                assert (left, right) in lossless
            if cosine < 0.44:
                assert (left, right) not in found


@pytest.mark.parametrize("seed", range(3))
def test_titles_of_all_lengths_meet_across_blocks(seed: int) -> None:
    """Of some thousand with up to forty words each, in several blocks, none is lost."""
    rng = np.random.default_rng(seed)
    letters = "abcdefghijklmnopqrst"
    words = [one + other + "x" for one in letters for other in letters]
    sizes = rng.integers(1, 41, 5_000)
    rows = [rng.permutation(len(words))[:size] for size in sizes]
    # each fifth is another one's copy with a word more
    rows[::5] = [np.append(row, rng.integers(len(words))) for row in rows[1::5]]
    tokens = tokens_of([" ".join(words[word] for word in row) for row in rows])
    held = np.zeros((len(rows), len(words)))
    for number, row in enumerate(rows):
        held[number, row] = 1
    held *= np.log(1 + len(rows) / held.sum(axis=0))
    held /= np.linalg.norm(held, axis=1, keepdims=True)
    cosines = np.triu(held @ held.T, 1)

    every = join_similar(tokens, threshold=0.45, lossless=True)
    usual = join_similar(tokens, threshold=0.45)

    for found, least in ((every, 0.4501), (usual, 0.7)):
        pairs = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
        expected = set(map(tuple, np.argwhere(cosines > least).tolist()))
        assert len(expected) > 900
        assert expected <= pairs
        told = cosines[found.left, found.right]
        assert told.min() > 0.4499
        assert np.allclose(told, found.cosine, atol=1e-4)


@given(titles=TITLES)
@settings(max_examples=20, deadline=None)
def test_pairs_on_disk_are_those_in_memory(titles: list[str]) -> None:
    """Runs of left rows, one behind the other, are the whole; no file is left."""
    tokens = tokens_of(titles * 3)
    whole = join_similar(tokens, threshold=0.45)
    with TemporaryDirectory() as folder:
        runs = list(join_similar_on_disk(tokens, Path(folder), threshold=0.45))
        left_over = {path.name for path in Path(folder).iterdir()}
    for name in ("left", "right", "cosine"):
        empty = np.empty(0, np.int64)
        joined = np.concatenate([empty, *(getattr(run, name) for run in runs)])
        assert joined.tolist() == getattr(whole, name).tolist()
    assert left_over <= {"features"}


def test_a_word_of_one_title_alone_keeps_two_apart() -> None:
    """Names that share only a common word are not alike, however short they are."""
    titles = [f"unique{'abcdefghij'[n]} trading" for n in range(10)]

    assert len(join_similar(tokens_of(titles), threshold=0.6).left) == 0


def test_owners_are_not_paired_with_themselves() -> None:
    """Two listings of one store are left out, unless the title stands elsewhere."""
    titles = ["red mug large handle"] * 3 + ["blue cup"]
    owners = np.array([0, 0, 1, 1], np.int32)
    pairs = join_similar(tokens_of(titles), threshold=0.45, owners=owners)

    assert list(zip(pairs.left, pairs.right, strict=True)) == [(0, 2), (1, 2)]


@pytest.mark.parametrize(
    ("left", "right", "column", "expected"),
    [
        ("bottle 500 ml", "bottle 0.5l", "same_quantities", 1),
        ("bottle 500ml", "bottle 750ml", "other_quantities", 1),
        ("ssd 1tb", "ssd 1024 gb", "same_quantities", 1),
        ("water 1,500 ml", "water 1.5 L", "same_quantities", 1),
        ("shirt black", "shirt hitam", "same_variants", 1),
        ("shirt black xl", "shirt white xl", "other_variants", 1),
        ("衬衫 黑色", "衬衫 白色", "other_variants", 1),
        ("เสื้อสีดำ 2 ตัว", "เสื้อ สีขาว 2ตัว", "other_variants", 1),
        ("น้ำหอม 50 มล.", "น้ำหอม 100มล", "other_quantities", 1),
        ("áo màu đen", "ao mau trang", "other_variants", 1),
        ("nước 1,5 lít", "nuoc 1.5l", "same_quantities", 1),
        ("shirt black white", "shirt white hitam", "exchanged_variants", 0),
        ("shirt black white", "shirt red black", "exchanged_variants", 1),
        ("shirt gold biru", "shirt biru biru", "exchanged_variants", 1),
        ("衬衫红色白色", "衬衫 白色 白色", "exchanged_variants", 1),
        ("shirt gold biru", "shirt biru", "exchanged_variants", 0),
        ("shirt biru biru", "shirt biru", "right_variant_words", 0),
        ("shirt biru biru", "shirt biru", "left_variant_words", 0),
        ("set 2kg 500ml", "set 500ml 3 kg", "exchanged_variants", 1),
        ("rug 140x240cm", "rug 140 x 240 cm", "same_quantities", 1),
        ("rug 140x240cm", "rug 140 x 240 cm", "left_codes", 0),
        ("rug 140x240", "rug 160x240", "left_codes", 0),
        ("laptop 20X300EU", "laptop 20X301EU", "left_codes", 1),
        ("phone SM-G991B", "phone SM G991B", "shared_codes", 0),
        ("phone SM-G991B", "phone sm-g991b", "shared_codes", 1),
        ("phone G991B", "phone G998B", "left_codes", 1),
        ("men's shoes", "mens shoes", "cosine", 1),
        ("Ｗｉｄｅ 藍牙", "wide 蓝牙", "cosine", 1),
        ("đồng hồ", "dong ho", "cosine", 1),
    ],
)
def test_comparison_vector(left: str, right: str, column: str, expected: float) -> None:
    """Units, variants, codes and writing systems are understood in titles."""
    listings = listings_of([left, right, "something else", "another thing"])
    vector = compare_pairs(listings, np.array([0]), np.array([1]))

    assert vector[0, NAMES.index(column)] == pytest.approx(expected)


@given(titles=TITLES)
@settings(max_examples=40, deadline=None)
def test_comparing_is_symmetric(titles: list[str]) -> None:
    """Left and right change places, and nothing else changes."""
    listings = listings_of(titles)
    one, other = np.array([0]), np.array([len(titles) - 1])
    forth = compare_pairs(listings, one, other)[0]
    back = compare_pairs(listings, other, one)[0]
    for place, name in enumerate(NAMES):
        mirrored = name.replace("left_", "#").replace("right_", "left_")
        mirrored = mirrored.replace("#", "right_")
        assert forth[place] == pytest.approx(
            back[NAMES.index(mirrored)], nan_ok=True, abs=1e-5
        )


@given(left=st.text("abcd12", max_size=140), right=st.text("abcd12", max_size=140))
@settings(max_examples=120, deadline=None)
def test_common_characters_are_the_longest_common_subsequence(
    left: str, right: str
) -> None:
    """Counting bit by bit gives what the table of lengths gives."""
    masks = np.zeros((65_536, 2), np.uint64)
    one, other = (np.array([ord(c) for c in t], np.uint16) for t in (left, right))
    found = common_characters(one, 0, len(one), other, 0, len(other), masks)

    assert found == LCSseq.similarity(left[:128], right[:128])
    assert not masks.any()


@given(
    text=st.text("ab", min_size=1, max_size=4), other=st.text("ab", max_size=40),
    before=st.text("ab", max_size=3), after=st.text("ab", max_size=3),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_a_text_stands_in_another_as_python_finds_it(
    text: str, other: str, before: str, after: str
) -> None:
    """What lies around the other one is none of it."""
    one = np.array([ord(c) for c in text], np.uint16)
    around = np.array([ord(c) for c in before + other + after], np.uint16)
    begin, end = len(before), len(before + other)

    assert stands_in(one, 0, len(one), around, begin, end) == (text in other)


@given(
    values=st.lists(st.integers(0, 2**64 - 1), max_size=120, unique=True),
    lone=st.integers(0, 2**64 - 1),
)
@settings(max_examples=100, deadline=None)
def test_a_token_is_found_at_its_place(values: list[int], lone: int) -> None:
    """Each of those that are there, and none that is not."""
    tokens = np.array(sorted(values), np.uint64)
    found = [place_among(tokens, 0, len(tokens), token) for token in tokens]

    assert found == list(range(len(tokens)))
    place = place_among(tokens, 0, len(tokens), np.uint64(lone))
    assert place == (sorted(values).index(lone) if lone in values else -1)


@given(title=st.text("ab1 ", max_size=400))
@settings(max_examples=60, deadline=None)
def test_grams_are_a_sorted_set(title: str) -> None:
    """In order of their numbers, each once, however long the title is."""
    column = TextColumn.of(pa.array([title]))
    read = read_titles(column, listing_vocabulary())
    spelled = read.spelled
    for kind in read.grams[:2]:
        grams = kind.values.tolist()
        assert grams == sorted(set(grams))
    text = "".join(map(chr, spelled.characters))
    if spelled.breaks[1:].max(initial=0) == 0 and len(text) >= 5:
        pieces = {text[place : place + 5] for place in range(len(text) - 4)}
        assert len(grams) == len(pieces)


@given(titles=st.lists(st.text("ab1-手机ML ", max_size=60), max_size=12))
@settings(max_examples=60, deadline=None)
def test_titles_read_at_once_are_as_read_one_by_one(titles: list[str]) -> None:
    """Tokens, spelling and n-grams of each, whatever stands beside it."""
    words = listing_vocabulary()
    column = TextColumn.of(pa.array(titles, pa.string()))
    read = read_titles(column, words)
    apart = tokenise(column, words)
    spelled = spell(column, words, LONGEST_TITLE)

    assert read.tokens.values.tolist() == apart.values.tolist()
    assert read.tokens.starts.tolist() == apart.starts.tolist()
    for name in Spelled.__slots__:
        told = getattr(read.spelled, name).tolist()
        assert told == getattr(spelled, name).tolist(), name
    for row, title in enumerate(titles):
        alone = read_titles(TextColumn.of_few([title]), words)
        places = slice(*spelled.word_starts[row : row + 2])
        assert read.word_places[places].tolist() == alone.word_places.tolist()
        for kind, own in zip(read.grams, alone.grams, strict=True):
            held = kind.values[kind.starts[row] : kind.starts[row + 1]]
            assert held.tolist() == own.values.tolist()
            squares = kind.rarity[held].astype(float) ** 2
            assert kind.norms[row] == pytest.approx(np.sqrt(squares.sum()))


@given(
    known=st.lists(st.integers(0, 300), max_size=60, unique=True),
    asked=st.lists(st.integers(0, 300), max_size=60),
)
@settings(max_examples=100, deadline=None)
def test_known_words_are_found_side_by_side(known: list[int], asked: list[int]) -> None:
    """Each weighs what it weighs in the table; what is not there is the rarest."""
    table = {word: float(place) for place, word in enumerate(sorted(known))}
    rarity = WordRarity(
        5_000,
        np.array(list(table), np.uint64),
        np.array(list(table.values()), np.float32),
    )
    tokens = np.array(asked, np.uint64)
    rarest = np.float32(np.log2(5_001))

    weights = rarity.weigh(tokens).tolist()

    assert weights == [table.get(word, rarest) for word in asked]
    assert weights == rarity.weights_at(*rarity.find(tokens)).tolist()


@pytest.mark.parametrize(
    ("title", "words", "codes"),
    [
        ("Sony WH-1000XM5 black", ["sony", "wh", "xm", "black"], ["wh1000xm5"]),
        ("water 500ml", ["water", "ml"], []),
        ("耳机 TS-20 黑色 5 kg", ["ts", "kg"], ["ts20"]),
        ("part 8471234 new", ["part", "new"], ["8471234"]),
        ("", [], []),
    ],
)
def test_spelling_finds_words_and_codes(
    title: str, words: list[str], codes: list[str]
) -> None:
    """Words are runs of letters; a code has digits, and is no amount."""
    read = read_titles(TextColumn.of(pa.array([title])), listing_vocabulary())
    spelled = read.spelled
    text = "".join(map(chr, spelled.characters))

    assert [text[a:b] for a, b in spelled.words.tolist()] == words
    assert [text[a:b] for a, b in spelled.codes.tolist()] == codes
    for word, place in zip(words, read.word_places.tolist(), strict=True):
        assert read.tokens.values[place] == tokens_of([word]).values[0]


EDGES = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda e: e[0] < e[1]),
    min_size=1,
    max_size=20,
    unique=True,
)


@given(edges=EDGES, chance=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_ranks_in_the_pool_are_those_of_a_sorted_list(
    edges: list[tuple[int, int]], chance: Random
) -> None:
    """A pair's rank at each end is how many likelier ones there are."""
    edges.sort()
    left, right = (np.array([e[n] for e in edges], np.int64) for n in (0, 1))
    alike = np.array([round(chance.random(), 2) for _ in edges], np.float32)
    silent = np.full(len(edges), np.nan, np.float32)
    pool = make_pool(np.arange(8), left, right)
    similar = {"likeness": alike, "whole_cosine": silent, "hash_bits": silent}
    found = pool_features(pool, similar)
    names = [feature.name for feature in POOL_FEATURES]
    for place, ends in enumerate(edges):
        for side, end in zip(("left", "right"), ends, strict=True):
            others = [alike[n] for n, e in enumerate(edges) if end in e and n != place]
            rank = sum(other > alike[place] + 1e-6 for other in others)
            assert found[place, names.index(f"{side}_rank_likeness")] == rank
            gap = alike[place] - max(others, default=np.float32(0))
            assert found[place, names.index(f"{side}_gap_likeness")] == pytest.approx(
                gap, abs=1e-5
            )


@given(
    seeds=st.lists(st.text("0123AB", min_size=7, max_size=19), max_size=12),
    edits=st.lists(
        st.tuples(st.integers(0, 200), st.sampled_from("0A+-s")), max_size=9
    ),
)
@settings(max_examples=200, deadline=None)
def test_near_identifiers_are_one_edit_apart(
    seeds: list[str], edits: list[tuple[int, str]]
) -> None:
    """All pairs with one change, swap, loss or gain, and no others."""
    slips = [
        slip(seed, place % len(seed), kind) for seed in seeds for place, kind in edits
    ]
    texts = sorted({text for text in (*seeds, *slips) if len(text) >= 7})
    left, right = near_identifiers(pa.array(texts, pa.string()))
    found = set(zip(left.tolist(), right.tolist(), strict=True))
    expected = {
        (a, b)
        for a in range(len(texts))
        for b in range(a + 1, len(texts))
        if OSA.distance(texts[a], texts[b]) == 1
    }

    assert found == expected


@given(
    text=st.text("0123AB@.z", min_size=7, max_size=19),
    place=st.integers(0, 30),
    kind=st.sampled_from("0A+-s"),
)
@settings(max_examples=200, deadline=None)
def test_what_stands_beside_a_key_tells_far_texts_and_no_near_ones(
    text: str, place: int, kind: str
) -> None:
    """One edit changes two of its bits at most, and never the key's own four."""
    texts = [text, slip(text, place % len(text), kind), "777888999/"]
    column = TextColumn.of_few(texts)
    keys, rows = np.full(3, 77, np.uint64), np.arange(3)
    checks = near_checks(column.data, column.offsets, keys, rows)

    assert int(checks[0] ^ checks[1]).bit_count() <= 2
    assert int(checks[0] ^ checks[2]).bit_count() > 2
    assert set((checks >> 12).tolist()) == {77 & 15}


def slip(text: str, place: int, kind: str) -> str:
    """Change, lose, add or swap one character."""
    if kind == "-":
        return text[:place] + text[place + 1 :]
    if kind == "+":
        return text[:place] + "7" + text[place:]
    if kind == "s":
        return (
            text[:place] + text[place + 1 : place + 2] + text[place] + text[place + 2 :]
        )
    return text[:place] + kind + text[place + 1 :]


def test_a_crowd_under_one_key_is_paired_by_keys_that_say_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Numbers that share their first half by the thousand lose no near pair."""
    texts = [f"1380013{number:04d}" for number in range(0, 400, 3)]
    plain = near_identifiers(pa.array(texts))
    monkeypatch.setattr(blocking, "MOST_ALIKE", 5)
    crowded = near_identifiers(pa.array(texts))

    assert len(plain[0]) > 0
    assert plain[0].tolist() == crowded[0].tolist()
    assert plain[1].tolist() == crowded[1].tolist()


def test_mailboxes_of_one_domain_are_near_by_what_stands_before_it() -> None:
    """A slip in the name, and another domain one character off, are both found."""
    boxes = ["hongfa88@box.example", "hongfa98@box.example", "hongfa88@bos.example"]
    left, right = near_identifiers(pa.array(boxes))

    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (0, 2)]


@given(values=st.lists(st.integers(0, 50), max_size=200))
def test_numbering_counts_each_value(values: list[int]) -> None:
    """Distinct values in order of first sight, with their counts."""
    numbers = np.empty(len(values), np.int32)
    distinct, counts = number_values(np.array(values, np.uint64), 2**64 - 1, 1, numbers)

    assert distinct[numbers].tolist() == values
    assert counts.tolist() == [values.count(int(v)) for v in distinct]


def test_numbering_in_parts_is_numbering_in_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Parts numbered apart and put together give the numbers of one pass."""
    values = np.random.default_rng(1).integers(0, 300, 5_000).astype(np.uint64)
    numbers = np.empty(len(values), np.int32)
    whole = (numbers, *number_values(values, 2**64 - 1, 4, numbers))
    monkeypatch.setattr("storekin.kernels.numbering._PART", 700)

    for one, other in zip(number_column(values), whole, strict=True):
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)


@given(values=st.lists(st.integers(0, 2**64 - 1), max_size=90))
def test_values_beyond_the_last_have_no_number(values: list[int]) -> None:
    """What is passed over is neither numbered nor counted, the largest one neither."""
    last = 2**63
    numbers, distinct, counts = number_column(np.array(values, np.uint64), last=last)

    kept = [value for value in values if value <= last]
    assert distinct[numbers[numbers >= 0]].tolist() == kept
    assert (numbers >= 0).tolist() == [value <= last for value in values]
    assert counts.sum() == len(kept)


@given(values=st.lists(st.floats(0, width=32), max_size=60))
def test_floats_are_ordered_by_their_bits(values: list[float]) -> None:
    """The order is that of a stable sort, huge, tiny and equal ones included."""
    column = np.abs(np.array(values, np.float32))

    order = order_of_floats(column)

    assert order.tolist() == np.argsort(column, kind="stable").tolist()


@given(
    pairs=st.sets(st.tuples(st.integers(0, 6), st.integers(0, 90)), max_size=200),
    threads=st.integers(1, 4),
    beside=st.integers(0, 2**20),
)
def test_pairs_are_brought_into_their_order(
    pairs: set[tuple[int, int]], threads: int, beside: int
) -> None:
    """Rows with few and with many pairs, however many threads share them."""
    rows = np.array(list(pairs), np.int64).reshape(-1, 2)
    keys = (rows[:, 0] + beside << 32) | rows[:, 1]
    lowest = beside if not len(keys) else int(keys.min()) >> 32
    edges = np.append(0, np.bincount((keys >> 32) - lowest).cumsum()).astype(np.int64)
    left, right = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
    cosines = np.zeros(len(keys), np.float32)
    bounds = np.linspace(0, len(edges) - 1, threads + 1).astype(int).tolist()
    for low, high in itertools.pairwise(bounds):
        order_pairs(
            keys, rows[:, 1].astype(np.float32).view(np.uint32), lowest, edges, left,
            right, cosines.view(np.uint32), low, high,
        )  # fmt: skip

    assert ((left << 32) | right).tolist() == sorted(keys.tolist())
    assert cosines.tolist() == right.tolist()


@given(edges=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=15))
@settings(deadline=None)
def test_components_ignore_the_order_of_edges(edges: list[tuple[int, int]]) -> None:
    """Joining in any order gives the same groups."""
    left = np.array([a for a, _ in edges], np.int64)
    right = np.array([b for _, b in edges], np.int64)
    forth = components(10, left, right)

    assert (
        forth.tolist() == components(10, right[::-1].copy(), left[::-1].copy()).tolist()
    )
    assert all(forth[a] == forth[b] for a, b in edges)


def test_a_chain_cannot_override_a_pair_held_apart() -> None:
    """The edge that would close the chain is left out, the stronger ones stay."""
    left, right = np.array([0, 1], np.int64), np.array([1, 2], np.int64)
    strong = np.zeros(2, np.bool_)
    groups, fate, *_ = join_strongest_first(
        3, left, right, strong, 0, np.array([0]), np.array([2]), 9
    )

    assert fate.tolist() == [TAKEN, HELD_APART]
    assert groups.tolist() == [0, 0, 2]


@given(
    edges=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40),
    apart=st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=6),
    strong=st.integers(0, 40),
)
def test_joining_keeps_every_pair_apart_that_was_ruled_so(
    edges: list[tuple[int, int]], apart: set[tuple[int, int]], strong: int
) -> None:
    """No chain joins a ruled pair; groups and listed pairs say the same."""
    held = [(a, b) for a, b in apart if a != b]
    left = np.array([a for a, _ in edges], np.int64)
    right = np.array([b for _, b in edges], np.int64)
    groups, fate, one, other, by = join_strongest_first(
        12,
        left,
        right,
        np.arange(len(edges)) >= strong,
        1,
        np.array([a for a, _ in held], np.int64),
        np.array([b for _, b in held], np.int64),
        12,
    )
    listed = set(zip(one.tolist(), other.tolist(), strict=True))
    within = {
        (a, b) for a in range(12) for b in range(a + 1, 12) if groups[a] == groups[b]
    }

    assert all(groups[a] != groups[b] for a, b in held)
    assert listed == within
    assert all(fate[edge] == TAKEN for edge in by.tolist())
    joined = [n for n in range(len(edges)) if fate[n] == TAKEN]
    for group in set(groups.tolist()):
        assert sum(groups[left[n]] == group and n >= strong for n in joined) <= 1
