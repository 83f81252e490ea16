"""The Python API: what is promised, and the tables that it takes."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import storekin
from storekin.errors import InvalidTableError, StorekinError

ROWS = {
    "store": ["a", "b", "c"],
    "phone": ["13800138001", "+86 138 0013 8001", "13900139002"],
}


def test_what_is_public_is_written_down() -> None:
    """The promised names, sorted; adding one is a decision."""
    assert storekin.__all__ == [
        "Actor",
        "Appeal",
        "Association",
        "Case",
        "CaseFigures",
        "Cases",
        "Checked",
        "Cluster",
        "Declaration",
        "DocumentReading",
        "Evidence",
        "Explanation",
        "FoundName",
        "FoundPicture",
        "GroupChange",
        "GroupEvent",
        "Hub",
        "ImageIndex",
        "Invoice",
        "Judgement",
        "KnownGroup",
        "LegalNames",
        "Letter",
        "ListingIndex",
        "Policy",
        "Portfolio",
        "Readiness",
        "Recognition",
        "RegistrationIndex",
        "Rejection",
        "Remedy",
        "ScanResult",
        "Screened",
        "ScreenedStore",
        "SellerView",
        "StatementOfReasons",
        "StorekinError",
        "Study",
        "check_listings",
        "check_registrations",
        "compare_images",
        "compare_listings",
        "compare_registrations",
        "explain",
        "find_remedies",
        "index_registrations",
        "load_policy",
        "load_portfolio",
        "match_images",
        "match_listings",
        "match_registrations",
        "read_document",
        "replay_policy",
        "scan",
        "study_registrations",
        "train_listings",
        "write_report",
    ]
    assert all(getattr(storekin, name) is not None for name in storekin.__all__)
    with pytest.raises(AttributeError):
        _ = storekin.nothing_of_the_kind


@pytest.mark.parametrize("make", [pa.table, pd.DataFrame, pl.DataFrame])
def test_arrow_pandas_and_polars_are_taken(make: object) -> None:
    """The same pairs come out of each kind of table."""
    assert callable(make)
    pairs = storekin.match_registrations(make(ROWS))

    assert isinstance(pairs, pa.Table)
    assert pairs.select(["left", "right"]).to_pylist() == [{"left": "a", "right": "b"}]
    assert pairs["same_phone"][0].as_py() > 15
    assert pairs["same_email"].to_pylist() == [None]


def test_given_pairs_keep_their_order_and_columns() -> None:
    """Scores stand beside what was given, row by row."""
    pairs = pl.DataFrame(
        {
            "note": ["x", "y"],
            "left_company_name": ["Red Mug Ltd", "Aurora Trading Co., Ltd."],
            "right_company_name": ["Blue Pan GmbH", "AURORA TRADING COMPANY LIMITED"],
        }
    )
    scored = storekin.compare_registrations(pairs)

    assert scored["note"].to_pylist() == ["x", "y"]
    assert scored["similar_company_name"][0].as_py() < 0
    assert scored["similar_company_name"][1].as_py() > 0


def test_no_table_and_wrong_tables_are_errors_with_a_fix() -> None:
    """What cannot be a table says so, and what to pass instead."""
    with pytest.raises(InvalidTableError):
        storekin.match_listings([1, 2, 3])
    with pytest.raises(InvalidTableError, match="listings"):
        storekin.scan({"listing": pa.table(ROWS)})
    with pytest.raises(StorekinError, match="left_"):
        storekin.compare_listings(pa.table({"title": ["a"]}))


def test_a_value_that_cannot_be_read_keeps_its_pair() -> None:
    """Given pairs are all scored; what is left out of them is silent."""
    pairs = pa.table(
        {
            "left_title": ["red mug", None],
            "right_title": ["red mug", "oak clock"],
            "left_price": ["cheap", "-4"],
            "right_price": ["5", "5"],
        }
    )
    scored = storekin.compare_listings(pairs)

    assert scored.num_rows == 2
    assert scored["close_price"].to_pylist() == [None, None]
    assert scored["left_price"].to_pylist() == ["cheap", "-4"]


def test_type_checkers_see_all_that_is_public() -> None:
    """What is loaded when first used is imported for type checkers, and no more."""
    import ast
    from pathlib import Path

    tree = ast.parse(Path(storekin.__file__).read_text("utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = [
        name.name
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    ]
    assert sorted(seen) == storekin.__all__
