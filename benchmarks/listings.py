"""The listings matcher: how good, how fast, against whom. Prints Markdown tables.

    python benchmarks/listings.py pools DATA/shopee/shopee_train.parquet
    python benchmarks/listings.py pairs DATA
    python benchmarks/listings.py rate DATA
    python benchmarks/listings.py honesty DATA/shopee/shopee_train.parquet
    python benchmarks/listings.py copies LISTINGS.parquet [--fit OTHERS.parquet]
    python benchmarks/listings.py growth [--sizes 100000,300000,1000000]
    python benchmarks/listings.py screening LISTINGS.parquet
    python benchmarks/listings.py limits LISTINGS.parquet
    python benchmarks/listings.py skew

DATA is a folder of public sets (``shopee``, ``product_pairs``, ``wdc_lspc``,
``wdc_products_80cc``); LISTINGS has ``title`` and ``cluster``, and may have ``price``.
Models are fitted here and thrown away. Peers run in the same run where installed:
scikit-learn's TF-IDF beside ``pools``, rensa beside ``growth``.
"""

import argparse
import gc
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import storekin
from storekin.kernels.compiled import prepare

POOL = 6851
STOREKIN = [sys.executable, "-m", "storekin"]
PAIRS = ("abt_buy", "amazon_google", "walmart_amazon", "walmart_amazon_dirty")
OFFERS = ("computers", "cameras", "shoes", "watches")
RENAMED = {"name": "title", "manufacturer": "brand", "modelno": "mpn"}
PUBLISHED = {
    "abt_buy": "Ditto 89.3, R-SupCon 94.3",
    "amazon_google": "Ditto 75.6, R-SupCon 79.3",
    "walmart_amazon": "Ditto 86.8",
    "walmart_amazon_dirty": "Ditto 85.7",
    "computers": "Ditto 80.8 (small) to 95.5 (xlarge)",
    "wdc_products_80cc": "Llama-3.1-8B fine-tuned 77, zero-shot 53; TF-IDF 33",
}
"""F1 on the test splits, as published; ours are on the validation splits."""


def run(*words: str | Path) -> float:
    """Run storekin, and give its seconds."""
    start = time.perf_counter()
    subprocess.run(
        [*STOREKIN, *map(str, words), "--json"], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - start


# ---- pools: postings whose product is known ----


def cut_pools(path: Path) -> list[pa.Table]:
    """Cut the public part into three pools; none knows a product of another."""
    table = pq.read_table(path)
    labels = np.array(table["label_group"].to_pylist())
    first = np.sort(np.unique(labels, return_index=True)[1])
    groups = labels[first]
    np.random.default_rng(1).shuffle(groups)
    sizes = {
        int(g): int(n)
        for g, n in zip(*np.unique(labels, return_counts=True), strict=True)
    }
    ends = np.cumsum([sizes[int(g)] for g in groups])
    part = {
        int(g): min(int(end) // POOL, 3) for g, end in zip(groups, ends, strict=True)
    }
    of_row = np.array([part[int(label)] for label in labels])
    pools = []
    for number in range(3):
        rows = table.take(pa.array(np.flatnonzero(of_row == number)))
        pools.append(
            pa.table(
                {
                    "listing": [f"{number}{n:06d}" for n in range(rows.num_rows)],
                    "title": rows["title"],
                    "images": [
                        f"phash:{digest}" for digest in rows["image_phash"].to_pylist()
                    ],
                    "product": [
                        str(label) for label in rows["label_group"].to_pylist()
                    ],
                }
            )
        )
    return pools


def mean_f1(pool: pa.Table, left: npt.NDArray, right: npt.NDArray) -> float:
    """Give the mean over postings of the F1 of what each is paired with, itself too."""
    product = np.array(pool["product"].to_pylist())
    _, code, sizes = np.unique(product, return_inverse=True, return_counts=True)
    count = len(product)
    hit = (code[left] == code[right]).astype(float)
    predicted = (
        1 + np.bincount(left, minlength=count) + np.bincount(right, minlength=count)
    )
    right_ones = 1 + np.bincount(left, hit, count) + np.bincount(right, hit, count)
    return float((2 * right_ones / (predicted + sizes[code])).mean())


def pool_f1(pool: pa.Table, found: pa.Table, cut: float) -> float:
    """Give the mean F1 of matched pairs from a probability on."""
    place = {name: n for n, name in enumerate(pool["listing"].to_pylist())}
    likely = found.filter(pc.greater_equal(found["probability"], cut))
    left = np.array([place[name] for name in likely["left"].to_pylist()], np.int64)
    right = np.array([place[name] for name in likely["right"].to_pylist()], np.int64)
    return mean_f1(pool, left, right)


def baseline(pool: pa.Table) -> float:
    """TF-IDF of words, and equal hashes, at the cut that is best on this very pool."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = {"binary": True, "token_pattern": r"\w+"}
    matrix = TfidfVectorizer(**words).fit_transform(pool["title"].to_pylist())
    alike = (matrix @ matrix.T).tocoo()
    codes = np.unique(pool["images"].to_pylist(), return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    same = [(a, b) for group in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
            for n, a in enumerate(group) for b in group[n + 1 :]]  # fmt: skip
    pictures = np.array([(min(p), max(p)) for p in same], np.int64).reshape(-1, 2)
    best = 0.0
    for cut in np.arange(0.3, 0.8, 0.05):
        keep = (alike.row < alike.col) & (alike.data >= cut)
        both = np.unique(
            np.concatenate([np.stack([alike.row[keep], alike.col[keep]], 1), pictures]),
            axis=0,
        )
        best = max(best, mean_f1(pool, both[:, 0], both[:, 1]))
    return best


def measure_pools(path: Path) -> None:
    """The shipped model, and one fitted on the other pools, on each pool."""
    pools = cut_pools(path)
    print(
        "| pool | postings | shipped, 0.5 | fitted, 0.5 | TF-IDF + equal hash, best cut | matched in s | fitted in s |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    sums = np.zeros(3)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for number, pool in enumerate(pools):
            pq.write_table(pool.drop_columns(["product"]), work / "pool.parquet")
            others = [p for n, p in enumerate(pools) if n != number]
            pq.write_table(pa.concat_tables(others), work / "others.parquet")
            fitting = run(
                "train",
                "listings",
                work / "others.parquet",
                "--groups",
                "product",
                "--out",
                work / "fitted.model",
            )
            run(
                "match",
                "listings",
                work / "pool.parquet",
                "--out",
                work / "fitted.parquet",
                "--model",
                work / "fitted.model",
            )
            seconds = run(
                "match",
                "listings",
                work / "pool.parquet",
                "--out",
                work / "shipped.parquet",
            )
            figures = [
                pool_f1(pool, pq.read_table(work / "shipped.parquet"), 0.5),
                pool_f1(pool, pq.read_table(work / "fitted.parquet"), 0.5),
                baseline(pool),
            ]
            sums += figures
            print(
                f"| {number} | {pool.num_rows:,} | {figures[0]:.4f} | {figures[1]:.4f} | {figures[2]:.4f} | {seconds:.1f} | {fitting:.0f} |",
                flush=True,
            )
    print(f"| mean | | {sums[0] / 3:.4f} | {sums[1] / 3:.4f} | {sums[2] / 3:.4f} | | |")


def measure_honesty(path: Path) -> None:
    """The share of pairs that are right, by probability and level, as pools grow."""
    table = pq.read_table(path)
    product = np.unique(table["label_group"].to_pylist(), return_inverse=True)[1]
    order = np.random.default_rng(0).permutation(int(product.max()) + 1)
    print("| postings | from 0.5 | from 0.9 | identical | highly similar |")
    print("| --- | --- | --- | --- | --- |")
    for share in (0.04, 0.15, 0.3, 0.6, 1.0):
        rows = np.flatnonzero(np.isin(product, order[: int(len(order) * share)]))
        pool = table.take(pa.array(rows))
        listings = pa.table(
            {
                "listing": [f"{n:06d}" for n in range(len(rows))],
                "title": pool["title"],
                "images": [f"phash:{h}" for h in pool["image_phash"].to_pylist()],
            }
        )
        found = storekin.match_listings(listings)
        left, right = (
            np.array([int(x) for x in found[side].to_pylist()])
            for side in ("left", "right")
        )
        same = product[rows][left] == product[rows][right]
        likely, level = found["probability"].to_numpy(), np.array(found["level"])
        parts = [
            likely >= 0.5,
            likely >= 0.9,
            level == "identical",
            level == "highly_similar",
        ]
        figures = " | ".join(f"{same[part].mean():.2f}" for part in parts)
        print(f"| {len(rows):,} | {figures} |", flush=True)

    measure_small_shops(table, product)


def measure_small_shops(table: pa.Table, product: npt.NDArray) -> None:
    """Pools in which nothing is a copy: one posting of a product, titles alone."""
    draws = 12
    _, first = np.unique(product, return_index=True)
    print(
        "\n| postings, each another product | pairs said to be one, at 0.5 |\n| --- | --- |"
    )
    for size in (20, 60, 200, 600):
        said = 0
        for seed in range(draws):
            rows = np.random.default_rng(seed).permutation(first)[:size]
            titles = table["title"].take(pa.array(np.sort(rows)))
            names = [f"{n:06d}" for n in range(size)]
            found = storekin.match_listings(
                pa.table({"listing": names, "title": titles})
            )
            said += int((found["probability"].to_numpy() >= 0.5).sum())
        print(f"| {size} | {said / draws:.1f} |", flush=True)


# ---- pairs: labelled pairs of public sets ----


def renamed(table: pa.Table) -> pa.Table:
    """Give a set's columns our names."""
    names = []
    for name in table.column_names:
        side, _, word = name.partition("_")
        plain = (
            RENAMED.get(word, word)
            if side in ("left", "right")
            else RENAMED.get(name, name)
        )
        names.append(f"{side}_{plain}" if side in ("left", "right") else plain)
    return table.rename_columns(names)


def tied(table: pa.Table) -> pa.Table:
    """Name both listings of pairs that have ids."""
    for side, mark in (("left", "a"), ("right", "b")):
        if f"{side}_id" in table.column_names:
            ids = [f"{mark}{number}" for number in table[f"{side}_id"].to_pylist()]
            table = table.append_column(f"{side}_listing", pa.array(ids)).drop_columns(
                [f"{side}_id"]
            )
    return table


def pair_files(data: Path, name: str, work: Path) -> tuple[Path, Path, Path | None]:
    """Write a set's training and validation pairs, and the tables around them."""
    paths = []
    context = None
    for split in ("train", "valid"):
        if name in PAIRS:
            table = tied(
                renamed(
                    pq.read_table(data / "product_pairs" / name / f"{split}.parquet")
                )
            )
        elif name in OFFERS:
            table = pq.read_table(data / "wdc_lspc" / name / f"{split}_medium.parquet")
        else:
            table = offer_pairs(
                data / "wdc_products_80cc",
                {"train": "train_medium", "valid": "valid_large"}[split],
            )
        paths.append(work / f"{split}.parquet")
        pq.write_table(table, paths[-1])
    if name in PAIRS[:3]:
        sides = []
        for file, mark in (("tableA", "a"), ("tableB", "b")):
            side = renamed(
                pq.read_table(data / "product_pairs" / name / f"{file}.parquet")
            )
            ids = [f"{mark}{number}" for number in side["id"].to_pylist()]
            columns = {
                n: side[n].cast(pa.string()) for n in side.column_names if n != "id"
            }
            sides.append(
                pa.table({"listing": ids, "store": [mark] * len(ids), **columns})
            )
        context = work / "context.parquet"
        pq.write_table(pa.concat_tables(sides, promote_options="default"), context)
    return paths[0], paths[1], context


def offer_pairs(folder: Path, split: str) -> pa.Table:
    """Lay the offers' columns beside the pairs' ids."""
    offers = pq.read_table(folder / "offers.parquet")
    ids = offers["id"].combine_chunks()
    pairs = pq.read_table(folder / f"{split}.parquet")
    columns = {"label": pairs["label"]}
    for side in ("left", "right"):
        place = pc.index_in(pairs[f"{side}_id"], value_set=ids)
        for name, ours in (("title", "title"), ("brand", "brand"), ("description", "description"),
                           ("price", "price"), ("priceCurrency", "currency")):  # fmt: skip
            columns[f"{side}_{ours}"] = offers[name].take(place).cast(pa.string())
    return pa.table(columns)


def measure_pairs(data: Path) -> None:
    """Fit on train, judge on valid at 0.5; the shipped model beside it."""
    print(
        "| set, valid | fitted, 0.5 | best cut | without known pairs, 0.5 | shipped, 0.5 | published (test) | fitted in s |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in (*PAIRS, *OFFERS, "wdc_products_80cc"):
        with tempfile.TemporaryDirectory() as folder:
            train, valid, context = pair_files(data, name, Path(folder))
            around = ("--context", context) if context is not None else ()
            model, out = Path(folder) / "fitted.model", Path(folder) / "scored.parquet"
            seconds = run("train", "listings", train, "--out", model, *around)
            run("compare", "listings", valid, "--out", out, "--model", model, *around)
            scored = pq.read_table(out)
            run("compare", "listings", valid, "--out", out, *around)
            label = np.array([int(x) for x in scored["label"].to_pylist()])
            fitted = scored["probability"].to_numpy()
            shipped = pq.read_table(out)["probability"].to_numpy()
            run("train", "listings", train, "--out", model, "--forget", *around)
            run("compare", "listings", valid, "--out", out, "--model", model, *around)
            plain = pq.read_table(out)["probability"].to_numpy()
            best = max(f1(label, fitted >= cut) for cut in np.arange(0.1, 0.9, 0.02))
            print(
                f"| {name} | {f1(label, fitted >= 0.5):.1f} | {best:.1f} | {f1(label, plain >= 0.5):.1f} | {f1(label, shipped >= 0.5):.1f} | {PUBLISHED.get(name, '')} | {seconds:.0f} |",
                flush=True,
            )


def f1(label: npt.NDArray, said: npt.NDArray) -> float:
    """Give the F1 of pairs, in hundredths."""
    hits = int((said & (label == 1)).sum())
    return 200 * hits / max(int(said.sum()) + int((label == 1).sum()), 1)


RATE = """
import sys, time
import pyarrow.parquet as pq
import storekin
pairs = pq.read_table(sys.argv[1])
# what is loaded once in a process is no part of the rate
storekin.compare_listings(pairs.slice(0, 1_000), model=sys.argv[2])
for _ in range(2):
    start = time.perf_counter()
    storekin.compare_listings(pairs, model=sys.argv[2])
    print(time.perf_counter() - start)
"""


def measure_rate(data: Path, count: int = 200_000) -> None:
    """Score many pairs of offers, by models that see rivals and that do not."""
    offers = pa.concat_tables(
        pq.read_table(path).select(["left_title", "right_title"])
        for path in sorted((data / "wdc_lspc").glob("*/train_*.parquet"))
    )
    many = pa.concat_tables([offers] * (count // offers.num_rows + 1)).slice(0, count)
    prepare()
    print(
        "| model | pairs | scored in s | a second | called again | F1 on valid, "
        + ", ".join(OFFERS)
        + " |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for name, options in (
            ("fitted, among rivals", ()),
            ("fitted, --alone", ("--alone",)),
        ):
            figures = []
            model, out = Path(folder) / "fitted.model", Path(folder) / "scored.parquet"
            for set_name in OFFERS:
                train, valid, _ = pair_files(data, set_name, Path(folder))
                run("train", "listings", train, "--out", model, *options)
                run("compare", "listings", valid, "--out", out, "--model", model)
                scored = pq.read_table(out)
                said = scored["probability"].to_numpy() >= 0.5
                label = np.array([int(x) for x in scored["label"].to_pylist()])
                figures.append(f1(label, said))
            pairs = Path(folder) / "many.parquet"
            pq.write_table(many, pairs)
            command = [sys.executable, "-c", RATE, str(pairs), str(model)]
            told = subprocess.run(command, check=True, capture_output=True, text=True)
            seconds, again = map(float, told.stdout.split())
            f1s = ", ".join(f"{figure:.1f}" for figure in figures)
            print(
                f"| {name} | {count:,} | {seconds:.1f} | {count / seconds:,.0f} | {count / again:,.0f} | {f1s} |",
                flush=True,
            )


# ---- copies, growth, screening, skew: speed and reach ----


def copies_table(table: pa.Table) -> pa.Table:
    """Give a generator's listings our columns: title, and price where there is one."""
    columns = {
        "listing": [f"{n:08d}" for n in range(table.num_rows)],
        "title": table["title"],
    }
    if "price" in table.column_names:
        columns["price"] = table["price"].cast(pa.string())
    return pa.table(columns)


def measure_copies(path: Path, fit: Path | None) -> None:
    """Match all listings of a file; precision at given recalls of the true pairs.

    With *fit*, another file of the same generator, a model fitted to it stands beside
    the shipped one.
    """
    table = pq.read_table(path)
    prepare()
    models: list[tuple[str, Path | None]] = [("shipped", None)]
    with tempfile.TemporaryDirectory() as folder:
        if fit is not None:
            others, known = pq.read_table(fit), Path(folder) / "known.parquet"
            labels = others["cluster"].cast(pa.string())
            pq.write_table(copies_table(others).append_column("product", labels), known)
            model = Path(folder) / "fitted.model"
            seconds = run(
                "train", "listings", known, "--groups", "product", "--out", model
            )
            models.append(
                (f"fitted to {others.num_rows:,} others in {seconds:.0f} s", model)
            )
        for name, model_file in models:
            print_copies(table, name, model_file)


def print_copies(table: pa.Table, name: str, model: Path | None) -> None:
    """Match with one model, and print how good it is."""
    cluster = table["cluster"].to_numpy()
    start = time.perf_counter()
    found = storekin.match_listings(copies_table(table), model=model, floor=0.01)
    seconds = time.perf_counter() - start
    left, right = (
        np.array([int(x) for x in found[side].to_pylist()])
        for side in ("left", "right")
    )
    same = cluster[left] == cluster[right]
    sizes = np.unique(cluster, return_counts=True)[1]
    true = int((sizes * (sizes - 1) // 2).sum())
    order = np.argsort(-found["probability"].to_numpy(), kind="stable")
    hits = np.cumsum(same[order])
    recall, precision = hits / true, hits / np.arange(1, len(hits) + 1)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"\n{name}: {table.num_rows:,} listings, {true:,} true pairs: matched in {seconds:.1f} s, {memory:.2f} GB, {found.num_rows:,} pairs\n"
    )
    print("| recall | precision |\n| --- | --- |")
    for wanted in (0.5, 0.8, 0.9, 0.95, 0.97, 0.985):
        place = int(np.searchsorted(recall, wanted))
        if place < len(precision):
            print(f"| {wanted} | {precision[place]:.3f} |")
    at_half = found["probability"].to_numpy() >= 0.5
    print(
        f"| {same[at_half].sum() / true:.3f} (at 0.5) | {same[at_half].mean():.3f} |",
        flush=True,
    )


HEAD = """
import resource, sys, time
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
table = pq.ParquetFile(sys.argv[1])
size, rows = int(sys.argv[2]), []
for batch in table.iter_batches(columns=["title", "cluster"]):
    rows.append(batch.slice(0, size - sum(map(len, rows))))
    if sum(map(len, rows)) >= size:
        break
table = pa.Table.from_batches(rows)
cluster = table["cluster"].to_numpy()
sizes = np.unique(cluster, return_counts=True)[1]
true = (sizes * (sizes - 1) // 2).sum()
"""
JOIN = (
    HEAD
    + """
import tempfile
from pathlib import Path
from storekin.kernels.compiled import prepare
from storekin.kernels.similar_pairs import join_similar, join_similar_on_disk
from storekin.kernels.similar_texts import TextColumn, tokenise
from storekin.listings.vocabulary import listing_vocabulary
prepare()
words, column = listing_vocabulary(), TextColumn.of(table["title"])
del table, rows, batch
how = {"threshold": 0.45, "lone_share": 0.1}
start = time.perf_counter()
tokens = tokenise(column, words)
count = hits = 0
with tempfile.TemporaryDirectory() as folder:
    if sys.argv[3] == "disk":
        runs = join_similar_on_disk(tokens, Path(folder), **how)
    else:
        runs = [join_similar(tokens, lossless=sys.argv[3] == "lossless", **how)]
    for pairs in runs:
        count += len(pairs.left)
        hits += (cluster[pairs.left] == cluster[pairs.right]).sum()
seconds = time.perf_counter() - start
print(seconds, count, hits / true, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
"""
)
RENSA = (
    HEAD
    + """
import re
from rensa import RMinHash, RMinHashLSH
titles = table["title"].to_pylist()
WORD = re.compile(r"[a-z0-9]+|[\\u4e00-\\u9fff]+")
def words(title):
    out = []
    for run in WORD.findall(title.lower()):
        if run[0] >= "\\u4e00":
            out += [run[n : n + 2] for n in range(max(len(run) - 1, 1))]
        else:
            out.append(run)
    return out
start = time.perf_counter()
index = RMinHashLSH(threshold=0.5, num_perm=125, num_bands=25)
hashes = []
for row, title in enumerate(titles):
    one = RMinHash(num_perm=125, seed=1)
    one.update(words(title))
    hashes.append(one)
    index.insert(row, one)
count = hits = 0
for row, one in enumerate(hashes):
    for other in index.query(one):
        if other < row:
            count += 1
            hits += cluster[other] == cluster[row]
seconds = time.perf_counter() - start
print(seconds, count, hits / true, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
"""
)


def measured(script: str, *words: str) -> list[float] | None:
    """Run a script in a process of its own; None where its peer is not installed."""
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stderr[-300:])
        return None
    return [float(word) for word in done.stdout.split()]


ON_DISK = 2_000_000
"""Titles from which pairs and features lie on disk."""


def measure_growth(path: Path, sizes: list[int]) -> None:
    """All pairs at the candidate threshold, tokenising included; rensa beside it."""
    print("| titles | engine | s | of rensa's time | pairs | recall | GB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for size in sizes:
        peer = measured(RENSA, str(path), str(size)) if size < ON_DISK else None
        rows = [("rensa, 25 bands of 5", peer)]
        modes = ("disk",) if size >= ON_DISK else ("fast", "lossless")
        for mode in modes:
            name = {"fast": "storekin", "disk": "storekin, pairs on disk"}.get(mode)
            row = measured(JOIN, str(path), str(size), mode)
            rows.append((name or f"storekin, {mode}", row))
        for name, row in rows:
            if row is not None:
                ratio = f"{row[0] / peer[0]:.2f}" if peer else "-"
                print(
                    f"| {size:,} | {name} | {row[0]:.2f} | {ratio} | {int(row[1]):,} | {row[2]:.3f} | {row[3]:.2f} |",
                    flush=True,
                )


def measure_screening(path: Path, queries: int = 2000) -> None:
    """One listing against all others of the file."""
    table = pq.read_table(path)
    cluster = table["cluster"].to_numpy()
    listings = pa.table(
        {"listing": [str(n) for n in range(table.num_rows)], "title": table["title"]}
    )
    prepare()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    index = storekin.ListingIndex.build(listings)
    built = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "listings.index"
        index.save(file)
        size = file.stat().st_size
        start = time.perf_counter()
        index = storekin.ListingIndex.load(file)
        loaded = time.perf_counter() - start
        titles = table["title"].to_pylist()
        counts = np.bincount(np.unique(cluster, return_inverse=True)[1])
        groups = np.unique(cluster, return_inverse=True)[1]
        chosen = np.random.default_rng(3).permutation(
            np.flatnonzero(counts[groups] > 1)
        )[:queries]
        members: dict[int, set[str]] = {}
        for row in np.flatnonzero(counts[groups] > 1).tolist():
            members.setdefault(int(groups[row]), set()).add(str(row))
        index.screen({"listing": "warm", "title": "warm up"})
        gc.collect()
        gc.freeze()  # what this script keeps to judge by is none of the index's
        times, found, wanted = [], 0, 0
        for row in chosen.tolist():
            start = time.perf_counter()
            hits = index.screen({"listing": str(row), "title": titles[row]}, floor=0.0)
            times.append(time.perf_counter() - start)
            others = members[int(groups[row])] - {str(row)}
            found += len(others & {hit.listing for hit in hits})
            wanted += min(len(others), 10)
        adding = []
        for n in range(500):
            start = time.perf_counter()
            index.add({"listing": f"new{n}", "title": titles[n] + " new"})
            adding.append(time.perf_counter() - start)
    half, most = np.percentile(np.array(times) * 1000, [50, 99])
    print(
        "| listings | built in s, per s | file, GB | loaded in s | p50 ms | p99 ms | recall@10 | adding, p50 ms |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    print(
        f"| {table.num_rows:,} | {built:.1f}, {table.num_rows / built:,.0f} | {size / 1e9:.2f} | {loaded:.2f} | {half:.2f} | {most:.2f} | {found / wanted:.4f} | {np.median(adding) * 1000:.2f} |"
    )
    print(f"\nmemory grew by {(after - before) / 1e6:.2f} GB while building")


# ---- limits: how far from what the machine can do at best ----

BLOCK, WIDE = 1 << 16, 1_000_000
"""Sums that stay near the processor, and sums of a whole table."""


def read_all(values: npt.NDArray) -> int:
    """Add up all values: as fast as memory gives them."""
    total = 0
    for value in values:
        total += value
    return total


def add_up(places: npt.NDArray, sums: npt.NDArray) -> None:
    """Count places: what a look-up and a join do with each posting."""
    for place in places:
        sums[place] += np.float32(1)


def machine_rates() -> dict[str, float]:
    """Bytes read, and postings added up, a second: on one thread and on two."""
    from numba import njit

    read = njit(nogil=True)(read_all)
    scatter = njit(nogil=True)(add_up)
    values = np.ones(1 << 26, np.int64)
    random = np.random.default_rng(1)
    near = np.sort(random.integers(0, BLOCK, (4000, 2000)), axis=1).astype(np.int32)
    wide = np.sort(random.integers(0, WIDE, (4000, 2000)), axis=1).astype(np.int32)
    work = {
        "bytes": (lambda: read(values), values.nbytes),
        "near": (lambda: scatter(near.ravel(), np.zeros(BLOCK, np.float32)), near.size),
        "wide": (lambda: scatter(wide.ravel(), np.zeros(WIDE, np.float32)), wide.size),
    }
    rates = {}
    for name, (task, size) in work.items():
        task()
        for threads in (1, 2):
            best = 0.0
            for _ in range(5):
                start = time.perf_counter()
                with ThreadPoolExecutor(threads) as pool:
                    for done in [pool.submit(task) for _ in range(threads)]:
                        done.result()
                best = max(best, threads * size / (time.perf_counter() - start))
            rates[f"{name}_{threads}"] = best
    return rates


def join_postings(titles: pa.ChunkedArray) -> tuple[float, float]:
    """Join titles; gives the seconds, and the postings that its prefixes make it read."""
    from storekin.kernels import similar_pairs
    from storekin.kernels.similar_texts import TextColumn, tokenise
    from storekin.listings.vocabulary import listing_vocabulary

    words, column = listing_vocabulary(), TextColumn.of(titles)
    start = time.perf_counter()
    tokens = tokenise(column, words)
    similar_pairs.join_similar(tokens, threshold=0.45, lone_share=0.1)
    seconds = time.perf_counter() - start
    shares = similar_pairs._shares(0.45, lossless=False)
    laid = similar_pairs._lay_out(tokens, shares, 0.1, None, None)
    place = np.arange(int(laid.starts[-1])) - np.repeat(
        laid.starts[:-1], np.diff(laid.starts)
    )
    in_prefix = place < np.repeat(laid.prefixes, np.diff(laid.starts))
    held = np.bincount(laid.features[in_prefix]).astype(float)
    # each text meets those before it, in every word of its prefix
    return seconds, float((held * (held - 1) / 2).sum())


def look_ups(
    index: storekin.ListingIndex, titles: list[str]
) -> tuple[float, float, float]:
    """Look titles up, and screen them; gives the median seconds, and postings read."""
    from storekin.listings.index import NEIGHBOURS
    from storekin.listings.plain import words_of
    from storekin.listings.postings import BUDGET, find_likest

    shelf = index._shelf
    postings = shelf.postings
    looked, screened, read = [], [], []
    for title in titles:
        words = words_of(title)
        place, known = postings.rarity.find(words)
        sizes = np.sort(np.diff(postings.edges)[place[known]])
        read.append(int(sizes[np.cumsum(sizes) <= BUDGET].sum()))
        start = time.perf_counter()
        find_likest(postings, words, shelf.gone, shelf.scratch, NEIGHBOURS + 1)
        looked.append(time.perf_counter() - start)
        start = time.perf_counter()
        index.screen({"listing": "asked", "title": title})
        screened.append(time.perf_counter() - start)
    return float(np.median(looked)), float(np.median(screened)), float(np.median(read))


def measure_limits(path: Path) -> None:
    """What each piece of work cannot do without, at the machine's best rates."""
    from storekin.listings.features import FIRST_COUNT
    from storekin.wiring import records_of, typed_records
    from storekin.workflows.listings import compare_listings_of

    prepare()
    rates = machine_rates()
    print(
        f"one thread and two: {rates['bytes_1'] / 1e9:.0f} and {rates['bytes_2'] / 1e9:.0f} GB read a second;"
        f" {rates['near_1'] / 1e9:.1f} and {rates['near_2'] / 1e9:.1f} billion postings added up in a block of {BLOCK:,} sums,"
        f" {rates['wide_1'] / 1e9:.1f} and {rates['wide_2'] / 1e9:.1f} in a million\n"
    )
    table = pq.read_table(path)
    listings = copies_table(table)
    rows = []
    seconds, read = join_postings(table["title"])
    rows.append(
        ("all pairs of titles", f"{read / 1e6:,.0f} million postings added up, two threads",
         read / rates["near_2"], seconds)
    )  # fmt: skip
    start = time.perf_counter()
    index = storekin.ListingIndex.build(listings.select(["listing", "title"]))
    built = time.perf_counter() - start
    held = len(index._shelf.postings.rows)
    size = table["title"].nbytes
    rows.append(
        ("index built", f"{size / 1e6:,.0f} MB of titles read, {held / 1e6:,.0f} million postings laid out, two threads",
         size / rates["bytes_2"] + held / rates["wide_2"], built)
    )  # fmt: skip
    titles = table["title"].take(
        pa.array(np.random.default_rng(3).integers(0, table.num_rows, 500))
    )
    looked, screened, read = look_ups(index, titles.to_pylist())
    rows.append(
        ("one title looked up", f"{read:,.0f} postings added up, one thread", read / rates["near_1"], looked)
    )  # fmt: skip
    rows.append(
        ("one listing screened", "the same postings", read / rates["near_1"], screened)
    )
    del index
    start = time.perf_counter()
    plain = typed_records(records_of(listings, "listings"), "listings", "listing")
    owners = np.arange(table.num_rows, dtype=np.int32)
    found = compare_listings_of(
        plain.listings, owners, None, across_stores=False, floor=0.05
    )
    seconds = time.perf_counter() - start
    size = found.compared * FIRST_COUNT * 4
    rows.append(
        ("all listings matched", f"{size / 1e9:,.1f} GB of columns of compared pairs written and read, two threads",
         2 * size / rates["bytes_2"], seconds)
    )  # fmt: skip
    print("| work | what it takes | at the limit | measured | times |")
    print("| --- | --- | --- | --- | --- |")
    for name, what, limit, took in rows:
        unit, scale = ("s", 1) if took > 0.1 else ("ms", 1000)
        print(
            f"| {name} | {what} | {limit * scale:.3f} {unit} | {took * scale:.2f} {unit} | {took / limit:,.0f} |",
            flush=True,
        )


def measure_skew(count: int = 100_000) -> None:
    """Inputs that make pairs explode, beside one that does not."""
    random = np.random.default_rng(5)
    syllables = np.array(
        ["ka", "ro", "mi", "ten", "sol", "ven", "du", "la", "pe", "xo"]
    )

    def title(n: int) -> str:
        words = [
            "".join(syllables[random.integers(0, len(syllables), 3)]) for _ in range(7)
        ]
        return " ".join([*words, f"{n % 977}"])

    plain = [title(n) for n in range(count)]
    stores = [f"s{n % 2000:05d}" for n in range(count)]
    inputs = {
        "plain": (plain, stores),
        "one word in every title": ([f"{t} original" for t in plain], stores),
        "one title for half of all": (
            [plain[0] if n % 2 else t for n, t in enumerate(plain)],
            stores,
        ),
        "one store with half of all": (
            plain,
            ["s00000" if n % 2 else s for n, s in enumerate(stores)],
        ),
    }
    print("| listings | s | pairs |\n| --- | --- | --- |")
    prepare()
    for name, (titles, owners) in inputs.items():
        table = pa.table(
            {
                "listing": [f"{n:06d}" for n in range(count)],
                "store": owners,
                "title": titles,
            }
        )
        start = time.perf_counter()
        found = storekin.match_listings(table, across_stores=True)
        print(
            f"| {count:,}, {name} | {time.perf_counter() - start:.1f} | {found.num_rows:,} |",
            flush=True,
        )


def main() -> None:
    """Run one of the measurements."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "what",
        choices=[
            "pools",
            "pairs",
            "rate",
            "honesty",
            "copies",
            "growth",
            "screening",
            "limits",
            "skew",
        ],
    )
    parser.add_argument("path", type=Path, nargs="?")
    parser.add_argument("--sizes", default="100000,300000,1000000")
    parser.add_argument("--fit", type=Path, help="listings to fit a model to (copies)")
    chosen = parser.parse_args()
    if chosen.path is None and chosen.what != "skew":
        parser.error("name the file or folder to measure on")
    if chosen.what == "growth":
        measure_growth(chosen.path, [int(size) for size in chosen.sizes.split(",")])
    elif chosen.what == "skew":
        measure_skew()
    elif chosen.what == "copies":
        measure_copies(chosen.path, chosen.fit)
    else:
        {
            "pools": measure_pools,
            "pairs": measure_pairs,
            "rate": measure_rate,
            "honesty": measure_honesty,
            "screening": measure_screening,
            "limits": measure_limits,
        }[chosen.what](chosen.path)


if __name__ == "__main__":
    main()
