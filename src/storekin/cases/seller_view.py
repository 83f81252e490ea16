"""What a seller may read of a case: a view that has no place for another's values.

Evidence comes in by its id, its kind, and the seller's own masked value. Numbers that
would make an oracle of the view (bits, holders, probabilities) have no place either.
"""

from dataclasses import dataclass

from storekin.cases.case import Case, Note, notes_for, speaks_for

STRONG_BITS = 10.0
MODERATE_BITS = 3.0
"""Evidence of so many bits is called strong, or moderate; of less, weak."""

CATALOGUES = "shares_rare_listings"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEvidence:
    """One piece of evidence, as the seller of one of the two stores may read it.

    ``said`` is how the two values compare (``same``, ``near`` or ``different``),
    ``strength`` a word, ``own`` the seller's own value, masked.
    """

    id: str
    signal: str
    said: str
    own: str
    strength: str
    against: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerView:
    """A case as the seller of ``store`` may read it.

    ``listings`` are the seller's own that were found alike, and ``relied_on`` the ids
    of the evidence that the decision rests on.
    """

    case: str
    store: str
    platform: str
    state: str
    effect: str
    evidence: tuple[OwnEvidence, ...]
    listings: tuple[str, ...]
    finding: str
    outcome: str
    reason: str
    decision: int
    relied_on: tuple[str, ...]
    notes: tuple[Note, ...]


def view_for_seller(case: Case, name: str) -> SellerView:
    """Build the view of the store that the case is about."""
    opened = case.opened
    store = str(opened["store"])
    side = "left" if store == opened["left"] else "right"
    decision = case.decision
    return SellerView(
        case=name,
        store=store,
        platform=str(opened.get("platform", "")),
        state=case.state,
        effect=str(opened["effect"]),
        evidence=tuple(
            OwnEvidence(
                id=str(one["id"]),
                signal=str(one["signal"]),
                said=str(one["said"]),
                own="" if one["signal"] == CATALOGUES else str(one[side]),
                strength=_strength(one["bits"]),
                against=not speaks_for(one),
            )
            for one in opened["evidence"]
        ),
        listings=tuple(opened.get(f"{side}_listings", ())),
        finding=decision.finding if decision else "",
        outcome=decision.outcome if decision else "",
        reason=decision.reason if decision else "",
        decision=decision.number if decision else 0,
        relied_on=decision.evidence if decision else (),
        notes=notes_for(case, "seller"),
    )


def _strength(bits: float | None) -> str:
    if bits is None:
        return "not_weighed"
    size = abs(bits)
    if size >= STRONG_BITS:
        return "strong"
    return "moderate" if size >= MODERATE_BITS else "weak"
