"""Listings that were added since an index was laid out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from storekin.kernels.similar_texts import TokenArray
from storekin.listings.pictures import reference_name
from storekin.listings.plain import Record, code_of, models_of, parts
from storekin.listings.rarity import Rarity


@dataclass(frozen=True, slots=True)
class Late:
    """Listings added since the index was laid out, by their words and keys."""

    words: dict[str, TokenArray] = field(default_factory=dict)
    holders: dict[object, dict[str, None]] = field(default_factory=dict)

    def add(self, listing: str, record: Record, words: TokenArray) -> None:
        """Note a listing's keys, and the words of its title."""
        self.words[listing] = words
        names = [reference_name(part) for part in parts(record.get("images"))]
        for key in (*words.tolist(), *late_keys(record, names)):
            self.holders.setdefault(key, {})[listing] = None

    def drop(self, listing: str) -> None:
        """Forget a listing."""
        self.words.pop(listing, None)
        for held in self.holders.values():
            held.pop(listing, None)

    def likest(
        self, words: TokenArray, keys: list[str], rarity: Rarity, most: int
    ) -> list[str]:
        """Give the added listings that share a key, then those whose words agree."""
        if not self.words:
            return []
        found: dict[str, float] = {}
        for key in keys:
            for name in list(self.holders.get(key, {}))[:most]:
                found[name] = np.inf
        weights = (rarity.weigh(words) ** 2).tolist()
        for word, weight in zip(words.tolist(), weights, strict=True):
            for name in list(self.holders.get(word, {}))[: 50 * most]:
                found[name] = found.get(name, 0.0) + weight
        ordered = sorted(found, key=lambda name: (-found[name], name))
        return ordered[:most]


def late_keys(record: Record, names: Sequence[str]) -> list[str]:
    """Name what listings share that are worth comparing: pictures *names*, codes."""
    keys = [f"image:{name}" for name in names]
    code = code_of(record)
    if code:
        keys.append(f"gtin:{code}")
    return keys + [f"model:{key}" for key in models_of(record).tolist()]
