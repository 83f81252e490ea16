"""In which fields two listings agree, and in which they differ: what policies ask.

A policy's test of duplicates names fields and differences; the model's bits say how
likely two listings show one product. Both are read off the same columns.
"""

import numpy as np
import numpy.typing as npt

from storekin.listings.features import FEATURES
from storekin.listings.signals import DIFFERENCES, FIELDS, bit_of
from storekin.listings.vector import Columns

Bits = npt.NDArray[np.int32]
_PLACE = {feature.name: place for place, feature in enumerate(FEATURES)}

_ANY = float(np.finfo(np.float32).tiny)
NEAR_PICTURE = 8

_AGREE = {
    "picture": ("hash_bits", -NEAR_PICTURE),
    "title": ("cosine", 0.7),
    "attributes": ("attributes_share", 0.5),
    "description": ("description_cosine", 0.6),
    "price": ("price_ratio", 0.9),
    "brand": ("brand", _ANY),
    "category": ("category", _ANY),
}
"""The column that shows each field, and the value from which anyone calls it alike.

Of pictures it is the distance, below nought.
"""

_DIFFER = (
    ("colour", "agree_colour", 0.0),
    *(
        ("size", f"agree_{name}", 0.0)
        for name in ("size", "length", "volume", "mass", "storage", "power")
    ),
    ("compatibility", "agree_platform", 0.0),
    ("use", "agree_wearer", 0.0),
    ("quantity", "agree_count", 0.0),
    ("condition", "agree_condition", 0.0),
    ("price", "price_ratio", 0.8),
    ("title", "cosine", 0.4),
    ("product_id", "mpn", 0.0),
)
"""Differences, the columns that show them, and the values below which they do."""

_AGREE_PLACES = np.array([_PLACE[name] for name, _ in _AGREE.values()])
_AGREE_BARS = np.array([bar for _, bar in _AGREE.values()], np.float32)
_AGREE_BITS = np.array([bit_of(name, FIELDS) for name in _AGREE], np.int32)
_PICTURE, _BRAND = (list(_AGREE).index(name) for name in ("picture", "brand"))
_DIFFER_PLACES = np.array([_PLACE[name] for _, name, _ in _DIFFER])
_DIFFER_BARS = np.array([bar for _, _, bar in _DIFFER], np.float32)
_DIFFER_BITS = np.array([bit_of(name, DIFFERENCES) for name, _, _ in _DIFFER], np.int32)


def agreements(columns: Columns) -> tuple[Bits, Bits]:
    """Say in which fields pairs agree, and of which both sides give something."""
    told = columns.take(_AGREE_PLACES, axis=1)
    told[:, _PICTURE] *= -1
    told[:, _BRAND] = np.fmax(told[:, _BRAND], columns[:, _PLACE["brand_found"]])
    return _bits(told >= _AGREE_BARS, _AGREE_BITS), _bits(~np.isnan(told), _AGREE_BITS)


def differences(columns: Columns, other_code: npt.NDArray[np.bool_]) -> Bits:
    """Say in which of ``DIFFERENCES`` pairs differ, as far as the columns show it.

    ``other_code`` marks pairs whose valid product codes differ. Subtitle and location
    stand in attributes of their own, which the workflow reads.
    """

    def column(name: str) -> Columns:
        return columns[:, _PLACE[name]]

    differs = _bits(columns.take(_DIFFER_PLACES, axis=1) < _DIFFER_BARS, _DIFFER_BITS)
    differs_in = column("attributes_differing") > column("attributes_agreeing")
    for name, marks in (
        ("item_specifics", differs_in),
        ("photos", column("hash_bits") > NEAR_PICTURE),
        ("product_id", other_code),
    ):
        differs |= marks * np.int32(bit_of(name))
    return differs


def _bits(flags: npt.NDArray[np.bool_], bits: Bits) -> Bits:
    """Put the flags of each pair together as bits."""
    joined: Bits = np.bitwise_or.reduce(flags * bits, axis=1)
    return joined
