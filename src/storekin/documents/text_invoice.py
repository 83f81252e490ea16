"""Invoices and receipts in plain text: fields found by the words around them.

What is found by words is never sure: each field keeps the place that it was read from,
so that a person sees it beside the page.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from storekin.documents.invoice import Invoice
from storekin.documents.item_rows import read_rows
from storekin.documents.layout import (
    Line,
    below,
    cell_at,
    fold,
    is_receipt,
    line_of,
    lines_of,
)
from storekin.documents.parties import find_address, find_buyer, find_seller
from storekin.documents.values import (
    WHOLE,
    find_amounts,
    find_currency,
    find_days,
    load_words,
    parse_amount,
)

_NUMBER = re.compile(
    r"#?\s?(?=[A-Z0-9/_.\-]*\d)[A-Z0-9](?:[A-Z0-9/_.\-]*[A-Z0-9])?", re.IGNORECASE
)
_BEFORE_NUMBER = re.compile(r"^(?:[\s:.#°º]|no?(?=[\s:.#°º]))*", re.IGNORECASE)
_TAX = re.compile(
    r"[A-Z]{0,4}\s?\d(?:[A-Z0-9]|[ ./-](?=[A-Z0-9])){5,19}|[A-Z0-9]{15,20}",
    re.IGNORECASE,
)
_BELOW = 3
_AFTER_TOTAL = 3


def read_text_invoice(texts: Sequence[str], name: str) -> Invoice | None:
    """Read an invoice or a receipt from its pages' texts; None where it is neither."""
    lines = lines_of(texts)
    if not lines:
        return None
    whole = "\n".join(line.text for line in lines)
    currency = find_currency(whole)
    number = _find_number(lines)
    day = _find_date(lines, month_first=currency == "USD")
    total = _find_total(lines)
    if number is None and day is None and total is None:
        return None
    seller = find_seller(lines)
    address = find_address(lines, seller)
    buyer = find_buyer(lines)
    tax = _find_tax_number(lines)
    found: dict[str, tuple[str, Line] | None] = {
        "number": number,
        "date": day,
        "seller": seller,
        "seller_tax_number": tax,
        "seller_address": address,
        "buyer": buyer,
    }
    where = {
        field: one[1].place_in(name) for field, one in found.items() if one is not None
    }
    if total is not None:
        where["total"] = total[1].place_in(name)
    return Invoice(
        how="text",
        **{field: None if one is None else one[0] for field, one in found.items()},
        currency=currency,
        total=None if total is None else total[0],
        lines=read_rows(lines, name),
        where=where,
    )


@lru_cache(maxsize=8)
def _patterns(kind: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(word) for word in load_words()["labels"][kind])


@lru_cache(maxsize=8)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(load_words()["labels"][name])


def _beside(
    lines: Sequence[Line], place: int, end: int, most: int = _BELOW
) -> Iterator[tuple[str, Line]]:
    """Give the texts that may belong to a label: after it, then under it."""
    line = lines[place]
    cell = cell_at(line, end)
    if cell is None:
        return
    rest = line.text[end : cell.end].strip(" :.#")
    if rest:
        yield line.text[end : cell.end], line
    after = [c for c in line.cells if c.begin >= cell.end]
    if after:
        yield after[0].text, line
    for under in below(lines, place, cell, most):
        yield under.text, line_of(lines, place, under)


def _find_number(lines: Sequence[Line]) -> tuple[str, Line] | None:
    for text, line in _near_labels(lines, _patterns("number")):
        number = _number_in(text)
        if number:
            return number, line
    heads = _pattern("number_heads")
    for place, line in enumerate(lines):
        for cell in line.cells:
            if not heads.match(cell.folded):
                continue
            for under in below(lines, place, cell, 2):
                number = _number_in(under.text)
                if number:
                    return number, line_of(lines, place, under)
    return None


def _near_labels(
    lines: Sequence[Line], patterns: Sequence[re.Pattern[str]]
) -> Iterator[tuple[str, Line]]:
    """Give what stands beside and under labels, the surest label's first."""
    for pattern in patterns:
        for place, line in enumerate(lines):
            for match in pattern.finditer(line.folded):
                yield from _beside(lines, place, match.end())


def _number_in(text: str) -> str | None:
    """Give the first that may number an invoice: no day, no amount, no label."""
    text = _BEFORE_NUMBER.sub("", text.strip())
    match = _NUMBER.match(text)
    if match is None:
        return None
    number = match.group().lstrip("# ").rstrip(".-/")
    folded = number.lower()
    if len(number) < 3 or (find_days(folded) and not re.search(r"[a-z]", folded)):
        return None
    rest = text[match.end() : match.end() + 3]
    if re.fullmatch(r"\d+[.,]\d{2}", number) or re.match(r"\s?[%€$£]", rest):
        return None
    return number


def _find_date(lines: Sequence[Line], *, month_first: bool) -> tuple[str, Line] | None:
    unlike = _pattern("date_not")
    *sure, plain, bare = _patterns("date")
    return (
        _labelled_date(lines, sure, unlike, month_first=month_first)
        or _date_by_number(lines, month_first=month_first)
        or _labelled_date(lines, (plain, bare), unlike, month_first=month_first)
        or _any_date(lines, unlike, month_first=month_first)
    )


def _labelled_date(
    lines: Sequence[Line],
    patterns: Sequence[re.Pattern[str]],
    unlike: re.Pattern[str],
    *,
    month_first: bool,
) -> tuple[str, Line] | None:
    for pattern in patterns:
        for place, line in enumerate(lines):
            for match in pattern.finditer(line.folded):
                before = line.folded[max(0, match.start() - 14) : match.end() + 12]
                if unlike.search(before):
                    continue
                for text, found in _beside(lines, place, match.end()):
                    days = find_days(fold(text), month_first=month_first)
                    if days:
                        return days[0][1], found
    return None


def _date_by_number(
    lines: Sequence[Line], *, month_first: bool
) -> tuple[str, Line] | None:
    """Give the day that stands in the line of the invoice's number."""
    for line in lines:
        if any(pattern.search(line.folded) for pattern in _patterns("number")[:8]):
            days = find_days(line.folded, month_first=month_first)
            if days:
                return days[0][1], line
    return None


def _any_date(
    lines: Sequence[Line], unlike: re.Pattern[str], *, month_first: bool
) -> tuple[str, Line] | None:
    for line in lines:
        if not unlike.search(line.folded):
            days = find_days(line.folded, month_first=month_first)
            if days:
                return days[0][1], line
    return None


def _find_total(lines: Sequence[Line]) -> tuple[Decimal, Line] | None:
    """Find the total: what was paid less the change, or by the surest label.

    What stands in a summary of taxes is none, nor is a total before tax; a total that
    follows a line of rounding is the rounded one.
    """
    if not is_receipt(lines):
        return _labelled_total(lines) or _largest(lines)
    summary = _pattern("summary")
    end = next(
        (n for n, line in enumerate(lines) if summary.search(line.folded)), len(lines)
    )
    shown = lines[:end]
    labelled = _labelled_total(shown) or _labelled_total(lines)
    paid = _paid(shown)
    rounded = _rounded_total(shown)
    if paid is not None and (labelled is None or _is_near(paid[0], labelled[0])):
        return paid
    if rounded is not None and (labelled is None or _is_near(rounded[0], labelled[0])):
        return rounded
    return labelled or _largest(lines)


def _largest(lines: Sequence[Line]) -> tuple[Decimal, Line] | None:
    """Give the largest amount that no label calls something else."""
    unlike = _pattern("total_not")
    amounts = [
        (amount, line)
        for line in lines
        if not unlike.search(line.folded)
        for _, amount in find_amounts(line.text)
    ]
    return max(amounts, key=lambda one: abs(one[0])) if amounts else None


_NEAR = Decimal("1.3")
"""A total after tax and rounding is so many times one before them at the most."""


def _is_near(one: Decimal, other: Decimal) -> bool:
    low, high = sorted((abs(one), abs(other)))
    return high <= low * _NEAR


def _paid(lines: Sequence[Line]) -> tuple[Decimal, Line] | None:
    """Give what was handed over less the change, if that amount is written, too."""
    given = _amount_by(lines, _pattern("paid"))
    change = _amount_by(lines, _pattern("change"))
    if given is None or change is None:
        return None
    total = given[0] - abs(change[0])
    for line in lines:
        for _, amount in find_amounts(line.text):
            if amount == total and total > 0:
                return total, line
    return None


def _amount_by(
    lines: Sequence[Line], label: re.Pattern[str]
) -> tuple[Decimal, Line] | None:
    for place, line in enumerate(lines):
        match = label.search(line.folded)
        if match is not None:
            found = _amount_beside(lines, place, match.start(), most=2)
            if found is not None:
                return found
    return None


def _rounded_total(lines: Sequence[Line]) -> tuple[Decimal, Line] | None:
    """Give the total in the lines after one that rounds."""
    rounding = _pattern("round")
    total = _patterns("total")[3]
    for place, line in enumerate(lines):
        if not rounding.search(line.folded):
            continue
        for later in range(place + 1, min(place + 6, len(lines))):
            match = total.search(lines[later].folded)
            if match is not None and not _is_other_total(
                lines[later].folded, match, _pattern("total_not")
            ):
                return _amount_beside(lines, later, match.start())
    return None


def _labelled_total(lines: Sequence[Line]) -> tuple[Decimal, Line] | None:
    unlike = _pattern("total_not")
    for pattern in _patterns("total"):
        best: tuple[Decimal, Line] | None = None
        for place, line in enumerate(lines):
            match = pattern.search(line.folded)
            if match is None or _is_other_total(line.folded, match, unlike):
                continue
            found = _amount_beside(lines, place, match.start())
            if found is None or not found[0]:
                continue
            # of several the largest: a total stands for what it sums
            if best is None or abs(found[0]) >= abs(best[0]):
                best = found
        if best is not None:
            return best
    return None


def _is_other_total(folded: str, match: re.Match[str], unlike: re.Pattern[str]) -> bool:
    around = folded[max(0, match.start() - 12) : match.end() + 22]
    found = unlike.search(around)
    return found is not None


def _amount_beside(
    lines: Sequence[Line], place: int, begin: int, most: int = _AFTER_TOTAL
) -> tuple[Decimal, Line] | None:
    """Give the last amount to the right of a label, or the first in the next lines."""
    line = lines[place]
    right = [amount for at, amount in find_amounts(line.text) if at >= begin]
    if right:
        return right[-1], line
    for under in lines[place + 1 : place + 1 + most]:
        if under.page != line.page:
            break
        amounts = find_amounts(under.text)
        if amounts:
            return amounts[0][1], under
        # a line of words that are no currency ends what belongs to the label
        if re.search(r"[a-z]{4,}", under.folded) and not WHOLE.search(under.text):
            break
    whole = WHOLE.search(line.text, begin)
    if whole is not None and re.search(r"[€$£¥₹₫]|rp|vnd|idr|jpy", line.folded):
        return parse_amount(whole.group()), line
    return None


def _find_tax_number(lines: Sequence[Line]) -> tuple[str, Line] | None:
    pattern = _pattern("tax_number")
    buyer = _pattern("buyer")
    found: list[tuple[int, str, Line]] = []
    for line in lines:
        for match in pattern.finditer(line.folded):
            number = _TAX.match(line.text[match.end() :].lstrip(" :.#"))
            if number is None or find_days(number.group().lower()):
                continue
            text = number.group().strip(" .-/")
            own = re.search(r"\b(?:uw|ihre|your|votre|customer)\b", line.folded)
            late = bool(own or buyer.search(line.folded))
            found.append((int(late), text, line))
    if not found:
        return None
    _, text, line = min(found, key=lambda one: one[0])
    return text, line
