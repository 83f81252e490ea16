"""What the tokeniser knows beyond letters: units, and words that make a variant."""

import tomllib
from functools import lru_cache
from importlib.resources import files

import numpy as np

from storekin.kernels.similar_texts import Vocabulary
from storekin.normalise.text import fold_text, folding_tables

_DIMENSION_SHIFT = 56
_KIND_SHIFT = 61


def _read(name: str) -> dict[str, object]:
    text = files("storekin.listings").joinpath("data", name).read_text("utf-8")
    return tomllib.loads(text)


def _load(name: str) -> dict[str, dict[str, object]]:
    tables = _read(name)
    return {key: value for key, value in tables.items() if isinstance(value, dict)}


@lru_cache(maxsize=1)
def vocabulary_version() -> str:
    """Name what titles are read by: tokens of another version are others."""
    return "/".join(
        str(_read(f"{name}.toml")["version"]) for name in ("units", "variants")
    )


def _hash(word: str) -> int:
    return _hash_folded(fold_text(word))


def _hash_folded(text: str) -> int:
    from storekin.kernels.tokenise import hash_characters

    return hash_characters([ord(character) for character in text])


@lru_cache(maxsize=32)
def dimension_number(table: str, name: str) -> int:
    """Number a dimension of ``units`` or ``variants``, or numbers by their digits.

    Those of ``adding`` are variants whose words add up.
    """
    from storekin.kernels.compare import ADDING, DIMENSIONS

    if table == "numbers":
        return 2 * DIMENSIONS + int(name)
    if table == "adding":
        return ADDING + list(_load("variants.toml")).index(name)
    place = list(_load(f"{table}.toml")).index(name)
    return place + (DIMENSIONS if table == "variants" else 0)


def _beginnings(words: list[object]) -> dict[int, int]:
    """Mark the first words of those that are two, with the blank behind them."""
    from storekin.kernels.tokenise import GOES_ON

    firsts = [fold_text(str(word)).partition(" ")[::2] for word in words]
    return {_hash_folded(f"{first} "): GOES_ON for first, second in firsts if second}


@lru_cache(maxsize=1)
def listing_vocabulary() -> Vocabulary:
    """Build the look-up tables for titles from the units and variants files."""
    from storekin.kernels.tokenise import AMOUNT, VARIANT

    units: dict[int, tuple[int, float]] = {}
    for dimension, spellings in enumerate(_load("units.toml").values()):
        for word, factor in spellings.items():
            units[_hash(word)] = (dimension, float(str(factor)))
    variants: dict[int, int] = {}
    for dimension, choices in enumerate(_load("variants.toml").values()):
        for name, words in choices.items():
            token = (
                VARIANT << _KIND_SHIFT
                | dimension << _DIMENSION_SHIFT
                | _hash(f"{dimension}{name}")
            )
            if isinstance(words, list):
                variants.update({_hash(str(word)): token for word in words})
                variants.update(_beginnings(words))
    for dimension, name in enumerate(_load("units.toml")):
        words = _read("units.toml").get(f"{name}_behind")
        if isinstance(words, list):
            variants.update({_hash(str(word)): AMOUNT + dimension for word in words})
            variants.update(_beginnings(words))
    unit_hashes = sorted(units)
    variant_hashes = sorted(variants)
    folded, classes = folding_tables()
    return Vocabulary(
        folded=folded,
        classes=classes,
        unit_hashes=np.array(unit_hashes, np.uint64),
        unit_dimensions=np.array([units[h][0] for h in unit_hashes], np.uint8),
        unit_factors=np.array([units[h][1] for h in unit_hashes], np.float64),
        variant_hashes=np.array(variant_hashes, np.uint64),
        variant_tokens=np.array([variants[h] for h in variant_hashes], np.uint64),
    )
