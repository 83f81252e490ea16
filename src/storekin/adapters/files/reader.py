"""A portfolio from a folder, a workbook or a single file."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from storekin.adapters.files.csv import read_csv
from storekin.adapters.files.formats import read_jsonl, read_parquet, read_sheets
from storekin.adapters.files.raw import RawTable
from storekin.adapters.files.tables import empty_table, type_table
from storekin.errors import (
    EmptyPortfolioError,
    PortfolioNotFoundError,
    UnreadableFileError,
)
from storekin.records.portfolio import Portfolio, Rejection
from storekin.records.tables import TABLES, TableName, column_names
from storekin.wording.rejections import reject

SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xls")
"""Endings of files that are read."""

Announce = Callable[[str], None]


def read_portfolio(path: Path, *, on_file: Announce | None = None) -> Portfolio:
    """Read a folder of tables, a workbook, or a single table.

    In a folder, ``listings.csv`` and ``listings-2026.parquet`` both are listings.
    Stores that only the other tables name are taken from there. Rows are sorted by
    their ids, so that the order of rows in the files changes nothing.

    Raises:
        PortfolioNotFoundError: If the path leads nowhere.
        EmptyPortfolioError: If no table, or no usable row, is found.
        UnreadableFileError: If a file is not what its ending says.
        MissingColumnError: If a table lacks a column that it needs.
    """
    if not path.exists():
        raise PortfolioNotFoundError(
            f"{path}: there is no such file or folder",
            "check the path, or make an example with `storekin demo DIR`",
        )
    folder = path if path.is_dir() else path.parent
    sources = _folder_sources(path) if path.is_dir() else _file_sources(path)
    parts: dict[TableName, list[pa.Table]] = {name: [] for name in TABLES}
    rejections: list[Rejection] = []
    notes: list[str] = []
    files = []
    for name, raw in sources:
        if on_file is not None:
            on_file(raw.file)
        read = type_table(raw, name)
        parts[name].append(read.table)
        rejections.extend(read.rejections)
        notes.extend(read.notes(raw.file))
        files.append(raw.file)
    tables = {name: _joined(name, parts[name], rejections) for name in TABLES}
    portfolio = assemble(tables, folder, tuple(rejections), tuple(notes), tuple(files))
    if portfolio.stores.num_rows == 0:
        raise EmptyPortfolioError(
            f"{path}: no row could be used ({len(rejections)} were rejected)",
            rejections[0].fix if rejections else "fill the tables, or choose others",
        )
    return portfolio


def assemble(
    tables: dict[TableName, pa.Table],
    folder: Path | None = None,
    rejections: tuple[Rejection, ...] = (),
    notes: tuple[str, ...] = (),
    files: tuple[str, ...] = (),
) -> Portfolio:
    """Put typed tables together: stores completed, rows in the order of their ids."""
    stores = tables["stores"]
    named = pa.concat_arrays(
        [
            pc.unique(tables[name]["store"].combine_chunks())
            if tables[name].num_rows
            else pa.array([], pa.string())
            for name in ("registrations", "listings", "access")
        ]
    ).unique()
    unknown = named.filter(pc.invert(pc.is_in(named, stores["store"].combine_chunks())))
    extra = [*notes]
    if len(unknown):
        if stores.num_rows:
            extra.append(
                f"stores: {len(unknown)} stores of the other tables have no row here"
            )
        blank = {
            field.name: pa.nulls(len(unknown), field.type) for field in stores.schema
        }
        blank["store"] = unknown
        stores = pa.concat_tables([stores, pa.table(blank)])
    return Portfolio(
        stores=stores.sort_by("store").combine_chunks(),
        registrations=_sorted(tables["registrations"], "registrations"),
        listings=_sorted(tables["listings"], "listings"),
        access=_sorted(tables["access"], "access"),
        folder=folder,
        rejections=tuple(sorted(rejections)),
        notes=tuple(extra),
        files=files,
    )


def _sorted(table: pa.Table, name: TableName) -> pa.Table:
    if name == "listings":
        return table.sort_by("listing").combine_chunks()
    keys = [(column, "ascending") for column in column_names(name)]
    return table.sort_by(keys).combine_chunks()


def _joined(
    name: TableName, tables: list[pa.Table], rejections: list[Rejection]
) -> pa.Table:
    """Join the files of one table; an id of an earlier file is not used again."""
    if not tables:
        return empty_table(name)
    if len(tables) == 1:
        return tables[0]
    from storekin.records.tables import KEYS

    whole = pa.concat_tables(tables).combine_chunks()
    key = KEYS[name]
    if key is None:
        return whole
    numbered = whole.select([key]).append_column("row", pa.array(range(len(whole))))
    first = numbered.group_by(key).aggregate([("row", "min")])["row_min"]
    repeated = len(whole) - len(first)
    if repeated:
        rejections.append(
            reject(
                "repeated_in_files",
                file=name,
                line=0,
                column=key,
                about={"count": str(repeated), "column": key},
            )
        )
    return whole.take(first.combine_chunks().sort())


def _folder_sources(folder: Path) -> list[tuple[TableName, RawTable]]:
    files = sorted(
        entry
        for entry in folder.iterdir()
        if entry.is_file() and entry.suffix.lower() in SUFFIXES
    )
    sources: list[tuple[TableName, RawTable]] = []
    for file in files:
        if file.suffix.lower() in (".xlsx", ".xls"):
            sources.extend(_workbook_sources(file))
            continue
        name = _table_of(file.stem)
        if name is not None:
            sources.append((name, _read(file)))
    if not sources:
        raise EmptyPortfolioError(
            f"{folder}: no table was found"
            f" ({len(files)} files with endings that could be read)",
            "name the files stores, registrations, listings or access"
            " (.csv, .jsonl, .parquet, .xlsx)",
        )
    return sources


def _file_sources(file: Path) -> list[tuple[TableName, RawTable]]:
    if file.suffix.lower() in (".xlsx", ".xls"):
        return _workbook_sources(file)
    raw = _read(file)
    return [(_guess_table(file.stem, raw), raw)]


def _workbook_sources(file: Path) -> list[tuple[TableName, RawTable]]:
    sheets = read_sheets(file, file.name)
    sources = [
        (name, raw)
        for sheet, raw in sheets.items()
        if (name := _table_of(sheet)) is not None
    ]
    if sources:
        return sources
    if len(sheets) == 1:
        raw = next(iter(sheets.values()))
        return [(_guess_table(file.stem, raw), raw)]
    if not sheets:
        raise UnreadableFileError(
            f"{file.name}: every sheet is empty", "fill it, or take it out"
        )
    raise UnreadableFileError(
        f"{file.name}: no sheet is named after a table (found: {', '.join(sheets)})",
        "name the sheets stores, registrations, listings or access",
    )


def read_raw(file: Path) -> RawTable:
    """Read one file of any kind as rows of text; of a workbook, its first sheet.

    Raises:
        PortfolioNotFoundError: If there is no such file.
        UnreadableFileError: If the file is not what its ending says.
    """
    if not file.is_file():
        raise PortfolioNotFoundError(f"{file}: there is no such file", "check the path")
    if file.suffix.lower() in (".xlsx", ".xls"):
        sheets = read_sheets(file, file.name)
        if not sheets:
            raise UnreadableFileError(
                f"{file.name}: every sheet is empty", "fill it, or take it out"
            )
        return next(iter(sheets.values()))
    return _read(file)


def _read(file: Path) -> RawTable:
    suffix = file.suffix.lower()
    if suffix == ".parquet":
        return read_parquet(file, file.name)
    if suffix in (".jsonl", ".ndjson"):
        return read_jsonl(file, file.name)
    if suffix in (".csv", ".tsv", ".txt"):
        known = {column for name in TABLES for column in column_names(name)}
        return read_csv(file, file.name, known)
    raise UnreadableFileError(
        f"{file.name}: files that end in {suffix or 'nothing'!r} are not read",
        f"save it as one of: {', '.join(SUFFIXES)}",
    )


def _table_of(stem: str) -> TableName | None:
    """Name the table that a file or sheet holds, by its first word."""
    lowered = stem.strip().lower()
    for name in TABLES:
        if lowered == name or (
            lowered.startswith(name) and not lowered[len(name)].isalpha()
        ):
            return name
    return None


def _guess_table(stem: str, raw: RawTable) -> TableName:
    named = _table_of(stem)
    if named is not None:
        return named
    present = set(raw.table.column_names)
    if "listing" in present or "title" in present:
        return "listings"
    scores = {name: len(present & set(column_names(name))) for name in TABLES}
    return max(TABLES, key=lambda name: (scores[name], name == "registrations"))
