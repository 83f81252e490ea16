"""The look-up: the listings whose words agree most with one query's."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import inlined, kernel

BLOCK = 1 << 14
"""Rows whose sums are added up at a time: they stay near the processor."""


@kernel("void(i4[::1], i4[::1], i8[::1], i4[::1])")
def list_holders(
    features: Any,  # noqa: ANN401
    owners: Any,  # noqa: ANN401
    place: Any,  # noqa: ANN401
    rows: Any,  # noqa: ANN401
) -> None:
    """Write who has each feature from its *place* on, which moves on with each.

    ``owners`` has a text's number beside each feature; they stay in their order.
    """
    for entry in range(len(features)):
        feature = features[entry]
        rows[place[feature]] = owners[entry]
        place[feature] += 1


@inlined
def _rank(
    row: Any,  # noqa: ANN401
    cosine: Any,  # noqa: ANN401
    kept: Any,  # noqa: ANN401
    best: Any,  # noqa: ANN401
    cosines: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Put a row among the *kept* likest, if it is one of them; give how many there are.

    Of equally like ones the smaller row comes first.
    """
    most = len(best)
    if kept == most and (
        cosine < cosines[kept - 1]
        or (cosine == cosines[kept - 1] and row > best[kept - 1])
    ):
        return kept
    place = kept if kept < most else most - 1
    while place > 0 and (
        cosine > cosines[place - 1]
        or (cosine == cosines[place - 1] and row < best[place - 1])
    ):
        best[place] = best[place - 1]
        cosines[place] = cosines[place - 1]
        place -= 1
    best[place] = row
    cosines[place] = cosine
    return min(kept + 1, most)


@kernel(
    "i8(i8[::1], f4[::1], i8[::1], i4[::1], f4[::1], b1[::1], f4, i8, f4[::1],"
    " i8[::1], f4[::1])"
)
def look_up(  # noqa: C901 - one pass over blocks of rows, and what each leaves
    features: Any,  # noqa: ANN401
    squares: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    rows: Any,  # noqa: ANN401
    norms: Any,  # noqa: ANN401
    gone: Any,  # noqa: ANN401
    norm: Any,  # noqa: ANN401
    budget: Any,  # noqa: ANN401
    sums: Any,  # noqa: ANN401
    best: Any,  # noqa: ANN401
    cosines: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write the likest rows into *best*, likest first, and give how many there are.

    ``features`` are the query's words that the index knows, from rare to common, with
    their squared weights; ``rows`` are sorted within each word. Postings are read until
    ``budget`` of them were, whole lists at a time; the rarest word's is always read.
    ``sums`` is scratch of ``BLOCK`` places, zero before and after. Of equally like rows
    the smaller number comes first.
    """
    used = 0
    read = 0
    at = np.empty(len(features), np.int64)
    for place in range(len(features)):
        at[place] = edges[features[place]]
        read += edges[features[place] + 1] - at[place]
        if place > 0 and read > budget:
            break
        used += 1
    touched = np.empty(BLOCK + 1, np.int32)
    shares = np.empty(BLOCK + 1, np.float32)
    lengths = np.empty(BLOCK + 1, np.float32)
    kept = 0
    bar = np.float32(0)
    # the sums of a block of rows stay near the processor while all words are read
    for begin in range(0, len(norms), BLOCK):
        count = 0
        for place in range(used):
            weight = squares[place]
            entry = at[place]
            stop = edges[features[place] + 1]
            while entry < stop:
                row = np.uint32(rows[entry] - begin)
                if row >= BLOCK:
                    break
                shared = sums[row]
                sums[row] = shared + weight
                touched[count] = row
                count += shared == 0
                entry += 1
            at[place] = entry
        # a row's vector is no shorter than what it shares: most norms are not read
        hopeful = 0
        for number in range(count):
            row = touched[number]
            shared = sums[row]
            sums[row] = 0
            touched[hopeful] = row
            shares[hopeful] = shared
            hopeful += shared >= bar
        # each norm is waited for, and all of them together as long as one
        for number in range(hopeful):
            lengths[number] = norms[begin + touched[number]]
        for number in range(hopeful):
            row = begin + touched[number]
            shared = shares[number]
            length = lengths[number]
            is_less = shared * shared < bar * length * length
            if is_less or length <= 0 or gone[row]:
                continue
            kept = _rank(row, shared / (norm * length), kept, best, cosines)
            if kept == len(best):
                worst = np.float32(0.999) * cosines[kept - 1] * norm
                bar = worst * worst
    return kept


@kernel(
    "i8(i8[::1], f4[::1], i8[::1], i4[::1], f4[::1], b1[::1], f4, f4, f4[::1], i4[::1],"
    " f4[::1])"
)
def look_up_all(
    features: Any,  # noqa: ANN401
    squares: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    holders: Any,  # noqa: ANN401
    norms: Any,  # noqa: ANN401
    passed: Any,  # noqa: ANN401
    norm: Any,  # noqa: ANN401
    threshold: Any,  # noqa: ANN401
    sums: Any,  # noqa: ANN401
    found: Any,  # noqa: ANN401
    cosines: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write all holders whose cosine reaches *threshold*, and give how many.

    ``passed`` marks those that do not count; ``sums`` is zero before and after, and as
    long as ``found`` and ``cosines``.
    """
    count = 0
    for place in range(len(features)):
        weight = squares[place]
        for entry in range(edges[features[place]], edges[features[place] + 1]):
            holder = holders[entry]
            if sums[holder] == 0:
                found[count] = holder
                count += 1
            sums[holder] += weight
    kept = 0
    for number in range(count):
        holder = found[number]
        scaled = norm * norms[holder]
        cosine = sums[holder] / scaled if scaled > 0 else np.float32(0)
        sums[holder] = 0
        if cosine >= threshold and not passed[holder]:
            found[kept] = holder
            cosines[kept] = cosine
            kept += 1
    return kept
