"""Which comparisons of registrations count, with weights from data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import log2


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalWeights:
    """The weights of one signal, in bits; see ``data/weights.toml``."""

    group: str
    base: float
    near: float
    different: float
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityModel:
    """All weights of the identity matcher, by signal, in the file's order."""

    version: str
    signals: Mapping[str, SignalWeights]
    prior_fewest: int
    prior_extra: float
    repeated: float
    beside_generic: float
    generic_registrants: int
    generic_bits: float
    per_doubling: float

    def prior_bits(self, stores: int) -> float:
        """Give log2 of the odds that two of *stores* stores have one seller.

        >>> load_identity_model().prior_bits(1_048_576)
        -22.0
        """
        return -(log2(max(stores, self.prior_fewest)) + self.prior_extra)


@lru_cache(maxsize=1)
def load_identity_model() -> IdentityModel:
    """Read the shipped weights."""
    path = files("storekin.identity").joinpath("data", "weights.toml")
    data = tomllib.loads(path.read_text("utf-8"))
    return IdentityModel(
        version=data["version"],
        signals={
            name: SignalWeights(**weights) for name, weights in data["signals"].items()
        },
        prior_fewest=data["prior"]["fewest"],
        prior_extra=data["prior"]["extra"],
        repeated=data["groups"]["repeated"],
        beside_generic=data["groups"]["beside_generic"],
        generic_registrants=data["generic"]["registrants"],
        generic_bits=data["generic"]["bits"],
        per_doubling=data["generic"]["per_doubling"],
    )


IDENTITY_SIGNALS = (
    "same_business_licence",
    "same_legal_person_id",
    "same_phone",
    "same_email",
    "same_bank_account",
    "same_payment_card",
    "same_tax_number",
    "similar_company_name",
    "similar_legal_person_name",
    "similar_address",
    "same_trademark",
    "shares_device",
    "shares_ip",
)
"""The identity signals in the order in which tables show them."""

NEAR_SIGNALS = {
    "same_business_licence": "near_business_licence",
    "same_legal_person_id": "near_legal_person_id",
    "same_phone": "near_phone",
    "same_email": "near_email",
    "same_bank_account": "near_bank_account",
    "same_tax_number": "near_tax_number",
}
"""What a near agreement of identifiers is called: never the same number."""


def signal_name(signal: str, *, near: bool) -> str:
    """Give the name under which an agreement is told.

    >>> signal_name("same_phone", near=True), signal_name("similar_address", near=True)
    ('near_phone', 'similar_address')
    """
    return NEAR_SIGNALS.get(signal, signal) if near else signal
