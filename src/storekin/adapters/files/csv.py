"""CSV in the forms that exports really have, read by columns."""

import csv as standard_csv
import io
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as arrow_csv

from storekin.adapters.files.encoding import decode_text
from storekin.adapters.files.raw import RawTable, clean_header
from storekin.errors import UnreadableFileError
from storekin.wording.rejections import reject

_SEPARATORS = (",", ";", "\t", "|")
_HEADER_BYTES = 65_536
_BLOCK_BYTES = 1 << 24


def read_csv(path: Path, name: str, known: Collection[str]) -> RawTable:
    """Read a CSV file; rows that cannot be split are rejected, the others are used.

    The separator is the one that gives the most *known* column names.

    Raises:
        UnreadableFileError: If the file is empty or is no text.
    """
    raw = path.read_bytes()
    if not raw.strip():
        raise UnreadableFileError(
            f"{name}: the file is empty", "export it again, or take it out"
        )
    read = decode_text(raw)
    text = read.text
    if b"\x00" in text[:_HEADER_BYTES]:
        raise UnreadableFileError(
            f"{name}: this is not a text file", "save it as CSV in UTF-8"
        )
    del raw
    if text.count(b"\r") != text.count(b"\r\n"):
        text = re.sub(rb"\r(?!\n)", b"\n", text)  # old Mac line ends
    separator, header = _read_header(text, known)
    if b"\n" not in text:
        if not set(header) & set(known):
            raise UnreadableFileError(
                f"{name}: one line, and no column in it that is known",
                "save it as CSV in UTF-8, with a line that names the columns",
            )
        text += b"\n"  # a header without rows is a line, too
    # a quote that never closes would swallow the rest of the file: then each line
    # stands for itself, and what cannot be split is named
    quotes_close = text.count(b'"') % 2 == 0
    table = _parse(text, name, separator, header, multiline=quotes_close)
    return replace(table, notes=(*read.notes(name), *table.notes))


def _read_header(text: bytes, known: Collection[str]) -> tuple[str, list[str]]:
    sample = text[:_HEADER_BYTES].decode(errors="ignore").lstrip("\r\n \ufeff")
    sample = sample.replace("\r\n", "\n")
    best: tuple[int, int, str, list[str]] = (-1, -1, ",", [])
    for order, separator in enumerate(_SEPARATORS):
        reader = standard_csv.reader(io.StringIO(sample), delimiter=separator)
        try:
            first = next(reader, [])
        except standard_csv.Error:  # a field beyond the library's limit
            first = sample.split("\n", 1)[0].split(separator)
        names = [clean_header(word) for word in first]
        hits = len(set(names) & set(known))
        best = max(best, (hits, -order, separator, names), key=lambda b: b[:2])
    return best[2], best[3]


def _parse(
    text: bytes,
    name: str,
    separator: str,
    header: list[str],
    *,
    multiline: bool,
) -> RawTable:
    bad: list[tuple[int | None, int, int]] = []
    notes = []
    if not multiline:
        text, first = _hide_open_quotes(text)
        where = "" if first is None else f", the first on line {first}"
        notes.append(
            f"{name}: quotes are not closed where they open{where}: a value ends with"
            " its line"
        )

    def note(row: arrow_csv.InvalidRow) -> str:
        bad.append((row.number, row.actual_columns, row.expected_columns))
        return "skip"

    def parse(*, threads: bool) -> pa.Table:
        bad.clear()
        return arrow_csv.read_csv(
            pa.BufferReader(text),
            read_options=arrow_csv.ReadOptions(
                use_threads=threads,
                block_size=_BLOCK_BYTES,
                column_names=[f"c{place}" for place in range(len(header))],
                skip_rows_after_names=1,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=separator,
                newlines_in_values=multiline,
                invalid_row_handler=note,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={f"c{p}": pa.string() for p in range(len(header))},
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )

    try:
        table = parse(threads=True)
        if bad:
            table = parse(threads=False)
    except pa.ArrowInvalid as problem:
        if multiline:
            return _parse(text, name, separator, header, multiline=False)
        raise UnreadableFileError(
            f"{name}: cannot be split into rows ({problem})",
            "open it in a spreadsheet and save it as CSV in UTF-8",
        ) from None
    if not multiline:
        table = _with_quotes_again(table)
    wrong = np.array([(number or 0) - 2 for number, _, _ in bad], np.int64)
    total = table.num_rows + len(wrong)
    lines = _LineFinder(text, total, multiline=multiline)
    records = np.setdiff1d(np.arange(total), wrong)
    rejections = tuple(
        reject(
            "more_fields" if found > wanted else "fewer_fields",
            file=name,
            line=int(line),
            about={"found": str(found), "wanted": str(wanted)},
        )
        for (_, found, wanted), line in zip(bad, lines(wrong), strict=True)
    )
    return RawTable(
        file=name,
        table=_named(table, header),
        records=records,
        line_of=lines,
        rejections=rejections,
        notes=tuple(notes),
    )


_HIDDEN = b"\x1a"
"""Stands for a quote that does not hold a value together; in no text it is a sign."""


def _hide_open_quotes(text: bytes) -> tuple[bytes, int | None]:
    """Hide the quotes of lines that have an odd number; give the first such line."""
    data = np.frombuffer(text.replace(_HIDDEN, b""), np.uint8).copy()
    quotes = np.flatnonzero(data == ord('"'))
    lines = np.searchsorted(np.flatnonzero(data == ord("\n")), quotes)
    odd = np.bincount(lines)[lines] % 2 == 1
    data[quotes[odd]] = ord(_HIDDEN)
    return data.tobytes(), int(lines[odd][0]) + 1 if odd.any() else None


def _named(table: pa.Table, header: list[str]) -> pa.Table:
    """Give the columns their names; of two with one name, the first is used."""
    seen: dict[str, int] = {}
    for place, word in enumerate(header):
        if word and word not in seen:
            seen[word] = place
    return pa.table({word: table.column(place) for word, place in seen.items()})


def _with_quotes_again(table: pa.Table) -> pa.Table:
    """Show hidden quotes, but not those around a whole value; two of them are one."""
    import pyarrow.compute as pc

    mark = _HIDDEN.decode()
    columns = [
        pc.replace_substring(
            pc.replace_substring(
                pc.replace_substring_regex(column, f"^{mark}(.*){mark}$", r"\1"),
                mark + mark,
                mark,
            ),
            mark,
            '"',
        )
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


class _LineFinder:
    """Finds the line on which a record begins; the text is read only when asked.

    Of *total* records behind a header. As many lines as records are a record each,
    whatever quotes stand in them; else line ends between quotes end no record.
    """

    def __init__(self, text: bytes, total: int, *, multiline: bool) -> None:
        self._text = text
        self._total = total
        self._multiline = multiline

    def __call__(self, records: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        if len(records) == 0:
            return np.empty(0, np.int64)
        data = np.frombuffer(self._text, np.uint8)
        ends = np.flatnonzero(data == ord("\n"))
        begins = _begins(data, ends)
        if self._multiline and len(begins) != self._total + 1:
            quotes = np.flatnonzero(data == ord('"'))
            begins = _begins(data, ends[np.searchsorted(quotes, ends) % 2 == 0])
        # the header is the first record
        wanted = begins[np.minimum(records + 1, len(begins) - 1)]
        lines: npt.NDArray[np.int64] = np.searchsorted(ends, wanted) + 1
        return lines


def _begins(
    data: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Give where lines begin that are not blank, each behind one of the line *ends*."""
    begins = np.concatenate([[0], ends + 1])
    begins = begins[begins < len(data)]
    blank = (data[begins] == ord("\n")) | (
        (data[begins] == ord("\r"))
        & (data[np.minimum(begins + 1, len(data) - 1)] == ord("\n"))
    )
    found: npt.NDArray[np.int64] = begins[~blank]
    return found
