"""Pairs as the edges of a graph, laid out by the nodes that they end at."""

from typing import Any

from storekin.kernels.compiled import kernel


@kernel("void(i8[::1], i8[::1], i8[::1], i8[::1])")
def list_entries(
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    place: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
) -> None:
    """Write each node's edges from *place* on, which moves on with each.

    Of edges sorted by left and right, left < right, they stand by the other node: it
    is the left one of the first of them, and the right one of those after.
    """
    for ends in (right, left):
        for edge in range(len(ends)):
            edges[place[ends[edge]]] = edge
            place[ends[edge]] += 1


@kernel(
    "b1(i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], i8[::1],"
    " i8[::1])"
)
def lay_out_edges(
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    order: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    place: Any,  # noqa: ANN401
    nodes: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    left_entry: Any,  # noqa: ANN401
    right_entry: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """List the edges of each node with their other nodes, sorted by these.

    Of edges sorted by left and right, or in an *order* in which they are, left < right;
    if they are not nothing is laid out, and it says so. ``starts`` has where each
    node's entries begin, ``place`` is scratch of as many places.
    """
    ordered = len(order) > 0
    for edge in range(1, 0 if ordered else len(left)):
        before = edge - 1
        if left[before] > left[edge] or (
            left[before] == left[edge] and right[before] > right[edge]
        ):
            return False
    starts[:] = 0
    for edge in range(len(left)):
        starts[left[edge] + 1] += 1
        starts[right[edge] + 1] += 1
    for node in range(len(starts) - 1):
        starts[node + 1] += starts[node]
        place[node] = starts[node]
    # right ends first: the other node is a smaller one
    for ends, others, own in ((right, left, right_entry), (left, right, left_entry)):
        for number in range(len(left)):
            edge = order[number] if ordered else number
            entry = place[ends[edge]]
            place[ends[edge]] += 1
            nodes[entry] = others[edge]
            edges[entry] = edge
            own[edge] = entry
    return True
