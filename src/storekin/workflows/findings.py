"""Findings of the two matchers to associations, under a policy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from storekin.graph.associations import Association
from storekin.graph.catalogues import SharedCatalogues
from storekin.identity.model import signal_name
from storekin.identity.values import IntArray
from storekin.policy.decide import (
    ACCESS_SIGNALS,
    Decisions,
    outcome_of,
    silent_rows,
)
from storekin.policy.facts import UNKNOWN_DAY, Facts, day_of
from storekin.policy.model import EFFECTS, OUTCOMES, Policy, SignalRule
from storekin.records.evidence import Evidence, evidence_id
from storekin.records.masking import mask_value
from storekin.wording.catalog import say
from storekin.workflows.registrations import RegistrationFindings
from storekin.workflows.rests_on import RestsOn


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a value's commonness is told by: its holders and distinct registrants."""

    holders: int
    registrants: int
    generic: bool


class EvidenceWriter:
    """Turns rows of identity evidence into ``Evidence``, masked unless told not to."""

    def __init__(
        self, findings: RegistrationFindings, *, masked: bool, language: str = "en"
    ) -> None:
        self.findings = findings
        self.masked = masked
        self.language = language
        self.signals = list(findings.values.by_signal)
        pairs = np.arange(len(findings.left) + 1)
        self.begins = np.searchsorted(findings.evidence.pair, pairs)

    def rows_of(self, pair: int) -> range:
        """Give the evidence rows of a pair."""
        return range(int(self.begins[pair]), int(self.begins[pair + 1]))

    def write(self, row: int) -> Evidence:
        """Write one row of evidence with its values and its commonness in words."""
        evidence = self.findings.evidence
        signal = self.signals[int(evidence.signal[row])]
        values = self.findings.values.by_signal[signal]
        common = self.findings.commonness[signal]
        left, right = int(evidence.left_code[row]), int(evidence.right_code[row])
        pair = int(evidence.pair[row])
        ids = self.findings.values.store_ids
        stores = int(self.findings.left[pair]), int(self.findings.right[pair])
        names = (ids[stores[0]], ids[stores[1]])
        bits = float(evidence.bits[row])
        exact = left == right and not evidence.near[row]
        name = signal_name(signal, near=bool(evidence.near[row]))
        return Evidence(
            id=evidence_id(
                name,
                *names,
                mask_value(signal, values.text(left)),
                mask_value(signal, values.text(right)),
            ),
            signal=name,
            bits=bits,
            left=self._show(signal, values.shown(stores[0], left)),
            right=self._show(signal, values.shown(stores[1], right)),
            because=self._because(
                signal,
                exact=exact,
                near=bool(evidence.near[row]),
                bits=bits,
                sharing=Sharing(
                    int(common.holders[left]),
                    int(common.registrants[left]),
                    bool(evidence.generic[row]),
                ),
            ),
            holders=int(common.holders[left]) if exact else None,
        )

    def _show(self, signal: str, text: str) -> str:
        return mask_value(signal, text) if self.masked else text

    def _because(
        self, signal: str, *, exact: bool, near: bool, bits: float, sharing: Sharing
    ) -> str:
        if exact:
            if signal == "similar_legal_person_name" and bits <= 2:
                return say(self.language, signal, "near")
            first = say(self.language, signal, "same")
            if sharing.generic:
                key = "generic"
            else:
                key = "two" if sharing.holders <= 2 else "some"
            common = say(
                self.language,
                "commonness",
                key,
                holders=sharing.holders,
                registrants=sharing.registrants,
            )
            return f"{first} {common}"
        if near:
            first = say(self.language, signal, "near")
            return f"{first} {say(self.language, 'commonness', 'near')}"
        first = say(self.language, signal, "different")
        return f"{first} {say(self.language, 'commonness', 'contradiction')}"


@dataclass(frozen=True, slots=True)
class Writing:
    """What decisions are written out with: facts, their evidence, the language."""

    facts: Facts
    writer: EvidenceWriter
    language: str = "en"


def write_associations(
    decisions: Decisions,
    writing: Writing,
    rests: Sequence[RestsOn],
    version: int = 0,
) -> list[Association]:
    """Write out decisions: associations, and conditional ones as notices.

    *version* is the place of the policy among its versions.
    """
    ids = writing.facts.stores.ids
    policy = decisions.policy
    names = () if policy.permission is None else policy.permission.conditions
    covers = () if policy.permission is None else policy.permission.effects
    silent = silent_rows(writing.facts.identity, policy)
    written = []
    for row in range(len(decisions)):
        effect = EFFECTS[decisions.effect[row]]
        left, right = ids[decisions.left[row]], ids[decisions.right[row]]
        evidence, rows = _evidence_of(decisions, row, writing, silent)
        by_row = {number: e.id for number, e in zip(rows, evidence, strict=False)}
        rest = rests[row]
        catalogue = effect == "duplicate_distribution" or decisions.conditional[row]
        later = int(decisions.later[row])
        event = int(decisions.event[row])
        told = [_TOLD[state] for state in decisions.states[row].tolist()]
        written.append(
            Association(
                left=left,
                right=right,
                policy=policy.name,
                effect=effect,
                outcome=OUTCOMES[decisions.outcome[row]],
                probability=float(decisions.probability[row]),
                bits=float(decisions.bits[row]),
                evidence=evidence,
                later=(
                    ids[later]
                    if effect == "duplicate_registration" and later >= 0
                    else None
                ),
                stores=(left, right) if decisions.conditional[row] else (),
                listing_pairs=len(rows) if catalogue else 0,
                digest=policy.digest,
                event_on=None if event == UNKNOWN_DAY else day_of(event).isoformat(),
                conditions=(
                    tuple(zip(names, told, strict=True)) if effect in covers else ()
                ),
                alone=tuple(by_row[n] for n in rest.alone),
                together=tuple(by_row[n] for n in rest.together),
                products=rest.products,
                families=(
                    int(decisions.catalogues.families[decisions.place[row]])
                    if catalogue and decisions.catalogues is not None
                    else 0
                ),
                rows=rows,
                decided=(version, int(decisions.place[row])),
            )
        )
    return written


_TOLD: dict[int, bool | None] = {1: True, 0: False, -1: None}


def _evidence_of(
    decisions: Decisions,
    row: int,
    writing: Writing,
    silent: npt.NDArray[np.bool_],
) -> tuple[tuple[Evidence, ...], tuple[int, ...]]:
    """Give a decision's evidence, and the rows that it rests on."""
    shared = decisions.catalogues
    place = int(decisions.place[row])
    catalogue = EFFECTS[decisions.effect[row]] == "duplicate_distribution"
    if shared is not None and (catalogue or decisions.conditional[row]):
        stores = writing.facts.stores
        found = catalogue_evidence(
            shared, place, stores.ids, stores.listings, writing.language
        )
        if decisions.conditional[row]:
            because = say(writing.language, "notice", "one_seller")
            found = replace(found, because=f"{found.because} {because}")
        rows = shared.rows[shared.first[place] : shared.first[place + 1]]
        return (found,), tuple(rows.tolist())
    bits = writing.writer.findings.evidence.bits
    signal = writing.writer.findings.evidence.signal
    shown = [n for n in writing.writer.rows_of(place) if not silent[n]]
    shown.sort(key=lambda n: (-bits[n], signal[n]))
    return tuple(writing.writer.write(n) for n in shown), tuple(shown)


def catalogue_evidence(
    shared: SharedCatalogues,
    place: int,
    store_ids: Sequence[str],
    sizes: IntArray,
    language: str = "en",
) -> Evidence:
    """Say in one piece of evidence what two catalogues have in common."""
    signal = "shares_rare_listings"
    left, right = int(shared.left[place]), int(shared.right[place])
    families = int(shared.families[place])
    return Evidence(
        id=evidence_id(signal, store_ids[left], store_ids[right], str(families)),
        signal=signal,
        bits=float(shared.bits[place]),
        left=say(
            language, signal, "value", listings=int(sizes[left]), families=families
        ),
        right=say(
            language, signal, "value", listings=int(sizes[right]), families=families
        ),
        because=say(
            language,
            signal,
            "same",
            families=families,
            share=f"{float(shared.share[place]):.0%}",
            carriers=int(shared.carriers[place]),
        ),
        holders=int(shared.carriers[place]),
    )


def value_notices(
    findings: RegistrationFindings,
    policy: Policy,
    writer: EvidenceWriter,
) -> list[Association]:
    """Write a notice for each shared contact, and each crowded network or device.

    A notice names all holders of the value and associates none of them.
    """
    notices = []
    for signal in writer.signals:
        rule = policy.signals.get(signal)
        if rule is None or rule.effect not in ("unique", "advisory_limit"):
            continue
        values = findings.values.by_signal[signal]
        common = findings.commonness[signal]
        if rule.effect == "unique":
            chosen = np.flatnonzero(common.registrants >= policy.generic_registrants)
        else:
            chosen = np.flatnonzero(common.holders > (rule.limit or 0))
        if not len(chosen):
            continue
        order = np.lexsort((values.stores, values.codes))
        codes, stores = values.codes[order], values.stores[order]
        begins = np.searchsorted(codes, chosen)
        ends = np.searchsorted(codes, chosen, side="right")
        ids = findings.values.store_ids
        for code, low, high in zip(
            chosen.tolist(), begins.tolist(), ends.tolist(), strict=True
        ):
            names = [ids[store] for store in stores[low:high].tolist()]
            shown = values.shown(int(stores[low]), code)
            text = mask_value(signal, shown) if writer.masked else shown
            registrants = int(common.registrants[code])
            kind = _kind_of(rule, registrants, policy)
            because = say(
                writer.language,
                "notice",
                kind,
                holders=len(names),
                registrants=registrants,
                limit=rule.limit,
            )
            spare = len(names) - (rule.limit or 0) if kind in _LIMITS else 0
            notices.append(
                Association(
                    left=names[0],
                    right=names[1],
                    policy=policy.name,
                    effect="advisory",
                    outcome=outcome_of("advisory", policy),
                    probability=0.0,
                    bits=0.0,
                    evidence=(
                        Evidence(
                            id=evidence_id(
                                signal,
                                *names[:2],
                                mask_value(signal, values.text(code)),
                            ),
                            signal=signal,
                            bits=0.0,
                            left=text,
                            right=text,
                            because=because,
                            holders=len(names),
                        ),
                    ),
                    stores=tuple(names),
                    spare=spare,
                )
            )
    return notices


_LIMITS = ("access", "limit")


def _kind_of(rule: SignalRule, registrants: int, policy: Policy) -> str:
    """Say what a notice is: of a shared contact, of a network, or of a limit.

    A network that very many distinct registrants use is a provider's or an office
    building's: that it is crowded says nothing of anyone.
    """
    if rule.effect == "unique":
        return "shared_value"
    if rule.signal not in ACCESS_SIGNALS:
        return "limit"
    return "network" if registrants >= policy.network_registrants else "access"
