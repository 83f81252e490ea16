"""The example portfolio: fourteen made-up stores and three hundred listings."""

import csv
import json
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

from storekin.errors import OutputFolderError
from storekin.normalise.identifiers import person_check_digit
from storekin.workflows.demo.draw import copy_product, draw_product
from storekin.workflows.demo.papers import write_papers

OWN_LISTINGS = 20
_COLOURS = ("Black", "White", "Green", "Blue", "Grey", "Beige")
_SYNONYMS = {
    "Ultralight": "Super Light",
    "Windproof": "Wind Proof",
    "Rechargeable": "USB Rechargeable",
    "Folding": "Foldable",
    "Double Layer": "2 Layer",
}

Record = dict[str, object]
Store = Mapping[str, Any]


def make_demo(folder: Path) -> list[str]:
    """Write the example into *folder*, which must be new, empty or an earlier example.

    Gives the names of the tables. The same files come out every time.

    Raises:
        OutputFolderError: If the folder holds other things.
    """
    mark = folder / "README.txt"
    if folder.exists() and not folder.is_dir():
        raise OutputFolderError(f"{folder}: this is a file", "choose another folder")
    if folder.is_dir() and any(folder.iterdir()) and not mark.is_file():
        raise OutputFolderError(
            f"{folder}: the folder is not empty", "choose a new folder"
        )
    text = files("storekin.workflows.demo").joinpath("demo.toml").read_text("utf-8")
    data = tomllib.loads(text)
    stores: list[Store] = data["stores"]
    shared = data["shared"]
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text(
        "An example portfolio made by `storekin demo`. Every store, company, person,\n"
        "number and product in it is made up.\n",
        encoding="utf-8",
    )
    _write(folder / "stores.csv", [_store(s) for s in stores])
    registrations = [_registration(s, shared) for s in stores]
    listings = _listings(folder, stores, data["themes"], shared)
    _write(folder / "registrations.csv", registrations)
    _write(folder / "listings.csv", listings)
    write_papers(folder, registrations, listings)
    _write(folder / "access.csv", _access(stores, shared))
    return ["stores.csv", "registrations.csv", "listings.csv", "access.csv"]


def _write(path: Path, rows: Sequence[Record]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _store(store: Store) -> Record:
    return {
        "store": store["store"],
        "platform": "aliexpress",
        "name": store["name"],
        "opened": store["opened"].isoformat(),
        "status": "open",
    }


def _licence(mark: str) -> str:
    """Make a licence number of the right form, in a region that does not exist."""
    from stdnum.cn import uscc

    first = f"91990000MA{int(mark[1:]):07d}"
    return first + str(uscc.calc_check_digit(first))


def _person_id(mark: str) -> str:
    number = int(mark[1:])
    first = f"9900001980{number % 12 + 1:02d}{number:02d}{100 + number:03d}"
    return first + person_check_digit(first)


def _registration(store: Store, shared: Mapping[str, Any]) -> Record:
    phone = store["phone"]
    if store["store"] in shared["agent_clients"]:
        phone = f"{phone}|{shared['agent_phone']}"
    return {
        "store": store["store"],
        "country": "GB" if store["phone"].startswith("０") else "CN",
        "company_name": store["company"],
        "business_licence": _licence(store["licence"]),
        "legal_person": store["person"],
        "legal_person_id": _person_id(store["id"]),
        "phone": phone,
        "email": store["email"],
        "address": store["address"],
        "bank_account": _account(store["bank"]),
        "submitted": store["opened"].isoformat(),
    }


def _account(mark: str) -> str:
    """Make an account number unlike the others: two neighbours are far apart."""
    number = int(mark[1:])
    return f"6200 99{number * 37 % 100:02d} {number * 104_729 % 10**8:08d}"


def _access(stores: Sequence[Store], shared: Mapping[str, Any]) -> list[Record]:
    rows: list[Record] = []
    for number, store in enumerate(stores):
        rows.append(
            {
                "store": store["store"],
                "ip": f"198.51.100.{10 + number}",
                "device": f"browser-{number:02d}",
                "at": "2026-10-01",
            }
        )
        if store["store"] in shared["office_stores"]:
            rows.append(
                {
                    "store": store["store"],
                    "ip": shared["office_ip"],
                    "device": "",
                    "at": "2026-10-02",
                }
            )
    return rows


def _listings(
    folder: Path,
    stores: Sequence[Store],
    themes: Mapping[str, Any],
    shared: Mapping[str, Any],
) -> list[Record]:
    rows: list[Record] = []
    by_store: dict[str, list[Record]] = {}
    for store in stores:
        name = store["store"]
        own = OWN_LISTINGS - int(store.get("copies", 0))
        items = _own_listings(folder, name, themes[store["theme"]], own)
        if "copies_of" in store:
            originals = by_store[store["copies_of"]][: store["copies"]]
            items += [
                _copy(folder, name, place, original)
                for place, original in enumerate(originals)
            ]
        if name in shared["model_titles"]:
            items.append(_special(folder, name, "DR", shared["model_titles"][name], 39))
        if name in shared["supplier_stores"]:
            items.append(_supplier(folder, name, shared["supplier_title"]))
        by_store[name] = items
        rows.extend(items)
    # two rows that cannot be used, to show what becomes of them
    rows.append({**rows[0], "listing": "aurora-home-90", "price": "-5.00"})
    rows.append({**rows[1], "listing": "aurora-home-91", "created": "2025-02-30"})
    return rows


def _own_listings(
    folder: Path, store: str, theme: Mapping[str, Any], count: int
) -> list[Record]:
    random = Random(store)  # noqa: S311 - an example needs no secrecy
    rows: list[Record] = []
    nouns = list(theme["nouns"])
    for place in range(count):
        noun = nouns[place % len(nouns)]
        brand = theme["brands"][(place // len(nouns)) % len(theme["brands"])]
        first, second = random.sample(theme["features"], 2)
        colour = random.choice(_COLOURS)
        size = random.randrange(12, 95)
        code = f"{brand[:2].upper()}{random.randrange(100, 999)}"
        number = f"{store}-{place + 1:02d}"
        image = f"images/{number}.jpg"
        draw_product(folder / image, number)
        rows.append(
            _row(
                number,
                store,
                f"{brand} {first} {noun} {second} {code} {size} cm {colour}",
                brand=brand,
                category=noun.split()[-1],
                price=round(random.uniform(6, 80), 2),
                attributes={"colour": colour, "feature": first, "size": f"{size} cm"},
                image=image,
                description=(
                    f"{noun} by {brand}, model {code}. {first}, {second.lower()},"
                    f" in {colour.lower()}. Measures {size} cm."
                ),
            )
        )
    return rows


def _row(
    listing: str,
    store: str,
    title: str,
    *,
    brand: str,
    category: str,
    price: float,
    attributes: Mapping[str, str],
    image: str,
    description: str,
) -> Record:
    return {
        "listing": listing,
        "store": store,
        "title": title,
        "description": description,
        "brand": brand,
        "category": category,
        "price": f"{price:.2f}",
        "currency": "USD",
        "attributes": json.dumps(dict(attributes), ensure_ascii=False),
        "images": image,
        "status": "active",
        "created": "2026-05-04",
    }


def _copy(folder: Path, store: str, place: int, original: Record) -> Record:
    """Copy a listing as a second store of one seller would: edited, not changed."""
    number = f"{store}-{place + 51:02d}"
    random = Random(number)  # noqa: S311 - an example needs no secrecy
    title = str(original["title"])
    for old, new in _SYNONYMS.items():
        title = title.replace(old, new)
    words = title.split()
    if place % 3 == 0:
        words = [*words[1:], words[0]]
    if place % 4 == 1:
        words = ["New", *words, "2026"]
    image = f"images/{number}.jpg"
    source = folder / str(original["images"])
    if place % 2 == 0:
        (folder / image).write_bytes(source.read_bytes())
    else:
        copy_product(source, folder / image, number)
    price = float(str(original["price"])) * random.choice((1.0, 0.95, 1.05))
    return {
        **original,
        "listing": number,
        "store": store,
        "title": " ".join(words),
        "price": f"{price:.2f}",
        "images": image,
        "created": "2026-07-21",
    }


def _special(folder: Path, store: str, mark: str, title: str, price: float) -> Record:
    number = f"{store}-{mark}"
    image = f"images/{number}.jpg"
    draw_product(folder / image, number)
    brand = title.split(maxsplit=1)[0]
    return _row(
        number,
        store,
        title,
        brand=brand,
        category="Drone",
        price=price,
        attributes={"model": title.split()[1]},
        image=image,
        description=title,
    )


def _supplier(folder: Path, store: str, title: str) -> Record:
    number = f"{store}-HOLDER"
    image = f"images/{number}.jpg"
    draw_product(folder / image, "the supplier's own picture")
    return _row(
        number,
        store,
        title,
        brand="Luminara",
        category="Holder",
        price=12.9,
        attributes={"mount": "dashboard"},
        image=image,
        description=title,
    )
