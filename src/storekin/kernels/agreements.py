"""What pairs of records that give values of one kind say: equal, near, or different.

Each record's values are a run of codes, ascending; each code's text is a run of bytes.
"""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel
from storekin.kernels.growing import grown
from storekin.kernels.near import one_edit_apart

_U = np.uint64
SILENT, SAME, NEAR, DIFFERENT, BESIDE = 0, 1, 2, 3, 4
"""What a pair's values are to one another: silent where one side gives none, beside
where two addresses differ in a number that is no slip of the other one."""

EXACTLY, BY_ONE_EDIT, BY_ONE_NUMBER = 0, 1, 2
"""How values of a kind may be near: not at all, or by one of these."""

_BLANK = 32
_AT = 64
_SHORTEST, _SHORTEST_BOX = 7, 5


@inlined
def _before(data: Any, offsets: Any, one: Any, other: Any) -> Any:  # noqa: ANN401
    """Say whether the text of code *one* sorts before that of *other*."""
    a = offsets[one]
    b = offsets[other]
    while a < offsets[one + 1] and b < offsets[other + 1]:
        if data[a] != data[b]:
            return data[a] < data[b]
        a += 1
        b += 1
    return offsets[one + 1] - a < offsets[other + 1] - b


@inlined
def _long(data: Any, begin: Any, end: Any) -> Any:  # noqa: ANN401
    """Say whether a value is long enough to be near another; a mailbox by its name."""
    for place in range(begin, end):
        if data[place] == _AT:
            return place - begin >= _SHORTEST_BOX
    return end - begin >= _SHORTEST


@inlined
def _word_end(data: Any, place: Any, end: Any) -> Any:  # noqa: ANN401
    while place < end and data[place] != _BLANK:
        place += 1
    return place


@inlined
def _is_number(data: Any, begin: Any, end: Any) -> Any:  # noqa: ANN401
    for place in range(begin, end):
        if data[place] < 48 or data[place] > 57:
            return False
    return end > begin


@inlined
def _compare_words(data: Any, a: Any, a_end: Any, b: Any, b_end: Any) -> Any:  # noqa: ANN401
    while a < a_end and b < b_end:
        if data[a] != data[b]:
            return -1 if data[a] < data[b] else 1
        a += 1
        b += 1
    if a_end - a == b_end - b:
        return 0
    return -1 if a_end - a < b_end - b else 1


@inlined
def one_number_apart(  # noqa: C901 - one walk along two texts
    data: Any,  # noqa: ANN401
    a: Any,  # noqa: ANN401
    a_end: Any,  # noqa: ANN401
    b: Any,  # noqa: ANN401
    b_end: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Say whether sorted words are equal but for one number, and share a number.

    Another door in one building (1), or one mistyped number (2); another street
    never (0).
    """
    number = a
    number_end = a
    its = b
    its_end = b
    only_left = 0
    only_right = 0
    shared = 0
    while a < a_end or b < b_end:
        one = _word_end(data, a, a_end)
        other = _word_end(data, b, b_end)
        order = 0
        if a >= a_end:
            order = 1
        elif b >= b_end:
            order = -1
        else:
            order = _compare_words(data, a, one, b, other)
        if order == 0:
            if _is_number(data, a, one):
                shared += 1
            a = one + 1
            b = other + 1
        elif order < 0:
            if not _is_number(data, a, one):
                return 0
            number = a
            number_end = one
            only_left += 1
            a = one + 1
        else:
            if not _is_number(data, b, other):
                return 0
            its = b
            its_end = other
            only_right += 1
            b = other + 1
        if only_left > 1 or only_right > 1:
            return 0
    if only_left != 1 or only_right != 1 or shared == 0:
        return 0
    slip = number_end - number >= 3 and one_edit_apart(
        data, number, number_end, its, its_end
    )
    return 2 if slip else 1


@kernel(
    "void(i8[::1], i8[::1], i8[::1], i4[::1], u1[::1], i8[::1], f8[::1], b1[::1], i8,"
    " i8, i8, u1[::1], i4[::1], i4[::1])"
)
def agree(  # noqa: C901, PLR0912, PLR0915 - one walk over two short runs
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    codes: Any,  # noqa: ANN401
    data: Any,  # noqa: ANN401
    offsets: Any,  # noqa: ANN401
    bits: Any,  # noqa: ANN401
    generic: Any,  # noqa: ANN401
    how: Any,  # noqa: ANN401
    low: Any,  # noqa: ANN401
    high: Any,  # noqa: ANN401
    state: Any,  # noqa: ANN401
    one: Any,  # noqa: ANN401
    other: Any,  # noqa: ANN401
) -> None:
    """Write what pairs *low* to *high* are to one another, and the two codes told.

    Of several shared values the one of the most *bits* is told; of several near ones
    likewise by the lesser of the two; what is near a generic value is not near. Ties
    are broken by the texts, so that no numbering shows through.
    """
    for pair in range(low, high):
        begin = starts[left[pair]]
        end = starts[left[pair] + 1]
        from_ = starts[right[pair]]
        to = starts[right[pair] + 1]
        state[pair] = SILENT
        one[pair] = -1
        other[pair] = -1
        if begin == end or from_ == to:
            continue
        best = -1
        for a in range(begin, end):
            for b in range(from_, to):
                if codes[a] == codes[b] and (
                    best < 0
                    or bits[codes[a]] > bits[best]
                    or (
                        bits[codes[a]] == bits[best]
                        and _before(data, offsets, codes[a], best)
                    )
                ):
                    best = codes[a]
        if best >= 0:
            state[pair] = SAME
            one[pair] = best
            other[pair] = best
            continue
        most = -1e9
        closest = 0
        for a in range(begin, end):
            if how == EXACTLY or generic[codes[a]]:
                continue
            for b in range(from_, to):
                if generic[codes[b]]:
                    continue
                p = offsets[codes[a]]
                p_end = offsets[codes[a] + 1]
                q = offsets[codes[b]]
                q_end = offsets[codes[b] + 1]
                if how == BY_ONE_EDIT:
                    if not _long(data, p, p_end) or not _long(data, q, q_end):
                        continue
                    near = 2 if one_edit_apart(data, p, p_end, q, q_end) else 0
                else:
                    near = one_number_apart(data, p, p_end, q, q_end)
                if near == 0 or near < closest:
                    continue
                lesser = min(bits[codes[a]], bits[codes[b]])
                if (
                    near > closest
                    or lesser > most
                    or (lesser == most and _before(data, offsets, codes[a], one[pair]))
                ):
                    closest = near
                    most = lesser
                    one[pair] = codes[a]
                    other[pair] = codes[b]
        if one[pair] >= 0:
            state[pair] = NEAR if closest == 2 else BESIDE
            continue
        state[pair] = DIFFERENT
        one[pair] = codes[begin]
        for a in range(begin + 1, end):
            if _before(data, offsets, codes[a], one[pair]):
                one[pair] = codes[a]
        other[pair] = codes[from_]
        for b in range(from_ + 1, to):
            if _before(data, offsets, codes[b], other[pair]):
                other[pair] = codes[b]


@kernel("void(i4[::1], u1[::1], i8[::1], i4[::1], b1[::1], b1[::1], b1[::1])")
def tell_causes(
    pair: Any,  # noqa: ANN401
    signal: Any,  # noqa: ANN401
    cause: Any,  # noqa: ANN401
    bits: Any,  # noqa: ANN401
    generic: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    beside: Any,  # noqa: ANN401
) -> None:
    """Mark the strongest row of each cause of a pair, and rows beside a generic one.

    The rows of a pair stand together; ``cause`` is each signal's. Of equally strong
    rows the one of the lowest signal is the first.
    """
    begin = 0
    while begin < len(pair):
        end = begin + 1
        while end < len(pair) and pair[end] == pair[begin]:
            end += 1
        for row in range(begin, end):
            first[row] = True
            beside[row] = False
            for other in range(begin, end):
                if cause[signal[other]] != cause[signal[row]]:
                    continue
                beside[row] |= generic[other]
                if bits[other] > bits[row] or (
                    bits[other] == bits[row] and signal[other] < signal[row]
                ):
                    first[row] = False
        begin = end


@kernel("Tuple((i8[::1], i8[::1]))(u8[::1], i8[::1], i8)")
def pairs_of_keys(keys: Any, records: Any, most: Any) -> Any:  # noqa: ANN401
    """Pair the records that share a key; *keys* sorted, *records* beside them.

    Of more than *most* records each is paired with the first alone: pairs are never
    squared. Gives left < right; a pair may come more than once.
    """
    room = 1024
    left = np.empty(room, np.int64)
    right = np.empty(room, np.int64)
    written = 0
    begin = 0
    while begin < len(keys):
        end = begin + 1
        while end < len(keys) and keys[end] == keys[begin]:
            end += 1
        size = end - begin
        first = begin
        for place in range(begin, end):
            if records[place] < records[first]:
                first = place
        for a in range(begin, end):
            if size > most and a != first:
                continue
            for b in range(begin if size > most else a + 1, end):
                if records[a] == records[b]:
                    continue
                if written == room:
                    room *= 2
                    left = grown(left, room)
                    right = grown(right, room)
                left[written] = min(records[a], records[b])
                right[written] = max(records[a], records[b])
                written += 1
        begin = end
    return left[:written].copy(), right[:written].copy()


@kernel("Tuple((i8[::1], i8[::1]))(i8[::1], i8[::1], i8[::1], i8[::1], i8)")
def pairs_of_holders(
    one: Any,  # noqa: ANN401
    other: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    holders: Any,  # noqa: ANN401
    most: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Pair the holders of values *one* with those of values *other*.

    The holders of value v are holders[starts[v]:starts[v + 1]]; of each value no more
    than the first *most* are paired.
    """
    room = 1024
    left = np.empty(room, np.int64)
    right = np.empty(room, np.int64)
    written = 0
    for pair in range(len(one)):
        a_end = min(starts[one[pair]] + most, starts[one[pair] + 1])
        b_end = min(starts[other[pair]] + most, starts[other[pair] + 1])
        for a in range(starts[one[pair]], a_end):
            for b in range(starts[other[pair]], b_end):
                if holders[a] == holders[b]:
                    continue
                if written == room:
                    room *= 2
                    left = grown(left, room)
                    right = grown(right, room)
                left[written] = min(holders[a], holders[b])
                right[written] = max(holders[a], holders[b])
                written += 1
    return left[:written].copy(), right[:written].copy()


@inlined
def _mixed(state: Any, byte: Any) -> Any:  # noqa: ANN401
    mixed = (state ^ _U(byte)) * _U(0x9E3779B97F4A7C15)
    return mixed ^ (mixed >> _U(29))


@kernel("Tuple((u8[::1], i8[::1]))(u1[::1], i8[::1])")
def keys_without_a_number(data: Any, offsets: Any) -> Any:  # noqa: ANN401, C901 - one walk
    """Hash each text of sorted words without each one of its numbers.

    Texts with fewer than two numbers, or without a word, give no key: what they have
    left names no house. Gives the keys and the row of each.
    """
    total = len(offsets) - 1
    room = 4 * total + 64
    keys = np.empty(room, np.uint64)
    rows = np.empty(room, np.int64)
    written = 0
    for row in range(total):
        begin = offsets[row]
        end = offsets[row + 1]
        numbers = 0
        words = 0
        place = begin
        while place < end:
            stop = _word_end(data, place, end)
            if _is_number(data, place, stop):
                numbers += 1
            else:
                words += 1
            place = stop + 1
        if numbers < 2 or words == 0 or numbers > 8:
            continue
        while written + numbers > len(keys):
            more = np.empty(2 * len(keys), np.uint64)
            for old in range(written):
                more[old] = keys[old]
            keys = more
            rows = grown(rows, len(keys))
        for left_out in range(numbers):
            state = _U(29)
            seen = 0
            place = begin
            while place < end:
                stop = _word_end(data, place, end)
                if _is_number(data, place, stop):
                    if seen == left_out:
                        seen += 1
                        place = stop + 1
                        continue
                    seen += 1
                for byte in range(place, stop):
                    state = _mixed(state, data[byte])
                state = _mixed(state, _BLANK)
                place = stop + 1
            keys[written] = state
            rows[written] = row
            written += 1
    return keys[:written].copy(), rows[:written].copy()


@kernel("f8[::1](i8[::1], i8[::1], i8[::1], u8[::1], f8[::1])")
def share_rarity(
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    tokens: Any,  # noqa: ANN401
    rarity: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Give the rarity of shared tokens as a share (0 to 1) of all the two texts have.

    The tokens of each text are sorted, with their *rarity* (bits) beside them.
    """
    result = np.zeros(len(left), np.float64)
    for pair in range(len(left)):
        a = starts[left[pair]]
        a_end = starts[left[pair] + 1]
        b = starts[right[pair]]
        b_end = starts[right[pair] + 1]
        shared = 0.0
        every = 0.0
        while a < a_end or b < b_end:
            if b >= b_end or (a < a_end and tokens[a] < tokens[b]):
                every += rarity[a]
                a += 1
            elif a >= a_end or tokens[b] < tokens[a]:
                every += rarity[b]
                b += 1
            else:
                shared += rarity[a]
                every += rarity[a]
                a += 1
                b += 1
        if every > 0:
            result[pair] = shared / every
    return result


@kernel("b1[::1](u1[::1], i8[::1])")
def is_han(data: Any, offsets: Any) -> Any:  # noqa: ANN401
    """Say of each text whether it holds an ideograph: three bytes from E3 90 80 on."""
    result = np.zeros(len(offsets) - 1, np.bool_)
    for row in range(len(offsets) - 1):
        for place in range(offsets[row], offsets[row + 1]):
            if 0xE3 <= data[place] <= 0xE9:
                result[row] = True
                break
    return result
