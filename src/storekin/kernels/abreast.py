"""What is asked of many rows, or of many words, side by side in wide registers.

Written for the compiler itself: left to vectorise a loop over a tree's rows, it would
write their answers to memory after each node and read them again, and take three times
as long. Any processor can run it; the wider its registers, the more goes at a time.
"""

from typing import Any

from storekin.kernels.compiled import inlined, intrinsic

LANES = 16
"""Words of 32 bits that go side by side; rows are filled up to a multiple of them."""

BLOCK = 64
"""Rows that a column of keys holds."""

FEW = 8
"""Sorted words that meet as many others at once."""


def _lanes() -> Any:  # noqa: ANN401
    """Give the compiler's name for words side by side."""
    from llvmlite import ir

    return ir.VectorType(ir.IntType(32), LANES)


def spread(builder: Any, value: Any, lanes: int = LANES) -> Any:  # noqa: ANN401
    """Put one value into every lane."""
    from llvmlite import ir

    nothing = ir.Constant(ir.VectorType(value.type, lanes), ir.Undefined)
    first = builder.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
    return builder.shuffle_vector(first, nothing, order)


def _lanes_at(builder: Any, words: Any, begin: Any, vector: int) -> Any:  # noqa: ANN401
    """Point at the lanes of a vector, of those from the word *begin* on."""
    at = builder.add(begin, begin.type(LANES * vector))
    return builder.bitcast(builder.gep(words, [at]), _lanes().as_pointer())


def _ask_nodes(
    builder: Any,  # noqa: ANN401
    keys: Any,  # noqa: ANN401
    row: Any,  # noqa: ANN401
    asked: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    vectors: int,
) -> list[Any]:
    """Build the loop over nodes [first, last); give what it leaves of each vector."""
    from llvmlite import ir

    place, lanes = first.type, _lanes()
    all_leaves = ir.Constant(lanes, [-1] * LANES)
    before = builder.block
    nodes = builder.append_basic_block("nodes")
    after = builder.append_basic_block("after")
    builder.cbranch(builder.icmp_signed("<", first, last), nodes, after)

    builder.position_at_end(nodes)
    node = builder.phi(place)
    node.add_incoming(first, before)
    held = [builder.phi(lanes) for _ in range(vectors)]
    begin = builder.mul(node, place(4))
    column, *said = (
        builder.load(builder.gep(asked, [builder.add(begin, place(number))]))
        for number in range(4)
    )
    line = builder.mul(builder.zext(column, place), place(BLOCK))
    line = builder.add(line, row)
    lift, bound, others = (spread(builder, word) for word in said)
    kept = []
    for vector, each in enumerate(held):
        key = builder.load(_lanes_at(builder, keys, line, vector), align=4)
        below = builder.icmp_unsigned("<", builder.add(key, lift), bound)
        kept.append(builder.and_(each, builder.select(below, all_leaves, others)))
        each.add_incoming(all_leaves, before)
        each.add_incoming(kept[vector], nodes)
    following = builder.add(node, place(1))
    node.add_incoming(following, nodes)
    builder.cbranch(builder.icmp_signed("<", following, last), nodes, after)

    builder.position_at_end(after)
    left = [builder.phi(lanes) for _ in range(vectors)]
    for each, one in zip(left, kept, strict=True):
        each.add_incoming(all_leaves, before)
        each.add_incoming(one, nodes)
    return left


def _make_ask(vectors: int) -> Any:  # noqa: ANN401
    """Make the asking of so many times ``LANES`` rows callable from kernels."""
    from numba import types
    from numba.extending import intrinsic as numba_intrinsic

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:  # noqa: ANN401
        keys, asked, left_over = (
            context.make_array(signature.args[n])(context, builder, given[n]).data
            for n in (0, 2, 5)
        )
        _, row, _, first, last, _ = given
        left = _ask_nodes(builder, keys, row, asked, first, last, vectors)
        for vector, each in enumerate(left):
            builder.store(each, _lanes_at(builder, left_over, row, vector), align=4)
        return context.get_dummy_value()

    @numba_intrinsic
    def ask(  # what a tree asks of which rows, and where what is left over goes
        _typing: Any,  # noqa: ANN401
        keys: Any,  # noqa: ANN401
        _row: Any,  # noqa: ANN401
        asked: Any,  # noqa: ANN401
        _first: Any,  # noqa: ANN401
        _last: Any,  # noqa: ANN401
        left_over: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        places = types.int64, types.int64
        return types.void(keys, types.int64, asked, *places, left_over), build

    return ask


def _make_add_line() -> Any:  # noqa: ANN401
    """Make the adding of one line of ``LANES`` words to another callable."""
    from numba import types
    from numba.extending import intrinsic as numba_intrinsic

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:  # noqa: ANN401
        ends = []
        for array, row in ((0, 1), (2, 3)):
            held = context.make_array(signature.args[array])
            words = held(context, builder, given[array]).data
            line = builder.mul(given[row], given[row].type(LANES))
            ends.append(_lanes_at(builder, words, line, 0))
        to, what = ends
        added = builder.add(builder.load(to, align=4), builder.load(what, align=4))
        builder.store(added, to, align=4)
        return context.get_dummy_value()

    @numba_intrinsic
    def add(
        _typing: Any,  # noqa: ANN401
        sums: Any,  # noqa: ANN401
        _row: Any,  # noqa: ANN401
        lines: Any,  # noqa: ANN401
        _line: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        return types.void(sums, types.int64, lines, types.int64), build

    return add


def _make_meet() -> Any:  # noqa: ANN401
    """Make the meeting of ``FEW`` words with ``FEW`` others callable from kernels."""
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic as numba_intrinsic

    word, byte = ir.IntType(32), ir.IntType(FEW)
    few = ir.VectorType(word, FEW)
    order = list(range(FEW))

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:  # noqa: ANN401
        words = context.make_array(signature.args[0])(context, builder, given[0]).data
        some, others = (
            builder.load(
                builder.bitcast(builder.gep(words, [place]), few.as_pointer()), align=4
            )
            for place in given[1:]
        )
        met = builder.icmp_unsigned("==", some, others)
        for step in order[1:]:
            turned = builder.shuffle_vector(
                others, others, ir.Constant(few, order[step:] + order[:step])
            )
            met = builder.or_(met, builder.icmp_unsigned("==", some, turned))
        return builder.zext(builder.bitcast(met, byte), word)

    @numba_intrinsic
    def meet(
        _typing: Any,  # noqa: ANN401
        words: Any,  # noqa: ANN401
        _some: Any,  # noqa: ANN401
        _others: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        return types.uint32(words, types.int64, types.int64), build

    return meet


meet_few = intrinsic(_make_meet)
"""Give which of ``FEW`` 32-bit words, from one place of an array on, are among those
from another place on: a bit each, the lowest for the first."""

_ask_once = intrinsic(lambda: _make_ask(1))
_ask_twice = intrinsic(lambda: _make_ask(2))

add_line = intrinsic(_make_add_line)
"""Add to row *row* of sums the line *line* of lines, both of ``LANES`` 32-bit words."""


@inlined
def ask_rows(
    keys: Any,  # noqa: ANN401
    count: Any,  # noqa: ANN401
    asked: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    left_over: Any,  # noqa: ANN401
) -> None:
    """Leave each row the leaves of a tree that its nodes [first, last) do not rule out.

    ``keys`` has a line of ``BLOCK`` rows for each column, ``asked`` four words for each
    node, of 32 bits all: the column, what is added to its key, the bound below which
    a row goes on to what stands first below the node, and the leaves that can be meant
    if it does not. *count* is a multiple of ``LANES``. No step waits for the one before
    it; the leaf that a row falls into is the first that is left over.
    """
    row = 0
    while count - row >= 2 * LANES:
        _ask_twice(keys, row, asked, first, last, left_over)
        row += 2 * LANES
    if row < count:
        _ask_once(keys, row, asked, first, last, left_over)
