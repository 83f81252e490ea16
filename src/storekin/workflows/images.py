"""Pictures of a folder or a table: which are one, edited; and two beside each other."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storekin.errors import PictureError
from storekin.indexes.log import ChangeLog
from storekin.kernels.parallel import run_ranges
from storekin.kernels.similar_texts import Progress
from storekin.normalise.images import (
    SUFFIXES,
    normalise_picture_address,
    parse_ready_hash,
    picture_inside,
    readable_name,
)
from storekin.pictures.decode import decode_picture
from storekin.pictures.edits import Edits, read_edits
from storekin.pictures.pairs import recognise_all
from storekin.pictures.prints import PRINT, Prints, let_go, no_prints, print_picture
from storekin.pictures.ready import (
    MIRRORED_BITS,
    NEAR_COMMON,
    from_common,
    mirrored_hashes,
    near_codes,
    near_mirrored,
    pack_hashes,
    radius_of,
)
from storekin.pictures.recognition import Recognition
from storekin.wording.catalog import Words, in_both

_FILES = 16
_KEPT_AT_ONCE = 512
_PAIRS = 2048

COLUMNS = pa.schema(
    [
        ("left", pa.string()),
        ("right", pa.string()),
        ("hash_bits", pa.int16()),
        ("places", pa.int16()),
        ("correlation", pa.float64()),
        ("mirrored", pa.bool_()),
        ("degrees", pa.int16()),
        ("left_shown", pa.float64()),
        ("right_filled", pa.float64()),
        ("recoloured", pa.bool_()),
        ("because", pa.string()),
    ]
)

Seen = Prints | PictureError
Step = Callable[[str], None]

HASH_BITS = 256
"""Bits of the hashes that are made here."""


@dataclass(frozen=True, slots=True)
class SeenPictures:
    """Pictures by name, and those that could not be read, with the reason.

    ``prints`` has a row for each file, in the order of the first names; that of one
    that could not be read is empty, and says nothing of any other.
    """

    names: tuple[str, ...]
    prints: Prints
    faults: tuple[tuple[str, PictureError], ...]

    @property
    def read(self) -> int:
        """How many pictures could be read."""
        return len(self.names) - len(self.faults)


def find_pictures(folder: Path) -> list[Path]:
    """List the picture files of a folder and of the folders in it, sorted."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file()
    )


def see_pictures(
    paths: Sequence[Path],
    folder: Path,
    on_done: Progress | None = None,
    kept: Path | None = None,
) -> SeenPictures:
    """Decode pictures and see what is in them, on all cores.

    What was seen is kept in the file *kept* as it goes on, and read from there when it
    is begun again: of pictures that have not changed since, nothing is lost.
    """
    names = [readable_name(path.relative_to(folder)) for path in paths]
    return _see_named(names, paths, on_done, kept)


def _see_named(
    names: Sequence[str],
    paths: Sequence[Path],
    on_done: Progress | None,
    kept: Path | None,
) -> SeenPictures:
    log = None if kept is None else ChangeLog(kept, _SERIAL)
    known = {} if log is None else {name: data for name, data in log if data}
    stamps = (
        names
        if log is None
        else [_stamp(*one) for one in zip(names, paths, strict=True)]
    )
    prints = _room_for(len(paths), kept)
    faults: dict[int, PictureError] = {}

    def put(place: int, seen: Seen) -> None:
        if isinstance(seen, PictureError):
            faults[place] = seen
        else:
            prints[place] = seen[0]

    left = []
    for place, stamp in enumerate(stamps):
        data = known.pop(stamp, None)
        if data is None:
            left.append(place)
        else:
            put(place, _restored(data))
    done = len(paths) - len(left)
    for begin in range(0, len(left), _KEPT_AT_ONCE):
        part = left[begin : begin + _KEPT_AT_ONCE]

        def see(span: tuple[int, int], part: list[int] = part) -> list[Seen]:
            return [_see(paths[place]) for place in part[span[0] : span[1]]]

        seen = [one for few in run_ranges(see, len(part), _FILES) for one in few]
        for place, one in zip(part, seen, strict=True):
            put(place, one)
        if log is not None:
            pairs = zip(part, seen, strict=True)
            log.append((stamps[place], _stored(one)) for place, one in pairs)
        done += len(part)
        if on_done is not None:
            on_done(done, len(paths))
    return SeenPictures(
        tuple(names),
        prints,
        tuple((names[place], faults[place]) for place in sorted(faults)),
    )


_MOST_IN_MEMORY = 20_000


def _room_for(count: int, kept: Path | None) -> Prints:
    """Give empty rows; of very many pictures on the disk, where the system pages."""
    if count <= _MOST_IN_MEMORY:
        return no_prints(count)
    with TemporaryFile(dir=None if kept is None else kept.parent) as file:
        # the mapping outlives the file's name and handle, and goes with the table
        return np.memmap(file, PRINT, "w+", shape=(count,))


_SERIAL = f"prints 2 {PRINT.itemsize}"
"""Prints of another layout, or seen by another decoder, are not read."""


def _stamp(name: str, path: Path) -> str:
    """Name a file as it is now."""
    try:
        about = path.stat()
    except OSError:
        return name
    return f"{name}\0{about.st_size}\0{about.st_mtime_ns}"


def _stored(seen: Seen) -> bytes:
    if isinstance(seen, PictureError):
        return json.dumps([seen.problem, seen.fix]).encode()
    return seen.tobytes()


def _restored(data: bytes) -> Seen:
    if len(data) != PRINT.itemsize:
        return PictureError(*json.loads(data))
    return np.frombuffer(data, PRINT)


def _see(path: Path) -> Seen:
    try:
        return print_picture(decode_picture(path))
    except PictureError as fault:
        return fault


def match_folder(
    folder: Path,
    kept: Path | None = None,
    on_step: Step | None = None,
    on_done: Progress | None = None,
) -> tuple[pa.Table, SeenPictures]:
    """Find pictures of a folder that are one, edited; see ``see_pictures``."""
    say = on_step or (lambda _: None)
    say("pictures")
    seen = see_pictures(find_pictures(folder), folder, on_done, kept)
    say("comparisons")
    return match_pictures(seen, on_done), seen


def match_references(
    images: pa.ChunkedArray,
    folder: Path | None,
    kept: Path | None = None,
    on_step: Step | None = None,
    on_done: Progress | None = None,
) -> tuple[pa.Table, SeenPictures]:
    """Find pictures that are one among a table's references, several in a cell or one.

    Paths lie in *folder*; ready hashes are compared within the radius of their kind;
    addresses say nothing of one another.
    """
    say = on_step or (lambda _: None)
    say("pictures")
    cells = pc.drop_null(images).cast(pa.string())
    parts = pc.utf8_trim_whitespace(pc.list_flatten(pc.split_pattern(cells, "|")))
    references = sorted(set(pc.unique(parts).to_pylist()) - {""})
    ready = {ref: named for ref in references if (named := parse_ready_hash(ref))}
    paths: dict[str, Path] = {}
    faults: list[tuple[str, PictureError]] = []
    for reference in references:
        if reference in ready or normalise_picture_address(reference) is not None:
            continue
        path = None if folder is None else picture_inside(folder, reference)
        if path is not None:
            paths[reference] = path
            continue
        problem, fix = (
            ("lies in no folder that is known", "name the folder of the pictures")
            if folder is None
            else ("leads out of the table's folder", "correct the path")
        )
        faults.append((reference, PictureError(f"{reference}: {problem}", fix)))
    seen = _see_named(list(paths), list(paths.values()), on_done, kept)
    say("comparisons")
    found = match_pictures(seen, on_done)
    both = pa.concat_tables([found, _match_ready(ready)])
    every = (*seen.names, *ready, *(name for name, _ in faults))
    told = SeenPictures(every, seen.prints, (*faults, *seen.faults))
    return both.sort_by([("left", "ascending"), ("right", "ascending")]), told


def _match_ready(ready: dict[str, tuple[str, str]]) -> pa.Table:
    """Pair ready hashes of one kind and length within that kind's near radius.

    Those of a picture and its mirrored one are paired where they are as rare.
    """
    tables = [COLUMNS.empty_table()]
    by_kind: dict[tuple[str, int], list[str]] = {}
    for reference, (scheme, digits) in ready.items():
        by_kind.setdefault((scheme, 4 * len(digits)), []).append(reference)
    for (scheme, bits), names in sorted(by_kind.items()):
        codes = pack_hashes([ready[name][1] for name in names])
        radius = radius_of(scheme, bits).near
        left, right = near_codes(codes, radius)
        plain = np.bitwise_count(codes[left] ^ codes[right]).sum(axis=1)
        within = from_common(NEAR_COMMON - MIRRORED_BITS, scheme, bits)
        one, other = near_mirrored(codes, within, scheme, bits)
        turned = mirrored_hashes(codes, scheme, bits)
        apart = np.bitwise_count(codes[one] ^ turned[other]).sum(axis=1)
        # what is near as it lies is told as it lies
        more = ~np.isin((one << 32) | other, (left << 32) | right)
        left, right = np.append(left, one[more]), np.append(right, other[more])
        mirrored = np.arange(len(left)) >= len(plain)
        apart = np.append(plain, apart[more])
        held = pa.array(names, pa.string())
        columns = {
            name: pa.nulls(len(left), COLUMNS.field(name).type)
            for name in COLUMNS.names
        }
        columns["left"] = held.take(pa.array(left))
        columns["right"] = held.take(pa.array(right))
        columns["hash_bits"] = pa.array(apart, pa.int16())
        columns["mirrored"] = pa.array(mirrored)
        told = [
            in_both(
                "picture",
                "near_mirrored" if other_way else "near_hash",
                bits=int(few),
                of=bits,
            )["en"]
            for few, other_way in zip(apart, mirrored, strict=True)
        ]
        columns["because"] = pa.array(told, pa.string())
        tables.append(pa.table(columns))
    return pa.concat_tables(tables)


def match_pictures(seen: SeenPictures, on_done: Progress | None = None) -> pa.Table:
    """Find all pairs of pictures that are one, edited; columns as in ``COLUMNS``."""
    prints = seen.prints
    names = pa.array(seen.names, pa.string())
    left, right, every = recognise_all(prints, on_done)

    def tell(span: tuple[int, int]) -> pa.Table:
        rows = np.arange(*span)
        one, other, found = left[rows], right[rows], every.of(rows)
        edits = read_edits(prints, prints, one, other, found)
        unlaid = ~edits.laid
        columns = {
            "left": names.take(pa.array(one)),
            "right": names.take(pa.array(other)),
            "hash_bits": edits.hash_bits,
            "places": found.laid.places,
            "correlation": found.laid.correlation,
            "mirrored": pa.array(edits.mirrored, mask=unlaid),
            "degrees": pa.array(edits.degrees, mask=unlaid),
            "left_shown": pa.array(edits.left_shown, mask=unlaid),
            "right_filled": pa.array(edits.right_filled, mask=unlaid),
            "recoloured": pa.array(edits.recoloured, mask=unlaid),
            "because": [words["en"] for words in tell_edits(edits)],
        }
        let_go(prints)
        return pa.table(columns).cast(COLUMNS)

    parts = run_ranges(tell, len(left), _PAIRS)
    return pa.concat_tables([COLUMNS.empty_table(), *parts]).combine_chunks()


def tell_pair(found: Recognition) -> dict[str, object]:
    """Lay out what is known of one pair."""
    laid = found.laid
    return {
        "hash_bits": found.hash_bits,
        "places": found.places,
        "correlation": found.correlation,
        "mirrored": found.mirrored if laid else None,
        "degrees": found.degrees if laid else None,
        "left_shown": found.left_shown if laid else None,
        "right_filled": found.right_filled if laid else None,
        "recoloured": found.recoloured if laid else None,
    }


def tell_edit(found: Recognition) -> Words:
    """Say in words what was done to the left picture to make the right one."""
    if not found.recognised:
        return in_both("picture", "different")
    return _sentence(
        found.laid,
        found.hash_bits,
        found.mirrored,
        found.degrees,
        _percent(found.left_shown),
        _percent(found.right_filled),
        found.recoloured,
    )


def tell_edits(edits: Edits) -> Iterable[Words]:
    """Say of recognised pairs what was done, each in words."""
    columns = (
        edits.laid,
        edits.hash_bits,
        edits.mirrored,
        edits.degrees,
        edits.left_shown,
        edits.right_filled,
        edits.recoloured,
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for laid, bits, mirrored, degrees, shown, filled, recoloured in rows:
        yield _sentence(
            laid,
            # the sentence on laid pictures does not depend on it
            0 if laid else bits,
            mirrored,
            degrees,
            _percent(shown),
            _percent(filled),
            recoloured,
        )


def _percent(share: float) -> int:
    """Give a share in per cent; 100 where a line or two was trimmed off."""
    return 100 if share >= _WHOLE else round(100 * share)


_WHOLE = 0.9
"""Shares from which nothing is said to be cut off: trims differ by a line or two."""


@lru_cache(maxsize=20_000)
def _sentence(
    laid: bool,  # noqa: FBT001
    bits: int,
    mirrored: bool,  # noqa: FBT001
    degrees: int,
    shown: int,
    filled: int,
    recoloured: bool,  # noqa: FBT001
) -> Words:
    if not laid:
        return in_both("picture", "near_hash", bits=bits, of=HASH_BITS)
    edits: list[Words] = []
    if mirrored:
        edits.append(in_both("picture", "mirrored"))
    if 2 < degrees < 358:
        key, turn = ("turned", degrees) if degrees <= 180 else ("back", 360 - degrees)
        edits.append(in_both("picture", key, degrees=turn))
    if shown < 100:
        edits.append(in_both("picture", "cropped", share=shown))
    if filled < 100:
        edits.append(in_both("picture", "framed", share=filled))
    if recoloured:
        edits.append(in_both("picture", "recoloured"))
    if not edits:
        return in_both("picture", "same")
    marks = in_both("picture", "and")
    sentence = in_both("picture", "edited", edits="{edits}")
    return {
        language: sentence[language].format(
            edits=marks[language].join(edit[language] for edit in edits)
        )
        for language in sentence
    }
