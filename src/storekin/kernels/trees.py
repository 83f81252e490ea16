"""Sums of decision trees over columns, and what each column adds to them.

Values are whole numbers of ten-thousandths of a bit: sums are exact, so that neither
the order of the trees nor the number of threads changes a result.
"""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel

SHARES = 16
"""Places for groups of features in a node's shares: a line of the processor's cache."""

_BLOCK = 64
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
) -> None:
    """Write the used columns of rows [low, high) as numbers that order as they do.

    The last row stands for those that four side by side are short of.
    """
    for row in range(low, high):
        for place in range(len(used)):
            keys[row - low, place] = _order(columns[row, used[place]])
    for short in range(high - low, (high - low + 3) // 4 * 4):
        for place in range(len(used)):
            keys[short, place] = keys[high - low - 1, place]


@inlined
def _following(
    keys: Any,  # noqa: ANN401
    row: Any,  # noqa: ANN401
    nodes: Any,  # noqa: ANN401
    node: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    key = _U4(keys[row, nodes[node, 0]] + nodes[node, 1])
    return np.int64(nodes[node, 3]) + np.int64(key < nodes[node, 2])


@inlined
def _four_leaves(
    keys: Any,  # noqa: ANN401
    row: Any,  # noqa: ANN401
    nodes: Any,  # noqa: ANN401
    root: Any,  # noqa: ANN401
    depth: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Give the leaves of four rows from *row* on, side by side."""
    a = np.int64(root)
    b = np.int64(root)
    c = np.int64(root)
    d = np.int64(root)
    for _ in range(depth):
        a = _following(keys, row, nodes, a)
        b = _following(keys, row + 1, nodes, b)
        c = _following(keys, row + 2, nodes, c)
        d = _following(keys, row + 3, nodes, d)
    return a, b, c, d


@kernel(
    "void(u4[:,::1], i8[::1], u4[:,::1], i8[::1], i4[::1], i8[::1], i8, i8, i8[::1])"
)
def sum_trees(
    columns: Any,  # noqa: ANN401
    used: Any,  # noqa: ANN401
    nodes: Any,  # noqa: ANN401
    values: Any,  # noqa: ANN401
    roots: Any,  # noqa: ANN401
    depths: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Add up the leaves that rows [first, last) fall into.

    ``columns`` are floats by their bits, of which the ``used`` ones are read. A node is
    four words: which of these it asks about, what is added to its key (1 puts an
    unknown value below all others, 0 above), the key below which a row goes on to the
    second of its two followers, and where the first of these stands. A leaf leads to
    itself, so every row takes as many steps as the tree is deep: no branch depends on
    the data, and four rows go side by side.
    """
    keys = np.empty((_BLOCK, max(len(used), 1)), np.uint32)
    sums = np.empty(_BLOCK, np.int64)
    for low in range(first, last, _BLOCK):
        high = min(low + _BLOCK, last)
        _read_block(columns, used, low, high, keys)
        sums[:] = 0
        for tree in range(len(roots)):
            for row in range(0, high - low, 4):
                a, b, c, d = _four_leaves(keys, row, nodes, roots[tree], depths[tree])
                sums[row] += values[a]
                sums[row + 1] += values[b]
                sums[row + 2] += values[c]
                sums[row + 3] += values[d]
        for row in range(low, high):
            out[row] = sums[row - low]


@kernel(
    "void(u4[:,::1], i8[::1], u4[:,::1], i4[:,::1], i4[::1], i8[::1], i8, i8,"
    " i8[:,::1])"
)
def share_trees(
    columns: Any,  # noqa: ANN401
    used: Any,  # noqa: ANN401
    nodes: Any,  # noqa: ANN401
    shares: Any,  # noqa: ANN401
    roots: Any,  # noqa: ANN401
    depths: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Add to each group of features what its splits change, for rows [first, last).

    ``shares`` has for each node what the splits above it changed, by group; with the
    roots' values they add up to the row's sum exactly. Rows go as in ``sum_trees``.
    """
    keys = np.empty((_BLOCK, max(len(used), 1)), np.uint32)
    sums = np.empty((_BLOCK, SHARES), np.int64)
    for low in range(first, last, _BLOCK):
        high = min(low + _BLOCK, last)
        _read_block(columns, used, low, high, keys)
        sums[:] = 0
        for tree in range(len(roots)):
            for row in range(0, high - low, 4):
                a, b, c, d = _four_leaves(keys, row, nodes, roots[tree], depths[tree])
                for group in range(SHARES):
                    sums[row, group] += shares[a, group]
                    sums[row + 1, group] += shares[b, group]
                    sums[row + 2, group] += shares[c, group]
                    sums[row + 3, group] += shares[d, group]
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
