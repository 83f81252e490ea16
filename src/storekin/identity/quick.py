"""Columns of values that are normal as they stand, or nearly: told by their shape.

Most licences, cards, numbers and mailboxes are written as they should be. Their shape
is told for a whole column at once; only the others are normalised one by one. A test
holds both ways to one answer.
"""

from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from storekin.normalise.emails import alias_domains
from storekin.normalise.names import latin_forms

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
    """Give plain Latin names without their legal form."""
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
