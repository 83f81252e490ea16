"""Small copies of the pictures in a portfolio, to stand in the report itself."""

import base64
import io
from pathlib import Path

from storekin.normalise.images import SUFFIXES, picture_inside

SIDE = 150
MOST = 160
_LARGEST_PIXELS = 100_000_000


class Thumbnails:
    """Makes data addresses of the first ``MOST`` pictures that are asked for."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._made: dict[Path, str | None] = {}

    def of(self, images: str | None) -> str | None:
        """Give a listing's first local picture as a data address, if it has one."""
        if images is None or self._folder is None:
            return None
        for reference in images.split("|"):
            name = reference.strip()
            if not name.lower().endswith(SUFFIXES) or "://" in name:
                continue
            path = picture_inside(self._folder, name)
            if path is None or not path.is_file():
                continue
            if path not in self._made:
                if len(self._made) >= MOST:
                    return None
                self._made[path] = _shrink(path)
            return self._made[path]
        return None


def _shrink(path: Path) -> str | None:
    from PIL import Image

    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > _LARGEST_PIXELS:
                return None
            picture.draft("RGB", (2 * SIDE, 2 * SIDE))
            small = picture.convert("RGB")
        small.thumbnail((SIDE, SIDE))
    except Exception:  # noqa: BLE001 - decoders raise all kinds; a report needs no picture
        return None
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
