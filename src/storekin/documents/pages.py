"""Pages as pictures: those of a scan, and those of a PDF that hold no text."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from storekin.errors import DocumentError

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_SCANNED = 20
"""Pages of one document that are read from pictures."""

MOST_PIXELS = 50_000_000
"""Pixels of a page; A4 at 600 dots an inch has 35 million."""

_LONGEST = 2_000
_DOTS = 200 / 72


def count_pages(content: bytes, name: str) -> int:
    """Count the pages of a picture file; of a moving picture the first one counts.

    Raises:
        DocumentError: If it is broken.
    """
    from PIL import Image

    with _told(name), Image.open(BytesIO(content)) as file:
        return getattr(file, "n_frames", 1) if file.format == "TIFF" else 1


def pictures_of(content: bytes, name: str) -> Iterator["Image"]:
    """Give the pages of a picture file, upright and on white, as they are asked for.

    Raises:
        DocumentError: If it is broken, or a page has more pixels than can be read.
    """
    from PIL import Image, ImageOps

    pages = min(count_pages(content, name), MOST_SCANNED)
    with _told(name), Image.open(BytesIO(content)) as file:
        for number in range(pages):
            file.seek(number)
            _refuse_large(file.size, name)
            upright = ImageOps.exif_transpose(file)
            upright.thumbnail((_LONGEST, _LONGEST))
            yield _on_white(upright)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Tell what decoders raise as a fault of the file."""
    from PIL import Image

    try:
        yield
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise DocumentError(
            f"{name}: this is no whole picture ({type(problem).__name__})",
            "send the picture once more",
        ) from problem


def pictures_of_pdf(content: bytes, pages: Sequence[int]) -> Iterator["Image"]:
    """Draw pages of a PDF, counted from 0, as pictures.

    Raises:
        DocumentError: If a page cannot be drawn.
    """
    import pypdfium2

    number = 0
    try:
        document = pypdfium2.PdfDocument(content)
        for number in pages:
            page = document[number]
            scale = min(_DOTS, _LONGEST / max(*page.get_size(), 1))
            yield page.render(scale=scale).to_pil()
            page.close()
    except pypdfium2.PdfiumError as problem:
        raise DocumentError(
            f"page {number + 1} cannot be drawn", "print it to a PDF once more"
        ) from problem


def _refuse_large(size: tuple[int, int], name: str) -> None:
    pixels = size[0] * size[1]
    if pixels > MOST_PIXELS:
        raise DocumentError(
            f"{name}: the picture has {pixels / 1e6:,.0f} megapixels, more than"
            f" {MOST_PIXELS / 1e6:,.0f}",
            "scan it at 300 dots an inch",
        )


def _on_white(picture: "Image") -> "Image":
    from PIL import Image

    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert(
        "RGB"
    )
