"""Pictures laid over one another: which way round, where, and how well."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from storekin.kernels.similar_texts import IntArray
from storekin.pictures.decode import SIDE
from storekin.pictures.prints import (
    ANGLES,
    FINE,
    SHADES,
    STEP,
    THUMB,
    Prints,
    mirror_mask,
)
from storekin.pictures.turns import key_swaps

MOST_KEY_BITS = 14
"""Bits of 64 in which the keys of one place may differ from copy to copy."""

LEAST_PLACES = 3

OTHER_TONE = 60.0
"""Steps of 256 by which a part is brighter or darker in another colour."""

OTHER_COLOUR = 12.0
"""Steps of 256 by which a part's colour differs in another colour."""

HOPELESS = 2.2
"""Strength, laid over roughly, below which nothing is looked at more closely: copies
have 2.24 and more, 97 of 100 proposed pairs of different photos less."""

MOST_WAYS = 4
"""Ways round of 24, those in which most places agree, that are looked at."""

_FIELDS = ("hashes", "keys", "places", "count", "frame", "thumb", "colours")
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Laid:
    """How pictures lie over one another, pair by pair.

    ``facts`` has a row for each pair, its columns as named below; ``swapped`` pairs
    were laid the second over the first.
    """

    facts: Matrix

    @classmethod
    def none(cls) -> "Laid":
        """Give what is known of no pair."""
        from storekin.kernels.laid_over import FACTS

        return cls(np.empty((0, FACTS)))

    def __len__(self) -> int:
        return len(self.facts)

    @property
    def hash_bits(self) -> IntArray:
        """Bits of 256 in which the hashes differ, mirrored or not, trimmed or not."""
        return self.facts[:, 0].astype(np.int64)

    @property
    def swapped(self) -> npt.NDArray[np.bool_]:
        """Whether the second picture was laid over the first."""
        return self.facts[:, 1] > 0

    @property
    def places(self) -> IntArray:
        """Places that agree; 0 where nothing does."""
        return self.facts[:, 2].astype(np.int64)

    @property
    def correlation(self) -> Matrix:
        """Correlation of the two where they overlap, -1 to 1."""
        return self.facts[:, 9]

    @property
    def overlap(self) -> Matrix:
        """The larger share of a picture that lies in the other one, 0 to 1."""
        return self.facts[:, 10]

    @property
    def cells(self) -> Matrix:
        """Parts of 36 that correlate by .8 and more."""
        return self.facts[:, 11]

    @property
    def cells_shown(self) -> Matrix:
        """Parts of 36 that overlap and show something."""
        return self.facts[:, 12]

    @property
    def recoloured(self) -> Matrix:
        """Share of the parts that agree which are in another colour; -1 if unseen."""
        return self.facts[:, 13]


def lay_over(lefts: Prints, rights: Prints, left: IntArray, right: IntArray) -> Laid:
    """Lay rows *left* of one table of prints over rows *right* of another."""
    from storekin.kernels.laid_over import FACTS
    from storekin.kernels.laid_over import lay_over as lay

    facts = np.zeros((len(left), FACTS))
    swaps, odd = key_swaps()
    fields = [table[name] for table in (lefts, rights) for name in _FIELDS]
    given: list[object] = [
        *fields,
        np.ascontiguousarray(left, np.int64),
        np.ascontiguousarray(right, np.int64),
        swaps,
        odd,
        mirror_mask(),
        np.radians(ANGLES),
        _bounds(),
        facts,
    ]
    lay(*given)
    return Laid(facts)


@lru_cache(maxsize=1)
def _bounds() -> Matrix:
    return np.array(
        [
            MOST_KEY_BITS,
            LEAST_PLACES,
            SIDE,
            THUMB,
            FINE,
            STEP,
            SHADES,
            OTHER_TONE,
            OTHER_COLOUR,
            HOPELESS,
            MOST_WAYS,
        ],
        np.float64,
    )


def maps_forth(
    lefts: Prints, left: IntArray, rights: Prints, right: IntArray, laid: Laid
) -> Matrix:
    """Give the map from each left picture proper to the right one, shape (n, 3, 3)."""
    facts = laid.facts
    swapped = laid.swapped
    frames = np.where(
        swapped[:, None], rights["frame"][right], lefts["frame"][left]
    ).astype(np.float64)
    whole = np.broadcast_to(np.eye(3), (len(laid), 3, 3)).copy()
    wide, high = frames[:, 0].copy(), frames[:, 1].copy()
    mirrored = facts[:, 3] > 0
    whole[mirrored, 0, 0] = -1
    whole[mirrored, 0, 2] = wide[mirrored] - 1
    for quarter in range(1, 4):
        rows = np.flatnonzero(facts[:, 4] >= quarter)
        turn = np.zeros((len(rows), 3, 3))
        turn[:, 0, 1] = 1
        turn[:, 1, 0] = -1
        turn[:, 1, 2] = wide[rows] - 1
        turn[:, 2, 2] = 1
        whole[rows] = turn @ whole[rows]
        wide[rows], high[rows] = high[rows], wide[rows]
    a, b, x, y = facts[:, 5:9].T
    a = np.where(laid.places > 0, a, 1.0)
    moved = np.zeros((len(laid), 3, 3))
    moved[:, 0, 0] = moved[:, 1, 1] = a
    moved[:, 0, 1], moved[:, 1, 0] = -b, b
    moved[:, 0, 2], moved[:, 1, 2], moved[:, 2, 2] = x, y, 1
    forth = moved @ whole
    forth[swapped] = np.linalg.inv(forth[swapped])
    return np.asarray(forth, np.float64)
