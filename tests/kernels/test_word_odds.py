"""Words' m and u, counted over pairs by how likely each is one product."""

from collections.abc import Sequence
from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.kernels.similar_texts import IntArray
from storekin.kernels.word_odds import (
    COUNTS,
    LIKELY_UNITS,
    WORD_ODDS_COLUMNS,
    count_odds,
    weigh_odds,
)

WORDS = 6
STRENGTH = 2.0
Texts = Sequence[frozenset[int]]
Pairs = Sequence[tuple[int, int, float]]

texts = st.lists(st.frozensets(st.integers(0, WORDS - 1)), min_size=2, max_size=6)
likelihoods = st.sampled_from([0.0, 0.03, 0.5, 0.97, 1.0])


@st.composite
def pools(draw: st.DrawFn) -> tuple[Texts, Pairs]:
    """Draw texts, and pairs of them with how likely each is one product."""
    drawn = draw(texts)
    end = st.integers(0, len(drawn) - 1)
    return drawn, draw(st.lists(st.tuples(end, end, likelihoods), max_size=8))


def laid_out(drawn: Texts) -> tuple[IntArray, IntArray]:
    numbers = [word for text in drawn for word in sorted(text)]
    starts = np.concatenate([[0], np.cumsum([len(text) for text in drawn])])
    return np.array(numbers, np.int64), starts.astype(np.int64)


def ends_of(pairs: Pairs) -> tuple[IntArray, IntArray, IntArray]:
    left, right = (np.array([pair[n] for pair in pairs], np.int64) for n in (0, 1))
    units = np.array([round(pair[2] * LIKELY_UNITS) for pair in pairs], np.int64)
    return left, right, units


def counted(drawn: Texts, pairs: Pairs) -> IntArray:
    counts = np.zeros((WORDS, len(COUNTS)), np.int64)
    count_odds(*laid_out(drawn), *ends_of(pairs), 0, len(pairs), counts)
    return counts


def weighed(drawn: Texts, pairs: Pairs, kept: float, met: float) -> np.ndarray:
    counts = counted(drawn, pairs)
    out = np.full((len(pairs), len(WORD_ODDS_COLUMNS)), np.nan, np.float32)
    ends = ends_of(pairs)
    weigh_odds(*laid_out(drawn), *ends, counts, kept, met, 0, len(pairs), out)
    return out


def plainly(drawn: Texts, pairs: Pairs, kept: float, met: float) -> list[list[float]]:
    """Say the same pair by pair and word by word, as the definition reads."""
    rows = []
    for number, (left, right, _) in enumerate(pairs):
        others = [pair for n, pair in enumerate(pairs) if n != number]
        sides: dict[bool, list[float]] = {True: [], False: []}
        for word in drawn[left] | drawn[right]:
            shared = word in drawn[left] & drawn[right]
            likely = share_of(word, drawn, others, kept, shared=shared)
            turned = [(a, b, 1 - p) for a, b, p in others]
            unlike = share_of(word, drawn, turned, met, shared=shared)
            sides[shared].append(log2(likely / unlike))
        row = []
        for bits in (sides[True], sides[False]):
            row += [sum(bits), max([0.0, *bits]), min([0.0, *bits])]
        rows.append([*row, row[0] + row[3]])
    return rows


def share_of(
    word: int, drawn: Texts, pairs: Pairs, average: float, *, shared: bool
) -> float:
    """Of pairs that have a word, how many share it (or not), an average one beside."""
    both = sum(p for a, b, p in pairs if word in drawn[a] & drawn[b])
    lone = sum(p for a, b, p in pairs if word in drawn[a] ^ drawn[b])
    own, chance = (both, average) if shared else (lone, 1 - average)
    return (own + STRENGTH * chance) / (both + lone + STRENGTH)


@settings(deadline=None)
@given(pools())
def test_words_say_what_the_definition_says(pool: tuple[Texts, Pairs]) -> None:
    """Every pair by all others: how often likely ones share a word, and unlike ones."""
    found = weighed(*pool, 0.7, 0.2)

    assert found.tolist() == [
        pytest.approx(row, abs=1e-4) for row in plainly(*pool, 0.7, 0.2)
    ]


@settings(deadline=None)
@given(pools(), st.randoms())
def test_counts_hang_on_no_order(pool: tuple[Texts, Pairs], random: object) -> None:
    """Nor on which side of a pair a text stands."""
    drawn, pairs = pool
    turned = [(b, a, p) for a, b, p in pairs]
    random.shuffle(turned)  # type: ignore[attr-defined]

    assert (counted(drawn, pairs) == counted(drawn, turned)).all()


def test_a_phrase_that_all_use_speaks_for_nothing() -> None:
    """A word that copies keep and no other pair shares says much; a phrase little.

    Word 0 is a product's own, word 5 a phrase that unlike goods share and copies drop.
    """
    drawn = [frozenset({0, 1, 5}), frozenset({0, 1}), frozenset({0, 2, 5})]
    drawn += [frozenset({3, 5}), frozenset({4, 5})]
    likely = [(0, 1, 0.97), (1, 2, 0.97), (0, 2, 0.97)]
    unlike = [(0, 3, 0.03), (2, 3, 0.03), (3, 4, 0.03), (0, 4, 0.03), (2, 4, 0.03)]
    found = weighed(drawn, [*likely, *unlike], 0.7, 0.3)
    columns = dict(zip(WORD_ODDS_COLUMNS, found[2].tolist(), strict=True))

    assert columns["best_shared_odds"] > 1
    assert columns["worst_shared_odds"] < -0.5
    assert found[0, 6] > 0 > found[5, 6]
