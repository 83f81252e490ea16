"""Encoders: what a neural model makes of titles and pictures, as one more signal.

A port: who encodes is an adapter's business. A cosine of one encoder means nothing to
a model that was fitted with another, so models carry their encoders' names.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.errors import EncoderMismatchError
from storekin.kernels.parallel import ranges_of
from storekin.kernels.similar_texts import IntArray
from storekin.normalise.images import SUFFIXES, picture_inside

Vectors = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]

CLOSEST = 5
"""Listings that an encoder holds for the likest ones are compared with each."""

LARGEST = 50_000
"""In larger pools encoders propose nothing: comparing all with all would take hours.
They still weigh the pairs that words and pictures propose."""

_BLOCK = 2048
_GRAIN = 1000
"""Cosines are whole thousandths: the last digits depend on how texts are batched."""


class TextEncoder(Protocol):
    """Turns texts into vectors; ``name`` tells one encoder from any other."""

    @property
    def name(self) -> str:
        """The kind and a digest of the model."""
        ...

    def encode_texts(
        self, texts: Sequence[str], on_done: Progress | None = None
    ) -> Vectors:
        """Give a vector of length 1 for each text; shape (texts, dimensions)."""
        ...


class PictureEncoder(Protocol):
    """Turns picture files into vectors."""

    @property
    def name(self) -> str:
        """The kind and a digest of the model."""
        ...

    def encode_pictures(
        self, paths: Sequence[Path], on_done: Progress | None = None
    ) -> Vectors:
        """Give a vector of length 1 for each file, zeros where it cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class Encoders:
    """The encoders of a run: of texts, of pictures, both or neither."""

    texts: TextEncoder | None = None
    pictures: PictureEncoder | None = None

    @property
    def name(self) -> str:
        """The names of both, as a model carries them; empty without any."""
        return " ".join(one.name for one in (self.texts, self.pictures) if one)


NO_ENCODERS = Encoders()


def check_encoders(wanted: str, encoders: Encoders) -> None:
    """Hold a model to the encoders that it was fitted with.

    Raises:
        EncoderMismatchError: If it was fitted with others, or with some and none is
            given. A model fitted without any reads none.
    """
    if not wanted or wanted == encoders.name:
        return
    given = encoders.name or "none"
    raise EncoderMismatchError(
        f"the model was fitted with the encoder {wanted}, and {given} is given",
        "give the same encoder with --encoder, or fit the model again",
    )


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Vectors of distinct titles and pictures, and which of them each listing has.

    ``vectors`` is of shape (distinct, dimensions), ``rows`` numbers one for each
    listing, -1 where it has none.
    """

    vectors: Vectors = field(default_factory=lambda: np.empty((0, 0), np.float32))
    rows: IntArray = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def is_empty(self) -> bool:
        """Whether no listing has a vector."""
        return not len(self.vectors)

    def of(self, rows: IntArray) -> "Embeddings":
        """Give the vectors of some listings, in their order."""
        return self if self.is_empty else Embeddings(self.vectors, self.rows[rows])


def embed_titles(
    titles: pa.ChunkedArray,
    encoder: TextEncoder | None,
    on_done: Progress | None = None,
) -> Embeddings:
    """Encode each distinct title once."""
    if encoder is None or titles.null_count == len(titles):
        return Embeddings()
    encoded = _encoded(titles)
    texts = encoded.dictionary.to_pylist()
    rows = pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64)
    return Embeddings(encoder.encode_texts(texts, on_done), rows)


def embed_pictures(
    images: pa.ChunkedArray,
    folder: Path | None,
    encoder: PictureEncoder | None,
    on_done: Progress | None = None,
) -> Embeddings:
    """Encode the first local picture of each listing, each file once."""
    if encoder is None or folder is None or images.null_count == len(images):
        return Embeddings()
    encoded = _encoded(images)
    files = [_first_file(text, folder) for text in encoded.dictionary.to_pylist()]
    distinct = sorted({path for path in files if path is not None})
    number = {path: place for place, path in enumerate(distinct)}
    of_text = np.array([-1 if f is None else number[f] for f in files], np.int64)
    picked = pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64)
    rows = np.where(picked < 0, -1, of_text[picked])
    vectors = encoder.encode_pictures(distinct, on_done)
    unread = np.flatnonzero(np.abs(vectors).sum(axis=1) == 0)
    rows[np.isin(rows, unread)] = -1
    return Embeddings(vectors, rows)


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    found = column.combine_chunks().dictionary_encode()
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _first_file(references: str, folder: Path) -> Path | None:
    for reference in references.split("|"):
        name = reference.strip()
        if not name.lower().endswith(SUFFIXES) or "://" in name:
            continue
        path = picture_inside(folder, name)
        if path is not None and path.is_file():
            return path
    return None


def embedding_cosines(
    embeddings: Embeddings, left: IntArray, right: IntArray
) -> Vectors:
    """Give the cosine of two listings' vectors; nan where one has none."""
    out = np.full(len(left), np.nan, np.float32)
    if embeddings.is_empty:
        return out
    for low, high in ranges_of(len(left), 1 << 16):
        one = embeddings.rows[left[low:high]]
        other = embeddings.rows[right[low:high]]
        known = np.flatnonzero((one >= 0) & (other >= 0))
        vectors = embeddings.vectors
        products = np.einsum(
            "nd,nd->n", vectors[one[known]], vectors[other[known]], dtype=np.float64
        )
        out[low + known] = np.round(products * _GRAIN) / _GRAIN
    return out


def closest_listings(
    embeddings: Embeddings, owners: npt.NDArray[np.int32] | None
) -> tuple[IntArray, IntArray]:
    """Pair each listing with the ones of the closest vectors.

    With *owners* only with those of another owner; of number -1 are several. Of
    equally close ones the lower numbers come first. Nothing in pools too large.
    """
    rows = np.flatnonzero(embeddings.rows >= 0)
    if embeddings.is_empty or not 1 < len(rows) <= LARGEST:
        none = np.empty(0, np.int64)
        return none, none.copy()
    vectors = embeddings.vectors[embeddings.rows[rows]]
    lefts, rights = [], []
    for low, high in ranges_of(len(rows), _BLOCK):
        alike = np.round(vectors[low:high] @ vectors.T * _GRAIN)
        alike[np.arange(high - low), np.arange(low, high)] = -np.inf
        if owners is not None:
            own = owners[rows]
            same = own[low:high, None] == own[None, :]
            alike[same & (own >= 0)] = -np.inf
        # one key for cosine and number: nothing depends on how a sort breaks ties
        keys = alike.astype(np.float64) * len(rows) - np.arange(len(rows))
        most = min(CLOSEST, len(rows) - 1)
        best = np.argpartition(-keys, most - 1, axis=1)[:, :most]
        one = np.repeat(np.arange(low, high), most)
        other = best.ravel()
        found = np.isfinite(alike[one - low, other])
        lefts.append(rows[one[found]])
        rights.append(rows[other[found]])
    left, right = np.concatenate(lefts), np.concatenate(rights)
    return np.minimum(left, right), np.maximum(left, right)
