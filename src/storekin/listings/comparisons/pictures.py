"""Pictures in common: the same, near ones, or none; and how common they are."""

import numpy as np
import numpy.typing as npt

from storekin.kernels.ranges import pair_ranges
from storekin.kernels.similar_texts import IntArray
from storekin.listings.model import ListingModel
from storekin.listings.prepared import PreparedListings

FloatArray = npt.NDArray[np.float64]


def weigh_pictures(
    listings: PreparedListings,
    left: IntArray,
    right: IntArray,
    near: tuple[IntArray, IntArray],
    model: ListingModel,
) -> dict[str, FloatArray]:
    """Weigh pictures in common: the same, near ones, or none.

    A picture that many unlike listings carry (a logo, a chart) says little.
    """
    same = np.full(len(left), np.nan)
    similar = np.full(len(left), np.nan)
    pictures = listings.pictures
    if not len(pictures.rows):
        return {"same_image": same, "similar_image": similar}
    begins = np.searchsorted(pictures.rows, np.arange(len(listings) + 1))
    near_keys = np.unique((near[0] << 32) | near[1])
    comparable = np.array([not n.startswith("ref:") for n in pictures.names], np.bool_)
    unlike = listings.picture_carriers
    counts = np.diff(begins)
    both = np.flatnonzero((counts[left] > 0) & (counts[right] > 0))
    one, other = left[both], right[both]
    pair, a, b = pair_ranges(begins[one], counts[one], begins[other], counts[other])
    a, b = pictures.codes[a], pictures.codes[b]
    equal = a == b
    low, high = np.minimum(a, b), np.maximum(a, b)
    is_near = np.isin((low << 32) | high, near_keys)
    rarity = model.weight("image", "per_doubling") * np.log2(
        np.maximum(np.maximum(unlike[a], unlike[b]), 1)
    )
    best_same = np.full(len(both), -np.inf)
    best_near = np.full(len(both), -np.inf)
    np.maximum.at(
        best_same,
        pair[equal],
        np.maximum(model.weight("image", "same") - rarity[equal], 0),
    )
    np.maximum.at(
        best_near,
        pair[is_near],
        np.maximum(model.weight("image", "near") - rarity[is_near], 0),
    )
    # two pictures of one kind that are not alike: hashes of one scheme, not addresses
    schemes = np.array([n.partition(":")[0] for n in pictures.names])
    hashed = comparable & (schemes != "url")
    meets = np.zeros(len(both), np.bool_)
    alike_kind = hashed[a] & (schemes[a] == schemes[b])
    meets[pair[alike_kind]] = True
    found_same = np.isfinite(best_same)
    found_near = np.isfinite(best_near) & ~found_same
    none = meets & ~found_same & ~found_near
    same[both[found_same]] = best_same[found_same]
    similar[both[found_near]] = best_near[found_near]
    similar[both[none]] = model.weight("image", "different")
    return {"same_image": same, "similar_image": similar}
