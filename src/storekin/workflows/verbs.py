"""Why, how, path, network: what is known of stores that may have one seller."""

from collections.abc import Collection
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
import pyarrow as pa

from storekin.errors import UnknownStoreError
from storekin.identity.grouping import RULED, Edges
from storekin.records.evidence import Evidence
from storekin.records.portfolio import Portfolio
from storekin.workflows.findings import EvidenceWriter
from storekin.workflows.groups import lay_out_groups
from storekin.workflows.match import MatchedRegistrations


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPair:
    """Two stores and all evidence on them, the strongest first.

    ``bits`` is the sum of the evidence, ``odds_bits`` that with the prior, and
    ``judged`` tells that a person found them the same.
    """

    left: str
    right: str
    evidence: tuple[Evidence, ...]
    bits: float
    odds_bits: float
    probability: float
    weak: bool
    judged: bool = False

    def as_json(self) -> dict[str, object]:
        """Give the pair as one JSON object."""
        return {
            "left": self.left,
            "right": self.right,
            "bits": self.bits,
            "odds_bits": self.odds_bits,
            "probability": self.probability,
            "weak": self.weak,
            "judged": self.judged,
            "evidence": [e.as_json() for e in self.evidence],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a group's making: two groups and the pair that joined them."""

    number: int
    left_stores: tuple[str, ...]
    right_stores: tuple[str, ...]
    by: ExplainedPair

    def as_json(self) -> dict[str, object]:
        """Give the step as one JSON object."""
        return {
            "step": self.number,
            "left_stores": list(self.left_stores),
            "right_stores": list(self.right_stores),
            "by": self.by.as_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The stores within some steps of one, and the likely pairs among them.

    ``steps`` gives each store's distance; ``left_out`` counts the stores for which
    there was no room.
    """

    store: str
    steps: dict[str, int]
    pairs: tuple[ExplainedPair, ...]
    left_out: int

    def as_json(self) -> dict[str, object]:
        """Give the network as one JSON object."""
        return {
            "store": self.store,
            "stores": self.steps,
            "pairs": [pair.as_json() for pair in self.pairs],
            "left_out": self.left_out,
        }


class Study:
    """Answers questions about stores, from one matching of them all."""

    def __init__(
        self,
        matched: MatchedRegistrations,
        *,
        masked: bool = True,
        language: str = "en",
    ) -> None:
        self.matched = matched
        self.findings = matched.findings
        self._groups = matched.groups
        self.ids = matched.findings.values.store_ids
        self._writer = EvidenceWriter(self.findings, masked=masked, language=language)
        self._bits = self.findings.bits()
        self._probability = self.findings.probability(self._bits)

    def groups(self) -> list[dict[str, object]]:
        """Give each group of two and more stores: id, stores, weak links."""
        return [
            {name: line[name] for name in ("id", "stores", "weak_links")}
            for line in lay_out_groups(self.matched).lines
        ]

    def why(self, left: str, right: str) -> ExplainedPair:
        """Say what two stores say of one another, whether or not they are one seller's.

        Raises:
            UnknownStoreError: If one is unknown, or the two are one.
        """
        one, other = self._number(left), self._number(right)
        if one == other:
            raise UnknownStoreError(
                f"{left!r} is given twice", "name two different stores"
            )
        one, other = min(one, other), max(one, other)
        pair = self._pair_number(one, other)
        if pair is not None:
            return self._explain(pair)
        return self._without_evidence(one, other)

    def how(self, store: str) -> tuple[Step, ...]:
        """Replay how a store's group was made, step by step, strongest first.

        Raises:
            UnknownStoreError: If the store is unknown.
        """
        group = self._groups.group[self._number(store)]
        joins = self._groups.joins
        rows = np.flatnonzero(self._groups.group[joins.left] == group)
        parts: dict[int, list[int]] = {}
        steps = []
        for number, row in enumerate(rows.tolist(), 1):
            left, right = int(joins.left[row]), int(joins.right[row])
            one = parts.setdefault(left, [left])
            other = parts.setdefault(right, [right])
            steps.append(
                Step(
                    number=number,
                    left_stores=tuple(self.ids[n] for n in sorted(one)),
                    right_stores=tuple(self.ids[n] for n in sorted(other)),
                    by=self._explain_edge(joins, row),
                )
            )
            both = one + other
            for member in both:
                parts[member] = both
        return tuple(steps)

    def path(
        self, left: str, right: str, avoiding: Collection[str] = ()
    ) -> tuple[ExplainedPair, ...] | None:
        """Find the strongest chain of likely pairs from one store to another.

        A chain is as strong as its weakest pair; of equal ones the shortest is told.
        None where there is none that avoids the stores *avoiding*.

        Raises:
            UnknownStoreError: If a store is unknown.
        """
        start, end = self._number(left), self._number(right)
        closed = {self._number(store) for store in avoiding}
        beside = self._beside()
        best: dict[int, tuple[float, int]] = {start: (-RULED, 0)}
        came_by: dict[int, tuple[int, int]] = {}
        waiting = [(-RULED, 0, start)]
        while waiting:
            weakest, length, store = heappop(waiting)
            if store == end:
                break
            if (weakest, length) > best[store]:
                continue
            for other, edge in beside.get(store, ()):
                if other in closed:
                    continue
                odds = float(self._groups.likely.odds_bits[edge])
                step = (max(weakest, -odds), length + 1)
                if other not in best or step < best[other]:
                    best[other] = step
                    came_by[other] = (store, edge)
                    heappush(waiting, (*step, other))
        if end not in came_by:
            return None
        chain = []
        store = end
        while store != start:
            store, edge = came_by[store]
            chain.append(self._explain_edge(self._groups.likely, edge))
        return tuple(reversed(chain))

    def network(self, store: str, steps: int = 1, most: int = 50) -> Network:
        """Give the stores within *steps* likely pairs of one, *most* at most.

        Raises:
            UnknownStoreError: If the store is unknown.
        """
        start = self._number(store)
        beside = self._beside()
        found = {start: 0}
        ring = [start]
        left_out: set[int] = set()
        for step in range(1, steps + 1):
            near: dict[int, float] = {}
            for member in ring:
                for other, edge in beside.get(member, ()):
                    if other not in found:
                        odds = float(self._groups.likely.odds_bits[edge])
                        near[other] = max(odds, near.get(other, odds))
            order = sorted(near, key=lambda other: (-near[other], other))
            room = max(most - len(found), 0)
            left_out |= set(order[room:])
            ring = order[:room]
            found |= dict.fromkeys(ring, step)
        edges = sorted(
            {
                edge
                for member in found
                for other, edge in beside.get(member, ())
                if other in found
            }
        )
        return Network(
            store=store,
            steps={self.ids[number]: step for number, step in found.items()},
            pairs=tuple(self._explain_edge(self._groups.likely, e) for e in edges),
            left_out=len(left_out),
        )

    def _number(self, store: str) -> int:
        place = int(np.searchsorted(np.array(self.ids, object), store))
        if place == len(self.ids) or self.ids[place] != store:
            raise UnknownStoreError.at(store, self.ids)
        return place

    def _pair_number(self, one: int, other: int) -> int | None:
        wide = len(self.ids) + 1
        keys = self.findings.left * wide + self.findings.right
        place = int(np.searchsorted(keys, one * wide + other))
        known = place < len(keys) and keys[place] == one * wide + other
        return place if known else None

    def _beside(self) -> dict[int, list[tuple[int, int]]]:
        """Give each store's likely neighbours, with the number of the edge."""
        likely = self._groups.likely
        beside: dict[int, list[tuple[int, int]]] = {}
        for edge, (a, b) in enumerate(
            zip(likely.left.tolist(), likely.right.tolist(), strict=True)
        ):
            beside.setdefault(a, []).append((b, edge))
            beside.setdefault(b, []).append((a, edge))
        return beside

    def _explain_edge(self, edges: Edges, row: int) -> ExplainedPair:
        pair = int(edges.pair[row])
        one, other = int(edges.left[row]), int(edges.right[row])
        if pair >= 0:
            return self._explain(pair)
        known = self._pair_number(one, other)
        told = (
            self._explain(known)
            if known is not None
            else self._without_evidence(one, other)
        )
        return ExplainedPair(
            left=told.left,
            right=told.right,
            evidence=told.evidence,
            bits=told.bits,
            odds_bits=told.odds_bits,
            probability=1.0,
            weak=False,
            judged=True,
        )

    def _explain(self, pair: int) -> ExplainedPair:
        rows = sorted(
            self._writer.rows_of(pair),
            key=lambda row: (
                -self.findings.evidence.bits[row],
                self.findings.evidence.signal[row],
            ),
        )
        bits = float(self._bits[pair])
        odds = round(bits + self.findings.prior_bits, 2)
        return ExplainedPair(
            left=self.ids[int(self.findings.left[pair])],
            right=self.ids[int(self.findings.right[pair])],
            evidence=tuple(self._writer.write(row) for row in rows),
            bits=bits,
            odds_bits=odds,
            probability=float(self._probability[pair]),
            weak=odds < self.findings.model.joining.weak_bits,
        )

    def _without_evidence(self, one: int, other: int) -> ExplainedPair:
        prior = self.findings.prior_bits
        return ExplainedPair(
            left=self.ids[one],
            right=self.ids[other],
            evidence=(),
            bits=0.0,
            odds_bits=round(prior, 2),
            probability=float(self.findings.probability(np.zeros(1))[0]),
            weak=True,
        )


def check_stores(portfolio: Portfolio, stores: Collection[str]) -> None:
    """Refuse stores that the portfolio does not hold.

    Raises:
        UnknownStoreError: If one is unknown.
    """
    ids = portfolio.store_ids()
    for store in stores:
        if store not in ids:
            raise UnknownStoreError.at(store, ids)


def pair_of_stores(portfolio: Portfolio, left: str, right: str) -> pa.Table:
    """Name two stores by their numbers, for a comparison that was not proposed.

    Raises:
        UnknownStoreError: If one is unknown, or the two are one.
    """
    check_stores(portfolio, (left, right))
    ids = portfolio.store_ids()
    if left == right:
        raise UnknownStoreError(f"{left!r} is given twice", "name two different stores")
    one, other = sorted((ids.index(left), ids.index(right)))
    return pa.table({"left": [one], "right": [other]})
