"""Columns of 64-bit values to numbers, on all cores."""

from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import ranges_of, run_chunks
from storekin.kernels.similar_texts import TokenArray

_PART = 1 << 21
"""Values that are numbered at a time: their table stays near the processor."""

_BITS = 16
"""The first size of such a table, as a power of two."""

_LARGEST = 2**64 - 1
"""The largest value that there is."""

Numbers = npt.NDArray[np.int32]


Whole = TypeVar("Whole", bound=npt.NDArray[np.integer[Any]])


def distinct_of(values: Whole) -> Whole:
    """Give the distinct ones of whole numbers, sorted.

    NumPy's own ``unique`` puts them into a table: 13 times as slow for two million.

    >>> distinct_of(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ordered = np.sort(values, axis=None)
    return cast("Whole", ordered[_begins_of_runs(ordered)])


def sizes_of_runs(keys: npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    """Give how long each run of equal keys is; *keys* sorted."""
    return np.diff(np.append(np.flatnonzero(_begins_of_runs(keys)), len(keys)))


def _begins_of_runs(keys: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Mark the first of each run of equal keys."""
    begins = np.ones(len(keys), np.bool_)
    begins[1:] = keys[1:] != keys[:-1]
    return begins


def order_of_floats(values: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Give the order of floats that are not negative; equal ones stay as they are.

    Such floats are in the order of their bits, which NumPy sorts 16 at a time by where
    they go: half the time of comparing.

    >>> order_of_floats(np.array([2, 0.5, 2, 1], np.float32)).tolist()
    [1, 3, 0, 2]
    """
    bits = values.view(np.uint32)
    low = np.argsort(bits.astype(np.uint16), kind="stable")
    high = (bits >> np.uint32(16)).astype(np.uint16)
    ordered: npt.NDArray[np.int64] = low[np.argsort(high[low], kind="stable")]
    return ordered


def number_column(
    values: TokenArray, *, last: int = _LARGEST
) -> tuple[Numbers, TokenArray, Numbers]:
    """Number values by first appearance.

    Gives the number of each value, the distinct values, and how often each occurs.
    Values beyond *last* are passed over: their number is -1.
    Parts are numbered apart, then their distinct values in the parts' order: that is
    the order of first appearance among all.
    """
    from storekin.kernels.groups import number_values

    numbers = np.empty(len(values), np.int32)

    def number(span: tuple[int, int]) -> tuple[TokenArray, Numbers]:
        part = slice(*span)
        found: tuple[TokenArray, Numbers] = number_values(
            values[part], last, _BITS, numbers[part]
        )
        return found

    spans = ranges_of(len(values), _PART)
    if len(spans) < 2:
        return (numbers, *number((0, len(values))))
    parts = run_chunks(number, spans)
    together = np.concatenate([distinct for distinct, _ in parts])
    every = np.empty(len(together), np.int32)
    distinct, _ = number_values(together, _LARGEST, _BITS, every)
    occurring = np.concatenate([counts for _, counts in parts])
    counts = np.bincount(every, occurring, len(distinct)).astype(np.int32)
    edges = np.cumsum([0, *(len(distinct) for distinct, _ in parts)])

    def renumber(part: int) -> None:
        low, high = spans[part]
        # what was passed over takes the last one
        names = np.append(every[edges[part] : edges[part + 1]], np.int32(-1))
        numbers[low:high] = names[numbers[low:high]]

    run_chunks(renumber, range(len(parts)))
    return numbers, distinct, counts
