"""Columns of text to tokens, and tokens to pairs of similar texts."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import run_chunks

IntArray = npt.NDArray[np.int64]
TokenArray = npt.NDArray[np.uint64]
Progress = Callable[[int, int], None]

CHUNK = 32_768
"""Texts or queries in one task: short enough that an interrupt is answered."""


HOPE = 0.08
"""Cosine that a pair is trusted with for each of 128 marks in common. Of a million
made-up titles' pairs above .45 it loses 1 in 1,500, all near the threshold; with .06
1 in 100, with 0 none, for a third more time."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the tokeniser looks up; arrays made by ``normalise.text``.

    ``folded`` (uint16) and ``classes`` (uint8) run over 65,536 code points; the
    hashes are sorted, with dimensions, factors and tokens beside them.
    """

    folded: npt.NDArray[np.uint16]
    classes: npt.NDArray[np.uint8]
    unit_hashes: TokenArray
    unit_dimensions: npt.NDArray[np.uint8]
    unit_factors: npt.NDArray[np.float64]
    variant_hashes: TokenArray
    variant_tokens: TokenArray


@dataclass(frozen=True, slots=True)
class Tokens:
    """The distinct tokens of each text, sorted; text i has starts[i]:starts[i+1]."""

    values: TokenArray
    starts: IntArray

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of texts as UTF-8 bytes with offsets, as Arrow holds it."""

    data: npt.NDArray[np.uint8]
    offsets: IntArray

    @classmethod
    def of(cls, column: Any) -> "TextColumn":  # noqa: ANN401 - an Arrow column
        """Read an Arrow column of strings; null is an empty text."""
        import pyarrow as pa
        import pyarrow.compute as pc

        total, nulls = len(column), column.null_count
        if nulls == total:
            return cls(np.zeros(1, np.uint8), np.zeros(total + 1, np.int64))
        texts = pc.fill_null(column, "")
        if isinstance(texts, pa.ChunkedArray):
            texts = texts.cast(pa.large_string()).combine_chunks()
            if isinstance(texts, pa.ChunkedArray):
                texts = pa.concat_arrays(texts.chunks)
        else:
            texts = texts.cast(pa.large_string())
        _, offsets, data = texts.buffers()
        edges = np.frombuffer(offsets, np.int64)[
            texts.offset : texts.offset + len(texts) + 1
        ].copy()
        if data is None or data.size == 0:
            return cls(np.zeros(1, np.uint8), edges)
        return cls(np.frombuffer(data, np.uint8).copy(), edges)

    def __len__(self) -> int:
        return len(self.offsets) - 1


def ranges_of(total: int, step: int) -> list[tuple[int, int]]:
    """Cut [0, total) into ranges of at most *step*."""
    return [(low, min(low + step, total)) for low in range(0, total, step)]


def tokenise(
    column: TextColumn, vocabulary: Vocabulary, on_done: Progress | None = None
) -> Tokens:
    """Split each text into its distinct tokens."""
    from storekin.kernels.tokenise import MOST_TOKENS, tokenise_chunk

    total = len(column)
    counts = np.zeros(total, np.int64)

    def work(span: tuple[int, int]) -> TokenArray:
        low, high = span
        size = int(column.offsets[high] - column.offsets[low])
        room = min(2 * size + 8, (high - low) * MOST_TOKENS + 8)
        tokens = np.empty(room, np.uint64)
        written = tokenise_chunk(
            column.data,
            column.offsets,
            low,
            high,
            vocabulary.folded,
            vocabulary.classes,
            vocabulary.unit_hashes,
            vocabulary.unit_dimensions,
            vocabulary.unit_factors,
            vocabulary.variant_hashes,
            vocabulary.variant_tokens,
            tokens,
            counts,
        )
        return tokens[:written].copy()

    parts = run_chunks(work, ranges_of(total, CHUNK), on_done)
    starts = np.zeros(total + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    values = np.concatenate(parts) if parts else np.empty(0, np.uint64)
    return Tokens(values, starts)


@dataclass(frozen=True, slots=True)
class SimilarPairs:
    """Pairs of rows, left < right, sorted, with their cosine (0 to 1)."""

    left: IntArray
    right: IntArray
    cosine: npt.NDArray[np.float32]


def _empty_pairs() -> SimilarPairs:
    none = np.empty(0, np.int64)
    return SimilarPairs(none, none.copy(), np.empty(0, np.float32))


def join_similar(  # noqa: PLR0915 - one pass from tokens to pairs, step by step
    tokens: Tokens,
    *,
    threshold: float,
    lone_share: float = 1.0,
    hope: float = HOPE,
    owners: npt.NDArray[np.int32] | None = None,
    copies: npt.NDArray[np.int32] | None = None,
    on_done: Progress | None = None,
) -> SimilarPairs:
    """Give all pairs of texts whose IDF-weighted cosine reaches *threshold*.

    Words, numbers and ideograph pairs count. A feature that one text alone has counts
    in that text's norm by ``lone_share``: it may be a slip of the pen, or what tells
    the two apart.
    Rows of one owner (the same number, not negative) are not paired. ``hope`` lets
    pairs go that have few marks in common (0: none is let go).
    """
    from storekin.kernels.groups import number_values
    from storekin.kernels.join import (
        BLOCK,
        choose_prefixes,
        index_block,
        join_block,
        lay_features,
        move_features,
    )
    from storekin.kernels.tokenise import BIGRAM

    total = len(tokens)
    spans = ranges_of(total, CHUNK)
    # every token is numbered, the others are passed over: one pass, no copies
    numbers, distinct, counts = number_values(tokens.values, 16)
    is_feature = (tokens.values >> np.uint64(61)) <= BIGRAM
    features = np.empty(len(numbers), np.int32)
    sizes = np.zeros(total, np.int64)
    alone = np.zeros(total, np.int64)
    run_chunks(
        lambda span: lay_features(
            numbers, tokens.starts, counts, is_feature, features, sizes, alone, *span
        ),
        spans,
    )
    lone = (lone_share * np.log(1 + total) ** 2 * alone).astype(np.float32)

    # from rare to common; equally common ones by their hash, never by first sight
    shared = np.flatnonzero((counts > 1) & ((distinct >> np.uint64(61)) <= BIGRAM))
    if len(shared) == 0:
        return _empty_pairs()
    order = shared[np.lexsort((distinct[shared], counts[shared]))]
    rank = np.full(len(distinct), -1, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    common = counts[order].astype(np.float64)
    squares = (np.log(1 + total / common) ** 2).astype(np.float32)
    first_common = int(np.searchsorted(common, 1000))
    prefixes = np.zeros(total, np.int32)
    norms = np.zeros(total, np.float32)
    run_chunks(
        lambda span: choose_prefixes(
            features,
            tokens.starts,
            sizes,
            rank,
            squares,
            lone,
            np.float32(max(threshold, 0.65)),
            np.float32(max(threshold, 0.5)),
            first_common,
            prefixes,
            norms,
            *span,
        ),
        spans,
    )

    by_norm = np.argsort(norms, kind="stable")
    by_norm = by_norm[sizes[by_norm] > 0]
    total = len(by_norm)
    if total == 0:
        return _empty_pairs()
    starts = np.zeros(total + 1, np.int64)
    np.cumsum(sizes[by_norm], out=starts[1:])
    moved = np.empty(int(starts[-1]), np.int32)
    marks = np.empty((total, 2), np.uint64)
    run_chunks(
        lambda span: move_features(
            features, tokens.starts, by_norm, starts, moved, marks, *span
        ),
        ranges_of(total, CHUNK),
    )
    features = moved
    prefixes = prefixes[by_norm]
    norms = norms[by_norm]
    nobody = np.full(total, -1, np.int32)
    own = nobody if owners is None else owners[by_norm].astype(np.int32)
    more = (
        np.zeros(total, np.int32)
        if copies is None
        else copies[by_norm].astype(np.int32)
    )
    scale = np.float32(0.5)
    rounded = np.maximum(1, np.round(squares * scale)).astype(np.uint16)

    edges = [0]
    while edges[-1] < total:
        low = edges[-1]
        near = int(np.searchsorted(norms, norms[low] * np.float32(1.2)))
        edges.append(min(total, max(low + 2048, min(low + BLOCK, near))))
    blocks = list(itertools.pairwise(edges))

    def work(task: tuple[int, int, int]) -> tuple[IntArray, npt.NDArray[np.float32]]:
        block, query_first, query_last = task
        low, high = blocks[block]
        room = 64 * (query_last - query_first) + 1024
        while True:
            pairs = np.empty(room, np.int64)
            cosines = np.empty(room, np.float32)
            written = join_block(
                features,
                starts,
                prefixes,
                norms,
                squares,
                rounded,
                indexes[block][0],
                indexes[block][1],
                low,
                high,
                query_first,
                query_last,
                np.float32(threshold),
                np.float32(0.33 * threshold),
                scale,
                own,
                more,
                marks,
                np.float32(hope),
                pairs,
                cosines,
            )
            if written <= room:
                return pairs[:written].copy(), cosines[:written].copy()
            room = written

    indexes = run_chunks(
        lambda span: index_block(
            features, starts, prefixes, span[0], span[1], len(squares)
        ),
        blocks,
    )
    tasks = [
        (block, low, high)
        for block in range(len(blocks))
        for low, high in (
            (blocks[block][0] + a, blocks[block][0] + b)
            for a, b in ranges_of(total - blocks[block][0], CHUNK)
        )
    ]
    found = run_chunks(work, tasks, on_done)
    pairs = np.concatenate([part[0] for part in found])
    cosine = np.concatenate([part[1] for part in found])
    one = by_norm[pairs >> 32]
    other = by_norm[pairs & 0xFFFFFFFF]
    left, right = np.minimum(one, other), np.maximum(one, other)
    order = np.argsort((left << 32) | right)
    return SimilarPairs(left[order], right[order], cosine[order])
