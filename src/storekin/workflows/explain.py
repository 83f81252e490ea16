"""Why two stores are, or are not, associated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from storekin.graph.associations import Association
from storekin.listings.signals import LEVELS
from storekin.policy.decide import counted_bits, decide
from storekin.policy.model import Policy, Rule
from storekin.records.declaration import Declaration
from storekin.records.evidence import Evidence
from storekin.records.portfolio import Portfolio
from storekin.wording.catalog import Words
from storekin.workflows.facts import gather_facts
from storekin.workflows.findings import (
    EvidenceWriter,
    Writing,
    catalogue_evidence,
    write_associations,
)
from storekin.workflows.listings import ListingFindings
from storekin.workflows.picture_evidence import evidence_of
from storekin.workflows.registrations import compare_registrations
from storekin.workflows.rests_on import rests_on
from storekin.workflows.scan import Progress, compare_catalogues, silent_progress
from storekin.workflows.verbs import pair_of_stores


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedEvidence:
    """One piece of evidence, and what the policy makes of its signal."""

    evidence: Evidence
    effect: str
    rule: Rule | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedListings:
    """Two listings that are at least similar; what their ``pictures`` say, if known."""

    left: str
    right: str
    left_title: str
    right_title: str
    level: str
    probability: float
    pictures: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All evidence on two stores, for and against, and what the policy says.

    ``bits`` and ``probability`` are of the claim that one seller runs both.
    """

    left: str
    right: str
    policy: Policy
    evidence: tuple[ExplainedEvidence, ...]
    bits: float
    prior_bits: float
    probability: float
    associations: tuple[Association, ...]
    listings: tuple[ExplainedListings, ...]

    def as_json(self) -> dict[str, object]:
        """Give the explanation as one JSON object."""
        return {
            "left": self.left,
            "right": self.right,
            "policy": self.policy.name,
            "associated": [a.effect for a in self.associations],
            "outcomes": [a.outcome for a in self.associations],
            "rests_on": [
                {
                    "effect": a.effect,
                    "alone": list(a.alone),
                    "together": list(a.together),
                    "products": a.products,
                }
                for a in self.associations
            ],
            "bits": self.bits,
            "prior_bits": self.prior_bits,
            "probability": self.probability,
            "evidence": [
                {
                    **e.evidence.as_json(),
                    "effect": e.effect,
                    "rule": None
                    if e.rule is None
                    else {
                        "because": e.rule.because,
                        "source": [
                            self.policy.sources.get(s, s) for s in e.rule.source
                        ],
                        "confidence": e.rule.confidence,
                        "read_on": e.rule.read_on and e.rule.read_on.isoformat(),
                    },
                }
                for e in self.evidence
            ],
            "listings": [
                {
                    "left": pair.left,
                    "right": pair.right,
                    "left_title": pair.left_title,
                    "right_title": pair.right_title,
                    "level": pair.level,
                    "probability": pair.probability,
                    "pictures": pair.pictures,
                }
                for pair in self.listings
            ],
        }


def explain_pair(
    portfolio: Portfolio,
    policy: Policy,
    left: str,
    right: str,
    *,
    masked: bool = True,
    declarations: Sequence[Declaration] = (),
    progress: Progress | None = None,
) -> Explanation:
    """Weigh everything that is known of two stores, against the whole portfolio.

    Raises:
        UnknownStoreError: If the portfolio lacks one of them, or they are one.
    """
    tell = progress or silent_progress()
    ids = portfolio.store_ids()
    asked = pair_of_stores(portfolio, left, right)
    left, right = min(left, right), max(left, right)
    one, other = ids.index(left), ids.index(right)
    findings = compare_registrations(portfolio, also=asked, on_step=tell.step)
    catalogues = None
    if portfolio.listings.num_rows:
        catalogues = compare_catalogues(portfolio, tell)
    facts = gather_facts(
        portfolio,
        findings,
        catalogues,
        declarations=declarations,
        today=datetime.now(tz=UTC).date(),
    )
    writer = EvidenceWriter(findings, masked=masked)
    pair = int(np.flatnonzero((findings.left == one) & (findings.right == other))[0])
    totals = counted_bits(facts.identity, policy)
    decisions = decide(facts, policy)
    chosen = decisions.take((decisions.left == one) & (decisions.right == other))
    associations = write_associations(
        chosen, Writing(facts, writer), rests_on(chosen, facts, findings)
    )
    evidence = [writer.write(row) for row in writer.rows_of(pair)]
    listings: list[ExplainedListings] = []
    if catalogues is not None:
        shared = decisions.catalogues
        if shared is not None:
            place = np.flatnonzero((shared.left == one) & (shared.right == other))
            evidence += [
                catalogue_evidence(shared, int(n), ids, facts.stores.listings)
                for n in place.tolist()
            ]
        listings = _explain_listings(portfolio, catalogues, one, other)
    evidence.sort(key=lambda e: (-e.bits, e.signal))
    return Explanation(
        left=left,
        right=right,
        policy=policy,
        evidence=tuple(
            ExplainedEvidence(
                evidence=e,
                effect=policy.effect_of(e.signal),
                rule=policy.duplicates
                if e.signal == "shares_rare_listings"
                else policy.signals.get(e.signal),
            )
            for e in evidence
        ),
        bits=float(totals[pair]),
        prior_bits=findings.prior_bits,
        probability=float(findings.probability(totals)[pair]),
        associations=tuple(associations),
        listings=tuple(listings),
    )


def _explain_listings(
    portfolio: Portfolio, findings: ListingFindings, one: int, other: int
) -> list[ExplainedListings]:
    ids = portfolio.store_ids()
    table = portfolio.listings
    owners = findings.prepared.owners
    scores = findings.scores
    a, b = owners[scores.left], owners[scores.right]
    rows = np.flatnonzero(((a == one) & (b == other)) | ((a == other) & (b == one)))
    rows = rows[np.lexsort((rows, -scores.total[rows]))]
    pairs = []
    for row in rows[:20].tolist():
        sides = [int(scores.left[row]), int(scores.right[row])]
        if owners[sides[0]] != one:
            sides.reverse()
        told = evidence_of(portfolio, findings, row, ids[one])
        pairs.append(
            ExplainedListings(
                left=table["listing"][sides[0]].as_py(),
                right=table["listing"][sides[1]].as_py(),
                left_title=table["title"][sides[0]].as_py(),
                right_title=table["title"][sides[1]].as_py(),
                level=LEVELS[int(scores.level[row])],
                probability=float(scores.probability[row]),
                pictures=None if told is None else told.because,
            )
        )
    return pairs
