"""A document read: what it is, and what it says, within bounded time and memory.

The file is opened in a process of its own, with limits on memory and time, so that
whatever is in it ends there.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from storekin.documents.einvoice import read_einvoice
from storekin.documents.invoice import Invoice, InvoiceLine
from storekin.documents.kinds import check_file, kind_of
from storekin.documents.pdf import read_pdf
from storekin.documents.text_invoice import read_text_invoice
from storekin.errors import DocumentError

SECONDS = 30
MEGABYTES = 1_500
"""What reading one document may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReading:
    """What was read of a file; ``invoice`` is None where none was found in it.

    ``licences`` are the unified credit codes that stand in its text, right or not.
    """

    name: str
    kind: str
    size: int
    digest: str
    pages: int
    invoice: Invoice | None
    notes: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Give the reading as one JSON object, the invoice's fields at its top."""
        found = self.invoice.as_json() if self.invoice is not None else {}
        return {
            "file": self.name,
            "kind": self.kind,
            "size": self.size,
            "digest": self.digest,
            "pages": self.pages,
            **found,
            "licences": list(self.licences),
            "notes": list(self.notes),
        }


def read_document(path: Path) -> DocumentReading:
    """Read a file in a process of its own.

    Raises:
        DocumentError: If it is refused, or cannot be read within the limits.
    """
    check_file(path)
    command = [sys.executable, "-m", "storekin.documents.read", str(path.absolute())]
    try:
        done = subprocess.run(  # noqa: S603 - this very interpreter, our own module
            command,
            capture_output=True,
            timeout=SECONDS + 5,
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
    return _from_json(told)


def _beyond_limits(path: Path) -> DocumentError:
    return DocumentError(
        f"{path.name}: it cannot be read within {SECONDS} seconds and {MEGABYTES} MB",
        "print it to a PDF once more, or send the pages that matter",
    )


def read_content(content: bytes, name: str) -> DocumentReading:
    """Read a file's content here, without a process of its own.

    Raises:
        DocumentError: If it is refused, or cannot be read.
    """
    kind = kind_of(content, name)
    invoice: Invoice | None = None
    notes: list[str] = []
    texts: tuple[str, ...] = ()
    pages = 1
    if kind == "pdf":
        pdf = read_pdf(content, name)
        pages, texts = pdf.pages, pdf.texts
        for attached, xml in pdf.attached:
            invoice = invoice or _attached_invoice(xml, f"{name}: {attached}", notes)
        if invoice is None:
            invoice = read_text_invoice(pdf.texts, name)
        if invoice is None:
            notes.append(
                "It has no text, or no invoice's: type its fields in yourself."
            )
    elif kind == "xml":
        invoice = read_einvoice(content, name)
        if invoice is None:
            notes.append("It is XML, and no invoice that is known.")
    elif kind == "text":
        texts = (content.decode("utf-8-sig", "replace"),)
        invoice = read_text_invoice(texts, name)
    else:
        notes.append("It is not read by software: type its fields in yourself.")
    return DocumentReading(
        name=name,
        kind=kind,
        size=len(content),
        digest=sha256(content).hexdigest(),
        pages=pages,
        invoice=invoice,
        notes=tuple(notes),
        licences=_licences(texts),
    )


_SIGN = "[0-9A-HJ-NP-RT-UW-Y]"
_CREDIT_CODE = re.compile(rf"(?<![0-9A-Z]){_SIGN}{{2}}\d{{6}}{_SIGN}{{10}}(?![0-9A-Z])")


def _licences(texts: Sequence[str]) -> tuple[str, ...]:
    """Find the unified credit codes in a document's text."""
    found = [code for text in texts for code in _CREDIT_CODE.findall(text.upper())]
    return tuple(dict.fromkeys(found))


def _attached_invoice(xml: bytes, where: str, notes: list[str]) -> Invoice | None:
    try:
        return read_einvoice(xml, where)
    except DocumentError as problem:
        notes.append(f"{problem.problem}; its text was read instead.")
        return None


def _from_json(told: dict[str, Any]) -> DocumentReading:
    invoice = None
    if "how" in told:
        fields = {
            name: told[name]
            for name in (
                "how",
                "number",
                "date",
                "seller",
                "seller_tax_number",
                "seller_address",
                "buyer",
                "currency",
                "where",
            )
        }
        lines = [
            InvoiceLine(
                **{
                    **line,
                    **{
                        name: _decimal(line[name])
                        for name in ("quantity", "unit_price", "total")
                    },
                }
            )
            for line in told["lines"]
        ]
        invoice = Invoice(**fields, total=_decimal(told["total"]), lines=tuple(lines))
    return DocumentReading(
        name=told["file"],
        kind=told["kind"],
        size=told["size"],
        digest=told["digest"],
        pages=told["pages"],
        invoice=invoice,
        notes=tuple(told["notes"]),
        licences=tuple(told["licences"]),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _limit() -> None:
    """Bound this process, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    memory = MEGABYTES * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _main() -> None:
    """Read the file that the command line names, and print what it says."""
    path = Path(sys.argv[1])
    _limit()
    try:
        told = read_content(path.read_bytes(), path.name).as_json()
    except DocumentError as problem:
        told = {"problem": problem.problem, "fix": problem.fix}
    except (OSError, MemoryError, RecursionError):
        told = {}
    if not told:
        sys.exit(1)
    sys.stdout.buffer.write(
        json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    )


if __name__ == "__main__":
    _main()
