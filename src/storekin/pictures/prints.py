"""What is kept of a picture: two hashes, fifty places with their keys, a thumbnail."""

from functools import lru_cache
from math import radians

import numpy as np
import numpy.typing as npt

from storekin.kernels.keypoints import (
    FREQUENCIES,
    SAMPLES,
    blur,
    describe_places,
    find_places,
    resize,
)
from storekin.kernels.trims import trim_ground, trim_plain_lines
from storekin.pictures.decode import SIDE, Bytes, Small

Keys = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]

SCALES = 4
STEP = 1.3
MOST_PLACES = 52
REACH = 24.0
"""Pixels that a patch reaches to each side, on its scale."""

TURN = 10.0
"""Degrees by which patches are turned, besides lying straight: between two turns keys
still agree."""

ANGLES = (0.0, TURN, -TURN)
THUMB = 128
KEY_BITS = 36
"""Signs of a key that two places must have in common to meet."""

WEAK = 8
"""Signs of a key, the least sure ones, that are known by their numbers."""

COLOURS = 12
"""Parts of a side whose mean colours are kept."""

FINE = 256
"""Steps of a pixel in which places are kept."""

SHADES = 3.5
"""Steps in which a thumbnail's values are kept, from -8 to 7 of them."""

PRINT = np.dtype(
    [
        ("hashes", "<u8", (2, 4)),
        ("keys", "<u8", (len(ANGLES), MOST_PLACES)),
        ("box", "<f4", 4),
        ("places", "<u2", (MOST_PLACES, 3)),
        ("weak", "u1", (MOST_PLACES, WEAK)),
        ("thumb", "u1", (THUMB, THUMB // 2)),
        ("colours", "u1", (COLOURS, COLOURS, 3)),
        ("frame", "<u2", 2),
        ("count", "<u2"),
        ("spare", "u1", 2),
    ]
)
"""What is seen in one picture, of one size whatever it shows.

``hashes``: 256 bits of the picture without plain edge lines, and of the picture proper.
``places``: x and y (in ``FINE`` steps of a pixel of the picture proper, whose longer
side is ``SIDE``) and the scale's number, of which ``count`` are given; ``keys``: their
patches' signs, straight and turned by ``ANGLES``; ``weak``: of the straight keys' first
36 signs the least sure ones, the least sure first. ``thumb``: the picture proper, its
longer side ``THUMB``, evened out, in ``SHADES``, two to a byte; ``colours``: its mean
YCbCr by parts.
``frame``: its width and height; ``box``: where it lies in the whole picture (top,
bottom, left, right, 0 to 1).
"""

Prints = npt.NDArray[np.void]
"""Prints of pictures, rows of ``PRINT``; one picture is one row."""


_LEAST = 2.0
_LOW = 16


def no_prints(count: int = 0) -> Prints:
    """Give so many empty rows."""
    return np.zeros(count, PRINT)


def print_picture(picture: Small) -> Prints:
    """See what is in a picture whose longer side is ``SIDE``; one row."""
    grey = picture.grey
    height, width = grey.shape
    outer = np.array([0, height, 0, width], np.int64)
    trim_plain_lines(grey, outer)
    inner = outer.copy()
    if trim_ground(grey, inner):
        trim_plain_lines(grey, inner)
    # one line inwards: the edge of a frame is half frame, half picture
    moved = inner != np.array([0, height, 0, width])
    step = np.where(inner[[1, 1, 3, 3]] - inner[[0, 0, 2, 2]] > 40, moved, 0)
    inner += step * np.array([1, -1, 1, -1])
    whole = _cut(grey, outer)
    same = bool((inner == outer).all())
    proper = whole if same else _cut(grey, inner)
    row = no_prints(1)
    one = row[0]
    first = _hash(whole)
    one["hashes"] = first, first if same else _hash(proper)
    _keep_places(proper, one)
    one["thumb"] = _packed(_even_out(_scaled(proper, THUMB)))
    top, bottom, left, right = (int(edge) for edge in inner)
    one["frame"] = proper.shape[1], proper.shape[0]
    one["box"] = top / height, bottom / height, left / width, right / width
    one["colours"] = _mean_colours(picture.tints, one["box"])
    return row


def _mean_colours(tints: Bytes, box: Floats) -> Bytes:
    """Give the mean colours of 12 by 12 parts of the picture proper."""
    from PIL import Image

    high, wide = tints.shape[:2]
    top, bottom, left, right = (float(edge) for edge in box)
    parts = Image.fromarray(tints).resize(
        (COLOURS, COLOURS),
        Image.Resampling.BOX,
        box=(left * wide, top * high, right * wide, bottom * high),
    )
    return np.asarray(parts)


def _cut(grey: Bytes, box: npt.NDArray[np.int64]) -> Floats:
    top, bottom, left, right = (int(edge) for edge in box)
    return _scaled(grey[top:bottom, left:right].astype(np.float32), SIDE)


def _scaled(image: Floats, side: int) -> Floats:
    """Scale an image so that its longer side has *side* pixels."""
    height, width = image.shape
    share = side / max(height, width)
    size = (max(_LOW, round(height * share)), max(_LOW, round(width * share)))
    return image if size == image.shape else _resized(image, size)


def _resized(image: Floats, size: tuple[int, int]) -> Floats:
    from PIL import Image

    high, wide = size
    if high * wide < image.size:
        box = Image.fromarray(image).resize((wide, high), Image.Resampling.BOX)
        return np.array(box, np.float32, order="C")
    out = np.empty(size, np.float32)
    resize(np.ascontiguousarray(image), out)
    return out


@lru_cache(maxsize=4)
def _waves(count: int, samples: int, first: int) -> Floats:
    """Give cosines of *count* frequencies from *first* on, over so many samples."""
    places = (2 * np.arange(samples) + 1) * np.pi / (2 * samples)
    rows = np.cos(np.outer(np.arange(first, first + count), places))
    return np.asarray(rows, np.float32)


def _hash(image: Floats) -> Keys:
    """Give the signs of 16 by 16 low frequencies about their median."""
    waves = _waves(_LOW, 64, 1)
    low = waves @ _resized(image, (64, 64)) @ waves.T
    bits = np.packbits((low > np.median(low)).ravel(), bitorder="little")
    return bits.view(np.uint64)


@lru_cache(maxsize=1)
def mirror_mask() -> Keys:
    """Give the bits of a hash that a mirror turns over: odd waves across."""
    odd = np.tile((np.arange(_LOW) + 1) % 2 == 1, (_LOW, 1))
    return np.packbits(odd.ravel(), bitorder="little").view(np.uint64)


@lru_cache(maxsize=1)
def chosen_frequencies() -> npt.NDArray[np.int64]:
    """Give the 64 frequencies of a key, down and across, the lowest first.

    With each frequency also the one with both swapped: a quarter turn keeps them all.
    """
    last = FREQUENCIES - 1
    pairs = [
        (down, across)
        for down in range(FREQUENCIES)
        for across in range(FREQUENCIES)
        if 0 < down + across <= last and not down == across == last // 2
    ]
    pairs.sort(key=lambda pair: (sum(pair), abs(pair[0] - pair[1]), pair))
    return np.array(pairs, np.int64)


@lru_cache(maxsize=1)
def _window() -> Floats:
    edge = np.hanning(SAMPLES + 2)[1:-1]
    window: Floats = np.outer(edge, edge).astype(np.float32)
    return window


@lru_cache(maxsize=8)
def _bell(spread: float, reach: int) -> Floats:
    bell = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * spread**2))
    return np.asarray(bell / bell.sum(), np.float32)


def _keep_places(image: Floats, one: np.void) -> None:
    """Find the strongest places on each scale, and keep them with their keys."""
    height, width = image.shape
    shares = STEP ** -np.arange(SCALES, dtype=np.float64)
    room = np.empty((4000, 3), np.float32)
    margin = int(REACH * 0.6)
    begin = 0
    level = image
    for number, share in enumerate(shares / shares.sum()):
        if number:
            factor = STEP**-number
            size = (round(height * factor), round(width * factor))
            if min(size) < 2 * margin + 4:
                break
            level = _resized(level, size)
        elif min(level.shape) < 2 * margin + 4:
            margin = max(2, (min(level.shape) - 4) // 2)
        high, wide = level.shape
        fine, coarse = np.empty_like(level), np.empty_like(level)
        blur(level, _bell(1.1, 3), fine)
        blur(level, _bell(2.2, 5), coarse)
        count = find_places(fine, coarse, np.float32(_LEAST), margin, room)
        if not count:
            continue
        strongest = np.lexsort((room[:count, 0], room[:count, 1], -room[:count, 2]))
        most = min(max(4, round(_WANTED * share)), MOST_PLACES - begin)
        chosen = room[strongest[:most]].copy()
        end = begin + len(chosen)
        made = [_describe(coarse, chosen, angle) for angle in ANGLES]
        one["keys"][:, begin:end] = [_signs(each) for each in made]
        sure = np.abs(made[0][:, :KEY_BITS])
        one["weak"][begin:end] = np.argsort(sure, axis=1, kind="stable")[:, :WEAK]
        x = (chosen[:, 0] + 0.5) * (width / wide) - 0.5
        y = (chosen[:, 1] + 0.5) * (height / high) - 0.5
        one["places"][begin:end, 0] = np.round(x * FINE)
        one["places"][begin:end, 1] = np.round(y * FINE)
        one["places"][begin:end, 2] = number
        begin = end
    one["count"] = begin


_WANTED = 50


def _describe(image: Floats, places: Floats, angle: float) -> Floats:
    frequencies = chosen_frequencies()
    out = np.empty((len(places), len(frequencies)), np.float32)
    describe_places(
        image,
        places,
        REACH,
        radians(angle),
        _waves(FREQUENCIES, SAMPLES, 0),
        _window(),
        frequencies,
        out,
    )
    return out


def _signs(values: Floats) -> Keys:
    bits = np.packbits(values > 0, axis=1, bitorder="little")
    return np.ascontiguousarray(bits).view(np.uint64).ravel()


def _packed(thumb: Floats) -> Bytes:
    """Keep a thumbnail's values in sixteen shades, two to a byte."""
    shades = np.full((THUMB, THUMB), _NO_SHADE, np.uint8)
    steps = np.round(thumb * SHADES).clip(-_NO_SHADE, _NO_SHADE - 1) + _NO_SHADE
    shades[: thumb.shape[0], : thumb.shape[1]] = steps
    return np.asarray(shades[:, 0::2] | (shades[:, 1::2] << 4), np.uint8)


_NO_SHADE = 8


def _even_out(thumb: Floats) -> Floats:
    """Take out the brightness and contrast of each part of a thumbnail."""
    smooth, spread = np.empty_like(thumb), np.empty_like(thumb)
    blur(thumb, _bell(8.0, 16), smooth)
    flat = thumb - smooth
    blur(np.ascontiguousarray(flat * flat), _bell(8.0, 16), spread)
    return np.ascontiguousarray(flat / np.sqrt(spread + 16), np.float32)
