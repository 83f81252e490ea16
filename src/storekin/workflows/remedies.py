"""Remedies: for each association, the smallest lawful change that ends it.

Of duplicate listings one of each pair is ended, at the least loss; a registration is
corrected truthfully, or its store goes; a group is declared. Nothing here tells how to
make two listings look different, or how not to be seen.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.graph.associations import Association
from storekin.graph.cover import least_cover
from storekin.identity.values import SOURCES, IntArray
from storekin.kernels.numbering import distinct_of
from storekin.policy.decide import (
    ACCESS_SIGNALS,
    DISTRIBUTION,
    Decisions,
    decide_in_force,
)
from storekin.policy.duplicates import allowed_rows
from storekin.policy.facts import UNKNOWN_DAY, CatalogueFacts, Facts, day_number
from storekin.policy.model import OUTCOMES, Policy
from storekin.wording.catalog import Words, in_both
from storekin.workflows.facts import catalogue_facts
from storekin.workflows.listings import compare_listings_of
from storekin.workflows.scan import ScanResult

FACTOR = 100
"""Values are weighed in hundredths."""

KEPT = 1_000_000
"""How many times a listing of a store that is to be kept weighs."""

LARGEST = 1e7


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What would lawfully end one association, or heed one notice.

    ``listings`` are those to be ended, by store in ``ends``; ``fields`` those of the
    registration to be corrected; ``loss`` the value of what is ended, ``bound`` what
    any way of ending all duplicates of the whole portfolio costs at least.
    """

    left: str
    right: str
    effect: str
    action: str
    because: Words
    listings: tuple[str, ...] = ()
    ends: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fields: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    loss: float | None = None
    exact: bool = True

    def as_json(self) -> dict[str, object]:
        """Give the remedy as the line of ``remedies.jsonl``."""
        line: dict[str, object] = {
            "left": self.left,
            "right": self.right,
            "effect": self.effect,
            "action": self.action,
            "listings": list(self.listings),
            "fields": list(self.fields),
            "because": self.because,
        }
        if self.ends:
            line["ends"] = {store: list(names) for store, names in self.ends}
            line["loss"] = self.loss
            line["exact"] = self.exact
        if self.stores:
            line["stores"] = list(self.stores)
        return line


def find_remedies(
    result: ScanResult,
    *,
    values: Mapping[str, float] | None = None,
    keep: Collection[str] = (),
) -> tuple[Remedy, ...]:
    """Find the remedies of all associations and notices of a scan.

    ``values`` say what each listing is worth (its sales); without them prices do,
    where all are given in one currency, and else each listing counts the same. Of
    stores in ``keep`` nothing is ended where that can be helped.
    """
    ended = choose_listings(result, values=values, keep=keep)
    found: list[Remedy] = []
    for association in result.associations:
        policy = result.decisions[association.decided[0]].policy
        if association.outcome == "permitted":
            continue
        if association.effect == "duplicate_distribution":
            found.append(_end_listings(result, association, ended))
        elif association.effect == "duplicate_registration":
            found.append(_correct(association, policy))
        else:
            found.append(_declare(association, policy))
    found += _later_on(result, ended, found)
    for notice in result.notices:
        remedy = _heed(notice, result.policy)
        if remedy is not None:
            found.append(remedy)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Ended:
    """Rows of listings to be ended, their values, and whether the loss is the least.

    ``edges`` are the pairs of which one must go; ``edges`` of stores that are not
    associated yet would count once the others are ended.
    """

    rows: npt.NDArray[np.bool_]
    worth: npt.NDArray[np.float64]
    exact: bool
    edges: "Edges"


def choose_listings(
    result: ScanResult,
    *,
    values: Mapping[str, float] | None = None,
    keep: Collection[str] = (),
) -> Ended:
    """Choose the listings to end so that no duplicate is left, at the least loss.

    All associations are looked at together: a listing that has its double in three
    stores may be the one to end. The cover is over every pair that the policy's test
    of listings counts, not over so many that two stores stay below what a scan tells:
    to keep a duplicate because it weighs little would be advice on not being seen.
    """
    facts = result.facts.catalogues
    count = 0 if facts is None else len(facts.owners)
    ended = Ended(np.zeros(count, np.bool_), np.ones(count), exact=True, edges={})
    if facts is None:
        return ended
    edges = _counted(result.decisions, result.facts, np.arange(count))
    more = dict(edges)
    # ending some makes what is left rarer, a larger share of smaller catalogues, and
    # likelier beside fewer rivals: what would count then is ended, too
    while more:
        edges |= more
        ended = _choose(result, facts, edges, values, keep)
        left = _without(result, facts, ended.rows)
        more = _new(_counted(_decide(result, left), left, np.arange(count)), edges)
        if not more and count <= RECOMPARED:
            more = _new(_compared_anew(result, ended.rows), edges)
    return ended


RECOMPARED = 5_000
"""Listings up to which what is left is compared anew, to see that nothing counts."""

Edges = dict[tuple[int, int], int]
"""Pairs of listings that count, by their rows; how many of a product are allowed."""


def _new(found: Edges, known: Edges) -> Edges:
    return {pair: allowed for pair, allowed in found.items() if pair not in known}


def _decide(result: ScanResult, facts: Facts) -> list[Decisions]:
    return decide_in_force(facts, result.versions, day_number(result.today))


def _counted(
    decisions: Sequence[Decisions], facts: Facts, origin: npt.NDArray[np.int64]
) -> Edges:
    """Give the pairs that duplicate distribution rests on; *origin* has their rows."""
    catalogues = facts.catalogues
    edges: Edges = {}
    if catalogues is None:
        return edges
    for decided in decisions:
        shared, test = decided.catalogues, decided.policy.duplicates
        if shared is None or test is None:
            continue
        allowed = allowed_rows(catalogues, facts.stores, test)
        held = (decided.effect == DISTRIBUTION) & (decided.outcome != _PERMITTED)
        for place in decided.place[held].tolist():
            rows = shared.rows[shared.first[place] : shared.first[place + 1]]
            left, right = origin[catalogues.left[rows]], origin[catalogues.right[rows]]
            for one, other, most in zip(
                left.tolist(), right.tolist(), allowed[rows].tolist(), strict=True
            ):
                edges[min(one, other), max(one, other)] = most
    return edges


def _without(
    result: ScanResult, facts: CatalogueFacts, ended: npt.NDArray[np.bool_]
) -> Facts:
    """Give the facts as they are without some listings, scores as they were."""
    kept = np.flatnonzero(~ended[facts.left] & ~ended[facts.right])
    stores = result.facts.stores
    gone = np.bincount(facts.owners[ended], minlength=len(stores))
    return replace(
        result.facts,
        stores=replace(stores, listings=stores.listings - gone),
        catalogues=facts.take(kept),
    )


def _compared_anew(result: ScanResult, ended: npt.NDArray[np.bool_]) -> Edges:
    """Compare what is left, as the next scan will, and give what would count."""
    if result.listings is None:
        return {}
    origin = np.flatnonzero(~ended)
    table = result.portfolio.listings.take(pa.array(origin))
    owners = result.listings.prepared.owners[origin]
    pictures = result.listings.prepared.pictures
    found = compare_listings_of(
        table,
        owners,
        result.portfolio.folder,
        across_stores=True,
        floor=result.listings.model.levels[2],
        own_pictures=pictures.seen(),
    )
    stores = result.facts.stores
    sizes = np.bincount(owners, minlength=len(stores))
    left = replace(
        result.facts,
        stores=replace(stores, listings=sizes),
        catalogues=catalogue_facts(table, found),
    )
    return _counted(_decide(result, left), left, origin)


_PERMITTED = OUTCOMES.index("permitted")


def _choose(
    result: ScanResult,
    facts: CatalogueFacts,
    edges: Edges,
    values: Mapping[str, float] | None,
    keep: Collection[str],
) -> Ended:
    """Choose the listings to end so that no pair that counts is left."""
    count = len(facts.owners)
    rows = np.zeros(count, np.bool_)
    pairs = np.array(sorted(edges), np.int64).reshape(-1, 2)
    allowed = np.array([edges[pair] for pair in sorted(edges)], np.int64)
    involved = distinct_of(pairs)
    worth = _worth(result, facts, involved, values)
    weights = _weights(result, facts, involved, worth, keep)
    place = np.full(count, -1, np.int64)
    place[involved] = np.arange(len(involved))
    plain = pairs[allowed == 0]
    cover = least_cover(place[plain[:, 0]], place[plain[:, 1]], weights)
    rows[involved[cover.chosen]] = True
    # pairs that count only because there are too many of them are thinned, not ended
    thinned = pairs[allowed > 0]
    if len(thinned):
        _thin(facts, thinned, allowed[allowed > 0], rows, weights, place)
    return Ended(rows, worth, exact=cover.exact and not len(thinned), edges=edges)


def _worth(
    result: ScanResult,
    facts: CatalogueFacts,
    involved: IntArray,
    values: Mapping[str, float] | None,
) -> npt.NDArray[np.float64]:
    """Say what each listing is worth; 1 where nothing comparable is known."""
    worth = np.ones(len(facts.owners))
    if values is not None:
        names = result.portfolio.listings["listing"]
        for row in involved.tolist():
            worth[row] = max(values.get(names[row].as_py(), 1.0), 0.01)
        return np.minimum(worth, LARGEST)
    prices, money = facts.prices[involved], facts.currencies[involved]
    known = np.isfinite(prices) & (prices > 0)
    if known.any() and len(np.unique(money[known])) == 1:
        worth[involved] = np.where(known, prices, np.median(prices[known]))
    return np.clip(worth, 0.01, LARGEST)


def _weights(
    result: ScanResult,
    facts: CatalogueFacts,
    involved: IntArray,
    worth: npt.NDArray[np.float64],
    keep: Collection[str],
) -> IntArray:
    """Weigh the listings in whole numbers; of equal ones the newer store's goes."""
    stores = result.facts.stores
    owners = facts.owners[involved]
    weights = np.maximum(np.round(worth[involved] * FACTOR), 1).astype(np.int64)
    kept = np.isin(np.asarray(stores.ids, object)[owners], list(keep))
    weights[kept] *= KEPT
    distinct = distinct_of(owners)
    order = np.lexsort(
        (
            distinct,
            np.where(
                stores.opened[distinct] == UNKNOWN_DAY,
                np.iinfo(np.int64).max,
                stores.opened[distinct],
            ),
        )
    )
    rank = np.empty(len(distinct), np.int64)
    rank[order] = np.arange(len(distinct))
    older = 15 - 15 * rank // max(len(distinct) - 1, 1)
    tie = older[np.searchsorted(distinct, owners)]
    # the ties of all listings together stay below one hundredth of value
    scale = 16 * len(involved) + 1
    most = np.iinfo(np.int64).max // (4 * max(len(involved), 1))
    return np.minimum(weights, most // scale) * scale + tie


def _thin(
    facts: CatalogueFacts,
    pairs: npt.NDArray[np.int64],
    allowed: npt.NDArray[np.int64],
    ended: npt.NDArray[np.bool_],
    weights: IntArray,
    place: IntArray,
) -> None:
    """End the cheapest listings of a product until no more than allowed are left."""
    from storekin.kernels.groups import components

    left, right = pairs[:, 0].copy(), pairs[:, 1].copy()
    family = components(len(facts.owners), left, right)[left]
    groups: dict[tuple[int, int, int], set[int]] = {}
    most: dict[tuple[int, int, int], int] = {}
    for one, other, product, number in zip(
        left.tolist(), right.tolist(), family.tolist(), allowed.tolist(), strict=True
    ):
        sides = sorted((int(facts.owners[one]), int(facts.owners[other])))
        key = (sides[0], sides[1], product)
        groups.setdefault(key, set()).update((one, other))
        most[key] = number
    for key, members in sorted(groups.items()):
        standing = [row for row in members if not ended[row]]
        spare = len(standing) - most[key]
        cheap = sorted(standing, key=lambda row: (int(weights[place[row]]), row))
        for row in cheap[: max(spare, 0)]:
            ended[row] = True


def _later_on(
    result: ScanResult, ended: Ended, known: Sequence[Remedy]
) -> list[Remedy]:
    """Tell what stores are to end that only then would be associated."""
    facts = result.facts.catalogues
    if facts is None:
        return []
    told = {(r.left, r.right) for r in known if r.action == "end_listings"}
    stores = result.facts.stores.ids
    rows: dict[tuple[str, str], set[int]] = {}
    for pair in ended.edges:
        sides = sorted(stores[facts.owners[row]] for row in pair)
        key = (sides[0], sides[1])
        chosen = {row for row in pair if ended.rows[row]}
        if key not in told and chosen:
            rows.setdefault(key, set()).update(chosen)
    return [
        _ending(result, key, sorted(chosen), ended, "end_listings_then")
        for key, chosen in sorted(rows.items())
    ]


def _end_listings(result: ScanResult, association: Association, ended: Ended) -> Remedy:
    facts = result.facts.catalogues
    if facts is None:
        raise AssertionError("duplicates without listings")
    rows = np.array(association.rows, np.int64)
    touched = distinct_of(np.concatenate([facts.left[rows], facts.right[rows]]))
    chosen = touched[ended.rows[touched]].tolist()
    pair = (association.left, association.right)
    return _ending(result, pair, chosen, ended, "end_listings")


def _ending(
    result: ScanResult,
    pair: tuple[str, str],
    chosen: list[int],
    ended: Ended,
    key: str,
) -> Remedy:
    facts = result.facts.catalogues
    if facts is None:
        raise AssertionError("duplicates without listings")
    names = result.portfolio.listings["listing"]
    stores = result.facts.stores.ids
    ends: dict[str, list[str]] = {}
    for row in chosen:
        ends.setdefault(stores[facts.owners[row]], []).append(names[row].as_py())
    by_store = tuple(sorted((store, tuple(sorted(n))) for store, n in ends.items()))
    listings = tuple(sorted(name for _, own in by_store for name in own))
    counts = {store: len(own) for store, own in by_store}
    return Remedy(
        left=pair[0],
        right=pair[1],
        effect="duplicate_distribution",
        action="end_listings",
        because=in_both(
            "remedy",
            key,
            count=len(listings),
            left=pair[0],
            right=pair[1],
            left_count=counts.get(pair[0], 0),
            right_count=counts.get(pair[1], 0),
        ),
        listings=listings,
        ends=by_store,
        loss=round(float(ended.worth[chosen].sum()), 2),
        exact=ended.exact,
    )


def _correct(association: Association, policy: Policy) -> Remedy:
    shared = [
        e.signal
        for e in association.evidence
        if e.holders is not None and policy.effect_of(e.signal) == "unique"
    ]
    fields = tuple(dict.fromkeys(SOURCES[s].column for s in shared if s in SOURCES))
    papers = {"business_licence", "legal_person_id", "tax_number"} & set(fields)
    later = association.later
    first = None
    if later is not None:
        first = association.left if later == association.right else association.right
    key = "correct_papers" if papers else "correct_contact"
    if first is None:
        key += "_undated"
    return Remedy(
        left=association.left,
        right=association.right,
        effect=association.effect,
        action="correct_registration",
        because=in_both(
            "remedy",
            key,
            left=association.left,
            right=association.right,
            first=first or "",
            later=later or "",
        ),
        fields=fields,
    )


def _declare(association: Association, policy: Policy) -> Remedy:
    missing = [name for name, met in association.conditions if met is not True]
    permission = policy.permission
    key = "declare_group" if permission is not None else "declare_or_prove"
    if permission is not None and missing:
        because = {
            language: f"{words} {_missing(missing, language)}"
            for language, words in in_both(
                "remedy", key, left=association.left, right=association.right
            ).items()
        }
    else:
        because = in_both("remedy", key, left=association.left, right=association.right)
    return Remedy(
        left=association.left,
        right=association.right,
        effect=association.effect,
        action="declare_group",
        because=because,
    )


def _missing(names: Sequence[str], language: str) -> str:
    from storekin.wording.catalog import load_words, say

    words = load_words(language)["policy_word"]
    between = "；" if language == "zh" else "; "
    told = between.join(words[name] for name in names)
    return say(language, "remedy", "missing", conditions=told)


def _heed(notice: Association, policy: Policy) -> Remedy | None:
    """Say what a notice advises; None where it advises nothing."""
    signal = notice.evidence[0].signal
    rule = policy.signals.get(signal)
    if rule is None or not notice.spare:
        return None
    kind = "move_accounts" if signal in ACCESS_SIGNALS else "too_many"
    return Remedy(
        left=notice.left,
        right=notice.right,
        effect="advisory",
        action="move_accounts",
        because=in_both(
            "remedy",
            kind,
            count=notice.spare,
            stores=len(notice.stores),
            limit=rule.limit,
        ),
        stores=notice.stores,
    )
