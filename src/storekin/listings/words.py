"""Words that have shown what they say: learnt weights of shared and of lone words."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import run_chunks
from storekin.kernels.similar_texts import IntArray, TokenArray, Tokens, ranges_of
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


def words_of(listings: PreparedListings) -> Tokens:
    """Give the words that are weighed: of all texts where there are several."""
    return listings.tokens if listings.whole is None else listings.whole.words.tokens


def known_words(
    listings: PreparedListings, words: WordWeights
) -> tuple[IntArray, IntArray]:
    """Number each listing's words among the known ones; gives numbers and starts."""
    tokens = words_of(listings)
    place, known = find_tokens(tokens.values, words.tokens)
    rows = np.repeat(np.arange(len(tokens)), np.diff(tokens.starts))[known]
    starts = np.zeros(len(tokens) + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=len(tokens)), out=starts[1:])
    return place[known].astype(np.int64), starts


def word_features(
    listings: PreparedListings, words: WordWeights, left: IntArray, right: IntArray
) -> npt.NDArray[np.float32]:
    """Weigh the words of pairs: shared, lone, the least lone one, and all together."""
    from storekin.kernels.trees import sum_words

    numbers, starts = known_words(listings, words)
    out = np.zeros((len(left), 4), np.float32)
    left, right = np.ascontiguousarray(left), np.ascontiguousarray(right)
    run_chunks(
        lambda span: sum_words(
            numbers, starts, words.weights, left, right, span[0], span[1], out
        ),
        ranges_of(len(left), _PAIRS),
    )
    return out
