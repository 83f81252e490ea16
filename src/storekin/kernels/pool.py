"""What the candidate pairs around a pair say: ranks, rivals, shared neighbours.

The pairs are edges of a graph over listings, held as lists of neighbours sorted by
their numbers. Nothing here is larger than the edges: a million listings fit.
"""

from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel
from storekin.kernels.families import value_between
from storekin.kernels.growing import copy
from storekin.kernels.sorting import sort_first

RANK_COLUMNS = ("rank", "gap", "field", "best", "close")
"""What ``rank_edges`` says of an edge at one of its ends, in this order."""

NEIGHBOUR_COLUMNS = (
    "two_step",
    "shared_neighbours",
    "left_expanded",
    "right_expanded",
    "picture_bridge",
    "title_bridge",
)
"""The columns that ``meet_neighbours`` writes, in this order."""

GROUP_COLUMNS = (
    "path_sum",
    "path_best",
    "path_share",
    "group_mean",
    "group_most",
    "group_least",
    "group_size",
)
"""The columns that ``meet_groups`` writes, in this order."""

_FURTHEST_RANK = 60
_MOST_MEMBERS = 12


@kernel(
    "void(i8[::1], i8[::1], i8[::1], f4[::1], i8[::1], i8, i8, i8[::1], f4[::1],"
    " f4[:,:])"
)
def rank_edges(  # noqa: C901 - each edge of a node beside the others, in one walk
    starts: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    left_entry: Any,  # noqa: ANN401
    similarity: Any,  # noqa: ANN401
    rows: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    places: Any,  # noqa: ANN401
    gaps: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Compare each edge of nodes [first, last) with the others at that node.

    Says of it at each end: how many are likelier; the gap to the best other one; the
    gap to the mean of the five behind the best; the best; how many come close to it.
    ``places`` are the columns of these five in *out*, -1 for none: that of the left
    end, with the right one's beside it. The row is the edge's number, or what *rows*
    say, if there are any; where there is no such row nothing is written. ``gaps`` gets
    the gap of each entry.
    """
    for node in range(first, last):
        begin = starts[node]
        end = starts[node + 1]
        count = end - begin
        if count == 0:
            continue
        ordered = np.empty(count, np.float32)
        for place in range(count):
            ordered[place] = -similarity[edges[begin + place]]
        sort_first(ordered, count)
        top = -ordered[0]
        second = -ordered[1] if count > 1 else np.float32(0)
        field = np.float32(0)
        for place in range(1, min(count, 6)):
            field -= ordered[place]
        field /= np.float32(5)
        close = 0
        while close < count and -ordered[close] > np.float32(0.8) * top:
            close += 1
        for place in range(count):
            value = similarity[edges[begin + place]]
            low = 0
            high = count
            while low < high:
                middle = (low + high) >> 1
                if -ordered[middle] > value + np.float32(1e-6):
                    low = middle + 1
                else:
                    high = middle
            entry = begin + place
            other = second if value >= top - np.float32(1e-6) else top
            gaps[entry] = value - other
            edge = edges[entry]
            row = rows[edge] if len(rows) else edge
            if row < 0 or row >= len(out):
                continue
            side = np.int64(left_entry[edge] != entry)
            told = (
                np.float32(min(low, _FURTHEST_RANK)),
                value - other,
                value - field,
                top,
                np.float32(close),
            )
            for number in range(len(places)):
                if places[number] >= 0:
                    out[row, places[number] + side] = told[number]


@kernel("void(i8[::1], i8[::1], f4[::1], f4[::1], f4[:,::1])")
def add_up_ends(
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    values: Any,  # noqa: ANN401
    bars: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Add up the values of each node's edges, and count those beyond each bar."""
    sums = np.zeros((len(out), 1 + len(bars)))
    for ends in (left, right):
        for edge in range(len(ends)):
            sums[ends[edge], 0] += values[edge]
            for bar in range(len(bars)):
                sums[ends[edge], 1 + bar] += values[edge] > bars[bar]
    for node in range(len(out)):
        copy(sums[node], out[node])


@kernel(
    "void(i8[::1], i8[::1], i8[::1], f4[::1], f4[::1], f4[::1], i8[::1], i8[::1],"
    " i8, i8, f4[:,:])"
)
def meet_neighbours(  # noqa: C901, PLR0912, PLR0915 - one merge of two neighbour lists
    starts: Any,  # noqa: ANN401
    nodes: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    similarity: Any,  # noqa: ANN401
    distance: Any,  # noqa: ANN401
    mass: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write what edges [first, last) owe to the neighbours of both their ends.

    ``distance`` is of pictures, in bits of 64, nan where there is none; ``mass`` the
    sum of a node's squared similarities. Expanded: the mean similarity of one end to
    the other's picture twins. Bridges: the best title among picture twins, and the
    nearest picture among like titles.
    """
    near = np.float32(4)
    like = np.float32(0.6)
    for edge in range(first, last):
        one = left[edge]
        other = right[edge]
        a = starts[one]
        a_end = starts[one + 1]
        b = starts[other]
        b_end = starts[other + 1]
        two_step = np.float32(0)
        shared = 0
        either = 0
        twins_a = np.float32(1)
        twins_b = np.float32(1)
        expanded_a = similarity[edge]
        expanded_b = similarity[edge]
        bridge = np.float32(-1)
        picture = np.float32(64)
        while a < a_end or b < b_end:
            on_left = b >= b_end or (a < a_end and nodes[a] <= nodes[b])
            on_right = a >= a_end or (b < b_end and nodes[b] <= nodes[a])
            if on_left:
                one_edge = edges[a]
                sim_a = similarity[one_edge]
                dist_a = distance[one_edge]
                twin = dist_a <= near and nodes[a] != other
                if twin:
                    twins_a += 1
            else:
                sim_a = np.float32(0)
                dist_a = np.float32(64)
                twin = False
            if on_right:
                other_edge = edges[b]
                sim_b = similarity[other_edge]
                dist_b = distance[other_edge]
                twin_b = dist_b <= near and nodes[b] != one
                if twin_b:
                    twins_b += 1
            else:
                sim_b = np.float32(0)
                dist_b = np.float32(64)
                twin_b = False
            if sim_a > 0.35 or sim_b > 0.35:
                either += 1
                if sim_a > 0.35 and sim_b > 0.35:
                    shared += 1
            if on_left and on_right:
                two_step += sim_a * sim_b
                if twin:
                    expanded_a += sim_b
                    bridge = max(bridge, sim_b)
                if twin_b:
                    expanded_b += sim_a
                    bridge = max(bridge, sim_a)
                if sim_a > like and dist_b < picture:
                    picture = dist_b
                if sim_b > like and dist_a < picture:
                    picture = dist_a
            if on_left:
                a += 1
            if on_right:
                b += 1
        scale = np.sqrt((1 + mass[one]) * (1 + mass[other]))
        out[edge, 0] = (two_step + 2 * similarity[edge]) / scale
        out[edge, 1] = shared / max(either, 1)
        out[edge, 2] = expanded_a / twins_a
        out[edge, 3] = expanded_b / twins_b
        out[edge, 4] = bridge
        out[edge, 5] = picture


@kernel(
    "void(i8[::1], i8[::1], i8[::1], f4[::1], f4[:,::1], i8[::1], i8[::1], f4[::1], i8,"
    " i8, f4[:,:])"
)
def meet_groups(  # noqa: C901 - one merge, then two small groups
    starts: Any,  # noqa: ANN401
    nodes: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    likelihood: Any,  # noqa: ANN401
    mass: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    own_likelihood: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Ask of pairs [first, last) whether the likely partners of both ends agree.

    ``own_likelihood`` is theirs, ``likelihood`` each edge's of the whole pool; the
    first column of ``mass`` is the sum at each node. Paths lead over one other listing;
    groups are an end and its likeliest partners, at most twelve.
    """
    members = np.empty((2, _MOST_MEMBERS + 1), np.int64)
    sizes = np.zeros(2, np.int64)
    for edge in range(first, last):
        one = left[edge]
        other = right[edge]
        own = own_likelihood[edge]
        a = starts[one]
        a_end = starts[one + 1]
        b = starts[other]
        b_end = starts[other + 1]
        total = np.float32(0)
        best = np.float32(0)
        while a < a_end and b < b_end:
            if nodes[a] < nodes[b]:
                a += 1
            elif nodes[b] < nodes[a]:
                b += 1
            else:
                p = likelihood[edges[a]]
                q = likelihood[edges[b]]
                total += p * q
                best = max(best, min(p, q))
                a += 1
                b += 1
        out[edge, 0] = total
        out[edge, 1] = best
        out[edge, 2] = (total + 2 * own) / (
            mass[one, 0] + mass[other, 0] + np.float32(1.1) - total
        )
        for side in range(2):
            this = one if side == 0 else other
            that = other if side == 0 else one
            members[side, 0] = this
            size = 1
            for entry in range(starts[this], starts[this + 1]):
                if nodes[entry] != that and likelihood[edges[entry]] > 0.5:
                    members[side, size] = nodes[entry]
                    size += 1
                    if size > _MOST_MEMBERS:
                        break
            sizes[side] = size
        mean = np.float32(0)
        most = np.float32(0)
        least = np.float32(1)
        for m in range(sizes[0]):
            for n in range(sizes[1]):
                same = members[0, m] == members[1, n]
                value = np.float32(1) if same else value_between(
                    starts, nodes, edges, likelihood, members[0, m], members[1, n],
                    np.float32(0),
                )  # fmt: skip
                mean += value
                most = max(most, value)
                least = min(least, value)
        count = sizes[0] * sizes[1]
        out[edge, 3] = mean / count
        out[edge, 4] = most
        out[edge, 5] = least
        out[edge, 6] = count
