"""Judgements that bind: which hold on a day, and whether they agree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from storekin.records.judgement import Judgement


@dataclass(frozen=True, slots=True)
class Conflict:
    """A chain of stores found the same, whose ends were found not to be the same."""

    ruling: Judgement
    chain: tuple[Judgement, ...]

    def stores(self) -> tuple[str, ...]:
        """Give the stores along the chain, from one end to the other."""
        path = [self.ruling.left]
        for step in self.chain:
            path.append(step.right if step.left == path[-1] else step.left)
        return tuple(path)


def binding(judgements: Iterable[Judgement], day: date) -> list[Judgement]:
    """Give the judgements that bind on *day*: of each pair the latest, sorted."""
    latest: dict[tuple[str, str], Judgement] = {}
    for judgement in sorted(
        judgements, key=lambda j: (j.made_on, j.verdict, j.author, j.reason)
    ):
        if judgement.binds_on(day):
            latest[judgement.left, judgement.right] = judgement
    return [latest[pair] for pair in sorted(latest)]


def find_conflicts(judgements: Sequence[Judgement]) -> list[Conflict]:
    """Find each ``not_same`` whose two stores a chain of ``same`` joins.

    Give binding judgements; of several chains the shortest is told.
    """
    beside: dict[str, list[tuple[str, Judgement]]] = {}
    for judgement in judgements:
        if judgement.verdict == "same":
            beside.setdefault(judgement.left, []).append((judgement.right, judgement))
            beside.setdefault(judgement.right, []).append((judgement.left, judgement))
    conflicts = []
    for ruling in judgements:
        if ruling.verdict == "not_same":
            chain = _shortest(beside, ruling.left, ruling.right)
            if chain is not None:
                conflicts.append(Conflict(ruling, chain))
    return conflicts


def _shortest(
    beside: dict[str, list[tuple[str, Judgement]]], start: str, end: str
) -> tuple[Judgement, ...] | None:
    came_by: dict[str, tuple[Judgement, ...]] = {start: ()}
    waiting = [start]
    for store in waiting:
        for other, judgement in sorted(beside.get(store, []), key=lambda x: x[0]):
            if other not in came_by:
                came_by[other] = (*came_by[store], judgement)
                waiting.append(other)
    return came_by.get(end)
