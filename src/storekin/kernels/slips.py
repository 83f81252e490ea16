"""Numbers and codes that nearly agree: a slip of the hand, or another digit.

A seller who mistypes a model number swaps two characters, doubles or loses one, or
hits a letter; a sister model has another digit in its place. Spelled alike, they do not
mean alike.
"""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel

COLUMNS = (
    "slipped_runs",
    "cut_runs",
    "changed_runs",
    "left_lone_runs",
    "right_lone_runs",
)
"""The columns that ``compare_runs`` writes, in this order."""

MOST_RUNS = 16
_NINE, _ZERO = 0x39, 0x30

LONE, CUT, CHANGED, SLIPPED = 0, 1, 2, 3
"""How two runs are alike: not at all, a digit more, other digits, or by a slip."""


@inlined
def _is_digit(letter: Any) -> Any:  # noqa: ANN401
    return _ZERO <= letter <= _NINE


@kernel("b1(u2[::1], i8, i8, u2[::1], u1[::1], i8, i8)")
def stands_apart(
    characters: Any,  # noqa: ANN401
    a: Any,  # noqa: ANN401
    a_end: Any,  # noqa: ANN401
    others: Any,  # noqa: ANN401
    breaks: Any,  # noqa: ANN401
    b: Any,  # noqa: ANN401
    b_end: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Say whether the first text stands in the second, no digit of it cut off.

    Three characters and more may be glued to letters; fewer may not.
    """
    size = a_end - a
    for place in range(b, b_end - size + 1):
        step = 0
        while step < size and others[place + step] == characters[a + step]:
            step += 1
        if step < size:
            continue
        end = place + size
        starts = place == b or breaks[place] != 0
        ends = end == b_end or breaks[end] != 0
        if size >= 3:
            starts = starts or not _is_digit(characters[a])
            ends = ends or not _is_digit(characters[a_end - 1])
        if starts and ends:
            return True
    return False


@kernel("i8(u2[::1], i8, i8, i8, i8)")
def how_alike(
    characters: Any,  # noqa: ANN401
    a: Any,  # noqa: ANN401
    a_end: Any,  # noqa: ANN401
    b: Any,  # noqa: ANN401
    b_end: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Say how two runs of one text that are not equal are alike; see ``LONE``."""
    size = a_end - a
    other = b_end - b
    least = min(size, other)
    before = 0
    while before < least and characters[a + before] == characters[b + before]:
        before += 1
    after = 0
    while (
        after < least - before
        and characters[a_end - 1 - after] == characters[b_end - 1 - after]
    ):
        after += 1
    if size == other:
        middle = size - before - after
        one = characters[a + before]
        two = characters[b + before]
        if middle == 1:
            both = _is_digit(one) and _is_digit(two)
            return CHANGED if both else SLIPPED
        if (
            middle == 2
            and one == characters[b + before + 1]
            and two == characters[a + before + 1]
        ):
            return SLIPPED
        for place in range(before, size - after):
            one = characters[a + place]
            two = characters[b + place]
            if one != two and not (_is_digit(one) and _is_digit(two)):
                return LONE
        return CHANGED
    if abs(size - other) == 1 and before + after >= least > 0:
        long = a if size > other else b
        return CUT if _is_digit(characters[long + before]) else SLIPPED
    return LONE


@kernel(
    "void(u2[::1], i8[::1], i4[:,::1], i8[::1], u2[::1], u1[::1], i8[::1], i8[::1],"
    " i8[::1], i8, i8, f4[:,:])"
)
def compare_runs(  # noqa: C901 - one pair, both sides, then both together
    characters: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    runs: Any,  # noqa: ANN401
    run_starts: Any,  # noqa: ANN401
    whole: Any,  # noqa: ANN401
    whole_breaks: Any,  # noqa: ANN401
    whole_starts: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    vector: Any,  # noqa: ANN401
) -> None:
    """Write how the runs with digits of pairs [first, last) differ.

    A run that stands in the other listing's text (``whole``) is found; of the others
    each counts by the likest one of the other side. nan where neither side has any.
    """
    open_runs = np.empty((2, MOST_RUNS), np.bool_)
    likest = np.empty((2, MOST_RUNS), np.int64)
    counts = np.empty((2, 4), np.int64)
    for pair in range(first, last):
        one = left[pair]
        other = right[pair]
        low = run_starts[one]
        high = run_starts[other]
        count_low = min(run_starts[one + 1] - low, MOST_RUNS)
        count_high = min(run_starts[other + 1] - high, MOST_RUNS)
        if count_low == 0 and count_high == 0:
            for column in range(5):
                vector[pair, column] = np.nan
            continue
        for column in range(5):
            vector[pair, column] = 0
        for side in range(2):
            this = one if side == 0 else other
            that = other if side == 0 else one
            base = low if side == 0 else high
            for place in range(count_low if side == 0 else count_high):
                begin = starts[this] + runs[base + place, 0]
                end = starts[this] + runs[base + place, 1]
                found = stands_apart(
                    characters,
                    begin,
                    end,
                    whole,
                    whole_breaks,
                    whole_starts[that],
                    whole_starts[that + 1],
                )
                open_runs[side, place] = not found
                likest[side, place] = LONE
        counts[:] = 0
        for place in range(count_low):
            if not open_runs[0, place]:
                continue
            begin = starts[one] + runs[low + place, 0]
            end = starts[one] + runs[low + place, 1]
            for entry in range(count_high):
                if not open_runs[1, entry]:
                    continue
                alike = how_alike(
                    characters,
                    begin,
                    end,
                    starts[other] + runs[high + entry, 0],
                    starts[other] + runs[high + entry, 1],
                )
                likest[0, place] = max(likest[0, place], alike)
                likest[1, entry] = max(likest[1, entry], alike)
            counts[0, likest[0, place]] += 1
        for entry in range(count_high):
            if open_runs[1, entry]:
                counts[1, likest[1, entry]] += 1
        vector[pair, 0] = min(counts[0, SLIPPED], counts[1, SLIPPED])
        vector[pair, 1] = min(counts[0, CUT], counts[1, CUT])
        vector[pair, 2] = min(counts[0, CHANGED], counts[1, CHANGED])
        vector[pair, 3] = counts[0, LONE]
        vector[pair, 4] = counts[1, LONE]
