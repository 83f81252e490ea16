"""Codes, prices and attributes: equal, different, or how far apart."""

import numpy as np
import numpy.typing as npt

from storekin.kernels.similar_texts import IntArray
from storekin.listings.model import ListingModel
from storekin.listings.prepared import AttributeTable, PreparedListings

FloatArray = npt.NDArray[np.float64]
_VARIANT_ATTRIBUTES = frozenset(
    [
        "colour",
        "color",
        "size",
        "capacity",
        "model",
        "storage",
        "material",
        "style",
        "pack",
        "quantity",
        "颜色",
        "尺寸",
        "尺码",
        "型号",
        "容量",
        "规格",
        "warna",
        "ukuran",
    ]
)


def weigh_codes(
    codes: IntArray, left: IntArray, right: IntArray, model: ListingModel, section: str
) -> FloatArray:
    """Weigh two codes: equal, different, or silent where one is missing."""
    one, other = codes[left], codes[right]
    bits = np.full(len(left), np.nan)
    known = (one >= 0) & (other >= 0)
    bits[known & (one == other)] = model.weight(section, "same")
    bits[known & (one != other)] = model.weight(section, "different")
    return bits


def weigh_prices(
    listings: PreparedListings, left: IntArray, right: IntArray, model: ListingModel
) -> FloatArray:
    """Weigh the ratio of two prices in one currency."""
    one, other = listings.prices[left], listings.prices[right]
    same_money = listings.currencies[left] == listings.currencies[right]
    known = (one > 0) & (other > 0) & same_money
    bits = np.full(len(left), np.nan)
    ratio = np.maximum(one, other)[known] / np.minimum(one, other)[known]
    knots = np.log(model.curve("price", "ratio"))
    bits[known] = np.interp(np.log(ratio), knots, model.curve("price", "bits"))
    return bits


def weigh_attributes(
    table: AttributeTable, left: IntArray, right: IntArray, model: ListingModel
) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Compare attribute objects, each distinct pair of them once."""
    bits = np.full(len(left), np.nan)
    conflicts = np.zeros(len(left), np.int64)
    one, other = table.rows[left], table.rows[right]
    known = np.flatnonzero((one >= 0) & (other >= 0))
    if not len(known):
        return bits, conflicts
    both = np.stack([one[known], other[known]], axis=1)
    distinct, inverse = np.unique(both, axis=0, return_inverse=True)
    weighed = np.full(len(distinct), np.nan)
    clashes = np.zeros(len(distinct), np.int64)
    agree, disagree = (model.weight("attributes", k) for k in ("agree", "disagree"))
    for place, (a, b) in enumerate(distinct.tolist()):
        first, second = table.objects[a], table.objects[b]
        shared = first.keys() & second.keys()
        if not shared:
            continue
        equal = sum(first[key] == second[key] for key in shared)
        total = agree * equal
        for key in shared:
            if first[key] != second[key]:
                is_variant = bool(_VARIANT_ATTRIBUTES & set(key.split()))
                clashes[place] += is_variant
                total += 0 if is_variant else disagree
        weighed[place] = np.clip(
            total,
            model.weight("attributes", "least"),
            model.weight("attributes", "most"),
        )
    bits[known] = weighed[inverse.ravel()]
    conflicts[known] = clashes[inverse.ravel()]
    return bits, conflicts
