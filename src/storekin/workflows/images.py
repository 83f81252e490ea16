"""Pictures of a folder: which are one, edited; and two pictures beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from storekin.errors import PictureError
from storekin.kernels.parallel import run_chunks
from storekin.kernels.similar_texts import Progress, ranges_of
from storekin.normalise.images import SUFFIXES
from storekin.pictures.candidates import propose_pictures
from storekin.pictures.decode import decode_grey
from storekin.pictures.judge import Recognition, recognise, share_shown
from storekin.pictures.prints import PicturePrint, print_picture
from storekin.wording.catalog import Words, in_both

_FILES = 32
_PAIRS = 256

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
        ("right_shown", pa.float64()),
        ("because", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class SeenPictures:
    """Pictures by name, sorted, and those that could not be read, with the reason."""

    names: tuple[str, ...]
    prints: tuple[PicturePrint, ...]
    faults: tuple[tuple[str, PictureError], ...]


def find_pictures(folder: Path) -> list[Path]:
    """List the picture files of a folder and of the folders in it, sorted."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file()
    )


def see_pictures(
    paths: Sequence[Path], folder: Path, on_done: Progress | None = None
) -> SeenPictures:
    """Decode pictures and see what is in them, on all cores."""

    def see(span: tuple[int, int]) -> list[PicturePrint | PictureError]:
        return [_see(path) for path in paths[span[0] : span[1]]]

    parts = run_chunks(see, ranges_of(len(paths), _FILES), on_done)
    names = [path.relative_to(folder).as_posix() for path in paths]
    seen = list(zip(names, (one for part in parts for one in part), strict=True))
    good = [(n, one) for n, one in seen if isinstance(one, PicturePrint)]
    return SeenPictures(
        tuple(name for name, _ in good),
        tuple(one for _, one in good),
        tuple((n, one) for n, one in seen if isinstance(one, PictureError)),
    )


def _see(path: Path) -> PicturePrint | PictureError:
    try:
        return print_picture(decode_grey(path))
    except PictureError as fault:
        return fault


def match_pictures(seen: SeenPictures, on_done: Progress | None = None) -> pa.Table:
    """Find all pairs of pictures that are one, edited; columns as in ``COLUMNS``."""
    left, right = propose_pictures(seen.prints)

    def judge(span: tuple[int, int]) -> list[dict[str, object]]:
        rows = []
        for place in range(*span):
            a, b = int(left[place]), int(right[place])
            found = recognise(seen.prints[a], seen.prints[b])
            if found.recognised:
                told = tell_pair(seen.prints[a], seen.prints[b], found)
                rows.append({"left": seen.names[a], "right": seen.names[b], **told})
        return rows

    parts = run_chunks(judge, ranges_of(len(left), _PAIRS), on_done)
    return pa.Table.from_pylist([row for part in parts for row in part], COLUMNS)


def tell_pair(
    left: PicturePrint, right: PicturePrint, found: Recognition
) -> dict[str, object]:
    """Lay out what is known of one pair."""
    laid = found.forth is not None
    return {
        "hash_bits": found.hash_bits,
        "places": found.places,
        "correlation": found.correlation,
        "mirrored": found.mirrored if laid else None,
        "degrees": found.degrees if laid else None,
        "left_shown": _shown(left, right, found) if laid else None,
        "right_shown": _filled(found) if laid else None,
        "because": tell_edit(left, right, found)["en"],
    }


def _shown(left: PicturePrint, right: PicturePrint, found: Recognition) -> float:
    """Give what share of the left picture proper the right one shows."""
    return 0.0 if found.forth is None else share_shown(left, found.forth, right)


def _filled(found: Recognition) -> float:
    """Give what share of the whole right picture the left one fills."""
    corners = np.array(found.right_region)
    x, y = corners[:, 0], corners[:, 1]
    area = abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
    return round(min(area, 1.0), 3)


def tell_edit(left: PicturePrint, right: PicturePrint, found: Recognition) -> Words:
    """Say in words what was done to the left picture to make the right one."""
    if not found.recognised:
        return in_both("picture", "different")
    if found.forth is None:
        return in_both("picture", "near_hash", bits=found.hash_bits)
    edits: list[Words] = []
    if found.mirrored:
        edits.append(in_both("picture", "mirrored"))
    if 2 < found.degrees < 358:
        edits.append(in_both("picture", "turned", degrees=found.degrees))
    shown = _shown(left, right, found)
    if shown < _WHOLE:
        edits.append(in_both("picture", "cropped", share=round(100 * shown)))
    if _filled(found) < _WHOLE:
        share = round(100 * _filled(found))
        edits.append(in_both("picture", "framed", share=share))
    if not edits:
        return in_both("picture", "same")
    marks = in_both("picture", "and")
    joined = {
        language: marks[language].join(edit[language] for edit in edits)
        for language in marks
    }
    sentence = in_both("picture", "edited", edits="{edits}")
    return {
        language: sentence[language].format(edits=joined[language])
        for language in sentence
    }


_WHOLE = 0.9
"""Shares from which nothing is said to be cut off: trims differ by a line or two."""
