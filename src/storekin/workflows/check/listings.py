"""May I list this product here, too? A draft listing against all known ones."""

from collections.abc import Iterator, Sequence

import numpy as np

from storekin.listings.index import Screened
from storekin.policy.decide import Decisions, decide_in_force
from storekin.policy.duplicates import counted_pairs
from storekin.policy.model import EFFECTS, OUTCOMES, DuplicateTest, Policy
from storekin.wording.catalog import say
from storekin.wording.rejections import tell
from storekin.workflows.check.answers import (
    Answer,
    Checked,
    OwnReason,
    Reason,
    answer_to,
    checked,
    rule_words,
    sources_of,
)
from storekin.workflows.check.catalogue import without_identity
from storekin.workflows.check.drafts import look_at_pictures
from storekin.workflows.check.laying import (
    DraftListing,
    Laid,
    ScreenedCatalogue,
    WholeCatalogue,
)
from storekin.workflows.check.registrations import Asking
from storekin.workflows.portfolio_index import PortfolioIndex

FIELDS_OF = {
    "same_gtin": "gtin",
    "same_image": "images",
    "similar_image": "images",
    "similar_title": "title",
    "same_model_number": "mpn",
    "same_brand": "brand",
    "same_category": "category",
    "similar_attributes": "attributes",
    "same_variant": "title",
    "close_price": "price",
    "similar_description": "description",
}
"""The field of a listing that each signal is read from."""


def check_listings(
    drafts: Sequence[DraftListing], index: PortfolioIndex, asking: Asking
) -> Iterator[Checked]:
    """Check drafts in their order, each against the portfolio and those before it.

    Among few listings all are compared with a draft, as in a scan, since one more moves
    what the others say of one another; among many its neighbours are.
    """
    known = index.listings()
    laying: ScreenedCatalogue | WholeCatalogue
    held = index.pictures()
    few = len(drafts) <= FEW_DRAFTS and (held is None or len(held) <= FEW_PICTURES)
    if known is None or (few and len(known) <= FEW):
        laying = WholeCatalogue.of(index, known, asking.declarations)
    else:
        laying = ScreenedCatalogue.of(index, known, asking.declarations)
    for draft in drafts:
        yield _check(look_at_pictures(draft, index.folder), laying, asking)


FEW = 300
"""Listings up to which a draft is compared with all of them, in half a second."""

FEW_PICTURES = 50
"""Local pictures up to which all of them are laid over one another anew."""

FEW_DRAFTS = 10
"""Drafts up to which each is; of a long list each is compared with its neighbours."""


def _check(
    draft: DraftListing,
    laying: "ScreenedCatalogue | WholeCatalogue",
    asking: Asking,
) -> Checked:
    seen = laying.lay(draft)
    name = str(draft.record["listing"])
    answers: list[Answer] = ["allow"]
    reasons: list[Reason] = []
    remedies: list[str] = []
    newest = asking.versions[-1]
    needs_identity = any(
        p.duplicates is not None and p.duplicates.scope == "one_seller"
        for p in asking.versions
    )
    asked = seen.facts if needs_identity else without_identity(seen.facts)
    for decided in decide_in_force(asked, asking.versions, asking.today, seen.store):
        if decided.policy.duplicates is None:
            continue
        for answer, reason, remedy in _reasons(decided, seen, draft, asking):
            answers.append(answer)
            reasons.append(reason)
            if remedy:
                remedies.append(remedy)
    unread = []
    for reference, kind in draft.unread.items():
        about = (("listing", name), ("picture", reference))
        problem, fix = tell(kind, about, asking.language)
        # what could not be looked at is not allowed unseen
        answers.append("review")
        unread.append(problem)
        remedies.append(fix)
    return checked(
        "listing",
        name,
        newest,
        answers,
        reasons,
        remedies,
        seller_view=asking.seller_view,
        unread=unread,
    )


def _reasons(
    decided: Decisions, seen: Laid, draft: DraftListing, asking: Asking
) -> Iterator[tuple[Answer, Reason, str]]:
    """Give a reason for each listing that the draft is a duplicate of."""
    policy = decided.policy
    test = policy.duplicates
    facts = seen.facts.catalogues
    if test is None or facts is None:
        return
    counted = counted_pairs(facts, seen.facts.stores, test).rows
    one_end, other_end = facts.left[counted], facts.right[counted]
    hit = counted[(one_end == seen.row) | (other_end == seen.row)]
    outcome_of = {
        (int(left), int(right)): number
        for number, (left, right) in enumerate(
            zip(decided.left.tolist(), decided.right.tolist(), strict=True)
        )
        if decided.effect[number] in _CATALOGUE_EFFECTS or decided.conditional[number]
    }
    by_row = dict(zip(seen.rows, seen.found, strict=True))
    for place in hit.tolist():
        left, right = int(facts.left[place]), int(facts.right[place])
        twin = right if left == seen.row else left
        other = int(facts.owners[twin])
        pair = (min(other, seen.store), max(other, seen.store))
        number = outcome_of.get(pair)
        if number is None:
            effect, outcome = "alike", _alone(decided, test, pair, asking)
        else:
            effect = EFFECTS[decided.effect[number]]
            outcome = OUTCOMES[decided.outcome[number]]
            if decided.conditional[number] and not asking.seller_view:
                outcome = "open_case"
        one = by_row[twin]
        answer = answer_to([outcome])
        remedy = "" if answer == "allow" else _remedy(one, asking)
        yield answer, _reason(one, draft, policy, effect, outcome, asking), remedy


_CATALOGUE_EFFECTS = (EFFECTS.index("duplicate_distribution"),)


def _alone(
    decided: Decisions,
    test: DuplicateTest,
    pair: tuple[int, int],
    asking: Asking,
) -> str:
    """Say what follows of a duplicate that by itself associates no stores.

    A product that so many carry that it weighs nothing is a supplier's: nothing does.
    """
    shared = decided.catalogues
    weighs = 0.0
    if shared is not None:
        found = np.flatnonzero((shared.left == pair[0]) & (shared.right == pair[1]))
        weighs = float(shared.bits[found[0]]) if len(found) else 0.0
    if weighs <= 0 or (test.scope == "one_seller" and asking.seller_view):
        return "notice"
    return "open_case"


def _reason(
    one: Screened,
    draft: DraftListing,
    policy: Policy,
    effect: str,
    outcome: str,
    asking: Asking,
) -> Reason:
    test = policy.duplicates
    if test is None:
        raise AssertionError("a duplicate without a test")
    speaking = {name: bits for name, bits in one.signals.items() if name in FIELDS_OF}
    signal = max(speaking, key=lambda name: speaking[name], default="similar_title")
    # what is read from a title where its own field is empty is the title's
    given = FIELDS_OF[signal] if draft.record.get(FIELDS_OF[signal]) else "title"
    value = draft.record.get(given)
    return OwnReason(
        signal=signal,
        field=given,
        value="" if value is None else str(value),
        because=say(asking.language, "check", effect),
        rule=rule_words(test, asking.language),
        source=sources_of(test, policy, asking.language),
        confidence=test.confidence,
        effect=effect if effect != "alike" else "advisory",
        outcome=outcome,
        store=one.store,
        listing=one.listing,
    )


def _remedy(one: Screened, asking: Asking) -> str:
    if asking.seller_view:
        return say(asking.language, "check", "do_not_list_stranger")
    return say(
        asking.language, "check", "do_not_list", listing=one.listing, store=one.store
    )
