"""The candidate join: all pairs of texts whose weighted words agree enough.

Documents are lists of features numbered from rare to common. Only a document's
*prefix* is indexed: its rarest features, up to the point where the rest cannot
reach the threshold alone, so every pair above it shares a prefix feature. Blocks of
documents of like norm keep the accumulator in the cache and the threshold tight.
"""

from typing import Any

import numpy as np

from storekin.kernels.bits import ones
from storekin.kernels.compiled import kernel
from storekin.kernels.tokenise import BIGRAM

_U = np.uint64
BLOCK = 65_536
"""Documents in a block: their places fit 16 bits, the accumulator the L2 cache."""


@kernel("Tuple((i8[::1], u2[::1]))(i4[::1], i8[::1], i4[::1], i8, i8, i8)")
def index_block(
    features: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    prefixes: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    feature_count: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """List for each feature the documents of [first, last) with it in their prefix."""
    edges = np.zeros(feature_count + 1, np.int64)
    for row in range(first, last):
        for place in range(starts[row], starts[row] + prefixes[row]):
            edges[features[place] + 1] += 1
    for feature in range(feature_count):
        edges[feature + 1] += edges[feature]
    cursor = edges[:-1].copy()
    rows = np.empty(edges[feature_count], np.uint16)
    for row in range(first, last):
        for place in range(starts[row], starts[row] + prefixes[row]):
            feature = features[place]
            rows[cursor[feature]] = row - first
            cursor[feature] += 1
    return edges, rows


@kernel(
    "i8(i4[::1], i8[::1], i4[::1], f4[::1], f4[::1], u2[::1], i8[::1], u2[::1], i8, i8,"
    " i8, i8, f4, f4, f4, i4[::1], i4[::1], u8[:,::1], f4, i8[::1], f4[::1])"
)
def join_block(  # noqa: C901, PLR0912, PLR0915 - the inner loop of the join
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
    owners: Any,  # noqa: ANN401
    copies: Any,  # noqa: ANN401
    marks: Any,  # noqa: ANN401
    hope: Any,  # noqa: ANN401
    pairs: Any,  # noqa: ANN401
    cosines: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Join queries [query_first, query_last) with the block [first, last).

    ``rounded`` is ``squares`` times ``scale`` in 16 bits. A pair is written as
    ``query << 32 | document`` when its cosine reaches ``threshold``. Two documents
    of one owner (not negative) are left out, unless ``copies`` says that the text
    stands in other owners' hands too. Gives the number of pairs; those beyond the
    capacity are counted only. ``marks`` are 128 bits of each document's features; with
    ``hope`` above 0, a document is let go unless what its prefix shares and so much of
    cosine for each mark in common could reach the threshold.
    """
    size = last - first
    sums = np.zeros(size, np.uint16)
    hits = np.empty(size, np.int32)
    weights = np.zeros(len(squares), np.float32)
    base = np.int64(0)
    written = 0
    smallest = norms[first]
    for query in range(query_first, query_last):
        begin = starts[query]
        stop = begin + prefixes[query]
        most = np.int64(0)
        for place in range(begin, stop):
            most += rounded[features[place]]
        # sums of the queries before stay in place: what lies below the base is zero
        if base + most > 65_000:
            sums[:] = 0
            base = np.int64(0)
        needed = np.int64(prefix_threshold * scale * norms[query] * smallest)
        bar = base + max(np.int64(1), min(needed, np.int64(60_000)))
        found = 0
        own_block = query < last
        for place in range(begin, stop):
            feature = features[place]
            weight = np.int64(rounded[feature])
            low = edges[feature]
            high = edges[feature + 1]
            if own_block:
                # each pair once: documents of this block that stand before the query
                while high > low and rows[high - 1] >= query - first:
                    high -= 1
            # unsigned places need no check for negative ones
            for entry in range(_U(low), _U(high)):
                row = rows[entry]
                after = max(np.int64(sums[row]), base) + weight
                sums[row] = np.uint16(after)
                # the sum has just reached the bar: not before, and not long since
                if _U(after - bar) < _U(weight):
                    hits[found] = row
                    found += 1
        if found > 0:
            end = starts[query + 1]
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
                scaled = norms[query] * norms[row]
                if hope > 0:
                    # what the prefixes share, and a little for each mark in common
                    known = np.float32(sums[hits[hit]] - base) / scale
                    # the bar was that of the shortest vector of the block
                    if known < prefix_threshold * scaled:
                        continue
                    common = ones(marks[query, 0] & marks[row, 0]) + ones(
                        marks[query, 1] & marks[row, 1]
                    )
                    if known + hope * common * scaled < threshold * scaled:
                        continue
                dot = np.float32(0)
                for place in range(_U(starts[row]), _U(starts[row + 1])):
                    dot += weights[_U(features[place])]
                cosine = dot / scaled
                if cosine >= threshold:
                    if written < len(pairs):
                        pairs[written] = (np.int64(query) << 32) | row
                        cosines[written] = cosine
                    written += 1
            for place in range(begin, end):
                weights[features[place]] = 0
        base += most
    return written


@kernel("void(i4[::1], u8[::1], i8[::1], i4[::1], i4[::1], i8[::1], i8[::1], i8, i8)")
def lay_features(
    numbers: Any,  # noqa: ANN401
    tokens: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    counts: Any,  # noqa: ANN401
    features: Any,  # noqa: ANN401
    kept: Any,  # noqa: ANN401
    alone: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
) -> None:
    """Keep what more than one document has, for documents [first, last).

    Features stay in their documents' places, from the front; ``kept`` gets how many,
    ``alone`` how many no other document has.
    """
    for row in range(first, last):
        place = starts[row]
        lone = 0
        for entry in range(starts[row], starts[row + 1]):
            # words, numbers and pairs of ideographs come first in a text
            if (tokens[entry] >> _U(61)) > BIGRAM:
                break
            number = numbers[entry]
            if counts[number] > 1:
                features[place] = number
                place += 1
            else:
                lone += 1
        kept[row] = place - starts[row]
        alone[row] = lone


@kernel("void(i4[::1], i8[::1], i8[::1], i8[::1], u8[::1], i4[::1], u8[:,::1], i8, i8)")
def move_features(
    features: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    order: Any,  # noqa: ANN401
    moved_starts: Any,  # noqa: ANN401
    tokens: Any,  # noqa: ANN401
    moved: Any,  # noqa: ANN401
    marks: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
) -> None:
    """Bring documents [first, last) into their new order, and mark their features.

    ``tokens`` are the features' own, by rank: the marks of a document are the same
    whatever others it stands among.
    """
    for place in range(first, last):
        row = order[place]
        source = starts[row]
        one = np.uint64(0)
        other = np.uint64(0)
        for entry in range(moved_starts[place], moved_starts[place + 1]):
            feature = features[source]
            moved[entry] = feature
            source += 1
            bit = (tokens[feature] * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(57)
            if bit < 64:
                one |= np.uint64(1) << bit
            else:
                other |= np.uint64(1) << (bit - np.uint64(64))
        marks[place, 0] = one
        marks[place, 1] = other


@kernel(
    "void(i4[::1], i8[::1], i8[::1], i4[::1], f4[::1], f4[::1], f4, f4, i4, i4[::1],"
    " f4[::1], i8, i8)"
)
def choose_prefixes(
    features: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    sizes: Any,  # noqa: ANN401
    rank: Any,  # noqa: ANN401
    squares: Any,  # noqa: ANN401
    lone: Any,  # noqa: ANN401
    share_common: Any,  # noqa: ANN401
    share_rare: Any,  # noqa: ANN401
    first_common: Any,  # noqa: ANN401
    prefixes: Any,  # noqa: ANN401
    norms: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
) -> None:
    """Renumber features by rank in place, sort them, and measure each prefix.

    ``sizes`` is how many features each document has from its start on, ``squares``
    the squared weight by rank, ``lone`` what each document's features that no other
    has add to its squared norm. Features before ``first_common`` are rare; their
    prefix goes on to ``share_rare`` of the norm, the others' to ``share_common``.
    """
    for row in range(first, last):
        begin = starts[row]
        end = begin + sizes[row]
        total = lone[row]
        for place in range(begin, end):
            new = rank[features[place]]
            total += squares[new]
            back = place
            while back > begin and features[back - 1] > new:
                features[back] = features[back - 1]
                back -= 1
            features[back] = new
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
