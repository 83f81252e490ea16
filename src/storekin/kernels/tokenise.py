"""Titles to tokens: one pass over the UTF-8 bytes of a whole column.

A token is a 64-bit word. Its top three bits say what it is, the next five its
dimension (of a quantity or a variant), the rest is a hash of the folded text.
Nothing is kept as a string, so a million titles need some hundred megabytes.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel
from storekin.kernels.sorting import FEW, write_distinct
from storekin.normalise.text import DIGIT, IDEOGRAPH, IGNORED, LETTER, SEPARATOR

WORD, NUMBER, BIGRAM, CODE, QUANTITY, VARIANT, AGAIN = 1, 2, 3, 4, 5, 6, 7
"""What a token is: its top three bits. Distinct tokens say once what a text names;
that it names a variant again is a token of its own."""

MOST_TOKENS = 400
"""Tokens kept of one text; titles have about ten, and a wall of text is cut here."""

MOST_AGAIN = 3
"""Times that a variant is counted beyond the first: more are words for the search."""

MOST_IDEOGRAPHS, MOST_THAI = 3, 10
"""Characters of the longest variant in a script without blanks: 粉红色, สีเลือดหมู."""
_THAI = (0x0E00, 0x0E7F)

MOST_BETWEEN = 3
"""Separators that may stand between the words of a variant of two: màu - đen."""

INCHES = 0x22
"""The mark that stands for inches behind a number, where it ends no quotation."""
_MOST_INCHES = 200.0

BY = ord("x")
"""The letter between the numbers of a measure: 140x240."""

_HAN_NUMBERS = tuple(ord(numeral) for numeral in "二三四五六七八九十")
_HAN_PAIR = ord("两")

GOES_ON, AMOUNT = 0, 1
"""What stands in the place of a variant's token: where one of two words may begin, and,
with the dimension added to the latter, before an amount: "set of 4"."""

_MOST_AMOUNT = 64
_MOST_OF = 1000.0
"""A larger number behind such words is no amount: "best of 2024"."""

_U = np.uint64
_HASH_MASK = (1 << 56) - 1
_MULTIPLIER = 0x9E3779B97F4A7C15


@inlined
def _mix(state: Any, value: Any) -> Any:  # noqa: ANN401
    mixed = (state ^ _U(value)) * _U(_MULTIPLIER)
    return mixed ^ (mixed >> _U(29))


@inlined
def _tag(state: Any, kind: Any, dimension: Any) -> Any:  # noqa: ANN401
    return (state & _U(_HASH_MASK)) | (_U(kind) << _U(61)) | (_U(dimension) << _U(56))


@inlined
def _named(variant: Any, found: Any, count: Any) -> Any:  # noqa: ANN401
    """Give a variant's token, or that of being named again, for the second time on."""
    token = variant
    for times in range(1, MOST_AGAIN + 1):
        before = False
        for place in range(count):
            before = before or found[place] == token
        if not before:
            break
        dimension = (variant >> _U(56)) & _U(31)
        token = _tag(_mix(variant, times), AGAIN, dimension)
    return token


@inlined
def _han_number(point: Any) -> Any:  # noqa: ANN401
    """Give what a Han numeral from two to ten means, else 0; one is an article."""
    for value in range(2, 11):
        if point == _HAN_NUMBERS[value - 2]:
            return value
    return 2 if point == _HAN_PAIR else 0


@inlined
def _is_fraction(over: Any, under: Any) -> Any:  # noqa: ANN401
    """Say whether 1/2 or 5/8 is meant, and no list such as 8/16 or 64/128 gb."""
    if not 0 < over < under:
        return False
    if under == 3:
        return True
    return under in (2, 4, 8, 16, 32) and over % 2 == 1


@inlined
def _log_amount(value: Any) -> Any:  # noqa: ANN401
    """Number an amount: half a per cent apart is the same, 0.00098 tb and 1 gb."""
    return np.int64(np.round(np.log(max(value, 1e-9)) * 200)) + 10_000


@inlined
def _read_point(data: Any, position: Any) -> Any:  # noqa: ANN401
    """Read one UTF-8 character; what lies outside the basic plane is a blank."""
    byte = data[position]
    if byte < 0x80:
        return int(byte), position + 1
    if byte < 0xE0:
        return (
            (int(byte) & 0x1F) << 6 | (int(data[position + 1]) & 0x3F),
            position + 2,
        )
    if byte < 0xF0:
        return (
            (int(byte) & 0x0F) << 12
            | (int(data[position + 1]) & 0x3F) << 6
            | (int(data[position + 2]) & 0x3F),
            position + 3,
        )
    return 0x20, position + 4


@inlined
def find_sorted(table: Any, wanted: Any) -> Any:  # noqa: ANN401
    """Give the place of *wanted* in a sorted array, or -1."""
    low = 0
    high = len(table)
    while low < high:
        middle = (low + high) >> 1
        if table[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    if low < len(table) and table[low] == wanted:
        return low
    return -1


@inlined
def _is_marked(marks: Any, state: Any) -> Any:  # noqa: ANN401
    return (marks[(state >> _U(6)) & _U(1023)] >> (state & _U(63))) & _U(1) == _U(1)


def hash_characters(points: Sequence[int]) -> int:
    """Hash folded characters as the tokeniser does, to build its look-up tables."""
    state = 1
    for point in points:
        state = ((state ^ point) * _MULTIPLIER) & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 29
    return state & _HASH_MASK


@kernel(
    "i8(u1[::1], i8[::1], i8, i8, u2[::1], u1[::1], u8[::1], u1[::1], f8[::1],"
    " u8[::1], u8[::1], u8[::1], i8[::1])"
)
def tokenise_chunk(  # noqa: C901, PLR0912, PLR0915 - one automaton, read top to bottom
    data: Any,  # noqa: ANN401
    offsets: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    folded: Any,  # noqa: ANN401
    classes: Any,  # noqa: ANN401
    unit_hashes: Any,  # noqa: ANN401
    unit_dimensions: Any,  # noqa: ANN401
    unit_factors: Any,  # noqa: ANN401
    variant_hashes: Any,  # noqa: ANN401
    variant_tokens: Any,  # noqa: ANN401
    tokens: Any,  # noqa: ANN401
    counts: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write the distinct tokens of texts [first, last), sorted within each text.

    ``folded`` and ``classes`` are tables over the 65,536 first code points. Gives
    the number of tokens written; ``counts`` gets the number for each text.
    """
    written = 0
    # nearly no word is a variant: a bit for each hash's end spares the look-up
    marks = np.zeros(1024, np.uint64)
    for variant in variant_hashes:
        marks[(variant >> _U(6)) & _U(1023)] |= _U(1) << (variant & _U(63))
    # one text as folded characters with their classes
    text = np.empty(4096, np.uint16)
    kind = np.empty(4096, np.uint8)
    found = np.empty(MOST_TOKENS + 8, np.uint64)
    ordered = np.empty(FEW, np.uint64)
    for row in range(first, last):
        position = offsets[row]
        end = offsets[row + 1]
        size = 0
        while position < end and size < 4094:
            point, position = _read_point(data, position)
            class_ = classes[point]
            if class_ == IGNORED:
                continue
            text[size] = folded[point]
            kind[size] = class_
            size += 1
        kind[size] = SEPARATOR
        text[size] = 0x20
        count = 0
        at = 0
        unit_at = -1
        # the numbers before: of 1 1/2 the whole one, and what is over the line
        value = 0.0
        quoted = False
        # where words ended that stand before an amount, and of which dimension it is
        amount_at = -8
        amount_in = np.int64(0)
        number_at = -1
        number_end = -2
        whole = 0.0
        # the code that the current run of letters and digits spells, if both occur
        code_state = _U(7)
        code_letters = 0
        code_digits = 0
        code_size = 0
        while at <= size:
            class_ = kind[at]
            # a code goes on over one hyphen, slash or dot between letters and digits
            joins = (
                class_ == SEPARATOR
                and at < size
                and code_size > 0
                and (text[at] == 0x2D or text[at] == 0x2F or text[at] == 0x2E)
                and (kind[at + 1] == LETTER or kind[at + 1] == DIGIT)
            )
            if class_ not in (LETTER, DIGIT) and not joins:
                if (
                    code_letters > 0
                    and code_digits > 0
                    and code_size >= 3
                    and code_size <= 24
                    and count < MOST_TOKENS
                ):
                    found[count] = _tag(code_state, CODE, min(code_digits, 31))
                    count += 1
                code_state = _U(7)
                code_letters = 0
                code_digits = 0
                code_size = 0
            if class_ == LETTER:
                state = _U(1)
                begin = at
                while kind[at] == LETTER:
                    state = _mix(state, text[at])
                    code_state = _mix(code_state, text[at])
                    at += 1
                code_size += at - begin
                # 140x240 is a measure and no model's code
                by = at - begin == 1 and text[begin] == BY and code_digits > 0
                if not by or kind[at] != DIGIT or kind[begin - 1] != DIGIT:
                    code_letters += at - begin
                if count < MOST_TOKENS:
                    found[count] = _tag(state, WORD, 0)
                    count += 1
                place = -1
                if _is_marked(marks, state):
                    place = find_sorted(variant_hashes, state & _U(_HASH_MASK))
                # the l of "0.5 l" is a unit, not a size
                if place >= 0 and variant_tokens[place] < _MOST_AMOUNT:
                    amount_at = at
                    amount_in = np.int64(variant_tokens[place]) - AMOUNT
                elif place >= 0 and begin != unit_at and count < MOST_TOKENS:
                    found[count] = _named(variant_tokens[place], found, count)
                    count += 1
                state = _mix(state, 0x20)
                if _is_marked(marks, state):
                    place = find_sorted(variant_hashes, state & _U(_HASH_MASK))
                    further = at
                    while (
                        further < size
                        and further - at < MOST_BETWEEN
                        and kind[further] == SEPARATOR
                    ):
                        further += 1
                    if place >= 0 and further > at and kind[further] == LETTER:
                        while kind[further] == LETTER:
                            state = _mix(state, text[further])
                            further += 1
                        place = find_sorted(variant_hashes, state & _U(_HASH_MASK))
                        if place >= 0 and variant_tokens[place] < _MOST_AMOUNT:
                            amount_at = further
                            amount_in = np.int64(variant_tokens[place]) - AMOUNT
                        elif place >= 0 and count < MOST_TOKENS:
                            found[count] = _named(variant_tokens[place], found, count)
                            count += 1
            elif class_ == DIGIT:
                state = _U(2)
                over = value
                joined = (
                    number_end == at - 1
                    and text[at - 1] == 0x2F
                    and (number_at == 0 or kind[number_at - 1] != LETTER)
                )
                if not joined:
                    follows = number_end == at - 1 and text[at - 1] in (0x20, 0x2D)
                    whole = value if follows else 0.0
                value = 0.0
                scale = 0.0
                begin = at
                while kind[at] == DIGIT or (
                    (text[at] == 0x2E or text[at] == 0x2C)
                    and at < size
                    and kind[at + 1] == DIGIT
                    and scale == 0.0
                ):
                    if kind[at] == DIGIT:
                        state = _mix(state, text[at])
                        code_state = _mix(code_state, text[at])
                        code_digits += 1
                        code_size += 1
                        if scale > 0.0:
                            value += (int(text[at]) - 48) * scale
                            scale *= 0.1
                        else:
                            value = value * 10.0 + (int(text[at]) - 48)
                    else:
                        # three digits after a comma are thousands: 1,500 ml
                        thousands = (
                            text[at] == 0x2C
                            and at + 3 < size + 1
                            and kind[at + 2] == DIGIT
                            and kind[at + 3] == DIGIT
                            and kind[min(at + 4, size)] != DIGIT
                        )
                        if not thousands:
                            state = _mix(state, 0x2E)
                            scale = 0.1
                    at += 1
                number = state
                digits = min(at - begin, 31)
                number_at = begin
                number_end = at
                amount_of = value
                if joined and _is_fraction(over, value):
                    amount_of = whole + over / value
                # a unit behind the number, with or without a space
                unit = at
                best = -1
                inches = (
                    at < size
                    and text[at] == INCHES
                    and not quoted
                    and value <= _MOST_INCHES
                    and kind[at + 1] == SEPARATOR
                    and text[at + 1] != 0x40
                    and (
                        begin == 0
                        or (kind[begin - 1] == SEPARATOR and text[begin - 1] != 0x2D)
                    )
                )
                if unit < size and (text[unit] == 0x20 or text[unit] == 0x2D):
                    unit += 1
                stop = unit
                best_stop = unit
                wanted = np.uint8(SEPARATOR)
                if inches:
                    state = _mix(_U(1), INCHES)
                    best = find_sorted(unit_hashes, state & _U(_HASH_MASK))
                elif kind[unit] == LETTER or kind[unit] == IDEOGRAPH:
                    state = _U(1)
                    wanted = kind[unit]
                    while kind[stop] == wanted and stop - unit < 12:
                        state = _mix(state, text[stop])
                        stop += 1
                        if wanted == IDEOGRAPH:
                            place = find_sorted(unit_hashes, state & _U(_HASH_MASK))
                            if place >= 0:
                                best = place
                                best_stop = stop
                    if wanted == LETTER and kind[stop] != LETTER:
                        best = find_sorted(unit_hashes, state & _U(_HASH_MASK))
                        best_stop = stop
                if best >= 0:
                    digits = 0  # a quantity's number is compared as a quantity
                    unit_at = unit
                    amount = _mix(_U(3), _log_amount(amount_of * unit_factors[best]))
                    if count < MOST_TOKENS:
                        found[count] = _tag(amount, QUANTITY, unit_dimensions[best])
                        count += 1
                    # 500ml is a quantity, not a model code
                    if (
                        best_stop == stop
                        and wanted == LETTER
                        and unit == at
                        and kind[stop] != DIGIT
                        and code_letters == 0
                    ):
                        code_size = -64
                told = (
                    1 <= begin - amount_at <= 2
                    and (text[amount_at] == 0x20 or text[amount_at] == 0x3A)
                    and value <= _MOST_OF
                    and best < 0
                )
                if told and kind[at] != LETTER and count < MOST_TOKENS:
                    digits = 0
                    amount = _mix(_U(3), _log_amount(value))
                    found[count] = _tag(amount, QUANTITY, amount_in)
                    count += 1
                if count < MOST_TOKENS:
                    found[count] = _tag(number, NUMBER, digits)
                    count += 1
            elif class_ == IDEOGRAPH:
                begin = at
                while kind[at] == IDEOGRAPH:
                    most = MOST_IDEOGRAPHS
                    if _THAI[0] <= text[at] <= _THAI[1]:
                        most = MOST_THAI
                    state = _U(1)
                    alone = kind[at + 1] != IDEOGRAPH and at == begin
                    for step in range(most):
                        if kind[at + step] != IDEOGRAPH:
                            break
                        state = _mix(state, text[at + step])
                        # one ideograph is a part of words that mean something else
                        if (step == 0 and not alone) or not _is_marked(marks, state):
                            continue
                        place = find_sorted(variant_hashes, state & _U(_HASH_MASK))
                        if place >= 0 and count < MOST_TOKENS:
                            found[count] = _named(variant_tokens[place], found, count)
                            count += 1
                    several = _han_number(text[at])
                    if several > 0 and (at == begin or not _han_number(text[at - 1])):
                        state = _U(1)
                        best = -1
                        for stop in range(at + 1, min(at + 13, size)):
                            if kind[stop] != IDEOGRAPH:
                                break
                            state = _mix(state, text[stop])
                            place = find_sorted(unit_hashes, state & _U(_HASH_MASK))
                            best = place if place >= 0 else best
                        if best >= 0 and count < MOST_TOKENS:
                            amount = _mix(
                                _U(3), _log_amount(several * unit_factors[best])
                            )
                            found[count] = _tag(amount, QUANTITY, unit_dimensions[best])
                            count += 1
                    if at > begin and count < MOST_TOKENS:
                        state = _mix(_mix(_U(5), text[at - 1]), text[at])
                        found[count] = _tag(state, BIGRAM, 0)
                        count += 1
                    at += 1
                if at - begin == 1 and count < MOST_TOKENS:
                    found[count] = _tag(_mix(_U(5), text[begin]), BIGRAM, 0)
                    count += 1
            else:
                if text[at] == INCHES:
                    # behind a number it means inches, unless it ends a quotation
                    quoted = kind[at + 1] != SEPARATOR and (
                        at == 0 or kind[at - 1] == SEPARATOR
                    )
                at += 1
        # no token is 0
        counts[row] = write_distinct(found, count, _U(0), ordered, tokens, written)
        written += counts[row]
    return written
