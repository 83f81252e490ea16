"""Cosines of sets, and what goes side by side, are what their definitions say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.kernels.cosines import gram_cosines, mean_cosines

SETS = st.lists(st.sets(st.integers(0, 60), max_size=40), min_size=2, max_size=6)


@given(sets=SETS)
@settings(max_examples=80, deadline=None)
def test_n_grams_are_met_eight_at_a_time_as_one_by_one(sets: list[set[int]]) -> None:
    """However long two lists are, and wherever what they share stands in them."""
    values = np.array([one for each in sets for one in sorted(each)], np.uint32)
    starts = np.cumsum([0, *map(len, sets)])
    rarity = np.linspace(1, 8, 61, dtype=np.float32)
    norms = np.array(
        [np.sqrt(sum(float(rarity[one]) ** 2 for one in each)) for each in sets],
        np.float32,
    )
    left, right = np.triu_indices(len(sets), 1)
    kind = values, rarity, norms, starts
    out = np.empty((len(left), 3), np.float32)

    gram_cosines(*kind, *kind, *kind, left, right, 0, len(left), out)

    for place, (one, other) in enumerate(zip(left, right, strict=True)):
        scale = float(norms[one]) * float(norms[other])
        shared = sum(float(rarity[gram]) ** 2 for gram in sets[one] & sets[other])
        wanted = pytest.approx(shared / scale, rel=1e-5) if scale else None
        for cosine in out[place].tolist():
            assert np.isnan(cosine) if wanted is None else cosine == wanted


def test_a_cosine_that_nothing_says_counts_as_nought() -> None:
    """The mean is of four, of which some may be silent."""
    words = np.array([0.5, np.nan], np.float32)
    grams = np.array([[0.25, np.nan, 0.25], [np.nan] * 3], np.float32)
    out = np.empty(2, np.float32)

    mean_cosines(words, grams, 0, 2, out)

    assert out.tolist() == [0.25, 0]
