"""What two catalogues have in common: the duplicate products, weighed by rarity.

A product that two stores carry says much; one that five hundred carry is a
supplier's, and says nothing about any two of them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.numbering import distinct_of
from storekin.kernels.similar_texts import IntArray

FloatArray = npt.NDArray[np.float64]

RARE_BITS = 6.0
"""What a product that only two stores carry weighs when its listings are identical."""

BITS_PER_DOUBLING = 2.5
"""What each doubling of the other carriers takes off."""

UNSEEN_SHARE = 0.65
"""Identical by their words alone, with no picture or product code to say so."""

HIGHLY_SIMILAR_SHARE = 0.5
"""Listings that are highly similar, not identical, weigh so much of it."""

MOST_BITS = 40.0
CATALOGUE_BITS = 4.0
CATALOGUE_SHARE = 0.3
CATALOGUE_FAMILIES = 3

CHANCE_SHARE = 0.1
"""Below this share of the smaller catalogue products in common weigh less: two large
shops meet in some products by chance."""

LEAST_SHARE_WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class SharedCatalogues:
    """Pairs of stores with duplicate products; sorted by left, then right.

    ``families`` counts products, ``pairs`` listing pairs, ``share`` is of the smaller
    catalogue (0 to 1), ``carriers`` how many stores carry the commonest product.
    ``first`` and ``rows`` list each store pair's rows of the scored pairs; ``weight``
    has what each product weighs, in hundredths of a bit, on its likeliest row, which
    ``begins`` marks, and 0 on its others.
    """

    left: IntArray
    right: IntArray
    families: IntArray
    pairs: IntArray
    share: FloatArray
    bits: FloatArray
    probability: FloatArray
    carriers: IntArray
    first: IntArray
    rows: IntArray
    weight: IntArray
    begins: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.left)


def share_catalogues(
    left: IntArray,
    right: IntArray,
    level: npt.NDArray[np.int8],
    probability: FloatArray,
    owners: npt.NDArray[np.int32],
    proven: npt.NDArray[np.bool_],
    *,
    sizes: IntArray | None = None,
    rows: IntArray | None = None,
) -> SharedCatalogues:
    """Join listing pairs into products, and products into pairs of stores.

    ``left`` and ``right`` are rows of the listings table, ``owners`` their stores;
    pairs within a store are left out. ``proven`` marks pairs that a picture or a
    product code bears out; ``sizes`` are the stores' catalogues, counted from
    ``owners`` where not given, ``rows`` the pairs' own numbers.
    """
    from storekin.kernels.groups import components

    total = len(owners)
    chosen = np.flatnonzero(owners[left] != owners[right])
    a, b = left[chosen], right[chosen]
    family = components(total, a, b)
    touched = distinct_of(np.concatenate([a, b]))
    carried = np.unique(np.stack([family[touched], owners[touched]], axis=1), axis=0)
    carriers = np.bincount(carried[:, 0], minlength=total) if len(carried) else family
    one, other = owners[a].astype(np.int64), owners[b].astype(np.int64)
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((chosen, -probability[chosen], family[a], high, low))
    low, high, chosen = low[order], high[order], chosen[order]
    fam = family[left[chosen]]
    sure = probability[chosen]
    new_pair = np.ones(len(low), np.bool_)
    new_pair[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    new_family = new_pair.copy()
    new_family[1:] |= fam[1:] != fam[:-1]
    weight = np.maximum(
        RARE_BITS - BITS_PER_DOUBLING * np.log2(np.maximum(carriers[fam] - 1, 1)), 0.0
    )
    share_of = np.where(proven[chosen], 1.0, UNSEEN_SHARE)
    share_of = np.where(level[chosen] == 0, share_of, HIGHLY_SIMILAR_SHARE)
    weight = weight * share_of * sure
    # each family counts once a pair of stores, by its likeliest listings
    cents = np.where(new_family, np.round(weight * 100), 0).astype(np.int64)
    begins = np.flatnonzero(new_pair)
    if not len(begins):
        none = np.empty(0, np.int64)
        zero = np.empty(0, np.float64)
        return SharedCatalogues(
            none,
            none,
            none,
            none,
            zero,
            zero,
            zero,
            none,
            np.zeros(1, np.int64),
            none,
            none,
            none == 1,
        )
    if sizes is None:
        sizes = np.bincount(owners, minlength=int(owners.max()) + 1)
    pair_left, pair_right = low[begins], high[begins]
    families = np.add.reduceat(new_family.astype(np.int64), begins)
    share = families / np.minimum(sizes[pair_left], sizes[pair_right])
    share = np.minimum(np.round(share, 4), 1.0)
    bits = _store_bits(np.add.reduceat(cents, begins), families, share)
    unsure = np.where(new_family, np.log(np.maximum(1 - sure, 1e-6)), 0.0)
    return SharedCatalogues(
        left=pair_left,
        right=pair_right,
        families=families,
        pairs=np.diff(np.append(begins, len(low))),
        share=share,
        bits=bits,
        probability=np.round(1 - np.exp(np.add.reduceat(unsure, begins)), 6),
        carriers=np.maximum.reduceat(carriers[fam], begins),
        first=np.append(begins, len(low)),
        rows=chosen if rows is None else rows[chosen],
        weight=cents,
        begins=new_family,
    )


def weigh_shared(cents: IntArray, smaller: int) -> float:
    """Weigh products that two stores have in common, in bits.

    ``cents`` are the products' weights in hundredths of a bit, ``smaller`` the size of
    the smaller catalogue.

    >>> weigh_shared(np.array([600]), 4), weigh_shared(np.array([600]), 1000)
    (6.0, 1.5)
    """
    share = np.minimum(np.round(np.array([len(cents) / smaller]), 4), 1.0)
    bits = _store_bits(np.array([cents.sum()]), np.array([len(cents)]), share)
    return float(bits[0])


def _store_bits(cents: IntArray, families: IntArray, share: FloatArray) -> FloatArray:
    by_chance = np.clip(share / CHANCE_SHARE, LEAST_SHARE_WEIGHT, 1.0)
    bits = np.minimum(np.round(cents / 100 * by_chance, 2), MOST_BITS)
    whole = (share >= CATALOGUE_SHARE) & (families >= CATALOGUE_FAMILIES) & (bits > 0)
    return np.where(whole, np.minimum(bits + CATALOGUE_BITS, MOST_BITS), bits)
