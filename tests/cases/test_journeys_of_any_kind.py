"""Random moves by all roles: what must always hold of a case, holds."""

from datetime import timedelta

from case_scenes import OPENED, START
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from storekin.cases.act import act
from storekin.cases.case import Case, follow, read_case
from storekin.cases.clocks import clocks_of
from storekin.cases.events import Actor, CaseEvent, verify_chain
from storekin.cases.moves import load_moves
from storekin.cases.seller_view import view_for_seller
from storekin.cases.statement import make_statement
from storekin.errors import CaseMoveError

PEOPLE = [
    Actor(name, role)
    for name in ("kim", "lee", "roy", "ann")
    for role in load_moves().roles
]
DATA = {
    "ask_for_proof": [{"items": ["licence"]}],
    "ask_for_appeal_proof": [{"items": ["licence"]}],
    "stop_waiting": [{"reason": "x"}, {}],
    "stop_waiting_in_appeal": [{"reason": "x"}],
    "send_back": [{"reason": "look again"}],
    "decide": [
        {"finding": f, "outcome": o, "reason": "one phone", "evidence": ["e-1"]}
        for f in ("associated", "associated_and_permitted", "not_associated")
        for o in ("close_store", "associate_stores", "none")
    ],
    "notify": [{"statement": {"en": {}}}],
    "appeal": [
        {
            "decision": n,
            "grounds": [{"evidence": "e-1", "ground": "disputed", "text": "no"}],
        }
        for n in (1, 2)
    ],
    "rule": [
        {"ruling": r, "answers": {"e-1": "so"}, "reason": "so", "measures": []}
        for r in ("upheld", "partly", "overturned")
    ],
    "note": [{"text": "secret", "private": True}, {"text": "hello", "private": False}],
}


class Any_(RuleBasedStateMachine):  # noqa: N801 - hypothesis names it so
    """All roles try all moves."""

    def __init__(self) -> None:
        super().__init__()
        self.case: Case | None = None
        self.events: list[CaseEvent] = []
        self.at = START

    @initialize()
    def open(self) -> None:
        """Open the case."""
        self._make("open", Actor("zoe", "analyst"), OPENED)

    def _make(self, kind: str, by: Actor, data: object) -> bool:
        self.at += timedelta(hours=7)
        try:
            event = act(self.case, kind, by, self.at, data)  # type: ignore[arg-type]
        except CaseMoveError:
            return False
        self.events.append(event)
        self.case = follow(self.case, event)
        return True

    @rule(
        kind=st.sampled_from(sorted(load_moves().moves)),
        by=st.sampled_from(PEOPLE),
        pick=st.integers(0, 99),
    )
    def move(self, kind: str, by: Actor, pick: int) -> None:
        """Try one move; made, it did what it may, and refused it did nothing."""
        choices = DATA.get(kind, [{}])
        before = self.case
        assert before is not None
        made = self._make(kind, by, choices[pick % len(choices)])
        after = self.case
        assert after is not None
        if not made:
            assert after is before
            return
        move = load_moves().moves[kind]
        assert by.role in move.roles
        assert by.role != "auditor"
        if kind == "rule":
            decision = after.decisions[after.appeals[-1].decision - 1]
            assert by.name != decision.by.name
            if after.appeals[-1].ruling == "overturned":
                assert after.measures == decision.before
        elif kind == "confirm":
            assert after.decision is not None
            assert by.name != after.decision.by.name
        elif kind == "notify" and before.state == "decided":
            assert before.decision is not None
            assert after.measures == before.decision.measures
        else:
            assert after.measures == before.measures  # nothing else sets a measure

    @rule(pick=st.integers(0, 99), who=st.sampled_from(["kim", "lee", "roy"]))
    def go_on(self, pick: int, who: str) -> None:
        """Take a step that the table allows, so that cases get far."""
        assert self.case is not None
        able = load_moves().from_state(self.case.state)
        if able:
            move = able[pick % len(able)]
            role = "seller" if move.roles == ("seller",) else "reviewer"
            self.move(move.id, Actor("ann" if role == "seller" else who, role), pick)

    @invariant()
    def holds(self) -> None:
        """The chain is whole, two persons took what is severe, nobody is surprised."""
        if self.case is None:
            return
        verify_chain(self.events, "here")
        assert read_case(self.events) == self.case
        severe = load_moves().moves["decide"].severe
        for decision in self.case.decisions:
            if decision.told_at and decision.outcome in severe:
                assert decision.confirmed_by is not None
        told = [d for d in self.case.decisions if d.told_at]
        if self.case.measures:
            assert told  # nothing is in force that nobody was told of
        for running in clocks_of(self.case, self.at):
            if running.due_at is not None:
                assert running.due_at >= running.started_at

    @invariant()
    def tells_nothing_of_another(self) -> None:
        """What a seller reads holds no value of the other store, nor a private note."""
        if self.case is None:
            return
        told = [repr(view_for_seller(self.case, "case-0001"))]
        if self.case.decision is not None:
            told += [
                make_statement(self.case, "case-0001", language, self.at).as_text()
                for language in ("en", "zh")
            ]
        for text in told:
            for secret in ("fern-left", "Fern Handel", "+49••••01", "secret"):
                assert secret not in text


TestAnyKind = Any_.TestCase
TestAnyKind.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
