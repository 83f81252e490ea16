"""Prices and dates as people and exports write them."""

import re
from datetime import date, datetime

from storekin.normalise.text import to_half_width

_NUMBER = re.compile(r"-?\d[\d.,'  ]*")
_NAMED_MONTH = re.compile(r"^(\d{1,2})[ -]([A-Za-z]{3,9})\.?[ -](\d{4})$")
_MONTH_NAMES = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_MONTHS = {name: number + 1 for number, name in enumerate(_MONTH_NAMES)}


def normalise_price(text: str) -> float | None:
    """Read a price: currency signs, thousands and either decimal mark are allowed.

    A number that ends in a mark and three digits is read as thousands only where the
    mark occurs twice or the other mark follows; ``1.500`` alone is one and a half.

    >>> normalise_price("US$ 1,234.50"), normalise_price("1.234,50 €")
    (1234.5, 1234.5)
    """
    found = _NUMBER.findall(to_half_width(text).replace("−", "-"))
    if len(found) != 1:
        return None
    digits = re.sub(r"['  ]", "", found[0]).rstrip(".,")
    comma, dot = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and dot >= 0:
        thousands = "," if dot > comma else "."
        digits = digits.replace(thousands, "").replace(",", ".")
    elif digits.count(",") > 1 or digits.count(".") > 1:
        digits = digits.replace(",", "").replace(".", "")
    elif comma >= 0:
        is_thousands = len(digits) - comma == 4 and digits[0] != "0"
        digits = digits.replace(",", "" if is_thousands else ".")
    try:
        return float(digits)
    except ValueError:
        return None


def normalise_date(text: str) -> date | None:
    """Read a calendar day; None when it is no day, or could be two.

    Year first in any punctuation, ``20240131``, day first with dots, and days whose
    place is plain because one number is above twelve. A time of day may follow.

    >>> normalise_date("2024-01-31T10:00:00Z"), normalise_date("31.01.2024")
    (datetime.date(2024, 1, 31), datetime.date(2024, 1, 31))
    >>> normalise_date("2024-02-30") is None
    True
    """
    plain = to_half_width(text)
    plain = re.sub(r"[年月]", "-", plain).replace("日", "")
    day = re.split(r"[T ]\d{1,2}:", plain, maxsplit=1)[0].strip()
    if re.fullmatch(r"\d{8}", day):
        return _day(int(day[:4]), int(day[4:6]), int(day[6:]))
    named = _NAMED_MONTH.match(day)
    if named:
        month = _MONTHS.get(named[2][:3].lower())
        return _day(int(named[3]), month, int(named[1])) if month else None
    parts = re.fullmatch(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})", day)
    if parts is None:
        return None
    return _read_parts(*parts.groups())


def _read_parts(first: str, mark: str, middle: str, last: str) -> date | None:
    if len(first) == 4:
        return _day(int(first), int(middle), int(last))
    one, two, year = int(first), int(middle), int(last)
    if len(last) != 4:
        return None
    if mark == "." or one > 12:
        return _day(year, two, one)
    # 03/04/2024 is two days; the reader must say which
    return _day(year, one, two) if two > 12 or one == two else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return datetime(year, month, day).date()  # noqa: DTZ001 - a calendar day
    except ValueError:
        return None
