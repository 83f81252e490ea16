"""The statement of reasons: what a seller is told of a decision, and of a ruling.

Its blocks are those of the Digital Services Act, art. 17(3), and of Regulation (EU)
2019/1150, art. 4. It is built from the seller's view alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from storekin.cases.act import SHORTEST_TELLING
from storekin.cases.case import Appeal, Case, Decision
from storekin.cases.clocks import later
from storekin.cases.seller_view import SellerView, view_for_seller
from storekin.errors import StatementError
from storekin.wording.catalog import say

BLOCKS = ("measure", "facts", "automation", "ground", "redress")
"""What a statement must say; one that lacks a block is not sent."""

_NOTICE_BEFORE_END = "P30D"
_ENDS_SERVICE = ("close_store", "deactivate_stores")

MOST_FACTS = 5_000
MOST_EXPLANATION = 2_000
MOST_GROUND = 500
"""Characters that the EU's transparency database takes in these fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOfReasons:
    """A statement in one language: a title, and the lines of each block.

    ``about`` is what an appeal answers: the evidence with the seller's own values, the
    seller's own listings, and what the policy asks of an appeal.
    """

    case: str
    store: str
    decision: int
    language: str
    title: str
    made_at: datetime
    blocks: Mapping[str, tuple[str, ...]]
    about: Mapping[str, Any]

    def as_json(self) -> dict[str, object]:
        """Give the statement as one JSON object."""
        return {
            "case": self.case,
            "store": self.store,
            "decision": self.decision,
            "language": self.language,
            "title": self.title,
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "blocks": {name: list(lines) for name, lines in self.blocks.items()},
            "about": dict(self.about),
        }

    def sections(self) -> list[tuple[str, tuple[str, ...]]]:
        """Give each block with its heading."""
        return [
            (_say(self.language, f"block_{name}"), lines)
            for name, lines in self.blocks.items()
        ]

    def as_text(self) -> str:
        """Give the statement as plain text."""
        parts = [self.title, ""]
        for heading, lines in self.sections():
            parts += [heading, *lines, ""]
        return "\n".join(parts)


def _say(language: str, key: str, **values: object) -> str:
    return say(language, "statement", key, **values)


def make_statement(
    case: Case, name: str, language: str, at: datetime
) -> StatementOfReasons:
    """Write the statement of the latest decision, or of the ruling on it.

    Raises:
        StatementError: If there is no decision yet, or a block has nothing to say.
    """
    decision = case.decision
    if decision is None:
        raise StatementError(
            f"{name}: nothing was decided", "decide the case before you tell of it"
        )
    view = view_for_seller(case, name)
    appeal = case.appeal
    ruled = appeal if appeal is not None and case.state == "ruled" else None
    blocks = {
        "measure": _measure(case, view, decision, ruled, language, at),
        "facts": (_found_by(case, language), *_facts(view, language)),
        "automation": _automation(case, language),
        "ground": _ground(case, language),
        "redress": _redress(case, language, at),
    }
    if ruled is not None:
        blocks = {"ruling": _ruling(ruled, language), **blocks}
    empty = [block for block in BLOCKS if not any(blocks[block])]
    if empty:
        raise StatementError(
            f"{name}: the statement says nothing of {', '.join(empty)}",
            "open the case from a report whose policy names its rule",
        )
    kind = "title" if ruled is None else "title_ruling"
    return StatementOfReasons(
        case=name,
        store=view.store,
        decision=decision.number,
        language=language,
        title=_say(language, kind, case=name, store=view.store),
        made_at=at,
        blocks=blocks,
        about=_about(case, view),
    )


def _about(case: Case, view: SellerView) -> dict[str, Any]:
    return {
        "platform": view.platform,
        "policy": str(case.opened["policy"]),
        "effect": view.effect,
        "evidence": [
            {
                "id": one.id,
                "signal": one.signal,
                "said": one.said,
                "own": one.own,
                "relied_on": one.id in view.relied_on,
            }
            for one in view.evidence
        ],
        "listings": list(view.listings),
        "appeal": {
            name: value
            for name, value in (case.opened.get("appeal") or {}).items()
            if name in ("documents", "letter_parts", "paths", "ages", "channel")
        },
    }


def _measure(
    case: Case,
    view: SellerView,
    decision: Decision,
    ruled: Appeal | None,
    language: str,
    at: datetime,
) -> tuple[str, ...]:
    own = [one for one in case.measures if one.store == view.store]
    if ruled is None:
        own = [one for one in decision.measures if one.store == view.store]
    lines = [
        _say(language, f"finding_{decision.finding}"),
        *(_say(language, f"measure_{one.outcome}") for one in own),
    ]
    if not own:
        lines.append(_say(language, "measure_none"))
        return tuple(lines)
    lines.append(_say(language, "duration"))
    territory = case.opened.get("territory") or []
    where = ", ".join(territory) or _say(language, "everywhere")
    lines.append(_say(language, "territory", where=where))
    if case.opened.get("laws") and any(o.outcome in _ENDS_SERVICE for o in own):
        ends = later(at, _NOTICE_BEFORE_END).date().isoformat()
        lines.append(_say(language, "ends_on", date=ends))
    return tuple(lines)


def _found_by(case: Case, language: str) -> str:
    noticed = bool(case.opened.get("after_notice"))
    return _say(language, "after_notice" if noticed else "own_initiative")


def _facts(view: SellerView, language: str) -> tuple[str, ...]:
    lines = []
    relied = [one for one in view.evidence if one.id in view.relied_on]
    others = [one for one in view.evidence if one.id not in view.relied_on]
    for one in relied:
        if one.signal == "shares_rare_listings":
            said = _say(language, "catalogues", count=len(view.listings))
        else:
            said = say(language, one.signal, one.said)
        own = _say(language, "own_value", value=one.own) if one.own else ""
        strength = _say(language, f"strength_{one.strength}")
        lines.append(" ".join(p for p in (f"{one.id}:", said, own, strength) if p))
    if view.listings and any(o.signal == "shares_rare_listings" for o in relied):
        lines.append(_say(language, "own_listings", listings=", ".join(view.listings)))
    if any(one.against for one in others):
        against = [
            f"{one.id}: {say(language, one.signal, one.said)}"
            for one in others
            if one.against
        ]
        lines.append(_say(language, "against"))
        lines += against
    if view.reason:
        lines.append(_say(language, "why", reason=view.reason))
    return tuple(lines)


def _automation(case: Case, language: str) -> tuple[str, ...]:
    found = _say(language, "found_by_software")
    two = case.decision is not None and case.decision.confirmed_by is not None
    return (found, _say(language, "decided_by_two" if two else "decided_by_one"))


def _ground(case: Case, language: str) -> tuple[str, ...]:
    rule = case.opened.get("rule") or {}
    words = rule.get("because_zh" if language == "zh" else "because") or ""
    if not words:
        return ()
    told = rule.get("source_zh" if language == "zh" else "source")
    sources = "; ".join(told or ())
    lines = [words, _say(language, "policy", policy=case.opened["policy"])]
    if sources:
        lines.append(_say(language, "source", source=sources))
    confidence = rule.get("confidence")
    if confidence:
        word = say(language, "confidence", confidence)
        lines.append(_say(language, "confidence", level=word))
    return tuple(lines)


def _redress(case: Case, language: str, at: datetime) -> tuple[str, ...]:
    appeal = case.opened.get("appeal") or {}
    lines = []
    because = appeal.get("because_zh" if language == "zh" else "because")
    if because:
        lines.append(because)
    length = appeal.get("length")
    if length:
        closes = later(at, length).date().isoformat()
        key = "appeal_by_law" if appeal.get("by_law") else "appeal_until"
        lines.append(_say(language, key, date=closes))
    else:
        lines.append(_say(language, "appeal_unknown"))
    documents = [
        say(language, "policy_word", one) for one in appeal.get("documents", ())
    ]
    if documents:
        lines.append(_say(language, "documents", documents=", ".join(documents)))
    lines.append(_say(language, "another_person"))
    lines += [
        one["because_zh" if language == "zh" else "because"]
        for one in case.opened.get("laws") or ()
        if one["id"] in ("out_of_court", "mediators")
    ]
    lines.append(_say(language, "court"))
    return tuple(lines)


def _ruling(appeal: Appeal, language: str) -> tuple[str, ...]:
    lines = [_say(language, f"ruling_{appeal.ruling}"), appeal.reason]
    lines += [
        _say(
            language,
            "answer",
            evidence=ground.evidence,
            ground=_say(language, f"ground_{ground.ground}"),
            answer=ground.answer,
        )
        for ground in appeal.grounds
    ]
    lines.append(_say(language, "heard_by_another"))
    return tuple(lines)


# ---- the EU's transparency database -------------------------------------------

_ACCOUNT = {
    "close_store": "DECISION_ACCOUNT_TERMINATED",
    "deactivate_stores": "DECISION_ACCOUNT_SUSPENDED",
}
_VISIBILITY = {"remove_listings": "DECISION_VISIBILITY_CONTENT_REMOVED"}


def _public_number(case: Case, name: str) -> str:
    """Give a number that no other case has, and that says nothing of either store."""
    opened = f"{name} {case.opened_at.isoformat(timespec='microseconds')}"
    return sha256(opened.encode()).hexdigest()[:32]


def transparency_record(case: Case, name: str, at: datetime) -> dict[str, Any]:
    """Give the decision as a statement of the EU's transparency database.

    It holds no personal data: no store, no value, and a number of its own for the case.

    Raises:
        StatementError: If there is no measure, or something personal would go in.
    """
    decision = case.decision
    if decision is None or not decision.measures:
        raise StatementError(
            f"{name}: there is no measure to report", "only measures are reported"
        )
    english = make_statement(case, name, "en", at)
    signals = sorted(
        {
            say("en", one["signal"], one["said"])
            if one["signal"] != "shares_rare_listings"
            else _say("en", "catalogues_any")
            for one in case.opened["evidence"]
            if one["id"] in decision.evidence
        }
    )
    facts = " ".join([_found_by(case, "en"), *signals])[:MOST_FACTS]
    rule = str((case.opened.get("rule") or {}).get("because") or "")
    outcome = decision.outcome
    record: dict[str, Any] = {
        "decision_visibility": [_VISIBILITY[outcome]] if outcome in _VISIBILITY else [],
        "decision_account": _ACCOUNT.get(outcome),
        "decision_provision": (
            None
            if outcome in _ACCOUNT or outcome in _VISIBILITY
            else "DECISION_PROVISION_PARTIAL_SUSPENSION"
        ),
        "account_type": "ACCOUNT_TYPE_BUSINESS",
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": str(case.opened["policy"])[:MOST_GROUND],
        "incompatible_content_explanation": rule[:MOST_EXPLANATION],
        "incompatible_content_illegal": "No",
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "category_specification": [
            "KEYWORD_INAUTHENTIC_LISTINGS"
            if case.opened["effect"] == "duplicate_distribution"
            else "KEYWORD_INAUTHENTIC_ACCOUNTS"
        ],
        "territorial_scope": list(case.opened.get("territory") or []),
        "content_type": ["CONTENT_TYPE_OTHER"],
        "content_type_other": "seller account",
        "content_date": case.opened_at.date().isoformat(),
        "application_date": english.made_at.date().isoformat(),
        "decision_facts": facts,
        "source_type": (
            "SOURCE_TYPE_OTHER_NOTIFICATION"
            if case.opened.get("after_notice")
            else "SOURCE_VOLUNTARY"
        ),
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        "puid": f"{_public_number(case, name)}-{decision.number}",
    }
    _refuse_personal(record, case)
    return {key: value for key, value in record.items() if value not in (None, [])}


_MAILBOX = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")
_LONG_NUMBER = re.compile(r"(?<![0-9a-f-])\+?\d[\d ]{6,}\d(?![0-9a-f-])")
_LETTER = "[0-9A-Za-z\u00c0-\u024f\u0370-\u04ff]"
"""Letters of scripts that part their words, and digits."""


def _names(text: str, value: str) -> bool:
    """Say whether a value stands in a text; a short one as words, no part of one."""
    if len(value) >= SHORTEST_TELLING:
        return value in text
    whole = f"(?<!{_LETTER}){re.escape(value)}(?!{_LETTER})"
    return re.search(whole, text) is not None


def _refuse_personal(record: Mapping[str, Any], case: Case) -> None:
    """See that nothing personal goes into a record that is published."""
    own = {str(case.opened["left"]), str(case.opened["right"])}
    for one in case.opened["evidence"]:
        own |= {str(one["left"]), str(one["right"])}
    for key, value in record.items():
        if key in ("puid", "content_date", "application_date"):
            continue
        for text in value if isinstance(value, list) else [str(value or "")]:
            found = _MAILBOX.search(text) or _LONG_NUMBER.search(text)
            held = next((v for v in own if len(v) > 1 and _names(text, v)), None)
            if found or held:
                raise StatementError(
                    f"{key} would publish {held or (found and found.group())!r}",
                    "reword the rule that the policy gives, so that it names nobody",
                )
