"""Letters and statements as PDF, with a font that has Chinese characters.

The font is a part of one (see ``fonts/README.md``): a character that it lacks is
written as its code, never as an empty box.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from storekin.wording.line_breaks import break_lines

if TYPE_CHECKING:
    from fpdf import FPDF

Sections = Sequence[tuple[str, Sequence[str]]]

_FONT = "NotoSansSC"
_MARGIN = 22.0
_TITLE, _HEADING, _TEXT, _FOOT = 15, 11.5, 10.5, 8
"""Sizes in points; the margin is in millimetres."""


def write_pdf(title: str, sections: Sections, language: str) -> bytes:
    """Give a title and sections of paragraphs as the bytes of a PDF, on A4."""
    from fpdf import FPDF
    from fpdf.enums import Align

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    logging.getLogger("fpdf").setLevel(logging.ERROR)

    class Paged(FPDF):
        """A PDF with the number of each page at its foot."""

        def footer(self) -> None:
            self.set_y(-15)
            self.set_font(_FONT, size=_FOOT)
            self.cell(0, 6, f"{self.page_no()}/{{nb}}", align=Align.C)

    pdf = Paged(format="A4")
    pdf.set_lang("zh-CN" if language == "zh" else "en")
    pdf.set_title(title)
    # the same letter gives the same bytes
    pdf.set_creation_date(datetime(2020, 1, 1, tzinfo=UTC))
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    with as_file(files("storekin.adapters").joinpath("fonts")) as folder:
        pdf.add_font(_FONT, fname=folder / "NotoSansSC-Regular.ttf")
    pdf.add_page()

    def width_of(text: str) -> float:
        return float(pdf.get_string_width(text))

    def write(text: str, size: float, above: float) -> None:
        pdf.ln(above)
        pdf.set_font(_FONT, size=size)
        line = size * 0.52
        room = pdf.epw - 2 * pdf.c_margin
        shown = "\n".join(
            each
            for one in _writable(text).split("\n")
            for each in break_lines(one, room, width_of)
        )
        pdf.multi_cell(0, line, shown, align=Align.L, new_x="LMARGIN", new_y="NEXT")

    write(title, _TITLE, 0)
    for heading, paragraphs in sections:
        _keep_together(pdf, _HEADING)
        write(heading, _HEADING, 5)
        for paragraph in paragraphs:
            write(paragraph, _TEXT, 1.2)
    return bytes(pdf.output())


def _keep_together(pdf: "FPDF", size: float) -> None:
    """Begin a new page rather than leave a heading alone at the foot of one."""
    if pdf.will_page_break(size * 3):
        pdf.add_page()


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with (
        as_file(files("storekin.adapters").joinpath("fonts")) as folder,
        TTFont(folder / "NotoSansSC-Regular.ttf", lazy=True) as font,
    ):
        return frozenset(font.getBestCmap())


def _writable(text: str) -> str:
    """Write what the font lacks as its code."""
    known = _known()
    return "".join(
        c if ord(c) in known or c == "\n" else f"[U+{ord(c):04X}]" for c in text
    )
