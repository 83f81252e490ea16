"""Phone numbers to E.164."""

import re
from functools import lru_cache

from storekin.normalise.text import to_half_width

_FEWEST_DIGITS = 7
_CHINESE_MOBILE = re.compile(r"^(\+?86)?(1[3-9]\d{9})$")
_BETWEEN_DIGITS = str.maketrans("", "", " -()")


@lru_cache(maxsize=65_536)
def normalise_phone(text: str, country: str | None = None) -> str | None:
    """Give a phone number in E.164, or None when it holds no number.

    ``country`` (two letters) is where a number without a country code belongs; China
    when it is not known. A number that no numbering plan allows is kept by its
    digits, since a mistyped number still compares.

    >>> normalise_phone("１３８ 0013-8000"), normalise_phone("+86 138 0013 8000", "US")
    ('+8613800138000', '+8613800138000')
    """
    plain = to_half_width(text)
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    mobile = _CHINESE_MOBILE.match(plain.translate(_BETWEEN_DIGITS))
    if mobile and (mobile[1] or (country or "CN").upper() == "CN"):
        return "+86" + mobile[2]  # most numbers, without asking the library
    once = _read_phone(plain, (country or "CN").upper())
    # a number that no plan allows may be read anew from what was kept of it
    for _ in range(4):
        again = once and _read_phone(once, "CN")
        if again == once:
            return once
        once = again
    return None


def _read_phone(plain: str, region: str) -> str | None:
    import phonenumbers

    digits = "".join(character for character in plain if character.isdigit())
    if len(digits.lstrip("0")) < _FEWEST_DIGITS:
        return None
    for attempt in (plain, "+" + digits):
        try:
            number = phonenumbers.parse(attempt, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            form = phonenumbers.PhoneNumberFormat.E164
            return str(phonenumbers.format_number(number, form))
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return "+" + digits.lstrip("0")
    form = phonenumbers.PhoneNumberFormat.E164
    return str(phonenumbers.format_number(number, form))
