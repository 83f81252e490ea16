"""Keys of a picture as if it were mirrored, or turned by quarters."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from storekin.pictures.prints import Keys, chosen_frequencies


@lru_cache(maxsize=1)
def key_swaps() -> tuple[Keys, Keys]:
    """Give what a quarter turn and a mirror do, for the kernels.

    What each value of each of a key's eight bytes becomes under a quarter turn, shape
    (8, 256); then the signs that a mirror turns over, those that a turn does, and those
    of the mirror after no, one, two and three quarter turns.
    """
    source, across_odd, down_odd = _swaps()
    becomes = np.zeros((8, 256), np.uint64)
    values = np.arange(256, dtype=np.uint64)
    for bit, origin in enumerate(source.tolist()):
        is_set = (values >> np.uint64(origin % 8)) & np.uint64(1)
        becomes[origin // 8] |= is_set << np.uint64(bit)
    signs = [across_odd, down_odd, across_odd]
    for _ in range(3):
        before = int(signs[-1])
        turned = sum(
            1 << bit
            for bit, origin in enumerate(source.tolist())
            if before >> origin & 1
        )
        signs.append(np.uint64(turned))
    return becomes, np.array(signs, np.uint64)


def turn_keys(keys: Keys, *, mirrored: bool, quarters: int) -> Keys:
    """Give the same places' keys, mirrored first, then turned against the clock."""
    source, across_odd, down_odd = _swaps()
    turned = keys ^ across_odd if mirrored else keys
    for _ in range(quarters):
        plain = np.ascontiguousarray(turned)
        bits = np.unpackbits(
            plain.view(np.uint8).reshape(*plain.shape, 8), axis=-1, bitorder="little"
        )
        packed = np.packbits(bits[..., source], axis=-1, bitorder="little")
        turned = np.ascontiguousarray(packed).view(np.uint64).reshape(plain.shape)
        turned = turned ^ down_odd
    return turned


@lru_cache(maxsize=1)
def _swaps() -> tuple[npt.NDArray[np.int64], np.uint64, np.uint64]:
    """Give each bit's source under a quarter turn, and the bits that flips turn over.

    Turned against the clock, what went across goes down, upside down: the sign of odd
    waves down changes.
    """
    pairs = [tuple(pair) for pair in chosen_frequencies().tolist()]
    number = {pair: place for place, pair in enumerate(pairs)}
    source = np.array([number[across, down] for down, across in pairs], np.int64)
    across_odd = sum(1 << n for n, (_, across) in enumerate(pairs) if across % 2)
    down_odd = sum(1 << n for n, (down, _) in enumerate(pairs) if down % 2)
    return source, np.uint64(across_odd), np.uint64(down_odd)
