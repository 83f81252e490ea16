"""Columns of text to columns of the kind that a table asks for.

Plain values are converted by Arrow at once; only the distinct others are read one by
one, and those that mean nothing become faults with their rows.
"""

import json
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.normalise.text import ZERO_WIDTH, to_half_width
from storekin.normalise.values import normalise_date, normalise_price
from storekin.records.columns import map_distinct
from storekin.records.tables import Column

_PLAIN_PRICE = r"^[0-9]+(\.[0-9]+)?$"
_PLAIN_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?$"
_LONGEST_VALUE = 1_000_000
_STEP = 1 << 22
_Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Faults:
    """Rows of one column whose values mean nothing, and why: a kind of rejection."""

    column: str
    rows: npt.NDArray[np.int64]
    kind: str
    drops_row: bool
    about: tuple[tuple[str, str], ...] = ()


def clean_texts(column: pa.Array, *, narrow: bool) -> pa.Array:
    """Take off blanks and invisible characters; ``narrow`` also folds width.

    An empty text becomes null.
    """
    text = column.cast(pa.string())
    data, offsets = _bytes_of(text)
    if len(data) and not _is_ascii(data):
        if narrow:
            odd = pc.invert(pc.fill_null(pc.string_is_ascii(text), fill_value=True))
            if pc.any(odd).as_py():
                text = pc.if_else(
                    odd, map_distinct(text, to_half_width, pa.string()), text
                )
        else:
            text = _without_zero_width(text, data, offsets)
    text = pc.utf8_trim_whitespace(text)
    empty = pc.equal(text, "")
    if not pc.any(empty).as_py():
        return text
    return pc.if_else(empty, pa.scalar(None, pa.string()), text)


def _bytes_of(text: pa.Array) -> tuple[_Bytes, npt.NDArray[np.int32]]:
    """Give the UTF-8 of some texts, and where each begins in it, and the last ends."""
    _, edges, buffer = text.buffers()
    if buffer is None or not len(text):
        return np.empty(0, np.uint8), np.zeros(len(text) + 1, np.int32)
    offsets = np.frombuffer(edges, np.int32)[text.offset :][: len(text) + 1]
    data = np.frombuffer(buffer, np.uint8)[offsets[0] : offsets[-1]]
    return data, offsets - offsets[0]


def _is_ascii(data: _Bytes) -> bool:
    return all(
        int(data[low : low + _STEP].max(initial=0)) < 0x80
        for low in range(0, len(data), _STEP)
    )


def _without_zero_width(
    text: pa.Array, data: _Bytes, offsets: npt.NDArray[np.int32]
) -> pa.Array:
    """Take the invisible characters out of the texts in which one stands."""
    places = _zero_width_in(data)
    if not len(places):
        return text
    rows = np.unique(np.searchsorted(offsets, places, side="right") - 1)
    some = text.take(pa.array(rows))
    for mark in ZERO_WIDTH:
        some = pc.replace_substring(some, mark, "")
    asked = np.zeros(len(text), np.bool_)
    asked[rows] = True
    return pc.replace_with_mask(text, pa.array(asked), some)


def _zero_width_in(data: _Bytes) -> npt.NDArray[np.int64]:
    """Give the places where an invisible character begins, in any order."""
    codes = [mark.encode() for mark in ZERO_WIDTH]
    found = [np.empty(0, np.int64)]
    for low in range(0, len(data), _STEP):
        part = data[low : low + _STEP]
        for begin in {code[0] for code in codes}:
            # few bytes of a text begin such a character
            places = np.flatnonzero(part == begin) + low
            for code in codes:
                if code[0] == begin:
                    same = np.ones(len(places), np.bool_)
                    for step, byte in enumerate(code[1:], 1):
                        same &= data.take(places + step, mode="clip") == byte
                    found.append(places[same])
    return np.concatenate(found)


def convert(column: Column, values: pa.Array) -> tuple[pa.Array, list[Faults]]:
    """Convert a column to its kind; gives the values and what could not be read."""
    texts = clean_texts(values, narrow=column.kind not in ("text", "json"))
    if column.kind == "price":
        return _prices(column.name, texts)
    if column.kind == "date":
        return _dates(column.name, texts)
    if column.kind == "json":
        return _attributes(column.name, texts)
    too_long = _rows(pc.greater(pc.binary_length(texts), _LONGEST_VALUE))
    faults = []
    if len(too_long):
        about = (("most", f"{_LONGEST_VALUE:,}"),)
        faults.append(
            Faults(column.name, too_long, "long_value", drops_row=True, about=about)
        )
    return texts, faults


def _rows(mask: pa.Array) -> npt.NDArray[np.int64]:
    flags = pc.fill_null(mask, fill_value=False).to_numpy(zero_copy_only=False)
    return np.flatnonzero(flags)


def _prices(name: str, texts: pa.Array) -> tuple[pa.Array, list[Faults]]:
    plain = pc.fill_null(
        pc.match_substring_regex(texts, _PLAIN_PRICE), fill_value=False
    )
    easy = pc.if_else(plain, texts, pa.scalar(None, pa.string())).cast(pa.float64())
    if pc.all(pc.or_(plain, pc.is_null(texts))).as_py():
        return easy, []
    rest = pc.if_else(plain, pa.scalar(None, pa.string()), texts)
    read = map_distinct(rest, normalise_price, pa.float64())
    prices = pc.coalesce(easy, read)
    faults = []
    unread = _rows(pc.and_(pc.is_null(prices), pc.is_valid(texts)))
    if len(unread):
        faults.append(
            Faults(name, unread, "no_price", drops_row=True),
        )
    negative = _rows(pc.less(prices, 0))
    if len(negative):
        faults.append(
            Faults(name, negative, "negative_price", drops_row=True),
        )
    return prices, faults


def _dates(name: str, texts: pa.Array) -> tuple[pa.Array, list[Faults]]:
    def read(text: str) -> date | None:
        return normalise_date(text)

    plain = pc.fill_null(pc.match_substring_regex(texts, _PLAIN_DATE), fill_value=False)
    head = pc.if_else(plain, pc.utf8_slice_codeunits(texts, 0, 10), texts)
    days = map_distinct(head, read, pa.date32())
    wrong = _rows(pc.and_(pc.is_null(days), pc.is_valid(texts)))
    if not len(wrong):
        return days, []
    return days, [Faults(name, wrong, "no_date", drops_row=True)]


def _attributes(name: str, texts: pa.Array) -> tuple[pa.Array, list[Faults]]:
    def read(text: str) -> str | None:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return text if isinstance(value, dict) else None

    looks = pc.fill_null(pc.match_substring_regex(texts, r"^\{.*\}$"), fill_value=False)
    kept = map_distinct(
        pc.if_else(looks, texts, pa.scalar(None, pa.string())), read, pa.string()
    )
    wrong = _rows(pc.and_(pc.is_null(kept), pc.is_valid(texts)))
    if not len(wrong):
        return kept, []
    return kept, [Faults(name, wrong, "no_attributes", drops_row=False)]
