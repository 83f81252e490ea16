"""The comparison vector of two listings: what each column says, and of which signal."""

from dataclasses import dataclass
from functools import lru_cache

from storekin.kernels import compare, families, pool, slips, spelled, word_odds

UP, DOWN, FREE = 1, -1, 0
"""How a feature may move the score: more speaks for, against, or either."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the comparison vector.

    ``signal`` is the evidence that its bits are counted to, ``direction`` what the
    model is held to: ``UP`` if more of it can only speak for one product.
    """

    name: str
    signal: str
    direction: int = FREE


DIMENSIONS = {
    "agree_count": ("units", "count"),
    "agree_storage": ("units", "storage"),
    "agree_length": ("units", "length"),
    "agree_volume": ("units", "volume"),
    "agree_mass": ("units", "mass"),
    "agree_power": ("units", "power"),
    "agree_colour": ("variants", "colour"),
    "agree_size": ("variants", "size"),
    "agree_wearer": ("variants", "wearer"),
    "agree_edition": ("adding", "edition"),
    "agree_side": ("variants", "side"),
    "agree_platform": ("variants", "platform"),
    "agree_licence": ("variants", "licence"),
    "agree_tier": ("variants", "tier"),
    "agree_part": ("variants", "part"),
    "agree_condition": ("variants", "condition"),
    "agree_digit": ("numbers", "1"),
    "agree_two_digits": ("numbers", "2"),
    "agree_three_digits": ("numbers", "3"),
    "agree_four_digits": ("numbers", "4"),
}
"""Dimensions of quantities and variants that have columns of their own."""

_SIGNAL_OF = {
    "shared_codes": "model_number",
    "left_codes": "model_number",
    "right_codes": "model_number",
    "shared_numbers": "model_number",
    "left_numbers": "model_number",
    "right_numbers": "model_number",
    "same_quantities": "variant",
    "other_quantities": "variant",
    "same_variants": "variant",
    "other_variants": "variant",
    "lone_variants": "variant",
    "left_variant_words": "variant",
    "right_variant_words": "variant",
    "exchanged_variants": "variant",
}

_UP = {
    "cosine",
    "left_cover",
    "right_cover",
    "text_ratio",
    "gram_3",
    "gram_5",
    "word_pairs",
    "code_ratio",
    "mpn_ratio",
}
_DOWN = {"other_quantities", "other_variants", "exchanged_variants", "hash_bits"}


def _text_features() -> list[Feature]:
    names = [*compare.COLUMNS, *spelled.COLUMNS]
    found = []
    for name in names:
        code = "code" in name or "mpn" in name
        signal = _SIGNAL_OF.get(name, "model_number" if code else "title")
        direction = UP if name in _UP else DOWN if name in _DOWN else FREE
        found.append(Feature(name, signal, direction))
    return found


PAIR_FEATURES: tuple[Feature, ...] = (
    *_text_features(),
    *(Feature(name, "variant", UP) for name in DIMENSIONS),
    *(
        Feature(name, "model_number", DOWN if name == "changed_runs" else FREE)
        for name in slips.COLUMNS
    ),
    Feature("gram_3", "title", UP),
    Feature("gram_5", "title", UP),
    Feature("word_pairs", "title", UP),
    Feature("whole_cosine", "title", UP),
    Feature("left_missing_bits", "title"),
    Feature("right_missing_bits", "title"),
    Feature("left_missing_rarest", "title"),
    Feature("right_missing_rarest", "title"),
    Feature("left_length", "title"),
    Feature("right_length", "title"),
    Feature("description_cosine", "description", UP),
    Feature("price_ratio", "price", UP),
    Feature("left_over_price", "price"),
    Feature("right_over_price", "price"),
    Feature("left_price", "price"),
    Feature("right_price", "price"),
    Feature("brand", "brand", UP),
    Feature("brand_found", "brand", UP),
    Feature("category", "category", UP),
    Feature("gtin", "gtin", UP),
    Feature("mpn", "model_number", UP),
    Feature("hash_bits", "image", DOWN),
    Feature("main_hash_bits", "image", DOWN),
    Feature("pictures_shared", "image", UP),
    Feature("picture_carriers", "image"),
    Feature("attributes_agreeing", "attributes", UP),
    Feature("attributes_differing", "attributes", DOWN),
    Feature("attributes_share", "attributes", UP),
    Feature("encoded_titles", "encoder", UP),
    Feature("encoded_pictures", "encoder", UP),
)
"""What two listings say of themselves. A name that begins with ``left_`` has its
other side beside it."""

RANKED = ("likeness", "whole_cosine")
"""Similarities whose ranks and gaps in the pool are features."""


def _both(name: str, signal: str, direction: int = FREE) -> list[Feature]:
    return [Feature(f"{side}_{name}", signal, direction) for side in ("left", "right")]


def _rank_features(name: str) -> list[Feature]:
    found = []
    for part, direction in zip(
        pool.RANK_COLUMNS, (DOWN, UP, UP, FREE, FREE), strict=True
    ):
        found += _both(f"{part}_{name}", "pool", direction)
    return found


def _pool_features() -> list[Feature]:
    found = [Feature("likeness", "title", UP)]
    for name in RANKED:
        found += _rank_features(name)
        found.append(Feature(f"mutual_{name}", "pool", UP))
    found += [Feature(name, "pool") for name in pool.NEIGHBOUR_COLUMNS]
    for name in ("rank_hash", "best_hash", "same_hashes", "near_hashes"):
        found += _both(name, "pool")
    return found


POOL_FEATURES: tuple[Feature, ...] = tuple(_pool_features())
"""What the candidate pairs around a pair say of it."""

KNOWN_FEATURES: tuple[Feature, ...] = (
    *_both("known_matches", "known"),
    Feature("known_same", "known", UP),
    Feature("known_apart", "known", DOWN),
    Feature("known_alike", "known", UP),
    Feature("known_most_alike", "known", UP),
    *_both("known_rival", "known"),
)
"""What pairs that were labelled before say; see ``listings.known``."""

FAMILY_FEATURES: tuple[Feature, ...] = tuple(
    Feature(name, "pool", UP if name == "family_bits" else FREE)
    for name in families.FAMILY_COLUMNS
)
"""What the likely partners of both sides say when they are put together."""

ODDS_FEATURES: tuple[Feature, ...] = tuple(
    Feature(name, "title", UP) for name in word_odds.WORD_ODDS_COLUMNS
)
"""What the words of both sides say by the first pass's odds; see ``word_odds``."""

SECOND_FEATURES: tuple[Feature, ...] = (
    Feature("first_bits", "pool", UP),
    *_rank_features("first"),
    *_both("partners", "pool"),
    *_both("partners_20", "pool"),
    *_both("partners_50", "pool"),
    *_both("partners_80", "pool"),
    Feature("alone_together", "pool"),
    *_both("rival_free", "pool"),
    *(Feature(name, "pool") for name in pool.GROUP_COLUMNS),
    *FAMILY_FEATURES,
    *ODDS_FEATURES,
    *KNOWN_FEATURES,
)
"""What the first pass's scores of the pairs around a pair say of it, and what is known
of its listings."""


WORD_FEATURES: tuple[Feature, ...] = (
    Feature("words_shared", "title", UP),
    Feature("words_lone", "title", UP),
    Feature("words_least", "title", UP),
    Feature("words_learnt", "title", UP),
)
"""What learnt words say; see ``listings.words``."""

FEATURES: tuple[Feature, ...] = (
    *PAIR_FEATURES,
    *WORD_FEATURES,
    *POOL_FEATURES,
    *SECOND_FEATURES,
)
"""All columns in the order in which the passes read them."""

FIRST_COUNT = len(PAIR_FEATURES) + len(WORD_FEATURES) + len(POOL_FEATURES)
ODDS_COUNT = len(FEATURES) - len(KNOWN_FEATURES) - len(ODDS_FEATURES)
FAMILY_COUNT = ODDS_COUNT - len(FAMILY_FEATURES)
"""How many columns come before what the first pass says, before the odds of words, and
before families."""

SIGNAL_GROUPS = (
    "title",
    "model_number",
    "variant",
    "brand",
    "category",
    "price",
    "image",
    "attributes",
    "description",
    "pool",
    "known",
    "encoder",
)
"""Groups of features; the first takes what silent features decide."""

_BY_RULE = frozenset({"gtin"})
"""Features that the trees never see: they weigh by rule."""


@lru_cache(maxsize=2)
def column_names(*, sided: bool) -> tuple[str, ...]:
    """Name the columns that trees read; without sides, the lower and higher of two."""
    names = [feature.name for feature in FEATURES]
    if sided:
        return tuple(names)
    swap = {"left_": "low_", "right_": "high_"}
    return tuple(
        next(
            (
                new + n.removeprefix(old)
                for old, new in swap.items()
                if n.startswith(old)
            ),
            n,
        )
        for n in names
    )


def usable_columns(which: int) -> list[int]:
    """Number the columns that a pass (1, 2 or 3) may split on."""
    last = {1: FIRST_COUNT, 2: len(FEATURES) - len(KNOWN_FEATURES), 3: len(FEATURES)}
    return [n for n in range(last[which]) if FEATURES[n].name not in _BY_RULE]


def group_numbers() -> list[int]:
    """Give for each feature the number of its group in ``SIGNAL_GROUPS``."""
    return [
        SIGNAL_GROUPS.index(feature.signal) if feature.signal in SIGNAL_GROUPS else 0
        for feature in FEATURES
    ]


@lru_cache(maxsize=1)
def side_pairs() -> tuple[tuple[int, int], ...]:
    """Give the places of each ``left_`` feature and of the ``right_`` one beside it."""
    place = {feature.name: n for n, feature in enumerate(FEATURES)}
    return tuple(
        (n, place["right_" + name.removeprefix("left_")])
        for name, n in place.items()
        if name.startswith("left_")
    )
