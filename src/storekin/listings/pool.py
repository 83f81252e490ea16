"""What the pool around a pair says: ranks, rivals, shared neighbours, groups.

Computed over the candidate pairs alone, never over all pairs of listings.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import run_ranges
from storekin.kernels.similar_texts import IntArray
from storekin.listings.features import (
    POOL_FEATURES,
    RANKED,
    SECOND_FEATURES,
)
from storekin.listings.vector import Columns

FloatArray = npt.NDArray[np.float32]
_NODES = 8192
_NO_ROWS = np.empty(0, np.int64)
_EDGES = 65_536
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
    from storekin.kernels.edges import lay_out_edges

    count = len(left)
    left, right = np.ascontiguousarray(left), np.ascontiguousarray(right)
    starts, scratch = np.empty((2, len(rows) + 1), np.int64)
    nodes, edges = np.empty((2, 2 * count), np.int64)
    left_entry, right_entry = np.empty((2, count), np.int64)
    laid = starts, scratch, nodes, edges, left_entry, right_entry
    if not lay_out_edges(left, right, _NO_ROWS, *laid):
        # a few runs that are sorted each are merged, in no more time than reading them
        order = np.argsort((left << 32) | right, kind="stable")
        lay_out_edges(left, right, order, *laid)
    return Pool(
        rows=rows,
        left=left,
        right=right,
        starts=starts,
        nodes=nodes,
        edges=edges,
        left_entry=left_entry,
        right_entry=right_entry,
        asked=count if asked is None else asked,
    )


_ALL_RANKS = np.array([0, 2, 4, 6, 8])
_HASH_RANKS = np.array([0, -1, -1, 2, -1])


def _rank(
    pool: Pool,
    similarity: FloatArray,
    out: Columns,
    places: IntArray = _ALL_RANKS,
    rows: IntArray = _NO_ROWS,
) -> FloatArray:
    """Rank each edge at its two ends, into *out*; give the gap of each entry.

    The first rows of *out* are those of the first edges, or *rows* says whose they are.
    """
    from storekin.kernels.pool import rank_edges

    gaps = np.empty(len(pool.edges), np.float32)
    run_ranges(
        lambda span: rank_edges(
            pool.starts,
            pool.edges,
            pool.left_entry,
            similarity,
            rows,
            span[0],
            span[1],
            places,
            gaps,
            out,
        ),
        len(pool.starts) - 1,
        _NODES,
    )
    return gaps


_NO_BARS = np.empty(0, np.float32)


def _mass(
    pool: Pool, values: FloatArray, bars: npt.NDArray[np.float32] = _NO_BARS
) -> FloatArray:
    """Add up what the edges of each node say, and count them beyond each bar.

    Shape (nodes, 1 + bars).
    """
    from storekin.kernels.pool import add_up_ends

    mass = np.empty((len(pool.starts) - 1, 1 + len(bars)), np.float32)
    add_up_ends(pool.left, pool.right, values, bars, mass)
    return mass


def _place_mutual(similarity: FloatArray, ranked: Columns) -> None:
    """Put beside its ranks how near each asked pair comes to the best of both ends."""
    own = similarity[: len(ranked)]
    best = np.maximum(ranked[:, 6] * ranked[:, 7], 1e-6)
    ranked[:, _RANKS - 1] = own * own / best


def pool_features(pool: Pool, similar: Mapping[str, FloatArray]) -> Columns:
    """Compare each asked pair with those around it; shape (asked, POOL_FEATURES).

    ``similar`` holds what ``vector.similarities`` says of the pool's edges.
    """
    from storekin.kernels.pool import NEIGHBOUR_COLUMNS, meet_neighbours

    count = pool.asked
    out = np.empty((count, len(POOL_FEATURES)), np.float32)
    alike = similar["likeness"]
    out[:, 0] = alike[:count]
    begin = 1
    for name in RANKED:
        values, ranked = similar[name], out[:, begin : begin + _RANKS]
        begin += _RANKS
        silent = np.isnan(values)
        if silent.all():
            ranked.fill(np.nan)
            continue
        values = np.where(silent, 0, values).astype(np.float32)
        _rank(pool, values, ranked)
        _place_mutual(values, ranked)
    distance = similar["hash_bits"]
    met = out[:, begin : begin + len(NEIGHBOUR_COLUMNS)]
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
            met,
        ),
        count,
        _EDGES,
    )
    _rank_pictures(pool, distance, out[:, begin + len(NEIGHBOUR_COLUMNS) :])
    return out


def _rank_pictures(pool: Pool, distance: FloatArray, out: Columns) -> None:
    """Rank each asked pair by its pictures, and count equal and near ones."""
    silent = np.isnan(distance)
    if silent.all():
        out.fill(np.nan)
        return
    nearness = np.where(silent, 0, 64 - distance).astype(np.float32)
    _rank(pool, nearness, out, _HASH_RANKS)
    left, right = pool.left[: len(out)], pool.right[: len(out)]
    for place, near in ((4, distance == 0), (6, distance <= _NEAR_BITS)):
        counts = _mass(pool, near.astype(np.float32))[:, 0]
        out[:, place] = counts[left]
        out[:, place + 1] = counts[right]


def own_bits(bits: FloatArray) -> FloatArray:
    """Give scores as later passes read them: beyond 20 bits all is sure."""
    return np.clip(bits, -20, 20).astype(np.float32)


def likely_of(bits: FloatArray) -> FloatArray:
    """Give the probability that such scores stand for."""
    return (1 / (1 + np.exp2(-bits))).astype(np.float32)


def second_features(
    pool: Pool,
    bits: FloatArray,
    places: IntArray | None = None,
    *,
    families: bool = True,
) -> Columns:
    """Ask the first pass's scores the pool's questions; (asked, SECOND_FEATURES).

    Of the asked pairs, or of those at *places*. The columns of what is known
    (``KNOWN_FEATURES``) are left to be filled in, and those of *families* if nobody
    asks for them.
    """
    from storekin.kernels.families import grow_families
    from storekin.kernels.likest import count_partners
    from storekin.kernels.pool import GROUP_COLUMNS, meet_groups

    chosen = slice(0, pool.asked) if places is None else places
    left, right = pool.left[chosen], pool.right[chosen]
    entries = pool.left_entry[chosen], pool.right_entry[chosen]
    out = np.empty((len(left), len(SECOND_FEATURES)), np.float32)
    bits = own_bits(bits)
    likely = likely_of(bits)
    own, own_likely = bits[chosen], likely[chosen]
    out[:, 0] = own
    gaps = _rank(pool, bits, out[:, 1:], rows=_rows_of(pool, places))
    mass = _mass(pool, likely, _LIKELY)
    # how free the best rival is: its own gap, seen from its other end
    free = _rivals(pool, bits, gaps)
    counted = out[:, _RANKS : _RANKS + 2 * mass.shape[1] + 3]
    met = out[:, _RANKS + counted.shape[1] :]
    grown = met[:, len(GROUP_COLUMNS) :]

    def work(span: tuple[int, int]) -> None:
        count_partners(mass, free, own_likely, left, right, *entries, *span, counted)
        meet_groups(
            pool.starts, pool.nodes, pool.edges, likely, mass, left, right, own_likely,
            *span, met,
        )  # fmt: skip
        if families:
            grow_families(
                pool.starts, pool.nodes, pool.edges, bits, left, right, own, *span,
                grown,
            )  # fmt: skip

    grown.fill(np.nan)
    run_ranges(work, len(left), _EDGES)
    return out


def _rows_of(pool: Pool, places: IntArray | None) -> IntArray:
    """Give the row of each edge among those at *places*; none where all are asked."""
    if places is None:
        return _NO_ROWS
    rows = np.full(len(pool.left), -1, np.int64)
    rows[places] = np.arange(len(places))
    return rows


def _rivals(pool: Pool, bits: FloatArray, gaps: FloatArray) -> FloatArray:
    """Give how much better the best rival's own best other offer is, entry by entry."""
    from storekin.kernels.likest import free_rivals

    free = np.full(len(pool.edges), 20, np.float32)
    run_ranges(
        lambda span: free_rivals(
            pool.starts,
            pool.edges,
            bits,
            gaps,
            pool.left_entry,
            pool.right_entry,
            span[0],
            span[1],
            free,
        ),
        len(pool.starts) - 1,
        _NODES,
    )
    return free
