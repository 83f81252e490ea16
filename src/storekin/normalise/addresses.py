"""Postal addresses to the words and numbers that place them."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from storekin.normalise.chinese_companies import chinese_places
from storekin.normalise.text import fold_text, has_han, spell_out

_TOKEN = re.compile(r"[\u3400-\u9fff]+|[^\W\d_\u3400-\u9fff]+|\d+", re.UNICODE)


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], dict[str, str], re.Pattern[str], frozenset[str]]:
    path = files("storekin.normalise").joinpath("data", "address_words.toml")
    data = tomllib.loads(path.read_text("utf-8"))
    endings = "|".join(data["cjk"]["endings"])
    return (
        frozenset(data["noise"]),
        dict(data["same"]),
        re.compile(f"(?:{endings})"),
        frozenset(data["cjk"]["noise"]),
    )


@lru_cache(maxsize=65_536)
def normalise_address(text: str) -> str | None:
    """Give an address as its sorted words and numbers, without words of no place.

    >>> normalise_address("Room 303, Building 2, No. 15 Renmin Road, Shenzhen, China")
    '15 2 303 renmin road shenzhen'
    >>> normalise_address("No.15 renmin Rd, Bldg 2 Rm 303, shenzhen")
    '15 2 303 renmin road shenzhen'
    """
    noise, same, endings, cjk_noise = _words()
    kept: list[str] = []
    folded = fold_text(spell_out(text))
    if has_han(folded):
        folded = _in_one_writing(folded)
    for token in _TOKEN.findall(folded):
        if "\u3400" <= token[0] <= "\u9fff":
            rest = token
            for word in cjk_noise:
                rest = rest.replace(word, "")
            for part in endings.split(rest):
                kept.extend(_head_apart(part))
        elif token not in noise:
            kept.append(same.get(token, token).lstrip("0") or "0")
    return " ".join(sorted(kept)) or None


@lru_cache(maxsize=1)
def _places() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile a province before its city, and a place at the head of a longer word."""
    provinces, cities = chinese_places()
    apart = "|".join(sorted(set(provinces) - _OF_THEIR_OWN, key=len, reverse=True))
    own = "|".join(sorted(cities, key=len, reverse=True))
    both = "|".join(sorted({*provinces, *cities}, key=len, reverse=True))
    return (
        re.compile(
            rf"^(?:{apart})(?:(?:省|[\u3400-\u9fff]{{0,3}}自治区)(?=(?:{own}))|(?=(?:{own})市))"
        ),
        re.compile(rf"^({both})(?=..)"),
    )


_OF_THEIR_OWN = {"北京", "天津", "上海", "重庆", "香港", "澳门"}
_NUMERAL = re.compile(r"[〇零一二三四五六七八九十]+(?=号|栋|幢|座|楼|层|室|单元|弄|期)")
_DIGITS = "零一二三四五六七八九"


def _in_one_writing(text: str) -> str:
    """Leave out the province before its city, and write numerals in digits."""
    text = text.removeprefix("中国").replace("〇", "零")
    text = _places()[0].sub("", text)
    return _NUMERAL.sub(_in_digits, text)


def _in_digits(match: re.Match[str]) -> str:
    tens, ten, ones = match.group().partition("十")
    if not ten:
        return "".join(str(_DIGITS.index(c)) for c in tens)
    if len(tens) > 1 or len(ones) > 1:
        return match.group()  # no number below a hundred
    first = _DIGITS.index(tens) if tens else 1
    return str(10 * first + (_DIGITS.index(ones) if ones else 0))


def _head_apart(part: str) -> list[str]:
    """Part a place that stands at the head of a longer word without its ending."""
    found = _places()[1].match(part)
    if found is None:
        return [part] if part else []
    return [found.group(), part[found.end() :]]


def address_numbers(normalised: str) -> frozenset[str]:
    """Give the numbers of a normalised address: house, building, room."""
    return frozenset(word for word in normalised.split() if word.isdigit())


def address_words(normalised: str) -> frozenset[str]:
    """Give the words of a normalised address: street, place, building's name."""
    return frozenset(word for word in normalised.split() if not word.isdigit())
