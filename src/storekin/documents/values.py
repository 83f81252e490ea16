"""Days, amounts, numbers and currencies, as invoices write them."""

import re
import tomllib
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

AMOUNT = re.compile(
    r"(?<![\d.,])(?:[-(]\s?)?(?:\d{1,3}(?:[.,'’ ]\d{3})+|\d+)[.,]\d{2}(?![\d])(?!\s?%)"
)
"""An amount with two decimals."""

WHOLE = re.compile(
    r"(?<![\w.,/-])\d{1,3}(?:[.,']\d{3})+(?![\d.,])|(?<![\w.,/-])\d{1,9}(?![\w.,/%-])"
)

_NAMED_DAY = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s.\-/]*(?:de\s+)?([a-z]{3,10})\.?[\s.\-/,']*"
    r"(?:de\s+)?(\d{4}|\d{2})(?!\d)"
)
_DAY_AFTER = re.compile(
    r"(?<![a-z])([a-z]{3,10})\.?\s*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s*(\d{4})(?!\d)"
)
_ISO = re.compile(r"(?<!\d)(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)")
_PLAIN = re.compile(
    r"(?<!\d)(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})(?!\d)"
)
_TIGHT = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")


@lru_cache(maxsize=1)
def load_words() -> dict[str, Any]:
    """Read the words around fields."""
    path = files("storekin.documents").joinpath("data", "words.toml")
    return tomllib.loads(path.read_text("utf-8"))


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    return {
        name: int(number)
        for number, names in load_words()["months"].items()
        for name in names
    }


def find_days(folded: str, *, month_first: bool = False) -> list[tuple[int, str]]:
    """Find days in folded text: where each begins, and the day as ISO.

    >>> find_days("invoice date: august 3 , 2014")
    [(14, '2014-08-03')]
    >>> find_days("7. mai 2014, 20-10-2015, 2024年1月2日")
    [(0, '2014-05-07'), (13, '2015-10-20'), (25, '2024-01-02')]
    """
    found: dict[int, str] = {}
    for match in _ISO.finditer(folded):
        _keep(found, match.start(), match[1], match[2], match[3])
    for match in _NAMED_DAY.finditer(folded):
        month = _months().get(match[2])
        if month:
            _keep(found, match.start(), match[3], str(month), match[1])
    for match in _DAY_AFTER.finditer(folded):
        month = _months().get(match[1])
        if month:
            _keep(found, match.start(), match[3], str(month), match[2])
    for match in _PLAIN.finditer(folded):
        day, month_text = match[1], match[2]
        swapped = int(month_text) > 12 or (month_first and int(day) <= 12)
        if swapped:
            day, month_text = month_text, day
        _keep(found, match.start(), match[3], month_text, day)
    for match in _TIGHT.finditer(folded):
        _keep(found, match.start(), match[1], match[2], match[3])
    return sorted(found.items())


def _keep(found: dict[int, str], at: int, year: str, month: str, day: str) -> None:
    whole = int(year) + (2000 if len(year) == 2 else 0)
    if not 1990 <= whole <= 2100 or any(abs(at - known) < 6 for known in found):
        return
    try:
        found[at] = date(whole, int(month), int(day)).isoformat()
    except ValueError:
        return


def find_amounts(text: str) -> list[tuple[int, Decimal]]:
    """Find amounts: where each begins, and the number.

    >>> find_amounts("€ 1.234,50 and 2,199.00")
    [(2, Decimal('1234.50')), (15, Decimal('2199.00'))]
    """
    return [
        (match.start(), parse_amount(match.group())) for match in AMOUNT.finditer(text)
    ]


def parse_amount(text: str) -> Decimal:
    """Read a number whose last separator, before two digits, is the decimal one."""
    sign = -1 if text.lstrip().startswith(("-", "(")) else 1
    digits = re.sub(r"[^\d.,]", "", text)
    if len(digits) > 3 and digits[-3] in ".,":
        whole = re.sub(r"[.,]", "", digits[:-3])
        return sign * Decimal(f"{whole or '0'}.{digits[-2:]}")
    return sign * Decimal(re.sub(r"[.,]", "", digits) or "0")


def find_currency(text: str) -> str | None:
    """Give the currency that is written most often beside amounts."""
    best, most = None, 0
    for code, signs in load_words()["currency"].items():
        count = 0
        for sign in signs:
            if sign.isalpha():
                word = rf"(?<![A-Za-z]){sign}(?![A-Za-z])"
                weight = 2 if sign == code else 1
            else:
                word, weight = rf"(?<![A-Za-z]){re.escape(sign)}", 1
            count += weight * len(re.findall(word, text))
        if count > most:
            best, most = code, count
    return best
