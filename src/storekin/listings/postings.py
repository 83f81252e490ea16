"""The words of an index: how rare each is, and which listings have it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.similar_texts import IntArray, TokenArray, Tokens
from storekin.kernels.texts import Grams
from storekin.listings.rarity import FEWEST_TEXTS, Rarity

BUDGET = 100_000
"""Listings of the rarest words that one look-up reads. More finds little more."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Words by their tokens, sorted, with their rarity and the rows that have them.

    Word i has ``rows[edges[i]:edges[i + 1]]``; ``norms`` is the length of each row's
    vector of rarities.
    """

    rarity: Rarity
    edges: IntArray
    rows: npt.NDArray[np.int32]
    norms: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.norms)


def make_postings(tokens: Tokens, grams: Sequence[Grams]) -> Postings:
    """Count the words of all titles, and list the rows that have each."""
    from storekin.kernels.look_up import list_holders
    from storekin.kernels.numbering import number_column

    total = len(tokens)
    is_word = (tokens.values >> np.uint64(61)) <= np.uint64(3)
    numbers, distinct, counts = number_column(tokens.values)
    order = np.argsort(distinct, kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    counts = counts[order]
    texts = max(total + 1, FEWEST_TEXTS)
    bits = np.maximum(np.round(np.log2(texts / counts), 3), 0.001).astype(np.float32)
    owner = np.repeat(np.arange(total, dtype=np.int32), np.diff(tokens.starts))
    words = rank[numbers[is_word]]
    owner = owner[is_word]
    edges = np.zeros(len(order) + 1, np.int64)
    np.cumsum(np.bincount(words, minlength=len(order)), out=edges[1:])
    rows = np.empty(len(words), np.int32)
    list_holders(words, owner, edges[:-1].copy(), rows)
    squares = np.bincount(owner, bits[words].astype(np.float64) ** 2, minlength=total)
    return Postings(
        Rarity(total, distinct[order], bits, tuple(g.rarity for g in grams)),
        edges,
        rows,
        np.sqrt(squares).astype(np.float32),
    )


def find_likest(
    postings: Postings,
    words: TokenArray,
    gone: npt.NDArray[np.bool_],
    scratch: npt.NDArray[np.float32],
    most: int,
    bar: float = 0.0,
) -> IntArray:
    """Give the rows whose words agree most with *words*, likest first.

    Those of a cosine below *bar* are left out.
    """
    from storekin.kernels.look_up import look_up

    rarity = postings.rarity
    place, is_known = rarity.find(words)
    weights = rarity.weights_at(place, is_known)
    known = np.flatnonzero(is_known)
    if not len(known):
        return np.empty(0, np.int64)
    order = known[np.lexsort((words[known], -weights[known]))]
    best = np.zeros(most, np.int64)
    cosines = np.zeros(most, np.float32)
    count = look_up(
        place[order],
        (weights[order] ** 2).astype(np.float32),
        postings.edges,
        postings.rows,
        postings.norms,
        gone,
        np.float32(np.sqrt((weights**2).sum())),
        BUDGET,
        scratch,
        best,
        cosines,
    )
    return best[:count][cosines[:count] >= bar]
