"""How well invoices and receipts are read: fields and lines against given labels.

    python benchmarks/documents.py FOLDER

FOLDER holds any of: ``einvoice_xml.parquet`` and ``zugferd_pdf.parquet`` (columns xml or
pdf, and the expected invoice_no, date, seller, seller_tax_id, buyer, currency,
grand_total, lines_json), ``invoice2data_pdf.parquet`` (pdf, labels_json) and
``sroie_receipts.parquet`` (ocr_text; company, date, address, total), and beside it
``sroie_images.parquet`` (jpeg; read with ``storekin[ocr]``). Every document goes
through ``storekin document read`` in a process of its own, as a user's would; receipts,
which come as text, through the same reader. Beside the text PDFs stands the plainest
reading: the first number, the first day and the largest amount of the text.
"""

import argparse
import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from storekin.documents.invoice import Invoice
from storekin.documents.ocr import can_recognise
from storekin.documents.pdf import read_pdf
from storekin.documents.read import read_document
from storekin.documents.text_invoice import read_text_invoice
from storekin.documents.values import find_amounts, find_days
from storekin.errors import DocumentError

FIELDS = {
    "number": "invoice_no",
    "date": "date",
    "seller": "seller",
    "seller_tax_number": "seller_tax_id",
    "buyer": "buyer",
    "currency": "currency",
    "total": "grand_total",
}


def plain(text: object) -> str:
    """Give a text with its blanks made one."""
    return " ".join(str(text or "").split())


def tight(text: object) -> str:
    """Give a text's letters and digits alone."""
    return re.sub(r"[\W_]+", "", str(text or "").upper())


def number(text: object) -> Decimal | None:
    """Give a number, or None."""
    try:
        return Decimal(re.sub(r"[^\d.-]", "", str(text)))
    except InvalidOperation:
        return None


def read(content: bytes, name: str) -> Invoice | None:
    """Read one document as a user would."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            return read_document(path).invoice
        except DocumentError as problem:
            print(f"  {name}: {problem.problem}")
            return None


def same(field: str, given: object, found: object) -> bool:
    """Say whether a field was read as it was given."""
    if field == "total":
        return found is not None and number(given) == found
    if field == "date":
        return plain(given).replace("-", "") == plain(found).replace("-", "")
    return plain(given) == plain(found)


def keys(rows: list[dict[str, Any]]) -> Counter[tuple[object, ...]]:
    """Give lines to be compared: name, code, quantity, price."""
    return Counter(
        (
            plain(row["name"]),
            plain(row["gtin"]),
            row["quantity"] and number(row["quantity"]),
            row["unit_price"] and number(row["unit_price"]),
        )
        for row in rows
    )


def e_invoices(path: Path) -> None:
    """Print the share of fields, and the F1 of lines."""
    right: Counter[str] = Counter()
    given: Counter[str] = Counter()
    hit = told = known = 0
    begin = time.perf_counter()
    rows = pq.read_table(path).to_pylist()
    for place, row in enumerate(rows):
        content = row.get("pdf") or row["xml"]
        content = content.encode() if isinstance(content, str) else content
        suffix = "pdf" if row.get("pdf") else "xml"
        invoice = read(content, f"{place}.{suffix}")
        for field, column in FIELDS.items():
            if row[column] is not None:
                given[field] += 1
                found = None if invoice is None else getattr(invoice, field)
                right[field] += same(field, row[column], found)
        expected = keys(json.loads(row["lines_json"]))
        lines = [line.as_json() for line in invoice.lines] if invoice else []
        read_lines = keys(lines)
        hit += sum((expected & read_lines).values())
        told += sum(read_lines.values())
        known += sum(expected.values())
    took = (time.perf_counter() - begin) / len(rows)
    share = sum(right.values()) / sum(given.values())
    f1 = 2 * hit / (told + known) if told + known else 1.0
    print(
        f"{path.stem}: {len(rows)} documents, {sum(right.values())} of"
        f" {sum(given.values())} fields ({share:.3f}), lines F1 {f1:.3f} of {known};"
        f" {took:.2f} s a document, its process included"
    )


def text_pdfs(path: Path) -> None:
    """Print how many numbers, days and totals were read, and how many the plainest."""
    right: Counter[str] = Counter()
    plainest: Counter[str] = Counter()
    rows = pq.read_table(path).to_pylist()
    for row in rows:
        label = json.loads(row["labels_json"])[0]
        expected = (
            str(label["invoice_number"]).lstrip("#"),
            label["date"],
            Decimal(str(label["amount"])),
        )
        invoice = read(row["pdf"], row["name"])
        text = "\n".join(read_pdf(row["pdf"], row["name"]).texts)
        first = re.search(r"\d{4,}", text)
        days = find_days(text.lower())
        amounts = [amount for _, amount in find_amounts(text)]
        least = (
            first.group() if first else None,
            days[0][1] if days else None,
            max(amounts, default=None),
        )
        found = (
            (invoice.number, invoice.date, invoice.total) if invoice else (None,) * 3
        )
        for name, want, got, least_got in zip(
            ("number", "date", "total"), expected, found, least, strict=True
        ):
            right[name] += want == got
            plainest[name] += want == least_got
    for name in ("number", "date", "total"):
        print(
            f"{path.stem}: {name} {right[name]} of {len(rows)}"
            f" (the plainest reading: {plainest[name]})"
        )


def receipts(path: Path) -> None:
    """Read receipts' texts, which were recognised by others."""
    rows = pq.read_table(path).to_pylist()
    found = [read_text_invoice((row["ocr_text"],), row["receipt_id"]) for row in rows]
    four_fields(path.stem, rows, found)


def receipt_pictures(path: Path) -> None:
    """Read receipts' pictures, and beside them the texts that others recognised.

    This needs ``storekin[ocr]``; otherwise nothing is measured.
    """
    if not can_recognise():
        print(f"{path.stem}: not measured, needs storekin[ocr]")
        return
    texts = pq.read_table(path.with_name("sroie_receipts.parquet")).to_pylist()
    pictures = {row["receipt_id"]: row for row in pq.read_table(path).to_pylist()}
    rows = [row for row in texts if row["receipt_id"] in pictures]
    given = [read_text_invoice((row["ocr_text"],), row["receipt_id"]) for row in rows]
    four_fields(f"{path.stem}, text given", rows, given)
    begin = time.monotonic()
    found = [
        read(pictures[row["receipt_id"]]["jpeg"], f"{row['receipt_id']}.jpg")
        for row in rows
    ]
    four_fields(f"{path.stem}, read from pictures", rows, found)
    print(f"{path.stem}: {(time.monotonic() - begin) / len(rows):.1f} s a picture")


def four_fields(
    name: str, rows: Sequence[Any], readings: Sequence[Invoice | None]
) -> None:
    """Print the F1 of the four fields, letters and digits compared exactly."""
    hit: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for row, found in zip(rows, readings, strict=True):
        if found is None:
            continue
        days = find_days(row["date"].lower())
        pairs = {
            "company": (tight(row["company"]), tight(found.seller)),
            "date": (days[0][1] if days else row["date"], found.date or ""),
            "address": (tight(row["address"]), tight(found.seller_address)),
            "total": (number(row["total"]), found.total),
        }
        for what, (want, got) in pairs.items():
            told[what] += got not in (None, "")
            hit[what] += want == got
    precision = sum(hit.values()) / sum(told.values())
    recall = sum(hit.values()) / (4 * len(rows))
    each = ", ".join(f"{what} {count / len(rows):.3f}" for what, count in hit.items())
    f1 = 2 * precision * recall / (precision + recall)
    print(f"{name}: {len(rows)} receipts, F1 {f1:.3f} ({each})")


def parts(folder: Path) -> Iterator[tuple[Path, Any]]:
    """Give the files that are there, each with what measures it."""
    for name, measure in (
        ("einvoice_xml", e_invoices),
        ("zugferd_pdf", e_invoices),
        ("invoice2data_pdf", text_pdfs),
        ("sroie_receipts", receipts),
        ("sroie_images", receipt_pictures),
    ):
        path = folder / f"{name}.parquet"
        if path.exists():
            yield path, measure


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    for file, measured in parts(parser.parse_args().folder):
        measured(file)
