"""Trees and an additive model share a pass as pairs left out say."""

from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
from numpy.testing import assert_allclose

from storekin.listings.features import FEATURES, FREE, column_names
from storekin.listings.grown import (
    Lesson,
    Pass,
    grow_pass,
    left_out_scores,
    pass_to_trees,
)
from storekin.listings.recipe import Recipe
from storekin.listings.trees import STEPS, Columns

RECIPE = Recipe(rounds=40, seeds=1, rate=0.1)
READS = [n for n, each in enumerate(FEATURES) if each.direction == FREE][:30]
FOLDS = range(3)


def draw(rows: int, seed: int) -> Columns:
    """Draw what thirty columns say; a tenth is unknown."""
    chance = np.random.default_rng(seed)
    columns = np.full((rows, len(FEATURES)), np.nan, np.float32)
    columns[:, READS] = chance.normal(size=(rows, len(READS)))
    columns[chance.random(columns.shape) < 0.1] = np.nan
    return columns


def lesson(columns: Columns, odds: npt.NDArray[np.float64]) -> Lesson:
    """Label pairs by chance, at the odds given."""
    chance = np.random.default_rng(7)
    labels = (chance.random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(np.int8)
    folds = np.arange(len(odds)) % len(FOLDS)
    both = np.stack([folds, folds], axis=1)
    return Lesson(columns, labels, np.ones(len(odds)), both, None, READS)


def fitted(some: Lesson, recipe: Recipe = RECIPE) -> tuple[Pass, dict[int, Pass]]:
    """Grow a pass of forty trees."""
    return grow_pass(some, FOLDS, recipe, recipe.rounds)


def test_what_many_columns_say_a_little_of_is_added_up() -> None:
    """Half of the pass is additive, in the parts as in the whole."""
    columns = draw(900, 1)
    known = np.nan_to_num(columns[:, READS]).astype(np.float64)
    whole, parts = fitted(lesson(columns, known.sum(axis=1)))

    assert whole.share == 0.5
    assert whole.additive is not None
    assert [part.share for part in parts.values()] == [0.5] * len(FOLDS)


def test_what_columns_say_together_is_left_to_trees() -> None:
    """Where no column says anything by itself, nothing is added."""
    columns = draw(1_500, 2)
    one, other = (np.nan_to_num(columns[:, n]).astype(np.float64) for n in READS[:2])
    whole, parts = fitted(lesson(columns, 8 * np.sign(one * other)))

    assert whole.share == 0
    assert whole.additive is None
    assert all(part.additive is None for part in parts.values())


def test_pairs_of_one_label_teach_no_sum() -> None:
    """Where all that is left is alike, its odds would have no end."""
    columns = draw(300, 3)
    whole, _ = fitted(lesson(columns, np.full(300, 50.0)))

    assert whole.additive is None


def test_a_pair_is_scored_by_models_without_it() -> None:
    """Of two parts: by both models that lack one of them, neither of which met it."""
    folds = np.array([[0, 0], [0, 1], [2, 1], [2, 2]])
    some = lesson(draw(len(folds), 8), np.zeros(len(folds)))
    some = replace(some, folds=folds)
    learnt = {fold: some.without(fold).folds.tolist() for fold in FOLDS}
    asked: dict[int, list[int]] = {}

    def say(fold: int, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        asked[fold] = rows.tolist()
        return np.full(len(rows), 10.0**fold)

    scores = left_out_scores(folds, {fold: partial(say, fold) for fold in FOLDS})

    assert scores.tolist() == [1, 5.5, 55, 100]
    assert learnt == {0: [[2, 1], [2, 2]], 1: [[0, 0], [2, 2]], 2: [[0, 0], [0, 1]]}
    for fold, rows in asked.items():
        assert all(fold in folds[row] for row in rows)


def test_a_recipe_without_has_trees_alone() -> None:
    """Nought means none."""
    columns = draw(300, 3)
    known = np.nan_to_num(columns[:, READS]).astype(np.float64)
    whole, _ = fitted(
        lesson(columns, known.sum(axis=1)), Recipe(rounds=10, seeds=1, additive=0)
    )

    assert whole.additive is None


def test_the_text_says_what_the_pass_says() -> None:
    """Both parts are trees of one sum, of pairs seen and not seen."""
    columns = draw(600, 5)
    known = np.nan_to_num(columns[:, READS]).astype(np.float64)
    whole, _ = fitted(lesson(columns, known.sum(axis=1)))
    trees = pass_to_trees(whole, column_names(sided=True), 1.0)
    per_step = np.log(2) / STEPS

    assert whole.share > 0
    assert len(trees.roots) > RECIPE.rounds
    for some in (columns, draw(200, 6)):
        assert_allclose(
            trees.sum(some) * per_step,
            whole.predict(some),
            atol=len(trees.roots) * per_step,
        )
