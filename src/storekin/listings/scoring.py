"""Comparisons of listings to evidence in bits, a probability and a level.

Each signal's bits come from one comparison and add up to the total: an explanation
shows the sum, and nothing else decides.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.similar_texts import IntArray
from storekin.listings.comparisons.pictures import weigh_pictures
from storekin.listings.comparisons.titles import (
    title_vectors,
    weigh_descriptions,
    weigh_model_numbers,
    weigh_titles,
    weigh_variants,
)
from storekin.listings.comparisons.values import (
    weigh_attributes,
    weigh_codes,
    weigh_prices,
)
from storekin.listings.model import LISTING_SIGNALS, ListingModel
from storekin.listings.prepared import (
    PreparedListings,
)

FloatArray = npt.NDArray[np.float64]
_CONTRADICTION = -2.0
"""Below this a model number says that the products differ, whatever else agrees."""


@dataclass(frozen=True, slots=True)
class ListingScores:
    """Scored pairs. ``bits`` has a column for each signal; nan where it is silent."""

    left: IntArray
    right: IntArray
    bits: dict[str, FloatArray]
    total: FloatArray
    probability: FloatArray
    level: npt.NDArray[np.int8]

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
        )


def score_pairs(
    listings: PreparedListings,
    left: IntArray,
    right: IntArray,
    near: tuple[IntArray, IntArray],
    model: ListingModel,
) -> ListingScores:
    """Weigh every signal on every pair of rows."""
    silent = np.full(len(left), np.nan)
    bits = dict.fromkeys(LISTING_SIGNALS, silent)
    vector = title_vectors(
        listings.tokens, listings.weights, listings.sketches, left, right
    )
    bits["similar_title"] = weigh_titles(vector, model)
    bits.update(weigh_model_numbers(vector, listings, left, right, model))
    bits["same_gtin"] = weigh_codes(listings.gtins, left, right, model, "gtin")
    bits["same_brand"] = weigh_codes(listings.brands, left, right, model, "brand")
    bits["close_price"] = weigh_prices(listings, left, right, model)
    attributes, conflicts = weigh_attributes(listings.attributes, left, right, model)
    bits["similar_attributes"] = attributes
    bits["different_variant"] = weigh_variants(vector, conflicts, model)
    bits.update(weigh_pictures(listings, left, right, near, model))
    if listings.descriptions is not None:
        bits["similar_description"] = weigh_descriptions(listings, left, right, model)
    bits = {
        name: np.round(column.astype(np.float64), 2) + 0.0
        for name, column in bits.items()
    }
    cents = np.zeros(len(left), np.int64)
    for column in bits.values():
        cents += np.round(np.nan_to_num(column) * 100).astype(np.int64)
    total = cents / 100
    probability = np.round(1 / (1 + np.exp2(-np.clip(total + model.prior, -60, 60))), 6)
    level = _levels(bits, vector, probability, model)
    return ListingScores(left, right, bits, total, probability, level)


def _levels(
    bits: dict[str, FloatArray],
    vector: dict[str, npt.NDArray[np.float32]],
    probability: FloatArray,
    model: ListingModel,
) -> npt.NDArray[np.int8]:
    """Name how alike two listings are; a contradiction makes them similar at most."""
    seen = (np.nan_to_num(bits["same_image"]) > 0) | (
        np.nan_to_num(bits["same_gtin"]) > 0
    )
    # what one title names and the other does not may have been left out, where a
    # picture or a product code says that it is one product
    lone = (vector["other_quantities"] == 0) & (vector["other_variants"] == 0)
    variant = (np.nan_to_num(bits["different_variant"]) <= _CONTRADICTION) & ~(
        lone & seen
    )
    extra = (vector["left_numbers"] == 0) | (vector["right_numbers"] == 0)
    extra &= (vector["left_codes"] == 0) | (vector["right_codes"] == 0)
    model_number = (
        np.nan_to_num(bits["different_model_number"]) <= _CONTRADICTION
    ) & ~(extra & seen)
    contradicts = variant | model_number
    level = np.full(len(probability), 3, np.int8)
    level[probability >= model.weight("levels", "similar")] = 2
    close = probability >= model.weight("levels", "highly_similar")
    level[close & ~contradicts] = 1
    proof = seen | (vector["cosine"] > 0.95)
    certain = probability >= model.weight("levels", "identical")
    level[certain & ~contradicts & proof] = 0
    return level
