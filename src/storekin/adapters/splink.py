"""Models of Splink: read and used as they are, and written for it.

A model is JSON: comparisons with SQL conditions for their levels, each with an m and a
u, and blocking rules. What its conditions say is asked of DuckDB, which reads no file
and no network while it does: a model is data that others may have written.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.errors import ModelFileError
from storekin.identity.linking.sql import SqlLevel, SqlModel, quoted

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_FIX = "name the JSON of a trained model, as Splink's save_model_to_json writes it"


def read_splink_model(path: Path) -> SqlModel:
    """Read a trained model.

    Raises:
        ModelFileError: If it is none, or a level was not trained.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        comparisons = {
            str(one["output_column_name"]): tuple(
                _level(path, one["output_column_name"], level)
                for level in one["comparison_levels"]
            )
            for one in data["comparisons"]
        }
        rules = tuple(
            str(rule["blocking_rule"] if isinstance(rule, Mapping) else rule)
            for rule in data["blocking_rules_to_generate_predictions"]
        )
        prior = float(data["probability_two_random_records_match"])
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as problem:
        raise ModelFileError(
            f"{path}: this is no model of Splink's ({problem})", _FIX
        ) from None
    if data.get("link_type", "dedupe_only") != "dedupe_only":
        raise ModelFileError(
            f"{path}: the model links tables ({data['link_type']})",
            "give a model of the type dedupe_only: the rows of one table",
        )
    if not comparisons or not rules or not 0 < prior < 1:
        raise ModelFileError(
            f"{path}: a model needs comparisons, blocking rules, and a prior"
            " between 0 and 1",
            _FIX,
        )
    key = str(data.get("unique_id_column_name") or "unique_id")
    return SqlModel(comparisons, rules, prior, key)


def _level(path: Path, comparison: str, data: Mapping[str, Any]) -> SqlLevel:
    condition, label = str(data["sql_condition"]), str(data.get("label_for_charts", ""))
    if data.get("is_null_level"):
        return SqlLevel(condition, label, None, None)
    m, u = data.get("m_probability"), data.get("u_probability")
    if not all(isinstance(one, int | float) and one > 0 for one in (m, u)):
        raise ModelFileError(
            f"{path}: {comparison}, level {label!r} has no m or no u",
            "train it in Splink before it is saved",
        )
    rare_by = data.get("tf_adjustment_column")
    weight = data.get("tf_adjustment_weight", 1.0)
    return SqlLevel(condition, label, m, u, rare_by, float(weight))


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """Pairs of rows (left < right) with the bits of each comparison, NaN if silent."""

    left: IntArray
    right: IntArray
    bits: dict[str, FloatArray]
    prior_bits: float


def score_by_splink(model: SqlModel, table: pa.Table, path: Path) -> ScoredPairs:
    """Find and weigh a table's pairs as Splink does with the model.

    Raises:
        ModelFileError: If the table lacks a column, or a condition is no SQL.
    """
    import duckdb

    with duckdb.connect() as connection:
        _shut(connection)
        rows = np.arange(table.num_rows)
        connection.register("given", table.append_column("_row", pa.array(rows)))
        connection.execute("create table r as select * from given")
        try:
            rules = " union ".join(
                f"select l._row a, r._row b from r l join r r on ({rule})"
                " where l._row < r._row"
                for rule in model.rules
            )
            connection.execute(f"create table p as {rules}")
            pairs = connection.execute("select a, b from p order by a, b").fetchnumpy()
            bits = {
                name: _bits(connection, table, levels)
                for name, levels in model.comparisons.items()
            }
        except duckdb.Error as problem:
            told = str(problem).splitlines()[0]
            raise ModelFileError(
                f"{path}: the model cannot be asked of this table ({told})",
                "give the table the columns that the model was trained on",
            ) from None
    prior = math.log2(model.prior / (1 - model.prior))
    return ScoredPairs(
        pairs["a"].astype(np.int64), pairs["b"].astype(np.int64), bits, prior
    )


def _shut(connection: Any) -> None:  # noqa: ANN401 - a connection of DuckDB
    """Let conditions see the tables given to them, and nothing else."""
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def ask_levels(
    conditions: Sequence[str], table: pa.Table, left: IntArray, right: IntArray
) -> IntArray:
    """Say which of the conditions each pair of rows meets first."""
    import duckdb

    with duckdb.connect() as connection:
        _shut(connection)
        rows = pa.array(np.arange(table.num_rows))
        connection.register("r", table.append_column("_row", rows))
        connection.register("p", pa.table({"a": left, "b": right}))
        found = connection.execute(
            f"select {_case(conditions)} g from ({_sides(table.column_names)})"
            " order by a, b"
        ).fetchnumpy()["g"]
    return np.asarray(found, np.int64)


def _case(conditions: Sequence[str]) -> str:
    whens = [
        f"when {condition} then {place}"
        for place, condition in enumerate(conditions)
        if condition.strip().upper() != "ELSE"
    ]
    return f"case {' '.join(whens)} else {len(conditions) - 1} end"


def _sides(columns: Sequence[str]) -> str:
    """Put both rows of each pair side by side, under Splink's names."""
    sides = ", ".join(
        f"{side}.{quoted(column)} as {quoted(column + ending)}"
        for column in columns
        for side, ending in (("l", "_l"), ("r", "_r"))
    )
    return (
        f"select p.a, p.b, {sides} from p join r l on l._row = p.a"
        " join r r on r._row = p.b"
    )


def _bits(connection: Any, table: pa.Table, levels: Sequence[SqlLevel]) -> FloatArray:  # noqa: ANN401
    """Weigh one comparison over all pairs, what is equal by how rare it is."""
    case = _case([level.condition for level in levels])
    query = f"select {case} g from ({_sides(table.column_names)}) order by a, b"
    level = np.asarray(connection.execute(query).fetchnumpy()["g"], np.int64)
    weights = np.array(
        [np.log2(one.m / one.u) if one.m and one.u else np.nan for one in levels],
        np.float64,
    )
    bits: FloatArray = weights[level]
    for place, one in enumerate(levels):
        rows = np.flatnonzero(level == place)
        if one.rare_by is not None and one.u is not None and len(rows):
            share = _shares(connection, one.rare_by)[rows]
            bits[rows] += one.rarity * np.log2(one.u / share)
    return bits


def _shares(connection: Any, column: str) -> FloatArray:  # noqa: ANN401
    """Give, for each pair, the larger share of the rows that have its two values."""
    name = quoted(column)
    query = (
        f"with t as (select {name} v, count(*) / sum(count(*)) over () s from r"
        f" where {name} is not null group by 1)"
        " select greatest(x.s, y.s) s from p join r l on l._row = p.a"
        f" join r r on r._row = p.b left join t x on x.v = l.{name}"
        f" left join t y on y.v = r.{name} order by p.a, p.b"
    )
    return np.asarray(connection.execute(query).fetchnumpy()["s"], np.float64)


def write_splink_model(model: SqlModel) -> str:
    """Write a model as the JSON that Splink loads."""
    comparisons = [
        {
            "output_column_name": name,
            "comparison_levels": [_level_as_json(level) for level in levels],
        }
        for name, levels in model.comparisons.items()
    ]
    told = {
        "link_type": "dedupe_only",
        "unique_id_column_name": model.key,
        "probability_two_random_records_match": model.prior,
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": rule, "sql_dialect": "duckdb"} for rule in model.rules
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _level_as_json(level: SqlLevel) -> dict[str, object]:
    told: dict[str, object] = {
        "sql_condition": level.condition,
        "label_for_charts": level.label,
    }
    if level.m is None:
        return {**told, "is_null_level": True}
    told |= {"m_probability": level.m, "u_probability": level.u}
    if level.rare_by is not None:
        told["tf_adjustment_column"] = level.rare_by
        told["tf_adjustment_weight"] = level.rarity
    return told
