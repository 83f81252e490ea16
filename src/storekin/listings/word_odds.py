"""What words say in this very pool: how often copies keep one, and others share it.

A word of a listing's own line is in each of its copies; a seller's phrase is left out
by most, and shared by goods that have nothing else in common. No label tells so, but
the first pass's odds do: Fellegi and Sunter's m and u, counted by them word by word.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.numbering import distinct_of
from storekin.kernels.parallel import ranges_of, run_chunks, run_ranges, thread_count
from storekin.kernels.similar_texts import IntArray, TokenArray
from storekin.listings.prepared import PreparedListings
from storekin.listings.rarity import find_tokens
from storekin.listings.words import number_words, word_tokens

Counts = npt.NDArray[np.int64]
Likelihoods = npt.NDArray[np.float32]
_PAIRS = 32_768


@dataclass(frozen=True, slots=True)
class WordOdds:
    """Words by their token, sorted, and ``kernels.word_odds.COUNTS`` of each.

    In ``LIKELY_UNITS``; shape (words, 4). ``total`` is of all words, of which these may
    be some.
    """

    tokens: TokenArray
    counts: Counts
    total: Counts

    def counts_of(self, tokens: TokenArray) -> Counts:
        """Give the counts of some words; those that were never counted have none."""
        place, known = find_tokens(tokens, self.tokens)
        counts = np.zeros((len(tokens), self.counts.shape[1]), np.int64)
        counts[known] = self.counts[place[known]]
        return counts

    def with_more(self, more: "WordOdds") -> "WordOdds":
        """Give the odds of the words of *more* once its pairs are counted, too."""
        counts = self.counts_of(more.tokens) + more.counts
        return WordOdds(more.tokens, counts, self.total + more.total)

    def shares(self) -> tuple[float, float]:
        """Give how often likely pairs have an average word on both sides, and others.

        Half of the time where nothing was counted.
        """
        kept, dropped, met, missed = (self.total + 1.0).tolist()
        return kept / (kept + dropped), met / (met + missed)


@dataclass(frozen=True, slots=True)
class PooledWords:
    """The words of a pool's listings, numbered: from each one's start on, sorted."""

    numbers: IntArray
    starts: IntArray
    tokens: TokenArray

    @classmethod
    def of(cls, listings: PreparedListings) -> "PooledWords":
        """Number the words of each listing among all of them."""
        tokens = distinct_of(word_tokens(listings))
        return cls(*number_words(listings, tokens), tokens)

    def count(self, left: IntArray, right: IntArray, likely: Likelihoods) -> WordOdds:
        """Count what pairs of rows say of words, by how likely each is one product."""
        counts = self.no_counts()
        self.add(left, right, likely, counts)
        return self.odds_of(counts)

    def no_counts(self) -> Counts:
        """Begin to count."""
        from storekin.kernels.word_odds import COUNTS

        return np.zeros((len(self.tokens), len(COUNTS)), np.int64)

    def odds_of(self, counts: Counts) -> WordOdds:
        """Give the odds that were counted."""
        return WordOdds(self.tokens, counts, counts.sum(axis=0))

    def add(
        self, left: IntArray, right: IntArray, likely: Likelihoods, counts: Counts
    ) -> None:
        """Add to *counts* what some more pairs of rows say."""
        from storekin.kernels.word_odds import count_odds

        units = in_units(likely)
        step = max(-(-len(left) // thread_count()), _PAIRS)

        def work(span: tuple[int, int]) -> Counts:
            part = self.no_counts()
            count_odds(self.numbers, self.starts, left, right, units, *span, part)
            return part

        for part in run_chunks(work, ranges_of(len(left), step)):
            counts += part


@dataclass(frozen=True, slots=True)
class CountedWords:
    """The words of a pool's listings, and their odds there or around it."""

    words: PooledWords
    odds: WordOdds

    def weigh(
        self,
        left: IntArray,
        right: IntArray,
        likely: Likelihoods,
        out: npt.NDArray[np.float32],
    ) -> None:
        """Write what the words of pairs of rows say; (pairs, ``WORD_ODDS_COLUMNS``).

        By how ``likely`` each is one product: what it counted itself is left out.
        """
        from storekin.kernels.word_odds import weigh_odds

        words, odds = self.words, self.odds
        units = in_units(likely)
        counts = odds.counts_of(words.tokens)
        kept, met = odds.shares()
        run_ranges(
            lambda span: weigh_odds(
                words.numbers, words.starts, left, right, units, counts, kept, met,
                *span, out,
            ),
            len(left),
            _PAIRS,
        )  # fmt: skip


def in_units(likely: Likelihoods) -> Counts:
    """Give likelihoods as whole numbers, whose sums hang on no order."""
    from storekin.kernels.word_odds import LIKELY_UNITS

    units: Counts = np.rint(likely.astype(np.float64) * LIKELY_UNITS).astype(np.int64)
    return units
