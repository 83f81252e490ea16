"""Cases in words and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from storekin.cases.case import Case
from storekin.cases.clocks import Running, clocks_of
from storekin.cases.moves import load_moves
from storekin.cases.seller_view import CATALOGUES, OwnEvidence, SellerView
from storekin.wording.catalog import say


def case_json(name: str, case: Case, now: datetime) -> dict[str, object]:
    """Give a case as one JSON object."""
    return {
        "case": name,
        "state": case.state,
        "opened_at": case.opened_at.isoformat(),
        "association": dict(case.opened),
        "decisions": [
            {
                "number": one.number,
                "at": one.at.isoformat(),
                "by": asdict(one.by),
                "confirmed_by": one.confirmed_by and asdict(one.confirmed_by),
                "finding": one.finding,
                "outcome": one.outcome,
                "reason": one.reason,
                "evidence": list(one.evidence),
                "measures": [asdict(m) for m in one.measures],
                "told_at": one.told_at and one.told_at.isoformat(),
            }
            for one in case.decisions
        ],
        "appeals": [
            {
                "number": one.number,
                "decision": one.decision,
                "at": one.at.isoformat(),
                "by": asdict(one.by),
                "path": one.path,
                "grounds": [asdict(g) for g in one.grounds],
                "documents": list(one.documents),
                "ruling": one.ruling or None,
                "ruled_by": one.ruled_by and asdict(one.ruled_by),
                "ruled_at": one.ruled_at and one.ruled_at.isoformat(),
                "reason": one.reason,
            }
            for one in case.appeals
        ],
        "measures": [asdict(one) for one in case.measures],
        "notes": [{**asdict(one), "at": one.at.isoformat()} for one in case.notes],
        "documents": [
            {**asdict(one), "at": one.at.isoformat()} for one in case.documents
        ],
        "clocks": [one.as_json() for one in clocks_of(case, now)],
        "moves": [one.id for one in load_moves().from_state(case.state)],
        "head": case.events[-1].digest,
    }


def view_json(view: SellerView) -> dict[str, object]:
    """Give what a seller may read as one JSON object."""
    told = asdict(view)
    told["notes"] = [
        {"at": n.at.isoformat(), "role": n.by.role, "text": n.text} for n in view.notes
    ]
    return told


def print_list(
    found: Sequence[tuple[str, Case]], folder: Path, now: datetime, language: str
) -> None:
    """Print one line a case, and what is due next."""
    if not found:
        click.echo(say(language, "case", "none", folder=folder))
    for name, case in found:
        click.echo(
            say(
                language,
                "case",
                "line",
                case=name,
                state=_state(case, language),
                left=case.opened["left"],
                right=case.opened["right"],
                effect=say(language, "effect", case.opened["effect"]),
            )
        )
        first = next(iter(_open_clocks(case, now)), None)
        if first is not None:
            click.echo(f"  {_clock_line(first, language)}")


def print_case(
    name: str,
    case: Case,
    now: datetime,
    language: str,
    elsewhere: Mapping[str, Sequence[str]],
) -> None:
    """Print a case from what was found to what may come next.

    ``elsewhere`` tells in which other stores' cases a document was given, too.
    """
    print_list([(name, case)], Path(), now, language)
    opened = case.opened
    outcome = say(language, "outcome", opened["outcome"])
    click.echo(say(language, "case", "about", store=opened["store"], outcome=outcome))
    lines = [
        f"{one['id']}  {_bits(one['bits'])}  {say(language, one['signal'], 'claim')}:"
        f" {one['left']} | {one['right']}  ({one['found_as']})"
        for one in opened["evidence"]
    ]
    _section(language, "evidence", lines)
    _section(language, "decisions", _decision_lines(case, language))
    _section(language, "appeals", _appeal_lines(case, language))
    lines = [f"{m.store}: {say(language, 'outcome', m.outcome)}" for m in case.measures]
    _section(language, "measures", lines or [say(language, "case", "no_measures")])
    running = _open_clocks(case, now)
    _section(language, "clocks", [_clock_line(one, language) for one in running])
    private = f" ({say(language, 'case', 'private')})"
    lines = [
        f"{note.at.date()} {note.by.name}{private if note.private else ''}: {note.text}"
        for note in case.notes
    ]
    _section(language, "notes", lines)
    lines = []
    for document in case.documents:
        lines.append(f"{document.digest[:12]}  {document.name}  {document.kind}")
        if document.digest in elsewhere:
            others = ", ".join(elsewhere[document.digest])
            lines.append(f"   {say(language, 'case', 'also_given', cases=others)}")
    _section(language, "documents", lines)
    lines = [
        f"{event.at.isoformat(timespec='minutes')}  {event.kind}"
        f"  {event.by.name}:{event.by.role}"
        for event in case.events
    ]
    _section(language, "timeline", lines)
    moves = ", ".join(one.id for one in load_moves().from_state(case.state))
    if moves:
        click.echo(say(language, "case", "able", moves=moves))


def _bits(bits: float | None) -> str:
    return "-" if bits is None else f"{bits:+.1f}"


def _decision_lines(case: Case, language: str) -> list[str]:
    lines = []
    for one in case.decisions:
        line = say(
            language,
            "case",
            "decision",
            number=one.number,
            finding=one.finding,
            outcome=one.outcome,
            by=one.by.name,
            date=one.at.date(),
            reason=one.reason,
        )
        lines.append(line)
        if one.confirmed_by:
            by = one.confirmed_by.name
            lines.append(f"   {say(language, 'case', 'confirmed', by=by)}")
        told = say(language, "case", "not_told")
        if one.told_at:
            told = say(language, "case", "told", date=one.told_at.date())
        lines.append(f"   {told}")
    return lines


def _appeal_lines(case: Case, language: str) -> list[str]:
    return [
        say(
            language,
            "case",
            "appeal",
            number=one.number,
            decision=one.decision,
            date=one.at.date(),
            grounds=len(one.grounds),
            ruling=say(language, "statement", f"ruling_{one.ruling}")
            if one.ruling
            else say(language, "case", "no_ruling"),
        )
        for one in case.appeals
    ]


def print_view(view: SellerView, language: str) -> None:
    """Print what a seller may read of a case."""
    state = load_moves().states[view.state][1 if language == "zh" else 0]
    click.echo(f"{view.case}  {state}  {view.store}")
    for one in view.evidence:
        if not one.against:
            strength = say(language, "statement", f"strength_{one.strength}")
            click.echo(f"  {_own_evidence(one, language)} {strength}")
    against = [one for one in view.evidence if one.against]
    if against:
        click.echo(say(language, "statement", "against"))
    for one in against:
        click.echo(f"  {_own_evidence(one, language)}")
    for note in view.notes:
        click.echo(f"  {note.at.date()} {note.by.role}: {note.text}")


def _own_evidence(one: OwnEvidence, language: str) -> str:
    said = say(language, one.signal, "claim")
    if one.signal != CATALOGUES:
        said = say(language, one.signal, one.said)
    return f"{one.id}  {said} {one.own}"


def _section(language: str, key: str, lines: Sequence[str]) -> None:
    """Print lines under their heading; nothing where there are none."""
    if not lines:
        return
    click.echo(say(language, "case", key))
    for line in lines:
        click.echo(f"  {line}")


def _state(case: Case, language: str) -> str:
    return load_moves().states[case.state][1 if language == "zh" else 0]


def _open_clocks(case: Case, now: datetime) -> list[Running]:
    if case.state == "closed":
        return []
    open_ones = ("late", "running", "paused", "unknown")
    return [one for one in clocks_of(case, now) if one.standing in open_ones]


def _clock_line(running: Running, language: str) -> str:
    title = running.clock.title_zh if language == "zh" else running.clock.title
    if running.due_at is None:
        return say(language, "case", "due_unknown", title=title)
    key = {"late": "late", "paused": "paused"}.get(running.standing, "due")
    return say(language, "case", key, title=title, date=running.due_at.date())
