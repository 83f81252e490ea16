"""The least loss that touches every pair: a minimum-weight vertex cover.

Of two stores' duplicates the graph has two sides, and the least cut of a network is
the answer, exactly (König's theorem, with weights). Of more stores the same cut on a
doubled graph gives the half-integral optimum (Nemhauser and Trotter 1975): what it
takes or leaves is right in some optimum, its value bounds the loss from below, and what
is left half is solved exactly where it is small, and by local improvement where not.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.numbering import distinct_of

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MOST_EXACT = 22
"""Nodes of an undecided part that are solved by trying."""


@dataclass(frozen=True, slots=True)
class Cover:
    """The chosen nodes; no cover weighs less than ``bound``, which may be a half.

    ``exact`` tells that this one weighs no more than any other.
    """

    chosen: BoolArray
    weight: int
    bound: float
    exact: bool


def least_cover(left: IntArray, right: IntArray, weights: IntArray) -> Cover:
    """Choose nodes of the least weight so that every pair has one of them.

    ``left`` and ``right`` number the nodes of each pair, ``weights`` are whole and
    above zero.

    >>> pairs = np.array([0, 1, 2]), np.array([3, 3, 3])
    >>> least_cover(*pairs, np.array([5, 5, 5, 9])).chosen.tolist()
    [False, False, False, True]
    """
    count = len(weights)
    chosen = np.zeros(count, np.bool_)
    if not len(left):
        return Cover(chosen, 0, 0.0, exact=True)
    side = _two_sides(count, left, right)
    if side is not None:
        chosen = _cut(count, left, right, weights, side)
        weight = int(weights[chosen].sum())
        return Cover(chosen, weight, float(weight), exact=True)
    doubled = _doubled(count, left, right, weights)
    halves = doubled[:count].astype(np.int64) + doubled[count:]
    chosen = halves == 2
    bound = float(weights[chosen].sum()) + float(weights[halves == 1].sum()) / 2
    exact = True
    open_pairs = (halves[left] == 1) & (halves[right] == 1)
    for nodes, one, other in _parts(count, left[open_pairs], right[open_pairs]):
        found, sure = _solve(nodes, one, other, weights)
        chosen[found] = True
        exact &= sure
    weight = int(weights[chosen].sum())
    return Cover(chosen, weight, bound, exact=exact or weight <= bound)


def _two_sides(
    count: int, left: IntArray, right: IntArray
) -> npt.NDArray[np.int8] | None:
    """Put every node on one of two sides so that pairs cross; None if that fails."""
    from storekin.kernels.groups import components

    # a graph is two-sided where no node meets itself in the doubled one
    doubled = components(
        2 * count,
        np.concatenate([left, right]),
        np.concatenate([right + count, left + count]),
    )
    one, other = doubled[:count], doubled[count:]
    touched = distinct_of(np.concatenate([left, right]))
    if (one[touched] == other[touched]).any():
        return None
    return np.where(one < other, 0, 1).astype(np.int8)


def _cut(
    count: int,
    left: IntArray,
    right: IntArray,
    weights: IntArray,
    side: npt.NDArray[np.int8],
) -> BoolArray:
    """Cut the two-sided network: what the cut goes through is the cover."""
    from storekin.kernels.flow import source_side

    first = np.where(side[left] == 0, left, right)
    second = np.where(side[left] == 0, right, left)
    nodes = distinct_of(np.concatenate([first, second]))
    zeros, ones = nodes[side[nodes] == 0], nodes[side[nodes] == 1]
    source, sink = count, count + 1
    endless = np.full(len(first), int(weights.sum()) + 1, np.int64)
    marks = source_side(
        count + 2,
        source,
        sink,
        np.concatenate([np.full(len(zeros), source), first, ones]).astype(np.int64),
        np.concatenate([zeros, second, np.full(len(ones), sink)]).astype(np.int64),
        np.concatenate([weights[zeros], endless, weights[ones]]).astype(np.int64),
    ).astype(np.bool_)[:count]
    chosen = np.zeros(count, np.bool_)
    chosen[zeros] = ~marks[zeros]
    chosen[ones] = marks[ones]
    return chosen


def _doubled(
    count: int, left: IntArray, right: IntArray, weights: IntArray
) -> BoolArray:
    """Cover the graph in which every node stands on both sides."""
    one = np.concatenate([left, right])
    other = np.concatenate([right, left]) + count
    side = np.repeat(np.array([0, 1], np.int8), count)
    return _cut(2 * count, one, other, np.tile(weights, 2), side)


def _parts(
    count: int, left: IntArray, right: IntArray
) -> list[tuple[IntArray, IntArray, IntArray]]:
    """Split pairs into their connected parts: nodes, and both ends of the pairs."""
    from storekin.kernels.groups import components

    if not len(left):
        return []
    part = components(count, left, right)[left]
    order = np.argsort(part, kind="stable")
    begins = np.flatnonzero(np.diff(part[order], prepend=-1))
    found = []
    for rows in np.split(order, begins[1:]):
        one, other = left[rows], right[rows]
        found.append((distinct_of(np.concatenate([one, other])), one, other))
    return found


def _solve(
    nodes: IntArray, left: IntArray, right: IntArray, weights: IntArray
) -> tuple[list[int], bool]:
    """Cover one part: exactly where it is small, else by taking away what is spare."""
    near: dict[int, set[int]] = {int(node): set() for node in nodes}
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        near[one].add(other)
        near[other].add(one)
    weight = {node: int(weights[node]) for node in near}
    greedy = _greedy(near, weight)
    if len(nodes) > MOST_EXACT:
        return sorted(greedy), False
    best = [sum(weight[node] for node in greedy), set(greedy)]
    _branch(
        {node: set(others) for node, others in near.items()}, weight, 0, set(), best
    )
    found = best[1]
    return sorted(found) if isinstance(found, set) else [], True


def _greedy(near: dict[int, set[int]], weight: dict[int, int]) -> set[int]:
    """Take nodes by what they cost for each pair that they cover; drop the spare."""
    left = {node: set(others) for node, others in near.items()}
    chosen: set[int] = set()
    while True:
        active = [node for node, others in left.items() if others]
        if not active:
            break
        node = min(active, key=lambda n: (weight[n] / len(left[n]), n))
        chosen.add(node)
        for other in left[node]:
            left[other].discard(node)
        left[node] = set()
    for node in sorted(chosen, key=lambda n: (-weight[n], n)):
        if near[node] <= chosen:
            chosen.discard(node)
    return chosen


def _branch(
    left: dict[int, set[int]],
    weight: dict[int, int],
    spent: int,
    chosen: set[int],
    best: list[object],
) -> None:
    """Take the busiest node, or all its neighbours; stop where it costs too much."""
    most = best[0]
    if isinstance(most, int) and spent >= most:
        return
    node = max(left, key=lambda n: (len(left[n]), -n), default=None)
    if node is None or not left[node]:
        best[0], best[1] = spent, set(chosen)
        return
    others = set(left[node])
    for taken in ({node}, others):
        rest = {n: near - taken for n, near in left.items() if n not in taken}
        cost = sum(weight[n] for n in taken)
        _branch(rest, weight, spent + cost, chosen | taken, best)
