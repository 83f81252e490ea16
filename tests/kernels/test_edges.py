"""Pairs laid out by their ends, in whatever order they come."""

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.listings.pool import make_pool

EDGES = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda e: e[0] < e[1]),
    max_size=25,
    unique=True,
)


@given(edges=EDGES, chance=st.randoms(use_true_random=False), is_sorted=st.booleans())
@settings(max_examples=100, deadline=None)
def test_each_node_has_its_neighbours_in_order(
    edges: list[tuple[int, int]], chance: Random, *, is_sorted: bool
) -> None:
    """With the edges that lead to them, and each edge knows its two entries."""
    if is_sorted:
        edges.sort()
    else:
        chance.shuffle(edges)
    left, right = (np.array([e[n] for e in edges], np.int64) for n in (0, 1))

    pool = make_pool(np.arange(10), left, right)

    for node in range(10):
        entries = range(pool.starts[node], pool.starts[node + 1])
        met = sorted(
            (sum(edge) - node, number)
            for number, edge in enumerate(edges)
            if node in edge
        )
        assert [(pool.nodes[e], pool.edges[e]) for e in entries] == met
    for number, (one, other) in enumerate(edges):
        assert pool.edges[pool.left_entry[number]] == number
        assert pool.edges[pool.right_entry[number]] == number
        assert pool.nodes[pool.left_entry[number]] == other
        assert pool.nodes[pool.right_entry[number]] == one
