"""Figures over cases: how long, how often overturned, by which rule and evidence."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from storekin.cases.case import Appeal, Case
from storekin.cases.clocks import clocks_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many were taken or appealed, and how many of them overturned, in part too."""

    name: str
    decided: int
    appealed: int
    overturned: int
    partly: int

    @property
    def share(self) -> float | None:
        """Give the share of the decided that did not hold; None where none was."""
        if not self.decided:
            return None
        return (self.overturned + self.partly) / self.decided

    def as_json(self) -> dict[str, object]:
        """Give the rate as one JSON object."""
        return {
            "name": self.name,
            "decided": self.decided,
            "appealed": self.appealed,
            "overturned": self.overturned,
            "partly": self.partly,
            "share": None if self.share is None else round(self.share, 4),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFigures:
    """Figures over cases. Times are medians in days; None where there is none yet."""

    cases: int
    states: Mapping[str, int]
    late: int
    days_to_decision: float | None
    days_to_notice: float | None
    days_to_ruling: float | None
    rulings: Mapping[str, int]
    by_effect: tuple[Rate, ...]
    by_evidence: tuple[Rate, ...]
    grounds: Mapping[str, int]

    def as_json(self) -> dict[str, object]:
        """Give the figures as one JSON object."""
        return {
            "cases": self.cases,
            "states": dict(self.states),
            "late": self.late,
            "days_to_decision": self.days_to_decision,
            "days_to_notice": self.days_to_notice,
            "days_to_ruling": self.days_to_ruling,
            "rulings": dict(self.rulings),
            "by_effect": [one.as_json() for one in self.by_effect],
            "by_evidence": [one.as_json() for one in self.by_evidence],
            "grounds": dict(self.grounds),
        }


def figures_of(cases: Sequence[Case], now: datetime) -> CaseFigures:
    """Count over *cases*.

    A decision counts under the effect of its case and under each signal that it rests
    on; what an appeal says counts by its ground.
    """
    appeals = [appeal for case in cases for appeal in case.appeals]
    rulings = Counter(one.ruling or "open" for one in appeals)
    grounds = Counter(ground.ground for one in appeals for ground in one.grounds)
    late = sum(
        any(running.standing == "late" for running in clocks_of(case, now))
        for case in cases
        if case.state != "closed"
    )
    return CaseFigures(
        cases=len(cases),
        states=_sorted(Counter(case.state for case in cases)),
        late=late,
        days_to_decision=_median(
            case.decisions[0].at - case.opened_at for case in cases if case.decisions
        ),
        days_to_notice=_median(
            one.told_at - one.at
            for case in cases
            for one in case.decisions
            if one.told_at is not None
        ),
        days_to_ruling=_median(
            one.ruled_at - one.at for one in appeals if one.ruled_at is not None
        ),
        rulings=_sorted(rulings),
        by_effect=_rates(cases, lambda case: {str(case.opened["effect"])}),
        by_evidence=_rates(cases, _signals),
        grounds=_sorted(grounds),
    )


def _signals(case: Case) -> set[str]:
    """Give the signals that the latest decision rests on."""
    decision = case.decision
    relied = decision.evidence if decision else ()
    return {
        str(one["signal"]) for one in case.opened["evidence"] if one["id"] in relied
    }


def _rates(
    cases: Sequence[Case], names_of: Callable[[Case], set[str]]
) -> tuple[Rate, ...]:
    decided: Counter[str] = Counter()
    appealed: Counter[str] = Counter()
    ruled: dict[str, Counter[str]] = {"overturned": Counter(), "partly": Counter()}
    for case in cases:
        if not case.decisions:
            continue
        for name in names_of(case):
            decided[name] += 1
            appealed[name] += bool(case.appeals)
            last = _last_ruling(case.appeals)
            if last in ruled:
                ruled[last][name] += 1
    rates = [
        Rate(
            name=name,
            decided=decided[name],
            appealed=appealed[name],
            overturned=ruled["overturned"][name],
            partly=ruled["partly"][name],
        )
        for name in decided
    ]
    return tuple(sorted(rates, key=lambda one: (-(one.share or 0), one.name)))


def _last_ruling(appeals: Sequence[Appeal]) -> str:
    return next((one.ruling for one in reversed(appeals) if one.ruling), "")


def _median(spans: Iterable[timedelta]) -> float | None:
    days = [span / timedelta(days=1) for span in spans]
    return round(median(days), 3) if days else None


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[name] for name in sorted(counts)}
