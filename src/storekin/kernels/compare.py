"""The comparison vector of two titles' words, over pairs of rows."""

from typing import Any

import numpy as np

from storekin.kernels.bits import ones
from storekin.kernels.compiled import kernel
from storekin.kernels.tokenise import (
    AGAIN,
    BIGRAM,
    CODE,
    NUMBER,
    QUANTITY,
    VARIANT,
    WORD,
)

COLUMNS = (
    "cosine",
    "left_cover",
    "right_cover",
    "shared_words",
    "shared_bits",
    "shared_numbers",
    "left_numbers",
    "right_numbers",
    "shared_codes",
    "left_codes",
    "right_codes",
    "same_quantities",
    "other_quantities",
    "same_variants",
    "other_variants",
    "lone_variants",
    "rarest_shared",
    "left_rarest",
    "right_rarest",
    "left_bits",
    "right_bits",
    "left_words",
    "right_words",
    "left_variant_words",
    "right_variant_words",
    "exchanged_variants",
)
"""The columns that ``compare_titles`` writes, in this order."""

DIMENSIONS = 32
"""Quantities and variants have at most so many dimensions each."""

ADDING = 3 * DIMENSIONS
"""From here on the variants are numbered whose words add up, such as Pro Max."""

_U = np.uint64


@kernel(
    "void(u8[::1], f4[::1], i8[::1], i8[::1], i8[::1], i8, i8, i8[::1],"
    " f4[:,:], f4[:,:])"
)
def compare_titles(  # noqa: C901, PLR0912, PLR0915 - one merge of two sorted lists
    tokens: Any,  # noqa: ANN401
    weights: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    dimensions: Any,  # noqa: ANN401
    vector: Any,  # noqa: ANN401
    agreements: Any,  # noqa: ANN401
) -> None:
    """Write the comparison of pairs [first, last) into the rows of *vector*.

    ``weights`` holds the rarity of each token in bits (log2 of one in how many
    titles). Covers are the share of one side's rarity that the other side has.
    A quantity or variant differs when both sides give that dimension, and nothing of
    it agrees; it is alone when one side gives the dimension and the other does not.
    Variant words are those quantities and variants that one side alone names; they
    are exchanged where the other side names another of the dimension instead, or one
    once more: gold and blue beside blue and blue.
    ``dimensions`` names those that have a column of *agreements* of their own (of
    variants from ``DIMENSIONS`` on, of plain numbers by their digits from twice that
    on): 1 agree, 0 one side alone, -1 differ, else nan. From thrice that on they are
    variants whose words add up: of Pro Max and Pro the first stands alone.
    """
    # what one side alone names of each dimension of quantities and variants
    lone = np.zeros((2, 2 * DIMENSIONS), np.int64)
    for pair in range(first, last):
        a = starts[left[pair]]
        a_end = starts[left[pair] + 1]
        b = starts[right[pair]]
        b_end = starts[right[pair] + 1]
        lone[:] = 0
        norm_a = 0.0
        norm_b = 0.0
        mass_a = 0.0
        mass_b = 0.0
        dot = 0.0
        shared = 0.0
        words = 0
        words_a = 0
        words_b = 0
        rarest = np.float32(0)
        rarest_a = np.float32(0)
        rarest_b = np.float32(0)
        counts = np.zeros(9, np.int64)
        # dimensions seen left, seen right, agreed: one bit each
        quantity_a = np.int64(0)
        quantity_b = np.int64(0)
        quantity_same = np.int64(0)
        variant_a = np.int64(0)
        variant_b = np.int64(0)
        variant_same = np.int64(0)
        variant_lone = np.int64(0)
        alone_a = 0
        alone_b = 0
        number_a = np.int64(0)
        number_b = np.int64(0)
        number_same = np.int64(0)
        while a < a_end or b < b_end:
            on_left = b >= b_end or (a < a_end and tokens[a] <= tokens[b])
            on_right = a >= a_end or (b < b_end and tokens[b] <= tokens[a])
            token = tokens[a] if on_left else tokens[b]
            weight = weights[a] if on_left else weights[b]
            kind = np.int64(token >> _U(61))
            dimension = np.int64((token >> _U(56)) & _U(31))
            if kind in (WORD, NUMBER, BIGRAM):
                if on_left:
                    norm_a += weight * weight
                    mass_a += weight
                    words_a += 1
                if on_right:
                    norm_b += weight * weight
                    mass_b += weight
                    words_b += 1
                if on_left and on_right:
                    dot += weight * weight
                    shared += weight
                    words += 1
                    rarest = max(rarest, weight)
                elif on_left:
                    rarest_a = max(rarest_a, weight)
                else:
                    rarest_b = max(rarest_b, weight)
            side = 0 if on_left and on_right else (1 if on_left else 2)
            if kind == NUMBER and dimension > 0:
                counts[side] += 1
                bit = np.int64(1) << dimension
                if on_left:
                    number_a |= bit
                if on_right:
                    number_b |= bit
                if side == 0:
                    number_same |= bit
            elif kind == CODE:
                counts[3 + side] += 1
            elif kind == QUANTITY:
                if on_left:
                    quantity_a |= 1 << dimension
                if on_right:
                    quantity_b |= 1 << dimension
                if side == 0:
                    quantity_same |= 1 << dimension
            elif kind == VARIANT:
                if on_left:
                    variant_a |= 1 << dimension
                if on_right:
                    variant_b |= 1 << dimension
                if side == 0:
                    variant_same |= 1 << dimension
                else:
                    variant_lone |= 1 << dimension
            if kind in (QUANTITY, VARIANT):
                alone_a += side == 1
                alone_b += side == 2
            if side > 0 and kind in (QUANTITY, VARIANT, AGAIN):
                lone[side - 1, dimension + (kind != QUANTITY) * DIMENSIONS] += 1
            if on_left:
                a += 1
            if on_right:
                b += 1
        for column in range(3):
            vector[pair, column] = 0
        if norm_a > 0 and norm_b > 0:
            vector[pair, 0] = dot / np.sqrt(norm_a * norm_b)
            vector[pair, 1] = shared / mass_a
            vector[pair, 2] = shared / mass_b
        vector[pair, 3] = words
        vector[pair, 4] = shared
        for column in range(6):
            vector[pair, 5 + column] = counts[column]
        vector[pair, 11] = ones(_U(quantity_same))
        vector[pair, 12] = ones(_U(quantity_a & quantity_b & ~quantity_same))
        vector[pair, 13] = ones(_U(variant_same))
        vector[pair, 14] = ones(_U(variant_a & variant_b & ~variant_same))
        vector[pair, 15] = ones(_U(variant_a ^ variant_b)) + ones(
            _U(quantity_a ^ quantity_b)
        )
        vector[pair, 16] = rarest
        vector[pair, 17] = rarest_a
        vector[pair, 18] = rarest_b
        vector[pair, 19] = mass_a - shared
        vector[pair, 20] = mass_b - shared
        vector[pair, 21] = words_a
        vector[pair, 22] = words_b
        vector[pair, 23] = alone_a
        vector[pair, 24] = alone_b
        exchanged = 0
        for place in range(2 * DIMENSIONS):
            exchanged += min(lone[0, place], lone[1, place])
        vector[pair, 25] = exchanged
        for column in range(len(dimensions)):
            dimension = dimensions[column]
            if dimension < DIMENSIONS:
                bit = np.int64(1) << dimension
                seen_a = quantity_a & bit
                seen_b = quantity_b & bit
                same = quantity_same & bit
            elif 2 * DIMENSIONS <= dimension < ADDING:
                bit = np.int64(1) << (dimension - 2 * DIMENSIONS)
                seen_a = number_a & bit
                seen_b = number_b & bit
                same = number_same & bit
            else:
                bit = np.int64(1) << (dimension % DIMENSIONS)
                seen_a = variant_a & bit
                seen_b = variant_b & bit
                same = variant_same & bit
            agreement = np.nan
            if same != 0:
                agreement = 1.0
                if dimension >= ADDING and variant_lone & bit != 0:
                    agreement = 0.0
            elif seen_a != 0 and seen_b != 0:
                agreement = -1.0
            elif seen_a != 0 or seen_b != 0:
                agreement = 0.0
            agreements[pair, column] = agreement


@kernel(
    "void(u8[::1], f4[::1], i8[::1], u8[::1], i8[::1], i8[::1], i8[::1], i8, i8,"
    " f4[:,::1])"
)
def missing_words(
    tokens: Any,  # noqa: ANN401
    weights: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    whole: Any,  # noqa: ANN401
    whole_starts: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write what of a title's words the other listing as a whole lacks.

    Columns of *out*: bits lacking left and right, and the rarest such word's bits.
    """
    for pair in range(first, last):
        for side in range(2):
            one = left[pair] if side == 0 else right[pair]
            other = right[pair] if side == 0 else left[pair]
            b = whole_starts[other]
            b_end = whole_starts[other + 1]
            mass = np.float32(0)
            rarest = np.float32(0)
            for a in range(starts[one], starts[one + 1]):
                token = tokens[a]
                if (token >> _U(61)) > BIGRAM:
                    break
                while b < b_end and whole[b] < token:
                    b += 1
                if b >= b_end or whole[b] != token:
                    mass += weights[a]
                    rarest = max(rarest, weights[a])
            out[pair, side] = mass
            out[pair, 2 + side] = rarest
