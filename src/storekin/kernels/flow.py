"""The largest flow through a network, and the side of its least cut."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel
from storekin.kernels.growing import copy


@kernel("uint8[:](int64,int64,int64,int64[:],int64[:],int64[:])")
def source_side(  # noqa: C901, PLR0912, PLR0915 - one search, again and again
    size: Any,  # noqa: ANN401
    source: Any,  # noqa: ANN401
    sink: Any,  # noqa: ANN401
    tails: Any,  # noqa: ANN401
    heads: Any,  # noqa: ANN401
    room: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Mark the nodes on the source's side of a least cut: Dinic's algorithm.

    Arc ``i`` leads from ``tails[i]`` to ``heads[i]`` and has ``room[i]``.
    """
    arcs = len(tails)
    # every arc has its way back beside it, at the next odd place
    to = np.empty(2 * arcs, np.int64)
    left = np.empty(2 * arcs, np.int64)
    degree = np.zeros(size + 1, np.int64)
    for arc in range(arcs):
        to[2 * arc] = heads[arc]
        to[2 * arc + 1] = tails[arc]
        left[2 * arc] = room[arc]
        left[2 * arc + 1] = 0
        degree[tails[arc] + 1] += 1
        degree[heads[arc] + 1] += 1
    first = np.cumsum(degree)
    place = first[:-1].copy()
    out = np.empty(2 * arcs, np.int64)
    for arc in range(arcs):
        out[place[tails[arc]]] = 2 * arc
        place[tails[arc]] += 1
        out[place[heads[arc]]] = 2 * arc + 1
        place[heads[arc]] += 1
    level = np.empty(size, np.int64)
    queue = np.empty(size, np.int64)
    path = np.empty(size, np.int64)
    while True:
        level[:] = -1
        level[source] = 0
        queue[0] = source
        low, high = 0, 1
        while low < high:
            node = queue[low]
            low += 1
            for number in range(first[node], first[node + 1]):
                arc = out[number]
                if left[arc] > 0 and level[to[arc]] < 0:
                    level[to[arc]] = level[node] + 1
                    queue[high] = to[arc]
                    high += 1
        if level[sink] < 0:
            break
        copy(first, place)
        node = source
        depth = 0
        while True:
            if node == sink:
                flow = left[path[0]]
                for step in range(1, depth):
                    flow = min(flow, left[path[step]])
                back = 0
                for step in range(depth - 1, -1, -1):
                    arc = path[step]
                    left[arc] -= flow
                    left[arc ^ 1] += flow
                    if left[arc] == 0:
                        back = step
                depth = back
                node = to[path[back] ^ 1]
                continue
            moved = False
            while place[node] < first[node + 1]:
                arc = out[place[node]]
                if left[arc] > 0 and level[to[arc]] == level[node] + 1:
                    path[depth] = arc
                    depth += 1
                    node = to[arc]
                    moved = True
                    break
                place[node] += 1
            if moved:
                continue
            if node == source:
                break
            depth -= 1
            node = to[path[depth] ^ 1]
            place[node] += 1
    marks = np.zeros(size, np.uint8)
    for node in range(size):
        if level[node] >= 0:
            marks[node] = 1
    return marks
