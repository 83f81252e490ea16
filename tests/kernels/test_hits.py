"""Texts whose sums reach a bar, and those that could reach the threshold."""

from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.kernels.abreast import LANES
from storekin.kernels.hits import (
    add_one_by_one,
    keep_one_by_one,
    make_add_abreast,
    make_keep_abreast,
)
from storekin.kernels.wide import has_wide_lanes

SIZE = 90
LISTS = st.lists(
    st.tuples(
        st.sets(st.integers(0, SIZE - 1), max_size=SIZE).map(sorted),
        st.integers(1, 9),
    ),
    max_size=6,
)


@pytest.fixture(params=["one by one", "side by side"], scope="module")
def abreast(request: pytest.FixtureRequest) -> bool:
    """Say which of the two a kernel is made of."""
    wide: bool = request.param == "side by side"
    if wide and not has_wide_lanes():
        pytest.skip("this processor does not read 16 places in one step")
    return wide


@pytest.fixture(scope="module")
def add_lists(abreast: bool) -> Callable[..., Any]:  # noqa: FBT001 - a fixture
    """Add some lists to the same sums."""
    from numba import njit

    add_up = make_add_abreast() if abreast else add_one_by_one.ready()

    @njit
    def add(
        sums: Any,  # noqa: ANN401
        rows: Any,  # noqa: ANN401
        edges: Any,  # noqa: ANN401
        weights: Any,  # noqa: ANN401
        limit: Any,  # noqa: ANN401
        floor: Any,  # noqa: ANN401
        bar: Any,  # noqa: ANN401
        hits: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        found = 0
        for number in range(len(weights)):
            found = add_up(
                sums, rows, edges[number], edges[number + 1], limit,
                weights[number], floor, bar, hits, found,
            )  # fmt: skip
        return found

    return add  # type: ignore[no-any-return]


@given(
    lists=LISTS,
    limit=st.integers(0, SIZE),
    floor=st.integers(0, 20),
    bar=st.integers(1, 25),
)
@settings(max_examples=200, deadline=None)
def test_lists_are_added_up(
    add_lists: Callable[..., Any],
    lists: list[tuple[list[int], int]],
    limit: int,
    floor: int,
    bar: int,
) -> None:
    """Each row below the limit has its weights; hits are those that reached the bar."""
    before = np.arange(SIZE, dtype=np.int32) % 23
    sums = before.copy()
    # what stands behind a list belongs to the next one, or to nobody
    rows = np.array([*chain(*(of for of, _ in lists)), *[0] * LANES], np.int32)
    edges = np.cumsum([0, *(len(of) for of, _ in lists)])
    hits = np.full(SIZE + LANES, -1, np.int32)
    found = add_lists(
        sums,
        rows,
        edges,
        np.array([weight for _, weight in lists], np.int32),
        np.int32(limit),
        np.int32(floor),
        np.int32(floor + bar),
        hits,
    )

    expected, reached = before.copy(), []
    for of, weight in lists:
        for row in of:
            if row < limit:
                old = max(expected[row], floor)
                expected[row] = old + weight
                if old < floor + bar <= expected[row]:
                    reached.append(row)
    assert sums.tolist() == expected.tolist()
    assert hits[:found].tolist() == reached


@pytest.fixture(scope="module")
def keep(abreast: bool) -> Callable[..., Any]:  # noqa: FBT001 - a fixture
    """Keep the hits that could reach the threshold."""
    from numba import njit

    keep_hopeful = make_keep_abreast() if abreast else keep_one_by_one.ready()

    @njit
    def keep(
        hits: Any,  # noqa: ANN401
        found: Any,  # noqa: ANN401
        sums: Any,  # noqa: ANN401
        first: Any,  # noqa: ANN401
        query: Any,  # noqa: ANN401
        norms: Any,  # noqa: ANN401
        behind: Any,  # noqa: ANN401
        marks: Any,  # noqa: ANN401
        hope: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        return keep_hopeful(
            hits, found, sums, np.int32(7), np.float32(2), first, query,
            norms, behind, marks, np.float32(0.1), hope, np.float32(0.45),
        )  # fmt: skip

    return keep  # type: ignore[no-any-return]


@given(
    seed=st.integers(0, 2**32 - 1),
    found=st.integers(0, SIZE),
    first=st.integers(0, 9),
    hope=st.sampled_from([0.25, 1.6]),
)
@settings(max_examples=200, deadline=None)
def test_hits_are_kept_by_what_they_could_reach(
    keep: Callable[..., Any], seed: int, found: int, first: int, hope: float
) -> None:
    """The same ones, in the same order, as by the definition."""
    rng = np.random.default_rng(seed)
    total = first + SIZE + 5
    norms = rng.uniform(1, 1.5, total).astype(np.float32) * np.float32(8)
    behind = rng.uniform(0, 5, total).astype(np.float32)
    # few bits are set in a text, so that some agree and some do not
    marks = rng.integers(0, 2**63, (4, total, 4)).astype(np.uint64)
    marks = np.bitwise_and.reduce(marks, axis=0)
    sums = rng.integers(7, 60, SIZE).astype(np.int32)
    hits = np.zeros(SIZE + LANES, np.int32)
    hits[:found] = rng.permutation(SIZE)[:found]
    query = int(rng.integers(0, total))
    arguments = (first, query, norms, behind, marks)
    kept = hits.copy()
    count = keep(kept, found, sums, *arguments, np.float32(hope))

    expected = []
    own = norms[query]
    for place in hits[:found].tolist():
        row = first + place
        scaled = own * norms[row]
        known = np.float32(sums[place] - 7) * np.float32(2)
        one, other = marks[row], marks[query]
        both = (one[:2] & other[2:]) | (one[2:] & other[:2])
        marked = sum(int(word).bit_count() for word in both)
        each = np.float32(hope) * behind[row if norms[row] > own else query]
        if (
            known >= np.float32(0.1) * scaled
            and known + each * np.float32(marked) >= np.float32(0.45) * scaled
        ):
            expected.append(place)
    assert kept[:count].tolist() == expected
