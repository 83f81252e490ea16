"""Arrays of kernels that grow as pairs are found."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined


@inlined
def grown(array: Any, room: Any) -> Any:  # noqa: ANN401
    """Give the values of *array* in a larger one, the rest to be written."""
    more = np.empty(room, array.dtype)
    for place in range(len(array)):
        more[place] = array[place]
    return more
