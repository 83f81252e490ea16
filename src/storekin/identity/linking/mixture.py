"""Weights of levels learnt from unlabelled pairs: expectation and maximisation.

The candidate pairs are taken for a mixture of pairs of one and pairs of two; within
each the columns say what they say independently. What columns say together (the parts
of a name) is compared as one before it comes here.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
LevelArray = npt.NDArray[np.int64]

MOST_ROUNDS = 200
_STILL = 1e-4
_BESIDE = 0.5
_FIRST_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Mixture:
    """How often each level is met among pairs of one (``m``) and of two (``u``).

    ``share`` is the share of candidate pairs that are of one; ``converged`` tells
    whether the rounds came to rest before they were ended.
    """

    m: tuple[FloatArray, ...]
    u: tuple[FloatArray, ...]
    share: float
    rounds: int
    converged: bool

    def bits(self, column: int, levels: LevelArray) -> FloatArray:
        """Give what a column's levels weigh, in bits; 0 where it is silent (-1)."""
        weights = np.log2(self.m[column] / self.u[column])
        return np.where(levels >= 0, weights[np.maximum(levels, 0)], 0.0)


def fit_mixture(levels: list[LevelArray], sizes: list[int]) -> Mixture:
    """Fit a mixture to the columns' levels of all candidate pairs; deterministic.

    ``sizes`` says how many levels each column has; -1 is silence, and says nothing.
    """
    if not len(levels[0]):
        even = tuple(np.full(size, 1 / size) for size in sizes)
        return Mixture(even, even, _FIRST_SHARE, 0, converged=True)
    patterns, counts = np.unique(np.stack(levels, axis=1), axis=0, return_counts=True)
    weights = counts.astype(np.float64)
    m = [_hoped_for(size) for size in sizes]
    u = [_shares(patterns[:, n], weights, size) for n, size in enumerate(sizes)]
    share, rounds, moved = _FIRST_SHARE, 0, 1.0
    while rounds < MOST_ROUNDS and moved > _STILL:
        odds = np.full(len(patterns), np.log2(share / (1 - share)))
        for n in range(len(sizes)):
            given = patterns[:, n] >= 0
            odds[given] += np.log2(m[n] / u[n])[patterns[given, n]]
        of_one = weights / (1 + np.exp2(-np.clip(odds, -50, 50)))
        before = np.concatenate([*m, *u, [share]])
        share = float(np.clip(of_one.sum() / weights.sum(), 1e-6, 1 - 1e-6))
        of_two = weights - of_one
        u = [_shares(patterns[:, n], of_two, size) for n, size in enumerate(sizes)]
        m = [
            _falling(_shares(patterns[:, n], of_one, size), u[n])
            for n, size in enumerate(sizes)
        ]
        moved = float(np.abs(np.concatenate([*m, *u, [share]]) - before).max())
        rounds += 1
    return Mixture(tuple(m), tuple(u), share, rounds, converged=moved <= _STILL)


def typical_mixture(chances: list[float], sizes: list[int]) -> Mixture:
    """Give the weights of a table that is too small to learn them from.

    ``chances`` say how often each column's first level is met among pairs of two; what
    is left falls to the other levels, most of it to the last.
    """
    m = tuple(_hoped_for(size) for size in sizes)
    u = []
    for chance, size in zip(chances, sizes, strict=True):
        rest = _hoped_for(size - 1)[::-1] * (1 - chance)
        u.append(_falling_chances(np.array([chance, *rest])))
    return Mixture(m, tuple(u), _FIRST_SHARE, 0, converged=True)


def _falling_chances(u: FloatArray) -> FloatArray:
    """Let the chances rise from level to level, as the weights fall."""
    risen: FloatArray = np.maximum.accumulate(u)
    shares: FloatArray = risen / risen.sum()
    return shares


def _hoped_for(size: int) -> FloatArray:
    """Give the shares that pairs of one begin with: most are equal, few differ."""
    halves = 0.5 ** np.arange(1, size + 1, dtype=np.float64)
    shares: FloatArray = halves / halves.sum()
    return shares


def _falling(m: FloatArray, u: FloatArray) -> FloatArray:
    """Let weights fall from level to level: closer values never say less.

    Neighbours that rise are pooled. Without this a mixture may part the pairs by
    something else, such as what brought them together.
    """
    pools: list[list[float]] = []
    for one, other in zip(m.tolist(), u.tolist(), strict=True):
        pools.append([one, other, 1])
        while (
            len(pools) > 1 and pools[-1][0] * pools[-2][1] > pools[-2][0] * pools[-1][1]
        ):
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    ratio = np.repeat([a / b for a, b, _ in pools], [int(n) for *_, n in pools])
    falling: FloatArray = u * ratio / float((u * ratio).sum())
    return falling


def _shares(levels: LevelArray, weights: FloatArray, size: int) -> FloatArray:
    given = levels >= 0
    counts = np.bincount(levels[given], weights[given], minlength=size) + _BESIDE
    shares: FloatArray = counts / counts.sum()
    return shares
