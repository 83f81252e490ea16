"""Would it stand without this? The evidence that an association rests on.

An association rests on one piece of evidence alone where it falls without that piece;
on a set, where it falls only when all of the set are gone. Bits are counted anew for
what is left: where the strongest of one cause is gone, the next one counts in full.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from storekin.graph.catalogues import SharedCatalogues, weigh_shared
from storekin.identity.scoring import count_once, probability, total_bits
from storekin.identity.values import IntArray
from storekin.policy.decide import (
    BREACH,
    DISTRIBUTION,
    RELATED,
    Decisions,
    breaching_rows,
    number_signals,
    silent_rows,
)
from storekin.policy.facts import Facts
from storekin.workflows.registrations import RegistrationFindings

_MOST_TRIED = 3
"""Sets of up to so many are tried one by one; larger ones are built greedily."""


@dataclass(frozen=True, slots=True)
class RestsOn:
    """What one association rests on.

    ``alone`` are rows of evidence without any one of which it falls, ``together`` the
    smallest set of rows without which it falls. Of catalogues it is the least number
    of ``products`` that must no longer be shared.
    """

    alone: tuple[int, ...]
    together: tuple[int, ...]
    products: int = 0


def rests_on(
    decisions: Decisions, facts: Facts, findings: RegistrationFindings
) -> list[RestsOn]:
    """Say of each decision what it rests on; rows number the identity evidence."""
    result = [RestsOn((), ())] * len(decisions)
    breaches = np.flatnonzero(decisions.effect == BREACH)
    if len(breaches):
        numbers = number_signals(decisions.policy, facts.identity.signals)
        breaking = breaching_rows(facts.identity, numbers, decisions.policy)
        begins = np.searchsorted(
            facts.identity.pair, np.arange(len(facts.identity) + 1)
        )
        for row in breaches.tolist():
            pair = int(decisions.place[row])
            low, high = int(begins[pair]), int(begins[pair + 1])
            rows = tuple((low + np.flatnonzero(breaking[low:high])).tolist())
            result[row] = RestsOn(rows if len(rows) == 1 else (), rows)
    related = np.flatnonzero(decisions.effect == RELATED)
    if len(related):
        places = decisions.place[related]
        for row, found in zip(
            related.tolist(),
            _of_related(decisions, facts, findings, places),
            strict=True,
        ):
            result[row] = found
    shared = decisions.catalogues
    if shared is not None:
        wanted = (decisions.effect == DISTRIBUTION) | decisions.conditional
        for row in np.flatnonzero(wanted).tolist():
            least = _products(shared, int(decisions.place[row]), decisions)
            result[row] = RestsOn((), (), least)
    return result


def _of_related(
    decisions: Decisions,
    facts: Facts,
    findings: RegistrationFindings,
    pairs: IntArray,
) -> list[RestsOn]:
    """Try to leave out one, two and three pieces of evidence, of all pairs at once."""
    identity = facts.identity
    silent = silent_rows(identity, decisions.policy)
    begins = np.searchsorted(identity.pair, np.arange(len(identity) + 1))
    rows_of = [
        [
            row
            for row in range(int(begins[pair]), int(begins[pair + 1]))
            if not silent[row]
        ]
        for pair in pairs.tolist()
    ]
    speaking = [[row for row in rows if identity.bits[row] > 0] for rows in rows_of]
    alone: list[tuple[int, ...]] = [()] * len(pairs)
    together: list[tuple[int, ...] | None] = [None] * len(pairs)
    for size in range(1, _MOST_TRIED + 1):
        tries = [
            (place, left_out)
            for place in range(len(pairs))
            if together[place] is None
            for left_out in combinations(speaking[place], size)
        ]
        falls = _falls(decisions, findings, rows_of, tries)
        for (place, left_out), fell in zip(tries, falls, strict=True):
            if not fell:
                continue
            if size == 1:
                alone[place] = (*alone[place], *left_out)
            known = together[place]
            if known is None or _weight(findings, left_out) > _weight(findings, known):
                together[place] = left_out
    for place, found in enumerate(together):
        if found is None:
            together[place] = _greedily(
                decisions, findings, rows_of, place, speaking[place]
            )
    return [
        RestsOn(one, other or ()) for one, other in zip(alone, together, strict=True)
    ]


def _weight(findings: RegistrationFindings, rows: Sequence[int]) -> float:
    return float(sum(findings.evidence.whole[row] for row in rows))


def _greedily(
    decisions: Decisions,
    findings: RegistrationFindings,
    rows_of: list[list[int]],
    place: int,
    speaking: list[int],
) -> tuple[int, ...]:
    ordered = sorted(speaking, key=lambda row: -findings.evidence.whole[row])
    for count in range(_MOST_TRIED + 1, len(ordered) + 1):
        left_out = tuple(ordered[:count])
        if _falls(decisions, findings, rows_of, [(place, left_out)])[0]:
            return left_out
    return tuple(ordered)


def _falls(
    decisions: Decisions,
    findings: RegistrationFindings,
    rows_of: list[list[int]],
    tries: list[tuple[int, tuple[int, ...]]],
) -> list[bool]:
    """Say of each try (a pair and what is left out) whether the association falls."""
    test = decisions.policy.related
    if test is None or not tries:
        return [False] * len(tries)
    rows: list[int] = []
    number: list[int] = []
    for place, (pair, left_out) in enumerate(tries):
        kept = [row for row in rows_of[pair] if row not in left_out]
        rows += kept
        number += [place] * len(kept)
    evidence = findings.evidence.take(np.array(rows, np.int64))
    names = list(findings.values.by_signal)
    counted = count_once(
        type(evidence)(
            **{
                **{name: getattr(evidence, name) for name in evidence.__slots__},
                "pair": np.array(number, np.int32),
            }
        ),
        names,
        findings.model,
    )
    bits = total_bits(counted, len(tries))
    likely = probability(bits, findings.prior_bits)
    stands = (bits >= test.bits_at_least) & (likely >= test.probability_at_least)
    fallen: list[bool] = (~stands).tolist()
    return fallen


def _products(shared: SharedCatalogues, place: int, decisions: Decisions) -> int:
    """Count the products that must no longer be shared, the weightiest first."""
    test = decisions.policy.duplicates
    if test is None:
        return 0
    low, high = int(shared.first[place]), int(shared.first[place + 1])
    weights = np.sort(shared.weight[low:high][shared.begins[low:high]])[::-1]
    smaller = round(int(shared.families[place]) / float(shared.share[place]))
    for gone in range(1, len(weights) + 1):
        left = weights[gone:]
        if not len(left) or weigh_shared(left, smaller) < test.bits_at_least:
            return gone
    return len(weights)
