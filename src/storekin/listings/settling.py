"""Scores settled among the likely partners of both sides, once all passes have spoken.

One likely pair between two families that otherwise say no is a bridge, and one unlikely
pair within a family a slip: a settled score is half the pair's own, and half the mean
at which the two families grow together (``kernels.families``).
"""

import numpy as np

from storekin.kernels.parallel import run_ranges
from storekin.kernels.similar_texts import IntArray
from storekin.listings.pool import FloatArray, Pool, own_bits

OWN_SHARE = 0.5
"""What a pair itself counts for. From nothing to a half new pools are told as well."""

_EDGES = 65_536


def settle(pool: Pool, bits: FloatArray, places: IntArray | None = None) -> FloatArray:
    """Give by how many bits those around them move the pool's pairs.

    Of all pairs, or of those at *places*; *bits* are the log odds of all, the prior in
    them. A pair that is next to impossible stays as it is.
    """
    from storekin.kernels.families import FAMILY_COLUMNS, grow_families

    chosen = slice(0, len(pool.left)) if places is None else places
    left, right = pool.left[chosen], pool.right[chosen]
    bits = own_bits(bits)
    own = bits[chosen]
    grown = np.full((len(left), len(FAMILY_COLUMNS)), np.nan, np.float32)
    run_ranges(
        lambda span: grow_families(
            pool.starts, pool.nodes, pool.edges, bits, left, right, own, *span, grown
        ),
        len(left),
        _EDGES,
    )
    together = np.where(np.isnan(grown[:, 0]), own, grown[:, 0])
    moved: FloatArray = ((1 - OWN_SHARE) * (together - own)).astype(np.float32)
    return moved
