"""What was done to one picture to make another of it, pair by pair."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.similar_texts import IntArray
from storekin.pictures.align import Matrix, maps_forth
from storekin.pictures.judge import Recognised
from storekin.pictures.prints import Prints

_GRID = 24
_AS_MUCH = 0.9


@dataclass(frozen=True, slots=True)
class Edits:
    """What was done to the left pictures, pair by pair.

    ``laid``: whether they could be laid over one another; the rest says nothing where
    not. ``mirrored``, then turned by ``degrees`` against the clock. ``left_shown`` is
    the share of the left picture proper that the right one shows, ``right_filled`` the
    share of the whole right picture that it fills there, 1 where it fills no less of
    the left one. ``recoloured``: in another colour. ``forth`` maps the left picture
    proper to the right one; there it has the corners ``in_right`` (n, 4, 2), 0 to 1 of
    the whole picture.
    """

    laid: npt.NDArray[np.bool_]
    hash_bits: IntArray
    mirrored: npt.NDArray[np.bool_]
    degrees: IntArray
    left_shown: Matrix
    right_filled: Matrix
    recoloured: npt.NDArray[np.bool_]
    forth: Matrix
    in_right: Matrix

    def __len__(self) -> int:
        return len(self.laid)


def read_edits(
    lefts: Prints, rights: Prints, left: IntArray, right: IntArray, found: Recognised
) -> Edits:
    """Read what was done from how the pictures lie over one another."""
    laid = found.laid
    forth = maps_forth(lefts, left, rights, right, laid)
    mirrored = np.linalg.det(forth) < 0
    sign = np.where(mirrored, -1.0, 1.0)
    turn = np.degrees(np.arctan2(sign * forth[:, 1, 0], sign * forth[:, 0, 0]))
    of, inside = lefts["frame"][left], rights["frame"][right]
    in_right = corners_in(of, inside, rights["box"][right], forth)
    filled = _areas(in_right)
    # a picture that has a ground of its own does not fill itself, either
    top, bottom, begin, end = lefts["box"][left].T
    as_before = filled >= _AS_MUCH * (bottom - top) * (end - begin)
    return Edits(
        laid=found.recognised & (laid.places > 0),
        hash_bits=laid.hash_bits,
        mirrored=mirrored,
        degrees=np.round(-turn).astype(np.int64) % 360,
        left_shown=_shares_shown(of, inside, forth),
        right_filled=np.where(as_before, 1.0, filled),
        recoloured=found.recoloured,
        forth=forth,
        in_right=in_right,
    )


def _mapped(forth: Matrix, x: Matrix, y: Matrix) -> tuple[Matrix, Matrix]:
    """Map points, a row of them for each map; gives x and y."""
    to_x = forth[:, 0, 0, None] * x + forth[:, 0, 1, None] * y + forth[:, 0, 2, None]
    to_y = forth[:, 1, 0, None] * x + forth[:, 1, 1, None] * y + forth[:, 1, 2, None]
    return to_x, to_y


def _shares_shown(
    of: npt.NDArray[np.uint16], inside: npt.NDArray[np.uint16], forth: Matrix
) -> Matrix:
    """Give what share of each picture proper the other one shows, 0 to 1."""
    steps = (np.arange(_GRID) + 0.5) / _GRID
    across, down = (axis.ravel() for axis in np.meshgrid(steps, steps))
    x, y = _mapped(forth, across * of[:, :1], down * of[:, 1:])
    shown = (x >= 0) & (y >= 0) & (x <= inside[:, :1]) & (y <= inside[:, 1:])
    return np.asarray(np.round(shown.mean(axis=1), 3))


def _areas(corners: Matrix) -> Matrix:
    """Give what share of a picture its corners go round, 0 to 1."""
    x, y = corners[:, :, 0], corners[:, :, 1]
    twice = (x * np.roll(y, -1, axis=1)).sum(axis=1) - (y * np.roll(x, -1, axis=1)).sum(
        axis=1
    )
    return np.asarray(np.round(np.minimum(np.abs(twice) / 2, 1.0), 3))


def corners_in(
    of: npt.NDArray[np.uint16],
    inside: npt.NDArray[np.uint16],
    boxes: npt.NDArray[np.float32],
    forth: Matrix,
) -> Matrix:
    """Give the corners of each picture proper in the whole of the other.

    Shape (n, 4, 2): x and y, 0 to 1, round the picture; what leaves it is moved to its
    edge.
    """
    wide, high = of[:, 0].astype(np.float64), of[:, 1].astype(np.float64)
    zero = np.zeros_like(wide)
    x, y = _mapped(
        forth,
        np.stack([zero, wide, wide, zero], axis=1),
        np.stack([zero, zero, high, high], axis=1),
    )
    x = (x / inside[:, :1]).clip(0, 1)
    y = (y / inside[:, 1:]).clip(0, 1)
    top, bottom, left, right = (boxes[:, n, None].astype(np.float64) for n in range(4))
    return np.stack(
        [left + x * (right - left), top + y * (bottom - top)], axis=2
    ).round(4)
