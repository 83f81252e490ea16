"""Scores as evidence: bits by signal, a probability and a level for each pair.

The bits of all signals add up to the total: an explanation shows the sum, and nothing
else decides.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from storekin.kernels.similar_texts import IntArray
from storekin.kernels.telling import (
    ALWAYS,
    EQUAL_PICTURE,
    NO_OTHER_MODEL,
    NO_OTHER_VARIANT,
    OTHER_MODEL,
    OTHER_PICTURE,
    OTHER_VARIANT,
    tell_pairs,
)
from storekin.kernels.telling import COLUMNS as ASKED
from storekin.listings.agreeing import read_fields
from storekin.listings.features import (
    FEATURES,
    SIGNAL_GROUPS,
)
from storekin.listings.model import ListingModel
from storekin.listings.passes import (
    WEAK_STEPS,
    Columnist,
    Steps,
    by_rule,
    met_before,
)
from storekin.listings.pool import Pool
from storekin.listings.settling import settle
from storekin.listings.signals import LISTING_SIGNALS
from storekin.listings.trees import STEPS

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_PLACE = {feature.name: place for place, feature in enumerate(FEATURES)}
_CENT = STEPS // 100

CAPPING = (
    "agree_count",
    "agree_storage",
    "agree_length",
    "agree_volume",
    "agree_mass",
    "agree_power",
    "agree_colour",
    "agree_size",
    "agree_wearer",
    "agree_edition",
    "agree_side",
)
"""Dimensions in which a difference makes two listings variants at most."""


@dataclass(frozen=True, slots=True)
class ListingScores:
    """Scored pairs. ``bits`` has a column for each signal; nan where it is silent.

    ``seen`` marks pairs that an equal or near picture, or a product code, bears out.
    ``variant_level`` is the level that they had if size, colour, amount and product
    code did not count. ``agrees``, ``given`` and ``differs`` hold bits: see
    ``agreeing``.
    """

    left: IntArray
    right: IntArray
    bits: dict[str, FloatArray]
    total: FloatArray
    probability: FloatArray
    level: npt.NDArray[np.int8]
    seen: npt.NDArray[np.bool_]
    variant_level: npt.NDArray[np.int8]
    agrees: npt.NDArray[np.int32]
    given: npt.NDArray[np.int32]
    differs: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.left)

    def take(self, keep: npt.NDArray[np.generic]) -> "ListingScores":
        """Give the chosen pairs (a mask, or places)."""
        return ListingScores(
            self.left[keep],
            self.right[keep],
            {name: column[keep] for name, column in self.bits.items()},
            self.total[keep],
            self.probability[keep],
            self.level[keep],
            self.seen[keep],
            self.variant_level[keep],
            self.agrees[keep],
            self.given[keep],
            self.differs[keep],
        )


def join_scores(parts: list[ListingScores]) -> ListingScores:
    """Join batches of scores in their order."""
    if len(parts) == 1:
        return parts[0]
    return ListingScores(
        np.concatenate([p.left for p in parts]),
        np.concatenate([p.right for p in parts]),
        {name: np.concatenate([p.bits[name] for p in parts]) for name in parts[0].bits},
        np.concatenate([p.total for p in parts]),
        np.concatenate([p.probability for p in parts]),
        np.concatenate([p.level for p in parts]),
        np.concatenate([p.seen for p in parts]),
        np.concatenate([p.variant_level for p in parts]),
        np.concatenate([p.agrees for p in parts]),
        np.concatenate([p.given for p in parts]),
        np.concatenate([p.differs for p in parts]),
    )


def bits_of(steps: Steps, model: ListingModel) -> FloatArray:
    """Turn scores in steps of a bit into log odds in bits, the prior in them."""
    return steps / STEPS + model.prior_bits


def probability_of(steps: Steps, model: ListingModel) -> FloatArray:
    """Turn scores in steps of a bit into probabilities, the prior in them."""
    bits = np.minimum(np.maximum(bits_of(steps, model), -60), 60)
    likely: FloatArray = np.round(1 / (1 + np.exp2(-bits)), 6)
    return likely


def settled_steps(
    pool: Pool, model: ListingModel, every: Steps, places: IntArray
) -> Steps:
    """Give by how much the pairs at *places* are settled: see ``settling``.

    *every* are the scores of all pairs of the pool by all passes.
    """
    moved = settle(pool, bits_of(every, model).astype(np.float32), places)
    return np.rint(moved * STEPS).astype(np.int64)


def in_cents(steps: Steps) -> Steps:
    """Round steps of a bit to hundredths, in which scores are told and ordered."""
    return np.rint(steps / _CENT).astype(np.int64)


def explain_scores(
    columnist: Columnist,
    model: ListingModel,
    places: IntArray,
    first: Steps,
    steps: Steps,
    shares: Steps | None = None,
    moved: Steps | None = None,
) -> ListingScores:
    """Share the scores of the pairs at *places* out to their signals.

    ``first`` and ``steps`` are the scores of the first pass and of all. What a silent
    signal would say is counted to the title: without a picture, the title's weight is
    another. ``shares`` are those of the first pass, where they are known; ``moved`` is
    by how much *steps* were settled, which the pool says.
    """
    columns = columnist.columns(places)
    if shares is None:
        shares = np.zeros((len(places), len(SIGNAL_GROUPS)), np.int64)
        shares[:, 0] = model.first.base
        model.first.share(columns, shares)
    for trees in (model.second, model.third):
        if trees is None:
            continue
        again = np.flatnonzero(first > WEAK_STEPS)
        if trees is model.third:
            again = np.intersect1d(again, met_before(columns), assume_unique=True)
        part = np.zeros((len(again), len(SIGNAL_GROUPS)), np.int64)
        part[:, 0] = trees.base
        trees.share(np.ascontiguousarray(columns[again]), part)
        shares[again] += part
    if moved is not None:
        shares[:, SIGNAL_GROUPS.index("pool")] += moved
    ruled = by_rule(columnist, model, places)
    probability = uncoded = probability_of(steps, model)
    if ruled.any():
        uncoded = np.maximum(probability, probability_of(steps - ruled, model))
    signals = np.empty((len(LISTING_SIGNALS), len(places)))
    levels = np.empty((2, len(places)), np.int8)
    seen = np.empty(len(places), np.bool_)
    tell_pairs(
        columns,
        _ASKED_PLACES,
        _CAPPING_PLACES,
        *_tellers(columns.shape[1]),
        _SIGNALS,
        shares,
        steps,
        ruled,
        probability,
        uncoded,
        np.array(model.levels),
        signals,
        levels,
        seen,
    )
    agrees, given, differs = read_fields(columns, ruled < 0)
    level, variant_level = levels
    return ListingScores(
        *columnist.ends(places),
        dict(zip(LISTING_SIGNALS, signals, strict=True)),
        in_cents(steps) / 100,
        probability,
        level,
        seen,
        variant_level,
        agrees,
        given,
        differs,
    )


_ASKED_PLACES = np.array([_PLACE[name] for name in ASKED])
_CAPPING_PLACES = np.array([_PLACE[name] for name in CAPPING])

_SPEAKS = {
    "same_gtin": (None, ALWAYS),
    "same_image": ("image", EQUAL_PICTURE),
    "similar_image": ("image", OTHER_PICTURE),
    "similar_title": ("title", ALWAYS),
    "same_model_number": ("model_number", NO_OTHER_MODEL),
    "different_model_number": ("model_number", OTHER_MODEL),
    "same_brand": ("brand", ALWAYS),
    "same_category": ("category", ALWAYS),
    "similar_attributes": ("attributes", ALWAYS),
    "same_variant": ("variant", NO_OTHER_VARIANT),
    "different_variant": ("variant", OTHER_VARIANT),
    "close_price": ("price", ALWAYS),
    "similar_description": ("description", ALWAYS),
    "stands_out": ("pool", ALWAYS),
    "known_pairs": ("known", ALWAYS),
    "similar_encoding": ("encoder", ALWAYS),
}
"""The group of features that each signal speaks for (none: the codes), and when."""

_SIGNALS = np.array(
    [
        (-1 if group is None else SIGNAL_GROUPS.index(group), when)
        for group, when in (_SPEAKS[name] for name in LISTING_SIGNALS)
    ]
)

_TELLERS = {
    "model_number": ("mpn",),
    "brand": ("brand", "brand_found"),
    "category": ("category",),
    "price": ("price_ratio",),
    "image": ("hash_bits",),
    "attributes": ("attributes_share",),
    "description": ("description_cosine",),
    "encoder": ("encoded_titles", "encoded_pictures"),
    "known": ("left_known_matches", "right_known_matches"),
}


_COUNTERS = {
    "model_number": (
        "shared_codes",
        "shared_numbers",
        "left_codes",
        "right_codes",
        "left_numbers",
        "right_numbers",
    ),
    "variant": (
        "same_quantities",
        "other_quantities",
        "same_variants",
        "lone_variants",
        "other_variants",
    ),
}


@lru_cache(maxsize=4)
def _tellers(width: int) -> tuple[IntArray, Mask]:
    """Give what shows groups of features to speak: (group, column, counts or not).

    And which groups speak always, where columns are so many.
    """
    tellers = [
        (SIGNAL_GROUPS.index(group), _PLACE[name], counts)
        for counts, table in enumerate((_TELLERS, _COUNTERS))
        for group, names in table.items()
        for name in names
        if _PLACE[name] < width
    ]
    asked = {group for group, _, _ in tellers}
    always = [group not in asked for group in range(len(SIGNAL_GROUPS))]
    return np.array(tellers, np.int64), np.array(always)
