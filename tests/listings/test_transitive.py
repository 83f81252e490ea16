"""Listings that share nothing are compared where a third one is like both."""

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import storekin.listings.index as listing_index
from storekin.listings.index import ListingIndex
from storekin.listings.model import ListingModel, model_from_text, model_to_text
from storekin.listings.plain import plain_table
from storekin.listings.signals import LEVELS
from storekin.listings.training import fit_model
from storekin.workflows.listings import ListingFindings, compare_listings_of
from storekin.workflows.train import GROUP_RECIPE, PARTS, group_fields

WORDS = [
    f"{one}{other}"
    for one in ("ba", "do", "ke", "li", "mu", "ra", "so", "ti")
    for other in ("ven", "lor", "mex", "pid")
]
PHRASES = ["陶瓷", "杯子", "新款", "包邮", "现货", "热卖"]
RECIPE = replace(GROUP_RECIPE, rounds=60, second_rounds=30, fewest=5, folds=PARTS)
FLOOR = 0.2
COPIES = 3


def made_chains(products: int, seed: int) -> pa.Table:
    """List each product three times: the first and the last share nothing.

    The one between them has words of the first, and the picture of the last.
    """
    random = Random(seed)
    rows = []
    for _ in range(products):
        own, code = random.sample(WORDS, 4), f"GX{random.randrange(100, 999)}"
        picture = f"phash:{random.getrandbits(64):016x}"
        rows.append((" ".join([*own, code]), None))
        both = [*own[:2], code, *random.sample(PHRASES, 2)]
        rows.append((" ".join(both), picture))
        rows.append((" ".join(random.sample(PHRASES, 4)), picture))
    names = [f"L{number:04d}" for number in range(len(rows))]
    return plain_table(
        pa.table(
            {
                "listing": names,
                "store": [f"s{number:04d}" for number in range(len(rows))],
                "title": [title for title, _ in rows],
                "images": [picture for _, picture in rows],
            }
        )
    )


def fit(products: int = 80) -> tuple[ListingModel, list[tuple[int, int]]]:
    """Fit a model; how many pairs of each pool there were, and are learnt from."""
    table = made_chains(products, 1)
    fields = group_fields(table, np.arange(table.num_rows) // COPIES)
    before = [len(each.pool.left) for each in fields]
    model, _ = fit_model(fields, RECIPE, version="chains", about="made up")
    for each, count in zip(fields, before, strict=True):
        more = len(each.pool.left) - count
        ends = each.pool.left[:more], each.pool.right[:more]
        assert each.groups is not None
        same = each.groups[ends[0]] == each.groups[ends[1]]
        assert each.labels[:more].tolist() == same.astype(int).tolist()
    return model, [(n, len(f.pool.left)) for n, f in zip(before, fields, strict=True)]


@pytest.fixture(scope="module")
def fitted() -> tuple[ListingModel, list[tuple[int, int]]]:
    return fit()


@pytest.fixture
def model(fitted: tuple[ListingModel, list[tuple[int, int]]]) -> ListingModel:
    return fitted[0]


def scan(table: pa.Table, model: ListingModel) -> ListingFindings:
    stores = np.arange(table.num_rows, dtype=np.int32)
    return compare_listings_of(
        table,
        stores,
        None,
        across_stores=True,
        floor=FLOOR,
        keep_graph=True,
        model=model,
    )


def told(found: ListingFindings) -> dict[tuple[int, int], tuple[float, str]]:
    scores = found.scores
    pairs = zip(scores.left.tolist(), scores.right.tolist(), strict=True)
    levels = [LEVELS[level] for level in scores.level.tolist()]
    return dict(
        zip(pairs, zip(scores.total.tolist(), levels, strict=True), strict=True)
    )


def screened(
    index: ListingIndex, table: pa.Table, row: int, model: ListingModel
) -> dict[str, tuple[float, str]]:
    found = index.screen(
        table.slice(row, 1).to_pylist()[0],
        model=model,
        floor=FLOOR,
        most=100,
        across_stores=True,
        thorough=True,
    )
    return {one.listing: (one.bits, one.level) for one in found}


def test_a_model_learns_from_what_a_third_listing_ties(
    fitted: tuple[ListingModel, list[tuple[int, int]]],
) -> None:
    """In each pool further pairs come before those that words and pictures propose."""
    model, pools = fitted

    assert all(after > before for before, after in pools)
    assert "\ntransitive = true\n" in model_to_text(model)
    assert model_from_text(model_to_text(model), "a text").transitive


def test_ends_of_a_chain_are_told_of_together(model: ListingModel) -> None:
    """As similar, for nobody sees more in the two; signals add up, pairs are sorted."""
    table = made_chains(50, 2)
    found = scan(table, model)
    pairs = told(found)
    chains = [(first, first + 2) for first in range(0, table.num_rows, COPIES)]
    said = [pairs[chain] for chain in chains if chain in pairs]
    every = np.nansum(list(found.scores.bits.values()), axis=0)

    assert len(said) >= 0.9 * len(chains)
    assert {level for _, level in said} <= {"similar", "different"}
    assert sum(level == "similar" for _, level in said) >= 0.9 * len(chains)
    assert found.scores.total.tolist() == pytest.approx(every.tolist())
    assert list(pairs) == sorted(pairs)


def test_no_pair_is_tied_where_nobody_is_likely(model: ListingModel) -> None:
    """Without the listings in the middle, ends of chains have nothing in common."""
    table = made_chains(50, 3)
    middle = np.arange(table.num_rows) % COPIES == 1
    found = scan(table.filter(pa.array(~middle)).combine_chunks(), model)
    ends = {(row, row + 1) for row in range(0, found.prepared.texts, 2)}

    assert not ends & set(told(found))


@pytest.mark.parametrize("place", range(COPIES))
def test_one_of_a_chain_is_answered_as_the_scan_did(
    model: ListingModel, place: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it stands, to the hundredth of a bit, from the file as well."""
    monkeypatch.setattr(listing_index, "ALL_COMPARED", 0)
    table = made_chains(50, 4)
    found = scan(table, model)
    ListingIndex.build(table, None, found.graph).save(tmp_path / "listings.index")
    index = ListingIndex.load(tmp_path / "listings.index")
    expected = told(found)
    names = table["listing"].to_pylist()
    for row in range(place, table.num_rows, 3 * COPIES):
        own = {
            names[sum(pair) - row]: said
            for pair, said in expected.items()
            if row in pair
        }

        assert len(own) >= COPIES - 1
        assert screened(index, table, row, model) == own


@pytest.mark.parametrize("place", range(COPIES))
def test_a_new_one_of_a_chain_meets_both_others(
    model: ListingModel, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An end meets the other end through the middle, which the index knows."""
    monkeypatch.setattr(listing_index, "ALL_COMPARED", 0)
    table = made_chains(50, 5)
    names = table["listing"].to_pylist()
    expected = told(scan(table, model))
    for row in range(place, table.num_rows, 9 * COPIES):
        known = table.filter(pc.not_equal(table["listing"], names[row]))
        index = ListingIndex.build(
            known.combine_chunks(), None, scan(known.combine_chunks(), model).graph
        )
        found = screened(index, table, row, model)
        first = row - place
        for other in {first, first + 1, first + 2} - {row}:
            bits, level = expected[min(row, other), max(row, other)]

            assert found[names[other]][0] == pytest.approx(bits, abs=1)
            assert found[names[other]][1] == level


def test_whose_middle_left_is_tied_no_longer(
    model: ListingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A listing that was taken out of the index ties nobody."""
    monkeypatch.setattr(listing_index, "ALL_COMPARED", 0)
    table = made_chains(50, 6)
    names = table["listing"].to_pylist()
    index = ListingIndex.build(table, None, scan(table, model).graph)
    before = screened(index, table, 0, model)
    index.remove(names[1])

    assert names[2] in before
    assert names[2] not in screened(index, table, 0, model)
