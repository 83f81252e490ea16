"""Stores joined by associations, and pairs that are held apart."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from storekin.graph.associations import ASSOCIATING, Association


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Stores joined by associations.

    The id is of the first store, so that a store that joins later leaves it as it is.
    """

    id: str
    stores: tuple[str, ...]
    effects: tuple[str, ...]
    associations: int

    def as_json(self) -> dict[str, object]:
        """Give the cluster as the line of ``clusters.jsonl``."""
        return {
            "id": self.id,
            "stores": list(self.stores),
            "effects": list(self.effects),
            "associations": self.associations,
        }


def join_clusters(
    associations: Sequence[Association],
    apart: Collection[tuple[str, str]] = (),
) -> list[Cluster]:
    """Join associated stores, strongest associations first.

    Two stores in ``apart`` have been ruled not to be the same: no chain of
    associations brings them into one cluster. Order of input changes nothing.
    """
    from storekin.kernels.joining import HELD_APART, join_strongest_first

    edges = sorted(
        (a for a in associations if a.effect in ASSOCIATING),
        key=lambda a: (-a.bits, a.left, a.right, a.effect),
    )
    stores = sorted({store for edge in edges for store in (edge.left, edge.right)})
    number = {store: place for place, store in enumerate(stores)}
    held = sorted(
        (number[a], number[b]) for a, b in apart if a in number and b in number
    )
    parents, fate, *_ = join_strongest_first(
        len(stores),
        np.array([number[e.left] for e in edges], np.int64),
        np.array([number[e.right] for e in edges], np.int64),
        np.zeros(len(edges), np.bool_),
        0,
        np.array([a for a, _ in held], np.int64),
        np.array([b for _, b in held], np.int64),
        0,
    )
    taken = fate != HELD_APART
    members: dict[int, list[str]] = {}
    for store in stores:
        members.setdefault(int(parents[number[store]]), []).append(store)
    effects: dict[int, set[str]] = {}
    counts: dict[int, int] = {}
    for edge, used in zip(edges, taken.tolist(), strict=True):
        root = int(parents[number[edge.left]])
        if used:
            effects.setdefault(root, set()).add(edge.effect)
            counts[root] = counts.get(root, 0) + 1
    return [
        Cluster(
            id=cluster_id(names[0]),
            stores=tuple(names),
            effects=tuple(sorted(effects[root])),
            associations=counts[root],
        )
        for root, names in sorted(members.items())
        if len(names) > 1
    ]


def cluster_id(first_store: str) -> str:
    """Give the id of the cluster whose first store, by id, is *first_store*.

    >>> cluster_id("de-1042")
    'c-b08d7f0b'
    """
    return f"c-{blake2b(first_store.encode(), digest_size=4).hexdigest()}"
