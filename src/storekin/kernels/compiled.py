"""How kernels are compiled: once, with explicit types, kept on disk.

A kernel knows arrays alone: no engine, no file, no policy. It is compiled when its
module is first imported and read from the disk afterwards, so that a portfolio of
three hundred listings does not wait for a compiler.
"""

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

KernelFunction = TypeVar("KernelFunction", bound=Callable[..., Any])

_HERE = (
    "sorting",
    "tokenise",
    "spelling",
    "compare",
    "spelled",
    "slips",
    "join",
    "pool",
    "groups",
    "flow",
    "digests",
    "near",
    "agreements",
    "joining",
    "check_digits",
    "near_codes",
    "look_up",
    "known",
)
_BESIDE = (
    "trees",
    "trims",
    "images",
    "keypoints",
    "seen",
    "laid_over",
    "key_votes",
)
MODULES = (*_HERE, *_BESIDE)
"""The kernel modules, in the order in which they are prepared."""


def kernel(
    signature: str | list[str],
) -> Callable[[KernelFunction], KernelFunction]:
    """Compile a function for the given numba signatures, without holding the GIL."""
    from numba import njit

    return cast(
        "Callable[[KernelFunction], KernelFunction]",
        njit(signature, cache=True, nogil=True),
    )


def inlined(function: KernelFunction) -> KernelFunction:
    """Let kernels call *function*, compiled into each of them."""
    from numba import njit

    return cast("KernelFunction", njit(function, inline="always"))


def are_ready() -> bool:
    """Say whether the compiled kernels are on disk and newer than their source."""
    import os

    here = Path(__file__).parent
    places = [here / "__pycache__"]
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        places = [path for path in Path(chosen).glob("kernels_*") if path.is_dir()]
    for module in MODULES:
        source = (here / f"{module}.py").stat().st_mtime
        built = [
            path.stat().st_mtime
            for place in places
            for path in place.glob(f"{module}.*.nbi")
        ]
        if not built or max(built) < source:
            return False
    return True


def prepare(announce: Callable[[str], None] | None = None) -> None:
    """Load every kernel, compiling those that are not on disk yet.

    ``announce`` is called with one sentence when compiling will take seconds.
    """
    import os

    if not os.access(Path(__file__).parent, os.W_OK):
        # an installation that may not be written to: keep them with the user
        home = Path.home() / ".cache" / "storekin"
        os.environ.setdefault("NUMBA_CACHE_DIR", str(home))
    if announce is not None and not are_ready():
        announce("Preparing the kernels (about 25 seconds, only this once).")
    helper = None if are_ready() else _start_helper()
    try:
        for module in _HERE:
            import_module(f"storekin.kernels.{module}")
        if helper is not None:
            helper.wait()
    finally:
        if helper is not None and helper.poll() is None:
            helper.kill()
    for module in _BESIDE:
        import_module(f"storekin.kernels.{module}")


def _start_helper() -> "subprocess.Popen[bytes] | None":
    """Compile half of the kernels in a process beside this one; None if it cannot."""
    names = ", ".join(f"storekin.kernels.{module}" for module in _BESIDE)
    try:
        return subprocess.Popen(  # noqa: S603 - this very interpreter, our own modules
            [sys.executable, "-c", f"import {names}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None
