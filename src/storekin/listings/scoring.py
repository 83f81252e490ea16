"""Comparisons of listings to evidence in bits, a probability and a level.

Each signal's bits come from one comparison and add up to the total: an explanation
shows the sum, and nothing else decides.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import run_chunks
from storekin.kernels.similar_texts import IntArray, TokenArray, Tokens
from storekin.listings.model import LISTING_SIGNALS, ListingModel
from storekin.listings.prepared import (
    FEWEST_TEXTS,
    AttributeTable,
    PreparedListings,
)

FloatArray = npt.NDArray[np.float64]
_CHUNK = 65_536
_CONTRADICTION = -2.0
"""Below this a model number says that the products differ, whatever else agrees."""
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


@dataclass(frozen=True, slots=True)
class ListingScores:
    """Scored pairs. ``bits`` has a column for each signal; nan where it is silent."""

    left: IntArray
    right: IntArray
    bits: dict[str, FloatArray]
    total: FloatArray
    probability: FloatArray
    level: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.left)

    def take(self, keep: npt.NDArray[np.generic]) -> "ListingScores":
        """Give the chosen pairs (a mask, or places)."""
        return ListingScores(
            self.left[keep],
            self.right[keep],
            {name: column[keep] for name, column in self.bits.items()},
            self.total[keep],
            self.probability[keep],
            self.level[keep],
        )


def title_vectors(
    tokens: Tokens,
    weights: npt.NDArray[np.float32],
    sketches: TokenArray,
    left: IntArray,
    right: IntArray,
) -> dict[str, npt.NDArray[np.float32]]:
    """Compare two columns of tokens, pair by pair; see ``kernels.compare.COLUMNS``."""
    from storekin.kernels.compare import COLUMNS, compare_titles

    vector = np.zeros((len(left), len(COLUMNS)), np.float32)
    left = np.ascontiguousarray(left)
    right = np.ascontiguousarray(right)
    spans = [(low, min(low + _CHUNK, len(left))) for low in range(0, len(left), _CHUNK)]
    run_chunks(
        lambda span: compare_titles(
            tokens.values, weights, tokens.starts, sketches, left, right, *span, vector
        ),
        spans,
    )
    return {name: vector[:, place] for place, name in enumerate(COLUMNS)}


def score_pairs(
    listings: PreparedListings,
    left: IntArray,
    right: IntArray,
    near: tuple[IntArray, IntArray],
    model: ListingModel,
) -> ListingScores:
    """Weigh every signal on every pair of rows."""
    silent = np.full(len(left), np.nan)
    bits = dict.fromkeys(LISTING_SIGNALS, silent)
    vector = title_vectors(
        listings.tokens, listings.weights, listings.sketches, left, right
    )
    bits["similar_title"] = _title_bits(vector, model)
    bits.update(_model_bits(vector, listings, left, right, model))
    bits["same_gtin"] = _code_bits(listings.gtins, left, right, model, "gtin")
    bits["same_brand"] = _code_bits(listings.brands, left, right, model, "brand")
    bits["close_price"] = _price_bits(listings, left, right, model)
    attributes, conflicts = _attribute_bits(listings.attributes, left, right, model)
    bits["similar_attributes"] = attributes
    bits["different_variant"] = _variant_bits(vector, conflicts, model)
    bits.update(_picture_bits(listings, left, right, near, vector, model))
    if listings.descriptions is not None:
        bits["similar_description"] = _description_bits(listings, left, right, model)
    bits = {
        name: np.round(column.astype(np.float64), 2) + 0.0
        for name, column in bits.items()
    }
    cents = np.zeros(len(left), np.int64)
    for column in bits.values():
        cents += np.round(np.nan_to_num(column) * 100).astype(np.int64)
    total = cents / 100
    probability = np.round(1 / (1 + np.exp2(-np.clip(total + model.prior, -60, 60))), 6)
    level = _levels(bits, vector, probability, model)
    return ListingScores(left, right, bits, total, probability, level)


def _title_bits(
    vector: dict[str, npt.NDArray[np.float32]], model: ListingModel
) -> FloatArray:
    cover = (vector["left_cover"], vector["right_cover"])
    similarity = (
        model.weight("title", "cosine") * vector["cosine"]
        + model.weight("title", "larger_cover") * np.maximum(*cover)
        + model.weight("title", "smaller_cover") * np.minimum(*cover)
        + model.weight("title", "trigrams") * vector["trigrams"]
    )
    knots = model.curve("title", "similarity")
    bits = np.interp(similarity, knots, model.curve("title", "bits"))
    ceiling = model.weight("title", "bits_per_shared_bit") * vector[
        "shared_bits"
    ] - model.weight("title", "shared_free")
    return np.where(bits > 0, np.minimum(bits, np.maximum(ceiling, 0)), bits)


def _model_bits(
    vector: dict[str, npt.NDArray[np.float32]],
    listings: PreparedListings,
    left: IntArray,
    right: IntArray,
    model: ListingModel,
) -> dict[str, FloatArray]:
    """Weigh model numbers: those of the maker's column, and those in the titles."""
    one, other = listings.models[left], listings.models[right]
    known = (one >= 0) & (other >= 0)
    same_mpn = known & (one == other)
    # codes that one title lacks may have been left out; on both sides they differ
    clash = (vector["left_codes"] > 0) & (vector["right_codes"] > 0)
    shared = (vector["shared_codes"] > 0) & ~clash
    differ = (clash & ~same_mpn) | (known & ~same_mpn & ~shared)
    numbers = (vector["left_numbers"] > 0) & (vector["right_numbers"] > 0)
    extra = ((vector["left_numbers"] > 0) | (vector["right_numbers"] > 0)) & ~numbers
    same = np.full(len(left), np.nan)
    same[shared] = model.weight("model_number", "same")
    same[same_mpn] = model.weight("model_number", "same_mpn")
    different = np.full(len(left), np.nan)
    cosine = vector["cosine"]
    knots = model.curve("model_number", "otherwise_same")
    for kind, which in (
        ("extra_number", extra),
        ("different_numbers", numbers),
        ("different", differ),
    ):
        curve = model.curve("model_number", kind)
        different[which] = np.interp(cosine[which], knots, curve)
    different[same_mpn] = np.nan
    return {"same_model_number": same, "different_model_number": different}


def _code_bits(
    codes: IntArray, left: IntArray, right: IntArray, model: ListingModel, section: str
) -> FloatArray:
    one, other = codes[left], codes[right]
    bits = np.full(len(left), np.nan)
    known = (one >= 0) & (other >= 0)
    bits[known & (one == other)] = model.weight(section, "same")
    bits[known & (one != other)] = model.weight(section, "different")
    return bits


def _price_bits(
    listings: PreparedListings, left: IntArray, right: IntArray, model: ListingModel
) -> FloatArray:
    one, other = listings.prices[left], listings.prices[right]
    same_money = listings.currencies[left] == listings.currencies[right]
    known = (one > 0) & (other > 0) & same_money
    bits = np.full(len(left), np.nan)
    ratio = np.maximum(one, other)[known] / np.minimum(one, other)[known]
    knots = np.log(model.curve("price", "ratio"))
    bits[known] = np.interp(np.log(ratio), knots, model.curve("price", "bits"))
    return bits


def _attribute_bits(
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


def _variant_bits(
    vector: dict[str, npt.NDArray[np.float32]],
    conflicts: npt.NDArray[np.int64],
    model: ListingModel,
) -> FloatArray:
    weighed = model.weight("variant", "quantity") * vector[
        "other_quantities"
    ] + model.weight("variant", "word") * np.maximum(
        vector["other_variants"], conflicts
    )
    alone = (vector["lone_variants"] > 0) & (weighed == 0)
    weighed[alone] = np.interp(
        vector["cosine"][alone],
        model.curve("model_number", "otherwise_same"),
        model.curve("variant", "lone"),
    )
    bits = np.maximum(weighed, model.weight("variant", "most"))
    return np.where(bits < 0, bits, np.nan)


def _picture_bits(
    listings: PreparedListings,
    left: IntArray,
    right: IntArray,
    near: tuple[IntArray, IntArray],
    vector: dict[str, npt.NDArray[np.float32]],
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
    unlike = _unlike_carriers(listings)
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
    del vector
    return {"same_image": same, "similar_image": similar}


def _unlike_carriers(listings: PreparedListings) -> npt.NDArray[np.int64]:
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


def _description_bits(
    listings: PreparedListings, left: IntArray, right: IntArray, model: ListingModel
) -> FloatArray:
    tokens = listings.descriptions
    bits = np.full(len(left), np.nan)
    if tokens is None:
        return bits
    lengths = np.diff(tokens.starts)
    known = np.flatnonzero((lengths[left] > 2) & (lengths[right] > 2))
    blank = np.zeros((len(listings), 1), np.uint64)
    vector = title_vectors(
        tokens, listings.description_weights, blank, left[known], right[known]
    )
    bits[known] = np.interp(
        vector["cosine"],
        model.curve("description", "similarity"),
        model.curve("description", "bits"),
    )
    return bits


def _levels(
    bits: dict[str, FloatArray],
    vector: dict[str, npt.NDArray[np.float32]],
    probability: FloatArray,
    model: ListingModel,
) -> npt.NDArray[np.int8]:
    """Name how alike two listings are; a contradiction makes them similar at most."""
    seen = (np.nan_to_num(bits["same_image"]) > 0) | (
        np.nan_to_num(bits["same_gtin"]) > 0
    )
    # what one title names and the other does not may have been left out, where a
    # picture or a product code says that it is one product
    lone = (vector["other_quantities"] == 0) & (vector["other_variants"] == 0)
    variant = (np.nan_to_num(bits["different_variant"]) <= _CONTRADICTION) & ~(
        lone & seen
    )
    extra = (vector["left_numbers"] == 0) | (vector["right_numbers"] == 0)
    extra &= (vector["left_codes"] == 0) | (vector["right_codes"] == 0)
    model_number = (
        np.nan_to_num(bits["different_model_number"]) <= _CONTRADICTION
    ) & ~(extra & seen)
    contradicts = variant | model_number
    level = np.full(len(probability), 3, np.int8)
    level[probability >= model.weight("levels", "similar")] = 2
    close = probability >= model.weight("levels", "highly_similar")
    level[close & ~contradicts] = 1
    proof = seen | (vector["cosine"] > 0.95)
    certain = probability >= model.weight("levels", "identical")
    level[certain & ~contradicts & proof] = 0
    return level
