"""The pictures of listings: which listing has which, and which are alike."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storekin.kernels.hash_join import join_near_codes
from storekin.kernels.parallel import run_chunks
from storekin.kernels.similar_texts import IntArray, TokenArray
from storekin.normalise.images import (
    SUFFIXES,
    hash_picture,
    normalise_picture_address,
    parse_ready_hash,
    picture_inside,
)

SCHEMES = ("phash", "dhash", "ahash", "whash", "pdq")
"""Ready hashes that are compared, each among its own kind."""

SHORT_BITS = 64
_CHUNK = 64


@dataclass(frozen=True, slots=True)
class Pictures:
    """Entries (listing, picture), and the pictures' hashes by kind.

    Pictures are numbered by their names: a hash with its scheme, or an address.
    ``faults`` holds references that could not be read, with the kind of rejection.
    """

    rows: IntArray
    codes: IntArray
    names: tuple[str, ...]
    main: IntArray
    faults: tuple[tuple[int, str, str], ...]

    def hashes(self, scheme: str) -> tuple[IntArray, TokenArray]:
        """Give the pictures of one scheme and their hashes, shape (n, words)."""
        mark = scheme + ":"
        places = [n for n, name in enumerate(self.names) if name.startswith(mark)]
        if not places:
            return np.empty(0, np.int64), np.empty((0, 1), np.uint64)
        digits = max(len(self.names[n]) - len(mark) for n in places)
        words = -(-digits // 16)
        packed = np.array(
            [
                [
                    int(
                        self.names[n][len(mark) :].ljust(words * 16, "0")[w : w + 16],
                        16,
                    )
                    for w in range(0, words * 16, 16)
                ]
                for n in places
            ],
            np.uint64,
        )
        return np.array(places, np.int64), packed


@dataclass(frozen=True, slots=True)
class PictureHashes:
    """The hash of each picture: up to four words, its kind (-1: none) and bits."""

    words: TokenArray
    kinds: IntArray
    bits: IntArray


def hashes_of(pictures: Pictures) -> PictureHashes:
    """Lay out the pictures' hashes by their numbers."""
    total = len(pictures.names)
    words = np.zeros((total, 4), np.uint64)
    kinds = np.full(total, -1, np.int64)
    bits = np.zeros(total, np.int64)
    for kind, scheme in enumerate(SCHEMES):
        places, packed = pictures.hashes(scheme)
        if len(places):
            width = min(packed.shape[1], 4)
            words[places, :width] = packed[:, :width]
            # hashes of one scheme and of two lengths are not compared
            lengths = np.array(
                [4 * (len(pictures.names[n]) - len(scheme) - 1) for n in places]
            )
            bits[places] = np.minimum(lengths, 256)
            kinds[places] = kind * 1024 + lengths
    return PictureHashes(words, kinds, bits)


def read_pictures(column: pa.ChunkedArray, folder: Path | None) -> Pictures:
    """Read each listing's references: ready hashes, addresses, and local files.

    Local files are hashed, each once, on all cores; nothing is downloaded.
    """
    texts = column.combine_chunks()
    if isinstance(texts, pa.ChunkedArray):
        texts = pa.concat_arrays([*texts.chunks, pa.array([], pa.string())])
    total = len(texts)
    if texts.null_count == total:
        nothing = np.empty(0, np.int64)
        return Pictures(nothing, nothing.copy(), (), np.full(total, -1, np.int64), ())
    parts = pc.split_pattern(texts, "|")
    rows = pc.list_parent_indices(parts).to_numpy().astype(np.int64)
    encoded = pc.utf8_trim_whitespace(pc.list_flatten(parts)).dictionary_encode()
    references: list[str] = encoded.dictionary.to_pylist()
    names, faults = _name_pictures(references, folder)
    distinct = sorted({name for name in names if name is not None})
    number = {name: place for place, name in enumerate(distinct)}
    to_code = np.array([-1 if n is None else number[n] for n in names], np.int64)
    picked = encoded.indices.to_numpy().astype(np.int64)
    codes = to_code[picked]
    broken = {reference for reference, _ in faults}
    reasons = dict(faults)
    placed = []
    if broken:
        bad = {place: ref for place, ref in enumerate(references) if ref in broken}
        hit = np.flatnonzero(np.isin(picked, list(bad)))
        placed = [
            (int(rows[n]), bad[int(picked[n])], reasons[bad[int(picked[n])]])
            for n in hit
        ]
    keep = codes >= 0
    rows, codes = rows[keep], codes[keep]
    main = np.full(total, -1, np.int64)
    main[rows[::-1]] = codes[::-1]
    entries = np.unique(np.stack([rows, codes], axis=1), axis=0)
    return Pictures(entries[:, 0], entries[:, 1], tuple(distinct), main, tuple(placed))


def _name_pictures(
    references: list[str], folder: Path | None
) -> tuple[list[str | None], list[tuple[str, str]]]:
    names: list[str | None] = []
    faults: list[tuple[str, str]] = []
    files: list[tuple[int, Path]] = []
    for place, reference in enumerate(references):
        name, path, problem = _name_one(reference, folder)
        names.append(name)
        if path is not None:
            files.append((place, path))
        if problem:
            faults.append((reference, problem))
    chunks = [files[low : low + _CHUNK] for low in range(0, len(files), _CHUNK)]
    for part in run_chunks(_hash_files, chunks):
        for place, name, problem in part:
            names[place] = name
            if problem:
                faults.append((references[place], problem))
    return names, faults


def _name_one(  # noqa: PLR0911 - one return for each kind of reference
    reference: str, folder: Path | None
) -> tuple[str | None, Path | None, str]:
    """Give a reference's name, or the file to hash, or what is wrong with it."""
    if not reference:
        return None, None, ""
    ready = parse_ready_hash(reference)
    if ready is not None:
        return ":".join(ready), None, ""
    address = normalise_picture_address(reference)
    if address is not None:
        return f"url:{address}", None, ""
    if folder is None or not reference.lower().endswith(SUFFIXES):
        return f"ref:{reference}", None, ""
    path = picture_inside(folder, reference)
    if path is None:
        return None, None, "picture_outside"
    if not path.is_file():
        return None, None, "picture_missing"
    return None, path, ""


def _hash_files(chunk: list[tuple[int, Path]]) -> list[tuple[int, str | None, str]]:
    found: list[tuple[int, str | None, str]] = []
    for place, path in chunk:
        try:
            digest = hash_picture(path)
            found.append((place, digest and f"phash:{digest}", ""))
        except Exception:  # noqa: BLE001 - decoders raise all kinds
            found.append((place, None, "picture_unreadable"))
    return found


def near_pictures(pictures: Pictures, radius: int) -> tuple[IntArray, IntArray]:
    """Give all pairs of hashes within *radius* bits of 64, not equal.

    Hashes meet among their own scheme and length; of longer ones as large a part may
    differ, less one bit: with 31 of 256 a million meet in two seconds.
    """
    lefts: list[IntArray] = [np.empty(0, np.int64)]
    rights: list[IntArray] = [np.empty(0, np.int64)]
    for scheme in SCHEMES:
        places, hashes = pictures.hashes(scheme)
        digits = np.array([len(pictures.names[n]) for n in places], np.int64)
        for length in np.unique(digits):
            of_length = np.flatnonzero(digits == length)
            bits = 4 * (int(length) - len(scheme) - 1)
            most = radius if bits <= SHORT_BITS else radius * bits // SHORT_BITS - 1
            if len(of_length) < 2 or most >= bits:
                continue
            near = join_near_codes(hashes[of_length, : -(-bits // 64)], most)
            lefts.append(places[of_length[near.left]])
            rights.append(places[of_length[near.right]])
    return np.concatenate(lefts), np.concatenate(rights)
