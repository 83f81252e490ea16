"""Many places of memory read and written in one step, where the processor can.

With AVX-512 kernels go over lists side by side, written for the compiler itself: it
would not do so by itself, since it cannot know that no two places are the same. On
other processors they go one by one, by the definitions that stand beside.
"""

from collections.abc import Callable, Sequence
from typing import Any

from storekin.kernels.abreast import LANES, spread
from storekin.kernels.compiled import intrinsic


def has_wide_lanes() -> bool:
    """Say whether kernels are compiled for a processor with AVX-512."""
    from llvmlite import binding
    from numba.core import config

    chosen = vars(config)
    if chosen.get("CPU_NAME") or chosen.get("CPU_FEATURES"):
        return False
    if not chosen.get("ENABLE_AVX", True):
        return False
    try:
        return bool(binding.get_host_cpu_features().get("avx512f"))
    except RuntimeError:  # nobody can say what this processor has
        return False


def wide_or(make: Callable[[], Any], plain: Any) -> Any:  # noqa: ANN401
    """Give what goes side by side, or its definition where the processor cannot."""
    return intrinsic(lambda: make() if has_wide_lanes() else plain.ready())


def call(builder: Any, name: str, gives: Any, given: Sequence[Any]) -> Any:  # noqa: ANN401
    """Call one of the compiler's own functions."""
    from llvmlite import ir

    known = builder.module.globals
    if name not in known:
        kind = ir.FunctionType(gives, [each.type for each in given])
        ir.Function(builder.module, kind, name)
    return builder.call(known[name], given)


class Wide:
    """The words of the compiler for what goes side by side: ``LANES`` lanes, or half.

    ``which`` is everywhere a bit for each lane that counts; others read 0.
    """

    def __init__(self, context: Any, builder: Any, signature: Any, given: Any) -> None:  # noqa: ANN401
        from llvmlite import ir

        self._context, self._signature = context, signature
        self.given, self.build = given, builder
        self.word, self.real, self.long = ir.IntType(32), ir.FloatType(), ir.IntType(64)
        self._anywhere = ir.IntType(8).as_pointer()
        self._names = {self.word: "dpi", self.real: "dps", self.long: "dpq"}
        self.numbers = self.constant(self.word, list(range(LANES)))

    def vector(self, kind: Any, lanes: int = LANES) -> Any:  # noqa: ANN401
        """Name lanes of a kind."""
        from llvmlite import ir

        return ir.VectorType(kind, lanes)

    def constant(self, kind: Any, values: list[int]) -> Any:  # noqa: ANN401
        """Give lanes that hold these values."""
        from llvmlite import ir

        return ir.Constant(self.vector(kind, len(values)), values)

    def spread(self, value: Any, lanes: int = LANES) -> Any:  # noqa: ANN401
        """Put one value into every lane."""
        return spread(self.build, value, lanes)

    def data(self, argument: int, begin: Any = None) -> Any:  # noqa: ANN401
        """Point at the values of an array that was given, from one place on."""
        kind, array = self._signature.args[argument], self.given[argument]
        values = self._context.make_array(kind)(self._context, self.build, array).data
        return values if begin is None else self.build.gep(values, [begin])

    def lanes_at(self, place: Any, kind: Any) -> Any:  # noqa: ANN401
        """Point at lanes that begin at a place."""
        return self.build.bitcast(place, self.vector(kind).as_pointer())

    def count(self, which: Any) -> Any:  # noqa: ANN401
        """Give how many lanes count."""
        from llvmlite import ir

        bits = self.build.bitcast(which, ir.IntType(LANES))
        return self.build.zext(self.build.ctpop(bits), self.long)

    def ones(self, lanes: Any) -> Any:  # noqa: ANN401
        """Count the bits set in each lane of a half."""
        kind = lanes.type
        return call(self.build, f"llvm.ctpop.v{kind.count}i64", kind, (lanes,))

    def gather(self, base: Any, at: Any, which: Any) -> Any:  # noqa: ANN401
        """Read the values that stand so many places behind *base*."""
        kind = base.type.pointee
        values = self.vector(kind, at.type.count)
        return call(
            self.build,
            f"llvm.x86.avx512.mask.gather.{self._names[kind]}.512",
            values,
            (
                values(None),
                self.build.bitcast(base, self._anywhere),
                at,
                which,
                self.word(8 if kind == self.long else 4),
            ),
        )

    def scatter(self, base: Any, at: Any, which: Any, values: Any) -> None:  # noqa: ANN401
        """Write 32-bit values so many places behind *base*."""
        from llvmlite import ir

        call(
            self.build,
            f"llvm.x86.avx512.mask.scatter.{self._names[base.type.pointee]}.512",
            ir.VoidType(),
            (
                self.build.bitcast(base, self._anywhere),
                which,
                at,
                values,
                self.word(4),
            ),
        )

    def write_those(self, words: Any, which: Any, place: Any) -> None:  # noqa: ANN401
        """Write the words that count one after the other; what is behind is lost."""
        kind = words.type
        name = f"llvm.x86.avx512.mask.compress.v{LANES}i32"
        together = call(self.build, name, kind, (words, kind(None), which))
        self.build.store(together, self.lanes_at(place, self.word), align=4)

    def loop(
        self,
        low: Any,  # noqa: ANN401
        high: Any,  # noqa: ANN401
        count: Any,  # noqa: ANN401
        body: Callable[[Any, Any, Any], tuple[Any, Any]],
    ) -> Any:  # noqa: ANN401
        """Go from *low* to *high* by ``LANES``; give the count.

        *body* is given the place, the count so far and which lanes are before *high*;
        it gives the new count and which lanes it took. Where those are not all, from
        the first on, the loop ends.
        """
        build = self.build
        before = build.block
        inside = build.append_basic_block("abreast")
        behind = build.append_basic_block("behind")
        build.cbranch(build.icmp_signed("<", low, high), inside, behind)

        build.position_at_end(inside)
        at, so_far = build.phi(self.long), build.phi(self.long)
        left = self.spread(build.trunc(build.sub(high, at), self.word))
        more, taken = body(at, so_far, build.icmp_signed("<", self.numbers, left))
        last, steps = build.block, self.count(taken)
        following = build.add(at, steps)
        goes_on = build.and_(
            build.icmp_signed("==", steps, self.long(LANES)),
            build.icmp_signed("<", following, high),
        )
        build.cbranch(goes_on, inside, behind)

        build.position_at_end(behind)
        total = build.phi(self.long)
        for phi, begin, on in (
            (at, low, following),
            (so_far, count, more),
            (total, count, more),
        ):
            phi.add_incoming(begin, before)
            phi.add_incoming(on, last)
        return total
