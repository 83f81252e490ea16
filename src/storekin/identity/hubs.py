"""Which values are generic: given by registrants who contradict each other.

A phone that forty strangers give belongs to an agent; one that a group's forty stores
give belongs to the group. What tells the two apart is not the number of holders but
whether they differ on what is strong: licences and identity cards. Measured in
``docs/decisions/0009-the-hub-rule.md``.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.identity.model import NAMES, HubRule, IdentityModel
from storekin.identity.steps import step_up, steps_up
from storekin.identity.values import Codes, IntArray, StoreValues, Values
from storekin.kernels.parallel import run_chunks

PAPERS = ("same_business_licence", "same_legal_person_id")
"""The strong identifiers, by which registrants are told apart."""

_PERSON = "similar_legal_person_name"

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Commonness:
    """How common each value of a signal is.

    ``holders`` counts stores, ``registrants`` those of them that strong identifiers
    tell apart, ``bits`` is what an agreement on the value weighs.
    """

    holders: Codes
    registrants: Codes
    generic: npt.NDArray[np.bool_]
    bits: FloatArray


@dataclass(frozen=True, slots=True)
class Registrants:
    """Each store's registrant by its papers, and whether it has any."""

    groups: IntArray
    known: npt.NDArray[np.bool_]


def papers_for(signal: str) -> tuple[str, ...]:
    """Name the papers that tell the holders of a signal's values apart.

    A paper does not speak for itself, nor for the tax number that follows from it.
    """
    if signal in PAPERS:
        return tuple(paper for paper in PAPERS if paper != signal)
    return ("same_legal_person_id",) if signal == "same_tax_number" else PAPERS


def judge_commonness(
    values: StoreValues, model: IdentityModel
) -> dict[str, Commonness]:
    """Judge every value of every signal that agrees exactly."""
    told = tell_registrants(values)
    person = values.by_signal[_PERSON].first_of_store(len(values))

    def judge(signal: str) -> Commonness:
        entries, holders = values.by_signal[signal], values.by_signal[signal].holders()
        registrants = told[papers_for(signal)]
        parties = tell_parties(entries, holders, registrants, person, signal)
        return _judge(signal, entries, holders, parties, len(values), model)

    signals = list(values.by_signal)
    return dict(zip(signals, run_chunks(judge, signals), strict=True))


def tell_registrants(values: StoreValues) -> dict[tuple[str, ...], Registrants]:
    """Join stores by sound papers, for each set of papers that a signal asks for."""
    sets = sorted({papers_for(signal) for signal in values.by_signal})
    return {papers: _registrants(values, papers) for papers in sets}


def _registrants(values: StoreValues, signals: tuple[str, ...]) -> Registrants:
    """Join stores by sound papers."""
    from storekin.kernels.groups import components

    total = len(values)
    lefts, rights = [], []
    known = np.zeros(total, np.bool_)
    for signal in signals:
        entries = values.by_signal[signal]
        sound = entries.sound[entries.codes]
        known[entries.stores[sound]] = True
        shared = sound & (entries.holders()[entries.codes] > 1)
        stores = entries.stores[shared].astype(np.int64)
        left, right = _chain(entries.codes[shared], stores)
        lefts.append(left)
        rights.append(right)
    groups = components(total, np.concatenate(lefts), np.concatenate(rights))
    return Registrants(groups, known)


def _chain(keys: IntArray | Codes, items: IntArray) -> tuple[IntArray, IntArray]:
    """Pair each item with the next one of the same key."""
    order = np.argsort(keys, kind="stable")
    same = keys[order][1:] == keys[order][:-1]
    return items[order][:-1][same], items[order][1:][same]


@dataclass(frozen=True, slots=True)
class Parties:
    """Who holds each shared value: one row for each distinct holder of a value.

    ``code`` names the value, ``size`` how many stores are taken for one registrant,
    ``known`` whether papers say who that is. ``of_entry`` gives the party of each
    entry that shares its value, these sorted by value and store: ``entries``.
    """

    code: IntArray
    size: IntArray
    known: npt.NDArray[np.bool_]
    entries: IntArray
    of_entry: IntArray


def _judge(
    signal: str,
    entries: Values,
    holders: IntArray,
    parties: Parties,
    stores: int,
    model: IdentityModel,
) -> Commonness:
    """Weigh the values that several stores give; the others weigh all the same."""
    filler = np.zeros(len(holders), np.bool_)
    if signal not in NAMES:
        known = pa.array(sorted(_placeholders(signal)), pa.string())
        told = pc.is_in(entries.texts, value_set=known)
        filler = told.to_numpy(zero_copy_only=False)
    chosen = np.flatnonzero((holders > 1) | filler)
    code = np.searchsorted(chosen, parties.code)
    few = len(chosen)
    shared = _Shared(
        holders=holders[chosen],
        # a value that one store gives has one registrant, whoever that is
        strong=np.bincount(code[parties.known], minlength=few),
        weak=np.bincount(code[~parties.known], minlength=few),
        doubt=judge_hub(code, parties.size, parties.known, few, model.hubs),
        sound=entries.sound[chosen],
        filler=filler[chosen],
    )
    generic, bits = shared.weigh(signal, stores, model)
    sole = _SOLE.weigh(signal, stores, model)[1][0]
    common = Commonness(
        holders.astype(np.int32),
        np.zeros(len(holders), np.int32),
        np.zeros(len(holders), np.bool_),
        np.full(len(holders), sole),
    )
    common.registrants[chosen] = shared.strong
    common.generic[chosen] = generic
    common.bits[chosen] = bits
    return common


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """Some values of a signal: their stores, their parties with papers and without.

    ``doubt`` is what the hub rule says; ``filler`` marks what only fills a field.
    """

    holders: IntArray
    strong: IntArray
    weak: IntArray
    doubt: FloatArray
    sound: npt.NDArray[np.bool_]
    filler: npt.NDArray[np.bool_]

    def weigh(
        self, signal: str, stores: int, model: IdentityModel
    ) -> tuple[npt.NDArray[np.bool_], FloatArray]:
        """Say which values are generic, and what an agreement on each weighs."""
        weights = model.signals[signal]
        if signal in NAMES:
            bits = name_bits(self.strong, stores, weights.base)
            return np.zeros(len(bits), np.bool_), bits
        doubt = self.doubt
        if weights.strong or signal == "same_tax_number":
            # papers are anyone's only when they are nobody's: a check digit that fails
            doubt = np.where(self.sound, -SURE, doubt)
        doubt = np.where(self.filler, SURE, doubt)
        # holders without papers cannot be told apart: the more, the less it says
        doublings = np.log2(steps_up(np.maximum(self.strong + self.weak, 2)) / 2)
        bits = weights.base - model.per_doubling * doublings
        bits = np.maximum(bits, model.generic_bits)
        shared = shared_bits(self.holders, stores, model)
        ours = 1 / (1 + np.exp2(doubt))
        bits = np.log2(ours * np.exp2(bits) + (1 - ours) * np.exp2(shared))
        generic = doubt > 0
        bits[generic] = shared[generic]
        return generic, np.round(bits, 4)


def shared_bits(
    holders: IntArray | Codes, stores: int, model: IdentityModel
) -> FloatArray:
    """Weigh what is left of a generic value: that both stores are among its holders."""
    most = step_up(max(stores, model.sizes.fewest))
    among = np.log2(most / steps_up(np.maximum(holders, 1))) - model.generic_share
    bits: FloatArray = np.maximum(among, model.generic_bits)
    return bits


def is_placeholder(signal: str, text: str) -> bool:
    """Say whether a value only fills a field, such as a sample form's number."""
    return text in _placeholders(signal)


@lru_cache(maxsize=32)
def _placeholders(signal: str) -> frozenset[str]:
    path = files("storekin.identity").joinpath("data", "placeholders.toml")
    return frozenset(tomllib.loads(path.read_text("utf-8")).get(signal, ()))


def tell_parties(
    entries: Values,
    holders: IntArray,
    registrants: Registrants,
    person: IntArray,
    signal: str,
) -> Parties:
    """Count the holders of each shared value as so many distinct parties.

    Holders of one value are one party if they share papers, or the person's name.
    """
    from storekin.kernels.groups import components

    shared = np.flatnonzero(holders[entries.codes] > 1)
    order = shared[np.argsort(entries.codes[shared], kind="stable")]
    codes, stores = entries.codes[order].astype(np.int64), entries.stores[order]
    place = np.arange(len(order))
    wide = len(person) + 1
    left, right = _chain(codes * wide + registrants.groups[stores], place)
    if signal != _PERSON:
        named = np.flatnonzero(person[stores] >= 0)
        step = int(person.max(initial=0)) + 1
        more_left, more_right = _chain(
            codes[named] * step + person[stores[named]], place[named]
        )
        left = np.concatenate([left, more_left])
        right = np.concatenate([right, more_right])
    together = components(len(order), left, right)
    known = registrants.known[stores]
    size = np.bincount(together, minlength=len(order))
    told = np.zeros(len(order), np.bool_)
    told[together[known]] = True
    first = np.flatnonzero(size > 0)
    number = np.cumsum(size > 0) - 1
    return Parties(codes[first], size[first], told[first], order, number[together])


def judge_hub(
    code: IntArray,
    size: IntArray,
    known: npt.NDArray[np.bool_],
    count: int,
    rule: HubRule,
) -> FloatArray:
    """Weigh, for each of *count* values, that it is an agent's and not one seller's.

    In bits: how much likelier it is that its parties (of known papers) are so many
    clients of one agent than that they are one seller, of whose stores a few have
    strayed so far that neither papers nor person tie them to the others. Agents have
    many clients of few stores; a seller has many stores and few of them stray.
    """
    code = code[known]
    sizes: FloatArray = size[known].astype(np.float64)
    parties = np.bincount(code, minlength=count).astype(np.float64)
    stores = np.bincount(code, sizes, minlength=count).astype(np.float64)
    main = np.zeros(count)
    np.maximum.at(main, code, sizes)
    clients = np.bincount(code, _log2_size(sizes, rule), minlength=count)
    agent = rule.prior_bits - np.log2(np.maximum(parties, 1) * CLIENTS) + clients
    strays = np.maximum(parties - 1, 0)
    rest = np.maximum(stores - 1, 0)
    # a stray that has its own followers strays once more with each of them
    followers = np.maximum(stores - main - strays, 0)
    seller = (
        _log2_choose(rest, strays)
        + strays * np.log2(rule.stray)
        + np.maximum(main - 1, 0) * np.log2(1 - rule.stray)
        + followers * np.log2(rule.follower)
        + _log2_size(np.maximum(stores, 2), rule)
    )
    # two holders contradict each other in the pair's own evidence, and once is enough
    told = (parties > 1) & (stores > 2)
    doubt: FloatArray = np.where(told, agent - seller, -SURE)
    return np.clip(doubt, -SURE, SURE)


CLIENTS = 3.0
SURE = 60.0

_SOLE = _Shared(
    holders=np.ones(1, np.int64),
    strong=np.zeros(1, np.int64),
    weak=np.zeros(1, np.int64),
    doubt=np.full(1, -SURE),
    sound=np.ones(1, np.bool_),
    filler=np.zeros(1, np.bool_),
)
"""A value that one store gives."""


def _log2_size(size: FloatArray, rule: HubRule) -> FloatArray:
    """Give log2 of the share of registrants who have so many stores: a heavy tail."""
    several: FloatArray = (1 - rule.alone) * HEAVY / np.maximum(size - 1.0, 1.0) ** 2
    bits: FloatArray = np.log2(np.where(size > 1, several, rule.alone))
    return bits


HEAVY = 6 / np.pi**2


def _log2_choose(total: FloatArray, part: FloatArray) -> FloatArray:
    """Give log2 of the number of ways to choose *part* of *total*, by Stirling."""

    def factorial(number: FloatArray) -> FloatArray:
        least = np.maximum(number, 1)
        grown = (
            least * np.log(least)
            - least
            + 0.5 * np.log(2 * np.pi * least)
            + 1 / (12 * least)
        )
        bits: FloatArray = np.where(number < 2, 0.0, grown / np.log(2))
        return bits

    chosen: FloatArray = factorial(total) - factorial(part) - factorial(total - part)
    return chosen


SMOOTHING = 500
FOUND_AGAIN = 0.66


def name_bits(holders: IntArray, stores: int, most: float) -> FloatArray:
    """Weigh names by how often they occur; a small portfolio knows names badly."""
    share = (steps_up(np.maximum(holders, 1)) + 1) / step_up(stores + SMOOTHING)
    bits: FloatArray = np.round(np.clip(np.log2(FOUND_AGAIN / share), 0.0, most), 4)
    return bits
