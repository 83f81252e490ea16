"""Licence, identity card, bank and tax numbers, with their check digits.

A failing check digit is a mark and never a rejection: genuine numbers that fail
exist, and a person must not be turned away for an office's slip.
"""

from functools import lru_cache
from operator import mul
from typing import Literal

from storekin.normalise.text import to_half_width

CheckDigit = Literal["right", "wrong", "none"]
"""Whether a number's check digit fits; ``none`` for a kind that has no known one."""

_USCC_LENGTH = 18
_OLD_LICENCE_LENGTH = 15
_ID_LENGTH = 18
_OLD_ID_LENGTH = 15
_CARD_LENGTHS = range(12, 20)
_FEWEST = 4
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_PLACEHOLDERS = {
    "NONE", "NULL", "NIL", "NA", "NAN", "TEST", "UNKNOWN", "TBD", "XXXX", "XXXXX",
    "无", "暂无", "123456", "1234567", "12345678", "123456789", "1234567890",
}  # fmt: skip


def _bare(text: str) -> str | None:
    """Keep letters and digits, upper case; None for what only fills a field."""
    plain = to_half_width(text).upper()
    if not plain.isalnum():
        plain = "".join(c for c in plain if c.isalnum())
    if len(plain) < _FEWEST or plain in _PLACEHOLDERS or len(set(plain)) == 1:
        return None
    return plain


@lru_cache(maxsize=65_536)
def normalise_licence(text: str) -> str | None:
    """Give a business licence number: letters and digits, upper case.

    Letters that the Chinese unified code never uses are read as the digits that they
    are taken for: O as 0, I as 1 (an 18-character code that begins with a digit).

    >>> normalise_licence("91440300ma5dxxxx7k "), normalise_licence("N/A") is None
    ('91440300MA5DXXXX7K', True)
    """
    plain = _bare(text)
    if plain is None:
        return None
    if len(plain) == _USCC_LENGTH and plain[0].isdigit() and plain.isascii():
        return plain.replace("O", "0").replace("I", "1")
    return plain


def check_licence(number: str) -> CheckDigit:
    """Say whether a normalised licence's check digit fits.

    Knows the unified social credit code and the old 15-digit registration number.

    >>> check_licence("91110000600037341L")
    'right'
    """
    if len(number) == _USCC_LENGTH and number[0].isdigit():
        return "right" if is_credit_code(number) else "wrong"
    if len(number) == _OLD_LICENCE_LENGTH and number.isdigit():
        state = 10
        for digit in number[:14]:
            state = (state + int(digit)) % 10 or 10
            state = state * 2 % 11
        return "right" if (state + int(number[14])) % 10 == 1 else "wrong"
    return "none"


_CREDIT_VALUES = {c: n for n, c in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
_CREDIT_WEIGHTS = (*(pow(3, place, 31) for place in range(17)), 1)


def is_credit_code(number: str) -> bool:
    """Say whether 18 characters are a unified social credit code (GB 32100).

    It is asked for each paper that is screened: python-stdnum, which a test holds this
    to, takes four times as long.
    """
    values = [_CREDIT_VALUES.get(character, -1) for character in number]
    if min(values) < 0 or max(values[:8]) > 9:
        return False
    total: int = sum(map(mul, values, _CREDIT_WEIGHTS))
    return total % 31 == 0


@lru_cache(maxsize=65_536)
def normalise_person_id(text: str) -> str | None:
    """Give an identity number; a Chinese 15-digit one is written with 18.

    >>> normalise_person_id("110105491231002")
    '11010519491231002X'
    """
    plain = _bare(text)
    if plain is None:
        return None
    if len(plain) == _OLD_ID_LENGTH and plain.isdigit() and _is_day(plain[6:12]):
        longer = f"{plain[:6]}19{plain[6:]}"
        return longer + person_check_digit(longer)
    return plain


def person_check_digit(first_17: str) -> str:
    """Compute the last character of a Chinese identity number (GB 11643)."""
    total = sum(
        int(digit) * weight for digit, weight in zip(first_17, _ID_WEIGHTS, strict=True)
    )
    return _ID_CHECKS[total % 11]


def check_person_id(number: str) -> CheckDigit:
    """Say whether a normalised Chinese identity number's check digit fits."""
    if len(number) != _ID_LENGTH or not number[:17].isdigit():
        return "none"
    return "right" if person_check_digit(number[:17]) == number[17] else "wrong"


def _is_day(text: str) -> bool:
    return 1 <= int(text[2:4]) <= 12 and 1 <= int(text[4:6]) <= 31


@lru_cache(maxsize=65_536)
def normalise_account(text: str) -> str | None:
    """Give a bank account or card number: letters and digits, upper case.

    >>> normalise_account("6222 0200-1234 5678")
    '6222020012345678'
    """
    return _bare(text)


def check_account(number: str) -> CheckDigit:
    """Say whether an IBAN's or a card number's check digit fits."""
    if number[:2].isalpha() and number[2:4].isdigit():
        import stdnum.iban

        try:
            return "right" if stdnum.iban.is_valid(number) else "wrong"
        except KeyError:
            return "none"
    if number.isdigit() and len(number) in _CARD_LENGTHS:
        import stdnum.luhn

        return "right" if stdnum.luhn.is_valid(number) else "wrong"
    return "none"


@lru_cache(maxsize=65_536)
def normalise_tax_number(text: str) -> str | None:
    """Give a tax number: letters and digits, upper case.

    >>> normalise_tax_number("DE 136 695 976")
    'DE136695976'
    """
    return _bare(text)


def check_tax_number(number: str) -> CheckDigit:
    """Say whether a tax number's check digit fits, where its kind is known."""
    if len(number) == _USCC_LENGTH and number[0].isdigit():
        return "right" if is_credit_code(number) else "wrong"
    if number[:2].isalpha() and number[2:].isalnum():
        import stdnum.eu.vat

        try:
            if number[:2].lower() in stdnum.eu.vat.MEMBER_STATES:
                return "right" if stdnum.eu.vat.is_valid(number) else "wrong"
        except (KeyError, AttributeError):
            return "none"
    return "none"


def normalise_gtin(text: str) -> str | None:
    """Give a GTIN in its 14 digits, or None when it is none by its check digit.

    >>> normalise_gtin("4006381333931"), normalise_gtin("1234567890123") is None
    ('04006381333931', True)
    """
    digits = "".join(c for c in to_half_width(text) if c.isdigit())
    if len(digits) not in (8, 12, 13, 14) or len(set(digits)) == 1:
        return None
    padded = digits.zfill(14)
    total = sum(
        int(digit) * (3 if place % 2 == 0 else 1)
        for place, digit in enumerate(padded[:13])
    )
    return padded if (10 - total % 10) % 10 == int(padded[13]) else None


def normalise_model_number(text: str) -> str | None:
    """Give a maker's part number: letters and digits, upper case.

    >>> normalise_model_number("wh-1000xm5")
    'WH1000XM5'
    """
    return _bare(text)


def normalise_ip(text: str) -> str | None:
    """Give an IP address in its shortest form; None when it is none, or not public.

    >>> normalise_ip("2001:0db8:0000::0001"), normalise_ip("192.168.1.7") is None
    ('2001:db8::1', True)
    """
    import ipaddress

    try:
        address = ipaddress.ip_address(to_half_width(text).split("%")[0])
    except ValueError:
        return None
    inside = any(
        address in ipaddress.ip_network(network)
        for network in _INSIDE_NETWORKS
        if ipaddress.ip_network(network).version == address.version
    )
    return None if inside or address.is_unspecified else str(address)


_INSIDE_NETWORKS = (
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)


def normalise_device(text: str) -> str | None:
    """Give a device's mark, case folded."""
    plain = to_half_width(text).lower()
    return plain if len(plain) >= _FEWEST else None
