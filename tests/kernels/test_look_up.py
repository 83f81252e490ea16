"""The look-up of like listings says what adding up all words says."""

import numpy as np
import pytest

from storekin.kernels.look_up import BLOCK, look_up

WORDS = 6


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("total", [5, 3_000, BLOCK, 2 * BLOCK + 17])
def test_the_likest_are_those_of_all(total: int, seed: int) -> None:
    """Whatever the blocks, the likest come first, and of equal ones the smaller row."""
    random = np.random.default_rng(seed)
    held = random.random((WORDS, total)) < random.random((WORDS, 1))
    held[0] |= ~held.any(axis=0)
    edges = np.append(0, np.cumsum(held.sum(axis=1)))
    rows = np.nonzero(held)[1].astype(np.int32)
    squares = (random.integers(1, 9, WORDS) ** 2).astype(np.float32)
    norms = np.sqrt(squares @ held).astype(np.float32)
    gone = random.random(total) < 0.1
    sums = np.zeros(BLOCK, np.float32)
    best, cosines = np.zeros(9, np.int64), np.zeros(9, np.float32)
    whole = np.float32(np.sqrt(squares.sum()))

    count = look_up(
        np.arange(WORDS), squares, edges, rows, norms, gone, whole, 10**9, sums, best,
        cosines,
    )  # fmt: skip

    alike = (squares @ held).astype(np.float32) / (whole * norms)
    standing = np.flatnonzero(~gone)
    expected = standing[np.lexsort((standing, -alike[standing]))][:9]
    assert best[:count].tolist() == expected.tolist()
    assert cosines[:count] == pytest.approx(alike[expected])
    assert not sums.any()


def test_words_beyond_the_budget_are_not_read() -> None:
    """The rarest word is always read, and the others as whole lists or not at all."""
    edges = np.array([0, 3, 5, 8])
    rows = np.array([0, 1, 2, 1, 3, 0, 1, 4], np.int32)
    sums, ones = np.zeros(BLOCK, np.float32), np.ones(5, np.float32)
    found = {}
    for budget in (1, 5, 8):
        best, cosines = np.zeros(9, np.int64), np.zeros(9, np.float32)
        count = look_up(
            np.arange(3), np.ones(3, np.float32), edges, rows, ones,
            np.zeros(5, np.bool_), np.float32(1), budget, sums, best, cosines,
        )  # fmt: skip
        found[budget] = best[:count].tolist()

    assert found == {1: [0, 1, 2], 5: [1, 0, 2, 3], 8: [1, 0, 2, 3, 4]}
