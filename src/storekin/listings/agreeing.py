"""In which fields two listings agree, and in which they differ: what policies ask.

A policy's test of duplicates names fields and differences; the model's bits say how
likely two listings show one product. Both are read off the same columns.
"""

import numpy as np
import numpy.typing as npt

from storekin.listings.features import FEATURES
from storekin.listings.signals import FIELDS, bit_of
from storekin.listings.vector import Columns

Bits = npt.NDArray[np.int32]
_PLACE = {feature.name: place for place, feature in enumerate(FEATURES)}

SAME_TITLE = 0.7
"""Cosine of the titles' words from which anyone calls them alike."""

OTHER_TITLE = 0.4
NEAR_PICTURE = 8
ALIKE_ATTRIBUTES = 0.5
ALIKE_DESCRIPTION = 0.6
ALIKE_PRICE = 0.9
OTHER_PRICE = 0.8

_VARIANTS = {
    "colour": ("agree_colour",),
    "size": (
        "agree_size",
        "agree_length",
        "agree_volume",
        "agree_mass",
        "agree_storage",
        "agree_power",
    ),
    "compatibility": ("agree_platform",),
    "use": ("agree_wearer",),
    "quantity": ("agree_count",),
    "condition": ("agree_condition",),
}


def agreements(columns: Columns) -> tuple[Bits, Bits]:
    """Say in which fields pairs agree, and of which both sides give something."""

    def column(name: str) -> npt.NDArray[np.float32]:
        return columns[:, _PLACE[name]]

    agrees = np.zeros(len(columns), np.int32)
    given = np.zeros(len(columns), np.int32)
    brand = np.fmax(column("brand"), column("brand_found"))
    for name, told, alike in (
        ("picture", column("hash_bits"), column("hash_bits") <= NEAR_PICTURE),
        ("title", column("cosine"), column("cosine") >= SAME_TITLE),
        (
            "attributes",
            column("attributes_share"),
            column("attributes_share") >= ALIKE_ATTRIBUTES,
        ),
        (
            "description",
            column("description_cosine"),
            column("description_cosine") >= ALIKE_DESCRIPTION,
        ),
        ("price", column("price_ratio"), column("price_ratio") >= ALIKE_PRICE),
        ("brand", brand, brand > 0),
        ("category", column("category"), column("category") > 0),
    ):
        agrees[alike] |= bit_of(name, FIELDS)
        given[~np.isnan(told)] |= bit_of(name, FIELDS)
    return agrees, given


def differences(columns: Columns, other_code: npt.NDArray[np.bool_]) -> Bits:
    """Say in which of ``DIFFERENCES`` pairs differ, as far as the columns show it.

    ``other_code`` marks pairs whose valid product codes differ. Subtitle and location
    stand in attributes of their own, which the workflow reads.
    """

    def column(name: str) -> npt.NDArray[np.float32]:
        return columns[:, _PLACE[name]]

    differs = np.zeros(len(columns), np.int32)
    found = {
        name: np.any([column(part) < 0 for part in parts], axis=0)
        for name, parts in _VARIANTS.items()
    }
    differs_in = column("attributes_differing") > column("attributes_agreeing")
    found |= {
        "price": column("price_ratio") < OTHER_PRICE,
        "item_specifics": differs_in,
        "title": column("cosine") < OTHER_TITLE,
        "photos": column("hash_bits") > NEAR_PICTURE,
        "product_id": other_code | (column("mpn") < 0),
    }
    for name, marks in found.items():
        differs[marks] |= bit_of(name)
    return differs
