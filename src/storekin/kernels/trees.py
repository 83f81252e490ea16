"""Sums of decision trees over columns, and what each column adds to them.

Values are whole numbers of ten-thousandths of a bit: sums are exact, so that neither
the order of the trees nor the number of threads changes a result.
"""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel

_BLOCK = 64


@inlined
def _following(
    columns: Any,  # noqa: ANN401
    row: Any,  # noqa: ANN401
    features: Any,  # noqa: ANN401
    thresholds: Any,  # noqa: ANN401
    unknown_yes: Any,  # noqa: ANN401
    ways: Any,  # noqa: ANN401
    node: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    value = columns[row, features[node]]
    goes = (value <= thresholds[node]) | (unknown_yes[node] & np.isnan(value))
    return ways[node, np.int64(goes)]


@inlined
def _four_leaves(
    columns: Any,  # noqa: ANN401
    row: Any,  # noqa: ANN401
    high: Any,  # noqa: ANN401
    features: Any,  # noqa: ANN401
    thresholds: Any,  # noqa: ANN401
    unknown_yes: Any,  # noqa: ANN401
    ways: Any,  # noqa: ANN401
    root: Any,  # noqa: ANN401
    depth: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Give the leaves of four rows from *row* on, side by side.

    The last few rows before *high* go with copies of the last one.
    """
    two = min(row + 1, high - 1)
    three = min(row + 2, high - 1)
    four = min(row + 3, high - 1)
    a = root
    b = root
    c = root
    d = root
    for _ in range(depth):
        a = _following(columns, row, features, thresholds, unknown_yes, ways, a)
        b = _following(columns, two, features, thresholds, unknown_yes, ways, b)
        c = _following(columns, three, features, thresholds, unknown_yes, ways, c)
        d = _following(columns, four, features, thresholds, unknown_yes, ways, d)
    return a, b, c, d


@kernel(
    "void(f4[:,::1], i4[::1], f4[::1], b1[::1], i4[:,::1], i8[::1], i4[::1], i8[::1],"
    " i8, i8, i8[::1])"
)
def sum_trees(
    columns: Any,  # noqa: ANN401
    features: Any,  # noqa: ANN401
    thresholds: Any,  # noqa: ANN401
    unknown_yes: Any,  # noqa: ANN401
    ways: Any,  # noqa: ANN401
    values: Any,  # noqa: ANN401
    roots: Any,  # noqa: ANN401
    depths: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Add up the leaves that rows [first, last) fall into.

    A row goes the second way if its feature is at most the threshold, or unknown (nan)
    where ``unknown_yes`` says so. Both ways of a leaf lead to itself, so every row
    takes as many steps as the tree is deep: no branch depends on the data, and four
    rows go side by side.
    """
    for low in range(first, last, _BLOCK):
        high = min(low + _BLOCK, last)
        for row in range(low, high):
            out[row] = 0
        for tree in range(len(roots)):
            root = roots[tree]
            depth = depths[tree]
            row = low
            while row < high:
                a, b, c, d = _four_leaves(
                    columns, row, high, features, thresholds, unknown_yes, ways, root,
                    depth,
                )  # fmt: skip
                out[row] += values[a]
                if row + 1 < high:
                    out[row + 1] += values[b]
                if row + 2 < high:
                    out[row + 2] += values[c]
                if row + 3 < high:
                    out[row + 3] += values[d]
                row += 4


@kernel(
    "void(f4[:,::1], i4[::1], f4[::1], b1[::1], i4[:,::1], i4[:,::1], i4[::1], i8[::1],"
    " i8, i8, i8[:,::1])"
)
def share_trees(  # noqa: C901 - four rows side by side, and the last ones
    columns: Any,  # noqa: ANN401
    features: Any,  # noqa: ANN401
    thresholds: Any,  # noqa: ANN401
    unknown_yes: Any,  # noqa: ANN401
    ways: Any,  # noqa: ANN401
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
    groups = shares.shape[1]
    for low in range(first, last, _BLOCK):
        high = min(low + _BLOCK, last)
        for tree in range(len(roots)):
            root = roots[tree]
            depth = depths[tree]
            row = low
            while row < high:
                a, b, c, d = _four_leaves(
                    columns, row, high, features, thresholds, unknown_yes, ways, root,
                    depth,
                )  # fmt: skip
                for group in range(groups):
                    out[row, group] += shares[a, group]
                if row + 1 < high:
                    for group in range(groups):
                        out[row + 1, group] += shares[b, group]
                if row + 2 < high:
                    for group in range(groups):
                        out[row + 2, group] += shares[c, group]
                if row + 3 < high:
                    for group in range(groups):
                        out[row + 3, group] += shares[d, group]
                row += 4


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
