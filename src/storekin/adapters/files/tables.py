"""Raw rows to one of the four tables, with every fault in its place."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.adapters.files.columns import Faults, convert
from storekin.adapters.files.raw import RawTable
from storekin.errors import MissingColumnError
from storekin.records.portfolio import Rejection
from storekin.records.tables import KEYS, TABLES, Column, TableName
from storekin.wording.rejections import reject


@dataclass(frozen=True, slots=True)
class ReadTable:
    """One file's usable rows as a table, its rejections, and its unknown columns.

    ``told`` are notes on the file itself.
    """

    table: pa.Table
    rejections: tuple[Rejection, ...]
    unknown: tuple[str, ...]
    told: tuple[str, ...] = ()

    def notes(self, file: str) -> list[str]:
        """Give the notes on *file*; columns that nothing reads are named in one."""
        if not self.unknown:
            return list(self.told)
        names = ", ".join(repr(word) for word in self.unknown)
        return [*self.told, f"{file}: columns that are not used: {names}"]


def empty_table(name: TableName) -> pa.Table:
    """Give a table without rows, with its columns' kinds."""
    return pa.table(
        {c.name: pa.array([], arrow_kind(c)) for c in TABLES[name]},
    )


def arrow_kind(column: Column) -> pa.DataType:
    """Give the Arrow type that a column is kept in."""
    if column.kind == "price":
        return pa.float64()
    return pa.date32() if column.kind == "date" else pa.string()


def type_table(
    raw: RawTable, name: TableName, *, optional: frozenset[str] = frozenset()
) -> ReadTable:
    """Convert a raw table; rows that cannot be used are left out and named.

    Columns in ``optional`` may be missing although the table asks for them.

    Raises:
        MissingColumnError: If a column that the table asks for is not there.
    """
    present = set(raw.table.column_names)
    total = raw.table.num_rows
    columns: dict[str, pa.Array] = {}
    faults: list[Faults] = []
    for column in TABLES[name]:
        needed = column.required and column.name not in optional
        if column.name not in present:
            if needed:
                raise MissingColumnError.at(
                    raw.file, column.name, raw.table.column_names
                )
            columns[column.name] = pa.nulls(total, arrow_kind(column))
            continue
        values = raw.table[column.name]
        columns[column.name], found = convert(column, _whole(values))
        faults.extend(found)
        if needed:
            faults.extend(_empty_cells(column.name, columns[column.name]))
    keep = np.ones(total, bool)
    for fault in faults:
        if fault.drops_row:
            keep[fault.rows] = False
    key = KEYS[name]
    if key is not None and key in present:
        repeated = _repeats(columns[key], keep)
        if len(repeated):
            about = (("column", key),)
            faults.append(
                Faults(key, repeated, "repeated_id", drops_row=True, about=about)
            )
            keep[repeated] = False
    table = pa.table(columns)
    if not keep.all():
        table = table.filter(pa.array(keep))
    return ReadTable(
        table=table,
        rejections=raw.rejections + _rejections(raw, faults),
        unknown=tuple(
            sorted(present - {column.name for column in TABLES[name]}),
        ),
        told=raw.notes,
    )


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays([*column.chunks, pa.array([], column.type)])


def _empty_cells(name: str, values: pa.Array) -> list[Faults]:
    rows = np.flatnonzero(pc.is_null(values).to_numpy(zero_copy_only=False))
    if not len(rows):
        return []
    about = (("column", name),)
    return [Faults(name, rows, "empty_cell", drops_row=True, about=about)]


def _repeats(values: pa.Array, keep: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    encoded = pc.fill_null(values, "").dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(keep)
    if len(encoded.dictionary) >= len(values):
        return np.empty(0, np.int64)
    _, first = np.unique(codes[rows], return_index=True)
    later = np.ones(len(rows), bool)
    later[first] = False
    return rows[later]


def _rejections(raw: RawTable, faults: list[Faults]) -> tuple[Rejection, ...]:
    found: list[Rejection] = []
    for fault in faults:
        lines = raw.line_of(raw.records[fault.rows])
        found.extend(
            reject(
                fault.kind,
                file=raw.file,
                line=int(line),
                column=fault.column,
                used=not fault.drops_row,
                about=dict(fault.about),
            )
            for line in lines
        )
    return tuple(found)


def type_columns(table: pa.Table, name: TableName) -> tuple[pa.Table, list[Faults]]:
    """Convert known columns and keep every row; unreadable values become null."""
    total = table.num_rows
    columns: dict[str, pa.Array] = {}
    faults: list[Faults] = []
    for column in TABLES[name]:
        if column.name not in table.column_names:
            columns[column.name] = pa.nulls(total, arrow_kind(column))
            continue
        converted, found = convert(column, _whole(table[column.name]))
        for fault in found:
            keep = np.ones(total, bool)
            keep[fault.rows] = False
            blank = pa.scalar(None, converted.type)
            converted = pc.if_else(pa.array(keep), converted, blank)
        columns[column.name] = converted
        faults.extend(found)
    return pa.table(columns), faults
