"""Chinese company names in one writing, and parted into house and branch."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from storekin.normalise.text import fold_text

_OPEN, _CLOSE = "([{<【〔《「", ")]}>】〕》」"
_BRACKETS = str.maketrans(_OPEN + _CLOSE, "(" * len(_OPEN) + ")" * len(_CLOSE))
_BETWEEN = "/"
_DROPPED = re.compile(r"[·.,;:、，。；：\-—_\\|'\"*&+]+")
_ADMINISTRATIVE = re.compile(
    r"(?:维吾尔自治区|壮族自治区|回族自治区|特别行政区|自治区|自治州|自治县)"
)
_MARK = "\x1f"


@dataclass(frozen=True, slots=True)
class ChineseCompany:
    """A company's name in one writing: its house, and its branch.

    ``house`` has no legal form and no 省, 市 or 县; ``branch`` is what stands behind
    the legal form, or behind a bank's or broker's name, without its ``kind``.
    """

    house: str
    branch: str
    kind: str

    def key(self) -> str:
        """Give one text for the whole: equal for two writings of one name."""
        parts = [self.house, self.branch + self.kind]
        return _BETWEEN.join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class _Words:
    places: frozenset[str]
    forms: re.Pattern[str]
    aside: re.Pattern[str]
    houses: re.Pattern[str]
    kinds: re.Pattern[str]
    banks: re.Pattern[str]
    shorts: re.Pattern[str]
    full: dict[str, str]
    renamed: re.Pattern[str]


def _longest_first(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w)))


@lru_cache(maxsize=1)
def chinese_places() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the names of provinces and of cities, without 省, 市 and the like."""
    data = _data()
    return tuple(data["provinces"]), tuple(str(data["cities"]).split())


def chinese_company_words() -> list[str]:
    """Give the words of which a name is read in a way of its own: houses, banks."""
    data = _data()
    return sorted({*data["houses"], *data["banks"], *data["shorts"]})


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    path = files("storekin.normalise").joinpath("data", "chinese_companies.toml")
    return tomllib.loads(path.read_text("utf-8"))


@lru_cache(maxsize=1)
def _words() -> _Words:
    data = _data()
    places = [place for group in chinese_places() for place in group]
    return _Words(
        places=frozenset(places),
        forms=re.compile(_longest_first(data["forms"])),
        aside=re.compile(r"\((?:" + _longest_first(data["asides"]) + r")[^()]*\)?"),
        houses=re.compile(_longest_first(data["houses"])),
        kinds=re.compile(r"(?:" + _longest_first(data["branch_kinds"]) + r")$"),
        banks=re.compile(_longest_first(data["banks"])),
        shorts=re.compile(_longest_first(data["shorts"])),
        full={**data["banks"], **data["shorts"]},
        renamed=re.compile(f"^({_longest_first(places)})商业银行"),
    )


def read_chinese_company(text: str) -> ChineseCompany | None:
    """Read a Chinese company's name; None when nothing of a name is left.

    >>> read_chinese_company("鑫達貿易（深圳）有限責任公司").key()
    '深圳鑫达贸易'
    >>> read_chinese_company("工商银行常熟市支行").key()
    '中国工商银行/常熟支行'
    """
    words = _words()
    name = fold_text(text).replace(" ", "").translate(_BRACKETS)
    place = ""
    if "(" in name:
        name = _repeated(words.aside.sub("", name))
        name, place = _leading_place(name, words)
        name = name.replace("(", "").replace(")", "")
    marked = name.count(_BETWEEN) == 1
    name = name.replace(_BETWEEN, _MARK if marked else "")
    name = _in_full(_without_administration(name, words), words)
    house, branch = _parted(name, words)
    kind = words.kinds.search(branch) if branch else None
    if kind is not None:
        branch = branch[: kind.start()]
    if place:
        house = place + house.removeprefix(place)
    if not house:
        return None
    return ChineseCompany(house, branch, kind.group() if kind is not None else "")


def _in_full(name: str, words: _Words) -> str:
    """Write banks' and other short words in full."""
    bank = words.banks.match(name)
    if bank is not None:
        name = words.full[bank.group()] + name[bank.end() :]
    if "商业银行" in name:
        name = words.renamed.sub(r"\1银行", name)
    return words.shorts.sub(lambda match: words.full[match.group()], name)


def _parted(name: str, words: _Words) -> tuple[str, str]:
    """Part a name at its mark, its first legal form, or after a bank's or broker's."""
    if _MARK in name:
        house, _, branch = name.partition(_MARK)
        return house, branch
    form = words.forms.search(name, 2)
    if form is not None:
        return name[: form.start()], words.forms.sub("", name[form.end() :])
    if words.kinds.search(name):
        found = words.houses.search(name, 1)
        if found is not None:
            return name[: found.end()], name[found.end() :]
    return name, ""


def nearly_one_company(left: str, right: str) -> bool:
    """Say whether two keys differ in words that tell no two companies apart.

    One house says 集团 or 控股 and the other does not, or one branch names its city or
    writes 区 or 路 behind its street and the other does not.

    >>> nearly_one_company("华夏银行/桐庐支行", "华夏银行/杭州桐庐支行")
    True
    >>> nearly_one_company("沪东科技", "沪西科技")
    False
    """
    one, _, one_branch = left.partition(_BETWEEN)
    other, _, other_branch = right.partition(_BETWEEN)
    if one != other:
        plain = _GROUP.sub("", one), _GROUP.sub("", other)
        return one_branch == other_branch and plain[0] == plain[1] != ""
    if not one_branch or not other_branch:
        return False
    if len(one_branch) > len(other_branch):
        one_branch, other_branch = other_branch, one_branch
    if other_branch.endswith(one_branch):
        return other_branch[: -len(one_branch)] in _words().places
    return _STREET.sub("", one_branch) == _STREET.sub("", other_branch)


_GROUP = re.compile("集团|控股")
_STREET = re.compile("(?:区|路)(?=支行|分行|营业部|分公司)")


def _repeated(name: str) -> str:
    """Drop brackets behind a name that say the name once more."""
    bare, opened, inside = name.partition("(")
    if opened and inside.endswith(")") and inside[:-1] == bare:
        return bare
    return name


def _leading_place(name: str, words: _Words) -> tuple[str, str]:
    """Take a place in brackets out of a name: 鑫达(深圳) is 深圳鑫达."""
    for match in re.finditer(r"\(([^()]*)\)", name):
        place = _ADMINISTRATIVE.sub("", match[1]).rstrip("省市县区")
        if place in words.places and match.start() > 0:
            return name[: match.start()] + name[match.end() :], place
    return name, ""


_KEEPS_ITS_END = ("超市", "城市", "门市", "都市", "夜市", "股市", "集市")
_ENDING = re.compile(r"(?<=[\u3400-\u9fff]{2})(?:省|市|县)")


def _without_administration(name: str, words: _Words) -> str:
    """Take off 省, 市, 县 and their like where they end a place's name."""
    if "自治" in name or "特别" in name:
        name = _ADMINISTRATIVE.sub("", name)
    name = _DROPPED.sub("", name)

    def kept(match: re.Match[str]) -> str:
        end = match.start()
        if any(name[max(end - n, 0) : end] in words.places for n in (2, 3, 4, 5, 6)):
            return ""
        return match.group() if name[end - 1 : end + 1] in _KEEPS_ITS_END else ""

    return _ENDING.sub(kept, name)
