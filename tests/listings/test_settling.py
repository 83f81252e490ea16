"""Half of a settled score is the pair's own, half that of both sides' families."""

from itertools import combinations

import numpy as np
import pytest

from storekin.listings.pool import make_pool
from storekin.listings.settling import settle

Pair = tuple[int, int]


def moved_by(edges: dict[Pair, float], asked: list[Pair] | None = None) -> list[float]:
    """Settle the pairs of a small pool, all of them or some."""
    ordered = sorted(edges)
    left, right = np.array(ordered, np.int64).T.copy()
    bits = np.array([edges[edge] for edge in ordered], np.float32)
    pool = make_pool(np.arange(int(right.max()) + 1), left, right)
    places = None
    if asked is not None:
        places = np.array([ordered.index(pair) for pair in asked], np.int64)
    return settle(pool, bits, places).tolist()


def family(members: range, bits: float) -> dict[Pair, float]:
    return dict.fromkeys(combinations(members, 2), bits)


def test_a_pair_alone_is_its_own_family() -> None:
    """Whom nobody else is like has nothing but the pair itself."""
    assert moved_by({(0, 1): 3.0, (2, 3): -2.0}) == [0, 0]


def test_a_bridge_between_two_families_gives_way() -> None:
    """One likely pair of sixteen, of which the others say no: the mean is theirs."""
    across = {(one, other): -6.0 for one in range(4) for other in range(4, 8)}
    edges = family(range(4), 5.0) | family(range(4, 8), 5.0) | across | {(0, 4): 2.0}
    (bridge,) = moved_by(edges, [(0, 4)])
    mean = (15 * -6.0 + 2.0) / 16

    assert bridge == pytest.approx((mean - 2.0) / 2)


def test_a_slip_within_a_family_is_forgiven() -> None:
    """A pair that says no, of five listings that all others hold for one."""
    edges = family(range(5), 4.0) | {(0, 4): -1.0}
    moved = dict(zip(sorted(edges), moved_by(edges), strict=True))

    assert moved[0, 4] > 1
    assert moved[1, 2] == 0


def test_what_is_next_to_impossible_stays() -> None:
    """No family makes a pair likely that all else speaks against."""
    assert moved_by(family(range(4), 6.0) | {(0, 3): -9.0}, [(0, 3)]) == [0]


def test_some_are_settled_as_all_are() -> None:
    """Whichever pairs are asked for, and in whatever order."""
    chance = np.random.default_rng(4)
    pairs = [pair for pair in combinations(range(12), 2) if chance.random() < 0.6]
    edges = {pair: float(chance.normal(0, 4)) for pair in pairs}
    every = dict(zip(sorted(edges), moved_by(edges), strict=True))
    some = pairs[::-3]

    assert moved_by(edges, some) == [every[pair] for pair in some]
    assert len(set(every.values())) > 10
