"""Which comparisons of registrations count, with weights from data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from importlib.resources import files
from math import isfinite, log2
from pathlib import Path

from storekin.errors import ModelFileError
from storekin.identity.steps import step_up


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalWeights:
    """The weights of one signal, in bits; see ``data/weights.toml``.

    ``kept``, ``slipped``, ``moved`` and ``changed`` are the shares of one seller's
    pairs of stores that the weights were measured with; all 0 where they were not.
    """

    group: str
    base: float
    near: float
    different: float
    strong: bool = False
    beside: float = 0.0
    kept: float = 0.0
    slipped: float = 0.0
    moved: float = 0.0
    changed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRule:
    """Among how many stores the weights of identifiers hold, and where they stop."""

    stores: int
    fewest: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRule:
    """What tells an agent's value from a large seller's; see ``identity.hubs``.

    ``prior_bits`` is log2 of the odds that a value is an agent's, ``alone`` the share
    of registrants with one store, ``stray`` the share of a seller's stores that
    neither papers nor the person's name tie to its others, ``follower`` the share of
    those that are tied to another stray.
    """

    prior_bits: float
    alone: float
    stray: float
    follower: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JoiningRule:
    """What joins stores into a group: see ``identity.grouping``.

    A pair joins from ``odds_bits`` on; below ``weak_bits`` it is a weak join, of which
    a group takes ``most_weak``.
    """

    odds_bits: float
    weak_bits: float
    most_weak: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityModel:
    """All weights of the identity matcher, by signal, in the file's order."""

    version: str
    signals: Mapping[str, SignalWeights]
    prior_fewest: int
    prior_extra: float
    prior_given: float
    sizes: SizeRule
    repeated: float
    beside_generic: float
    contradicted: float
    hubs: HubRule
    joining: JoiningRule
    generic_bits: float
    generic_share: float
    per_doubling: float

    def prior_bits(self, stores: int) -> float:
        """Give log2 of the odds that two of *stores* stores have one seller.

        >>> load_identity_model().prior_bits(1_048_576)
        -21.0
        """
        return -(log2(step_up(max(stores, self.prior_fewest))) + self.prior_extra)

    def among(self, stores: int) -> "IdentityModel":
        """Give the model with the weights of identifiers as they are among *stores*.

        Names are weighed by how often they occur, and access is weak anyhow.

        >>> weights = load_identity_model().among(524_288).signals
        >>> weights["same_phone"].base, weights["similar_company_name"].base
        (28.0, 19.0)
        """
        rule = self.sizes
        among = step_up(min(max(stores, rule.fewest), rule.most))
        shift = log2(among / rule.stores)
        return replace(
            self,
            signals={
                name: replace(
                    weights,
                    base=weights.base + shift,
                    near=max(weights.near + shift, 0.0),
                    beside=max(weights.beside + shift, 0.0),
                )
                if weights.group in _SHIFTED and name not in NAMES
                else weights
                for name, weights in self.signals.items()
            },
        )


NAMES = ("similar_company_name", "similar_legal_person_name")
"""Signals that are weighed by how often their values occur."""

_SHIFTED = ("papers", "person", "money", "contact")


@lru_cache(maxsize=1)
def load_identity_model() -> IdentityModel:
    """Read the shipped weights."""
    return _read(shipped_weights())


def shipped_weights() -> str:
    """Give the text of the shipped weights."""
    path = files("storekin.identity").joinpath("data", "weights.toml")
    return path.read_text("utf-8")


def read_identity_model(path: Path) -> IdentityModel:
    """Read weights that ``storekin train registrations`` wrote, or a person.

    Raises:
        ModelFileError: If they cannot be read, or one is missing or no number.
    """
    fix = "name a file that storekin train registrations wrote"
    try:
        model = _read(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise ModelFileError(f"{path}: cannot be read ({problem})", fix) from None
    except KeyError as missing:
        raise ModelFileError(f"{path}: {missing} is missing", fix) from None
    except TypeError as problem:
        told = str(problem).partition("__init__() ")[2] or str(problem)
        raise ModelFileError(f"{path}: {told}", fix) from None
    unlike = set(IDENTITY_SIGNALS) ^ set(model.signals)
    if unlike:
        raise ModelFileError(
            f"{path}: the signals are not ours: {', '.join(sorted(unlike))}", fix
        )
    for name, weights in model.signals.items():
        for field in fields(weights):
            told = getattr(weights, field.name)
            if isinstance(told, bool) or field.name == "group":
                continue
            if not isinstance(told, int | float) or not isfinite(told):
                raise ModelFileError(
                    f"{path}: {field.name} of {name} is {told!r}, which is no number",
                    fix,
                )
    return model


def _read(text: str) -> IdentityModel:
    data = tomllib.loads(text)
    return IdentityModel(
        version=str(data["version"]),
        signals={
            name: SignalWeights(**weights) for name, weights in data["signals"].items()
        },
        prior_fewest=data["prior"]["fewest"],
        prior_extra=data["prior"]["extra"],
        prior_given=data["prior"]["given"],
        sizes=SizeRule(**data["sizes"]),
        repeated=data["groups"]["repeated"],
        beside_generic=data["groups"]["beside_generic"],
        contradicted=data["groups"]["contradicted"],
        hubs=HubRule(**data["hubs"]),
        joining=JoiningRule(**data["joining"]),
        generic_bits=data["generic"]["bits"],
        generic_share=data["generic"]["share"],
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
