"""A case as its events make it: state, decisions, appeals, measures, documents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from storekin.cases.events import Actor, CaseEvent
from storekin.cases.moves import load_moves
from storekin.errors import CaseChainError

Finding = Literal["associated", "associated_and_permitted", "not_associated"]
FINDINGS: tuple[Finding, ...] = (
    "associated",
    "associated_and_permitted",
    "not_associated",
)
"""What a person may find: that two stores are associated is one thing, that a rule
forbids it another."""

RULINGS = ("upheld", "partly", "overturned")
GROUNDS = ("disputed", "corrected", "accepted")
"""What an appeal says of a piece of evidence."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is in force against a store."""

    store: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision; ``number`` counts from 1, and appeals name it.

    ``before`` are the measures that were in force when it was taken: overturning
    restores them.
    """

    number: int
    at: datetime
    by: Actor
    finding: str
    outcome: str
    reason: str
    evidence: tuple[str, ...]
    measures: tuple[Measure, ...]
    before: tuple[Measure, ...]
    confirmed_by: Actor | None = None
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What an appeal says of one piece of evidence, and the answer to it."""

    evidence: str
    ground: str
    text: str
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An appeal against one decision; ``ruling`` is empty until there is one."""

    number: int
    decision: int
    at: datetime
    by: Actor
    path: str
    grounds: tuple[Ground, ...]
    documents: tuple[str, ...] = ()
    ruling: str = ""
    ruled_by: Actor | None = None
    ruled_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody wrote down; a ``private`` one is never shown to a seller."""

    at: datetime
    by: Actor
    text: str
    private: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file of the case, by the digest of its bytes (SHA-256, hex)."""

    digest: str
    name: str
    size: int
    kind: str
    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that the events say. ``opened`` holds the association as it was found.

    ``measures`` are in force now; ``actors`` tells who made which move on the decision
    in question.
    """

    state: str
    opened: Mapping[str, Any]
    opened_at: datetime
    events: tuple[CaseEvent, ...]
    decisions: tuple[Decision, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    measures: tuple[Measure, ...] = ()
    notes: tuple[Note, ...] = ()
    documents: tuple[Document, ...] = ()
    actors: Mapping[str, frozenset[str]]

    @property
    def decision(self) -> Decision | None:
        """Give the latest decision; None before the first."""
        return self.decisions[-1] if self.decisions else None

    @property
    def appeal(self) -> Appeal | None:
        """Give the latest appeal; None before the first."""
        return self.appeals[-1] if self.appeals else None

    @property
    def evidence_ids(self) -> tuple[str, ...]:
        """Give the ids of the evidence that the case was opened with."""
        return tuple(str(one["id"]) for one in self.opened["evidence"])


def read_case(events: Sequence[CaseEvent], where: str = "the case") -> Case:
    """Compute a case from its events.

    Raises:
        CaseChainError: If there are none, or one could not have happened.
    """
    if not events:
        raise CaseChainError(f"{where}: there are no events", "open the case first")
    case: Case | None = None
    for event in events:
        case = follow(case, event, where)
    if case is None:
        raise AssertionError("events, and no case")
    return case


def follow(case: Case | None, event: CaseEvent, where: str = "the case") -> Case:
    """Give the case after one more event.

    Raises:
        CaseChainError: If the table of moves has no such move from its state.
    """
    move = load_moves().moves.get(event.kind)
    state = None if case is None else case.state
    if move is None or not move.leads_from(state):
        raise CaseChainError(
            f"{where}, event {event.number}: {event.kind!r} is no move from"
            f" {state or 'nothing'}",
            "put the file back as it was; nothing from here on can be trusted",
        )
    if case is None:
        case = Case(
            state=event.kind,
            opened=event.data,
            opened_at=event.at,
            events=(),
            actors={},
        )
    apply = _EFFECTS.get(event.kind)
    changed = case if apply is None else apply(case, event)
    actors = dict(changed.actors)
    if event.kind == "decide":
        actors = {}  # a decision anew is other persons' decision
    actors[event.kind] = actors.get(event.kind, frozenset()) | {event.by.key}
    return replace(
        changed,
        state=move.state_after(case.state, event.data),
        events=(*case.events, event),
        actors=actors,
    )


def _decide(case: Case, event: CaseEvent) -> Case:
    data = event.data
    stores = (
        data.get("stores") or [case.opened["store"]]
        if data["finding"] == "associated" and data["outcome"] != "none"
        else []
    )
    decision = Decision(
        number=len(case.decisions) + 1,
        at=event.at,
        by=event.by,
        finding=data["finding"],
        outcome=data["outcome"],
        reason=data["reason"],
        evidence=tuple(data["evidence"]),
        measures=tuple(Measure(store, data["outcome"]) for store in stores),
        before=case.measures,
    )
    return replace(case, decisions=(*case.decisions, decision))


def _latest_decision(case: Case, **changed: object) -> Case:
    *rest, last = case.decisions
    return replace(case, decisions=(*rest, replace(last, **changed)))  # type: ignore[arg-type] # named by the callers


def _confirm(case: Case, event: CaseEvent) -> Case:
    return _latest_decision(case, confirmed_by=event.by)


def _send_back(case: Case, event: CaseEvent) -> Case:
    del event  # who sent it back, and why, the event itself says
    return replace(case, decisions=case.decisions[:-1])


def _notify(case: Case, event: CaseEvent) -> Case:
    """Nothing is in force against a store before its seller was told."""
    decision = case.decision
    if decision is None or decision.told_at is not None:
        return case
    told = _latest_decision(case, told_at=event.at)
    return replace(told, measures=decision.measures)


def _appeal(case: Case, event: CaseEvent) -> Case:
    data = event.data
    appeal = Appeal(
        number=len(case.appeals) + 1,
        decision=int(data["decision"]),
        at=event.at,
        by=event.by,
        path=str(data.get("path") or ""),
        grounds=tuple(
            Ground(evidence=g["evidence"], ground=g["ground"], text=g["text"])
            for g in data["grounds"]
        ),
        documents=tuple(data.get("documents") or ()),
    )
    return replace(case, appeals=(*case.appeals, appeal))


def _rule(case: Case, event: CaseEvent) -> Case:
    data = event.data
    *rest, last = case.appeals
    ruled = replace(
        last,
        ruling=data["ruling"],
        ruled_by=event.by,
        ruled_at=event.at,
        reason=data["reason"],
        grounds=tuple(
            replace(ground, answer=data["answers"][ground.evidence])
            for ground in last.grounds
        ),
    )
    decision = case.decisions[last.decision - 1]
    measures = case.measures
    if data["ruling"] == "overturned":
        measures = decision.before
    elif data["ruling"] == "partly":
        # what is left of it is told by the ruling
        measures = tuple(
            Measure(one["store"], one["outcome"]) for one in data["measures"]
        )
    return replace(case, appeals=(*rest, ruled), measures=measures)


def _note(case: Case, event: CaseEvent) -> Case:
    note = Note(
        at=event.at,
        by=event.by,
        text=event.data["text"],
        private=bool(event.data["private"]),
    )
    return replace(case, notes=(*case.notes, note))


def _add_document(case: Case, event: CaseEvent) -> Case:
    data = event.data
    document = Document(
        digest=data["digest"],
        name=data["name"],
        size=int(data["size"]),
        kind=str(data.get("kind") or ""),
        by=event.by,
        at=event.at,
    )
    return replace(case, documents=(*case.documents, document))


_EFFECTS: Mapping[str, Callable[[Case, CaseEvent], Case]] = {
    "decide": _decide,
    "confirm": _confirm,
    "send_back": _send_back,
    "notify": _notify,
    "appeal": _appeal,
    "rule": _rule,
    "note": _note,
    "add_document": _add_document,
}


def speaks_for(evidence: Mapping[str, Any]) -> bool:
    """Say whether a piece of evidence speaks for an association.

    What a check told has no bits: it agreed, and nobody weighed it.
    """
    bits = evidence["bits"]
    return bits is None or bits > 0


def notes_for(case: Case, role: str) -> tuple[Note, ...]:
    """Give the notes that a role may read."""
    return tuple(n for n in case.notes if role != "seller" or not n.private)
