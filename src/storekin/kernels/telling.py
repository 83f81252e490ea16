"""What is told of scored pairs: how alike they are, and what each signal says."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel
from storekin.kernels.growing import copy

COLUMNS = (
    "cosine",
    "hash_bits",
    "picture_carriers",
    "mpn",
    "shared_codes",
    "left_codes",
    "right_codes",
    "left_numbers",
    "right_numbers",
    "other_quantities",
    "exchanged_variants",
)
"""The columns that ``tell_pairs`` asks for by their place, in this order."""
(
    _COSINE,
    _HASH_BITS,
    _CARRIERS,
    _MPN,
    _SHARED_CODES,
    _LEFT_CODES,
    _RIGHT_CODES,
    _LEFT_NUMBERS,
    _RIGHT_NUMBERS,
    _OTHER_QUANTITIES,
    _EXCHANGED,
) = range(len(COLUMNS))

(
    ALWAYS,
    EQUAL_PICTURE,
    OTHER_PICTURE,
    NO_OTHER_MODEL,
    OTHER_MODEL,
    NO_OTHER_VARIANT,
    OTHER_VARIANT,
) = range(7)
"""When a signal speaks for its group of features."""

NEAR_BITS = 8
"""Bits of 64 in which two pictures may differ and still be taken for one."""

COMMON_DOUBLINGS = 2.5
"""A picture that more doublings of unlike products carry is a logo or a chart."""

_SAME_WORDS = np.float32(0.7)
_EQUAL_WORDS = np.float32(0.95)
_CENT = 100.0


@inlined
def _in_cents(steps: Any) -> Any:  # noqa: ANN401
    """Round ten-thousandths of a bit to hundredths."""
    return np.int64(np.rint(steps / _CENT))


@inlined
def _level(
    likely: Any,  # noqa: ANN401
    bars: Any,  # noqa: ANN401
    contradicts: Any,  # noqa: ANN401
    shown: Any,  # noqa: ANN401
    proven: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Name how alike two listings are; a contradiction makes them similar at most."""
    if likely >= bars[0] and proven and not contradicts:
        return np.int8(0)
    if likely >= bars[1] and shown and not contradicts:
        return np.int8(1)
    return np.int8(2) if likely >= bars[2] else np.int8(3)


@kernel(
    "void(f4[:,::1], i8[::1], i8[::1], i8[:,::1], b1[::1], i8[:,::1], i8[:,::1],"
    " i8[::1], i8[::1], f8[::1], f8[::1], f8[::1], f8[:,::1], i1[:,::1], b1[::1])"
)
def tell_pairs(  # noqa: C901, PLR0915 - one pair, all that is told of it
    columns: Any,  # noqa: ANN401
    places: Any,  # noqa: ANN401
    capping: Any,  # noqa: ANN401
    tellers: Any,  # noqa: ANN401
    always: Any,  # noqa: ANN401
    named: Any,  # noqa: ANN401
    shares: Any,  # noqa: ANN401
    steps: Any,  # noqa: ANN401
    ruled: Any,  # noqa: ANN401
    likely: Any,  # noqa: ANN401
    uncoded: Any,  # noqa: ANN401
    bars: Any,  # noqa: ANN401
    signals: Any,  # noqa: ANN401
    levels: Any,  # noqa: ANN401
    seen: Any,  # noqa: ANN401
) -> None:
    """Write what each signal says of each pair, in bits, and how alike the two are.

    ``places`` are those of ``COLUMNS``, ``capping`` of the dimensions in which a
    difference makes two listings variants at most. A group of features speaks
    ``always``, or where one of its ``tellers`` (group, column, 0) is known or one
    (group, column, 1) counts something. ``shares`` says what each group weighs and
    ``steps`` what all do, in ten-thousandths of a bit, of which the product codes
    (``ruled``) have their part; what rounding and silent groups leave goes to the first
    group. ``named`` gives each signal's group and when it speaks, -1 for the product
    codes. ``likely`` is the probability, ``uncoded`` what it were if another code did
    not count, ``bars`` the least probability of each level.

    Writes ``signals`` (signals, pairs), nan where one is silent; the level and what it
    were if size, colour, amount and code did not count; and whether an equal or near
    picture, or a product code, bears a pair out.
    """
    groups = len(always)
    speaking = np.empty(groups, np.bool_)
    cents = np.empty(groups, np.int64)
    holds = np.ones(7, np.bool_)
    for row in range(len(columns)):
        copy(always, speaking)
        for teller in range(len(tellers)):
            value = columns[row, tellers[teller, 1]]
            if value > 0 if tellers[teller, 2] else not np.isnan(value):
                speaking[tellers[teller, 0]] = True
        coded = _in_cents(ruled[row])
        cents[0] = _in_cents(steps[row]) - coded
        for group in range(1, groups):
            cents[group] = _in_cents(shares[row, group]) if speaking[group] else 0
            cents[0] -= cents[group]

        distance = columns[row, places[_HASH_BITS]]
        same_picture = distance == 0
        near_picture = (
            distance <= NEAR_BITS and columns[row, places[_CARRIERS]] < COMMON_DOUBLINGS
        )
        other_amount = columns[row, places[_OTHER_QUANTITIES]] > 0
        lone_amount = columns[row, places[_EXCHANGED]] > 0
        for dimension in range(len(capping)):
            other_amount |= columns[row, capping[dimension]] < 0
            lone_amount |= columns[row, capping[dimension]] == 0
        mpn = columns[row, places[_MPN]]
        codes = columns[row, places[_LEFT_CODES]], columns[row, places[_RIGHT_CODES]]
        left_numbers = columns[row, places[_LEFT_NUMBERS]]
        right_numbers = columns[row, places[_RIGHT_NUMBERS]]
        other_model = not mpn > 0 and (
            (codes[0] > 0 and codes[1] > 0)
            or (mpn < 0 and columns[row, places[_SHARED_CODES]] <= 0)
            or (left_numbers > 0 and right_numbers > 0)
        )
        lone_model = not other_model and (
            codes[0] > 0 or codes[1] > 0 or left_numbers > 0 or right_numbers > 0
        )

        cosine = columns[row, places[_COSINE]]
        close_words = cosine > _SAME_WORDS
        # what one title names and the other does not may have been left out, where a
        # picture or a product code says that it is one product, or the words differ
        # anyway
        sure = same_picture or coded > 0
        variant = other_amount or (lone_amount and not sure and close_words)
        number = close_words and (other_model or (lone_model and not sure))
        # highly similar is what anyone can see: a picture, a code, or most of the words
        shown = sure or near_picture or close_words
        proven = sure or cosine > _EQUAL_WORDS
        levels[0, row] = _level(likely[row], bars, variant or number, shown, proven)
        levels[1, row] = _level(uncoded[row], bars, number, shown, proven)
        seen[row] = near_picture or coded > 0

        holds[EQUAL_PICTURE] = same_picture
        holds[OTHER_PICTURE] = not same_picture
        for signal in range(len(named)):
            group = named[signal, 0]
            when = named[signal, 1]
            contradicts = group >= 0 and cents[group] < 0
            if when in (NO_OTHER_MODEL, OTHER_MODEL):
                contradicts |= other_model
                holds[when] = contradicts == (when == OTHER_MODEL)
            elif when in (NO_OTHER_VARIANT, OTHER_VARIANT):
                contradicts |= other_amount
                holds[when] = contradicts == (when == OTHER_VARIANT)
            signals[signal, row] = np.nan
            if group < 0 and ruled[row] != 0:
                signals[signal, row] = coded / _CENT
            elif group >= 0 and speaking[group] and holds[when]:
                signals[signal, row] = cents[group] / _CENT


@kernel(
    "void(f4[:,::1], i8[:,::1], f4[::1], i4[::1], i8[:,::1], f4[::1], i4[::1],"
    " i4[:,::1])"
)
def read_fields(  # noqa: C901 - one pair, two lists of tests
    columns: Any,  # noqa: ANN401
    agree: Any,  # noqa: ANN401
    agree_bars: Any,  # noqa: ANN401
    agree_bits: Any,  # noqa: ANN401
    differ: Any,  # noqa: ANN401
    differ_bars: Any,  # noqa: ANN401
    differ_bits: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write in which fields pairs agree, which both sides give, and where they differ.

    ``agree`` has a column and, or -1, another one that may speak for it: the pair
    agrees from a bar on. ``differ`` has a column and, or -1, one that is taken off it:
    the pair differs below a bar. A bar below nought is one of distances, which are held
    to its opposite the other way round. Writes (3, pairs) of bits.
    """
    for row in range(len(columns)):
        agrees = np.int32(0)
        given = np.int32(0)
        for field in range(len(agree)):
            value = columns[row, agree[field, 0]]
            if agree[field, 1] >= 0:
                other = columns[row, agree[field, 1]]
                if np.isnan(value) or other > value:
                    value = other
            if agree_bars[field] < 0:
                value = -value
            if value >= agree_bars[field]:
                agrees |= agree_bits[field]
            if not np.isnan(value):
                given |= agree_bits[field]
        differs = np.int32(0)
        for test in range(len(differ)):
            value = columns[row, differ[test, 0]]
            if differ[test, 1] >= 0:
                value -= columns[row, differ[test, 1]]
            if differ_bars[test] < 0:
                value = -value
            if value < differ_bars[test]:
                differs |= differ_bits[test]
        out[0, row] = agrees
        out[1, row] = given
        out[2, row] = differs
