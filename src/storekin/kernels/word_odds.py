"""How often words are kept by copies and shared by others, and what a pair's words say.

Fellegi and Sunter's m and u, word by word: of pairs that are likely one product, how
many share a word and how many leave it with one of the two; and the same of others.
"""

from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel

COUNTS = ("kept", "dropped", "met", "missed")
"""What is counted of each word: pairs that are one product and share it, or do not;
other pairs that share it, or do not."""

WORD_ODDS_COLUMNS = (
    "shared_odds",
    "best_shared_odds",
    "worst_shared_odds",
    "lone_odds",
    "best_lone_odds",
    "worst_lone_odds",
    "word_odds",
)
"""The columns that ``weigh_odds`` writes, in this order."""

LIKELY_UNITS = 1 << 24
"""A likelihood of 1, in whole numbers: sums of these hang on no order."""

_STRENGTH = 2.0 * LIKELY_UNITS
"""So many pairs of an average word are counted with each word's own."""


@kernel("void(i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], i8, i8, i8[:,::1])")
def count_odds(
    numbers: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    likely: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    counts: Any,  # noqa: ANN401
) -> None:
    """Add to the ``COUNTS`` of words what pairs [first, last) say.

    ``numbers`` are the words of each listing, sorted; ``likely`` how likely each pair
    is one product, in ``LIKELY_UNITS``.
    """
    for pair in range(first, last):
        yes = likely[pair]
        no = LIKELY_UNITS - yes
        a = starts[left[pair]]
        a_end = starts[left[pair] + 1]
        b = starts[right[pair]]
        b_end = starts[right[pair] + 1]
        while a < a_end or b < b_end:
            if b >= b_end or (a < a_end and numbers[a] < numbers[b]):
                counts[numbers[a], 1] += yes
                counts[numbers[a], 3] += no
                a += 1
            elif a >= a_end or numbers[b] < numbers[a]:
                counts[numbers[b], 1] += yes
                counts[numbers[b], 3] += no
                b += 1
            else:
                counts[numbers[a], 0] += yes
                counts[numbers[a], 2] += no
                a += 1
                b += 1


@kernel("f4(i8[:,::1], i8, i8, b1, f8, f8)")
def bits_of_word(
    counts: Any,  # noqa: ANN401
    word: Any,  # noqa: ANN401
    yes: Any,  # noqa: ANN401
    shared: Any,  # noqa: ANN401
    kept: Any,  # noqa: ANN401
    met: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Give what a word that a pair shares (or does not) says, by all pairs but it.

    ``yes`` is how likely the pair is one product; ``kept`` and ``met`` are the shares
    of likely pairs and of others that have an average word on both sides.
    """
    no = LIKELY_UNITS - yes
    both = 0 if shared else 1
    # scores that were looked up may differ by a hair from those that were counted
    own = np.float64(max(counts[word, both] - yes, 0))
    other = np.float64(max(counts[word, 2 + both] - no, 0))
    likely = own + counts[word, 1 - both] + _STRENGTH
    unlike = other + counts[word, 3 - both] + _STRENGTH
    if not shared:
        kept = 1 - kept
        met = 1 - met
    m = (own + _STRENGTH * kept) / likely
    u = (other + _STRENGTH * met) / unlike
    return np.float32(np.log2(m / u))


@kernel(
    "void(i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], i8[:,::1], f8, f8, i8, i8,"
    " f4[:,:])"
)
def weigh_odds(
    numbers: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    likely: Any,  # noqa: ANN401
    counts: Any,  # noqa: ANN401
    kept: Any,  # noqa: ANN401
    met: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write what the words of pairs [first, last) say, in bits.

    The sum, the best and the worst of the shared ones and of the lone ones, and the sum
    of all. What the pair itself counted is left out.
    """
    for pair in range(first, last):
        yes = likely[pair]
        a = starts[left[pair]]
        a_end = starts[left[pair] + 1]
        b = starts[right[pair]]
        b_end = starts[right[pair] + 1]
        for column in range(7):
            out[pair, column] = 0
        while a < a_end or b < b_end:
            shared = False
            if b >= b_end or (a < a_end and numbers[a] < numbers[b]):
                word = numbers[a]
                a += 1
            elif a >= a_end or numbers[b] < numbers[a]:
                word = numbers[b]
                b += 1
            else:
                word = numbers[a]
                shared = True
                a += 1
                b += 1
            bits = bits_of_word(counts, word, yes, shared, kept, met)
            column = 0 if shared else 3
            out[pair, column] += bits
            out[pair, column + 1] = max(out[pair, column + 1], bits)
            out[pair, column + 2] = min(out[pair, column + 2], bits)
        out[pair, 6] = out[pair, 0] + out[pair, 3]
