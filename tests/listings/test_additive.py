"""An additive model is kept to its columns' directions, and written as trees."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from storekin.listings.additive import Additive, cut_bins, fit_additive, mean_of
from storekin.listings.features import FEATURES, UP, column_names
from storekin.listings.grown import Boosters, Pass, pass_to_trees
from storekin.listings.trees import STEPS, Columns, Trees

COUNT = len(FEATURES)
LN2 = float(np.log(2))
COSINE = next(n for n, each in enumerate(FEATURES) if each.name == "cosine")
COVER = next(n for n, each in enumerate(FEATURES) if each.name == "left_cover")
LENGTH = next(n for n, each in enumerate(FEATURES) if each.name == "left_length")


def table(rows: int, seed: int = 1) -> Columns:
    """Draw three columns, of which one is often unknown."""
    chance = np.random.default_rng(seed)
    columns = np.full((rows, COUNT), np.nan, np.float32)
    columns[:, COSINE] = chance.random(rows)
    columns[:, COVER] = np.where(chance.random(rows) < 0.5, chance.random(rows), np.nan)
    columns[:, LENGTH] = chance.integers(1, 9, rows)
    return columns


def fitted(columns: Columns, labels: np.ndarray) -> Additive:
    """Fit to all columns that say anything."""
    bins = cut_bins(columns, range(COUNT))
    return fit_additive(bins, columns, labels.astype(np.int8), np.ones(len(labels)), 1)


def laid_out(model: Additive, scale: float) -> Trees:
    """Write a pass of nothing else; *scale* is bits for each natural one."""
    whole = Pass(Boosters([], []), model, share=1.0)
    return pass_to_trees(whole, column_names(sided=True), scale * LN2)


def test_columns_that_say_nothing_have_no_bins() -> None:
    """A column that is always unknown, or always the same, is none to learn from."""
    columns = table(200)
    columns[:, LENGTH] = 4

    assert [each.column for each in cut_bins(columns, range(COUNT))] == [COSINE, COVER]


def test_what_is_learnt_is_what_made_the_labels() -> None:
    """Odds that rise with a column are found; an unknown value has bits of its own."""
    columns = table(4_000)
    chance = np.random.default_rng(2)
    odds = 6 * columns[:, COSINE] - 4 + 2 * np.isnan(columns[:, COVER])
    labels = chance.random(4_000) < 1 / (1 + np.exp(-odds))
    model = fitted(columns, labels)
    said = dict(zip((each.column for each in model.bins), model.placed, strict=True))
    silent = dict(zip((each.column for each in model.bins), model.unknown, strict=True))

    assert said[COSINE] > 1
    assert abs(said[LENGTH]) < 0.2
    assert silent[COVER] == pytest.approx(2, abs=0.4)
    assert np.corrcoef(model.predict(columns), odds)[0, 1] > 0.97


def test_what_passes_before_said_is_not_said_again() -> None:
    """Odds that are known already leave next to nothing to say."""
    columns = table(4_000)
    odds = (6 * columns[:, COSINE] - 3).astype(np.float64)
    chance = np.random.default_rng(2).random(4_000)
    labels = (chance < 1 / (1 + np.exp(-odds))).astype(np.int8)
    model = fit_additive(
        cut_bins(columns, range(COUNT)), columns, labels, np.ones(4_000), 1, odds
    )

    assert np.abs(model.predict(columns)).max() < 0.5


def test_more_of_a_likeness_never_speaks_against() -> None:
    """Labels that say otherwise get no coefficient: likeness can only speak for."""
    columns = table(500)
    model = fitted(columns, columns[:, COSINE] < 0.5)
    said = dict(zip((each.column for each in model.bins), model.placed, strict=True))

    assert FEATURES[COSINE].direction == UP
    assert said[COSINE] == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1_000), st.integers(20, 300), st.floats(0.1, 5))
def test_trees_say_what_the_model_says(seed: int, rows: int, scale: float) -> None:
    """Of values seen and not seen, known and unknown, to the rounding of each leaf."""
    columns = table(rows, seed)
    labels = np.random.default_rng(seed).random(rows) < 0.4
    model = fitted(columns, labels)
    new = table(50, seed + 1) * np.float32(3) - np.float32(1)
    new[::7, LENGTH] = np.nan
    trees = laid_out(model, scale)

    for some in (columns, new):
        assert_allclose(
            trees.sum(np.ascontiguousarray(some)) / STEPS,
            scale * model.predict(some),
            atol=len(model.bins) / STEPS,
        )


def test_the_mean_of_models_is_the_mean_of_what_they_say() -> None:
    """Over the same bins, coefficients are averaged."""
    columns = table(300)
    bins = cut_bins(columns, range(COUNT))
    chance = np.random.default_rng(3)
    parts = [
        fit_additive(
            bins, columns, (chance.random(300) < share).astype(np.int8), np.ones(300), 1
        )
        for share in (0.2, 0.5)
    ]

    assert_allclose(
        mean_of(parts).predict(columns),
        np.mean([part.predict(columns) for part in parts], axis=0),
    )


def test_a_model_of_nothing_still_holds_its_intercept() -> None:
    """Where no column says anything, the first tree says the odds of all."""
    columns = table(100)
    model = fitted(columns, np.arange(100) % 4 == 0)
    silent = replace(
        model, placed=np.zeros_like(model.placed), unknown=np.zeros_like(model.unknown)
    )
    trees = laid_out(silent, 1)

    assert len(trees.roots) == 1
    assert trees.base == round(model.intercept * STEPS)
