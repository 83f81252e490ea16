"""What is known of one pair of pictures, as a record."""

from dataclasses import dataclass

import numpy as np

from storekin.kernels.similar_texts import IntArray
from storekin.pictures.edits import Edits, corners_in, read_edits
from storekin.pictures.judge import Recognised, recognise_pairs
from storekin.pictures.prints import Prints

Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What two pictures say of one another; swapped, they say the same.

    ``hash_bits`` is the distance of their hashes in bits of 256, mirrored or not,
    trimmed or not. ``places`` agree, and the pictures correlate by ``correlation``
    where they overlap; what follows is only known then (``laid``). The right one is the
    left one ``mirrored``, then turned by ``degrees`` against the clock; it shows
    ``left_shown`` of the left one, which fills ``right_filled`` of it (0 to 1; 1 where
    it fills no less than before).
    ``left_region`` is where the right picture lies in the left one, and
    ``right_region`` the other way: corners as (x, y), 0 to 1 of the whole picture.
    ``recoloured``: they show one thing in two colours, as variants of one product do.
    """

    recognised: bool
    hash_bits: int
    places: int = 0
    correlation: float | None = None
    laid: bool = False
    mirrored: bool = False
    degrees: int = 0
    left_shown: float = 1.0
    right_filled: float = 1.0
    left_region: Corners = ()
    right_region: Corners = ()
    recoloured: bool = False


def recognise(left: Prints, right: Prints) -> Recognition:
    """Say whether two pictures, each a table of one row, are one, edited."""
    first = np.zeros(1, np.int64)
    found = recognise_pairs(left, right, first, first)
    return describe_pairs(left, right, first, first, found)[0]


def describe_pairs(
    lefts: Prints, rights: Prints, left: IntArray, right: IntArray, found: Recognised
) -> list[Recognition]:
    """Give what is known of each pair as a record."""
    edits = read_edits(lefts, rights, left, right, found)
    in_left = corners_in(
        rights["frame"][right],
        lefts["frame"][left],
        lefts["box"][left],
        np.asarray(np.linalg.inv(edits.forth), np.float64),
    )
    return [
        _describe(pair, found, edits, (in_left[pair], edits.in_right[pair]))
        for pair in range(len(edits))
    ]


def _describe(
    pair: int,
    found: Recognised,
    edits: Edits,
    regions: tuple[np.ndarray, np.ndarray],
) -> Recognition:
    recognised, bits = bool(found.recognised[pair]), int(edits.hash_bits[pair])
    if not edits.laid[pair]:
        return Recognition(recognised, bits)
    left_region, right_region = (
        tuple((float(x), float(y)) for x, y in region) for region in regions
    )
    return Recognition(
        recognised=True,
        hash_bits=bits,
        places=int(found.laid.places[pair]),
        correlation=float(found.laid.correlation[pair]),
        laid=True,
        mirrored=bool(edits.mirrored[pair]),
        degrees=int(edits.degrees[pair]),
        left_shown=float(edits.left_shown[pair]),
        right_filled=float(edits.right_filled[pair]),
        left_region=left_region,
        right_region=right_region,
        recoloured=bool(edits.recoloured[pair]),
    )
