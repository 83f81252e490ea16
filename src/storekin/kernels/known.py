"""Values that are known already: tables of keys, and what new values meet in them.

A table holds the rows of each key in buckets by the key's first bits: 4 bytes a row and
no key, since what is met is compared by its text.
"""

from typing import Any

import numpy as np

from storekin.kernels.agreements import keys_without_a_number
from storekin.kernels.bits import ones
from storekin.kernels.compiled import inlined, kernel
from storekin.kernels.near import deletion_keys, one_edit_apart, part_keys

_U = np.uint64
_AT = 64

KIND = 15
"""The bits of a value's mark that tell its kind; the others are the caller's."""


@inlined
def _shift_of(starts: Any) -> Any:  # noqa: ANN401
    """Give the bits of a key that do not tell its bucket."""
    shift = _U(64)
    size = len(starts) - 1
    while size > 1:
        size >>= 1
        shift -= _U(1)
    return shift


@inlined
def _ranges(keys: Any, starts: Any) -> Any:  # noqa: ANN401
    """Give where each key's bucket begins and ends.

    A table is far larger than what a processor holds near itself: what is asked of it
    for all keys at once arrives together, and not one after another.
    """
    shift = _shift_of(starts)
    begins = np.empty(len(keys), np.int64)
    ends = np.empty(len(keys), np.int64)
    for key in range(len(keys)):
        bucket = keys[key] >> shift
        begins[key] = starts[bucket]
        ends[key] = starts[bucket + _U(1)]
    return begins, ends


@kernel("u8[::1](u1[::1], i8[::1], u1[::1])")
def value_keys(data: Any, offsets: Any, marks: Any) -> Any:  # noqa: ANN401
    """Hash each text with its kind."""
    keys = np.empty(len(marks), np.uint64)
    for row in range(len(marks)):
        state = _U(marks[row] & KIND) + _U(101)
        for place in range(offsets[row], offsets[row + 1]):
            state = (state ^ _U(data[place])) * _U(0x9E3779B97F4A7C15)
            state ^= state >> _U(31)
        keys[row] = state * _U(0xD6E8FEB86659FD93)
    return keys


@kernel("Tuple((u4[::1], u4[::1]))(u8[::1], u4[::1], i8)")
def put_in_buckets(keys: Any, rows: Any, bits: Any) -> Any:  # noqa: ANN401
    """Sort rows into 2 ** *bits* buckets: where each begins, and the rows."""
    shift = _U(64 - bits)
    starts = np.zeros((1 << bits) + 1, np.uint32)
    for place in range(len(keys)):
        starts[(keys[place] >> shift) + _U(1)] += 1
    for bucket in range(1 << bits):
        starts[bucket + 1] += starts[bucket]
    entries = np.empty(len(keys), np.uint32)
    # from the last to the first, so that each start comes to stand where it belongs
    ends = starts[1:].copy()
    for place in range(len(keys) - 1, -1, -1):
        bucket = keys[place] >> shift
        ends[bucket] -= 1
        entries[ends[bucket]] = rows[place]
    return starts, entries


@kernel(
    "void(u1[::1], i8[::1], u1[::1], u4[::1], u4[::1], u1[::1], u4[::1], u1[::1],"
    " i8[::1])"
)
def find_values(
    data: Any,  # noqa: ANN401
    offsets: Any,  # noqa: ANN401
    marks: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    entries: Any,  # noqa: ANN401
    known_data: Any,  # noqa: ANN401
    known_offsets: Any,  # noqa: ANN401
    known_marks: Any,  # noqa: ANN401
    found: Any,  # noqa: ANN401
) -> None:
    """Write the known value that each text is, or -1."""
    keys = value_keys(data, offsets, marks)
    begins, ends = _ranges(keys, starts)
    for row in range(len(keys)):
        found[row] = -1
        length = offsets[row + 1] - offsets[row]
        for entry in range(begins[row], ends[row]):
            value = entries[entry]
            begin = np.int64(known_offsets[value])
            if np.int64(known_offsets[value + 1]) - begin != length:
                continue
            if (known_marks[value] ^ marks[row]) & KIND:
                continue
            place = 0
            while (
                place < length
                and known_data[begin + place] == data[offsets[row] + place]
            ):
                place += 1
            if place == length:
                found[row] = value
                break


@kernel("i8(u1[::1], i8[::1], u1[::1])")
def place_of(data: Any, offsets: Any, wanted: Any) -> Any:  # noqa: ANN401
    """Give the row of a text among sorted ones, or -1."""
    low = 0
    high = len(offsets) - 1
    while low < high:
        middle = (low + high) >> 1
        begin = offsets[middle]
        length = offsets[middle + 1] - begin
        place = 0
        while (
            place < length
            and place < len(wanted)
            and data[begin + place] == wanted[place]
        ):
            place += 1
        if place == length and place == len(wanted):
            return middle
        if place == len(wanted) or (
            place < length and data[begin + place] > wanted[place]
        ):
            high = middle
        else:
            low = middle + 1
    return -1


_PARITIES = 12


@kernel("u2[::1](u1[::1], i8[::1], u8[::1], i8[::1])")
def near_checks(data: Any, offsets: Any, keys: Any, rows: Any) -> Any:  # noqa: ANN401
    """Give what is kept beside each key's entry: four bits of it, and parities.

    Each of the other twelve bits says whether the characters that fall to it are an
    odd number in the key's text. What two texts share cancels out: one edit changes two
    of these bits at most, and of ten texts that differ by more nine change more.
    """
    parities = np.zeros(len(offsets) - 1, np.uint16)
    for row in range(len(parities)):
        for place in range(offsets[row], offsets[row + 1]):
            parities[row] ^= np.uint16(1) << np.uint16(data[place] % _PARITIES)
    checks = np.empty(len(keys), np.uint16)
    for key in range(len(keys)):
        told = np.uint16(keys[key] & _U(15)) << np.uint16(_PARITIES)
        checks[key] = told | parities[rows[key]]
    return checks


@kernel(
    "i8(u1[::1], i8[::1], u1[::1], i8[::1], u4[::1], u4[::1], u2[::1], u1[::1],"
    " u4[::1], u1[::1], i8[::1], i8[::1])"
)
def find_near(  # noqa: C901, PLR0912 - one walk over the buckets
    data: Any,  # noqa: ANN401
    offsets: Any,  # noqa: ANN401
    marks: Any,  # noqa: ANN401
    crowd: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    entries: Any,  # noqa: ANN401
    checks: Any,  # noqa: ANN401
    known_data: Any,  # noqa: ANN401
    known_offsets: Any,  # noqa: ANN401
    known_marks: Any,  # noqa: ANN401
    found_rows: Any,  # noqa: ANN401
    found: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write the known values one edit from each text, and give how many there are.

    They are met by keys of their parts, those of the *crowd* by keys with one character
    left out, too; beside the entries stand ``near_checks``, so that few known texts
    are looked at. A text equal to a known value is not near it. What finds no room is
    left out.
    """
    keys, rows = part_keys(data, offsets)
    if len(crowd):
        more, its = deletion_keys(data, offsets, crowd, 0, 1)
        keys = np.concatenate((keys, more))
        rows = np.concatenate((rows, its))
    begins, ends = _ranges(keys, starts)
    mine = near_checks(data, offsets, keys, rows)
    written = 0
    longest = 0
    for row in range(len(offsets) - 1):
        longest = max(longest, offsets[row + 1] - offsets[row])
    both = np.empty(2 * longest + 2, np.uint8)
    for key in range(len(keys)):
        row = rows[key]
        length = offsets[row + 1] - offsets[row]
        for entry in range(begins[key], ends[key]):
            differing = _U(checks[entry] ^ mine[key])
            if differing >> _U(_PARITIES) or ones(differing) > 2:
                continue
            value = np.int64(entries[entry])
            begin = np.int64(known_offsets[value])
            its = np.int64(known_offsets[value + 1]) - begin
            if its > length + 1 or length > its + 1:
                continue
            if (known_marks[value] ^ marks[row]) & KIND:
                continue
            for place in range(length):
                both[place] = data[offsets[row] + place]
            same = its == length
            for place in range(its):
                both[length + place] = known_data[begin + place]
                same = same and both[place] == both[length + place]
            if same or not one_edit_apart(both, 0, length, length, length + its):
                continue
            # two neighbours swapped across the @ are another mailbox elsewhere
            moved = False
            if its == length:
                for place in range(length):
                    if (both[place] == _AT) != (both[length + place] == _AT):
                        moved = True
            if moved:
                continue
            told = False
            for earlier in range(written):
                if found[earlier] == value and found_rows[earlier] == row:
                    told = True
                    break
            if not told and written < len(found):
                found_rows[written] = row
                found[written] = value
                written += 1
    return written


@kernel(
    "Tuple((u8[::1], i8[::1], i8[::1]))(u1[::1], i8[::1], u4[::1], u4[::1], u4[::1],"
    " i8)"
)
def find_doors(
    data: Any,  # noqa: ANN401
    offsets: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    entries: Any,  # noqa: ANN401
    checks: Any,  # noqa: ANN401
    most: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Hash addresses without each one of their numbers, and find what has each key.

    Gives the keys, how many entries each has, and the entries, those of one key after
    another's; of a key with more than *most* none, and the count is one more. Keys are
    known by their last 32 bits beside the bucket.
    """
    keys, _ = keys_without_a_number(data, offsets)
    begins, ends = _ranges(keys, starts)
    counts = np.zeros(len(keys), np.int64)
    total = 0
    for key in range(len(keys)):
        check = np.uint32(keys[key] & _U(0xFFFFFFFF))
        for entry in range(begins[key], ends[key]):
            if checks[entry] == check:
                counts[key] += 1
                if counts[key] > most:
                    break
        total += counts[key] if counts[key] <= most else 0
    found = np.empty(total, np.int64)
    written = 0
    for key in range(len(keys)):
        if counts[key] > most or counts[key] == 0:
            continue
        check = np.uint32(keys[key] & _U(0xFFFFFFFF))
        for entry in range(begins[key], ends[key]):
            if checks[entry] == check:
                found[written] = entries[entry]
                written += 1
    return keys, counts, found


@kernel("i8(u4[::1], i8, i8, i4[::1], i8[::1], u4[::1], i8, u4[::1], i8[::1])")
def matched_parties(
    holders: Any,  # noqa: ANN401
    low: Any,  # noqa: ANN401
    high: Any,  # noqa: ANN401
    registrants: Any,  # noqa: ANN401
    wanted: Any,  # noqa: ANN401
    persons: Any,  # noqa: ANN401
    person: Any,  # noqa: ANN401
    parties: Any,  # noqa: ANN401
    found: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write the parties of the holders *low* to *high* that a store belongs to.

    That is who has one of the *wanted* registrants, or the *person* (-1 for none).
    Gives how many there are, each once.
    """
    written = 0
    for place in range(low, high):
        store = holders[place]
        fits = person >= 0 and np.int64(persons[store]) == person
        for one in wanted:
            fits = fits or np.int64(registrants[store]) == one
        if not fits:
            continue
        party = np.int64(parties[place])
        told = False
        for earlier in range(written):
            if found[earlier] == party:
                told = True
        if not told and written < len(found):
            found[written] = party
            written += 1
    return written
