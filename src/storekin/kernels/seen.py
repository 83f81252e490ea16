"""The places of a picture and their keys, on all scales, in one go."""

from math import floor
from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel
from storekin.kernels.images import blur_coarsely, blur_finely, shrink
from storekin.kernels.keypoints import describe_places, find_places
from storekin.kernels.sorting import sort_first


@kernel("i8[::1](f4[:,::1], i8)")
def _strongest_first(room: Any, count: Any) -> Any:  # noqa: ANN401
    """Give the first *count* places by their strength, the third of their values.

    Positive numbers sort as their bits do; of equally strong places the first leads.
    """
    strengths = np.empty(count, np.float32)
    for place in range(count):
        strengths[place] = room[place, 2]
    bits = strengths.view(np.uint32)
    keys = np.empty(count, np.uint64)
    for place in range(count):
        weakness = np.uint64(0xFFFFFFFF) - np.uint64(bits[place])
        keys[place] = (weakness << np.uint64(32)) | np.uint64(place)
    sort_first(keys, count)
    order = np.empty(count, np.int64)
    for place in range(count):
        order[place] = np.int64(keys[place] & np.uint64(0xFFFFFFFF))
    return order


@kernel(
    "i8(f4[:,::1], f4[::1], f4[::1], f4[:,::1], f4[:,::1], i8[:,::1], i8[::1], f8[::1],"
    " f8[::1], u8[:,::1], u2[:,::1], u1[:,::1])"
)
def see_places(  # noqa: C901, PLR0912, PLR0915 - one scale after another
    image: Any,  # noqa: ANN401
    fine_bell: Any,  # noqa: ANN401
    coarse_bell: Any,  # noqa: ANN401
    waves: Any,  # noqa: ANN401
    window: Any,  # noqa: ANN401
    chosen: Any,  # noqa: ANN401
    wanted: Any,  # noqa: ANN401
    angles: Any,  # noqa: ANN401
    bounds: Any,  # noqa: ANN401
    keys: Any,  # noqa: ANN401
    places: Any,  # noqa: ANN401
    weak: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write the strongest places of each scale, their keys, and each key's weak signs.

    ``wanted`` of each scale at the most. ``bounds``: the step between scales, pixels
    that a patch reaches, what a place stands out by, the signs of a key among which
    weak ones are looked for, steps of a pixel. Gives how many places there are.
    """
    step, reach, least, signs, fine_steps = (
        bounds[0],
        bounds[1],
        np.float32(bounds[2]),
        np.int64(bounds[3]),
        bounds[4],
    )
    height, width = image.shape
    room = np.empty((4000, 3), np.float32)
    margin = np.int64(reach * 0.6)
    begin = 0
    level = image
    for number in range(len(wanted)):
        if number:
            factor = step**-number
            high = np.int64(floor(height * factor + 0.5))
            wide = np.int64(floor(width * factor + 0.5))
            if min(high, wide) < 2 * margin + 4:
                break
            smaller = np.empty((high, wide), np.float32)
            shrink(level, smaller)
            level = smaller
        elif min(height, width) < 2 * margin + 4:
            margin = max(np.int64(2), (min(height, width) - 4) // 2)
        fine = np.empty_like(level)
        coarse = np.empty_like(level)
        blur_finely(level, fine_bell, fine)
        blur_coarsely(level, coarse_bell, coarse)
        count = find_places(fine, coarse, least, margin, room)
        if count == 0:
            continue
        strongest = _strongest_first(room, count)
        kept = min(count, wanted[number], len(places) - begin)
        here = np.empty((kept, 3), np.float32)
        for place in range(kept):
            for part in range(3):
                here[place, part] = room[strongest[place], part]
        turned = np.empty((len(angles), kept, len(chosen)), np.float32)
        describe_places(coarse, here, reach, angles, waves, window, chosen, turned)
        for turn in range(len(angles)):
            values = turned[turn]
            for place in range(kept):
                key = np.uint64(0)
                for sign in range(len(chosen)):
                    if values[place, sign] > 0:
                        key |= np.uint64(1) << np.uint64(sign)
                keys[turn, begin + place] = key
            if turn:
                continue
            for place in range(kept):
                taken = np.uint64(0)
                for rank in range(weak.shape[1]):
                    weakest = -1
                    for sign in range(signs):
                        if (taken >> np.uint64(sign)) & np.uint64(1):
                            continue
                        if weakest < 0 or abs(values[place, sign]) < abs(
                            values[place, weakest]
                        ):
                            weakest = sign
                    taken |= np.uint64(1) << np.uint64(weakest)
                    weak[begin + place, rank] = weakest
        high, wide = level.shape
        for place in range(kept):
            x = (here[place, 0] + 0.5) * width / wide - 0.5
            y = (here[place, 1] + 0.5) * height / high - 0.5
            places[begin + place, 0] = np.int64(floor(x * fine_steps + 0.5))
            places[begin + place, 1] = np.int64(floor(y * fine_steps + 0.5))
            places[begin + place, 2] = number
        begin += kept
    return begin
