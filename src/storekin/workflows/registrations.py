"""Compare all registrations: values, commonness, candidate pairs, evidence."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.identity.blocking import (
    AGREEMENTS,
    NEAR_AGREEMENTS,
    RULES,
    entry_table,
    near_table,
)
from storekin.identity.hubs import Commonness, judge_commonness
from storekin.identity.model import IdentityModel, load_identity_model
from storekin.identity.scoring import (
    FloatArray,
    IdentityEvidence,
    probability,
    total_bits,
    weigh,
)
from storekin.identity.values import IntArray, StoreValues, collect_values
from storekin.records.portfolio import Portfolio
from storekin.storage.ports import PairEngine

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RegistrationFindings:
    """What the identity matcher found: pairs of store numbers and their evidence."""

    values: StoreValues
    commonness: dict[str, Commonness]
    model: IdentityModel
    left: IntArray
    right: IntArray
    evidence: IdentityEvidence
    prior_bits: float

    def bits(self, silent: npt.NDArray[np.bool_] | None = None) -> FloatArray:
        """Give each pair's total in bits, without the *silent* rows of evidence."""
        return total_bits(self.evidence, len(self.left), silent)

    def probability(self, bits: FloatArray) -> FloatArray:
        """Give the probability that a pair has one seller, from its bits."""
        return probability(bits, self.prior_bits)


def compare_registrations(
    portfolio: Portfolio,
    engine: PairEngine,
    *,
    also: pa.Table | None = None,
    propose: bool = True,
    on_step: Step | None = None,
) -> RegistrationFindings:
    """Find and weigh all pairs of stores that share, or nearly share, a value.

    ``also`` holds further pairs to weigh (``left`` and ``right``, store numbers),
    whether or not a rule proposes them; without ``propose`` only these are weighed.
    """
    model = load_identity_model()
    say = on_step or (lambda _: None)
    values = collect_values(
        portfolio.store_ids(), portfolio.registrations, portfolio.access, on_step
    )
    say("hubs")
    commonness = judge_commonness(values, model)
    signals = list(values.by_signal)
    say("candidates")
    near = near_table(values, commonness, signals)
    proposing = entry_table(values, commonness, signals, proposing=True)
    proposed = [
        engine.sql(rule.sql, entries=proposing, near=near).cast(_PAIRS)
        for rule in (RULES if propose else ())
    ]
    if also is not None:
        proposed.append(also.select(["left", "right"]).cast(_PAIRS))
    pairs = (
        pa.concat_tables(proposed)
        .group_by(["left", "right"])
        .aggregate([])
        .sort_by([("left", "ascending"), ("right", "ascending")])
    )
    numbered = pairs.append_column("pair", pa.array(np.arange(pairs.num_rows)))
    entries = entry_table(values, commonness, signals, proposing=False)
    say("comparisons")
    left = pairs["left"].to_numpy()
    right = pairs["right"].to_numpy()
    evidence = weigh(
        left,
        right,
        engine.sql(AGREEMENTS, pairs=numbered, entries=entries),
        engine.sql(NEAR_AGREEMENTS, pairs=numbered, entries=entries, near=near),
        values,
        commonness,
        model,
    )
    return RegistrationFindings(
        values=values,
        commonness=commonness,
        model=model,
        left=left,
        right=right,
        evidence=evidence,
        prior_bits=model.prior_bits(len(values)),
    )


_PAIRS = pa.schema([("left", pa.int64()), ("right", pa.int64())])
