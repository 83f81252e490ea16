"""Text folding: one table from each character to its plain form and its class.

The same table serves single values here and whole columns in the kernels: case,
accents, full-width forms and traditional Chinese fold to one form, and zero-width
characters vanish.
"""

import re
import unicodedata
from functools import lru_cache

import numpy as np
import numpy.typing as npt

SEPARATOR, LETTER, DIGIT, IDEOGRAPH, IGNORED = 0, 1, 2, 3, 4
"""Classes of characters. Ideographs are read in overlapping pairs: scripts that are
written without spaces (Chinese, Japanese kana, Thai, Lao, Khmer, Burmese)."""

ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
"""Characters that a reader cannot see and a comparison must not."""

_PAIRED_SCRIPTS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han compatibility forms
)
_PAIRED = bytearray(0x10000)
for _low, _high in _PAIRED_SCRIPTS:
    _PAIRED[_low : _high + 1] = b"\1" * (_high + 1 - _low)
_HANGUL = (0xAC00, 0xD7A3)
_UNIFIED = (0x4E00, 0x9FF0)
_PRIVATE = (0xE000, 0xF900)
_APOSTROPHES = "'’‘`´ʼ＇"
_BARRED = {"đ": "d", "ø": "o", "ł": "l", "ı": "i", "ħ": "h"}
"""Letters that Unicode does not take apart."""
_INCHES = "″”"
"""Marks that sellers write for the straight one behind inches."""
_NASAL_MARKS = "\u0e4d\u0ecd"
"""Signs that Unicode takes out of one Thai and one Lao vowel: with or without them a
word is the same, as accents are elsewhere."""


@lru_cache(maxsize=1)
def simplified_han() -> dict[str, str]:
    """Map each traditional Han character to its simplified form (OpenCC's table)."""
    from opencc import OpenCC

    characters = [chr(point) for point in range(0x4E00, 0xA000)]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    table = {
        old: new
        for old, new in zip(characters, converted, strict=True)
        if old != new and len(new) == 1 and ord(new) < 0x10000
    }
    # variants met in real registrations that the table keeps apart
    table.update({"囯": "国", "昇": "升", "葯": "药", "堃": "坤", "犇": "奔"})
    return table


def _fold_point(  # noqa: PLR0911 - one return for each kind of character
    character: str, han: dict[str, str]
) -> tuple[int, int]:
    """Give one character's folded code point and its class."""
    point = ord(character)
    if character in ZERO_WIDTH or character in _APOSTROPHES:
        return point, IGNORED
    if character in _INCHES:
        return ord('"'), SEPARATOR
    if _is_paired(point):
        return _fold_paired(character, han)
    if _HANGUL[0] <= point <= _HANGUL[1]:
        return point, LETTER  # taken apart, a syllable would keep its first sound alone
    if unicodedata.category(character)[0] == "M":
        return point, IGNORED
    plain = unicodedata.normalize("NFKD", character)
    base = plain[0].lower()[0]
    base = _BARRED.get(base, base)
    if ord(base) >= 65_536:
        return point, SEPARATOR
    kind = unicodedata.category(base)
    if kind == "Nd":
        return 48 + unicodedata.decimal(base, 0), DIGIT
    if kind[0] == "L":
        return ord(base), IDEOGRAPH if _is_paired(ord(base)) else LETTER
    return ord(base), SEPARATOR


def _fold_paired(character: str, han: dict[str, str]) -> tuple[int, int]:
    """Fold a character of a script that is read in pairs."""
    point = ord(character)
    if character in _NASAL_MARKS:
        return point, IGNORED
    kind = unicodedata.category(character)
    if kind == "Nd":
        return 48 + unicodedata.decimal(character), DIGIT
    plain = unicodedata.normalize("NFKC", character).lstrip(_NASAL_MARKS)
    if kind[0] not in "LMN" or len(plain) != 1:
        return point, SEPARATOR
    simple = han.get(plain, plain)
    return ord(simple if ord(simple) < 65_536 else character), IDEOGRAPH


def _is_paired(point: int) -> bool:
    return point < len(_PAIRED) and bool(_PAIRED[point])


def _fold_quickly(character: str, han: dict[str, str]) -> tuple[int, int] | None:
    """Fold a character that no normal form changes, as ``_fold_point`` does.

    It is nine in ten of those that are asked one by one when a command starts. None
    where the long way must be gone; a test holds both to one answer.
    """
    kind = unicodedata.category(character)
    if kind[0] in "MN" or not unicodedata.is_normalized("NFKD", character):
        return None
    point = ord(character)
    if _PAIRED[point]:
        if kind[0] != "L":
            return point, SEPARATOR
        return ord(han.get(character, character)), IDEOGRAPH
    if kind[0] != "L":
        return point, SEPARATOR
    return (point, LETTER) if character.lower() == character else None


@lru_cache(maxsize=1)
def folding_tables() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint8]]:
    """Give the folded character and the class for the 65,536 first code points."""
    folded = np.arange(65_536, dtype=np.uint16)
    classes = np.zeros(65_536, np.uint8)
    han = simplified_han()
    # what folds to itself by whole blocks is not asked one by one: it is two thirds
    low, high = _UNIFIED
    classes[low:high] = IDEOGRAPH
    for old, new in han.items():
        folded[ord(old)] = ord(new)
    classes[_HANGUL[0] : _HANGUL[1] + 1] = LETTER
    classes[_PRIVATE[0] : _PRIVATE[1]] = SEPARATOR
    asked = np.ones(65_536, np.bool_)
    for begin, end in (
        _UNIFIED,
        (_HANGUL[0], _HANGUL[1] + 1),
        (0xD800, 0xE000),
        _PRIVATE,
    ):
        asked[begin:end] = False
    points = np.flatnonzero(asked)
    slow = {*ZERO_WIDTH, *_APOSTROPHES, *_BARRED, *_INCHES}
    told = [
        (character not in slow and _fold_quickly(character, han))
        or _fold_point(character, han)
        for character in map(chr, points.tolist())
    ]
    folded[points], classes[points] = np.array(told).T
    return folded, classes


@lru_cache(maxsize=1)
def _translation() -> dict[int, int | None]:
    folded, classes = folding_tables()
    changed = np.flatnonzero(folded != np.arange(65_536))
    table: dict[int, int | None] = {int(p): int(folded[p]) for p in changed}
    for point in np.flatnonzero(classes == IGNORED):
        if chr(point) not in _APOSTROPHES:
            table[int(point)] = None
    return table


def fold_text(text: str) -> str:
    r"""Fold one text as the kernels do, with runs of blanks made one.

    >>> fold_text("ＷＩＲＥＬＥＳＳ  Écouteurs\u200b 藍牙")
    'wireless ecouteurs 蓝牙'
    """
    if text.isascii():  # the table only lowers these; a test holds it to that
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKC", text)
    # NFKC may compose again what the table then folds further: fold to a fixed point
    for _ in range(4):
        once = " ".join(plain.translate(_translation()).split())
        if once == plain:
            break
        plain = once
    return plain


_LIGATURES = str.maketrans({"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe"})


def spell_out(text: str) -> str:
    """Write letters that stand for two as two, as names are written without them.

    >>> spell_out("Hauptstraße")
    'Hauptstrasse'
    """
    return text.translate(_LIGATURES)


def strip_invisible(text: str) -> str:
    """Take off zero-width characters and blanks at both ends; the rest stays."""
    return "".join(c for c in text if c not in ZERO_WIDTH).strip()


def to_half_width(text: str) -> str:
    r"""Write full-width letters, digits and blanks in their usual width.

    >>> to_half_width("１３８\u3000ＡＢ")
    '138 AB'
    """
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", strip_invisible(text)).strip()


_HAN = re.compile("[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff]")
"""Ideographs, and radicals and forms that fold to one."""


def has_han(text: str) -> bool:
    """Say whether a Han character occurs."""
    return not text.isascii() and _HAN.search(text) is not None
