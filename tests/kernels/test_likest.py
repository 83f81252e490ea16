"""The likest few of each node, their rivals, and distinct numbers."""

from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.kernels.numbering import distinct_of
from storekin.listings import blocking, pool
from storekin.listings.blocking import keep_likest
from storekin.listings.features import SECOND_FEATURES
from storekin.listings.pool import make_pool, second_features

Edges = dict[tuple[int, int], int]

edges_of_nine = st.dictionaries(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda e: e[0] < e[1]),
    st.integers(0, 3),
    min_size=1,
    max_size=20,
)


def columns(
    edges: Edges,
) -> tuple[list[tuple[int, int]], np.ndarray, np.ndarray, np.ndarray]:
    ordered = sorted(edges)
    left, right = np.array(ordered).T.copy()
    return ordered, left, right, np.array([edges[e] for e in ordered], np.float32)


@given(edges=edges_of_nine, most=st.integers(1, 4))
@settings(deadline=None)
def test_a_pair_is_kept_if_it_is_among_the_likest_of_either_side(
    edges: Edges, most: int
) -> None:
    """Of equally like ones the smaller numbers come first, however nodes are cut."""
    ordered, left, right, similarity = columns(edges)
    expected = set()
    for node in range(9):
        own = [edge for edge in ordered if node in edge]
        own.sort(key=lambda edge: (-edges[edge], sum(edge) - node))
        expected |= set(own[:most])
    with patch.object(blocking, "_NODES", 2):
        kept = keep_likest(9, left, right, similarity, most)

    assert [edge for edge, one in zip(ordered, kept, strict=True) if one] == sorted(
        expected
    )


@given(edges=edges_of_nine)
@settings(deadline=None)
def test_a_rival_is_free_as_far_as_another_offer_is_better_to_it(edges: Edges) -> None:
    """The best other pair of a listing, seen from that pair's other end."""
    ordered, left, right, bits = columns(edges)
    with patch.object(pool, "_NODES", 2):
        found = second_features(make_pool(np.arange(9), left, right), bits)
    names = [feature.name for feature in SECOND_FEATURES]
    for side, column in enumerate(("left_rival_free", "right_rival_free")):
        told = found[:, names.index(column)]
        for edge, free in zip(ordered, told, strict=True):
            assert free == rival_free(edge, edge[side], edges)


def rival_free(edge: tuple[int, int], node: int, edges: Edges) -> float:
    others = [one for one in edges if node in one and one != edge]
    if not others:
        return 20.0
    rival = min(others, key=lambda one: (-edges[one], sum(one) - node))
    far = sum(rival) - node
    rest = [edges[one] for one in edges if far in one and one != rival]
    return float(max(rest, default=0) - edges[rival])


@given(st.lists(st.integers(-5, 5)))
@settings(deadline=None)
def test_distinct_numbers_are_a_sorted_set(numbers: list[int]) -> None:
    """What is there more than once is given once."""
    assert distinct_of(np.array(numbers, np.int64)).tolist() == sorted(set(numbers))
