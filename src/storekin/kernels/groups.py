"""Numbering of values, and groups of things that are joined to one another."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel

_U = np.uint64
_SPREAD = 0xD6E8FEB86659FD93


@kernel("Tuple((u8[::1], i4[::1]))(u8[::1], u8, i8, i4[::1])")
def number_values(  # noqa: C901 - one pass, the table grows within it
    values: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    bits: Any,  # noqa: ANN401
    numbers: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Number 64-bit values by first appearance; those beyond *last* get -1.

    Writes ``numbers``, and gives the distinct values and how often each occurs.
    ``bits`` is the first size of the hash table, as a power of two; it grows.
    """
    size = 1 << bits
    shift = _U(64 - bits)
    slots = np.full(size, -1, np.int32)
    capacity = size >> 1
    distinct = np.empty(capacity, np.uint64)
    counts = np.zeros(capacity, np.int32)
    used = 0
    for row in range(len(values)):
        value = values[row]
        if value > last:
            numbers[row] = -1
            continue
        slot = (value * _U(_SPREAD)) >> shift
        while slots[slot] >= 0 and distinct[slots[slot]] != value:
            slot = (slot + _U(1)) & _U(size - 1)
        number = slots[slot]
        if number < 0:
            if used == capacity:
                size <<= 1
                shift -= _U(1)
                capacity = size >> 1
                more = np.empty(capacity, np.uint64)
                more_counts = np.zeros(capacity, np.int32)
                for old in range(used):
                    more[old] = distinct[old]
                    more_counts[old] = counts[old]
                distinct = more
                counts = more_counts
                slots = np.empty(size, np.int32)
                for place in range(size):
                    slots[place] = -1
                for old in range(used):
                    slot = (distinct[old] * _U(_SPREAD)) >> shift
                    while slots[slot] >= 0:
                        slot = (slot + _U(1)) & _U(size - 1)
                    slots[slot] = old
                slot = (value * _U(_SPREAD)) >> shift
                while slots[slot] >= 0:
                    slot = (slot + _U(1)) & _U(size - 1)
            number = used
            distinct[used] = value
            slots[slot] = used
            used += 1
        numbers[row] = number
        counts[number] += 1
    return distinct[:used].copy(), counts[:used].copy()


@inlined
def root_of(parents: Any, node: Any) -> Any:  # noqa: ANN401
    """Give the representative of *node*, shortening the path to it."""
    while parents[node] != node:
        parents[node] = parents[parents[node]]
        node = parents[node]
    return node


@kernel("i8[::1](i8, i8[::1], i8[::1])")
def components(size: Any, left: Any, right: Any) -> Any:  # noqa: ANN401
    """Give for each of *size* nodes the smallest node that it is joined to."""
    parents = np.arange(size)
    for edge in range(len(left)):
        a = root_of(parents, left[edge])
        b = root_of(parents, right[edge])
        if a < b:
            parents[b] = a
        elif b < a:
            parents[a] = b
    for node in range(size):
        parents[node] = root_of(parents, node)
    return parents
