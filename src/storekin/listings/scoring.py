"""Scores as evidence: bits by signal, a probability and a level for each pair.

The bits of all signals add up to the total: an explanation shows the sum, and nothing
else decides.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from storekin.kernels.similar_texts import IntArray
from storekin.listings.agreeing import agreements, differences
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
from storekin.listings.signals import LISTING_SIGNALS
from storekin.listings.trees import STEPS
from storekin.listings.vector import Columns

FloatArray = npt.NDArray[np.float64]
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


def probability_of(steps: Steps, model: ListingModel) -> FloatArray:
    """Turn scores in steps of a bit into probabilities, the prior in them."""
    bits = np.minimum(np.maximum(steps / STEPS + model.prior_bits, -60), 60)
    likely: FloatArray = np.round(1 / (1 + np.exp2(-bits)), 6)
    return likely


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
) -> ListingScores:
    """Share the scores of the pairs at *places* out to their signals.

    ``first`` and ``steps`` are the scores of the first pass and of all. What a silent
    signal would say is counted to the title: without a picture, the title's weight is
    another. ``shares`` are those of the first pass, where they are known.
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
    ruled = by_rule(columnist, model, places)
    facts = Facts.of(columns)
    silent = ~facts.speaking
    silent[:, 0] = False
    cents = in_cents(shares)
    # the whole is what was scored: the title takes what rounding and silence leave
    total = in_cents(steps)
    gtin = in_cents(ruled)
    cents[silent] = 0
    cents[:, 0] = total - gtin - cents[:, 1:].sum(axis=1)
    bits = _name_signals(cents / 100, gtin / 100, facts, ruled != 0)
    seen = facts.near_picture | (gtin > 0)
    probability = probability_of(steps, model)
    level = _levels(facts, gtin, probability, model)
    uncoded = np.maximum(probability, probability_of(steps - ruled, model))
    return ListingScores(
        *columnist.ends(places),
        bits,
        total / 100,
        probability,
        level,
        seen,
        _levels(facts, gtin, uncoded, model, variants=True),
        *agreements(columns),
        differences(columns, ruled < 0),
    )


Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so about pairs, whatever it weighs.

    ``speaking`` says, by pair and group of features, whether both sides give something
    to compare. ``cosine`` is of the titles' words. Of pictures: an equal one, and a
    near one that is not everybody's. ``other_amount`` is a size, colour or amount that
    differs, ``lone_amount`` one that one side alone gives, or gives instead of another
    beside one that both have; ``other_model`` codes, or numbers, on both sides and none
    in common, ``lone_model`` one that one side gives.
    """

    speaking: Mask
    cosine: npt.NDArray[np.float32]
    same_picture: Mask
    near_picture: Mask
    other_amount: Mask
    lone_amount: Mask
    other_model: Mask
    lone_model: Mask

    @classmethod
    def of(cls, columns: Columns) -> "Facts":
        """Read the facts off the columns of pairs."""

        def column(name: str) -> Columns:
            return columns[:, _PLACE[name]]

        hash_bits, mpn = column("hash_bits"), column("mpn")
        near = hash_bits <= NEAR_BITS
        capping = columns.take(_CAPPING_PLACES, axis=1)
        codes = column("left_codes"), column("right_codes")
        numbers = column("left_numbers"), column("right_numbers")
        both = np.minimum(*codes) > 0
        other_model = (both | ((mpn < 0) & (column("shared_codes") <= 0))) | (
            np.minimum(*numbers) > 0
        )
        other_model &= ~(mpn > 0)
        either = np.maximum(*codes) + np.maximum(*numbers) > 0
        return cls(
            speaking=_speaking(columns),
            cosine=column("cosine"),
            same_picture=hash_bits == 0,
            near_picture=near & (column("picture_carriers") < COMMON_DOUBLINGS),
            other_amount=(column("other_quantities") > 0) | (capping < 0).any(axis=1),
            lone_amount=(
                (capping == 0).any(axis=1) | (column("exchanged_variants") > 0)
            ),
            other_model=other_model,
            lone_model=either & ~other_model,
        )


_CAPPING_PLACES = np.array([_PLACE[name] for name in CAPPING])


def _speaking(columns: Columns) -> Mask:
    """Say, by pair and group, whether both sides give something that it compares."""
    out = np.ones((len(columns), len(SIGNAL_GROUPS)), np.bool_)
    groups, begins, told, counted = _tellers(columns.shape[1])
    flags = np.concatenate(
        [~np.isnan(columns.take(told, axis=1)), columns.take(counted, axis=1) > 0],
        axis=1,
    )
    order, edges = begins
    out[:, groups] = np.logical_or.reduceat(flags.take(order, axis=1), edges, axis=1)
    return out


@lru_cache(maxsize=4)
def _tellers(
    width: int,
) -> tuple[IntArray, tuple[IntArray, IntArray], IntArray, IntArray]:
    """Give the groups that may be silent, and the columns that show them to speak.

    A group speaks where one of its columns is known, or counts something. Gives the
    groups, the order of flags by group with each group's first, and the columns.
    """
    told = [
        (SIGNAL_GROUPS.index(group), _PLACE[name])
        for group, names in _TELLERS.items()
        for name in names
        if _PLACE[name] < width
    ]
    counted = [
        (SIGNAL_GROUPS.index(group), _PLACE[name])
        for group, names in _COUNTERS.items()
        for name in names
    ]
    owners = [group for group, _ in (*told, *counted)]
    order = sorted(range(len(owners)), key=owners.__getitem__)
    ordered = [owners[place] for place in order]
    groups = sorted(set(owners))
    edges = [ordered.index(group) for group in groups]
    return (
        np.array(groups),
        (np.array(order), np.array(edges)),
        np.array([column for _, column in told]),
        np.array([column for _, column in counted]),
    )


NEAR_BITS = 8
"""Bits of 64 in which two pictures may differ and still be taken for one."""

COMMON_DOUBLINGS = 2.5
"""A picture that more doublings of unlike products carry is a logo or a chart."""

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


def _name_signals(
    bits: FloatArray,
    gtin: FloatArray,
    facts: Facts,
    ruled: Mask,
) -> dict[str, FloatArray]:
    """Give each signal its column: what agrees and what contradicts apart."""
    said = np.where(facts.speaking, bits + 0.0, np.nan)
    column = dict(zip(SIGNAL_GROUPS, bits.T, strict=True))
    spoken = dict(zip(SIGNAL_GROUPS, said.T, strict=True))

    def told(group: str, where: Mask) -> FloatArray:
        chosen: FloatArray = np.where(where, spoken[group], np.nan)
        return chosen

    other_model = facts.other_model | (column["model_number"] < 0)
    other_variant = facts.other_amount | (column["variant"] < 0)
    same_picture = facts.same_picture
    signals = {
        "same_gtin": np.where(ruled, gtin, np.nan),
        "same_image": told("image", same_picture),
        "similar_image": told("image", ~same_picture),
        "similar_title": spoken["title"],
        "same_model_number": told("model_number", ~other_model),
        "different_model_number": told("model_number", other_model),
        "same_brand": spoken["brand"],
        "same_category": spoken["category"],
        "similar_attributes": spoken["attributes"],
        "same_variant": told("variant", ~other_variant),
        "different_variant": told("variant", other_variant),
        "close_price": spoken["price"],
        "similar_description": spoken["description"],
        "stands_out": spoken["pool"],
        "known_pairs": spoken["known"],
        "similar_encoding": spoken["encoder"],
    }
    return {name: signals[name] for name in LISTING_SIGNALS}


def _levels(
    facts: Facts,
    gtin: npt.NDArray[np.int64],
    probability: FloatArray,
    model: ListingModel,
    *,
    variants: bool = False,
) -> npt.NDArray[np.int8]:
    """Name how alike two listings are; a contradiction makes them similar at most.

    With *variants* another size, colour or amount is none.
    """
    seen = facts.same_picture | (gtin > 0)
    # what one title names and the other does not may have been left out, where a
    # picture or a product code says that it is one product, or the words differ anyway
    close_words = facts.cosine > _SAME_WORDS
    variant = facts.other_amount | (facts.lone_amount & ~seen & close_words)
    number = facts.other_model & close_words
    number |= facts.lone_model & ~seen & close_words
    contradicts = number if variants else variant | number
    identical, highly_similar, similar = model.levels
    level = np.full(len(probability), 3, np.int8)
    level[probability >= similar] = 2
    # highly similar is what anyone can see: a picture, a code, or most of the words
    shown = seen | facts.near_picture | close_words
    level[(probability >= highly_similar) & ~contradicts & shown] = 1
    proof = seen | (facts.cosine > _EQUAL_WORDS)
    level[(probability >= identical) & ~contradicts & proof] = 0
    return level


_SAME_WORDS = 0.7
_EQUAL_WORDS = 0.95
