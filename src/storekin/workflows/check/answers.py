"""The answer to a draft: allow, review or refuse, with reasons and remedies.

Who may see what is a matter of types: a ``Reason`` has no place for another store's
name or value, so what is written for a stranger cannot hold one. ``OwnReason`` adds
them for who owns all the stores.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from storekin.policy.decide import outcome_of
from storekin.policy.model import OutcomeRule, Policy, Rule, severity
from storekin.wording.catalog import say

Answer = Literal["allow", "review", "refuse"]
STANDING = "standing"
"""The signal of a reason that another store of the seller is not in order."""

ANSWERS: tuple[Answer, ...] = ("allow", "review", "refuse")

EXIT_CODES = {"allow": 0, "refuse": 3, "review": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a draft is answered so: what matched, its own value, and whose rule it is.

    ``because`` says what matched, ``rule`` what the policy says of it; ``source`` is
    where that was read and ``confidence`` how sure it is. ``effect`` and ``outcome``
    are what the policy makes of it.
    """

    signal: str
    field: str
    value: str
    because: str
    rule: str
    source: tuple[str, ...]
    confidence: str
    effect: str
    outcome: str

    def as_json(self) -> dict[str, object]:
        """Give the reason as one JSON object."""
        return {
            "signal": self.signal,
            "field": self.field,
            "value": self.value,
            "because": self.because,
            "rule": self.rule,
            "source": list(self.source),
            "confidence": self.confidence,
            "effect": self.effect,
            "outcome": self.outcome,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReason(Reason):
    """A reason for who owns all stores: which one holds the value, or the listing."""

    store: str
    listing: str = ""

    def as_json(self) -> dict[str, object]:
        """Give the reason as one JSON object."""
        line = Reason.as_json(self)
        line["store"] = self.store
        if self.listing:
            line["listing"] = self.listing
        return line


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One draft with its answer. ``kind`` is what it is: a store, or a listing.

    ``unread`` says what of it could not be looked at: it is never allowed unseen.
    """

    kind: Literal["store", "listing"]
    name: str
    answer: Answer
    reasons: tuple[Reason, ...]
    remedies: tuple[str, ...]
    policy: str
    digest: str
    unread: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Give the draft's answer as one JSON object."""
        return {
            self.kind: self.name,
            "answer": self.answer,
            "reasons": [reason.as_json() for reason in self.reasons],
            "remedies": list(self.remedies),
            "unread": list(self.unread),
            "policy": self.policy,
            "digest": self.digest,
        }


def checked(
    kind: Literal["store", "listing"],
    name: str,
    policy: Policy,
    answers: Sequence[Answer],
    reasons: Sequence[Reason],
    remedies: Sequence[str],
    *,
    seller_view: bool,
    unread: Sequence[str] = (),
) -> Checked:
    """Put an answer together, the weightiest reasons first; a stranger sees less."""
    told = sorted(reasons, key=lambda one: -severity(one.outcome))
    if seller_view:
        told = [for_stranger(one, policy) for one in told if one.signal != STANDING]
    return Checked(
        kind=kind,
        name=name,
        answer=joined(answers),
        reasons=tuple(dict.fromkeys(told)),
        remedies=tuple(dict.fromkeys(remedies)),
        policy=policy.name,
        digest=policy.digest,
        unread=tuple(unread),
    )


def answer_to(outcomes: Iterable[str]) -> Answer:
    """Give the answer that the most severe outcome comes to.

    >>> answer_to(["notice", "open_case"]), answer_to(["close_store"]), answer_to([])
    ('review', 'refuse', 'allow')
    """
    worst = max(map(severity, outcomes), default=0)
    if worst <= severity("notice"):
        return "allow"
    return "review" if worst <= severity("open_case") else "refuse"


def exit_code(answers: Sequence[Checked]) -> int:
    """Give 0 where all are allowed, 3 where one is refused, else 4.

    >>> exit_code([])
    0
    """
    found = {checked.answer for checked in answers}
    if "refuse" in found:
        return EXIT_CODES["refuse"]
    return EXIT_CODES["review"] if "review" in found else 0


def rule_words(rule: Rule, language: str) -> str:
    """Give a rule's sentence with its condition and its exception."""
    if language == "zh":
        return f"{rule.because_zh}{rule.condition_zh}{rule.exception_zh}"
    parts = (rule.because, rule.condition, rule.exception)
    return " ".join(part for part in parts if part)


def sources_of(
    rule: Rule | OutcomeRule, policy: Policy, language: str
) -> tuple[str, ...]:
    """Give where a rule was read, in a reader's language where it is known."""
    return tuple(policy.source_in(language, key) for key in rule.source)


def for_stranger(reason: Reason, policy: Policy) -> Reason:
    """Take from a reason what only the owner of all stores may see.

    The outcome is that of the effect alone: whether another store is in good standing
    is that store's own.
    """
    told = {name: getattr(reason, name) for name in Reason.__dataclass_fields__}
    outcome = outcome_of(reason.effect, policy)
    return Reason(**{**told, "outcome": outcome})


def joined(answers: Sequence[Answer]) -> Answer:
    """Give the most severe of some answers.

    >>> joined(["allow", "refuse", "review"])
    'refuse'
    """
    return max(answers, key=ANSWERS.index, default="allow")


def allowed_words(language: str) -> str:
    """Say that nothing stands against a draft."""
    return say(language, "check", "allowed")
