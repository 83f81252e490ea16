"""The look-up: the listings whose words agree most with one query's."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel


@kernel(
    "i8(i8[::1], f4[::1], i8[::1], i4[::1], f4[::1], b1[::1], f4, i8, f4[::1],"
    " i8[::1], f4[::1])"
)
def look_up(
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
    their squared weights. Postings are read until ``budget`` of them were, whole lists
    at a time; the rarest word's is always read. ``sums`` is scratch, zero before and
    after. Of equally like rows the smaller number comes first.
    """
    touched = np.empty(
        min(
            len(norms),
            budget
            + (edges[features[0] + 1] - edges[features[0]] if len(features) else 0),
        )
        + 1,
        np.int32,
    )
    count = 0
    read = 0
    for place in range(len(features)):
        feature = features[place]
        low = edges[feature]
        high = edges[feature + 1]
        if place > 0 and read + high - low > budget:
            break
        read += high - low
        weight = squares[place]
        for entry in range(low, high):
            row = rows[entry]
            if sums[row] == 0:
                touched[count] = row
                count += 1
            sums[row] += weight
    most = len(best)
    kept = 0
    bar = np.float32(0)
    for number in range(count):
        row = touched[number]
        shared = sums[row]
        sums[row] = 0
        # a row's vector is no shorter than what it shares: its norm is not even read
        if shared < bar or gone[row]:
            continue
        cosine = shared / (norm * norms[row]) if norms[row] > 0 else np.float32(0)
        if kept == most and (
            cosine < cosines[kept - 1]
            or (cosine == cosines[kept - 1] and row > best[kept - 1])
        ):
            continue
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
        kept = min(kept + 1, most)
        if kept == most:
            worst = np.float32(0.999) * cosines[most - 1] * norm
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
