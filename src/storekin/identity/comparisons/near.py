"""Company names that differ in their common words alone."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.identity.values import IntArray
from storekin.kernels.numbering import number_column
from storekin.kernels.similar_texts import (
    TextColumn,
    TokenArray,
    Vocabulary,
    tokenise,
)
from storekin.normalise.chinese_companies import nearly_one_company
from storekin.normalise.text import folding_tables

_CORE = 0.8
"""The share of both names' rarity that must be in common."""

_LIKELY = 0.3
"""The share from which two Chinese names are looked at."""


@dataclass(frozen=True, slots=True)
class NameWords:
    """How rare the words of company names are: ``words`` sorted, with their counts."""

    names: int
    words: TokenArray
    counts: npt.NDArray[np.int32]
    _bits: dict[str, float] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, texts: pa.Array) -> "NameWords":
        """Count in how many of the distinct names each word occurs."""
        tokens = tokenise(TextColumn.of(texts), _plain_words())
        words, counts = np.unique(tokens.values, return_counts=True)
        return cls(len(texts), words, counts.astype(np.int32))

    def nearly_one(self, one: str, other: str) -> bool:
        """Say whether two names, by themselves, are alike but for common words."""
        from storekin.kernels.agreements import share_rarity

        if one.isascii() and other.isascii():
            ours, theirs = {*one.split()}, {*other.split()}
            if not ours & theirs:
                return False
            if all(word.isalpha() for word in ours | theirs):
                shared_bits = sum(map(self._bits_of, ours & theirs))
                every = sum(map(self._bits_of, ours | theirs))
                return shared_bits > 0 and shared_bits / every >= _CORE
        tokens = tokenise(TextColumn.of_few([one, other]), _plain_words())
        places = np.searchsorted(self.words, tokens.values)
        counts = np.ones(len(places), np.int32)
        known = np.flatnonzero(places < len(self.words))
        known = known[self.words[places[known]] == tokens.values[known]]
        counts[known] = self.counts[places[known]]
        rarity = _rarity(self.names, counts)
        shared = share_rarity(_FIRST, _SECOND, tokens.starts, tokens.values, rarity)
        if is_han_text(one) and is_han_text(other):
            return bool(shared[0] >= _LIKELY) and nearly_one_company(one, other)
        return bool(shared[0] >= _CORE)

    def _bits_of(self, word: str) -> float:
        """Give the rarity of a plain word, looked up once."""
        bits = self._bits.get(word)
        if bits is None:
            token = tokenise(TextColumn.of_few([word]), _plain_words()).values[:1]
            place = int(np.searchsorted(self.words, token)[0])
            known = place < len(self.words) and self.words[place] == token[0]
            counts = self.counts[place : place + 1] if known else _SECOND
            if len(self._bits) > _MOST_WORDS:
                self._bits.clear()
            bits = self._bits[word] = float(_rarity(self.names, counts)[0])
        return bits


_MOST_WORDS = 50_000
_FIRST, _SECOND = np.zeros(1, np.int64), np.ones(1, np.int64)


def is_han_text(text: str) -> bool:
    """Say of one text what the kernel ``is_han`` says of a column."""
    return not text.isascii() and any("\u3000" <= c <= "\u9fff" for c in text)


def _rarity(names: int, counts: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Give the bits of words; one that a thousandth of all names have tells none."""
    bits: npt.NDArray[np.float64] = np.log2((names + 1) / counts) - _COMMON_BITS
    return np.maximum(bits, 0.0)


@lru_cache(maxsize=1)
def _plain_words() -> Vocabulary:
    folded, classes = folding_tables()
    nothing = np.empty(0, np.uint64)
    return Vocabulary(
        folded=folded,
        classes=classes,
        unit_hashes=nothing,
        unit_dimensions=np.empty(0, np.uint8),
        unit_factors=np.empty(0, np.float64),
        variant_hashes=nothing,
        variant_tokens=nothing,
    )


def similar_companies(
    texts: pa.Array, left: IntArray, right: IntArray
) -> npt.NDArray[np.bool_]:
    """Say which pairs of names (by code) are alike but for their common words.

    What is left when the words that many names share are taken out (places, trades)
    must agree: sister companies differ just there. Chinese names have rules of their
    own (``normalise.chinese_companies``).
    """
    from storekin.kernels.agreements import is_han, share_rarity

    if not len(left):
        return np.zeros(0, np.bool_)
    column = TextColumn.of(texts)
    tokens = tokenise(column, _plain_words())
    numbers, _, counts = number_column(tokens.values)
    rarity = _rarity(len(texts), counts)
    shared = share_rarity(left, right, tokens.starts, tokens.values, rarity[numbers])
    alike: npt.NDArray[np.bool_] = shared >= _CORE
    han = is_han(column.data, column.offsets)
    chinese = han[left] & han[right]
    alike[chinese] = False
    likely = np.flatnonzero(chinese & (shared >= _LIKELY))
    names = zip(
        texts.take(pa.array(left[likely])).to_pylist(),
        texts.take(pa.array(right[likely])).to_pylist(),
        strict=True,
    )
    alike[likely] = [nearly_one_company(one, other) for one, other in names]
    return alike


_COMMON_BITS = 6.0
