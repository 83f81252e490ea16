"""What several tests share: the example portfolio, and its scan."""

from pathlib import Path

import pytest

import storekin
from storekin.workflows.demo.make import make_demo
from storekin.workflows.scan import ScanResult


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example portfolio, written once."""
    folder = tmp_path_factory.mktemp("demo") / "portfolio"
    make_demo(folder)
    return folder


@pytest.fixture(scope="session")
def demo_result(demo_folder: Path) -> ScanResult:
    """The example portfolio, scanned once."""
    return storekin.scan(demo_folder)
