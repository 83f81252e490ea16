"""In which fields two listings agree, and in which they differ."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.listings.agreeing import read_fields
from storekin.listings.features import FEATURES
from storekin.listings.signals import FIELDS, names_of

NAMES = [feature.name for feature in FEATURES]
ASKED = (
    "hash_bits", "cosine", "attributes_share", "description_cosine", "price_ratio",
    "brand", "brand_found", "category", "mpn", "agree_colour", "agree_size",
    "agree_mass", "agree_count", "attributes_agreeing", "attributes_differing",
)  # fmt: skip
VALUES = st.sampled_from((None, -1.0, 0.0, 0.3, 0.55, 0.7, 0.85, 0.95, 1.0, 8.0, 9.0))


def agreeing(told: dict[str, float]) -> set[str]:
    """Name the fields that agree, by their plain definitions; unknown is nan."""
    found = {
        "picture": told["hash_bits"] <= 8,
        "title": told["cosine"] >= np.float32(0.7),
        "attributes": told["attributes_share"] >= 0.5,
        "description": told["description_cosine"] >= np.float32(0.6),
        "price": told["price_ratio"] >= np.float32(0.9),
        "brand": told["brand"] > 0 or told["brand_found"] > 0,
        "category": told["category"] > 0,
    }
    return {field for field, agrees in found.items() if agrees}


def differing(told: dict[str, float], *, other_code: bool) -> set[str]:
    """Name the differences."""
    found = {
        "colour": told["agree_colour"] < 0,
        "size": told["agree_size"] < 0 or told["agree_mass"] < 0,
        "quantity": told["agree_count"] < 0,
        "price": told["price_ratio"] < np.float32(0.8),
        "title": told["cosine"] < np.float32(0.4),
        "photos": told["hash_bits"] > 8,
        "item_specifics": told["attributes_differing"] > told["attributes_agreeing"],
        "product_id": told["mpn"] < 0 or other_code,
    }
    return {name for name, differs in found.items() if differs}


@given(
    rows=st.lists(
        st.tuples(st.tuples(*[VALUES] * len(ASKED)), st.booleans()), max_size=12
    )
)
@settings(max_examples=200, deadline=None)
def test_fields_are_read_off_the_columns(
    rows: list[tuple[tuple[float | None, ...], bool]],
) -> None:
    """Row by row as their definitions say; what is unknown neither agrees nor not."""
    columns = np.full((len(rows), len(FEATURES)), np.nan, np.float32)
    for row, (values, _) in enumerate(rows):
        for name, value in zip(ASKED, values, strict=True):
            columns[row, NAMES.index(name)] = np.nan if value is None else value
    codes = np.array([other for _, other in rows], np.bool_)
    agrees, given_, differs = read_fields(columns, codes)

    for row in range(len(rows)):
        told = {name: columns[row, NAMES.index(name)] for name in ASKED}
        known = set(names_of(int(given_[row]), FIELDS))
        assert set(names_of(int(agrees[row]), FIELDS)) == agreeing(told)
        assert set(names_of(int(differs[row]))) == differing(
            told, other_code=bool(codes[row])
        )
        assert ("title" in known) == (not np.isnan(told["cosine"]))
        either = not (np.isnan(told["brand"]) and np.isnan(told["brand_found"]))
        assert ("brand" in known) == either
