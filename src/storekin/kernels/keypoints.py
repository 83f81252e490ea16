"""Places of a picture that are found again in an edited copy, and what they look like.

A place is where a difference of two blurs is strongest among its neighbours, on
several scales. What it looks like is the signs of the low frequencies of the patch
around it, 64 bits: brightness and contrast change none, mirrors and quarter turns swap
known ones.
"""

from math import cos, sin
from typing import Any

import numpy as np

from storekin.kernels.bits import ones
from storekin.kernels.compiled import inlined, kernel

MOST_GUESSES = 48
"""Pairs of like places, about, from which a map is guessed."""

SAMPLES = 16
FREQUENCIES = 11


@kernel("i8(f4[:,::1], f4[:,::1], f4, i8, f4[:,::1])")
def find_places(  # noqa: C901 - one running maximum after another
    fine: Any,  # noqa: ANN401
    coarse: Any,  # noqa: ANN401
    least: Any,  # noqa: ANN401
    margin: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write x, y and strength of each place that stands out by *least* and more.

    It is the strongest of the 7 by 7 pixels around it, *margin* pixels from the edge;
    of equal ones the first.
    """
    height, width = fine.shape
    strength = np.zeros((height, width + 6), np.float32)
    across = np.empty((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            strength[y, x + 3] = abs(fine[y, x] - coarse[y, x])
        # written out, so that a processor takes several pixels at a time
        for x in range(width):
            first = max(strength[y, x], strength[y, x + 1])
            second = max(strength[y, x + 2], strength[y, x + 3])
            third = max(strength[y, x + 4], strength[y, x + 5])
            across[y, x] = max(first, second, third, strength[y, x + 6])
    is_most = np.zeros(width, np.uint8)
    found = 0
    for y in range(margin, height - margin):
        up_3, up_2, up_1 = max(y - 3, 0), max(y - 2, 0), max(y - 1, 0)
        low_1, low_2, low_3 = (
            min(y + 1, height - 1),
            min(y + 2, height - 1),
            min(y + 3, height - 1),
        )
        for x in range(width):
            first = max(across[up_3, x], across[up_2, x])
            second = max(across[up_1, x], across[y, x])
            third = max(across[low_1, x], across[low_2, x])
            most = max(first, second, third, across[low_3, x])
            is_most[x] = (strength[y, x + 3] >= most) & (strength[y, x + 3] >= least)
        for x in range(margin, width - margin):
            if not is_most[x]:
                continue
            here = strength[y, x + 3]
            equal = 0
            for xx in range(x, x + 3):
                equal += strength[y, xx] == here
            for yy in range(max(y - 3, 0), y):
                for xx in range(x, x + 7):
                    equal += strength[yy, xx] == here
            if equal == 0 and found < len(out):
                out[found, 0] = x
                out[found, 1] = y
                out[found, 2] = here
                found += 1
    return found


@inlined
def _mirrored(place: Any, size: Any) -> Any:  # noqa: ANN401
    """Bring a place outside an image back in, as if its edge were a mirror."""
    place = abs(place)
    if place > size - 1:
        place = 2 * (size - 1) - place
    return max(place, 0.0)


@inlined
def _between(image: Any, x: Any, y: Any) -> Any:  # noqa: ANN401
    """Give an image's value between the four pixels around a place inside it."""
    # never below zero: indexed without asking whether they count from the end
    one = np.uint32(1)
    left = min(np.uint32(x), np.uint32(image.shape[1] - 2))
    top = min(np.uint32(y), np.uint32(image.shape[0] - 2))
    right = x - np.float32(left)
    down = y - np.float32(top)
    upper = image[top, left] + right * (image[top, left + one] - image[top, left])
    lower = image[top + one, left] + right * (
        image[top + one, left + one] - image[top + one, left]
    )
    return upper + down * (lower - upper)


@kernel("void(f4[:,::1], f4[:,::1], f8, f8, f4[:,:,::1], i8)")
def _sample_patches(
    image: Any,  # noqa: ANN401
    places: Any,  # noqa: ANN401
    reach: Any,  # noqa: ANN401
    angle: Any,  # noqa: ANN401
    patches: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
) -> None:
    """Write the samples around each place, turned by *angle*, from *first* on."""
    height, width = image.shape
    across = np.empty((SAMPLES, SAMPLES), np.float32)
    down = np.empty((SAMPLES, SAMPLES), np.float32)
    for i in range(SAMPLES):
        dy = reach * (2.0 * i / (SAMPLES - 1) - 1)
        for j in range(SAMPLES):
            dx = reach * (2.0 * j / (SAMPLES - 1) - 1)
            across[i, j] = cos(angle) * dx - sin(angle) * dy
            down[i, j] = sin(angle) * dx + cos(angle) * dy
    far = reach * (abs(cos(angle)) + abs(sin(angle))) + 1
    line = np.empty(SAMPLES, np.float32)
    for number in range(len(places)):
        at_x = places[number, 0]
        at_y = places[number, 1]
        inside = (
            at_x > far
            and at_y > far
            and at_x + far < width - 1
            and at_y + far < height - 1
        )
        for i in range(SAMPLES):
            if inside:
                for j in range(SAMPLES):
                    line[j] = _between(image, at_x + across[i, j], at_y + down[i, j])
            else:
                for j in range(SAMPLES):
                    x = np.float32(_mirrored(at_x + across[i, j], width))
                    y = np.float32(_mirrored(at_y + down[i, j], height))
                    line[j] = _between(image, x, y)
            for j in range(SAMPLES):
                patches[i, j, first + number] = line[j]


@kernel(
    "void(f4[:,::1], f4[:,::1], f8, f8[::1], f4[:,::1], f4[:,::1], i8[:,::1],"
    " f4[:,:,::1])"
)
def describe_places(  # noqa: C901, PLR0912 - loops over samples
    image: Any,  # noqa: ANN401
    places: Any,  # noqa: ANN401
    reach: Any,  # noqa: ANN401
    angles: Any,  # noqa: ANN401
    waves: Any,  # noqa: ANN401
    window: Any,  # noqa: ANN401
    chosen: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write the low frequencies of the patch around each place, turned by each angle.

    A patch reaches *reach* pixels to each side, in 16 by 16 samples; ``window`` lets
    its rim count little. ``chosen`` are the frequencies, down and across; ``waves`` the
    cosines of each, over the samples. ``out`` is by angle, place and frequency.

    All patches are worked on at a time, four sums together: a processor takes as many
    as it can at once.
    """
    count = len(places)
    lanes = len(angles) * count
    patches = np.empty((SAMPLES, SAMPLES, lanes), np.float32)
    for turn in range(len(angles)):
        _sample_patches(image, places, reach, angles[turn], patches, turn * count)
    weight = np.float32(0)
    lines = np.zeros((SAMPLES, lanes), np.float32)
    for i in range(SAMPLES):
        for j in range(SAMPLES):
            weight += window[i, j]
            for lane in range(lanes):
                lines[j, lane] += patches[i, j, lane] * window[i, j]
    mean = np.zeros(lanes, np.float32)
    for j in range(SAMPLES):
        for lane in range(lanes):
            mean[lane] += lines[j, lane]
    for lane in range(lanes):
        mean[lane] /= weight
    for i in range(SAMPLES):
        for j in range(SAMPLES):
            for lane in range(lanes):
                patches[i, j, lane] = (patches[i, j, lane] - mean[lane]) * window[i, j]
    half = np.zeros((FREQUENCIES, SAMPLES, lanes), np.float32)
    for u in range(FREQUENCIES):
        for i in range(0, SAMPLES, 4):
            w0, w1, w2, w3 = (
                waves[u, i],
                waves[u, i + 1],
                waves[u, i + 2],
                waves[u, i + 3],
            )
            for j in range(SAMPLES):
                for lane in range(lanes):
                    half[u, j, lane] = (
                        half[u, j, lane]
                        + w0 * patches[i, j, lane]
                        + w1 * patches[i + 1, j, lane]
                        + w2 * patches[i + 2, j, lane]
                        + w3 * patches[i + 3, j, lane]
                    )
    whole = np.empty(lanes, np.float32)
    for place in range(len(chosen)):
        u, v = chosen[place, 0], chosen[place, 1]
        whole[:] = 0
        for j in range(0, SAMPLES, 4):
            w0, w1, w2, w3 = (
                waves[v, j],
                waves[v, j + 1],
                waves[v, j + 2],
                waves[v, j + 3],
            )
            for lane in range(lanes):
                whole[lane] = (
                    whole[lane]
                    + half[u, j, lane] * w0
                    + half[u, j + 1, lane] * w1
                    + half[u, j + 2, lane] * w2
                    + half[u, j + 3, lane] * w3
                )
        for turn in range(len(angles)):
            for number in range(count):
                out[turn, number, place] = whole[turn * count + number]


@kernel("i8(u8[::1], f4[:,::1], u8[::1], f4[:,::1], f8, i8, f8, f8[::1])")
def align_places(  # noqa: C901, PLR0912, PLR0915 - one hypothesis after another
    one_keys: Any,  # noqa: ANN401
    one: Any,  # noqa: ANN401
    other_keys: Any,  # noqa: ANN401
    other: Any,  # noqa: ANN401
    angle: Any,  # noqa: ANN401
    most_bits: Any,  # noqa: ANN401
    side: Any,  # noqa: ANN401
    found: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Find the turn, scale and shift that most places of two pictures agree on.

    Places are x, y, scale; those look alike whose keys differ in at most *most_bits*.
    The turn is near *angle*, as the keys of the first were made. ``found`` gets
    a, b, x, y of ``(a x - b y + x, b x + a y + y)``. Gives how many places agree.
    """
    count = len(one_keys)
    room = 4 * count + 4
    first = np.empty(room, np.int64)
    second = np.empty(room, np.int64)
    alike = 0
    several = 0
    apart = np.empty(len(other_keys), np.int64)
    for i in range(count):
        best = most_bits + 1
        for j in range(len(other_keys)):
            apart[j] = ones(one_keys[i] ^ other_keys[j])
            best = min(best, apart[j])
        if best > most_bits:
            continue
        several += 1
        for j in range(len(other_keys)):
            if alike < room and apart[j] <= best + 1:
                first[alike] = i
                second[alike] = j
                alike += 1
    if several < 2:
        return 0
    along = cos(angle)
    across = sin(angle)
    top = 0
    chosen = -1
    # where everything looks like everything, some of the guesses stand for all
    for guess in range(0, alike, 1 + alike // MOST_GUESSES):
        i = first[guess]
        j = second[guess]
        scale = other[j, 2] / one[i, 2]
        if scale > 3.5 or scale < 0.28:
            continue
        agreeing = 0
        last = -1
        for pair in range(alike):
            if first[pair] == last:
                continue
            u = first[pair]
            v = second[pair]
            ratio = other[v, 2] / one[u, 2] / scale
            if ratio > 1.45 or ratio < 0.69:
                continue
            dx = one[u, 0] - one[i, 0]
            dy = one[u, 1] - one[i, 1]
            slack = 0.03 * side + 0.13 * scale * (abs(dx) + abs(dy))
            off_x = other[v, 0] - other[j, 0] - scale * (along * dx - across * dy)
            off_y = other[v, 1] - other[j, 1] - scale * (across * dx + along * dy)
            if abs(off_x) < slack and abs(off_y) < slack:
                agreeing += 1
                last = u
        if agreeing > top:
            top = agreeing
            chosen = guess
    if top < 2:
        return 0
    i = first[chosen]
    j = second[chosen]
    scale = other[j, 2] / one[i, 2]
    a = scale * along
    b = scale * across
    x = other[j, 0] - (a * one[i, 0] - b * one[i, 1])
    y = other[j, 1] - (b * one[i, 0] + a * one[i, 1])
    agreed = 0
    for turn in range(4):
        slack = side * (0.05 if turn == 0 else 0.04 if turn == 1 else 0.025)
        agreed = 0
        last = -1
        sums = np.zeros(8)
        taken = np.zeros(len(other_keys), np.bool_)
        for pair in range(alike):
            u = first[pair]
            v = second[pair]
            if u == last or taken[v]:
                continue
            ratio = other[v, 2] / one[u, 2] / scale
            if ratio > 1.6 or ratio < 0.62:
                continue
            px = np.float64(one[u, 0])
            py = np.float64(one[u, 1])
            qx = np.float64(other[v, 0])
            qy = np.float64(other[v, 1])
            reach = slack
            if turn == 0:
                far = abs(px - one[i, 0]) + abs(py - one[i, 1])
                reach = 0.03 * side + 0.13 * scale * far
            if (
                abs(qx - (a * px - b * py + x)) < reach
                and abs(qy - (b * px + a * py + y)) < reach
            ):
                agreed += 1
                last = u
                taken[v] = True
                sums[0] += px
                sums[1] += py
                sums[2] += qx
                sums[3] += qy
                sums[4] += px * qx + py * qy
                sums[5] += px * qy - py * qx
                sums[6] += px * px + py * py
        if agreed < 2:
            return 0
        if turn == 3:
            break
        spread = sums[6] - (sums[0] * sums[0] + sums[1] * sums[1]) / agreed
        if spread < 1:
            return 0
        a = (sums[4] - (sums[0] * sums[2] + sums[1] * sums[3]) / agreed) / spread
        b = (sums[5] - (sums[0] * sums[3] - sums[1] * sums[2]) / agreed) / spread
        x = (sums[2] - a * sums[0] + b * sums[1]) / agreed
        y = (sums[3] - b * sums[0] - a * sums[1]) / agreed
    found[0] = a
    found[1] = b
    found[2] = x
    found[3] = y
    return agreed


CELLS = 6
"""Parts of a side in which two pictures laid over one another are compared."""


@kernel("void(f4[:,::1], f4[:,::1], f8[::1], f8[::1], u1[::1])")
def compare_aligned(
    one: Any,  # noqa: ANN401
    other: Any,  # noqa: ANN401
    found: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
    agreeing: Any,  # noqa: ANN401
) -> None:
    """Correlate two small pictures, one laid over the other by a similarity.

    Writes the correlation (-1 to 1) where they overlap, what share of each of the two
    that is, and of how many cells of the first, of how many that are overlapped and
    show something, the correlation is .8 and more; those are marked in ``agreeing``.
    """
    agreeing[:] = 0
    height, width = one.shape
    high, wide = other.shape
    sums = np.zeros((CELLS * CELLS + 1, 6))
    for y in range(height):
        for x in range(width):
            at_x = found[0] * x - found[1] * y + found[2]
            at_y = found[1] * x + found[0] * y + found[3]
            if at_x < 0 or at_y < 0 or at_x > wide - 1 or at_y > high - 1:
                continue
            left = min(np.int64(at_x), wide - 2)
            top = min(np.int64(at_y), high - 2)
            right = at_x - left
            down = at_y - top
            there = (other[top, left] * (1 - right) + other[top, left + 1] * right) * (
                1 - down
            ) + (
                other[top + 1, left] * (1 - right) + other[top + 1, left + 1] * right
            ) * down
            here = one[y, x]
            cell = (y * CELLS // height) * CELLS + x * CELLS // width
            for part in (cell, CELLS * CELLS):
                sums[part, 0] += 1
                sums[part, 1] += here
                sums[part, 2] += there
                sums[part, 3] += here * here
                sums[part, 4] += there * there
                sums[part, 5] += here * there
    area = found[0] * found[0] + found[1] * found[1]
    whole = sums[CELLS * CELLS, 0]
    out[0] = 0
    out[1] = whole / (height * width)
    out[2] = min(1.0, whole * area / (high * wide))
    out[3] = 0
    out[4] = 0
    least = 0.6 * height * width / (CELLS * CELLS)
    for part in range(CELLS * CELLS + 1):
        count = sums[part, 0]
        if count < max(least, 20.0):
            continue
        vary = sums[part, 3] / count - (sums[part, 1] / count) ** 2
        varies = sums[part, 4] / count - (sums[part, 2] / count) ** 2
        if vary < 0.05 and varies < 0.05:
            continue
        both = sums[part, 5] / count - sums[part, 1] * sums[part, 2] / count / count
        alike = both / (max(vary, 1e-3) * max(varies, 1e-3)) ** 0.5
        if part == CELLS * CELLS:
            out[0] = alike
            continue
        out[4] += 1
        if alike >= 0.8:
            out[3] += 1
            agreeing[part] = 1
