"""Sorting of short arrays in place, compiled once for all kernels that need it.

Tokens, n-grams and neighbours of one text or listing are sorted by the dozen; numba
would compile its general sort into each kernel anew, for seconds.
"""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel


@kernel(["void(u8[::1], i8)", "void(u4[::1], i8)", "void(f4[::1], i8)"])
def sort_first(values: Any, count: Any) -> None:  # noqa: ANN401
    """Sort the first *count* values, by Shell's method with Knuth's steps."""
    step = 1
    while step < count // 3:
        step = 3 * step + 1
    while step > 0:
        for place in range(step, count):
            value = values[place]
            back = place
            while back >= step and values[back - step] > value:
                values[back] = values[back - step]
                back -= step
            values[back] = value
        step //= 3


FEW = 64
"""Values of 64 bits that are put in order by counting: many compare at once, and none
waits. Of 32 bits twice as many."""


@inlined
def write_distinct(
    values: Any,  # noqa: ANN401
    count: Any,  # noqa: ANN401
    none: Any,  # noqa: ANN401
    ordered: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
    begin: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write the first *count* values, sorted, each once; give how many they are.

    ``ordered`` is scratch: if they fit there they are put in order by counting. No
    value is *none*.
    """
    written = 0
    if count > len(ordered):
        sort_first(values, count)
        for place in range(count):
            if place == 0 or values[place] != values[place - 1]:
                out[begin + written] = values[place]
                written += 1
        return written
    for place in range(count):
        ordered[place] = none
    # each stands behind all that are smaller; equal ones meet in one place
    for place in range(count):
        value = values[place]
        smaller = 0
        for other in range(count):
            smaller += values[other] < value
        ordered[smaller] = value
    for place in range(count):
        if ordered[place] != none:
            out[begin + written] = ordered[place]
            written += 1
    return written


@inlined
def write_ordered(values: Any, lanes: Any, count: Any, out: Any, begin: Any) -> None:  # noqa: ANN401
    """Write the first *count* values, no two of them alike, from small to large.

    What stands behind them, up to *lanes*, is larger than all: as many compare at once.
    """
    for place in range(count):
        value = values[place]
        smaller = np.uint32(0)
        for other in range(lanes):
            smaller += np.uint32(values[np.uint64(other)] < value)
        out[begin + smaller] = value
