"""Pairs that were labelled before: what they say of other pairs of the same listings.

A listing that is known to match another one seldom matches a third; two listings are
one product if others tie them together, and two if their products are known to differ.
Where labels tell neither, it counts how alike each is to the listings that are known
to match the other one. A model carries digests of the listings and how alike they are,
never their texts.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.kin import FAR, ask_kin
from storekin.kernels.numbering import distinct_of
from storekin.kernels.similar_texts import IntArray
from storekin.listings.pool import Pool, make_pool
from storekin.listings.prepared import PreparedListings, token_sums
from storekin.listings.rarity import find_tokens

Digests = npt.NDArray[np.uint64]
Columns = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AlikePairs:
    """Pairs of listings, by digest, and at how many bits they would be one product.

    By themselves alone, in hundredths; pairs that are not there have ``kin.FAR``.
    """

    left: Digests
    right: Digests
    bits: npt.NDArray[np.float32]


def no_alike_pairs() -> AlikePairs:
    """Give no pair."""
    none = np.empty(0, np.uint64)
    return AlikePairs(none, none, np.empty(0, np.float32))


@dataclass(frozen=True, slots=True)
class KnownPairs:
    """Listings by digest, sorted; the product of each; products known to differ.

    ``apart`` holds pairs of products as ``lower * len(listings) + higher``, sorted;
    ``near`` the pairs of listings that are alike, ``bits`` how much each pair is.
    """

    listings: Digests
    products: IntArray
    apart: IntArray
    near: Pool
    bits: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.listings)


def no_known_pairs() -> KnownPairs:
    """Give a memory of nothing."""
    none = np.empty(0, np.int64)
    near = make_pool(none, none, none)
    no_bits = np.empty(0, np.float32)
    return KnownPairs(np.empty(0, np.uint64), none, none, near, no_bits)


def listing_digests(listings: PreparedListings) -> Digests:
    """Give each listing a number by its words, all its texts, and its price."""
    digests = token_sums(listings.tokens)
    with np.errstate(over="ignore"):
        digests *= np.uint64(3)
        if listings.whole is not None:
            digests ^= token_sums(listings.whole.words.tokens)
        prices = np.nan_to_num(listings.values.prices, nan=-1)
        cents = np.round(prices * 100).astype(np.int64)
        digests += cents.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return digests


def know_pairs(
    left: Digests,
    right: Digests,
    labels: npt.NDArray[np.int8],
    alike: AlikePairs | None = None,
) -> KnownPairs:
    """Remember labelled pairs, given by the digests of their listings.

    Of the pairs that are *alike* those of two such listings.
    """
    from storekin.kernels.groups import components

    listings, ends = np.unique(np.concatenate([left, right]), return_inverse=True)
    one, other = ends[: len(left)], ends[len(left) :]
    same = labels == 1
    products = components(len(listings), one[same], other[same])
    differ = labels == 0
    a, b = products[one[differ]], products[other[differ]]
    keys = np.minimum(a, b) * max(len(listings), 1) + np.maximum(a, b)
    near, bits = _near_of(listings, alike or no_alike_pairs())
    return KnownPairs(listings, products, distinct_of(keys[a != b]), near, bits)


def _near_of(
    listings: Digests, alike: AlikePairs
) -> tuple[Pool, npt.NDArray[np.float32]]:
    """Number the ends of pairs by *listings*; of several of one pair, the likest."""
    count = max(len(listings), 1)
    one, one_met = find_tokens(alike.left, listings)
    other, other_met = find_tokens(alike.right, listings)
    kept = one_met & other_met & (one != other) & (alike.bits > FAR)
    keys = (np.minimum(one, other) * count + np.maximum(one, other))[kept]
    order = np.lexsort((-alike.bits[kept], keys))
    near, first = np.unique(keys[order], return_index=True)
    pairs = make_pool(np.arange(len(listings)), *np.divmod(near, count))
    return pairs, alike.bits[kept][order][first]


def known_features(
    known: KnownPairs, digests: Digests, left: IntArray, right: IntArray
) -> Columns:
    """Say what is known of pairs of rows; shape (pairs, ``KNOWN_FEATURES``).

    How many other listings each side is known to match, whether others tie the two
    together, and whether their products are known to differ; nan for a listing that
    is not known. Of two known ones also how alike each is to the other matches of its
    partner, in the mean and at most, and each to a listing of a third product.
    """
    out = np.full((len(left), 8), np.nan, np.float32)
    if not len(known):
        return out
    number, met = find_tokens(digests, known.listings)
    product = np.where(met, known.products[number], -1)
    sizes = np.bincount(known.products, minlength=len(known))
    others = sizes[product] - 1
    one, other = product[left], product[right]
    both = (one >= 0) & (other >= 0)
    same = both & (one == other) & (digests[left] != digests[right])
    for side, rows in enumerate((left, right)):
        counts = np.minimum(others[rows] - same, _MOST)
        out[:, side] = np.where(met[rows], counts, np.nan)
    keys = np.minimum(one, other) * len(known) + np.maximum(one, other)
    out[both, 2] = same[both]
    out[both, 3] = np.isin(keys[both], known.apart)
    near = known.near
    if len(known.bits):
        known_rows = np.where(met, number, -1)
        ask_kin(
            known.products, sizes, near.starts, near.nodes, near.edges, known.bits,
            known_rows[left], known_rows[right], out[:, 4:],
        )  # fmt: skip
    return out


_MOST = 3
"""Known matches of a listing that are told apart; more are as many."""
