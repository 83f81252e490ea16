"""Scans and photos are read as text is, once their words are recognised."""

import io
import json
import os
import random
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import documents_made as made
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from storekin.documents import pages as drawing
from storekin.documents import read as reading
from storekin.documents.ocr import can_recognise
from storekin.documents.read import read_content, read_document
from storekin.documents.reading import DocumentReading, reading_from_json
from storekin.documents.scan import Word, lay_out
from storekin.documents.text_invoice import read_text_invoice
from storekin.errors import DocumentError

FONT = next(Path(drawing.__file__).parents[1].glob("adapters/fonts/*.ttf"))

recognised = pytest.mark.skipif(
    not can_recognise() and not os.environ.get("CI"), reason="needs storekin[ocr]"
)


def drawn(text: str, turned: float = 0.0, size: int = 20) -> Image.Image:
    """Draw a page of text, each word at its column, as a scanner sees it."""
    font = ImageFont.truetype(str(FONT), size)
    picture = Image.new("RGB", (1200, 1500), "white")
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(text.split("\n")):
        place = 0
        for run in line.split("  "):
            if run.strip():
                begin = place + len(run) - len(run.lstrip())
                at = (60 + begin * size * 0.6, 60 + row * size * 1.8)
                draw.text(at, run.strip(), fill="black", font=font)
            place += len(run) + 2
    return picture.rotate(turned, fillcolor="white", resample=Image.Resampling.BICUBIC)


def saved(picture: Image.Image, form: str, **how: object) -> bytes:
    """Save a picture in a form."""
    out = io.BytesIO()
    picture.save(out, form, **how)
    return out.getvalue()


SLIP = """发票号码：12345678
开票日期：2026年02月03日
购买方：橡树贸易有限公司
销售方：蕨类制造有限公司
货物名称                          数量               单价                   金额
竹制茶杯                          20                 5.00                   100.00
价税合计                                                                    113.00
"""


@recognised
@pytest.mark.parametrize(
    ("form", "turned"), [("PNG", 0.0), ("JPEG", 1.5), ("PDF", -1.0), ("TIFF", 0.0)]
)
def test_a_scan_is_read_as_its_page_is(
    form: str, turned: float, tmp_path: Path
) -> None:
    """A picture of an invoice, a little askew, alone or in a PDF: the same fields."""
    path = tmp_path / f"scan.{form.lower()}"
    path.write_bytes(saved(drawn(made.PAGE, turned), form))
    found = read_document(path)
    invoice = found.invoice
    assert invoice is not None, found.notes
    assert invoice.how == "scan"
    assert (invoice.number, invoice.date) == ("R-2026/17", "2026-02-03")
    assert (invoice.total, invoice.currency) == (Decimal("153.51"), "EUR")
    assert (invoice.seller, invoice.buyer) == ("Fern Handel GmbH", "Oak Shop Ltd")
    assert [(one.name, one.quantity, one.unit_price) for one in invoice.lines] == [
        ("Bamboo mug 350 ml", 20, Decimal("5.00")),
        ("Tea tray walnut", 4, Decimal("7.25")),
    ]
    assert invoice.where["total"].startswith(f"{path.name}, page 1, line")


@recognised
def test_a_chinese_scan_is_read() -> None:
    """Number, day, both companies and the total of an invoice in Chinese."""
    invoice = read_content(saved(drawn(SLIP), "PNG"), "fapiao.png").invoice
    assert invoice is not None
    assert (invoice.number, invoice.date) == ("12345678", "2026-02-03")
    assert invoice.buyer == "橡树贸易有限公司"
    assert invoice.seller == "蕨类制造有限公司"
    assert invoice.total == Decimal("113.00")
    assert [(one.name, one.quantity) for one in invoice.lines] == [("竹制茶杯", 20)]


@recognised
@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_photo_that_lies_or_stands_on_its_head_is_turned(turned: int) -> None:
    """As its words are read best: telephones forget which way is up."""
    photo = drawn(made.PAGE).rotate(turned, expand=True)
    invoice = read_content(saved(photo, "JPEG"), "photo.jpg").invoice
    assert invoice is not None
    assert (invoice.number, invoice.total) == ("R-2026/17", Decimal("153.51"))
    assert len(invoice.lines) == 2


@recognised
def test_only_pages_without_text_are_recognised() -> None:
    """A PDF whose first page is text and whose second one is a picture."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    text = made.PAGE[: made.PAGE.index("Subtotal")]
    scan = drawn("Subtotal    129.00\nVAT 19%    24.51\nGrand total EUR    153.51")
    for content in (made.pdf(text), saved(scan, "PDF")):
        for page in PdfReader(io.BytesIO(content)).pages:
            writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    found = read_content(out.getvalue(), "two.pdf")
    assert found.pages == 2
    assert found.invoice is not None
    assert found.invoice.total == Decimal("153.51")
    assert found.invoice.where["total"].startswith("two.pdf, page 2")
    assert found.invoice.where["number"].startswith("two.pdf, page 1")


@recognised
def test_an_empty_page_has_no_invoice() -> None:
    """Nothing on it: said, and asked for."""
    found = read_content(saved(Image.new("RGB", (300, 400), "white"), "PNG"), "a.png")
    assert found.invoice is None
    assert [note.key for note in found.notes] == ["no_invoice"]


@recognised
@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
def test_a_recognised_document_reaches_no_network(tmp_path: Path) -> None:
    """The process that reads can neither look a name up nor connect."""
    import subprocess
    import sys

    script = (
        "import socket, storekin.documents.read as r; r._limit();"
        "socket.create_connection(('127.0.0.1', 9))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=False,
        cwd=tmp_path,
    )
    assert b"without any network" in told.stderr


@recognised
def test_pages_beyond_the_time_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not read for want of time is named, and the rest is kept."""
    monkeypatch.setattr(reading, "_LAST_PAGE_BEGINS", -1)
    found = read_content(saved(drawn(made.PAGE), "PDF"), "scan.pdf")
    assert [note.key for note in found.notes] == ["pages_left", "no_invoice"]
    assert "1" in found.notes[0].in_words("zh")


def test_without_the_extra_the_fields_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A picture, or a PDF without text: the fields are typed in by a person."""
    monkeypatch.setattr(reading, "can_recognise", lambda: False)
    picture = read_content(saved(drawn(made.PAGE), "PNG"), "scan.png")
    assert picture.invoice is None
    assert "yourself" in picture.notes[0].in_words("en")
    blank = read_content(made.pdf(" "), "scan.pdf")
    assert blank.invoice is None
    assert "storekin[ocr]" in blank.notes[0].in_words("zh")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 30, "no whole picture"),
        (b"\xff\xd8\xff" + b"\0" * 50, "no whole picture"),
        (saved(Image.new("RGB", (400, 400)), "PNG")[:-300], "no whole picture"),
        (saved(Image.new("1", (9_000, 9_000)), "PNG"), "81 megapixels"),
        (saved(Image.new("1", (30_000, 30_000)), "PNG"), "megapixels|no whole"),
    ],
)
def test_a_broken_or_vast_picture_ends_in_a_word(content: bytes, problem: str) -> None:
    """Torn, empty, or packed so that it unpacks to far more."""
    with pytest.raises(DocumentError, match=problem):
        list(drawing.pictures_of(content, "scan"))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK", "I;16"])
def test_pages_of_every_kind_of_colour_are_drawn(mode: str) -> None:
    """Black and white, grey, a palette, see-through, for print, of sixteen bits."""
    form = "TIFF" if mode in ("CMYK", "I;16") else "PNG"
    (page,) = drawing.pictures_of(saved(Image.new(mode, (40, 30)), form), "scan")
    assert (page.mode, page.size) == ("RGB", (40, 30))


def test_no_more_pages_are_drawn_than_are_read() -> None:
    """Of a TIFF of thirty pages, twenty."""
    one = Image.new("L", (20, 20))
    content = saved(one, "TIFF", save_all=True, append_images=[one] * 29)
    assert len(list(drawing.pictures_of(content, "scan"))) == drawing.MOST_SCANNED


@recognised
def test_pages_beyond_the_most_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a TIFF of three pages one is read: the others are told, and counted."""
    monkeypatch.setattr(drawing, "MOST_SCANNED", 1)
    page = drawn(made.PAGE)
    content = saved(page, "TIFF", save_all=True, append_images=[page, page])
    found = read_content(content, "scan.tiff")
    assert found.pages == 3
    assert found.invoice is not None
    assert found.notes[0].in_words("en").endswith("pages 2, 3.")


def placed(text: str, left: float, top: float) -> Word:
    """Give a run of words as if it were found at a place, letters 10 by 20 pixels."""
    right, bottom = left + 10 * len(text), top + 20
    return Word(text, ((left, top), (right, top), (right, bottom), (left, bottom)), 1.0)


def test_words_are_laid_out_at_their_columns() -> None:
    """Runs apart are cells of their own; those close by belong together."""
    page = lay_out(
        [
            placed("Total", 0, 40),
            placed("Quantity", 500, 0),
            placed("Mug", 0, 2),
            placed("350", 40, 1),
            placed("153.51", 900, 42),
        ]
    )
    first, second = page.text.split("\n")
    assert first == "Mug 350" + " " * 43 + "Quantity"
    assert second.startswith("Total  ")
    assert second.index("153.51") == 90


def test_a_narrow_slip_is_read_from_top_to_bottom() -> None:
    """Each cell in a line of its own, as a till prints them."""
    words = [placed("TOTAL", 0, 0), placed("9.00", 200, 0), placed("CASH", 0, 40)]
    assert [line.strip() for line in lay_out(words).text.split("\n")] == [
        "TOTAL",
        "9.00",
        "CASH",
    ]


def test_what_was_hard_to_read_is_told() -> None:
    """The lines that hold a run of which the recogniser was not sure."""
    sure, unsure = placed("Invoice", 0, 0), placed("R-17", 0, 40)
    page = lay_out([sure, Word(unsure.text, unsure.corners, 0.4)])
    assert page.unsure == (2,)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), turned=st.floats(-0.08, 0.08))
def test_a_page_reads_the_same_whatever_its_order_and_slope(
    seed: int, turned: float
) -> None:
    """The order in which runs are found, and a page a little askew, change no text."""
    from math import cos, sin

    words = [
        placed(f"w{row}{column}xxxxx", column * 300, row * 60)
        for row in range(6)
        for column in range(4)
    ]
    expected = lay_out(words).text.split()
    shuffled = [
        Word(
            word.text,
            tuple(
                (x * cos(turned) - y * sin(turned), x * sin(turned) + y * cos(turned))
                for x, y in word.corners
            ),
            word.sure,
        )
        for word in words
    ]
    random.Random(seed).shuffle(shuffled)
    assert lay_out(shuffled).text.split() == expected
    assert all(one < other for one, other in pairwise(expected))


def test_a_reading_is_the_same_after_its_json() -> None:
    """What the reading process prints gives the reading back, notes and all."""
    text = made.PAGE.encode()
    for name, content in (("page.txt", text), ("x.xml", b"<a/>"), ("e.txt", b"hi")):
        found = read_content(content, name)
        told = json.loads(json.dumps(found.as_json()))
        assert reading_from_json(told) == found
        assert isinstance(found, DocumentReading)
    assert read_text_invoice(("",), "x") is None
