"""An additive model of comparison vectors: what each column says, by itself.

Trees see what columns say together; what each of a hundred says a little of, few pairs
teach them worse than a sum does. A mean of both is right more often than either, most
of all where pairs are few and listings long.

A column's values are cut into bins of like many pairs. A bin counts as its middle would
stand in a normal distribution, times the column's coefficient; a column of which more
can only speak for one product gets no coefficient that says otherwise. What a column
says is thus a step function, which is a tree that asks about that column alone: a
model's text, its sums and its explanations hold nothing that trees do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.trees import MOST_LEAVES
from storekin.listings.features import DOWN, FEATURES, FREE, UP
from storekin.listings.logistic import fit_logistic
from storekin.listings.trees import Columns, Node

Floats = npt.NDArray[np.float64]
Edges = npt.NDArray[np.float32]

_BINS = MOST_LEAVES - 1
"""One leaf is of unknown values."""

_STEPS = 300


@dataclass(frozen=True, slots=True)
class Bins:
    """How one column's values are cut: a bin holds its upper edge.

    ``places`` is where the bins stand in a normal distribution, ``shares`` how many of
    the pairs each holds, and ``unknown`` how many have no value.
    """

    column: int
    edges: Edges
    places: Floats
    shares: Floats
    unknown: float

    def place(self, values: Edges) -> Floats:
        """Give where values stand; 0 for an unknown one."""
        last = len(self.edges)
        found = self.places[np.searchsorted(self.edges, values).clip(0, last)]
        return np.where(np.isnan(values), 0, found)


def cut_bins(columns: Columns, which: Sequence[int]) -> list[Bins]:
    """Cut the columns *which*; one that is always the same or unknown has no bins."""
    found = []
    for column in which:
        values = columns[:, column]
        known = np.sort(values[~np.isnan(values)])
        unknown = 1 - len(known) / max(len(values), 1)
        if not len(known):
            continue
        ends = np.arange(1, _BINS) * len(known) // _BINS
        edges = np.unique(known[ends])
        edges = edges[edges < known[-1]]
        if not len(edges) and not unknown:
            continue
        found.append(_bins(column, known, edges, unknown))
    return found


def _bins(column: int, known: Edges, edges: Edges, unknown: float) -> Bins:
    from scipy.special import ndtri

    places = np.searchsorted(edges, known)
    counts = np.bincount(places, minlength=len(edges) + 1).astype(np.float64)
    middles = (np.cumsum(counts) - counts / 2) / len(known)
    shares = counts / len(known) * (1 - unknown)
    return Bins(column, edges, ndtri(middles), shares, unknown)


@dataclass(frozen=True, slots=True)
class Additive:
    """Bins with their coefficients: of where a value stands, and of its being unknown.

    Bits are natural ones here, as those of grown trees are.
    """

    bins: tuple[Bins, ...]
    placed: Floats
    unknown: Floats
    intercept: float

    def predict(self, columns: Columns) -> Floats:
        """Give the log odds of each row."""
        total = np.full(len(columns), self.intercept)
        for bins, placed, unknown in zip(
            self.bins, self.placed, self.unknown, strict=True
        ):
            values = columns[:, bins.column]
            total += placed * bins.place(values) + unknown * np.isnan(values)
        return total

    def trees(self, scale: float) -> list[list[Node]]:
        """Write each column's steps as a tree, its log odds times *scale*."""
        written: list[list[Node]] = []
        for bins, placed, unknown in zip(
            self.bins, self.placed, self.unknown, strict=True
        ):
            if written and not (placed or unknown):
                continue
            base = 0.0 if written else self.intercept
            written.append(
                _column_tree(
                    bins,
                    scale * (base + placed * bins.places),
                    scale * (base + unknown),
                )
            )
        return written


def _column_tree(bins: Bins, values: Floats, unknown: float) -> list[Node]:
    """Ask first whether a value is known, then for its bin, halving what is left."""
    nodes: list[Node] = []

    def add_bins(first: int, end: int) -> tuple[float, float]:
        place = len(nodes)
        nodes.append((-1, 0.0, False, place, place, round(values[first])))
        if end - first == 1:
            return float(values[first]), float(bins.shares[first])
        middle = (first + end) // 2
        low = add_bins(first, middle)
        then = len(nodes)
        high = add_bins(middle, end)
        bound = float(bins.edges[middle - 1])
        mean, weight = _mean(low, high)
        nodes[place] = (bins.column, bound, False, place + 1, then, round(mean))
        return mean, weight

    largest = float(np.finfo(np.float32).max)
    nodes.append((bins.column, largest, False, 1, 0, 0))
    known = add_bins(0, len(values))
    place = len(nodes)
    nodes.append((-1, 0.0, False, place, place, round(unknown)))
    mean, _ = _mean(known, (unknown, bins.unknown))
    nodes[0] = (bins.column, largest, False, 1, place, round(mean))
    return nodes


def _mean(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    weight = one[1] + other[1]
    return (one[0] * one[1] + other[0] * other[1]) / max(weight, 1e-12), weight


def fit_additive(
    bins: Sequence[Bins],
    columns: Columns,
    labels: npt.NDArray[np.int8],
    weights: Floats,
    strength: float,
    start: Floats | None = None,
) -> Additive:
    """Fit what each column says to labelled pairs, beyond their log odds at *start*."""
    gaps = [n for n, each in enumerate(bins) if each.unknown]
    values = [columns[:, each.column] for each in bins]
    placed = [each.place(own) for each, own in zip(bins, values, strict=True)]
    missing = [np.isnan(values[n]) for n in gaps]
    matrix = np.stack([*placed, *missing], axis=1)
    bounds = [_BOUNDS[FEATURES[each.column].direction] for each in bins]
    found, intercept = fit_logistic(
        matrix,
        (labels == 1).astype(np.float64),
        weights,
        strength,
        bounds=[*bounds, *((None, None) for _ in gaps)],
        most_steps=_STEPS,
        start=start,
    )
    unknown = np.zeros(len(bins))
    unknown[gaps] = found[len(bins) :]
    return Additive(tuple(bins), found[: len(bins)], unknown, intercept)


_BOUNDS: dict[int, tuple[float | None, float | None]] = {
    UP: (0.0, None),
    DOWN: (None, 0.0),
    FREE: (None, None),
}


def mean_of(parts: Sequence[Additive]) -> Additive:
    """Give the mean of models over the same bins."""
    return Additive(
        parts[0].bins,
        np.mean([part.placed for part in parts], axis=0),
        np.mean([part.unknown for part in parts], axis=0),
        float(np.mean([part.intercept for part in parts])),
    )
