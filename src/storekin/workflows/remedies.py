"""Remedies: for each association, the smallest lawful change that ends it.

Of duplicate listings one of each pair is ended, at the least loss; a registration is
corrected truthfully, or its store goes; a group is declared. Nothing here tells how to
make two listings look different, or how not to be seen.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.graph.associations import Association
from storekin.graph.cover import least_cover
from storekin.identity.values import SOURCES, IntArray
from storekin.policy.decide import ACCESS_SIGNALS
from storekin.policy.duplicates import allowed_rows
from storekin.policy.facts import UNKNOWN_DAY, CatalogueFacts
from storekin.policy.model import Policy
from storekin.wording.catalog import Words, in_both
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
    for notice in result.notices:
        remedy = _heed(notice, result.policy)
        if remedy is not None:
            found.append(remedy)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Ended:
    """Rows of listings to be ended, their values, and whether the loss is the least."""

    rows: npt.NDArray[np.bool_]
    worth: npt.NDArray[np.float64]
    exact: bool


def choose_listings(
    result: ScanResult,
    *,
    values: Mapping[str, float] | None = None,
    keep: Collection[str] = (),
) -> Ended:
    """Choose the listings to end so that no duplicate is left, at the least loss.

    All associations are looked at together: a listing that has its double in three
    stores may be the one to end.
    """
    facts = result.facts.catalogues
    count = 0 if facts is None else len(facts.owners)
    worth = np.ones(count)
    rows = np.zeros(count, np.bool_)
    wanted = [
        (decided, row)
        for a in result.associations
        if a.effect == "duplicate_distribution" and a.outcome != "permitted"
        for decided in (a.decided[0],)
        for row in a.rows
    ]
    if facts is None or not wanted:
        return Ended(rows, worth, exact=True)
    pairs = np.unique(np.array([row for _, row in wanted], np.int64))
    involved = np.unique(np.concatenate([facts.left[pairs], facts.right[pairs]]))
    worth = _worth(result, facts, involved, values)
    weights = _weights(result, facts, involved, worth, keep)
    place = np.full(count, -1, np.int64)
    place[involved] = np.arange(len(involved))
    # pairs that count only because there are too many of them are thinned, not ended
    needed = np.zeros(len(facts), np.bool_)
    for version, policy in enumerate(result.versions):
        own = np.array([row for decided, row in wanted if decided == version], np.int64)
        if policy.duplicates is not None and len(own):
            allowed = allowed_rows(facts, result.facts.stores, policy.duplicates)
            needed[own[allowed[own] > 0]] = True
    plain = pairs[~needed[pairs]]
    cover = least_cover(place[facts.left[plain]], place[facts.right[plain]], weights)
    rows[involved[cover.chosen]] = True
    thinned = pairs[needed[pairs]]
    if len(thinned):
        _thin(result, facts, thinned, rows, weights, place)
    return Ended(rows, worth, exact=cover.exact and not len(thinned))


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
    distinct = np.unique(owners)
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
    result: ScanResult,
    facts: CatalogueFacts,
    pairs: IntArray,
    ended: npt.NDArray[np.bool_],
    weights: IntArray,
    place: IntArray,
) -> None:
    """End the cheapest listings of a product until no more than allowed are left."""
    from storekin.kernels.groups import components

    allowance = max(
        max(p.duplicates.allowance, p.duplicates.parts_allowance)
        for p in result.versions
        if p.duplicates is not None
    )
    left, right = facts.left[pairs], facts.right[pairs]
    family = components(len(facts.owners), left, right)[left]
    owners = facts.owners
    groups: dict[tuple[int, int, int], set[int]] = {}
    for one, other, product in zip(
        left.tolist(), right.tolist(), family.tolist(), strict=True
    ):
        sides = sorted((int(owners[one]), int(owners[other])))
        groups.setdefault((sides[0], sides[1], product), set()).update((one, other))
    for _, members in sorted(groups.items()):
        standing = [row for row in members if not ended[row]]
        spare = len(standing) - allowance
        cheap = sorted(standing, key=lambda row: (int(weights[place[row]]), row))
        for row in cheap[: max(spare, 0)]:
            ended[row] = True


def _end_listings(result: ScanResult, association: Association, ended: Ended) -> Remedy:
    facts = result.facts.catalogues
    if facts is None:
        raise AssertionError("duplicates without listings")
    rows = np.array(association.rows, np.int64)
    touched = np.unique(np.concatenate([facts.left[rows], facts.right[rows]]))
    chosen = touched[ended.rows[touched]].tolist()
    names = result.portfolio.listings["listing"]
    stores = result.facts.stores.ids
    ends: dict[str, list[str]] = {}
    for row in chosen:
        ends.setdefault(stores[facts.owners[row]], []).append(names[row].as_py())
    by_store = tuple(sorted((store, tuple(sorted(n))) for store, n in ends.items()))
    listings = tuple(sorted(name for _, own in by_store for name in own))
    counts = {store: len(own) for store, own in by_store}
    return Remedy(
        left=association.left,
        right=association.right,
        effect=association.effect,
        action="end_listings",
        because=in_both(
            "remedy",
            "end_listings",
            count=len(listings),
            left=association.left,
            right=association.right,
            left_count=counts.get(association.left, 0),
            right_count=counts.get(association.right, 0),
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
