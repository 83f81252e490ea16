"""Which listings are worth comparing: like titles, one code, one picture."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.ranges import pair_ranges
from storekin.kernels.similar_texts import (
    IntArray,
    Progress,
    Tokens,
    join_similar,
)
from storekin.listings.pictures import near_pictures
from storekin.listings.prepared import PreparedListings

TITLE_COSINE = 0.45
"""Titles that agree less are not compared: below it stands 1 true copy in 80."""

LONE_SHARE = 0.1
"""How much a word that no other title has tells two titles apart: most are slips."""

MOST_PAIRED = 60
"""Listings of one title, code or picture that are paired with one another; of more,
each is paired with the first, and the group is named as a common product."""


@dataclass(frozen=True, slots=True)
class ListingCandidates:
    """Candidate pairs of rows, left < right, sorted; ``strong`` by code or picture.

    ``crowded`` counts groups too large to be paired member by member.
    """

    left: IntArray
    right: IntArray
    strong: npt.NDArray[np.bool_]
    near_pictures: tuple[IntArray, IntArray]
    crowded: int


def pairs_within(
    codes: IntArray, rows: IntArray, most: int = MOST_PAIRED
) -> tuple[IntArray, IntArray, int]:
    """Pair the rows that share a code; in groups above *most*, each with the first.

    Rows whose code is negative are left out. Gives left, right, and the number of
    groups that were too large.
    """
    keep = codes >= 0
    codes, rows = codes[keep], rows[keep]
    order = np.lexsort((rows, codes))
    codes, rows = codes[order], rows[order]
    if not len(codes):
        return np.empty(0, np.int64), np.empty(0, np.int64), 0
    begins = np.flatnonzero(np.diff(codes, prepend=codes[:1] - 1))
    sizes = np.diff(np.append(begins, len(codes)))
    size_of = np.repeat(sizes, sizes)
    first_of = np.repeat(rows[begins], sizes)
    large = size_of > most
    lefts = [first_of[large]]
    rights = [rows[large]]
    codes, rows = codes[~large], rows[~large]
    widest = int(sizes[sizes <= most].max(initial=1))
    for step in range(1, widest):
        same = codes[step:] == codes[:-step]
        lefts.append(rows[:-step][same])
        rights.append(rows[step:][same])
    left, right = np.concatenate(lefts), np.concatenate(rights)
    apart = left != right
    return left[apart], right[apart], int((sizes > most).sum())


def propose_pairs(
    listings: PreparedListings,
    *,
    across_stores: bool,
    near_radius: int,
    on_done: Progress | None = None,
) -> ListingCandidates:
    """Propose all pairs worth comparing; with *across_stores*, of two stores only."""
    total = len(listings)
    rows = np.arange(total)
    crowded = 0
    title_pairs, too_large = _title_pairs(
        listings, across_stores=across_stores, on_done=on_done
    )
    crowded += too_large
    weak = [title_pairs]
    strong: list[tuple[IntArray, IntArray]] = []
    branded = np.where(
        (listings.models >= 0) & (listings.brands >= 0),
        listings.models * (int(listings.brands.max(initial=0)) + 1) + listings.brands,
        -1,
    )
    for codes in (listings.gtins, branded):
        left, right, too_large = pairs_within(codes, rows)
        strong.append((left, right))
        crowded += too_large
    pictures = listings.pictures
    left, right, too_large = pairs_within(pictures.codes, pictures.rows)
    strong.append((left, right))
    crowded += too_large
    near = near_pictures(pictures, near_radius)
    strong.append(_pairs_of_near(near, listings))
    key_parts = [_keys(a, b) for a, b in weak]
    strong_keys = np.unique(np.concatenate([_keys(a, b) for a, b in strong]))
    keys = np.unique(np.concatenate([*key_parts, strong_keys]))
    left, right = keys >> 32, keys & 0xFFFFFFFF
    is_strong = np.isin(keys, strong_keys, assume_unique=True)
    if across_stores:
        apart = listings.owners[left] != listings.owners[right]
        left, right, is_strong = left[apart], right[apart], is_strong[apart]
    return ListingCandidates(left, right, is_strong, near, crowded)


def _keys(left: IntArray, right: IntArray) -> IntArray:
    low, high = np.minimum(left, right), np.maximum(left, right)
    keys: IntArray = (low << 32) | high
    return keys


def _title_pairs(
    listings: PreparedListings, *, across_stores: bool, on_done: Progress | None
) -> tuple[tuple[IntArray, IntArray], int]:
    """Join titles, each family of equal titles as one; then unfold the families."""
    families = listings.families
    total = len(listings)
    heads, inverse, sizes = np.unique(families, return_inverse=True, return_counts=True)
    lengths = np.diff(listings.tokens.starts)
    inside_left, inside_right, crowded = pairs_within(
        np.where(lengths > 0, families, -1), np.arange(total)
    )
    starts = listings.tokens.starts
    picked = lengths[heads]
    edges = np.zeros(len(heads) + 1, np.int64)
    np.cumsum(picked, out=edges[1:])
    source = np.repeat(starts[heads] - edges[:-1], picked) + np.arange(edges[-1])
    folded = Tokens(listings.tokens.values[source], edges)
    owners = copies = None
    if across_stores:
        owners = listings.owners[heads]
        lowest = np.full(len(heads), np.iinfo(np.int32).max, np.int32)
        highest = np.full(len(heads), -1, np.int32)
        np.minimum.at(lowest, inverse, listings.owners)
        np.maximum.at(highest, inverse, listings.owners)
        copies = (lowest != highest).astype(np.int32)
    pairs = join_similar(
        folded,
        threshold=TITLE_COSINE,
        lone_share=LONE_SHARE,
        owners=owners,
        copies=copies,
        on_done=on_done,
    )
    # members of each family, listed in order
    order = np.argsort(inverse, kind="stable")
    begins = np.zeros(len(heads) + 1, np.int64)
    np.cumsum(sizes, out=begins[1:])
    left_size, right_size = sizes[pairs.left], sizes[pairs.right]
    large = left_size * right_size > MOST_PAIRED * MOST_PAIRED
    # of two families too large to be paired member by member, the first ones are
    left_size, right_size = (
        np.where(large, 1, size) for size in (left_size, right_size)
    )
    _, left, right = pair_ranges(
        begins[pairs.left], left_size, begins[pairs.right], right_size
    )
    left, right = order[left], order[right]
    both = (
        np.concatenate([inside_left, left]),
        np.concatenate([inside_right, right]),
    )
    return both, crowded + int(large.sum())


def _pairs_of_near(
    near: tuple[IntArray, IntArray], listings: PreparedListings
) -> tuple[IntArray, IntArray]:
    """Pair the listings of two near pictures, a few of each."""
    pictures = listings.pictures
    order = np.lexsort((pictures.rows, pictures.codes))
    codes, rows = pictures.codes[order], pictures.rows[order]
    begins = np.searchsorted(codes, np.arange(len(pictures.names) + 1))
    sizes = np.minimum(np.diff(begins), MOST_PAIRED)
    _, left, right = pair_ranges(
        begins[near[0]], sizes[near[0]], begins[near[1]], sizes[near[1]]
    )
    left, right = rows[left], rows[right]
    apart = left != right
    return left[apart], right[apart]
