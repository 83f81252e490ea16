"""At what likelihood the likely partners of two listings grow together."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.kernels.families import FAMILY_COLUMNS
from storekin.listings.features import SECOND_FEATURES
from storekin.listings.pool import make_pool, second_features

Pair = tuple[int, int]
UNLIKE = -6.0


def families_of(edges: dict[Pair, float], nodes: int) -> list[dict[str, float]]:
    """Give what is said of each pair, in order, by the name of its column."""
    ordered = sorted(edges)
    left, right = np.array(ordered, np.int64).T.copy()
    bits = np.array([edges[edge] for edge in ordered], np.float32)
    found = second_features(make_pool(np.arange(nodes), left, right), bits)
    names = [feature.name for feature in SECOND_FEATURES]
    columns = {name: found[:, names.index(name)] for name in FAMILY_COLUMNS}
    return [
        {name: float(values[row]) for name, values in columns.items()}
        for row in range(len(ordered))
    ]


def grown_by_hand(edges: dict[Pair, float], pair: Pair) -> tuple[float, int, int, int]:
    """Put groups together by looking at all of them, and at all of their pairs."""

    def bits(one: int, other: int) -> float:
        return max(edges.get((min(one, other), max(one, other)), UNLIKE), UNLIKE)

    near = set(pair)
    for this, that in (pair, pair[::-1]):
        partners = [sum(edge) - this for edge in edges if this in edge]
        likely = [n for n in partners if n != that and bits(this, n) > -3]
        near |= set(sorted(likely, key=lambda n: (-bits(this, n), n))[:12])
    groups = [frozenset([node]) for node in near]
    while True:
        merges = []
        for place, one in enumerate(groups):
            for other in groups[:place]:
                mean = np.mean([bits(a, b) for a, b in product(one, other)])
                merges.append((float(mean), one, other))
        mean, one, other = max(merges, key=lambda merge: merge[0])
        if (pair[0] in one and pair[1] in other) or (
            pair[1] in one and pair[0] in other
        ):
            sizes = sorted((len(one), len(other)))
            return mean, sizes[0], sizes[1], len(near)
        groups = [g for g in groups if g not in (one, other)] + [one | other]


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 19), st.integers(0, 19)).filter(lambda e: e[0] < e[1]),
        st.floats(-10, 10, width=32),
        min_size=1,
        max_size=60,
    ),
    st.integers(0, 2**32),
)
@settings(deadline=None)
def test_families_grow_as_by_hand(edges: dict[Pair, float], seed: int) -> None:
    """Two ends and their likeliest partners, the likeliest groups on average first."""
    # no two groups say the same: between equals the order decides
    shifts = np.random.default_rng(seed).permutation(len(edges))
    edges = {
        edge: round(bits, 1) + 0.001 * float(shift + 1) ** 0.5
        for (edge, bits), shift in zip(edges.items(), shifts, strict=True)
    }
    for edge, told in zip(sorted(edges), families_of(edges, 20), strict=True):
        if edges[edge] <= -8:
            assert all(np.isnan(value) for value in told.values())
            continue
        mean, fewer, more, near = grown_by_hand(edges, edge)
        assert told["family_bits"] == pytest.approx(mean, abs=1e-4)
        assert (told["family_fewer"], told["family_more"]) == (fewer, more)
        assert told["family_near"] == near
        own = max(edges[edge], UNLIKE)
        if fewer * more == 1:
            assert np.isnan(told["family_others"])
        else:
            others = (mean * fewer * more - own) / (fewer * more - 1)
            assert told["family_others"] == pytest.approx(others, abs=1e-3)


def test_a_bridge_between_two_families_is_told_apart_from_a_member() -> None:
    """One likely pair does not join three listings to three; a member's pair does."""
    three = {(0, 1): 5.0, (0, 2): 5.2, (1, 2): 5.4}
    others = {(3, 4): 5.1, (3, 5): 5.3, (4, 5): 5.5}
    bridge = families_of({**three, **others, (2, 3): 3.0}, 6)
    member = families_of({**three, (0, 3): 3.1, (1, 3): 2.9, (2, 3): 3.0}, 4)

    of_bridge = sorted({**three, **others, (2, 3): 3.0}).index((2, 3))
    assert bridge[of_bridge]["family_bits"] == pytest.approx((3 - 8 * 6) / 9)
    assert bridge[of_bridge]["family_more"] == 3
    assert member[-1]["family_bits"] == pytest.approx(3)
    assert member[-1]["family_fewer"] == 1


def test_of_many_partners_the_likeliest_twelve_are_asked() -> None:
    """However many likely partners a listing has, and in whatever order they come."""
    edges = {(0, n): float(n) / 4 for n in range(1, 31)}
    told = families_of(edges, 31)

    # both ends of the pair, and twelve of the other twenty-nine
    assert {one["family_near"] for one in told} == {14.0}


def test_nothing_is_counted_that_nobody_asks_for() -> None:
    """A model without these columns does not wait for them."""
    left, right = np.array([0, 0]), np.array([1, 2])
    pool = make_pool(np.arange(3), left, right)
    bits = np.array([2, 3], np.float32)
    names = [feature.name for feature in SECOND_FEATURES]
    places = [names.index(name) for name in FAMILY_COLUMNS]

    told = second_features(pool, bits, families=True)
    silent = second_features(pool, bits, families=False)

    assert np.isnan(silent[:, places]).all()
    assert not np.isnan(told[:, places[0]]).any()
    rest = [n for n in range(len(names)) if n not in places]
    np.testing.assert_array_equal(told[:, rest], silent[:, rest])
