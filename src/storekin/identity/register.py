"""The hub register: each generic value, what it probably is, and what a person says.

Values are held by a digest and shown masked: the register tells nobody's number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.errors import InvalidRecordError, suggest
from storekin.identity.hubs import Commonness, is_placeholder, shared_bits
from storekin.identity.model import IdentityModel
from storekin.identity.values import StoreValues
from storekin.kernels.numbering import distinct_of
from storekin.records.masking import mask_value

HubKind = Literal[
    "agent",
    "virtual_office",
    "courier",
    "platform",
    "placeholder",
    "shared_account",
]
HubStatus = Literal["proposed", "confirmed", "denied"]
_CONTACTS = ("same_phone", "same_email", "similar_address")
_ACCOUNTS = ("same_bank_account", "same_payment_card", "same_tax_number")
_LISTED = (
    *_CONTACTS,
    *_ACCOUNTS,
    "same_business_licence",
    "same_legal_person_id",
)
_MOST_BESIDE = 0.5
A_PERSONS_WORD = 4.0
"""Bits that a person adds who finds a value to be one seller's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A value that distinct registrants give, found or confirmed to be generic.

    ``token`` is the value's digest, ``shown`` the value masked. A ``confirmed`` one
    is generic whoever gives it, a ``denied`` one is not.

    Raises:
        InvalidRecordError: If the kind or status is none of ours.
    """

    signal: str
    token: str
    shown: str
    holders: int
    registrants: int
    kind: HubKind
    status: HubStatus = "proposed"
    reason: str = ""
    author: str = ""

    def __post_init__(self) -> None:
        for name, known in (
            ("kind", get_args(HubKind)),
            ("status", get_args(HubStatus)),
        ):
            told = getattr(self, name)
            if told not in known:
                raise InvalidRecordError(
                    f"{self.signal} {self.shown}: {told!r} is no {name} of a hub",
                    suggest(str(told), known),
                )

    def as_json(self) -> dict[str, object]:
        """Give the hub as one line of the register."""
        return {
            "signal": self.signal,
            "token": self.token,
            "shown": self.shown,
            "holders": self.holders,
            "registrants": self.registrants,
            "kind": self.kind,
            "status": self.status,
            "reason": self.reason,
            "author": self.author,
        }


def token_of(signal: str, text: str) -> str:
    """Give a value's digest, by which the register knows it again."""
    return blake2b(f"{signal}\x1f{text}".encode(), digest_size=12).hexdigest()


def find_hubs(
    values: StoreValues,
    commonness: Mapping[str, Commonness],
    known: Iterable[Hub] = (),
) -> list[Hub]:
    """List the generic values, the most registrants first.

    What was confirmed or denied of *known* ones stays in the register, even where
    nobody gives the value any more.
    """
    before = {(hub.signal, hub.token): hub for hub in known}
    crowded = _contacts_that_are_generic(values, commonness)
    found = []
    for signal in _LISTED:
        entries, common = values.by_signal[signal], commonness[signal]
        beside = np.bincount(entries.codes, crowded[entries.stores] > 1)
        for code in np.flatnonzero(common.generic & (common.holders > 1)).tolist():
            text = entries.text(code)
            hub = Hub(
                signal=signal,
                token=token_of(signal, text),
                shown=mask_value(signal, text),
                holders=int(common.holders[code]),
                registrants=int(common.registrants[code]),
                kind=_kind(signal, text, float(beside[code] / common.holders[code])),
            )
            old = before.pop((signal, hub.token), None)
            if old is not None and old.status != "proposed":
                hub = replace(
                    hub,
                    kind=old.kind,
                    status=old.status,
                    reason=old.reason,
                    author=old.author,
                )
            found.append(hub)
    found += [hub for hub in before.values() if hub.status != "proposed"]
    return sorted(found, key=lambda hub: (-hub.registrants, hub.signal, hub.token))


def _contacts_that_are_generic(
    values: StoreValues, commonness: Mapping[str, Commonness]
) -> npt.NDArray[np.int64]:
    """Count of each store's contacts the kinds that are generic."""
    counts = np.zeros(len(values), np.int64)
    for signal in _CONTACTS:
        entries = values.by_signal[signal]
        stores = entries.stores[commonness[signal].generic[entries.codes]]
        counts[distinct_of(stores)] += 1
    return counts


def _kind(signal: str, text: str, together: float) -> HubKind:
    """Say what a generic value probably is; a courier's only a person knows.

    ``together`` is the share of its holders who give another generic contact, too.
    """
    if is_placeholder(signal, text) or signal in (
        "same_business_licence",
        "same_legal_person_id",
    ):
        return "placeholder"
    if signal in _ACCOUNTS:
        return "shared_account"
    # an agent's phone, mail and office come together; an office alone is let
    if signal == "similar_address" and together < _MOST_BESIDE:
        return "virtual_office"
    return "agent"


def apply_register(
    values: StoreValues,
    commonness: Mapping[str, Commonness],
    register: Iterable[Hub],
    model: IdentityModel,
) -> dict[str, Commonness]:
    """Let what a person said of values stand: confirmed is generic, denied is not."""
    ruled: dict[str, dict[str, bool]] = {}
    for hub in register:
        if hub.status != "proposed":
            ruled.setdefault(hub.signal, {})[hub.token] = hub.status == "confirmed"
    result = dict(commonness)
    for signal, tokens in ruled.items():
        if signal not in result:
            continue
        common, entries = result[signal], values.by_signal[signal]
        shared = np.flatnonzero(common.holders > 1)
        texts = entries.texts.take(pa.array(shared)).to_pylist()
        generic, bits = common.generic.copy(), common.bits.copy()
        for code, text in zip(shared.tolist(), texts, strict=True):
            told = tokens.get(token_of(signal, text))
            if told is None:
                continue
            generic[code] = told
            holders = common.holders[code : code + 1]
            bits[code] = (
                shared_bits(holders, len(values), model)[0]
                if told
                else model.signals[signal].base + A_PERSONS_WORD
            )
        result[signal] = replace(common, generic=generic, bits=np.round(bits, 4))
    return result
