"""Clocks: how long each step of a case may take, and where each stands."""

import calendar
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from storekin.cases.case import Case, follow
from storekin.cases.events import CaseEvent
from storekin.policy.model import Policy

_LENGTH = re.compile(r"P(\d{1,4})([DM])")
_SATURDAY = 5
_BY_POLICY = "policy"
_TOLD_NEXT = ("decided", "ruled")

Standing = Literal["running", "paused", "late", "met", "missed", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClock:
    """One clock of the table: see ``data/clocks.toml``.

    Its ``calendar`` counts all ``days``, or ``weekdays``, from Monday to Friday.
    """

    id: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    length: str
    source: str
    title: str
    title_zh: str
    pauses_in: tuple[str, ...] = ()
    most_paused: str = ""
    warn: str = ""
    only_in: str = ""
    calendar: str = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where a clock stands. ``due_at`` is None where its length is not known.

    ``warns`` from the day on which little of it is left.
    """

    clock: CaseClock
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    standing: Standing
    warns: bool

    def as_json(self) -> dict[str, object]:
        """Give the clock as one JSON object."""
        return {
            "clock": self.clock.id,
            "started_at": self.started_at.isoformat(),
            "due_at": self.due_at and self.due_at.isoformat(),
            "ended_at": self.ended_at and self.ended_at.isoformat(),
            "standing": self.standing,
            "warns": self.warns,
            "source": self.clock.source,
        }


def later(at: datetime, length: str, calendar_of: str = "days") -> datetime:
    """Give the time that an ISO 8601 length of days or months is after *at*.

    A month ends on the day of the same number, or on the last that there is. Of
    ``weekdays`` Saturdays and Sundays do not count.

    >>> from datetime import UTC
    >>> later(datetime(2026, 1, 31, tzinfo=UTC), "P1M").date().isoformat()
    '2026-02-28'
    >>> later(datetime(2026, 1, 2, tzinfo=UTC), "P1D", "weekdays").date().isoformat()
    '2026-01-05'
    """
    found = _LENGTH.fullmatch(length)
    if found is None:
        raise ValueError(f"{length!r} is no length of days or months")
    count = int(found[1])
    if found[2] == "D" and calendar_of == "weekdays":
        while count:
            at += timedelta(days=1)
            count -= at.weekday() < _SATURDAY
        return at
    if found[2] == "D":
        return at + timedelta(days=count)
    month = at.month - 1 + count
    year, month = at.year + month // 12, month % 12 + 1
    day = min(at.day, calendar.monthrange(year, month)[1])
    return at.replace(year=year, month=month, day=day)


def later_day(day: date, length: str) -> date:
    """Give the day that a length is after *day*."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return later(at, length).date()


@lru_cache(maxsize=1)
def load_clocks() -> tuple[CaseClock, ...]:
    """Read the shipped clocks."""
    text = files("storekin.cases").joinpath("data", "clocks.toml").read_text("utf-8")
    found = []
    for name, row in tomllib.loads(text).items():
        if isinstance(row, dict):
            lists = {
                key: tuple(row.get(key, ())) for key in ("starts", "ends", "pauses_in")
            }
            found.append(CaseClock(id=name, **{**row, **lists}))
    return tuple(found)


def appeal_length(policy: Policy) -> str:
    """Give how long the seller may appeal: by the policy, or the law stacked on it.

    The longer of the two where both say it; empty where neither does.
    """
    law = next((one for one in policy.clocks if one.id == "complaint"), None)
    days = policy.appeal.window_days or 0
    if law is None:
        return f"P{days}D" if days else ""
    by_law = f"P{law.months}M" if law.months else f"P{law.days}D"
    shortest_month = 28
    in_days = law.months * shortest_month if law.months else law.days
    return f"P{days}D" if days > in_days else by_law


def appeal_closes_on(case: Case) -> datetime | None:
    """Give when the window to appeal closes; None where it is not known, or not open.

    It runs from when the seller was told of the decision, or of the last ruling on it.
    """
    told = [event.at for event in case.events if event.kind == "notify"]
    length = _window(case)
    return later(told[-1], length) if told and length else None


def _window(case: Case) -> str:
    return str(case.opened.get("appeal", {}).get("length") or "")


def clocks_of(case: Case, now: datetime) -> list[Running]:
    """Tell where each clock of a case stands at *now*, those that run first."""
    states = _states(case.events)
    found = []
    for clock in load_clocks():
        starts = [
            n
            for n, event in enumerate(case.events)
            if event.kind in clock.starts and _counts(clock, states[n])
        ]
        found += [_stand(clock, case, states, begin, now) for begin in starts]
    order = {"late": 0, "running": 1, "paused": 2, "unknown": 3, "missed": 4, "met": 5}
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(
        found, key=lambda one: (order[one.standing], one.due_at or far, one.clock.id)
    )


def _states(events: Sequence[CaseEvent]) -> list[str]:
    """Give the state after each event."""
    case: Case | None = None
    states = []
    for event in events:
        case = follow(case, event)
        states.append(case.state)
    return states


def _counts(clock: CaseClock, state: str) -> bool:
    if not clock.only_in:
        return True
    return state in (_TOLD_NEXT if clock.only_in == "told_next" else (clock.only_in,))


def _stand(
    clock: CaseClock,
    case: Case,
    states: Sequence[str],
    begin: int,
    now: datetime,
) -> Running:
    events = case.events
    started = events[begin].at
    end = next(
        (n for n in range(begin + 1, len(events)) if events[n].kind in clock.ends), None
    )
    until = now if end is None else events[end].at
    paused = timedelta(0)
    last = end if end is not None else len(events)
    for n in range(begin, last):
        if states[n] in clock.pauses_in:
            resumed = events[n + 1].at if n + 1 < len(events) else until
            paused += min(resumed, until) - events[n].at
    length = clock.length
    if length == _BY_POLICY:
        length = _window(case)
    if not length:
        return Running(
            clock=clock,
            started_at=started,
            due_at=None,
            ended_at=None if end is None else events[end].at,
            standing="unknown" if end is None else "met",
            warns=False,
        )
    if clock.most_paused:
        paused = min(paused, later(started, clock.most_paused) - started)
    due = later(started, length, clock.calendar) + paused
    standing: Standing
    if end is not None:
        # what must be done at once is done in the same hour
        slack = timedelta(hours=1) if length == "P0D" else timedelta(0)
        standing = "met" if events[end].at <= due + slack else "missed"
    elif states[-1] in clock.pauses_in and now < due:
        standing = "paused"
    else:
        standing = "running" if now <= due else "late"
    warns = (
        end is None
        and bool(clock.warn)
        and now >= due - (later(started, clock.warn) - started)
    )
    return Running(
        clock=clock,
        started_at=started,
        due_at=due,
        ended_at=None if end is None else events[end].at,
        standing=standing,
        warns=warns,
    )
