"""Weights learnt from a table of registrations: how its sellers keep what they give.

What a value says follows from two shares. How often strangers come to one value is
counted, value by value. How often a seller's further store keeps a value, mistypes it
or gives another one is a habit, which differs from market to market: it is learnt here
from pairs that other evidence shows to have one seller.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from storekin.identity.comparisons.signals import compare_signal
from storekin.identity.hubs import Commonness
from storekin.identity.model import IdentityModel, SignalWeights, shipped_weights
from storekin.identity.scoring import FloatArray, weigh
from storekin.identity.values import IntArray, StoreValues
from storekin.kernels.agreements import BESIDE, DIFFERENT, NEAR, SAME

MOST_ROUNDS = 30
STILL = 0.02
"""Bits that no weight may move any more for the rounds to have come to rest."""

_SURE = 0.9
"""The probability, without a signal's own group, from which a pair teaches it."""

_BELIEF = 50.0
"""Pairs that the shipped shares count for, beside those that are found."""

_WEIGHTS = ("base", "near", "beside", "different")
_STATES = (SAME, NEAR, BESIDE, DIFFERENT)
Shares = tuple[float, float, float, float]
Judge = Callable[[IdentityModel], Mapping[str, Commonness]]


@dataclass(frozen=True, slots=True)
class Learnt:
    """Weights with how they came about: pairs that taught each signal, rounds, rest."""

    model: IdentityModel
    pairs: Mapping[str, float]
    rounds: int
    converged: bool


def learn_habits(
    left: IntArray,
    right: IntArray,
    values: StoreValues,
    judge: Judge,
    model: IdentityModel,
) -> Learnt:
    """Learn from unlabelled candidate pairs; the same pairs give the same weights.

    ``judge`` says how common values are under a model's weights.

    Each round weighs the pairs with the last round's weights. A signal learns from the
    pairs that are one seller's by the evidence of other causes, so that it does not
    teach itself what brought the pair together.
    """
    stores = len(values)
    states = _all_states(left, right, values, judge(model.among(stores)), model)
    learnt, counts = model, {}
    for number in range(MOST_ROUNDS):
        fitted = learnt.among(stores)
        evidence = weigh(left, right, values, judge(fitted), fitted)
        prior = fitted.prior_bits(stores)
        total = np.bincount(evidence.pair, evidence.bits, len(left)) + prior
        signals = list(values.by_signal)
        groups = np.array([model.signals[s].group for s in signals])
        shares: dict[str, Shares] = {}
        for signal, state in states.items():
            own = groups[evidence.signal] == model.signals[signal].group
            without = total - np.bincount(
                evidence.pair[own], evidence.bits[own], len(left)
            )
            sure = 1 / (1 + np.exp2(-np.clip(without, -60, 60)))
            sure[sure < _SURE] = 0.0
            shares[signal], counts[signal] = _shares(state, sure, model.signals[signal])
        moved = _with_shares(model, shares)
        still = _farthest(moved, learnt) <= STILL
        learnt = moved
        if still:
            return Learnt(learnt, counts, number + 1, converged=True)
    return Learnt(learnt, counts, MOST_ROUNDS, converged=False)


def learn_labels(
    left: IntArray,
    right: IntArray,
    labels: npt.NDArray[np.bool_],
    values: StoreValues,
    commonness: Mapping[str, Commonness],
    model: IdentityModel,
) -> Learnt:
    """Learn from pairs of which a person said whether they have one seller."""
    shares, counts = {}, {}
    states = _all_states(left, right, values, commonness, model)
    for signal, state in states.items():
        shares[signal], counts[signal] = _shares(
            state, labels.astype(np.float64), model.signals[signal]
        )
    return Learnt(_with_shares(model, shares), counts, 1, converged=True)


def _all_states(
    left: IntArray,
    right: IntArray,
    values: StoreValues,
    commonness: Mapping[str, Commonness],
    model: IdentityModel,
) -> dict[str, npt.NDArray[np.uint8]]:
    """Compare the pairs by each signal of which shares were measured.

    A shared value that is generic says nothing of a seller's habits.
    """
    found = {}
    for signal, common in commonness.items():
        if not model.signals[signal].kept:
            continue
        state, one, _ = compare_signal(left, right, signal, values, common)
        same = np.flatnonzero(state == SAME)
        state[same[common.generic[one[same]]]] = 0
        found[signal] = state
    return found


def _shares(
    state: npt.NDArray[np.uint8], sure: FloatArray, before: SignalWeights
) -> tuple[Shares, float]:
    """Count what becomes of a signal's values among the pairs of one seller."""
    shipped = np.array([before.kept, before.slipped, before.moved, before.changed])
    counts = np.array([sure[state == one].sum() for one in _STATES])
    shares = (counts + _BELIEF * shipped) / (counts.sum() + _BELIEF * shipped.sum())
    kept, slipped, moved, changed = shares.tolist()
    return (kept, slipped, moved, changed), float(counts.sum())


def _with_shares(model: IdentityModel, shares: Mapping[str, Shares]) -> IdentityModel:
    """Move each weight by how much more often its habit is met than was measured."""
    signals = dict(model.signals)
    for signal, (kept, slipped, moved, changed) in shares.items():
        old = signals[signal]
        signals[signal] = replace(
            old,
            base=max(round(old.base + _ratio(kept, old.kept), 2), 0.5),
            near=max(round(old.near + _ratio(slipped, old.slipped), 2), 0.0),
            beside=max(round(old.beside + _ratio(moved, old.moved), 2), 0.0),
            different=min(
                round(old.different + _ratio(changed, old.changed), 2), -0.05
            ),
            kept=round(kept, 4),
            slipped=round(slipped, 4),
            moved=round(moved, 4),
            changed=round(changed, 4),
        )
    return replace(model, signals=signals)


def _ratio(found: float, measured: float) -> float:
    return float(np.log2(found / measured)) if found > 0 and measured > 0 else 0.0


def _farthest(one: IdentityModel, other: IdentityModel) -> float:
    """Give the most bits by which two models' weights differ."""
    farthest: float = max(
        abs(getattr(one.signals[signal], name) - getattr(other.signals[signal], name))
        for signal in one.signals
        for name in _WEIGHTS
    )
    return farthest


def write_identity_model(learnt: Learnt, stores: int, how: str) -> str:
    """Write learnt weights as the shipped file is written, with how they came about."""
    text = shipped_weights()
    rest = "" if learnt.converged else " They had not come to rest when they ended."
    taught = ", ".join(f"{signal} {n:.0f}" for signal, n in learnt.pairs.items())
    head = (
        f"# Learnt from {stores} stores {how}, in {learnt.rounds} rounds.{rest}\n"
        f"# Pairs of one seller that taught each signal: {taught}\n#\n"
    )
    text = re.sub(r'(?m)^version = "([^"]+)"', r'version = "\1+learnt"', text)
    for signal, weights in learnt.model.signals.items():
        begin = text.index(f"[signals.{signal}]")
        end = text.find("\n[", begin)
        end = len(text) if end < 0 else end
        part = text[begin:end]
        for name in (*_WEIGHTS, "kept", "slipped", "moved", "changed"):
            part = _set(part, name, getattr(weights, name))
        text = text[:begin] + part + text[end:]
    return head + text


def _set(part: str, name: str, value: float) -> str:
    return re.sub(rf"(?m)^{name} = [-0-9.]+", f"{name} = {value!r}", part)
