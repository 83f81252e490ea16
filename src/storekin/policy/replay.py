"""One policy beside another over the same facts: whose outcome would change."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.numbering import distinct_of
from storekin.policy.decide import (
    ADVISORY,
    BREACH,
    DISTRIBUTION,
    RELATED,
    Decisions,
    decide,
)
from storekin.policy.diff import compare_policies
from storekin.policy.facts import Facts, IdentityFacts, IntArray
from storekin.policy.model import EFFECTS, OUTCOMES, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Pairs of stores whose outcome changes, and what becomes of every store.

    ``before`` and ``after`` number ``OUTCOMES`` by changed pair, -1 where nothing
    was decided; ``store_before`` and ``store_after`` have each store's worst outcome.
    ``because`` names, by changed pair, the rules that are other and bear on it.
    """

    old: Policy
    new: Policy
    pairs: int
    left: IntArray
    right: IntArray
    effect_before: npt.NDArray[np.int8]
    effect_after: npt.NDArray[np.int8]
    before: npt.NDArray[np.int8]
    after: npt.NDArray[np.int8]
    because: tuple[tuple[str, ...], ...]
    store_before: npt.NDArray[np.int8]
    store_after: npt.NDArray[np.int8]

    @property
    def stricter(self) -> IntArray:
        """Number the stores that something more severe would follow for."""
        return np.flatnonzero(self.store_after > self.store_before)

    @property
    def milder(self) -> IntArray:
        """Number the stores that something milder would follow for."""
        return np.flatnonzero(self.store_after < self.store_before)


def replay(facts: Facts, old: Policy, new: Policy) -> Replay:
    """Decide the same facts under both policies, and compare pair by pair."""
    stores = len(facts.stores)
    one, other = decide(facts, old), decide(facts, new)
    keys, worst = _worst(one, other, stores)
    before, after = worst[0][1], worst[1][1]
    effect_before, effect_after = worst[0][0], worst[1][0]
    changed = np.flatnonzero((before != after) | (effect_before != effect_after))
    left, right = keys // stores, keys % stores
    per_store = [np.full(stores, -1, np.int8) for _ in range(2)]
    for column, told in zip(per_store, (before, after), strict=True):
        for side in (left, right):
            np.maximum.at(column, side, told)
    return Replay(
        old=old,
        new=new,
        pairs=len(keys),
        left=left[changed],
        right=right[changed],
        effect_before=effect_before[changed],
        effect_after=effect_after[changed],
        before=before[changed],
        after=after[changed],
        because=_reasons(
            facts,
            old,
            new,
            keys[changed],
            (effect_before[changed], effect_after[changed]),
        ),
        store_before=per_store[0],
        store_after=per_store[1],
    )


_Sides = list[tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]]


def _worst(one: Decisions, other: Decisions, stores: int) -> tuple[IntArray, _Sides]:
    """Give each decided pair's worst outcome on both sides, with its effect."""
    keyed = [side.left * stores + side.right for side in (one, other)]
    keys = distinct_of(np.concatenate(keyed))
    sides: _Sides = []
    for side, key in zip((one, other), keyed, strict=True):
        place = np.searchsorted(keys, key)
        # outcome first, then the weightier effect: the lower number
        rank = side.outcome.astype(np.int64) * len(EFFECTS) + (
            len(EFFECTS) - 1 - side.effect
        )
        best = np.full(len(keys), -1, np.int64)
        np.maximum.at(best, place, rank)
        effect = np.where(best < 0, -1, len(EFFECTS) - 1 - best % len(EFFECTS))
        outcome = np.where(best < 0, -1, best // len(EFFECTS))
        sides.append((effect.astype(np.int8), outcome.astype(np.int8)))
    return keys, sides


def _reasons(
    facts: Facts,
    old: Policy,
    new: Policy,
    keys: IntArray,
    effects: tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]],
) -> tuple[tuple[str, ...], ...]:
    """Name for each changed pair the rules that are other and bear on it."""
    changed = [c.rule for c in compare_policies(old, new) if c.decides]
    changed = list(dict.fromkeys(changed))
    masks = _signal_masks(facts.identity, len(facts.stores), keys)
    kinds, places = np.unique(
        np.stack([masks, *(side.astype(np.int64) for side in effects)], axis=1),
        axis=0,
        return_inverse=True,
    )
    names = (*facts.identity.signals, *facts.identity.near_signals)
    told = []
    for mask, before, after in kinds.tolist():
        signals = {name for place, name in enumerate(names) if mask >> place & 1}
        told.append(_bearing(changed, signals, {before, after} - {-1}))
    return tuple(told[place] for place in places.reshape(-1).tolist())


def _bearing(
    changed: list[str], signals: set[str], effects: set[int]
) -> tuple[str, ...]:
    """Choose of the changed rules those that bear on some signals and effects."""
    bearing = {f"outcomes.{EFFECTS[effect]}" for effect in effects}
    if effects & {BREACH, RELATED}:
        bearing |= {*signals, "generic", "related", "permission", "standing"}
    if effects & {DISTRIBUTION, ADVISORY}:
        bearing |= {"duplicate_listings", "permission"}
    return tuple(rule for rule in changed if rule in bearing)


def _signal_masks(facts: IdentityFacts, stores: int, keys: IntArray) -> IntArray:
    """Give as bits the signals that speak for each pair, near ones after the exact."""
    masks = np.zeros(len(keys), np.int64)
    if not len(facts.pair):
        return masks
    bit = np.left_shift(1, facts.signal + np.where(facts.near, len(facts.signals), 0))
    bit = np.where(facts.bits > 0, bit, 0)
    begins = np.flatnonzero(np.diff(facts.pair, prepend=-1))
    held = np.zeros(len(facts), np.int64)
    held[facts.pair[begins]] = np.bitwise_or.reduceat(bit, begins)
    pair_keys = facts.left * stores + facts.right
    place = np.minimum(np.searchsorted(pair_keys, keys), len(pair_keys) - 1)
    found: IntArray = np.where(pair_keys[place] == keys, held[place], 0)
    return found


def outcome_name(number: int) -> str:
    """Give an outcome by its number; -1 is ``none``."""
    return "none" if number < 0 else OUTCOMES[number]


def effect_name(number: int) -> str:
    """Give an effect by its number; empty where there is none."""
    return "" if number < 0 else EFFECTS[number]
