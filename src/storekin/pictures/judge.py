"""Whether two pictures are one, edited: the rule, and where each lies in the other."""

from dataclasses import dataclass
from math import log, log1p, sqrt

import numpy as np
import numpy.typing as npt

from storekin.pictures.align import Alignment, align
from storekin.pictures.prints import PicturePrint, mirror_mask

NEAR_BITS = 66
"""Bits of 256: hashes of different photos are 80 and more apart in 767,000 pairs."""

_NONE = -7.91
_PLACES, _CORRELATION, _CELLS, _BOTH, _OVERLAP = 1.27, 1.21, 4.77, 0.69, -0.82
_CUT = 0.64
"""A logistic regression on photos of groceries (MIT) and clothes (CC0), 160 of them
edited in five hard ways and 34 in thirteen; the cut takes 10 pairs of two classes for
one of the 392,055 that there are."""

Corners = tuple[tuple[float, float], ...]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What two pictures say of one another; swapped, they say the same.

    ``hash_bits`` is the distance of their hashes in bits of 256, mirrored or not,
    trimmed or not. ``places`` agree, and the pictures correlate by ``correlation``
    where they overlap. ``forth`` maps places of the left picture proper to the right
    one. ``left_region`` is where the right picture lies in the left one, and
    ``right_region`` the other way: corners as (x, y), 0 to 1 of the whole picture;
    empty where nothing is laid over.
    """

    recognised: bool
    hash_bits: int
    places: int = 0
    correlation: float | None = None
    forth: Matrix | None = None
    left_region: Corners = ()
    right_region: Corners = ()

    @property
    def mirrored(self) -> bool:
        """Whether the right picture is the left one mirrored."""
        return self.forth is not None and float(np.linalg.det(self.forth)) < 0

    @property
    def degrees(self) -> int:
        """By how many degrees it is turned against the clock, once it is mirrored."""
        if self.forth is None:
            return 0
        a, b = (-1 if self.mirrored else 1) * self.forth[:2, 0]
        return round(-float(np.degrees(np.arctan2(b, a)))) % 360


def recognise(left: PicturePrint, right: PicturePrint) -> Recognition:
    """Say whether two pictures are one, edited."""
    bits = hash_distance(left, right)
    # always laid the same way round: whoever asks first changes nothing
    swapped = left.hashes.tobytes() > right.hashes.tobytes()
    one, other = (right, left) if swapped else (left, right)
    laid = align(one, other)
    if laid is None or not (bits <= NEAR_BITS or score(laid) >= _CUT):
        return Recognition(bits <= NEAR_BITS, bits)
    forth = _matrix(one, laid)
    if swapped:
        forth = _inverse(forth)
    return Recognition(
        recognised=True,
        hash_bits=bits,
        places=laid.places,
        correlation=laid.correlation,
        forth=forth,
        left_region=_region(right, _inverse(forth), left),
        right_region=_region(left, forth, right),
    )


def score(laid: Alignment) -> float:
    """Weigh how well two pictures agree; log odds among photos of one kind."""
    cells = laid.cells / max(laid.cells_shown, 1)
    return (
        _NONE
        + _PLACES * laid.places / max(laid.expected, 1)
        + _CORRELATION * laid.correlation
        + _CELLS * cells
        + _BOTH * sqrt(laid.cells) * log1p(laid.places)
        + _OVERLAP * log(max(laid.overlap, 0.02))
    )


def hash_distance(left: PicturePrint, right: PicturePrint) -> int:
    """Give the least distance of two pictures' hashes, in bits of 256."""
    mirror = mirror_mask()
    return min(
        int(np.bitwise_count(one ^ other).sum())
        for trim in range(len(left.hashes))
        for one in (left.hashes[trim], left.hashes[trim] ^ mirror)
        for other in (right.hashes[trim],)
    )


def _matrix(one: PicturePrint, laid: Alignment) -> Matrix:
    """Give the map from the frame of the first picture proper to that of the second."""
    width, height = one.frame
    whole = np.eye(3)
    if laid.mirrored:
        whole = np.array([[-1.0, 0, width - 1], [0, 1, 0], [0, 0, 1]]) @ whole
    for _ in range(laid.quarters):
        whole = np.array([[0.0, 1, 0], [-1, 0, width - 1], [0, 0, 1]]) @ whole
        width, height = height, width
    a, b, x, y = laid.fit
    return np.array([[a, -b, x], [b, a, y], [0, 0, 1]]) @ whole


def _inverse(mapped: Matrix) -> Matrix:
    return np.asarray(np.linalg.inv(mapped), np.float64)


def _region(of: PicturePrint, mapped: Matrix, inside: PicturePrint) -> Corners:
    """Give the corners of one picture proper in the whole of the other."""
    width, height = of.frame
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1.0]])
    places = (mapped @ corners.T).T[:, :2] / np.array(inside.frame)
    top, bottom, left, right = inside.box
    x = left + places[:, 0].clip(0, 1) * (right - left)
    y = top + places[:, 1].clip(0, 1) * (bottom - top)
    return tuple(
        (round(float(a), 4), round(float(b), 4)) for a, b in zip(x, y, strict=True)
    )


_GRID = 40


def share_shown(of: PicturePrint, mapped: Matrix, inside: PicturePrint) -> float:
    """Give what share of a picture proper the other one shows, 0 to 1."""
    across, down = (np.linspace(0, side, _GRID) for side in of.frame)
    x, y = (axis.ravel() for axis in np.meshgrid(across, down))
    to_x, to_y = (mapped @ np.stack([x, y, np.ones(len(x))]))[:2]
    width, height = inside.frame
    shown = (to_x >= 0) & (to_y >= 0) & (to_x <= width) & (to_y <= height)
    return round(float(shown.mean()), 3)
