"""What the pool around a pair says: ranks, rivals, shared neighbours, groups.

Computed over the candidate pairs alone, never over all pairs of listings.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import ranges_of, run_ranges
from storekin.kernels.similar_texts import IntArray
from storekin.listings.features import (
    POOL_FEATURES,
    RANKED,
    SECOND_FEATURES,
)
from storekin.listings.vector import Columns

FloatArray = npt.NDArray[np.float32]
_NODES = 8192
_EDGES = 65_536
_PLACED = 1 << 18
_RANKS = 11
_NEAR_BITS = 6
_LIKELY = np.array([0.2, 0.5, 0.8], np.float32)


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidate pairs as a graph: edges left < right, sorted, and their two ends.

    Nodes number listings by ``rows``; a listing may stand in several parts of a pool.
    Node i has the entries ``starts[i]:starts[i + 1]`` of ``nodes`` (its neighbours,
    sorted) and ``edges``; ``left_entry`` and ``right_entry`` are each edge's own.
    Features are asked of the first ``asked`` edges; the others are their context.
    """

    rows: IntArray
    left: IntArray
    right: IntArray
    starts: IntArray
    nodes: IntArray
    edges: IntArray
    left_entry: IntArray
    right_entry: IntArray
    asked: int


def make_pool(
    rows: IntArray, left: IntArray, right: IntArray, asked: int | None = None
) -> Pool:
    """Lay out pairs of nodes (left < right) as lists of neighbours.

    Of all of them features are asked, or of the first so many.
    """
    total = len(rows)
    count = len(left)
    ends = np.concatenate([left, right])
    others = np.concatenate([right, left])
    order = np.argsort(ends * total + others, kind="stable")
    starts = np.zeros(total + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=total), out=starts[1:])
    place = np.empty(2 * count, np.int64)
    place[order] = np.arange(2 * count)
    return Pool(
        rows=rows,
        left=np.ascontiguousarray(left),
        right=np.ascontiguousarray(right),
        starts=starts,
        nodes=np.ascontiguousarray(others[order]),
        edges=np.ascontiguousarray(order % max(count, 1)),
        left_entry=place[:count],
        right_entry=place[count:],
        asked=count if asked is None else asked,
    )


def _ranked(pool: Pool, similarity: FloatArray) -> FloatArray:
    """Rank each edge at its two ends; shape (2 edges, ``RANK_COLUMNS``)."""
    from storekin.kernels.pool import RANK_COLUMNS, rank_edges

    out = np.zeros((2 * len(pool.left), len(RANK_COLUMNS)), np.float32)
    run_ranges(
        lambda span: rank_edges(
            pool.starts, pool.edges, similarity, span[0], span[1], out
        ),
        len(pool.starts) - 1,
        _NODES,
    )
    return out


_NO_BARS = np.empty(0, np.float32)


def _mass(
    pool: Pool, values: FloatArray, bars: npt.NDArray[np.float32] = _NO_BARS
) -> FloatArray:
    """Add up what the edges of each node say, and count them beyond each bar.

    Shape (nodes, 1 + bars).
    """
    from storekin.kernels.pool import add_up_ends

    mass = np.empty((len(pool.starts) - 1, 1 + len(bars)), np.float32)
    add_up_ends(pool.left, pool.right, np.ascontiguousarray(values), bars, mass)
    return mass


def _place_ends(
    values: FloatArray, left: IntArray, right: IntArray, out: Columns, begin: int
) -> int:
    """Write the *values* of both ends side by side, from column *begin* on."""
    end = begin + 2 * int(values.shape[1])
    for low, high in ranges_of(len(out), _PLACED):
        out[low:high, begin:end:2] = values[left[low:high]]
        out[low:high, begin + 1 : end : 2] = values[right[low:high]]
    return end


def _mutual(pool: Pool, similarity: FloatArray, ranks: FloatArray) -> FloatArray:
    """Give how near each asked pair comes to the best of both its ends."""
    left, right = pool.left_entry[: pool.asked], pool.right_entry[: pool.asked]
    best = ranks[left, 3] * ranks[right, 3]
    own = similarity[: pool.asked]
    near: FloatArray = own * own / np.maximum(best, 1e-6)
    return near


def pool_features(pool: Pool, similar: Mapping[str, FloatArray]) -> Columns:
    """Compare each asked pair with those around it; shape (asked, POOL_FEATURES).

    ``similar`` holds what ``vector.similarities`` says of the pool's edges.
    """
    from storekin.kernels.pool import NEIGHBOUR_COLUMNS, meet_neighbours

    count = pool.asked
    left, right = pool.left[:count], pool.right[:count]
    entries = pool.left_entry[:count], pool.right_entry[:count]
    out = np.empty((count, len(POOL_FEATURES)), np.float32)
    alike = similar["likeness"]
    out[:, 0] = alike[:count]
    begin = 1
    for name in RANKED:
        values = similar[name]
        silent = np.isnan(values)
        if silent.all():
            out[:, begin : begin + _RANKS] = np.nan
            begin += _RANKS
            continue
        values = np.where(silent, 0, values).astype(np.float32)
        ranks = _ranked(pool, values)
        begin = _place_ends(ranks, *entries, out, begin)
        out[:, begin] = _mutual(pool, values, ranks)
        begin += 1
    distance = similar["hash_bits"]
    part = np.empty((count, len(NEIGHBOUR_COLUMNS)), np.float32)
    mass = _mass(pool, alike * alike)[:, 0]
    run_ranges(
        lambda span: meet_neighbours(
            pool.starts,
            pool.nodes,
            pool.edges,
            alike,
            distance,
            mass,
            pool.left,
            pool.right,
            span[0],
            span[1],
            part,
        ),
        count,
        _EDGES,
    )
    out[:, begin : begin + part.shape[1]] = part
    begin += part.shape[1]
    if np.isnan(distance).all():
        out[:, begin:] = np.nan
    else:
        nearness = np.where(np.isnan(distance), 0, 64 - distance).astype(np.float32)
        ranks = _ranked(pool, nearness)
        begin = _place_ends(ranks[:, [0, 3]], *entries, out, begin)
        for near in (distance == 0, distance <= _NEAR_BITS):
            counts = _mass(pool, near.astype(np.float32))
            begin = _place_ends(counts, left, right, out, begin)
    return out


def own_bits(bits: FloatArray) -> FloatArray:
    """Give scores as later passes read them: beyond 20 bits all is sure."""
    return np.clip(bits, -20, 20).astype(np.float32)


def second_features(
    pool: Pool, bits: FloatArray, places: IntArray | slice | None = None
) -> Columns:
    """Ask the first pass's scores the pool's questions; (asked, SECOND_FEATURES).

    Of the asked pairs, or of those at *places*. The columns of what is known
    (``KNOWN_FEATURES``) are left to be filled in.
    """
    from storekin.kernels.pool import GROUP_COLUMNS, meet_groups

    chosen = slice(0, pool.asked) if places is None else places
    left, right = pool.left[chosen], pool.right[chosen]
    entries = pool.left_entry[chosen], pool.right_entry[chosen]
    out = np.empty((len(left), len(SECOND_FEATURES)), np.float32)
    bits = own_bits(bits)
    likely = (1 / (1 + np.exp2(-bits))).astype(np.float32)
    own = likely[chosen]
    out[:, 0] = bits[chosen]
    ranks = _ranked(pool, bits)
    begin = _place_ends(ranks, *entries, out, 1)
    mass = _mass(pool, likely, _LIKELY)
    begin = _place_ends(mass, left, right, out, begin)
    total = mass[:, 0].copy()
    rest = (total[left] - own + 0.05) * (total[right] - own + 0.05)
    out[:, begin] = own * own / (rest + own * own)
    # how free the best rival is: its own gap, seen from its other end
    begin = _place_ends(_rivals(pool, bits, ranks), *entries, out, begin + 1)
    part = np.empty((len(left), len(GROUP_COLUMNS)), np.float32)
    run_ranges(
        lambda span: meet_groups(
            pool.starts,
            pool.nodes,
            pool.edges,
            likely,
            total,
            left,
            right,
            own,
            span[0],
            span[1],
            part,
        ),
        len(left),
        _EDGES,
    )
    out[:, begin : begin + part.shape[1]] = part
    out[:, begin + part.shape[1] :] = np.nan
    return out


def _rivals(pool: Pool, bits: FloatArray, ranks: FloatArray) -> FloatArray:
    """Give how much better the best rival's own best other offer is, entry by entry."""
    from storekin.kernels.likest import free_rivals

    free = np.full((2 * len(pool.left), 1), 20, np.float32)
    run_ranges(
        lambda span: free_rivals(
            pool.starts,
            pool.edges,
            bits,
            ranks,
            pool.left_entry,
            pool.right_entry,
            span[0],
            span[1],
            free[:, 0],
        ),
        len(pool.starts) - 1,
        _NODES,
    )
    return free
