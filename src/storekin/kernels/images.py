"""Images made smoother, smaller and larger."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel


@kernel("void(f4[:,::1], f4[::1], f4[:,::1])")
def blur_finely(image: Any, weights: Any, out: Any) -> None:  # noqa: ANN401
    """Smooth an image with a symmetric window of seven; its edge goes on beyond it.

    Written out, so that a processor takes several pixels at a time.
    """
    height, width = image.shape
    rows = np.empty((height + 6, width), np.float32)
    line = np.empty(width + 6, np.float32)
    far, near, next_to, middle = weights[0], weights[1], weights[2], weights[3]
    for y in range(height):
        for x in range(3):
            line[x] = image[y, 0]
            line[width + 3 + x] = image[y, width - 1]
        for x in range(width):
            line[3 + x] = image[y, x]
        for x in range(width):
            rows[y + 3, x] = (
                far * (line[x] + line[x + 6])
                + near * (line[x + 1] + line[x + 5])
                + next_to * (line[x + 2] + line[x + 4])
                + middle * line[x + 3]
            )
    for y in range(3):
        for x in range(width):
            rows[y, x] = rows[3, x]
            rows[height + 3 + y, x] = rows[height + 2, x]
    for y in range(height):
        for x in range(width):
            out[y, x] = (
                far * (rows[y, x] + rows[y + 6, x])
                + near * (rows[y + 1, x] + rows[y + 5, x])
                + next_to * (rows[y + 2, x] + rows[y + 4, x])
                + middle * rows[y + 3, x]
            )


@kernel("void(f4[:,::1], f4[::1], f4[:,::1])")
def blur_coarsely(image: Any, weights: Any, out: Any) -> None:  # noqa: ANN401
    """Smooth an image with a symmetric window of eleven, as ``blur_finely`` does."""
    height, width = image.shape
    rows = np.empty((height + 10, width), np.float32)
    line = np.empty(width + 10, np.float32)
    w0, w1, w2, w3, w4, w5 = (
        weights[0],
        weights[1],
        weights[2],
        weights[3],
        weights[4],
        weights[5],
    )
    for y in range(height):
        for x in range(5):
            line[x] = image[y, 0]
            line[width + 5 + x] = image[y, width - 1]
        for x in range(width):
            line[5 + x] = image[y, x]
        for x in range(width):
            rows[y + 5, x] = (
                w0 * (line[x] + line[x + 10])
                + w1 * (line[x + 1] + line[x + 9])
                + w2 * (line[x + 2] + line[x + 8])
                + w3 * (line[x + 3] + line[x + 7])
                + w4 * (line[x + 4] + line[x + 6])
                + w5 * line[x + 5]
            )
    for y in range(5):
        for x in range(width):
            rows[y, x] = rows[5, x]
            rows[height + 5 + y, x] = rows[height + 4, x]
    for y in range(height):
        for x in range(width):
            out[y, x] = (
                w0 * (rows[y, x] + rows[y + 10, x])
                + w1 * (rows[y + 1, x] + rows[y + 9, x])
                + w2 * (rows[y + 2, x] + rows[y + 8, x])
                + w3 * (rows[y + 3, x] + rows[y + 7, x])
                + w4 * (rows[y + 4, x] + rows[y + 6, x])
                + w5 * rows[y + 5, x]
            )


@kernel("void(f4[:,::1], i8, f4[:,::1])")
def smooth(  # noqa: C901, PLR0912 - running sums
    image: Any,  # noqa: ANN401
    reach: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Give each pixel the mean of those up to *reach* away, across and down."""
    height, width = image.shape
    rows = np.empty((height, width), np.float64)
    for y in range(height):
        total = 0.0
        for x in range(min(reach, width)):
            total += image[y, x]
        for x in range(width):
            if x + reach < width:
                total += image[y, x + reach]
            if x - reach > 0:
                total -= image[y, x - reach - 1]
            rows[y, x] = total / (min(x + reach, width - 1) - max(x - reach, 0) + 1)
    sums = np.zeros(width, np.float64)
    for y in range(min(reach, height)):
        for x in range(width):
            sums[x] += rows[y, x]
    for y in range(height):
        if y + reach < height:
            for x in range(width):
                sums[x] += rows[y + reach, x]
        if y - reach > 0:
            for x in range(width):
                sums[x] -= rows[y - reach - 1, x]
        count = min(y + reach, height - 1) - max(y - reach, 0) + 1
        for x in range(width):
            out[y, x] = sums[x] / count


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


@kernel("void(f4[:,::1], f4[:,::1])")
def shrink(image: Any, out: Any) -> None:  # noqa: ANN401
    """Scale an image down to the size of *out*: the mean of what each pixel covers."""
    height, width = image.shape
    high, wide = out.shape
    rows = np.zeros((high, width), np.float32)
    down = height / high
    for y in range(high):
        begin = y * down
        end = min((y + 1) * down, np.float64(height))
        for place in range(np.int64(begin), min(np.int64(np.ceil(end)), height)):
            part = np.float32((min(place + 1.0, end) - max(place, begin)) / down)
            for x in range(width):
                rows[y, x] += part * image[place, x]
    across = width / wide
    for x in range(wide):
        begin = x * across
        end = min((x + 1) * across, np.float64(width))
        first = np.int64(begin)
        last = min(np.int64(np.ceil(end)), width)
        head = np.float32((min(first + 1.0, end) - begin) / across)
        whole = np.float32(1 / across)
        tail = np.float32((end - (last - 1)) / across)
        for y in range(high):
            total = head * rows[y, first]
            for place in range(first + 1, last - 1):
                total += whole * rows[y, place]
            if last - 1 > first:
                total += tail * rows[y, last - 1]
            out[y, x] = total


@kernel("void(i8, i8, i8[::1])")
def _box_edges(given: Any, wanted: Any, edges: Any) -> None:  # noqa: ANN401
    """Share out *given* pixels among *wanted* ones, by where their middles lie."""
    scale = given / wanted
    edges[0] = 0
    for place in range(1, wanted):
        edges[place] = min(np.int64(place * scale + 0.5), given)
    edges[wanted] = given


@kernel("void(u4[:,::1], u1[:,::1])")
def grey_of_pixels(pixels: Any, out: Any) -> None:  # noqa: ANN401
    """Write how bright a picture is, scaled down to the size of *out*.

    ``pixels`` hold red, green and blue in their lowest bytes; each of *out* is the mean
    of those whose middles lie in it.
    """
    height, width = pixels.shape
    high, wide = out.shape
    left, top = np.empty(wide + 1, np.int64), np.empty(high + 1, np.int64)
    _box_edges(width, wide, left)
    _box_edges(height, high, top)
    line = np.empty(width, np.uint32)
    low, byte = np.uint32(0xFF), np.uint32(8)
    for y in range(high):
        line[:] = np.uint32(0)
        for row in range(top[y], top[y + 1]):
            for x in range(width):
                pixel = pixels[row, x]
                line[x] += (
                    np.uint32(19595) * (pixel & low)
                    + np.uint32(38470) * ((pixel >> byte) & low)
                    + np.uint32(7471) * ((pixel >> np.uint32(16)) & low)
                ) >> byte
        share = np.float32(1 / (256.0 * (top[y + 1] - top[y])))
        for x in range(wide):
            begin, end = left[x], left[x + 1]
            total = line[begin]
            for place in range(begin + 1, end):
                total += line[place]
            mean = np.float32(total) * share / np.float32(end - begin)
            out[y, x] = np.uint8(mean + np.float32(0.5))


@kernel("void(u4[:,::1], i8, u1[:,:,::1])")
def tints_of_pixels(pixels: Any, factor: Any, out: Any) -> None:  # noqa: ANN401
    """Write a picture's YCbCr, the mean of each square of *factor* pixels a side.

    Squares at the lower and the right edge may be smaller.
    """
    height, width = pixels.shape
    high, wide = out.shape[:2]
    low, byte = np.uint32(0xFF), np.uint32(8)
    red = np.empty(width, np.uint32)
    green = np.empty(width, np.uint32)
    blue = np.empty(width, np.uint32)
    half = np.float32(0.5)
    for y in range(high):
        top, bottom = y * factor, min((y + 1) * factor, height)
        red[:] = np.uint32(0)
        green[:] = np.uint32(0)
        blue[:] = np.uint32(0)
        for row in range(top, bottom):
            for x in range(width):
                pixel = pixels[row, x]
                red[x] += pixel & low
                green[x] += (pixel >> byte) & low
                blue[x] += (pixel >> np.uint32(16)) & low
        for x in range(wide):
            begin, end = x * factor, min((x + 1) * factor, width)
            share = np.float32(1.0) / np.float32((bottom - top) * (end - begin))
            r, g, b = np.uint32(0), np.uint32(0), np.uint32(0)
            for place in range(begin, end):
                r += red[place]
                g += green[place]
                b += blue[place]
            one, two, three = (
                np.float32(r) * share,
                np.float32(g) * share,
                np.float32(b) * share,
            )
            bright = (
                np.float32(0.299) * one
                + np.float32(0.587) * two
                + np.float32(0.114) * three
            )
            out[y, x, 0] = np.uint8(bright + half)
            bluish = np.float32(0.5643) * (three - bright) + np.float32(128)
            reddish = np.float32(0.7133) * (one - bright) + np.float32(128)
            out[y, x, 1] = np.uint8(min(bluish, np.float32(255)) + half)
            out[y, x, 2] = np.uint8(min(reddish, np.float32(255)) + half)
