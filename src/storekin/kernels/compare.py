"""The comparison vector of two titles, over pairs of rows."""

from typing import Any

import numpy as np

from storekin.kernels.bits import ones
from storekin.kernels.compiled import kernel
from storekin.kernels.tokenise import (
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
    "trigrams",
    "lone_variants",
)
"""The columns that ``compare_titles`` writes, in this order."""

_U = np.uint64


@kernel(
    "void(u8[::1], f4[::1], i8[::1], u8[:,::1], i8[::1], i8[::1], i8, i8, f4[:,::1])"
)
def compare_titles(  # noqa: C901, PLR0912, PLR0915 - one merge of two sorted lists
    tokens: Any,  # noqa: ANN401
    weights: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    sketches: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    vector: Any,  # noqa: ANN401
) -> None:
    """Write the comparison of pairs [first, last) into the rows of *vector*.

    ``weights`` holds the rarity of each token in bits (log2 of one in how many
    titles). Covers are the share of one side's rarity that the other side has.
    A quantity or variant differs when both sides give that dimension, and nothing of
    it agrees; it is alone when one side gives the dimension and the other does not.
    """
    for pair in range(first, last):
        a = starts[left[pair]]
        a_end = starts[left[pair] + 1]
        b = starts[right[pair]]
        b_end = starts[right[pair] + 1]
        norm_a = 0.0
        norm_b = 0.0
        mass_a = 0.0
        mass_b = 0.0
        dot = 0.0
        shared = 0.0
        words = 0
        counts = np.zeros(9, np.int64)
        # dimensions seen left, seen right, agreed: one bit each
        quantity_a = np.int64(0)
        quantity_b = np.int64(0)
        quantity_same = np.int64(0)
        variant_a = np.int64(0)
        variant_b = np.int64(0)
        variant_same = np.int64(0)
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
                if on_right:
                    norm_b += weight * weight
                    mass_b += weight
                if on_left and on_right:
                    dot += weight * weight
                    shared += weight
                    words += 1
            side = 0 if on_left and on_right else (1 if on_left else 2)
            if kind == NUMBER and dimension > 0:
                counts[side] += 1
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
            if on_left:
                a += 1
            if on_right:
                b += 1
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
        vector[pair, 16] = ones(_U(variant_a ^ variant_b)) + ones(
            _U(quantity_a ^ quantity_b)
        )
        both = np.int64(0)
        either = np.int64(0)
        for word in range(sketches.shape[1]):
            one = sketches[left[pair], word]
            other = sketches[right[pair], word]
            both += ones(one & other)
            either += ones(one | other)
        if either > 0:
            vector[pair, 15] = both / either
