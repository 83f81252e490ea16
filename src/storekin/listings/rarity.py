"""How rare words are, and how unlike the products that carry one picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from storekin.kernels.numbering import distinct_of
from storekin.kernels.ranges import pair_ranges
from storekin.kernels.similar_pairs import Counted
from storekin.kernels.similar_texts import IntArray, TokenArray, Tokens
from storekin.kernels.texts import UNSEEN_MARK, Grams
from storekin.listings.pictures import Pictures

FEWEST_TEXTS = 2000


def find_tokens(
    tokens: TokenArray, known: TokenArray
) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Give each token's place among the *known* ones, sorted, and whether it is there.

    The place of one that is not there may be anywhere.
    """
    if not len(known):
        return np.zeros(len(tokens), np.int64), np.zeros(len(tokens), np.bool_)
    place = np.minimum(known.searchsorted(tokens), len(known) - 1)
    return place, known[place] == tokens


@dataclass(frozen=True, slots=True)
class WordRarity:
    """How rare words are in a column of texts: sorted tokens, with the bits of each."""

    texts: int
    tokens: TokenArray
    bits: npt.NDArray[np.float32]

    def weigh(self, tokens: TokenArray) -> npt.NDArray[np.float32]:
        """Give each token's rarity; one that the table has not is the rarest."""
        from storekin.kernels.reading import weigh_known

        weights = np.empty(len(tokens), np.float32)
        weigh_known(tokens, self.tokens, self.bits, self._rarest, weights)
        return weights

    def find(self, tokens: TokenArray) -> tuple[IntArray, npt.NDArray[np.bool_]]:
        """Give each token's place among those of the table, and whether it is there."""
        return find_tokens(tokens, self.tokens)

    def weights_at(
        self, places: IntArray, is_known: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.float32]:
        """Give the rarity of the tokens at *places*, those not known the rarest."""
        if not len(self.bits):
            return np.full(len(places), self._rarest, np.float32)
        found: npt.NDArray[np.float32] = np.where(
            is_known, self.bits[places], self._rarest
        )
        return found

    @property
    def _rarest(self) -> np.float32:
        """What a token weighs that stands in one text."""
        return np.float32(np.log2(max(self.texts + 1, FEWEST_TEXTS)))


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

    def with_one(
        self, tokens: TokenArray, grams: Sequence[npt.NDArray[np.uint32]]
    ) -> "TitleCounts":
        """Count one title more that none of them is, with its distinct tokens."""
        counts = self.counts.copy()
        counts[_places_of(tokens, self.tokens)] += 1
        more = [held.copy() for held in self.grams]
        for held, own in zip(more, grams, strict=False):
            held[distinct_of(own)] += 1
        return TitleCounts(self.titles + 1, self.tokens, counts, tuple(more))

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
        place, is_known = find_tokens(tokens, self.tokens)
        found: IntArray = np.where(is_known, self.counts[place], 0).astype(np.int64)
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

    def with_first(
        self,
        tokens: Tokens,
        grams: Sequence[Grams],
        columns: Mapping[str, Tokens] = MappingProxyType({}),
        *,
        new_title: bool = False,
    ) -> "Rarity":
        """Weigh the features of some listings as if the first stood in the table, too.

        ``tokens`` and ``grams`` are those of their titles, ``columns`` the tokens of
        their other texts; ``new_title`` says that no listing of the table has the same
        title. What none of these has keeps its rarity.
        """
        titles = self.titles
        if titles is not None and new_title:
            titles = titles.with_one(
                _first_of(tokens.values, tokens.starts),
                [_first_of(each.values, each.starts) for each in grams],
            )
        more = []
        for held, each in zip(self.grams, grams, strict=True):
            own = _first_of(each.values, each.starts)
            more.append(_one_more(held, distinct_of(each.values), own, self.texts))
        return replace(
            self,
            texts=self.texts + 1,
            bits=_words_with_first(self, tokens),
            grams=tuple(more),
            columns={
                name: WordRarity(
                    held.texts + 1, held.tokens, _words_with_first(held, columns[name])
                )
                if name in columns
                else held
                for name, held in self.columns.items()
            },
            titles=titles,
        )


Features = TypeVar("Features", TokenArray, npt.NDArray[np.uint32])


def _first_of(values: Features, starts: IntArray) -> Features:
    """Give the features of the first of some texts."""
    return values[starts[0] : starts[1]]


def _places_of(tokens: TokenArray, known: TokenArray) -> IntArray:
    """Give the places of those *tokens* that are among the *known* ones, sorted."""
    place, is_known = find_tokens(tokens, known)
    found: IntArray = place[is_known]
    return found


def _words_with_first(known: WordRarity, tokens: Tokens) -> npt.NDArray[np.float32]:
    """Weigh the words of some texts as if the first were among those counted."""
    around = _places_of(distinct_of(tokens.values), known.tokens)
    own = _places_of(distinct_of(_first_of(tokens.values, tokens.starts)), known.tokens)
    return _one_more(known.bits, around, own, known.texts)


def _one_more(
    bits: npt.NDArray[np.float32],
    around: npt.NDArray[np.integer[Any]],
    own: npt.NDArray[np.integer[Any]],
    texts: int,
) -> npt.NDArray[np.float32]:
    """Give the rarities after one text more than so many, which has the *own* ones.

    Only those *around* are weighed anew.
    """
    counts = _times(bits[around], max(texts + 1, FEWEST_TEXTS))
    where, times = np.unique(own, return_counts=True)
    counts[np.searchsorted(around, where)] += times
    fresh = np.log2(max(texts + 2, FEWEST_TEXTS) / np.maximum(counts, 1))
    weighed = np.maximum(np.round(fresh, 3), 0.001)
    more = bits.copy()
    more[around] = np.where(counts > 0, weighed, bits[around])
    return more


def _times(bits: npt.NDArray[np.float32], texts: int) -> IntArray:
    """Give in how many of so many texts n-grams stand, by their bits."""
    exact = bits.astype(np.float64)
    count = np.round(texts / np.exp2(exact)).astype(np.int64)
    unseen = np.abs(exact - np.round(exact, 3)) > UNSEEN_MARK / 2
    times: IntArray = np.where(unseen, 0, count)
    return times


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
    texts: int | None = None,
) -> IntArray:
    """Count for each picture the distinct rarest words of the titles that carry it.

    A product's copies share their rare words; the users of a logo do not. Pictures that
    were ``recognised`` as one, edited, are carried together. The ``weights`` were
    counted among so many *texts*, those given if it is not said.
    """
    total = len(pictures.names)
    if not len(pictures.rows):
        return np.zeros(total, np.int64)
    rarest = rarest_words(tokens, weights, len(tokens) if texts is None else texts)
    words, number = np.unique(rarest[pictures.rows], return_inverse=True)
    carried = distinct_of(pictures.codes * len(words) + number.ravel())
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
            carried = distinct_of(
                np.append(carried, own[place] * len(words) + word[entry])
            )
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
    distinct = distinct_of(rarest_words(titles, weights, rarity.texts))
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
