"""Counts in steps, so that one more store does not move every weight.

A weight that follows a count's logarithm would change a little with each store that is
added, and with it every pair that was found before. In steps it stays until the count
has grown by a fifth: groups are stable, and one store can be added to an index without
weighing all others again.
"""

import math

import numpy as np
import numpy.typing as npt

_EXACT = 16
_STEPS = 4
_SLIP = 1e-9


def step_up(count: float) -> float:
    """Give the step that a count belongs to: the next quarter of a doubling.

    >>> step_up(16), step_up(1_000_000) == step_up(1_040_000) == 2**20
    (16.0, True)
    """
    if count <= _EXACT:
        return float(count)
    steps = math.ceil(_STEPS * math.log2(count) - _SLIP)
    return math.exp2(steps / _STEPS)


def steps_up(counts: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    """Give the step of each count; the same as ``step_up``."""
    plain = counts.astype(np.float64)
    many = np.ceil(_STEPS * np.log2(np.maximum(plain, 1)) - _SLIP) / _STEPS
    return np.where(plain <= _EXACT, plain, np.exp2(many))
