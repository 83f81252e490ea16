"""Writes the page that shows, in pictures, what is found and what is not.

    python benchmarks/picture_page.py docs

Draws a picture, edits it as sellers do, and asks the product about each pair: the words
and the framed regions of the page are what it answers. Writes ``pictures.md`` and a
folder ``pictures`` beside it.
"""

import argparse
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from storekin.kernels.compiled import prepare
from storekin.pictures.decode import decode_picture
from storekin.pictures.prints import print_picture
from storekin.pictures.recognition import recognise
from storekin.workflows.images import tell_edit
from storekin.workflows.report.overlay import draw_alignment

SIZE = (480, 400)
WIDTH = 460
Edit = Callable[[Image.Image], Image.Image]


def draw_shelf(seed: int) -> Image.Image:
    """Draw a shelf of cups and tins: enough to be told from any other."""
    random = Random(seed)
    noise = np.random.default_rng(seed).integers(170, 235, (25, 30, 3), np.uint8)
    picture = Image.fromarray(noise).resize(SIZE, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(picture)
    for row in range(2):
        floor = 190 + 190 * row
        pen.rectangle((0, floor, SIZE[0], floor + 12), fill=(120, 90, 60))
        x = random.randint(5, 30)
        while x < SIZE[0] - 60:
            wide, high = random.randint(45, 90), random.randint(70, 150)
            colour = tuple(random.randint(30, 220) for _ in range(3))
            pen.rounded_rectangle((x, floor - high, x + wide, floor), 10, fill=colour)
            label = tuple(255 - part // 2 for part in colour)
            top = floor - high + random.randint(10, 30)
            pen.rectangle((x + 6, top, x + wide - 6, top + 26), fill=label)
            word = "".join(random.choice("AEIOUKLMNRST") for _ in range(4))
            pen.text((x + 10, top + 4), word, fill="black", font_size=16)
            for _ in range(random.randint(1, 3)):
                spot_x, spot_y = (
                    x + random.randint(8, wide - 8),
                    top + random.randint(30, 60),
                )
                size = random.randint(3, 9)
                pen.ellipse(
                    (spot_x - size, spot_y - size, spot_x + size, spot_y + size),
                    fill=label,
                )
            x += wide + random.randint(6, 26)
    return picture.filter(ImageFilter.GaussianBlur(0.8))


def crop(picture: Image.Image, share: float) -> Image.Image:
    """Keep a share of each side, off the middle."""
    wide, high = picture.size
    left, top = wide * (1 - share) * 0.3, high * (1 - share) * 0.6
    box = (left, top, left + wide * share, top + high * share)
    return picture.crop(tuple(round(edge) for edge in box))


def banner(picture: Image.Image) -> Image.Image:
    """Lay a banner over the lower part, and a badge over a corner."""
    marked = picture.copy()
    pen = ImageDraw.Draw(marked)
    pen.rectangle((0, SIZE[1] * 0.84, *SIZE), fill=(200, 20, 30))
    pen.text((16, SIZE[1] * 0.87), "SALE -50% TODAY", fill="white", font_size=34)
    pen.ellipse((380, 10, 470, 100), fill=(250, 210, 0))
    return marked


def pad(picture: Image.Image) -> Image.Image:
    """Shrink it onto a white square."""
    sheet = Image.new("RGB", (600, 600), "white")
    sheet.paste(picture.resize((300, 250)), (120, 190))
    return sheet


def beside(count: int) -> Edit:
    """Make it a part of a collage of two, or of four."""

    def make(picture: Image.Image) -> Image.Image:
        sheet = Image.new("RGB", (2 * SIZE[0], count // 2 * SIZE[1]))
        for number in range(count):
            shown = picture if number == count - 1 else draw_shelf(70 + number)
            sheet.paste(shown, (number % 2 * SIZE[0], number // 2 * SIZE[1]))
        return sheet

    return make


def from_a_screen(picture: Image.Image) -> Image.Image:
    """Photograph it from a screen: a frame, a slant, a pattern, less contrast."""
    shown = ImageOps.expand(picture, 26, fill=(20, 20, 24))
    wide, high = shown.size
    slant = (1.03, 0.05, -14, -0.03, 1.04, 2, 0.00008, 0.00006)
    seen = shown.transform(
        (wide, high),
        Image.Transform.PERSPECTIVE,
        slant,
        Image.Resampling.BICUBIC,
        fillcolor=(60, 60, 64),
    )
    pixels = np.asarray(seen, np.float32)
    y, x = np.mgrid[:high, :wide]
    pattern = 10 * np.sin(x * 1.9 + y * 0.4) + 8 * np.sin(y * 2.1)
    noisy = (pixels + pattern[:, :, None]).clip(0, 255).astype(np.uint8)
    return ImageEnhance.Contrast(Image.fromarray(noisy)).enhance(0.75)


def recolour(picture: Image.Image) -> Image.Image:
    """Show it in other colours, as bright as before."""
    bright, blue, red = picture.convert("YCbCr").split()
    return Image.merge("YCbCr", (bright, red, blue)).convert("RGB")


def other_ground(picture: Image.Image) -> Image.Image:
    """Cut the middle out, and set it on something else."""
    mask = Image.new("L", SIZE, 0)
    ImageDraw.Draw(mask).ellipse((50, 40, 430, 360), fill=255)
    return Image.composite(picture, draw_shelf(99).resize(SIZE), mask)


TURNED = {"expand": True, "fillcolor": "white", "resample": Image.Resampling.BICUBIC}
EDITS: dict[str, Edit] = {
    "saved at a quarter of the size, quality 30": lambda p: again(
        p.resize((120, 100)), 30
    ),
    "brighter, more contrast": lambda p: ImageEnhance.Contrast(
        ImageEnhance.Brightness(p).enhance(1.2)
    ).enhance(1.3),
    "without colour": lambda p: p.convert("L").convert("RGB"),
    "mirrored": ImageOps.mirror,
    "cropped to 75 % of each side": lambda p: crop(p, 0.75),
    "cropped to 60 % of each side": lambda p: crop(p, 0.6),
    "turned by 8 degrees": lambda p: p.rotate(8, **TURNED),
    "a quarter turn": lambda p: p.rotate(90, expand=True),
    "a banner and a badge": banner,
    "framed": lambda p: ImageOps.expand(p, 45, fill=(30, 120, 60)),
    "on a white square": pad,
    "half of a collage": beside(2),
    "photographed from a screen": from_a_screen,
    "mirrored, cropped, on a white square": lambda p: pad(
        crop(ImageOps.mirror(p), 0.8).resize(SIZE)
    ),
    "another ground": other_ground,
    "in another colour": recolour,
    "cropped to 35 % of each side": lambda p: crop(p, 0.35),
    "a quarter of a collage of four": beside(4),
    "turned by 35 degrees": lambda p: p.rotate(35, **TURNED),
    "squeezed to half the width": lambda p: p.resize((SIZE[0] // 2, SIZE[1])),
    "another shelf": lambda _: draw_shelf(5),
}


def again(picture: Image.Image, quality: int) -> Image.Image:
    """Save a picture, and open it again."""
    file = BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(BytesIO(file.getvalue())).convert("RGB")


HEAD = """# What is found in pictures, and what is not

Each row is one picture, drawn here, and what was made of it. The words are what `storekin compare images` says of the two; where they
are recognised, the region that both show is framed. `python benchmarks/picture_page.py docs` writes this page; how often each edit is
found on photos stands in [benchmarks.md](benchmarks.md#pictures).

| what was done | what storekin says |
| --- | --- |
"""


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("docs", type=Path)
    docs = parser.parse_args().docs
    prepare()
    folder = docs / "pictures"
    folder.mkdir(exist_ok=True)
    original = draw_shelf(1)
    lines = []
    with TemporaryDirectory() as place:
        left = Path(place) / "left.png"
        original.save(left)
        for number, (name, edit) in enumerate(EDITS.items(), 1):
            right = Path(place) / "right.jpg"
            edit(original).save(right, "JPEG", quality=85)
            found = recognise(
                *(print_picture(decode_picture(path)) for path in (left, right))
            )
            sheet = Path(place) / "sheet.png"
            draw_alignment(left, right, found, sheet)
            with Image.open(sheet) as both:
                high = round(both.height * WIDTH / both.width)
                out = folder / f"{number:02d}.jpg"
                both.resize((WIDTH, high)).save(out, "JPEG", quality=72)
            said = tell_edit(found)["en"]
            lines.append(f"| {name} | {said}<br>![{name}](pictures/{out.name}) |")
            print(f"{name}: {said}")
    (docs / "pictures.md").write_text(HEAD + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
