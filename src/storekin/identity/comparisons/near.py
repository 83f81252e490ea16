"""Values that are nearly the same: one character off, or most rare words shared."""

from collections import Counter

import numpy as np
import pyarrow as pa

from storekin.identity.values import IntArray
from storekin.kernels.similar_pairs import join_similar
from storekin.kernels.similar_texts import (
    TextColumn,
    Vocabulary,
    tokenise,
)
from storekin.normalise.addresses import address_numbers, address_words
from storekin.normalise.text import folding_tables

Pairs = tuple[IntArray, IntArray]

_SHORTEST = 7
"""Identifiers below this length are all near one another."""

COMPANY_COSINE = 0.82
ADDRESS_COSINE = 0.6


def near_identifiers(texts: list[str]) -> Pairs:
    """Give pairs of values with one character changed, lost, added, or two swapped.

    >>> near_identifiers(["13800138000", "13800138001", "18800138000"])
    (array([0, 0]), array([1, 2]))
    """
    from storekin.kernels.near import deletion_keys, pairs_one_edit_apart

    long = [place for place, text in enumerate(texts) if len(text) >= _SHORTEST]
    if not long:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    column = TextColumn.of(pa.array([texts[place] for place in long]))
    keys, rows = deletion_keys(column.data, column.offsets)
    order = np.argsort(keys, kind="stable")
    left, right = pairs_one_edit_apart(
        column.data, column.offsets, keys[order], rows[order]
    )
    found = np.unique(np.stack([left, right], axis=1), axis=0)
    places = np.array(long, np.int64)
    return places[found[:, 0]], places[found[:, 1]]


def _similar(texts: list[str], threshold: float) -> Pairs:
    folded, classes = folding_tables()
    nothing = np.empty(0, np.uint64)
    plain = Vocabulary(
        folded=folded,
        classes=classes,
        unit_hashes=nothing,
        unit_dimensions=np.empty(0, np.uint8),
        unit_factors=np.empty(0, np.float64),
        variant_hashes=nothing,
        variant_tokens=nothing,
    )
    tokens = tokenise(TextColumn.of(pa.array(texts, pa.string())), plain)
    pairs = join_similar(tokens, threshold=threshold)
    return pairs.left, pairs.right


def similar_companies(texts: list[str]) -> Pairs:
    """Give pairs of company names that differ in their common words alone.

    What is left when the words that many names share are taken out (places, trades)
    must agree but for a slip of the pen: sister companies differ just there.
    """
    from rapidfuzz.distance import Indel

    count: Counter[str] = Counter(
        word for text in texts for word in set(_name_words(text))
    )
    common = max(_FEW_NAMES, len(texts) // 1000)
    left, right = _similar(texts, COMPANY_COSINE)
    keep = []
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        one, other = (
            "".join(w for w in _name_words(texts[place]) if count[w] <= common)
            for place in (a, b)
        )
        alike = Indel.normalized_similarity(one, other)
        keep.append(
            min(len(one), len(other)) >= _SHORTEST_CORE
            and alike >= _CORE_SIMILARITY
            and _digits(texts[a]) == _digits(texts[b])
        )
    mask = np.array(keep, np.bool_)
    return left[mask], right[mask]


_FEW_NAMES = 3
_SHORTEST_CORE = 3
_CORE_SIMILARITY = 0.88


def _name_words(text: str) -> list[str]:
    """Split a name into words; Han into overlapping pairs."""
    words: list[str] = []
    for word in text.split():
        if "\u3400" <= word[0] <= "\u9fff" and len(word) > 2:
            words.extend(word[place : place + 2] for place in range(len(word) - 1))
        else:
            words.append(word)
    return words


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def similar_addresses(texts: list[str]) -> Pairs:
    """Give pairs of addresses with the same words and all numbers but one.

    Another door in one building, or one mistyped number; another city never.
    """
    left, right = _similar(texts, ADDRESS_COSINE)
    keep = []
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        words = address_words(texts[a]) == address_words(texts[b])
        one, other = address_numbers(texts[a]), address_numbers(texts[b])
        shared = len(one & other)
        keep.append(
            words and shared >= 1 and len(one) == len(other) and len(one) - shared == 1
        )
    mask = np.array(keep, np.bool_)
    return left[mask], right[mask]
