"""The pictures of listings: which listing has which, and which are alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import compress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.errors import PictureError
from storekin.kernels.compiled import PICTURES, compile_missing
from storekin.kernels.numbering import distinct_of
from storekin.kernels.parallel import run_ranges
from storekin.kernels.similar_texts import IntArray, Progress, TokenArray
from storekin.normalise.images import (
    SUFFIXES,
    hash_grey,
    normalise_picture_address,
    parse_ready_hash,
    picture_inside,
)
from storekin.pictures.decode import decode_picture
from storekin.pictures.pairs import recognise_all
from storekin.pictures.prints import Prints, no_prints, print_picture
from storekin.pictures.ready import (
    MIRRORED_BITS,
    SCHEMES,
    common_distance,
    from_common,
    mirrored_hashes,
    near_codes,
    near_mirrored,
    pack_hashes,
)

EDITED_BITS = 6
"""Bits of a 64-bit pHash that a picture which was recognised under an edit counts for,
at the most: as near as a saved copy."""

RECOLOURED_BITS = 10
"""Bits that one in another colour counts for: alike, and never the same."""

SHORT_BITS = 64
_CHUNK = 32


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """A local picture that was looked at before: its name, and what was seen."""

    name: str
    prints: Prints


OwnPicture = Path | SeenPicture
"""A picture that is not to be looked for in the folder: its file, or what it shows."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Entries (listing, picture), and the pictures' hashes by kind.

    Pictures are numbered by their names: a hash with its scheme, an address, or the
    hash of a local file with a digest of what is seen in it. Of local files
    ``print_of`` is the row in ``prints``, -1 for others. ``main`` is each listing's
    first picture. ``references`` are how each entry is named in the table, the first
    time of several. ``faults`` holds references that could not be read, with the kind
    of rejection.
    """

    rows: IntArray
    codes: IntArray
    names: tuple[str, ...]
    main: IntArray
    faults: tuple[tuple[int, str, str], ...]
    prints: Prints
    print_of: IntArray
    references: tuple[str, ...]

    def of(self, row: int) -> IntArray:
        """Give the pictures of one listing by their numbers, the main one first."""
        begin, end = np.searchsorted(self.rows, [row, row + 1])
        codes = self.codes[begin:end]
        is_main = codes == self.main[row]
        return np.concatenate([codes[is_main], codes[~is_main]])

    def without(self, common: npt.NDArray[np.bool_]) -> "Pictures":
        """Leave out pictures, given by their numbers, as if no listing had them."""
        kept = ~common[self.codes]
        first = np.full(len(self.main), -1, np.int64)
        has = self.main >= 0
        first[has] = np.where(common[self.main[has]], -1, self.main[has])
        return replace(
            self,
            rows=self.rows[kept],
            codes=self.codes[kept],
            main=first,
            references=tuple(compress(self.references, kept.tolist())),
        )

    def reference_of(self, row: int, code: int) -> str:
        """Give how a listing names one of its pictures."""
        begin = int(np.searchsorted(self.rows, row))
        return self.references[begin + int(np.argmax(self.codes[begin:] == code))]

    def seen(self) -> "dict[str, OwnPicture]":
        """Give what was seen in the local files, by their references."""
        found: dict[str, OwnPicture] = {}
        for reference, code in zip(self.references, self.codes.tolist(), strict=True):
            row = int(self.print_of[code])
            if row >= 0:
                prints = self.prints[row : row + 1]
                found[reference] = SeenPicture(self.names[code], prints)
        return found

    @property
    def schemes(self) -> list[tuple[str, int, str]]:
        """Give each picture's kind of hash, its bits and digits; '' for none."""
        found = []
        for name in self.names:
            scheme, _, digits = name.partition(":")
            digits = digits.partition("#")[0]
            known = scheme in SCHEMES
            found.append((scheme, 4 * len(digits), digits) if known else ("", 0, ""))
        return found


@dataclass(frozen=True, slots=True)
class PictureHashes:
    """What is known of how near pictures are to one another, by their numbers.

    The hash of each: up to four words, its ``kinds`` (numbered in ``named``, -1: none);
    ``mirrored`` are those of the pictures mirrored.
    ``recognised`` are pairs of local files that are one picture, edited, as ``lower <<
    32 | higher``, sorted; ``recoloured`` those in another colour.
    """

    words: TokenArray
    mirrored: TokenArray
    kinds: IntArray
    named: tuple[tuple[str, int], ...]
    recognised: IntArray
    recoloured: npt.NDArray[np.bool_]

    def distance(self, a: IntArray, b: IntArray) -> npt.NDArray[np.float64]:
        """Give how far apart pictures are, in bits of a 64-bit pHash; nan if unknown.

        Hashes are compared among their own kind and length, as they lie and mirrored.
        """
        alike = (self.kinds[a] == self.kinds[b]) & (self.kinds[a] >= 0)
        distance = np.full(len(a), np.nan)
        of_pair = np.where(alike, self.kinds[a], -1)
        for kind, (scheme, bits) in enumerate(self.named):
            rows = np.flatnonzero(of_pair == kind)
            own, other = self.words[a[rows]], b[rows]
            distance[rows] = common_distance(
                own, self.words[other], self.mirrored[other], scheme, bits
            )
        if len(self.recognised):
            keys = (np.minimum(a, b) << 32) | np.maximum(a, b)
            place = np.searchsorted(self.recognised, keys)
            place = np.minimum(place, len(self.recognised) - 1)
            hit = self.recognised[place] == keys
            distance[hit] = np.where(
                self.recoloured[place[hit]],
                RECOLOURED_BITS,
                np.fmin(distance[hit], EDITED_BITS),
            )
        distance[a == b] = 0
        return distance


def hashes_of(pictures: Pictures, on_done: Progress | None = None) -> PictureHashes:
    """Lay out the pictures' hashes by their numbers, and recognise local files."""
    total = len(pictures.names)
    words = np.zeros((total, 4), np.uint64)
    mirrored = words.copy()
    kinds = np.full(total, -1, np.int64)
    schemes = pictures.schemes
    named = tuple(sorted({(name, bits) for name, bits, _ in schemes if name}))
    for kind, known in enumerate(named):
        places = [n for n, each in enumerate(schemes) if each[:2] == known]
        packed = pack_hashes([schemes[n][2] for n in places])
        width = min(packed.shape[1], 4)
        words[places, :width] = packed[:, :width]
        mirrored[places, :width] = mirrored_hashes(packed[:, :width], *known)
        kinds[places] = kind
    known_edits = _recognise(pictures, on_done)
    return PictureHashes(words, mirrored, kinds, named, *known_edits)


def _recognise(
    pictures: Pictures, on_done: Progress | None
) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Find the local files that are one picture, edited."""
    prints = pictures.prints
    if not len(prints):
        return np.empty(0, np.int64), np.empty(0, np.bool_)
    of_print = np.flatnonzero(pictures.print_of >= 0)
    left, right, found = recognise_all(prints, on_done)
    # names are sorted, and their prints stand in that order: so are the keys
    return (of_print[left] << 32) | of_print[right], found.recoloured


def read_pictures(
    column: pa.ChunkedArray,
    folder: Path | None,
    on_done: Progress | None = None,
    own: Mapping[str, OwnPicture] | None = None,
) -> Pictures:
    """Read each listing's references: ready hashes, addresses, and local files.

    Local files are looked at, each once, on all cores; nothing is downloaded. ``own``
    are files that lie elsewhere than in *folder*, or were looked at already, by their
    references.
    """
    total = len(column)
    if column.null_count == total:
        nothing = np.empty(0, np.int64)
        main = np.full(total, -1, np.int64)
        return Pictures(
            nothing, nothing.copy(), (), main, (), no_prints(), nothing.copy(), ()
        )
    texts = column.combine_chunks()
    if isinstance(texts, pa.ChunkedArray):
        texts = pa.concat_arrays([*texts.chunks, pa.array([], pa.string())])
    parts = pc.split_pattern(texts, "|")
    rows = pc.list_parent_indices(parts).to_numpy().astype(np.int64)
    encoded = pc.utf8_trim_whitespace(pc.list_flatten(parts)).dictionary_encode()
    references: list[str] = encoded.dictionary.to_pylist()
    names, prints, faults = _name_pictures(references, folder, on_done, own or {})
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
    entries, first = np.unique(
        np.stack([rows, codes], axis=1), axis=0, return_index=True
    )
    held = [name for name in distinct if name in prints]
    print_of = np.full(len(distinct), -1, np.int64)
    print_of[[number[name] for name in held]] = np.arange(len(held))
    return Pictures(
        entries[:, 0],
        entries[:, 1],
        tuple(distinct),
        main,
        tuple(placed),
        np.concatenate([no_prints(), *(prints[name] for name in held)]),
        print_of,
        tuple(references[place] for place in picked[keep][first].tolist()),
    )


def _name_pictures(
    references: list[str],
    folder: Path | None,
    on_done: Progress | None,
    own: Mapping[str, OwnPicture],
) -> tuple[list[str | None], dict[str, Prints], list[tuple[str, str]]]:
    names: list[str | None] = []
    faults: list[tuple[str, str]] = []
    files: list[tuple[int, Path]] = []
    prints: dict[str, Prints] = {}
    for place, reference in enumerate(references):
        told = own.get(reference)
        if isinstance(told, SeenPicture):
            names.append(told.name)
            prints[told.name] = told.prints
            continue
        name, path, problem = (
            _name_one(reference, folder) if told is None else (None, told, "")
        )
        names.append(name)
        if path is not None:
            files.append((place, path))
        if problem:
            faults.append((reference, problem))
    paths = [path for _, path in files]
    if paths:
        compile_missing(PICTURES)

    def see(span: tuple[int, int]) -> list[tuple[str | None, Prints] | None]:
        return _see_files(paths[span[0] : span[1]])

    parts = run_ranges(see, len(files), _CHUNK, on_done)
    seen = (one for part in parts for one in part)
    for (place, _), one in zip(files, seen, strict=True):
        if one is None:
            faults.append((references[place], "picture_unreadable"))
        elif one[0] is not None:
            names[place] = one[0]
            prints[one[0]] = one[1]
    return names, prints, faults


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


def look_at(
    references: Sequence[str], folder: Path
) -> tuple[dict[str, OwnPicture], dict[str, str]]:
    """Look at the local files among references, as ``read_pictures`` does.

    Gives what is seen, by reference, and the kind of rejection of each that cannot be
    looked at. A picture of one tone shows nothing, and is given by its file.
    """
    names, prints, faults = _name_pictures(list(references), folder, None, {})
    found: dict[str, OwnPicture] = {}
    unread = dict(faults)
    for reference, name in zip(references, names, strict=True):
        if name is None and reference and reference not in unread:
            found[reference] = folder / reference
        elif name in prints:
            found[reference] = SeenPicture(name, prints[name])
    return found, unread


def reference_name(reference: str) -> str:
    """Name a reference by itself, without looking at what it leads to.

    >>> reference_name("https://img.example/a.jpg_640x640q90.jpg")
    'url:img.example/a.jpg'
    """
    return _name_one(reference, None)[0] or ""


def _see_files(paths: Sequence[Path]) -> list[tuple[str | None, Prints] | None]:
    """Name files by what is seen in them; a picture of one tone has no name."""
    found: list[tuple[str | None, Prints] | None] = []
    for path in paths:
        try:
            small = decode_picture(path)
        except PictureError:
            found.append(None)
            continue
        one = print_picture(small)
        digits = hash_grey(small.grey)
        digest = blake2b(one.tobytes(), digest_size=8).hexdigest()
        shown = digits is not None and one["count"][0] > 0
        found.append((f"phash:{digits}#{digest}" if shown else None, one))
    return found


def near_pictures(
    hashes: PictureHashes, radius: int, *, few: bool
) -> tuple[IntArray, IntArray]:
    """Give all pairs of pictures within *radius* bits of a 64-bit pHash, not equal.

    Hashes meet among their own kind and length, as they lie and mirrored. Among *few*
    of them as large a part of long ones may differ as is ever of use; among many, an
    eighth: a million meet in three seconds, and mirrored in as many again. Local files
    that were recognised are among them.
    """
    keys = hashes.recognised
    lefts, rights = [keys >> 32], [keys & 0xFFFFFFFF]
    for kind, (scheme, bits) in enumerate(hashes.named):
        places = np.flatnonzero(hashes.kinds == kind)
        share = _FEW_SHARE if few else _MANY_SHARE
        # of 256 bits 31: sixteen pieces, one flip in each at the most
        widest = int(share * bits) - (bits > SHORT_BITS)
        codes = hashes.words[places, : min(-(-bits // 64), 4)]
        plain, turned = (
            min(from_common(within, scheme, bits), widest)
            for within in (radius, radius - MIRRORED_BITS)
        )
        for left, right in (
            near_codes(codes, plain),
            near_mirrored(codes, turned, scheme, bits),
        ):
            lefts.append(places[left])
            rights.append(places[right])
    low = np.minimum(np.concatenate(lefts), np.concatenate(rights))
    high = np.maximum(np.concatenate(lefts), np.concatenate(rights))
    both = distinct_of((low << 32) | high)
    return both >> 32, both & 0xFFFFFFFF


_FEW_SHARE, _MANY_SHARE = 0.235, 0.125
