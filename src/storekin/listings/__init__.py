"""Do two listings show the same product?

The names below are here for people who look for them; they live where they are loaded
from, and are loaded when they are first used.
"""

from importlib import import_module

_HOMES = {
    "LEVELS": "storekin.listings.signals",
    "ListingIndex": "storekin.listings.index",
    "Screened": "storekin.listings.index",
    "compare_listings": "storekin",
    "match_listings": "storekin",
    "train_listings": "storekin",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'storekin.listings' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
