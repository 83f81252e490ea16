"""How fast one registration is screened against all, and one more is taken in.

    python benchmarks/screening.py [REGISTRATIONS.parquet] [--rows 100000]
        [--queries 5000] [--added 500] [--giant 0]

Queries are rows held out of what is indexed, cleaned anew each time. The index is saved,
mapped from its file, and added to with every change committed to its log. Beside it, in
the same run, stands the least that any index does: four dictionaries from the raw licence,
card, phone and mailbox to their stores, without cleaning, near values, names or addresses.
With ``--giant`` one phone is put on so many stores, and all is measured with and without.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from registrations import make, peak_gigabytes, read

from storekin.identity.values import collect_values
from storekin.kernels.compiled import prepare
from storekin.wiring import portfolio_of
from storekin.workflows.match import group_findings
from storekin.workflows.registration_index import RegistrationIndex
from storekin.workflows.registrations import compare_values

WARMING = 2_000
"""Queries before the first that is measured."""


def told(seconds: list[float]) -> str:
    """Write the median, the twentieth and the hundredth slowest, in milliseconds."""
    p50, p95, p99 = np.percentile(np.array(seconds) * 1000, (50, 95, 99))
    return f"{p50:.3f}, {p95:.3f} | {p99:.3f}"


def measure(name: str, table: pa.Table, queries: int, added: int) -> dict[str, float]:
    """Index, screen and add, and print a row of figures."""
    order = np.random.default_rng(1).permutation(table.num_rows)
    asked = table.take(pa.array(order[: queries + WARMING]))
    rest = table.take(pa.array(np.sort(order[queries + WARMING :])))
    portfolio = portfolio_of({"registrations": rest.drop_columns("registrant")})
    values = collect_values(
        portfolio.store_ids(), portfolio.registrations, portfolio.access
    )
    start = time.perf_counter()
    group_findings(compare_values(values))
    scanned = time.perf_counter() - start
    start = time.perf_counter()
    built = RegistrationIndex.of_values(values)
    seconds = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registrations.index"
        built.save(path)
        size = path.stat().st_size / 2**20
        del built, values, portfolio
        start = time.perf_counter()
        index = RegistrationIndex.load(path)
        loaded = time.perf_counter() - start
        records = asked.drop_columns("registrant").to_pylist()
        for record in records[queries:]:  # until what is asked for is in memory
            index.screen(record)
        records = records[:queries]
        times, found = [], []
        for record in records:
            start = time.perf_counter()
            found.append(index.screen(record))
            times.append(time.perf_counter() - start)
        recall, precision = judge(found, asked, rest)
        plain = plain_times(rest, records)
        adding = []
        for record in records[:added]:
            start = time.perf_counter()
            index.add(record)
            adding.append(time.perf_counter() - start)
        after = []
        for record in records[added:]:
            start = time.perf_counter()
            index.screen(record)
            after.append(time.perf_counter() - start)
    print(
        f"| {name} | {told(times)} | {told(after)} | {told(adding)} | {size:,.0f} MB |"
        f" {seconds:.1f} s | {loaded * 1000:.0f} ms | {scanned:.1f} s |"
        f" {recall:.4f} at {precision:.4f} | {told(plain)} |"
    )
    p50, p99 = np.percentile(times, (50, 99))
    return {"p50": p50, "p99": p99, "scan": scanned}


def judge(
    found: list[list[object]], asked: pa.Table, rest: pa.Table
) -> tuple[float, float]:
    """Say how many of the true pairs are told from .5 on, and how many told are true."""
    asked = asked.slice(0, len(found))
    seller = dict(
        zip(rest["store"].to_pylist(), rest["registrant"].to_pylist(), strict=True)
    )
    stores = np.bincount(rest["registrant"].to_numpy())
    hits = pairs = true = 0
    for answer, registrant in zip(found, asked["registrant"].to_pylist(), strict=True):
        true += int(stores[registrant]) if registrant < len(stores) else 0
        likely = [one for one in answer if one.probability >= 0.5]  # type: ignore[attr-defined] # screened stores
        pairs += len(likely)
        hits += sum(seller[one.store] == registrant for one in likely)  # type: ignore[attr-defined] # ditto
    return hits / max(true, 1), hits / max(pairs, 1)


def plain_times(rest: pa.Table, records: list[dict[str, str]]) -> list[float]:
    """Look four raw identifiers up in dictionaries."""
    tables = {}
    for column in ("business_licence", "legal_person_id", "phone", "email"):
        holders: dict[str, list[int]] = {}
        for place, text in enumerate(rest[column].to_pylist()):
            if text is not None:
                holders.setdefault(text, []).append(place)
        tables[column] = holders
    times = []
    for record in records:
        start = time.perf_counter()
        found: set[int] = set()
        for column, holders in tables.items():
            found.update(holders.get(record[column], ())[:10])
        times.append(time.perf_counter() - start)
    return times


def main() -> None:
    """Read or make the registrations, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=5_000)
    parser.add_argument("--added", type=int, default=500)
    parser.add_argument("--giant", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    prepare()
    if chosen.path is None:
        table = make(chosen.rows, 40, chosen.seed, large=False).sort_by("store")
    else:
        table = read(chosen.path)
    print(f"{table.num_rows:,} registrations; milliseconds: p50, p95 | p99\n")
    print(
        "| work | screened | | after the additions | | added, committed | | file |"
        " built | mapped | scan alone | recall, precision from .5 | dictionaries | |"
    )
    print("|" + " --- |" * 15)
    usual = measure("as made", table, chosen.queries, chosen.added)
    if chosen.giant:
        rows = np.random.default_rng(3).permutation(table.num_rows)[: chosen.giant]
        phones = np.array(table["phone"].to_pylist(), object)
        phones[rows] = "13911112222"
        place = table.column_names.index("phone")
        crowded = table.set_column(place, "phone", pa.array(phones, pa.string()))
        name = f"one phone on {chosen.giant:,}"
        giant = measure(name, crowded, chosen.queries, chosen.added)
        ratios = ", ".join(f"{key} {giant[key] / usual[key]:.2f}" for key in usual)
        print(f"\nwith the giant, as a ratio: {ratios}")
    print(f"\nmost memory, all included: {peak_gigabytes():.2f} GB")


if __name__ == "__main__":
    main()
