"""Near copies among many titles: the join, and the levels, against a known truth.

    python benchmarks/titles.py FILE.parquet

FILE has ``title`` and ``cluster`` (titles of one product share it), and may have
``price``. Prints the join's seconds, pairs and recall, and precision and recall of the
pairs at each level.
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from storekin.kernels.compiled import prepare
from storekin.kernels.similar_texts import TextColumn, join_similar, tokenise
from storekin.listings.blocking import LONE_SHARE, TITLE_COSINE
from storekin.listings.model import LEVELS
from storekin.listings.vocabulary import listing_vocabulary
from storekin.wiring import portfolio_of
from storekin.workflows.listings import compare_listings_of


def main() -> None:
    """Measure one file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args()
    table = pq.read_table(chosen.file)
    prepare()
    words = listing_vocabulary()
    count = table.num_rows
    cluster = table["cluster"].to_numpy()
    _, sizes = np.unique(cluster, return_counts=True)
    true = int((sizes * (sizes - 1) // 2).sum())

    start = time.perf_counter()
    tokens = tokenise(TextColumn.of(table["title"]), words)
    read = time.perf_counter() - start
    pairs = join_similar(tokens, threshold=TITLE_COSINE, lone_share=LONE_SHARE)
    joined = time.perf_counter() - start - read
    hits = int((cluster[pairs.left] == cluster[pairs.right]).sum())
    print(
        f"{count:,} titles, {true:,} true pairs: tokens {read:.1f} s,"
        f" join {joined:.1f} s, {len(pairs.left):,} pairs, recall {hits / true:.4f}"
    )

    columns = {
        "listing": pa.array([f"{number:09d}" for number in range(count)]),
        "store": pa.array(["s"] * count),
        "title": table["title"],
    }
    if "price" in table.column_names:
        columns["price"] = table["price"]
    listings = portfolio_of({"listings": pa.table(columns)}).listings
    kept = np.array([int(text) for text in listings["listing"].to_pylist()])
    start = time.perf_counter()
    scores = compare_listings_of(
        listings,
        np.zeros(len(kept), np.int32),
        None,
        across_stores=False,
        floor=0.05,
    ).scores
    seconds = time.perf_counter() - start
    cluster = cluster[kept]
    same = cluster[scores.left] == cluster[scores.right]
    print(f"compared and scored in {seconds:.1f} s\n")
    print("| level at least | precision | recall |\n| --- | --- | --- |")
    for number, level in enumerate(LEVELS[:3]):
        chosen_pairs = scores.level <= number
        hits = int((same & chosen_pairs).sum())
        precision = hits / max(int(chosen_pairs.sum()), 1)
        print(f"| {level} | {precision:.3f} | {hits / true:.3f} |")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\npeak {memory:.2f} GB")


if __name__ == "__main__":
    main()
