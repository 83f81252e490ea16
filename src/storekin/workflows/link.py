"""Any table's rows linked, by a map of its columns."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storekin.errors import ColumnMapError, suggest
from storekin.identity.linking.columns import ColumnMap, read_column_map
from storekin.identity.linking.linkage import Linkage, learn_weights, link_rows
from storekin.identity.linking.values import LinkedColumn, read_columns
from storekin.identity.linking.weights import read_weights, write_weights

Step = Callable[[str], None]
_USUAL_KEYS = ("store", "id", "unique_id", "record_id", "rec_id")


@dataclass(frozen=True, slots=True)
class LinkedTable:
    """Pairs of rows with the bits of each column, and how the weights came about."""

    pairs: pa.Table
    groups: tuple[tuple[str, ...], ...]
    converged: bool
    rounds: int


def load_column_map(path: Path) -> ColumnMap:
    """Read a map of columns from TOML.

    Raises:
        ColumnMapError: If it cannot be read, or names no kind.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ColumnMapError(
            f"{path}: cannot be read ({problem})",
            'write TOML with lines such as dob = "date"',
        ) from None
    return read_column_map(data, path.name)


def link_table(
    table: pa.Table,
    columns: ColumnMap | Mapping[str, object],
    *,
    weights: Path | None = None,
    floor: float = 0.05,
    on_step: Step | None = None,
) -> LinkedTable:
    """Find the pairs of a table's rows that mean one: left, right, probability, bits.

    Without *weights* they are learnt from the table itself. A column of bits for each
    mapped column follows, null where a side is empty; persons' names are one column.

    Raises:
        ColumnMapError: If the table lacks a column of the map.
        ModelFileError: If the weights are for other columns.
    """
    say = on_step or (lambda _: None)
    say("candidates")
    read, names = _read(table, columns)
    mixture = None if weights is None else read_weights(weights, read)
    found = link_rows(read, table.num_rows, mixture)
    return LinkedTable(
        _lay_out(found, names, floor),
        _groups(found, names),
        found.mixture.converged,
        found.mixture.rounds,
    )


def learn_table_weights(
    table: pa.Table, columns: ColumnMap | Mapping[str, object]
) -> tuple[str, bool]:
    """Learn the weights of a table's columns, as text; say whether they converged."""
    read, _ = _read(table, columns)
    mixture = learn_weights(read, table.num_rows)
    return write_weights(mixture, read, table.num_rows), mixture.converged


def _read(
    table: pa.Table, columns: ColumnMap | Mapping[str, object]
) -> tuple[list[LinkedColumn], pa.Array]:
    """Read the mapped columns of a table, its rows sorted by their names."""
    chosen = (
        columns
        if isinstance(columns, ColumnMap)
        else read_column_map(columns, "the map of columns")
    )
    wanted = [*chosen.kinds, *([chosen.key] if chosen.key else [])]
    for column in wanted:
        if column not in table.column_names:
            raise ColumnMapError(
                f"the table has no column {column!r}",
                suggest(column, table.column_names),
            )
    names = name_rows(table, chosen)
    order = pc.sort_indices(names)
    return read_columns(table.take(order), chosen), names.take(order)


def name_rows(table: pa.Table, chosen: ColumnMap) -> pa.Array:
    """Give each row's name: the key's, a usual unique key's, or a number."""
    usual = [
        n for n in _USUAL_KEYS if n in table.column_names and n not in chosen.kinds
    ]
    for column in [chosen.key] if chosen.key else usual:
        names = table[column].cast(pa.string())
        if not names.null_count and len(names.unique()) == len(names):
            return pa.concat_arrays(names.chunks) if names.num_chunks else names
        if chosen.key:
            raise ColumnMapError(
                f"the key column {column!r} is empty in a row, or says one name twice",
                "name a column that tells every row apart, or none",
            )
    width = len(str(table.num_rows))
    return pa.array([f"{number + 1:0{width}d}" for number in range(table.num_rows)])


def _lay_out(found: Linkage, names: pa.Array, floor: float) -> pa.Table:
    probability = found.probability()
    keep = probability >= floor
    total = sum(found.bits.values(), np.zeros(len(found.left)))
    columns = {
        "left": names.take(pa.array(found.left[keep])),
        "right": names.take(pa.array(found.right[keep])),
        "probability": pa.array(probability[keep]),
        "bits": pa.array(np.round(total, 2)[keep]),
        "chained": pa.array(found.chained[keep]),
    }
    for name, bits in found.bits.items():
        free = name if name not in columns else f"{name}_bits"
        columns[free] = pa.array(bits[keep], mask=found.silent[name][keep])
    return pa.table(columns)


def _groups(found: Linkage, names: pa.Array) -> tuple[tuple[str, ...], ...]:
    """Give the rows of each group of two and more that strong pairs join."""
    sizes = np.bincount(found.group, minlength=len(found.group))
    rows = np.flatnonzero(sizes[found.group] > 1)
    order = rows[np.argsort(found.group[rows], kind="stable")]
    edges = np.flatnonzero(np.diff(found.group[order], prepend=-1))
    told = names.to_pylist()
    parts = np.split(order, edges[1:]) if len(order) else []
    return tuple(tuple(told[n] for n in part.tolist()) for part in parts)
