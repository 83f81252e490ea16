"""May I list this product here, too? A draft listing against all known ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from storekin.listings.index import ListingIndex, Screened
from storekin.listings.model import load_listing_model
from storekin.pictures.index import ImageIndex
from storekin.policy.decide import Decisions, decide_in_force
from storekin.policy.duplicates import counted_pairs
from storekin.policy.facts import Facts
from storekin.policy.model import EFFECTS, OUTCOMES, DuplicateTest, Policy
from storekin.wording.catalog import say
from storekin.workflows.check.answers import (
    Answer,
    Checked,
    OwnReason,
    Reason,
    answer_to,
    distinct,
    for_stranger,
    joined,
    rule_words,
    sources_of,
)
from storekin.workflows.check.catalogue import Catalogue, without_identity
from storekin.workflows.check.registrations import Asking
from storekin.workflows.portfolio_index import PortfolioIndex

Record = Mapping[str, object]

MOST = 64
"""Listings that one draft is told to be like, at the most."""

_SIMILAR = 2
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


@dataclass(frozen=True, slots=True)
class DraftListing:
    """A draft with the day it was made and its local pictures by their references."""

    record: Record
    created: int
    pictures: Mapping[str, Path]


def check_listings(
    drafts: Sequence[DraftListing], index: PortfolioIndex, asking: Asking
) -> Iterator[Checked]:
    """Check drafts in their order, each against the portfolio and those before it."""
    known = index.listings() or ListingIndex.build(_no_table())
    pictures = index.pictures()
    catalogue = Catalogue.of(index, asking.declarations)
    for draft in drafts:
        yield _check(draft, known, pictures, catalogue, asking)
        known.add(draft.record)


def _no_table() -> object:
    import pyarrow as pa

    return pa.table(
        {name: pa.array([], pa.string()) for name in ("listing", "store", "title")}
    )


def _check(
    draft: DraftListing,
    known: ListingIndex,
    pictures: ImageIndex | None,
    catalogue: Catalogue,
    asking: Asking,
) -> Checked:
    record = draft.record
    name = str(record["listing"])
    model = load_listing_model()
    found = known.screen(
        record,
        floor=model.levels[_SIMILAR],
        most=MOST,
        across_stores=True,
        folder=catalogue.index.folder,
        own_pictures=draft.pictures,
        also=_same_pictures(draft, pictures),
    )
    rows = [_row_of(one.listing, known, catalogue) for one in found]
    replaced = known.row_of(name)
    facts, row, store = catalogue.with_draft(
        record, draft.created, found, rows, replaced
    )
    answers: list[Answer] = ["allow"]
    reasons: list[Reason] = []
    remedies: list[str] = []
    newest = asking.versions[-1]
    needs_identity = any(
        p.duplicates is not None and p.duplicates.scope == "one_seller"
        for p in asking.versions
    )
    asked = facts if needs_identity else without_identity(facts)
    for decided in decide_in_force(asked, asking.versions, asking.today, store):
        if decided.policy.duplicates is None:
            continue
        seen = _Seen(decided, facts, found, rows, row, store, catalogue)
        for answer, reason, remedy in _reasons(seen, draft, asking):
            answers.append(answer)
            reasons.append(reason)
            if remedy:
                remedies.append(remedy)
    reasons.sort(key=lambda one: -OUTCOMES.index(one.outcome))
    told = map(for_stranger, reasons) if asking.seller_view else reasons
    return Checked(
        kind="listing",
        name=name,
        answer=joined(answers),
        reasons=distinct(list(told)),
        remedies=tuple(dict.fromkeys(remedies)),
        policy=newest.name,
        digest=newest.digest,
    )


def _row_of(listing: str, known: ListingIndex, catalogue: Catalogue) -> int:
    own = catalogue.new_rows.get(listing)
    row = own if own is not None else known.row_of(listing)
    if row is None:
        raise AssertionError(f"{listing} was found and has no row")
    return row


def _same_pictures(draft: DraftListing, pictures: ImageIndex | None) -> list[str]:
    """Name the known pictures that a draft's own are, edited."""
    if pictures is None:
        return []
    return [
        one.picture for path in draft.pictures.values() for one in pictures.screen(path)
    ]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A draft among the facts: what was found, and where the draft stands."""

    decided: Decisions
    facts: Facts
    found: Sequence[Screened]
    rows: Sequence[int]
    row: int
    store: int
    catalogue: Catalogue


def _reasons(
    seen: _Seen, draft: DraftListing, asking: Asking
) -> Iterator[tuple[Answer, Reason, str]]:
    """Give a reason for each listing that the draft is a duplicate of."""
    decided, policy = seen.decided, seen.decided.policy
    test = policy.duplicates
    facts = seen.facts.catalogues
    if test is None or facts is None:
        return
    counted = counted_pairs(facts, seen.facts.stores, test).rows
    hit = counted[facts.right[counted] == seen.row]
    outcome_of = {
        (int(left), int(right)): number
        for number, (left, right) in enumerate(
            zip(decided.left.tolist(), decided.right.tolist(), strict=True)
        )
        if decided.effect[number] in _CATALOGUE_EFFECTS or decided.conditional[number]
    }
    by_row = dict(zip(seen.rows, seen.found, strict=True))
    for place in hit.tolist():
        other = int(facts.owners[facts.left[place]])
        pair = (min(other, seen.store), max(other, seen.store))
        number = outcome_of.get(pair)
        if number is None:
            effect, outcome = "alike", _alone(seen, policy, test, pair, asking)
        else:
            effect = EFFECTS[decided.effect[number]]
            outcome = OUTCOMES[decided.outcome[number]]
            if decided.conditional[number] and not asking.seller_view:
                outcome = "open_case"
        one = by_row[int(facts.left[place])]
        answer = answer_to([outcome])
        remedy = "" if answer == "allow" else _remedy(one, asking)
        yield answer, _reason(one, draft, policy, effect, outcome, asking), remedy


_CATALOGUE_EFFECTS = (EFFECTS.index("duplicate_distribution"),)


def _alone(
    seen: _Seen,
    policy: Policy,
    test: DuplicateTest,
    pair: tuple[int, int],
    asking: Asking,
) -> str:
    """Say what follows of a duplicate that by itself associates no stores.

    A product that so many carry that it weighs nothing is a supplier's: nothing does.
    """
    shared = seen.decided.catalogues
    weighs = 0.0
    if shared is not None:
        found = np.flatnonzero((shared.left == pair[0]) & (shared.right == pair[1]))
        weighs = float(shared.bits[found[0]]) if len(found) else 0.0
    if weighs <= 0 or (test.scope == "one_seller" and asking.seller_view):
        return "notice"
    del policy
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
    value = draft.record.get(FIELDS_OF[signal])
    return OwnReason(
        signal=signal,
        field=FIELDS_OF[signal],
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
