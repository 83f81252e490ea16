"""The index of listings: one is screened against all in milliseconds.

The words of a title find the likest listings, a product code or an equal picture
whatever else has it; then the same comparisons, the same model and the same questions
to the pool decide, over the neighbourhood alone.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.errors import (
    InvalidRecordError,
    InvalidTableError,
    MissingColumnError,
)
from storekin.indexes.file import read_index_file, write_index_file
from storekin.kernels.similar_texts import (
    IntArray,
    TextColumn,
    TokenArray,
    tokenise,
)
from storekin.kernels.texts import LONGEST_TITLE, gram_table, spell
from storekin.listings.blocking import count_titles, title_bar
from storekin.listings.encoding import NO_ENCODERS, check_encoders
from storekin.listings.exact_keys import CODE, NAME, PICTURE, ExactKeys, digest
from storekin.listings.matching import Best, match_pool, score_places
from storekin.listings.model import ListingModel, load_listing_model
from storekin.listings.pictures import (
    OwnPicture,
    Pictures,
    SeenPicture,
    read_pictures,
    reference_name,
)
from storekin.listings.pool import make_pool
from storekin.listings.postings import Postings, find_likest, make_postings
from storekin.listings.prepared import (
    column_rarities,
    given_columns,
    prepare_listings,
)
from storekin.listings.rarity import Rarity, TitleCounts, WordRarity
from storekin.listings.scoring import ListingScores
from storekin.listings.signals import LEVELS
from storekin.listings.vector import word_cosines
from storekin.listings.vocabulary import listing_vocabulary
from storekin.normalise.identifiers import normalise_gtin
from storekin.pictures.ready import SCHEMES
from storekin.records.tables import column_names

if TYPE_CHECKING:
    from storekin.indexes.log import ChangeLog

NEIGHBOURS = 16
"""Likest listings that one is compared with."""

REACH = 80
"""Those of a thorough search: a scan pairs up to 60 of one title."""

ALL_COMPARED = 1_000
"""Listings up to which a thorough search compares all, as a scan does."""

FEW = 5_000
"""Listings up to which the screened title is counted with them: one more shows."""

KIND = "listings"
"""What the file of such an index says it is."""

MOST_ADDED = 20_000
"""Added listings that are kept beside the index before it is laid out anew."""

Record = Mapping[str, object]
_COLUMNS = tuple(name for name in column_names("listings") if name != "created")


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

    def __init__(self, table: pa.Table, postings: Postings, keys: ExactKeys) -> None:
        self._table = table
        self._postings = postings
        self._keys = keys
        self._given = _given_columns(table)
        self._gone = np.zeros(len(postings), np.bool_)
        self._scratch = np.zeros(len(postings), np.float32)
        self._added: dict[str, Record] = {}
        self._late: _Late = _Late.empty()
        self._log: ChangeLog | None = None
        self._lock = RLock()

    @classmethod
    def build(
        cls, listings: object, pictures: Pictures | None = None
    ) -> "ListingIndex":
        """Index an Arrow, pandas or polars table: ``listing``, ``title``, any others.

        ``pictures`` are the table's, where local files among them were looked at.

        Raises:
            MissingColumnError: If one of the two is missing.
        """
        table = listings if isinstance(listings, pa.Table) else pa.table(listings)
        for column in ("listing", "title"):
            if column not in table.column_names:
                raise MissingColumnError.at("listings", column, table.column_names)
        plain = _plain_table(table)
        postings = _post(plain)
        return cls(plain, postings, ExactKeys.of(plain, postings.rarity, pictures))

    def __len__(self) -> int:
        return len(self._postings) - int(self._gone.sum()) + len(self._added)

    def __contains__(self, listing: str) -> bool:
        with self._lock:
            row = self._row_of(listing)
            known = row is not None and not self._gone[row]
            return known or listing in self._added

    def add(self, record: Record) -> None:
        """Add one listing, or put another in the place of the one of its name.

        Raises:
            InvalidRecordError: If it has no ``listing``, or a value cannot be read.
        """
        listing = _name_of(record)
        plain = _plain_record(record)
        with self._lock:
            self._note(listing, json.dumps(plain, sort_keys=True).encode())
            self._forget(listing)
            self._added[listing] = plain
            self._late = self._late.with_one(listing, plain)
            if len(self._added) > MOST_ADDED:
                self._lay_out()

    def remove(self, listing: str) -> bool:
        """Take one listing out; says whether it was there."""
        with self._lock:
            if listing not in self:
                return False
            self._note(listing, None)
            self._forget(listing)
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

        A ``thorough`` search takes more neighbours and pairs them as a scan of all
        does: in 50 milliseconds instead of 3 it comes within half a bit of the scan.

        Raises:
            InvalidRecordError: If a value of the record cannot be read.
            EncoderMismatchError: If the model was fitted with an encoder.
        """
        fitted = model or load_listing_model()
        check_encoders(fitted.encoder, NO_ENCODERS)
        plain = _plain_record(record)
        with self._lock:
            reach = REACH if thorough else NEIGHBOURS
            rarity: Rarity | None = None  # to be counted among all of them
            if thorough and len(self) <= ALL_COMPARED:
                rows, late = self._all_but(str(plain.get("listing") or ""))
            else:
                rows, late = self._neighbours(plain, own_pictures or {}, also, reach)
                rarity = self._rarity_with(plain)
            table = self._gather(plain, rows, late)
        if table.num_rows < 2:
            return []
        files = _Files(folder, {**_seen_before(table, seen), **(own_pictures or {})})
        best = Best(floor, most)
        if thorough or rarity is None:
            table, scores = _score_as_scan(
                table, rarity, fitted, best, files, across_stores=across_stores
            )
        else:
            scores = _score_first(
                table, rarity, fitted, best, files, across_stores=across_stores
            )
        names = table["listing"].to_pylist()
        stores = table["store"].to_pylist()
        signals = np.stack(list(scores.bits.values()), axis=1).tolist()
        order = np.lexsort((scores.right, -scores.total)).tolist()
        return [
            Screened(
                listing=names[row],
                store=stores[row] or "",
                probability=float(scores.probability[place]),
                bits=float(scores.total[place]),
                level=LEVELS[int(scores.level[place])],
                signals={
                    name: bits
                    for name, bits in zip(scores.bits, signals[place], strict=True)
                    if isfinite(bits)
                },
                variant_level=LEVELS[int(scores.variant_level[place])],
                seen=bool(scores.seen[place]),
                agrees=int(scores.agrees[place]),
                given=int(scores.given[place]),
                differs=int(scores.differs[place]),
                attributes=table["attributes"][row].as_py(),
                currency=table["currency"][row].as_py(),
            )
            for place, row in zip(order, scores.right[order].tolist(), strict=True)
        ]

    @property
    def table(self) -> pa.Table:
        """Give the listings that the index was laid out with, in their order."""
        return self._table

    def row_of(self, listing: str) -> int | None:
        """Give a listing's row in the table that was indexed; None if it has none."""
        with self._lock:
            return self._row_of(listing)

    def save(self, path: str | Path) -> None:
        """Write the index to a file, whole or not at all; later changes go to its log.

        Raises:
            IndexFileError: If the place cannot be written.
        """
        with self._lock:
            if self._added or self._gone.any():
                self._lay_out()
            postings = self._postings
            rarity = postings.rarity
            arrays: dict[str, npt.NDArray[Any]] = {
                "tokens": rarity.tokens,
                "bits": rarity.bits,
                "edges": postings.edges,
                "rows": postings.rows,
                "norms": postings.norms,
                "key_digests": self._keys.digests,
                "key_rows": self._keys.rows,
                "everybodys": self._keys.everybodys,
                "hash_words": self._keys.words,
                "hash_kinds": self._keys.kinds,
                "hash_rows": self._keys.hash_rows,
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
            about = {
                "listings": len(postings),
                "hashes": [list(kind) for kind in self._keys.named],
                "given": list(rarity.given),
                "titles": 0 if rarity.titles is None else rarity.titles.titles,
                "columns": {n: words.texts for n, words in rarity.columns.items()},
            }
            self._log = write_index_file(Path(path), arrays, self._table, about, KIND)

    @classmethod
    def load(cls, path: str | Path, *, log: bool = True) -> "ListingIndex":
        """Map an index file and catch up with its log. Many may read one file.

        Without *log* what is added later stays in memory, and no file is changed.

        Raises:
            IndexFileError: If it is no index, or not whole.
        """
        arrays, table, about, changes = read_index_file(Path(path), KIND)
        told: Any = about  # as save wrote it
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
        index = cls(table, postings, keys)
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

    def _row_of(self, listing: str) -> int | None:
        """Give the row of a listing in the table, by its name."""
        for row in self._keys.rows_of(digest([listing], NAME)[0]).tolist():
            if self._table["listing"][row].as_py() == listing:
                return int(row)
        return None

    def _forget(self, listing: str) -> None:
        row = self._row_of(listing)
        if row is not None:
            self._gone[row] = True
        if self._added.pop(listing, None) is not None:
            self._late = self._late.without(listing)

    def _lay_out(self) -> None:
        """Lay all listings out anew, the added ones among them."""
        kept = self._table.filter(pa.array(~self._gone))
        more = pa.Table.from_pylist(
            [
                {**one, "price": float(str(one["price"])) if "price" in one else None}
                for one in self._added.values()
            ],
            schema=kept.schema,
        )
        self._table = pa.concat_tables([kept, more]).combine_chunks()
        self._postings = _post(self._table)
        self._keys = ExactKeys.of(self._table, self._postings.rarity)
        self._given = _given_columns(self._table)
        self._gone = np.zeros(len(self._postings), np.bool_)
        self._scratch = np.zeros(len(self._postings), np.float32)
        self._added = {}
        self._late = _Late.empty()

    def _own_pictures(self, text: object) -> str | None:
        """Leave out of a listing's pictures those that are everybody's."""
        own = [
            part
            for part in _parts(text)
            if digest([reference_name(part)], PICTURE)[0] not in self._keys.everybodys
        ]
        return "|".join(own) or None

    def _neighbours(
        self,
        record: Record,
        own_pictures: Mapping[str, OwnPicture],
        also: Sequence[str],
        most: int,
    ) -> tuple[list[int], list[str]]:
        """Find the rows worth comparing with *record*, and the added listings."""
        listing = str(record.get("listing") or "")
        words = _words_of(str(record.get("title") or ""))
        rows: dict[int, None] = {}
        keys = [
            key
            for column in ("gtin", "images")
            for key in _keys_of(column, record.get(column))
        ]
        names = [key.removeprefix(_IMAGE) for key in keys if key.startswith(_IMAGE)]
        names += [*_names_seen(record.get("images"), own_pictures), *also]
        codes = [key.removeprefix(_CODE) for key in keys if key.startswith(_CODE)]
        for found in (
            *(self._keys.rows_of(k, most) for k in digest(codes, CODE)),
            *(
                self._keys.rows_of(k, most)
                for k in digest(names, PICTURE)
                if k not in self._keys.everybodys
            ),
            *(self._near(name) for name in names),
        ):
            rows.update(dict.fromkeys(found.tolist()))
        likest = find_likest(self._postings, words, self._gone, self._scratch, most + 1)
        rows.update(dict.fromkeys(likest.tolist()))
        own = self._row_of(listing) if listing else None
        if own is not None:
            rows.pop(own, None)
        late = self._late.likest(words, keys, self._postings.rarity, most)
        standing = [row for row in rows if not self._gone[row]]
        return standing, [name for name in late if name != listing]

    def _all_but(self, listing: str) -> tuple[list[int], list[str]]:
        own = self._row_of(listing) if listing else None
        rows = np.flatnonzero(~self._gone).tolist()
        return [r for r in rows if r != own], [n for n in self._added if n != listing]

    def _near(self, name: str) -> IntArray:
        """Give rows with a picture near one's hash, unless it is everybody's."""
        scheme, _, digits = name.partition(":")
        digits = digits.partition("#")[0]
        if scheme not in SCHEMES or digest([name], PICTURE)[0] in self._keys.everybodys:
            return np.empty(0, np.int64)
        return self._keys.near_pictures(scheme, digits)

    def _rarity_with(self, record: Record) -> Rarity:
        """Count the screened title among the others, where one more shows."""
        rarity = self._postings.rarity
        known = self._row_of(str(record.get("listing") or ""))
        if known is not None or len(self._postings) > FEW:
            return rarity
        title = TextColumn.of_few([str(record.get("title") or "")])
        vocabulary = listing_vocabulary()
        tokens = np.unique(tokenise(title, vocabulary).values)
        spelled = spell(title, vocabulary, LONGEST_TITLE)
        grams = [
            gram_table(spelled, width, held).values
            for width, held in zip((3, 5, 0), rarity.grams, strict=True)
        ]
        return rarity.with_one(tokens, grams)

    def _gather(self, record: Record, rows: list[int], late: list[str]) -> pa.Table:
        """Put the screened listing and its neighbours into one table."""
        extra = [record, *(self._added[name] for name in late)]
        places = pa.array(rows, pa.int64())
        columns = {}
        for name in _COLUMNS:
            kind = pa.float64() if name == "price" else pa.string()
            first = [one.get(name) for one in extra]
            given = any(text is not None for text in first)
            if not given and name not in self._given:
                columns[name] = pa.nulls(len(extra) + len(rows), kind)
                continue
            head = pa.array(first, pa.string()).cast(kind)
            if name in self._given:
                tail = self._table[name].take(places).combine_chunks()
                columns[name] = pa.concat_arrays([head, _whole(tail)])
            else:
                columns[name] = pa.concat_arrays([head, pa.nulls(len(rows), kind)])
        if len(self._keys.everybodys):
            told = [self._own_pictures(text) for text in columns["images"].to_pylist()]
            columns["images"] = pa.array(told, pa.string())
        return pa.table(columns)


@dataclass(frozen=True, slots=True)
class _Late:
    """Listings added since the index was laid out, by their words and keys."""

    words: dict[str, TokenArray]
    holders: dict[object, dict[str, None]]

    @classmethod
    def empty(cls) -> "_Late":
        return cls({}, {})

    def with_one(self, listing: str, record: Record) -> "_Late":
        words = _words_of(str(record.get("title") or ""))
        self.words[listing] = words
        for key in self._all_keys(words, record):
            self.holders.setdefault(key, {})[listing] = None
        return self

    def without(self, listing: str) -> "_Late":
        self.words.pop(listing, None)
        for held in self.holders.values():
            held.pop(listing, None)
        return self

    @staticmethod
    def _all_keys(words: TokenArray, record: Record) -> list[object]:
        keys: list[object] = list(words.tolist())
        for column in ("gtin", "images"):
            keys += _keys_of(column, record.get(column))
        return keys

    def likest(
        self, words: TokenArray, keys: list[str], rarity: Rarity, most: int
    ) -> list[str]:
        """Give the added listings that share a key, then those whose words agree."""
        if not self.words:
            return []
        found: dict[str, float] = {}
        for key in keys:
            for name in list(self.holders.get(key, {}))[:most]:
                found[name] = np.inf
        weights = (rarity.weigh(words) ** 2).tolist()
        for word, weight in zip(words.tolist(), weights, strict=True):
            for name in list(self.holders.get(word, {}))[: 50 * most]:
                found[name] = found.get(name, 0.0) + weight
        ordered = sorted(found, key=lambda name: (-found[name], name))
        return ordered[:most]


_IMAGE, _CODE = "image:", "gtin:"


def _given_columns(table: pa.Table) -> frozenset[str]:
    """Name the columns in which anything stands."""
    return frozenset(
        name for name in table.column_names if table[name].null_count < table.num_rows
    )


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        return pa.concat_arrays([*column.chunks, pa.array([], column.type)])
    return column


def _post(table: pa.Table) -> Postings:
    """Read the titles of a table into postings."""
    titles = TextColumn.of(table["title"])
    vocabulary = listing_vocabulary()
    tokens = tokenise(titles, vocabulary)
    spelled = spell(titles, vocabulary, LONGEST_TITLE)
    grams = [gram_table(spelled, width) for width in (3, 5, 0)]
    postings = make_postings(tokens, grams)
    beside = replace(
        postings.rarity,
        columns=column_rarities(table),
        given=given_columns(table),
        titles=count_titles(tokens, grams),
    )
    return replace(postings, rarity=beside)


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


def _name_of(record: Record) -> str:
    listing = record.get("listing")
    if listing in (None, ""):
        raise InvalidRecordError(
            "a listing without a name cannot be added", "give it a value of 'listing'"
        )
    return str(listing)


def _plain_record(record: Record) -> dict[str, str]:
    """Give a record's values as text; those that say nothing are left out.

    Raises:
        InvalidRecordError: If the price is no number, or the attributes no object.
    """
    plain = {
        name: value if isinstance(value, str) else _written(value)
        for name in _COLUMNS
        if (value := record.get(name)) not in (None, "")
    }
    for name, value in plain.items():
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            raise InvalidRecordError(
                f"the {name} holds half of a character",
                "read the text with its own encoding, such as UTF-8",
            )
    if "price" in plain:
        try:
            number = float(plain["price"])
        except ValueError:
            number = float("nan")
        if not isfinite(number):
            raise InvalidRecordError(
                f"the price {plain['price']!r} is not a number",
                "write it as 1234.50, without words",
            )
    if "attributes" in plain:
        try:
            attributes = json.loads(plain["attributes"])
        except ValueError:
            attributes = None
        if not isinstance(attributes, dict):
            raise InvalidRecordError(
                "the attributes are not a JSON object",
                'write them as {"colour": "black"}',
            )
    return plain


def _written(value: object) -> str:
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _words_of(title: str) -> TokenArray:
    tokens = tokenise(TextColumn.of_few([title]), listing_vocabulary()).values
    return tokens[(tokens >> np.uint64(61)) <= np.uint64(3)]


def _keys_of(column: str, text: object) -> list[str]:
    if not text:
        return []
    if column == "gtin":
        code = normalise_gtin(str(text))
        return [f"{_CODE}{code}"] if code else []
    return [_IMAGE + reference_name(part) for part in _parts(text)]


def _parts(text: object) -> list[str]:
    parts = (part.strip() for part in str(text or "").split("|"))
    return [part for part in parts if part]


def _names_seen(images: object, files: Mapping[str, OwnPicture]) -> list[str]:
    """Name a record's local pictures by what is seen in them."""
    held = {part: files[part] for part in _parts(images) if part in files}
    if not held:
        return []
    column = pa.chunked_array([pa.array(["|".join(held)])])
    return list(read_pictures(column, None, own=held).names)


def _seen_before(
    table: pa.Table, seen: Callable[[str], SeenPicture | None] | None
) -> dict[str, OwnPicture]:
    """Give what was seen before in the pictures of a table."""
    if seen is None:
        return {}
    parts = [p for text in table["images"].to_pylist() for p in _parts(text)]
    told = {part: seen(part) for part in parts}
    return {part: one for part, one in told.items() if one is not None}


@dataclass(frozen=True, slots=True)
class _Files:
    """Where pictures lie: the neighbours' folder, and the screened one's own files."""

    folder: Path | None
    own: Mapping[str, OwnPicture]


def _plain_table(table: pa.Table) -> pa.Table:
    """Give the listings' columns in their order, as text; missing ones are null."""
    columns = {}
    for name in _COLUMNS:
        kind = pa.float64() if name == "price" else pa.string()
        if name in table.column_names:
            try:
                columns[name] = table[name].cast(kind)
            except pa.ArrowInvalid as problem:
                raise InvalidTableError(
                    f"listings: the column {name!r} cannot be read: {problem}",
                    "leave values empty that are none, or read the file with storekin",
                ) from problem
        else:
            columns[name] = pa.chunked_array([pa.nulls(table.num_rows, kind)])
    # taking rows of many chunks would put all of them together, each time
    return pa.table(columns).combine_chunks()


def _score_first(
    table: pa.Table,
    rarity: Rarity,
    model: ListingModel,
    best: Best,
    files: _Files,
    *,
    across_stores: bool,
) -> ListingScores:
    """Score the first row against the others, in the pool of all of them."""
    total = table.num_rows
    owners = np.arange(total, dtype=np.int32)
    wanted = np.arange(1, total)
    if across_stores:
        stores = table["store"].to_pylist()
        wanted = np.array([n for n in wanted.tolist() if stores[n] != stores[0]], int)
    listings = prepare_listings(
        table, owners, files.folder, rarity=rarity, own_pictures=files.own
    )
    left, right = (side.astype(np.int64) for side in np.triu_indices(total, 1))
    # as in a scan: titles that agree too little are no pair; the screened one's are
    alike = word_cosines(listings, left, right) >= title_bar(rarity.texts)
    kept = alike | (left == 0)
    left, right = left[kept], right[kept]
    pool = make_pool(np.arange(total), left, right)
    return score_places(listings, model, pool, wanted - 1, best)


def _score_as_scan(
    table: pa.Table,
    rarity: Rarity | None,
    model: ListingModel,
    best: Best,
    files: _Files,
    *,
    across_stores: bool,
) -> tuple[pa.Table, ListingScores]:
    """Score the first row as a scan of the whole table would, among a part of it.

    Gives the rows in a scan's order, and the pairs, with the other row on the right.
    """
    order = pc.sort_indices(pc.fill_null(table["listing"], ""))
    ordered = table.take(order)
    row = int(np.flatnonzero(order.to_numpy() == 0)[0])
    stores = _whole(ordered["store"]).fill_null("").dictionary_encode()
    listings = prepare_listings(
        ordered,
        stores.indices.to_numpy().astype(np.int32),
        files.folder,
        rarity=rarity,
        own_pictures=files.own,
    )
    scores = match_pool(
        listings,
        model,
        across_stores=across_stores,
        floor=best.floor,
        keep_strong=False,
        about=row,
    ).scores
    others = scores.left + scores.right - row
    likest = np.lexsort((others, -scores.total))[: best.most]
    return ordered, replace(scores, right=others).take(likest)
