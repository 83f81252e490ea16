"""Logistic regression with a penalty on squared coefficients."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bounds = Sequence[tuple[float | None, float | None]]


def fit_logistic(
    matrix: Any,  # noqa: ANN401
    target: Floats,
    weights: Floats,
    strength: float,
    *,
    bounds: Bounds | None = None,
    most_steps: int = 150,
    start: Floats | None = None,
) -> tuple[Floats, float]:
    """Give the coefficients of a dense or sparse *matrix*, and the intercept.

    ``target`` is 1 or 0 by row; the more *strength*, the less are coefficients held
    back; *bounds* keep each between two numbers. What is fitted adds to the log odds
    that *start* gives, if any.
    """
    from scipy.optimize import minimize

    known = 0.0 if start is None else start

    def loss(point: Floats) -> tuple[float, Floats]:
        score = matrix @ point[:-1] + point[-1] + known
        value = np.logaddexp(0, score) - target * score
        error = weights * (1 / (1 + np.exp(-np.clip(score, -60, 60))) - target)
        slope = np.append(matrix.T @ error, error.sum())
        slope[:-1] += point[:-1] / strength
        total = float(weights @ value + (point[:-1] @ point[:-1]) / (2 * strength))
        return total, slope

    found = minimize(
        loss,
        np.zeros(matrix.shape[1] + 1),
        jac=True,
        method="L-BFGS-B",
        bounds=None if bounds is None else [*bounds, (None, None)],
        options={"maxiter": most_steps},
    )
    return found.x[:-1], float(found.x[-1])
