"""At what likelihood the likely partners of two listings grow together.

The pairs are edges of a graph over listings, as in ``kernels.pool``. Two ends and their
likeliest partners are put together step by step, the two groups first whose pairs are
the likeliest on average, until both ends are in one.
"""

from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel
from storekin.kernels.tokenise import find_sorted

FAMILY_COLUMNS = (
    "family_bits",
    "family_others",
    "family_fewer",
    "family_more",
    "family_near",
)
"""The columns that ``grow_families`` writes, in this order."""

_PARTNERS = 12
_ROOM = 2 + 2 * _PARTNERS
LIKELY_PARTNER = np.float32(-3)
"""Bits from which on a listing is a likely partner."""
_UNLIKE = np.float32(-6)
"""What a pair says that was not compared; none says less."""
_ASKED = np.float32(-8)
_NEVER = np.float32(-1e9)


@kernel("f4(i8[::1], i8[::1], i8[::1], f4[::1], i8, i8, f4)")
def value_between(
    starts: Any,  # noqa: ANN401
    nodes: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    values: Any,  # noqa: ANN401
    one: Any,  # noqa: ANN401
    other: Any,  # noqa: ANN401
    none: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Give the value of the edge between two nodes; *none* where there is none."""
    begin = starts[one]
    place = find_sorted(nodes[begin : starts[one + 1]], other)
    return none if place < 0 else values[edges[begin + place]]


@kernel("i8(i8[::1], i8[::1], i8[::1], f4[::1], f4, i8, i8, i8[::1], f4[::1])")
def list_partners(
    starts: Any,  # noqa: ANN401
    nodes: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    bits: Any,  # noqa: ANN401
    least: Any,  # noqa: ANN401
    this: Any,  # noqa: ANN401
    that: Any,  # noqa: ANN401
    partners: Any,  # noqa: ANN401
    likely: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write the likeliest partners of *this* above *least* bits; give how many.

    As many as there is room for, the likeliest first, and of equal ones the first, with
    what is said of each; *that* is none.
    """
    found = 0
    for entry in range(starts[this], starts[this + 1]):
        value = bits[edges[entry]]
        if value <= least or nodes[entry] == that:
            continue
        if found < len(partners):
            place = found
            found += 1
        elif value > likely[found - 1]:
            place = found - 1
        else:
            continue
        while place > 0 and likely[place - 1] < value:
            likely[place] = likely[place - 1]
            partners[place] = partners[place - 1]
            place -= 1
        likely[place] = value
        partners[place] = nodes[entry]
    return found


@kernel("i8(i8[::1], i8[::1], i8[::1], f4[::1], i8, i8, i8[::1], i8)")
def add_partners(
    starts: Any,  # noqa: ANN401
    nodes: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    bits: Any,  # noqa: ANN401
    this: Any,  # noqa: ANN401
    that: Any,  # noqa: ANN401
    members: Any,  # noqa: ANN401
    count: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Add the likeliest partners of *this* to *count* members; give how many they are.

    At most twelve; *that* is none.
    """
    partners = np.empty(_PARTNERS, np.int64)
    likely = np.empty(_PARTNERS, np.float32)
    found = list_partners(
        starts, nodes, edges, bits, LIKELY_PARTNER, this, that, partners, likely
    )
    for place in range(found):
        new = True
        for member in range(count):
            new &= members[member] != partners[place]
        if new:
            members[count] = partners[place]
            count += 1
    return count


@kernel(
    "void(i8[::1], i8[::1], i8[::1], f4[::1], i8[::1], i8[::1], f4[::1], i8, i8,"
    " f4[:,:])"
)
def grow_families(  # noqa: C901 - two ends, their partners, and who meets whom
    starts: Any,  # noqa: ANN401
    nodes: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    bits: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    own: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write at how many bits the families of pairs [first, last) grow together.

    ``own`` are the bits of each pair itself. Written are those of its families; what
    all pairs but this one say then (nothing if it is alone); how many the smaller and
    the larger family are; and how many listings were asked. Of a pair that is next to
    impossible nothing is said.
    """
    members = np.empty(_ROOM, np.int64)
    sizes = np.empty(_ROOM, np.float32)
    mean = np.zeros((_ROOM, _ROOM), np.float32)
    for pair in range(first, last):
        mine = own[pair]
        if mine <= _ASKED:
            continue
        members[0] = left[pair]
        members[1] = right[pair]
        count = 2
        for side in range(2):
            count = add_partners(
                starts, nodes, edges, bits, members[side], members[1 - side], members,
                count,
            )  # fmt: skip
        for one in range(count):
            sizes[one] = 1
            for other in range(one):
                value = value_between(
                    starts, nodes, edges, bits, members[one], members[other], _UNLIKE
                )
                mean[one, other] = max(value, _UNLIKE)
                mean[other, one] = mean[one, other]
        # a group has its first member's number, so that those of both ends are 0 and 1;
        # one that was put to another has no size left
        while True:
            best = _NEVER
            keeper = 0
            joiner = 0
            for one in range(count):
                for other in range(one if sizes[one] > 0 else 0):
                    if sizes[other] > 0 and mean[one, other] > best:
                        best = mean[one, other]
                        keeper = other
                        joiner = one
            if joiner == 1:
                break
            both = sizes[keeper] + sizes[joiner]
            for group in range(count):
                joined = (
                    mean[keeper, group] * sizes[keeper]
                    + mean[joiner, group] * sizes[joiner]
                ) / both
                mean[keeper, group] = joined
                mean[group, keeper] = joined
            sizes[keeper] = both
            sizes[joiner] = 0
        pairs = sizes[keeper] * sizes[joiner]
        out[pair, 0] = best
        if pairs > 1:
            out[pair, 1] = (best * pairs - max(mine, _UNLIKE)) / (pairs - 1)
        out[pair, 2] = min(sizes[keeper], sizes[joiner])
        out[pair, 3] = max(sizes[keeper], sizes[joiner])
        out[pair, 4] = count
