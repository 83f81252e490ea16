"""Two pictures side by side, with what they have in common framed."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from storekin.pictures.recognition import Corners, Recognition
from storekin.workflows.report.pictures import FRAME

_HEIGHT = 480
_GAP = 16


def draw_alignment(left: Path, right: Path, found: Recognition, out: Path) -> None:
    """Write both pictures as PNG, each with the region framed that the other shows.

    Raises:
        OSError: If the place cannot be written.
    """
    sides = [_framed(left, found.left_region), _framed(right, found.right_region)]
    width = sum(side.width for side in sides) + 3 * _GAP
    sheet = Image.new("RGB", (width, _HEIGHT + 2 * _GAP), "white")
    place = _GAP
    for side in sides:
        sheet.paste(side, (place, _GAP))
        place += side.width + _GAP
    sheet.save(out, format="PNG")


def _framed(path: Path, region: Corners) -> Image.Image:
    with Image.open(path) as opened:
        opened.draft("RGB", (2 * _HEIGHT, 2 * _HEIGHT))
        picture = ImageOps.exif_transpose(opened).convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    flat = Image.alpha_composite(ground, picture).convert("RGB")
    size = (max(1, round(flat.width * _HEIGHT / flat.height)), _HEIGHT)
    flat = flat.resize(size, Image.Resampling.LANCZOS)
    if region:
        corners = [(x * (size[0] - 1), y * (size[1] - 1)) for x, y in region]
        ImageDraw.Draw(flat).line([*corners, corners[0]], fill=FRAME, width=4)
    return flat
