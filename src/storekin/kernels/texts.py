"""Columns of text as they are spelled, and their n-grams with how rare they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from storekin.kernels.filling import Kind, fill_columns
from storekin.kernels.parallel import run_ranges
from storekin.kernels.similar_texts import (
    CHUNK,
    IntArray,
    TextColumn,
    Tokens,
    Vocabulary,
)

Floats = npt.NDArray[np.float32]

LONGEST_TITLE = 512
LONGEST_WHOLE = 1024
"""Characters of a title, and of all texts of a listing, that are compared."""

_FEWEST_TEXTS = 2000


@dataclass(frozen=True, slots=True)
class Spelled:
    """Texts without what stands between letters, digits and ideographs.

    Text i has ``characters[starts[i]:starts[i + 1]]``; ``breaks`` marks where a run of
    one class begins. ``words``, ``codes`` and ``runs`` (of letters and digits, with a
    digit) hold begin and end within the text.
    """

    characters: npt.NDArray[np.uint16]
    breaks: npt.NDArray[np.uint8]
    starts: IntArray
    words: npt.NDArray[np.int32]
    word_starts: IntArray
    codes: npt.NDArray[np.int32]
    code_starts: IntArray
    runs: npt.NDArray[np.int32]
    run_starts: IntArray

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, slots=True)
class Grams:
    """The distinct n-grams of each text, sorted; ``rarity`` in bits by their number."""

    values: npt.NDArray[np.uint32]
    starts: IntArray
    rarity: Floats
    norms: Floats


ThreeGrams = tuple[Grams, Grams, Grams]
"""The n-grams of three characters, of five, and the pairs of words."""


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles as they were read: their tokens, their spelling and their n-grams.

    ``word_places`` says which of its title's tokens each spelled word is, -1 for none.
    """

    tokens: Tokens
    spelled: Spelled
    word_places: npt.NDArray[np.int16]
    grams: ThreeGrams


_CHARACTERS, _WORDS, _CODES, _RUNS = range(4)
_SPELLED = (
    Kind(np.uint16, _CHARACTERS),
    Kind(np.uint8, _CHARACTERS),
    Kind(np.int32, _WORDS, (2,)),
    Kind(np.uint64, None),
    Kind(np.int32, _CODES, (2,)),
    Kind(np.int32, _RUNS, (2,)),
)
"""Characters, breaks, words, their tokens, codes and runs."""


def spell(column: TextColumn, vocabulary: Vocabulary, most: int) -> Spelled:
    """Spell each text, at most *most* characters of it."""
    from storekin.kernels.spelling import spell_chunk

    counts = np.zeros((4, len(column) + 1), np.int64)

    def write(low: int, high: int, columns: list[Any]) -> None:
        characters, breaks, words, word_tokens, codes, runs = columns
        spell_chunk(
            column.data,
            column.offsets,
            low,
            high,
            most,
            vocabulary.folded,
            vocabulary.classes,
            vocabulary.unit_hashes,
            characters,
            breaks,
            words,
            word_tokens,
            codes,
            runs,
            counts,
        )

    columns = fill_columns(column.offsets, counts, _SPELLED, write)
    return _spelled(columns, counts.cumsum(axis=1))


def _spelled(columns: Sequence[Any], starts: IntArray) -> Spelled:
    """Name the columns of spelled texts.

    ``starts`` has a row for the characters, the words, the codes and the runs.
    """
    characters, breaks, words, _, codes, runs = columns
    edges, word_starts, code_starts, run_starts = starts
    return Spelled(
        characters,
        breaks,
        edges,
        words,
        word_starts,
        codes,
        code_starts,
        runs,
        run_starts,
    )


UNSEEN_MARK = 0.0004
"""Bits by which an n-gram that no text has is marked, below what is ever compared."""


_TOKENS, _THREES, _FIVES, _PAIRS = 4, 5, 6, 7
_TITLES = (
    *_SPELLED,
    Kind(np.uint64, _TOKENS, most=2),
    Kind(np.int16, _WORDS),
    Kind(np.uint32, _THREES, most=2),
    Kind(np.uint32, _FIVES, most=2),
    Kind(np.uint32, _PAIRS),
)
"""What is spelled, tokens, the words' places among them, and three kinds of n-grams."""


def read_titles(
    column: TextColumn,
    vocabulary: Vocabulary,
    known: Sequence[Floats] | None = None,
) -> Titles:
    """Split titles into tokens, spell them, and number their n-grams.

    How rare n-grams are is counted here, or *known* from a larger table.
    """
    from storekin.kernels.reading import read_chunk, write_gram_norms

    total = len(column)
    counts = np.zeros((8, total + 1), np.int64)
    several = counts[:4], counts[4], counts[5:]

    def write(low: int, high: int, columns: list[Any]) -> None:
        read_chunk(
            column.data,
            column.offsets,
            low,
            high,
            LONGEST_TITLE,
            vocabulary.folded,
            vocabulary.classes,
            vocabulary.unit_hashes,
            vocabulary.unit_dimensions,
            vocabulary.unit_factors,
            vocabulary.variant_hashes,
            vocabulary.variant_tokens,
            *several,
            *columns,
        )

    columns = fill_columns(column.offsets, counts, _TITLES, write)
    starts = counts.cumsum(axis=1)
    spelled = _spelled(columns[:6], starts[:4])
    tokens, word_places, *numbers = columns[6:]
    rarity = known or [_gram_rarity(each, total) for each in numbers]
    norms = np.empty((3, total), np.float32)
    kinds = tuple(zip(numbers, starts[5:], rarity, strict=True))
    run_ranges(
        lambda span: write_gram_norms(*kinds[0], *kinds[1], *kinds[2], *span, norms),
        total,
        CHUNK,
    )
    three, five, pairs = (
        Grams(*kind, norm) for kind, norm in zip(kinds, norms, strict=True)
    )
    return Titles(Tokens(tokens, starts[4]), spelled, word_places, (three, five, pairs))


def _gram_rarity(numbers: npt.NDArray[np.uint32], total: int) -> Floats:
    """Weigh n-grams of *total* texts by in how many of them each stands."""
    from storekin.kernels.spelling import GRAM_BITS, count_grams

    held = np.zeros(1 << GRAM_BITS, np.int64)
    count_grams(numbers, held)
    texts = max(total + 1, _FEWEST_TEXTS)
    # many n-grams stand in as many texts: each count is weighed once
    times = np.arange(int(held.max()) + 1)
    bits = np.log2(texts / np.maximum(times, 1))
    weighed = np.maximum(np.round(bits, 3), 0.001)
    # of what no text has nothing is weighed here; the mark tells it from once
    weighed[0] += UNSEEN_MARK
    rarity: Floats = weighed.astype(np.float32)[held]
    return rarity


def norms_of(tokens: Tokens, weights: Floats) -> Floats:
    """Give the length of each text's vector of its words' weights."""
    from storekin.kernels.cosines import write_norms

    norms = np.empty(len(tokens), np.float32)
    write_norms(tokens.values, weights, tokens.starts, norms)
    return norms
