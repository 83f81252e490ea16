"""Every spelling that the vocabulary knows is understood where a title uses it."""

import tomllib
from importlib.resources import files

import numpy as np
import pyarrow as pa
import pytest

from storekin.kernels.texts import TextColumn, read_titles
from storekin.kernels.tokenise import QUANTITY, VARIANT
from storekin.listings.vocabulary import listing_vocabulary


def table(name: str) -> dict[str, dict[str, object]]:
    text = files("storekin.listings").joinpath("data", f"{name}.toml").read_text()
    return {k: v for k, v in tomllib.loads(text).items() if isinstance(v, dict)}


def tokens_of(titles: list[str], kind: int) -> list[set[tuple[int, int]]]:
    """Give of each title the tokens of one kind: their dimension, and the rest."""
    tokens = read_titles(
        TextColumn.of(pa.chunked_array([titles])), listing_vocabulary(), None
    ).tokens
    found = []
    for begin, end in zip(tokens.starts[:-1], tokens.starts[1:], strict=True):
        own = tokens.values[begin:end]
        own = own[own >> np.uint64(61) == kind]
        rest = own & np.uint64((1 << 56) - 1)
        sizes = (own >> np.uint64(56)) & np.uint64(31)
        found.append(set(zip(sizes.tolist(), rest.tolist(), strict=True)))
    return found


VARIANTS = [
    (dimension, words)
    for dimension, choices in enumerate(table("variants").values())
    for words in choices.values()
    if isinstance(words, list)
]


@pytest.mark.parametrize(("dimension", "words"), VARIANTS)
def test_a_variant_is_understood_in_each_spelling(
    dimension: int, words: list[str]
) -> None:
    """All spellings of one variant are one token, alone and among other words."""
    among = [f"Lovely {word}, new-style" for word in words]
    glued = [f"ของ{word}ดี" for word in words if "\u0e00" <= word[0] <= "\u0e7f"]
    told = tokens_of([*words, *among, *glued], VARIANT)
    common = set.intersection(*told)

    assert [place for place, _ in common] == [dimension]


def test_two_variants_of_a_dimension_are_two() -> None:
    """No spelling stands for two variants, and none is a part of another's."""
    seen: dict[tuple[int, int], int] = {}
    for number, (_, words) in enumerate(VARIANTS):
        for token in set.intersection(*tokens_of(words, VARIANT)):
            assert seen.setdefault(token, number) == number
    assert len(seen) == len(VARIANTS)


@pytest.mark.parametrize(
    ("dimension", "spellings"), list(enumerate(table("units").values()))
)
def test_a_unit_is_understood_behind_its_number(
    dimension: int, spellings: dict[str, float]
) -> None:
    """Ten of a unit are an amount, and as much as in the dimension's base unit."""
    base = min(spellings, key=lambda unit: abs(spellings[unit] - 1))
    titles = [
        f"bottle {amount}{blank}{unit}"
        for unit, factor in spellings.items()
        for amount in (f"{10 / factor:.10f}",)
        for blank in ("", " ")
        if (unit, blank) != ('"', " ")
    ]
    (expected,) = tokens_of([f"10 {base}"], QUANTITY)
    told = tokens_of(titles, QUANTITY)

    assert [place for place, _ in expected] == [dimension]
    assert all(one == expected for one in told), [
        title for title, one in zip(titles, told, strict=True) if one != expected
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('TV 24"', "TV 24 inch", True),
        ("TV 24″ black", "TV 24in. black", True),
        ('the "Model 24" TV', "TV 24 inch", False),
        ('dated 2017" TV', "TV 2017 inch", False),
        ("1/2 kg", "500 g", True),
        ("1 1/2 inch pipe", "pipe 38.1mm", True),
        ("8/16 gb", "16 gb", True),
        ("3/128 gb", "128 gb", True),
        ("两包", "2包", True),
        ("五件套", "5件套", True),
        ("十二支", "2支", False),
        ("set of 4", "4 pcs", True),
        ("pack of: 12", "12 pieces", True),
        ("bộ 4 ly", "4 pcs", True),
        ("isi 10", "10 pcs", True),
        ("isi 10 lembar", "10 pcs", True),
        ("best of 2024", "2024 pcs", False),
        ("4combo+4", "4 pcs", False),
    ],
)
def test_amounts_are_read_as_people_write_them(
    one: str, other: str, *, same: bool
) -> None:
    """Fractions, marks for inches, Han numerals, and words that stand before."""
    first, second = tokens_of([one, other], QUANTITY)

    assert second
    assert (first == second) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("màu đen", "MAU: DEN", True),
        ("màu đen", "mau - den", True),
        ("màu đen", "đèn bàn", False),
        ("เสื้อสีดำ", "เสื้อ สีดำ", True),
        ("สีน้ำเงิน", "สีเงิน", False),
        ("T恤 黑 L", "T恤 黑色 L", True),
        ("黑 L", "黑胶唱片 L", False),
    ],
)
def test_words_of_two_and_glued_ones(one: str, other: str, *, same: bool) -> None:
    """Two words may have a mark between them; another word is not meant."""
    first, second = tokens_of([one, other], VARIANT)

    assert first
    assert (first == second) is same


def test_thai_numbers_are_numbers() -> None:
    """Digits of every script are read as digits, and vowels spelled in two as one."""
    one, other = tokens_of(["๕๐๐ มล", "500 ml"], QUANTITY)
    black, spelled = tokens_of(["สีดำ", "สีด\u0e4d\u0e32"], VARIANT)

    assert one == other
    assert len(one) == 1
    assert black == spelled
