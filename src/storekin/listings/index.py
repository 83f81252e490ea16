"""The index of listings: one is screened against all in milliseconds.

The words of a title find the likest listings, a product code or an equal picture
whatever else has it; then the same comparisons, the same model and the same questions
to the pool decide, over the neighbourhood alone.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.errors import IndexFileError, MissingColumnError
from storekin.indexes.file import read_index_file, write_index_file
from storekin.listings.encoding import NO_ENCODERS, check_encoders
from storekin.listings.exact_keys import ExactKeys
from storekin.listings.graph import CandidateGraph, read_graph
from storekin.listings.matching import Best
from storekin.listings.model import ListingModel, load_listing_model
from storekin.listings.pictures import OwnPicture, Pictures, SeenPicture
from storekin.listings.plain import Record, name_of, parts, plain_record, plain_table
from storekin.listings.postings import Postings
from storekin.listings.rarity import Rarity, TitleCounts, WordRarity
from storekin.listings.scoring import ListingScores
from storekin.listings.screening import (
    Files,
    Gathered,
    score_as_scan,
    score_first,
    score_in_graph,
)
from storekin.listings.shelf import REACH, Shelf
from storekin.listings.signals import LEVELS
from storekin.listings.vocabulary import vocabulary_version

if TYPE_CHECKING:
    from storekin.indexes.log import ChangeLog

NEIGHBOURS = 16
"""Likest listings that one is compared with."""

NEAR_BAR = 0.55
"""Of the cosine from which a scan compares two titles, so much must a neighbour have:
among a million titles no copy is lost by it, and a fifth of the neighbours."""

ALL_COMPARED = 1_000
"""Listings up to which a thorough search compares all, as a scan does."""

KIND = "listings"
"""What the file of such an index says it is."""

MOST_ADDED = 20_000
"""Added listings that are kept beside the index before it is laid out anew."""


@dataclass(frozen=True, slots=True)
class Screened:
    """One listing that the screened one may show the same product as.

    ``variant_level``, ``seen``, ``agrees``, ``given`` and ``differs`` are what policies
    ask of a pair: see ``ListingScores``; ``attributes`` and ``currency`` are the found
    listing's, as given.
    """

    listing: str
    store: str
    probability: float
    bits: float
    level: str
    signals: dict[str, float]
    variant_level: str = "different"
    seen: bool = False
    agrees: int = 0
    given: int = 0
    differs: int = 0
    attributes: str | None = None
    currency: str | None = None


class ListingIndex:
    """Listings by their words, codes and pictures. Safe for several threads."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._graph_model: tuple[ListingModel, bool] | None = None
        self._log: ChangeLog | None = None
        self._lock = RLock()

    @classmethod
    def build(
        cls,
        listings: object,
        pictures: Pictures | None = None,
        graph: CandidateGraph | None = None,
    ) -> "ListingIndex":
        """Index an Arrow, pandas or polars table: ``listing``, ``title``, any others.

        ``pictures`` are the table's, where local files among them were looked at;
        ``graph`` holds all that a scan compared of it, where it is sorted by
        ``listing``.

        Raises:
            MissingColumnError: If one of the two is missing.
        """
        table = listings if isinstance(listings, pa.Table) else pa.table(listings)
        for column in ("listing", "title"):
            if column not in table.column_names:
                raise MissingColumnError.at("listings", column, table.column_names)
        return cls(Shelf.laid_out(plain_table(table), pictures, graph))

    def __len__(self) -> int:
        return len(self._shelf)

    def __contains__(self, listing: str) -> bool:
        with self._lock:
            return self._shelf.holds(listing)

    def add(self, record: Record) -> None:
        """Add one listing, or put another in the place of the one of its name.

        Raises:
            InvalidRecordError: If it has no ``listing``, or a value cannot be read.
        """
        listing = name_of(record)
        plain = plain_record(record)
        with self._lock:
            self._note(listing, json.dumps(plain, sort_keys=True).encode())
            self._shelf.add(listing, plain)
            if len(self._shelf.added) > MOST_ADDED:
                self._shelf = self._shelf.laid_out_anew()

    def remove(self, listing: str) -> bool:
        """Take one listing out; says whether it was there."""
        with self._lock:
            if listing not in self:
                return False
            self._note(listing, None)
            self._shelf.forget(listing)
            return True

    def screen(
        self,
        record: Record,
        *,
        model: ListingModel | None = None,
        floor: float = 0.05,
        most: int = 10,
        across_stores: bool = False,
        folder: Path | None = None,
        own_pictures: Mapping[str, OwnPicture] | None = None,
        also: Sequence[str] = (),
        seen: Callable[[str], SeenPicture | None] | None = None,
        thorough: bool = False,
    ) -> list[Screened]:
        """Find what shows the same product as *record*, likeliest first.

        The record itself, by its ``listing``, is never among them; with
        ``across_stores`` nor is another listing of its store. Local pictures of the
        neighbours are read from *folder*, the record's from ``own_pictures``, by their
        references; ``also`` names further pictures that its own are known to be, and
        ``seen`` gives what was seen before in a neighbour's picture.

        A ``thorough`` search says what a scan of all says. It meets the pairs that the
        scan compared, where the index was built with their graph; few listings are all
        compared. Otherwise it takes more neighbours and pairs them as a scan does,
        which comes within a bit of it.

        Raises:
            InvalidRecordError: If a value of the record cannot be read.
            EncoderMismatchError: If the model was fitted with an encoder.
        """
        fitted = model or load_listing_model()
        check_encoders(fitted.encoder, NO_ENCODERS)
        own = own_pictures or {}
        with self._lock:
            gathered = self._gather(
                plain_record(record),
                own,
                also,
                model=fitted,
                across_stores=across_stores,
                thorough=thorough,
            )
        if gathered.table.num_rows < 2:
            return []
        files = Files(folder, {**_seen_before(gathered.table, seen), **own})
        score = score_as_scan if thorough else score_first
        table, scores = (score_in_graph if gathered.standing else score)(
            gathered, fitted, Best(floor, most), files, across_stores=across_stores
        )
        return _tell(table, scores)

    @property
    def table(self) -> pa.Table:
        """Give the listings that the index was laid out with, in their order."""
        return self._shelf.table

    def row_of(self, listing: str) -> int | None:
        """Give a listing's row in the table that was indexed; None if it has none."""
        with self._lock:
            return self._shelf.row_of(listing)

    def save(self, path: str | Path) -> None:
        """Write the index to a file, whole or not at all; later changes go to its log.

        Raises:
            IndexFileError: If the place cannot be written.
        """
        with self._lock:
            if self._shelf.added or self._shelf.gone.any():
                self._shelf = self._shelf.laid_out_anew()
            shelf = self._shelf
            postings, keys, graph = shelf.postings, shelf.keys, shelf.graph
            rarity = postings.rarity
            arrays: dict[str, npt.NDArray[Any]] = {
                "tokens": rarity.tokens,
                "bits": rarity.bits,
                "edges": postings.edges,
                "rows": postings.rows,
                "norms": postings.norms,
                "key_digests": keys.digests,
                "key_rows": keys.rows,
                "everybodys": keys.everybodys,
                "hash_words": keys.words,
                "hash_kinds": keys.kinds,
                "hash_rows": keys.hash_rows,
            }
            for number, grams in enumerate(rarity.grams):
                arrays[f"grams_{number}"] = grams
            for name, words in rarity.columns.items():
                arrays[f"{name}_tokens"] = words.tokens
                arrays[f"{name}_bits"] = words.bits
            if rarity.titles is not None:
                arrays["title_tokens"] = rarity.titles.tokens
                arrays["title_counts"] = rarity.titles.counts
                for number, counts in enumerate(rarity.titles.grams):
                    arrays[f"title_grams_{number}"] = counts
            if graph is not None:
                arrays |= graph.arrays()
            about = {
                "words": vocabulary_version(),
                "graph": None if graph is None else graph.about(),
                "listings": len(postings),
                "hashes": [list(kind) for kind in keys.named],
                "given": list(rarity.given),
                "titles": 0 if rarity.titles is None else rarity.titles.titles,
                "columns": {n: words.texts for n, words in rarity.columns.items()},
            }
            self._log = write_index_file(Path(path), arrays, shelf.table, about, KIND)

    @classmethod
    def load(cls, path: str | Path, *, log: bool = True) -> "ListingIndex":
        """Map an index file and catch up with its log. Many may read one file.

        Without *log* what is added later stays in memory, and no file is changed.

        Raises:
            IndexFileError: If it is no index, not whole, or of another version.
        """
        arrays, table, about, changes = read_index_file(Path(path), KIND)
        told: Any = about  # as save wrote it
        if told.get("words") != vocabulary_version():
            raise IndexFileError(
                f"{path}: another version read the words of these listings",
                "build it again, and save it",
            )
        rarity = Rarity(
            int(told["listings"]),
            arrays["tokens"],
            arrays["bits"],
            tuple(arrays[f"grams_{number}"] for number in range(3)),
            {
                name: WordRarity(
                    int(texts), arrays[f"{name}_tokens"], arrays[f"{name}_bits"]
                )
                for name, texts in told.get("columns", {}).items()
            },
            tuple(told.get("given", ())),
            _title_counts(int(told.get("titles", 0)), arrays),
        )
        postings = Postings(rarity, arrays["edges"], arrays["rows"], arrays["norms"])
        keys = ExactKeys(
            arrays["key_digests"],
            arrays["key_rows"],
            arrays["everybodys"],
            arrays["hash_words"],
            arrays["hash_kinds"],
            arrays["hash_rows"],
            tuple((str(name), int(bits)) for name, bits in told["hashes"]),
        )
        graph = read_graph(arrays, told.get("graph"))
        index = cls(Shelf.of(table, postings, keys, graph))
        for name, record in changes:
            if record is None:
                index.remove(name)
            else:
                index.add(json.loads(record))
        index._log = changes if log else None
        return index

    # ---- below: with the lock held ----

    def _note(self, listing: str, record: bytes | None) -> None:
        if self._log is not None:
            self._log.append([(listing, record)])

    def _gather(
        self,
        record: Record,
        own_pictures: Mapping[str, OwnPicture],
        also: Sequence[str],
        *,
        model: ListingModel,
        across_stores: bool,
        thorough: bool,
    ) -> Gathered:
        """Gather the listings that one is to be compared with."""
        shelf = self._shelf
        if thorough and len(shelf) <= ALL_COMPARED:
            return shelf.gather_few(record)
        pictures = shelf.picture_names(record, own_pictures, also)
        graph = self._graph_of(model)
        if thorough and graph is not None:
            return shelf.gather_circle(
                record, pictures, graph, model, across_stores=across_stores
            )
        odds = None if graph is None else graph.odds
        if thorough:
            return shelf.gather_neighbours(record, pictures, REACH, 0, odds)
        return shelf.gather_neighbours(record, pictures, NEIGHBOURS, NEAR_BAR, odds)

    def _graph_of(self, model: ListingModel) -> CandidateGraph | None:
        """Give the graph, if it holds what a model says."""
        graph = self._shelf.graph
        if graph is None or len(model.known):
            return None
        if self._graph_model is None or self._graph_model[0] is not model:
            self._graph_model = (model, model.name == graph.model)
        return graph if self._graph_model[1] else None


def _tell(table: pa.Table, scores: ListingScores) -> list[Screened]:
    """Tell of scored pairs, whose other row of *table* is on the right, best first."""
    listings, stores, attributes, currencies = (
        table[name].to_pylist()
        for name in ("listing", "store", "attributes", "currency")
    )
    # taken out of the arrays column by column: value by value takes longer than scoring
    probability, bits, right = (
        column.tolist() for column in (scores.probability, scores.total, scores.right)
    )
    level, variant_level = scores.level.tolist(), scores.variant_level.tolist()
    seen, differs = scores.seen.tolist(), scores.differs.tolist()
    agrees, given = scores.agrees.tolist(), scores.given.tolist()
    signals = np.array(list(scores.bits.values())).T
    speaks = np.isfinite(signals).tolist()
    told = [
        dict(compress(zip(scores.bits, said, strict=True), flags))
        for said, flags in zip(signals.tolist(), speaks, strict=True)
    ]
    return [
        Screened(
            listing=listings[right[place]],
            store=stores[right[place]] or "",
            probability=probability[place],
            bits=bits[place],
            level=LEVELS[level[place]],
            signals=told[place],
            variant_level=LEVELS[variant_level[place]],
            seen=seen[place],
            agrees=agrees[place],
            given=given[place],
            differs=differs[place],
            attributes=attributes[right[place]],
            currency=currencies[right[place]],
        )
        for place in np.lexsort((scores.right, -scores.total)).tolist()
    ]


def _title_counts(
    titles: int, arrays: Mapping[str, npt.NDArray[Any]]
) -> TitleCounts | None:
    """Give what was counted of the different titles; None of an earlier version."""
    if "title_tokens" not in arrays:
        return None
    grams = [f"title_grams_{number}" for number in range(2)]
    return TitleCounts(
        titles,
        arrays["title_tokens"],
        arrays["title_counts"],
        tuple(arrays[name] for name in grams if name in arrays),
    )


def _seen_before(
    table: pa.Table, seen: Callable[[str], SeenPicture | None] | None
) -> dict[str, OwnPicture]:
    """Give what was seen before in the pictures of a table."""
    if seen is None:
        return {}
    named = [part for text in table["images"].to_pylist() for part in parts(text)]
    told = {part: seen(part) for part in named}
    return {part: one for part, one in told.items() if one is not None}
