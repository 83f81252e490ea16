"""How fast the listings matcher is: pairs, all pairs, one listing, limits, skew."""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from listings_quality import OFFERS, copies_table, f1, pair_files
from runs import is_installed, measured, run

import storekin
from storekin.kernels.compiled import prepare

# ---- given pairs ----

RATE = """
import json, sys, time
import pyarrow.parquet as pq
import storekin
pairs = pq.read_table(sys.argv[1])
# what is loaded once in a process is no part of the rate
storekin.compare_listings(pairs.slice(0, 1_000), model=sys.argv[2])
took = []
for _ in range(2):
    start = time.perf_counter()
    storekin.compare_listings(pairs, model=sys.argv[2])
    took.append(time.perf_counter() - start)
print(json.dumps(took))
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
            seconds, again = measured(RATE, str(pairs), str(model))
            f1s = ", ".join(f"{figure:.1f}" for figure in figures)
            print(
                f"| {name} | {count:,} | {seconds:.1f} | {count / seconds:,.0f} | {count / again:,.0f} | {f1s} |",
                flush=True,
            )


HEAD = """
import json, resource, sys, time
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
gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(json.dumps([seconds, count, float(hits / true), gigabytes]))
"""
)
WORDS = """
import re
from rensa import RMinHash, RMinHashLSH
WORD = re.compile(r"[a-z0-9]+|[\\u4e00-\\u9fff]+")
def words(title):
    out = []
    for run in WORD.findall(title.lower()):
        if run[0] >= "\\u4e00":
            out += [run[n : n + 2] for n in range(max(len(run) - 1, 1))]
        else:
            out.append(run)
    return out
def hashed(title):
    one = RMinHash(num_perm=125, seed=1)
    one.update(words(title))
    return one
index = RMinHashLSH(threshold=0.5, num_perm=125, num_bands=25)
"""
"""How rensa is used: words and pairs of ideographs, 25 bands of 5."""

RENSA = (
    HEAD
    + WORDS
    + """
titles = table["title"].to_pylist()
start = time.perf_counter()
hashes = []
for row, title in enumerate(titles):
    hashes.append(hashed(title))
    index.insert(row, hashes[-1])
count = hits = 0
for row, one in enumerate(hashes):
    for other in index.query(one):
        if other < row:
            count += 1
            hits += cluster[other] == cluster[row]
seconds = time.perf_counter() - start
gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(json.dumps([seconds, count, float(hits / true), gigabytes]))
"""
)


ON_DISK = 2_000_000
"""Titles from which pairs and features lie on disk."""


def measure_growth(path: Path, sizes: list[int]) -> None:
    """All pairs at the candidate threshold, tokenising included; rensa beside it."""
    with_peer = is_installed("rensa")
    print("| titles | engine | s | of rensa's time | pairs | recall | GB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for size in sizes:
        rows = []
        if with_peer and size < ON_DISK:
            rows.append(("rensa, 25 bands of 5", "rensa"))
        if size >= ON_DISK:
            rows.append(("storekin, pairs on disk", "disk"))
        else:
            rows += [("storekin", "fast"), ("storekin, lossless", "lossless")]
        peer = None
        for name, mode in rows:
            script = RENSA if mode == "rensa" else JOIN
            seconds, pairs, recall, memory = measured(
                script, str(path), str(size), mode
            )
            peer = seconds if mode == "rensa" else peer
            ratio = f"{seconds / peer:.2f}" if peer else "-"
            print(
                f"| {size:,} | {name} | {seconds:.2f} | {ratio} | {pairs:,} | {recall:.3f} | {memory:.2f} |",
                flush=True,
            )


# ---- one listing against all others ----

ASKED = """
import gc, json, resource, sys, tempfile, time
from pathlib import Path
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
table = pq.read_table(sys.argv[1])
titles = table["title"].to_pylist()
groups = np.unique(table["cluster"].to_numpy(), return_inverse=True)[1]
counts = np.bincount(groups)
copied = np.flatnonzero(counts[groups] > 1)
chosen = np.random.default_rng(3).permutation(copied)[:int(sys.argv[2])].tolist()
members = {}
for row in copied.tolist():
    members.setdefault(int(groups[row]), set()).add(row)
memory = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
def ask(one):
    took, found, wanted = [], 0, 0
    for row in chosen:
        start = time.perf_counter()
        hits = one(row)
        took.append(time.perf_counter() - start)
        others = members[int(groups[row])] - {row}
        found += len(others & set(hits))
        wanted += min(len(others), 10)
    p50, p99 = np.percentile(np.array(took) * 1000, [50, 99])
    return {"p50": p50, "p99": p99, "recall": found / wanted}
def add(one):
    took = []
    for n in range(500):
        start = time.perf_counter()
        one(n)
        took.append(time.perf_counter() - start)
    return float(np.median(took)) * 1000
"""
SCREENED = (
    ASKED
    + """
import storekin
from storekin.kernels.compiled import prepare
names = [str(n) for n in range(len(titles))]
listings = pa.table({"listing": names, "title": table["title"]})
prepare()
before = memory()
start = time.perf_counter()
index = storekin.ListingIndex.build(listings)
told = {"built": time.perf_counter() - start, "grown": memory() - before}
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "listings.index"
    index.save(file)
    told["file"] = file.stat().st_size / 1e9
    start = time.perf_counter()
    index = storekin.ListingIndex.load(file)
    told["loaded"] = time.perf_counter() - start
    def screen(row):
        hits = index.screen({"listing": str(row), "title": titles[row]}, floor=0.0)
        return [int(hit.listing) for hit in hits[:10]]
    index.screen({"listing": "warm", "title": "warm up"})
    gc.collect()
    gc.freeze()  # what this script keeps to judge by is none of the index's
    told |= ask(screen)
    told["adding"] = add(
        lambda n: index.add({"listing": f"new{n}", "title": titles[n] + " new"})
    )
print(json.dumps(told))
"""
)
RENSA_ASKED = (
    ASKED
    + WORDS
    + """
before = memory()
start = time.perf_counter()
for row, title in enumerate(titles):
    index.insert(row, hashed(title))
told = {"built": time.perf_counter() - start, "grown": memory() - before}
gc.collect()
gc.freeze()
# all that shares a band: it ranks nothing
told |= ask(lambda row: [other for other in index.query(hashed(titles[row])) if other != row])
told["adding"] = add(lambda n: index.insert(len(titles) + n, hashed(titles[n] + " new")))
print(json.dumps(told))
"""
)


def measure_screening(path: Path, queries: int = 2000) -> None:
    """One listing against all others of the file: ours, and a look-up by rensa."""
    prepare()
    engines = {"storekin": SCREENED}
    if is_installed("rensa"):
        engines["rensa, a look-up without comparison"] = RENSA_ASKED
    count = pq.ParquetFile(path).metadata.num_rows
    print(
        "| listings | engine | built in s, per s | memory grown by, GB | file, GB | loaded in s | p50 ms | p99 ms | recall@10 | adding, p50 ms |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, script in engines.items():
        told = measured(script, str(path), str(queries))
        file = f"{told['file']:.2f}" if "file" in told else "-"
        loaded = f"{told['loaded']:.2f}" if "loaded" in told else "-"
        print(
            f"| {count:,} | {name} | {told['built']:.1f}, {count / told['built']:,.0f} | {told['grown']:.2f} | {file} | {loaded} | {told['p50']:.2f} | {told['p99']:.2f} | {told['recall']:.4f} | {told['adding']:.2f} |",
            flush=True,
        )


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


SKEWED = """
import json, resource, sys, time
import pyarrow.parquet as pq
import storekin
from storekin.kernels.compiled import prepare
prepare()
table = pq.read_table(sys.argv[1])
start = time.perf_counter()
found = storekin.match_listings(table, across_stores=True)
seconds = time.perf_counter() - start
gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(json.dumps([seconds, found.num_rows, gigabytes]))
"""


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
    print(
        f"| {count:,} listings | s | of the plain one's time | GB | of its memory | pairs |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    prepare()
    usual = usual_memory = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, (titles, owners) in inputs.items():
            names = [f"{n:06d}" for n in range(count)]
            file = Path(folder) / "listings.parquet"
            pq.write_table(
                pa.table({"listing": names, "store": owners, "title": titles}), file
            )
            seconds, pairs, memory = measured(SKEWED, str(file))
            usual, usual_memory = usual or seconds, usual_memory or memory
            print(
                f"| {name} | {seconds:.1f} | {seconds / usual:.2f} | {memory:.2f} | {memory / usual_memory:.2f} | {pairs:,} |",
                flush=True,
            )
