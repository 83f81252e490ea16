"""Product pictures drawn by us: a shape, a pattern and a ground, from a seed."""

from pathlib import Path
from random import Random

SIDE = 320

Colour = tuple[int, int, int]


def draw_product(path: Path, seed: str) -> None:
    """Draw one picture; the same seed always gives the same one."""
    from PIL import Image, ImageDraw

    random = Random(seed)  # noqa: S311 - a drawing needs no secrecy
    ground = _colour(random, 205, 250)
    picture = Image.new("RGB", (SIDE, SIDE), ground)
    brush = ImageDraw.Draw(picture)
    for _ in range(random.randint(1, 3)):
        x, y = random.randint(-60, SIDE), random.randint(-60, SIDE)
        size = random.randint(60, 190)
        brush.ellipse((x, y, x + size, y + size), fill=_colour(random, 180, 235))
    layer = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    _product(ImageDraw.Draw(layer), random)
    turned = layer.rotate(random.uniform(-35, 35), resample=Image.Resampling.BICUBIC)
    shift = (random.randint(-30, 30), random.randint(-30, 30))
    picture.paste(turned, shift, turned)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=88)


def copy_product(source: Path, path: Path, seed: str) -> None:
    """Copy a picture as sellers do: cut a little, brighter, saved again."""
    from PIL import Image, ImageEnhance

    random = Random(seed)  # noqa: S311 - a drawing needs no secrecy
    with Image.open(source) as original:
        cut = random.randint(0, 4)
        box = (cut, cut, original.width - cut, original.height - cut)
        edited = original.crop(box).resize((300, 300))
    edited = ImageEnhance.Brightness(edited).enhance(random.uniform(0.94, 1.08))
    path.parent.mkdir(parents=True, exist_ok=True)
    edited.save(path, quality=random.randint(60, 80))


def _colour(random: Random, low: int, high: int) -> Colour:
    return (
        random.randint(low, high),
        random.randint(low, high),
        random.randint(low, high),
    )


def _product(brush: object, random: Random) -> None:
    from PIL import ImageDraw

    if not isinstance(brush, ImageDraw.ImageDraw):
        return
    main, dark = _colour(random, 40, 190), _colour(random, 10, 90)
    left, top = random.randint(40, 110), random.randint(40, 110)
    right, bottom = random.randint(200, 285), random.randint(200, 285)
    shape = random.choice(("box", "round", "roof", "bars", "ring", "cross"))
    if shape == "box":
        brush.rounded_rectangle((left, top, right, bottom), 24, fill=main)
    elif shape == "round":
        brush.ellipse((left, top, right, bottom), fill=main)
    elif shape == "roof":
        peak = random.randint(left, right)
        brush.polygon([(peak, top), (right, bottom), (left, bottom)], fill=main)
    elif shape == "bars":
        count = random.randint(3, 6)
        wide = (right - left) / (2 * count - 1)
        for bar in range(count):
            x = left + 2 * bar * wide
            high = random.randint(0, 70)
            brush.rectangle((x, top + high, x + wide, bottom), fill=main)
    elif shape == "ring":
        width = random.randint(22, 50)
        brush.ellipse((left, top, right, bottom), outline=main, width=width)
    else:
        third_x, third_y = (right - left) // 3, (bottom - top) // 3
        brush.rectangle((left + third_x, top, right - third_x, bottom), fill=main)
        brush.rectangle((left, top + third_y, right, bottom - third_y), fill=main)
    for _ in range(random.randint(2, 5)):
        x, y = random.randint(left, right), random.randint(top, bottom)
        size = random.randint(12, 60)
        if random.random() < 0.5:
            brush.ellipse((x - size, y - size, x + size, y + size), fill=dark)
        else:
            end = (x + random.randint(-90, 90), y + random.randint(-90, 90))
            brush.line(((x, y), end), fill=dark, width=random.randint(6, 18))
