"""Phone numbers to E.164."""

from functools import lru_cache

from storekin.normalise.text import to_half_width

_FEWEST_DIGITS = 7


@lru_cache(maxsize=65_536)
def normalise_phone(text: str, country: str | None = None) -> str | None:
    """Give a phone number in E.164, or None when it holds no number.

    ``country`` (two letters) is where a number without a country code belongs; China
    when it is not known. A number that no numbering plan allows is kept by its
    digits, since a mistyped number still compares.

    >>> normalise_phone("１３８ 0013-8000"), normalise_phone("+86 138 0013 8000", "US")
    ('+8613800138000', '+8613800138000')
    """
    import phonenumbers

    plain = to_half_width(text)
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    digits = "".join(character for character in plain if character.isdigit())
    if len(digits) < _FEWEST_DIGITS:
        return None
    region = (country or "CN").upper()
    for attempt in (plain, "+" + digits):
        try:
            number = phonenumbers.parse(attempt, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(
                phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            )
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return "+" + digits
    kept = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return str(kept)
