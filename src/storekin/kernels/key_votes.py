"""Keys of many pictures, and which pictures share some of them the same way round."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel
from storekin.kernels.laid_over import turn_key

WAYS = 24
"""Four quarters, three turns of the patch, mirrored or not."""


@kernel("u4[::1](u8[::1], i8, i8)")
def find_buckets(keys: Any, wide: Any, bits: Any) -> Any:  # noqa: ANN401
    """Give where each bucket of sorted keys of *wide* bits begins.

    A bucket has those that are the same but for their last *bits*.
    """
    buckets = np.int64(1) << (wide - bits)
    edges = np.zeros(buckets + 1, np.uint32)
    for key in keys:
        edges[np.int64(key >> np.uint64(bits)) + 1] += 1
    for bucket in range(buckets):
        edges[bucket + 1] += edges[bucket]
    return edges


@inlined
def _find(rests: Any, low: Any, end: Any, rest: Any) -> Any:  # noqa: ANN401
    """Give the first entry of a bucket that is not below *rest*."""
    while end - low > 8:
        middle = (low + end) // 2
        if rests[middle] < rest:
            low = middle + 1
        else:
            end = middle
    while low < end and rests[low] < rest:
        low += 1
    return low


@inlined
def _keep(found: Any, many: Any, other: Any, given: Any, most: Any) -> Any:  # noqa: ANN401
    """Keep a picture with its votes among the likest *most*; gives their number."""
    lowest = 0
    for at in range(many):
        if found[at, 0] == other:
            found[at, 1] = max(found[at, 1], given)
            return many
        fewer = found[at, 1] < found[lowest, 1]
        if fewer or (
            found[at, 1] == found[lowest, 1] and found[at, 0] > found[lowest, 0]
        ):
            lowest = at
    at = many
    if many == most:
        at = lowest
        if given < found[at, 1] or (given == found[at, 1] and other > found[at, 0]):
            return many
    found[at, 0] = other
    found[at, 1] = given
    return min(many + 1, most)


@kernel(
    "i8(u4[::1], i4[::1], u4[::1], i8, b1[:],"
    " u8[:,:,:], u1[:,:,:], u2[:], i8[::1], i8[::1], u8[:,::1], u8[::1], i8[:,::1],"
    " i8[::1], u1[::1], i4[::1], i8[:,::1])"
)
def vote(  # noqa: C901, PLR0912, PLR0915 - one way round after another
    rests: Any,  # noqa: ANN401
    owners: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    bits: Any,  # noqa: ANN401
    gone: Any,  # noqa: ANN401
    asked: Any,  # noqa: ANN401
    weak: Any,  # noqa: ANN401
    counts: Any,  # noqa: ANN401
    rows: Any,  # noqa: ANN401
    before: Any,  # noqa: ANN401
    swaps: Any,  # noqa: ANN401
    odd: Any,  # noqa: ANN401
    flips: Any,  # noqa: ANN401
    bounds: Any,  # noqa: ANN401
    votes: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write which pictures have keys in common with those asked, the same way round.

    The table's keys, sorted, are in buckets of all but their last *bits*: what is left
    of each (``rests``), and whose it is (``owners``, ascending among equal keys; those
    ``gone`` say nothing). Asked are *rows* of the fields of prints, each for pictures
    numbered below its ``before``: straight, mirrored, turned (``swaps``; ``odd``: the
    signs that a mirror and a turn change, then the mirror's after each quarter); the
    straight ones also with one or two weak signs changed (``flips``, by number, -1:
    none). ``bounds``: signs of a key that count; votes at the least; holders of a key
    beyond which it says nothing of any two of them; how many of these stand for all,
    and the keys that one needs in common with them; of each row's pictures the likest
    so many; holders of a key up to which it gives three votes, up to four times as many
    two, else one.

    Writes number of the row, picture and votes. Gives how many there are; those beyond
    the capacity are counted only. ``votes`` (zeros) and ``last`` (-1) are room for all
    pictures, and are left so.
    """
    least = bounds[1]
    most = bounds[2]
    leaders = bounds[3]
    least_of_crowd = bounds[4]
    most_found = bounds[5]
    rare = bounds[6]
    mask = (np.uint64(1) << np.uint64(bounds[0])) - np.uint64(1)
    low_mask = (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
    touched = np.empty(min(len(votes), 65536), np.int32)
    found = np.empty((most_found, 2), np.int64)
    crowd = np.empty((64, 2), np.int64)
    turned = np.empty((3, asked.shape[2]), np.uint64)
    written = 0
    for number in range(len(rows)):
        row = rows[number]
        count = np.int64(counts[row])
        limit = before[number]
        many = 0
        in_crowd = 0
        for place in range(count):
            for angle in range(3):
                turned[angle, place] = asked[row, angle, place]
        for way in range(WAYS):
            quarters = way // 6
            angle = (way // 2) % 3
            mirrored = way % 2
            if way % 6 == 0 and quarters:
                for side in range(3):
                    for place in range(count):
                        turned[side, place] = turn_key(
                            turned[side, place], swaps, odd[1]
                        )
            straight = way < 2
            near = 0
            for place in range(count):
                own = turned[angle, place]
                if mirrored:
                    own ^= odd[2 + quarters]
                for probe in range(len(flips) if straight else 1):
                    key = own
                    for flip in range(2):
                        if flips[probe, flip] >= 0:
                            sign = weak[row, place, flips[probe, flip]]
                            key ^= np.uint64(1) << np.uint64(sign)
                    key &= mask
                    bucket = np.int64(key >> np.uint64(bits))
                    rest = np.uint32(key & low_mask)
                    end = np.int64(edges[bucket + 1])
                    low = _find(rests, np.int64(edges[bucket]), end, rest)
                    high = low
                    while (
                        high < end
                        and rests[high] == rest
                        and owners[high] < limit
                        and high - low <= most
                    ):
                        high += 1
                    if high - low > most:
                        if probe == 0 and straight:
                            led = 0
                            for entry in range(low, high):
                                other = np.int64(owners[entry])
                                if gone[other]:
                                    continue
                                led += 1
                                if led > leaders:
                                    break
                                at = 0
                                while at < in_crowd and crowd[at, 0] != other:
                                    at += 1
                                if at == in_crowd and in_crowd < len(crowd):
                                    crowd[at, 0] = other
                                    crowd[at, 1] = 0
                                    in_crowd += 1
                                if at < in_crowd:
                                    crowd[at, 1] += 1
                        continue
                    # the fewer have a key, the more it says; never enough by itself
                    holders = high - low
                    weight = 3 if holders <= rare else 2 if holders <= 4 * rare else 1
                    for entry in range(low, high):
                        other = np.int64(owners[entry])
                        if gone[other] or last[other] == place:
                            continue
                        if votes[other] == 0:
                            if near == len(touched):
                                # more than is ever of use: the rest is left
                                continue
                            touched[near] = other
                            near += 1
                        last[other] = place
                        votes[other] = min(votes[other] + weight, 255)
            for entry in range(near):
                other = np.int64(touched[entry])
                given = np.int64(votes[other])
                votes[other] = 0
                last[other] = -1
                if given >= least:
                    many = _keep(found, many, other, given, most_found)
        for at in range(in_crowd):
            if crowd[at, 1] >= least_of_crowd:
                many = _keep(found, many, crowd[at, 0], crowd[at, 1], most_found)
        for at in range(many):
            if written < len(out):
                out[written, 0] = number
                out[written, 1] = found[at, 0]
                out[written, 2] = found[at, 1]
            written += 1
    return written
