"""Pairs of listings side by side: their texts in one go, and their plain values."""

from typing import Any

import numpy as np

from storekin.kernels import compare, slips, spelled
from storekin.kernels.compare import compare_titles
from storekin.kernels.compiled import kernel
from storekin.kernels.slips import compare_runs
from storekin.kernels.spelled import compare_spelling

_WORDS = len(compare.COLUMNS)
_SPELLING = _WORDS + len(spelled.COLUMNS)
_RUNS = len(slips.COLUMNS)


@kernel(
    "void(u8[::1], f4[::1], i8[::1], u2[::1], i8[::1], i4[:,::1], i2[::1], i8[::1],"
    " i4[:,::1], i8[::1], i4[:,::1], i8[::1], u2[::1], i8[::1], u2[::1], u1[::1],"
    " i8[::1], i8[::1], i8[::1], i8, i8, i8[::1], u8[:,::1], f4[:,:])"
)
def compare_texts(
    tokens: Any,  # noqa: ANN401
    weights: Any,  # noqa: ANN401
    token_starts: Any,  # noqa: ANN401
    characters: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    words: Any,  # noqa: ANN401
    word_places: Any,  # noqa: ANN401
    word_starts: Any,  # noqa: ANN401
    codes: Any,  # noqa: ANN401
    code_starts: Any,  # noqa: ANN401
    runs: Any,  # noqa: ANN401
    run_starts: Any,  # noqa: ANN401
    mpns: Any,  # noqa: ANN401
    mpn_starts: Any,  # noqa: ANN401
    whole: Any,  # noqa: ANN401
    whole_breaks: Any,  # noqa: ANN401
    whole_starts: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    dimensions: Any,  # noqa: ANN401
    masks: Any,  # noqa: ANN401
    vector: Any,  # noqa: ANN401
) -> None:
    """Compare pairs [first, last) as ``compare_titles`` and its like do.

    Writes the columns of words, spelling, *dimensions* and runs, in this order.
    """
    agreeing = _SPELLING + len(dimensions)
    compare_titles(
        tokens, weights, token_starts, left, right, first, last, dimensions,
        vector[:, :_WORDS], vector[:, _SPELLING:agreeing],
    )  # fmt: skip
    compare_spelling(
        characters, starts, words, word_places, word_starts, codes, code_starts, mpns,
        mpn_starts, tokens, weights, token_starts, whole, whole_starts, left, right,
        first, last, masks, vector[:, _WORDS:_SPELLING],
    )  # fmt: skip
    compare_runs(
        characters, starts, runs, run_starts, whole, whole_breaks, whole_starts, left,
        right, first, last, vector[:, agreeing : agreeing + _RUNS],
    )  # fmt: skip


@kernel(
    "b1(i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], f8[::1], i8[::1], i8[::1],"
    " i8[::1], f4[:,:])"
)
def compare_values(
    starts: Any,  # noqa: ANN401
    brands: Any,  # noqa: ANN401
    categories: Any,  # noqa: ANN401
    gtins: Any,  # noqa: ANN401
    models: Any,  # noqa: ANN401
    prices: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    places: Any,  # noqa: ANN401
    vector: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write how long both texts are, and whether codes agree (1) or differ (-1).

    ``places`` are the columns of both lengths and of the four kinds of codes. What is
    not known on both sides (codes below 0) is left as it is. Says whether any of them
    has a price.
    """
    priced = False
    for pair in range(len(left)):
        one = left[pair]
        other = right[pair]
        vector[pair, places[0]] = np.float32(starts[one + 1] - starts[one])
        vector[pair, places[1]] = np.float32(starts[other + 1] - starts[other])
        for number, codes in enumerate((brands, categories, gtins, models)):
            if codes[one] >= 0 and codes[other] >= 0:
                same = codes[one] == codes[other]
                vector[pair, places[2 + number]] = 1 if same else -1
        priced |= not (np.isnan(prices[one]) and np.isnan(prices[other]))
    return priced
