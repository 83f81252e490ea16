"""Columns of text as they are spelled, and their n-grams with how rare they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import run_ranges
from storekin.kernels.similar_texts import (
    CHUNK,
    IntArray,
    TextColumn,
    TokenArray,
    Vocabulary,
)

GramArray = npt.NDArray[np.uint32]
_Part = tuple[npt.NDArray[np.generic], ...]

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
    word_tokens: TokenArray
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
    rarity: npt.NDArray[np.float32]
    norms: npt.NDArray[np.float32]


def _edges(counts: npt.NDArray[np.int64]) -> IntArray:
    edges = np.zeros(len(counts) + 1, np.int64)
    counts.cumsum(out=edges[1:])
    return edges


def spell(column: TextColumn, vocabulary: Vocabulary, most: int) -> Spelled:
    """Spell each text, at most *most* characters of it."""
    from storekin.kernels.spelling import spell_chunk

    total = len(column)
    if column.offsets[0] == column.offsets[-1]:
        return _nothing_spelled(total)
    counts = np.zeros((total, 4), np.int64)

    def work(span: tuple[int, int]) -> _Part:
        low, high = span
        lengths = np.diff(column.offsets[low : high + 1])
        room = int(np.minimum(lengths, most).sum()) + 8
        characters = np.empty(room, np.uint16)
        breaks = np.empty(room, np.uint8)
        words = np.empty((room, 2), np.int32)
        word_tokens = np.empty(room, np.uint64)
        codes = np.empty((room, 2), np.int32)
        runs = np.empty((room, 2), np.int32)
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
        used, word_count, code_count, run_count = counts[low:high].sum(axis=0).tolist()
        return (
            characters[:used].copy(),
            breaks[:used].copy(),
            words[:word_count].copy(),
            word_tokens[:word_count].copy(),
            codes[:code_count].copy(),
            runs[:run_count].copy(),
        )

    return _spelled(run_ranges(work, total, CHUNK), counts)


def _nothing_spelled(total: int) -> Spelled:
    """Spell so many empty texts."""
    spans, starts = np.empty((0, 2), np.int32), np.zeros(total + 1, np.int64)
    return Spelled(
        characters=np.empty(0, np.uint16),
        breaks=np.empty(0, np.uint8),
        starts=starts,
        words=spans,
        word_tokens=np.empty(0, np.uint64),
        word_starts=starts,
        codes=spans,
        code_starts=starts,
        runs=spans,
        run_starts=starts,
    )


def _spelled(
    parts: Sequence[tuple[npt.NDArray[np.generic], ...]],
    counts: npt.NDArray[np.int64],
) -> Spelled:
    """Put spelled parts together; ``counts`` has what each text has of each kind."""
    columns = zip(*parts, strict=True)
    joined = [
        np.concatenate(column) if len(column) > 1 else column[0] for column in columns
    ]
    edges = np.zeros((len(counts) + 1, counts.shape[1]), np.int64)
    counts.cumsum(axis=0, out=edges[1:])
    starts, word_starts, code_starts, run_starts = edges.T.copy()
    return Spelled(
        characters=joined[0],
        breaks=joined[1],
        starts=starts,
        words=joined[2],
        word_tokens=joined[3],
        word_starts=word_starts,
        codes=joined[4],
        code_starts=code_starts,
        runs=joined[5],
        run_starts=run_starts,
    )


UNSEEN_MARK = 0.0004
"""Bits by which an n-gram that no text has is marked, below what is ever compared."""


def gram_table(
    spelled: Spelled, width: int, known: npt.NDArray[np.float32] | None = None
) -> Grams:
    """Number the n-grams of each text; with a width of 0 its pairs of words.

    How rare they are is counted here, or *known* from a larger table.
    """
    from storekin.kernels.compare import write_gram_norms
    from storekin.kernels.spelling import (
        GRAM_BITS,
        count_grams,
        gram_chunk,
        word_pair_chunk,
    )

    total = len(spelled)
    counts = np.zeros(total, np.int64)

    def work(span: tuple[int, int]) -> GramArray:
        low, high = span
        if width == 0:
            room = int(spelled.word_starts[high] - spelled.word_starts[low]) + 8
            grams = np.empty(room, np.uint32)
            word_pair_chunk(
                spelled.word_tokens, spelled.word_starts, low, high, grams, counts
            )
        else:
            room = 2 * int(spelled.starts[high] - spelled.starts[low]) + 8
            grams = np.empty(room, np.uint32)
            gram_chunk(
                spelled.characters,
                spelled.breaks,
                spelled.starts,
                low,
                high,
                width,
                grams,
                counts,
            )
        return grams[: int(counts[low:high].sum())].copy()

    parts = run_ranges(work, total, CHUNK)
    values = np.concatenate(parts) if parts else np.empty(0, np.uint32)
    starts = _edges(counts)
    if known is None:
        held = np.zeros(1 << GRAM_BITS, np.int64)
        count_grams(values, held)
        texts = max(total + 1, _FEWEST_TEXTS)
        # many n-grams stand in as many texts: each count is weighed once
        times = np.arange(int(held.max()) + 1)
        bits = np.log2(texts / np.maximum(times, 1))
        weighed = np.maximum(np.round(bits, 3), 0.001)
        # of what no text has nothing is weighed here; the mark tells it from once
        weighed[0] += UNSEEN_MARK
        rarity = weighed.astype(np.float32)[held]
    else:
        rarity = known
    norms = np.empty(total, np.float32)
    run_ranges(
        lambda span: write_gram_norms(values, starts, rarity, span[0], span[1], norms),
        total,
        CHUNK,
    )
    return Grams(values, starts, rarity, norms)


def norms_of(
    weights: npt.NDArray[np.float32], starts: IntArray
) -> npt.NDArray[np.float32]:
    """Give the length of each text's vector of weights."""
    from storekin.kernels.compare import write_norms

    norms = np.empty(len(starts) - 1, np.float32)
    write_norms(np.ascontiguousarray(weights, np.float32), starts, norms)
    return norms
