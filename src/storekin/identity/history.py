"""Group ids that survive: which group goes on under which id, and what happened to it.

The survivor rule: each earlier group goes on in the later group that holds most of its
stores (of equal ones, in the one with the first store by id); a later group that
several earlier ones go on in keeps the id of the one that gives it most stores (of
equal ones, of the one with the first store by id). A group that goes on from none gets
an id of its first store and of how often that store has begun a group before.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Literal

Change = Literal["made", "joined", "left", "merged", "split", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEvent:
    """What happened to a group: stores joined or left it, or other groups did."""

    change: Change
    stores: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Give the event as JSON."""
        line: dict[str, object] = {"change": self.change}
        if self.stores:
            line["stores"] = list(self.stores)
        if self.groups:
            line["groups"] = list(self.groups)
        return line


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGroup:
    """A group with its id, its stores in order, and its history, oldest first."""

    id: str
    stores: tuple[str, ...]
    history: tuple[GroupEvent, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Succession:
    """The groups after a run, and what happened to each earlier or later one in it."""

    groups: tuple[KnownGroup, ...]
    events: Mapping[str, tuple[GroupEvent, ...]]


def carry_ids(
    earlier: Sequence[KnownGroup],
    later: Sequence[Sequence[str]],
    taken: Collection[str] = (),
) -> Succession:
    """Give later groups (stores of each) the ids of the earlier ones they go on from.

    The same groups give the same ids, whatever their order. Stores that were in no
    group, or are in none now, take part as singles. *taken* are further ids that a
    new group may not get.
    """
    new = sorted(tuple(sorted(stores)) for stores in later)
    heirs, pieces = _find_heirs(earlier, new)
    used = {group.id for group in earlier}
    ids: list[str] = []
    for number, stores in enumerate(new):
        found = heirs.get(number)
        ids.append(found[0].id if found else _fresh_id(stores[0], used, taken))
        used.add(ids[-1])
    events: dict[str, list[GroupEvent]] = {}
    result: list[KnownGroup] = []
    for number, (stores, name) in enumerate(zip(new, ids, strict=True)):
        kept, *merged = heirs.get(number) or [KnownGroup(id=name, stores=())]
        told = _events_of(kept, stores, merged)
        parts = {ids[piece] for piece in pieces.get(name, ()) if piece != number}
        if parts:
            told.append(GroupEvent(change="split", groups=tuple(sorted(parts))))
        for group in merged:
            events[group.id] = [GroupEvent(change="ended", groups=(name,))]
        if told:
            events[name] = told
        history = (*kept.history, *told)
        result.append(replace(kept, stores=stores, history=history))
    for group in earlier:
        if not pieces[group.id]:
            events[group.id] = [GroupEvent(change="ended", stores=group.stores)]
    return Succession(tuple(result), {k: tuple(v) for k, v in sorted(events.items())})


def _find_heirs(
    earlier: Sequence[KnownGroup], new: Sequence[tuple[str, ...]]
) -> tuple[dict[int, list[KnownGroup]], dict[str, list[int]]]:
    """Find where each earlier group goes on, and into which ones its stores went.

    Of the earlier groups that go on in one, the one that keeps its id comes first.
    """
    place = {store: number for number, stores in enumerate(new) for store in stores}
    given: dict[int, list[tuple[int, KnownGroup]]] = {}
    pieces: dict[str, list[int]] = {}
    for group in earlier:
        held = Counter(place[store] for store in group.stores if store in place)
        pieces[group.id] = sorted(held)
        if held:
            heir = min(held, key=lambda number: (-held[number], new[number]))
            given.setdefault(heir, []).append((held[heir], group))
    return {
        heir: [
            group
            for _, group in sorted(
                groups, key=lambda found: (-found[0], found[1].stores)
            )
        ]
        for heir, groups in given.items()
    }, pieces


def _events_of(
    kept: KnownGroup, stores: tuple[str, ...], merged: list[KnownGroup]
) -> list[GroupEvent]:
    """Say who joined and who left since, and which groups were merged into it."""
    if not kept.stores:
        return [GroupEvent(change="made", stores=stores)]
    told = []
    before = set(kept.stores)
    from_merged = {store for group in merged for store in group.stores}
    joined = tuple(s for s in stores if s not in before and s not in from_merged)
    left = tuple(sorted(before - set(stores)))
    if joined:
        told.append(GroupEvent(change="joined", stores=joined))
    if left:
        told.append(GroupEvent(change="left", stores=left))
    if merged:
        names = tuple(sorted(group.id for group in merged))
        told.append(GroupEvent(change="merged", groups=names))
    return told


def _fresh_id(store: str, used: set[str], taken: Collection[str]) -> str:
    for times in range(len(used) + len(taken) + 1):
        text = store if times == 0 else f"{store}\x1f{times}"
        name = f"c-{blake2b(text.encode(), digest_size=4).hexdigest()}"
        if name not in used and name not in taken:
            return name
    raise AssertionError  # one more name than is taken was tried
