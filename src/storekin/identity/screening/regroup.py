"""The groups of known stores, kept as stores come and go.

Only what the changed stores' likely pairs reach is grouped again, by the rule that
groups all: nothing else can change.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from storekin.identity.grouping import Edges, group_stores
from storekin.identity.history import GroupEvent, KnownGroup, Succession, carry_ids
from storekin.identity.model import IdentityModel
from storekin.identity.screening.laid_out import LaidOut
from storekin.identity.values import IntArray

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What became of one group: its id, its stores now, and the events, in order.

    A group that has ended has no stores.
    """

    group: str
    stores: tuple[str, ...]
    events: tuple[GroupEvent, ...]


class KnownGroups:
    """Each store's group and likely pairs, as laid out and as changed since."""

    def __init__(
        self,
        laid: LaidOut,
        model: IdentityModel,
        name_of: Callable[[int], str],
        group_ids: Mapping[int, str],
        same: Collection[Pair] = (),
        apart: Collection[Pair] = (),
    ) -> None:
        self._laid = laid
        self._model = model
        self._name_of = name_of
        self._id_of = dict(group_ids)
        """The id of each group, by its number: that of its first store."""
        self._same, self._apart = _both_ways(same), _both_ways(apart)
        self._edges: dict[int, dict[int, float]] = {}
        self._group: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._in_use = set(self._id_of.values())
        self._sorted: tuple[IntArray, IntArray] | None = None

    def group_of(self, store: int) -> int:
        """Give the number of a store's group: that of one of its stores."""
        changed = self._group.get(store)
        if changed is not None:
            return changed
        return int(self._laid.groups[store]) if store < self._laid.stores else store

    def members_of(self, group: int) -> list[int]:
        """Give the stores of a group, in the order of their ids."""
        changed = self._members.get(group)
        if changed is not None:
            return changed
        if group >= self._laid.stores:
            return [group]
        groups, stores = self._laid_out_groups()
        low = int(np.searchsorted(groups, group))
        high = int(np.searchsorted(groups, group, side="right"))
        return stores[low:high].tolist() if high > low else [group]

    def _laid_out_groups(self) -> tuple[IntArray, IntArray]:
        """Give the groups of two and more as laid out, and their stores beside them."""
        if self._sorted is None:
            groups = self._laid.groups.astype(np.int64)
            sizes = np.bincount(groups, minlength=len(groups))
            stores = np.flatnonzero(sizes[groups] > 1)
            stores = stores[np.argsort(groups[stores], kind="stable")]
            self._sorted = groups[stores], stores
        return self._sorted

    def id_of(self, group: int) -> str | None:
        """Give the id of a group of two and more stores."""
        return self._id_of.get(group)

    def edges_of(self, store: int) -> dict[int, float]:
        """Give the stores that a store may join, with the odds in bits."""
        changed = self._edges.get(store)
        if changed is not None:
            return changed
        if store >= self._laid.stores:
            return {}
        starts = self._laid.edge_starts
        low, high = int(starts[store]), int(starts[store + 1])
        return dict(
            zip(
                self._laid.edges[low:high].tolist(),
                self._laid.edge_odds[low:high].tolist(),
                strict=True,
            )
        )

    def rule(self, same: Collection[Pair], apart: Collection[Pair]) -> None:
        """Take the judgements that bind now."""
        self._same, self._apart = _both_ways(same), _both_ways(apart)

    def change(
        self, edges: Mapping[int, Mapping[int, float]], gone: Collection[int] = ()
    ) -> list[GroupChange]:
        """Put new likely pairs in the place of some stores' old ones, and regroup."""
        touched: set[int] = set()
        for store, new in edges.items():
            for other in self.edges_of(store):
                self._own_edges(other).pop(store, None)
                touched.add(other)
            self._edges[store] = dict(new)
            touched.add(store)
            for other, odds in new.items():
                self._own_edges(other)[store] = odds
                touched.add(other)
        for store in list(touched):
            touched.update(self._same.get(store, ()))
        region = self._reached(touched)
        before = {self.group_of(store) for store in region}
        earlier = [
            (group, members)
            for group in sorted(before)
            if len(members := self.members_of(group)) > 1
        ]
        later = self._grouped(sorted(region - set(gone), key=self._name_of))
        return self._carry(earlier, later, region, before)

    def _own_edges(self, store: int) -> dict[int, float]:
        if store not in self._edges:
            self._edges[store] = self.edges_of(store)
        return self._edges[store]

    def _reached(self, stores: Iterable[int]) -> set[int]:
        seen = set(stores)
        waiting = list(seen)
        while waiting:
            store = waiting.pop()
            for other in (*self.edges_of(store), *self._same.get(store, ())):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return seen

    def _grouped(self, stores: list[int]) -> list[list[int]]:
        """Group stores that are in the order of their ids."""
        place = {store: number for number, store in enumerate(stores)}
        pairs = sorted(
            (place[store], place[other], odds)
            for store in stores
            for other, odds in self.edges_of(store).items()
            if other in place and place[store] < place[other]
        )
        edges = Edges(
            np.array([left for left, _, _ in pairs], np.int64),
            np.array([right for _, right, _ in pairs], np.int64),
            np.array([odds for _, _, odds in pairs], np.float64),
            np.arange(len(pairs)),
        )
        found = group_stores(
            len(stores),
            edges,
            self._model,
            _within(self._same, place),
            _within(self._apart, place),
        )
        parts: dict[int, list[int]] = {}
        for number, group in enumerate(found.group.tolist()):
            parts.setdefault(group, []).append(stores[number])
        return list(parts.values())

    def _carry(
        self,
        earlier: list[tuple[int, list[int]]],
        later: list[list[int]],
        region: set[int],
        before: set[int],
    ) -> list[GroupChange]:
        name = self._name_of
        known = [
            KnownGroup(
                id=self._id_of[group], stores=tuple(sorted(name(s) for s in members))
            )
            for group, members in earlier
        ]
        for group in before:
            self._id_of.pop(group, None)
            self._members[group] = []
        for store in region:
            self._group[store] = store
            self._members[store] = [store]
        several = [members for members in later if len(members) > 1]
        for members in several:
            for store in members:
                self._group[store] = members[0]
                self._members[store] = []
            self._members[members[0]] = members
        names = [[name(store) for store in members] for members in several]
        self._in_use.difference_update(group.id for group in known)
        told = carry_ids(known, names, self._in_use)
        numbers = {name(members[0]): members[0] for members in several}
        for one in told.groups:
            self._id_of[numbers[one.stores[0]]] = one.id
            self._in_use.add(one.id)
        return changes_in(told)


def changes_in(told: Succession) -> list[GroupChange]:
    """Give what became of each group that a succession tells an event of."""
    stores = {group.id: group.stores for group in told.groups}
    return [
        GroupChange(name, stores.get(name, ()), events)
        for name, events in told.events.items()
    ]


def _both_ways(pairs: Collection[Pair]) -> dict[int, list[int]]:
    beside: dict[int, list[int]] = {}
    for one, other in pairs:
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    return beside


def _within(beside: Mapping[int, list[int]], place: Mapping[int, int]) -> list[Pair]:
    return [
        (place[store], place[other])
        for store in place
        for other in beside.get(store, ())
        if other in place and place[store] < place[other]
    ]
