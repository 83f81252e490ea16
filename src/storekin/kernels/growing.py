"""Arrays of kernels that are copied, or grow as pairs are found."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined


@inlined
def copy(values: Any, out: Any) -> None:  # noqa: ANN401
    """Write *values* into *out*, which is as long.

    The compiler takes seconds to prepare ``out[:] = values`` for any shapes.
    """
    for place in range(len(out)):
        out[place] = values[place]


@inlined
def grown(array: Any, room: Any) -> Any:  # noqa: ANN401
    """Give the values of *array* in a larger one, the rest to be written."""
    more = np.empty(room, array.dtype)
    copy(array, more[: len(array)])
    return more
