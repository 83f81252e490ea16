"""A table of results as a file, in the format that the file's name says."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from storekin.errors import OutputFolderError
from storekin.normalise.cells import FORMULA_STARTS, safe_cell

_BOM = b"\xef\xbb\xbf"


def check_table_name(path: Path) -> None:
    """Refuse a name that says a format which is not written.

    Raises:
        OutputFolderError: If the name ends in anything but the formats that are.
    """
    if path.suffix.lower() not in _WRITERS:
        raise OutputFolderError(
            f"{path}: a table is not written as {path.suffix}"
            if path.suffix
            else f"{path}: the name does not say the format",
            "let the name end in .parquet, .csv or .jsonl",
        )


def write_table_file(table: pa.Table, name: Path, file: Path) -> None:
    """Write *table* to *file* in the format that *name* ends in.

    Raises:
        OutputFolderError: If it is none that is written.
        OSError: If the file cannot be written.
    """
    check_table_name(name)
    _WRITERS[name.suffix.lower()](table, file)


def _write_parquet(table: pa.Table, file: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, file, compression="zstd")


def _write_csv(table: pa.Table, file: Path) -> None:
    """Write UTF-8 with its mark, as spreadsheets expect; nothing is a formula."""
    import pyarrow.csv

    columns = [_as_cells(table.column(place)) for place in range(table.num_columns)]
    names = [safe_cell(name) for name in table.column_names]
    with file.open("wb") as sink:
        sink.write(_BOM)
        pyarrow.csv.write_csv(pa.table(columns, names=names), sink)


def _as_cells(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give texts that no spreadsheet calculates; what has parts is written as JSON."""
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
        column = column.cast(kind)
    if pa.types.is_nested(kind):
        parts = (
            None if each is None else json.dumps(each, ensure_ascii=False, default=str)
            for each in column.to_pylist()
        )
        column = pa.chunked_array([pa.array(parts, pa.string())])
        kind = pa.string()
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return column
    starts = pc.utf8_slice_codeunits(column, 0, 1)
    risky = pc.is_in(starts, value_set=pa.array(FORMULA_STARTS, kind))
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)


def _write_lines(table: pa.Table, file: Path) -> None:
    """Write one JSON object a row; what is not known is null."""
    import duckdb

    place = str(file).replace("'", "''")
    with duckdb.connect() as connection:
        connection.register("rows", table)
        try:
            connection.execute(f"COPY rows TO '{place}' (FORMAT json)")
        except duckdb.IOException as problem:
            raise OSError(str(problem)) from None


_WRITERS: dict[str, Callable[[pa.Table, Path], None]] = {
    ".parquet": _write_parquet,
    ".pq": _write_parquet,
    ".csv": _write_csv,
    ".jsonl": _write_lines,
    ".ndjson": _write_lines,
}
