"""How rare words are, and how unlike the products that carry one picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from storekin.kernels.ranges import pair_ranges
from storekin.kernels.similar_pairs import Counted
from storekin.kernels.similar_texts import IntArray, TokenArray, Tokens
from storekin.kernels.texts import UNSEEN_MARK
from storekin.listings.pictures import Pictures

FEWEST_TEXTS = 2000


@dataclass(frozen=True, slots=True)
class WordRarity:
    """How rare words are in a column of texts: sorted tokens, with the bits of each."""

    texts: int
    tokens: TokenArray
    bits: npt.NDArray[np.float32]

    def weigh(self, tokens: TokenArray) -> npt.NDArray[np.float32]:
        """Give each token's rarity; one that the table has not is the rarest."""
        unknown = np.float32(np.log2(max(self.texts + 1, FEWEST_TEXTS)))
        if not len(self.tokens):
            return np.full(len(tokens), unknown, np.float32)
        place = np.minimum(np.searchsorted(self.tokens, tokens), len(self.tokens) - 1)
        found: npt.NDArray[np.float32] = np.where(
            self.tokens[place] == tokens, self.bits[place], unknown
        ).astype(np.float32)
        return found


@dataclass(frozen=True, slots=True)
class TitleCounts:
    """In how many of so many different titles each token stands, and each n-gram.

    ``tokens`` are sorted; ``grams`` hold the counts of n-grams by their numbers, where
    the table is small enough for them to propose pairs.
    """

    titles: int
    tokens: TokenArray
    counts: IntArray
    grams: tuple[IntArray, ...]

    def of_words(self) -> Counted:
        """Give the counts of tokens, as a join asks for them."""
        return Counted(self.titles, self._count)

    def of_grams(self, number: int) -> Counted:
        """Give the counts of n-grams, by what a join takes for their tokens."""
        held = self.grams[number]
        return Counted(
            self.titles,
            lambda tokens: held[(tokens & np.uint64(0xFFFFFFFF)).astype(np.int64)],
        )

    def _count(self, tokens: TokenArray) -> IntArray:
        if not len(self.tokens):
            return np.zeros(len(tokens), np.int64)
        place = np.minimum(np.searchsorted(self.tokens, tokens), len(self.tokens) - 1)
        found: IntArray = np.where(
            self.tokens[place] == tokens, self.counts[place], 0
        ).astype(np.int64)
        return found


@dataclass(frozen=True, slots=True)
class Rarity(WordRarity):
    """How rare words and n-grams are in a table, to compare others' texts by.

    N-grams have their bits by their numbers; ``columns`` are the words' of
    descriptions, brands and whole listings, where the table gives any; ``given`` names
    its columns in which anything stands. ``titles`` counts as a join of titles does.
    """

    grams: tuple[npt.NDArray[np.float32], ...]
    columns: Mapping[str, WordRarity] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    titles: "TitleCounts | None" = None

    def with_one(
        self, tokens: TokenArray, grams: Sequence[npt.NDArray[np.uint32]]
    ) -> "Rarity":
        """Count one text more, with its distinct *tokens* and its n-grams."""
        texts = max(self.texts + 1, FEWEST_TEXTS)
        bits = self.bits.copy()
        place = np.searchsorted(self.tokens, tokens)
        place = np.minimum(place, max(len(self.tokens) - 1, 0))
        if len(self.tokens):
            place = place[self.tokens[place] == tokens]
            bits[place] = _one_more(bits[place], texts)
        more = []
        for held, own in zip(self.grams, grams, strict=True):
            counted = held.copy()
            where, times = np.unique(own, return_counts=True)
            counted[where] = _one_more(held[where], texts, times)
            more.append(counted)
        return replace(self, texts=self.texts + 1, bits=bits, grams=tuple(more))


def _times(bits: npt.NDArray[np.float32], texts: int) -> IntArray:
    """Give in how many of so many texts n-grams stand, by their bits."""
    exact = bits.astype(np.float64)
    count = np.round(texts / np.exp2(exact)).astype(np.int64)
    unseen = np.abs(exact - np.round(exact, 3)) > UNSEEN_MARK / 2
    times: IntArray = np.where(unseen, 0, count)
    return times


def _one_more(
    bits: npt.NDArray[np.float32],
    texts: int,
    times: npt.NDArray[np.int64] | int = 1,
) -> npt.NDArray[np.float32]:
    """Give the rarity of what stands in so many texts more than its bits say."""
    fresh = np.log2(texts / np.maximum(_times(bits, texts) + times, 1))
    more: npt.NDArray[np.float32] = np.maximum(np.round(fresh, 3), 0.001)
    return more.astype(np.float32)


def rarity_bits(tokens: Tokens) -> npt.NDArray[np.float32]:
    """Give each token's rarity: log2 of one in how many texts it stands.

    A few texts know little of how rare words are: they are taken for a part of
    ``FEWEST_TEXTS``, in whose others the words do not stand.
    """
    from storekin.kernels.numbering import number_column

    if not len(tokens.values):
        return np.empty(0, np.float32)
    numbers, _, counts = number_column(tokens.values)
    total = max(len(tokens) + 1, FEWEST_TEXTS)
    bits = np.log2(total / counts.astype(np.float64))
    # shown and compared to a thousandth of a bit, whatever the machine
    # not zero: titles that all have the same words are still the same titles
    kept = np.maximum(np.round(bits, 3), 0.001).astype(np.float32)
    rounded: npt.NDArray[np.float32] = kept[numbers]
    return rounded


def word_rarity(tokens: Tokens) -> WordRarity:
    """Count how rare each token of some texts is, as ``rarity_bits`` does."""
    bits = rarity_bits(tokens)
    distinct, first = np.unique(tokens.values, return_index=True)
    return WordRarity(len(tokens), distinct, bits[first])


def unlike_carriers(
    tokens: Tokens,
    weights: npt.NDArray[np.float32],
    pictures: Pictures,
    recognised: IntArray,
) -> IntArray:
    """Count for each picture the distinct rarest words of the titles that carry it.

    A product's copies share their rare words; the users of a logo do not. Pictures that
    were ``recognised`` as one, edited, are carried together.
    """
    total = len(pictures.names)
    if not len(pictures.rows):
        return np.zeros(total, np.int64)
    rarest = rarest_words(tokens, weights, len(tokens))
    words, number = np.unique(rarest[pictures.rows], return_inverse=True)
    carried = np.unique(pictures.codes * len(words) + number.ravel())
    code, word = carried // len(words), carried % len(words)
    if len(recognised):
        first, second = recognised >> 32, recognised & 0xFFFFFFFF
        begins = np.searchsorted(code, np.arange(total + 1))
        sizes = np.minimum(np.diff(begins), _MOST_COUNTED)
        for some, others in ((first, second), (second, first)):
            # of a crowd the first few say enough
            order = np.argsort(some, kind="stable")
            rank = np.arange(len(some)) - np.searchsorted(some[order], some[order])
            few = order[rank < _MOST_COUNTED]
            own, other = some[few], others[few]
            _, place, entry = pair_ranges(
                np.arange(len(own)), np.ones_like(own), begins[other], sizes[other]
            )
            carried = np.union1d(carried, own[place] * len(words) + word[entry])
    return _as_carriers(np.bincount(carried // len(words), minlength=total))


def _as_carriers(words: IntArray) -> IntArray:
    # titles of one product differ in their rarest word now and then
    return np.maximum(words // 3, 1)


COMMON_CARRIERS = 64
"""Unlike products with a picture from which on it is nobody's: a "no image" tile, a
logo, a delivery banner."""


def is_everybodys(titles: Tokens, rarity: Rarity) -> bool:
    """Say whether a picture that these titles carry is nobody's product picture."""
    weights = rarity.weigh(titles.values)
    distinct = np.unique(rarest_words(titles, weights, rarity.texts))
    return bool(_as_carriers(np.array([len(distinct)]))[0] >= COMMON_CARRIERS)


_MOST_COUNTED = 32


def rarest_words(
    tokens: Tokens, weights: npt.NDArray[np.float32], texts: int
) -> TokenArray:
    """Give for each title its rarest word that another title has, too; 0 for none.

    ``weights`` were counted among so many *texts*.
    """
    words = (tokens.values >> np.uint64(61)) <= np.uint64(3)
    shared = weights < np.log2(max(texts + 1, FEWEST_TEXTS) / 1.5)
    usable = np.where(words & shared, weights, -1.0)
    rows = np.repeat(np.arange(len(tokens)), np.diff(tokens.starts))
    order = np.lexsort((tokens.values, usable, rows))
    last = np.ones(len(order), np.bool_)
    last[:-1] = rows[order][1:] != rows[order][:-1]
    result = np.zeros(len(tokens), np.uint64)
    chosen = order[last]
    result[rows[chosen]] = np.where(usable[chosen] > 0, tokens.values[chosen], 0)
    return result
