"""One pass of a model: grown trees, and an additive model beside them.

A later pass starts from the scores of those before it, and both its parts say what is
to be added to them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from storekin.errors import TrainingExtraError
from storekin.kernels.numbering import distinct_of
from storekin.kernels.similar_texts import IntArray
from storekin.listings.additive import Additive, cut_bins, fit_additive, mean_of
from storekin.listings.features import FEATURES
from storekin.listings.recipe import Recipe
from storekin.listings.trees import STEPS, Columns, Node, Trees, checked_trees

Floats = npt.NDArray[np.float64]
_LN2 = float(np.log(2))


def lightgbm() -> Any:  # noqa: ANN401
    """Import LightGBM, which training alone needs.

    Raises:
        TrainingExtraError: If it is not installed.
    """
    try:
        import lightgbm as module
    except (ImportError, OSError) as problem:
        raise TrainingExtraError(
            "training needs LightGBM, which is not installed here",
            "install it with: pip install 'storekin[train]'",
        ) from problem
    return module


@dataclass(frozen=True, slots=True)
class Lesson:
    """Labelled pairs that a pass learns from, and the columns that it ``reads``.

    ``folds`` numbers the two parts that a pair is left out with, shape (pairs, 2);
    ``start`` is what passes before say of it; None if there are none.
    """

    columns: Columns
    labels: npt.NDArray[np.int8]
    weights: Floats
    folds: IntArray
    start: Floats | None
    reads: Sequence[int]

    def without(self, fold: int | None) -> "Lesson":
        """Leave the pairs of *fold* out."""
        if fold is None:
            return self
        kept = in_none(self.folds, fold)
        return replace(
            self,
            columns=self.columns[kept],
            labels=self.labels[kept],
            weights=self.weights[kept],
            folds=self.folds[kept],
            start=None if self.start is None else self.start[kept],
        )


def in_none(folds: IntArray, left_out: int) -> npt.NDArray[np.bool_]:
    """Mark the pairs that are not left out with a part: neither listing is of it."""
    free: npt.NDArray[np.bool_] = (folds != left_out).all(axis=1)
    return free


Predict = Callable[[IntArray], Floats]


def left_out_scores(folds: IntArray, parts: Mapping[int, Predict]) -> Floats:
    """Score pairs by models without them; ``parts`` gives one's scores of some rows.

    Of two listings of different parts no model is without both: the mean of the two
    that are without one of them, and hence without the pair.
    """
    scores = np.zeros(len(folds))
    for fold, predict in parts.items():
        share = (folds == fold).mean(axis=1)
        rows = np.flatnonzero(share)
        if len(rows):
            scores[rows] += share[rows] * predict(rows)
    return scores


def _parameters(recipe: Recipe, seed: int, columns: Sequence[int]) -> dict[str, Any]:
    chosen: dict[str, Any] = {
        "objective": "binary",
        "learning_rate": recipe.rate,
        "num_leaves": recipe.leaves,
        "min_child_samples": recipe.fewest,
        "feature_fraction": recipe.share,
        "feature_fraction_bynode": recipe.share_by_node,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 3,
        "max_bin": 127,
        "max_depth": recipe.depth,
        "seed": seed,
        "bagging_seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    if recipe.monotone:
        chosen["monotone_constraints"] = [FEATURES[n].direction for n in columns]
    return chosen


@dataclass(frozen=True, slots=True)
class Boosters:
    """Grown trees with the columns that they read; none where nothing was to learn."""

    boosters: list[Any]
    columns: Sequence[int]

    def predict(self, columns: Columns) -> Floats:
        """Give the mean of the seeds' log odds."""
        if not self.boosters:
            return np.zeros(len(columns))
        chosen = np.ascontiguousarray(columns[:, self.columns])
        mean: Floats = np.mean(
            [b.predict(chosen, raw_score=True) for b in self.boosters], axis=0
        )
        return mean


def grow(lesson: Lesson, recipe: Recipe, rounds: int) -> Boosters:
    """Grow trees for each seed of the recipe."""
    module = lightgbm()
    if not len(lesson.labels):
        return Boosters([], lesson.reads)
    boosters = []
    for seed in range(1, recipe.seeds + 1):
        table = module.Dataset(
            lesson.columns[:, lesson.reads],
            lesson.labels,
            weight=lesson.weights,
            init_score=lesson.start,
            free_raw_data=True,
        )
        parameters = _parameters(recipe, seed, lesson.reads)
        boosters.append(module.train(parameters, table, rounds))
    return Boosters(boosters, lesson.reads)


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass: trees, and an additive model that counts for *share*."""

    trees: Boosters
    additive: Additive | None = None
    share: float = 0.0

    def predict(self, columns: Columns) -> Floats:
        """Give what the pass adds to the log odds of each row."""
        grown = self.trees.predict(columns)
        if self.additive is None:
            return grown
        mean: Floats = (1 - self.share) * grown
        return mean + self.share * self.additive.predict(columns)


def by_rows(
    parts: Mapping[int, Pass] | Mapping[int, Additive], columns: Columns
) -> dict[int, Predict]:
    """Let models say something of rows of columns, by their numbers."""
    return {
        fold: lambda rows, part=part: part.predict(columns[rows])  # type: ignore[misc]
        for fold, part in parts.items()
    }


def grow_pass(
    lesson: Lesson,
    folds: Sequence[int],
    recipe: Recipe,
    rounds: int,
    *,
    mean_of_parts: bool = False,
) -> tuple[Pass, dict[int, Pass]]:
    """Fit a pass to all pairs, or take the mean of those that each leave a fold out.

    Those are given, too.
    """
    parts = {fold: Pass(grow(lesson.without(fold), recipe, rounds)) for fold in folds}
    if mean_of_parts:
        boosters = [one for part in parts.values() for one in part.trees.boosters]
        whole = Pass(Boosters(boosters, lesson.reads))
    else:
        whole = Pass(grow(lesson, recipe, rounds))
    if not recipe.additive:
        return whole, parts
    return _with_additive(lesson, whole, parts, recipe, mean_of_parts=mean_of_parts)


_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5)
"""What an additive model may count for beside trees."""


def _with_additive(
    lesson: Lesson,
    whole: Pass,
    parts: dict[int, Pass],
    recipe: Recipe,
    *,
    mean_of_parts: bool,
) -> tuple[Pass, dict[int, Pass]]:
    """Put an additive model beside the trees, at the share that tells pairs best.

    Where none does, the trees stay alone.
    """
    bins = cut_bins(lesson.columns, lesson.reads)
    some_of_each = all(
        len(distinct_of(lesson.labels[in_none(lesson.folds, fold)])) > 1
        for fold in parts
    )
    if not bins or not some_of_each:
        return whole, parts

    def fit(some: Lesson) -> Additive:
        return fit_additive(
            bins, some.columns, some.labels, some.weights, recipe.additive, some.start
        )

    fitted = {fold: fit(lesson.without(fold)) for fold in parts}
    grown = left_out_scores(lesson.folds, by_rows(parts, lesson.columns))
    added = left_out_scores(lesson.folds, by_rows(fitted, lesson.columns))
    start = np.zeros(len(grown)) if lesson.start is None else lesson.start
    sign = np.where(lesson.labels == 1, -1.0, 1.0)
    losses = [
        float(
            lesson.weights
            @ np.logaddexp(0, sign * (start + (1 - share) * grown + share * added))
        )
        for share in (0.0, *_SHARES)
    ]
    best = int(np.argmin(losses))
    if best == 0:
        return whole, parts
    share = _SHARES[best - 1]
    additive = mean_of(list(fitted.values())) if mean_of_parts else fit(lesson)
    return replace(whole, additive=additive, share=share), {
        fold: replace(part, additive=fitted[fold], share=share)
        for fold, part in parts.items()
    }


def pass_to_trees(grown: Pass, names: Sequence[str], slope: float) -> Trees:
    """Write a pass as trees of ours: values in steps of a bit, seeds averaged.

    What the additive model says of a column is one tree more.
    """
    nodes: list[Node] = []
    roots: list[int] = []
    unit = slope / _LN2 * STEPS
    boosters = grown.trees.boosters
    for booster in boosters:
        scale = unit * (1 - grown.share) / len(boosters)
        for tree in booster.dump_model()["tree_info"]:
            roots.append(len(nodes))
            _add_node(nodes, tree["tree_structure"], grown.trees.columns, scale)
    if grown.additive is not None:
        for steps in grown.additive.trees(unit * grown.share):
            base = len(nodes)
            roots.append(base)
            nodes += [(*n[:3], base + n[3], base + n[4], n[5]) for n in steps]
    return checked_trees(names, nodes, roots)


def _add_node(
    nodes: list[Node],
    node: dict[str, Any],
    columns: Sequence[int],
    scale: float,
) -> tuple[int, float, float]:
    """Add a node and what lies below it; gives its place, mean value and weight."""
    place = len(nodes)
    nodes.append((-1, 0.0, False, 0, 0, 0))
    if "split_index" not in node:
        value = float(node["leaf_value"]) * scale
        nodes[place] = (-1, 0.0, False, place, place, round(value))
        return place, value, float(node.get("leaf_count", 1))
    yes = _add_node(nodes, node["left_child"], columns, scale)
    no = _add_node(nodes, node["right_child"], columns, scale)
    weight = yes[2] + no[2]
    value = (yes[1] * yes[2] + no[1] * no[2]) / max(weight, 1)
    # LightGBM sends unknown values where it says, or with 0 where it saw none
    unknown_yes = bool(node["default_left"])
    if node["missing_type"] != "NaN":
        unknown_yes = float(node["threshold"]) >= 0
    feature = columns[int(node["split_feature"])]
    # "unknown or not" is a split at the largest number that there is
    largest = float(np.finfo(np.float32).max)
    threshold = float(np.float32(min(float(node["threshold"]), largest)))
    nodes[place] = (feature, threshold, unknown_yes, yes[0], no[0], round(value))
    return place, value, weight
