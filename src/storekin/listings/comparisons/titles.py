"""Titles and descriptions: how alike their words are, and what contradicts."""

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import run_chunks
from storekin.kernels.similar_texts import IntArray, TokenArray, Tokens
from storekin.listings.model import ListingModel
from storekin.listings.prepared import PreparedListings

FloatArray = npt.NDArray[np.float64]
_CHUNK = 65_536


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


def weigh_titles(
    vector: dict[str, npt.NDArray[np.float32]], model: ListingModel
) -> FloatArray:
    """Weigh how alike two titles are; few and common words prove little."""
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


def weigh_model_numbers(
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


def weigh_variants(
    vector: dict[str, npt.NDArray[np.float32]],
    conflicts: npt.NDArray[np.int64],
    model: ListingModel,
) -> FloatArray:
    """Weigh sizes, colours and amounts that differ, or that one side alone names."""
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


def weigh_descriptions(
    listings: PreparedListings, left: IntArray, right: IntArray, model: ListingModel
) -> FloatArray:
    """Weigh how alike two descriptions of a few words and more are."""
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
