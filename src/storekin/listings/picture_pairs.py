"""Which picture of one listing is which of another, and how it lies there."""

from dataclasses import dataclass

import numpy as np

from storekin.listings.pictures import Pictures
from storekin.pictures.judge import recognise_pairs, score
from storekin.pictures.recognition import Recognition, describe_pairs


@dataclass(frozen=True, slots=True)
class PicturePair:
    """Two references, as the listings give them, that name one picture, edited."""

    left: str
    right: str
    recognition: Recognition


def find_picture_pair(
    pictures: Pictures, left_row: int, right_row: int
) -> PicturePair | None:
    """Find the surest pair among local pictures of two listings, by their rows.

    Main pictures are preferred. None where none is recognised; hashes and addresses
    have nothing to lay over one another.
    """
    left, right = pictures.of(left_row), pictures.of(right_row)
    one = left[pictures.print_of[left] >= 0]
    other = right[pictures.print_of[right] >= 0]
    if not len(one) or not len(other):
        return None
    a = np.repeat(one, len(other))
    b = np.tile(other, len(one))
    rows = pictures.print_of[a], pictures.print_of[b]
    found = recognise_pairs(pictures.prints, pictures.prints, *rows)
    known = np.flatnonzero(found.recognised)
    if not len(known):
        return None
    main = (a[known] == left[0]) & (b[known] == right[0])
    sure = score(found.laid)[known]
    best = known[np.lexsort((b[known], a[known], -sure, ~main))[:1]]
    told = describe_pairs(
        pictures.prints,
        pictures.prints,
        rows[0][best],
        rows[1][best],
        found.of(best),
    )[0]
    place = int(best[0])
    return PicturePair(
        pictures.reference_of(left_row, int(a[place])),
        pictures.reference_of(right_row, int(b[place])),
        told,
    )
