"""Titles read in one go: their tokens, how they are spelled, and their n-grams.

Also how much what was read weighs, where it is known how rare everything is.
"""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel
from storekin.kernels.spelled import place_among
from storekin.kernels.spelling import gram_chunk, spell_chunk, word_pair_chunk
from storekin.kernels.tokenise import tokenise_chunk

_ABREAST = 16


@kernel(
    "void(u1[::1], i8[::1], i8, i8, i8, u2[::1], u1[::1], u8[::1], u1[::1], f8[::1],"
    " u8[::1], u8[::1], i8[:,::1], i8[::1], i8[:,::1], u2[::1], u1[::1], i4[:,::1],"
    " u8[::1], i4[:,::1], i4[:,::1], u8[::1], i2[::1], u4[::1], u4[::1], u4[::1])"
)
def read_chunk(
    data: Any,  # noqa: ANN401
    offsets: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    most: Any,  # noqa: ANN401
    folded: Any,  # noqa: ANN401
    classes: Any,  # noqa: ANN401
    unit_hashes: Any,  # noqa: ANN401
    unit_dimensions: Any,  # noqa: ANN401
    unit_factors: Any,  # noqa: ANN401
    variant_hashes: Any,  # noqa: ANN401
    variant_tokens: Any,  # noqa: ANN401
    spelled_counts: Any,  # noqa: ANN401
    token_counts: Any,  # noqa: ANN401
    gram_counts: Any,  # noqa: ANN401
    characters: Any,  # noqa: ANN401
    breaks: Any,  # noqa: ANN401
    words: Any,  # noqa: ANN401
    word_tokens: Any,  # noqa: ANN401
    codes: Any,  # noqa: ANN401
    runs: Any,  # noqa: ANN401
    tokens: Any,  # noqa: ANN401
    places: Any,  # noqa: ANN401
    threes: Any,  # noqa: ANN401
    fives: Any,  # noqa: ANN401
    pairs: Any,  # noqa: ANN401
) -> None:
    """Read texts [first, last) as ``tokenise_chunk`` and those of ``spelling`` do.

    ``places`` gets which of its text's tokens each word is, -1 for none; ``pairs`` the
    pairs of words. The counts get how many each text has, from their second place on.
    """
    tokenise_chunk(
        data, offsets, first, last, folded, classes, unit_hashes, unit_dimensions,
        unit_factors, variant_hashes, variant_tokens, tokens, token_counts[1:],
    )  # fmt: skip
    spell_chunk(
        data, offsets, first, last, most, folded, classes, unit_hashes, characters,
        breaks, words, word_tokens, codes, runs, spelled_counts,
    )  # fmt: skip
    texts = last - first
    starts = np.zeros((2, texts + 1), np.int64)
    for kind in range(2):
        for row in range(texts):
            count = spelled_counts[kind, first + row + 1]
            starts[kind, row + 1] = starts[kind, row] + count
    spans = starts[0]
    word_spans = starts[1]
    begin = first + 1
    gram_chunk(characters, breaks, spans, 0, texts, 3, threes, gram_counts[0, begin:])
    gram_chunk(characters, breaks, spans, 0, texts, 5, fives, gram_counts[1, begin:])
    word_pair_chunk(word_tokens, word_spans, 0, texts, pairs, gram_counts[2, begin:])
    low = 0
    for row in range(texts):
        high = low + token_counts[begin + row]
        for word in range(word_spans[row], word_spans[row + 1]):
            at = place_among(tokens, low, high, word_tokens[word])
            places[word] = at - low if at >= 0 else -1
        low = high


@kernel("void(u8[::1], u8[::1], f4[::1], f4, f4[::1])")
def weigh_known(
    tokens: Any,  # noqa: ANN401
    known: Any,  # noqa: ANN401
    bits: Any,  # noqa: ANN401
    unknown: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write the bits of each token among the *known* ones, sorted; else *unknown*.

    Several are sought side by side: each look at a large table waits for the memory.
    """
    total = len(known)
    low = np.empty(_ABREAST, np.int64)
    for begin in range(0, len(tokens), _ABREAST):
        count = min(_ABREAST, len(tokens) - begin)
        for lane in range(count):
            low[lane] = 0
        size = total
        while size > 1:
            half = size >> 1
            for lane in range(count):
                is_below = known[low[lane] + half - 1] < tokens[begin + lane]
                low[lane] += half if is_below else 0
            size -= half
        for lane in range(count):
            is_known = total > 0 and known[low[lane]] == tokens[begin + lane]
            out[begin + lane] = bits[low[lane]] if is_known else unknown


@kernel(
    "void(u4[::1], i8[::1], f4[::1], u4[::1], i8[::1], f4[::1], u4[::1], i8[::1],"
    " f4[::1], i8, i8, f4[:,::1])"
)
def write_gram_norms(
    threes: Any,  # noqa: ANN401
    three_starts: Any,  # noqa: ANN401
    three_bits: Any,  # noqa: ANN401
    fives: Any,  # noqa: ANN401
    five_starts: Any,  # noqa: ANN401
    five_bits: Any,  # noqa: ANN401
    pairs: Any,  # noqa: ANN401
    pair_starts: Any,  # noqa: ANN401
    pair_bits: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write the lengths of texts [first, last) by their three kinds of n-grams.

    ``bits`` are by the n-grams' numbers; a row of *out* a kind.
    """
    for row in range(first, last):
        out[0, row] = _length(threes, three_starts, row, three_bits)
        out[1, row] = _length(fives, five_starts, row, five_bits)
        out[2, row] = _length(pairs, pair_starts, row, pair_bits)


@inlined
def _length(grams: Any, starts: Any, row: Any, bits: Any) -> Any:  # noqa: ANN401
    total = 0.0
    for place in range(starts[row], starts[row + 1]):
        weight = np.float64(bits[grams[place]])
        total += weight * weight
    return np.sqrt(total)
