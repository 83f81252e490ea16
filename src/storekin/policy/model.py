"""A policy: which evidence has which effect, by whose word, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

SignalEffect = Literal["unique", "links", "advisory_limit", "ignored", "unknown"]
"""What a policy makes of a signal. Links is evidence that counts; nothing more.
Unknown: no rule was found; as evidence it counts, and that nothing is known is said."""

Effect = Literal[
    "duplicate_registration", "duplicate_distribution", "related", "advisory"
]
"""What an association is, or that it is only a notice."""

Confidence = Literal["high", "medium", "medium-low", "low"]
Outcome = Literal[
    "none",
    "permitted",
    "notice",
    "open_case",
    "remove_listings",
    "refuse",
    "associate_stores",
    "deactivate_stores",
    "close_store",
]
"""What follows, from the mildest to the most severe."""

Scope = Literal["any_seller", "one_seller", "catalogue"]
"""Between whose stores listings are duplicates: of any two sellers, of one seller's
stores alone, or in the whole catalogue, where one product is to have one page."""

Condition = Literal[
    "declared",
    "business_need",
    "good_standing",
    "products_differ",
    "most_listings_differ",
]
"""What a permission may ask; see ``policy.conditions``."""

SIGNAL_EFFECTS: tuple[str, ...] = get_args(SignalEffect)
EFFECTS: tuple[str, ...] = get_args(Effect)
CONFIDENCES: tuple[str, ...] = get_args(Confidence)
OUTCOMES: tuple[str, ...] = get_args(Outcome)
SCOPES: tuple[str, ...] = get_args(Scope)
CONDITIONS: tuple[str, ...] = get_args(Condition)

DOCUMENTS = (
    "store_opening_information",
    "business_licence",
    "legal_person_id",
    "purchase_invoices",
    "supplier_evidence",
    "utility_bill",
    "bank_statement",
    "tax_certificate",
    "trademark_certificate",
    "authorisation_letter",
    "transfer_document",
    "service_contract",
    "logistics_bills",
    "warehouse_photos",
    "screenshots",
    "account_reactivation",
    "former_ownership",
    "declaration",
    "other_proofs",
    "letter",
)
"""Kinds of documents that an appeal may ask for."""

LETTER_PARTS = (
    "facts",
    "root_cause",
    "operations_done",
    "corrections",
    "prevention",
    "explanation_of_shared_data",
    "business_reason",
    "request",
    "exhibits",
)
"""Parts that a letter may have."""

AUTHORITIES = {
    "OP": "official",
    "OF": "forum",
    "OC": "copy",
    "TP": "third_party",
    "DOC": "founding",
    "CALC": "calculated",
    "LAW": "law",
    "storekin": "own",
}
"""What the prefix of a source's key says of its authority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One statement of a policy, with who says so.

    ``because`` and ``because_zh`` are the sentences that a seller may read;
    ``condition`` and ``exception`` narrow the rule, as its source has it. ``page_on``
    is the day of the source's page, ``read_on`` that on which it was read.
    """

    source: tuple[str, ...]
    confidence: str
    read_on: date | None
    because: str
    because_zh: str
    page_on: date | None = None
    condition: str = ""
    condition_zh: str = ""
    exception: str = ""
    exception_zh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRule(Rule):
    """What a policy says of one signal.

    ``limit`` is how many stores may give one value: of a ``unique`` one without a
    breach, of an ``advisory_limit`` without a notice.
    """

    signal: str
    effect: str
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Rule):
    """What is said of a matter that no comparison of storekin bears on."""

    about: str
    about_zh: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateTest(Rule):
    """When the catalogues of two stores count as duplicates; see ``duplicates``.

    A pair of listings counts from ``level_at_least`` on where it agrees in all
    ``fields``, and in ``fields_if_given`` where both sides give them. Pairs that differ
    in ``allowance_for`` alone are allowed up to ``allowance`` listings of a product;
    ``differences_at_least`` of ``differences_of`` make two listings two products.
    With ``other_codes`` only pairs whose product codes differ count. The stores' pair
    counts from ``bits_at_least`` on.
    """

    level_at_least: str
    bits_at_least: float
    allowance: int
    allowance_for: tuple[str, ...] = ()
    scope: str = "any_seller"
    fields: tuple[str, ...] = ()
    fields_if_given: tuple[str, ...] = ()
    differences_at_least: int = 0
    differences_of: tuple[str, ...] = ()
    price_differs_by: float = 0.2
    other_sites: str = "counted"
    formats_allowed: tuple[str, ...] = ()
    parts_allowance: int = 0
    other_codes: bool = False

    @property
    def sees_variants(self) -> bool:
        """Whether pairs that differ in size, colour, amount or code are looked at."""
        return bool(
            self.differences_at_least or self.other_codes or self.parts_allowance
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedTest(Rule):
    """When evidence that no rule calls unique is worth a reviewer's look."""

    probability_at_least: float
    bits_at_least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission(Rule):
    """On which conditions, all of them met, one seller may have several stores.

    ``effects`` are those that are then permitted. At most ``most_shared`` of the
    smaller catalogue may be in common, where the condition is that most listings
    differ.
    """

    conditions: tuple[str, ...]
    effects: tuple[str, ...]
    most_shared: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRule(Rule):
    """What follows for a seller's store when another of its stores is not in order.

    ``when`` is ``not_good`` for any store that is not, ``closed`` for one that the
    platform closed.
    """

    when: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRule:
    """What follows from an effect: for the ``later`` store, or for both.

    ``steps`` and ``steps_zh`` tell what the platform is said to do, one after another.
    """

    outcome: str
    which: str
    because: str
    because_zh: str
    source: tuple[str, ...]
    steps: tuple[str, ...] = ()
    steps_zh: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealPath:
    """One way to appeal, for one situation; steps and documents of its own."""

    id: str
    title: str
    title_zh: str
    steps: tuple[str, ...]
    steps_zh: tuple[str, ...]
    documents: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """How an association is answered. What is None is not known, and is said so.

    ``window_days`` counts from the day the seller is told; ``tries`` is how often.
    """

    because: str
    because_zh: str
    source: tuple[str, ...]
    documents: tuple[str, ...] = ()
    letter_parts: tuple[str, ...] = ()
    window_days: int | None = None
    tries: int | None = None
    channel: str = ""
    channel_zh: str = ""
    paths: tuple[AppealPath, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Rule):
    """A time limit: what starts it, and its length in days, or in months."""

    id: str
    starts: str
    starts_zh: str
    days: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty(Rule):
    """What a law asks of the platform, or gives the seller."""

    id: str
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy pack, as read; ``digest`` is of the bytes of all its files.

    It is in force from ``effective_on`` until the day before ``superseded_on``.
    ``profiles`` names the laws that are stacked on it.
    """

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
    appeal: Appeal
    superseded_on: date | None = None
    kind: str = "pack"
    based_on: str = ""
    territory: tuple[str, ...] = ()
    seller_type: str = ""
    network_registrants: int = 50
    statements: Mapping[str, Statement] = field(default_factory=dict)
    permission: Permission | None = None
    standing: StandingRule | None = None
    clocks: tuple[Clock, ...] = ()
    duties: tuple[Duty, ...] = ()
    profiles: tuple[str, ...] = ()

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

    def in_force_on(self, day: date) -> bool:
        """Say whether the pack is in force on *day*."""
        return self.effective_on <= day and (
            self.superseded_on is None or day < self.superseded_on
        )


def severity(outcome: str) -> int:
    """Give an outcome's place from the mildest, 0, on.

    >>> severity("close_store") > severity("open_case") > severity("notice")
    True
    """
    return OUTCOMES.index(outcome)


def authority_of(source: str) -> str:
    """Say what authority a source has, by its key's prefix.

    >>> authority_of("OP-EB1"), authority_of("TP-AE1"), authority_of("founding")
    ('official', 'third_party', 'founding')
    """
    return AUTHORITIES.get(source.partition("-")[0], "founding")
