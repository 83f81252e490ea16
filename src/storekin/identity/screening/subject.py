"""One registration made comparable: the values of each kind, cleaned one by one."""

from collections.abc import Mapping
from dataclasses import dataclass

from storekin.errors import InvalidRecordError
from storekin.identity.screening.laid_out import HAN, PAPER_SETS, SIGNALS
from storekin.identity.values import SOURCES
from storekin.normalise.names import han_person_name

_BETWEEN = "\x1f"
_PHONE = SIGNALS.index("same_phone")
_PERSON = SIGNALS.index("similar_legal_person_name")
_COLUMNS = tuple(
    (source.column, kind, source.several, source.normalise)
    for kind, source in enumerate(SOURCES.values())
)
_CHECKS = tuple(source.check for source in SOURCES.values())

Record = Mapping[str, object]
Texts = tuple[tuple[str, ...], ...]
"""The distinct comparable texts of each kind, sorted; the Han writing comes last."""

PAPERS = tuple(tuple(SIGNALS.index(paper) for paper in papers) for papers in PAPER_SETS)
"""The kinds of papers in each set."""


def read_record(record: Record) -> Texts:
    """Clean a registration's values; columns that no signal reads are left alone.

    Raises:
        InvalidRecordError: If a value is neither a text nor a number.
    """
    country = str(record.get("country") or "")
    kinds: list[tuple[str, ...]] = [()] * (HAN + 1)
    for column, kind, several, normalise in _COLUMNS:
        given = record.get(column)
        if given is None or given == "":
            continue
        if isinstance(given, bool) or not isinstance(given, str | int):
            raise InvalidRecordError(
                f"{column}: {type(given).__name__} is no text", "give a text"
            )
        text = str(given)
        parts = [part.strip() for part in text.split("|")] if several else [text]
        if kind == _PHONE:
            parts = [f"{country}{_BETWEEN}{part}" for part in parts]
        found = {normal for part in parts if (normal := normalise(part)) is not None}
        if found:
            kinds[kind] = tuple(sorted(found)) if len(found) > 1 else tuple(found)
        if kind == _PERSON:
            han = han_person_name(text)
            if han:
                kinds[HAN] = (han,)
    return tuple(kinds)


def is_sound(kind: int, text: str) -> bool:
    """Say whether no check digit of a value fails."""
    check = _CHECKS[kind]
    return check is None or check(text) != "wrong"


def is_proved(kind: int, text: str) -> bool:
    """Say whether a value has a check digit, and it fits."""
    check = _CHECKS[kind]
    return check is not None and check(text) == "right"


@dataclass(frozen=True, slots=True)
class Subject:
    """A registration as it meets the known ones.

    ``codes`` number the texts that are known, -1 for others; ``registrants`` are, for
    each set of papers, those that its sound papers belong to (none of them its own),
    and ``told`` says whether it has any. ``number`` is that of a known store, or -1.
    """

    number: int
    name: str
    texts: Texts
    codes: tuple[tuple[int, ...], ...]
    registrants: tuple[tuple[int, ...], ...]
    told: tuple[bool, ...]
    person: int
