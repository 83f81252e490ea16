"""Places of a picture that are found again in an edited copy, and what they look like.

A place is where a difference of two blurs is strongest among its neighbours, on
several scales. What it looks like is the signs of the low frequencies of the patch
around it, 64 bits: brightness and contrast change none, mirrors and quarter turns swap
known ones.
"""

from math import cos, floor, sin
from typing import Any

import numpy as np

from storekin.kernels.bits import ones
from storekin.kernels.compiled import inlined, kernel

SAMPLES = 16
FREQUENCIES = 11


@kernel("void(f4[:,::1], f4[::1], f4[:,::1])")
def blur(image: Any, weights: Any, out: Any) -> None:  # noqa: ANN401
    """Smooth an image with a symmetric window; its edge goes on beyond it."""
    height, width = image.shape
    reach = len(weights) // 2
    rows = np.empty((height, width), np.float32)
    # the line with its edges drawn out: the inner loops have no bounds to ask about
    line = np.empty(width + 2 * reach, np.float32)
    for y in range(height):
        for x in range(reach):
            line[x] = image[y, 0]
            line[width + reach + x] = image[y, width - 1]
        for x in range(width):
            line[reach + x] = image[y, x]
            rows[y, x] = 0
        for step in range(2 * reach + 1):
            weight = weights[step]
            for x in range(width):
                rows[y, x] += weight * line[x + step]
    for y in range(height):
        for x in range(width):
            out[y, x] = 0
        for step in range(-reach, reach + 1):
            place = min(max(y + step, 0), height - 1)
            weight = weights[step + reach]
            for x in range(width):
                out[y, x] += weight * rows[place, x]


@kernel("void(f4[:,::1], f4[:,::1])")
def resize(image: Any, out: Any) -> None:  # noqa: ANN401
    """Scale an image to the size of *out*, between the four nearest pixels."""
    height, width = image.shape
    high, wide = out.shape
    for y in range(high):
        from_y = min(max((y + 0.5) * height / high - 0.5, 0.0), height - 1.0)
        top = min(np.int64(from_y), height - 2)
        down = np.float32(from_y - top)
        for x in range(wide):
            from_x = min(max((x + 0.5) * width / wide - 0.5, 0.0), width - 1.0)
            left = min(np.int64(from_x), width - 2)
            right = np.float32(from_x - left)
            upper = image[top, left] * (1 - right) + image[top, left + 1] * right
            lower = (
                image[top + 1, left] * (1 - right) + image[top + 1, left + 1] * right
            )
            out[y, x] = upper * (1 - down) + lower * down


@kernel("i8(f4[:,::1], f4[:,::1], f4, i8, f4[:,::1])")
def find_places(  # noqa: C901 - the nearest are asked first
    fine: Any,  # noqa: ANN401
    coarse: Any,  # noqa: ANN401
    least: Any,  # noqa: ANN401
    margin: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write x, y and strength of each place that stands out by *least* and more.

    It is the strongest of the 7 by 7 pixels around it, *margin* pixels from the edge.
    """
    height, width = fine.shape
    strength = np.empty((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            strength[y, x] = abs(fine[y, x] - coarse[y, x])
    found = 0
    for y in range(margin, height - margin):
        for x in range(margin, width - margin):
            here = strength[y, x]
            # most pixels have a stronger one beside them: asked first
            if here < least or here < max(strength[y, x - 1], strength[y, x + 1]):
                continue
            if here < max(strength[y - 1, x], strength[y + 1, x]):
                continue
            stands_out = True
            for yy in range(max(y - 3, 0), min(y + 4, height)):
                for xx in range(max(x - 3, 0), min(x + 4, width)):
                    there = strength[yy, xx]
                    if there > here or (
                        there == here and (yy < y or (yy == y and xx < x))
                    ):
                        stands_out = False
                        break
                if not stands_out:
                    break
            if stands_out and found < len(out):
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


@kernel(
    "void(f4[:,::1], f4[:,::1], f8, f8, f4[:,::1], f4[:,::1], i8[:,::1], f4[:,::1])"
)
def describe_places(  # noqa: C901 - loops over samples
    image: Any,  # noqa: ANN401
    places: Any,  # noqa: ANN401
    reach: Any,  # noqa: ANN401
    angle: Any,  # noqa: ANN401
    waves: Any,  # noqa: ANN401
    window: Any,  # noqa: ANN401
    chosen: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Write the low frequencies of the patch around each place, turned by *angle*.

    A patch reaches *reach* pixels to each side, in 16 by 16 samples; ``window`` lets
    its rim count little. ``chosen`` are the frequencies, down and across.
    """
    height, width = image.shape
    patch = np.empty((SAMPLES, SAMPLES), np.float32)
    half = np.empty((FREQUENCIES, SAMPLES), np.float32)
    along = cos(angle)
    across = sin(angle)
    weight = np.float32(0)
    for i in range(SAMPLES):
        for j in range(SAMPLES):
            weight += window[i, j]
    for number in range(len(places)):
        mean = np.float32(0)
        for i in range(SAMPLES):
            dy = reach * (2.0 * i / (SAMPLES - 1) - 1)
            for j in range(SAMPLES):
                dx = reach * (2.0 * j / (SAMPLES - 1) - 1)
                x = _mirrored(places[number, 0] + along * dx - across * dy, width)
                y = _mirrored(places[number, 1] + across * dx + along * dy, height)
                left = min(np.int64(floor(x)), width - 2)
                top = min(np.int64(floor(y)), height - 2)
                right = np.float32(x - left)
                down = np.float32(y - top)
                value = (
                    image[top, left] * (1 - right) + image[top, left + 1] * right
                ) * (1 - down) + (
                    image[top + 1, left] * (1 - right)
                    + image[top + 1, left + 1] * right
                ) * down
                patch[i, j] = value
                mean += value * window[i, j]
        mean /= weight
        for i in range(SAMPLES):
            for j in range(SAMPLES):
                patch[i, j] = (patch[i, j] - mean) * window[i, j]
        for u in range(FREQUENCIES):
            for j in range(SAMPLES):
                total = np.float32(0)
                for i in range(SAMPLES):
                    total += waves[u, i] * patch[i, j]
                half[u, j] = total
        for place in range(len(chosen)):
            total = np.float32(0)
            for j in range(SAMPLES):
                total += half[chosen[place, 0], j] * waves[chosen[place, 1], j]
            out[number, place] = total


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
    for i in range(count):
        best = most_bits + 1
        for j in range(len(other_keys)):
            best = min(best, ones(one_keys[i] ^ other_keys[j]))
        if best > most_bits:
            continue
        for j in range(len(other_keys)):
            if alike < room and ones(one_keys[i] ^ other_keys[j]) <= best + 1:
                first[alike] = i
                second[alike] = j
                alike += 1
    if alike < 2:
        return 0
    along = cos(angle)
    across = sin(angle)
    top = 0
    chosen = -1
    for guess in range(alike):
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
