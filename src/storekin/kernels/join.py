"""The candidate join: all pairs of texts whose weighted words agree enough.

Documents are lists of features numbered from rare to common. Only a document's
*prefix* is indexed: its rarest features, up to the point where the rest cannot
reach the threshold alone, so every pair above it shares a prefix feature. Blocks of
documents of like norm keep the accumulator in the cache and the threshold tight.
"""

from typing import Any

import numpy as np

from storekin.kernels.abreast import LANES
from storekin.kernels.compiled import kernel
from storekin.kernels.hits import add_up, fetch, keep_hopeful
from storekin.kernels.sorting import sort_first, write_ordered

_U = np.uint64
BLOCK = 1 << 17
"""Documents in a block: their sums are half a megabyte, and stay near the processor."""

SPARE = 19
"""Bits that hold a document's place in its block."""

_HIGHEST = 1 << 30
"""What sums grow to before they are cleared."""

_FEW = 16
_LARGEST = 2**31 - 1


@kernel("Tuple((i4[::1], i4[::1]))(i4[::1], i8[::1], i4[::1], i8, i8, i8)")
def index_block(
    features: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    prefixes: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    feature_count: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """List for each feature the documents of [first, last) with it in their prefix.

    Behind the last list is room for ``LANES`` more.
    """
    edges = np.zeros(feature_count + 1, np.int32)
    for row in range(first, last):
        for place in range(starts[row], starts[row] + prefixes[row]):
            edges[features[place] + 1] += 1
    for feature in range(feature_count):
        edges[feature + 1] += edges[feature]
    cursor = edges[:-1].copy()
    rows = np.empty(edges[feature_count] + LANES, np.int32)
    for row in range(first, last):
        for place in range(starts[row], starts[row] + prefixes[row]):
            feature = features[place]
            rows[cursor[feature]] = row - first
            cursor[feature] += 1
    return edges, rows


@kernel(
    "i8(i4[::1], i8[::1], i4[::1], f4[::1], f4[::1], u2[::1], i4[::1], i4[::1], i8, i8,"
    " i8, i8, f4, f4, f4, f4, i4[::1], i4[::1], u8[:,::1], f4[::1], f4, i8[::1],"
    " f4[::1])"
)
def join_block(  # noqa: C901, PLR0912 - the inner loop of the join
    features: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    prefixes: Any,  # noqa: ANN401
    norms: Any,  # noqa: ANN401
    squares: Any,  # noqa: ANN401
    rounded: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    rows: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    query_first: Any,  # noqa: ANN401
    query_last: Any,  # noqa: ANN401
    threshold: Any,  # noqa: ANN401
    prefix_threshold: Any,  # noqa: ANN401
    scale: Any,  # noqa: ANN401
    shortest: Any,  # noqa: ANN401
    owners: Any,  # noqa: ANN401
    copies: Any,  # noqa: ANN401
    marks: Any,  # noqa: ANN401
    behind: Any,  # noqa: ANN401
    hope: Any,  # noqa: ANN401
    pairs: Any,  # noqa: ANN401
    cosines: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Join queries [query_first, query_last) with the block [first, last).

    ``rounded`` is ``squares`` times ``scale`` in 16 bits. A pair is written as
    ``query << 32 | document`` when its cosine reaches ``threshold``. Two documents
    of one owner (not negative) are left out, unless ``copies`` says that the text
    stands in other owners' hands too. Gives the number of pairs; those beyond the
    capacity are counted only. ``marks`` are 128 bits of each document's features, and
    128 of those behind its prefix; with ``hope`` above 0, a document is let go unless
    what both prefixes share could reach the threshold, when each further mark in common
    were worth ``hope`` times the mean ``behind`` the prefix of the longer of the two.
    ``shortest`` is the length of the shortest vector of the block; in a block documents
    stand in any order.
    """
    size = last - first
    sums = np.zeros(size, np.int32)
    hits = np.empty(size + LANES, np.int32)
    weights = np.zeros(len(squares), np.float32)
    longest = prefixes[query_first:query_last].max()
    lows = np.empty(longest, np.int64)
    highs = np.empty(longest, np.int64)
    heavy = np.empty(longest, np.int32)
    base = np.int64(0)
    written = 0
    for query in range(query_first, query_last):
        begin = starts[query]
        stop = begin + prefixes[query]
        end = starts[query + 1]
        # all look-ups first: none of them waits for another
        most = np.int64(0)
        lists = 0
        for place in range(begin, stop):
            feature = features[place]
            most += rounded[feature]
            low = edges[feature]
            high = edges[feature + 1]
            lows[lists] = low
            highs[lists] = high
            heavy[lists] = rounded[feature]
            lists += high > low
        # sums of the queries before stay in place: what lies below the base is zero
        if base + most > _HIGHEST:
            sums[:] = 0
            base = np.int64(0)
        needed = np.int64(prefix_threshold * scale * norms[query] * shortest)
        bar = base + max(np.int64(1), min(needed, np.int64(60_000)))
        found = np.int64(0)
        # each pair once: documents of this block that stand before the query
        before = min(query - first, size)
        for number in range(lists):
            found = add_up(
                sums, rows, lows[number], highs[number], np.int32(before),
                heavy[number], np.int32(base), np.int32(bar), hits, found,
            )  # fmt: skip
        if found > 0 and hope > 0:
            found = keep_hopeful(
                hits, found, sums, np.int32(base), np.float32(1) / scale, first, query,
                norms, behind, marks, prefix_threshold, hope, threshold,
            )  # fmt: skip
        if found > 0:
            for hit in range(found):
                fetch(features, starts[_U(first + hits[_U(hit)])])
            for place in range(begin, end):
                weights[features[place]] = squares[features[place]]
            for hit in range(found):
                row = first + hits[hit]
                if (
                    owners[row] >= 0
                    and owners[row] == owners[query]
                    and copies[row] == 0
                    and copies[query] == 0
                ):
                    continue
                dot = np.float32(0)
                for place in range(_U(starts[row]), _U(starts[row + 1])):
                    dot += weights[_U(features[place])]
                cosine = dot / (norms[query] * norms[row])
                if cosine >= threshold:
                    if written < len(pairs):
                        pairs[written] = (np.int64(query) << 32) | row
                        cosines[written] = cosine
                    written += 1
            for place in range(begin, end):
                weights[features[place]] = 0
        base += most
    return written


@kernel(
    "void(i4[::1], i8[::1], i4[::1], f4[::1], f4, f4, f4, i4, i8[::1], i4[::1],"
    " f4[::1], f4[::1], u8[::1], i8, i8)"
)
def choose_prefixes(  # noqa: C901, PLR0912 - one walk over each document
    features: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    rank: Any,  # noqa: ANN401
    squares: Any,  # noqa: ANN401
    lone: Any,  # noqa: ANN401
    share_common: Any,  # noqa: ANN401
    share_rare: Any,  # noqa: ANN401
    first_common: Any,  # noqa: ANN401
    sizes: Any,  # noqa: ANN401
    prefixes: Any,  # noqa: ANN401
    norms: Any,  # noqa: ANN401
    behind: Any,  # noqa: ANN401
    alike: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
) -> None:
    """Renumber features by rank in place, sort them, and measure each prefix.

    A document's features end where a negative number begins. Those without a rank,
    which no other document has, go, and add ``lone`` each to its squared norm;
    ``sizes`` gets how many stay, from its start on. ``squares`` is the squared weight
    by rank. Features before ``first_common`` are rare; their prefix goes on to
    ``share_rare`` of the norm, the others' to ``share_common``; ``behind`` gets the
    mean of the squared weights behind it, and ``alike`` three words of 15 bits, with
    ``SPARE`` bits below: the prefix's three most common features, by how common.
    """
    # nearly all documents have so few features that all compare at once
    waiting = np.full(2 * _FEW, _LARGEST, np.int32)
    for row in range(first, last):
        begin = starts[row]
        end = begin
        total = np.float32(0)
        few = starts[row + 1] - begin <= 2 * _FEW
        for place in range(begin, starts[row + 1]):
            number = features[place]
            if number < 0:
                break
            new = rank[number]
            if new < 0:
                total += lone
                continue
            total += squares[new]
            if few:
                waiting[end - begin] = new
            else:
                back = end
                while back > begin and features[back - 1] > new:
                    features[back] = features[back - 1]
                    back -= 1
                features[back] = new
            end += 1
        if few:
            size = end - begin
            if size <= _FEW:
                write_ordered(waiting, _FEW, size, features, begin)
            else:
                write_ordered(waiting, 2 * _FEW, size, features, begin)
            waiting[:size] = _LARGEST
        sizes[row] = end - begin
        norms[row] = np.sqrt(total)
        rest = np.float32(0)
        stop = end
        while stop > begin:
            feature = features[stop - 1]
            rest += squares[feature]
            share = share_common if feature >= first_common else share_rare
            if rest >= share * share * total:
                break
            stop -= 1
        prefixes[row] = stop - begin
        rest = np.float32(0)
        for place in range(stop, end):
            rest += squares[features[place]]
        behind[row] = rest / np.float32(max(1, end - stop))
        key = _U(0)
        for place in range(stop - 1, stop - 4, -1):
            feature = features[max(place, begin)] if stop > begin else 0
            key <<= _U(15)
            key |= _U(min(len(squares) - feature, 32_767))
        alike[row] = key << _U(SPARE)


@kernel(
    "void(i4[::1], i8[::1], i8[::1], i8[::1], i8[::1], i4[::1], u1[::1], i4[::1],"
    " u8[:,::1], i8, i8)"
)
def move_features(
    features: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    order: Any,  # noqa: ANN401
    places: Any,  # noqa: ANN401
    moved_starts: Any,  # noqa: ANN401
    prefixes: Any,  # noqa: ANN401
    bits: Any,  # noqa: ANN401
    moved: Any,  # noqa: ANN401
    marks: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
) -> None:
    """Bring documents to their new places, those at [first, last) of an order.

    A document without features has no place: -1. ``bits`` gives each feature's bit
    among 128. Marks are of all features, and of those behind the prefix.
    """
    for turn in range(first, last):
        row = order[turn]
        place = places[row]
        if place < 0:
            continue
        source = _U(starts[row])
        begin = _U(moved_starts[place])
        prefix = _U(prefixes[row])
        one, other, one_behind, other_behind = _U(0), _U(0), _U(0), _U(0)
        for number in range(_U(moved_starts[place + 1]) - begin):
            feature = features[source + number]
            moved[begin + number] = feature
            bit = _U(bits[_U(feature)])
            mask = _U(1) << (bit & _U(63))
            low = mask if bit < _U(64) else _U(0)
            one |= low
            other |= mask ^ low
            if number >= prefix:
                one_behind |= low
                other_behind |= mask ^ low
        marks[place, 0] = one
        marks[place, 1] = other
        marks[place, 2] = one_behind
        marks[place, 3] = other_behind


@kernel("void(i8[::1], u4[::1], i8, i8[::1], i8[::1], i8[::1], u4[::1], i8, i8)")
def order_pairs(
    keys: Any,  # noqa: ANN401
    values: Any,  # noqa: ANN401
    lowest: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    ordered: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
) -> None:
    """Bring pairs into their order: those whose left row is *lowest* + [first, last).

    A key is ``left << 32 | right``; ``edges`` say where each left row's pairs begin,
    from the row *lowest* on. Writes both rows and the value of each pair.
    """
    begin = edges[first]
    cursor = edges[first : last + 1] - begin
    # a pair's right row and, below it, its value: they are sorted as one
    pairs = np.empty(edges[last] - begin, np.uint64)
    for entry in range(len(keys)):
        row = (keys[entry] >> 32) - lowest
        if row >= first and row < last:
            pairs[cursor[row - first]] = (_U(keys[entry]) << _U(32)) | _U(values[entry])
            cursor[row - first] += 1
    for row in range(first, last):
        low = edges[row] - begin
        high = edges[row + 1] - begin
        sort_first(pairs[low:high], high - low)
        for place in range(low, high):
            left[begin + place] = row + lowest
            right[begin + place] = np.int64(pairs[place] >> _U(32))
            ordered[begin + place] = np.uint32(pairs[place] & _U(0xFFFFFFFF))
