"""Whether pictures are one, edited: the rule."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.similar_texts import IntArray
from storekin.pictures.align import Laid, lay_over
from storekin.pictures.prints import Prints

NEAR_BITS = 66
"""Bits of 256: hashes of different photos are 80 and more apart in 767,000 pairs."""

_NONE = -9.09
_CORRELATION, _SHARE, _BOTH, _OVERLAP, _CELLS = 3.24, 2.77, 0.32, 5.44, 5.41
_OTHER_COLOUR, _FEW = -11.98, 20
_CUT = -1.5
"""A logistic regression on photos of groceries (MIT) and clothes (CC0) and on drawings
of ours, 300 of them edited in thirteen ways; the cut takes 28 of the 392,055 pairs of
different photos for one, none of two classes."""

RECOLOURED = 0.1
"""Share of the agreeing parts in another colour from which it is another variant."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """Which pairs are one picture, and how their pictures lie over one another."""

    laid: Laid
    recognised: npt.NDArray[np.bool_]

    def of(self, pairs: IntArray) -> "Recognised":
        """Give what is known of some of the pairs, in their order."""
        return Recognised(Laid(self.laid.facts[pairs]), self.recognised[pairs])

    @property
    def recoloured(self) -> npt.NDArray[np.bool_]:
        """Pairs that show one thing in two colours."""
        return self.recognised & (self.laid.recoloured >= RECOLOURED)


def recognise_pairs(
    lefts: Prints, rights: Prints, left: IntArray, right: IntArray
) -> Recognised:
    """Say of rows of two tables of prints whether they are one picture, edited."""
    laid = lay_over(lefts, rights, left, right)
    shown = laid.places > 0
    # a picture without any place to look at is of one tone: it says nothing
    seen = (lefts["count"][left] > 0) & (rights["count"][right] > 0)
    near = seen & (laid.hash_bits <= NEAR_BITS)
    alike = near | (shown & (score(laid) >= _CUT))
    return Recognised(laid, alike)


def score(laid: Laid) -> npt.NDArray[np.float64]:
    """Weigh how well pictures agree; log odds among photos of one kind."""
    share = laid.cells / np.maximum(laid.cells_shown, 1)
    # where few places agree, other colours say that it is another thing
    other = np.where(laid.places < _FEW, np.maximum(laid.recoloured, 0), 0)
    said: npt.NDArray[np.float64] = (
        _NONE
        + _CORRELATION * laid.correlation
        + _SHARE * share
        + _BOTH * np.sqrt(laid.cells) * np.log1p(laid.places)
        + _OVERLAP * np.log(np.maximum(laid.overlap, 0.02))
        + _CELLS * laid.cells / 36
        + _OTHER_COLOUR * other
    )
    return said
