"""How good the listings matcher is: pools, labelled pairs, honesty, near copies."""

import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from runs import measured, run

import storekin
from storekin.kernels.compiled import prepare

POOL = 6851
PAIRS = ("abt_buy", "amazon_google", "walmart_amazon", "walmart_amazon_dirty")
OFFERS = ("computers", "cameras", "shoes", "watches")
RENAMED = {"name": "title", "manufacturer": "brand", "modelno": "mpn"}
SETS = {
    "abt_buy": ("Abt-Buy", 96, "Ditto 89.3, R-SupCon 94.3"),
    "amazon_google": ("Amazon-Google", 79.5, "Ditto 75.6, R-SupCon 79.3"),
    "walmart_amazon": ("Walmart-Amazon", 89.5, "Ditto 86.8"),
    "walmart_amazon_dirty": ("Walmart-Amazon dirty", 88.5, "Ditto 85.7"),
    "computers": ("WDC computers, medium", 90, "Ditto 80.8 (small) to 95.5 (xlarge)"),
    "cameras": ("WDC cameras, medium", 88, ""),
    "shoes": ("WDC shoes, medium", 88, ""),
    "watches": ("WDC watches, medium", 89, ""),
    "wdc_products_80cc": (
        "WDC Products 80cc, large",
        70,
        "Llama-3.1-8B fine-tuned 77, zero-shot 53; TF-IDF 33",
    ),
}
"""Each set's name, the F1 that is wanted on its validation split, and what others
published, on its test split."""

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
        "| set, valid | fitted, 0.5 | best cut | wanted | without known pairs, 0.5 | shipped, 0.5 | published (test) | fitted in s |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, (title, wanted, published) in SETS.items():
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
                f"| {title} | {f1(label, fitted >= 0.5):.2f} | {best:.1f} | {wanted} | {f1(label, plain >= 0.5):.1f} | {f1(label, shipped >= 0.5):.1f} | {published} | {seconds:.0f} |",
                flush=True,
            )


def f1(label: npt.NDArray, said: npt.NDArray) -> float:
    """Give the F1 of pairs, in hundredths."""
    hits = int((said & (label == 1)).sum())
    return 200 * hits / max(int(said.sum()) + int((label == 1).sum()), 1)


def copies_table(table: pa.Table) -> pa.Table:
    """Give a generator's listings our columns: title, and price where there is one."""
    columns = {
        "listing": [f"{n:08d}" for n in range(table.num_rows)],
        "title": table["title"],
    }
    if "price" in table.column_names:
        columns["price"] = table["price"].cast(pa.string())
    return pa.table(columns)


COPIES = """
import json, resource, sys, time
import numpy as np, pyarrow.parquet as pq
import storekin
from listings_quality import copies_table
from storekin.kernels.compiled import prepare
table = pq.read_table(sys.argv[1])
cluster = table["cluster"].to_numpy()
listings = copies_table(table)
prepare()
start = time.perf_counter()
found = storekin.match_listings(listings, model=sys.argv[2] or None, floor=0.01)
seconds = time.perf_counter() - start
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
left, right = (
    np.array([int(x) for x in found[side].to_pylist()]) for side in ("left", "right")
)
same = cluster[left] == cluster[right]
sizes = np.unique(cluster, return_counts=True)[1]
true = int((sizes * (sizes - 1) // 2).sum())
probability = found["probability"].to_numpy()
hits = np.cumsum(same[np.argsort(-probability, kind="stable")])
recall, precision = hits / true, hits / np.arange(1, len(hits) + 1)
told = {"listings": table.num_rows, "true pairs": true, "seconds": seconds, "GB": memory}
for wanted in (0.5, 0.8, 0.9, 0.95, 0.97, 0.985):
    place = int(np.searchsorted(recall, wanted))
    known = place < len(precision)
    told[str(wanted)] = float(precision[place]) if known else None
likely = probability >= 0.5
told["at half"] = [float(same[likely].mean()), float(same[likely].sum() / true)]
print(json.dumps(told))
"""


def measure_copies(path: Path, fit: Path | None) -> None:
    """Match all listings of a file; precision at given recalls of the true pairs.

    With *fit*, another file of the same generator, a model fitted to it stands beside
    the shipped one.
    """
    prepare()
    with tempfile.TemporaryDirectory() as folder:
        columns = [("shipped", measured(COPIES, str(path), ""))]
        if fit is not None:
            others, known = pq.read_table(fit), Path(folder) / "known.parquet"
            labels = others["cluster"].cast(pa.string())
            pq.write_table(copies_table(others).append_column("product", labels), known)
            model = Path(folder) / "fitted.model"
            seconds = run(
                "train", "listings", known, "--groups", "product", "--out", model
            )
            name = f"fitted to {others.num_rows:,} others in {seconds:.0f} s"
            columns.append((name, measured(COPIES, str(path), str(model))))
    told = [figures for _, figures in columns]
    first = told[0]
    heads = " | ".join(name for name, _ in columns)
    print(
        f"| {first['listings']:,} listings, {first['true pairs']:,} true pairs | {heads} |"
    )
    print("| --- |" + " --- |" * len(columns))
    rows = {"matched in s, GB": [f"{t['seconds']:.1f}, {t['GB']:.2f}" for t in told]}
    for wanted in ("0.5", "0.8", "0.9", "0.95", "0.97", "0.985"):
        rows[f"precision at recall {wanted}"] = [
            f"{t[wanted]:.3f}" if t[wanted] is not None else "-" for t in told
        ]
    rows["precision, recall at a probability of 0.5"] = [
        ", ".join(f"{figure:.3f}" for figure in t["at half"]) for t in told
    ]
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |")
