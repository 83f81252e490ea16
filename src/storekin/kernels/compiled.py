"""How kernels are compiled: once, with explicit types, kept on disk.

A kernel knows arrays alone: no engine, no file, no policy. It is compiled when it is
first called and read from the disk afterwards, so that a portfolio of three hundred
listings does not wait for a compiler.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock
from typing import Any, ClassVar, TypeVar, cast

from storekin.kernels.parallel import thread_count

KernelFunction = TypeVar("KernelFunction", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class KernelSet:
    """Kernel modules that one kind of work needs, in the order they are prepared in.

    ``seconds`` is how long it takes two processes to compile them.
    """

    name: str
    modules: tuple[str, ...]
    seconds: int


REGISTRATIONS = KernelSet(
    "registrations",
    (
        "agreements",
        "tokenise",
        "near",
        "joining",
        "sorting",
        "groups",
        "flow",
        "check_digits",
    ),
    7,
)
LISTINGS = KernelSet(
    "listings",
    (
        "tokenise",
        "join",
        "spelled",
        "reading",
        "spelling",
        "pool",
        "compare",
        "telling",
        "trees",
        "slips",
        "pairwise",
        "cosines",
        "families",
        "near_codes",
        "groups",
        "sorting",
        "edges",
        "likest",
        "word_odds",
        "transitive",
        "kin",
    ),
    12,
)
INDEXES = KernelSet("indexes", ("known", "look_up", "digests"), 5)
PICTURES = KernelSet(
    "pictures",
    (
        "laid_over",
        "keypoints",
        "seen",
        "images",
        "key_votes",
        "trims",
        "near_codes",
    ),
    11,
)
SETS = (REGISTRATIONS, LISTINGS, INDEXES, PICTURES)
MODULES = tuple(dict.fromkeys(name for one in SETS for name in one.modules))
"""The kernel modules, in the order in which they are prepared."""


class Kernel:
    """A function that is compiled, or read from the disk, when it is first called.

    Until then not even the compiler is loaded: a command that needs three kernels
    waits for three. What it calls in turn is compiled with it.
    """

    __slots__ = ("__dict__", "_compiled", "_function", "_make")

    def __init__(
        self, function: Callable[..., Any], make: Callable[..., Callable[..., Any]]
    ) -> None:
        self._function = function
        self._make = make
        self._compiled: Callable[..., Any] | None = None
        self.__dict__["__doc__"] = function.__doc__
        self.__dict__["__name__"] = function.__name__
        self.__dict__["__module__"] = function.__module__
        self.__dict__["__wrapped__"] = function

    def __call__(self, *arguments: Any) -> Any:  # noqa: ANN401, D102 - as the kernel says
        return (self._compiled or self.ready())(*arguments)

    def ready(self) -> Callable[..., Any]:
        """Compile the function, and all that it calls, or read them from the disk."""
        with _COMPILING:
            if self._compiled is None:
                _forget_once()
                around = self._function.__globals__
                for name in self._function.__code__.co_names:
                    called = around.get(name)
                    if isinstance(called, Kernel):
                        around[name] = called.ready()
                self._compiled = self._make(self._function)
            return self._compiled


_COMPILING = RLock()


@lru_cache(maxsize=1)
def _forget_once() -> None:
    forget_stale(Path(__file__).parent, _places())


def kernel(
    signature: str | list[str],
) -> Callable[[KernelFunction], KernelFunction]:
    """Compile a function for the given numba signatures, without holding the GIL."""

    def make(function: Callable[..., Any]) -> Callable[..., Any]:
        from numba import njit

        compiled: Callable[..., Any] = njit(signature, cache=True, nogil=True)(function)
        return compiled

    def wrap(function: KernelFunction) -> KernelFunction:
        return cast("KernelFunction", Kernel(function, make))

    return wrap


def inlined(function: KernelFunction) -> KernelFunction:
    """Let kernels call *function*, compiled into each of them."""

    def make(plain: Callable[..., Any]) -> Callable[..., Any]:
        from numba import njit

        compiled: Callable[..., Any] = njit(plain, inline="always")
        return compiled

    return cast("KernelFunction", Kernel(function, make))


def intrinsic(make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """Let kernels call what *make* makes for the compiler, when it is loaded."""
    return Kernel(make, lambda _: make())


def ready(modules: Iterable[str]) -> None:
    """Compile all kernels of some modules, or read them from the disk."""
    for module in modules:
        for value in list(vars(import_module(f"storekin.kernels.{module}")).values()):
            if isinstance(value, Kernel):
                value.ready()


def _places() -> list[Path]:
    """Give the folders in which compiled kernels lie."""
    import os

    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if not chosen:
        return [Path(__file__).parent / "__pycache__"]
    return [path for path in Path(chosen).glob("kernels_*") if path.is_dir()]


_USES = re.compile(r"^from storekin\.kernels\.(\w+) import", re.MULTILINE)


def forget_stale(here: Path, places: Iterable[Path]) -> None:
    """Forget compiled kernels whose source, or that of one that they call, is newer.

    Sources lie *here*, what was made of them in *places*. The compiler asks after a
    kernel's own source alone: one that calls another would go on with the other as it
    was.
    """
    sources = {path.stem: path for path in here.glob("*.py")}
    changed = {name: path.stat().st_mtime for name, path in sources.items()}
    newest = max(changed.values())
    built: list[tuple[Path, float]] = []
    for place in places:
        for path in place.glob("*.nbi"):
            with suppress(OSError):  # another process forgets it, too
                built.append((path, path.stat().st_mtime))
    if all(at >= newest for _, at in built):
        return
    uses = {
        name: set(_USES.findall(path.read_text("utf-8")))
        for name, path in sources.items()
    }

    def last_change(name: str, seen: frozenset[str] = frozenset()) -> float:
        called = uses.get(name, set()) - seen - {name}
        beyond = seen | {name}
        return max(
            [changed.get(name, 0.0), *(last_change(one, beyond) for one in called)]
        )

    for path, at in built:
        if at < last_change(path.name.partition(".")[0]):
            path.unlink(missing_ok=True)


def are_ready(modules: Iterable[str] = MODULES) -> bool:
    """Say whether compiled kernels are on disk and newer than their source."""
    _forget_once()
    here = Path(__file__).parent
    places = _places()
    for module in modules:
        source = (here / f"{module}.py").stat().st_mtime
        built = [
            path.stat().st_mtime
            for place in places
            for path in place.glob(f"{module}.*.nbi")
        ]
        if not built or max(built) < source:
            return False
    return True


Announce = Callable[[str], None]


class _Prepared:
    """Which sets need no preparing any more, and whom to tell that others take long."""

    sets: ClassVar[set[str]] = set()
    announce: ClassVar[Announce | None] = None


def prepare(*sets: KernelSet, announce: Announce | None = None) -> None:
    """Load the kernels of some sets, or of all; compile those that are not on disk yet.

    ``announce`` is called with one sentence when compiling will take seconds, in later
    calls without one, too.
    """
    import os

    _Prepared.announce = announce or _Prepared.announce
    wanted = [one for one in sets or SETS if one.name not in _Prepared.sets]
    if not wanted:
        return
    if not os.access(Path(__file__).parent, os.W_OK):
        # an installation that may not be written to: keep them with the user
        home = Path.home() / ".cache" / "storekin"
        os.environ.setdefault("NUMBA_CACHE_DIR", str(home))
    new = [one for one in wanted if not are_ready(one.modules)]
    if new:
        if _Prepared.announce is not None:
            seconds = sum(one.seconds for one in new)
            kinds = " and ".join(one.name for one in new)
            _Prepared.announce(
                f"Preparing the kernels for {kinds} (some {seconds} seconds, only this"
                " once)."
            )
        _compile_beside([name for one in new for name in one.modules])
    ready(name for one in wanted for name in one.modules)
    _Prepared.sets.update(one.name for one in wanted)


def _compile_beside(modules: Sequence[str]) -> None:
    """Compile modules in this process and others beside it, each module in one."""
    with TemporaryDirectory() as folder:
        helpers = [
            helper
            for _ in range(min(thread_count(), MOST_PROCESSES) - 1)
            if (helper := _start_helper(modules, folder)) is not None
        ]
        try:
            ready_unclaimed(modules, folder)
            for helper in helpers:
                helper.wait()
        finally:
            for helper in helpers:
                if helper.poll() is None:
                    helper.kill()
                    helper.wait()


MOST_PROCESSES = 4
"""Beyond four, loading the compiler takes longer than what it has left to do."""


def ready_unclaimed(modules: Iterable[str], folder: str) -> None:
    """Compile the modules that no other process has claimed by a file in *folder*."""
    for module in modules:
        try:
            Path(folder, module).open("x").close()
        except FileExistsError:
            continue
        ready([module])


def compile_missing(one: KernelSet) -> None:
    """Prepare a set that is not on disk yet; what is there loads when it is called."""
    if one.name in _Prepared.sets:
        return
    if are_ready(one.modules):
        # looked for once: one screening after the other asks
        _Prepared.sets.add(one.name)
    else:
        prepare(one)


def _start_helper(
    modules: Sequence[str], folder: str
) -> "subprocess.Popen[bytes] | None":
    """Start a process that compiles what nobody has claimed; None if it cannot."""
    code = (
        "from storekin.kernels.compiled import ready_unclaimed;"
        f" ready_unclaimed({list(modules)!r}, {folder!r})"
    )
    try:
        return subprocess.Popen(  # noqa: S603 - this very interpreter, our own modules
            [sys.executable, "-c", code],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None
