"""A model learns from labelled pairs and from groups, and says how good it is."""

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asking_models import odds_model

import storekin
from storekin.errors import MissingColumnError, TrainingDataError
from storekin.listings import matching, training
from storekin.listings.model import model_from_text, model_to_text
from storekin.listings.recipe import Recipe
from storekin.wiring import grouped_listings, read_raw, typed_records
from storekin.workflows.given_pairs import PART
from storekin.workflows.train import GROUP_RECIPE, PARTS, train_on_groups

BRANDS = ("norvik", "takeo", "halden", "luminara", "corvex", "pelton")
KINDS = ("clock", "pan", "lamp", "chair", "bottle", "speaker", "tent", "brush")


def draw(products: int, seed: int) -> list[tuple[str, str]]:
    """Draw titles with their product: three sellers write about each."""
    random = Random(seed)
    rows = []
    for number in range(products):
        brand, kind = random.choice(BRANDS), random.choice(KINDS)
        code = f"{brand[:2]}{random.randint(100, 999)}"
        for _ in range(3):
            extra = random.choice(("new", "sale", "original", "best", ""))
            words = [brand, kind, code, random.choice(("steel", "oak", "soft")), extra]
            random.shuffle(words)
            rows.append((" ".join(words).strip(), f"p{number}"))
    return rows


def pairs_of(rows: list[tuple[str, str]], seed: int) -> pa.Table:
    random = Random(seed)
    chosen = [(rows[n], rows[n + 1]) for n in range(len(rows) - 1)]
    chosen += [(random.choice(rows), random.choice(rows)) for _ in rows]
    return pa.table(
        {
            "left_title": [left[0] for left, _ in chosen],
            "right_title": [right[0] for _, right in chosen],
            "label": [int(left[1] == right[1]) for left, right in chosen],
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with training pairs, validation pairs and grouped listings."""
    place = tmp_path_factory.mktemp("training")
    pq.write_table(pairs_of(draw(90, 1), 1), place / "train.parquet")
    pq.write_table(pairs_of(draw(40, 2), 2), place / "valid.parquet")
    rows = draw(120, 3)
    pq.write_table(
        pa.table(
            {
                "listing": [f"l{n:04d}" for n in range(len(rows))],
                "title": [title for title, _ in rows],
                "product": [product for _, product in rows],
            }
        ),
        place / "groups.parquet",
    )
    return place


def test_labelled_pairs_make_a_model_that_tells_them_apart(folder: Path) -> None:
    """On pairs that it has not seen, most at 0.5 are right."""
    out = folder / "pairs.model"
    report = storekin.train_listings(
        folder / "train.parquet", out, valid=folder / "valid.parquet"
    )
    valid = pq.read_table(folder / "valid.parquet")
    scored = storekin.compare_listings(valid, model=out)
    right = sum(
        (probability >= 0.5) == bool(label)
        for probability, label in zip(
            scored["probability"].to_pylist(), valid["label"].to_pylist(), strict=True
        )
    )

    assert right / valid.num_rows > 0.9
    assert report["f1_first_pass"] > 0.8


def test_training_twice_gives_one_model(folder: Path) -> None:
    """The same records give the same text."""
    for name in ("a.model", "b.model"):
        storekin.train_listings(folder / "train.parquet", folder / name)

    assert (folder / "a.model").read_text("utf-8") == (folder / "b.model").read_text(
        "utf-8"
    )


def test_a_column_of_groups_is_not_told_of_as_unused(tmp_path: Path) -> None:
    """What is read as the group has its use; what nothing reads is named."""
    file = tmp_path / "listings.csv"
    file.write_text("listing,title,product,shelf\na,mug,1,x\nb,cup,2,y\n", "utf-8")
    typed, groups = grouped_listings(file, "product")

    assert groups.to_pylist() == ["1", "2"]
    assert [note for note in typed.notes if "product" in note] == []
    assert any("'shelf'" in note for note in typed.notes)


def test_groups_make_a_model_for_matching(folder: Path) -> None:
    """Listings that carry their product teach what a product's listings are like."""
    out = folder / "groups.model"
    storekin.train_listings(folder / "groups.parquet", out, groups="product")
    rows = draw(60, 4)
    listings = pa.table(
        {
            "listing": [f"t{n:04d}" for n in range(len(rows))],
            "title": [title for title, _ in rows],
        }
    )
    product = {f"t{n:04d}": rows[n][1] for n in range(len(rows))}
    found = [
        product[left] == product[right]
        for left, right, probability in zip(
            *(
                storekin.match_listings(listings, model=out)[name].to_pylist()
                for name in ("left", "right", "probability")
            ),
            strict=True,
        )
        if probability >= 0.5
    ]

    assert sum(found) / len(found) > 0.9
    assert sum(found) > 0.8 * 60 * 3


def test_given_pairs_are_scored_alike_in_slabs_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What words are worth is counted over all of the file."""
    out = tmp_path / "odds.model"
    out.write_text(model_to_text(odds_model()), "utf-8")
    pairs = pa.concat_tables([pairs_of(draw(400, seed), seed) for seed in (9, 10)])
    found = []
    for size in (500, 500_000):
        monkeypatch.setattr(matching, "SLAB", size)
        scored = storekin.compare_listings(pairs, model=out)
        found.append(scored["probability"].to_pylist())

    assert pairs.num_rows > 2 * PART
    assert found[0] == found[1]


def test_trees_of_groups_fit_a_model_when_fully_grown(folder: Path) -> None:
    """Where much is to be told apart, trees have all the leaves that they may have."""
    names = pq.read_table(folder / "groups.parquet")["product"].to_pylist()
    moved = names[::2]
    Random(5).shuffle(moved)
    names[::2] = moved  # half of the labels are wrong: no few questions explain them
    raw = typed_records(
        read_raw(folder / "groups.parquet"), "listings", "listing", folder
    )
    few = replace(GROUP_RECIPE, fewest=1, rounds=8, second_rounds=8)
    model, report = train_on_groups(
        raw.listings, pa.chunked_array([names]), about="a test", recipe=few
    )
    leaves = np.bincount(
        np.searchsorted(
            model.first.roots, np.flatnonzero(model.first.features < 0), side="right"
        )
    )

    assert leaves.max() == GROUP_RECIPE.leaves
    assert report.passes in (1, 2)
    assert len(model.first.roots) == PARTS * few.rounds
    assert model_from_text(model_to_text(model), "a test").name == model.name


@pytest.mark.parametrize(("losses", "passes"), [((0.5, 0.4), 2), ((0.4, 0.5), 1)])
def test_a_later_pass_is_kept_where_its_odds_are_truer(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    losses: tuple[float, float],
    passes: int,
) -> None:
    """Whatever its F1, which hangs on the few pairs near the cut.

    A model without it ties no pairs: nothing in it asks who is whose partner.
    """
    said = iter(losses)
    monkeypatch.setattr(training, "_loss", lambda *_: next(said))
    raw = typed_records(
        read_raw(folder / "groups.parquet"), "listings", "listing", folder
    )
    products = pq.read_table(folder / "groups.parquet")["product"]
    few = replace(GROUP_RECIPE, fewest=5, rounds=8, second_rounds=8)
    model, report = train_on_groups(raw.listings, products, about="", recipe=few)

    assert report.passes == passes
    assert (model.second is not None) == model.transitive == (passes == 2)


def test_no_recipe_grows_trees_that_no_model_holds() -> None:
    """Said before anything is grown, not after minutes."""
    with pytest.raises(ValueError, match="at most 32 leaves"):
        Recipe(leaves=33)


def test_a_context_ties_pairs_by_their_ids() -> None:
    """With ids alone in the pairs, the texts come from the context."""
    context = pa.table(
        {
            "listing": ["a1", "a2", "b1", "b2"],
            "store": ["a", "a", "b", "b"],
            "title": ["norvik oak clock no123", "takeo pan", "clock norvik no123", "x"],
        }
    )
    pairs = pa.table({"left_listing": ["a1", "a1"], "right_listing": ["b1", "b2"]})
    scored = storekin.compare_listings(pairs, context=context)
    probability = scored["probability"].to_pylist()

    assert probability[0] > probability[1]


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"left_title": ["a"], "right_title": ["b"]}, MissingColumnError),
        ({"left_title": ["a"], "label": ["1"]}, MissingColumnError),
        (
            {"left_title": ["a"] * 30, "right_title": ["b"] * 30, "label": ["1"] * 30},
            TrainingDataError,
        ),
        (
            {"left_title": ["a"], "right_title": ["b"], "label": ["maybe"]},
            TrainingDataError,
        ),
    ],
)
def test_what_cannot_teach_is_said_so(
    columns: dict[str, list[str]], error: type[Exception], tmp_path: Path
) -> None:
    """A missing column, one label alone, or labels that say nothing: an error."""
    path = tmp_path / "pairs.parquet"
    pq.write_table(pa.table(columns), path)
    with pytest.raises(error):
        storekin.train_listings(path, tmp_path / "out.model")

    assert not (tmp_path / "out.model").exists()


def test_pairs_that_share_no_listing_make_a_model(tmp_path: Path) -> None:
    """Where no listing stands in two pairs, nothing is known of one beforehand."""
    rows = [
        (f"norvik wall clock nc{n}00", f"new norvik nc{n}00 clock", 1)
        if n < 10
        else (f"takeo steel pan tp{n}", f"halden oak chair hc{n}", 0)
        for n in range(20)
    ]
    names = ("left_title", "right_title", "label")
    pairs = pa.table({name: [row[n] for row in rows] for n, name in enumerate(names)})
    pq.write_table(pairs, tmp_path / "pairs.parquet")

    out = tmp_path / "own.model"
    report = storekin.train_listings(tmp_path / "pairs.parquet", out)

    assert report["pairs"] == 20
    assert storekin.compare_listings(pairs, model=out).num_rows == 20


def test_pairs_can_be_seen_alone(folder: Path) -> None:
    """Without rivals a model tells pairs apart, too, in any order of the rows."""
    out = folder / "alone.model"
    storekin.train_listings(folder / "train.parquet", out, alone=True)
    valid = pq.read_table(folder / "valid.parquet")
    scored = storekin.compare_listings(valid, model=out)
    back = list(range(valid.num_rows))[::-1]
    turned = storekin.compare_listings(valid.take(back), model=out)
    right = sum(
        (row["probability"] >= 0.5) == bool(row["label"]) for row in scored.to_pylist()
    )

    assert "\nalone = true\n" in out.read_text("utf-8")
    assert right / valid.num_rows > 0.9
    assert turned.take(back).equals(scored)


def test_many_pairs_are_scored_as_few_are(folder: Path) -> None:
    """Pools are dealt to threads in slabs: no result depends on how."""
    valid = pq.read_table(folder / "valid.parquet")
    many = pa.concat_tables([valid] * 40)
    one, other = (
        storekin.compare_listings(many, model=folder / "alone.model") for _ in range(2)
    )

    assert one.equals(other)
    assert len(set(one["bits"].to_pylist())) > 3
