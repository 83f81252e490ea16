"""Pictures to perceptual hashes, and references to pictures to what they name."""

import os
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

_READY = re.compile(r"^(phash|pdq|dhash|ahash|whash):([0-9a-fA-F]{8,128})$")
_SIZE_SUFFIX = re.compile(
    r"(_\d{2,4}x\d{2,4}[^/]*|@\d+[wx][^/]*|_\d{2,4}w|\._[A-Z0-9_,]+_)(?=\.|$)"
)
_SIDE = 32
_KEPT = 8
_FLAT = 2.0
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".avif")
"""Endings of pictures that are read from the folder."""


def parse_ready_hash(reference: str) -> tuple[str, str] | None:
    """Read a ready hash with its scheme; None when the reference is no hash.

    >>> parse_ready_hash("phash:94974F937D4C2433")
    ('phash', '94974f937d4c2433')
    """
    found = _READY.match(reference.strip())
    return (found[1], found[2].lower()) if found else None


def normalise_picture_address(reference: str) -> str | None:
    """Give a URL without scheme, query and size suffix; None when it is no URL.

    >>> normalise_picture_address("https://ae01.alicdn.com/kf/S1.jpg_640x640q90.jpg?x=1")
    'ae01.alicdn.com/kf/S1.jpg'
    """
    if "://" not in reference and not reference.startswith("//"):
        return None
    try:
        parts = urlsplit(reference)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    path = _SIZE_SUFFIX.sub("", parts.path)
    path = re.sub(
        r"\.(jpg|jpeg|png|webp|avif)\.(jpg|jpeg|png|webp|avif)$", r".\1", path
    )
    return f"{host}{path}" if host and path not in ("", "/") else None


@lru_cache(maxsize=1)
def _cosines() -> npt.NDArray[np.float64]:
    """Give the first rows of a cosine transform of 32 samples."""
    places = (2 * np.arange(_SIDE) + 1) * np.pi / (2 * _SIDE)
    rows: npt.NDArray[np.float64] = np.cos(np.outer(np.arange(_KEPT), places))
    return rows


def hash_grey(grey: npt.NDArray[np.uint8]) -> str | None:
    """Give a grey picture's 64-bit perceptual hash in hex; None for one flat tone.

    The usual pHash: 32 by 32 grey samples, the lowest 8 by 8 frequencies, each above
    or below their median.
    """
    from PIL import Image

    small = Image.fromarray(grey).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    pixels = np.asarray(small, np.float64)
    if float(pixels.std()) < _FLAT:
        return None
    low = _cosines() @ pixels @ _cosines().T
    bits = (low > np.median(low)).ravel()
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def readable_name(path: Path) -> str:
    """Give a path as text that can be written anywhere, whatever bytes are in it.

    >>> readable_name(Path("a/b.jpg"))
    'a/b.jpg'
    """
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def picture_inside(folder: Path, reference: str) -> Path | None:
    """Find a picture by its relative path; None when it lies outside the folder."""
    if "\x00" in reference:
        return None
    try:
        path = (folder / reference).resolve()
        path.relative_to(folder.resolve())
    except (ValueError, OSError):
        return None
    return path
