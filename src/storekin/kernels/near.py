"""Identifiers one edit apart."""

from typing import Any

import numpy as np

from storekin.kernels.bits import ones
from storekin.kernels.compiled import inlined, kernel
from storekin.kernels.growing import grown

_U = np.uint64
_MULTIPLIER = 0x9E3779B97F4A7C15
_BASE = 0xD1342543DE82EF95
_BASE_INVERSE = 0x572B5EE77A54E3BD
"""An odd number and its inverse, whose product with it is 1 modulo 2 ** 64."""
_SHORTEST = 7
_SHORTEST_PART = 5
_PLUS, _AT = 43, 64
_DIALLING_CODE = 3


@inlined
def _step(state: Any, byte: Any) -> Any:  # noqa: ANN401
    mixed = (state ^ _U(byte)) * _U(_MULTIPLIER)
    return mixed ^ (mixed >> _U(31))


@inlined
def _hashed(data: Any, begin: Any, end: Any, state: Any) -> Any:  # noqa: ANN401
    for place in range(begin, end):
        state = _step(state, data[place])
    return state


@inlined
def _spread(state: Any) -> Any:  # noqa: ANN401
    mixed = (state ^ (state >> _U(32))) * _U(_MULTIPLIER)
    return mixed ^ (mixed >> _U(29))


@inlined
def _third(length: Any) -> Any:  # noqa: ANN401
    """Give the length of a part; a value of 3 n + 1 characters has parts of n."""
    if length < 10:
        return 2
    if length < 13:
        return 3
    return 4 if length < 17 else 5


@kernel("Tuple((u8[::1], i8[::1]))(u1[::1], i8[::1])")
def part_keys(data: Any, offsets: Any) -> Any:  # noqa: ANN401
    """Hash two thirds of each value: the first, the last, or the first and the last.

    One edit leaves one of the three as it was, whichever character it changes, drops,
    adds or swaps with its neighbour. A value whose length is where longer parts begin
    gets the keys of both, so that it meets its shorter neighbours. Of a mailbox the
    part before the domain is cut, and the domain goes into each key; the part before
    it is a key of its own. Values of fewer than seven characters get none, parts of
    fewer than five neither. Gives the keys and the row of each.
    """
    total = len(offsets) - 1
    keys = np.empty(7 * total, np.uint64)
    rows = np.empty(7 * total, np.int64)
    written = 0
    for row in range(total):
        begin = offsets[row]
        end = offsets[row + 1]
        if end - begin < _SHORTEST:
            continue
        if data[begin] == _PLUS:
            begin += _DIALLING_CODE  # what a whole country shares tells nothing apart
        tail = _U(11)
        for place in range(begin, end):
            if data[place] == _AT:
                tail = _hashed(data, place, end, tail)
                end = place
                break
        length = end - begin
        if length < _SHORTEST_PART:
            continue
        if tail != _U(11):  # a mailbox
            keys[written] = _hashed(data, begin, end, _U(5))
            rows[written] = row
            written += 1
        longer = _third(length)
        shorter = _third(length - 1)
        for part in range(shorter, longer + 1):
            seed = tail + _U(part)
            keys[written] = _hashed(data, begin, begin + 2 * part, seed)
            keys[written + 1] = _hashed(data, end - 2 * part, end, ~seed)
            state = _hashed(data, begin, begin + part, seed + _U(64))
            keys[written + 2] = _hashed(data, end - part, end, state)
            for place in range(3):
                rows[written + place] = row
            written += 3
    return keys[:written], rows[:written]


@kernel("Tuple((u8[::1], i8[::1]))(u1[::1], i8[::1], i8[::1], i8, i8)")
def deletion_keys(
    data: Any,  # noqa: ANN401
    offsets: Any,  # noqa: ANN401
    chosen: Any,  # noqa: ANN401
    part: Any,  # noqa: ANN401
    parts: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Hash each *chosen* value whole and with each one of its characters left out.

    Two values with a changed, dropped or added character, or with two neighbours
    swapped, share one of these keys. Gives the keys and the row of each; of several
    *parts* that *part* alone, so that millions of values fit into memory.
    """
    total = 0
    for row in chosen:
        total += offsets[row + 1] - offsets[row] + 1
    room = total if parts == 1 else total // parts + total // (8 * parts) + 1024
    keys = np.empty(room, np.uint64)
    rows = np.empty(room, np.int64)
    written = 0
    for row in chosen:
        begin = offsets[row]
        end = offsets[row + 1]
        if written + end - begin + 1 > room:
            room += room // 2 + end - begin + 1
            keys = grown(keys, room)
            rows = grown(rows, room)
        # a text is a number in base _BASE: what one without a digit is takes two sums
        whole = _U(0)
        scale = _U(_BASE_INVERSE)
        for place in range(begin, end):
            whole = whole * _U(_BASE) + _U(data[place])
            scale *= _U(_BASE)
        before = _U(0)
        rest = whole
        for left_out in range(begin, end + 1):
            if left_out == end:
                state = _spread(whole)
            else:
                # ``rest`` is what stands behind, ``scale`` what its place is worth
                rest -= _U(data[left_out]) * scale
                state = _spread(before * scale + rest)
                before = before * _U(_BASE) + _U(data[left_out])
                scale *= _U(_BASE_INVERSE)
                if left_out < end - 1 and data[left_out] == data[left_out + 1]:
                    continue  # the same key comes again one place on
            if parts > 1 and state % _U(parts) != _U(part):
                continue
            keys[written] = state
            rows[written] = row
            written += 1
    return keys[:written], rows[:written]


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


@inlined
def _parities(data: Any, begin: Any, end: Any) -> Any:  # noqa: ANN401
    """Give whether each character stands there an odd number of times, in 64 bits.

    One edit changes two of them at most.
    """
    mark = _U(0)
    for place in range(begin, end):
        mark ^= _U(1) << _U(data[place] & 63)
    return mark


@kernel("void(u8[::1], i8[::1], i8)")
def pack_rows(keys: Any, rows: Any, bits: Any) -> None:  # noqa: ANN401
    """Write each key's row into its lowest *bits*; its upper ones stay."""
    for place in range(len(keys)):
        upper = keys[place] >> _U(bits) << _U(bits)
        keys[place] = upper | _U(rows[place])


@kernel("Tuple((i8[::1], i8[::1], i8[::1]))(u1[::1], i8[::1], u8[::1], i8, i8)")
def pairs_one_edit_apart(  # noqa: C901 - one walk over runs
    data: Any,  # noqa: ANN401
    offsets: Any,  # noqa: ANN401
    packed: Any,  # noqa: ANN401
    bits: Any,  # noqa: ANN401
    most: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Give the pairs of values one edit apart, of keys with their rows, sorted.

    *packed* as ``pack_rows`` does. What meets by a key is compared by its characters.

    Rows of which more than *most* share a key are not paired with one another by it;
    they are given back as the third array, to be paired by keys that tell more.
    """
    room = 1024
    left = np.empty(room, np.int64)
    right = np.empty(room, np.int64)
    crowded = np.empty(room, np.int64)
    written = 0
    crowd = 0
    mask = (_U(1) << _U(bits)) - _U(1)
    marks = np.empty(256, np.uint64)
    begin = 0
    while begin < len(packed):
        end = begin + 1
        while end < len(packed) and (packed[end] ^ packed[begin]) <= mask:
            end += 1
        if end - begin > most:
            while crowd + end - begin > len(crowded):
                crowded = grown(crowded, 2 * len(crowded))
            for one in range(begin, end):
                crowded[crowd] = np.int64(packed[one] & mask)
                crowd += 1
            begin = end
            continue
        size = end - begin
        if size > len(marks):
            marks = np.empty(2 * size, np.uint64)
        for place in range(size if size > 1 else 0):
            row = np.int64(packed[begin + place] & mask)
            marks[place] = _parities(data, offsets[row], offsets[row + 1])
        for one in range(begin, end):
            for other in range(one + 1, end):
                if ones(marks[one - begin] ^ marks[other - begin]) > 2:
                    continue
                a = np.int64(packed[one] & mask)
                b = np.int64(packed[other] & mask)
                if a == b or not one_edit_apart(
                    data, offsets[a], offsets[a + 1], offsets[b], offsets[b + 1]
                ):
                    continue
                if written == room:
                    room *= 2
                    left = grown(left, room)
                    right = grown(right, room)
                left[written] = min(a, b)
                right[written] = max(a, b)
                written += 1
        begin = end
    return left[:written].copy(), right[:written].copy(), crowded[:crowd].copy()
