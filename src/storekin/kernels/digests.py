"""Digests of texts, 64 bits each: FNV-1a, finished so that all bits count."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel


@kernel("u8[::1](u1[::1], i8[::1], u8)")
def digest_texts(data: Any, offsets: Any, seed: Any) -> Any:  # noqa: ANN401
    """Give a digest for each text; *seed* keeps kinds of texts apart."""
    count = len(offsets) - 1
    out = np.empty(count, np.uint64)
    for row in range(count):
        value = np.uint64(0xCBF29CE484222325) ^ seed
        for place in range(offsets[row], offsets[row + 1]):
            value = (value ^ np.uint64(data[place])) * np.uint64(0x100000001B3)
        value ^= value >> np.uint64(33)
        value *= np.uint64(0xFF51AFD7ED558CCD)
        value ^= value >> np.uint64(33)
        out[row] = value
    return out
