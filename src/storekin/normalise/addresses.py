"""Postal addresses to the words and numbers that place them."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from storekin.normalise.text import fold_text

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
    for token in _TOKEN.findall(fold_text(text)):
        if "\u3400" <= token[0] <= "\u9fff":
            rest = token
            for word in cjk_noise:
                rest = rest.replace(word, "")
            kept.extend(part for part in endings.split(rest) if part)
        elif token not in noise:
            kept.append(same.get(token, token).lstrip("0") or "0")
    return " ".join(sorted(kept)) or None


def address_numbers(normalised: str) -> frozenset[str]:
    """Give the numbers of a normalised address: house, building, room."""
    return frozenset(word for word in normalised.split() if word.isdigit())


def address_words(normalised: str) -> frozenset[str]:
    """Give the words of a normalised address: street, place, building's name."""
    return frozenset(word for word in normalised.split() if not word.isdigit())
