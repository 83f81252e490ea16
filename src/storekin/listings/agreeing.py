"""In which fields two listings agree, and in which they differ: what policies ask.

A policy's test of duplicates names fields and differences; the model's bits say how
likely two listings show one product. Both are read off the same columns.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from storekin.kernels import telling
from storekin.listings.features import FEATURES
from storekin.listings.signals import DIFFERENCES, FIELDS, bit_of
from storekin.listings.vector import Columns

Bits = npt.NDArray[np.int32]
_PLACE = {feature.name: place for place, feature in enumerate(FEATURES)}
_ANY = float(np.finfo(np.float32).tiny)

_AGREE = {
    "picture": ("hash_bits", -telling.NEAR_BITS),
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
_ALSO = {"brand": "brand_found"}
"""Columns that speak for another one, where they say more."""

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
    ("item_specifics", "attributes_agreeing", 0.0),
    ("photos", "hash_bits", -telling.NEAR_BITS),
)
"""Differences, the columns that show them, and the values below which they do."""
_LESS = {"attributes_agreeing": "attributes_differing"}
"""Columns that are taken off another one."""


def _places(names: Sequence[str], beside: Mapping[str, str]) -> npt.NDArray[np.int64]:
    """Number columns, and those that stand beside them, or -1."""
    other = [_PLACE[beside[name]] if name in beside else -1 for name in names]
    return np.stack([[_PLACE[name] for name in names], other], axis=1)


_AGREEING = (
    _places(
        [name for name, _ in _AGREE.values()],
        {_AGREE[field][0]: other for field, other in _ALSO.items()},
    ),
    np.array([bar for _, bar in _AGREE.values()], np.float32),
    np.array([bit_of(name, FIELDS) for name in _AGREE], np.int32),
)
_DIFFERING = (
    _places([name for _, name, _ in _DIFFER], _LESS),
    np.array([bar for _, _, bar in _DIFFER], np.float32),
    np.array([bit_of(name, DIFFERENCES) for name, _, _ in _DIFFER], np.int32),
)


def read_fields(
    columns: Columns, other_code: npt.NDArray[np.bool_]
) -> tuple[Bits, Bits, Bits]:
    """Say where pairs agree, what both sides give, and in what they differ.

    As bits: the first two of ``FIELDS``, the last of ``DIFFERENCES``. ``other_code``
    marks pairs whose valid product codes differ. Subtitle and location stand in
    attributes of their own, which the workflow reads.
    """
    out = np.empty((3, len(columns)), np.int32)
    telling.read_fields(columns, *_AGREEING, *_DIFFERING, out)
    agrees, given, differs = out
    differs |= other_code * np.int32(bit_of("product_id"))
    return agrees, given, differs
