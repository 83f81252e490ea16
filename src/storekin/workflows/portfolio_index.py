"""The index of a portfolio: made once, so that a draft is checked in a moment.

A folder beside the portfolio holds the indexes of registrations, listings and local
pictures, and the facts that policies ask. It is made anew when a file changes.
"""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from storekin.errors import IndexFileError, PortfolioNotFoundError
from storekin.indexes.file import read_index_file, write_index_file
from storekin.policy.facts import CatalogueFacts, Facts, IdentityFacts, StoreFacts

if TYPE_CHECKING:
    from storekin.listings.index import ListingIndex
    from storekin.listings.pictures import Pictures, SeenPicture
    from storekin.pictures.index import ImageIndex
    from storekin.records.portfolio import Portfolio
    from storekin.workflows.registration_index import RegistrationIndex
    from storekin.workflows.scan import Progress

SCHEMA = 6
KIND = "facts"
REFERENCES = "references"
_TABLES = ("stores", "registrations", "listings", "access")


@dataclass(frozen=True, slots=True)
class PortfolioIndex:
    """Where a portfolio's index lies, and what is mapped of it when asked for.

    ``folder`` is that of the portfolio, in which local pictures lie.
    """

    place: Path
    folder: Path
    facts: Facts
    listing_ids: pa.ChunkedArray
    about: dict[str, object]

    def number_of(self, store: str) -> int:
        """Give a store's number in the facts; -1 if there is no such store."""
        ids = self.facts.stores.ids
        return ids.find(store) if isinstance(ids, Ids) else -1

    def registrations(self) -> "RegistrationIndex":
        """Map the index of registrations."""
        from storekin.workflows.registration_index import RegistrationIndex

        return RegistrationIndex.load(self.place / "registrations.index", log=False)

    def listings(self) -> "ListingIndex | None":
        """Map the index of listings; None where the portfolio has none."""
        from storekin.listings.index import ListingIndex

        path = self.place / "listings.index"
        return ListingIndex.load(path, log=False) if path.exists() else None

    def seen_pictures(self, pictures: "ImageIndex") -> "SeenPictures":
        """Map which local picture is which of the index of *pictures*."""
        _, table, _, _ = read_index_file(self.place / "references.index", REFERENCES)
        return SeenPictures(pictures, table)

    def pictures(self) -> "ImageIndex | None":
        """Map the index of local pictures; None where there are none."""
        path = self.place / "pictures.index"
        if not path.exists():
            return None
        from storekin.pictures.index import ImageIndex

        return ImageIndex.load(path)


def place_of(portfolio: Path) -> Path:
    """Give the folder beside *portfolio* that its index lies in.

    Where nothing can be written beside it, it is a folder of the user's own.
    """
    whole = portfolio.resolve()
    beside = whole.with_name(f".{whole.name}.storekin-index")
    if os.access(whole.parent, os.W_OK) or beside.exists():
        return beside
    name = blake2b(str(whole).encode(), digest_size=10).hexdigest()
    return Path.home() / ".cache" / "storekin" / "indexes" / name


def fingerprint(portfolio: Path) -> list[list[object]]:
    """List the files that a portfolio is read from, with their sizes and times.

    Of pictures the folders are listed: a new or renamed one changes its folder.

    Raises:
        PortfolioNotFoundError: If there is no such portfolio.
    """
    if portfolio.is_file():
        return [_stamp(portfolio, portfolio.parent)]
    if not portfolio.is_dir():
        raise PortfolioNotFoundError(
            f"{portfolio}: there is no such file or folder", "check the path"
        )
    found = [
        _stamp(path, portfolio)
        for path in sorted(portfolio.iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]
    for root, folders, _ in os.walk(portfolio):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [_stamp(Path(root) / name, portfolio) for name in folders]
    return found


def _stamp(path: Path, root: Path) -> list[object]:
    told = path.stat()
    size = 0 if path.is_dir() else told.st_size
    return [str(path.relative_to(root)), size, told.st_mtime_ns]


def open_index(portfolio: Path) -> PortfolioIndex | None:
    """Map a portfolio's index; None where there is none, or a file has changed."""
    place = place_of(portfolio)
    try:
        about = json.loads((place / "about.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if about.get("stamp") != _stamp_of(portfolio):
        return None
    try:
        facts, listing_ids = _read_facts(place / "facts.index")
    except (IndexFileError, KeyError, TypeError):
        return None
    folder = portfolio if portfolio.is_dir() else portfolio.parent
    return PortfolioIndex(place, folder, facts, listing_ids, about)


def _stamp_of(portfolio: Path) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "storekin": version("storekin"),
        "files": fingerprint(portfolio),
    }


def build_index(
    path: Path, portfolio: "Portfolio", progress: "Progress"
) -> PortfolioIndex:
    """Compare a portfolio once and write its index, whole or not at all.

    Raises:
        IndexFileError: If the place cannot be written.
    """
    from storekin.listings.index import ALL_COMPARED, ListingIndex
    from storekin.pictures.index import ImageIndex
    from storekin.workflows.registration_index import RegistrationIndex
    from storekin.workflows.scan import compare_portfolio

    stamp = _stamp_of(path)
    place = place_of(path)
    part = place.with_name(f"{place.name}.part-{os.getpid()}")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
    except OSError as problem:
        raise IndexFileError(
            f"{place}: the index cannot be written ({problem.strerror})",
            "give the right to write beside the portfolio, or in your home folder",
        ) from problem
    try:
        many = portfolio.listings.num_rows > ALL_COMPARED
        compared = compare_portfolio(portfolio, keep_graph=many, progress=progress)
        progress.step("indexes")
        facts, listings = compared.facts, compared.listings
        values = compared.registrations.values
        del compared  # what was prepared for comparing takes gigabytes
        RegistrationIndex.of_values(values).save(part / "registrations.index")
        if listings is not None:
            pictures, graph = listings.prepared.pictures, listings.graph
            del listings
            index = ListingIndex.build(portfolio.listings, pictures, graph)
            index.save(part / "listings.index")
            if len(pictures.prints):
                names = [
                    name
                    for name, row in zip(
                        pictures.names, pictures.print_of.tolist(), strict=True
                    )
                    if row >= 0
                ]
                ImageIndex.of(names, pictures.prints).save(part / "pictures.index")
                _write_references(part / "references.index", pictures)
        _write_facts(part / "facts.index", facts, portfolio)
        about = {
            "stamp": stamp,
            "stores": portfolio.stores.num_rows,
            "registrations": portfolio.registrations.num_rows,
            "listings": portfolio.listings.num_rows,
            "rejected": len(portfolio.rejections),
        }
        (part / "about.json").write_text(json.dumps(about), "utf-8")
        shutil.rmtree(place, ignore_errors=True)
        part.rename(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    found = open_index(path)
    if found is None:
        raise IndexFileError(
            f"{path}: a file changed while the index was made", "try again"
        )
    return found


_STORE_ARRAYS = tuple(f.name for f in fields(StoreFacts) if f.name != "ids")
_IDENTITY_ARRAYS = (
    "left",
    "right",
    "pair",
    "signal",
    "bits",
    "exact",
    "near",
    "holders",
    "registrants",
)
_CATALOGUE_ARRAYS = tuple(
    f.name for f in fields(CatalogueFacts) if f.name != "format_names"
)


def _write_facts(path: Path, facts: Facts, portfolio: "Portfolio") -> None:
    arrays: dict[str, Any] = {
        f"stores.{name}": getattr(facts.stores, name) for name in _STORE_ARRAYS
    }
    arrays |= {
        f"identity.{name}": getattr(facts.identity, name) for name in _IDENTITY_ARRAYS
    }
    about: dict[str, object] = {
        "signals": list(facts.identity.signals),
        "near_signals": list(facts.identity.near_signals),
        "prior_bits": facts.identity.prior_bits,
        "sites": _names_of(portfolio, "site", facts.stores.site),
        "operators": _names_of(portfolio, "operator", facts.stores.operator),
        "listings": facts.catalogues is not None,
    }
    if facts.catalogues is not None:
        arrays |= {
            f"catalogues.{name}": getattr(facts.catalogues, name)
            for name in _CATALOGUE_ARRAYS
        }
        about["formats"] = list(facts.catalogues.format_names)
    stores = pa.array(facts.stores.ids, pa.string())
    longest = max(len(stores), portfolio.listings.num_rows)
    listings = portfolio.listings["listing"].combine_chunks()
    table = pa.table(
        {
            "store": _filled(stores, longest),
            "listing": _filled(listings, longest),
        }
    )
    about["stores"] = len(stores)
    about["offers"] = portfolio.listings.num_rows
    arrays = {
        name: array.astype(np.uint8) if array.dtype == np.bool_ else array
        for name, array in arrays.items()
    }
    write_index_file(path, arrays, table, about, KIND)


def _filled(column: pa.Array, length: int) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays([*column.chunks, pa.array([], pa.string())])
    return pa.concat_arrays([column, pa.nulls(length - len(column), pa.string())])


def _names_of(portfolio: "Portfolio", column: str, codes: Any) -> list[str]:  # noqa: ANN401 - an array of numbers
    """Give what the numbers of a column of stores stand for, in their order."""
    names: dict[int, str] = {}
    known = dict(
        zip(
            portfolio.stores["store"].to_pylist(),
            portfolio.stores[column].to_pylist(),
            strict=True,
        )
    )
    for store, code in zip(portfolio.store_ids(), codes.tolist(), strict=True):
        if code >= 0:
            names.setdefault(code, str(known[store]).strip().lower())
    return [names[code] for code in sorted(names)]


_TRUTHS = frozenset(
    [
        "stores.closed",
        "stores.need",
        "identity.exact",
        "identity.near",
        "catalogues.seen",
    ]
)


def _read_facts(path: Path) -> tuple[Facts, pa.ChunkedArray]:
    arrays, table, about, _ = read_index_file(path, KIND)
    told: Any = about  # as _write_facts wrote it
    whole = {
        name: array.view(np.bool_) if name in _TRUTHS else array
        for name, array in arrays.items()
    }

    def part(name: str, names: Sequence[str]) -> dict[str, Any]:
        return {key: whole[f"{name}.{key}"] for key in names}

    catalogues = None
    if told["listings"]:
        catalogues = CatalogueFacts(
            format_names=tuple(told["formats"]),
            **part("catalogues", _CATALOGUE_ARRAYS),
        )
    facts = Facts(
        stores=StoreFacts(
            ids=Ids(table["store"].slice(0, told["stores"])),
            **part("stores", _STORE_ARRAYS),
        ),
        identity=IdentityFacts(
            signals=tuple(told["signals"]),
            near_signals=tuple(told["near_signals"]),
            prior_bits=float(told["prior_bits"]),
            **part("identity", _IDENTITY_ARRAYS),
        ),
        catalogues=catalogues,
    )
    return facts, table["listing"].slice(0, told["offers"])


class SeenPictures:
    """What was seen in a portfolio's local pictures, by their references."""

    def __init__(self, pictures: "ImageIndex", table: pa.Table) -> None:
        self._pictures = pictures
        self._references = Ids(table["reference"])
        self._names = table["name"]

    def find(self, reference: str) -> "SeenPicture | None":
        """Give what was seen in one picture; None if it is none of them."""
        from storekin.listings.pictures import SeenPicture

        place = self._references.find(reference)
        if place < 0:
            return None
        name = self._names[place].as_py()
        prints = self._pictures.prints_of(name)
        return None if prints is None else SeenPicture(name, prints)


def _write_references(path: Path, pictures: "Pictures") -> None:
    """Write which reference is which picture, sorted by the references."""
    seen = pictures.print_of[pictures.codes] >= 0
    names = {
        pictures.references[place]: pictures.names[pictures.codes[place]]
        for place in np.flatnonzero(seen).tolist()
    }
    ordered = sorted(names)
    table = pa.table(
        {
            "reference": pa.array(ordered, pa.string()),
            "name": pa.array([names[one] for one in ordered], pa.string()),
        }
    )
    write_index_file(path, {}, table, {}, REFERENCES)


class Ids(Sequence[str]):
    """Store ids in an Arrow column: read one by one, when they are asked for."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - a number, or a slice
        found = self._column[place]
        return found.to_pylist() if isinstance(place, slice) else found.as_py()

    def find(self, store: str) -> int:
        """Give a store's number; -1 if there is no such store. Ids are sorted."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self[middle] < store:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self[low] == store else -1
