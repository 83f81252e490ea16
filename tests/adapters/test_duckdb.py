"""The pair engine on DuckDB keeps what the port promises."""

import pyarrow as pa
import pytest

from storekin.adapters.duckdb import DuckDbEngine
from storekin.identity.blocking import RULES
from storekin.storage.ports import PairEngine


def entries(rows: list[tuple[int, int, bool, bool]]) -> pa.Table:
    """Lay out who gives what: key, store, crowded, leads."""
    return pa.table(
        {
            "key": [row[0] for row in rows],
            "store": [row[1] for row in rows],
            "crowded": [row[2] for row in rows],
            "leads": [row[3] for row in rows],
        }
    )


NO_NEAR = pa.table(
    {"left_key": pa.array([], pa.int64()), "right_key": pa.array([], pa.int64())}
)


def pairs_of(engine: PairEngine, rule: int, **tables: pa.Table) -> set[tuple[int, int]]:
    found = engine.sql(RULES[rule].sql, **tables)
    return set(zip(found["left"].to_pylist(), found["right"].to_pylist(), strict=True))


def test_stores_that_share_a_value_are_paired_once() -> None:
    """Left is the smaller store; two shared values make one pair."""
    rows = [(1, 7, False, True), (1, 3, False, False)]
    rows += [(2, 3, False, True), (2, 7, False, False), (3, 9, False, True)]
    with DuckDbEngine() as engine:
        found = pairs_of(engine, 0, entries=entries(rows), near=NO_NEAR)

    assert found == {(3, 7)}


def test_a_crowded_value_pairs_each_store_with_the_first_alone() -> None:
    """A hundred holders make ninety-nine pairs, not five thousand."""
    rows = [(1, store, True, store == 0) for store in range(100)]
    with DuckDbEngine() as engine:
        found = pairs_of(engine, 0, entries=entries(rows), near=NO_NEAR)

    assert found == {(0, store) for store in range(1, 100)}


def test_near_values_pair_their_stores() -> None:
    """Two values that nearly agree bring their stores together, smaller one left."""
    rows = [(1, 9, False, True), (2, 4, False, True)]
    near = pa.table({"left_key": [1], "right_key": [2]})
    with DuckDbEngine() as engine:
        found = pairs_of(engine, 1, entries=entries(rows), near=near)

    assert found == {(4, 9)}


def test_results_stay_when_another_query_runs() -> None:
    """A table that was given is whole, whatever is asked next."""
    with DuckDbEngine(threads=1, memory="200MB") as engine:
        first = engine.sql("select * from t", t=pa.table({"x": [1, 2]}))
        engine.sql("select * from t", t=pa.table({"x": [3]}))

    assert first["x"].to_pylist() == [1, 2]


def test_a_wrong_query_is_a_bug_and_raises() -> None:
    """Nothing is swallowed."""
    with DuckDbEngine() as engine, pytest.raises(Exception, match="nowhere"):
        engine.sql("select * from nowhere")
