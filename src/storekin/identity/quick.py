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
    """Give simplified Chinese names, no brackets but around a place, no form twice.

    A house with its legal form or without one, and a branch behind the form.
    """
    at_head, in_brackets = _place_patterns()
    moved = pc.match_substring_regex(texts, in_brackets)
    apart = texts.filter(moved)
    bare = pc.replace_with_mask(
        texts, moved, pc.replace_substring_regex(apart, in_brackets, r"\1\3")
    )
    place = pc.replace_with_mask(
        pa.repeat("", len(texts)),
        moved,
        pc.replace_substring_regex(apart, in_brackets, r"\2"),
    )
    twice = pc.and_(moved, pc.match_substring_regex(bare, at_head))
    fits = pc.match_substring_regex(bare, "^[\u3400-\u9fff]{6,}$")
    if not pc.any(fits).as_py():
        return pa.nulls(len(texts), pa.string())
    odd = pc.or_(twice, pc.match_substring_regex(bare, _not_plain()))
    names = pc.replace_substring_regex(bare, "[省市县]", "")
    house_and_branch = f"^(..+?)(?:{_CHINESE_FORMS})(.*?)(?:公司)?$"
    names = pc.replace_substring_regex(names, house_and_branch, r"\1/\2")
    names = pc.utf8_rtrim(names, "/")
    again = pc.match_substring_regex(names, "公司|股份|合伙|有限|独资|个体")
    whole = pc.greater(pc.utf8_length(names), 1)
    plain = pc.and_(pc.and_not(fits, pc.or_(odd, again)), whole)
    names = pc.binary_join_element_wise(place, names, "")
    return pc.if_else(plain, names, pa.scalar(None, pa.string()))


_CHINESE_FORMS = "股份有限责任公司|有限责任公司|股份有限公司|责任有限公司|有限公司|公司"


@lru_cache(maxsize=1)
def _place_patterns() -> tuple[str, str]:
    """Match a place at the head of a name, and one in brackets behind it."""
    names = [place for group in chinese_places() for place in group]
    places = "|".join(sorted(names, key=len, reverse=True))
    han = "[\u3400-\u9fff]"
    return f"^(?:{places})", f"^({han}+)[(（]({places})[省市县区]?[)）]({han}+)$"


@lru_cache(maxsize=1)
def _not_plain() -> str:
    """Match what folding changes, and words that are read in a way of their own."""
    words = chinese_company_words()
    folded, _ = folding_tables()
    han = range(0x3400, 0xA000)
    changed = "".join(chr(point) for point in han if folded[point] != point)
    own = "|".join([*words, "自治", "特别", "商业银行", "株式", "会社"])
    # 省, 市 and 县 that begin a name, or end a word that is no place's
    return f"[{changed}]|{own}|^.?[省市县]|[超城门都夜股集]市"


def _quick_latin(texts: pa.Array) -> pa.Array:
    fits = pc.match_substring_regex(texts, "^[A-Za-z0-9][A-Za-z0-9 ,.&()-]*$")
    if not pc.any(fits).as_py():
        return pa.nulls(len(texts), pa.string())
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
