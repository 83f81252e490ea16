"""Where the stores of a drawing stand; computed once, the same every time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ROW_WIDTH = 960.0
SPACING = 92.0
MARGIN = 62.0
SIDE_MARGIN = 84.0
_STEPS = 150


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions by store, and the size of the drawing, in pixels."""

    positions: dict[str, tuple[float, float]]
    width: float
    height: float


def lay_out(
    clusters: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]]
) -> Layout:
    """Place each cluster by springs, and the clusters in rows, in their order."""
    positions: dict[str, tuple[float, float]] = {}
    x = y = row_height = 0.0
    width = 0.0
    for members in clusters:
        points = _spring(members, edges)
        size_x, size_y = points.max(axis=0).tolist()
        size_x, size_y = size_x + 2 * SIDE_MARGIN, size_y + 2 * MARGIN
        if x > 0 and x + size_x > ROW_WIDTH:
            x, y, row_height = 0.0, y + row_height, 0.0
        for store, (px, py) in zip(members, points.tolist(), strict=True):
            positions[store] = (
                round(x + SIDE_MARGIN + px, 1),
                round(y + MARGIN + py, 1),
            )
        x += size_x
        width = max(width, x)
        row_height = max(row_height, size_y)
    return Layout(positions, round(max(width, 200.0), 1), round(y + row_height, 1))


def _spring(
    members: Sequence[str], edges: Sequence[tuple[str, str]]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Let neighbours pull and all push, from a circle, for a fixed number of steps."""
    count = len(members)
    number = {store: place for place, store in enumerate(members)}
    pull = np.zeros((count, count))
    for a, b in edges:
        if a in number and b in number:
            pull[number[a], number[b]] = pull[number[b], number[a]] = 1.0
    turn = 2 * np.pi * np.arange(count) / max(count, 1)
    ideal = SPACING
    points = np.stack([np.cos(turn), np.sin(turn)], axis=1) * ideal * np.sqrt(count) / 2
    for step in range(_STEPS):
        gap = points[:, None, :] - points[None, :, :]
        distance = np.maximum(np.sqrt((gap**2).sum(axis=2)), 1.0)
        force = ideal**2 / distance**2 - pull * distance / ideal
        np.fill_diagonal(force, 0.0)
        move = (gap * force[:, :, None]).sum(axis=1)
        length = np.maximum(np.sqrt((move**2).sum(axis=1, keepdims=True)), 1e-9)
        heat = ideal * 0.3 * (1 - step / _STEPS)
        points = points + move / length * np.minimum(length, heat)
    # wider than tall: names stand beside the stores
    points = points - points.min(axis=0)
    points[:, 0] *= 1.35
    placed: np.ndarray[tuple[int, int], np.dtype[np.float64]] = np.round(points, 1)
    return placed
