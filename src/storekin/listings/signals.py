"""The words of the listings matcher: signals, levels, fields and differences.

They stand apart from the matcher, so that a policy is read without its kernels.
"""

LISTING_SIGNALS = (
    "same_gtin",
    "same_image",
    "similar_image",
    "similar_title",
    "same_model_number",
    "different_model_number",
    "same_brand",
    "same_category",
    "similar_attributes",
    "same_variant",
    "different_variant",
    "close_price",
    "similar_description",
    "stands_out",
    "known_pairs",
    "similar_encoding",
)
"""The listing signals in the order in which tables show them."""

LEVELS = ("identical", "highly_similar", "similar", "different")
"""How alike two listings are, from most to least."""

FIELDS = (
    "picture",
    "title",
    "attributes",
    "description",
    "price",
    "brand",
    "category",
)
"""Fields that a policy's test of duplicates may name; see ``agreeing.agreements``."""

DIFFERENCES = (
    "price",
    "colour",
    "size",
    "compatibility",
    "use",
    "quantity",
    "item_specifics",
    "title",
    "condition",
    "photos",
    "subtitle",
    "location",
    "product_id",
)
"""The thirteen attributes that eBay's developer help names (OP-EB4)."""


def bit_of(name: str, names: tuple[str, ...] = DIFFERENCES) -> int:
    """Give the bit that stands for a field or a difference.

    >>> bit_of("colour"), bit_of("title", FIELDS)
    (2, 2)
    """
    return 1 << names.index(name)


def names_of(bits: int, names: tuple[str, ...] = DIFFERENCES) -> tuple[str, ...]:
    """Name what the bits stand for.

    >>> names_of(3)
    ('price', 'colour')
    """
    return tuple(name for place, name in enumerate(names) if bits >> place & 1)
