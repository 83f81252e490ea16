"""Columns of text to tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from storekin.kernels.filling import Kind, fill_columns

IntArray = npt.NDArray[np.int64]
TokenArray = npt.NDArray[np.uint64]
Progress = Callable[[int, int], None]

CHUNK = 32_768
"""Texts or queries in one task: short enough that an interrupt is answered."""


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
        texts = pc.fill_null(column, "") if nulls else column
        if isinstance(texts, pa.ChunkedArray) and texts.num_chunks == 1:
            texts = texts.chunk(0)
        if isinstance(texts, pa.ChunkedArray):
            texts = texts.cast(pa.large_string()).combine_chunks()
            if isinstance(texts, pa.ChunkedArray):
                texts = pa.concat_arrays(texts.chunks)
        elif not pa.types.is_string(texts.type):
            texts = texts.cast(pa.large_string())
        _, offsets, data = texts.buffers()
        width = np.int32 if pa.types.is_string(texts.type) else np.int64
        edges = np.frombuffer(offsets, width)[
            texts.offset : texts.offset + len(texts) + 1
        ].astype(np.int64)
        if data is None or data.size == 0:
            return cls(np.zeros(1, np.uint8), edges)
        return cls(np.frombuffer(data, np.uint8).copy(), edges)

    @classmethod
    def of_few(cls, texts: list[str]) -> "TextColumn":
        """Make a column of a few texts, without asking Arrow."""
        parts = [text.encode() for text in texts]
        offsets = np.array([0, *accumulate(map(len, parts))], np.int64)
        return cls(
            np.frombuffer(bytearray(b"".join(parts) or b"\0"), np.uint8), offsets
        )

    def __len__(self) -> int:
        return len(self.offsets) - 1


_TOKENS = (Kind(np.uint64, 0, most=2),)


def tokenise(column: TextColumn, vocabulary: Vocabulary) -> Tokens:
    """Split each text into its distinct tokens."""
    from storekin.kernels.tokenise import tokenise_chunk

    counts = np.zeros((1, len(column) + 1), np.int64)

    def write(low: int, high: int, columns: list[Any]) -> None:
        tokenise_chunk(
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
            columns[0],
            counts[0, 1:],
        )

    values = fill_columns(column.offsets, counts, _TOKENS, write)[0]
    return Tokens(values, counts[0].cumsum())
