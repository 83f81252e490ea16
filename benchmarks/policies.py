"""How fast pairs of stores are decided, decisions replayed, and drafts checked.

    python benchmarks/policies.py decide [--pairs 1000000]
    python benchmarks/policies.py check [--stores 100000] [--listings 1000000] [--work DIR]
    python benchmarks/policies.py agree [--stores 500] [--listings 20000] [--drafts 600]
    python benchmarks/policies.py later [--stores 100] [--listings 2500] [--drafts 60]

``decide`` makes evidence on pairs of stores (three pieces each, seeded) and shared
listings, decides all of them under each shipped policy, and replays them under another
one, in memory and from the files that a scan stores. Beside it stands one GROUP BY of
DuckDB over the same evidence: the rule "one unique value" alone.
``check`` makes a portfolio, indexes it and checks one draft registration and one draft
listing from the command line, as a user would; beside it stands a scan of the same
portfolio with the draft in it.
``agree`` checks listings of a scanned portfolio as drafts and counts where the check
and the scan do not say the same; ``later`` checks each against the portfolio without
it, and a scan has all.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from storekin.identity.model import IDENTITY_SIGNALS, signal_name
from storekin.policy.decide import decide
from storekin.policy.facts import (
    UNKNOWN_DAY,
    CatalogueFacts,
    Facts,
    IdentityFacts,
    StoreFacts,
)
from storekin.policy.load import find_policy, shipped_policies
from storekin.policy.replay import replay
from storekin.workflows.stored import evidence_table, offer_table, store_table

if TYPE_CHECKING:
    from storekin.workflows.portfolio_index import PortfolioIndex

STOREKIN = [sys.executable, "-m", "storekin"]


def made_facts(pairs: int, seed: int) -> Facts:
    """Make evidence on so many pairs of stores, and as many pairs of listings."""
    random = np.random.default_rng(seed)
    stores = max(pairs // 4, 10)
    keys = np.unique(random.integers(0, stores * stores, int(pairs * 2.4)))
    left, right = keys // stores, keys % stores
    kept = np.flatnonzero(left < right)
    kept = np.sort(random.permutation(kept)[:pairs])
    left, right = left[kept], right[kept]
    count = len(left)
    each = 3
    pair = np.repeat(np.arange(count), each)
    signal = random.integers(0, len(IDENTITY_SIGNALS), count * each)
    order = np.lexsort((signal, pair))
    near = random.random(count * each) < 0.1
    exact = ~near & (random.random(count * each) < 0.5)
    identity = IdentityFacts(
        signals=list(IDENTITY_SIGNALS),
        near_signals=[signal_name(s, near=True) for s in IDENTITY_SIGNALS],
        left=left,
        right=right,
        pair=pair,
        signal=signal[order],
        bits=np.round(np.where(exact, 12.0, -0.5) + random.random(count * each), 2),
        exact=exact,
        near=near,
        holders=random.integers(2, 9, count * each),
        registrants=random.integers(1, 7, count * each),
        prior_bits=-17.0,
    )
    listings = stores * 4
    owners = np.sort(random.integers(0, stores, listings)).astype(np.int32)
    one = random.integers(0, listings, pairs)
    other = random.integers(0, listings, pairs)
    low, high = np.minimum(one, other), np.maximum(one, other)
    level = random.integers(0, 3, pairs).astype(np.int8)
    none = np.full(listings, -1, np.int64)
    catalogues = CatalogueFacts(
        owners=owners,
        prices=np.round(5 + 90 * random.random(listings), 2),
        currencies=np.zeros(listings, np.int64),
        formats=none,
        format_names=("auction",),
        pages=none,
        created=np.full(listings, 20_000, np.int64),
        left=low,
        right=high,
        level=level,
        variant_level=level,
        probability=np.round(0.5 + random.random(pairs) / 2, 6),
        seen=random.random(pairs) < 0.6,
        agrees=random.integers(0, 128, pairs).astype(np.int32),
        given=np.full(pairs, 127, np.int32),
        differs=random.integers(0, 64, pairs).astype(np.int32),
    )
    facts = StoreFacts(
        ids=[f"s{number:08d}" for number in range(stores)],
        site=random.integers(0, 3, stores),
        operator=np.full(stores, -1, np.int64),
        standing=np.full(stores, -1, np.int8),
        closed=np.zeros(stores, np.bool_),
        opened=np.full(stores, UNKNOWN_DAY, np.int64),
        group=np.full(stores, -1, np.int64),
        need=np.zeros(stores, np.bool_),
        listings=np.bincount(owners, minlength=stores),
    )
    return Facts(stores=facts, identity=identity, catalogues=catalogues)


def by_duckdb(facts: Facts) -> tuple[float, int]:
    """Decide by one GROUP BY: which pairs give one unique value."""
    names = pa.array(facts.identity.signals)
    table = pa.table(
        {
            "pair": facts.identity.pair,
            "signal": names.take(pa.array(facts.identity.signal)),
            "exact": facts.identity.exact,
            "registrants": facts.identity.registrants,
            "bits": facts.identity.bits,
        }
    )
    database = duckdb.connect()
    database.execute("SET threads = 2")
    database.register("evidence", table)
    begin = time.perf_counter()
    found = database.execute(
        "SELECT pair, bool_or(exact AND registrants < 5 AND signal IN"
        " ('same_business_licence', 'same_legal_person_id', 'same_phone',"
        " 'same_email')) AS breach, sum(bits) AS bits FROM evidence GROUP BY pair"
    ).to_arrow_table()
    return time.perf_counter() - begin, found.num_rows


def measure_decisions(pairs: int) -> None:
    """Print how long deciding and replaying so many pairs takes."""
    facts = made_facts(pairs, 11)
    count = len(facts.identity)
    peer, rows = by_duckdb(facts)
    print(f"{count:,} pairs of stores, {len(facts.identity.pair):,} pieces of evidence")
    print(f"DuckDB, one GROUP BY of {rows:,} pairs: {peer:.2f} s")
    decide(facts, find_policy("aliexpress"))
    for name in shipped_policies():
        begin = time.perf_counter()
        decided = decide(facts, find_policy(name))
        took = time.perf_counter() - begin
        print(
            f"{name:18} {took:6.2f} s  {took / peer:5.1f} times DuckDB"
            f"  {len(decided):>9,} decisions  {count / took / 1e6:.2f} M pairs/s"
        )
    old, new = find_policy("aliexpress"), find_policy("aliexpress-mild")
    begin = time.perf_counter()
    found = replay(facts, old, new)
    took = time.perf_counter() - begin
    print(f"replayed in memory: {took:.2f} s, {len(found.left):,} pairs would change")
    with tempfile.TemporaryDirectory() as folder:
        write_stored(facts, Path(folder))
        begin = time.perf_counter()
        subprocess.run(
            [*STOREKIN, "policy", "replay", old.id, new.id, folder, "--json"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        took = time.perf_counter() - begin
    print(f"replayed from stored files by the command line: {took:.1f} s")


def write_stored(facts: Facts, folder: Path) -> None:
    """Write facts as a scan stores them."""
    from storekin.listings.signals import DIFFERENCES, FIELDS, LEVELS
    from storekin.workflows.listings import _named

    catalogues = facts.catalogues
    if catalogues is None:
        return
    pq.write_table(evidence_table(facts), folder / "evidence.parquet")
    pq.write_table(store_table(facts.stores), folder / "facts.parquet")
    names = pa.array([f"l{number:09d}" for number in range(len(catalogues.owners))])
    pq.write_table(
        offer_table(catalogues, pa.table({"listing": names})),
        folder / "offers.parquet",
    )
    levels = pa.array(LEVELS)
    pq.write_table(
        pa.table(
            {
                "left_listing": names.take(pa.array(catalogues.left)),
                "right_listing": names.take(pa.array(catalogues.right)),
                "probability": catalogues.probability,
                "level": levels.take(pa.array(catalogues.level)),
                "variant_level": levels.take(pa.array(catalogues.variant_level)),
                "seen": catalogues.seen,
                "agrees": _named(catalogues.agrees, FIELDS),
                "given": _named(catalogues.given, FIELDS),
                "differs": _named(catalogues.differs, DIFFERENCES),
            }
        ),
        folder / "listing_pairs.parquet",
    )


def timed(command: list[str]) -> float:
    """Run a command once more after a first time, and give the median of five."""
    # an installed program has its byte code, whatever is set here
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    times = []
    for _ in range(6):
        begin = time.perf_counter()
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=kept)
        times.append(time.perf_counter() - begin)
    return sorted(times[1:])[2]


def measure_checks(stores: int, listings: int, work: Path) -> None:
    """Print how long one draft takes from the command line."""
    folder = made_portfolio(stores, listings, work)
    begin = time.perf_counter()
    told = subprocess.run(
        [*STOREKIN, "index", str(folder), "--json"],
        check=True,
        capture_output=True,
        text=True,
    )
    built = time.perf_counter() - begin
    about = json.loads(told.stdout)
    place = Path(about["place"])
    size = sum(path.stat().st_size for path in place.iterdir()) / 1e9
    print(
        f"{about['stores']:,} stores, {about['listings']:,} listings: indexed in"
        f" {built:.0f} s, {size:.2f} GB"
    )
    for table, command in (
        ("registrations", "registration"),
        ("listings", "listing"),
    ):
        draft = work / f"draft-{table}.csv"
        first_row(folder / f"{table}.csv", draft, table)
        took = timed(
            [*STOREKIN, "check", command, str(draft), "--against", str(folder)]
        )
        print(f"check {command}: {took:.2f} s (median of 5, the process included)")
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import numba, pyarrow, click"], check=True)
    print(f"importing the libraries alone: {time.perf_counter() - began:.2f} s")


def measure_agreement(stores: int, listings: int, drafts: int, work: Path) -> None:
    """Check listings of a scanned portfolio as drafts, and compare with the scan.

    Two thirds of the drafts are such as the scan counted in duplicates. A draft of a
    known listing's name is laid in its place.
    """
    from storekin.wiring import open_portfolio
    from storekin.workflows.portfolio_index import build_index
    from storekin.workflows.scan import silent_progress

    folder = made_portfolio(stores, listings, work)
    table, told = scanned(folder)
    index = build_index(folder, open_portfolio(folder), silent_progress())
    counts = Counter[str]()
    begin = time.perf_counter()
    rows = drawn(told, table.num_rows, drafts)
    for row in rows:
        compare_answers(index, table, row, told, counts)
    took = (time.perf_counter() - begin) / len(rows)
    print(f"{in_words(table, rows, counts)}; {1000 * took:.0f} ms each")


def measure_later(stores: int, listings: int, drafts: int, work: Path) -> None:
    """Check each of some listings against a portfolio without it.

    Beside it stands a scan of all: what it counts over the draft, the check should say.
    """
    from storekin.wiring import open_portfolio
    from storekin.workflows.portfolio_index import build_index
    from storekin.workflows.scan import silent_progress

    folder = made_portfolio(stores, listings, work)
    table, told = scanned(folder)
    earlier = work / "earlier"
    shutil.copytree(folder, earlier)
    with (folder / "listings.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    counts = Counter[str]()
    rows = drawn(told, table.num_rows, drafts)
    for row in rows:
        own = table["listing"][row].as_py()
        with (earlier / "listings.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(lines[0]))
            writer.writeheader()
            writer.writerows(line for line in lines if line["listing"] != own)
        index = build_index(earlier, open_portfolio(earlier), silent_progress())
        compare_answers(index, table, row, told, counts)
    print(in_words(table, rows, counts))


def scanned(folder: Path) -> tuple[pa.Table, dict[int, set[str]]]:
    """Give a portfolio's listings, and by rows which ones a scan counts with each."""
    from storekin.policy.duplicates import counted_pairs
    from storekin.policy.load import find_policies
    from storekin.wiring import open_portfolio
    from storekin.workflows.scan import scan_portfolio

    versions = find_policies("aliexpress")
    result = scan_portfolio(open_portfolio(folder), versions)
    facts, test = result.facts.catalogues, versions[-1].duplicates
    if facts is None or test is None:
        raise SystemExit("the portfolio has no listings, or the policy no test of them")
    table = result.portfolio.listings
    names = table["listing"].to_pylist()
    told: dict[int, set[str]] = {}
    counted = counted_pairs(facts, result.facts.stores, test).rows
    for left, right in zip(
        facts.left[counted].tolist(), facts.right[counted].tolist(), strict=True
    ):
        told.setdefault(left, set()).add(names[right])
        told.setdefault(right, set()).add(names[left])
    return table, told


def drawn(told: dict[int, set[str]], listings: int, drafts: int) -> list[int]:
    """Draw drafts, two thirds of them such as a scan counts."""
    random = np.random.default_rng(1)
    some = random.permutation(sorted(told))[: 2 * drafts // 3]
    rest = np.setdiff1d(np.arange(listings), sorted(told))
    others = random.permutation(rest)[: drafts - len(some)]
    return [*some.tolist(), *others.tolist()]


def compare_answers(
    index: "PortfolioIndex",
    table: pa.Table,
    row: int,
    told: dict[int, set[str]],
    counts: Counter[str],
) -> None:
    """Check one listing as a draft, and count where a scan says something else."""
    from storekin.policy.load import find_policies
    from storekin.workflows.check.answers import OwnReason
    from storekin.workflows.check.drafts import draft_listings
    from storekin.workflows.check.listings import check_listings
    from storekin.workflows.check.registrations import Asking

    asking = Asking(
        find_policies("aliexpress"), seller_view=False, language="en", today=20_000
    )
    (draft,) = draft_listings(table.slice(row, 1), index.folder)
    (checked,) = check_listings([draft], index, asking)
    found = {r.listing for r in checked.reasons if isinstance(r, OwnReason)}
    expected = told.get(row, set())
    counts["pairs"] += len(expected)
    counts["missed"] += len(expected - found)
    counts["more"] += len(found - expected)
    counts["differing"] += found != expected


def in_words(table: pa.Table, rows: list[int], counts: Counter[str]) -> str:
    """Say what was counted."""
    return (
        f"{table.num_rows:,} listings, {len(rows)} of them checked as drafts: of"
        f" {counts['pairs']} duplicates that the scan counts {counts['missed']} are"
        f" missed, {counts['more']} are told beyond them;"
        f" {counts['differing']} drafts differ"
    )


def made_portfolio(stores: int, listings: int, work: Path) -> Path:
    """Make a portfolio of a size, if it is not there yet."""
    folder = work / f"made-{stores}-{listings}"
    if not folder.exists():
        maker = [sys.executable, str(Path(__file__).with_name("portfolio.py"))]
        sizes = ["--stores", str(stores), "--listings", str(listings)]
        subprocess.run([*maker, *sizes, "--out", str(folder)], check=True)
    return folder


def first_row(source: Path, draft: Path, table: str) -> None:
    """Write one row of a table as a draft of another name."""
    with source.open(newline="", encoding="utf-8") as file:
        row = next(csv.DictReader(file))
    row["store" if table == "registrations" else "listing"] = "draft"
    if table == "listings":
        row["store"] = "draft-store"
    with draft.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("decide")
    one.add_argument("--pairs", type=int, default=1_000_000)
    other = commands.add_parser("check")
    other.add_argument("--stores", type=int, default=100_000)
    other.add_argument("--listings", type=int, default=1_000_000)
    other.add_argument("--work", type=Path)
    for name, sizes in (("agree", (500, 20_000, 600)), ("later", (100, 2_500, 60))):
        third = commands.add_parser(name)
        for what, size in zip(("stores", "listings", "drafts"), sizes, strict=True):
            third.add_argument(f"--{what}", type=int, default=size)
        third.add_argument("--work", type=Path)
    asked = parser.parse_args()
    if asked.command == "decide":
        measure_decisions(asked.pairs)
        return
    with tempfile.TemporaryDirectory() as folder:
        work = asked.work or Path(folder)
        if asked.command == "agree":
            measure_agreement(asked.stores, asked.listings, asked.drafts, work)
        elif asked.command == "later":
            measure_later(asked.stores, asked.listings, asked.drafts, work)
        else:
            measure_checks(asked.stores, asked.listings, work)


if __name__ == "__main__":
    main()
