"""Chooses the adapters: the only module that names a concrete one."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite, nan
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.adapters.files.formats import raw_from_arrow
from storekin.adapters.files.raw import RawTable
from storekin.adapters.files.reader import assemble, read_portfolio, read_raw
from storekin.adapters.files.tables import (
    empty_table,
    type_columns,
    type_table,
)
from storekin.errors import (
    InvalidRecordError,
    InvalidTableError,
    MissingColumnError,
    OutputFolderError,
    suggest,
)
from storekin.kernels.parallel import run_chunks
from storekin.records.declaration import Declaration
from storekin.records.judgement import Judgement
from storekin.records.portfolio import Portfolio, Rejection
from storekin.records.tables import TABLES, TableName, column_names
from storekin.wording.rejections import tell

if TYPE_CHECKING:
    from storekin.adapters.case_folder import FolderCases
    from storekin.cases.case import Case
    from storekin.cases.letter import Letter
    from storekin.cases.readiness import Comparers
    from storekin.cases.statement import StatementOfReasons
    from storekin.identity.judgements import Conflict
    from storekin.identity.learning import Learnt
    from storekin.identity.linking.columns import ColumnMap
    from storekin.listings.encoding import Encoders
    from storekin.listings.training import Report
    from storekin.workflows.given_pairs import GivenPairs
    from storekin.workflows.link import LinkedTable


def open_encoders(folders: Sequence[Path]) -> "Encoders":
    """Open the ONNX encoders of some folders; see ``adapters.onnx``."""
    from storekin.adapters import onnx

    return onnx.open_encoders(folders)


def check_table_name(path: Path) -> None:
    """Refuse a name that says a format which is not written; ``files.writing``."""
    from storekin.adapters.files import writing

    writing.check_table_name(path)


def write_table_file(table: pa.Table, name: Path, file: Path) -> None:
    """Write a table in the format that *name* ends in; see ``adapters.files.writing``.

    Raises:
        OutputFolderError: If it is none that is written.
    """
    from storekin.adapters.files import writing

    writing.write_table_file(table, name, file)


def case_folder(folder: Path) -> "FolderCases":
    """Open a folder of cases; see ``adapters.case_folder``."""
    from storekin.adapters.case_folder import FolderCases

    return FolderCases(folder)


def write_statements(
    out: Path, name: str, case: "Case", told: "Sequence[StatementOfReasons]"
) -> list[Path]:
    """Write a statement as page, PDF and JSON, with the EU's record of a measure.

    Raises:
        OutputFolderError: If *out* cannot be written.
    """
    from storekin.adapters.pdf import write_pdf
    from storekin.workflows.cases import statement_page

    texts: dict[str, bytes] = {}
    for one in told:
        texts[f"{name}.{one.language}.html"] = statement_page(one).encode()
        texts[f"{name}.{one.language}.json"] = _json(one.as_json()).encode()
        texts[f"{name}.{one.language}.pdf"] = write_pdf(
            one.title, one.sections(), one.language
        )
    record = case.events[-1].data.get("transparency")
    if record is not None:
        texts[f"{name}.eu-transparency.json"] = _json(record).encode()
    return write_files(out, texts)


def one_picture(left: bytes, right: bytes) -> bool:
    """Say whether two pictures are one, edited; what is no picture is like no other."""
    from storekin.errors import PictureError
    from storekin.kernels.compiled import PICTURES, prepare
    from storekin.pictures.decode import decode_picture
    from storekin.pictures.prints import print_picture
    from storekin.pictures.recognition import recognise

    prepare(PICTURES)
    try:
        seen = [print_picture(decode_picture(one)) for one in (left, right)]
    except PictureError:
        return False
    found = recognise(*seen)
    return found.recognised and not found.recoloured


def comparers() -> "Comparers":
    """Give the two matchers, as the check of an appeal asks them."""
    from storekin.cases.readiness import Comparers

    return Comparers(_one_company, _alike)


def _one_company(left: str, right: str) -> bool:
    """Say whether two company names are one's, by the identity matcher."""
    from storekin.kernels.compiled import REGISTRATIONS, prepare
    from storekin.workflows.match import score_registration_pairs

    prepare(REGISTRATIONS)
    pairs = pa.table({"left_company_name": [left], "right_company_name": [right]})
    both, _ = typed_pairs(records_of(pairs, "names"), "registrations")
    scored = score_registration_pairs(numbered_stores(both))
    bits = scored["similar_company_name"][0].as_py()
    return bits is not None and bits > 0


_MOST_COMPARED = 50_000
_ALIKE_FROM = 0.5


def _alike(
    lines: Sequence[tuple[str, str]], listings: Sequence[tuple[str, str]]
) -> set[tuple[int, int]]:
    """Give the lines and listings that show one product, by the listings matcher."""
    from storekin.kernels.compiled import LISTINGS, prepare
    from storekin.workflows.match import score_listing_pairs

    places = [
        (line, listing)
        for line, (name, _) in enumerate(lines)
        for listing in range(len(listings))
        if name
    ][:_MOST_COMPARED]
    codes = [
        (line, listing)
        for line, (_, code) in enumerate(lines)
        for listing, (_, other) in enumerate(listings)
        if code and code == other
    ]
    if not places:
        return set(codes)
    prepare(LISTINGS)
    pairs = pa.table(
        {
            "left_title": [lines[line][0] for line, _ in places],
            "right_title": [listings[listing][0] for _, listing in places],
        }
    )
    given, _ = tied_pairs(records_of(pairs, "lines"), None)
    likely = score_listing_pairs(given)["probability"].to_numpy()
    found = {
        place for place, one in zip(places, likely, strict=True) if one >= _ALIKE_FROM
    }
    return found | set(codes)


def letter_files(letter: "Letter") -> dict[str, bytes]:
    """Give a letter as files: plain text, DOCX and PDF; see ``adapters``."""
    from storekin.adapters.docx import write_docx
    from storekin.adapters.pdf import write_pdf

    return {
        f"letter.{letter.language}.pdf": write_pdf(
            letter.title, letter.sections, letter.language
        ),
        f"letter.{letter.language}.txt": letter.as_text().encode(),
        f"letter.{letter.language}.docx": write_docx(letter),
    }


def write_files(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write files into a folder.

    Raises:
        OutputFolderError: If it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as problem:
        raise OutputFolderError(
            f"{folder}: cannot be written ({problem.strerror or problem})",
            "choose a folder that you may write to",
        ) from problem
    return [folder / name for name in files]


def write_ruling(path: Path, name: str, case: "Case", author: str) -> None:
    """Write down that a ruling found two stores not to be one seller's.

    Raises:
        StorekinError: If the file cannot be used.
    """
    opened, at = case.opened, case.events[-1].at.date()
    reason = f"ruling in {name}"
    left, right = opened["left"], opened["right"]
    write_judgement(path, left, right, "not_same", reason, author, at, None)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def open_portfolio(
    path: Path, on_file: Callable[[str], None] | None = None
) -> Portfolio:
    """Read a portfolio from files; see ``adapters.files.reader``."""
    return read_portfolio(path, on_file=on_file)


def read_context(path: Path) -> Portfolio:
    """Read the listings around given pairs: a listings table."""
    return typed_records(read_raw(path), "listings", "listing", path.parent)


def as_arrow(table: object, name: str) -> pa.Table:
    """Take an Arrow, pandas or polars table.

    Raises:
        InvalidTableError: If it is none of them.
    """
    if isinstance(table, pa.Table):
        return table
    if hasattr(table, "__arrow_c_stream__"):
        return pa.table(table)
    to_arrow = getattr(table, "to_arrow", None)
    if callable(to_arrow):
        return pa.table(to_arrow())
    raise InvalidTableError(
        f"{name}: {type(table).__name__} is not a table",
        "pass a pyarrow.Table, or a pandas or polars DataFrame",
    )


def portfolio_of(tables: Mapping[str, object]) -> Portfolio:
    """Make a portfolio of tables in memory, by the same rules as files.

    Raises:
        InvalidTableError: If a name is not one of the four tables.
        MissingColumnError: If a table lacks a column that it needs.
    """
    typed: dict[TableName, pa.Table] = {name: empty_table(name) for name in TABLES}
    rejections: list[Rejection] = []
    notes: list[str] = []
    for name, table in tables.items():
        known = [known for known in TABLES if known == name]
        if not known:
            problem = f"a portfolio has no table {name!r}"
            raise InvalidTableError(problem, suggest(name, list(TABLES)))
        read = type_table(raw_from_arrow(as_arrow(table, name), name), known[0])
        typed[known[0]] = read.table
        rejections.extend(read.rejections)
        notes.extend(read.notes(name))
    return assemble(typed, None, tuple(rejections), tuple(notes), tuple(tables))


def read_records(path: Path) -> RawTable:
    """Read one file of any kind as rows of text."""
    return read_raw(path)


def read_store_pairs(path: Path, day: date) -> list[tuple[str, str]]:
    """Read pairs of stores from a file with the columns ``left`` and ``right``.

    Of a file of judgements they are those that are not the same, and bind on *day*.

    Raises:
        MissingColumnError: If it lacks one of them.
    """
    raw = read_raw(path)
    _need_columns(raw, ("left", "right"))
    if "verdict" in raw.table.column_names:
        from storekin.identity.judgements import binding

        held = binding(read_judgements(path), day)
        return [(j.left, j.right) for j in held if j.verdict == "not_same"]
    return [
        (left, right)
        for left, right in zip(
            raw.table["left"].to_pylist(), raw.table["right"].to_pylist(), strict=True
        )
        if left and right
    ]


def read_judgements(path: Path) -> list[Judgement]:
    """Read judgements: left, right, verdict, reason, author, made_on, expires_on.

    Raises:
        StorekinError: If a column is missing, or a row says something else.
    """
    raw = read_raw(path)
    needed = ("left", "right", "verdict", "reason", "author", "made_on")
    _need_columns(raw, needed)
    judgements = []
    for number, row in enumerate(raw.table.to_pylist(), 1):
        for column in needed:
            if not row[column]:
                raise InvalidRecordError(
                    f"{raw.file}, judgement {number}: {column!r} is empty",
                    f"give each judgement its {column}",
                )
        until = row.get("expires_on")
        judgements.append(
            Judgement(
                **{name: row[name] for name in needed[:-1]},
                made_on=_day(raw.file, number, row["made_on"]),
                expires_on=_day(raw.file, number, until) if until else None,
            )
        )
    return judgements


def write_judgement(
    path: Path,
    left: str,
    right: str,
    verdict: str,
    reason: str,
    author: str,
    made_on: date,
    expires_on: date | None,
) -> "tuple[Judgement, list[Conflict]]":
    """Add a judgement to a file of them; give it, and what it contradicts.

    Raises:
        StorekinError: If the file or the judgement cannot be used.
    """
    from storekin.identity.judgements import binding, find_conflicts

    written = Judgement(
        left=left,
        right=right,
        verdict=verdict,  # type: ignore[arg-type] # the record checks it
        reason=reason,
        author=author,
        made_on=made_on,
        expires_on=expires_on,
    )
    known = read_judgements(path) if path.exists() and path.stat().st_size else []
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(written.as_json(), ensure_ascii=False) + "\n")
    except OSError as problem:
        raise OutputFolderError(
            f"{path}: cannot be written ({problem.strerror or problem})",
            "choose a place that you may write to",
        ) from None
    conflicts = find_conflicts(binding([*known, written], made_on))
    pair = {written.left, written.right}
    return written, [c for c in conflicts if pair <= set(c.stores())]


def read_declarations(path: Path) -> list[Declaration]:
    """Read declared groups: group, store; need, declared_on, expires_on.

    Raises:
        StorekinError: If a column is missing, or a row says something else.
    """
    raw = read_raw(path)
    _need_columns(raw, ("group", "store"))
    found = []
    for number, row in enumerate(raw.table.to_pylist(), 1):
        days = {
            name: _day(raw.file, number, row[name]) if row.get(name) else None
            for name in ("declared_on", "expires_on")
        }
        found.append(
            Declaration(
                group=row["group"] or "",
                store=row["store"] or "",
                need=row.get("need") or "",
                **days,
            )
        )
    return found


def read_values(path: Path) -> dict[str, float]:
    """Read what listings are worth: listing, value.

    Raises:
        StorekinError: If a column is missing, or a value is no number above zero.
    """
    raw = read_raw(path)
    _need_columns(raw, ("listing", "value"))
    values = {}
    for number, row in enumerate(raw.table.to_pylist(), 1):
        try:
            value = float(row["value"])
        except (TypeError, ValueError):
            value = nan
        if not (isfinite(value) and value >= 0) or not row["listing"]:
            raise InvalidRecordError(
                f"{raw.file}, row {number}: {row['value']!r} is no value of a listing",
                "give each listing a number from 0 on",
            )
        values[row["listing"]] = value
    return values


def _need_columns(raw: RawTable, columns: Sequence[str]) -> None:
    for column in columns:
        if column not in raw.table.column_names:
            raise MissingColumnError.at(raw.file, column, raw.table.column_names)


def _day(file: str, number: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidRecordError(
            f"{file}, row {number}: {text!r} is no calendar day",
            "write it as year-month-day, such as 2026-03-31",
        ) from None


def open_registrations(path: Path, on_step: Callable[[str], None]) -> Portfolio:
    """Read a portfolio's folder, or a table of registrations alone."""
    if path.is_dir():
        return open_portfolio(path, on_step)
    return typed_records(read_records(path), "registrations", "store", path.parent)


def records_of(table: object, name: str) -> RawTable:
    """Take a table in memory as rows of text."""
    return raw_from_arrow(as_arrow(table, name), name)


def typed_records(
    raw: RawTable, name: TableName, key: str, folder: Path | None = None
) -> Portfolio:
    """Type one table for matching alone: only *key* and the title are needed.

    A listings table without stores is one of listings that all stand for themselves;
    a missing *key* is filled with the rows' numbers, counted from 1.
    """
    table = raw.table
    if key not in table.column_names:
        numbers = pa.array([str(place + 1) for place in range(table.num_rows)])
        table = table.append_column(key, numbers)
    if "store" not in table.column_names:
        table = table.append_column("store", pa.nulls(table.num_rows, pa.string()))
    if not set(table.column_names) & _NEEDED[name]:
        wanted = min(_NEEDED[name])
        raise MissingColumnError.at(raw.file, wanted, raw.table.column_names)
    whole = replace(raw, table=table)
    optional = frozenset({"store"} if key != "store" else ())
    read = type_table(whole, name, optional=optional)
    tables: dict[TableName, pa.Table] = {n: empty_table(n) for n in TABLES}
    filled = read.table
    if key != "store":
        store = filled["store"]
        place = filled.schema.get_field_index("store")
        blank = pc.coalesce(store, pa.scalar(""))
        filled = filled.set_column(place, "store", blank)
    tables[name] = filled
    return assemble(
        tables, folder, read.rejections, tuple(read.notes(raw.file)), (raw.file,)
    )


_NEEDED: dict[TableName, frozenset[str]] = {
    "listings": frozenset({"title"}),
    "registrations": frozenset(column_names("registrations"))
    - {"store", "country", "submitted"},
}
"""Without any of these columns there is nothing to match."""


def image_column(raw: RawTable) -> pa.ChunkedArray:
    """Give a table's references to pictures.

    Raises:
        MissingColumnError: If it has no column ``images``.
    """
    if "images" not in raw.table.column_names:
        raise MissingColumnError.at(raw.file, "images", raw.table.column_names)
    return raw.table["images"]


def typed_pairs(
    raw: RawTable, name: TableName, *, by_id: bool = False
) -> tuple[pa.Table, list[str]]:
    """Type the two sides of given pairs: the left rows, then the right ones.

    Columns are ``left_*`` and ``right_*``; every row is kept in its place, and a value
    that cannot be read is left out of it. Gives the table and what was left out. With
    ``by_id`` the listings' ids alone are enough.

    Raises:
        MissingColumnError: If no column of either side is known.
    """
    wanted = [c for c in column_names(name) if c not in ("listing", "store")]

    def read(side: str) -> tuple[pa.Table, list[str]]:
        present = {
            word.removeprefix(f"{side}_"): word
            for word in raw.table.column_names
            if word.startswith(f"{side}_")
        }
        if not set(wanted) & set(present) and not (by_id and "listing" in present):
            missing = f"{side}_{wanted[0]}"
            raise MissingColumnError.at(raw.file, missing, raw.table.column_names)
        columns = {
            column: raw.table[present[column]] for column in wanted if column in present
        }
        if not columns:
            columns = {wanted[0]: pa.nulls(raw.table.num_rows, pa.string())}
        table, faults = type_columns(pa.table(columns), name)
        return table, [
            f"{side}_{fault.column}: {len(fault.rows)} values left out,"
            f" {tell(fault.kind, fault.about, 'en')[0]}"
            for fault in faults
        ]

    sides = run_chunks(read, ("left", "right"))
    notes = [*raw.notes, *_lines_left_out(raw)]
    notes += [note for _, found in sides for note in found]
    return pa.concat_tables(table for table, _ in sides).combine_chunks(), notes


_MOST_LINES = 10


def _lines_left_out(raw: RawTable) -> list[str]:
    """Say which rows of a file could not be read at all: the first ones, each."""
    told = [
        f"left out: {one.place}: {one.problem}; {one.fix}"
        for one in raw.rejections[:_MOST_LINES]
    ]
    more = len(raw.rejections) - len(told)
    return [*told, f"and {more:,} more are left out"] if more else told


def tied_pairs(
    raw: RawTable,
    context: Portfolio | None,
    folder: Path | None = None,
    encoders: "Encoders | None" = None,
) -> "tuple[GivenPairs, list[str]]":
    """Type given pairs of listings, and put them among those of *context*.

    Pairs are tied to the context by ``left_listing`` and ``right_listing``.

    Raises:
        MissingColumnError: If no column of either side is known.
    """
    from storekin.listings.encoding import NO_ENCODERS
    from storekin.workflows.given_pairs import tie_pairs
    from storekin.workflows.listings import picture_notes

    both, notes = typed_pairs(raw, "listings", by_id=context is not None)
    ids = tuple(
        raw.table[f"{side}_listing"]
        if f"{side}_listing" in raw.table.column_names
        else None
        for side in ("left", "right")
    )
    around = None if context is None else context.listings
    if around is not None and ids == (None, None):
        notes.append(
            "the pairs name no left_listing and right_listing: each stands for itself"
            " beside the context"
        )
    given = tie_pairs(both, (ids[0], ids[1]), around, folder, encoders or NO_ENCODERS)
    return given, [*notes, *picture_notes(given.listings.pictures)]


_YES = ("1", "1.0", "true", "yes", "t", "y")
_NO = ("0", "0.0", "false", "no", "f", "n")


def read_labels(raw: RawTable) -> tuple[npt.NDArray[np.int8], list[str]]:
    """Read the column ``label``: 1, 0, or -1 where it says neither.

    Raises:
        MissingColumnError: If the column is missing.
    """
    if "label" not in raw.table.column_names:
        raise MissingColumnError.at(raw.file, "label", raw.table.column_names)
    texts = pc.utf8_lower(pc.utf8_trim_whitespace(raw.table["label"].cast(pa.string())))
    labels = np.full(len(texts), -1, np.int8)
    for value, words in ((1, _YES), (0, _NO)):
        hit = pc.is_in(texts, value_set=pa.array(words))
        labels[pc.fill_null(hit, fill_value=False).to_numpy(zero_copy_only=False)] = (
            value
        )
    unknown = int((labels < 0).sum())
    notes = []
    if unknown:
        notes.append(
            f"{raw.file}: {unknown} labels are neither 1 nor 0 and teach nothing"
        )
    return labels, notes


def grouped_listings(path: Path, column: str) -> tuple[Portfolio, pa.ChunkedArray]:
    """Read a file of listings, and each listing's group from *column*.

    Raises:
        MissingColumnError: If the file has no such column.
    """
    raw = told = read_raw(path)
    if column in raw.table.column_names and column not in column_names("listings"):
        # it is read as the group: it must not be told of as a column of no use
        told = replace(raw, table=raw.table.drop_columns([column]))
    typed = typed_records(told, "listings", "listing", path.parent)
    return typed, read_groups(raw, column, typed.listings)


def read_groups(raw: RawTable, column: str, listings: pa.Table) -> pa.ChunkedArray:
    """Give each listing's value of *column*, which is not one of the table's own.

    Raises:
        MissingColumnError: If the file has no such column.
    """
    if column not in raw.table.column_names:
        raise MissingColumnError.at(raw.file, column, raw.table.column_names)
    if "listing" in raw.table.column_names:
        keys = raw.table["listing"].cast(pa.string())
    else:
        keys = pa.chunked_array([[str(n + 1) for n in range(raw.table.num_rows)]])
    place = pc.index_in(listings["listing"], value_set=keys.combine_chunks())
    return raw.table[column].cast(pa.string()).take(place)


def numbered_stores(both: pa.Table) -> Portfolio:
    """Make a portfolio of given pairs: left rows first, each row a store of its own."""
    count = both.num_rows // 2
    width = len(str(2 * count))
    stores = [f"{number:0{width}d}" for number in range(2 * count)]
    place = both.schema.get_field_index("store")
    return portfolio_of(
        {"registrations": both.set_column(place, "store", pa.array(stores))}
    )


def beside(pairs: pa.Table, scored: pa.Table) -> pa.Table:
    """Put the scores beside the given columns; a column of one name is replaced."""
    kept = pairs.select(
        [name for name in pairs.column_names if name not in scored.column_names]
    )
    for name in scored.column_names:
        kept = kept.append_column(name, scored[name])
    return kept


@dataclass(frozen=True, slots=True)
class Trained:
    """A fitted model as text, what was measured, and what was left out."""

    text: str
    report: "Report"
    notes: tuple[str, ...]


def fit_to_pairs(
    records: Path,
    valid: Path | None,
    context: Path | None,
    on_step: Callable[[str], None] | None = None,
    *,
    remember: bool = True,
    alone: bool = False,
    encoders: "Encoders | None" = None,
) -> Trained:
    """Fit a listings model to a file of labelled pairs, and *remember* them in it.

    A model that sees pairs *alone*, without other candidates beside them, is faster.
    """
    from storekin.listings.model import model_to_text
    from storekin.workflows.train import FAST_RECIPE, PAIR_RECIPE, train_on_pairs

    around = None if context is None else read_context(context)
    notes: list[str] = [] if around is None else list(around.notes)

    def read(path: Path) -> "tuple[GivenPairs, npt.NDArray[np.int8]]":
        raw = read_raw(path)
        labels, said = read_labels(raw)
        given, more = tied_pairs(raw, around, path.parent, encoders)
        notes.extend([*said, *more])
        return given, labels

    given, labels = read(records)
    model, report = train_on_pairs(
        given,
        labels,
        about=f"{len(labels)} pairs of {records.name}",
        valid=None if valid is None else read(valid),
        recipe=replace(FAST_RECIPE if alone else PAIR_RECIPE, known=remember),
        encoder="" if encoders is None else encoders.name,
        alone=alone,
        on_step=on_step,
    )
    return Trained(model_to_text(model), report, tuple(notes))


def fit_to_groups(
    records: Path,
    column: str,
    on_step: Callable[[str], None] | None = None,
    encoders: "Encoders | None" = None,
) -> Trained:
    """Fit a listings model to a file of listings that carry their true group."""
    from storekin.listings.encoding import NO_ENCODERS
    from storekin.listings.model import model_to_text
    from storekin.listings.pictures import read_pictures
    from storekin.workflows.listings import picture_notes
    from storekin.workflows.train import train_on_groups

    typed, found = grouped_listings(records, column)
    pictures = read_pictures(typed.listings["images"], records.parent)
    model, report = train_on_groups(
        typed.listings,
        found,
        folder=records.parent,
        own_pictures=pictures.seen(),
        encoders=encoders or NO_ENCODERS,
        about=f"{typed.listings.num_rows} listings of {records.name}",
        on_step=on_step,
    )
    notes = (*typed.notes, *picture_notes(pictures))
    return Trained(model_to_text(model), report, notes)


def learn_registrations(
    file: Path, labels: Path | None, on_step: Callable[[str], None]
) -> "tuple[str, Learnt]":
    """Learn weights from a file of registrations, and from labelled pairs if given."""
    from storekin.workflows.train_registrations import learn_registration_weights

    records = typed_records(read_records(file), "registrations", "store", file.parent)
    told = None if labels is None else read_records(labels).table
    return learn_registration_weights(records, told, on_step)


def link_by_splink(table: pa.Table, model: Path, floor: float) -> "LinkedTable":
    """Find the pairs of a table's rows by a model that Splink trained.

    Raises:
        ModelFileError: If it is none, or the table lacks a column of it.
    """
    from storekin.adapters.splink import read_splink_model, score_by_splink
    from storekin.workflows.exchange import lay_out_scored

    read = read_splink_model(model)
    scored = score_by_splink(read, table, model)
    key = read.key if read.key in table.column_names else None
    return lay_out_scored(
        table, key, scored.left, scored.right, scored.bits, scored.prior_bits, floor
    )


def learn_splink_model(table: pa.Table, columns: "ColumnMap") -> tuple[str, bool]:
    """Learn the weights of a table's columns as a model for Splink; did they converge?

    Raises:
        TrainingDataError: If hardly a pair of the table is found to be one.
    """
    from storekin.adapters.splink import ask_levels, write_splink_model
    from storekin.workflows.exchange import measure_sql_levels

    model, converged = measure_sql_levels(table, columns, ask_levels)
    return write_splink_model(model), converged


def is_splink_model(path: Path) -> bool:
    """Say whether a file of weights is, or will be, a model of Splink's."""
    return path.suffix.lower() == ".json"
