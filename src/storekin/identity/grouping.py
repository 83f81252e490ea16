"""Stores to groups of one seller: what may join them, and what may not.

Soft evidence alone never joins, a ruling that two stores are not the same holds against
every chain, and a group rests on no more weak joins than the model allows. Rows in
another order give the same groups.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.identity.model import NAMES, IdentityModel
from storekin.identity.scoring import ROWS_AT_ONCE, FloatArray, IdentityEvidence
from storekin.identity.values import IntArray
from storekin.kernels.numbering import distinct_of
from storekin.kernels.parallel import ranges_of


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of stores with their bits, prior included, and their numbers."""

    left: IntArray
    right: IntArray
    odds_bits: FloatArray
    pair: IntArray


RULED = 60.0
"""The bits of a judgement that two stores are the same."""

MOST_CHAINED = 300
"""Members of a group up to which the pairs within it are listed: none is squared."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Each store's group, the smallest store number in it, and what joined them.

    ``likely`` are all pairs that may join, and the judgements that two are the same;
    ``joins`` are the pairs that joined two groups each, in the order in which they did:
    left, right, bits with the prior, and the number of the compared pair (-1 for a
    judgement). ``refused`` are the pairs that would have joined two groups and did
    not, with ``why`` (``kernels.joining``). The pairs within each group of at most 300
    stores are ``left`` and ``right``, and ``by`` the number of the join that brought
    the two together: the weakest link of the strongest chain between them.
    """

    group: IntArray
    likely: Edges
    joins: Edges
    refused: Edges
    why: npt.NDArray[np.uint8]
    left: IntArray
    right: IntArray
    by: IntArray
    apart: tuple[tuple[int, int], ...]

    def weak(self, model: IdentityModel) -> npt.NDArray[np.bool_]:
        """Mark the joins that are weak."""
        return self.joins.odds_bits < model.joining.weak_bits

    def members(self) -> dict[int, list[int]]:
        """Give the stores of each group of two and more, by the group's number."""
        sizes = np.bincount(self.group, minlength=len(self.group))
        rows = np.flatnonzero(sizes[self.group] > 1)
        order = rows[np.argsort(self.group[rows], kind="stable")]
        edges = np.flatnonzero(np.diff(self.group[order], prepend=-1))
        parts = np.split(order, edges[1:]) if len(order) else []
        return {int(self.group[part[0]]): part.tolist() for part in parts}


def may_join(
    evidence: IdentityEvidence, signals: list[str], pairs: int, model: IdentityModel
) -> npt.NDArray[np.bool_]:
    """Say which pairs have more than soft evidence of one cause.

    Hard is what is equal and not generic, names aside, and a mistyped paper. Names and
    near values are soft: two of separate causes join, one never does.
    """
    groups = sorted({weights.group for weights in model.signals.values()})
    cause = np.array([groups.index(model.signals[s].group) for s in signals])
    weak_group = np.array([model.signals[s].group in WEAK_GROUPS for s in signals])
    soft = np.array([s in NAMES for s in signals])
    strong = np.array([model.signals[s].strong for s in signals])
    joins = np.zeros(pairs, np.bool_)
    # bits of the causes that speak for each pair: a power of two is one cause
    causes = np.zeros(pairs, np.int64)
    for low, high in ranges_of(len(evidence), ROWS_AT_ONCE):
        part = evidence.take(slice(low, high))
        speaks = (part.bits > SAYS_SOMETHING) & ~weak_group[part.signal]
        speaks &= ~part.generic
        pair, signal, near = part.pair[speaks], part.signal[speaks], part.near[speaks]
        joins[pair[~soft[signal] & (~near | strong[signal])]] = True
        for number in range(len(groups)):
            causes[pair[cause[signal] == number]] |= 1 << number
    joins |= (causes & (causes - 1)) > 0
    return joins


WEAK_GROUPS = ("access", "brand")
SAYS_SOMETHING = 2.0


def group_stores(
    stores: int,
    edges: Edges,
    model: IdentityModel,
    same: Collection[tuple[int, int]] = (),
    apart: Collection[tuple[int, int]] = (),
) -> Groups:
    """Join stores by *edges* from the model's threshold on, strongest first.

    ``same`` and ``apart`` hold pairs of stores that have been ruled to be, and not to
    be, the same: the former join before all else, the latter are never joined.
    """
    from storekin.kernels.joining import (
        HELD_APART,
        TAKEN,
        TOO_WEAK,
        join_strongest_first,
    )

    rule = model.joining
    ruled = sorted({(min(pair), max(pair)) for pair in same})
    held = sorted({(min(pair), max(pair)) for pair in apart})
    likely = edges.odds_bits >= rule.odds_bits
    every = Edges(
        np.append([a for a, _ in ruled], edges.left[likely]).astype(np.int64),
        np.append([b for _, b in ruled], edges.right[likely]).astype(np.int64),
        np.append([RULED] * len(ruled), edges.odds_bits[likely]),
        np.append([-1] * len(ruled), edges.pair[likely]).astype(np.int64),
    )
    order = np.lexsort((every.right, every.left, every.pair >= 0, -every.odds_bits))
    ordered = _taken(every, order)
    held_left = np.array([a for a, _ in held], np.int64)
    held_right = np.array([b for _, b in held], np.int64)
    # most stores are alone: the others are numbered by themselves, in their order
    ends = (ordered.left, ordered.right, held_left, held_right)
    nodes = distinct_of(np.concatenate(ends))
    one, other, apart_left, apart_right = (np.searchsorted(nodes, end) for end in ends)
    found, fate, left, right, by = join_strongest_first(
        len(nodes),
        one,
        other,
        ordered.odds_bits < rule.weak_bits,
        rule.most_weak,
        apart_left,
        apart_right,
        MOST_CHAINED,
    )
    group = np.arange(stores)
    group[nodes] = nodes[found]
    joined = fate == TAKEN
    refused = np.flatnonzero((fate == HELD_APART) | (fate == TOO_WEAK))
    # of an edge between two groups that others joined later nothing was refused
    refused = refused[group[ordered.left[refused]] != group[ordered.right[refused]]]
    number = np.cumsum(joined) - 1
    return Groups(
        group,
        ordered,
        _taken(ordered, np.flatnonzero(joined)),
        _taken(ordered, refused),
        fate[refused],
        nodes[left],
        nodes[right],
        number[by],
        tuple(held),
    )


def _taken(edges: Edges, rows: IntArray) -> Edges:
    return Edges(
        edges.left[rows], edges.right[rows], edges.odds_bits[rows], edges.pair[rows]
    )
