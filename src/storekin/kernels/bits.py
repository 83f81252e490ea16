"""Counting bits, compiled into the kernels that need it."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, intrinsic

_U = np.uint64


def _make_popcount() -> Any:  # noqa: ANN401
    """Make the processor's own count of bits callable from kernels."""
    from numba import types
    from numba.extending import intrinsic as numba_intrinsic

    @numba_intrinsic
    def count(_typing: Any, _bits: Any) -> Any:  # noqa: ANN401
        def build(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:  # noqa: ANN401
            return builder.ctpop(given[0])

        return types.uint64(types.uint64), build

    return count


def _make_trailing_zeros() -> Any:  # noqa: ANN401
    """Make the processor's own search for the lowest bit callable from kernels."""
    from numba import types
    from numba.extending import intrinsic as numba_intrinsic

    @numba_intrinsic
    def count(_typing: Any, _bits: Any) -> Any:  # noqa: ANN401
        def build(context: Any, builder: Any, _signature: Any, given: Any) -> Any:  # noqa: ANN401
            of_nought = context.get_constant(types.boolean, 0)
            return builder.cttz(given[0], of_nought)

        return types.uint32(types.uint32), build

    return count


_count = intrinsic(_make_popcount)
_trailing_zeros = intrinsic(_make_trailing_zeros)


@inlined
def ones(bits: Any) -> Any:  # noqa: ANN401
    """Count the bits that are set in a 64-bit word, in one instruction."""
    return np.int64(_count(bits))


@inlined
def lowest_one(bits: Any) -> Any:  # noqa: ANN401
    """Give the place of the lowest bit that is set in a 32-bit word."""
    return np.int64(_trailing_zeros(bits))
