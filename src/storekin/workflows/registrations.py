"""Compare all registrations: values, commonness, candidate pairs, evidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.identity.blocking import propose_pairs
from storekin.identity.grouping import Edges, Groups, group_stores, may_join
from storekin.identity.hubs import Commonness, judge_commonness
from storekin.identity.judgements import binding
from storekin.identity.model import IdentityModel, load_identity_model
from storekin.identity.register import Hub, apply_register
from storekin.identity.scoring import (
    FloatArray,
    IdentityEvidence,
    probability,
    total_bits,
    weigh,
)
from storekin.identity.values import IntArray, StoreValues, collect_values
from storekin.kernels.numbering import distinct_of
from storekin.records.judgement import Judgement
from storekin.records.portfolio import Portfolio

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
    *,
    also: pa.Table | None = None,
    propose: bool = True,
    register: Sequence[Hub] = (),
    weights: IdentityModel | None = None,
    on_step: Step | None = None,
) -> RegistrationFindings:
    """Find and weigh all pairs of stores that share, or nearly share, a value.

    ``also`` holds further pairs to weigh (``left`` and ``right``, store numbers),
    whether or not a rule proposes them; without ``propose`` only these are weighed.
    What a person said of values in the hub ``register`` stands. ``weights`` are the
    shipped ones where none are given.
    """
    values = collect_values(
        portfolio.store_ids(), portfolio.registrations, portfolio.access, on_step
    )
    return compare_values(
        values,
        also=also,
        propose=propose,
        register=register,
        weights=weights,
        on_step=on_step,
    )


def compare_values(
    values: StoreValues,
    *,
    also: pa.Table | None = None,
    propose: bool = True,
    register: Sequence[Hub] = (),
    weights: IdentityModel | None = None,
    on_step: Step | None = None,
) -> RegistrationFindings:
    """Find and weigh the pairs among stores whose values are clean already."""
    model = (weights or load_identity_model()).among(len(values))
    say = on_step or (lambda _: None)
    # what cleaning took and does not need any more is much: others may have it
    pa.default_memory_pool().release_unused()
    say("hubs")
    commonness = judge_commonness(values, model)
    if register:
        commonness = apply_register(values, commonness, register, model)
    say("candidates")
    left = right = np.empty(0, np.int64)
    if propose:
        left, right = propose_pairs(values, commonness)
    if also is not None:
        wide = len(values) + 1
        asked = also["left"].to_numpy() * wide + also["right"].to_numpy()
        keys = distinct_of(np.concatenate([left * wide + right, asked]))
        left, right = keys // wide, keys % wide
    say("comparisons")
    return RegistrationFindings(
        values=values,
        commonness=commonness,
        model=model,
        left=left,
        right=right,
        evidence=weigh(left, right, values, commonness, model),
        prior_bits=model.prior_bits(len(values)),
    )


def find_groups(
    findings: RegistrationFindings,
    judgements: Sequence[Judgement] = (),
    day: date | None = None,
) -> Groups:
    """Group the stores by the findings, and by the judgements that bind on *day*.

    Judgements of stores that are not there say nothing; *day* is today by default.
    """
    values = findings.values
    ruled: dict[str, list[tuple[int, int]]] = {"same": [], "not_same": []}
    ids = pa.array(values.store_ids if judgements else [], pa.string())
    for judgement in binding(judgements, day or datetime.now(tz=UTC).date()):
        pair = pc.index_in(pa.array([judgement.left, judgement.right]), ids)
        one, other = pair.to_pylist()
        if one is not None and other is not None:
            ruled[judgement.verdict].append((one, other))
    joins = np.flatnonzero(
        may_join(
            findings.evidence,
            list(values.by_signal),
            len(findings.left),
            findings.model,
        )
    )
    odds = findings.bits() + findings.prior_bits
    edges = Edges(findings.left[joins], findings.right[joins], odds[joins], joins)
    return group_stores(
        len(values), edges, findings.model, ruled["same"], ruled["not_same"]
    )
