"""How two values of a kind compare: levels, from equal down to different."""

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from storekin.identity.linking.columns import Kind

Levels = npt.NDArray[np.int64]

LEVELS: dict[Kind, tuple[str, ...]] = {
    "person_name": (
        "all words that both could share",
        "two words and others that differ",
        "one word and a near one",
        "one word, a near one, others that differ",
        "one word and an initial",
        "two near words",
        "one word",
        "one word and others that differ",
        "one near word",
        "no word",
    ),
    "company_name": (
        "equal",
        "nearly equal",
        "the words of one in the other",
        "much alike",
        "alike",
        "most words of one in the other",
        "different",
    ),
    "date": (
        "equal",
        "one digit off, or day and month swapped",
        "the same year",
        "the same day of the year",
        "two digits off",
        "different",
    ),
    "place": ("equal", "nearly equal", "much alike", "alike", "different"),
    "postal_code": (
        "equal",
        "one character off",
        "two characters off",
        "the same beginning",
        "different",
    ),
    "phone": ("equal", "one digit off", "different"),
    "email": ("equal", "the same name", "nearly equal", "alike", "different"),
    "identifier": ("equal", "one character off", "different"),
    "other": ("equal", "nearly equal", "different"),
}
"""The levels of each kind, from equal to different."""


CHANCE: dict[Kind, float] = {
    "person_name": 0.002,
    "company_name": 0.002,
    "date": 0.005,
    "place": 0.03,
    "postal_code": 0.01,
    "phone": 0.001,
    "email": 0.001,
    "identifier": 0.0005,
    "other": 0.2,
}
"""How often two of different people, companies or places are usually at the first
level: what is taken where a table is too small to learn it from."""


def compare_values(kind: Kind, left: list[str], right: list[str]) -> Levels:
    """Give the level of each pair of distinct values; symmetric."""
    return _COMPARE[kind](left, right)


def _names(left: list[str], right: list[str]) -> Levels:
    return np.array(
        [
            _name_level(list(dict.fromkeys(a.split())), list(dict.fromkeys(b.split())))
            for a, b in zip(left, right, strict=True)
        ],
        np.int64,
    )


def shared_words(left: str, right: str) -> list[str]:
    """Give the words that two names have in common.

    >>> shared_words("anna maria", "anna mary")
    ['anna']
    """
    other = set(right.split())
    return [word for word in left.split() if word in other]


def _name_level(left: list[str], right: list[str]) -> int:
    rest = [word for word in left if word not in right]
    others = [word for word in right if word not in left]
    equal = len(left) - len(rest)
    near, initials = _match_rest(rest, others)
    apart = bool(rest) and bool(others)
    if equal >= 2:
        return 1 if apart else 0
    if equal == 1:
        if near:
            return 3 if apart else 2
        if initials:
            return 4
        return 7 if apart else 6
    if near:
        return 5 if near >= 2 else 8
    return 9


def _match_rest(rest: list[str], others: list[str]) -> tuple[int, int]:
    """Pair what is left of two names, and take it out; count near and initial."""
    from rapidfuzz.distance import JaroWinkler

    likely = []
    for a in rest:
        for b in others:
            if len(a) == 1 or len(b) == 1:
                if a[0] == b[0]:
                    likely.append((0.5, a, b))
                continue
            alike = JaroWinkler.similarity(a, b)
            begins = min(len(a), len(b)) >= 3 and (a.startswith(b) or b.startswith(a))
            if alike >= _NEAR_WORD or begins:
                likely.append((max(alike, _NEAR_WORD), a, b))
    near = initials = 0
    likely.sort(key=lambda found: (-found[0], *sorted(found[1:])))
    for alike, a, b in likely:
        if a in rest and b in others:
            rest.remove(a)
            others.remove(b)
            if alike >= _NEAR_WORD:
                near += 1
            else:
                initials += 1
    return near, initials


_NEAR_WORD = 0.87


def _equal(left: list[str], right: list[str]) -> npt.NDArray[np.bool_]:
    return np.array([a == b for a, b in zip(left, right, strict=True)], np.bool_)


def _distance(left: list[str], right: list[str]) -> npt.NDArray[np.float64]:
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cpdist

    return np.asarray(cpdist(left, right, scorer=OSA.distance), np.float64)


def _winkler(left: list[str], right: list[str]) -> npt.NDArray[np.float64]:
    from rapidfuzz.distance import JaroWinkler
    from rapidfuzz.process import cpdist

    return np.asarray(
        cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float64)
    )


def _words(left: list[str], right: list[str], *, sets: bool) -> npt.NDArray[np.float64]:
    from rapidfuzz.fuzz import token_set_ratio, token_sort_ratio
    from rapidfuzz.process import cpdist

    scorer = token_set_ratio if sets else token_sort_ratio
    return np.asarray(cpdist(left, right, scorer=scorer, dtype=np.float64)) / 100


def _companies(left: list[str], right: list[str]) -> Levels:
    inside, alike = _words(left, right, sets=True), _words(left, right, sets=False)
    tests = [
        _equal(left, right),
        alike >= 0.9,
        inside >= 0.95,
        alike >= 0.75,
        alike >= 0.6,
        inside >= 0.7,
    ]
    return np.select(tests, range(6), 6)


def _places(left: list[str], right: list[str]) -> Levels:
    alike = _words(left, right, sets=False)
    numbers = [
        (set(re.findall(r"\d+", a)), set(re.findall(r"\d+", b)))
        for a, b in zip(left, right, strict=True)
    ]
    same = np.array([a == b for a, b in numbers], np.bool_)
    some = np.array([bool(a & b) or not (a or b) for a, b in numbers], np.bool_)
    tests = [
        _equal(left, right),
        (alike >= 0.85) & same,
        (alike >= 0.7) & some,
        alike >= 0.55,
    ]
    return np.select(tests, range(4), 4)


def _dates(left: list[str], right: list[str]) -> Levels:
    off = _distance(left, right)
    parts = [(a.split("-"), b.split("-")) for a, b in zip(left, right, strict=True)]
    swapped = [a[:1] == b[:1] and a[1:] == b[:0:-1] for a, b in parts]
    year = [a[0] == b[0] for a, b in parts]
    day = [len(a) > 1 and a[1:] == b[1:] for a, b in parts]
    tests = [
        off == 0,
        (off == 1) | np.array(swapped, np.bool_),
        np.array(year, np.bool_),
        np.array(day, np.bool_),
        off == 2,
    ]
    return np.select(tests, range(5), 5)


def _postal_codes(left: list[str], right: list[str]) -> Levels:
    off = _distance(left, right)
    start = [
        a.split(" ")[0][:3] == b.split(" ")[0][:3]
        for a, b in zip(left, right, strict=True)
    ]
    tests = [off == 0, off == 1, off == 2, np.array(start, np.bool_)]
    return np.select(tests, range(4), 4)


def _identifiers(left: list[str], right: list[str]) -> Levels:
    off = _distance(left, right)
    return np.select([off == 0, off == 1], range(2), 2)


def _mailboxes(left: list[str], right: list[str]) -> Levels:
    alike = _winkler(left, right)
    name = [
        a.partition("@")[0] == b.partition("@")[0]
        for a, b in zip(left, right, strict=True)
    ]
    tests = [
        _equal(left, right),
        np.array(name, np.bool_),
        alike >= 0.92,
        alike >= 0.85,
    ]
    return np.select(tests, range(4), 4)


def _others(left: list[str], right: list[str]) -> Levels:
    return np.select([_equal(left, right), _winkler(left, right) >= 0.9], range(2), 2)


_COMPARE: dict[Kind, Callable[[list[str], list[str]], Levels]] = {
    "person_name": _names,
    "company_name": _companies,
    "date": _dates,
    "place": _places,
    "postal_code": _postal_codes,
    "phone": _identifiers,
    "email": _mailboxes,
    "identifier": _identifiers,
    "other": _others,
}
