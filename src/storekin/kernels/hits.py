"""What a list of texts adds to the sums of a block, and which of them are worth a look.

What goes one by one is the definition; what goes side by side does the same.
"""

from typing import Any

import numpy as np

from storekin.kernels.abreast import LANES
from storekin.kernels.bits import ones
from storekin.kernels.compiled import inlined, intrinsic
from storekin.kernels.wide import Wide, call, wide_or

_U = np.uint64


@inlined
def add_one_by_one(
    sums: Any,  # noqa: ANN401
    rows: Any,  # noqa: ANN401
    low: Any,  # noqa: ANN401
    high: Any,  # noqa: ANN401
    limit: Any,  # noqa: ANN401
    weight: Any,  # noqa: ANN401
    floor: Any,  # noqa: ANN401
    bar: Any,  # noqa: ANN401
    hits: Any,  # noqa: ANN401
    found: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Add *weight* to the sums of a list's rows; note whose sum reaches *bar* by it.

    The list stands at [low, high) of ``rows`` (sorted, each once); its rows from
    *limit* on are passed over. A sum below *floor* counts as *floor*. The rows are
    written to ``hits`` from *found* on; gives where the next one goes.
    """
    for entry in range(_U(low), _U(high)):
        row = rows[entry]
        if row >= limit:
            break
        after = np.int32(max(sums[row], floor) + weight)
        sums[row] = after
        # the sum has just reached the bar: not before, and not long since
        hits[_U(found)] = row
        found += np.uint32(after - bar) < np.uint32(weight)
    return found


@inlined
def keep_one_by_one(
    hits: Any,  # noqa: ANN401
    found: Any,  # noqa: ANN401
    sums: Any,  # noqa: ANN401
    base: Any,  # noqa: ANN401
    inverse: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    query: Any,  # noqa: ANN401
    norms: Any,  # noqa: ANN401
    behind: Any,  # noqa: ANN401
    marks: Any,  # noqa: ANN401
    share: Any,  # noqa: ANN401
    hope: Any,  # noqa: ANN401
    threshold: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Move the hits that could reach the threshold to the front; give how many.

    A hit is a row of the block that begins at *first*. What both prefixes share is its
    sum above *base*, times *inverse*: at least *share* of both norms. For each mark of
    what one of the two has behind its prefix, *hope* times the mean of what stands
    ``behind`` the longer one's is added.
    """
    kept = 0
    own = norms[query]
    one, other = marks[query, 0], marks[query, 1]
    one_behind, other_behind = marks[query, 2], marks[query, 3]
    for hit in range(found):
        place = hits[_U(hit)]
        row = _U(first + place)
        scaled = own * norms[row]
        known = np.float32(sums[_U(place)] - base) * inverse
        # a feature in both prefixes is known already: one side has it behind its own
        common = ones(
            (marks[row, _U(0)] & one_behind) | (marks[row, _U(2)] & one)
        ) + ones((marks[row, _U(1)] & other_behind) | (marks[row, _U(3)] & other))
        each = hope * (behind[row] if norms[row] > own else behind[query])
        hits[_U(kept)] = place
        # the bar was that of the shortest vector of the block
        kept += (known >= share * scaled) & (
            known + each * np.float32(common) >= threshold * scaled
        )
    return kept


def _add_abreast(*given: Any) -> Any:  # noqa: ANN401
    """Build what ``add_one_by_one`` does; no row of a list waits for another."""
    wide = Wide(*given)
    build = wide.build
    sums, rows, hits = wide.data(0), wide.data(1), wide.data(8)
    _, _, low, high, *words, _, found = wide.given
    limit, weight, floor, bar = (wide.spread(word) for word in words)

    def add(at: Any, count: Any, which: Any) -> Any:  # noqa: ANN401
        line = wide.lanes_at(build.gep(rows, [at]), wide.word)
        row = build.load(line, align=4)
        which = build.and_(which, build.icmp_signed("<", row, limit))
        held = wide.gather(sums, row, which)
        held = build.select(build.icmp_signed(">", held, floor), held, floor)
        held = build.add(held, weight)
        wide.scatter(sums, row, which, held)
        over = build.icmp_unsigned("<", build.sub(held, bar), weight)
        over = build.and_(over, which)
        wide.write_those(row, over, build.gep(hits, [count]))
        return build.add(count, wide.count(over)), which

    return wide.loop(low, high, found, add)


def _keep_abreast(*given: Any) -> Any:  # noqa: ANN401
    """Build what ``keep_one_by_one`` does."""
    wide = Wide(*given)
    build, long = wide.build, wide.long
    _, found, _, base, inverse, first, query, _, _, _, share, hope, threshold = (
        wide.given
    )
    hits, sums = wide.data(0), wide.data(2)
    norms, means = wide.data(7, first), wide.data(8, first)
    own, mean = (
        wide.spread(build.load(wide.data(argument, query))) for argument in (7, 8)
    )
    base, inverse, share, hope, threshold = (
        wide.spread(value) for value in (base, inverse, share, hope, threshold)
    )
    half = LANES // 2

    def mark(row: Any, number: int) -> Any:  # noqa: ANN401
        return wide.data(9, build.add(build.mul(row, long(4)), long(number)))

    marks = [mark(first, number) for number in range(4)]
    # what the query has of each: all meets what is behind the prefix, and the reverse
    asked = [
        wide.spread(build.load(mark(query, number)), half) for number in (2, 3, 0, 1)
    ]

    def common(row: Any, which: Any, lanes: list[int]) -> Any:  # noqa: ANN401
        order = wide.constant(wide.word, lanes)
        row, which = (build.shuffle_vector(of, of, order) for of in (row, which))
        row = build.shl(row, wide.constant(wide.word, [2] * half))
        one, other, one_behind, other_behind = (
            build.and_(wide.gather(there, row, which), here)
            for there, here in zip(marks, asked, strict=True)
        )
        both = build.add(
            wide.ones(build.or_(one, one_behind)),
            wide.ones(build.or_(other, other_behind)),
        )
        return build.trunc(both, order.type)

    def keep(at: Any, count: Any, read: Any) -> Any:  # noqa: ANN401
        line = wide.lanes_at(build.gep(hits, [at]), wide.word)
        row = build.load(line, align=4)
        norm = wide.gather(norms, row, read)
        scaled = build.fmul(own, norm)
        known = build.sub(wide.gather(sums, row, read), base)
        known = build.fmul(build.sitofp(known, scaled.type), inverse)
        enough = build.fcmp_ordered(">=", known, build.fmul(share, scaled))
        which = build.and_(read, enough)
        marked = build.shuffle_vector(
            common(row, which, list(range(half))),
            common(row, which, list(range(half, LANES))),
            wide.numbers,
        )
        longer = build.fcmp_ordered(">", norm, own)
        each = build.select(longer, wide.gather(means, row, which), mean)
        hoped = build.fmul(build.fmul(hope, each), build.sitofp(marked, each.type))
        hoped = build.fadd(known, hoped)
        enough = build.fcmp_ordered(">=", hoped, build.fmul(threshold, scaled))
        hopeful = build.and_(which, enough)
        # no more are kept than were read: none is written over that is still to come
        wide.write_those(row, hopeful, build.gep(hits, [count]))
        return build.add(count, wide.count(hopeful)), read

    return wide.loop(long(0), found, long(0), keep)


def make_add_abreast() -> Any:  # noqa: ANN401
    """Make what ``add_one_by_one`` does callable side by side."""
    from numba import types
    from numba.extending import intrinsic as numba_intrinsic

    place, word = types.int64, types.int32

    @numba_intrinsic
    def add(  # as its definition: rows, sums and hits have 32 bits
        _typing: Any,  # noqa: ANN401
        sums: Any,  # noqa: ANN401
        rows: Any,  # noqa: ANN401
        _low: Any,  # noqa: ANN401
        _high: Any,  # noqa: ANN401
        _limit: Any,  # noqa: ANN401
        _weight: Any,  # noqa: ANN401
        _floor: Any,  # noqa: ANN401
        _bar: Any,  # noqa: ANN401
        hits: Any,  # noqa: ANN401
        _found: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        words = word, word, word, word
        taken = sums, rows, place, place, *words, hits, place
        return place(*taken), _add_abreast

    return add


def make_keep_abreast() -> Any:  # noqa: ANN401
    """Make what ``keep_one_by_one`` does callable side by side."""
    from numba import types
    from numba.extending import intrinsic as numba_intrinsic

    place, word, real = types.int64, types.int32, types.float32

    @numba_intrinsic
    def keep(  # as its definition: marks are four words of 64 bits
        _typing: Any,  # noqa: ANN401
        hits: Any,  # noqa: ANN401
        _found: Any,  # noqa: ANN401
        sums: Any,  # noqa: ANN401
        _base: Any,  # noqa: ANN401
        _inverse: Any,  # noqa: ANN401
        _first: Any,  # noqa: ANN401
        _query: Any,  # noqa: ANN401
        norms: Any,  # noqa: ANN401
        behind: Any,  # noqa: ANN401
        marks: Any,  # noqa: ANN401
        _share: Any,  # noqa: ANN401
        _hope: Any,  # noqa: ANN401
        _threshold: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        known = hits, place, sums, word, real, place, place, norms, behind, marks
        taken = *known, real, real, real
        return place(*taken), _keep_abreast

    return keep


def _make_fetch() -> Any:  # noqa: ANN401
    """Make the asking for memory ahead of its use callable from kernels."""
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic as numba_intrinsic

    word, anywhere = ir.IntType(32), ir.IntType(8).as_pointer()

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:  # noqa: ANN401
        array, place = given
        held = context.make_array(signature.args[0])(context, builder, array)
        at = builder.bitcast(builder.gep(held.data, [place]), anywhere)
        # to be read, and soon, as data
        how = word(0), word(3), word(1)
        call(builder, "llvm.prefetch.p0", ir.VoidType(), (at, *how))
        return context.get_dummy_value()

    @numba_intrinsic
    def fetch(_typing: Any, array: Any, _place: Any) -> Any:  # noqa: ANN401
        return types.void(array, types.int64), build

    return fetch


add_up = wide_or(make_add_abreast, add_one_by_one)
"""What ``add_one_by_one`` says. Rows and hits have room for ``LANES`` more."""

keep_hopeful = wide_or(make_keep_abreast, keep_one_by_one)
"""What ``keep_one_by_one`` says. Hits have room for ``LANES`` more."""

fetch = intrinsic(_make_fetch)
"""Ask for what stands at a place of an array before it is used; it may lie beyond."""
