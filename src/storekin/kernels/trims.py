"""What lies around the picture proper: plain lines, frames, a ground of one tone."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel

_TONE = 14
"""Grey levels within which two pixels are of one tone."""


@kernel("b1(u1[:,::1], i8, i8, i8, i8)")
def _is_plain(grey: Any, top: Any, bottom: Any, left: Any, right: Any) -> Any:  # noqa: ANN401
    """Say whether nearly all pixels of a line are of one tone."""
    counts = np.zeros(256, np.int64)
    for y in range(top, bottom):
        for x in range(left, right):
            counts[grey[y, x]] += 1
    total = (bottom - top) * (right - left)
    middle = 0
    below = counts[0]
    while below <= total // 2:
        middle += 1
        below += counts[middle]
    same = 0
    for tone in range(max(0, middle - _TONE + 1), min(256, middle + _TONE)):
        same += counts[tone]
    return same > 0.97 * total


@kernel("void(u1[:,::1], i8[::1])")
def trim_plain_lines(grey: Any, box: Any) -> None:  # noqa: ANN401
    """Move the box (top, bottom, left, right) inwards past lines of one tone.

    A third of the picture stays on each axis, whatever it shows.
    """
    for _ in range(2):
        high = (box[1] - box[0]) // 3
        wide = (box[3] - box[2]) // 3
        low = box[1] - high
        while box[0] < low and _is_plain(grey, box[0], box[0] + 1, box[2], box[3]):
            box[0] += 1
        low = box[0] + high
        while box[1] > low and _is_plain(grey, box[1] - 1, box[1], box[2], box[3]):
            box[1] -= 1
        low = box[3] - wide
        while box[2] < low and _is_plain(grey, box[0], box[1], box[2], box[2] + 1):
            box[2] += 1
        low = box[2] + wide
        while box[3] > low and _is_plain(grey, box[0], box[1], box[3] - 1, box[3]):
            box[3] -= 1


@inlined
def _longest_run(counts: Any, needed: Any, out: Any) -> None:  # noqa: ANN401
    """Find the longest run of lines with more than needed; small gaps are bridged."""
    gap = max(2, len(counts) // 50)
    out[0] = 0
    out[1] = 0
    begin = -1
    last = -gap - 2
    for line in range(len(counts) + 1):
        if line < len(counts) and counts[line] > needed:
            if begin < 0:
                begin = line
            last = line
        elif begin >= 0 and (line == len(counts) or line - last > gap):
            if last + 1 - begin > out[1] - out[0]:
                out[0] = begin
                out[1] = last + 1
            begin = -1


@kernel("b1(u1[:,::1], i8[::1])")
def trim_ground(grey: Any, box: Any) -> Any:  # noqa: ANN401, C901, PLR0912 - loops
    """Set the box to the block of lines that are mostly not the ground.

    The ground is the tone of three fifths of the outer ring: padding, a screenshot's
    page, the corners of a turned picture. Says whether there is one, and a picture on
    it; the box is set only then.
    """
    height, width = grey.shape
    tones = np.zeros(256, np.int64)
    for x in range(width):
        tones[grey[1, x]] += 1
        tones[grey[height - 2, x]] += 1
    for y in range(height):
        tones[grey[y, 1]] += 1
        tones[grey[y, width - 2]] += 1
    ground = 0
    most = -1
    for tone in range(256):
        near = 0
        for other in range(max(tone - 4, 0), min(tone + 5, 256)):
            near += tones[other]
        if near > most:
            most = near
            ground = tone
    if most < 0.6 * 2 * (width + height):
        return False
    top, bottom, left, right = 0, height, 0, width
    run = np.zeros(2, np.int64)
    for _ in range(3):
        counts = np.zeros(height, np.int64)
        for y in range(top, bottom):
            for x in range(left, right):
                counts[y] += abs(np.int64(grey[y, x]) - ground) >= _TONE
        _longest_run(counts, 0.4 * (right - left), run)
        if run[1] - run[0] < height // 5:
            return False
        top, bottom = run[0], run[1]
        counts = np.zeros(width, np.int64)
        for y in range(top, bottom):
            for x in range(left, right):
                counts[x] += abs(np.int64(grey[y, x]) - ground) >= _TONE
        _longest_run(counts, 0.4 * (bottom - top), run)
        if run[1] - run[0] < width // 5:
            return False
        left, right = run[0], run[1]
    box[0] = top
    box[1] = bottom
    box[2] = left
    box[3] = right
    return True
