"""What is so about stores, whatever a policy makes of it, in columns.

Facts come from a comparison, from its stored results, or from screening one record;
a decision is a pure function of them and a policy.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

UNKNOWN_DAY = -(2**31)
"""Stands for a day that is not known; days count from 1970-01-01."""

_FIRST = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Count the days from 1970-01-01 to *day*.

    >>> day_number(date(1970, 1, 31))
    30
    """
    return day.toordinal() - _FIRST


def day_of(number: int) -> date:
    """Give the day that :func:`day_number` gave *number*."""
    return date.fromordinal(number + _FIRST)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFacts:
    """What is known of each store, by its number; -1 where it is not known.

    ``standing`` is 1 for a store in good standing and 0 for one that is not,
    ``closed`` marks those of the latter that the platform closed;
    ``site``, ``operator`` and ``group`` (of a declaration) number what they name;
    ``need`` tells that the declaration names a business need.
    """

    ids: Sequence[str]
    site: IntArray
    operator: IntArray
    standing: npt.NDArray[np.int8]
    closed: BoolArray
    opened: IntArray
    group: IntArray
    need: BoolArray
    listings: IntArray

    def __len__(self) -> int:
        return len(self.listings)  # drafts add stores that have no id yet


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityFacts:
    """Pairs of stores (``left`` < ``right``, sorted) and the evidence on them.

    Evidence has a row each, sorted by ``pair``: ``signal`` numbers ``signals``,
    ``exact`` marks one value on both sides, ``holders`` and ``registrants`` tell how
    common it is. ``near_signals`` names the same signals where values nearly agree.
    """

    signals: Sequence[str]
    near_signals: Sequence[str]
    left: IntArray
    right: IntArray
    pair: npt.NDArray[np.integer[Any]]
    signal: npt.NDArray[np.integer[Any]]
    bits: FloatArray
    exact: BoolArray
    near: BoolArray
    holders: IntArray
    registrants: IntArray
    prior_bits: float

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueFacts:
    """Pairs of listings of different stores, and what the tests of policies ask.

    ``owners``, ``prices`` (nan where not given), ``currencies``, ``formats``,
    ``pages`` (a catalogue's page, such as an ASIN) and ``created`` are by listing;
    the others by pair, with levels and bits as in ``ListingScores``. ``formats`` is
    numbered by ``format_names``.
    """

    owners: npt.NDArray[np.int32]
    prices: FloatArray
    currencies: IntArray
    formats: IntArray
    format_names: Sequence[str]
    pages: IntArray
    created: IntArray
    left: IntArray
    right: IntArray
    level: npt.NDArray[np.int8]
    variant_level: npt.NDArray[np.int8]
    probability: FloatArray
    seen: BoolArray
    agrees: npt.NDArray[np.int32]
    given: npt.NDArray[np.int32]
    differs: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.left)

    def take(self, pairs: IntArray) -> "CatalogueFacts":
        """Give the facts with the chosen pairs alone."""
        chosen = {
            name: getattr(self, name)[pairs]
            for name in (
                "left",
                "right",
                "level",
                "variant_level",
                "probability",
                "seen",
                "agrees",
                "given",
                "differs",
            )
        }
        return replace(self, **chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a decision rests on.

    ``apart`` are pairs of store numbers, left < right, that a person found not to be
    the same.
    """

    stores: StoreFacts
    identity: IdentityFacts
    catalogues: CatalogueFacts | None
    apart: frozenset[tuple[int, int]] = frozenset()
