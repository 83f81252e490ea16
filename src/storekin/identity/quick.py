"""Columns of values that are normal as they stand, or nearly: told by their shape.

Most licences, cards, numbers and mailboxes are written as they should be. Their shape
is told for a whole column at once; only the others are normalised one by one. A test
holds both ways to one answer.
"""

from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from storekin.normalise.chinese_companies import (
    chinese_company_words,
    chinese_places,
)
from storekin.normalise.emails import alias_domains
from storekin.normalise.names import latin_forms
from storekin.normalise.text import folding_tables

_ONE_DIGIT = "^(?:" + "|".join(f"{digit}+" for digit in range(10)) + ")$"


def quick_licences(texts: pa.Array) -> pa.Array:
    """Give the texts that are credit codes of 18 characters; null for the others."""
    return _as_they_are(texts, "^[0-9][0-9A-HJ-NP-Z]{17}$")


def quick_person_ids(texts: pa.Array) -> pa.Array:
    """Give the texts that have the shape of an identity number of 18 characters."""
    return _as_they_are(texts, "^[0-9]{17}[0-9X]$")


def _as_they_are(texts: pa.Array, shape: str) -> pa.Array:
    fits = pc.match_substring_regex(texts, shape)
    plain = pc.and_not(fits, pc.match_substring_regex(texts, _ONE_DIGIT))
    return pc.if_else(plain, texts, pa.scalar(None, texts.type))


def quick_phones(texts: pa.Array) -> pa.Array:
    """Give Chinese mobile numbers, with a country before them or not, in E.164."""
    fits = pc.match_substring_regex(texts, "^(?:CN)?\x1f1[3-9][0-9]{9}$")
    numbers = pc.binary_join_element_wise(
        "+86", pc.utf8_slice_codeunits(texts, -11), ""
    )
    return pc.if_else(fits, numbers, pa.scalar(None, texts.type))


def quick_emails(texts: pa.Array) -> pa.Array:
    """Give the mailboxes of letters and digits at a domain that is no other's alias."""
    fits = pc.match_substring_regex(texts, "^[a-z0-9_]+@[a-z0-9]+(?:[.][a-z0-9]+)+$")
    plain = pc.and_not(fits, pc.match_substring_regex(texts, _aliases()))
    return pc.if_else(plain, texts, pa.scalar(None, texts.type))


def quick_companies(texts: pa.Array) -> pa.Array:
    """Give plain Latin and plain Chinese names without their legal form."""
    return pc.coalesce(_quick_latin(texts), _quick_chinese(texts))


def _quick_chinese(texts: pa.Array) -> pa.Array:
    """Give simplified Chinese names of one house, a place and its 市 at their head."""
    fits = pc.match_substring_regex(texts, "^[\u3400-\u9fff]{6,}$")
    if not pc.any(fits).as_py():
        return pa.nulls(len(texts), pa.string())
    special = pc.match_substring_regex(texts, _not_plain())
    head = _place_with_ending()
    names = pc.replace_substring_regex(texts, head, r"\1")
    names = pc.replace_substring_regex(names, _two_places(), r"\1\2")
    left = pc.match_substring_regex(names, "[省市县]")
    ends = pc.match_substring_regex(names, f"..(?:{_CHINESE_FORMS})$")
    names = pc.replace_substring_regex(names, f"(?:{_CHINESE_FORMS})$", "")
    again = pc.match_substring_regex(names, "公司|股份|合伙|有限|独资|个体")
    odd = pc.or_(pc.or_(special, left), again)
    whole = pc.and_(ends, pc.greater(pc.utf8_length(names), 1))
    plain = pc.and_(pc.and_not(fits, odd), whole)
    return pc.if_else(plain, names, pa.scalar(None, pa.string()))


_CHINESE_FORMS = "股份有限责任公司|有限责任公司|股份有限公司|责任有限公司|有限公司|公司"


@lru_cache(maxsize=1)
def _not_plain() -> str:
    """Match what folding changes, and words that are read in a way of their own."""
    words = chinese_company_words()
    folded, _ = folding_tables()
    han = range(0x3400, 0xA000)
    changed = "".join(chr(point) for point in han if folded[point] != point)
    own = "|".join([*words, "自治", "特别", "商业银行", "株式", "会社"])
    return f"[{changed}]|{own}"


@lru_cache(maxsize=1)
def _place_with_ending() -> str:
    places = [place for group in chinese_places() for place in group]
    return "^(" + "|".join(sorted(places, key=len, reverse=True)) + ")[省市]"


@lru_cache(maxsize=1)
def _two_places() -> str:
    provinces, cities = chinese_places()
    first = "|".join(sorted(provinces, key=len, reverse=True))
    second = "|".join(sorted(cities, key=len, reverse=True))
    return f"^({first})({second})市"


def _quick_latin(texts: pa.Array) -> pa.Array:
    fits = pc.match_substring_regex(texts, "^[A-Za-z0-9][A-Za-z0-9 ,.&()-]*$")
    dotted = pc.match_substring_regex(texts, "(?:^|[^A-Za-z0-9])[A-Za-z][.][A-Za-z]")
    names = pc.replace_substring(pc.ascii_lower(texts), "&", " and ")
    names = pc.replace_substring_regex(names, "[^a-z0-9]+", " ")
    names = pc.ascii_trim_whitespace(names)
    names = pc.replace_substring_regex(names, _forms(), "")
    plain = pc.and_(pc.and_not(fits, dotted), pc.greater(pc.binary_length(names), 0))
    return pc.if_else(plain, names, pa.scalar(None, texts.type))


@lru_cache(maxsize=1)
def _forms() -> str:
    return "(?: (?:" + "|".join(latin_forms()) + "))+$"


@lru_cache(maxsize=1)
def _aliases() -> str:
    names = "|".join(domain.replace(".", "[.]") for domain in alias_domains())
    return f"@(?:{names})$"
