"""Scores as evidence: bits by signal, a probability and a level for each pair.

The bits of all signals add up to the total: an explanation shows the sum, and nothing
else decides.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.similar_texts import IntArray
from storekin.listings.features import (
    FEATURES,
    SIGNAL_GROUPS,
)
from storekin.listings.model import LISTING_SIGNALS, ListingModel
from storekin.listings.passes import (
    WEAK_STEPS,
    Columnist,
    Steps,
    by_rule,
    met_before,
)
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
    """

    left: IntArray
    right: IntArray
    bits: dict[str, FloatArray]
    total: FloatArray
    probability: FloatArray
    level: npt.NDArray[np.int8]
    seen: npt.NDArray[np.bool_]

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
        )


def join_scores(parts: list[ListingScores]) -> ListingScores:
    """Join batches of scores in their order."""
    return ListingScores(
        np.concatenate([p.left for p in parts]),
        np.concatenate([p.right for p in parts]),
        {name: np.concatenate([p.bits[name] for p in parts]) for name in parts[0].bits},
        np.concatenate([p.total for p in parts]),
        np.concatenate([p.probability for p in parts]),
        np.concatenate([p.level for p in parts]),
        np.concatenate([p.seen for p in parts]),
    )


def probability_of(steps: Steps, model: ListingModel) -> FloatArray:
    """Turn scores in steps of a bit into probabilities, the prior in them."""
    bits = np.clip(steps / STEPS + model.prior_bits, -60, 60)
    likely: FloatArray = np.round(1 / (1 + np.exp2(-bits)), 6)
    return likely


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
    speaking = {name: facts.speaks(name) for name in SIGNAL_GROUPS}
    for number, name in enumerate(SIGNAL_GROUPS):
        silent = ~speaking[name]
        shares[silent, 0] += np.where(number > 0, shares[silent, number], 0)
        if number:
            shares[silent, number] = 0
    cents = np.round(shares / _CENT).astype(np.int64)
    # the whole is what was scored: the title takes what rounding leaves
    total = np.round(steps / _CENT).astype(np.int64)
    gtin = np.round(ruled / _CENT).astype(np.int64)
    cents[:, 0] = total - gtin - cents[:, 1:].sum(axis=1)
    bits = _name_signals(cents / 100, gtin / 100, facts, speaking, ruled != 0)
    seen = facts.near_picture | (gtin > 0)
    probability = probability_of(steps, model)
    level = _levels(facts, gtin, probability, model)
    return ListingScores(
        *columnist.ends(places),
        bits,
        total / 100,
        probability,
        level,
        seen,
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so about pairs, whatever it weighs."""

    columns: Columns

    @classmethod
    def of(cls, columns: Columns) -> "Facts":
        """Read the facts off the columns of pairs."""
        return cls(columns)

    def column(self, name: str) -> npt.NDArray[np.float32]:
        """Give a feature that both sides share, by its name."""
        return self.columns[:, _PLACE[name]]

    def both(self, name: str) -> tuple[Columns, Columns]:
        """Give the two sides of a feature, in the order in which trees read them."""
        return self.column(f"left_{name}"), self.column(f"right_{name}")

    @property
    def same_picture(self) -> npt.NDArray[np.bool_]:
        """An equal picture."""
        equal: npt.NDArray[np.bool_] = self.column("hash_bits") == 0
        return equal

    @property
    def near_picture(self) -> npt.NDArray[np.bool_]:
        """An equal or a near picture that is not everybody's."""
        near = self.column("hash_bits") <= NEAR_BITS
        return near & (self.column("picture_carriers") < COMMON_DOUBLINGS)

    @property
    def other_amount(self) -> npt.NDArray[np.bool_]:
        """A size, colour or amount that differs."""
        differ: npt.NDArray[np.bool_] = self.column("other_quantities") > 0
        for name in CAPPING:
            differ = differ | (self.column(name) < 0)
        return differ

    @property
    def lone_amount(self) -> npt.NDArray[np.bool_]:
        """A size, colour or amount that one side alone gives."""
        lone = np.zeros(len(self.columns), np.bool_)
        for name in CAPPING:
            lone |= self.column(name) == 0
        return lone

    @property
    def other_model(self) -> npt.NDArray[np.bool_]:
        """Codes, or numbers, on both sides, and none of them in common."""
        codes = np.minimum(*self.both("codes")) > 0
        numbers = np.minimum(*self.both("numbers")) > 0
        same = self.column("mpn") > 0
        shared = self.column("shared_codes") > 0
        return ((codes | (self.column("mpn") < 0) & ~shared) | numbers) & ~same

    @property
    def lone_model(self) -> npt.NDArray[np.bool_]:
        """A code or number that one side alone gives."""
        alone = np.maximum(*self.both("codes")) + np.maximum(*self.both("numbers"))
        return (alone > 0) & ~self.other_model

    def speaks(self, group: str) -> npt.NDArray[np.bool_]:
        """Say where both sides give something that a group of features compares."""
        if group == "model_number":
            some = self.column("shared_codes") + self.column("shared_numbers")
            for name in ("codes", "numbers"):
                some = some + np.maximum(*self.both(name))
            return (some > 0) | ~np.isnan(self.column("mpn"))
        if group == "variant":
            known = self.column("same_quantities") + self.column("other_quantities")
            known = known + self.column("same_variants") + self.column("lone_variants")
            return (known + self.column("other_variants")) > 0
        teller = _TELLERS.get(group)
        if teller is None:
            return np.ones(len(self.columns), np.bool_)
        told = np.zeros(len(self.columns), np.bool_)
        for name in teller:
            if _PLACE[name] < self.columns.shape[1]:
                told |= ~np.isnan(self.column(name))
        return told


NEAR_BITS = 8
"""Bits of 64 in which two pictures may differ and still be taken for one."""

COMMON_DOUBLINGS = 2.5
"""A picture that more doublings of unlike products carry is a logo or a chart."""

_TELLERS = {
    "brand": ("brand", "brand_found"),
    "category": ("category",),
    "price": ("price_ratio",),
    "image": ("hash_bits",),
    "attributes": ("attributes_share",),
    "description": ("description_cosine",),
    "encoder": ("encoded_titles", "encoded_pictures"),
    "known": ("left_known_matches", "right_known_matches"),
}


def _name_signals(
    bits: FloatArray,
    gtin: FloatArray,
    facts: Facts,
    speaking: dict[str, npt.NDArray[np.bool_]],
    ruled: npt.NDArray[np.bool_],
) -> dict[str, FloatArray]:
    """Give each signal its column: what agrees and what contradicts apart."""
    column = dict(zip(SIGNAL_GROUPS, bits.T, strict=True))

    def told(group: str, where: npt.NDArray[np.bool_] | None = None) -> FloatArray:
        speaks = speaking[group]
        if where is not None:
            speaks = speaks & where
        chosen: FloatArray = np.where(speaks, column[group] + 0.0, np.nan)
        return chosen

    other_model = facts.other_model | (column["model_number"] < 0)
    other_variant = facts.other_amount | (column["variant"] < 0)
    same_picture = facts.same_picture
    signals = {
        "same_gtin": np.where(ruled, gtin, np.nan),
        "same_image": told("image", same_picture),
        "similar_image": told("image", ~same_picture),
        "similar_title": column["title"] + 0.0,
        "same_model_number": told("model_number", ~other_model),
        "different_model_number": told("model_number", other_model),
        "same_brand": told("brand"),
        "same_category": told("category"),
        "similar_attributes": told("attributes"),
        "same_variant": told("variant", ~other_variant),
        "different_variant": told("variant", other_variant),
        "close_price": told("price"),
        "similar_description": told("description"),
        "stands_out": told("pool"),
        "known_pairs": told("known"),
        "similar_encoding": told("encoder"),
    }
    return {name: signals[name] for name in LISTING_SIGNALS}


def _levels(
    facts: Facts,
    gtin: npt.NDArray[np.int64],
    probability: FloatArray,
    model: ListingModel,
) -> npt.NDArray[np.int8]:
    """Name how alike two listings are; a contradiction makes them similar at most."""
    seen = facts.same_picture | (gtin > 0)
    # what one title names and the other does not may have been left out, where a
    # picture or a product code says that it is one product, or the words differ anyway
    close_words = facts.column("cosine") > _SAME_WORDS
    variant = facts.other_amount | (facts.lone_amount & ~seen & close_words)
    number = facts.other_model & close_words
    number |= facts.lone_model & ~seen & close_words
    contradicts = variant | number
    identical, highly_similar, similar = model.levels
    level = np.full(len(probability), 3, np.int8)
    level[probability >= similar] = 2
    # highly similar is what anyone can see: a picture, a code, or most of the words
    shown = seen | facts.near_picture | (facts.column("cosine") > _SAME_WORDS)
    level[(probability >= highly_similar) & ~contradicts & shown] = 1
    proof = seen | (facts.column("cosine") > _EQUAL_WORDS)
    level[(probability >= identical) & ~contradicts & proof] = 0
    return level


_SAME_WORDS = 0.7
_EQUAL_WORDS = 0.95
