"""How well stores of one registrant are found, with agents and namesakes about.

    python benchmarks/registrations.py [--rows 100000] [--agents 40] [--file FILE]

Makes registrations with a known registrant: a tenth are further stores, each field of
which is kept, written otherwise, mistyped, changed or left out on its own; 2 % of the
registrants come through agents of so many clients on average, whose phone, mailbox and
office they show together. FILE is a Parquet of your own with our columns and
``registrant``. Beside storekin stands the plain rule in the same run: equal licence,
identity card, phone or mailbox, values with more than ten holders left out.
"""

import argparse
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from portfolio import digits, words

from storekin.kernels.compiled import prepare
from storekin.normalise.emails import normalise_email
from storekin.normalise.identifiers import person_check_digit
from storekin.normalise.phones import normalise_phone
from storekin.wiring import open_engine, portfolio_of
from storekin.workflows.registrations import compare_registrations

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


def make(rows: int, clients: int, seed: int) -> pa.Table:
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
        random.integers(0, max(base // 50, 1), further),
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


def judged(name: str, found: np.ndarray, true: int, seconds: float) -> str:
    """Write one row of the table."""
    hits = int(found.sum())
    precision, recall = hits / max(len(found), 1), hits / true
    score = 2 * precision * recall / max(precision + recall, 1e-9)
    return (
        f"| {name} | {precision:.4f} | {recall:.4f} | {score:.4f} | {len(found):,} |"
        f" {seconds:.1f} |"
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


def main() -> None:
    """Make or read the registrations, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--agents", type=int, default=40, help="clients of an agent")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--file", type=Path)
    chosen = parser.parse_args()
    table = (
        pq.read_table(chosen.file)
        if chosen.file
        else make(chosen.rows, chosen.agents, chosen.seed)
    )
    table = table.sort_by("store")
    truth = table["registrant"].to_numpy()
    _, sizes = np.unique(truth, return_counts=True)
    true = int((sizes * (sizes - 1) // 2).sum())
    prepare()
    start = time.perf_counter()
    portfolio = portfolio_of({"registrations": table.drop_columns("registrant")})
    with open_engine() as engine:
        findings = compare_registrations(portfolio, engine)
    seconds = time.perf_counter() - start
    total = findings.bits() + findings.prior_bits
    start = time.perf_counter()
    left, right = plain_rule(table)
    plain_seconds = time.perf_counter() - start
    print(f"{table.num_rows:,} registrations, {true:,} true pairs\n")
    print("| rule | precision | recall | F1 | pairs | s |")
    print("| --- | --- | --- | --- | --- | --- |")
    same = truth[findings.left] == truth[findings.right]
    for cut in (-4, 0, 4):
        name = f"storekin, {cut:+d} bits"
        print(judged(name, same[total >= cut], true, seconds))
    plain = truth[left] == truth[right]
    print(judged("equality, 10 holders at most", plain, true, plain_seconds))


if __name__ == "__main__":
    main()
