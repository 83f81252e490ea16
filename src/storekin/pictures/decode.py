"""Picture files to small grey pictures, within bounds, whatever the file claims."""

import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from storekin.errors import PictureError

if TYPE_CHECKING:
    from PIL import Image

Grey = npt.NDArray[np.uint8]

SIDE = 192
"""The longer side of the grey picture that everything is read from."""

MOST_PIXELS = 100_000_000
MOST_BYTES = 100_000_000
_LEAST = 16
"""Pixels of the shorter side below which there is nothing to recognise."""


def decode_grey(source: Path | bytes) -> Grey:
    """Decode a picture to grey, upright, on white, its longer side ``SIDE`` pixels.

    The first frame of several. A JPEG is scaled while it is decoded.

    Raises:
        PictureError: If it is no picture, is broken, or is too large or too small.
    """
    from PIL import Image, UnidentifiedImageError

    name = str(source) if isinstance(source, Path) else "the picture"
    try:
        data = source.read_bytes() if isinstance(source, Path) else source
    except OSError as fault:
        raise PictureError(f"{name}: {fault.strerror}", "check the path") from None
    if len(data) > MOST_BYTES:
        raise PictureError(f"{name}: {len(data):,} bytes are too many", _SMALLER)
    try:
        size, grey = _decode(data)
    except UnidentifiedImageError:
        problem = f"{name}: is no picture of a kind that is read"
        raise PictureError(problem, _KINDS) from None
    except Exception as fault:  # noqa: BLE001 - decoders raise all kinds
        detail = f"{type(fault).__name__}: {fault}"
        raise PictureError(f"{name}: cannot be decoded ({detail})", _REPLACE) from None
    if grey is None:
        problem = f"{name}: {size[0]:,} x {size[1]:,} pixels are too many"
        raise PictureError(problem, _SMALLER)
    share = SIDE / max(grey.size)
    wide, high = (max(1, round(edge * share)) for edge in grey.size)
    if min(*size, wide, high) < _LEAST:
        problem = f"{name}: {size[0]} x {size[1]} pixels show too little"
        raise PictureError(problem, "give the picture itself")
    how = Image.Resampling.BOX if share < 1 else Image.Resampling.BILINEAR
    small = np.asarray(grey.resize((wide, high), how))
    return np.array(small, np.uint8, order="C")


_SMALLER = "give a smaller copy of it"
_KINDS = "save it as JPEG, PNG, WebP, AVIF, GIF or BMP"
_REPLACE = "open it in a viewer, and save it again"


def _decode(data: bytes) -> "tuple[tuple[int, int], Image.Image | None]":
    """Give the picture's own size, and its grey; None where it is too large."""
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = Image.open(BytesIO(data))
        size = picture.size
        if size[0] * size[1] > MOST_PIXELS:
            return size, None
        picture.draft("L", (2 * SIDE, 2 * SIDE))
        return size, _to_grey(ImageOps.exif_transpose(picture))


def _to_grey(picture: "Image.Image") -> "Image.Image":
    """Lay a picture on white, and take its grey."""
    from PIL import Image

    if picture.mode.startswith("I") or picture.mode == "F":
        values = np.asarray(picture, np.float64)
        top = 65535 if values.max(initial=0) > 255 else 255
        return Image.fromarray((values * (255 / top)).clip(0, 255).astype(np.uint8))
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA", "La"):
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("L")
    return picture.convert("L")
