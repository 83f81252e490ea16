"""Fits the model that storekin ships with, and writes it into the package.

    python benchmarks/fit_shipped_model.py DATA --out shipped.model

It learns from listings that ``made_listings.py`` makes, and from DATA: ``wdc_lspc`` and
four sets of ``product_pairs``, whose copies are Apache-2.0; their training parts alone.
Each is one field or more, and weighs by the root of its size.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from random import Random

import made_listings
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from storekin.kernels.compiled import prepare
from storekin.kernels.groups import components
from storekin.listings.blocking import propose_pairs
from storekin.listings.model import model_to_text
from storekin.listings.pool import make_pool
from storekin.listings.prepared import prepare_listings
from storekin.listings.recipe import Recipe
from storekin.listings.training import (
    Field,
    field_of,
    fit_model,
    label_by_group,
    stratified_folds,
    thin_plain_pairs,
)
from storekin.wiring import records_of, typed_records
from storekin.workflows.given_pairs import tie_pairs
from storekin.workflows.train import pair_field

FOLDS = 3
RECIPE = Recipe(
    leaves=24, rate=0.07, rounds=130, second_rounds=60, fewest=40, share=0.4,
    share_by_node=0.8, seeds=3, folds=FOLDS, words=False, known=False, additive=0.0,
)  # fmt: skip
MADE = 26
ASIDE = 0.12
"""What labelled pairs of others' data weigh beside whole pools: they were chosen to be
hard, and say little about how often two like titles are one product."""

WDC = {"computers": "train_medium", "cameras": "train_large", "shoes": "train_large",
       "watches": "train_medium"}  # fmt: skip
PAIRS = ("abt_buy", "amazon_google", "walmart_amazon", "walmart_amazon_dirty")
RENAMED = {"name": "title", "manufacturer": "brand", "modelno": "mpn"}


def typed(table: pa.Table) -> pa.Table:
    """Read a table as storekin reads a file of listings."""
    texts = table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
    return typed_records(records_of(texts, "made"), "listings", "listing").listings


def made_field(table: pa.Table, seed: int, bar: float | None = None) -> Field:
    """A pool of made-up listings, all pairs labelled."""
    listings = typed(table.drop_columns(["product"]))
    place = pc.index_in(listings["listing"], value_set=table["listing"])
    codes = table["product"].take(place).combine_chunks().dictionary_encode().indices
    groups = codes.to_numpy().astype(np.int64)
    prepared = prepare_listings(listings, np.arange(len(groups), dtype=np.int32), None)
    found = propose_pairs(prepared, across_stores=False, bar=bar)
    sizes = np.bincount(groups)
    labels, weights = label_by_group(groups, found.left, found.right, sizes)
    pool = make_pool(np.arange(len(groups)), found.left, found.right)
    folds = np.full((len(labels), 2), seed % FOLDS)
    each = field_of(prepared, pool, labels, weights, weights**2, folds, groups)
    thin_plain_pairs(each, seed)
    return each


def one_of_each(table: pa.Table) -> pa.Table:
    """Keep the first listing of each product: none is another's copy."""
    products = table["product"].to_pylist()
    first = {name: row for row, name in reversed(list(enumerate(products)))}
    return table.take(pa.array(sorted(first.values())))


def offer_field(data: Path, name: str, *, pictures: bool, seed: int) -> Field:
    """Offers of WDC as a pool: what the pairs say of two offers is known, no more.

    With pictures, each offer gets a made-up hash as sellers would use them.
    """
    pairs = pq.read_table(data / "wdc_lspc" / name / f"{WDC[name]}.parquet")
    titles = [*pairs["left_title"].to_pylist(), *pairs["right_title"].to_pylist()]
    distinct = sorted(set(titles))
    number = {title: place for place, title in enumerate(distinct)}
    ends = np.array([number[title] for title in titles])
    count = pairs.num_rows
    left, right = ends[:count], ends[count:]
    label = pairs["label"].to_numpy()
    same = label == 1
    group = components(len(distinct), left[same], right[same])
    random = Random(seed)
    columns = {
        "listing": [f"o{n:06d}" for n in range(len(distinct))],
        "title": distinct,
    }
    if pictures:
        layouts = [random.getrandbits(64) for _ in range(12)]
        official = {
            int(g): made_listings.draw_photo(random, layouts) for g in np.unique(group)
        }
        hashes = [
            made_listings.draw_hash(random, official[int(g)], layouts, 1.0)
            for g in group
        ]
        columns["images"] = [f"phash:{digest:016x}" for digest in hashes]
    prepared = prepare_listings(
        typed(pa.table(columns)), np.arange(len(distinct), dtype=np.int32), None
    )
    found = propose_pairs(prepared, across_stores=False)
    key = (np.minimum(left, right).astype(np.int64) << 32) | np.maximum(left, right)
    own = (found.left << 32) | found.right
    labels = np.where(group[found.left] == group[found.right], 1, -1).astype(np.int8)
    apart = np.isin(own, key[~same]) & (labels < 0)
    labels[apart] = 0
    pool = make_pool(np.arange(len(distinct)), found.left, found.right)
    folds = np.zeros((len(labels), 2), np.int64)
    # a product lies in one fold: what is learnt of it is not asked of it
    folds[:] = ((group[found.left] * 2654435761 % 2**32) % FOLDS)[:, None]
    return field_of(
        prepared, pool, labels, np.ones(len(labels)), np.ones(len(labels)), folds
    )


def given_field(data: Path, name: str) -> Field:
    """Labelled pairs between two tables, seen among all of both."""
    pairs = pq.read_table(data / "product_pairs" / name / "train.parquet")
    sides = []
    for side in ("left", "right"):
        columns = {
            RENAMED.get(n.removeprefix(f"{side}_"), n.removeprefix(f"{side}_")): pairs[
                n
            ]
            for n in pairs.column_names
            if n.startswith(f"{side}_") and not n.endswith("_id")
        }
        rows = pa.table(
            {**columns, "listing": [f"{side}{n:06d}" for n in range(pairs.num_rows)]}
        )
        sides.append(typed(rows))
    kept = [set(s["listing"].to_pylist()) for s in sides]
    good = np.array(
        [
            f"left{n:06d}" in kept[0] and f"right{n:06d}" in kept[1]
            for n in range(pairs.num_rows)
        ]
    )
    both = []
    for side, table in zip(("left", "right"), sides, strict=True):
        wanted = pa.array([f"{side}{n:06d}" for n in np.flatnonzero(good)])
        both.append(
            table.take(pc.index_in(wanted, value_set=table["listing"].combine_chunks()))
        )
    joined = pa.concat_tables(both).combine_chunks()
    given = tie_pairs(joined, (None, None), None)
    labels = pairs["label"].to_numpy()[good].astype(np.int8)
    return pair_field(given, labels, stratified_folds(labels, FOLDS), given.parts)


def main() -> None:
    """Fit the model and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    prepare(announce=print)
    make, copies = made_listings.make, made_listings.make_copies
    fields = [
        made_field(make(2500, 1), 1),
        made_field(make(2500, 2), 2),
        made_field(make(2500, 3, languages="en,en,id"), 3),
        made_field(make(2000, 4, details=True), 4),
        made_field(make(2000, 5, pictures=False), 5),
        # in a large pool only titles that agree much are compared
        made_field(copies(12000, 6), 6, bar=0.38),
        made_field(copies(12000, 7), 7, bar=0.3),
        made_field(copies(4000, 8), 8),
        made_field(make(2500, 31), 31),
        made_field(make(2500, 32, languages="id,id,en"), 32),
        made_field(make(2500, 33), 33),
        made_field(make(2500, 34), 34),
        made_field(make(2500, 35, languages="en,id,zh"), 35),
        made_field(make(2500, 36, languages="en,id"), 36),
        made_field(make(2500, 37), 37),
        made_field(make(2500, 38, languages="id,id,id,en"), 38),
        made_field(make(2500, 39), 39),
        made_field(make(2500, 40, languages="en,id,id"), 40),
        # a small shop's listings are few, and often none is another's copy
        made_field(make(40, 41), 41),
        made_field(make(80, 42, pictures=False), 42),
        made_field(make(160, 43), 43),
        made_field(one_of_each(make(100, 44, pictures=False)), 44),
        made_field(one_of_each(make(250, 45)), 45),
        made_field(one_of_each(make(500, 46, pictures=False)), 46),
        # the larger a pool, the less a likeness says: both are learnt
        made_field(make(9000, 20), 20),
        made_field(copies(50_000, 21), 21, bar=0.38),
    ]
    for number, name in enumerate(WDC):
        fields.append(offer_field(chosen.data, name, pictures=False, seed=number))
        fields.append(offer_field(chosen.data, name, pictures=True, seed=number))
    fields += [given_field(chosen.data, name) for name in PAIRS]
    for number, each in enumerate(fields):
        known = each.known
        each.judging = number < MADE
        scale = 1 if each.judging else ASIDE
        mean = each.weights[known].mean()
        each.weights[known] *= scale * len(known) ** -0.5 * 100 / mean
        print(f"{len(known):,} labelled pairs of {len(each.pool.left):,}", flush=True)
    model, report = fit_model(
        fields,
        replace(RECIPE),
        version="2026.9",
        about="made-up listings; wdc_lspc and product_pairs (Apache-2.0 copies), train",
        on_step=lambda step: print(step, flush=True),
    )
    chosen.out.write_text(model_to_text(model), "utf-8")
    print(report)


if __name__ == "__main__":
    main()
