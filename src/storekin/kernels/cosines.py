"""Cosines of two texts by what they share: words, n-grams, and the mean of both."""

from typing import Any

import numpy as np

from storekin.kernels.abreast import FEW, meet_few
from storekin.kernels.bits import lowest_one
from storekin.kernels.compiled import inlined, kernel
from storekin.kernels.tokenise import CODE

_NO_WORD = np.uint64(CODE) << np.uint64(61)


@kernel("void(u8[::1], f4[::1], i8[::1], f4[::1])")
def write_norms(
    tokens: Any,  # noqa: ANN401
    weights: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write the length of each text's vector of its words' weights.

    Words are plain ones, numbers and pairs of ideographs.
    """
    for text in range(len(out)):
        total = 0.0
        for place in range(starts[text], starts[text + 1]):
            if tokens[place] >= _NO_WORD:
                break
            weight = np.float64(weights[place])
            total += weight * weight
        out[text] = np.sqrt(total)


@inlined
def _of_words(
    tokens: Any,  # noqa: ANN401
    weights: Any,  # noqa: ANN401
    norms: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    one: Any,  # noqa: ANN401
    other: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    a = starts[one]
    a_end = starts[one + 1]
    b = starts[other]
    b_end = starts[other + 1]
    dot = 0.0
    while a < a_end and b < b_end:
        if tokens[a] < tokens[b]:
            a += 1
        elif tokens[b] < tokens[a]:
            b += 1
        else:
            if tokens[a] >= _NO_WORD:
                break
            dot += weights[a] * weights[a]
            a += 1
            b += 1
    scale = norms[one] * norms[other]
    return np.float32(dot / scale) if scale > 0 else np.float32(np.nan)


@inlined
def _of_grams(
    grams: Any,  # noqa: ANN401
    rarity: Any,  # noqa: ANN401
    norms: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    one: Any,  # noqa: ANN401
    other: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    a = starts[one]
    a_end = starts[one + 1]
    b = starts[other]
    b_end = starts[other + 1]
    dot = np.float32(0)
    while a + FEW <= a_end and b + FEW <= b_end:
        met = meet_few(grams, a, b)
        while met:
            mine = grams[a + lowest_one(met)]
            dot += rarity[mine] * rarity[mine]
            met = np.uint32(met & (met - 1))
        mine = grams[a + FEW - 1]
        yours = grams[b + FEW - 1]
        a += FEW * (mine <= yours)
        b += FEW * (yours <= mine)
    while a < a_end and b < b_end:
        mine = grams[a]
        yours = grams[b]
        if mine == yours:
            dot += rarity[mine] * rarity[mine]
        a += mine <= yours
        b += yours <= mine
    scale = norms[one] * norms[other]
    return dot / scale if scale > 0 else np.float32(np.nan)


@kernel("void(u8[::1], f4[::1], f4[::1], i8[::1], i8[::1], i8[::1], i8, i8, f4[::1])")
def word_cosines(
    tokens: Any,  # noqa: ANN401
    weights: Any,  # noqa: ANN401
    norms: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write the weighted cosine of the words of pairs [first, last); nan if empty.

    Their norms are those that ``write_norms`` writes.
    """
    for pair in range(first, last):
        out[pair] = _of_words(tokens, weights, norms, starts, left[pair], right[pair])


@kernel(
    "void(u4[::1], f4[::1], f4[::1], i8[::1], u4[::1], f4[::1], f4[::1], i8[::1],"
    " u4[::1], f4[::1], f4[::1], i8[::1], i8[::1], i8[::1], i8, i8, f4[:,:])"
)
def gram_cosines(
    threes: Any,  # noqa: ANN401
    three_rarity: Any,  # noqa: ANN401
    three_norms: Any,  # noqa: ANN401
    three_starts: Any,  # noqa: ANN401
    fives: Any,  # noqa: ANN401
    five_rarity: Any,  # noqa: ANN401
    five_norms: Any,  # noqa: ANN401
    five_starts: Any,  # noqa: ANN401
    twos: Any,  # noqa: ANN401
    two_rarity: Any,  # noqa: ANN401
    two_norms: Any,  # noqa: ANN401
    two_starts: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write the weighted cosines of three kinds of n-grams; nan where there are none.

    ``rarity`` is by the n-grams' numbers.
    """
    for pair in range(first, last):
        one = left[pair]
        other = right[pair]
        out[pair, 0] = _of_grams(
            threes, three_rarity, three_norms, three_starts, one, other
        )
        out[pair, 1] = _of_grams(
            fives, five_rarity, five_norms, five_starts, one, other
        )
        out[pair, 2] = _of_grams(twos, two_rarity, two_norms, two_starts, one, other)


@kernel("void(f4[::1], f4[:,:], i8, i8, f4[::1])")
def mean_cosines(
    words: Any,  # noqa: ANN401
    grams: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write the mean of all cosines of pairs [first, last); nan counts as 0."""
    for pair in range(first, last):
        total = np.float32(0) if np.isnan(words[pair]) else words[pair]
        for kind in range(grams.shape[1]):
            cosine = grams[pair, kind]
            total += np.float32(0) if np.isnan(cosine) else cosine
        out[pair] = total / np.float32(1 + grams.shape[1])
