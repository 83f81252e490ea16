"""From which score on pairs are one product, and how scores become honest odds."""

import numpy as np
import numpy.typing as npt

from storekin.listings.logistic import fit_logistic

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int8]

_ANY_ODDS = 1e4
"""How little the odds of scores are held back."""


def best_cut(labels: Labels, scores: Floats, counts: Floats) -> tuple[float, float]:
    """Give the F1 at the best cut, and that cut.

    Where the labels' own F1 is best depends on the few near the cut. It is cut where
    the odds of pairs with such scores expect the best F1: they tell new pairs as well,
    and also those between labels that lie far apart.
    """
    order = np.argsort(scores, kind="stable")
    ordered, counts = scores[order], counts[order]
    target = (labels[order] == 1).astype(np.float64)
    odds, bias = fit_logistic(ordered[:, None], target, counts, _ANY_ODDS)
    likely = 1 / (1 + np.exp(-np.clip(odds[0] * ordered + bias, -60, 60)))
    place = int(_f1_from_each(likely, counts).argmax())
    # between the first that is taken and the last that is not
    cut = float(ordered[max(place - 1, 0) : place + 1].mean())
    taken = int(np.searchsorted(ordered, cut))
    return float(_f1_from_each(target, counts)[taken]), cut


def _f1_from_each(likely: Floats, counts: Floats) -> Floats:
    """Give the F1 of taking all from each place on, of pairs so likely to match."""
    hits = np.cumsum((counts * likely)[::-1])[::-1]
    said = np.cumsum(counts[::-1])[::-1]
    f1: Floats = 2 * hits / (said + hits[0])
    return f1


def honest_slope(labels: Labels, scores: Floats, counts: Floats) -> float:
    """Give the factor by which scores must be stretched to be honest log odds."""
    target = (labels == 1).astype(np.float64)
    best = (np.inf, 1.0)
    for factor in np.arange(0.3, 2.01, 0.05):
        z = factor * scores
        loss = float(counts @ (np.logaddexp(0, z) - target * z))
        best = min(best, (loss, float(factor)))
    return round(best[1], 2)
