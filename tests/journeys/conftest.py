"""What the journeys begin with."""

from pathlib import Path

import pytest
from desk import run


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, scanned under a policy with a law on it."""
    folder = tmp_path_factory.mktemp("demo")
    run("demo", folder / "demo")
    run("scan", folder / "demo", "--policy", "aliexpress+eu", "--out", folder / "out")
    return folder / "out"
