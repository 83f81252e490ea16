"""Many pairs of prints, each laid over one another in the way that fits best."""

from math import floor
from typing import Any

import numpy as np

from storekin.kernels.bits import ones
from storekin.kernels.compiled import inlined, kernel
from storekin.kernels.keypoints import CELLS, align_places, compare_aligned

FACTS = 14
"""Numbers that are written of each pair: see ``lay_over``."""

_ROUND = 10_000.0
_BRIGHTER = (0.5, 2.0)
_PALER = (0.0, 1.0)


@inlined
def _rounded(value: Any) -> Any:  # noqa: ANN401
    return floor(value * _ROUND + 0.5) / _ROUND


@kernel("u8(u8, u8[:,::1], u8)")
def turn_key(key: Any, swaps: Any, flipped: Any) -> Any:  # noqa: ANN401
    """Give a key as if its patch were turned by a quarter, against the clock.

    ``swaps`` gives what each byte becomes, ``flipped`` the signs that change after.
    """
    turned = np.uint64(0)
    for place in range(8):
        byte = (key >> np.uint64(8 * place)) & np.uint64(255)
        turned |= swaps[place, np.int64(byte)]
    return turned ^ flipped


@kernel("b1(u8[:,:,:], u8[:,:,:], u1[:,:,:], i8, u8[:,:,:], u8[:,:,:], u1[:,:,:], i8)")
def _is_after(
    hashes: Any,  # noqa: ANN401
    keys: Any,  # noqa: ANN401
    thumbs: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    other_hashes: Any,  # noqa: ANN401
    other_keys: Any,  # noqa: ANN401
    other_thumbs: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Say whether the left of two prints comes after the right, by what they hold."""
    for trim in range(hashes.shape[1]):
        for word in range(hashes.shape[2]):
            if hashes[left, trim, word] != other_hashes[right, trim, word]:
                return hashes[left, trim, word] > other_hashes[right, trim, word]
    for angle in range(keys.shape[1]):
        for place in range(keys.shape[2]):
            if keys[left, angle, place] != other_keys[right, angle, place]:
                return keys[left, angle, place] > other_keys[right, angle, place]
    for y in range(thumbs.shape[1]):
        for x in range(thumbs.shape[2]):
            if thumbs[left, y, x] != other_thumbs[right, y, x]:
                return thumbs[left, y, x] > other_thumbs[right, y, x]
    return False


@inlined
def _small_side(side: Any, whole: Any, small: Any) -> Any:  # noqa: ANN401
    """Give a side of a thumbnail whose picture has that side; 16 at the least."""
    return max(np.int64(16), np.int64(floor(side * small / whole + 0.5)))


@kernel("f4[:,::1](f4[:,::1], i8, i8)")
def _turned(image: Any, mirrored: Any, quarters: Any) -> Any:  # noqa: ANN401
    """Give a grid mirrored, then turned by quarters against the clock."""
    height, width = image.shape
    high = width if quarters % 2 else height
    wide = height if quarters % 2 else width
    out = np.empty((high, wide), np.float32)
    for y in range(height):
        for x in range(width):
            across = width - 1 - x if mirrored else x
            to_y, to_x, right = y, across, width
            down = height
            for _ in range(quarters):
                to_y, to_x = right - 1 - to_x, to_y
                right, down = down, right
            out[to_y, to_x] = image[y, x]
    return out


@kernel("f4[:,::1](u1[:,:,:], u2[:,:], i8, f8[::1])")
def _thumb_of(thumbs: Any, frames: Any, row: Any, bounds: Any) -> Any:  # noqa: ANN401
    """Give a thumbnail's values of their shades, which stand two to a byte."""
    high = _small_side(np.int64(frames[row, 1]), bounds[2], bounds[3])
    wide = _small_side(np.int64(frames[row, 0]), bounds[2], bounds[3])
    out = np.empty((high, wide), np.float32)
    step = np.float32(1 / bounds[6])
    for y in range(high):
        for x in range(wide):
            shade = (thumbs[row, y, x >> 1] >> np.uint8(4 * (x & 1))) & np.uint8(15)
            out[y, x] = (np.float32(shade) - np.float32(8)) * step
    return out


@kernel("f4[:,::1](u2[:,:,:], i8, i8, f8[::1])")
def _places_of(places: Any, row: Any, count: Any, bounds: Any) -> Any:  # noqa: ANN401
    """Give a print's places: x and y in pixels, and the scale."""
    out = np.empty((count, 3), np.float32)
    for place in range(count):
        out[place, 0] = places[row, place, 0] / bounds[4]
        out[place, 1] = places[row, place, 1] / bounds[4]
        out[place, 2] = bounds[5] ** np.float64(places[row, place, 2])
    return out


@kernel("f4[:,:,::1](u1[:,:,:,:], i8, i8, i8)")
def _tones_of(colours: Any, row: Any, mirrored: Any, quarters: Any) -> Any:  # noqa: ANN401
    """Give a print's mean colours (channel, down, across), mirrored and turned."""
    size = colours.shape[1]
    out = np.empty((3, size, size), np.float32)
    own = np.empty((size, size), np.float32)
    for channel in range(3):
        for y in range(size):
            for x in range(size):
                own[y, x] = colours[row, y, x, channel]
        laid = _turned(own, mirrored, quarters)
        for y in range(size):
            for x in range(size):
                out[channel, y, x] = laid[y, x]
    return out


@kernel("f4[:,::1](f4[:,::1])")
def _halved(image: Any) -> Any:  # noqa: ANN401
    """Give an image of half the size, the mean of each four."""
    height = image.shape[0] // 2
    width = image.shape[1] // 2
    out = np.empty((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            out[y, x] = np.float32(0.25) * (
                image[2 * y, 2 * x]
                + image[2 * y, 2 * x + 1]
                + image[2 * y + 1, 2 * x]
                + image[2 * y + 1, 2 * x + 1]
            )
    return out


@inlined
def _scale_fit(fit: Any, share: Any, out: Any) -> None:  # noqa: ANN401
    """Give a map between two frames as one between smaller copies of them."""
    shift = 0.5 * (1 - share)
    out[0] = fit[0]
    out[1] = fit[1]
    out[2] = fit[2] * share + shift * (fit[0] - fit[1] - 1)
    out[3] = fit[3] * share + shift * (fit[0] + fit[1] - 1)


@kernel("void(f8[:,::1], f8[::1])")
def _solve(normal: Any, target: Any) -> None:  # noqa: ANN401
    """Solve normal equations in place: the lower half of a matrix, and its target.

    By Cholesky's factors; four unknowns need no library for it.
    """
    size = len(target)
    for row in range(size):
        for column in range(row + 1):
            value = normal[row, column]
            for place in range(column):
                value -= normal[row, place] * normal[column, place]
            if column < row:
                normal[row, column] = value / normal[column, column]
            else:
                normal[row, row] = np.sqrt(max(value, 1e-12))
    for row in range(size):
        for place in range(row):
            target[row] -= normal[row, place] * target[place]
        target[row] /= normal[row, row]
    for back in range(size):
        row = size - 1 - back
        for place in range(row + 1, size):
            target[row] -= normal[place, row] * target[place]
        target[row] /= normal[row, row]


@kernel("void(f4[:,::1], f4[:,::1], f8[::1])")
def refine_fit(one: Any, other: Any, fit: Any) -> None:  # noqa: ANN401, C901 - sums
    """Move a map between two images to where they differ least, a step or two.

    Least squares over every other pixel that overlaps, as if the images were straight
    around each; a step of more than a pixel or two is no refinement, and is not taken.
    """
    height, width = one.shape
    high, wide = other.shape
    for _ in range(2):
        normal = np.zeros((4, 4))
        target = np.zeros(4)
        line = np.zeros(4)
        count = 0
        for y in range(0, height, 2):
            for x in range(0, width, 2):
                at_x = fit[0] * x - fit[1] * y + fit[2]
                at_y = fit[1] * x + fit[0] * y + fit[3]
                if at_x < 0 or at_y < 0 or at_x > wide - 1 or at_y > high - 1:
                    continue
                left = min(np.int64(at_x), wide - 2)
                top = min(np.int64(at_y), high - 2)
                right = at_x - left
                down = at_y - top
                upper = other[top, left + 1] - other[top, left]
                lower = other[top + 1, left + 1] - other[top + 1, left]
                slope_x = upper * (1 - down) + lower * down
                above = other[top, left] * (1 - right) + other[top, left + 1] * right
                below = (
                    other[top + 1, left] * (1 - right)
                    + other[top + 1, left + 1] * right
                )
                slope_y = below - above
                off = one[y, x] - (above * (1 - down) + below * down)
                # what does not belong to both is not to pull
                weight = 1.0 / (1.0 + off * off)
                line[0] = slope_x * x + slope_y * y
                line[1] = slope_y * x - slope_x * y
                line[2] = slope_x
                line[3] = slope_y
                for i in range(4):
                    target[i] += weight * line[i] * off
                    for j in range(i + 1):
                        normal[i, j] += weight * line[i] * line[j]
                count += 1
        if count < 100:
            return
        for i in range(4):
            normal[i, i] += 1e-3 * normal[i, i] + 1e-6
        _solve(normal, target)
        step = target
        if abs(step[0]) + abs(step[1]) > 0.06 or abs(step[2]) + abs(step[3]) > 6:
            return
        for i in range(4):
            fit[i] += step[i]


@inlined
def _clamped(value: Any, bounds: Any) -> Any:  # noqa: ANN401
    return min(max(value, bounds[0]), bounds[1])


@kernel("f8(f4[:,:,::1], i8, f8, f8)")
def _tone_at(grid: Any, channel: Any, x: Any, y: Any) -> Any:  # noqa: ANN401
    """Give a grid's value between the four parts around a place, counted in parts."""
    high, wide = grid.shape[1:]
    x = min(max(x - 0.5, 0.0), wide - 1.0)
    y = min(max(y - 0.5, 0.0), high - 1.0)
    left = min(np.int64(x), wide - 2)
    top = min(np.int64(y), high - 2)
    right = x - left
    down = y - top
    upper = (
        grid[channel, top, left] * (1 - right) + grid[channel, top, left + 1] * right
    )
    lower = (
        grid[channel, top + 1, left] * (1 - right)
        + grid[channel, top + 1, left + 1] * right
    )
    return upper * (1 - down) + lower * down


_SAMPLES = 4
"""Places of a side of a part at which the other picture is looked at."""


@kernel(
    "i8(f4[:,:,::1], f4[:,:,::1], f8[::1], f8[::1], f8[::1], u1[::1], f8[:,::1],"
    " f8[:,::1])"
)
def pair_tones(
    one: Any,  # noqa: ANN401
    other: Any,  # noqa: ANN401
    fit: Any,  # noqa: ANN401
    frame: Any,  # noqa: ANN401
    other_frame: Any,  # noqa: ANN401
    agreeing: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    second: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write the mean colours of parts that show one thing, in either picture.

    Both are mean colours (channel, down, across); the parts are two by two of those of
    the picture that is larger where they overlap, so that both are seen equally finely.
    Gives how many parts there are.
    """
    size = one.shape[1]
    area = fit[0] * fit[0] + fit[1] * fit[1]
    covers = area**0.5 * (frame[0] / other_frame[0] + frame[1] / other_frame[1]) / 2
    forward = covers >= 1
    base, there = (one, other) if forward else (other, one)
    from_frame, to_frame = (frame, other_frame) if forward else (other_frame, frame)
    a = fit[0] if forward else fit[0] / area
    b = fit[1] if forward else -fit[1] / area
    move_x = fit[2] if forward else -(a * fit[2] - b * fit[3])
    move_y = fit[3] if forward else -(b * fit[2] + a * fit[3])
    parts = size // 2
    count = 0
    for y in range(parts):
        for x in range(parts):
            at_x = (x + 0.5) * from_frame[0] / parts
            at_y = (y + 0.5) * from_frame[1] / parts
            if not forward:
                in_x = a * at_x - b * at_y + move_x
                in_y = b * at_x + a * at_y + move_y
                at_x, at_y = in_x, in_y
            across = np.int64(floor(at_x * CELLS / frame[0]))
            down = np.int64(floor(at_y * CELLS / frame[1]))
            if min(across, down) < 0 or max(across, down) >= CELLS:
                continue
            if not agreeing[down * CELLS + across]:
                continue
            first[count] = 0
            second[count] = 0
            inside = True
            for place in range(_SAMPLES * _SAMPLES):
                part_x = x + (place % _SAMPLES + 0.5) / _SAMPLES
                part_y = y + (place // _SAMPLES + 0.5) / _SAMPLES
                from_x = part_x * from_frame[0] / parts
                from_y = part_y * from_frame[1] / parts
                to_x = (a * from_x - b * from_y + move_x) * size / to_frame[0]
                to_y = (b * from_x + a * from_y + move_y) * size / to_frame[1]
                inside &= 0 <= to_x <= size and 0 <= to_y <= size
                for channel in range(3):
                    second[count, channel] += _tone_at(there, channel, to_x, to_y)
                    first[count, channel] += base[
                        channel, np.int64(part_y * 2), np.int64(part_x * 2)
                    ]
            for channel in range(3):
                first[count, channel] /= _SAMPLES * _SAMPLES
                second[count, channel] /= _SAMPLES * _SAMPLES
            count += inside
    return count


@kernel("void(f8[:,::1], f8[:,::1], i8, f8, f8, f8[::1])")
def compare_tones(  # noqa: C901, PLR0912 - sums of three channels
    first: Any,  # noqa: ANN401
    second: Any,  # noqa: ANN401
    count: Any,  # noqa: ANN401
    most_bright: Any,  # noqa: ANN401
    most_colour: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Count parts that show one thing in two colours, of those that show one thing.

    The whole may be brighter, paler or of another cast; what is left must be more than
    *most_bright* and *most_colour*. Writes how many show one thing, and how many of
    them in two colours.
    """
    out[0] = count
    out[1] = 0
    if count == 0:
        return
    off = np.zeros(count, np.uint8)
    # what is off in the first round does not say how the rest was changed
    for _ in range(2):
        kept = 0
        for part in range(count):
            kept += 1 - off[part]
        means = np.zeros((2, 3))
        for part in range(count):
            if not off[part]:
                for channel in range(3):
                    means[0, channel] += first[part, channel] / kept
                    means[1, channel] += second[part, channel] / kept
        sums = np.zeros((2, 3))
        for part in range(count):
            if not off[part]:
                for channel in range(3):
                    apart = first[part, channel] - means[0, channel]
                    aparts = second[part, channel] - means[1, channel]
                    of_colour = min(channel, 1)
                    sums[of_colour, 0] += apart * aparts
                    sums[of_colour, 1] += apart * apart
                    sums[of_colour, 2] += aparts * aparts
        brighter = _clamped(sums[0, 0] / max(sums[0, 1], 1.0), _BRIGHTER)
        # the paler of the two is explained by the other one: a grey one by any
        is_paler = sums[1, 1] >= sums[1, 2]
        paler = _clamped(sums[1, 0] / max(sums[1, 1], sums[1, 2], 1.0), _PALER)
        many = 0
        for part in range(count):
            left_over = np.zeros(3)
            for channel in range(3):
                apart = first[part, channel] - means[0, channel]
                aparts = second[part, channel] - means[1, channel]
                if channel == 0:
                    left_over[channel] = aparts - brighter * apart
                elif is_paler:
                    left_over[channel] = aparts - paler * apart
                else:
                    left_over[channel] = apart - paler * aparts
            tint = (left_over[1] ** 2 + left_over[2] ** 2) ** 0.5
            off[part] = abs(left_over[0]) > most_bright or tint > most_colour
            many += off[part]
        out[1] = many
        if many == count:
            return


@kernel(
    "void(u8[:,:], f4[:,::1], u8[::1], f4[:,::1], i8[::1], u8[:,::1], u8[::1],"
    " f8[::1], f8[::1], f8[:,::1])"
)
def _fit_ways(  # noqa: C901 - one way round after another
    own_keys: Any,  # noqa: ANN401
    own_places: Any,  # noqa: ANN401
    keys: Any,  # noqa: ANN401
    places: Any,  # noqa: ANN401
    frame: Any,  # noqa: ANN401
    swaps: Any,  # noqa: ANN401
    odd: Any,  # noqa: ANN401
    angles: Any,  # noqa: ANN401
    bounds: Any,  # noqa: ANN401
    ways: Any,  # noqa: ANN401
) -> None:
    """Write for each way round how many places agree, and the map a, b, x, y.

    Twelve ways straight, then twelve mirrored: a quarter turn after another, each with
    the patches turned by each of the angles.
    """
    count = len(own_places)
    laid_keys = np.empty((3, count), np.uint64)
    laid_places = own_places.copy()
    fit = np.zeros(4)
    for mirrored in range(2):
        for place in range(count):
            for angle in range(3):
                key = own_keys[angle, place]
                laid_keys[angle, place] = key ^ odd[0] if mirrored else key
            for part in range(own_places.shape[1]):
                laid_places[place, part] = own_places[place, part]
            if mirrored:
                laid_places[place, 0] = frame[0] - 1 - own_places[place, 0]
        wide = frame[0]
        high = frame[1]
        for quarters in range(4):
            if quarters:
                for place in range(count):
                    for angle in range(3):
                        laid_keys[angle, place] = turn_key(
                            laid_keys[angle, place], swaps, odd[1]
                        )
                    before = laid_places[place, 0]
                    laid_places[place, 0] = laid_places[place, 1]
                    laid_places[place, 1] = wide - 1 - before
                wide, high = high, wide
            for angle in range(3):
                # a mirrored patch leans the other way
                lean = -angles[angle] if mirrored else angles[angle]
                agreed = align_places(
                    laid_keys[angle],
                    laid_places,
                    keys,
                    places,
                    lean,
                    np.int64(bounds[0]),
                    bounds[2],
                    fit,
                )
                way = 12 * mirrored + 3 * quarters + angle
                area = fit[0] * fit[0] + fit[1] * fit[1]
                # a fifth or five times as large: nothing is left to compare
                far = agreed < 2 or area < 0.04 or area > 25
                ways[way, 0] = 0 if far else agreed
                for number in range(4):
                    ways[way, 1 + number] = _rounded(fit[number])


@kernel("i8(f8[:,::1])")
def _strongest_way(ways: Any) -> Any:  # noqa: ANN401
    """Give the first of the ways that most places agree on."""
    best = 0
    for way in range(len(ways)):
        if ways[way, 0] > ways[best, 0]:
            best = way
    return best


@kernel(
    "void(u8[:,:,:], u2[:,:,:], u2[:], u2[:,:], u1[:,:,:], u1[:,:,:,:], i8,"
    " u8[:,:,:], u2[:,:,:], u2[:], u2[:,:], u1[:,:,:], u1[:,:,:,:], i8,"
    " u8[:,::1], u8[::1], f8[::1], f8[::1], f8[::1])"
)
def _lay_one(  # noqa: C901, PLR0915 - roughly, finely, and in colour
    keys: Any,  # noqa: ANN401
    places: Any,  # noqa: ANN401
    counts: Any,  # noqa: ANN401
    frames: Any,  # noqa: ANN401
    thumbs: Any,  # noqa: ANN401
    colours: Any,  # noqa: ANN401
    own: Any,  # noqa: ANN401
    other_keys: Any,  # noqa: ANN401
    other_places: Any,  # noqa: ANN401
    other_counts: Any,  # noqa: ANN401
    other_frames: Any,  # noqa: ANN401
    other_thumbs: Any,  # noqa: ANN401
    other_colours: Any,  # noqa: ANN401
    other: Any,  # noqa: ANN401
    swaps: Any,  # noqa: ANN401
    odd: Any,  # noqa: ANN401
    angles: Any,  # noqa: ANN401
    bounds: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Lay row *own* of one table over row *other* of another; see ``lay_over``."""
    least = np.int64(bounds[1])
    share = bounds[3] / bounds[2]
    count = np.int64(counts[own])
    theirs = np.int64(other_counts[other])
    if min(count, theirs) < least:
        return
    frame = np.empty(2, np.int64)
    frame[0] = frames[own, 0]
    frame[1] = frames[own, 1]
    ways = np.zeros((24, 5))
    _fit_ways(
        keys[own, :, :count],
        _places_of(places, own, count, bounds),
        other_keys[other, 0, :theirs].copy(),
        _places_of(other_places, other, theirs, bounds),
        frame,
        swaps,
        odd,
        angles,
        bounds,
        ways,
    )
    if ways[_strongest_way(ways), 0] < least:
        return
    thumb = _thumb_of(thumbs, frames, own, bounds)
    their_thumb = _thumb_of(other_thumbs, other_frames, other, bounds)
    coarse = _halved(thumb)
    their_coarse = _halved(their_thumb)
    fit = np.zeros(4)
    small_fit = np.zeros(4)
    said = np.zeros(5)
    agreeing = np.zeros(CELLS * CELLS, np.uint8)
    top = 0.0
    for _ in range(np.int64(bounds[10])):
        way = _strongest_way(ways)
        agreed = np.int64(ways[way, 0])
        # no way that is left can be stronger: a correlation is 1 at the most
        if agreed < least or min(agreed, np.int64(12)) <= top:
            break
        ways[way, 0] = 0
        mirrored = way // 12
        quarters = way // 3 % 4
        for part in range(4):
            fit[part] = ways[way, 1 + part]
        _scale_fit(fit, share / 2, small_fit)
        laid = _turned(coarse, mirrored, quarters)
        compare_aligned(laid, their_coarse, small_fit, said, agreeing)
        correlation = _rounded(said[0])
        overlap = _rounded(max(said[1], said[2]))
        strength = min(agreed, 12) * correlation * min(overlap, 0.8) / 0.8
        if out[2] > 0 and strength <= top:
            continue
        top = strength
        out[2] = agreed
        out[3] = mirrored
        out[4] = quarters
        for part in range(4):
            out[5 + part] = fit[part]
        out[9] = correlation
        out[10] = overlap
    if top < bounds[9]:
        return
    # the best way round once more, and finer
    mirrored = np.int64(out[3])
    quarters = np.int64(out[4])
    for part in range(4):
        fit[part] = out[5 + part]
    _scale_fit(fit, share, small_fit)
    laid = _turned(thumb, mirrored, quarters)
    refine_fit(laid, their_thumb, small_fit)
    compare_aligned(laid, their_thumb, small_fit, said, agreeing)
    shift = 0.5 * (1 - share)
    a = small_fit[0]
    b = small_fit[1]
    out[5] = _rounded(a)
    out[6] = _rounded(b)
    out[7] = _rounded((small_fit[2] - shift * (a - b - 1)) * bounds[2] / bounds[3])
    out[8] = _rounded((small_fit[3] - shift * (a + b - 1)) * bounds[2] / bounds[3])
    out[9] = _rounded(said[0])
    out[10] = _rounded(max(said[1], said[2]))
    out[11] = said[3]
    out[12] = said[4]
    laid_frame = np.empty(2)
    laid_frame[0] = frame[quarters % 2]
    laid_frame[1] = frame[1 - quarters % 2]
    their_frame = np.empty(2)
    their_frame[0] = other_frames[other, 0]
    their_frame[1] = other_frames[other, 1]
    first = np.empty((colours.shape[1] ** 2, 3))
    second = np.empty((colours.shape[1] ** 2, 3))
    parts = pair_tones(
        _tones_of(colours, own, mirrored, quarters),
        _tones_of(other_colours, other, 0, 0),
        out[5:9],
        laid_frame,
        their_frame,
        agreeing,
        first,
        second,
    )
    told = np.zeros(2)
    compare_tones(first, second, parts, bounds[7], bounds[8], told)
    if told[0] > 0:
        out[13] = _rounded(told[1] / told[0])


@kernel(
    "void(u8[:,:,:], u8[:,:,:], u2[:,:,:], u2[:], u2[:,:], u1[:,:,:], u1[:,:,:,:],"
    " u8[:,:,:], u8[:,:,:], u2[:,:,:], u2[:], u2[:,:], u1[:,:,:], u1[:,:,:,:],"
    " i8[::1], i8[::1], u8[:,::1], u8[::1], u8[::1], f8[::1], f8[::1], f8[:,::1])"
)
def lay_over(
    hashes: Any,  # noqa: ANN401
    keys: Any,  # noqa: ANN401
    places: Any,  # noqa: ANN401
    counts: Any,  # noqa: ANN401
    frames: Any,  # noqa: ANN401
    thumbs: Any,  # noqa: ANN401
    colours: Any,  # noqa: ANN401
    other_hashes: Any,  # noqa: ANN401
    other_keys: Any,  # noqa: ANN401
    other_places: Any,  # noqa: ANN401
    other_counts: Any,  # noqa: ANN401
    other_frames: Any,  # noqa: ANN401
    other_thumbs: Any,  # noqa: ANN401
    other_colours: Any,  # noqa: ANN401
    lefts: Any,  # noqa: ANN401
    rights: Any,  # noqa: ANN401
    swaps: Any,  # noqa: ANN401
    odd: Any,  # noqa: ANN401
    mirror: Any,  # noqa: ANN401
    angles: Any,  # noqa: ANN401
    bounds: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Lay the first picture of each pair over the second, in the best of all ways.

    The fields of two tables of prints, rows of the one and of the other, what a quarter
    turn does to keys (``swaps``, ``odd``: the signs that a mirror and a turn change),
    what a mirror does to hashes, the turns of the patches in radians. ``bounds``: bits
    in which two keys of one place differ, places that agree at the least, the longer
    side of a picture and of a thumbnail, steps of a pixel, the step between scales, the
    shades of a thumbnail, by how much brightness and colour differ in two colours, the
    strength (places that agree, twelve at the most, times correlation and overlap)
    below which pictures are looked at no more, and how many ways round, in which most
    places agree, are tried.

    Writes the bits in which the hashes differ, whether the second was laid over the
    first instead, the places that agree (0: nothing does), mirrored,
    quarters, a, b, x, y, the correlation, the larger share that overlaps, cells that
    agree, cells shown, and the share of parts in another colour (-1: none was seen).
    """
    for pair in range(len(lefts)):
        left = lefts[pair]
        right = rights[pair]
        nearest = np.int64(256)
        for trim in range(hashes.shape[1]):
            straight = np.int64(0)
            mirrored_bits = np.int64(0)
            for word in range(4):
                apart = hashes[left, trim, word] ^ other_hashes[right, trim, word]
                straight += ones(apart)
                mirrored_bits += ones(apart ^ mirror[word])
            nearest = min(nearest, straight, mirrored_bits)
        out[pair, :] = 0
        out[pair, 0] = nearest
        out[pair, 13] = -1
        # always laid the same way round: whoever asks first changes nothing
        if _is_after(
            hashes, keys, thumbs, left, other_hashes, other_keys, other_thumbs, right
        ):
            out[pair, 1] = 1
            _lay_one(
                other_keys,
                other_places,
                other_counts,
                other_frames,
                other_thumbs,
                other_colours,
                right,
                keys,
                places,
                counts,
                frames,
                thumbs,
                colours,
                left,
                swaps,
                odd,
                angles,
                bounds,
                out[pair],
            )
        else:
            _lay_one(
                keys,
                places,
                counts,
                frames,
                thumbs,
                colours,
                left,
                other_keys,
                other_places,
                other_counts,
                other_frames,
                other_thumbs,
                other_colours,
                right,
                swaps,
                odd,
                angles,
                bounds,
                out[pair],
            )
