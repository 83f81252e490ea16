"""Prices that stand in titles are compared as prices, the same for one and for all."""

import pyarrow as pa
import pytest

import storekin
from storekin.listings.index import ListingIndex
from storekin.listings.stated import title_of, with_stated_prices

TITLES = {
    "Phone case black 12.50": ("Phone case black", 12.5),
    "Phone case black  12,50 ": ("Phone case black", 12.5),
    "Fernseher 1299.0": ("Fernseher", 1299.0),
    "手机壳 黑色 12.50": ("手机壳 黑色", 12.5),
    "two\nlines 3.99": ("two\nlines", 3.99),
    "USB hub 2.0": None,
    "laptop 15.6": None,
    "speaker 7.1": None,
    "lamp 12.50 cm": None,
    "part no12.50": None,
    "12.50": None,
    "year 2024": None,
    "": None,
}


def table_of(titles: list[str | None], prices: list[float | None]) -> pa.Table:
    return pa.table(
        {
            "listing": pa.array([f"l{n}" for n in range(len(titles))]),
            "title": pa.array(titles, pa.string()),
            "price": pa.array(prices, pa.float64()),
        }
    )


@pytest.mark.parametrize("chunks", [1, 3])
def test_an_amount_at_the_end_is_a_price_where_none_is_given(chunks: int) -> None:
    """Versions and sizes at the end of a title are none."""
    titles: list[str | None] = [*TITLES, None]
    table = table_of(titles, [None] * len(titles))
    parted = pa.concat_tables(
        [
            table.slice(n * len(table) // chunks, len(table) // chunks + 1)
            for n in range(chunks)
        ]
        if chunks > 1
        else [table]
    )

    moved = with_stated_prices(parted, priced=True)

    for title, told, price in zip(
        parted["title"].to_pylist(),
        moved["title"].to_pylist(),
        moved["price"].to_pylist(),
        strict=True,
    ):
        expected = TITLES.get(title or "")
        assert (told, price) == (expected or (title, None))
        assert title_of({"title": title}, priced=True) == (told or "")
    assert moved.column_names == table.column_names


def test_a_listing_keeps_its_own_price_and_an_unpriced_table_its_titles() -> None:
    """What is not known to be missing is not sought."""
    table = table_of(["case 12.50", "case 12.50"], [11.0, None])

    assert with_stated_prices(table, priced=False) is table
    moved = with_stated_prices(table, priced=True)
    assert moved["title"].to_pylist() == ["case 12.50", "case"]
    assert moved["price"].to_pylist() == [11.0, 12.5]
    assert title_of({"title": "case 12.50", "price": "11"}, priced=True) == "case 12.50"
    assert title_of({"title": "case 12.50"}, priced=False) == "case 12.50"


def test_the_same_listing_is_screened_as_if_its_price_stood_in_its_column() -> None:
    """The index tells the same of both, whether indexed, added or asked."""
    names = ["brass desk lamp", "oak wall shelf", "wool scarf red", "steel pan 28 cm"]
    placed = table_of([*names], [19.99, 49.5, 12.5, 35.0])
    misplaced = table_of(
        ["brass desk lamp", "oak wall shelf 49.50", "wool scarf red 12.50", names[3]],
        [19.99, None, None, 35.0],
    )

    def tell(table: pa.Table, asked: dict[str, object]) -> list[tuple[str, float]]:
        index = ListingIndex.build(table)
        index.add({"listing": "new", "title": "oak wall shelf wide", "price": 52})
        if "12.50" in str(asked["title"]):
            index.add({"listing": "more", "title": "wool scarf blue 12.50"})
        else:
            index.add({"listing": "more", "title": "wool scarf blue", "price": 12.5})
        return [
            (one.listing, one.bits)
            for one in index.screen(asked, floor=0.0, thorough=bool(asked.get("all")))
        ]

    for thorough in (False, True):
        apart: dict[str, object] = {"title": "wool scarf red", "price": 12.5}
        joined: dict[str, object] = {"title": "wool scarf red 12.50"}
        told = tell(placed, {**apart, "all": thorough})
        assert told
        assert told == tell(misplaced, {**joined, "all": thorough})


def test_pairs_are_scored_as_if_prices_stood_in_their_columns() -> None:
    """A pair's price may stand in the title of one side."""
    other = {"left_title": "garden hose", "right_title": "hose", "left_price": 9.0}
    sides = {"left_title": "kettle", "right_title": "kettle steel"}
    apart = {**sides, "left_price": 20.0, "right_price": 20.0}
    joined = {**apart, "left_title": "kettle 20.00", "left_price": None}
    scored = [
        storekin.compare_listings(pa.Table.from_pylist([apart_or_joined, other]))
        for apart_or_joined in (apart, joined)
    ]

    assert scored[0]["bits"].to_pylist() == scored[1]["bits"].to_pylist()
    told = [each["close_price"].to_pylist() for each in scored]
    assert told[0] == told[1]
    assert told[0][0] is not None
