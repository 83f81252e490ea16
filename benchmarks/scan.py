"""How long a scan takes, how much memory, and how both grow.

    python benchmarks/scan.py [--work DIR] [--sizes 2000:100000,20000:1000000]

Makes portfolios with benchmarks/portfolio.py, then measures in processes of their own:
reading the listings (pandas reads the same file in the same run, where installed), the
candidate join of the titles (rensa beside it, where installed), and the whole scan from
CSV to report. Prints a Markdown table.
"""

import argparse
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

from runs import is_installed, measured

READ = """
import json, resource, sys, time
from pathlib import Path
from storekin.wiring import open_portfolio
start = time.perf_counter()
portfolio = open_portfolio(Path(sys.argv[1]) / "listings.csv")
print(json.dumps([time.perf_counter() - start, portfolio.listings.num_rows,
    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6]))
"""
PANDAS = """
import json, resource, sys, time
import pandas
start = time.perf_counter()
table = pandas.read_csv(sys.argv[1] + "/listings.csv", dtype=str)
table["price"] = pandas.to_numeric(table["price"])
print(json.dumps([time.perf_counter() - start, len(table),
    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6]))
"""
JOIN = """
import json, resource, sys, time
from pathlib import Path
from storekin.kernels.compiled import prepare
from storekin.kernels.similar_pairs import join_similar
from storekin.kernels.similar_texts import TextColumn, tokenise
from storekin.listings.vocabulary import listing_vocabulary
from storekin.wiring import open_portfolio
prepare()
titles = open_portfolio(Path(sys.argv[1]) / "listings.csv").listings["title"]
words = listing_vocabulary()
start = time.perf_counter()
tokens = tokenise(TextColumn.of(titles), words)
pairs = join_similar(tokens, threshold=0.45, lone_share=0.1)
print(json.dumps([time.perf_counter() - start, len(pairs.left),
    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6]))
"""
RENSA = """
import json, re, resource, sys, time
from pathlib import Path
from rensa import RMinHash, RMinHashLSH
from storekin.wiring import open_portfolio
table = open_portfolio(Path(sys.argv[1]) / "listings.csv").listings
titles = table["title"].to_pylist()
start = time.perf_counter()
hashes = []
index = RMinHashLSH(threshold=0.5, num_perm=125, num_bands=25)
for number, title in enumerate(titles):
    one = RMinHash(num_perm=125, seed=7)
    one.update(re.findall(r"[^\\W\\d_]+|\\d+", title.lower()))
    hashes.append(one)
    index.insert(number, one)
pairs = sum(len(index.query(one)) for one in hashes)
print(json.dumps([time.perf_counter() - start, pairs,
    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6]))
"""
SCAN = """
import json, resource, sys, time
from pathlib import Path
start = time.perf_counter()
import storekin
result = storekin.scan(sys.argv[1])
storekin.write_report(result, sys.argv[1] + "-report")
print(json.dumps([time.perf_counter() - start, len(result.associations),
    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6]))
"""


def main() -> None:
    """Measure every size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--sizes", default="2000:100000,20000:1000000")
    chosen = parser.parse_args()
    scans: list[tuple[int, float, float]] = []
    work = chosen.work or Path(tempfile.mkdtemp(prefix="storekin-benchmark-"))
    print("| stores, listings | step | s | of the peer's time | GB | found |")
    print("| --- | --- | --- | --- | --- | --- |")
    for size in chosen.sizes.split(","):
        stores, listings = map(int, size.split(":"))
        folder = work / f"made-{stores}-{listings}"
        # in a process of its own: a child's peak memory begins with its parent's
        maker = [sys.executable, str(Path(__file__).with_name("portfolio.py"))]
        sizes = ["--stores", str(stores), "--listings", str(listings)]
        subprocess.run(
            [*maker, *sizes, "--out", str(folder)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for step, code, peer, name in (
            ("read listings.csv", READ, PANDAS, "pandas"),
            ("join titles", JOIN, RENSA, "rensa"),
            ("scan, from CSV to report", SCAN, None, ""),
        ):
            ours = measured(code, str(folder))
            compared = peer is not None and is_installed(name)
            theirs = measured(peer, str(folder)) if compared else None
            if code is SCAN:
                scans.append((listings, ours[0], ours[2]))
            ratio = f"{ours[0] / theirs[0]:.2f} ({name})" if theirs else "-"
            print(
                f"| {stores:,}, {listings:,} | {step} | {ours[0]:.1f} | {ratio} |"
                f" {ours[2]:.2f} | {ours[1]:,} |",
                flush=True,
            )
            if theirs:
                print(
                    f"| | {name} | {theirs[0]:.1f} | 1 | {theirs[2]:.2f} |"
                    f" {theirs[1]:,} |",
                    flush=True,
                )
    growth(scans)


def growth(scans: list[tuple[int, float, float]]) -> None:
    """Print how time and memory grow from each size to the next."""
    for (few, before, small), (many, after, large) in itertools.pairwise(scans):
        print(
            f"\n{many / few:.1f} times the listings: {after / before:.1f} times the"
            f" seconds, {large / small:.1f} times the memory"
        )


if __name__ == "__main__":
    main()
