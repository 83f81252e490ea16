"""The least loss is the least: held to trying every choice on small graphs."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.graph.cover import least_cover

Pairs = list[tuple[int, int]]


def covers(pairs: Pairs, chosen: set[int]) -> bool:
    return all(one in chosen or other in chosen for one, other in pairs)


def least(pairs: Pairs, weights: list[int]) -> int:
    """Try every choice of nodes."""
    every = (
        {node for node in range(len(weights)) if mask >> node & 1}
        for mask in range(1 << len(weights))
    )
    return min(sum(weights[n] for n in c) for c in every if covers(pairs, c))


GRAPHS = st.integers(2, 9).flatmap(
    lambda nodes: st.tuples(
        st.lists(
            st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)).filter(
                lambda pair: pair[0] != pair[1]
            ),
            max_size=14,
        ),
        st.lists(st.integers(1, 9), min_size=nodes, max_size=nodes),
    )
)


@settings(deadline=None)  # the first call reads a kernel from the disk
@given(GRAPHS)
def test_no_cover_weighs_less(graph: tuple[Pairs, list[int]]) -> None:
    """Every pair is touched, the weight is the least, and the bound holds."""
    pairs, weights = graph
    left = np.array([one for one, _ in pairs], np.int64)
    right = np.array([other for _, other in pairs], np.int64)
    found = least_cover(left, right, np.array(weights, np.int64))
    chosen = set(np.flatnonzero(found.chosen).tolist())

    assert covers(pairs, chosen)
    assert found.weight == sum(weights[node] for node in chosen)
    assert found.weight == least(pairs, weights)
    assert found.bound <= found.weight
    assert found.exact


def test_two_stores_are_exact_however_many_listings() -> None:
    """Thousands of pairs of two stores are covered at the least loss."""
    random = np.random.default_rng(5)
    left = random.integers(0, 3000, 6000)
    right = random.integers(3000, 6000, 6000)
    weights = random.integers(1, 500, 6000)
    found = least_cover(left, right, weights)

    assert found.exact
    assert found.weight == found.bound
    assert (found.chosen[left] | found.chosen[right]).all()


def test_a_large_odd_graph_says_how_far_it_may_be_from_the_least() -> None:
    """Where it is not exact, the bound tells."""
    random = np.random.default_rng(6)
    left = random.integers(0, 400, 1500)
    right = (left + random.integers(1, 399, 1500)) % 400
    found = least_cover(left, right, random.integers(1, 50, 400))

    assert (found.chosen[left] | found.chosen[right]).all()
    assert found.bound <= found.weight <= 2 * found.bound
