"""Associations to be looked at again: a value that they rest on is generic now."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.identity.grouping import may_join
from storekin.identity.register import Hub
from storekin.records.masking import mask_value
from storekin.records.portfolio import Portfolio
from storekin.wording.catalog import Words, in_both
from storekin.workflows.registrations import (
    RegistrationFindings,
    compare_registrations,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAgain:
    """Two stores that were likely one seller's, and the value that said so, masked.

    ``before`` and ``after`` are the probabilities with the register of before and now.
    """

    left: str
    right: str
    signal: str
    shown: str
    before: float
    after: float

    def as_json(self) -> dict[str, object]:
        """Give it as one line of the queue."""
        return {
            "left": self.left,
            "right": self.right,
            "signal": self.signal,
            "shown": self.shown,
            "before": self.before,
            "after": self.after,
            "because": self.because,
        }

    @property
    def because(self) -> Words:
        """Say in both languages why it is looked at again."""
        return in_both(
            "study", "look_again", left=self.left, right=self.right, shown=self.shown
        )


def look_again(
    portfolio: Portfolio, before: Sequence[Hub], now: Sequence[Hub]
) -> list[LookAgain]:
    """List the pairs that were joined under the register of *before* and are no more.

    Each is told with the strongest value that both give and that became generic.
    """
    old = compare_registrations(portfolio, register=before)
    new = compare_registrations(portfolio, register=now)
    joined, joins = _joined(old), _joined(new)
    wide = len(old.values) + 1
    new_keys = new.left * wide + new.right
    place = np.searchsorted(new_keys, old.left * wide + old.right)
    odds_before = old.probability(old.bits())
    odds_after = new.probability(new.bits())
    found = []
    for pair in np.flatnonzero(joined).tolist():
        at = int(place[pair])
        known = at < len(new_keys) and new_keys[at] == (
            old.left[pair] * wide + old.right[pair]
        )
        if known and joins[at]:
            continue
        told = _became_generic(old, new, pair)
        if told is None:
            continue
        ids = old.values.store_ids
        found.append(
            LookAgain(
                left=ids[old.left[pair]],
                right=ids[old.right[pair]],
                signal=told[0],
                shown=told[1],
                before=float(odds_before[pair]),
                after=float(odds_after[at]) if known else 0.0,
            )
        )
    return found


def _joined(findings: RegistrationFindings) -> npt.NDArray[np.bool_]:
    """Mark the pairs whose evidence joins two stores."""
    model = findings.model
    odds = findings.bits() + findings.prior_bits
    joins: npt.NDArray[np.bool_] = may_join(
        findings.evidence, list(findings.values.by_signal), len(findings.left), model
    ) & (odds >= model.joining.odds_bits)
    return joins


def _became_generic(
    old: RegistrationFindings, new: RegistrationFindings, pair: int
) -> tuple[str, str] | None:
    """Give the strongest value of a pair that is generic now, and was not."""
    evidence = old.evidence
    rows = np.flatnonzero(evidence.pair == pair)
    for row in rows[np.argsort(-evidence.bits[rows], kind="stable")].tolist():
        signal = list(old.values.by_signal)[int(evidence.signal[row])]
        code = int(evidence.left_code[row])
        same = code == int(evidence.right_code[row]) and not evidence.near[row]
        was = bool(old.commonness[signal].generic[code]) if same else True
        if not was and bool(new.commonness[signal].generic[code]):
            return signal, mask_value(signal, old.values.by_signal[signal].text(code))
    return None
