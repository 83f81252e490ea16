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
