"""The rows of an invoice's table, by the heads of its columns."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from storekin.documents.invoice import InvoiceLine
from storekin.documents.layout import Cell, Line
from storekin.documents.values import AMOUNT, load_words, parse_amount

_LEAST_HEADS = 2
_MOST_ROWS = 2_000
_ENDS = re.compile(
    r"^\W*(?:sub\s*-?\s*total|subtotaal|total|totaal|totale|gesamt|zwischensumme|summe"
    r"|grand|amount due|balance|netto|net |vat|tax|btw|mwst|tva|prijzen"
    r"|合\s*计|总计|价税合计|小\s*计)"
)
_GTIN = re.compile(r"(?<!\d)(\d{13}|\d{12}|\d{14}|\d{8})(?!\d)")


@lru_cache(maxsize=1)
def _heads() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(word) for name, word in load_words()["columns"].items()}


def read_rows(lines: Sequence[Line], name: str) -> tuple[InvoiceLine, ...]:
    """Read the rows under each line that heads a table."""
    rows: list[InvoiceLine] = []
    columns: dict[str, Cell] = {}
    for line in lines:
        heads = _heads_of(line)
        if len(heads) >= _LEAST_HEADS and ("total" in heads or "unit_price" in heads):
            columns = heads
            continue
        if not columns or len(rows) >= _MOST_ROWS:
            continue
        if _ENDS.match(line.folded.strip()):
            columns = {}
            continue
        row = _row(line, columns, name)
        if row is not None:
            rows.append(row)
    return tuple(rows)


def _heads_of(line: Line) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for cell in line.cells:
        for column, pattern in _heads().items():
            if column not in found and pattern.match(cell.folded.strip(" :.*")):
                found[column] = cell
                break
            if pattern.match(cell.folded.strip(" :.*")):
                found[column] = cell  # of two totals the last is the line's
                break
    return found


def _row(line: Line, columns: dict[str, Cell], name: str) -> InvoiceLine | None:
    amounts = [cell for cell in line.cells if AMOUNT.search(cell.text)]
    words = [
        cell
        for cell in line.cells
        if re.search(r"[a-z\u4e00-\u9fff]{2,}", cell.folded)
        and not AMOUNT.fullmatch(cell.text.strip(" €$£¥"))
    ]
    if not amounts or not words:
        return None
    told = _nearest(words, columns.get("name")) or max(words, key=lambda c: len(c.text))
    quantity = _under(line, columns.get("quantity"), taken={told})
    price = _under(line, columns.get("unit_price"), taken={told})
    total = _under(line, columns.get("total"), taken={told}) or amounts[-1]
    gtin = _GTIN.search(line.text)
    return InvoiceLine(
        name=told.text,
        quantity=_quantity(quantity),
        unit_price=_amount(price),
        total=_amount(total),
        gtin=gtin[1] if gtin else None,
        where=line.place_in(name),
    )


def _nearest(cells: Sequence[Cell], head: Cell | None) -> Cell | None:
    """Give the cell that begins nearest to where a head does."""
    if head is None:
        return None
    return min(cells, key=lambda cell: abs(cell.begin - head.begin), default=None)


def _under(line: Line, head: Cell | None, taken: set[Cell]) -> Cell | None:
    """Give the cell that stands under a head, by the middle or the right end."""
    if head is None:
        return None
    numbers = [
        cell for cell in line.cells if cell not in taken and re.search(r"\d", cell.text)
    ]
    near = min(
        numbers,
        key=lambda c: min(abs(c.end - head.end), abs(c.begin - head.begin)),
        default=None,
    )
    if near is None:
        return None
    apart = min(abs(near.end - head.end), abs(near.begin - head.begin))
    overlaps = near.begin < head.end + 2 and head.begin < near.end + 2
    return near if overlaps or apart <= 4 else None


def _quantity(cell: Cell | None) -> Decimal | None:
    if cell is None:
        return None
    match = re.match(r"\D{0,2}(\d+(?:[.,]\d+)?)", cell.text)
    if match is None:
        return None
    try:
        return Decimal(match[1].replace(",", "."))
    except InvalidOperation:
        return None


def _amount(cell: Cell | None) -> Decimal | None:
    if cell is None:
        return None
    match = AMOUNT.search(cell.text)
    return parse_amount(match.group()) if match else None
