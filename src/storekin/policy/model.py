"""A policy: which evidence has which effect, by whose word, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

SignalEffect = Literal["unique", "links", "advisory_limit", "ignored"]
"""What a policy makes of a signal. Links is evidence that counts; nothing more."""

Effect = Literal[
    "duplicate_registration", "duplicate_distribution", "related", "advisory"
]
"""What an association is, or that it is only a notice."""

Confidence = Literal["high", "medium", "medium-low", "low"]
Outcome = Literal[
    "close_store", "associate_stores", "open_case", "refuse", "notice", "none"
]

SIGNAL_EFFECTS: tuple[str, ...] = get_args(SignalEffect)
EFFECTS: tuple[str, ...] = get_args(Effect)
CONFIDENCES: tuple[str, ...] = get_args(Confidence)
OUTCOMES: tuple[str, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One statement of a policy, with who says so.

    ``because`` and ``because_zh`` are the sentences that a seller may read.
    """

    source: tuple[str, ...]
    confidence: str
    read_on: date | None
    because: str
    because_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRule(Rule):
    """What a policy says of one signal; ``limit`` belongs to ``advisory_limit``."""

    signal: str
    effect: str
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateTest(Rule):
    """When the catalogues of two stores count as duplicates."""

    level_at_least: str
    bits_at_least: float
    allowance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedTest(Rule):
    """When evidence that no rule calls unique is worth a reviewer's look."""

    probability_at_least: float
    bits_at_least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRule:
    """What follows from an effect: for the ``later`` store, or for both."""

    outcome: str
    which: str
    because: str
    because_zh: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy pack, as read; ``digest`` is of the file's bytes."""

    id: str
    version: str
    effective_on: date
    platform: str
    title: str
    title_zh: str
    digest: str
    sources: Mapping[str, str]
    sources_zh: Mapping[str, str]
    signals: Mapping[str, SignalRule]
    generic_registrants: int
    related: RelatedTest | None
    duplicates: DuplicateTest | None
    outcomes: Mapping[str, OutcomeRule]
    appeal: Mapping[str, object]

    @property
    def name(self) -> str:
        """Give the id with its version, as decisions keep it."""
        return f"{self.id}@{self.version}"

    def source_in(self, language: str, key: str) -> str:
        """Give where a source was read, in a reader's language where it is known."""
        words = self.sources_zh if language == "zh" else self.sources
        return words.get(key, self.sources.get(key, key))

    def effect_of(self, signal: str) -> str:
        """Give a signal's effect; one that the policy does not name counts as links."""
        rule = self.signals.get(signal)
        return rule.effect if rule is not None else "links"
