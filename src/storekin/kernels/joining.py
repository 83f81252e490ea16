"""Groups of records joined strongest first, with pairs that are held apart."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel
from storekin.kernels.groups import root_of
from storekin.kernels.growing import grown

NOT_NEEDED, TAKEN, HELD_APART, TOO_WEAK = 0, 1, 2, 3
"""What became of an edge: its ends were joined already; it joined them; a ruling
holds them apart; or its group rests on weak joins already."""


@kernel(
    "Tuple((i8[::1], u1[::1], i8[::1], i8[::1], i8[::1]))"
    "(i8, i8[::1], i8[::1], b1[::1], i8, i8[::1], i8[::1], i8)"
)
def join_strongest_first(  # noqa: C901, PLR0912, PLR0915 - one pass over the edges
    size: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    weak: Any,  # noqa: ANN401
    most_weak: Any,  # noqa: ANN401
    apart_left: Any,  # noqa: ANN401
    apart_right: Any,  # noqa: ANN401
    most_members: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Join the edges in their order, strongest first.

    Two nodes that are held apart never come into one group, by whatever chain; a group
    takes *most_weak* weak edges, and then strong ones alone. Gives each node's group
    (its smallest member), what became of each edge, and the pairs within groups of at
    most *most_members*: left, right, and the edge that joined their two groups.
    """
    parents = np.arange(size)
    fate = np.zeros(len(left), np.uint8)
    weak_joins = np.zeros(size, np.int64)
    members = np.ones(size, np.int64)
    next_member = np.full(size, -1, np.int64)
    last_member = np.arange(size)
    # each group's list of rulings: the other store of each
    total = len(apart_left)
    partner = np.empty(2 * total, np.int64)
    next_ruling = np.full(2 * total, -1, np.int64)
    first_ruling = np.full(size, -1, np.int64)
    last_ruling = np.full(size, -1, np.int64)
    rulings = np.zeros(size, np.int64)
    for ruling in range(2 * total):
        pair = ruling >> 1
        node = apart_left[pair] if ruling & 1 == 0 else apart_right[pair]
        partner[ruling] = apart_right[pair] if ruling & 1 == 0 else apart_left[pair]
        if first_ruling[node] < 0:
            last_ruling[node] = ruling
        next_ruling[ruling] = first_ruling[node]
        first_ruling[node] = ruling
        rulings[node] += 1
    room = 1024
    one = np.empty(room, np.int64)
    other = np.empty(room, np.int64)
    by = np.empty(room, np.int64)
    written = 0
    for edge in range(len(left)):
        a = root_of(parents, left[edge])
        b = root_of(parents, right[edge])
        if a == b:
            continue
        fewer = a if rulings[a] <= rulings[b] else b
        opposite = b if fewer == a else a
        ruling = first_ruling[fewer]
        while ruling >= 0:
            if root_of(parents, partner[ruling]) == opposite:
                fate[edge] = HELD_APART
                break
            ruling = next_ruling[ruling]
        if fate[edge] == HELD_APART:
            continue
        joins = weak_joins[a] + weak_joins[b]
        if weak[edge]:
            joins += 1
            if joins > most_weak:
                fate[edge] = TOO_WEAK
                continue
        fate[edge] = TAKEN
        if b < a:
            a, b = b, a
        if members[a] + members[b] <= most_members:
            while written + members[a] * members[b] > room:
                room *= 2
                one = grown(one, room)
                other = grown(other, room)
                by = grown(by, room)
            x = a
            while x >= 0:
                y = b
                while y >= 0:
                    one[written] = min(x, y)
                    other[written] = max(x, y)
                    by[written] = edge
                    written += 1
                    y = next_member[y]
                x = next_member[x]
        parents[b] = a
        weak_joins[a] = joins
        members[a] += members[b]
        next_member[last_member[a]] = b
        last_member[a] = last_member[b]
        if rulings[b] > 0:
            if rulings[a] == 0:
                first_ruling[a] = first_ruling[b]
            else:
                next_ruling[last_ruling[a]] = first_ruling[b]
            last_ruling[a] = last_ruling[b]
            rulings[a] += rulings[b]
    for node in range(size):
        parents[node] = root_of(parents, node)
    return (
        parents,
        fate,
        one[:written].copy(),
        other[:written].copy(),
        by[:written].copy(),
    )
