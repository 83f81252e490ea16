"""Comparisons of spelling: order, typing errors, glued words, codes."""

from threading import local
from typing import Any

import numpy as np

from storekin.kernels.bits import ones
from storekin.kernels.compiled import inlined, kernel
from storekin.kernels.tokenise import MOST_TOKENS, WORD

COLUMNS = (
    "text_ratio",
    "same_start",
    "left_soft_bits",
    "right_soft_bits",
    "left_soft_rarest",
    "right_soft_rarest",
    "left_codes_found",
    "right_codes_found",
    "left_codes_lacking",
    "right_codes_lacking",
    "code_ratio",
    "code_prefix",
    "code_length",
    "left_mpn_found",
    "right_mpn_found",
    "mpn_ratio",
    "mpn_prefix",
)
"""The columns that ``compare_spelling`` writes, in this order."""

LONGEST = 128
_MOST_CODES = 6
_ABREAST = 32
_U = np.uint64
_SCRATCH = local()

_NO_PLAIN_WORD = _U(WORD + 1) << _U(61)
_MARK_BITS = 10
_MARKED = 1 << _MARK_BITS
TEXT, WORDS = 0, 1
"""What is marked of a text: its pairs of characters, and the ends of its words."""


def scratch_masks() -> Any:  # noqa: ANN401
    """Give this thread's scratch for ``compare_spelling``, zero before and after.

    It is a megabyte: to clear it anew would take longer than a few comparisons.
    """
    if not hasattr(_SCRATCH, "masks"):
        _SCRATCH.masks = np.zeros((65_536, 2), np.uint64)
    return _SCRATCH.masks


@inlined
def _common(  # the longest common subsequence, bit by bit
    characters: Any,  # noqa: ANN401
    a: Any,  # noqa: ANN401
    a_end: Any,  # noqa: ANN401
    other_characters: Any,  # noqa: ANN401
    b: Any,  # noqa: ANN401
    b_end: Any,  # noqa: ANN401
    masks: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    length = min(a_end - a, LONGEST)
    for place in range(length):
        letter = np.int64(characters[a + place])
        masks[letter, place >> 6] |= _U(1) << _U(place & 63)
    low = ~_U(0)
    high = ~_U(0)
    for place in range(b, min(b_end, b + LONGEST)):
        letter = np.int64(other_characters[place])
        one = low & masks[letter, 0]
        total = low + one
        carry = _U(1) if total < low else _U(0)
        low = total | (low - one)
        if length > 64:
            one = high & masks[letter, 1]
            high = (high + one + carry) | (high - one)
    common = np.int64(0)
    if length >= 64:
        common += ones(~low)
        if length > 64:
            left_over = length - 64
            mask = ~_U(0) if left_over == 64 else (_U(1) << _U(left_over)) - _U(1)
            common += ones(~high & mask)
    elif length > 0:
        common += ones(~low & ((_U(1) << _U(length)) - _U(1)))
    for place in range(length):
        letter = np.int64(characters[a + place])
        masks[letter, 0] = _U(0)
        masks[letter, 1] = _U(0)
    return common


@kernel("i8(u2[::1], i8, i8, u2[::1], i8, i8, u8[:,::1])")
def common_characters(
    characters: Any,  # noqa: ANN401
    a: Any,  # noqa: ANN401
    a_end: Any,  # noqa: ANN401
    others: Any,  # noqa: ANN401
    b: Any,  # noqa: ANN401
    b_end: Any,  # noqa: ANN401
    masks: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Give the length of the longest common subsequence of two texts.

    At most ``LONGEST`` characters of each count. ``masks`` is scratch of the shape
    (65536, 2), zero before and after.
    """
    return _common(characters, a, a_end, others, b, b_end, masks)


@inlined
def may_stand_in(
    characters: Any,  # noqa: ANN401
    a: Any,  # noqa: ANN401
    a_end: Any,  # noqa: ANN401
    others: Any,  # noqa: ANN401
    b: Any,  # noqa: ANN401
    b_end: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Say whether both ends of the first text stand as far apart within the second.

    Seldom they do: all places are asked side by side, and most texts go no further.
    """
    size = a_end - a
    if size < 1 or size > b_end - b:
        return False
    first = characters[a]
    last = characters[a_end - 1]
    # unsigned places are not asked whether they count from the end
    begin = np.uintp(b)
    apart = np.uintp(size - 1)
    least = np.uint16(0xFFFF)
    for step in range(b_end - b - size + 1):
        place = begin + np.uintp(step)
        one = others[place] ^ first
        other = others[place + apart] ^ last
        least = min(least, np.uint16(one | other))
    return least == 0


@kernel("b1(u2[::1], i8, i8, u2[::1], i8, i8)")
def stands_in(
    characters: Any,  # noqa: ANN401
    a: Any,  # noqa: ANN401
    a_end: Any,  # noqa: ANN401
    others: Any,  # noqa: ANN401
    b: Any,  # noqa: ANN401
    b_end: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Say whether the first text stands within the second."""
    if not may_stand_in(characters, a, a_end, others, b, b_end):
        return False
    length = a_end - a
    for place in range(b, b_end - length + 1):
        if others[place] != characters[a]:
            continue
        step = 1
        while step < length and others[place + step] == characters[a + step]:
            step += 1
        if step == length:
            return True
    return False


@inlined
def _pair_of(one: Any, other: Any) -> Any:  # noqa: ANN401
    """Number two characters, among ``_MARKED`` numbers."""
    both = (_U(one) << _U(16)) | _U(other)
    return (both * _U(0x9E3779B97F4A7C15)) >> _U(64 - _MARK_BITS)


@inlined
def _mark(marks: Any, kind: Any, number: Any) -> None:  # noqa: ANN401
    marks[kind, number >> _U(6)] |= _U(1) << (number & _U(63))


@inlined
def _is_marked(marks: Any, kind: Any, one: Any, other: Any) -> Any:  # noqa: ANN401
    number = _pair_of(one, other)
    return (marks[kind, number >> _U(6)] >> (number & _U(63))) & _U(1) == _U(1)


@inlined
def _mark_shared(
    tokens: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    one: Any,  # noqa: ANN401
    other: Any,  # noqa: ANN401
    shared: Any,  # noqa: ANN401
) -> None:
    """Mark which of the words among two titles' tokens, their first ones, both have."""
    a = starts[one]
    b = starts[other]
    while a < starts[one + 1] and b < starts[other + 1]:
        mine = tokens[a]
        yours = tokens[b]
        if min(mine, yours) >= _NO_PLAIN_WORD:
            break
        # what the other goes past is marked again, and what it meets is, too
        shared[0, a - starts[one]] = mine == yours
        shared[1, b - starts[other]] = mine == yours
        a += mine <= yours
        b += yours <= mine
    for token in range(a, starts[one + 1]):
        shared[0, token - starts[one]] = False
    for token in range(b, starts[other + 1]):
        shared[1, token - starts[other]] = False


@kernel("void(u8[:,:], u2[::1], i8, i8, u2[::1], i8, i4[:,::1], i8, i8)")
def mark_text(
    marks: Any,  # noqa: ANN401
    whole: Any,  # noqa: ANN401
    begin: Any,  # noqa: ANN401
    end: Any,  # noqa: ANN401
    characters: Any,  # noqa: ANN401
    base: Any,  # noqa: ANN401
    words: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
) -> None:
    """Mark a text's pairs of characters, and how its title's words begin and end.

    What stands in the text has its own pairs there. A word that another is like but
    for one slip begins as the other does, with its first two characters, or with the
    first and the last.
    """
    marks[:] = 0
    for place in range(begin, end - 1):
        _mark(marks, TEXT, _pair_of(whole[place], whole[place + 1]))
    for word in range(first, last):
        low = base + words[word, 0]
        high = base + words[word, 1]
        if high - low >= 3:
            _mark(marks, WORDS, _pair_of(characters[low], characters[low + 1]))
            _mark(marks, WORDS, _pair_of(characters[low], characters[high - 1]))


@kernel("i8(u8[::1], i8, i8, u8)")
def place_among(
    tokens: Any,  # noqa: ANN401
    low: Any,  # noqa: ANN401
    high: Any,  # noqa: ANN401
    wanted: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Give the place of a token among sorted, different ones; -1 if it is not there."""
    while high - low > _ABREAST:
        middle = (low + high) >> 1
        if tokens[middle] < wanted:
            low = middle + 1
        else:
            high = middle + 1
    # the last steps of a search are the ones that a processor guesses wrong
    found: Any = -1
    some = tokens[low:high]
    for place in range(len(some)):
        found = place if some[place] == wanted else found
    return low + found if found >= 0 else found


@kernel(
    "void(u2[::1], i8[::1], i4[:,::1], i2[::1], i8[::1], i4[:,::1], i8[::1],"
    " u2[::1], i8[::1], u8[::1], f4[::1], i8[::1], u2[::1],"
    " i8[::1], i8[::1], i8[::1], i8, i8, u8[:,::1], f4[:,:])"
)
def compare_spelling(  # noqa: C901, PLR0912, PLR0915 - one pair, side by side
    characters: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    words: Any,  # noqa: ANN401
    word_places: Any,  # noqa: ANN401
    word_starts: Any,  # noqa: ANN401
    codes: Any,  # noqa: ANN401
    code_starts: Any,  # noqa: ANN401
    mpns: Any,  # noqa: ANN401
    mpn_starts: Any,  # noqa: ANN401
    tokens: Any,  # noqa: ANN401
    weights: Any,  # noqa: ANN401
    token_starts: Any,  # noqa: ANN401
    whole: Any,  # noqa: ANN401
    whole_starts: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    masks: Any,  # noqa: ANN401
    vector: Any,  # noqa: ANN401
) -> None:
    """Write the comparison of the spelling of pairs [first, last).

    ``whole`` is the spelling of all texts of a listing. A word that the other title
    lacks counts nothing where it stands within the other listing's text, and a
    quarter where a like word stands in its title. ``word_places`` says which token of
    its title each word is. ``masks`` is scratch: see ``scratch_masks``.
    """
    shared = np.zeros((2, MOST_TOKENS + 8), np.bool_)
    marks = np.zeros((2, 2, _MARKED // 64), np.uint64)
    marked = np.full(2, -1, np.int64)
    for pair in range(first, last):
        one = left[pair]
        other = right[pair]
        a = starts[one]
        a_end = starts[one + 1]
        b = starts[other]
        b_end = starts[other + 1]
        length = min(a_end - a, LONGEST) + min(b_end - b, LONGEST)
        for column in range(len(COLUMNS)):
            vector[pair, column] = np.nan
        if a == a_end or b == b_end:
            continue
        vector[pair, 0] = (
            2.0 * common_characters(characters, a, a_end, characters, b, b_end, masks)
        ) / length
        prefix = 0
        while (
            prefix < a_end - a
            and prefix < b_end - b
            and characters[a + prefix] == characters[b + prefix]
        ):
            prefix += 1
        vector[pair, 1] = prefix / min(a_end - a, b_end - b)
        _mark_shared(tokens, token_starts, one, other, shared)
        for side in range(2):
            this = one if side == 0 else other
            that = other if side == 0 else one
            base = starts[this]
            held = marks[side]
            soft = np.float32(0)
            rarest = np.float32(0)
            for place in range(word_starts[this], word_starts[this + 1]):
                at = word_places[place]
                if at >= 0 and shared[side, at]:
                    continue
                weight = weights[token_starts[this] + at] if at >= 0 else np.float32(-1)
                begin = base + words[place, 0]
                end = base + words[place, 1]
                size = end - begin
                if marked[side] != that:
                    mark_text(
                        held, whole, whole_starts[that], whole_starts[that + 1],
                        characters, starts[that], words, word_starts[that],
                        word_starts[that + 1],
                    )  # fmt: skip
                    marked[side] = that
                head = characters[begin]
                tail = characters[end - 1]
                if (
                    size >= 3
                    and _is_marked(held, TEXT, head, characters[begin + 1])
                    and _is_marked(held, TEXT, characters[end - 2], tail)
                    and stands_in(
                        characters,
                        begin,
                        end,
                        whole,
                        whole_starts[that],
                        whole_starts[that + 1],
                    )
                ):
                    continue
                near = False
                if size >= 4 and (
                    _is_marked(held, WORDS, head, characters[begin + 1])
                    or _is_marked(held, WORDS, head, tail)
                ):
                    for entry in range(word_starts[that], word_starts[that + 1]):
                        low = starts[that] + words[entry, 0]
                        high = starts[that] + words[entry, 1]
                        if characters[low] != characters[begin]:
                            continue
                        same = 1
                        while (
                            same < size
                            and same < high - low
                            and characters[low + same] == characters[begin + same]
                        ):
                            same += 1
                        if same == min(size, high - low) and same >= 3:
                            near = True
                            break
                        # one slip: what follows it is the same again
                        rest = 0
                        while (
                            rest < size - same
                            and rest < high - low - same
                            and characters[high - 1 - rest]
                            == characters[end - 1 - rest]
                        ):
                            rest += 1
                        if same + rest >= max(size, high - low) - 1:
                            near = True
                            break
                if near:
                    soft += np.float32(0.25) * weight
                    continue
                soft += max(weight, np.float32(0))
                rarest = max(rarest, weight)
            vector[pair, 2 + side] = soft
            vector[pair, 4 + side] = rarest
            found = 0
            lacking = 0
            for place in range(code_starts[this], code_starts[this + 1]):
                if stands_in(
                    characters,
                    base + codes[place, 0],
                    base + codes[place, 1],
                    whole,
                    whole_starts[that],
                    whole_starts[that + 1],
                ):
                    found += 1
                else:
                    lacking += 1
            vector[pair, 6 + side] = found
            vector[pair, 8 + side] = lacking
            low = mpn_starts[this]
            high = mpn_starts[this + 1]
            if high - low >= 3:
                vector[pair, 13 + side] = stands_in(
                    mpns, low, high, whole, whole_starts[that], whole_starts[that + 1]
                )
        best = np.float32(-1)
        for place in range(
            code_starts[one], min(code_starts[one + 1], code_starts[one] + _MOST_CODES)
        ):
            low = a + codes[place, 0]
            high = a + codes[place, 1]
            for entry in range(
                code_starts[other],
                min(code_starts[other + 1], code_starts[other] + _MOST_CODES),
            ):
                begin = b + codes[entry, 0]
                end = b + codes[entry, 1]
                size = (high - low) + (end - begin)
                ratio = np.float32(
                    2.0
                    * common_characters(
                        characters, low, high, characters, begin, end, masks
                    )
                    / size
                )
                if ratio > best:
                    best = ratio
                    same = 0
                    while (
                        same < high - low
                        and same < end - begin
                        and characters[low + same] == characters[begin + same]
                    ):
                        same += 1
                    vector[pair, 10] = ratio
                    vector[pair, 11] = same / max(high - low, end - begin)
                    vector[pair, 12] = min(high - low, end - begin)
        low = mpn_starts[one]
        high = mpn_starts[one + 1]
        begin = mpn_starts[other]
        end = mpn_starts[other + 1]
        if high - low >= 3 and end - begin >= 3:
            vector[pair, 15] = (
                2.0
                * common_characters(mpns, low, high, mpns, begin, end, masks)
                / ((high - low) + (end - begin))
            )
            same = 0
            while (
                same < high - low
                and same < end - begin
                and mpns[low + same] == mpns[begin + same]
            ):
                same += 1
            vector[pair, 16] = same / min(high - low, end - begin)
