"""Counting bits, compiled into the kernels that need it."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined

_U = np.uint64


@inlined
def ones(bits: Any) -> Any:  # noqa: ANN401
    """Count the bits that are set in a 64-bit word."""
    bits = bits - ((bits >> _U(1)) & _U(0x5555555555555555))
    bits = (bits & _U(0x3333333333333333)) + ((bits >> _U(2)) & _U(0x3333333333333333))
    bits = (bits + (bits >> _U(4))) & _U(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * _U(0x0101010101010101)) >> _U(56))
