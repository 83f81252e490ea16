"""Two pictures laid over one another: which way round, where, and how well."""

from dataclasses import dataclass
from math import radians

import numpy as np

from storekin.kernels.keypoints import align_places, compare_aligned
from storekin.pictures.decode import SIDE
from storekin.pictures.prints import (
    ANGLES,
    THUMB,
    Floats,
    Keys,
    PicturePrint,
)
from storekin.pictures.turns import turn_keys

KEY_BITS = 14
"""Bits of 64 in which the keys of one place may differ from copy to copy."""

LEAST_PLACES = 3
QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Alignment:
    """How one picture lies over another.

    The first one is mirrored if ``mirrored``, then turned by ``quarters`` quarter
    turns against the clock, then moved by ``fit`` (a, b, x, y of ``(a x - b y + x,
    b x + a y + y)``, in pixels of the two frames). ``places`` agree of the
    ``expected`` ones that lie where the pictures overlap, on the side that has fewer;
    ``correlation`` (-1 to 1) is of the two where they overlap, ``overlap`` the larger
    share. ``cells`` of 36 parts of the first picture correlate by .8 and more, of
    ``cells_shown`` that overlap.
    """

    mirrored: bool
    quarters: int
    fit: tuple[float, float, float, float]
    places: int
    expected: int
    correlation: float
    overlap: float
    cells: int
    cells_shown: int

    @property
    def strength(self) -> float:
        """How much places, correlation and overlap say together."""
        return min(self.places, 12) * self.correlation * min(self.overlap, 0.8) / 0.8


def align(one: PicturePrint, other: PicturePrint) -> Alignment | None:
    """Find how *one* lies over *other*; None where nothing of them agrees."""
    best: Alignment | None = None
    for mirrored in (False, True):
        for quarters in range(QUARTERS):
            places, keys, thumb = _turned(one, mirrored=mirrored, quarters=quarters)
            for number, angle in enumerate(ANGLES):
                # a mirrored patch leans the other way
                found = _fit(places, keys[number], other, -angle if mirrored else angle)
                if found is None:
                    continue
                agreed, fit = found
                share = THUMB / SIDE
                small = np.array([fit[0], fit[1], fit[2] * share, fit[3] * share])
                said = np.empty(5)
                compare_aligned(thumb, other.thumb, small, said)
                alignment = Alignment(
                    mirrored,
                    quarters,
                    fit,
                    agreed,
                    _expected(places, _turned_frame(one, quarters), other, fit),
                    round(float(said[0]), 4),
                    round(float(max(said[1], said[2])), 4),
                    int(said[3]),
                    int(said[4]),
                )
                if best is None or alignment.strength > best.strength:
                    best = alignment
    return best


def _fit(
    places: Floats, keys: Keys, other: PicturePrint, angle: float
) -> tuple[int, tuple[float, float, float, float]] | None:
    fit = np.zeros(4)
    agreed = align_places(
        np.ascontiguousarray(keys),
        places,
        np.ascontiguousarray(other.keys[0]),
        other.places,
        radians(angle),
        KEY_BITS,
        float(SIDE),
        fit,
    )
    if agreed < LEAST_PLACES:
        return None
    a, b, x, y = (round(float(value), 4) for value in fit)
    return int(agreed), (a, b, x, y)


def _turned_frame(one: PicturePrint, quarters: int) -> tuple[int, int]:
    """Give the width and height of a picture after quarter turns."""
    width, height = one.frame
    return (height, width) if quarters % 2 else (width, height)


def _expected(
    places: Floats,
    frame: tuple[int, int],
    other: PicturePrint,
    fit: tuple[float, float, float, float],
) -> int:
    """Count the places of either picture that lie in the other; the lesser number."""
    a, b, x, y = fit
    forth = np.array([[a, -b], [b, a]])
    back = np.linalg.inv(forth)
    shift = np.array([x, y])
    counts = []
    for points, inside in (
        (places[:, :2] @ forth.T + shift, other.frame),
        ((other.places[:, :2] - shift) @ back.T, frame),
    ):
        within = (points >= 0).all(axis=1) & (points <= np.array(inside)).all(axis=1)
        counts.append(int(within.sum()))
    return min(counts)


def _turned(
    one: PicturePrint, *, mirrored: bool, quarters: int
) -> tuple[Floats, Keys, Floats]:
    """Give a picture's places, keys and thumbnail as if it were mirrored and turned."""
    places, thumb = one.places.copy(), one.thumb
    width, height = one.frame
    if mirrored:
        places[:, 0] = width - 1 - places[:, 0]
        thumb = thumb[:, ::-1]
    for _ in range(quarters):
        places[:, :2] = np.stack([places[:, 1], width - 1 - places[:, 0]], axis=1)
        width, height = height, width
        thumb = np.rot90(thumb)
    keys = turn_keys(one.keys, mirrored=mirrored, quarters=quarters)
    return places, keys, np.ascontiguousarray(thumb)
