"""A draft listing laid among all others: by its neighbours, or beside every one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.listings.index import ListingIndex, Screened
from storekin.listings.model import load_listing_model
from storekin.listings.scoring import ListingScores
from storekin.listings.signals import LEVELS
from storekin.pictures.index import ImageIndex
from storekin.policy.facts import UNKNOWN_DAY, Facts, StoreFacts
from storekin.records.declaration import Declaration
from storekin.records.tables import column_names
from storekin.workflows.check.catalogue import Catalogue
from storekin.workflows.facts import catalogue_facts
from storekin.workflows.listings import compare_listings_of
from storekin.workflows.portfolio_index import PortfolioIndex

if TYPE_CHECKING:
    from storekin.listings.pictures import OwnPicture

Record = Mapping[str, object]

MOST = 500
"""Listings that one draft is told to be like, at the most."""

_SIMILAR = 2
"""Pairs below the third level's probability are not told, as in a scan."""


@dataclass(frozen=True, slots=True)
class DraftListing:
    """A draft with the day it was made, and the folder that its pictures lie in.

    Once they were looked at, ``pictures`` holds the local ones by their references, and
    ``unread`` those that cannot be, with the kind of rejection.
    """

    record: Record
    created: int
    folder: Path
    pictures: "Mapping[str, OwnPicture]" = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Laid:
    """A draft among the facts: its row, its store's number, and what it is like.

    ``rows`` are those of the ``found`` listings.
    """

    facts: Facts
    row: int
    store: int
    found: Sequence[Screened]
    rows: Sequence[int]


class ScreenedCatalogue:
    """Many listings: a draft is compared with its neighbours in the index."""

    def __init__(
        self, known: ListingIndex, pictures: ImageIndex | None, catalogue: Catalogue
    ) -> None:
        self._known = known
        self._pictures = pictures
        self._catalogue = catalogue
        self._seen = (
            None if pictures is None else catalogue.index.seen_pictures(pictures).find
        )

    @classmethod
    def of(
        cls,
        index: PortfolioIndex,
        known: ListingIndex,
        declarations: Sequence[Declaration],
    ) -> "ScreenedCatalogue":
        """Open the indexes of a portfolio."""
        return cls(known, index.pictures(), Catalogue.of(index, declarations))

    def lay(self, draft: DraftListing) -> Laid:
        """Lay a draft among the others; from then on it is one of them."""
        record = draft.record
        found = self._known.screen(
            record,
            floor=load_listing_model().levels[_SIMILAR],
            most=MOST,
            across_stores=True,
            folder=self._catalogue.index.folder,
            own_pictures=draft.pictures,
            also=self._same_pictures(draft),
            seen=self._seen,
            thorough=True,
        )
        rows = [self._row_of(one.listing) for one in found]
        replaced = self._known.row_of(str(record["listing"]))
        facts, row, store = self._catalogue.with_draft(
            record, draft.created, found, rows, replaced
        )
        self._known.add(record)
        return Laid(facts, row, store, found, rows)

    def _row_of(self, listing: str) -> int:
        own = self._catalogue.new_rows.get(listing)
        row = own if own is not None else self._known.row_of(listing)
        if row is None:
            raise AssertionError(f"{listing} was found and has no row")
        return row

    def _same_pictures(self, draft: DraftListing) -> list[str]:
        """Name the known pictures that a draft's own are, edited."""
        if self._pictures is None:
            return []
        return [
            one.picture
            for own in draft.pictures.values()
            for one in self._pictures.screen(
                own if isinstance(own, Path) else own.prints
            )
        ]


class WholeCatalogue:
    """Few listings: all of them are compared, the draft among them, as in a scan."""

    def __init__(self, catalogue: Catalogue, table: pa.Table) -> None:
        self._catalogue = catalogue
        self._table = table
        self._pictures: dict[str, OwnPicture] = {}
        held = catalogue.index.pictures()
        if held is not None:
            seen = catalogue.index.seen_pictures(held)
            texts = (t for t in table["images"].to_pylist() if t is not None)
            for reference in {part.strip() for t in texts for part in t.split("|")}:
                told = seen.find(reference)
                if told is not None:
                    self._pictures[reference] = told

    @classmethod
    def of(
        cls,
        index: PortfolioIndex,
        known: ListingIndex | None,
        declarations: Sequence[Declaration],
    ) -> "WholeCatalogue":
        """Take the listings of an index, with the days they were made."""
        catalogue = Catalogue.of(index, declarations)
        columns = column_names("listings")
        if known is None:
            kinds = {"price": pa.float64(), "created": pa.date32()}
            table = pa.table(
                {name: pa.nulls(0, kinds.get(name, pa.string())) for name in columns}
            )
        else:
            created = [
                None if day == UNKNOWN_DAY else day
                for day in catalogue.facts.created.tolist()
            ]
            table = known.table.append_column(
                "created", pa.array(created, pa.int32()).cast(pa.date32())
            ).select(list(columns))
        return cls(catalogue, table)

    def lay(self, draft: DraftListing) -> Laid:
        """Lay a draft among the others; from then on it is one of them."""
        record = draft.record
        name = str(record["listing"])
        others = self._table.filter(pc.not_equal(self._table["listing"], name))
        own = pa.Table.from_pylist([_row(record, draft.created)], self._table.schema)
        self._table = pa.concat_tables([others, own]).sort_by("listing")
        self._table = self._table.combine_chunks()
        self._pictures |= draft.pictures
        names = self._table["listing"].to_pylist()
        stores = self._table["store"].to_pylist()
        numbers = {store: self._catalogue.number_of(store or "") for store in stores}
        owners = np.array([numbers[store] for store in stores], np.int32)
        findings = compare_listings_of(
            self._table,
            owners,
            self._catalogue.index.folder,
            across_stores=True,
            floor=load_listing_model().levels[_SIMILAR],
            own_pictures=self._pictures,
        )
        facts = catalogue_facts(self._table, findings)
        row = names.index(name)
        scores = findings.scores
        pairs = np.flatnonzero((scores.left == row) | (scores.right == row))
        twins = np.where(scores.left == row, scores.right, scores.left)[pairs]
        found = [
            _screened(scores, pair, names[twin], stores[twin] or "")
            for pair, twin in zip(pairs.tolist(), twins.tolist(), strict=True)
        ]
        return Laid(
            Facts(
                stores=_with_sizes(self._catalogue.stores, owners),
                identity=self._catalogue.index.facts.identity,
                catalogues=facts,
            ),
            row,
            int(owners[row]),
            found,
            twins.tolist(),
        )


def _with_sizes(stores: StoreFacts, owners: npt.NDArray[np.int32]) -> StoreFacts:
    sizes = np.bincount(owners, minlength=len(stores.listings))
    return replace(stores, listings=sizes)


def _row(record: Record, created: int) -> dict[str, object]:
    row: dict[str, object] = {
        name: record.get(name) for name in column_names("listings")
    }
    day = None if created == UNKNOWN_DAY else np.datetime64(created, "D").item()
    return {**row, "created": day}


def _screened(scores: ListingScores, pair: int, listing: str, store: str) -> Screened:
    return Screened(
        listing=listing,
        store=store,
        probability=float(scores.probability[pair]),
        bits=float(scores.total[pair]),
        level=LEVELS[int(scores.level[pair])],
        signals={
            name: float(bits[pair])
            for name, bits in scores.bits.items()
            if isfinite(bits[pair])
        },
    )
