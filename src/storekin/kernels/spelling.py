"""Titles as they are spelled: folded characters, words in order, codes, n-grams.

Tokens say which words two titles share. What they miss, the spelling shows: glued
words, typing errors, the order of words, and codes that differ by one character.
"""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel
from storekin.kernels.sorting import FEW, write_distinct
from storekin.kernels.tokenise import (
    BY,
    WORD,
    _mix,
    _read_point,
    _tag,
    find_sorted,
)
from storekin.normalise.text import DIGIT, IGNORED, LETTER, SEPARATOR

GRAM_BITS = 20
"""N-grams are numbered by so many bits of their hash."""

_U = np.uint64
_HASH_MASK = (1 << 56) - 1
_NO_GRAM = np.uint32(0xFFFFFFFF)


@kernel(
    "void(u1[::1], i8[::1], i8, i8, i8, u2[::1], u1[::1], u8[::1], u2[::1], u1[::1],"
    " i4[:,::1], u8[::1], i4[:,::1], i4[:,::1], i8[:,::1])"
)
def spell_chunk(  # noqa: C901, PLR0912, PLR0915 - one automaton, read top to bottom
    data: Any,  # noqa: ANN401
    offsets: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    most: Any,  # noqa: ANN401
    folded: Any,  # noqa: ANN401
    classes: Any,  # noqa: ANN401
    unit_hashes: Any,  # noqa: ANN401
    characters: Any,  # noqa: ANN401
    breaks: Any,  # noqa: ANN401
    words: Any,  # noqa: ANN401
    word_tokens: Any,  # noqa: ANN401
    codes: Any,  # noqa: ANN401
    runs: Any,  # noqa: ANN401
    counts: Any,  # noqa: ANN401
) -> None:
    """Spell texts [first, last), at most ``most`` characters of each.

    Writes letters, digits and ideographs without what stands between them, and marks
    where a run begins. Words are runs of letters, codes runs of letters and digits
    that a hyphen, slash or dot may join, and runs those that nothing joins and that
    have a digit: all as begin and end within the text. The rows of ``counts`` get the
    number of characters, words, codes and runs of each text, from the second place on.
    """
    size = 0
    word = 0
    code = 0
    piece = 0
    for row in range(first, last):
        position = offsets[row]
        end = offsets[row + 1]
        base = size
        word_base = word
        code_base = code
        piece_base = piece
        open_piece = False
        piece_digits = 0
        before = np.int64(SEPARATOR)
        state = _U(1)
        letters = 0
        digits = 0
        measured = False
        run = 0
        unit_state = _U(1)
        unit_letters = 0
        open_word = False
        gap = 0
        while True:
            at_end = position >= end or size - base >= most
            if at_end:
                point = 0x20
                class_ = np.int64(SEPARATOR)
            else:
                point, position = _read_point(data, position)
                class_ = np.int64(classes[point])
            if class_ == IGNORED:
                continue
            letter = np.int64(folded[point])
            if open_word and class_ != LETTER:
                words[word, 1] = size - base
                word_tokens[word] = _tag(state, WORD, 0)
                word += 1
                open_word = False
            if class_ not in (LETTER, DIGIT):
                if open_piece:
                    runs[piece, 1] = size - base
                    piece += piece_digits > 0
                    open_piece = False
                # one hyphen, slash or dot does not end a code
                if (
                    class_ == SEPARATOR
                    and not at_end
                    and run > 0
                    and gap == 0
                    and letter in (0x2D, 0x2F, 0x2E)
                ):
                    gap = 1
                else:
                    if run > 0:
                        amount = (
                            letters > 0
                            and letters == unit_letters
                            and find_sorted(unit_hashes, unit_state & _U(_HASH_MASK))
                            >= 0
                        )
                        if (
                            run <= 24
                            and not amount
                            and (
                                (letters > 0 and digits > 0 and run >= 4)
                                or (letters == 0 and run == digits and run >= 5)
                            )
                        ):
                            codes[code, 1] = size - base
                            code += 1
                        run = 0
                    gap = 0
            else:
                if run == 0:
                    codes[code, 0] = size - base
                    letters = 0
                    digits = 0
                    unit_letters = 0
                if not open_piece:
                    runs[piece, 0] = size - base
                    open_piece = True
                    piece_digits = 0
                run += 1
                gap = 0
                if class_ == DIGIT:
                    # the x of 140x240 is no letter of a code
                    letters -= measured and unit_letters == 1
                    measured = False
                    digits += 1
                    piece_digits += 1
                    unit_state = _U(1)
                    unit_letters = 0
                else:
                    measured = before == DIGIT and letter == BY
                    letters += 1
                    unit_letters += 1
                    unit_state = _mix(unit_state, letter)
                    if not open_word:
                        words[word, 0] = size - base
                        open_word = True
                        state = _U(1)
                    state = _mix(state, letter)
            if class_ != SEPARATOR:
                characters[size] = letter
                breaks[size] = class_ != before
                size += 1
            before = class_
            if at_end:
                break
        counts[0, row + 1] = size - base
        counts[1, row + 1] = word - word_base
        counts[2, row + 1] = code - code_base
        counts[3, row + 1] = piece - piece_base


@inlined
def _gram(state: Any) -> Any:  # noqa: ANN401
    return np.uint32((state * _U(0x9E3779B97F4A7C15)) >> _U(64 - GRAM_BITS))


@kernel("void(u2[::1], u1[::1], i8[::1], i8, i8, i8, u4[::1], i8[::1])")
def gram_chunk(  # noqa: C901 - three kinds of run ends
    characters: Any,  # noqa: ANN401
    breaks: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    width: Any,  # noqa: ANN401
    grams: Any,  # noqa: ANN401
    counts: Any,  # noqa: ANN401
) -> None:
    """Write the distinct n-grams of texts [first, last), sorted, by their numbers.

    With a width of 3 they lie within words and mark their ends; wider ones run on
    over the words.
    """
    written = 0
    found = np.empty(8192, np.uint32)
    ordered = np.empty(2 * FEW, np.uint32)
    padded = np.empty(8192, np.uint16)
    for row in range(first, last):
        length = 0
        for place in range(starts[row], starts[row + 1]):
            if length > 8000:
                break
            if breaks[place] and length > 0:
                padded[length] = 0x20
                length += 1
            padded[length] = characters[place]
            length += 1
        count = 0
        if length > 0:
            if width == 3:
                for place in range(length):
                    if padded[place] == 0x20:
                        continue
                    one = _U(0x20) if place == 0 else _U(padded[place - 1])
                    two = _U(padded[place])
                    three = _U(0x20) if place + 1 == length else _U(padded[place + 1])
                    found[count] = _gram((one << _U(32)) | (two << _U(16)) | three)
                    count += 1
            else:
                for place in range(max(1, length - width + 1)):
                    state = _U(7)
                    for step in range(place, min(place + width, length)):
                        state = _mix(state, padded[step])
                    found[count] = _gram(state)
                    count += 1
        counts[row] = write_distinct(found, count, _NO_GRAM, ordered, grams, written)
        written += counts[row]


@kernel("void(u8[::1], i8[::1], i8, i8, u4[::1], i8[::1])")
def word_pair_chunk(
    word_tokens: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    grams: Any,  # noqa: ANN401
    counts: Any,  # noqa: ANN401
) -> None:
    """Write the distinct pairs of neighbouring words of texts [first, last)."""
    written = 0
    for row in range(first, last):
        base = written
        for place in range(starts[row], starts[row + 1] - 1):
            pair = _mix(_mix(_U(9), word_tokens[place]), word_tokens[place + 1])
            number = _gram(pair)
            back = written
            # a handful a text: kept sorted as they come
            while back > base and grams[back - 1] > number:
                back -= 1
            if back > base and grams[back - 1] == number:
                continue
            for step in range(written, back, -1):
                grams[step] = grams[step - 1]
            grams[back] = number
            written += 1
        counts[row] = written - base


@kernel("void(u4[::1], i8[::1])")
def count_grams(grams: Any, counts: Any) -> None:  # noqa: ANN401
    """Count how often each n-gram occurs."""
    for place in range(len(grams)):
        counts[grams[place]] += 1
