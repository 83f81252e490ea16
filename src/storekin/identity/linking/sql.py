"""A model of weights whose levels are SQL conditions, as other tools exchange them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SqlLevel:
    """One level of a comparison: its SQL, m and u; both None where it is silence.

    ``rare_by`` names the column whose values' rarity weighs, and ``rarity`` how much.
    """

    condition: str
    label: str
    m: float | None = None
    u: float | None = None
    rare_by: str | None = None
    rarity: float = 1.0


@dataclass(frozen=True, slots=True)
class SqlModel:
    """A trained model: its comparisons by name, its blocking rules, and the prior.

    ``key`` names the column that tells the rows apart.
    """

    comparisons: Mapping[str, tuple[SqlLevel, ...]]
    rules: tuple[str, ...]
    prior: float
    key: str


def quoted(name: str) -> str:
    """Write a column's name as SQL does.

    >>> print(quoted("town"))
    "town"
    """
    return '"' + name.replace('"', '""') + '"'
