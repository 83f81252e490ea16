"""JSON Lines, Parquet and XLSX as rows of text."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.adapters.files.encoding import decode_text
from storekin.adapters.files.raw import RawTable, clean_header
from storekin.errors import UnreadableFileError
from storekin.wording.rejections import reject


class _RowLines:
    """Lines of a format in which record i stands on line ``first + i``."""

    def __init__(self, first: int) -> None:
        self._first = first

    def __call__(self, records: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return records + self._first


def read_jsonl(path: Path, name: str) -> RawTable:
    """Read JSON Lines; a line that is no JSON object is rejected, the others used.

    Lists are joined by ``|``, objects are kept as JSON.

    Raises:
        UnreadableFileError: If no line is a JSON object.
    """
    import duckdb
    import pyarrow.compute as pc

    read = decode_text(path.read_bytes())
    lines = pa.array(read.text.decode().splitlines(), pa.large_string())
    numbers = pa.array(np.arange(len(lines)), pa.int64())
    filled = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(lines)), 0)
    source = pa.table({"line": lines, "number": numbers}).filter(filled)
    with duckdb.connect() as connection:
        connection.register("source", source)
        valid = connection.sql(
            "select number, line from source"
            " where json_valid(line) and json_type(line) = 'OBJECT' order by number"
        ).to_arrow_table()
        connection.register("valid", valid)
        keys = [
            str(row[0])
            for row in connection.sql(
                "select distinct unnest(json_keys(line)) as key from valid order by key"
            ).fetchall()
        ]
        columns = {}
        for key in keys:
            quoted = key.replace("'", "''").replace('"', '\\"')
            value = f"json_extract(line, '$.\"{quoted}\"')"
            columns[clean_header(key)] = (
                connection.sql(
                    f"select case when json_type({value}) = 'ARRAY' then"  # noqa: S608 - keys are quoted above
                    f" array_to_string(from_json({value}, '[\"VARCHAR\"]'), '|')"
                    f" else line->>'$.\"{quoted}\"' end as v from valid order by number"
                )
                .to_arrow_table()["v"]
                .cast(pa.string())
            )
    if valid.num_rows == 0:
        raise UnreadableFileError(
            f"{name}: no line is a JSON object",
            "write one JSON object a line, such as the first line of the example",
        )
    good = valid["number"].to_numpy()
    wrong = np.setdiff1d(source["number"].to_numpy(), good)
    return RawTable(
        file=name,
        table=pa.table(columns),
        records=good,
        line_of=_RowLines(1),
        rejections=tuple(
            reject("no_object", file=name, line=int(number) + 1) for number in wrong
        ),
        notes=read.notes(name),
    )


def read_parquet(path: Path, name: str) -> RawTable:
    """Read a Parquet file; values become text, lists are joined by ``|``.

    Raises:
        UnreadableFileError: If it is not a Parquet file.
    """
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as problem:
        raise UnreadableFileError(
            f"{name}: this is not a Parquet file ({problem})", "write it again"
        ) from None
    return raw_from_arrow(table, name)


def raw_from_arrow(table: pa.Table, name: str) -> RawTable:
    """Take an Arrow table's values as text, so that all sources are read alike."""
    columns = {
        clean_header(field.name): _as_text(table.column(place))
        for place, field in reversed(list(enumerate(table.schema)))
    }
    return RawTable(
        file=name,
        table=pa.table(columns),
        records=np.arange(table.num_rows),
        line_of=_RowLines(1),
    )


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_text(column.cast(kind.value_type))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pc.binary_join(column.cast(pa.list_(pa.string())), "|")
    if pa.types.is_struct(kind) or pa.types.is_map(kind):
        texts = [
            None
            if value is None
            else json.dumps(
                dict(value) if isinstance(value, list) else value,
                ensure_ascii=False,
                default=str,
            )
            for value in column.to_pylist()
        ]
        return pa.chunked_array([pa.array(texts, pa.string())])
    if pa.types.is_null(kind):
        return pa.chunked_array([pa.nulls(len(column), pa.string())])
    if pa.types.is_floating(kind):
        return _float_text(column)
    return column.cast(pa.string())


def _float_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write floats as people do: 8.0 as 8 (an id read as a number), nan as nothing."""
    import pyarrow.compute as pc

    known = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    text = known.cast(pa.string())
    return pc.replace_substring_regex(text, r"\.0$", "")


def read_sheets(path: Path, name: str) -> dict[str, RawTable]:
    """Read each sheet of an XLSX file that has a header row, by the sheet's name.

    Raises:
        UnreadableFileError: If it is not an XLSX file, or is locked by a password.
    """
    import python_calamine

    try:
        book = python_calamine.load_workbook(str(path))
        sheets = {sheet: book.get_sheet_by_name(sheet) for sheet in book.sheet_names}
    except Exception as problem:  # noqa: BLE001 - the library's errors share no root
        raise UnreadableFileError(
            f"{name}: this is not a readable XLSX file ({problem})",
            "save it as .xlsx without a password, or as CSV in UTF-8",
        ) from None
    tables = {}
    for sheet, content in sheets.items():
        rows = content.to_python(skip_empty_area=False)
        filled = [n for n, row in enumerate(rows) if any(cell != "" for cell in row)]
        if not filled:
            continue
        head = filled[0]
        header = [clean_header(cell) for cell in rows[head]]
        body = filled[1:]
        columns: dict[str, pa.Array] = {}
        for place, word in enumerate(header):
            if word and word not in columns:
                columns[word] = pa.array(
                    [_cell_text(rows[n][place]) for n in body], pa.string()
                )
        tables[sheet] = RawTable(
            file=f"{name}[{sheet}]" if len(sheets) > 1 else name,
            table=pa.table(columns),
            records=np.array(body, np.int64),
            line_of=_RowLines(1),
        )
    return tables


def _cell_text(cell: object) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    isoformat = getattr(cell, "isoformat", None)
    return str(isoformat()) if isoformat is not None else str(cell)
