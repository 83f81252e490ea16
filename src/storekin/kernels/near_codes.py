"""Hashes of pictures within a few bits of one another: all pairs, exactly.

Two codes of m pieces that differ in at most R bits agree in some piece up to R // m
bits. So codes are sorted by one piece after the other, and a bucket meets itself and
the buckets so few flips away, all of which lie together in memory. A pair is given by
the first piece that brings it together.
"""

from typing import Any

import numpy as np

from storekin.kernels.bits import ones
from storekin.kernels.compiled import inlined, kernel

PIECE_BITS = 16
KEYS = 1 << PIECE_BITS


@kernel("void(u2[:,::1], u2[:,::1], i8, i8)")
def spread_bits(given: Any, pieces: Any, first: Any, last: Any) -> None:  # noqa: ANN401
    """Deal the bits of codes [first, last) out to their pieces in turn.

    Neighbours say like things: so no piece is all of one kind.
    """
    count = given.shape[1]
    for row in range(first, last):
        for piece in range(count):
            pieces[row, piece] = 0
        for piece in range(count):
            for place in range(PIECE_BITS):
                bit = piece + count * place
                value = (given[row, bit >> 4] >> (bit & 15)) & 1
                pieces[row, piece] |= np.uint16(value << place)


@kernel("Tuple((i4[::1], u8[:,::1], i8[::1]))(u8[:,::1], u2[::1])")
def sort_by_piece(codes: Any, piece: Any) -> Any:  # noqa: ANN401
    """Sort codes by one of their pieces; gives their rows, them, and each key's edge.

    The words lie one behind the other (words, codes): most pairs are told apart by the
    first two.
    """
    total = len(codes)
    edges = np.zeros(KEYS + 1, np.int64)
    for row in range(total):
        edges[np.int64(piece[row]) + 1] += 1
    for key in range(KEYS):
        edges[key + 1] += edges[key]
    cursor = edges[:-1].copy()
    rows = np.empty(total, np.int32)
    moved = np.empty((codes.shape[1], total), np.uint64)
    for row in range(total):
        place = cursor[piece[row]]
        cursor[piece[row]] += 1
        rows[place] = row
        for word in range(codes.shape[1]):
            moved[word, place] = codes[row, word]
    return rows, moved, edges


@inlined
def _is_first(pieces: Any, one: Any, other: Any, table: Any, flips: Any) -> Any:  # noqa: ANN401
    """Say whether no earlier piece brings two codes together."""
    for earlier in range(table):
        if ones(np.uint64(pieces[one, earlier] ^ pieces[other, earlier])) <= flips:
            return False
    return True


@kernel(
    "i8(u8[:,::1], i4[::1], i8[::1], u2[:,::1], i8[::1], i8, i8, i8, i8, i8, i8[::1],"
    " i2[::1])"
)
def meet_near_codes(  # noqa: C901 - the inner loop of the join
    moved: Any,  # noqa: ANN401
    rows: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    pieces: Any,  # noqa: ANN401
    masks: Any,  # noqa: ANN401
    table: Any,  # noqa: ANN401
    flips: Any,  # noqa: ANN401
    radius: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    pairs: Any,  # noqa: ANN401
    distances: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write pairs of codes whose keys of *table* are few flips apart.

    For keys [first, last) and the ones a mask away from them. A pair is written as
    ``lower row << 32 | higher row``. Gives the number of pairs; those beyond the
    capacity are counted only.
    """
    words = moved.shape[0]
    second = min(1, words - 1)
    more = np.int64(words > 1)
    written = 0
    for key in range(first, last):
        begin = edges[key]
        end = edges[key + 1]
        if begin == end:
            continue
        for mask in masks:
            beside = key ^ mask
            if beside < key:
                continue
            low = edges[beside]
            high = edges[beside + 1]
            if low == high:
                continue
            for one in range(begin, end):
                a = moved[0, one]
                b = moved[second, one]
                start = one + 1 if beside == key else low
                for other in range(start, high):
                    apart = ones(a ^ moved[0, other])
                    apart += more * ones(b ^ moved[second, other])
                    if apart > radius:
                        continue
                    for word in range(2, words):
                        apart += ones(moved[word, one] ^ moved[word, other])
                    if apart > radius:
                        continue
                    x = np.int64(rows[one])
                    y = np.int64(rows[other])
                    if not _is_first(pieces, x, y, table, flips):
                        continue
                    if written < len(pairs):
                        pairs[written] = (min(x, y) << 32) | max(x, y)
                        distances[written] = apart
                    written += 1
    return written
