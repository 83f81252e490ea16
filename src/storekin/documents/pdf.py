"""PDFs: their text, page by page, and an e-invoice that lies in one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from storekin.errors import DocumentError

if TYPE_CHECKING:
    from pypdf import PdfReader

MOST_PAGES = 200
"""Pages that a document may have; an invoice of more is sent in parts."""

_MOST_TEXT = 4_000_000
_ODD = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    ZeroDivisionError,
)
"""What a broken PDF makes a reader stumble over."""

_ACTIVE = ("/JavaScript", "/JS", "/Launch", "/RichMedia")


@dataclass(frozen=True, slots=True)
class PdfContent:
    """What was read of a PDF: its pages' texts as they lie there, and XML in it."""

    pages: int
    texts: tuple[str, ...]
    attached: tuple[tuple[str, bytes], ...]


def read_pdf(content: bytes, name: str) -> PdfContent:
    """Read a PDF's texts and the XML attached to it.

    Raises:
        DocumentError: If it is locked, broken, too long, or holds something active.
    """
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        _refuse_locked(reader, name)
        _refuse_active(reader, content, name)
        attached = tuple(_attached(reader))
        texts = tuple(_texts(reader))
        return PdfContent(len(texts), texts, attached)
    except (PyPdfError, RecursionError, OSError, NotImplementedError, *_ODD) as problem:
        raise DocumentError(
            f"{name}: this is no whole PDF ({type(problem).__name__})",
            "print it to a PDF once more, and send that",
        ) from problem


def _refuse_locked(reader: "PdfReader", name: str) -> None:
    """Refuse what asks for a password, and what has more pages than a person reads."""
    if reader.is_encrypted and not reader.decrypt(""):
        raise DocumentError(
            f"{name}: it is locked by a password", "send it without one"
        )
    count = len(reader.pages)
    if count > MOST_PAGES:
        raise DocumentError(
            f"{name}: it has {count:,} pages, more than {MOST_PAGES}",
            "send the pages that matter",
        )


def _refuse_active(reader: "PdfReader", content: bytes, name: str) -> None:
    """Refuse what does something when it is opened."""
    root: Any = reader.trailer["/Root"]
    names: Any = _resolved(root, "/Names")
    found = [key for key in ("/JavaScript",) if names is not None and key in names]
    action: Any = _resolved(root, "/OpenAction")
    if isinstance(action, dict) and action.get("/S") in _ACTIVE:
        found.append(str(action["/S"]))
    found += [key for key in ("/AA",) if key in root]
    found += [
        word
        for word in ("/JavaScript", "/Launch", "/RichMedia")
        if re.search(word.encode() + rb"[\s/<\[(>]", content)
    ]
    if found:
        raise DocumentError(
            f"{name}: it does something when it is opened ({found[0]})",
            "print it to a PDF once more, and send that",
        )


def _resolved(holder: Any, key: str) -> Any:  # noqa: ANN401 - objects of a PDF
    value = holder.get(key)
    return value.get_object() if value is not None else None


def _attached(reader: "PdfReader") -> Iterator[tuple[str, bytes]]:
    """Give the XML files in a PDF: those of its name tree, or named by it alone."""
    found = False
    for each in reader.attachment_list:
        name, content = str(each.name or ""), each.content
        if name.lower().endswith(".xml") and len(content) <= _MOST_TEXT:
            found = True
            yield name, content
    if found:
        return
    root: Any = reader.trailer["/Root"]
    for each in _resolved(root, "/AF") or ():
        file: Any = each.get_object()
        name = str(file.get("/UF") or file.get("/F") or "")
        held: Any = _resolved(file, "/EF")
        stream: Any = None if held is None else _resolved(held, "/F")
        if stream is not None and name.lower().endswith(".xml"):
            content = stream.get_data()
            if len(content) <= _MOST_TEXT:
                yield name, content


def _texts(reader: "PdfReader") -> Iterator[str]:
    room = _MOST_TEXT
    for page in reader.pages:
        try:
            text = page.extract_text(extraction_mode="layout")
        except _ODD:
            text = page.extract_text()  # what cannot be laid out can often be read
        # pairs of halves are put together, and a half alone is no character
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        yield text[:room]
        room = max(room - len(text), 0)
