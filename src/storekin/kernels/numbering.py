"""Columns of 64-bit values to numbers, on all cores."""

from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import run_chunks
from storekin.kernels.similar_texts import TokenArray, ranges_of

_PART = 1 << 21
"""Values that are numbered at a time: their table stays near the processor."""

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


def number_column(values: TokenArray) -> tuple[Numbers, TokenArray, Numbers]:
    """Number values by first appearance.

    Gives the number of each value, the distinct values, and how often each occurs.
    Parts are numbered apart, then their distinct values in the parts' order: that is
    the order of first appearance among all.
    """
    from storekin.kernels.groups import number_values

    def number(span: tuple[int, int]) -> tuple[Numbers, TokenArray, Numbers]:
        found: tuple[Numbers, TokenArray, Numbers] = number_values(
            values[span[0] : span[1]], 16
        )
        return found

    spans = ranges_of(len(values), _PART)
    if len(spans) < 2:
        return number((0, len(values)))
    parts = run_chunks(number, spans)
    every, distinct, _ = number_values(
        np.concatenate([values for _, values, _ in parts]), 16
    )
    occurring = np.concatenate([counts for _, _, counts in parts])
    counts = np.bincount(every, occurring, len(distinct)).astype(np.int32)
    numbers = np.empty(len(values), np.int32)
    edges = np.cumsum([0, *(len(values) for _, values, _ in parts)])

    def renumber(part: int) -> None:
        low, high = spans[part]
        numbers[low:high] = every[edges[part] : edges[part + 1]][parts[part][0]]

    run_chunks(renumber, range(len(parts)))
    return numbers, distinct, counts
