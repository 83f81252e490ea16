"""Which values are generic: given by registrants who contradict each other.

A phone that forty strangers give belongs to an agent; one that a group's forty stores
give belongs to the group. What tells the two apart is not the number of holders but
whether they differ on what is strong: licences and identity cards. Measured in
``docs/decisions/0004-identity-weights.md``.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.identity.model import IdentityModel
from storekin.identity.values import IntArray, StoreValues, Values

PAPERS = ("same_business_licence", "same_legal_person_id")
"""The strong identifiers, by which registrants are told apart."""


@dataclass(frozen=True, slots=True)
class Commonness:
    """How common each value of a signal is.

    ``holders`` counts stores, ``registrants`` those of them that strong identifiers
    tell apart, ``bits`` is what an agreement on the value weighs.
    """

    holders: IntArray
    registrants: IntArray
    generic: npt.NDArray[np.bool_]
    bits: npt.NDArray[np.float64]


def judge_commonness(
    values: StoreValues, model: IdentityModel
) -> dict[str, Commonness]:
    """Judge every value of every signal that agrees exactly."""
    by_either = _registrants(values, PAPERS)
    result = {}
    for signal, entries in values.by_signal.items():
        groups = by_either
        if signal in PAPERS:
            groups = _registrants(values, [p for p in PAPERS if p != signal])
        elif signal == "same_tax_number":
            groups = _registrants(values, ["same_legal_person_id"])
        result[signal] = _judge(signal, entries, values, groups, model)
    return result


def _registrants(
    values: StoreValues, signals: tuple[str, ...] | list[str]
) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Join stores by sound papers; give each store's group, and whether it has any."""
    from storekin.kernels.groups import components

    total = len(values)
    lefts, rights = [], []
    known = np.zeros(total, np.bool_)
    for signal in signals:
        entries = values.by_signal[signal]
        sound = entries.sound[entries.codes]
        stores, codes = entries.stores[sound], entries.codes[sound]
        known[stores] = True
        left, right = _chain(codes, stores)
        lefts.append(left)
        rights.append(right)
    groups = components(total, np.concatenate(lefts), np.concatenate(rights))
    return groups, known


def _chain(keys: IntArray, items: IntArray) -> tuple[IntArray, IntArray]:
    """Pair each item with the next one of the same key."""
    order = np.lexsort((items, keys))
    same = keys[order][1:] == keys[order][:-1]
    return items[order][:-1][same], items[order][1:][same]


def _judge(
    signal: str,
    entries: Values,
    values: StoreValues,
    registrants: tuple[IntArray, npt.NDArray[np.bool_]],
    model: IdentityModel,
) -> Commonness:
    from storekin.kernels.groups import components

    weights = model.signals[signal]
    holders = entries.holders()
    total = len(entries.codes)
    groups, known = registrants
    place = np.arange(total)
    wide = len(values) + 1
    # holders of one value are one registrant if they share papers, or the person
    left, right = _chain(entries.codes * wide + groups[entries.stores], place)
    person = values.by_signal["similar_legal_person_name"].first_of_store(len(values))
    named = person[entries.stores] >= 0
    step = len(values.by_signal["similar_legal_person_name"].texts) + 1
    if signal != "similar_legal_person_name":
        more_left, more_right = _chain(
            entries.codes[named] * step + person[entries.stores][named], place[named]
        )
        left = np.concatenate([left, more_left])
        right = np.concatenate([right, more_right])
    together = components(total, left, right)
    told_apart = np.unique(
        np.stack([entries.codes, together], axis=1)[known[entries.stores]], axis=0
    )
    unknown = np.unique(
        np.stack([entries.codes, together], axis=1)[~known[entries.stores]], axis=0
    )
    count = len(entries.texts)
    strong = np.bincount(told_apart[:, 0], minlength=count)
    weak = np.bincount(unknown[:, 0], minlength=count)
    if signal in ("similar_legal_person_name", "similar_company_name"):
        return _by_frequency(signal, entries, holders, strong, values, model)
    generic = strong >= model.generic_registrants
    if weights.strong or signal == "same_tax_number":
        # papers are anyone's only when they are nobody's: a check digit that fails
        generic &= ~entries.sound
    # holders without papers cannot be told apart: the more there are, the less it says
    doublings = np.log2(np.maximum(np.maximum(strong, 1) + weak, 2) / 2)
    bits = np.maximum(weights.base - model.per_doubling * doublings, model.generic_bits)
    bits[generic] = model.generic_bits
    return Commonness(holders, strong, generic, bits)


_SMOOTHING = 500
_FOUND_AGAIN = 0.66


def _by_frequency(
    signal: str,
    entries: Values,
    holders: IntArray,
    strong: IntArray,
    values: StoreValues,
    model: IdentityModel,
) -> Commonness:
    """Weigh names by how often they occur; a small portfolio knows names badly."""
    share = (np.maximum(strong, 1) + 1) / (len(values) + _SMOOTHING)
    bits = np.clip(
        np.log2(_FOUND_AGAIN / share), model.generic_bits, model.signals[signal].base
    )
    generic = np.zeros(len(entries.texts), np.bool_)
    return Commonness(holders, strong, generic, bits)
