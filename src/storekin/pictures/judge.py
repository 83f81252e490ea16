"""Whether two pictures are one, edited: the rule, and where each lies in the other."""

from dataclasses import dataclass

import numpy as np

from storekin.pictures.align import Alignment, align
from storekin.pictures.prints import PicturePrint, mirror_mask

NEAR_BITS = 66
"""Bits of 256: hashes of different photos are 80 and more apart in 767,000 pairs."""

FEW_PLACES, CLOSE = 6, 0.65
MANY_PLACES, LOOSE = 12, 0.4
"""Few places are enough where the overlap agrees closely, many where it does loosely:
around a copied product another ground may lie."""

Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What two pictures say of one another.

    ``hash_bits`` is the distance of their hashes in bits of 256, mirrored or not,
    trimmed or not. ``left_region`` is where the right picture lies in the left one, and
    ``right_region`` the other way: corners as (x, y), 0 to 1 of the whole picture, from
    the top left on with the clock; empty where nothing is laid over.
    """

    recognised: bool
    hash_bits: int
    alignment: Alignment | None
    left_region: Corners
    right_region: Corners


def recognise(left: PicturePrint, right: PicturePrint) -> Recognition:
    """Say whether two pictures are one, edited."""
    bits = hash_distance(left, right)
    laid = align(left, right)
    seen = laid is not None and (
        (laid.places >= FEW_PLACES and laid.correlation >= CLOSE)
        or (laid.places >= MANY_PLACES and laid.correlation >= LOOSE)
    )
    if laid is None or not (seen or bits <= NEAR_BITS):
        return Recognition(bits <= NEAR_BITS, bits, None, (), ())
    forth = _matrix(left, laid)
    return Recognition(
        recognised=True,
        hash_bits=bits,
        alignment=laid,
        left_region=_region(right, np.linalg.inv(forth), left),
        right_region=_region(left, forth, right),
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


def _matrix(one: PicturePrint, laid: Alignment) -> np.ndarray:
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


def _region(of: PicturePrint, mapped: np.ndarray, inside: PicturePrint) -> Corners:
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


def share_shown(of: PicturePrint, laid: Alignment, inside: PicturePrint) -> float:
    """Give what share of a picture proper the other one shows, 0 to 1."""
    width, height = of.frame
    grid = np.stack(
        [
            *(
                axis.ravel()
                for axis in np.meshgrid(
                    np.linspace(0, width, 40), np.linspace(0, height, 40)
                )
            ),
            np.ones(1600),
        ]
    )
    x, y = (_matrix(of, laid) @ grid)[:2]
    shown = (x >= 0) & (y >= 0) & (x <= inside.frame[0]) & (y <= inside.frame[1])
    return round(float(shown.mean()), 3)


def degrees(laid: Alignment) -> int:
    """Give by how many degrees against the clock the first picture is turned."""
    a, b = laid.fit[:2]
    return round(90 * laid.quarters - float(np.degrees(np.arctan2(b, a)))) % 360
