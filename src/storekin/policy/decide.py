"""From facts to decisions under one policy; pure, so that it can be taken again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from storekin.graph.catalogues import SharedCatalogues, share_catalogues
from storekin.policy.conditions import NOT_MET, States, all_met, condition_states
from storekin.policy.duplicates import counted_pairs
from storekin.policy.facts import (
    UNKNOWN_DAY,
    BoolArray,
    CatalogueFacts,
    Facts,
    FloatArray,
    IdentityFacts,
    IntArray,
    StoreFacts,
    day_number,
)
from storekin.policy.model import EFFECTS, OUTCOMES, Policy

BREACH, DISTRIBUTION, RELATED, ADVISORY = range(len(EFFECTS))
"""Effects by number, in the order of ``EFFECTS``."""

CONDITIONAL_BITS = 5.0
"""From here on two catalogues are told to be duplicates if one seller ran both: one
rare product, borne out by a picture or a code. Less is a supplier's."""

ACCESS_SIGNALS = ("shares_ip", "shares_device")
"""What is read from how stores are used, not from what they were registered with."""


@dataclass(frozen=True, slots=True)
class SignalNumbers:
    """A policy's effects over a list of signals, as masks by signal number.

    ``limit`` is how many stores may give one value of a unique signal.
    """

    unique: BoolArray
    silent: BoolArray
    limit: IntArray


def number_signals(policy: Policy, signals: Sequence[str]) -> SignalNumbers:
    """Sort the signals by what *policy* makes of them.

    ``silent`` ones count for nothing: what it ignores, and networks and devices that
    are only counted. A limit on papers is a notice, and yet evidence of one seller.
    """
    effects = [policy.effect_of(signal) for signal in signals]
    rules = [policy.signals.get(signal) for signal in signals]
    return SignalNumbers(
        unique=np.array([effect == "unique" for effect in effects], np.bool_),
        silent=np.array(
            [
                effect == "ignored"
                or (effect == "advisory_limit" and signal in ACCESS_SIGNALS)
                for signal, effect in zip(signals, effects, strict=True)
            ],
            np.bool_,
        ),
        limit=np.array(
            [1 if rule is None else rule.limit or 1 for rule in rules], np.int64
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What follows for pairs of stores, a row each; pairs without effect have none.

    ``effect`` and ``outcome`` number ``EFFECTS`` and ``OUTCOMES``; ``place`` is the
    row in the identity facts, or in ``catalogues`` where the effect is duplicate
    distribution; ``later`` is the store opened later, -1 where that is not known;
    ``event`` the day that decides which version of a policy is in force. ``states``
    has a column for each condition of the policy's permission. A ``conditional`` row
    would be duplicate distribution if one seller ran both stores; it is a notice.
    """

    policy: Policy
    left: IntArray
    right: IntArray
    effect: npt.NDArray[np.int8]
    outcome: npt.NDArray[np.int8]
    bits: FloatArray
    probability: FloatArray
    place: IntArray
    later: IntArray
    event: IntArray
    states: States
    conditional: BoolArray
    catalogues: SharedCatalogues | None

    def __len__(self) -> int:
        return len(self.left)

    def take(self, rows: npt.NDArray[np.generic]) -> "Decisions":
        """Give the chosen rows (a mask, or places)."""
        return replace(
            self,
            **{
                name: getattr(self, name)[rows]
                for name in (
                    "left",
                    "right",
                    "effect",
                    "outcome",
                    "bits",
                    "probability",
                    "place",
                    "later",
                    "event",
                    "states",
                    "conditional",
                )
            },
        )


def decide(facts: Facts, policy: Policy, around: int | None = None) -> Decisions:
    """Decide every pair of stores under *policy*: the same facts, the same decision.

    Identity comes first, since a policy may hold duplicates against one seller alone.
    With *around* catalogues are compared with that store's alone, by its number.
    """
    effect, bits, probability = _decide_identity(facts.identity, policy)
    left, right = facts.identity.left, facts.identity.right
    kept = ~_held(left, right, facts.apart, len(facts.stores))
    place = np.flatnonzero(kept & (effect >= 0))
    effect, bits, probability = effect[place], bits[place], probability[place]
    left, right = left[place], right[place]
    parts = [
        _Part(
            left,
            right,
            effect,
            bits,
            probability,
            place,
            _later_day(facts.stores.opened, left, right),
            np.zeros(len(left), np.bool_),
        )
    ]
    shared = None
    if facts.catalogues is not None and policy.duplicates is not None:
        shared = shared_catalogues(facts.catalogues, facts.stores, policy, around)
        seller = sellers(facts.stores, left, right)
        parts.append(_decide_catalogues(facts, shared, seller, policy))
    joined = _Part.join(parts)
    share = _share_of(joined, shared, len(facts.stores))
    states, outcome = _outcomes(joined, share, facts.stores, policy)
    return Decisions(
        policy=policy,
        left=joined.left,
        right=joined.right,
        effect=joined.effect,
        outcome=outcome,
        bits=joined.bits,
        probability=joined.probability,
        place=joined.place,
        later=_later_store(facts.stores.opened, joined.left, joined.right),
        event=joined.event,
        states=states,
        conditional=joined.conditional,
        catalogues=shared,
    )


def decide_in_force(
    facts: Facts,
    versions: Sequence[Policy],
    today: int,
    around: int | None = None,
) -> list[Decisions]:
    """Decide under several versions of one policy: that in force at the event decides.

    The event is the opening of the later store, or the publishing of the latest
    duplicate; where no day is known it is *today*, in days since 1970-01-01. Before the
    first version that one decides.
    """
    if len(versions) == 1:
        return [decide(facts, versions[0], around)]
    results = []
    for number, policy in enumerate(versions):
        decisions = decide(facts, policy, around)
        day = np.where(decisions.event == UNKNOWN_DAY, today, decisions.event)
        results.append(decisions.take(version_on(versions, day) == number))
    return results


def version_on(versions: Sequence[Policy], days: IntArray) -> IntArray:
    """Give the place of the version that is in force on each day; the oldest first."""
    effective = [day_number(policy.effective_on) for policy in versions]
    begins = np.array(effective, np.int64)
    return np.maximum(np.searchsorted(begins, days, side="right") - 1, 0)


@dataclass(frozen=True, slots=True)
class _Part:
    """Decided pairs before their outcomes; what they rest on is by ``place``."""

    left: IntArray
    right: IntArray
    effect: npt.NDArray[np.int8]
    bits: FloatArray
    probability: FloatArray
    place: IntArray
    event: IntArray
    conditional: BoolArray

    @classmethod
    def join(cls, parts: Sequence["_Part"]) -> "_Part":
        return cls(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in cls.__slots__
            )
        )


def _decide_identity(
    facts: IdentityFacts, policy: Policy
) -> tuple[npt.NDArray[np.int8], FloatArray, FloatArray]:
    """Give each pair's effect (-1 for none), its bits and its probability."""
    numbers = number_signals(policy, facts.signals)
    breach = breaks_uniqueness(facts, numbers, policy)
    bits = counted_bits(facts, policy)
    odds = np.clip(bits + facts.prior_bits, -60, 60)
    probability = np.round(1 / (1 + np.exp2(-odds)), 6)
    effect = np.full(len(facts), -1, np.int8)
    if policy.related is not None:
        effect[
            (bits >= policy.related.bits_at_least)
            & (probability >= policy.related.probability_at_least)
        ] = RELATED
    effect[breach] = BREACH
    return effect, bits, probability


def silent_rows(facts: IdentityFacts, policy: Policy) -> BoolArray:
    """Mark evidence that *policy* ignores, or takes for a notice alone."""
    exact = number_signals(policy, facts.signals).silent
    near = number_signals(policy, facts.near_signals).silent
    rows: BoolArray = np.where(facts.near, near[facts.signal], exact[facts.signal])
    return rows


def counted_bits(facts: IdentityFacts, policy: Policy) -> FloatArray:
    """Add up each pair's bits, without what counts for nothing under *policy*."""
    cents = np.round(facts.bits * 100).astype(np.int64)
    cents = np.where(silent_rows(facts, policy), 0, cents)
    return np.round(np.bincount(facts.pair, cents, len(facts))) / 100


def breaks_uniqueness(
    facts: IdentityFacts, numbers: SignalNumbers, policy: Policy
) -> BoolArray:
    """Say which pairs give one value that the policy calls unique.

    A value that ``generic_registrants`` or more distinct registrants give is reported
    once, for the value, and breaks nothing between two of them.
    """
    rows = breaching_rows(facts, numbers, policy)
    result = np.zeros(len(facts), np.bool_)
    result[facts.pair[rows]] = True
    return result


def breaching_rows(
    facts: IdentityFacts, numbers: SignalNumbers, policy: Policy
) -> BoolArray:
    """Mark the evidence that breaks a rule by itself."""
    rows: BoolArray = (
        facts.exact
        & numbers.unique[facts.signal]
        & (facts.registrants < policy.generic_registrants)
        & (facts.holders > numbers.limit[facts.signal])
    )
    return rows


def shared_catalogues(
    facts: CatalogueFacts,
    stores: StoreFacts,
    policy: Policy,
    around: int | None = None,
) -> SharedCatalogues:
    """Join the listings that count as duplicates under *policy*, by pairs of stores.

    With *around* only the products of that store are looked at: what it shares with
    each other store is the same; what others share among themselves is not whole.
    """
    if policy.duplicates is None:
        none = np.empty(0, np.int64)
        counted_rows, level = none, np.empty(0, np.int8)
    else:
        counted = counted_pairs(facts, stores, policy.duplicates)
        counted_rows, level = counted.rows, counted.level
    if around is not None:
        kept = _carried_by(facts, counted_rows, around)
        counted_rows, level = counted_rows[kept], level[kept]
    return share_catalogues(
        facts.left[counted_rows],
        facts.right[counted_rows],
        level,
        facts.probability[counted_rows],
        facts.owners,
        facts.seen[counted_rows],
        sizes=stores.listings,
        rows=counted_rows,
    )


def _carried_by(facts: CatalogueFacts, rows: IntArray, store: int) -> BoolArray:
    """Mark pairs of listings whose product one store carries."""
    from storekin.kernels.groups import components

    family = components(len(facts.owners), facts.left[rows], facts.right[rows])
    left, right = facts.left[rows], facts.right[rows]
    ends = np.concatenate([left, right])
    carried = np.zeros(len(facts.owners), np.bool_)
    carried[family[ends[facts.owners[ends] == store]]] = True
    marks: BoolArray = carried[family[left]]
    return marks


def sellers(stores: StoreFacts, left: IntArray, right: IntArray) -> IntArray:
    """Number the sellers: stores tied by identity, by operator, or by declaration."""
    from storekin.kernels.groups import components

    edges = [(left, right)]
    for column in (stores.operator, stores.group):
        known = np.flatnonzero(column >= 0)
        order = known[np.argsort(column[known], kind="stable")]
        same = column[order[1:]] == column[order[:-1]]
        edges.append((order[:-1][same], order[1:][same]))
    numbers: IntArray = components(
        len(stores),
        np.concatenate([one for one, _ in edges]),
        np.concatenate([other for _, other in edges]),
    )
    return numbers


def _decide_catalogues(
    facts: Facts, shared: SharedCatalogues, seller: IntArray, policy: Policy
) -> _Part:
    test = policy.duplicates
    if test is None or facts.catalogues is None:
        none = np.empty(0, np.int64)
        zero = np.empty(0, np.float64)
        return _Part(
            none, none, none.astype(np.int8), zero, zero, none, none, none == 1
        )
    enough = shared.bits >= test.bits_at_least
    enough &= ~_held(shared.left, shared.right, facts.apart, len(facts.stores))
    place = np.flatnonzero(enough)
    left, right = shared.left[place], shared.right[place]
    apart = np.zeros(len(place), np.bool_)
    if test.scope == "one_seller":
        apart = seller[left] != seller[right]
        # of strangers a product in common is no news: only what is rare is told
        told = ~apart | (shared.bits[place] >= CONDITIONAL_BITS)
        place, left, right, apart = (
            column[told] for column in (place, left, right, apart)
        )
    return _Part(
        left,
        right,
        np.where(apart, ADVISORY, DISTRIBUTION).astype(np.int8),
        shared.bits[place],
        shared.probability[place],
        place,
        _catalogue_days(facts.catalogues, shared)[place],
        apart,
    )


def _catalogue_days(facts: CatalogueFacts, shared: SharedCatalogues) -> IntArray:
    """Give the day on which each pair of stores' latest duplicate was published."""
    if not len(shared):
        return np.empty(0, np.int64)
    rows = shared.rows
    one, other = facts.created[facts.left[rows]], facts.created[facts.right[rows]]
    both = (one != UNKNOWN_DAY) & (other != UNKNOWN_DAY)
    day = np.where(both, np.maximum(one, other), UNKNOWN_DAY)
    return np.maximum.reduceat(day, shared.first[:-1])


def _share_of(part: _Part, shared: SharedCatalogues | None, stores: int) -> FloatArray:
    """Give the share of the smaller catalogue that each decided pair has in common."""
    share = np.zeros(len(part.left), np.float64)
    if shared is None or not len(shared):
        return share
    keys = shared.left * stores + shared.right
    wanted = part.left * stores + part.right
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    share[:] = np.where(keys[found] == wanted, shared.share[found], 0.0)
    return share


def _outcomes(
    part: _Part, share: FloatArray, stores: StoreFacts, policy: Policy
) -> tuple[States, npt.NDArray[np.int8]]:
    """Say what follows for each decided pair, and which conditions are met."""
    by_effect = np.array(
        [OUTCOMES.index(outcome_of(effect, policy)) for effect in EFFECTS], np.int8
    )
    outcome = by_effect[part.effect]
    states = np.empty((len(part.left), 0), np.int8)
    permitted = np.zeros(len(part.left), np.bool_)
    if policy.permission is not None:
        covered = [EFFECTS.index(effect) for effect in policy.permission.effects]
        states = condition_states(
            policy.permission, stores, part.left, part.right, share
        )
        permitted = np.isin(part.effect, covered) & all_met(states)
    if policy.standing is not None:
        out = (
            stores.closed
            if policy.standing.when == "closed"
            else stores.standing == NOT_MET
        )
        tied = (part.effect == BREACH) | (part.effect == RELATED)
        worse = OUTCOMES.index(policy.standing.outcome)
        hit = tied & (out[part.left] | out[part.right])
        outcome = np.where(hit, np.maximum(outcome, worse), outcome).astype(np.int8)
        permitted &= ~hit
    outcome = np.where(permitted, OUTCOMES.index("permitted"), outcome)
    return states, outcome.astype(np.int8)


def outcome_of(effect: str, policy: Policy) -> str:
    """Give what follows from an effect."""
    rule = policy.outcomes.get(effect)
    return rule.outcome if rule is not None else "none"


def _held(
    left: IntArray, right: IntArray, apart: frozenset[tuple[int, int]], stores: int
) -> BoolArray:
    """Mark pairs that a person found not to be the same."""
    if not apart:
        return np.zeros(len(left), np.bool_)
    keys = np.array(sorted(one * stores + other for one, other in apart), np.int64)
    return np.isin(left * stores + right, keys)


def _later_day(opened: IntArray, left: IntArray, right: IntArray) -> IntArray:
    one, other = opened[left], opened[right]
    both = (one != UNKNOWN_DAY) & (other != UNKNOWN_DAY)
    return np.where(both, np.maximum(one, other), UNKNOWN_DAY)


def _later_store(opened: IntArray, left: IntArray, right: IntArray) -> IntArray:
    one, other = opened[left], opened[right]
    known = (one != UNKNOWN_DAY) & (other != UNKNOWN_DAY) & (one != other)
    return np.where(known, np.where(one > other, left, right), -1)
