"""Small copies of the pictures in a portfolio, to stand in the report itself."""

import base64
import io
from pathlib import Path

from storekin.normalise.images import SUFFIXES, picture_inside
from storekin.pictures.recognition import Corners

SIDE = 150
MOST = 160
FRAME = (0, 105, 92)
"""The colour in which regions are framed."""

_LARGEST_PIXELS = 100_000_000


class Thumbnails:
    """Makes data addresses of the first ``MOST`` pictures that are asked for."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._made: dict[tuple[Path, Corners], str | None] = {}

    def of(self, images: str | None) -> str | None:
        """Give a listing's first local picture as a data address, if it has one."""
        for reference in (images or "").split("|"):
            made = self.framed(reference.strip(), ())
            if made is not None:
                return made
        return None

    def framed(self, reference: str, region: Corners) -> str | None:
        """Give a local picture as a data address, with a region of it framed.

        None where there is no such picture, or more than ``MOST`` were asked for. A
        region that is the whole picture needs no frame.
        """
        is_name = reference.lower().endswith(SUFFIXES) and "://" not in reference
        if self._folder is None or not is_name:
            return None
        path = picture_inside(self._folder, reference)
        if path is None or not path.is_file():
            return None
        key = (path, () if is_whole(region) else region)
        if key not in self._made:
            if len(self._made) >= MOST:
                return None
            self._made[key] = _shrink(*key)
        return self._made[key]


def is_whole(region: Corners) -> bool:
    """Say whether a region is nearly all of a picture, or none."""
    if not region:
        return True
    around = zip(region, (*region[1:], region[0]), strict=True)
    twice = sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in around)
    return abs(twice) / 2 >= _WHOLE


_WHOLE = 0.97


def _shrink(path: Path, region: Corners) -> str | None:
    from PIL import Image, ImageDraw, ImageOps

    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > _LARGEST_PIXELS:
                return None
            picture.draft("RGB", (2 * SIDE, 2 * SIDE))
            small = ImageOps.exif_transpose(picture).convert("RGB")
        small.thumbnail((SIDE, SIDE))
    except Exception:  # noqa: BLE001 - decoders raise all kinds; a report needs no picture
        return None
    if region:
        wide, high = small.width - 1, small.height - 1
        corners = [(x * wide, y * high) for x, y in region]
        ImageDraw.Draw(small).line([*corners, *corners[:2]], fill=FRAME, width=3)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
