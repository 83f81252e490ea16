"""Where pairs begin to be one product, by the odds of their scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storekin.listings.cut import best_cut, honest_slope


def drawn(seed: int, count: int = 4000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw scores that are honest log odds, with the labels that follow from them."""
    random = np.random.default_rng(seed)
    scores = random.normal(-1, 2.5, count)
    labels = (random.random(count) < 1 / (1 + np.exp(-scores))).astype(np.int8)
    return labels, scores, np.full(count, 1 / count)


def f1_at(labels: np.ndarray, scores: np.ndarray, cut: float) -> float:
    said = scores >= cut
    return 2 * (said & (labels == 1)).sum() / (said.sum() + (labels == 1).sum())


def test_half_of_the_best_f1_is_the_least_likelihood_that_is_taken() -> None:
    """Of honest odds the best cut is known."""
    labels, scores, counts = drawn(1)

    f1, cut = best_cut(labels, scores, counts)

    assert f1 == pytest.approx(f1_at(labels, scores, cut))
    assert 1 / (1 + np.exp(-cut)) == pytest.approx(f1 / 2, abs=0.03)


@pytest.mark.parametrize("low", [-6.0, -2.0, 1.0])
def test_a_gap_between_both_labels_is_cut_in_its_middle(low: float) -> None:
    """Nothing is known of what new pairs fall there."""
    scores = np.concatenate(
        [np.linspace(low - 3, low, 60), np.linspace(low + 4, 9, 40)]
    )
    labels = np.repeat([0, 1], [60, 40]).astype(np.int8)

    assert best_cut(labels, scores, np.full(100, 0.01)) == (1.0, low + 2)


def test_one_odd_label_hardly_moves_the_cut() -> None:
    """The labels' own F1 would be best right beside it."""
    labels, scores, counts = drawn(2)
    _, cut = best_cut(labels, scores, counts)
    odd = labels.copy()
    odd[np.abs(scores - cut - 0.2).argmin()] ^= 1

    assert best_cut(odd, scores, counts)[1] == pytest.approx(cut, abs=0.02)


@given(seed=st.integers(0, 1000), shift=st.floats(-3, 3))
def test_the_cut_moves_with_the_scores_and_not_with_their_order(
    seed: int, shift: float
) -> None:
    """Which pair comes first says nothing."""
    labels, scores, counts = drawn(seed, 300)
    order = np.random.default_rng(seed).permutation(300)
    f1, cut = best_cut(labels, scores, counts)

    again = best_cut(labels[order], scores[order] + shift, counts)

    assert again[0] == pytest.approx(f1, abs=1e-6)
    assert again[1] == pytest.approx(cut + shift, abs=1e-6)


def test_scores_that_say_too_much_are_shrunk() -> None:
    """Honest ones stay as they are."""
    labels, scores, counts = drawn(3, 20000)

    assert honest_slope(labels, scores, counts) == pytest.approx(1, abs=0.06)
    assert honest_slope(labels, 2 * scores, counts) == pytest.approx(0.5, abs=0.06)
