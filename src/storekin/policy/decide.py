"""From evidence to effects under one policy; pure, so that it can be taken again."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.listings.model import LEVELS
from storekin.policy.model import Policy

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SignalNumbers:
    """A policy's effects over a list of signals, as masks by signal number."""

    unique: BoolArray
    silent: BoolArray


def number_signals(policy: Policy, signals: list[str]) -> SignalNumbers:
    """Sort the signals by what *policy* makes of them.

    ``silent`` ones count for nothing: what it ignores, and what is only a notice.
    """
    effects = [policy.effect_of(signal) for signal in signals]
    return SignalNumbers(
        unique=np.array([effect == "unique" for effect in effects], np.bool_),
        silent=np.array(
            [effect in ("ignored", "advisory_limit") for effect in effects], np.bool_
        ),
    )


def breaks_uniqueness(
    pair: IntArray,
    signal: IntArray,
    exact: BoolArray,
    registrants: IntArray,
    numbers: SignalNumbers,
    policy: Policy,
    pairs: int,
) -> BoolArray:
    """Say which pairs give one value that the policy calls unique.

    A value that ``generic_registrants`` or more distinct registrants give is reported
    once, for the value, and breaks nothing between two of them.
    """
    counts = exact & numbers.unique[signal] & (registrants < policy.generic_registrants)
    result = np.zeros(pairs, np.bool_)
    result[pair[counts]] = True
    return result


def is_related(bits: FloatArray, probability: FloatArray, policy: Policy) -> BoolArray:
    """Say which pairs are worth a reviewer's look without a rule being broken."""
    if policy.related is None:
        return np.zeros(len(bits), np.bool_)
    related: BoolArray = (bits >= policy.related.bits_at_least) & (
        probability >= policy.related.probability_at_least
    )
    return related


def is_duplicate_distribution(bits: FloatArray, policy: Policy) -> BoolArray:
    """Say which pairs of catalogues share enough duplicate products."""
    if policy.duplicates is None:
        return np.zeros(len(bits), np.bool_)
    enough: BoolArray = bits >= policy.duplicates.bits_at_least
    return enough


def worst_level(policy: Policy) -> int:
    """Give the number of the least alike level that counts as a duplicate."""
    level = "highly_similar"
    if policy.duplicates is not None:
        level = policy.duplicates.level_at_least
    return LEVELS.index(level)


def outcome_of(effect: str, policy: Policy) -> str:
    """Give what follows from an effect."""
    rule = policy.outcomes.get(effect)
    return rule.outcome if rule is not None else "none"
