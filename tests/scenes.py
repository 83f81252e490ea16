"""Pictures that are drawn, and what sellers do to them."""

from io import BytesIO
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from storekin.pictures.decode import decode_picture
from storekin.pictures.prints import Prints, print_picture

SIZE = (480, 400)


def draw_scene(seed: int) -> Image.Image:
    """Draw a picture with enough in it to be told from any other."""
    random = Random(seed)
    noise = np.random.default_rng(seed).integers(0, 256, (20, 24, 3), np.uint8)
    picture = Image.fromarray(noise).resize(SIZE, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y = random.randint(0, SIZE[0]), random.randint(0, SIZE[1])
        wide, high = random.randint(12, 90), random.randint(12, 90)
        colour = tuple(random.randint(0, 255) for _ in range(3))
        shape = random.choice((pen.ellipse, pen.rectangle))
        shape((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2), fill=colour)
    return picture.filter(ImageFilter.GaussianBlur(1.2))


def crop(picture: Image.Image, share: float) -> Image.Image:
    """Keep *share* of each side, from near the middle."""
    wide, high = picture.size
    left, top = wide * (1 - share) * 0.4, high * (1 - share) * 0.6
    box = (left, top, left + wide * share, top + high * share)
    return picture.crop(tuple(map(round, box)))


def banner(picture: Image.Image) -> Image.Image:
    """Lay a promotional banner over the lower part."""
    marked = picture.copy()
    pen = ImageDraw.Draw(marked)
    pen.rectangle((0, SIZE[1] * 0.82, SIZE[0], SIZE[1]), fill=(200, 20, 30))
    pen.text((20, SIZE[1] * 0.88), "SALE -50% FREE SHIPPING", fill="white")
    return marked


def pad(picture: Image.Image) -> Image.Image:
    """Shrink it onto a white square."""
    small = picture.resize((240, 200))
    sheet = Image.new("RGB", (420, 420), "white")
    sheet.paste(small, (90, 110))
    return sheet


def beside(picture: Image.Image) -> Image.Image:
    """Make it one half of a collage."""
    sheet = Image.new("RGB", (2 * SIZE[0], SIZE[1]))
    sheet.paste(draw_scene(987), (0, 0))
    sheet.paste(picture, (SIZE[0], 0))
    return sheet


EDITS = {
    "smaller": lambda p: p.resize((200, 167)),
    "mirrored": ImageOps.mirror,
    "grey": lambda p: p.convert("L"),
    "brighter": lambda p: p.point([min(255, int(v * 1.25)) for v in range(256)] * 3),
    "cropped to 75": lambda p: crop(p, 0.75),
    "cropped to 60": lambda p: crop(p, 0.6),
    "banner": banner,
    "padded": pad,
    "framed": lambda p: ImageOps.expand(p, 40, fill=(30, 120, 60)),
    "half of a collage": beside,
    "turned by 10": lambda p: p.rotate(10, expand=True, fillcolor="white"),
    "turned by -5": lambda p: p.rotate(-5, expand=True, fillcolor="white"),
    "a quarter turn": lambda p: p.rotate(90, expand=True),
    "mirrored, upside down": lambda p: ImageOps.mirror(p.rotate(180)),
}


def saved(picture: Image.Image, kind: str = "JPEG", **how: object) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def seen(picture: Image.Image, quality: int = 80) -> Prints:
    return print_picture(decode_picture(saved(picture, quality=quality)))
