"""Comparisons to evidence in bits, and evidence to a total for each pair of stores."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from storekin.identity.comparisons.signals import compare_signal
from storekin.identity.hubs import Commonness, name_bits
from storekin.identity.model import IdentityModel, SignalWeights
from storekin.identity.values import Codes, IntArray, StoreValues
from storekin.kernels.agreements import (
    BESIDE,
    DIFFERENT,
    NEAR,
    SAME,
    SILENT,
    tell_causes,
)
from storekin.kernels.parallel import ranges_of, run_ranges

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class IdentityEvidence:
    """All evidence on all pairs, one row each, sorted by pair and signal.

    ``signal`` numbers the signals in the model's order; ``left_code`` and
    ``right_code`` number the values; ``near`` tells a near agreement. ``whole`` are
    the bits before agreements of one cause were counted once, in ten-thousandths.
    """

    pair: Codes
    signal: npt.NDArray[np.uint8]
    bits: FloatArray
    left_code: Codes
    right_code: Codes
    near: npt.NDArray[np.bool_]
    generic: npt.NDArray[np.bool_]
    whole: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.pair)

    def take(self, rows: IntArray | slice) -> "IdentityEvidence":
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
    compared = [
        _Compared(
            model.signals[signal],
            commonness[signal],
            *compare_signal(left, right, signal, values, commonness[signal]),
        )
        for signal in values.by_signal
    ]
    signals = list(values.by_signal)
    person = signals.index(_PERSON)
    han_holders = np.bincount(values.han_names[values.han_names >= 0])
    sizes = np.zeros(len(left), np.uint8)
    for each in compared:
        sizes += each.speaks(slice(None))
    starts = np.zeros(len(left) + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    evidence = _room_for(int(starts[-1]))

    def work(span: tuple[int, int]) -> None:
        pairs = slice(*span)
        place = starts[pairs].copy()
        for number, each in enumerate(compared):
            rows = np.flatnonzero(each.speaks(pairs))
            own = each.take(span[0] + rows)
            bits = own.bits()
            if number == person:
                ends = left[pairs][rows], right[pairs][rows]
                bits = _weigh_readings(bits, own, ends, values, han_holders)
            at = place[rows]
            place[rows] += 1
            evidence.pair[at] = rows
            evidence.signal[at] = number
            evidence.left_code[at], evidence.right_code[at] = own.one, own.other
            evidence.near[at] = (own.state == NEAR) | (own.state == BESIDE)
            evidence.generic[at] = own.generic()
            evidence.whole[at] = np.round(bits * FINE)
        own_rows = slice(starts[span[0]], starts[span[1]])
        counted = count_once(evidence.take(own_rows), signals, model)
        evidence.bits[own_rows] = counted.bits
        evidence.pair[own_rows] += span[0]

    run_ranges(work, len(left), _CHUNK)
    return evidence


FINE = 10_000
"""What a bit is told in before its evidence is counted once."""

_CHUNK = 65_536
ROWS_AT_ONCE = 1 << 20
"""Rows of evidence that are gone through at a time."""

_PERSON = "similar_legal_person_name"


@dataclass(frozen=True, slots=True)
class _Compared:
    """What one signal says of each pair: a state, and the two values that it tells."""

    weights: SignalWeights
    common: Commonness
    state: npt.NDArray[np.uint8]
    one: Codes
    other: Codes

    def take(self, rows: IntArray) -> "_Compared":
        """Give what it says of the pairs *rows*."""
        return _Compared(
            self.weights,
            self.common,
            self.state[rows],
            self.one[rows],
            self.other[rows],
        )

    def speaks(self, pairs: slice) -> npt.NDArray[np.bool_]:
        """Mark those of *pairs* on which it is evidence."""
        state = self.state[pairs]
        said: npt.NDArray[np.bool_] = state != SILENT
        return said if self.weights.different < 0 else said & (state != DIFFERENT)

    def generic(self) -> npt.NDArray[np.bool_]:
        """Mark the pairs that have a generic value in common."""
        same: npt.NDArray[np.bool_] = self.state == SAME
        same[same] = self.common.generic[self.one[same]]
        return same

    def bits(self) -> FloatArray:
        """Weigh all pairs; none may be silent."""
        own = self.common.bits[self.one]
        lesser = np.minimum(own, self.common.bits[self.other])
        return np.select(
            [self.state == SAME, self.state == NEAR, self.state == BESIDE],
            [
                own,
                np.minimum(self.weights.near, lesser),
                np.minimum(self.weights.beside, lesser),
            ],
            self.weights.different,
        )


def _room_for(rows: int) -> IdentityEvidence:
    return IdentityEvidence(
        pair=np.empty(rows, np.int32),
        signal=np.empty(rows, np.uint8),
        bits=np.empty(rows),
        left_code=np.empty(rows, np.int32),
        right_code=np.empty(rows, np.int32),
        near=np.empty(rows, np.bool_),
        generic=np.empty(rows, np.bool_),
        whole=np.empty(rows, np.int32),
    )


def _weigh_readings(
    bits: FloatArray,
    told: _Compared,
    ends: tuple[IntArray, IntArray],
    values: StoreValues,
    han_holders: IntArray,
) -> FloatArray:
    """Weigh a name of one reading by its Han characters, where both sides have them.

    Other characters say less, and the same ones more: each as rare as it is.
    """
    one, other = values.han_names[ends[0]], values.han_names[ends[1]]
    both = (told.state == SAME) & (one >= 0) & (other >= 0)
    lesser = np.minimum(bits, told.weights.near)
    weighed = np.where(both & (one != other), lesser, bits)
    same = both & (one == other)
    if same.any():
        rarer = name_bits(han_holders[one[same]], len(values), told.weights.base)
        weighed[same] = np.maximum(weighed[same], rarer)
    return weighed


def count_once(
    evidence: IdentityEvidence, signals: list[str], model: IdentityModel
) -> IdentityEvidence:
    """Count agreements of one cause once: the strongest in full, the others in part.

    The rows of a pair stand together. It starts from the ``whole`` bits, so that some
    rows can be left out and the rest counted anew.
    """
    names = sorted({weights.group for weights in model.signals.values()})
    cause = np.array([names.index(model.signals[s].group) for s in signals])
    first = np.empty(len(evidence), np.bool_)
    beside = np.empty(len(evidence), np.bool_)
    tell_causes(
        evidence.pair,
        evidence.signal,
        cause,
        evidence.whole,
        evidence.generic,
        first,
        beside,
    )
    bits = evidence.whole / FINE
    speaks_for = bits > 0
    bits[speaks_for & beside & ~evidence.generic] *= model.beside_generic
    bits[speaks_for & ~first] *= model.repeated
    bits += _contradicted(evidence, signals, model)
    return replace(evidence, bits=np.round(bits * 100) / 100)


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
    total = np.zeros(pairs)
    for low, high in ranges_of(len(evidence), ROWS_AT_ONCE):
        rows = slice(low, high)
        cents = np.round(evidence.bits[rows] * 100)
        if silent is not None:
            cents[silent[rows]] = 0
        # sums of whole numbers below 2**53 are exact as floats, in any order
        pair = evidence.pair[rows]
        first = int(pair.min())
        sums = np.bincount(pair - first, cents)
        total[first : first + len(sums)] += sums
    return np.round(total) / 100


def probability(bits: FloatArray, prior_bits: float) -> FloatArray:
    """Turn bits and a prior into a probability (0 to 1), to six places."""
    odds = np.clip(bits + prior_bits, -60, 60)
    return np.round(1 / (1 + np.exp2(-odds)), 6)
