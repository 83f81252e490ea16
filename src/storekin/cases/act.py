"""Acting on a case: whether a move may be made, and the event that it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storekin.cases.case import FINDINGS, GROUNDS, RULINGS, Case
from storekin.cases.clocks import appeal_closes_on
from storekin.cases.events import Actor, CaseEvent, seal
from storekin.cases.moves import Move, load_moves
from storekin.errors import CaseMoveError
from storekin.policy.model import OUTCOMES

Data = Mapping[str, Any]


def act(
    case: Case | None,
    kind: str,
    by: Actor,
    at: datetime,
    data: Data | None = None,
) -> CaseEvent:
    """Give the event of one move, if it may be made.

    The appeal's window and tries are those that the case was opened with.

    Raises:
        CaseMoveError: If it may not be made, with what may be instead.
    """
    told: Data = data or {}
    move = load_moves().moves.get(kind)
    if move is None:
        known = ", ".join(sorted(load_moves().moves))
        raise CaseMoveError(f"there is no move {kind!r}", f"use one of: {known}")
    _check_state(case, move)
    _check_actor(case, move, by)
    missing = [name for name in move.needs if told.get(name) in (None, "")]
    if missing:
        raise CaseMoveError(
            f"{kind} does not say {', '.join(missing)}", "give each of them a value"
        )
    if case is not None:
        check = _CHECKS.get(kind)
        if check is not None:
            check(case, told, by, at)
        if at < case.events[-1].at:
            raise CaseMoveError(
                "the clock of this machine stands before the case's last event",
                "set the clock, and try again",
            )
    return seal(kind, by, at, told, None if case is None else case.events[-1])


def _check_state(case: Case | None, move: Move) -> None:
    state = None if case is None else case.state
    if move.leads_from(state):
        return
    if state is None:
        raise CaseMoveError("there is no such case yet", "open it first")
    able = [one.id for one in load_moves().from_state(state)]
    fix = f"from here the case can: {', '.join(able)}" if able else "it is over"
    raise CaseMoveError(f"{move.id} is no move from {state!r}", fix)


def _check_actor(case: Case | None, move: Move, by: Actor) -> None:
    roles = load_moves().roles
    if by.role not in roles:
        raise CaseMoveError(
            f"there is no role {by.role!r}", f"use one of: {', '.join(roles)}"
        )
    if by.role not in move.roles:
        raise CaseMoveError(
            f"a {by.role} may not {move.id}",
            f"let a {' or a '.join(move.roles)} do it",
        )
    if case is None:
        return
    for earlier in move.apart_from:
        if by.key in case.actors.get(earlier, frozenset()):
            raise CaseMoveError(
                f"{by.name} made the move {earlier!r} on this decision",
                f"let somebody else {move.id}",
            )


def _check_decide(case: Case, data: Data, by: Actor, at: datetime) -> None:
    del by, at
    _tells_no_other(case, "reason", data["reason"])
    _one_of("finding", data["finding"], FINDINGS)
    _one_of("outcome", data["outcome"], (*OUTCOMES, "none"))
    if data["finding"] != "associated" and data["outcome"] != "none":
        raise CaseMoveError(
            f"{data['finding']} and the outcome {data['outcome']!r} do not go together",
            "where no rule is broken nothing follows: outcome none",
        )
    _known_evidence(case, data["evidence"])
    if data["finding"] == "associated" and not data["evidence"]:
        raise CaseMoveError(
            "a decision that two stores are associated rests on no evidence",
            "name the evidence that it rests on",
        )
    sides = (case.opened["left"], case.opened["right"])
    for store in data.get("stores") or ():
        _one_of("store", store, sides)


def _check_appeal(case: Case, data: Data, by: Actor, at: datetime) -> None:
    del by
    decision = case.decision
    if decision is None or int(data["decision"]) != decision.number:
        raise CaseMoveError(
            f"the appeal answers decision {data['decision']}, and"
            f" {decision.number if decision else 'none'} is in force",
            "answer the decision that the seller was told last",
        )
    if not case.measures:
        raise CaseMoveError(
            "no measure is in force", "there is nothing to appeal against"
        )
    grounds = data["grounds"]
    if not isinstance(grounds, list) or not grounds:
        raise CaseMoveError("the appeal has no grounds", "say which evidence, and why")
    for ground in grounds:
        for name in ("evidence", "ground", "text"):
            if not isinstance(ground, dict) or not ground.get(name):
                raise CaseMoveError(f"a ground does not say its {name}", "fill it in")
        _one_of("ground", ground["ground"], GROUNDS)
    named = [ground["evidence"] for ground in grounds]
    _known_evidence(case, named)
    if len(set(named)) < len(named):
        raise CaseMoveError(
            "two grounds are on one piece of evidence", "make one of the two"
        )
    closes = appeal_closes_on(case)
    if closes is not None and at >= closes:
        raise CaseMoveError(
            f"the window to appeal closed on {closes.date()}",
            "ask the platform to look again all the same, or go to the bodies that the"
            " statement of reasons names",
        )
    tries = case.opened.get("appeal", {}).get("tries")
    made = sum(1 for one in case.appeals if one.decision == decision.number)
    if tries is not None and made >= tries:
        raise CaseMoveError(
            f"the policy gives {tries} appeals against one decision, and they were"
            " made",
            "go to the bodies that the statement of reasons names",
        )


def _check_rule(case: Case, data: Data, by: Actor, at: datetime) -> None:
    del by, at
    _one_of("ruling", data["ruling"], RULINGS)
    appeal = case.appeal
    if appeal is None:
        raise AssertionError("a ruling without an appeal")
    answers = data["answers"]
    _tells_no_other(case, "reason", data["reason"])
    for answer in answers.values() if isinstance(answers, dict) else ():
        _tells_no_other(case, "answer", answer)
    open_ones = [
        ground.evidence
        for ground in appeal.grounds
        if not isinstance(answers, dict) or not answers.get(ground.evidence)
    ]
    if open_ones:
        raise CaseMoveError(
            f"no answer to what the appeal says of {', '.join(open_ones)}",
            "answer each ground, by the id of its evidence",
        )
    if data.get("not_same") and data["ruling"] != "overturned":
        raise CaseMoveError(
            "stores that are held apart, and a decision that is not overturned",
            "overturn it, or leave out that they are not one seller's",
        )
    if data["ruling"] == "partly":
        left = data.get("measures")
        if not isinstance(left, list):
            raise CaseMoveError(
                "a decision that is partly upheld does not say what is left of it",
                "list the measures that stay: store and outcome of each",
            )
        held = {(one.store, one.outcome) for one in case.measures}
        if {(one["store"], one["outcome"]) for one in left} == held:
            raise CaseMoveError(
                "all measures stay, so the decision is upheld", "say upheld"
            )
        for one in left:
            _one_of("outcome", one["outcome"], OUTCOMES)
            _one_of("store", one["store"], tuple(store for store, _ in sorted(held)))


def _check_close(case: Case, data: Data, by: Actor, at: datetime) -> None:
    del data, by
    if not case.measures:
        return
    closes = appeal_closes_on(case)
    if closes is not None and at < closes:
        raise CaseMoveError(
            f"the seller may appeal until {closes.date()}",
            "wait for the appeal's window to close",
        )


def _check_note(case: Case, data: Data, by: Actor, at: datetime) -> None:
    del at
    if data["private"] and by.role == "seller":
        raise CaseMoveError(
            "a seller writes no private notes", "write it as a note that is shared"
        )
    if not data["private"] and by.role != "seller":
        _tells_no_other(case, "note", data["text"])


_CHECKS = {
    "decide": _check_decide,
    "appeal": _check_appeal,
    "rule": _check_rule,
    "close": _check_close,
    "note": _check_note,
}


SHORTEST_TELLING = 4
"""Characters from which on a text that is another's is taken for its value."""


def _tells_no_other(case: Case, name: str, text: object) -> None:
    """See that what the seller will read names no value of the other store.

    Raises:
        CaseMoveError: If it does.
    """
    opened = case.opened
    own, other = "left", "right"
    if opened["store"] == opened["right"]:
        own, other = other, own
    known = {str(opened[own]), *(str(e[own]) for e in opened["evidence"])}
    secret = {str(opened[other]), *(str(e[other]) for e in opened["evidence"])}
    secret |= set(opened.get(f"{other}_listings", ()))
    for value in sorted(secret - known):
        if len(value) >= SHORTEST_TELLING and value.casefold() in str(text).casefold():
            raise CaseMoveError(
                f"the {name} would tell the seller {value!r}, which is the other"
                " store's",
                "say which kind of fact agrees, and name nothing of the other store",
            )


def _one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise CaseMoveError(
            f"there is no {name} {value!r}", f"use one of: {', '.join(known)}"
        )


def _known_evidence(case: Case, named: object) -> None:
    if not isinstance(named, list | tuple):
        raise CaseMoveError("the evidence is no list of ids", "give a list")
    known = case.evidence_ids
    unknown = [one for one in named if one not in known]
    if unknown:
        raise CaseMoveError(
            f"the case has no evidence {unknown[0]!r}",
            f"use its ids: {', '.join(known)}",
        )
