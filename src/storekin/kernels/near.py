"""Identifiers one edit apart."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel

_U = np.uint64
_MULTIPLIER = 0x9E3779B97F4A7C15


@inlined
def _step(state: Any, byte: Any) -> Any:  # noqa: ANN401
    mixed = (state ^ _U(byte)) * _U(_MULTIPLIER)
    return mixed ^ (mixed >> _U(31))


@inlined
def _grown(array: Any, room: Any) -> Any:  # noqa: ANN401
    more = np.empty(room, np.int64)
    for place in range(len(array)):
        more[place] = array[place]
    return more


@kernel("Tuple((u8[::1], i8[::1]))(u1[::1], i8[::1])")
def deletion_keys(data: Any, offsets: Any) -> Any:  # noqa: ANN401
    """Hash each value whole and with each one of its characters left out.

    Two values with a changed, dropped or added character, or with two neighbours
    swapped, share one of these keys. Gives the keys and the row of each.
    """
    total = len(offsets) - 1
    room = offsets[total] - offsets[0] + total
    keys = np.empty(room, np.uint64)
    rows = np.empty(room, np.int64)
    written = 0
    for row in range(total):
        begin = offsets[row]
        end = offsets[row + 1]
        for left_out in range(begin, end + 1):
            if left_out < end - 1 and data[left_out] == data[left_out + 1]:
                continue  # the same key comes again one place on
            state = _U(17)
            for place in range(begin, end):
                if place != left_out:
                    state = _step(state, data[place])
            keys[written] = state
            rows[written] = row
            written += 1
    return keys[:written].copy(), rows[:written].copy()


@inlined
def one_edit_apart(data: Any, a: Any, a_end: Any, b: Any, b_end: Any) -> Any:  # noqa: ANN401
    """Say whether one change, swap of neighbours, loss or gain tells them apart."""
    while a < a_end and b < b_end and data[a] == data[b]:
        a += 1
        b += 1
    while a < a_end and b < b_end and data[a_end - 1] == data[b_end - 1]:
        a_end -= 1
        b_end -= 1
    left = a_end - a
    right = b_end - b
    if left + right == 1 or (left == 1 and right == 1):
        return True
    return (
        left == 2 and right == 2 and data[a] == data[b + 1] and data[a + 1] == data[b]
    )


@kernel("Tuple((i8[::1], i8[::1]))(u1[::1], i8[::1], u8[::1], i8[::1])")
def pairs_one_edit_apart(
    data: Any,  # noqa: ANN401
    offsets: Any,  # noqa: ANN401
    keys: Any,  # noqa: ANN401
    rows: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Give the pairs of values one edit apart; *keys* sorted, *rows* beside them."""
    room = 1024
    left = np.empty(room, np.int64)
    right = np.empty(room, np.int64)
    written = 0
    begin = 0
    while begin < len(keys):
        end = begin + 1
        while end < len(keys) and keys[end] == keys[begin]:
            end += 1
        for one in range(begin, end):
            for other in range(one + 1, end):
                a = rows[one]
                b = rows[other]
                if a == b or not one_edit_apart(
                    data, offsets[a], offsets[a + 1], offsets[b], offsets[b + 1]
                ):
                    continue
                if written == room:
                    room *= 2
                    left = _grown(left, room)
                    right = _grown(right, room)
                left[written] = min(a, b)
                right[written] = max(a, b)
                written += 1
        begin = end
    return left[:written].copy(), right[:written].copy()
