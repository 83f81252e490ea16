"""Learnt weights in another tool's terms: levels as SQL conditions, with m and u.

What our levels say cannot all be said in SQL. So a model that goes out has conditions
that the other tool knows, and their m and u are measured: m on the pairs that our own
comparison finds to be one, each by its probability, and u on pairs taken at random.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.errors import TrainingDataError
from storekin.identity.linking.columns import ColumnMap, Kind
from storekin.identity.linking.linkage import JOIN_BITS, link_rows
from storekin.identity.linking.sql import SqlLevel, SqlModel, quoted
from storekin.identity.linking.values import read_columns
from storekin.identity.values import IntArray
from storekin.workflows.link import LinkedTable, name_rows

AskLevels = Callable[[Sequence[str], pa.Table, IntArray, IntArray], IntArray]
"""Says which of some SQL conditions each pair of a table's rows meets first."""

_RANDOM_PAIRS = 200_000
_FEWEST = 0.5
_SURE = 20

_ELSE = ("ELSE", "different")
_CLOSE: dict[Kind, tuple[tuple[str, str], ...]] = {
    "person_name": (
        ("jaro_winkler_similarity({l}, {r}) >= 0.92", "nearly equal"),
        ("jaro_winkler_similarity({l}, {r}) >= 0.8", "alike"),
    ),
    "company_name": (
        ("jaro_winkler_similarity({l}, {r}) >= 0.92", "nearly equal"),
        ("jaccard({l}, {r}) >= 0.7", "of like letters"),
    ),
    "date": (
        ("damerau_levenshtein({l}, {r}) <= 1", "one character off"),
        ("left({l}, 4) = left({r}, 4)", "the same first four characters"),
    ),
    "place": (
        ("jaro_winkler_similarity({l}, {r}) >= 0.92", "nearly equal"),
        ("jaro_winkler_similarity({l}, {r}) >= 0.8", "alike"),
    ),
    "postal_code": (
        ("damerau_levenshtein({l}, {r}) <= 1", "one character off"),
        ("left({l}, 3) = left({r}, 3)", "the same first three characters"),
    ),
    "phone": (("damerau_levenshtein({l}, {r}) <= 1", "one character off"),),
    "email": (
        ("split_part({l}, '@', 1) = split_part({r}, '@', 1)", "the same name"),
        ("jaro_winkler_similarity({l}, {r}) >= 0.92", "nearly equal"),
    ),
    "identifier": (("damerau_levenshtein({l}, {r}) <= 1", "one character off"),),
    "other": (("jaro_winkler_similarity({l}, {r}) >= 0.92", "nearly equal"),),
}
_TELLING = ("phone", "email", "identifier", "company_name")
"""Kinds of which one equal value is enough to compare two rows."""


def measure_sql_levels(
    table: pa.Table, columns: ColumnMap, ask: AskLevels
) -> tuple[SqlModel, bool]:
    """Learn what the columns say, and measure it by conditions that SQL can tell.

    Says, too, whether what was learnt had come to rest.

    Raises:
        TrainingDataError: If hardly a pair of the table is found to be one.
    """
    found = link_rows(read_columns(table, columns), table.num_rows)
    sure = found.probability()
    if sure.sum() < _SURE:
        raise TrainingDataError(
            f"only about {sure.sum():.0f} pairs of the table are found to be one",
            "take a table with more rows that mean one person, company or place",
        )
    random = np.random.default_rng(1)
    one = random.integers(0, table.num_rows, _RANDOM_PAIRS)
    other = random.integers(0, table.num_rows, _RANDOM_PAIRS)
    apart = one != other
    one, other = np.minimum(one, other)[apart], np.maximum(one, other)[apart]
    comparisons = {}
    for name, kind in columns.kinds.items():
        conditions = _conditions(name, kind)
        wanted = [condition for condition, _ in conditions]
        m = _shares(ask(wanted, table, found.left, found.right), sure, len(wanted))
        alike = ask(wanted, table, one, other)
        u = _shares(alike, np.ones(len(one)), len(wanted))
        silent, *told = conditions
        comparisons[name] = (
            SqlLevel(*silent),
            *(
                SqlLevel(*level, m=float(m[place]), u=float(u[place]))
                for place, level in enumerate(told)
            ),
        )
    count = table.num_rows
    prior = float(sure.sum() / (count * (count - 1) / 2))
    model = SqlModel(comparisons, _rules(columns), prior, columns.key or "unique_id")
    return model, found.mixture.converged


def _conditions(name: str, kind: Kind) -> list[tuple[str, str]]:
    left, right = quoted(f"{name}_l"), quoted(f"{name}_r")
    return [
        (f"{left} IS NULL OR {right} IS NULL", "empty"),
        (f"{left} = {right}", "equal"),
        *((sql.format(l=left, r=right), label) for sql, label in _CLOSE[kind]),
        _ELSE,
    ]


def _shares(
    levels: IntArray, weights: npt.NDArray[np.float64], count: int
) -> npt.NDArray[np.float64]:
    """Count the levels of pairs that are not silent (level 0)."""
    found = np.bincount(levels, weights, count)[1:] + _FEWEST
    shares: npt.NDArray[np.float64] = found / found.sum()
    return shares


def _rules(columns: ColumnMap) -> tuple[str, ...]:
    """Give the rules by which rows are compared: one telling value, or two others."""

    def equal(name: str, kind: Kind) -> str:
        left, right = f"l.{quoted(name)}", f"r.{quoted(name)}"
        if kind in ("person_name", "place"):
            return f"left({left}, 4) = left({right}, 4)"
        return f"{left} = {right}"

    told = [(name, kind) for name, kind in columns.kinds.items() if kind != "other"]
    alone = [equal(name, kind) for name, kind in told if kind in _TELLING]
    rest = [equal(name, kind) for name, kind in told if kind not in _TELLING]
    both = [
        f"{one} and {other}"
        for place, one in enumerate(rest)
        for other in rest[place + 1 :]
    ]
    every = [equal(name, kind) for name, kind in columns.kinds.items()]
    return tuple(alone + both or every[:1])


def lay_out_scored(
    table: pa.Table,
    key: str | None,
    left: IntArray,
    right: IntArray,
    bits: dict[str, npt.NDArray[np.float64]],
    prior_bits: float,
    floor: float,
) -> LinkedTable:
    """Lay out pairs that were weighed elsewhere, as a linked table's are."""
    from storekin.kernels.groups import components

    names = name_rows(table, ColumnMap({}, key))
    total = np.nansum([*bits.values(), np.zeros(len(left))], axis=0)
    odds = total + prior_bits
    probability = np.round(1 / (1 + np.exp2(-np.clip(odds, -60, 60))), 6)
    keep = np.flatnonzero(probability >= floor)
    columns = {
        "left": names.take(pa.array(left[keep])),
        "right": names.take(pa.array(right[keep])),
        "probability": pa.array(probability[keep]),
        "bits": pa.array(np.round(total, 2)[keep]),
        "chained": pa.array(np.zeros(len(keep), np.bool_)),
    }
    for name, told in bits.items():
        free = name if name not in columns else f"{name}_bits"
        columns[free] = pa.array(np.round(told[keep], 2), mask=np.isnan(told[keep]))
    joined = odds >= JOIN_BITS
    group = components(table.num_rows, left[joined], right[joined])
    order = np.argsort(group, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    written = names.to_pylist()
    groups = tuple(tuple(written[n] for n in p.tolist()) for p in parts if len(p) > 1)
    return LinkedTable(pa.table(columns), groups, converged=True, rounds=1)
