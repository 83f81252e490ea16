"""Keys of many pictures, and which pictures share some of them the same way round."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel

SHIFT = 16
"""Keys are looked up by their first 20 of 36 bits, and read through from there."""

BUCKETS = 1 << 20


@kernel("i8[::1](u8[::1])")
def find_buckets(keys: Any) -> Any:  # noqa: ANN401
    """Give where each bucket of sorted 36-bit keys begins."""
    edges = np.zeros(BUCKETS + 1, np.int64)
    for key in keys:
        edges[np.int64(key >> np.uint64(SHIFT)) + 1] += 1
    for bucket in range(BUCKETS):
        edges[bucket + 1] += edges[bucket]
    return edges


@kernel(
    "i8(u8[::1], i4[::1], i8[::1], u8[:,::1], i8[::1], i8[::1], i4[::1], i8, i8, i8,"
    " i8[::1])"
)
def vote(  # noqa: C901, PLR0912 - one way round after another
    keys: Any,  # noqa: ANN401
    owners: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    asked: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    ways: Any,  # noqa: ANN401
    pictures: Any,  # noqa: ANN401
    least: Any,  # noqa: ANN401
    most: Any,  # noqa: ANN401
    total: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write which pictures have *least* keys and more in common with those asked.

    ``asked`` has the keys of each place of picture ``pictures[n]`` in rows
    ``starts[n]:starts[n + 1]``, a column for each probe; ``ways`` numbers the way round
    of each probe. A key that more than *most* entries have says nothing. A pair is
    written as ``lower << 32 | higher``, at most once for each picture asked; gives
    their number, those beyond the capacity are counted only.
    """
    votes = np.zeros(total, np.uint8)
    last_place = np.full(total, -1, np.int64)
    said = np.full(total, -1, np.int64)
    touched = np.empty(total, np.int64)
    written = 0
    probes = asked.shape[1]
    for number in range(len(pictures)):
        own = pictures[number]
        first = 0
        while first < probes:
            after = first
            while after < probes and ways[after] == ways[first]:
                after += 1
            count = 0
            for place in range(starts[number], starts[number + 1]):
                for probe in range(first, after):
                    key = asked[place, probe]
                    bucket = np.int64(key >> np.uint64(SHIFT))
                    low = edges[bucket]
                    end = edges[bucket + 1]
                    while low < end and keys[low] < key:
                        low += 1
                    high = low
                    while high < end and keys[high] == key and high - low <= most:
                        high += 1
                    if high - low > most:
                        continue
                    for entry in range(low, high):
                        other = owners[entry]
                        if other == own or last_place[other] == place:
                            continue
                        last_place[other] = place
                        if votes[other] == 0:
                            touched[count] = other
                            count += 1
                        if votes[other] < 255:
                            votes[other] += 1
            for entry in range(count):
                other = touched[entry]
                if votes[other] >= least and said[other] != number:
                    said[other] = number
                    if written < len(out):
                        a = min(np.int64(own), other)
                        out[written] = (a << 32) | max(np.int64(own), other)
                    written += 1
                votes[other] = 0
                last_place[other] = -1
            first = after
    return written
