"""Names of persons and companies to what stays the same between two spellings."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from storekin.normalise.chinese_companies import read_chinese_company
from storekin.normalise.text import fold_text, has_han, spell_out

_LONGEST_HAN_NAME = 5
_FORENAME_TITLES = {"mr", "mrs", "ms", "dr", "miss", "prof"}


@lru_cache(maxsize=4)
def _data(name: str) -> dict[str, object]:
    path = files("storekin.normalise").joinpath("data", name)
    return tomllib.loads(path.read_text("utf-8"))


def _words(name: str, key: str) -> list[str]:
    values = _data(name)[key]
    return [str(value) for value in values] if isinstance(values, list) else []


@lru_cache(maxsize=8)
def _table(name: str, key: str) -> dict[str, str]:
    values = _data(name)[key]
    return dict(values) if isinstance(values, dict) else {}


@lru_cache(maxsize=65_536)
def normalise_person_name(text: str) -> str | None:
    """Give a person's name as sorted Latin words, the same in pinyin and in Han.

    The order of family and given name, case, commas and traditional characters do
    not matter. Two names of one reading give one key: the comparison weighs that.

    >>> {normalise_person_name(n) for n in ("王伟", "Wang Wei", "WANG, Wei", "王偉")}
    {'wang wei'}
    """
    folded = fold_text(_UMLAUT.sub(r"\1v\2", spell_out(text)))
    if has_han(folded):
        han = "".join(c for c in folded if "\u3400" <= c <= "\u9fff")
        return " ".join(sorted(_read_han_name(han)))
    words = [
        _plain_syllable(word)
        for word in _LETTERS.findall(folded.replace("'", "").replace("’", ""))
        if word not in _FORENAME_TITLES
    ]
    if not words:
        return None
    if len(words) > 2 and all(word in _syllables() for word in words[1:]):
        if words[0] in _double_names():
            words = [words[0], "".join(words[1:])]
        elif words[0] in _syllables():
            words = _join_given(words)
    return " ".join(sorted(words))


_LETTERS = re.compile(r"[^\W\d_]+")
_UMLAUT = re.compile(r"\b([ln])[üǖǘǚǜ](e?)\b", re.IGNORECASE)
"""Syllables in which ü is a vowel of its own: Lü is written Lv or Lyu, never Lu."""


@lru_cache(maxsize=65_536)
def han_person_name(text: str) -> str | None:
    """Give the simplified Han characters of a name; None when it has none.

    >>> han_person_name("王偉 (Wang Wei)")
    '王伟'
    """
    han = "".join(c for c in fold_text(text) if "\u3400" <= c <= "\u9fff")
    return han or None


def _plain_syllable(word: str) -> str:
    """Write ü as pinyin keyboards do: Lü, Lyu and Lv are one name."""
    return {"lyu": "lv", "nyu": "nv", "lue": "lve", "nue": "nve"}.get(word, word)


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    """Collect the syllables of Mandarin from the readings of all Han characters."""
    from pypinyin import Style, pinyin

    characters = [chr(point) for point in range(0x4E00, 0x9FA6)]
    readings = pinyin(characters, style=Style.NORMAL, heteronym=True, errors="ignore")
    return frozenset(reading for group in readings for reading in group)


@lru_cache(maxsize=1)
def _family_names() -> frozenset[str]:
    common = (
        "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao"
        " luo zheng liang xie song tang han deng feng cao peng zeng xiao tian dong pan"
        " yuan cai jiang yu du ye cheng wei su lv ding ren lu yao shen zhong cui tan"
        " fan liao shi jin jia xia fu fang zou xiong bai meng qin qiu hou lei"
        " qian yin long"
    )
    return frozenset(common.split()) | frozenset(
        _table("surnames.toml", "readings").values()
    )


@lru_cache(maxsize=1)
def _double_names() -> frozenset[str]:
    return frozenset(_table("surnames.toml", "double").values())


def _join_given(words: list[str]) -> list[str]:
    """Join a given name that is written syllable by syllable: Wang Xiao Ming."""
    if words[0] not in _family_names() and words[-1] in _family_names():
        return ["".join(words[:-1]), words[-1]]
    return [words[0], "".join(words[1:])]


def _read_han_name(han: str) -> list[str]:
    double = _table("surnames.toml", "double")
    readings = _table("surnames.toml", "readings")
    if len(han) > _LONGEST_HAN_NAME:
        return [_read_syllables(han)]
    width = 2 if han[:2] in double and len(han) > 2 else 1
    family = double.get(han[:2]) if width == 2 else readings.get(han[0])
    if family is None:
        family = _read_syllables(han[:width])
    given = _read_syllables(han[width:])
    return [part for part in (_plain_syllable(family), given) if part]


@lru_cache(maxsize=65_536)
def _read_syllables(han: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return "".join(
        _plain_syllable(part) for part in lazy_pinyin(han, style=Style.NORMAL)
    )


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A company's name: what distinguishes it, and its legal form apart."""

    core: str
    legal_form: str


@lru_cache(maxsize=1)
def latin_forms() -> tuple[str, ...]:
    """Give the legal forms of Latin names in plain words, longest first."""
    return tuple(sorted(_words("legal_forms.toml", "latin"), key=len, reverse=True))


@lru_cache(maxsize=1)
def _latin_form_behind() -> re.Pattern[str]:
    """Match the longest legal form that ends a name of plain words."""
    return re.compile(" (" + "|".join(map(re.escape, latin_forms())) + ")$")


@lru_cache(maxsize=1)
def _cjk_suffixes() -> tuple[str, ...]:
    """Give the legal forms of CJK names as folded text holds them, longest first."""
    forms = {fold_text(w) for w in _words("legal_forms.toml", "cjk_suffixes")}
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


@lru_cache(maxsize=1)
def _cjk_prefixes() -> tuple[str, ...]:
    forms = {fold_text(w) for w in _words("legal_forms.toml", "cjk_prefixes")}
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


_WORD = re.compile(r"[^\W_]+")
_DOTTED = re.compile(r"(?<!\w)(?:[a-z]\.){2,}[a-z]?(?!\w)")


@lru_cache(maxsize=65_536)
def split_company_name(text: str) -> CompanyName | None:
    """Part a company's name from its legal form; None when nothing is left.

    >>> split_company_name("Shenzhen Xinda Trading Co., Ltd.")
    CompanyName(core='shenzhen xinda trading', legal_form='co ltd')
    >>> split_company_name("深圳市鑫達貿易有限公司").core
    '深圳市鑫达贸易'
    """
    folded = fold_text(spell_out(text))
    folded = _DOTTED.sub(lambda match: match.group().replace(".", ""), folded)
    forms: list[str] = []
    changed = True
    while changed and not folded.isascii():
        changed = False
        for form in _cjk_suffixes():
            if folded.endswith(form) and len(folded) > len(form):
                folded = folded[: -len(form)].rstrip(" ()-,.")
                forms.append(form)
                changed = True
                break
        for form in _cjk_prefixes():
            if folded.startswith(form) and len(folded) > len(form):
                folded = folded[len(form) :].lstrip(" ()-,.")
                forms.append(form)
                changed = True
                break
    words = " ".join(_WORD.findall(folded.replace("&", " and ")))
    while (end := _latin_form_behind().search(words)) is not None:
        words = words[: end.start()]
        forms.insert(0, end[1])
    core = words.strip()
    return CompanyName(core, " ".join(forms)) if core else None


_JAPANESE_OR_KOREAN = re.compile(
    "[\u3040-\u30ff\uac00-\ud7af]|株式|[会會]社|[(（][株有][)）]|㈱|㈲"
)


def normalise_company_name(text: str) -> str | None:
    """Give what distinguishes a company's name, without its legal form.

    A Chinese name's branch stands behind a stroke: a bank's branches are not one.

    >>> normalise_company_name("GOLDEN LEAF TRADING COMPANY LIMITED")
    'golden leaf trading'
    >>> normalise_company_name("工商银行常熟市支行")
    '中国工商银行/常熟支行'
    """
    if has_han(text) and not _JAPANESE_OR_KOREAN.search(text):
        company = read_chinese_company(text)
        return company.key() if company else None
    name = split_company_name(text)
    return name.core if name else None
