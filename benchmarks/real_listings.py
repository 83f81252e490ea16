"""Real public listings as portfolios: their columns renamed to ours.

    python benchmarks/real_listings.py marketplace LISTINGS.parquet --out DIR
    python benchmarks/real_listings.py shopee SHOPEE.parquet --out DIR

    python benchmarks/real_listings.py labels SHOPEE.parquet --out REPORT

Then ``storekin scan DIR --out REPORT``; ``labels`` then says how many of the report's
pairs carry one label in the data, by level. The data is public and not ours: nothing of
it is kept in this project. Shopee's postings have no store; each stands in a store of
its own.
"""

import argparse
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def marketplace(table: pa.Table) -> pa.Table:
    """Rename the listings of several marketplaces; ids are made distinct by corpus."""
    corpus = table["corpus"].cast(pa.string())
    row = pa.array([str(number) for number in range(table.num_rows)])
    ids = pc.coalesce(table["listing_id"].cast(pa.string()), row)
    return pa.table(
        {
            "listing": pc.binary_join_element_wise(corpus, ids, row, ":"),
            "store": pc.binary_join_element_wise(
                corpus, table["store_id"].cast(pa.string()), ":"
            ),
            "title": table["title"],
            "price": table["price"],
            "currency": table["currency"],
            "category": table["category"],
            "images": table["image_url"],
        }
    )


def shopee(table: pa.Table) -> pa.Table:
    """Rename the postings; their ready picture hashes are 64-bit perceptual ones."""
    return pa.table(
        {
            "listing": table["posting_id"],
            "store": table["posting_id"],
            "title": table["title"],
            "images": pc.binary_join_element_wise(
                "phash", table["image_phash"].cast(pa.string()), ":"
            ),
        }
    )


def labels(table: pa.Table, report: Path) -> None:
    """Print the share of pairs at each level whose postings have one label."""
    pairs = pq.read_table(report / "listing_pairs.parquet")
    group = dict(
        zip(
            table["posting_id"].to_pylist(),
            table["label_group"].to_pylist(),
            strict=True,
        )
    )
    same: dict[str, list[bool]] = {}
    for left, right, level in zip(
        *(pairs[c].to_pylist() for c in ("left_listing", "right_listing", "level")),
        strict=True,
    ):
        same.setdefault(level, []).append(group[left] == group[right])
    for level, hits in sorted(same.items()):
        print(f"{level}: {len(hits):,} pairs, {sum(hits) / len(hits):.3f} of one label")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("marketplace", "shopee", "labels"))
    parser.add_argument("source", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    read = pq.read_table(chosen.source)
    if chosen.kind == "labels":
        labels(read, chosen.out)
        raise SystemExit
    made = marketplace(read) if chosen.kind == "marketplace" else shopee(read)
    chosen.out.mkdir(parents=True, exist_ok=True)
    pq.write_table(made, chosen.out / "listings.parquet")
    print(f"{chosen.out}: {made.num_rows:,} listings")
