"""Words that have shown what they say: learnt weights of shared and of lone words."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import run_ranges
from storekin.kernels.similar_texts import IntArray, TokenArray, Tokens
from storekin.listings.prepared import PreparedListings
from storekin.listings.rarity import find_tokens

_PAIRS = 32_768


@dataclass(frozen=True, slots=True)
class WordWeights:
    """Words by their token, sorted; what each weighs when shared, and when alone."""

    tokens: TokenArray
    weights: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.tokens)


def no_words() -> WordWeights:
    """Give words of which none has shown what it says."""
    return WordWeights(np.empty(0, np.uint64), np.empty((0, 2), np.float32))


def words_of(listings: PreparedListings) -> Tokens:
    """Give the words that are weighed: of all texts where there are several."""
    return listings.tokens if listings.whole is None else listings.whole.words.tokens


def word_tokens(listings: PreparedListings) -> TokenArray:
    """Give the tokens of all words that are weighed, text by text."""
    values = words_of(listings).values
    return values[(values >> np.uint64(61)) <= np.uint64(3)]


def number_words(
    listings: PreparedListings, known: TokenArray
) -> tuple[IntArray, IntArray]:
    """Number each listing's words among *known* tokens, sorted; others are left out.

    Gives the numbers, and where those of each listing start.
    """
    tokens = words_of(listings)
    place, found = find_tokens(tokens.values, known)
    starts = np.concatenate([[0], np.cumsum(found)])[tokens.starts]
    return place[found].astype(np.int64), starts


@dataclass(frozen=True, slots=True)
class KnownWords:
    """Listings' words that have a weight: their numbers, from each one's start on."""

    numbers: IntArray
    starts: IntArray
    weights: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.weights)

    @classmethod
    def of(cls, listings: PreparedListings, words: WordWeights) -> "KnownWords":
        """Number each listing's words among the weighed ones."""
        if not len(words):
            starts = np.zeros(len(words_of(listings)) + 1, np.int64)
            return cls(np.empty(0, np.int64), starts, words.weights)
        return cls(*number_words(listings, words.tokens), words.weights)

    def weigh(self, left: IntArray, right: IntArray) -> npt.NDArray[np.float32]:
        """Weigh the words of pairs; shape (pairs, ``WORD_FEATURES``).

        The shared ones, the lone ones, the least lone one, and all together.
        """
        from storekin.kernels.trees import sum_words

        out = np.zeros((len(left), 4), np.float32)
        left, right = np.ascontiguousarray(left), np.ascontiguousarray(right)
        run_ranges(
            lambda span: sum_words(
                self.numbers,
                self.starts,
                self.weights,
                left,
                right,
                span[0],
                span[1],
                out,
            ),
            len(left),
            _PAIRS,
        )
        return out
