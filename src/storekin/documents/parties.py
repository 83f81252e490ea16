"""Who sells, and where, and who buys: by labels, legal forms and what stands on top."""

import re
from collections.abc import Sequence
from functools import lru_cache

from storekin.documents.layout import (
    Cell,
    Line,
    below,
    cell_at,
    fold,
    is_receipt,
    line_of,
)
from storekin.documents.values import find_amounts, find_days, load_words

Found = tuple[str, Line] | None

_TOP = 12
"""Lines at the top in which a receipt names its shop."""

_LONGEST_PART = 40
"""Characters of a line that may be the first half of a name."""

_HEAD = 6
"""Lines of them in which it nearly always does."""

_NO_NAME = re.compile(r"(?i)[\d\W]+|.*\b(?:no|nr|id|address|adresse|adres)\b.*")
_REGISTER = re.compile(r"\W*(?:[a-z]{0,3}\d{4,}\s?-?\s?[a-z]?)\W*")
_PHONE = re.compile(r"\+?[\d()\s.-]{8,}")

_BEFORE_NAME = re.compile(r"(?i)^(?:#?\d{4,}\s+|owned?\s+by\s*:?\s*)")

_MOST_ADDRESS = 6


@lru_cache(maxsize=16)
def _pattern(section: str, name: str) -> re.Pattern[str]:
    return re.compile(load_words()[section][name])


def find_seller(lines: Sequence[Line]) -> Found:
    """Find the seller's name: after its label, by a legal form, or at the top."""
    label = _pattern("labels", "seller")
    for place, line in enumerate(lines):
        for match in re.finditer(rf"(?:{label.pattern})\s*:", line.folded):
            found = _named(lines, place, match.end())
            if found:
                return found
    if is_receipt(lines):
        # a receipt names its shop at the top; names further down are others'
        top = lines[:_HEAD]
        return (
            _by_form(top)
            or _by_trade(top)
            or _by_form(lines)
            or _by_trade(lines)
            or _first_words(lines)
        )
    return _by_form(lines) or _by_trade(lines) or _first_words(lines)


def _named(lines: Sequence[Line], place: int, end: int) -> Found:
    line = lines[place]
    cell = cell_at(line, end)
    if cell is None:
        return None
    rest = line.text[end : cell.end].strip(" :,.")
    if len(rest) > 2:
        return _clean(rest), line
    after = [c for c in line.cells if c.begin >= cell.end]
    candidates: list[Cell] = after[:1] or list(below(lines, place, cell, 3))
    for one in candidates:
        if _pattern("company", "forms").search(one.folded):
            return _clean(one.text), line_of(lines, place, one)
    return None


def _by_form(lines: Sequence[Line]) -> Found:
    """Find the first name with a legal form that is not the buyer's.

    A name that is written again, at the top and in the foot, is the seller's.
    """
    forms = _pattern("company", "forms")
    buyer = _buyer_cells(lines)
    found: list[tuple[str, Line]] = []
    for place, line in enumerate(lines):
        for cell in line.cells:
            match = forms.search(cell.folded)
            if match is None or cell in buyer:
                continue
            text = _clean(_until_form(_whole_name(lines, place, cell, match.start())))
            if len(text) > 3 and not re.fullmatch(r"[\d\W]+", text):
                found.append((text, line))
    if not found:
        return None
    times: dict[str, int] = {}
    for text, _ in found:
        key = re.sub(r"\W", "", text.lower())
        times[key] = times.get(key, 0) + 1
    return max(
        found,
        key=lambda one: times[re.sub(r"\W", "", one[0].lower())],
    )


def _whole_name(lines: Sequence[Line], place: int, cell: Cell, form: int) -> str:
    """Put a name together that began in the lines before its legal form."""
    text = cell.text
    ends = _pattern("company", "address_ends")
    address = _pattern("company", "address")
    words = len(re.findall(r"[a-z]{2,}", cell.folded[:form]))
    for before in reversed(lines[max(0, place - 2) : place]):
        begun = text.count(")") > text.count("(") or text.startswith("&")
        if not (begun or words <= 1) or len(before.cells) != 1:
            break
        if (
            ends.search(before.folded)
            or len(before.text) > _LONGEST_PART
            or (address.search(before.folded) and not begun)
            or not re.search(r"[a-z]{3,}", before.folded)
            or find_amounts(before.text)
        ):
            break
        text = f"{before.text.strip()} {text}"
        words = len(re.findall(r"[a-z]{2,}", before.folded))
        if words > 1 and text.count(")") <= text.count("("):
            break
    return text


def _until_form(text: str) -> str:
    """Cut what follows a legal form: an address, a register."""
    matches = list(_pattern("company", "forms").finditer(fold(text)))
    if not matches:
        return text
    end = matches[0].end()
    for match in matches[1:]:
        between = text[end : match.start()]
        if len(between) <= 2 or re.fullmatch(r"\.?\s*\([^)]{1,20}\)\s*", between):
            end = match.end()
    rest = text[end:]
    bracket = re.match(r"\s*\([^)\d]{2,30}\)", rest)
    if bracket:
        end += bracket.end()
    dot = re.match(r"\.", text[end:])
    return text[: end + (dot.end() if dot else 0)]


def _by_trade(lines: Sequence[Line]) -> Found:
    trades = _pattern("company", "trades")
    address = _pattern("company", "address")
    ends = _pattern("company", "address_ends")
    for line in lines[:_TOP]:
        if (
            trades.search(line.folded)
            and not ends.search(line.folded)
            and not address.search(line.folded)
        ):
            return _clean(line.text), line
    return None


def _first_words(lines: Sequence[Line]) -> Found:
    ends = _pattern("company", "address_ends")
    buyer = _buyer_cells(lines)
    for line in lines[:_TOP]:
        if line.cells[0] in buyer:
            continue
        if (
            re.search(r"[a-z]{3,}|[\u4e00-\u9fff]{2,}", line.folded)
            and not ends.search(line.folded)
            and not find_days(line.folded)
            and not find_amounts(line.text)
        ):
            return _clean(line.cells[0].text), line
    return None


def _clean(text: str) -> str:
    text = re.sub(r"\s*\([^)]*\d[^)]*\)\s*$", "", text.strip())
    text = _BEFORE_NAME.sub("", text)
    return text.strip(" ,;:-*|")


def _buyer_cells(lines: Sequence[Line]) -> set[Cell]:
    """Give the cells under a label that says who buys, or where it is sent."""
    labels = re.compile(
        f"{load_words()['labels']['buyer']}|{load_words()['labels']['other_party']}"
    )
    cells: set[Cell] = set()
    for place, line in enumerate(lines):
        for cell in line.cells:
            if labels.search(cell.folded):
                cells.add(cell)
                cells |= set(below(lines, place, cell, 4))
    return cells


def find_buyer(lines: Sequence[Line]) -> Found:
    """Find the buyer's name, after or under its label."""
    label = _pattern("labels", "buyer")
    attention = _pattern("labels", "other_party")
    for place, line in enumerate(lines):
        for cell in line.cells:
            match = label.match(cell.folded)
            if match is None:
                continue
            rest = cell.text[match.end() :].strip(" :.")
            if len(rest) > 2 and not _NO_NAME.fullmatch(rest):
                return _clean(rest), line
            for under in below(lines, place, cell, 3):
                text = attention.sub("", under.folded).strip(" :.")
                if len(text) > 2 and not re.fullmatch(r"[\d\W]+", text):
                    cut = len(under.text) - len(text) if text in under.folded else 0
                    begin = under.folded.find(text) if cut else 0
                    return _clean(under.text[max(begin, 0) :]), line
    return None


def find_address(lines: Sequence[Line], seller: Found) -> Found:
    """Find the seller's address in the lines under its name."""
    if seller is None:
        return None
    ends = _pattern("company", "address_ends")
    place = next(n for n, line in enumerate(lines) if line is seller[1])
    cell = next(
        (c for c in lines[place].cells if seller[0][:8] in c.text),
        lines[place].cells[0],
    )
    parts: list[str] = []
    first: Line | None = None
    for under in below(lines, place, cell, _MOST_ADDRESS + 4):
        folded = under.folded
        if _REGISTER.fullmatch(folded) or (not parts and not _may_begin(folded)):
            continue
        if parts and not _may_go_on(folded):
            break
        if ends.search(folded) or find_days(folded):
            if parts:
                break
            continue
        first = first or line_of(lines, place, under)
        parts.append(under.text.strip(" ,"))
        if len(parts) == _MOST_ADDRESS:
            break
    return None if first is None else (", ".join(parts), first)


def _may_begin(folded: str) -> bool:
    """Say whether a line may be an address's first."""
    if _pattern("company", "address").search(folded):
        return not re.match(r"\(?\s*(?:co|reg)", folded)
    return bool(re.search(r"[a-z]", folded) and re.search(r"\d", folded))


def _may_go_on(folded: str) -> bool:
    """Say whether a line may be an address's next: words, a number, no telephone."""
    if _PHONE.fullmatch(folded):
        return False
    words = _pattern("company", "address").search(folded)
    plain = re.fullmatch(r"[a-z .,'()\-]+", folded) or re.search(r"\d", folded)
    return bool(words or plain)
