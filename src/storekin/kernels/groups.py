"""Numbering of values, and groups of things that are joined to one another."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel

_U = np.uint64
_SPREAD = 0xD6E8FEB86659FD93


@inlined
def _rehashed(table: Any, bits: Any) -> Any:  # noqa: ANN401
    """Give a hash table of so many bits with what stands in *table*."""
    shift = _U(64 - bits)
    mask = _U((1 << bits) - 1)
    larger = np.zeros(2 << bits, np.uint64)
    for old in range(0, len(table), 2):
        if table[old + 1] != _U(0):
            slot = (table[old] * _U(_SPREAD)) >> shift
            while larger[_U(2) * slot + _U(1)] != _U(0):
                slot = (slot + _U(1)) & mask
            larger[_U(2) * slot] = table[old]
            larger[_U(2) * slot + _U(1)] = table[old + 1]
    return larger


@kernel("Tuple((u8[::1], i4[::1]))(u8[::1], u8, i8, i4[::1])")
def number_values(
    values: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    bits: Any,  # noqa: ANN401
    numbers: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Number 64-bit values by first appearance; those beyond *last* get -1.

    Writes ``numbers``, and gives the distinct values and how often each occurs.
    ``bits`` is the first size of the hash table, as a power of two; it grows.
    """
    # a value and, beside it, how often it occurred and its number from 1 on, 32 bits
    # each: whoever finds it waits for memory once. Where the second is 0 nothing stands
    table = np.zeros(2 << bits, np.uint64)
    shift = _U(64 - bits)
    mask = _U((1 << bits) - 1)
    once = _U(1) << _U(32)
    used = 0
    for row in range(len(values)):
        value = values[row]
        if value > last:
            numbers[row] = -1
            continue
        slot = (value * _U(_SPREAD)) >> shift
        said = table[_U(2) * slot + _U(1)]
        while said != _U(0) and table[_U(2) * slot] != value:
            slot = (slot + _U(1)) & mask
            said = table[_U(2) * slot + _U(1)]
        if said != _U(0):
            numbers[row] = np.int32(said & _U(0xFFFFFFFF)) - 1
            table[_U(2) * slot + _U(1)] = said + once
            continue
        numbers[row] = used
        used += 1
        table[_U(2) * slot] = value
        table[_U(2) * slot + _U(1)] = once | _U(used)
        if 2 * used > 1 << bits:
            bits += 1
            shift = _U(64 - bits)
            mask = _U((1 << bits) - 1)
            table = _rehashed(table, bits)
    distinct = np.empty(used, np.uint64)
    counts = np.empty(used, np.int32)
    for slot in range(0, len(table), 2):
        if table[slot + 1] != _U(0):
            number = np.int64(table[slot + 1] & _U(0xFFFFFFFF)) - 1
            distinct[number] = table[slot]
            counts[number] = table[slot + 1] >> _U(32)
    return distinct, counts


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
