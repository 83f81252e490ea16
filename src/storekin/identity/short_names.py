"""A short name to the legal name behind it: 万科A to 万科企业股份有限公司.

A short name takes characters of the legal name in their order, more often from its
beginning and mostly the rare ones. So each legal name that shares some is laid beside
it, character by character; what matches counts by how rare it is among the legal
names, more so where neighbours match together, and what the legal name has besides
counts a little against it.
"""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from storekin.normalise.chinese_companies import chinese_places, read_chinese_company
from storekin.normalise.text import fold_text

_TOGETHER = 0.7
_MOST_TOGETHER = 8.0
_AT_THE_HEAD = 3.5
_LETTER = 0.2
"""What a single letter counts that no neighbour matches with."""

_UNSAID, _UNSAID_TRADE = 0.15, 0.02
_MOST_UNSAID = 8.0
_TAIL = 1.0
_CANDIDATES = 40
_TOKEN = re.compile(r"[^\W_]")

Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundName:
    """A legal name that a short name may stand for; ``alike`` is at most about 1.

    It is the share of the short name's rarity that the legal name explains, with what
    speaks for it or against it besides.
    """

    name: str
    alike: float


@dataclass(frozen=True, slots=True)
class _Legal:
    tokens: Tokens
    place: int
    trade: tuple[bool, ...]


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    path = files("storekin.normalise").joinpath("data", "short_names.toml")
    return tomllib.loads(path.read_text("utf-8"))


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Match marks before and behind a short name, and words of a trade."""
    data = _data()

    def one_of(words: Sequence[str]) -> str:
        return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))

    return (
        re.compile(f"^(?:{one_of(data['before'])})(?=[\u3400-\u9fff])"),
        re.compile(f"(?:{one_of(data['behind'])})$"),
        re.compile(one_of(data["trades"].split())),
    )


def _tokens(text: str) -> Tokens:
    """Part a text into its characters, without marks and blanks."""
    return tuple(_TOKEN.findall(text))


def _short_tokens(text: str) -> list[Tokens]:
    """Give a short name without marks, and without the endings that it may add."""
    before, behind, _ = _patterns()
    name = fold_text(text).replace(" ", "")
    name = behind.sub("", before.sub("", name))
    forms = [_tokens(name)]
    forms += [
        _tokens(name.removesuffix(tail))
        for tail in _data()["tails"]
        if name.endswith(tail) and len(name) - len(tail) >= 2
    ]
    return forms


def _read_legal(name: str) -> _Legal:
    company = read_chinese_company(name)
    text = company.house if company else ""
    tokens = _tokens(text)
    place = max(
        (len(p) for group in chinese_places() for p in group if text.startswith(p)),
        default=0,
    )
    trade = [False] * len(tokens)
    for word in _patterns()[2].finditer("".join(tokens)):
        for at in range(*word.span()):
            trade[at] = True
    return _Legal(tokens, place if len(tokens) > place + 1 else 0, tuple(trade))


class LegalNames:
    """Legal names that short names are looked for among.

    >>> names = LegalNames(["万科企业股份有限公司", "康佳集团股份有限公司"])
    >>> names.find("万科A")[0].name
    '万科企业股份有限公司'
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = sorted(set(names))  # no order of theirs shows through
        self._legal = [_read_legal(name) for name in self._names]
        self._holders: dict[Tokens, list[int]] = {}
        counts: Counter[Tokens] = Counter()
        for place, legal in enumerate(self._legal):
            grams = _grams(legal.tokens)
            counts.update(grams)
            for gram in grams:
                self._holders.setdefault(gram, []).append(place)
        total = len(self._names) + 1
        self._rarity = {
            gram: math.log2(total / (count + 0.5)) for gram, count in counts.items()
        }
        self._unknown = math.log2(total / 0.5)

    def find(self, short: str, most: int = 5) -> list[FoundName]:
        """Find the likeliest legal names, likeliest first; of equal ones by name."""
        forms = [form for form in _short_tokens(short) if form]
        if not forms:
            return []
        places = {place for form in forms for place in self._candidates(form)}
        whole = sum(self._rare((token,)) for token in forms[0])
        told = [
            (
                max(
                    self._explained(form, self._legal[place])
                    + _TAIL * (len(forms[0]) - len(form))
                    for form in forms
                ),
                self._names[place],
            )
            for place in places
        ]
        told.sort(key=lambda one: (-one[0], one[1]))
        return [FoundName(name, round(score / whole, 4)) for score, name in told[:most]]

    def _rare(self, gram: Tokens) -> float:
        return self._rarity.get(gram, self._unknown)

    def _candidates(self, form: Tokens) -> list[int]:
        scores: dict[int, float] = {}
        for gram in sorted(_grams(form)):
            for place in self._holders.get(gram, ()):
                scores[place] = scores.get(place, 0.0) + self._rare(gram)
        return sorted(
            scores,
            key=lambda place: (
                -scores[place] / math.sqrt(8 + len(self._legal[place].tokens)),
                place,
            ),
        )[:_CANDIDATES]

    def _explained(self, form: Tokens, legal: _Legal) -> float:
        """Lay a short name along a legal one; give the bits that match, and do not."""
        tokens = legal.tokens
        head = _abbreviation(legal)
        best = [0.0] * (len(tokens) + 1)
        ending = [-math.inf] * (len(tokens) + 1)
        for number, token in enumerate(form):
            bits = self._rare((token,))
            new, ended = [0.0] * len(best), [-math.inf] * len(best)
            for at, other in enumerate(tokens):
                if token == other or (at == 0 and token in head):
                    begins = number == 0 and at in (0, legal.place)
                    alone = _LETTER if token.isascii() and not begins else 1.0
                    ended[at + 1] = best[at] + bits * alone + _AT_THE_HEAD * begins
                    if number and at:
                        pair = min(self._rare(tokens[at - 1 : at + 1]), _MOST_TOGETHER)
                        joined = ending[at] + bits + _TOGETHER * pair
                        ended[at + 1] = max(ended[at + 1], joined)
                new[at + 1] = max(new[at], best[at + 1], ended[at + 1])
            best, ending = new, ended
        unsaid = 0.0
        for at, token in enumerate(tokens):
            if token not in form:
                known = legal.trade[at] or at < legal.place
                bits = min(self._rare((token,)), _MOST_UNSAID)
                unsaid += bits * (_UNSAID_TRADE if known else _UNSAID)
        return best[-1] - unsaid


def _grams(tokens: Tokens) -> set[Tokens]:
    """Give the tokens, and the pairs of neighbours."""
    return {(token,) for token in tokens} | set(pairwise(tokens))


def _abbreviation(legal: _Legal) -> str:
    """Give the characters that stand for the place at the head of a name."""
    place = "".join(legal.tokens[: legal.place])
    told = _data()["abbreviations"]
    return "".join(short for short, full in told.items() if place == full)
