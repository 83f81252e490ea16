"""Pictures in common: the same, near ones, or none; and how common they are."""

import numpy as np
import numpy.typing as npt

from storekin.kernels.similar_texts import IntArray, TokenArray
from storekin.listings.model import ListingModel
from storekin.listings.prepared import FEWEST_TEXTS, PreparedListings

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
    unlike = unlike_carriers(listings)
    counts = np.diff(begins)
    both = np.flatnonzero((counts[left] > 0) & (counts[right] > 0))
    a_size, b_size = counts[left[both]], counts[right[both]]
    product = a_size * b_size
    pair = np.repeat(np.arange(len(both)), product)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(product) - product, product)
    wide = b_size[pair]
    a = pictures.codes[begins[left[both]][pair] + within // wide]
    b = pictures.codes[begins[right[both]][pair] + within % wide]
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


def unlike_carriers(listings: PreparedListings) -> npt.NDArray[np.int64]:
    """Count for each picture the distinct rarest words of the titles that carry it.

    A product's copies share their rare words; the users of a logo do not.
    """
    pictures = listings.pictures
    rarest = rarest_words(listings)
    key = rarest[pictures.rows]
    pairs = np.unique(np.stack([pictures.codes.astype(np.uint64), key], axis=1), axis=0)
    count: npt.NDArray[np.int64] = np.bincount(
        pairs[:, 0].astype(np.int64), minlength=len(pictures.names)
    )
    # titles of one product differ in their rarest word now and then
    return np.maximum(count // 3, 1)


def rarest_words(listings: PreparedListings) -> TokenArray:
    """Give for each title its rarest word that another title has, too; 0 for none."""
    tokens = listings.tokens
    words = (tokens.values >> np.uint64(61)) <= np.uint64(3)
    shared = listings.weights < np.log2(max(len(tokens) + 1, FEWEST_TEXTS) / 1.5)
    usable = np.where(words & shared, listings.weights, -1.0)
    rows = np.repeat(np.arange(len(tokens)), np.diff(tokens.starts))
    order = np.lexsort((tokens.values, usable, rows))
    last = np.ones(len(order), np.bool_)
    last[:-1] = rows[order][1:] != rows[order][:-1]
    result = np.zeros(len(tokens), np.uint64)
    chosen = order[last]
    result[rows[chosen]] = np.where(usable[chosen] > 0, tokens.values[chosen], 0)
    return result
