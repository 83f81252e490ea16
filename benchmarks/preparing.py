"""How long the kernels take to be prepared, once. Prints a Markdown table.

    python benchmarks/preparing.py

Each set of kernels, and what a scan needs, is compiled by a process of its own into an
empty folder; then another process loads it from there.
"""

import os
import subprocess
import sys
import tempfile
import time

WORK = {
    "match registrations": "REGISTRATIONS",
    "match listings": "LISTINGS",
    "scan": "LISTINGS, REGISTRATIONS",
    "scan, with local pictures": "LISTINGS, REGISTRATIONS, PICTURES",
    "match images": "PICTURES",
    "index": "INDEXES, LISTINGS, REGISTRATIONS",
}


def seconds(sets: str, folder: str) -> float:
    """Prepare sets of kernels that are kept in a folder; the process is included."""
    here = os.environ | {"NUMBA_CACHE_DIR": folder}
    code = f"from storekin.kernels.compiled import {sets}, prepare; prepare({sets})"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=here, check=True)
    return time.perf_counter() - start


def main() -> None:
    """Measure each kind of work, first and once more."""
    print("| work | compiled in s | loaded in s |")
    print("| --- | --- | --- |")
    for name, sets in WORK.items():
        with tempfile.TemporaryDirectory() as folder:
            first, again = seconds(sets, folder), seconds(sets, folder)
        print(f"| {name} | {first:.1f} | {again:.2f} |", flush=True)


if __name__ == "__main__":
    main()
