"""What is kept of a picture: two hashes, fifty places with their keys, a thumbnail."""

import mmap
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from storekin.kernels.images import resize, shrink, smooth
from storekin.kernels.keypoints import FREQUENCIES, SAMPLES
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

COLOURS = 24
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


def let_go(prints: Prints) -> None:
    """Let the system have the memory of prints in a file of their own, until needed."""
    mapped = getattr(prints, "base", None)
    if isinstance(prints, np.memmap) and isinstance(mapped, mmap.mmap):
        advise = getattr(mmap, "MADV_DONTNEED", None)
        if prints.mode == "w+" and advise is not None:
            mapped.madvise(advise)


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
    """Give the mean colours of 24 by 24 parts of the picture proper."""
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
    out = np.empty(size, np.float32)
    high, wide = image.shape
    change = shrink if size[0] <= high and size[1] <= wide else resize
    change(np.ascontiguousarray(image), out)
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
    from storekin.kernels.seen import see_places

    one["count"] = see_places(
        image,
        _bell(1.1, 3),
        _bell(2.2, 5),
        _waves(FREQUENCIES, SAMPLES, 0),
        _window(),
        chosen_frequencies(),
        _wanted(),
        np.radians(ANGLES),
        _bounds(),
        one["keys"],
        one["places"],
        one["weak"],
    )


_MOST_WANTED = 50


@lru_cache(maxsize=1)
def _wanted() -> npt.NDArray[np.int64]:
    """Give how many places each scale gives at the most."""
    shares = STEP ** -np.arange(SCALES, dtype=np.float64)
    most = np.round(_MOST_WANTED * shares / shares.sum())
    return np.asarray(np.maximum(most, 4), np.int64)


@lru_cache(maxsize=1)
def _bounds() -> npt.NDArray[np.float64]:
    return np.array([STEP, REACH, _LEAST, KEY_BITS, FINE], np.float64)


def _packed(thumb: Floats) -> Bytes:
    """Keep a thumbnail's values in sixteen shades, two to a byte."""
    shades = np.full((THUMB, THUMB), _NO_SHADE, np.uint8)
    steps = np.round(thumb * SHADES).clip(-_NO_SHADE, _NO_SHADE - 1) + _NO_SHADE
    shades[: thumb.shape[0], : thumb.shape[1]] = steps
    return np.asarray(shades[:, 0::2] | (shades[:, 1::2] << 4), np.uint8)


_NO_SHADE = 8


_AROUND = 12
"""Pixels of a thumbnail, to each side, that one is evened out by."""


def _even_out(thumb: Floats) -> Floats:
    """Take out the brightness and contrast of each part of a thumbnail."""
    mean, spread = np.empty_like(thumb), np.empty_like(thumb)
    smooth(thumb, _AROUND, mean)
    flat = thumb - mean
    smooth(flat * flat, _AROUND, spread)
    return np.ascontiguousarray(flat / np.sqrt(spread + 16), np.float32)
