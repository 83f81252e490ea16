"""A document read: what it is, and what it says, within bounded time and memory.

The file is opened in a process of its own, with limits on memory and time, so that
whatever is in it ends there.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from storekin.documents.einvoice import read_einvoice
from storekin.documents.invoice import Invoice
from storekin.documents.kinds import IMAGES, check_file, kind_of
from storekin.documents.layout import place_in
from storekin.documents.ocr import Recogniser, can_recognise
from storekin.documents.pages import (
    MOST_SCANNED,
    count_pages,
    pictures_of,
    pictures_of_pdf,
)
from storekin.documents.pdf import read_pdf
from storekin.documents.reading import DocumentReading, Note, reading_from_json
from storekin.documents.scan import ScannedPage, lay_out
from storekin.documents.text_invoice import read_text_invoice
from storekin.errors import DocumentError

if TYPE_CHECKING:
    from PIL.Image import Image

SECONDS = 30
MEGABYTES = 1_500
"""What reading one document may take."""

SCAN_SECONDS = 120
SCAN_MEGABYTES = 4_000
"""What reading one from pictures may take."""

_LAST_PAGE_BEGINS = 90
"""Seconds after which no further page of a scan is begun."""

_FEW = 20
"""A page of fewer letters holds no text but a number or a stamp."""


def read_document(file: str | PathLike[str]) -> DocumentReading:
    """Read a file in a process of its own.

    Raises:
        DocumentError: If it is refused, or cannot be read within the limits.
    """
    path = Path(file)
    check_file(path)
    command = [sys.executable, "-m", "storekin.documents.read", str(path.absolute())]
    try:
        done = subprocess.run(  # noqa: S603 - this very interpreter, our own module
            command,
            capture_output=True,
            timeout=(SCAN_SECONDS if can_recognise() else SECONDS) + 5,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise _beyond_limits(path) from problem
    try:
        told = json.loads(done.stdout)
    except ValueError as problem:
        raise _beyond_limits(path) from problem
    if "problem" in told:
        raise DocumentError(told["problem"], told["fix"])
    return reading_from_json(told)


def _beyond_limits(path: Path) -> DocumentError:
    return DocumentError(
        f"{path.name}: it cannot be read within the time and memory that a document"
        f" may take ({SECONDS} seconds, {MEGABYTES:,} MB; {SCAN_SECONDS} seconds,"
        f" {SCAN_MEGABYTES:,} MB for scans)",
        "print it to a PDF once more, or send the pages that matter",
    )


def read_content(content: bytes, name: str) -> DocumentReading:
    """Read a file's content here, without a process of its own.

    Raises:
        DocumentError: If it is refused, or cannot be read.
    """
    kind = kind_of(content, name)
    found = _Found()
    if kind == "pdf":
        _read_pdf(content, name, found)
    elif kind == "xml":
        found.invoice = read_einvoice(content, name)
        if found.invoice is None:
            found.notes.append(Note("unknown_xml"))
    elif kind == "text":
        found.texts = [content.decode("utf-8-sig", "replace")]
        found.invoice = read_text_invoice(found.texts, name)
        if found.invoice is None:
            found.notes.append(Note("no_invoice"))
    elif kind in IMAGES:
        _read_picture(content, name, found)
    else:
        found.notes.append(Note("typed_in"))
    return DocumentReading(
        name=name,
        kind=kind,
        size=len(content),
        digest=sha256(content).hexdigest(),
        pages=max(len(found.texts), 1),
        invoice=found.invoice,
        notes=tuple(found.notes),
        licences=_licences(found.texts),
    )


@dataclass
class _Found:
    """What has been read of a document so far."""

    invoice: Invoice | None = None
    notes: list[Note] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def _read_pdf(content: bytes, name: str, found: _Found) -> None:
    """Read a PDF: the invoice attached to it, or its text, or pictures of its pages."""
    pdf = read_pdf(content, name)
    found.texts = list(pdf.texts)
    for attached, xml in pdf.attached:
        if found.invoice is None:
            found.invoice = _attached_invoice(xml, f"{name}: {attached}", found.notes)
    if found.invoice is not None:
        return
    bare = [n for n, text in enumerate(pdf.texts) if len("".join(text.split())) < _FEW]
    if bare and can_recognise():
        _read_scanned(name, bare, pictures_of_pdf(content, bare[:MOST_SCANNED]), found)
        return
    found.invoice = read_text_invoice(found.texts, name)
    if bare:
        found.notes.append(Note("scanned_pages", {"pages": _listed(bare)}))
    elif found.invoice is None:
        found.notes.append(Note("no_invoice"))


def _read_picture(content: bytes, name: str, found: _Found) -> None:
    """Read what a picture says, each of its pages, where that can be done."""
    if not can_recognise():
        found.notes.append(Note("picture"))
        return
    found.texts = [""] * count_pages(content, name)
    places = range(len(found.texts))
    _read_scanned(name, places, pictures_of(content, name), found)


def _read_scanned(
    name: str, places: Sequence[int], pictures: Iterator["Image"], found: _Found
) -> None:
    """Read pages from pictures, each to its place among the document's pages."""
    _allow_more()
    begun = time.monotonic()
    recogniser = Recogniser()
    pages: dict[int, ScannedPage] = {}
    for place, picture in zip(places, pictures, strict=False):
        if time.monotonic() - begun > _LAST_PAGE_BEGINS:
            break
        pages[place] = lay_out(recogniser.words(picture))
        found.texts[place] = pages[place].text
    left = [place for place in places if place not in pages]
    if left:
        found.notes.append(Note("pages_left", {"pages": _listed(left)}))
    invoice = read_text_invoice(found.texts, name)
    if invoice is None:
        found.notes.append(Note("no_invoice"))
        return
    found.invoice = replace(invoice, how="scan")
    unsure = {
        place_in(name, place + 1, number)
        for place, page in pages.items()
        for number in page.unsure
    }
    doubtful = [what for what, where in invoice.where.items() if where in unsure]
    if doubtful:
        found.notes.append(Note("hard_to_read", {"fields": " ".join(doubtful)}))


def _listed(pages: Sequence[int]) -> str:
    """Write the numbers of pages as a person counts them."""
    return ", ".join(str(page + 1) for page in pages)


_SIGN = "[0-9A-HJ-NP-RT-UW-Y]"
_CREDIT_CODE = re.compile(rf"(?<![0-9A-Z]){_SIGN}{{2}}\d{{6}}{_SIGN}{{10}}(?![0-9A-Z])")


def _licences(texts: Sequence[str]) -> tuple[str, ...]:
    """Find the unified credit codes in a document's text."""
    found = [code for text in texts for code in _CREDIT_CODE.findall(text.upper())]
    return tuple(dict.fromkeys(found))


def _attached_invoice(xml: bytes, where: str, notes: list[Note]) -> Invoice | None:
    try:
        return read_einvoice(xml, where)
    except DocumentError as problem:
        notes.append(Note("attached", {"problem": problem.problem}))
        return None


def _limit() -> None:
    """Bound this process: no word to any network; memory and time where it can."""
    sys.addaudithook(_stay_here)
    if sys.platform == "win32":
        return
    import resource

    for what, least, most in (
        (resource.RLIMIT_AS, MEGABYTES * 1_000_000, SCAN_MEGABYTES * 1_000_000),
        (resource.RLIMIT_CPU, SECONDS, SCAN_SECONDS * 4),
        (resource.RLIMIT_FSIZE, 0, 0),
    ):
        resource.setrlimit(what, (least, most))


def _stay_here(event: str, _: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise PermissionError("a document is read without any network")


def _allow_more() -> None:
    """Let the process of a document that is read from pictures take what that takes."""
    if sys.platform == "win32":
        return
    import resource

    for what in (resource.RLIMIT_AS, resource.RLIMIT_CPU):
        _, most = resource.getrlimit(what)
        resource.setrlimit(what, (most, most))


def _main() -> None:
    """Read the file that the command line names, and print what it says."""
    path = Path(sys.argv[1])
    _limit()
    try:
        told = read_content(path.read_bytes(), path.name).as_json()
    except DocumentError as problem:
        told = {"problem": problem.problem, "fix": problem.fix}
    except (OSError, MemoryError, RecursionError):
        sys.exit(1)
    except Exception as problem:  # noqa: BLE001 - whatever is in a file ends here
        told = {
            "problem": f"{path.name}: it cannot be read ({type(problem).__name__})",
            "fix": "print it to a PDF once more, and send that",
        }
    sys.stdout.buffer.write(
        json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    )


if __name__ == "__main__":
    _main()
