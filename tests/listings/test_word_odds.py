"""Counts of words hang on no order, no batch and no thread, and grow by new pairs."""

import numpy as np
import pytest

from storekin.kernels.word_odds import LIKELY_UNITS
from storekin.listings import word_odds
from storekin.listings.word_odds import PooledWords, WordOdds

LISTINGS = 60
TOKENS = np.arange(40, dtype=np.uint64) * 7


def made_words(seed: int) -> PooledWords:
    chance = np.random.default_rng(seed)
    texts = [
        np.sort(chance.choice(len(TOKENS), chance.integers(0, 9), replace=False))
        for _ in range(LISTINGS)
    ]
    starts = np.concatenate([[0], np.cumsum([len(text) for text in texts])])
    return PooledWords(np.concatenate(texts), starts.astype(np.int64), TOKENS)


def made_pairs(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    left, right = chance.integers(0, LISTINGS, (2, 500))
    return left, right, chance.random(500).astype(np.float32)


def told(odds: WordOdds) -> list[object]:
    return [odds.tokens.tolist(), odds.counts.tolist(), odds.total.tolist()]


@pytest.mark.parametrize("threads", ["1", "3"])
def test_counts_hang_on_no_batch_and_no_thread(
    threads: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The very same numbers, however the pairs are dealt out."""
    words, (left, right, likely) = made_words(1), made_pairs(2)
    expected = words.count(left, right, likely)
    monkeypatch.setenv("STOREKIN_THREADS", threads)
    monkeypatch.setattr(word_odds, "_PAIRS", 16)
    counts = words.no_counts()
    for some in (slice(300, 500), slice(0, 300)):
        words.add(left[some], right[some], likely[some], counts)

    assert told(words.odds_of(counts)) == told(expected)
    assert expected.total.sum() > 100 * LIKELY_UNITS


def test_more_pairs_count_as_if_they_had_been_there() -> None:
    """Of the words that the new pairs' listings have; the average is of all."""
    words, (left, right, likely) = made_words(3), made_pairs(4)
    every = words.count(left, right, likely)
    before = words.count(left[:400], right[:400], likely[:400])
    kept = np.flatnonzero(np.arange(len(TOKENS)) % 3 > 0)
    after = words.count(left[400:], right[400:], likely[400:])
    some = WordOdds(TOKENS[kept], after.counts[kept], after.total)
    both = before.with_more(some)

    assert both.counts.tolist() == every.counts[kept].tolist()
    assert both.shares() == every.shares()


def test_words_that_were_never_counted_have_no_counts() -> None:
    """They say what an average word says."""
    words, pairs = made_words(5), made_pairs(6)
    odds = words.count(*pairs)
    unknown = np.array([3, 14, 2**40], np.uint64)

    assert odds.counts_of(unknown)[[0, 2]].tolist() == [[0] * 4] * 2
    assert odds.counts_of(unknown)[1].tolist() == odds.counts[2].tolist()
    assert WordOdds(TOKENS, words.no_counts(), np.zeros(4, np.int64)).shares() == (
        0.5,
        0.5,
    )
