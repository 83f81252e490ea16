"""Kernels are prepared for the work at hand, each of them by one process."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from storekin.kernels import compiled
from storekin.kernels.compiled import (
    LISTINGS,
    MODULES,
    PICTURES,
    REGISTRATIONS,
    compile_missing,
    prepare,
    ready_unclaimed,
)

HERE = Path(compiled.__file__).parent


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A process that has nothing yet, and what it loads."""
    found: list[str] = []

    def note(modules: Iterable[str]) -> None:
        found.extend(modules)

    monkeypatch.setattr(compiled, "ready", note)
    monkeypatch.setattr(compiled, "are_ready", lambda modules: not modules)
    monkeypatch.setattr(compiled, "_start_helper", lambda *_: None)
    monkeypatch.setattr(compiled._Prepared, "sets", set())  # noqa: SLF001 - no other door
    monkeypatch.setattr(compiled._Prepared, "announce", None)  # noqa: SLF001
    return found


def test_every_kernel_is_in_a_set() -> None:
    """One that is left out would be compiled in the middle of work, unannounced."""
    kernels = {
        path.stem
        for path in HERE.glob("*.py")
        if any(
            line.startswith("@kernel(") for line in path.read_text("utf-8").split("\n")
        )
    }

    assert set(MODULES) <= {path.stem for path in HERE.glob("*.py")}
    assert kernels <= set(MODULES)


def test_only_what_is_asked_for_is_prepared(loaded: list[str]) -> None:
    """And said so once, with how long it takes."""
    said: list[str] = []
    for _ in range(2):
        prepare(REGISTRATIONS, announce=said.append)

    assert set(loaded) == set(REGISTRATIONS.modules)
    assert said == [
        "Preparing the kernels for registrations (some 7 seconds, only this once)."
    ]


def test_what_is_needed_later_is_announced_to_whom_it_was_before(
    loaded: list[str],
) -> None:
    """Pictures are met in the middle of a scan."""
    said: list[str] = []
    prepare(LISTINGS, announce=said.append)
    loaded.clear()
    compile_missing(PICTURES)
    compile_missing(PICTURES)

    assert set(loaded) == set(PICTURES.modules)
    assert len(said) == 2
    assert "pictures" in said[1]


def test_what_lies_on_the_disk_is_not_announced(
    loaded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is loaded, or left to be loaded when it is called."""
    monkeypatch.setattr(compiled, "are_ready", bool)
    said: list[str] = []
    compile_missing(PICTURES)
    prepare(LISTINGS, announce=said.append)

    assert not said
    assert set(loaded) == set(LISTINGS.modules)


def test_two_processes_share_the_modules(loaded: list[str], tmp_path: Path) -> None:
    """Whoever comes first compiles one; the other goes on with the next."""
    (tmp_path / "tokenise").touch()
    modules = ("agreements", "tokenise", "near")
    ready_unclaimed(modules, str(tmp_path))
    ready_unclaimed(modules, str(tmp_path))

    assert loaded == ["agreements", "near"]
