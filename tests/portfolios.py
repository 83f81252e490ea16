"""Random portfolios of listings: products, copies, variants, sites and operators."""

import json
from pathlib import Path
from random import Random

import pyarrow as pa

import storekin
from storekin.wiring import portfolio_of

Row = dict[str, str]

KINDS = [
    "lamp",
    "clock",
    "kettle",
    "backpack",
    "charger",
    "speaker",
    "blanket",
    "teapot",
    "tripod",
    "stool",
]
WORDS = [
    "foldable",
    "ceramic",
    "wireless",
    "portable",
    "wooden",
    "steel",
    "cotton",
    "vintage",
    "heavy",
]
COLOURS = ("red", "blue", "black", "green")


def made_listings(seed: int) -> tuple[list[Row], list[Row]]:
    """Make the listings of five stores, a draft last, and the stores."""
    random = Random(seed)
    products = []
    for _ in range(14):
        brand = "".join(
            random.choice("bdfgkmnprtv") + random.choice("aeiou") for _ in "abc"
        )
        words = [brand.title(), *random.sample(WORDS, 3), random.choice(KINDS)]
        words.append(brand[:2].upper() + str(random.randrange(100, 999)))
        products.append((words, random.getrandbits(64), random.randrange(8, 90)))
    stores = [f"st{number}" for number in range(5)]
    rows: list[Row] = []
    for store in stores:
        for words, picture, price in random.sample(products, random.randrange(3, 9)):
            title = list(words)
            if random.random() < 0.5:
                random.shuffle(title)
            if random.random() < 0.35:
                title.append(random.choice(COLOURS))
            if random.random() < 0.2:
                title.append(f"{random.choice([2, 3, 6])} pcs")
            row = {
                "listing": f"L{len(rows):03d}",
                "store": store,
                "title": " ".join(title),
                "price": str(round(price * random.choice([1, 1, 1, 0.7]), 2)),
                "currency": "USD",
            }
            if random.random() < 0.7:
                flip = 1 << random.randrange(64) if random.random() < 0.4 else 0
                row["images"] = f"phash:{picture ^ flip:016x}"
            if random.random() < 0.3:
                told = {"format": random.choice(["auction", "fixed price"])}
                row["attributes"] = json.dumps(told)
            rows.append(row)
    random.shuffle(rows)
    about = [
        {
            "store": store,
            "platform": "made",
            "site": random.choice(["US", "DE"]),
            "operator": random.choice("ABC"),
        }
        for store in stores
    ]
    return rows, about


def portfolio_from(**tables: list[Row]) -> storekin.Portfolio:
    """Make a portfolio of rows."""
    return portfolio_of({name: _table(rows) for name, rows in tables.items()})


def _table(rows: list[Row]) -> pa.Table:
    columns = dict.fromkeys(column for row in rows for column in row)
    return pa.table(
        {c: pa.array([row.get(c) for row in rows], pa.string()) for c in columns}
    )


def write_csv(folder: Path, **tables: list[Row]) -> Path:
    """Write a portfolio's folder."""
    import csv

    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder
