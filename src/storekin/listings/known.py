"""Pairs that were labelled before: what they say of other pairs of the same listings.

A listing that is known to match another one seldom matches a third; two listings are
one product if others tie them together, and two if their products are known to differ.
A model carries digests of the listings, never their texts.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.numbering import distinct_of
from storekin.kernels.similar_texts import IntArray
from storekin.listings.prepared import PreparedListings, token_sums

Digests = npt.NDArray[np.uint64]
Columns = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class KnownPairs:
    """Listings by digest, sorted; the product of each; products known to differ.

    ``apart`` holds pairs of products as ``lower * len(listings) + higher``, sorted.
    """

    listings: Digests
    products: IntArray
    apart: IntArray

    def __len__(self) -> int:
        return len(self.listings)


def no_known_pairs() -> KnownPairs:
    """Give a memory of nothing."""
    none = np.empty(0, np.int64)
    return KnownPairs(np.empty(0, np.uint64), none, none)


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
    left: Digests, right: Digests, labels: npt.NDArray[np.int8]
) -> KnownPairs:
    """Remember labelled pairs, given by the digests of their listings."""
    from storekin.kernels.groups import components

    listings, ends = np.unique(np.concatenate([left, right]), return_inverse=True)
    one, other = ends[: len(left)], ends[len(left) :]
    same = labels == 1
    products = components(len(listings), one[same], other[same])
    differ = labels == 0
    a, b = products[one[differ]], products[other[differ]]
    keys = np.minimum(a, b) * max(len(listings), 1) + np.maximum(a, b)
    return KnownPairs(listings, products, distinct_of(keys[a != b]))


def known_features(
    known: KnownPairs, digests: Digests, left: IntArray, right: IntArray
) -> Columns:
    """Say what is known of pairs of rows; shape (pairs, ``KNOWN_FEATURES``).

    How many other listings each side is known to match, whether others tie the two
    together, and whether their products are known to differ; nan for a listing that
    is not known.
    """
    out = np.full((len(left), 4), np.nan, np.float32)
    if not len(known):
        return out
    place = np.searchsorted(known.listings, digests)
    place = np.minimum(place, len(known) - 1)
    met = known.listings[place] == digests
    product = np.where(met, known.products[place], -1)
    others = np.bincount(known.products, minlength=len(known))[product] - 1
    one, other = product[left], product[right]
    both = (one >= 0) & (other >= 0)
    same = both & (one == other) & (digests[left] != digests[right])
    for number, rows in enumerate((left, right)):
        counts = np.minimum(others[rows] - same, _MOST)
        out[:, number] = np.where(met[rows], counts, np.nan)
    keys = np.minimum(one, other) * len(known) + np.maximum(one, other)
    out[both, 2] = same[both]
    out[both, 3] = np.isin(keys[both], known.apart)
    return out


_MOST = 3
"""Known matches of a listing that are told apart; more are as many."""
