"""Which comparisons of listings count, with weights from data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

LISTING_SIGNALS = (
    "same_gtin",
    "same_image",
    "similar_image",
    "similar_title",
    "same_model_number",
    "different_model_number",
    "same_brand",
    "similar_attributes",
    "different_variant",
    "close_price",
    "similar_description",
)
"""The listing signals in the order in which tables show them."""

LEVELS = ("identical", "highly_similar", "similar", "different")
"""How alike two listings are, from most to least."""


@dataclass(frozen=True, slots=True)
class ListingModel:
    """The scorecard: each section of ``data/scorecard.toml`` by its name."""

    version: str
    prior: float
    sections: Mapping[str, Mapping[str, float | list[float]]]

    def weight(self, section: str, key: str) -> float:
        """Give one number of the scorecard."""
        value = self.sections[section][key]
        return float(value) if not isinstance(value, list) else value[0]

    def curve(self, section: str, key: str) -> list[float]:
        """Give one list of knots of the scorecard."""
        value = self.sections[section][key]
        return value if isinstance(value, list) else [value]


@lru_cache(maxsize=1)
def load_listing_model() -> ListingModel:
    """Read the shipped scorecard."""
    path = files("storekin.listings").joinpath("data", "scorecard.toml")
    data = tomllib.loads(path.read_text("utf-8"))
    sections = {key: value for key, value in data.items() if isinstance(value, dict)}
    return ListingModel(data["version"], float(data["prior"]), sections)
