"""Rows of a table that mean one person, company or place, by columns of named kinds."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.identity.linking.candidates import propose_rows
from storekin.identity.linking.levels import (
    CHANCE,
    LEVELS,
    compare_values,
    shared_words,
)
from storekin.identity.linking.mixture import (
    FloatArray,
    Mixture,
    fit_mixture,
    typical_mixture,
)
from storekin.identity.linking.values import NAMES, LinkedColumn
from storekin.identity.values import IntArray
from storekin.kernels.numbering import distinct_of

FEWEST_PAIRS = 300
"""Candidate pairs below which nothing is learnt from them: typical weights are used."""

MOST_CHAINED = 300
JOIN_BITS = 3.0
"""Odds from which a pair joins two groups of rows."""

CHAIN_BITS = 5.0
"""What two rows gain that a chain joins: their own evidence must not be against."""

_RARITY = 0.5
_MOST_RARITY = 6.0
_MOST_NAME_RARITY = 4.0


@dataclass(frozen=True, slots=True)
class Linkage:
    """Pairs of rows with the bits of each column, and how they were weighed.

    ``odds_bits`` are the bits with the share of pairs that are of one; for a
    ``chained`` pair they hold what the chain between the two adds.
    """

    left: IntArray
    right: IntArray
    bits: dict[str, FloatArray]
    silent: dict[str, npt.NDArray[np.bool_]]
    odds_bits: FloatArray
    chained: npt.NDArray[np.bool_]
    group: IntArray
    mixture: Mixture
    columns: tuple[LinkedColumn, ...]

    def probability(self) -> FloatArray:
        """Give the probability (0 to 1) that the two rows are of one."""
        odds = np.clip(self.odds_bits, -60, 60)
        return np.round(1 / (1 + np.exp2(-odds)), 6)


def learn_weights(columns: list[LinkedColumn], rows: int) -> Mixture:
    """Learn what the columns' levels weigh from the candidate pairs of *rows* rows."""
    left, right = propose_rows(columns, rows)
    return _learn(columns, [_levels(column, left, right) for column in columns])


def _learn(columns: list[LinkedColumn], levels: list[IntArray]) -> Mixture:
    sizes = [len(LEVELS[column.kind]) for column in columns]
    if len(levels[0]) < FEWEST_PAIRS:
        return typical_mixture([CHANCE[column.kind] for column in columns], sizes)
    return fit_mixture(levels, sizes)


def link_rows(
    columns: list[LinkedColumn], rows: int, mixture: Mixture | None = None
) -> Linkage:
    """Find and weigh the pairs of rows; without a *mixture* one is fitted to them."""
    left, right = propose_rows(columns, rows)
    levels = [_levels(column, left, right) for column in columns]
    fitted = mixture or _learn(columns, levels)
    scored = _score(columns, levels, left, right, fitted)
    prior = float(np.log2(fitted.share / (1 - fitted.share)))
    odds = prior + sum(scored.values(), np.zeros(len(left)))
    group, one, other, height = _chains(rows, left, right, odds)
    wide = rows + 1
    more = ~np.isin(one * wide + other, left * wide + right)
    one, other = one[more], other[more]
    all_left, all_right = np.append(left, one), np.append(right, other)
    more_levels = [_levels(column, one, other) for column in columns]
    more_scored = _score(columns, more_levels, one, other, fitted)
    every = {name: np.append(bits, more_scored[name]) for name, bits in scored.items()}
    silent = {
        column.name: (column.codes[all_left] < 0) | (column.codes[all_right] < 0)
        for column in columns
    }
    odds = prior + sum(every.values(), np.zeros(len(all_left)))
    own = odds.copy()
    lift = _lift(all_left, all_right, rows, height)
    odds = np.maximum(odds, np.minimum(lift, odds + CHAIN_BITS))
    order = np.lexsort((all_right, all_left))
    return Linkage(
        all_left[order],
        all_right[order],
        {name: np.round(bits[order], 2) for name, bits in every.items()},
        {name: mask[order] for name, mask in silent.items()},
        odds[order],
        (odds > own)[order],
        group,
        fitted,
        tuple(columns),
    )


def _levels(column: LinkedColumn, left: IntArray, right: IntArray) -> IntArray:
    """Compare the pairs' values, each distinct pair of them once."""
    one = np.minimum(column.codes[left], column.codes[right])
    other = np.maximum(column.codes[left], column.codes[right])
    given = np.flatnonzero(one >= 0)
    levels = np.full(len(left), -1, np.int64)
    if len(given):
        wide = len(column.values)
        keys, place = np.unique(one[given] * wide + other[given], return_inverse=True)
        texts = column.values
        levels[given] = compare_values(
            column.kind,
            [texts[n] for n in (keys // wide).tolist()],
            [texts[n] for n in (keys % wide).tolist()],
        )[place]
    return levels


def _score(
    columns: list[LinkedColumn],
    levels: list[IntArray],
    left: IntArray,
    right: IntArray,
    mixture: Mixture,
) -> dict[str, FloatArray]:
    """Weigh each column's levels, and what is equal by how rare it is."""
    scored = {}
    for number, (column, found) in enumerate(zip(columns, levels, strict=True)):
        bits = mixture.bits(number, found)
        if column.name == NAMES:
            bits += _name_rarity(column, found, left, right)
        else:
            equal = np.flatnonzero(found == 0)
            rarity = -np.log2(column.share()[column.codes[left[equal]]])
            usual = _usual_rarity(column)
            bits[equal] += _bounded((rarity - usual) * _RARITY, _MOST_RARITY)
        scored[column.name] = bits
    return scored


def _usual_rarity(column: LinkedColumn) -> float:
    """Give the rarity (bits) of a value that two rows are usually equal in."""
    share = column.share()
    chance = float((share**2).sum())
    return float(-np.log2(chance)) if chance > 0 else 0.0


def _name_rarity(
    column: LinkedColumn, levels: IntArray, left: IntArray, right: IntArray
) -> FloatArray:
    """Weigh the words that two names share against those usual at their level."""
    counts: dict[str, int] = {}
    times = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
    for text, count in zip(column.values, times.tolist(), strict=True):
        for word in text.split():
            counts[word] = counts.get(word, 0) + count
    total = max(int(times.sum()), 1)
    rarity = {word: -np.log2(count / total) for word, count in counts.items()}
    told = np.flatnonzero((levels >= 0) & (levels < len(LEVELS["person_name"]) - 2))
    bits = np.zeros(len(levels))
    one, other = column.codes[left[told]], column.codes[right[told]]
    wide = len(column.values)
    keys, place = np.unique(
        np.minimum(one, other) * wide + np.maximum(one, other), return_inverse=True
    )
    shared = np.array(
        [
            sum(sorted(rarity[w] for w in shared_words(a, b))[-3:])
            for a, b in (
                (column.values[key // wide], column.values[key % wide])
                for key in keys.tolist()
            )
        ]
    )
    for level in distinct_of(levels[told]).tolist():
        rows = told[levels[told] == level]
        weighed = shared[place[levels[told] == level]]
        usual = _usual_name_rarity(rarity, counts, level)
        bits[rows] = _bounded((weighed - usual) * _RARITY, _MOST_NAME_RARITY)
    return bits


def _usual_name_rarity(
    rarity: dict[str, float], counts: dict[str, int], level: int
) -> float:
    """Give the rarity of the words that names at a level usually share."""
    mean = sum(rarity[word] * count for word, count in counts.items()) / max(
        sum(counts.values()), 1
    )
    words = {0: 2.0, 1: 2.0, 5: 0.0}.get(level, 1.0)
    return mean * words


def _bounded(bits: FloatArray, most: float) -> FloatArray:
    bounded: FloatArray = np.clip(bits, -most, most)
    return bounded


def _chains(
    rows: int, left: IntArray, right: IntArray, odds: FloatArray
) -> tuple[IntArray, IntArray, IntArray, "_Heights"]:
    """Group the rows by strong pairs; give the pairs within groups and their links."""
    from storekin.kernels.joining import join_strongest_first

    strong = np.flatnonzero(odds >= JOIN_BITS)
    order = strong[np.lexsort((right[strong], left[strong], -odds[strong]))]
    none = np.empty(0, np.int64)
    group, _, one, other, by = join_strongest_first(
        rows,
        left[order],
        right[order],
        np.zeros(len(order), np.bool_),
        0,
        none,
        none,
        MOST_CHAINED,
    )
    keys = one * (rows + 1) + other
    place = np.argsort(keys)
    return group, one, other, _Heights(keys[place], odds[order[by]][place])


@dataclass(frozen=True, slots=True)
class _Heights:
    keys: IntArray
    odds: FloatArray


def _lift(left: IntArray, right: IntArray, rows: int, heights: _Heights) -> FloatArray:
    """Give the odds of the weakest link of the chain between each two rows."""
    keys = left * (rows + 1) + right
    lift = np.full(len(keys), -60.0)
    if len(heights.keys):
        place = np.minimum(np.searchsorted(heights.keys, keys), len(heights.keys) - 1)
        found = heights.keys[place] == keys
        lift[found] = heights.odds[place[found]]
    return lift
