"""How well and how fast stores of one registrant are found, with agents about.

    python benchmarks/registrations.py made [--rows 100000] [--agents 40] [--large]
    python benchmarks/registrations.py file REGISTRATIONS.parquet
    python benchmarks/registrations.py companies PAIRS.parquet [--names NAMES.parquet]
    python benchmarks/registrations.py names SHORT_NAMES.parquet
    python benchmarks/registrations.py tables DATA
    python benchmarks/registrations.py all DATA [--files REGISTRATIONS.parquet ...]

``made`` makes registrations with a known registrant: a tenth are further stores, each
field of which is kept, written otherwise, mistyped, changed or left out on its own; 2 %
of the registrants come through agents of so many clients on average, whose phone,
mailbox and office they show together; with ``--large`` half of the further stores belong
to one registrant in 500. ``file`` reads your own Parquet with our columns (or those of
a generator: licence_no, id_no) and ``registrant`` (or entity). Beside storekin stands
the plain rule in the same run: equal licence, identity card, phone or mailbox, values
with more than ten holders left out.
``companies`` compares pairs of Chinese company names (a, b, label), beside TF-IDF over
characters where scikit-learn is installed; NAMES (name) are unlike registered names.
``names`` looks short names of companies (short_name) up among legal ones (full_name).
``tables`` links three public tables of DATA/record_linkage by maps of their columns,
with weights learnt from each without labels, beside Splink where it is installed.
``all`` runs these one after another, each in a process of its own, then
``screening.py`` on the first of the files and ``registrations_many.py``: every figure
of the page's section on registrations, in its order.
"""

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from portfolio import digits, words
from registration_peers import splink_f1, splink_pairs

from storekin import compare_registrations
from storekin.identity.short_names import LegalNames
from storekin.identity.values import SOURCES, StoreValues, collect_values
from storekin.kernels.compiled import prepare
from storekin.kernels.groups import components
from storekin.normalise.emails import normalise_email
from storekin.normalise.identifiers import person_check_digit
from storekin.normalise.names import normalise_company_name
from storekin.normalise.phones import normalise_phone
from storekin.wiring import portfolio_of
from storekin.workflows.link import link_table
from storekin.workflows.match import group_findings
from storekin.workflows.registrations import compare_values

FIELDS = {
    # share kept, written otherwise, mistyped, changed; the rest is left out
    "business_licence": (0.55, 0.05, 0.05, 0.32),
    "legal_person": (0.66, 0.12, 0.06, 0.14),
    "legal_person_id": (0.58, 0.02, 0.04, 0.08),
    "phone": (0.45, 0.15, 0.05, 0.31),
    "email": (0.34, 0.15, 0.03, 0.43),
    "address": (0.42, 0.25, 0.05, 0.26),
    "company_name": (0.38, 0.20, 0.05, 0.37),
}


def fresh(random: np.random.Generator, count: int) -> dict[str, list[str]]:
    """Make every field of *count* registrants, none sharing on purpose."""
    from stdnum.cn import uscc

    names = words(random, count, 2, 4)
    trades = ["Trading", "Technology", "Electronic Commerce", "Crafts", "Garment"]
    family, given = words(random, 60, 1, 1), words(random, 400, 1, 2)
    rank = (60 ** random.random(count)).astype(int) - 1
    first = [f"91990000{code}" for code in digits(random, count, 9)]
    persons = [
        f"99{region:04d}{year}{month:02d}{day:02d}{order:03d}"
        for region, year, month, day, order in zip(
            random.integers(0, 10_000, count),
            random.integers(1955, 2004, count),
            random.integers(1, 13, count),
            random.integers(1, 29, count),
            random.integers(0, 1000, count),
            strict=True,
        )
    ]
    cities = words(random, 40, 2, 3)
    streets = words(random, 400, 2, 3)
    return {
        "business_licence": [f + str(uscc.calc_check_digit(f)) for f in first],
        "legal_person": [
            f"{family[a]} {given[b]}"
            for a, b in zip(rank, random.integers(0, 400, count), strict=True)
        ],
        "legal_person_id": [p + person_check_digit(p) for p in persons],
        "phone": [f"13{code}" for code in digits(random, count, 9)],
        "email": [
            f"{name}{number}@box{number % 7}.example"
            for name, number in zip(
                names, random.integers(0, 10**7, count), strict=True
            )
        ],
        "address": [
            f"No. {a} {streets[b]} Road, Bldg {c} Rm {d}, {cities[e]}"
            for a, b, c, d, e in random.integers(
                (1, 0, 1, 101, 0), (999, 400, 40, 3500, 40), (count, 5)
            )
        ],
        "company_name": [
            f"{cities[city]} {name} {trades[trade]} Co., Ltd."
            for city, name, trade in zip(
                random.integers(0, 40, count),
                names,
                random.integers(0, len(trades), count),
                strict=True,
            )
        ],
    }


def otherwise(field: str, value: str) -> str:
    """Write a value as another clerk would."""
    if field == "phone":
        return f"+86 {value[:3]}-{value[3:7]}-{value[7:]}"
    if field == "legal_person":
        return ", ".join(reversed(value.upper().split()))
    if field == "company_name":
        return value.upper().replace("CO., LTD.", "COMPANY LIMITED")
    if field == "address":
        front, back = value.split(", Bldg ")
        building, rest = back.split(" Rm ")
        room, city = rest.split(", ")
        return f"Room {room}, Building {building}, {front}, {city}, China"
    return f" {value.lower()} "


def mistyped(random: np.random.Generator, value: str) -> str:
    """Change one character."""
    place = int(random.integers(len(value) // 2, len(value)))
    return value[:place] + str(random.integers(0, 10)) + value[place + 1 :]


def make(rows: int, clients: int, seed: int, *, large: bool) -> pa.Table:
    """Make the registrations with their true ``registrant``."""
    random = np.random.default_rng(seed)
    further = rows // 10
    base = rows - further
    columns = fresh(random, base)
    agents = max(base // (50 * clients), 3)
    office = fresh(random, agents)
    for client in np.flatnonzero(random.random(base) < 0.02):
        agent = int(agents * random.random() ** 1.6)
        for field, share in (("phone", 0.9), ("email", 0.4), ("address", 0.7)):
            if random.random() < share:
                columns[field][client] = office[field][agent]
    origin = np.where(
        random.random(further) < 0.5,
        random.integers(0, base, further),
        random.integers(0, max(base // (500 if large else 50), 1), further),
    )
    new = fresh(random, further)
    for field, (kept, other, typed, changed) in FIELDS.items():
        draw = random.random(further)
        for row, source in enumerate(origin):
            value: str | None = columns[field][source]
            if draw[row] >= kept + other + typed + changed:
                value = None
            elif draw[row] >= kept + other + typed:
                value = new[field][row]
            elif draw[row] >= kept + other:
                value = mistyped(random, str(value))
            elif draw[row] >= kept:
                value = otherwise(field, str(value))
            columns[field].append(value)  # type: ignore[arg-type] # None is missing
    return pa.table(
        {
            "store": [f"{number:08d}" for number in range(rows)],
            "country": ["CN"] * rows,
            **columns,
            "registrant": np.concatenate([np.arange(base), origin]),
        }
    )


def judged(name: str, hits: int, found: int, true: int, rest: str) -> str:
    """Write one row of a table."""
    precision, recall = hits / max(found, 1), hits / true
    score = 2 * precision * recall / max(precision + recall, 1e-9)
    return f"| {name} | {precision:.4f} | {recall:.4f} | {score:.4f} | {found:,} | {rest} |"


def judge_groups(groups: np.ndarray, truth: np.ndarray) -> tuple[int, int, int]:
    """Count the true pairs in groups, all of them, and the most sellers in one."""
    sizes = np.bincount(groups)
    wide = int(truth.max()) + 1
    both, counts = np.unique(groups * wide + truth, return_counts=True)
    return (
        int((counts * (counts - 1) // 2).sum()),
        int((sizes * (sizes - 1) // 2).sum()),
        int(np.bincount(both // wide).max()),
    )


def plain_rule(table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Pair equal normalised identifiers, values with more than ten holders left out."""
    phones = [p and normalise_phone(p, "CN") for p in table["phone"].to_pylist()]
    mails = [m and normalise_email(m) for m in table["email"].to_pylist()]
    given = pa.table(
        {
            "n": np.arange(table.num_rows),
            "a": table["business_licence"],
            "b": table["legal_person_id"],
            "c": phones,
            "d": mails,
        }
    )
    with duckdb.connect() as connection:
        connection.register("given", given)
        pairs = connection.sql(
            """
            with e as (select n, 1 as k, upper(trim(a)) as v from given
                union all select n, 2, upper(trim(b)) from given
                union all select n, 3, c from given
                union all select n, 4, d from given),
            kept as (select * from e where v is not null
                qualify count(*) over (partition by k, v) <= 10)
            select distinct x.n as l, y.n as r from kept x join kept y
                on x.k = y.k and x.v = y.v and x.n < y.n
            """
        ).to_arrow_table()
    return pairs["l"].to_numpy(), pairs["r"].to_numpy()


COLUMNS = {
    "licence_no": "business_licence",
    "id_no": "legal_person_id",
    "entity": "registrant",
}


def read(path: Path) -> pa.Table:
    """Read registrations by our columns' names, or by those of a generator."""
    table = pq.read_table(path)
    table = table.rename_columns([COLUMNS.get(n, n) for n in table.column_names])
    if "store" not in table.column_names:
        stores = [f"{number:09d}" for number in range(table.num_rows)]
        table = table.append_column("store", pa.array(stores))
    if "country" not in table.column_names:
        table = table.append_column("country", pa.array(["CN"] * table.num_rows))
    wanted = ["store", "country", *FIELDS, "registrant"]
    return table.select(wanted).sort_by("store")


def measure(table: pa.Table) -> None:
    """Match the registrations, and print pairs, groups and times."""
    truth = table["registrant"].to_numpy()
    _, sizes = np.unique(truth, return_counts=True)
    true = int((sizes * (sizes - 1) // 2).sum())
    prepare()
    start = time.perf_counter()
    portfolio = portfolio_of({"registrations": table.drop_columns("registrant")})
    values = collect_values(
        portfolio.store_ids(), portfolio.registrations, portfolio.access
    )
    cleaned = time.perf_counter()
    findings = compare_values(values)
    matched = group_findings(findings)
    ended, most_memory = time.perf_counter(), peak_gigabytes()
    left, right = plain_rule(table)
    plain = time.perf_counter() - ended
    print(f"{table.num_rows:,} registrations, {true:,} true pairs")
    print(f"cleaned in {cleaned - start:.1f} s, scored and grouped in", end=" ")
    print(f"{ended - cleaned:.1f} s, {most_memory:.2f} GB\n")
    print("| rule | precision | recall | F1 | pairs | most sellers in one, or s |")
    print("| --- | --- | --- | --- | --- | --- |")
    pairs = matched.pairs.filter(pc.greater_equal(matched.pairs["probability"], 0.5))
    ids = pa.array(values.store_ids)
    one = truth[pc.index_in(pairs["left"], ids).to_numpy()]
    other = truth[pc.index_in(pairs["right"], ids).to_numpy()]
    hits = int((one == other).sum())
    print(judged("storekin, pairs from .5", hits, len(one), true, "-"))
    alone = findings.bits() + findings.prior_bits >= 0
    same = truth[findings.left] == truth[findings.right]
    hits = int((same & alone).sum())
    print(judged("of them by their own evidence", hits, int(alone.sum()), true, "-"))
    hits, found, most = judge_groups(matched.groups.group, truth)
    print(judged("storekin, groups", hits, found, true, str(most)))
    hits = int((truth[left] == truth[right]).sum())
    name = "equality, 10 holders at most"
    print(judged(name, hits, len(left), true, f"{plain:.1f} s"))
    splink_beside(values, truth, true)


def splink_beside(values: StoreValues, truth: np.ndarray, true: int) -> None:
    """Print what Splink finds in the same cleaned values, at its best threshold."""
    for name, most in (("Splink 5", None), ("Splink 5, 10 holders at most", 10)):
        start = time.perf_counter()
        found = splink_pairs(as_columns(values, most))
        if found is None:
            return
        seconds = time.perf_counter() - start
        order = np.argsort(-found["match_weight"].to_numpy(), kind="stable")
        same = truth[found["n_l"].to_numpy()] == truth[found["n_r"].to_numpy()]
        hits = np.cumsum(same[order])
        best = int(np.argmax(2 * hits / (np.arange(1, len(hits) + 1) + true)))
        rest = f"{seconds:.1f} s"
        print(judged(f"{name}, pairs", int(hits[best]), best + 1, true, rest))
        joined = order[: best + 1]
        left, right = (found[side].to_numpy()[joined] for side in ("n_l", "n_r"))
        groups = components(len(truth), left.astype(np.int64), right.astype(np.int64))
        together, all_pairs, most_sellers = judge_groups(groups, truth)
        print(judged(f"{name}, groups", together, all_pairs, true, str(most_sellers)))


def as_columns(values: StoreValues, most: int | None) -> pa.Table:
    """Give each store's first value of each kind; values of more than *most* blank."""
    columns = {"n": pa.array(np.arange(len(values)))}
    for signal, source in SOURCES.items():
        if source.column not in FIELDS:
            continue
        entries = values.by_signal[signal]
        first = entries.first_of_store(len(values))
        gone = first < 0
        if most is not None:
            gone |= (entries.holders() > most)[np.maximum(first, 0)]
        columns[source.column] = entries.texts.take(pa.array(first, mask=gone))
    return pa.table(columns)


def peak_gigabytes() -> float:
    """Give the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def measure_companies(path: Path, names: Path | None) -> None:
    """Compare pairs of company names, and print how well and how fast."""
    table = pq.read_table(path)
    label = np.array(table["label"]) == 1
    pairs = pa.table(
        {"left_company_name": table["a"], "right_company_name": table["b"]}
    )
    compare_registrations(pairs)
    scored = compare_registrations(pairs)
    equal = np.array(
        [
            normalise_company_name(a) == normalise_company_name(b)
            for a, b in zip(table["a"].to_pylist(), table["b"].to_pylist(), strict=True)
        ]
    )
    likely = scored["probability"].to_numpy() >= 0.5
    print(f"{table.num_rows:,} pairs, {label.sum():,} of them labelled the same\n")
    print("| rule | precision | recall | F1 | pairs | |")
    print("| --- | --- | --- | --- | --- | --- |")
    true = int(label.sum())
    for name, found in (("equal in one writing", equal), ("storekin, .5", likely)):
        print(judged(name, int((found & label).sum()), int(found.sum()), true, ""))
    peer = closest_tfidf(table, label)
    if peer is not None:
        hits, found_by = int((peer & label).sum()), int(peer.sum())
        print(judged("TF-IDF, best threshold", hits, found_by, true, ""))
    if names is not None:
        given = pq.read_table(names)["name"]
        order = np.random.default_rng(7).permutation(len(given))
        strangers = pa.table(
            {
                "left_company_name": given,
                "right_company_name": given.take(pa.array(order)),
            }
        )
        start = time.perf_counter()
        compare_registrations(strangers)
        rate = len(given) / (time.perf_counter() - start)
        written = {normalise_company_name(name) for name in set(given.to_pylist())}
        shared = len(set(given.to_pylist())) - len(written)
        print(
            f"\n{len(given):,} registered names: {shared} share a writing with another;"
        )
        once = sorted({name for name in given.to_pylist() if name})
        np.random.default_rng(7).shuffle(once)
        half = len(once) // 2
        halves = pa.table(
            {
                "left_company_name": once[:half],
                "right_company_name": once[half : 2 * half],
            }
        )
        start = time.perf_counter()
        compare_registrations(halves)
        rate_once = half / (time.perf_counter() - start)
        print(
            f"{rate:,.0f} pairs of them a second, {rate_once:,.0f} where each stands once"
        )
        alarms = nearest_alarms(sorted({name for name in given.to_pylist() if name}))
        if alarms is not None:
            print(f"{alarms:.2%} are taken for their nearest neighbour by TF-IDF")


def nearest_alarms(names: list[str]) -> float | None:
    """Say how many distinct registered names are taken for the one most like them."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError:
        return None
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 2)).fit_transform(names)
    nearest = []
    for low in range(0, len(names), 500):
        near = (vectors[low : low + 500] @ vectors.T).toarray()
        near[np.arange(len(near)), np.arange(low, low + len(near))] = 0
        nearest += near.argmax(axis=1).tolist()
    found = compare_registrations(
        pa.table(
            {
                "left_company_name": names,
                "right_company_name": [names[place] for place in nearest],
            }
        )
    )
    return float((found["probability"].to_numpy() >= 0.5).mean())


def measure_short_names(path: Path) -> None:
    """Look each short name up among the legal names of its half, and of all."""
    table = pq.read_table(path)
    short, full = table["short_name"].to_pylist(), table["full_name"].to_pylist()
    order = np.random.default_rng(1).permutation(len(short)).tolist()
    print("| legal names | found first, ties wrong | ms each |")
    print("| --- | --- | --- |")
    for rows in (order[:2375], order[2375:4750], order):
        names = LegalNames([full[row] for row in rows])
        start = time.perf_counter()
        hits = 0
        for row in rows:
            first = names.find(short[row], 2)
            alone = len(first) < 2 or first[1].alike < first[0].alike
            hits += bool(first) and first[0].name == full[row] and alone
        each = (time.perf_counter() - start) / len(rows) * 1000
        print(f"| {len(rows):,} | {hits / len(rows):.4f} | {each:.1f} |")


def closest_tfidf(table: pa.Table, label: np.ndarray) -> np.ndarray | None:
    """Call the same what is close by TF-IDF, at the threshold of the best F1."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError:
        return None
    one, other = table["a"].to_pylist(), table["b"].to_pylist()
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 2)).fit(one + other)
    left, right = vectors.transform(one), vectors.transform(other)
    near = np.asarray(left.multiply(right).sum(axis=1)).ravel()

    def f1(cut: float) -> float:
        found = near >= cut
        return 2 * (found & label).sum() / (found.sum() + label.sum())

    best = max(np.linspace(0, 1, 201).tolist(), key=f1)
    return np.asarray(near >= best)


MAPS = {
    "historical_50k_train": {
        "first_name": "person_name",
        "surname": "person_name",
        "full_name": "person_name",
        "dob": "date",
        "birth_place": "place",
        "postcode_fake": "postal_code",
        "gender": "other",
        "occupation": "other",
    },
    "fake_20000_train": {
        "first_name": "person_name",
        "surname": "person_name",
        "dob": "date",
        "city": "place",
        "email": "email",
    },
    "chicago_sites_train": {
        "Site name": "company_name",
        "Address": "place",
        "Zip": "postal_code",
        "Phone": "phone",
        "Agency": "other",
    },
}
"""What the columns of the public tables hold."""


def measure_tables(data: Path) -> None:
    """Link each public table by its map, and print the figures beside Splink's."""
    prepare()
    print("| table | rule | precision | recall | F1 | pairs | s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, columns in MAPS.items():
        table = pq.read_table(data / "record_linkage" / f"{name}.parquet")
        key = "rec_id" if "rec_id" in table.column_names else "unique_id"
        start = time.perf_counter()
        linked = link_table(table, {**columns, key: "key"})
        seconds = time.perf_counter() - start
        clusters = table["cluster"].combine_chunks().dictionary_encode().indices
        truth = clusters.to_numpy()
        sizes = np.bincount(truth)
        true = int((sizes * (sizes - 1) // 2).sum())
        likely = linked.pairs.filter(pc.greater_equal(linked.pairs["probability"], 0.5))
        ids = table[key].cast(pa.string())
        one = truth[pc.index_in(likely["left"], ids).to_numpy()]
        other = truth[pc.index_in(likely["right"], ids).to_numpy()]
        hits = int((one == other).sum())
        rule = judged("storekin, .5", hits, len(one), true, f"{seconds:.1f}")
        print(f"| {name} {rule}")
        peer = splink_f1(name, table, true)
        if peer is not None:
            print(f"| {name} | Splink 5, best threshold | | | {peer:.4f} | | |")


def measure_all(data: Path, files: list[Path]) -> None:
    """Run every benchmark of registrations, and print each below its command."""
    linkage = data / "record_linkage"
    names = data / "cn_registrations" / "registrations_train.parquet"
    script, screening, many = (
        Path(__file__).with_name(name)
        for name in ("registrations.py", "screening.py", "registrations_many.py")
    )
    companies = linkage / "cn_company_pairs_train.parquet"
    runs: list[list[str | Path]] = [
        *([script, "file", path] for path in files),
        [many],
        [script, "made"],
        [script, "made", "--agents", "6"],
        [script, "companies", companies, "--names", names],
        *([screening, path, "--giant", "100000"] for path in files[:1]),
        [script, "names", linkage / "cn_listed_short_full_train.parquet"],
        [script, "tables", data],
    ]
    for run in runs:
        told = " ".join(Path(word).name for word in run)
        print(f"\n`python benchmarks/{told}`\n", flush=True)
        subprocess.run([sys.executable, *map(str, run)], check=True)


def main() -> None:
    """Make or read the registrations, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "what", choices=["made", "file", "companies", "names", "tables", "all"]
    )
    parser.add_argument("path", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--agents", type=int, default=40, help="clients of an agent")
    parser.add_argument("--large", action="store_true", help="with large sellers")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--names", type=Path)
    parser.add_argument("--files", type=Path, nargs="*", default=[])
    chosen = parser.parse_args()
    if chosen.what != "made" and chosen.path is None:
        parser.error("name the file to measure on")
    if chosen.what == "companies":
        measure_companies(chosen.path, chosen.names)
    elif chosen.what == "names":
        measure_short_names(chosen.path)
    elif chosen.what == "tables":
        measure_tables(chosen.path)
    elif chosen.what == "all":
        measure_all(chosen.path, chosen.files)
    elif chosen.what == "file":
        measure(read(chosen.path))
    else:
        made = make(chosen.rows, chosen.agents, chosen.seed, large=chosen.large)
        measure(made.sort_by("store"))


if __name__ == "__main__":
    main()
