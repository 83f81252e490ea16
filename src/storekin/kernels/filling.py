"""Columns that texts are read into, many at once, without a copy in between.

Nobody knows beforehand how much a text holds. Each task gets room for the most that its
bytes can hold; what is not written on takes no memory. Then the gaps are closed, and
what lies beyond the end is given back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import run_chunks, thread_count

IntArray = npt.NDArray[np.int64]

_TASK = 1 << 23
"""Bytes of text that are read in one task at the most: some tenths of a second."""

_EACH = 4
"""Tasks for each thread at the least, where there is text for so many of some size."""

_SMALLEST = 1 << 18

_SECTION = 1 << 27
"""Bytes of text for which there is room at a time, of which most stays empty: a machine
may refuse to promise much more than it has."""

_SPARE = 8
"""Of a text without an end in sight one thing more of each kind may be begun."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A column that texts are read into: of what, and how many at the most of a byte.

    ``counted`` is the row of the counts that says how many there are of each text; None
    for what nobody asks for afterwards.
    """

    dtype: Any
    counted: int | None
    shape: tuple[int, ...] = ()
    most: int = 1


Write = Callable[[int, int, list[Any]], None]
"""Reads texts from one to another into columns, and counts them."""


def fill_columns(
    offsets: IntArray, counts: IntArray, kinds: Sequence[Kind], write: Write
) -> list[Any]:
    """Let *write* fill columns of all texts, which begin at *offsets*.

    It gets the columns from where its texts may begin. ``counts`` has a row for each
    kind of count, and in it each text from the second place on.
    """
    sections = _cut(offsets, 0, len(offsets) - 1, _SECTION)
    parts = [_fill(offsets, counts, kinds, write, *span) for span in sections]
    if len(parts) == 1:
        return parts[0]
    joined = []
    for number in range(len(kinds)):
        joined.append(np.concatenate([part[number] for part in parts]))
        for part in parts:
            part[number] = None
    return joined


def _cut(offsets: IntArray, first: int, last: int, size: int) -> list[tuple[int, int]]:
    """Cut texts [first, last) into ranges of so many bytes, or of a longer text."""
    spans: list[tuple[int, int]] = []
    low, high = first, first
    while high < last or not spans:
        high = last
        if offsets[last] - offsets[low] > size:
            beyond = int(offsets.searchsorted(offsets[low] + size, side="right"))
            high = max(beyond - 1, low + 1)
        spans.append((low, high))
        low = high
    return spans


def task_of(size: int) -> int:
    """Give how many bytes of so many are read in one task."""
    if size <= _SMALLEST:
        return min(_TASK, _SMALLEST)
    return min(_TASK, max(_SMALLEST, size // (_EACH * thread_count())))


def _fill(
    offsets: IntArray,
    counts: IntArray,
    kinds: Sequence[Kind],
    write: Write,
    first: int,
    last: int,
) -> list[Any]:
    """Fill columns of texts [first, last)."""
    whole = int(offsets[last] - offsets[first])
    spans = _cut(offsets, first, last, task_of(whole))
    begins = [
        int(offsets[low] - offsets[first]) + _SPARE * number
        for number, (low, _) in enumerate(spans)
    ]
    size = whole + _SPARE * len(spans)
    columns = [np.empty((kind.most * size, *kind.shape), kind.dtype) for kind in kinds]

    def fill(number: int) -> None:
        begin = begins[number]
        room = [
            column[kind.most * begin :]
            for kind, column in zip(kinds, columns, strict=True)
        ]
        write(*spans[number], room)

    run_chunks(fill, range(len(spans)))
    used = [counts[:, low + 1 : high + 1].sum(axis=1).tolist() for low, high in spans]
    if len(spans) == 1:
        return [
            column[: _many(kind, used[0])]
            for kind, column in zip(kinds, columns, strict=True)
        ]

    def close(number: int) -> None:
        kind, column, end = kinds[number], columns[number], 0
        for begin, counted in zip(begins, used, strict=True):
            many, held = _many(kind, counted), kind.most * begin
            column[end : end + many] = column[held : held + many]
            end += many
        column.resize((end, *kind.shape), refcheck=False)

    run_chunks(close, range(len(kinds)))
    return columns


def _many(kind: Kind, counted: list[int]) -> int:
    """Give how many of a kind there are, by the counts of all."""
    return 0 if kind.counted is None else counted[kind.counted]
