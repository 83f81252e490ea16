"""The likest few of each listing's pairs, who their rivals are, and its partners.

Pairs are edges; the entries of a node are those edges that end there.
"""

from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel
from storekin.kernels.sorting import sort_first


@kernel("void(i8[::1], i8[::1], f4[::1], i8, i8, i8, b1[::1])")
def mark_likest(
    starts: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    similarity: Any,  # noqa: ANN401
    most: Any,  # noqa: ANN401
    low: Any,  # noqa: ANN401
    high: Any,  # noqa: ANN401
    keep: Any,  # noqa: ANN401
) -> None:
    """Mark the *most* likest edges of each node from *low* to *high*.

    Of equally like ones the first of its entries come first.
    """
    for node in range(low, high):
        begin = starts[node]
        end = starts[node + 1]
        if end - begin <= most:
            for entry in range(begin, end):
                keep[edges[entry]] = True
            continue
        ordered = np.empty(end - begin, np.float32)
        for entry in range(begin, end):
            ordered[entry - begin] = -similarity[edges[entry]]
        sort_first(ordered, end - begin)
        cut = -ordered[most - 1]
        room = most
        for entry in range(begin, end):
            if similarity[edges[entry]] > cut:
                keep[edges[entry]] = True
                room -= 1
        for entry in range(begin, end):
            if room > 0 and similarity[edges[entry]] == cut:
                keep[edges[entry]] = True
                room -= 1


@kernel("void(i8[::1], i8[::1], f4[::1], f4[::1], i8[::1], i8[::1], i8, i8, f4[::1])")
def free_rivals(
    starts: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    score: Any,  # noqa: ANN401
    gaps: Any,  # noqa: ANN401
    left_entry: Any,  # noqa: ANN401
    right_entry: Any,  # noqa: ANN401
    low: Any,  # noqa: ANN401
    high: Any,  # noqa: ANN401
    free: Any,  # noqa: ANN401
) -> None:
    """Write for each entry how much better its best rival's own best other offer is.

    The rival is the best other edge of the node; its gap, of those by entries, is seen
    from its other end. Without a rival *free* stays as it is.
    """
    for node in range(low, high):
        begin = starts[node]
        end = starts[node + 1]
        if end - begin < 2:
            continue
        first = begin
        for entry in range(begin + 1, end):
            if score[edges[entry]] > score[edges[first]]:
                first = entry
        second = begin if first != begin else begin + 1
        for entry in range(second + 1, end):
            if entry != first and score[edges[entry]] > score[edges[second]]:
                second = entry
        for entry in range(begin, end):
            best = second if entry == first else first
            edge = edges[best]
            twin = left_entry[edge]
            if twin == best:
                twin = right_entry[edge]
            free[entry] = -gaps[twin]


@kernel(
    "void(f4[:,::1], f4[::1], f4[::1], i8[::1], i8[::1], i8[::1], i8[::1], i8, i8,"
    " f4[:,:])"
)
def count_partners(
    mass: Any,  # noqa: ANN401
    free: Any,  # noqa: ANN401
    own_likelihood: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    left_entry: Any,  # noqa: ANN401
    right_entry: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write what the partners of both ends of pairs [first, last) are worth.

    Side by side the columns of ``mass`` at both ends; how much of both first ones the
    pair itself is; and how ``free`` the best rival is at both ends.
    """
    kinds = mass.shape[1]
    for pair in range(first, last):
        one = left[pair]
        other = right[pair]
        for kind in range(kinds):
            out[pair, 2 * kind] = mass[one, kind]
            out[pair, 2 * kind + 1] = mass[other, kind]
        own = own_likelihood[pair]
        square = own * own
        some = np.float32(0.05)
        rest = (mass[one, 0] - own + some) * (mass[other, 0] - own + some)
        out[pair, 2 * kinds] = square / (rest + square)
        out[pair, 2 * kinds + 1] = free[left_entry[pair]]
        out[pair, 2 * kinds + 2] = free[right_entry[pair]]
