"""A made-up marketplace of any size: registrations and listings with known copies.

    python benchmarks/portfolio.py --stores 2000 --listings 100000 --out DIR

Every 25th store is a further store of an earlier one: it gives that store's licence,
or its identity card, or its phone, and copies a fifth of its catalogue with edited
titles. A tenth of the products come from suppliers and stand in many stores. Names are
syllables; nothing in it is real.
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

SYLLABLES = [
    "ba", "be", "bo", "da", "de", "do", "fa", "fe", "ga", "go", "ka", "ke", "ko",
    "la", "le", "lo", "ma", "me", "mo", "na", "ne", "no", "pa", "pe", "po", "ra",
    "re", "ro", "sa", "se", "so", "ta", "te", "to", "va", "ve", "vo", "za", "ze",
    "zo", "lin", "tor", "mar", "ven", "sol", "dur", "kin", "pel",
]  # fmt: skip
KINDS = [
    "shoes", "bag", "lamp", "cable", "case", "watch", "shirt", "tent", "mug",
    "chair", "table", "speaker", "drone", "brush", "pan", "knife", "towel",
    "pillow", "toy", "puzzle", "bottle", "helmet", "glove", "sock", "belt", "ring",
    "mirror", "rug",
]  # fmt: skip


def words(random: np.random.Generator, count: int, least: int, most: int) -> np.ndarray:
    """Make *count* distinct-looking words of a few syllables."""
    lengths = random.integers(least, most + 1, count)
    picks = random.integers(0, len(SYLLABLES), (count, most))
    return np.array(
        [
            "".join(SYLLABLES[p] for p in row[:n])
            for row, n in zip(picks, lengths, strict=True)
        ]
    )


def digits(random: np.random.Generator, count: int, width: int) -> np.ndarray:
    """Make *count* numbers of *width* digits."""
    return np.array(
        ["".join(map(str, row)) for row in random.integers(0, 10, (count, width))]
    )


def make(stores: int, listings: int, seed: int, out: Path) -> None:
    """Write registrations.csv and listings.csv."""
    random = np.random.default_rng(seed)
    ids = np.array([f"s{n:07d}" for n in range(stores)])
    licence = np.char.add("91990000", digits(random, stores, 10))
    person = np.char.add("990000", digits(random, stores, 12))
    phone = np.char.add("+8619", digits(random, stores, 9))
    further = np.arange(24, stores, 25)
    origin = random.integers(0, further + 1 - 1 + (further == 0), len(further))
    which = np.arange(len(further)) % 3
    for kind, column in enumerate((licence, person, phone)):
        column[further[which == kind]] = column[origin[which == kind]]
    names = words(random, stores, 3, 5)
    people = np.char.add(
        np.char.add(words(random, stores, 1, 1), " "), words(random, stores, 1, 2)
    )
    agents = np.flatnonzero(random.random(stores) < 0.02)
    phone[agents] = np.char.add("+8618", digits(random, max(stores // 500, 1), 9))[
        random.integers(0, max(stores // 500, 1), len(agents))
    ]
    out.mkdir(parents=True, exist_ok=True)
    registrations = {
        "store": ids,
        "country": np.full(stores, "CN"),
        "company_name": np.char.add(names, " Trading Co., Ltd."),
        "business_licence": licence,
        "legal_person": people,
        "legal_person_id": person,
        "phone": phone,
        "email": np.char.add(np.char.add("office@", names), ".example"),
        "address": np.char.add(
            np.char.add("No. ", random.integers(1, 900, stores).astype(str)),
            np.char.add(
                np.char.add(" ", words(random, stores, 2, 3)),
                np.char.add(
                    np.char.add(
                        " Road, Rm ", random.integers(101, 2999, stores).astype(str)
                    ),
                    np.char.add(", ", words(random, stores, 2, 2)),
                ),
            ),
        ),
    }
    write(out / "registrations.csv", registrations)

    vocabulary = words(random, max(2000, listings // 5), 2, 4)
    rank = (len(vocabulary) ** random.random((listings, 7))).astype(int) - 1
    owner = (stores * random.random(listings) ** 1.5).astype(int)
    kinds = np.array(KINDS)[random.integers(0, len(KINDS), listings)]
    titles = [
        " ".join([vocabulary[row[0]].title(), kind, *vocabulary[row[1:5]]])
        + f" {vocabulary[row[5]][:2].upper()}{number} {size}cm"
        for row, kind, number, size in zip(
            rank,
            kinds,
            random.integers(100, 99_999, listings),
            random.integers(5, 200, listings),
            strict=True,
        )
    ]
    prices = np.round(random.lognormal(3, 1, listings), 2)
    # suppliers' products: one title in many stores
    supplied = np.flatnonzero(random.random(listings) < 0.1)
    suppliers = random.integers(0, listings, max(listings // 300, 1))
    for row in supplied:
        titles[row] = titles[suppliers[row % len(suppliers)]]
    # a further store copies a fifth of its origin's products
    by_owner = np.argsort(owner, kind="stable")
    begins = np.searchsorted(owner[by_owner], np.arange(stores + 1))
    for store, first in zip(further, origin, strict=True):
        mine = by_owner[begins[store] : begins[store + 1]]
        theirs = by_owner[begins[first] : begins[first + 1]]
        count = min(len(mine), max(len(theirs) // 5, 1), len(theirs))
        for row, source in zip(mine[:count], theirs[:count], strict=True):
            parts = titles[source].split()
            if row % 2:
                parts = [*parts[1:], parts[0]]
            if row % 3 == 0:
                parts = ["New", *parts, "Hot", "Sale"]
            titles[row] = " ".join(parts)
            prices[row] = prices[source]
    write(
        out / "listings.csv",
        {
            "listing": np.array([f"L{n:08d}" for n in range(listings)]),
            "store": ids[owner],
            "title": np.array(titles),
            "category": kinds,
            "price": prices,
            "currency": np.full(listings, "USD"),
        },
    )


def write(path: Path, columns: dict[str, np.ndarray]) -> None:
    """Write a table as CSV."""
    arrow_csv.write_csv(pa.table({k: pa.array(v) for k, v in columns.items()}), path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", type=int, default=2000)
    parser.add_argument("--listings", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    make(chosen.stores, chosen.listings, chosen.seed, chosen.out)
    print(f"{chosen.out}: {chosen.stores:,} stores, {chosen.listings:,} listings")
