"""Findings of the two matchers to associations, under a policy."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.graph.associations import Association
from storekin.graph.catalogues import SharedCatalogues, share_catalogues
from storekin.identity.model import signal_name
from storekin.identity.values import IntArray
from storekin.policy.decide import (
    breaks_uniqueness,
    is_duplicate_distribution,
    is_related,
    number_signals,
    outcome_of,
    worst_level,
)
from storekin.policy.model import Policy
from storekin.records.evidence import Evidence, evidence_id
from storekin.records.masking import mask_value
from storekin.wording.catalog import say
from storekin.workflows.listings import ListingFindings
from storekin.workflows.registrations import RegistrationFindings

Apart = Collection[tuple[str, str]]
_ACCESS_SIGNALS = ("shares_ip", "shares_device")


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

    def silent_rows(self, policy: Policy) -> npt.NDArray[np.bool_]:
        """Mark the evidence that *policy* ignores, or takes for a notice alone."""
        evidence = self.findings.evidence
        exact = number_signals(policy, self.signals).silent
        near = number_signals(
            policy, [signal_name(signal, near=True) for signal in self.signals]
        ).silent
        rows: npt.NDArray[np.bool_] = np.where(
            evidence.near, near[evidence.signal], exact[evidence.signal]
        )
        return rows

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
            id=evidence_id(name, *names, values.text(left), values.text(right)),
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


def later_store(left: str, right: str, opened: dict[str, str]) -> str | None:
    """Give the store that was opened later; None when that is not known."""
    one, other = opened.get(left), opened.get(right)
    if one is None or other is None or one == other:
        return None
    return left if one > other else right


def opening_days(stores: pa.Table, registrations: pa.Table) -> dict[str, str]:
    """Give each store's opening day, or else the day its registration was submitted."""
    days: dict[str, str] = {}
    for table, column in ((registrations, "submitted"), (stores, "opened")):
        for store, day in zip(
            table["store"].to_pylist(), table[column].to_pylist(), strict=True
        ):
            if day is not None:
                known = days.get(store)
                text = day.isoformat()
                later = column == "opened" or known is None or text < known
                days[store] = text if later else str(known)
    return days


def identity_associations(
    findings: RegistrationFindings,
    policy: Policy,
    opened: dict[str, str],
    apart: Apart,
    writer: EvidenceWriter,
) -> list[Association]:
    """Decide every compared pair of stores, and write the associations."""
    evidence = findings.evidence
    numbers = number_signals(policy, writer.signals)
    registrants = np.zeros(len(evidence), np.int64)
    for number, signal in enumerate(writer.signals):
        rows = np.flatnonzero(evidence.signal == number)
        common = findings.commonness[signal]
        if len(common.registrants):
            registrants[rows] = common.registrants[evidence.left_code[rows]]
    exact = (evidence.left_code == evidence.right_code) & ~evidence.near
    breaks = breaks_uniqueness(
        evidence.pair,
        evidence.signal,
        exact,
        registrants,
        numbers,
        policy,
        len(findings.left),
    )
    silent = writer.silent_rows(policy)
    bits = findings.bits(silent)
    probability = findings.probability(bits)
    related = is_related(bits, probability, policy) & ~breaks
    ids = findings.values.store_ids
    result = []
    for pair in np.flatnonzero(breaks | related).tolist():
        left, right = ids[findings.left[pair]], ids[findings.right[pair]]
        if (left, right) in apart:
            continue
        effect = "duplicate_registration" if breaks[pair] else "related"
        shown = [row for row in writer.rows_of(pair) if not silent[row]]
        shown.sort(key=lambda row: (-evidence.bits[row], evidence.signal[row]))
        result.append(
            Association(
                left=left,
                right=right,
                policy=policy.name,
                effect=effect,
                outcome=outcome_of(effect, policy),
                probability=float(probability[pair]),
                bits=float(bits[pair]),
                evidence=tuple(writer.write(row) for row in shown),
                later=(
                    later_store(left, right, opened)
                    if effect == "duplicate_registration"
                    else None
                ),
                rows=tuple(shown),
            )
        )
    return result


def find_shared_catalogues(
    findings: ListingFindings, policy: Policy
) -> SharedCatalogues:
    """Join the duplicate listings of every two stores under the policy's test."""
    scores = findings.scores
    return share_catalogues(
        scores.left,
        scores.right,
        scores.level,
        scores.probability,
        findings.prepared.owners,
        scores.seen,
        worst_level=worst_level(policy),
    )


def catalogue_associations(
    shared: SharedCatalogues,
    store_ids: list[str],
    sizes: IntArray,
    policy: Policy,
    apart: Apart,
    language: str = "en",
) -> list[Association]:
    """Write the associations of stores whose catalogues share rare products."""
    result = []
    for place in np.flatnonzero(
        is_duplicate_distribution(shared.bits, policy)
    ).tolist():
        left, right = store_ids[shared.left[place]], store_ids[shared.right[place]]
        if (left, right) in apart:
            continue
        rows = shared.rows[shared.first[place] : shared.first[place + 1]]
        result.append(
            Association(
                left=left,
                right=right,
                policy=policy.name,
                effect="duplicate_distribution",
                outcome=outcome_of("duplicate_distribution", policy),
                probability=float(shared.probability[place]),
                bits=float(shared.bits[place]),
                evidence=(
                    catalogue_evidence(shared, place, store_ids, sizes, language),
                ),
                listing_pairs=int(shared.pairs[place]),
                rows=tuple(rows.tolist()),
            )
        )
    return result


def catalogue_evidence(
    shared: SharedCatalogues,
    place: int,
    store_ids: list[str],
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
            kind = "shared_value" if rule.effect == "unique" else "access"
            because = say(
                writer.language,
                "notice",
                kind,
                holders=len(names),
                registrants=int(common.registrants[code]),
                limit=rule.limit,
            )
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
                            id=evidence_id(signal, *names[:2], values.text(code)),
                            signal=signal,
                            bits=0.0,
                            left=text,
                            right=text,
                            because=because,
                            holders=len(names),
                        ),
                    ),
                    stores=tuple(names),
                )
            )
    return notices
