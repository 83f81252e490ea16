"""Sorting of short arrays in place, compiled once for all kernels that need it.

Tokens, n-grams and neighbours of one text or listing are sorted by the dozen; numba
would compile its general sort into each kernel anew, for seconds.
"""

from typing import Any

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
"""Values that are put in order by counting: many compare at once, and none waits."""


@inlined
def order_few(values: Any, count: Any, ordered: Any) -> None:  # noqa: ANN401
    """Write each of the first *count* values behind all that are smaller.

    Equal ones meet in one place, and leave the places after it as they were.
    """
    for place in range(count):
        value = values[place]
        smaller = 0
        for other in range(count):
            smaller += values[other] < value
        ordered[smaller] = value
