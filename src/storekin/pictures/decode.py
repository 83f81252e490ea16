"""Picture files to small pictures, within bounds, whatever the file claims."""

import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from storekin.errors import PictureError
from storekin.normalise.images import readable_name

if TYPE_CHECKING:
    from PIL import Image

Bytes = npt.NDArray[np.uint8]
Pixels = npt.NDArray[np.uint32]
"""Red, green and blue in the lowest bytes of a number, one a pixel."""

SIDE = 192
"""The longer side of the small picture that everything is read from."""

TINTS = 96
"""The longer side of what is kept of the colours, about."""

MOST_PIXELS = 100_000_000
MOST_BYTES = 100_000_000
_LEAST = 16
"""Pixels of the shorter side below which there is nothing to recognise."""


@dataclass(frozen=True, slots=True)
class Small:
    """A small picture: how bright it is, and in coarser parts its colours.

    ``grey`` of shape (height, width), ``tints`` of shape (down, across, 3): YCbCr.
    """

    grey: Bytes
    tints: Bytes

    @classmethod
    def of(cls, grey: Bytes) -> "Small":
        """Give a picture without colours."""
        none = np.full_like(grey, 128)
        return cls(grey, np.stack([grey, none, none], axis=2))


def decode_picture(source: Path | bytes) -> Small:
    """Decode a picture, upright, on white, its longer side ``SIDE`` pixels.

    The first frame of several. A JPEG is scaled while it is decoded.

    Raises:
        PictureError: If it is no picture, is broken, or is too large or too small.
    """
    from PIL import Image, UnidentifiedImageError

    name = readable_name(source) if isinstance(source, Path) else "the picture"
    try:
        data = _read(source) if isinstance(source, Path) else source
    except OSError as fault:
        raise PictureError(f"{name}: {fault.strerror}", "check the path") from None
    if data is None or len(data) > MOST_BYTES:
        problem = f"{name}: more than {MOST_BYTES // 1_000_000} MB are too many"
        raise PictureError(problem, _SMALLER)
    try:
        size, plain = _decode(data)
    except UnidentifiedImageError:
        problem = f"{name}: is no picture of a kind that is read"
        raise PictureError(problem, _KINDS) from None
    except Exception as fault:  # noqa: BLE001 - decoders raise all kinds
        detail = f"{type(fault).__name__}: {fault}"
        raise PictureError(f"{name}: cannot be decoded ({detail})", _REPLACE) from None
    if plain is None:
        problem = f"{name}: {size[0]:,} x {size[1]:,} pixels are too many"
        raise PictureError(problem, _SMALLER)
    edges = plain.shape[::-1] if isinstance(plain, np.ndarray) else plain.size
    share = SIDE / max(edges)
    wide, high = (max(1, round(edge * share)) for edge in edges)
    if min(*size, wide, high) < _LEAST:
        problem = f"{name}: {size[0]} x {size[1]} pixels show too little"
        raise PictureError(problem, "give the picture itself")
    factor = max(1, max(edges) // TINTS)
    if isinstance(plain, np.ndarray):
        return _small_of(plain, wide, high, factor)
    how = Image.Resampling.BOX if share < 1 else Image.Resampling.BILINEAR
    grey = plain.getchannel(0).resize((wide, high), how)
    tints = plain.reduce(factor)
    return Small(np.array(grey, np.uint8, order="C"), np.asarray(tints))


def _small_of(pixels: Pixels, wide: int, high: int, factor: int) -> Small:
    """Scale a JPEG's brightness to a size, and take its colours down."""
    from storekin.kernels.images import grey_of_pixels, tints_of_pixels

    grey = np.empty((high, wide), np.uint8)
    grey_of_pixels(pixels, grey)
    down, across = (-(-edge // factor) for edge in pixels.shape)
    tints = np.empty((down, across, 3), np.uint8)
    tints_of_pixels(pixels, factor, tints)
    return Small(grey, tints)


_SMALLER = "give a smaller copy of it"
_KINDS = "save it as JPEG, PNG, WebP, AVIF, GIF or BMP"
_REPLACE = "open it in a viewer, and save it again"


def _read(path: Path) -> bytes | None:
    """Read a file; None where it is too large to be asked for."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    return data if len(data) <= MOST_BYTES else None


def _decode(data: bytes) -> "tuple[tuple[int, int], Image.Image | Pixels | None]":
    """Give the picture's own size, and its colours; None where it is too large.

    As YCbCr, or of a JPEG of some size as pixels: those are decoded faster.
    """
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = Image.open(BytesIO(data))
        size = picture.size
        if size[0] * size[1] > MOST_PIXELS:
            return size, None
        if picture.format == "JPEG" and picture.mode in ("RGB", "L"):
            pixels = _decode_jpeg(data, picture)
            if pixels is not None:
                return size, pixels
        picture.draft("YCbCr", (_ASKED, _ASKED))
        ImageOps.exif_transpose(picture, in_place=True)
        return size, _on_white(_reduced(picture))


_ASKED = 3 * SIDE // 2
"""Pixels that a JPEG's shorter side keeps at the least, while it is decoded."""

_UPRIGHT = {
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.T,
    6: lambda pixels: pixels[::-1].T,
    7: lambda pixels: pixels[::-1, ::-1].T,
    8: lambda pixels: pixels[:, ::-1].T,
}
"""How a camera's picture is set upright, by what its EXIF orientation says."""


def _decode_jpeg(data: bytes, picture: "Image.Image") -> Pixels | None:
    """Decode a JPEG by a faster decoder.

    None where it is not whole, or small or very large: that is left to the other one.
    """
    import simplejpeg

    if not SIDE < max(picture.size) < 8 * 4 * SIDE:
        return None
    # halves alone: between them this decoder is slow
    part = next((p for p in (8, 4, 2) if min(picture.size) >= p * _ASKED), 1)
    try:
        pixels: Pixels = simplejpeg.decode_jpeg(
            data,
            "RGBX",
            fastupsample=True,
            min_height=-(-picture.height // part),
            min_width=-(-picture.width // part),
        )
    except ValueError:
        return None
    pixels = pixels.view(np.uint32)[:, :, 0]
    turn = _UPRIGHT.get(picture.getexif().get(_ORIENTATION, 1))
    return pixels if turn is None else np.ascontiguousarray(turn(pixels))


_ORIENTATION = 0x0112


def _reduced(picture: "Image.Image") -> "Image.Image":
    """Take a large picture down by a whole number, before it is copied any further."""
    factor = max(picture.size) // (4 * SIDE)
    if factor < 2 or min(picture.size) < 2 * factor:
        return picture
    clear = "transparency" in picture.info
    if picture.mode in ("P", "PA", "La", "1") or clear:
        picture = picture.convert("RGBA" if clear or "A" in picture.mode else "RGB")
    elif picture.mode.startswith("I;"):
        picture = picture.convert("I")
    return picture.reduce(factor)


def _on_white(picture: "Image.Image") -> "Image.Image":
    """Give a picture's colours, laid on white where it is clear."""
    from PIL import Image

    if picture.mode.startswith("I") or picture.mode == "F":
        values = np.asarray(picture, np.float64)
        top = 65535 if values.max(initial=0) > 255 else 255
        grey = (values * (255 / top)).clip(0, 255).astype(np.uint8)
        return Image.fromarray(grey).convert("YCbCr")
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA", "La"):
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        picture = Image.alpha_composite(ground, layer)
    if picture.mode == "YCbCr":
        return picture
    return picture.convert("RGB").convert("YCbCr")
