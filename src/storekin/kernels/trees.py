"""Sums of decision trees over columns, and what each column adds to them.

Values are whole numbers of ten-thousandths of a bit: sums are exact, so that neither
the order of the trees nor the number of threads changes a result.
"""

from typing import Any

import numpy as np

from storekin.kernels.abreast import BLOCK, LANES, add_line, ask_rows
from storekin.kernels.bits import lowest_one
from storekin.kernels.compiled import inlined, kernel

SHARES = LANES
"""Places for groups of features in a leaf's shares: a line of the processor's cache."""

MOST_LEAVES = 32
"""Leaves that a tree may have: a bit of a word for each."""

_UNKNOWN = 0xFFFFFFFF
_U4 = np.uint32
_SIGN = np.uint32(1 << 31)


@inlined
def _order(bits: Any) -> Any:  # noqa: ANN401
    """Turn a float's bits into a number that orders as it does; nan is the highest."""
    plain = bits & _U4(0x7FFFFFFF)
    if plain > _U4(0x7F800000):
        return _U4(_UNKNOWN)
    if plain == 0:
        return _SIGN
    return _U4(~bits) if bits & _SIGN else bits | _SIGN


@inlined
def _read_block(
    columns: Any,  # noqa: ANN401
    used: Any,  # noqa: ANN401
    low: Any,  # noqa: ANN401
    high: Any,  # noqa: ANN401
    keys: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write the used columns of rows [low, high) as numbers that order as they do.

    One column after the other. Gives how many rows there are with those that fill up
    what goes side by side; the last one stands in for them.
    """
    count = high - low
    for row in range(count):
        for place in range(len(used)):
            keys[place, row] = _order(columns[low + row, used[place]])
    filled = (count + LANES - 1) // LANES * LANES
    for row in range(count, filled):
        for place in range(len(used)):
            keys[place, row] = keys[place, count - 1]
    return filled


@kernel(
    "void(u4[:,::1], i8[::1], u4[:,::1], i8[::1], i8[::1], i8[::1], i8, i8, i8[::1])"
)
def sum_trees(
    columns: Any,  # noqa: ANN401
    used: Any,  # noqa: ANN401
    asked: Any,  # noqa: ANN401
    begins: Any,  # noqa: ANN401
    leaves: Any,  # noqa: ANN401
    values: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Add up the leaves that rows [first, last) fall into.

    ``columns`` are floats by their bits, of which the ``used`` ones are read. A node
    that asks is four words: which of these, what is added to its key (1 puts an unknown
    value below all others, 0 above), the key below which a row goes on to what stands
    first below the node, and the tree's leaves, a bit each from the lowest on, that can
    be meant if it does not. ``begins`` says where each tree's nodes begin, ``leaves``
    where its leaves do.
    """
    keys = np.empty((max(len(used), 1), BLOCK), np.uint32)
    left_over = np.empty(BLOCK, np.uint32)
    sums = np.empty(BLOCK, np.int64)
    for low in range(first, last, BLOCK):
        high = min(low + BLOCK, last)
        count = _read_block(columns, used, low, high, keys)
        sums[:] = 0
        for tree in range(len(leaves)):
            ask_rows(keys, count, asked, begins[tree], begins[tree + 1], left_over)
            for row in range(high - low):
                sums[row] += values[leaves[tree] + lowest_one(left_over[row])]
        for row in range(low, high):
            out[row] = sums[row - low]


@kernel(
    "void(u4[:,::1], i8[::1], u4[:,::1], i8[::1], i8[::1], i4[:,::1], i8, i8,"
    " i8[:,::1])"
)
def share_trees(
    columns: Any,  # noqa: ANN401
    used: Any,  # noqa: ANN401
    asked: Any,  # noqa: ANN401
    begins: Any,  # noqa: ANN401
    leaves: Any,  # noqa: ANN401
    shares: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Add to each group of features what its splits change, for rows [first, last).

    ``shares`` has for each leaf what the splits above it changed, by group; with the
    roots' values they add up to the row's sum exactly, and to no more than 31 bits
    hold. Rows are asked as in ``sum_trees``.
    """
    keys = np.empty((max(len(used), 1), BLOCK), np.uint32)
    left_over = np.empty(BLOCK, np.uint32)
    sums = np.empty((BLOCK, SHARES), np.int32)
    for low in range(first, last, BLOCK):
        high = min(low + BLOCK, last)
        count = _read_block(columns, used, low, high, keys)
        sums[:] = 0
        for tree in range(len(leaves)):
            ask_rows(keys, count, asked, begins[tree], begins[tree + 1], left_over)
            for row in range(high - low):
                leaf = leaves[tree] + lowest_one(left_over[row])
                add_line(sums, row, shares, leaf)
        for row in range(low, high):
            for group in range(out.shape[1]):
                out[row, group] += sums[row - low, group]


@kernel("void(i8[::1], i8[::1], f4[:,::1], i8[::1], i8[::1], i8, i8, f4[:,::1])")
def sum_words(
    numbers: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    weights: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Add up the learnt weights of words for pairs [first, last).

    ``numbers`` are the known words of each listing, sorted; ``weights`` has what a
    word weighs when both have it, and when one alone has it. Writes the sum of the
    shared, of the lone ones, the least lone one, and the whole by the root of the
    number of words.
    """
    for pair in range(first, last):
        a = starts[left[pair]]
        a_end = starts[left[pair] + 1]
        b = starts[right[pair]]
        b_end = starts[right[pair] + 1]
        shared = np.float32(0)
        lone = np.float32(0)
        least = np.float32(0)
        count = 0
        while a < a_end or b < b_end:
            count += 1
            if b >= b_end or (a < a_end and numbers[a] < numbers[b]):
                weight = weights[numbers[a], 1]
                lone += weight
                least = min(least, weight)
                a += 1
            elif a >= a_end or numbers[b] < numbers[a]:
                weight = weights[numbers[b], 1]
                lone += weight
                least = min(least, weight)
                b += 1
            else:
                shared += weights[numbers[a], 0]
                a += 1
                b += 1
        out[pair, 0] = shared
        out[pair, 1] = lone
        out[pair, 2] = least
        out[pair, 3] = (shared + lone) / np.sqrt(np.float32(max(count, 1)))


@kernel("void(f4[:,::1], i8[::1], i8[::1])")
def order_columns(
    columns: Any,  # noqa: ANN401
    ones: Any,  # noqa: ANN401
    others: Any,  # noqa: ANN401
) -> None:
    """Put the lower of each two columns first; an unknown value gives way."""
    for row in range(len(columns)):
        for place in range(len(ones)):
            one = columns[row, ones[place]]
            other = columns[row, others[place]]
            if np.isnan(one):
                one = other
            elif np.isnan(other):
                other = one
            columns[row, ones[place]] = min(one, other)
            columns[row, others[place]] = max(one, other)
