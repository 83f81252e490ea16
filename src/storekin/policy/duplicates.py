"""Which pairs of listings a policy's test of duplicates counts."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.listings.signals import DIFFERENCES, FIELDS, LEVELS, bit_of
from storekin.policy.facts import (
    BoolArray,
    CatalogueFacts,
    IntArray,
    StoreFacts,
)
from storekin.policy.model import DuplicateTest


@dataclass(frozen=True, slots=True)
class Counted:
    """The pairs that count, by their rows, and the level that each counts as."""

    rows: IntArray
    level: npt.NDArray[np.int8]


def _sort_pairs(
    facts: CatalogueFacts, stores: StoreFacts, test: DuplicateTest
) -> "_Sorted":
    """Sort the pairs by how they count under *test*."""
    worst = LEVELS.index(test.level_at_least)
    level = facts.variant_level if test.sees_variants else facts.level
    owners = facts.owners
    one, other = owners[facts.left], owners[facts.right]
    base = (one != other) & _fields_agree(facts, test)
    if test.other_sites == "allowed":
        here, there = stores.site[one], stores.site[other]
        base &= ~((here >= 0) & (there >= 0) & (here != there))
    if test.formats_allowed:
        allowed = np.isin(np.asarray(facts.format_names), test.formats_allowed)
        allowed = np.append(allowed, [False])  # -1, not given, is the last
        base &= ~(
            allowed[facts.formats[facts.left]] & allowed[facts.formats[facts.right]]
        )
    differs = differences_of(facts, test)
    counts = base & (level <= worst)
    if test.differences_at_least:
        counts &= _number_of(differs, test.differences_of) < test.differences_at_least
    if test.other_codes:
        counts &= _other_codes(facts, differs)
    parts = counts & ((differs & bit_of("compatibility")) > 0)
    parts &= test.parts_allowance > 0
    need = np.zeros(len(facts), np.bool_)
    if test.allowance and test.allowance_for:
        need = base & (facts.variant_level <= worst) & (level > worst)
        allowed_for = sum(bit_of(name) for name in test.allowance_for)
        need &= (differs & allowed_for) > 0
        need &= (differs & _BY_VARIANT & ~allowed_for) == 0
    return _Sorted(counts & ~parts, parts, need)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Pairs by how they count.

    ``plain`` ones count whatever their number; ``parts`` that name what they fit, and
    listings for which there is a ``need``, count beyond a number.
    """

    plain: BoolArray
    parts: BoolArray
    need: BoolArray


def counted_pairs(
    facts: CatalogueFacts, stores: StoreFacts, test: DuplicateTest
) -> Counted:
    """Find the pairs of listings that count as duplicates under *test*.

    >>> from storekin.policy.load import find_policy
    >>> find_policy("ebay").duplicates.differences_at_least
    2
    """
    pairs = _sort_pairs(facts, stores, test)
    too_many = _beyond(facts, pairs.need, test.allowance)
    counts = pairs.plain | _beyond(facts, pairs.parts, test.parts_allowance) | too_many
    level = (facts.variant_level if test.sees_variants else facts.level).copy()
    level[too_many] = facts.variant_level[too_many]
    rows = np.flatnonzero(counts)
    return Counted(rows, level[rows])


def allowed_rows(
    facts: CatalogueFacts, stores: StoreFacts, test: DuplicateTest
) -> IntArray:
    """Give how many listings of a product each pair is allowed among; 0 for none."""
    pairs = _sort_pairs(facts, stores, test)
    return np.where(
        pairs.parts, test.parts_allowance, np.where(pairs.need, test.allowance, 0)
    ).astype(np.int64)


_BY_VARIANT = sum(
    bit_of(name)
    for name in ("colour", "size", "compatibility", "use", "quantity", "condition")
)


def _fields_agree(facts: CatalogueFacts, test: DuplicateTest) -> BoolArray:
    must = sum(bit_of(name, FIELDS) for name in test.fields)
    given = sum(bit_of(name, FIELDS) for name in test.fields_if_given)
    agree: BoolArray = (facts.agrees & must) == must
    agree &= (facts.given & given & ~facts.agrees) == 0
    return agree


def differences_of(facts: CatalogueFacts, test: DuplicateTest) -> npt.NDArray[np.int32]:
    """Give the pairs' differences, the price's by the bar that *test* sets."""
    price = np.int32(bit_of("price"))
    differs = facts.differs & ~price
    one, other = facts.prices[facts.left], facts.prices[facts.right]
    same_money = facts.currencies[facts.left] == facts.currencies[facts.right]
    with np.errstate(invalid="ignore"):
        apart = np.abs(one - other) > test.price_differs_by * np.maximum(one, other)
    return np.where(apart & same_money, differs | price, differs)


def _number_of(differs: npt.NDArray[np.int32], names: tuple[str, ...]) -> IntArray:
    """Count the differences of pairs that are among *names*."""
    count = np.zeros(len(differs), np.int64)
    for place, name in enumerate(DIFFERENCES):
        if name in names:
            count += (differs >> place) & 1
    return count


def _other_codes(facts: CatalogueFacts, differs: npt.NDArray[np.int32]) -> BoolArray:
    """Mark pairs with other product codes, or other pages; one page is no offence."""
    one, other = facts.pages[facts.left], facts.pages[facts.right]
    both = (one >= 0) & (other >= 0)
    codes = (differs & bit_of("product_id")) > 0
    marks: BoolArray = np.where(both, one != other, codes)
    return marks


def _beyond(facts: CatalogueFacts, marked: BoolArray, allowance: int) -> BoolArray:
    """Mark pairs of products of which two stores have more listings than allowed."""
    result = np.zeros(len(marked), np.bool_)
    rows = np.flatnonzero(marked)
    if not len(rows):
        return result
    from storekin.kernels.groups import components

    left, right = facts.left[rows], facts.right[rows]
    family = components(len(facts.owners), left, right)[left]
    one = facts.owners[left].astype(np.int64)
    other = facts.owners[right].astype(np.int64)
    low, high = np.minimum(one, other), np.maximum(one, other)
    _, group = np.unique(
        np.stack([low, high, family], axis=1), axis=0, return_inverse=True
    )
    group = group.reshape(-1)
    held = np.unique(
        np.stack([np.tile(group, 2), np.concatenate([left, right])], axis=1), axis=0
    )
    many = np.bincount(held[:, 0]) > allowance
    result[rows] = many[group]
    return result
