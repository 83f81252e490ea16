"""Documents are read for what they say, and hostile ones end in a clear word."""

import json
import os
import time
from decimal import Decimal
from pathlib import Path

import documents_made as made
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.documents import read as reading
from storekin.documents.kinds import check_file, kind_of
from storekin.documents.read import read_content, read_document
from storekin.documents.text_invoice import read_text_invoice
from storekin.documents.values import find_amounts, find_days
from storekin.errors import DocumentError


@pytest.mark.parametrize("form", ["ubl.xml", "cii.xml", "invoice.pdf"])
def test_an_e_invoice_is_read_from_its_named_fields(form: str, tmp_path: Path) -> None:
    """UBL, CII, and CII in a PDF, in a process of its own; each field has its place."""
    path = tmp_path / form
    if form == "ubl.xml":
        path.write_text(made.UBL, "utf-8")
    elif form == "cii.xml":
        path.write_text(made.CII, "utf-8")
    else:
        path.write_bytes(made.with_xml(made.CII))
    invoice = read_document(path).invoice
    assert invoice is not None
    assert invoice.how == "structured"
    if form == "ubl.xml":
        assert (invoice.number, invoice.date) == ("R-77", "2026-02-03")
        assert invoice.seller == "Fern Handel GmbH"
        assert invoice.seller_tax_number == "DE111"
        assert invoice.total == Decimal("119.00")
        (line,) = invoice.lines
        assert (line.name, line.gtin) == ("竹制茶杯 350ml", "4006381333931")
        assert (line.quantity, line.unit_price) == (20, 5)
        return
    assert (invoice.number, invoice.date) == ("F-9", "2026-01-31")
    assert (invoice.seller, invoice.buyer) == ("Lampe AG", "Oak Shop")
    assert (invoice.currency, invoice.total) == ("EUR", Decimal("59.50"))
    assert invoice.lines[0].unit_price == Decimal("12.5000")
    assert "factur-x.xml" in invoice.where["number"] or form != "invoice.pdf"


def test_a_text_pdf_is_read_by_its_words(tmp_path: Path) -> None:
    """Number, date, total, parties and rows, each with its page and line."""
    path = tmp_path / "invoice.pdf"
    path.write_bytes(made.pdf(made.PAGE))
    invoice = read_document(path).invoice
    assert invoice is not None
    assert invoice.how == "text"
    assert (invoice.number, invoice.date) == ("R-2026/17", "2026-02-03")
    assert (invoice.total, invoice.currency) == (Decimal("153.51"), "EUR")
    assert invoice.seller == "Fern Handel GmbH"
    assert invoice.buyer == "Oak Shop Ltd"
    assert invoice.seller_tax_number == "DE123456789"
    told = [(one.name, one.quantity, one.unit_price) for one in invoice.lines]
    assert told == [
        ("Bamboo mug 350 ml", 20, Decimal("5.00")),
        ("Tea tray walnut", 4, Decimal("7.25")),
    ]
    assert invoice.where["total"].startswith("invoice.pdf, page 1, line")


def test_an_e_invoice_that_a_pdf_only_names_is_read() -> None:
    """Without a list of attachments the file that the document names is taken."""
    found = read_content(made.naming_xml(made.CII), "named.pdf")
    assert found.invoice is not None
    assert found.invoice.number == "F-9"


RECEIPT = """PERNIAGAAN MAWAR
(JM0123456-K)
NO 12, JALAN MELUR 3
81100 JOHOR BAHRU
TEL : 07-1234567
RECEIPT NO : CS00012
DATE : 25/12/2018
SUB TOTAL
80.91
ROUNDING
-0.01
TOTAL
80.90
CASH
100.00
CHANGE
19.10
GST SUMMARY
TOTAL
76.33
4.58"""


def test_a_receipt_is_read_from_top_to_change() -> None:
    """The shop at the top, its address, the total that was paid."""
    found = read_text_invoice((RECEIPT,), "receipt")
    assert found is not None
    assert found.seller == "PERNIAGAAN MAWAR"
    assert found.seller_address == "NO 12, JALAN MELUR 3, 81100 JOHOR BAHRU"
    assert (found.date, found.total) == ("2018-12-25", Decimal("80.90"))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("7. mai 2014", "2014-05-07"),
        ("august 3 , 2014", "2014-08-03"),
        ("2 juillet 2015", "2015-07-02"),
        ("8-9-2022", "2022-09-08"),
        ("12/31/2021", "2021-12-31"),
        ("2024年1月2日", "2024-01-02"),
        ("3 de marzo de 2020", "2020-03-03"),
        ("20260131", "2026-01-31"),
        ("31/02/2020", None),
        ("1234-56", None),
    ],
)
def test_days_are_read_as_they_are_written(text: str, day: str | None) -> None:
    """In several languages; what is no day is none."""
    found = find_days(text)
    assert (found[0][1] if found else None) == day


def test_amounts_are_read_by_their_last_separator() -> None:
    """Continental and English ones, with and without thousands."""
    text = "1.234,50 1,234.50 12,00 RM4.00 -5.10 7838,80 19.5% 3.14159"
    assert [str(amount) for _, amount in find_amounts(text)] == [
        "1234.50",
        "1234.50",
        "12.00",
        "4.00",
        "-5.10",
        "7838.80",
    ]


HOSTILE = {
    "laughs.xml": (made.LAUGHS.encode(), "document type"),
    "outside.xml": (made.OUTSIDE.encode(), "document type"),
    "torn.xml": (b"<Invoice><ID>1</ID>", "no whole XML"),
    "page.pdf": (b"<!DOCTYPE html><script>x</script>", "web page"),
    "drawing.xml": (b"<svg><script>1</script></svg>", "drawing"),
    "run.pdf": (b"MZ" + b"\0" * 100, "a program"),
    "run.txt": (b"#!/bin/sh\nrm -rf x", "a script"),
    "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "macros"),
    "named.pdf": (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "the name says .pdf"),
    "named.png": (made.pdf("x"), "the name says .png"),
    "two.pdf": (made.pdf("x") + made.packed({"a": b"b"}), "an archive in one"),
    "two.png": (b"\x89PNG\r\n\x1a\n" + made.pdf("x"), "a PDF in one"),
    "php.jpg": (b"\xff\xd8\xff" + b"<?php echo 1;", "a script in one"),
    "before.txt": (b"hello\n" + made.pdf("x"), "something else before it"),
    "macros.docx": (
        made.packed({"word/document.xml": b"x", "word/vbaProject.bin": b"x"}),
        "macros",
    ),
    "path.docx": (
        made.packed({"word/document.xml": b"x", "../../evil": b"x"}),
        "out of its folder",
    ),
    "bomb.docx": (made.claiming(900_000_000), "unpack to 900 MB"),
    "many.docx": (made.packed({f"p{n}": b"" for n in range(10_001)}), "10,001 parts"),
    "plain.docx": (made.packed({"a.exe": b"x"}), "an archive, not a document"),
    "broken.pdf": (b"%PDF-1.7\ngarbage", "no whole PDF"),
    "pages.pdf": (made.pdf("x", pages=250), "250 pages"),
    "script.pdf": (
        made.pdf("x", root=b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
        "does something",
    ),
    "launch.pdf": (
        made.pdf("x", root=b"/OpenAction << /S /Launch /F (cmd.exe) >>"),
        "does something",
    ),
    "binary.txt": (b"ab\0cd" * 10, "no kind that is known"),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_what_is_hostile_is_refused_with_a_word(name: str) -> None:
    """Bombs, entities, scripts, programs, two in one: place, problem, fix."""
    content, problem = HOSTILE[name]
    with pytest.raises(DocumentError, match=problem) as refused:
        read_content(content, name)
    assert name in refused.value.problem
    assert refused.value.fix


def test_ten_thousand_pages_are_refused_in_time(tmp_path: Path) -> None:
    """By their number, without reading them."""
    path = tmp_path / "long.pdf"
    path.write_bytes(made.pdf("x", pages=10_000))
    begin = time.perf_counter()
    with pytest.raises(DocumentError, match="10,000 pages"):
        read_document(path)
    assert time.perf_counter() - begin < 20


def test_two_gigabytes_are_refused_unopened(tmp_path: Path) -> None:
    """By the size that the file system tells."""
    path = tmp_path / "huge.pdf"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(DocumentError, match="2,000 MB"):
        read_document(path)


def test_no_plain_file_is_refused(tmp_path: Path) -> None:
    """Nothing there, nothing in it, a folder, a link."""
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "link.pdf").symlink_to("/etc/hostname")
    for name in ("empty.pdf", "folder.pdf", "link.pdf", "none.pdf"):
        with pytest.raises(DocumentError):
            check_file(tmp_path / name)


@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
def test_a_page_that_unpacks_without_end_ends_the_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream of gigabytes in a small PDF: the reading ends, this process goes on."""
    import zlib

    monkeypatch.setattr(reading, "SECONDS", 10)
    zeros = zlib.compressobj(9)
    packed = b"".join(zeros.compress(b" " * 10_000_000) for _ in range(150))
    packed += zeros.flush()
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed)
    content = made.pdf("x")
    at = content.index(b"<< /Length")
    end = content.index(b"endstream")
    path = tmp_path / "bomb.pdf"
    path.write_bytes(content[:at] + stream + packed + b"\n" + content[end:])
    begin = time.perf_counter()
    try:
        found = read_document(path)
    except DocumentError as refused:
        assert refused.fix  # noqa: PT017 - either is right: ended, or read without it
    else:
        assert found.invoice is None
    assert time.perf_counter() - begin < 40


@settings(max_examples=150, deadline=None)
@given(
    content=st.binary(min_size=1, max_size=400),
    head=st.sampled_from(
        [
            b"",
            b"%PDF-1.7\n",
            b"<?xml version='1.0'?>",
            b"PK\x03\x04",
            b"\x89PNG\r\n\x1a\n",
        ]
    ),
)
def test_whatever_bytes_come_nothing_crashes(content: bytes, head: bytes) -> None:
    """Any bytes are a kind, or refused with a word."""
    for name in ("file", "file.pdf"):
        try:
            kind_of(head + content, name)
            read_content(head + content, name)
        except DocumentError as refused:
            assert refused.problem.startswith(name)  # noqa: PT017


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=300))
def test_whatever_text_comes_nothing_crashes(text: str) -> None:
    """Any text is an invoice or none, and what is found can be written as JSON."""
    found = read_text_invoice((text,), "x")
    if found is not None:
        json.dumps(found.as_json())


def test_a_broken_e_invoice_in_a_pdf_is_told_and_its_text_read() -> None:
    """What cannot be read of the XML is no reason to lose the page."""
    found = read_content(made.with_xml("<!DOCTYPE x []><Invoice/>"), "f.pdf")
    assert any("document type" in note.in_words("en") for note in found.notes)
