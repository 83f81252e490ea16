"""Comparisons to evidence in bits, and evidence to a total for each pair of stores."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.identity.comparisons.near import similar_companies
from storekin.identity.hubs import Commonness, name_bits
from storekin.identity.model import NEAR_SIGNALS, IdentityModel, SignalWeights
from storekin.identity.values import IntArray, StoreValues, Values
from storekin.kernels.agreements import (
    BESIDE,
    BY_ONE_EDIT,
    BY_ONE_NUMBER,
    DIFFERENT,
    EXACTLY,
    NEAR,
    SAME,
    SILENT,
    agree,
    is_han,
)
from storekin.kernels.parallel import run_chunks
from storekin.kernels.similar_texts import TextColumn, ranges_of

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class IdentityEvidence:
    """All evidence on all pairs, one row each, sorted by pair and signal.

    ``signal`` numbers the signals in the model's order; ``left_code`` and
    ``right_code`` number the values; ``near`` tells a near agreement. ``whole`` are
    the bits before agreements of one cause were counted once.
    """

    pair: IntArray
    signal: IntArray
    bits: FloatArray
    left_code: IntArray
    right_code: IntArray
    near: npt.NDArray[np.bool_]
    generic: npt.NDArray[np.bool_]
    whole: FloatArray

    def __len__(self) -> int:
        return len(self.pair)

    def take(self, rows: IntArray) -> "IdentityEvidence":
        """Give the chosen rows."""
        return IdentityEvidence(
            **{name: getattr(self, name)[rows] for name in self.__slots__}
        )


def weigh(
    left: IntArray,
    right: IntArray,
    values: StoreValues,
    commonness: Mapping[str, Commonness],
    model: IdentityModel,
) -> IdentityEvidence:
    """Weigh every signal on every pair: agreement, near agreement, or difference.

    A missing value gives no evidence: silence says nothing.
    """
    parts = []
    for number, signal in enumerate(values.by_signal):
        weights, common = model.signals[signal], commonness[signal]
        state, one, other = compare_signal(left, right, signal, values, common)
        same = np.flatnonzero(state == SAME)
        bits = common.bits[one[same]]
        if signal == "similar_legal_person_name":
            bits = _weigh_readings(bits, left[same], right[same], values, weights)
        parts.append(_rows(same, number, bits, one, other, generic=common.generic))
        near = np.flatnonzero(state == NEAR)
        lesser = np.minimum(common.bits[one[near]], common.bits[other[near]])
        bits = np.minimum(weights.near, lesser)
        parts.append(_rows(near, number, bits, one, other, near=True))
        beside = np.flatnonzero(state == BESIDE)
        lesser = np.minimum(common.bits[one[beside]], common.bits[other[beside]])
        bits = np.minimum(weights.beside, lesser)
        parts.append(_rows(beside, number, bits, one, other, near=True))
        if weights.different < 0:
            apart = np.flatnonzero(state == DIFFERENT)
            bits = np.full(len(apart), weights.different)
            parts.append(_rows(apart, number, bits, one, other))
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    order = np.lexsort((joined["signal"], joined["pair"]))
    evidence = IdentityEvidence(
        **{key: v[order] for key, v in joined.items()}, whole=joined["bits"][order]
    )
    return count_once(evidence, list(values.by_signal), model)


_HOW = {
    **dict.fromkeys(NEAR_SIGNALS, BY_ONE_EDIT),
    "similar_address": BY_ONE_NUMBER,
}
ACROSS_SCRIPTS = ("similar_company_name", "similar_address", "same_trademark")
_CHUNK = 65_536


def compare_signal(
    left: IntArray,
    right: IntArray,
    signal: str,
    values: StoreValues,
    common: Commonness,
) -> tuple[npt.NDArray[np.uint8], IntArray, IntArray]:
    """Compare the pairs' values of one signal, on all cores.

    Gives what each pair's values are to one another (``kernels.agreements``), and the
    two values that are told, -1 where a side is silent.
    """
    entries, stores = values.by_signal[signal], len(values)
    state = np.zeros(len(left), np.uint8)
    one = np.full(len(left), -1, np.int64)
    other = np.full(len(left), -1, np.int64)
    if not len(entries.texts):
        return state, one, other
    starts = entries.starts(stores)
    column = TextColumn.of(entries.texts)

    def work(span: tuple[int, int]) -> None:
        agree(
            left,
            right,
            starts,
            entries.codes,
            column.data,
            column.offsets,
            common.bits,
            common.generic,
            _HOW.get(signal, EXACTLY),
            *span,
            state,
            one,
            other,
        )

    run_chunks(work, ranges_of(len(left), _CHUNK))
    if signal in ACROSS_SCRIPTS:
        # Han and Latin writing of one name or place cannot be told from two
        han = is_han(column.data, column.offsets)
        apart = np.flatnonzero(state == DIFFERENT)
        state[apart[han[one[apart]] != han[other[apart]]]] = SILENT
    # a check digit tells every slip of one character: two that fit are two numbers
    near = np.flatnonzero(state == NEAR)
    two = near[entries.proved[one[near]] & entries.proved[other[near]]]
    state[two] = DIFFERENT
    if signal == "similar_company_name":
        _add_near_names(state, one, other, entries)
    return state, one, other


def _rows(
    pair: IntArray,
    signal: int,
    bits: FloatArray,
    one: IntArray,
    other: IntArray,
    *,
    near: bool = False,
    generic: npt.NDArray[np.bool_] | None = None,
) -> dict[str, npt.NDArray[np.generic]]:
    none = np.zeros(len(pair), np.bool_)
    return {
        "pair": pair,
        "signal": np.full(len(pair), signal, np.int64),
        "bits": bits,
        "left_code": one[pair],
        "right_code": other[pair],
        "near": np.full(len(pair), near),
        "generic": none if generic is None else generic[one[pair]],
    }


def _weigh_readings(
    bits: FloatArray,
    left: IntArray,
    right: IntArray,
    values: StoreValues,
    weights: SignalWeights,
) -> FloatArray:
    """Weigh a name of one reading by its Han characters, where both sides have them.

    Other characters say less, and the same ones more: each as rare as it is.
    """
    one, other = values.han_names[left], values.han_names[right]
    both = (one >= 0) & (other >= 0)
    weighed = np.where(both & (one != other), np.minimum(bits, weights.near), bits)
    same = both & (one == other)
    if same.any():
        counts = np.bincount(values.han_names[values.han_names >= 0])
        rarer = name_bits(counts[one[same]], len(values), weights.base)
        weighed[same] = np.maximum(weighed[same], rarer)
    return weighed


def _add_near_names(
    state: npt.NDArray[np.uint8], one: IntArray, other: IntArray, entries: Values
) -> None:
    """Mark pairs whose company names differ in their common words alone."""
    apart = np.flatnonzero(state == DIFFERENT)
    near = similar_companies(entries.texts, one[apart], other[apart])
    state[apart[near]] = NEAR


def count_once(
    evidence: IdentityEvidence, signals: list[str], model: IdentityModel
) -> IdentityEvidence:
    """Count agreements of one cause once: the strongest in full, the others in part.

    It starts from the ``whole`` bits, so that some rows can be left out and the rest
    counted anew.
    """
    names = sorted({weights.group for weights in model.signals.values()})
    group_of = np.array([names.index(model.signals[s].group) for s in signals])
    key = evidence.pair * len(names) + group_of[evidence.signal]
    order = np.lexsort((evidence.signal, -evidence.whole, key))
    begins = np.ones(len(order), np.bool_)
    begins[1:] = key[order][1:] != key[order][:-1]
    first = np.zeros(len(order), np.bool_)
    first[order] = begins
    beside = np.zeros(int(key.max(initial=-1)) + 1, np.bool_)
    beside[key[evidence.generic]] = True
    beside = beside[key] & ~evidence.generic
    bits = evidence.whole.copy()
    speaks_for = bits > 0
    bits[speaks_for & beside] *= model.beside_generic
    repeated = speaks_for & ~first
    bits[repeated] *= model.repeated
    bits += _contradicted(evidence, signals, model)
    return IdentityEvidence(
        evidence.pair,
        evidence.signal,
        np.round(bits * 100) / 100,
        evidence.left_code,
        evidence.right_code,
        evidence.near,
        evidence.generic,
        evidence.whole,
    )


ALL_PAPERS = (
    "same_business_licence",
    "same_legal_person_id",
    "similar_legal_person_name",
)


def _contradicted(
    evidence: IdentityEvidence, signals: list[str], model: IdentityModel
) -> FloatArray:
    """Weigh that licence, identity card and person all differ, on the card's row.

    One seller's stores may differ in each; all three together is another registrant.
    """
    against = np.zeros(int(evidence.pair.max(initial=-1)) + 1, np.int64)
    for signal in ALL_PAPERS:
        rows = (evidence.signal == signals.index(signal)) & (evidence.whole < 0)
        against[evidence.pair[rows]] += 1
    every = against[evidence.pair] == len(ALL_PAPERS)
    card = evidence.signal == signals.index("same_legal_person_id")
    return np.where(every & card, model.contradicted, 0.0)


def total_bits(
    evidence: IdentityEvidence,
    pairs: int,
    silent: npt.NDArray[np.bool_] | None = None,
) -> FloatArray:
    """Add up each pair's bits, in whole hundredths so that no order shows through.

    ``silent`` marks rows of evidence that count for nothing.
    """
    cents = np.round(evidence.bits * 100).astype(np.int64)
    if silent is not None:
        cents = np.where(silent, 0, cents)
    # sums of whole numbers below 2**53 are exact as floats, in any order
    return np.round(np.bincount(evidence.pair, cents, pairs)) / 100


def probability(bits: FloatArray, prior_bits: float) -> FloatArray:
    """Turn bits and a prior into a probability (0 to 1), to six places."""
    odds = np.clip(bits + prior_bits, -60, 60)
    return np.round(1 / (1 + np.exp2(-odds)), 6)
