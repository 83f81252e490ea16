"""Start storekin, or a script, in a process of its own, and read what it measured."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

STOREKIN = [sys.executable, "-m", "storekin"]
_HERE = Path(__file__).parent


def run(*words: str | Path) -> float:
    """Run storekin, and give its seconds."""
    start = time.perf_counter()
    subprocess.run(
        [*STOREKIN, *map(str, words), "--json"], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - start


def measured(script: str, *words: str) -> Any:  # noqa: ANN401 - what the script prints
    """Run a script from here; gives what it printed last, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=_HERE,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def is_installed(peer: str) -> bool:
    """Say whether a peer can be measured here."""
    from importlib.util import find_spec

    found = find_spec(peer) is not None
    if not found:
        sys.stderr.write(f"{peer} is not installed: its rows are left out\n")
    return found
