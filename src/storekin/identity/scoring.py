"""Comparisons to evidence in bits, and evidence to a total for each pair of stores."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.identity.hubs import Commonness
from storekin.identity.model import IdentityModel
from storekin.identity.values import IntArray, StoreValues

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class IdentityEvidence:
    """All evidence on all pairs, one row each, sorted by pair and signal.

    ``signal`` numbers the signals in the model's order; ``left_code`` and
    ``right_code`` number the values; ``near`` tells a near agreement.
    """

    pair: IntArray
    signal: IntArray
    bits: FloatArray
    left_code: IntArray
    right_code: IntArray
    near: npt.NDArray[np.bool_]
    generic: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.pair)


def weigh(
    left: IntArray,
    right: IntArray,
    agreements: pa.Table,
    near_agreements: pa.Table,
    values: StoreValues,
    commonness: dict[str, Commonness],
    model: IdentityModel,
) -> IdentityEvidence:
    """Weigh every signal on every pair: agreement, near agreement, or difference.

    A missing value gives no evidence: silence says nothing.
    """
    parts: list[dict[str, npt.NDArray[np.generic]]] = []
    total = len(left)
    for number, (signal, entries) in enumerate(values.by_signal.items()):
        weights = model.signals[signal]
        common = commonness[signal]
        state = np.zeros(total, np.int8)
        exact = agreements.filter(_equals(agreements["signal"], number))
        pair, code = _column(exact, "pair"), _column(exact, "code")
        bits = common.bits[code]
        if signal == "similar_legal_person_name":
            bits = _weigh_readings(bits, left[pair], right[pair], values, weights.near)
        parts.append(
            _rows(pair, number, bits, code, code, near=False, generic=common.generic)
        )
        state[pair] = 1
        near = near_agreements.filter(_equals(near_agreements["signal"], number))
        pair = _column(near, "pair")
        fresh = state[pair] == 0
        pair = pair[fresh]
        one = _column(near, "left_code")[fresh]
        other = _column(near, "right_code")[fresh]
        bits = np.minimum(
            weights.near, np.minimum(common.bits[one], common.bits[other])
        )
        parts.append(
            _rows(pair, number, bits, one, other, near=True, generic=common.generic)
        )
        state[pair] = 1
        if weights.different < 0:
            first = entries.first_of_store(len(values))
            apart = np.flatnonzero(
                (state == 0) & (first[left] >= 0) & (first[right] >= 0)
            )
            parts.append(
                _rows(
                    apart,
                    number,
                    np.full(len(apart), weights.different),
                    first[left[apart]],
                    first[right[apart]],
                    near=False,
                    generic=None,
                )
            )
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    order = np.lexsort((joined["signal"], joined["pair"]))
    evidence = IdentityEvidence(**{key: v[order] for key, v in joined.items()})
    return _count_once(evidence, list(values.by_signal), model)


def _equals(column: pa.ChunkedArray, number: int) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    return pc.equal(column, number)


def _column(table: pa.Table, name: str) -> IntArray:
    numbers: IntArray = table[name].to_numpy().astype(np.int64)
    return numbers


def _rows(
    pair: IntArray,
    signal: int,
    bits: FloatArray,
    left_code: IntArray,
    right_code: IntArray,
    *,
    near: bool,
    generic: npt.NDArray[np.bool_] | None,
) -> dict[str, npt.NDArray[np.generic]]:
    none = np.zeros(len(pair), np.bool_)
    return {
        "pair": pair,
        "signal": np.full(len(pair), signal, np.int64),
        "bits": bits,
        "left_code": left_code,
        "right_code": right_code,
        "near": np.full(len(pair), near),
        "generic": none if generic is None else generic[left_code],
    }


def _weigh_readings(
    bits: FloatArray,
    left: IntArray,
    right: IntArray,
    values: StoreValues,
    other_characters: float,
) -> FloatArray:
    """Weigh a name of one reading less where the Han characters differ."""
    weighed = bits.copy()
    for place, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        one, other = values.han_names.get(a), values.han_names.get(b)
        if one is not None and other is not None and one != other:
            weighed[place] = min(bits[place], other_characters)
    return weighed


def _count_once(
    evidence: IdentityEvidence, signals: list[str], model: IdentityModel
) -> IdentityEvidence:
    """Count agreements of one cause once: the strongest in full, the others in part."""
    names = sorted({weights.group for weights in model.signals.values()})
    group_of = np.array([names.index(model.signals[s].group) for s in signals])
    key = evidence.pair * len(names) + group_of[evidence.signal]
    order = np.lexsort((evidence.signal, -evidence.bits, key))
    begins = np.ones(len(order), np.bool_)
    begins[1:] = key[order][1:] != key[order][:-1]
    first = np.zeros(len(order), np.bool_)
    first[order] = begins
    keys_with_generic = np.unique(key[evidence.generic])
    beside = np.isin(key, keys_with_generic) & ~evidence.generic
    bits = evidence.bits.copy()
    speaks_for = bits > 0
    bits[speaks_for & beside] *= model.beside_generic
    repeated = speaks_for & ~first
    bits[repeated] *= model.repeated
    return IdentityEvidence(
        evidence.pair,
        evidence.signal,
        np.round(bits * 100) / 100,
        evidence.left_code,
        evidence.right_code,
        evidence.near,
        evidence.generic,
    )


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
    totals = np.zeros(pairs, np.int64)
    np.add.at(totals, evidence.pair, cents)
    return totals / 100


def probability(bits: FloatArray, prior_bits: float) -> FloatArray:
    """Turn bits and a prior into a probability (0 to 1), to six places."""
    odds = np.clip(bits + prior_bits, -60, 60)
    return np.round(1 / (1 + np.exp2(-odds)), 6)
