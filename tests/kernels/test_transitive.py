"""Which pairs of nodes a third node ties, though they are no edge."""

from itertools import combinations
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.listings import transitive
from storekin.listings.pool import make_pool
from storekin.listings.transitive import (
    FEWER_PARTNERS,
    LIKELY_BITS,
    MOST_PARTNERS,
    most_partners,
    transitive_pairs,
)

Pair = tuple[int, int]
NODES = 9


def tied(
    edges: dict[Pair, float], nodes: int, most: int, owners: list[int] | None = None
) -> list[Pair]:
    ordered = sorted(edges)
    left, right = np.array(ordered, np.int64).reshape(-1, 2).T.copy()
    bits = np.array([edges[edge] for edge in ordered], np.float32)
    pool = make_pool(np.arange(nodes), left, right)
    apart = None if owners is None else np.array(owners, np.int32)
    with patch.object(transitive, "_NODES", 2):
        found = transitive_pairs(pool, bits, most, apart)
    return list(zip(*(ends.tolist() for ends in found), strict=True))


@given(
    st.dictionaries(
        st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)).filter(
            lambda edge: edge[0] < edge[1]
        ),
        st.sampled_from([-9.0, float(LIKELY_BITS), -0.9, 0.0, 4.0]),
        max_size=24,
    ),
    st.none() | st.lists(st.integers(0, 2), min_size=NODES, max_size=NODES),
)
@settings(deadline=None)
def test_two_likely_partners_of_a_third_are_a_pair(
    edges: dict[Pair, float], owners: list[int] | None
) -> None:
    """Unless they are one already, or one store's; each is told once, in order."""
    expected = set()
    for node in range(NODES):
        likely = [
            sum(edge) - node
            for edge, bits in edges.items()
            if node in edge and bits > LIKELY_BITS
        ]
        expected |= set(combinations(sorted(likely), 2))
    expected -= set(edges)
    if owners is not None:
        expected = {(a, b) for a, b in expected if owners[a] != owners[b]}

    assert tied(edges, NODES, NODES, owners) == sorted(expected)


def test_a_common_products_listings_are_not_squared() -> None:
    """Of a thousand partners of one listing the likeliest are paired, no more."""
    many = 1_000
    edges = {(0, other): float(other % 10) for other in range(1, many)}
    likeliest = [other for other in range(1, many) if other % 10 == 9]
    for total, most in ((many, MOST_PARTNERS), (many**2, FEWER_PARTNERS)):
        found = tied(edges, many, most_partners(total))

        assert found == list(combinations(likeliest[:most], 2))
