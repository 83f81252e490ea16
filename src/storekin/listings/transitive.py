"""Pairs that nobody proposed, though both sides are likely what a third listing is.

Two sellers may share no word and no picture, and both copy a third one's listing. Such
transitive pairs are compared once the first pass has said who is likely whose partner;
what they weigh is for the passes, and for their families, to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from storekin.kernels.numbering import distinct_of
from storekin.kernels.parallel import ranges_of, run_chunks
from storekin.kernels.similar_texts import IntArray
from storekin.listings.blocking import SMALL_POOL
from storekin.listings.pool import FloatArray, Pool, make_pool, pool_features
from storekin.listings.prepared import PreparedListings
from storekin.listings.vector import Columns, similarities

LIKELY_BITS = np.float32(-1)
"""What the first pass says at least of a partner that ties others: one in three."""

MOST_PARTNERS = 24
FEWER_PARTNERS = 6
"""Likeliest partners of a listing that are paired with one another, in a small pool
and in a larger one: the family of a title that thousands have is not squared."""

_NODES = 4096


def most_partners(total: int) -> int:
    """Give how many partners of a listing are paired, among *total* listings."""
    return MOST_PARTNERS if total <= SMALL_POOL else FEWER_PARTNERS


def transitive_pairs(
    pool: Pool,
    bits: FloatArray,
    most: int,
    owners: npt.NDArray[np.signedinteger] | None = None,
) -> tuple[IntArray, IntArray]:
    """Give pairs of nodes, left < right, sorted, that a third node ties.

    *bits* are what the first pass says of the pool's pairs; each node ties the *most*
    likeliest of its partners. *owners* of the listings, if given, have to differ.
    """
    from storekin.kernels.transitive import list_transitive

    def work(span: tuple[int, int]) -> IntArray:
        room = (span[1] - span[0]) * most * (most - 1) // 2
        out = np.empty((room, 2), np.int64)
        count = list_transitive(
            pool.starts, pool.nodes, pool.edges, bits, LIKELY_BITS, most, *span, out
        )
        keys: IntArray = (out[:count, 0] << 32) | out[:count, 1]
        return keys

    spans = ranges_of(len(pool.starts) - 1, _NODES)
    keys = distinct_of(np.concatenate(run_chunks(work, spans) or [_NONE]))
    left, right = keys >> 32, keys & 0xFFFFFFFF
    if owners is not None:
        apart = owners[pool.rows[left]] != owners[pool.rows[right]]
        left, right = left[apart], right[apart]
    return left, right


_NONE = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class WiderPool:
    """A pool with further pairs before its own: see ``Columnist.with_more``.

    ``similar`` is what ``vector.similarities`` says of all pairs; ``around`` and
    ``grams`` are the further ones' alone.
    """

    pool: Pool
    similar: dict[str, Columns]
    around: Columns
    grams: Columns


def widen(
    listings: PreparedListings,
    pool: Pool,
    pairs: tuple[IntArray, IntArray],
    similar: Mapping[str, Columns],
) -> WiderPool:
    """Put further *pairs* of nodes before those of a pool, of which *similar* is.

    What the pool around its own pairs says stays: further ones are nobody's rivals in
    the first pass.
    """
    left, right = pairs
    more = similarities(listings, pool.rows[left], pool.rows[right])
    both = {name: np.concatenate([more[name], similar[name]]) for name in similar}
    wider = make_pool(
        pool.rows,
        np.concatenate([left, pool.left]),
        np.concatenate([right, pool.right]),
        len(left) + pool.asked,
    )
    around = pool_features(replace(wider, asked=len(left)), both)
    return WiderPool(wider, both, around, more["grams"])
