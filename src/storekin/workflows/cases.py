"""Cases as a person works on them: opened from a report, moved, told of, verified."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from random import uniform
from time import sleep
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from storekin.cases.act import act
from storekin.cases.case import Case, Document, follow, read_case, speaks_for
from storekin.cases.clocks import appeal_length, clocks_of
from storekin.cases.events import Actor
from storekin.cases.seller_view import CATALOGUES
from storekin.cases.statement import (
    StatementOfReasons,
    make_statement,
    transparency_record,
)
from storekin.errors import (
    CaseConflictError,
    CaseMoveError,
    UnknownPolicyError,
    UnknownStoreError,
    UnreadableFileError,
)
from storekin.normalise.images import SUFFIXES
from storekin.policy.load import find_policies
from storekin.policy.model import Policy, Rule
from storekin.records.evidence import evidence_id
from storekin.records.masking import mask_value
from storekin.storage.ports import CaseRepository
from storekin.wording.catalog import LANGUAGES, load_words

Data = Mapping[str, Any]

_AGE = "_age"
"""The end of the name of a clock that says how old a document may be."""

_ALIKE = pa.array(["identical", "highly_similar"])

MOST_TRIES = 20
"""How often a note or a document is tried again where others act at the same time."""

_WAIT, _LONGEST_WAIT = 0.001, 0.2
"""Seconds before the first of these tries, and before any, at the most."""


def now() -> datetime:
    """Give this moment, in UTC."""
    return datetime.now(tz=UTC)


def open_case(
    cases: CaseRepository,
    report: Path,
    left: str,
    right: str,
    by: Actor,
    *,
    at: datetime,
    effect: str = "",
    policy: str = "",
    after_notice: bool = False,
) -> tuple[str, Case]:
    """Open a case on an association of a report; give its name, and the case.

    It is about the later store, or about *right* where the report names none. A
    registration that was refused before it opened is a case, too: its *report* is what
    ``check registration --json`` printed. The policy is that of the report; a file or
    folder of your own is named by *policy*. ``after_notice`` says that somebody
    reported it: the seller is told so, and not who.

    Raises:
        UnreadableFileError: If *report* is no result of a scan.
        UnknownStoreError: If it associates no such stores.
        UnknownPolicyError: If the policy is not what it was.
        CaseMoveError: If *by* may not open cases.
    """
    if report.is_file():
        found = _refusal(report, left, right)
        name = policy or str(found["policy"])
    else:
        found = _association(report, left, right, effect)
        name = policy or str(_summary(report)["policy"]["name"])
    rules = _version_of(policy or name.partition("@")[0], found)
    store = str(found.get("later") or right)
    data = {
        "left": found["left"],
        "right": found["right"],
        "store": store,
        "platform": rules.platform,
        "policy": found["policy"],
        "policy_name": name,
        "digest": found["digest"],
        "event_on": found.get("event_on"),
        "effect": found["effect"],
        "outcome": found["outcome"],
        "after_notice": after_notice,
        "territory": list(rules.territory),
        "evidence": [
            _as_told(one, number) for number, one in enumerate(found["evidence"], 1)
        ],
        "rule": _rule(rules, found),
        "appeal": _appeal(rules),
        "laws": [
            {"id": duty.id, "because": duty.because, "because_zh": duty.because_zh}
            for duty in rules.duties
        ],
        **_listings(report, found),
    }
    first = act(None, "open", by, at, data)
    case = cases.create(first)
    return case, read_case([first])


def move_case(
    cases: CaseRepository,
    name: str,
    kind: str,
    by: Actor,
    *,
    at: datetime | None = None,
    data: Data | None = None,
) -> Case:
    """Make one move on a case, and give it as it is then.

    At the moment given, or now: after the case was read, so that whatever another one
    did while it was read does not stand after it.

    Raises:
        CaseMoveError: If it may not be made.
        CaseConflictError: If somebody else acted on it at the same time.
    """
    case = read_case(cases.load(name), name)
    event = act(case, kind, by, at or now(), data)
    cases.append(name, [event])
    return follow(case, event, name)


def decide_case(
    cases: CaseRepository,
    name: str,
    finding: str,
    outcome: str,
    by: Actor,
    *,
    at: datetime | None = None,
    reason: str,
    evidence: Sequence[str] = (),
    stores: Sequence[str] = (),
) -> Case:
    """Decide a case: a finding, and the outcome that follows from it.

    It rests on the evidence of the ids given, or on all that speaks for it; the outcome
    meets the stores given, or the one that the case is about.

    Raises:
        CaseMoveError: If *by* may not, or something is lacking.
    """
    rests = list(evidence)
    if not rests:
        found = read_case(cases.load(name), name).opened["evidence"]
        rests = [one["id"] for one in filter(speaks_for, found)]
        rests = rests or [one["id"] for one in found]
    data: dict[str, object] = {
        "finding": finding,
        "outcome": outcome,
        "reason": reason,
        "evidence": rests,
    }
    if stores:
        data["stores"] = list(stores)
    return move_case(cases, name, "decide", by, at=at, data=data)


def add_to_case(
    cases: CaseRepository, name: str, kind: str, by: Actor, data: Data
) -> Case:
    """Add a note or a document, which changes no state, whoever else acts meanwhile.

    Raises:
        CaseMoveError: If *by* may not.
    """
    for left in reversed(range(MOST_TRIES)):
        try:
            return move_case(cases, name, kind, by, data=data)
        except CaseConflictError:
            if not left:
                raise
            # each waits a time of its own, and longer each time: nobody always loses
            tried = MOST_TRIES - left
            sleep(uniform(0, min(_WAIT * 2**tried, _LONGEST_WAIT)))  # noqa: S311
    raise AssertionError("tried, and neither done nor failed")


def read_all(cases: CaseRepository, at: datetime) -> list[tuple[str, Case]]:
    """Read all cases: those with a clock that is late or runs out first stand first."""

    def urgency(one: tuple[str, Case]) -> tuple[bool, datetime, str]:
        name, case = one
        due = [
            clock.due_at
            for clock in clocks_of(case, at)
            if clock.due_at and clock.standing in ("late", "running")
        ]
        far = datetime.max.replace(tzinfo=UTC)
        return case.state == "closed", min(due, default=far), name

    found = [(name, read_case(cases.load(name), name)) for name in cases.names()]
    return sorted(found, key=urgency)


def also_given(
    cases: CaseRepository, name: str, case: Case, alike: Callable[[bytes, bytes], bool]
) -> dict[str, list[str]]:
    """Tell which documents of a case were given for other stores, too: in which cases.

    A file is known by its bytes, a picture by what is seen in it (``alike``), edited or
    saved anew. It is for reviewers alone: no seller is told of another's documents.
    """
    own = {one.digest: one for one in case.documents}
    store = case.opened["store"]
    found: dict[str, list[str]] = {}
    for other in cases.names() if own else []:
        if other == name:
            continue
        beside = read_case(cases.load(other), other)
        if beside.opened["store"] == store:
            continue
        theirs = {one.digest: one for one in beside.documents}
        for digest, document in own.items():
            same = digest in theirs or (
                _is_picture(document)
                and any(
                    alike(
                        cases.get_document(name, digest),
                        cases.get_document(other, each.digest),
                    )
                    for each in theirs.values()
                    if _is_picture(each)
                )
            )
            if same:
                found.setdefault(digest, []).append(other)
    return found


def _is_picture(document: Document) -> bool:
    return document.name.lower().endswith(tuple(SUFFIXES))


def add_document(
    cases: CaseRepository,
    name: str,
    path: Path,
    by: Actor,
    *,
    kind: str = "",
    called: str = "",
) -> Case:
    """Keep a file with the case, under the name that it is *called*.

    Raises:
        UnreadableFileError: If it cannot be read.
        CaseMoveError: If *by* may not.
    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise UnreadableFileError(
            f"{path}: cannot be read ({problem.strerror})", "check the path"
        ) from problem
    digest = cases.put_document(name, content)
    called = called or path.name
    data = {"digest": digest, "name": called, "size": len(content), "kind": kind}
    return add_to_case(cases, name, "add_document", by, data)


def notify_seller(
    cases: CaseRepository, name: str, by: Actor, *, at: datetime | None = None
) -> tuple[Case, list[StatementOfReasons]]:
    """Tell the seller: the statement, in every language, is part of the case.

    Raises:
        StatementError: If the statement lacks something.
        CaseMoveError: If there is nothing to tell, or *by* may not.
    """
    case = read_case(cases.load(name), name)
    at = at or now()
    act(case, "notify", by, at, {"statement": "checked first"})
    told = [make_statement(case, name, language, at) for language in LANGUAGES]
    data: dict[str, object] = {
        "statement": {one.language: one.as_json() for one in told}
    }
    decision = case.decision
    if decision is not None and decision.told_at is None and decision.measures:
        data["transparency"] = transparency_record(case, name, at)
    event = act(case, "notify", by, at, data)
    cases.append(name, [event])
    return follow(case, event, name), told


def submit_appeal(
    cases: CaseRepository,
    name: str,
    grounds: object,
    by: Actor,
    *,
    at: datetime | None = None,
    path: str = "",
    exhibits: Sequence[tuple[Path, str, str]] = (),
) -> Case:
    """Appeal against the decision that the seller was told last.

    Exhibits are files, each with its name and its kind.

    Raises:
        CaseMoveError: If the appeal may not be made, or lacks something.
        UnreadableFileError: If an exhibit cannot be read.
    """
    case = read_case(cases.load(name), name)
    decision = case.decision
    known = [one["id"] for one in case.opened["appeal"]["paths"]]
    if path and path not in known:
        raise CaseMoveError(
            f"the policy has no path {path!r}",
            f"use one of: {', '.join(known)}" if known else "leave it out",
        )
    data: dict[str, object] = {
        "decision": decision.number if decision else 0,
        "grounds": grounds,
        "path": path,
    }
    act(case, "appeal", by, at or now(), data)  # before anything is kept
    for file, called, kind in exhibits:
        case = add_document(cases, name, file, by, kind=kind, called=called)
    if exhibits:
        data["documents"] = [one.digest for one in case.documents[-len(exhibits) :]]
    return move_case(cases, name, "appeal", by, at=None if exhibits else at, data=data)


def rule_on(
    cases: CaseRepository,
    name: str,
    ruling: str,
    answers: object,
    by: Actor,
    *,
    at: datetime | None = None,
    reason: str,
    keep: Sequence[tuple[str, str]] = (),
    not_same: bool = False,
) -> Case:
    """Rule on an appeal: what it says of each piece of evidence is answered.

    Raises:
        CaseMoveError: If *by* may not rule, or something is not answered.
    """
    data: dict[str, object] = {
        "ruling": ruling,
        "answers": answers,
        "reason": reason,
        "not_same": not_same,
    }
    if ruling == "partly":
        data["measures"] = [{"store": s, "outcome": o} for s, o in keep]
    return move_case(cases, name, "rule", by, at=at, data=data)


def statement_page(statement: StatementOfReasons) -> str:
    """Give a statement as one HTML page that opens anywhere; all of it is escaped."""
    lang = "zh-CN" if statement.language == "zh" else "en"
    blocks = []
    for heading, lines in statement.sections():
        items = "".join(f"<p>{escape(line)}</p>" for line in lines)
        blocks.append(f"<section><h2>{escape(heading)}</h2>{items}</section>")
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8">'
        f"<title>{escape(statement.title)}</title>"
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem"
        " auto;padding:0 1rem;overflow-wrap:anywhere}h1{font-size:1.4rem}h2{font-size:"
        "1.1rem;margin:1.5rem 0 .3rem}p{margin:.3rem 0}</style>"
        f"<main><h1>{escape(statement.title)}</h1>"
        f"<p>{statement.made_at.date().isoformat()}</p>{''.join(blocks)}</main></html>\n"
    )


# ---- below: reading a report ---------------------------------------------------


def _association(report: Path, left: str, right: str, effect: str) -> dict[str, Any]:
    wanted = {left, right}
    lines = _lines(report / "associations.jsonl")
    stores: set[str] = set()
    found = []
    for one in lines:
        stores |= {one["left"], one["right"]}
        if {one["left"], one["right"]} == wanted and one["effect"] != "advisory":
            found.append(one)
    if effect:
        found = [one for one in found if one["effect"] == effect]
    if not found:
        unknown = next((s for s in (left, right) if s not in stores), None)
        if unknown is not None:
            raise UnknownStoreError.at(unknown, sorted(stores))
        raise UnknownStoreError(
            f"{report}: {left} and {right} are not associated"
            f"{' by ' + effect if effect else ''}",
            "name two stores of one line of associations.jsonl",
        )
    return found[0]


def _refusal(path: Path, left: str, right: str) -> dict[str, Any]:
    """Give a refused registration as an association with the store that it met.

    What a check tells has no bits, and of the other store no values.
    """
    for line in _lines(path):
        draft = str(line.get("store") or "")
        if draft not in (left, right) or line.get("answer") == "allow":
            continue
        other = right if draft == left else left
        reasons = [one for one in line["reasons"] if one.get("store") == other]
        if not reasons:
            continue
        first, second = sorted((draft, other))
        own, theirs = ("left", "right") if draft == first else ("right", "left")
        evidence = []
        for one in reasons:
            value = mask_value(str(one["signal"]), str(one["value"]))
            evidence.append(
                {
                    "id": evidence_id(str(one["signal"]), first, second, value),
                    "signal": one["signal"],
                    "bits": None,
                    own: value,
                    theirs: "",
                    "because": one["because"],
                }
            )
        return {
            "left": first,
            "right": second,
            "policy": line["policy"],
            "digest": line["digest"],
            "effect": reasons[0]["effect"],
            "outcome": "refuse",
            "later": draft,
            "evidence": evidence,
        }
    raise UnknownStoreError(
        f"{path}: no draft was refused for {left} and {right}",
        "give what storekin check registration --json printed, and name the draft and"
        " the store that it met",
    )


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text("utf-8")
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (OSError, ValueError) as problem:
        raise UnreadableFileError(
            f"{path}: this is no result of a scan ({problem})",
            "name the folder that `storekin scan --out` wrote",
        ) from problem


def _summary(report: Path) -> dict[str, Any]:
    path = report / "summary.json"
    try:
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        _ = told["policy"]["name"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UnreadableFileError(
            f"{path}: this is no result of a scan ({problem})",
            "name the folder that `storekin scan --out` wrote",
        ) from problem
    return told


def _version_of(asked: str, found: Mapping[str, Any]) -> Policy:
    """Give the very version that an association was decided by.

    Raises:
        UnknownPolicyError: If it is not there any more, or was changed since.
    """
    versions = find_policies(asked)
    policy = next((one for one in versions if one.name == found["policy"]), None)
    if policy is None or policy.digest != found["digest"]:
        raise UnknownPolicyError(
            f"{found['policy']}: the policy was changed since the report was written",
            "scan again under the policy as it is, or name the file of then: --policy",
        )
    return policy


def _as_told(one: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Give a piece of evidence under the id that it has in the case.

    A scan's id is a digest of both stores' ids and a value: whoever reads it could find
    the other store by trying all. It is kept for reviewers, as ``found_as``. Beside it
    is how the two values compare, as a word that every language has.
    """
    words = load_words("en").get(str(one["signal"]), {})
    because = str(one["because"])
    said = next(
        (
            key
            for key in ("same", "near", "different")
            if len(words.get(key, "")) > 1 and because.startswith(words[key])
        ),
        "same" if speaks_for(one) else "different",
    )
    return {**one, "id": f"E{number}", "found_as": one["id"], "said": said}


def _rule(policy: Policy, found: Mapping[str, Any]) -> dict[str, Any]:
    """Give the rule that an association is said to break, as the policy words it."""
    effect = str(found["effect"])
    rules: list[Rule] = []
    if effect == "duplicate_distribution" and policy.duplicates is not None:
        rules = [policy.duplicates]
    elif effect == "duplicate_registration":
        agreeing = [e for e in found["evidence"] if speaks_for(e)]
        named = [policy.signals.get(str(e["signal"])) for e in agreeing]
        rules = [one for one in named if one is not None and one.effect == "unique"]
    elif policy.related is not None:
        rules = [policy.related]
    outcome = policy.outcomes.get(effect)
    told: list[tuple[str, str]] = [(r.because, r.because_zh) for r in rules]
    sources = [key for rule in rules for key in rule.source]
    if outcome is not None:
        told.append((outcome.because, outcome.because_zh))
        sources += outcome.source
    distinct = list(dict.fromkeys(told))
    return {
        "because": " ".join(english for english, _ in distinct),
        "because_zh": "".join(chinese for _, chinese in distinct),
        "source": [policy.source_in("en", key) for key in dict.fromkeys(sources)],
        "source_zh": [policy.source_in("zh", key) for key in dict.fromkeys(sources)],
        "confidence": rules[0].confidence if rules else "",
    }


def _appeal(policy: Policy) -> dict[str, Any]:
    appeal = policy.appeal
    return {
        "length": appeal_length(policy),
        "by_law": not appeal.window_days,
        "tries": appeal.tries,
        "because": appeal.because,
        "because_zh": appeal.because_zh,
        "documents": list(appeal.documents),
        "letter_parts": list(appeal.letter_parts),
        "ages": {
            clock.id.removesuffix(_AGE): f"P{clock.days}D"
            for clock in policy.clocks
            if clock.id.endswith(_AGE) and clock.days
        },
        "channel": appeal.channel,
        "channel_zh": appeal.channel_zh,
        "paths": [
            {
                "id": path.id,
                "title": path.title,
                "title_zh": path.title_zh,
                "steps": list(path.steps),
                "steps_zh": list(path.steps_zh),
                "documents": list(path.documents),
            }
            for path in appeal.paths
        ],
    }


def _listings(report: Path, found: Mapping[str, Any]) -> dict[str, list[str]]:
    """Name the listings of each side that were found alike."""
    if not any(one["signal"] == CATALOGUES for one in found["evidence"]):
        return {}
    path = report / "listing_pairs.parquet"
    try:
        pairs = pq.read_table(path)
    except (OSError, ValueError) as problem:
        raise UnreadableFileError(
            f"{path}: cannot be read ({problem})", "scan the portfolio again"
        ) from problem
    sides: dict[str, set[str]] = {"left": set(), "right": set()}
    for one, other in (("left", "right"), ("right", "left")):
        of_both = pc.and_(
            pc.equal(pairs["left_store"], found[one]),
            pc.equal(pairs["right_store"], found[other]),
        )
        alike = pc.is_in(pairs["level"], value_set=_ALIKE)
        chosen = pairs.filter(pc.and_(of_both, alike))
        sides["left"] |= set(chosen[f"{one}_listing"].to_pylist())
        sides["right"] |= set(chosen[f"{other}_listing"].to_pylist())
    return {f"{side}_listings": sorted(names) for side, names in sides.items()}
