"""How alike labelled listings are, by what two of them say alone.

Kept with a model for pairs of other listings of the same products: see
``listings.known``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from storekin.kernels.kin import FAR
from storekin.kernels.numbering import distinct_of
from storekin.kernels.parallel import ranges_of
from storekin.kernels.similar_texts import IntArray
from storekin.listings.blocking import propose_around
from storekin.listings.features import PAIR_FEATURES
from storekin.listings.known import AlikePairs, Digests
from storekin.listings.passes import BATCH, order_sides
from storekin.listings.prepared import PreparedListings
from storekin.listings.rarity import find_tokens
from storekin.listings.vector import Columns, compare_pairs

Predict = Callable[[Columns], npt.NDArray[np.float64]]
_LN2 = float(np.log(2))
_HOPE = 2.0
"""Bits by which trees without another part may hold a pair for likelier: a pair that
one set of trees holds for so much less likely than ``FAR`` is not asked again."""


@dataclass(frozen=True, slots=True)
class AlikeScores:
    """Pairs of listings, by digest, with their bits by each part's trees.

    ``bits`` has a row for each of ``folds``: what trees without that part's labels say;
    a labelled pair has in all of them what trees without its own label say.
    """

    left: Digests
    right: Digests
    folds: list[int]
    bits: npt.NDArray[np.float32]

    def without(self, fold: int | None) -> AlikePairs:
        """Give what is said without a part's labels; else the mean of all of them."""
        bits = (
            self.bits.mean(axis=0)
            if fold is None
            else self.bits[self.folds.index(fold)]
        )
        rounded = np.maximum(np.round(bits, 2), FAR).astype(np.float32)
        return AlikePairs(self.left, self.right, rounded)


def score_alike(
    listings: PreparedListings,
    digests: Digests,
    labelled: tuple[IntArray, IntArray, IntArray],
    predict: Mapping[int, Predict],
    *,
    sided: bool,
) -> AlikeScores:
    """Score the pairs of labelled listings that might be alike, and no others.

    ``labelled`` holds the rows that labelled pairs join, and the part of each pair;
    *predict* gives each part's trees, which have not seen its labels.
    """
    low_ends, high_ends = np.sort(np.stack(labelled[:2]), axis=0)
    parts = sorted(predict)
    keys = _keys(low_ends, high_ends)
    order = np.argsort(keys, kind="stable")
    keys, folds = keys[order], labelled[2][order]
    one, other = _candidates(listings, low_ends, high_ends)
    found: list[npt.NDArray[np.float32]] = []
    kept: list[IntArray] = []
    for low, high in ranges_of(len(one), BATCH):
        columns = np.empty((high - low, len(PAIR_FEATURES)), np.float32)
        compare_pairs(listings, one[low:high], other[low:high], None, columns)
        if not sided:
            order_sides(columns, 0, len(PAIR_FEATURES))
        place, met = find_tokens(_keys(one[low:high], other[low:high]), keys)
        own = np.where(met, folds[place], -1)
        hopeful = predict[parts[0]](columns) / _LN2 > FAR - _HOPE
        rows = np.flatnonzero(hopeful | (own >= 0))
        bits = np.stack([predict[part](columns[rows]) for part in parts]) / _LN2
        told = np.flatnonzero(own[rows] >= 0)
        bits[:, told] = bits[np.searchsorted(parts, own[rows][told]), told]
        found.append(bits.astype(np.float32))
        kept.append(low + rows)
    chosen = np.concatenate([np.empty(0, np.int64), *kept])
    none = np.empty((len(parts), 0), np.float32)
    return AlikeScores(
        digests[one[chosen]],
        digests[other[chosen]],
        parts,
        np.concatenate([none, *found], axis=1),
    )


def _keys(left: IntArray, right: IntArray) -> npt.NDArray[np.uint64]:
    return (left << 32 | right).astype(np.uint64)


def _candidates(
    listings: PreparedListings, left: IntArray, right: IntArray
) -> tuple[IntArray, IntArray]:
    """Pair the labelled listings whose titles agree, on one side or on two.

    Labelled pairs are given with the lower row on the left, and stay among them.
    """
    anybody = replace(listings, owners=np.arange(len(listings), dtype=np.int32))
    ends = distinct_of(np.concatenate([left, right]))
    around = propose_around(anybody, left, right)
    one, other = around.rows[around.left], around.rows[around.right]
    both = np.isin(one, ends) & np.isin(other, ends) & (one != other)
    return np.minimum(one, other)[both], np.maximum(one, other)[both]
