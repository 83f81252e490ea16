"""Events: all that a case is, each with the digest of the one before."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from storekin.errors import CaseChainError, CaseConflictError, InvalidRecordError

FIRST = "0" * 64
"""What stands for the digest before the first event."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and in which role."""

    name: str
    role: str

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.role.strip():
            raise InvalidRecordError(
                "an actor has no name, or no role", "write it as NAME:ROLE"
            )

    @property
    def key(self) -> str:
        """Give what one person is known by, however the name is written."""
        return " ".join(self.name.casefold().split())


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One thing that happened. ``number`` counts from 1; ``at`` is in UTC.

    ``before`` is the digest of the event before, ``digest`` that of all of this one.
    """

    number: int
    at: datetime
    kind: str
    by: Actor
    before: str
    digest: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Give the event as one line of ``events.jsonl``."""
        return {**_told(self), "digest": self.digest}


def _told(event: CaseEvent) -> dict[str, object]:
    return {
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": event.kind,
        "by": {"name": event.by.name, "role": event.by.role},
        "data": dict(event.data),
        "before": event.before,
    }


def _digest(event: CaseEvent) -> str:
    text = json.dumps(
        _told(event), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return sha256(text.encode()).hexdigest()


def seal(
    kind: str,
    by: Actor,
    at: datetime,
    data: Mapping[str, Any],
    last: CaseEvent | None,
) -> CaseEvent:
    """Make the event that follows *last*; the first one where there is none.

    Raises:
        InvalidRecordError: If the time has no zone, or the data are not JSON.
    """
    if at.tzinfo is None:
        raise InvalidRecordError("an event's time has no zone", "give it in UTC")
    try:
        # what is stored is what is digested: keys as text, numbers as they are read
        plain = json.loads(json.dumps(dict(data), ensure_ascii=False, allow_nan=False))
        json.dumps(plain, ensure_ascii=False).encode()
    except (TypeError, ValueError) as problem:
        raise InvalidRecordError(
            f"the data of {kind!r} cannot be kept: {problem}", "give plain JSON values"
        ) from problem
    event = CaseEvent(
        number=1 if last is None else last.number + 1,
        at=at.astimezone(UTC),
        kind=kind,
        by=by,
        before=FIRST if last is None else last.digest,
        digest="",
        data=plain,
    )
    return CaseEvent(
        number=event.number,
        at=event.at,
        kind=kind,
        by=by,
        before=event.before,
        digest=_digest(event),
        data=plain,
    )


def event_from_json(line: str, where: str) -> CaseEvent:
    """Read one line of ``events.jsonl``.

    Raises:
        CaseChainError: If it is no event.
    """
    try:
        told = json.loads(line)
        return CaseEvent(
            number=int(told["number"]),
            at=datetime.fromisoformat(told["at"]),
            kind=str(told["kind"]),
            by=Actor(str(told["by"]["name"]), str(told["by"]["role"])),
            before=str(told["before"]),
            digest=str(told["digest"]),
            data=dict(told["data"]),
        )
    except (ValueError, KeyError, TypeError, InvalidRecordError) as problem:
        raise CaseChainError(
            f"{where}: this is no event of a case ({problem})",
            "put the file back as it was; nothing after this line can be trusted",
        ) from problem


def verify_chain(events: Iterable[CaseEvent], where: str) -> None:
    """See that each event is whole, and follows the one before.

    Raises:
        CaseChainError: At the first that is not, or does not.
    """
    before, number, at = FIRST, 1, None
    for event in events:
        place = f"{where}, event {event.number}"
        if event.number != number:
            _broken(place, f"stands where event {number} belongs")
        if event.before != before:
            _broken(place, "does not follow the event before it")
        if _digest(event) != event.digest:
            _broken(place, "was changed after it was written")
        if at is not None and event.at < at:
            _broken(place, "is older than the event before it")
        before, number, at = event.digest, number + 1, event.at


def _broken(place: str, problem: str) -> None:
    raise CaseChainError(
        f"{place}: it {problem}",
        "put the file back as it was; nothing from here on can be trusted",
    )


def check_follows(
    case: str, last: CaseEvent | None, events: Sequence[CaseEvent]
) -> None:
    """See that *events* follow the last one kept, and one another.

    Raises:
        CaseConflictError: If they do not.
    """
    before = FIRST if last is None else last.digest
    for event in events:
        if event.before != before:
            raise CaseConflictError(
                f"{case}: somebody else acted on it in the meantime",
                "look at the case as it is now, and act again",
            )
        before = event.digest
