"""Given pairs of listings, tied to the listings around them."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.kernels.numbering import distinct_of, number_column
from storekin.kernels.similar_texts import IntArray
from storekin.listings.encoding import NO_ENCODERS, Encoders
from storekin.listings.prepared import PreparedListings, prepare_listings

LEFT, RIGHT = 0, 1


@dataclass(frozen=True, slots=True)
class GivenPairs:
    """Listings of two sides, and which of them are paired; ``owners`` are the sides.

    ``parts`` numbers the pool that each pair is seen in; None with a context, where
    all are seen in it.
    """

    listings: PreparedListings
    left: IntArray
    right: IntArray
    parts: IntArray | None

    def cut(self, size: int) -> IntArray:
        """Deal the pairs out to parts of about *size*, by what they say.

        The order of the rows changes nothing.
        """
        number = max(1, round(len(self.left) / size))
        tokens = self.listings.tokens
        mass = np.add.reduceat(
            np.append(tokens.values & np.uint64(0xFFFFFF), np.uint64(0)),
            np.minimum(tokens.starts[:-1], len(tokens.values)),
        ).astype(np.int64)
        order = np.lexsort((mass[self.right], mass[self.left]))
        parts = np.empty(len(self.left), np.int64)
        parts[order] = np.arange(len(self.left)) % number
        return parts


PART = 2_000
"""Pairs that are one another's context, where none is given: how well a pair stands
out must not depend on how many pairs a file has."""


def tie_pairs(
    both: pa.Table,
    names: tuple[pa.ChunkedArray | None, pa.ChunkedArray | None],
    context: pa.Table | None,
    folder: Path | None = None,
    encoders: Encoders = NO_ENCODERS,
) -> GivenPairs:
    """Put the listings of given pairs among those of *context*.

    ``both`` holds the left rows, then the right ones; ``names`` are their listing ids,
    where the pairs give them. A row without an id that the context has, or one of
    which the pairs say something else, stands for itself; equal rows are one listing.
    Pictures are looked for in *folder*.
    """
    count = both.num_rows // 2
    side = np.repeat(np.array([LEFT, RIGHT], np.int32), count)
    found = np.full(2 * count, -1, np.int64)
    parts = []
    sides = []
    if context is not None and context.num_rows:
        found = _find_in(context, names, count)
        parts.append(context.select(both.column_names))
        sides.append(_context_sides(context, found, side))
    rest = np.flatnonzero(found < 0)
    base = 0 if context is None else context.num_rows
    if len(rest):
        alone = both if len(rest) == len(found) else both.take(pa.array(rest))
        first, number = _distinct_rows(alone, side[rest])
        found[rest] = base + number
        parts.append(alone.take(pa.array(first)))
        sides.append(side[rest][first])
    table = pa.concat_tables(parts).combine_chunks()
    owners = np.concatenate(sides).astype(np.int32)
    # a listing that stands on both sides is compared with either
    left, right = found[:count], found[count:]
    clash = owners[left] == owners[right]
    if clash.any():
        owners = owners.copy()
        owners[distinct_of(np.concatenate([left[clash], right[clash]]))] = -1
    prepared = prepare_listings(table, owners, folder, encoders=encoders)
    alone = context is None or not context.num_rows
    given = GivenPairs(prepared, left, right, None)
    return replace(given, parts=given.cut(PART)) if alone else given


def _find_in(
    context: pa.Table,
    names: tuple[pa.ChunkedArray | None, pa.ChunkedArray | None],
    count: int,
) -> IntArray:
    """Find each side's listing among the context's by its id; -1 where it is not."""
    known = context["listing"].combine_chunks()
    found = []
    for column in names:
        if column is None:
            found.append(np.full(count, -1, np.int64))
            continue
        place = pc.index_in(column.cast(pa.string()), value_set=known)
        found.append(pc.fill_null(place, -1).to_numpy().astype(np.int64))
    return np.concatenate(found)


def _context_sides(
    context: pa.Table, found: IntArray, side: npt.NDArray[np.int32]
) -> npt.NDArray[np.int32]:
    """Say on which side each listing of the context stands.

    By the pairs where they name it; else by the store, where each store's named
    listings stand on one side; else by the nearest named listing above it, since two
    tables put together lie one behind the other.
    """
    total = context.num_rows
    sides = np.full(total, -1, np.int32)
    named = found >= 0
    on_left = np.zeros(total, np.bool_)
    on_right = np.zeros(total, np.bool_)
    on_left[found[named & (side == LEFT)]] = True
    on_right[found[named & (side == RIGHT)]] = True
    sides[on_left & ~on_right] = LEFT
    sides[on_right & ~on_left] = RIGHT
    unknown = sides < 0
    unknown &= ~(on_left & on_right)
    if not unknown.any():
        return sides
    stores = context["store"].combine_chunks().dictionary_encode()
    if isinstance(stores, pa.ChunkedArray):
        stores = stores.combine_chunks()
    codes = pc.fill_null(stores.indices, -1).to_numpy().astype(np.int64)
    votes = np.zeros((len(stores.dictionary) + 1, 2), np.int64)
    for number in (LEFT, RIGHT):
        rows = np.flatnonzero(sides == number)
        votes[:, number] += np.bincount(codes[rows], minlength=len(votes))[: len(votes)]
    one_sided = (votes.min(axis=1) == 0) & (votes.max(axis=1) > 0)
    if len(stores.dictionary) > 1 and one_sided[codes[unknown]].any():
        place = unknown & one_sided[codes]
        sides[place] = votes[codes[place]].argmax(axis=1)
        unknown = unknown & (sides < 0)
    known = np.flatnonzero(sides >= 0)
    switches = int((np.diff(sides[known]) != 0).sum()) if len(known) else 0
    if len(known) and switches <= max(1, len(known) // 50):
        before = np.maximum(np.searchsorted(known, np.flatnonzero(unknown)) - 1, 0)
        sides[unknown] = sides[known[before]]
    return sides


def _distinct_rows(
    table: pa.Table, side: npt.NDArray[np.int32]
) -> tuple[IntArray, IntArray]:
    """Give the first row of each distinct listing, and every row's number.

    They are numbered by first appearance: nothing depends on how values sort.
    """
    code = number_column(side.astype(np.uint64))[0].astype(np.int64)
    for name in table.column_names:
        if name in ("listing", "store"):
            continue
        column = table[name].combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = pa.concat_arrays(column.chunks)
        if column.null_count == len(column):
            continue
        numbers = column.dictionary_encode().indices
        part = pc.fill_null(numbers, -1).to_numpy().astype(np.int64) + 1
        both = code * (int(part.max()) + 1) + part
        code = number_column(both.astype(np.uint64))[0].astype(np.int64)
    first = np.empty(int(code.max()) + 1, np.int64)
    # of the rows of one number the last one that is written is the first of them
    first[code[::-1]] = np.arange(len(code))[::-1]
    return first, code
