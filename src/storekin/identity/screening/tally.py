"""How common a value is, told by its holders: the scalar twin of ``identity.hubs``.

Two parties of a value's holders are two registrants, so far as papers and names tell.
A tally is all that the hub rule asks of them, and one more holder changes it at once:
whoever it is merges the parties that it belongs to. A test holds this to the columns.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from storekin.identity.hubs import (
    CLIENTS,
    FOUND_AGAIN,
    HEAVY,
    SMOOTHING,
    SURE,
    is_placeholder,
)
from storekin.identity.model import NAMES, HubRule, IdentityModel
from storekin.identity.steps import step_up

Party = tuple[int, bool]
"""The stores taken for one registrant, and whether papers say who that is."""


@dataclass(slots=True)
class Tally:
    """What a value's holders come to.

    ``strong`` counts the parties of known papers and ``weak`` the others; ``stores``
    are those of the former, ``main`` the most of one, ``clients`` the sum of their
    sizes' likelihoods in bits.
    """

    holders: int = 0
    strong: int = 0
    weak: int = 0
    stores: int = 0
    main: int = 0
    clients: float = 0.0

    def with_holder(
        self, matched: Iterable[Party], rule: HubRule, *, known: bool, size: int = 1
    ) -> "Tally":
        """Give the tally with one more holder, of the *matched* parties at once.

        Of *size* 0 it only ties parties to one another.
        """
        told = Tally(
            self.holders + size,
            self.strong,
            self.weak,
            self.stores,
            self.main,
            self.clients,
        )
        merged = size
        for stores, has_papers in matched:
            merged += stores
            if has_papers:
                known = True
                told.strong -= 1
                told.stores -= stores
                told.clients -= size_bits(stores, rule)
            else:
                told.weak -= 1
        if not merged:
            return told
        if known:
            told.strong += 1
            told.stores += merged
            told.main = max(told.main, merged)
            told.clients += size_bits(merged, rule)
        else:
            told.weak += 1
        return told


class Parties:
    """The parties of one value's holders, found by registrant and by person."""

    __slots__ = ("_by_person", "_by_registrant", "_parents", "_sizes", "tally")

    def __init__(self) -> None:
        self.tally = Tally()
        self._by_registrant: dict[int, int] = {}
        self._by_person: dict[int, int] = {}
        self._parents: list[int] = []
        self._sizes: list[Party] = []

    def add(
        self, registrants: Iterable[int], person: int, rule: HubRule, *, known: bool
    ) -> None:
        """Add a holder of these registrants (all one now) and this person (or -1)."""
        roots = self._roots(registrants, person)
        matched = [self._sizes[root] for root in roots]
        self.tally = self.tally.with_holder(matched, rule, known=known)
        size = 1 + sum(stores for stores, _ in matched)
        known = known or any(told for _, told in matched)
        if roots:
            root = roots[0]
            for other in roots[1:]:
                self._parents[other] = root
            self._sizes[root] = (size, known)
        else:
            root = len(self._parents)
            self._parents.append(root)
            self._sizes.append((size, known))
        for registrant in registrants:
            self._by_registrant[registrant] = root
        if person >= 0:
            self._by_person[person] = root

    def matched(self, registrants: Iterable[int], person: int) -> list[Party]:
        """Give the parties of these registrants and of this person, each once."""
        return [self._sizes[root] for root in self._roots(registrants, person)]

    def _roots(self, registrants: Iterable[int], person: int) -> list[int]:
        found = [self._by_registrant.get(registrant) for registrant in registrants]
        found.append(self._by_person.get(person) if person >= 0 else None)
        return list(dict.fromkeys(self._root(one) for one in found if one is not None))

    def _root(self, party: int) -> int:
        while self._parents[party] != party:
            party = self._parents[party]
        return party


@dataclass(frozen=True, slots=True)
class Weight:
    """What an agreement on a value weighs, and how common it is."""

    bits: float
    holders: int
    registrants: int
    generic: bool = False


def weigh_value(
    signal: str,
    text: str,
    tally: Tally,
    stores: int,
    model: IdentityModel,
    *,
    sound: bool,
) -> Weight:
    """Judge a value by its tally, as ``identity.hubs.judge_commonness`` does."""
    weights = model.signals[signal]
    strong, weak = (tally.strong, tally.weak) if tally.holders > 1 else (0, 0)
    if signal in NAMES:
        return Weight(bits_of_name(strong, stores, weights.base), tally.holders, strong)
    doubt = _hub_bits(tally, model.hubs) if tally.holders > 1 else -SURE
    if sound and (weights.strong or signal == "same_tax_number"):
        doubt = -SURE
    if is_placeholder(signal, text):
        doubt = SURE
    bits = weights.base
    if strong + weak > 2:
        doublings = math.log2(step_up(strong + weak) / 2)
        bits -= model.per_doubling * doublings
    bits = max(bits, model.generic_bits)
    if doubt == -SURE:
        return Weight(_four(bits), tally.holders, strong)
    shared = bits_of_generic(tally.holders, stores, model)
    if doubt > 0:
        return Weight(_four(shared), tally.holders, strong, generic=True)
    ours = 1 / (1 + 2.0**doubt)
    bits = math.log2(ours * 2.0**bits + (1 - ours) * 2.0**shared)
    return Weight(_four(bits), tally.holders, strong)


def bits_of_generic(holders: int, stores: int, model: IdentityModel) -> float:
    """Weigh what is left of a generic value."""
    most = step_up(max(stores, model.sizes.fewest))
    among = math.log2(most / step_up(max(holders, 1))) - model.generic_share
    return max(among, model.generic_bits)


def bits_of_name(holders: int, stores: int, most: float) -> float:
    """Weigh a name by how often it occurs."""
    share = (step_up(max(holders, 1)) + 1) / step_up(stores + SMOOTHING)
    return _four(min(max(math.log2(FOUND_AGAIN / share), 0.0), most))


def _four(bits: float) -> float:
    return round(bits * 1e4) / 1e4


def _hub_bits(tally: Tally, rule: HubRule) -> float:
    """Weigh that a value is an agent's; see ``identity.hubs.judge_hub``."""
    if tally.strong < 2 or tally.stores < 3:
        return -SURE
    agent = rule.prior_bits - math.log2(tally.strong * CLIENTS) + tally.clients
    strays = tally.strong - 1
    rest = tally.stores - 1
    followers = max(tally.stores - tally.main - strays, 0)
    seller = (
        _log2_choose(rest, strays)
        + strays * math.log2(rule.stray)
        + (tally.main - 1) * math.log2(1 - rule.stray)
        + followers * math.log2(rule.follower)
        + size_bits(max(tally.stores, 2), rule)
    )
    return min(max(agent - seller, -SURE), SURE)


def size_bits(size: int, rule: HubRule) -> float:
    """Give log2 of the share of registrants who have so many stores."""
    if size <= 1:
        return math.log2(rule.alone)
    return math.log2((1 - rule.alone) * HEAVY / (size - 1) ** 2)


def _log2_choose(total: int, part: int) -> float:
    return (
        _log2_factorial(total) - _log2_factorial(part) - _log2_factorial(total - part)
    )


def _log2_factorial(number: int) -> float:
    if number < 2:
        return 0.0
    grown = (
        number * math.log(number)
        - number
        + 0.5 * math.log(2 * math.pi * number)
        + 1 / (12 * number)
    )
    return grown / math.log(2)
