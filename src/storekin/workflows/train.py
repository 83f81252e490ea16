"""Fit a listing model to pairs that carry a label, or listings that carry a group."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.errors import TrainingDataError
from storekin.kernels.similar_texts import IntArray
from storekin.listings.blocking import propose_around, propose_pairs
from storekin.listings.encoding import NO_ENCODERS, Encoders
from storekin.listings.model import ListingModel
from storekin.listings.pictures import OwnPicture
from storekin.listings.pool import make_pool
from storekin.listings.prepared import prepare_listings
from storekin.listings.recipe import Recipe
from storekin.listings.training import (
    Field,
    Report,
    field_of,
    fit_model,
    label_by_group,
    stratified_folds,
    thin_plain_pairs,
)
from storekin.workflows.given_pairs import PART, GivenPairs

Step = Callable[[str], None]

PAIR_RECIPE = Recipe()
FAST_RECIPE = Recipe(
    rate=0.05, rounds=240, seeds=1, known_rounds=120, kin_rounds=240, pool=False
)
"""Fewer trees that ask nothing of other pairs, for models that see pairs alone: they
are chosen for their speed."""

GROUP_RECIPE = Recipe(
    leaves=32,
    depth=12,
    rate=0.05,
    rounds=400,
    second_rounds=100,
    fewest=60,
    share=0.5,
    share_by_node=1.0,
    seeds=1,
    known=False,
    families=True,
    word_odds=True,
    transitive=True,
    settled=True,
    mean_of_parts=True,
    additive=0.0,
)
PARTS = 3
"""Pools that listings with groups are cut into: what is learnt in two of them is
judged in the third, and none of them knows a product of another. All of them together
are one pool more, in which a likeness says less."""


PART_SIZES = (700, PART)
"""Pairs that are one another's context in training."""


def pair_field(
    given: GivenPairs,
    labels: npt.NDArray[np.int8],
    folds: IntArray,
    parts: IntArray | None,
    weight: float = 1.0,
    *,
    alone: bool = False,
) -> Field:
    """Make a field of given pairs among the candidates around them."""
    around = propose_around(given.listings, given.left, given.right, parts, alone=alone)
    count = len(around.left)
    known = np.full(count, -1, np.int8)
    known[around.places] = labels
    left_out_with = np.zeros((count, 2), np.int64)
    left_out_with[around.places] = folds[:, None]
    pool = make_pool(around.rows, around.left, around.right)
    weights = np.full(count, weight)
    return field_of(given.listings, pool, known, weights, weights, left_out_with)


def train_on_pairs(
    given: GivenPairs,
    labels: npt.NDArray[np.int8],
    *,
    about: str,
    valid: tuple[GivenPairs, npt.NDArray[np.int8]] | None = None,
    recipe: Recipe = PAIR_RECIPE,
    encoder: str = "",
    alone: bool = False,
    on_step: Step | None = None,
) -> tuple[ListingModel, Report]:
    """Fit a model to labelled pairs; see ``listings.training.fit_model``."""
    held = None
    if valid is not None:
        blank = np.zeros(len(valid[1]), np.int64)
        held = pair_field(*valid, blank, valid[0].parts, alone=alone)
    folds = stratified_folds(labels, recipe.folds)
    if given.parts is None:
        fields = [pair_field(given, labels, folds, None)]
    else:
        # seen in pools of several sizes: how many pairs a later file has is not known
        sizes = [given.cut(size) for size in PART_SIZES if 2 * size < len(labels)] or [
            given.parts
        ]
        fields = [
            pair_field(given, labels, folds, parts, 1 / len(sizes), alone=alone)
            for parts in sizes
        ]
    # two tables have habits of their own; sides of which nothing more is known do not
    return fit_model(
        fields,
        replace(recipe, sided=given.parts is None),
        version="trained",
        about=about,
        encoder=encoder,
        alone=alone,
        valid=held,
        on_step=on_step,
    )


def group_fields(
    listings: pa.Table,
    groups: npt.NDArray[np.int64],
    parts: int = PARTS,
    folder: Path | None = None,
    encoders: Encoders = NO_ENCODERS,
    own_pictures: Mapping[str, OwnPicture] | None = None,
) -> list[Field]:
    """Cut listings with known groups into pools; a pair counts as its group does.

    They are seen in pools of two sizes: each part by itself, and all together. A pair
    of two parts is learnt from where neither is left out.
    """
    part_of = _cut_groups(groups, parts)
    everything = np.arange(len(groups))
    pools = [np.flatnonzero(part_of == part) for part in range(parts)]
    return [
        _group_field(
            listings, groups, part_of, rows, seed, folder, encoders, own_pictures
        )
        for seed, rows in enumerate([*pools, everything])
    ]


def _group_field(
    listings: pa.Table,
    groups: npt.NDArray[np.int64],
    part_of: IntArray,
    rows: npt.NDArray[np.int64],
    seed: int,
    folder: Path | None,
    encoders: Encoders,
    own_pictures: Mapping[str, OwnPicture] | None,
) -> Field:
    """Make a field of the listings at *rows*, all pairs labelled."""
    table = listings.take(pa.array(rows))
    owners = np.arange(len(rows), dtype=np.int32)
    prepared = prepare_listings(
        table, owners, folder, encoders=encoders, own_pictures=own_pictures
    )
    found = propose_pairs(prepared, across_stores=False)
    own, parts = groups[rows], part_of[rows]
    sizes = np.bincount(groups)
    labels, weights = label_by_group(own, found.left, found.right, sizes)
    folds = np.stack([parts[found.left], parts[found.right]], axis=1)
    pool = make_pool(np.arange(len(rows)), found.left, found.right)
    each = field_of(prepared, pool, labels, weights, weights**2, folds, own, parts)
    thin_plain_pairs(each, seed)
    return each


def _cut_groups(groups: npt.NDArray[np.int64], parts: int) -> IntArray:
    """Give each listing's part; a group lies in one, and parts are of like size."""
    count = int(groups.max(initial=-1)) + 1
    sizes = np.bincount(groups, minlength=count)
    order = np.random.default_rng(1).permutation(count)
    ends = np.cumsum(sizes[order])
    part = np.empty(count, np.int64)
    part[order] = np.minimum(ends * parts // max(int(ends[-1]) + 1, 1), parts - 1)
    chosen: IntArray = part[groups]
    return chosen


def train_on_groups(
    listings: pa.Table,
    groups: pa.ChunkedArray,
    *,
    about: str,
    recipe: Recipe = GROUP_RECIPE,
    folder: Path | None = None,
    encoders: Encoders = NO_ENCODERS,
    own_pictures: Mapping[str, OwnPicture] | None = None,
    on_step: Step | None = None,
) -> tuple[ListingModel, Report]:
    """Fit a model to listings of which *groups* says what product each shows.

    A listing without a group is a product of its own. ``own_pictures`` lie elsewhere
    than in *folder*, or were looked at before.

    Raises:
        TrainingDataError: If no group has two listings.
    """
    encoded = groups.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    alone = np.isnan(codes.astype(np.float64))
    numbers = np.where(alone, 0, codes).astype(np.int64)
    numbers[alone] = len(encoded.dictionary) + np.arange(int(alone.sum()))
    if len(numbers) == 0 or np.bincount(numbers).max() < 2:
        raise TrainingDataError(
            "no group has two listings",
            "name the column that says which listings show one product",
        )
    return fit_model(
        group_fields(
            listings,
            numbers,
            folder=folder,
            encoders=encoders,
            own_pictures=own_pictures,
        ),
        replace(recipe, folds=PARTS),
        version="trained",
        about=about,
        encoder=encoders.name,
        on_step=on_step,
    )
