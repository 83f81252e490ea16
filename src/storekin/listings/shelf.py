"""What an index of listings holds, and who in it is worth comparing with one.

A scan's graph, where there is one, says whom a scan would compare; without it the
likest by their words are gathered, and whoever has the same code or picture.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.kernels.look_up import BLOCK
from storekin.kernels.numbering import distinct_of
from storekin.kernels.similar_texts import (
    IntArray,
    TextColumn,
    TokenArray,
    tokenise,
)
from storekin.kernels.texts import read_titles
from storekin.listings.beside import tied_to
from storekin.listings.blocking import (
    CLOSE_COSINE,
    MOST_PAIRED,
    NARROW_RADIUS,
    WIDE_RADIUS,
    count_titles,
    most_neighbours,
    title_bar,
)
from storekin.listings.exact_keys import CODE, NAME, PICTURE, ExactKeys, digest
from storekin.listings.graph import (
    ROUGHLY,
    CandidateGraph,
    LikeTitles,
    Sought,
    titles_with,
)
from storekin.listings.late import Late, late_keys
from storekin.listings.model import ListingModel
from storekin.listings.pictures import (
    OwnPicture,
    Pictures,
    read_pictures,
    reference_name,
)
from storekin.listings.plain import (
    KINDS,
    Record,
    code_of,
    filled_columns,
    models_of,
    parts,
    whole,
    words_of,
)
from storekin.listings.postings import Postings, find_likest, make_postings
from storekin.listings.prepared import (
    as_compared,
    column_rarities,
    given_columns,
    tokens_beside,
)
from storekin.listings.rarity import Rarity
from storekin.listings.screening import Gathered, Standing
from storekin.listings.stated import title_of
from storekin.listings.vocabulary import listing_vocabulary
from storekin.listings.word_odds import WordOdds
from storekin.pictures.ready import SCHEMES

REACH = 80
"""Listings of a thorough search without a graph: a scan pairs up to 60 of one title."""

NEAR_BITS = 8
MOST_NEAR = 16
"""Bits of a 64-bit pHash in which pictures of neighbours may differ, and how many
such pictures are looked up."""

FEW = 5_000
"""Listings up to which the screened title is counted with them: one more shows."""


@dataclass(slots=True)
class Shelf:
    """The listings of an index as they were laid out, and what changed since.

    ``gone`` marks rows of the table that no longer stand, ``added`` holds records by
    their listings; ``scratch`` is zero between look-ups.
    """

    table: pa.Table
    postings: Postings
    keys: ExactKeys
    graph: CandidateGraph | None
    gone: npt.NDArray[np.bool_]
    scratch: npt.NDArray[np.float32]
    given: frozenset[str]
    added: dict[str, Record] = field(default_factory=dict)
    late: Late = field(default_factory=Late)

    @classmethod
    def of(
        cls,
        table: pa.Table,
        postings: Postings,
        keys: ExactKeys,
        graph: CandidateGraph | None,
    ) -> "Shelf":
        """Begin with what was laid out, all of it standing."""
        count = len(postings)
        return cls(
            table,
            postings,
            keys,
            graph,
            np.zeros(count, np.bool_),
            np.zeros(BLOCK, np.float32),
            filled_columns(table),
        )

    @classmethod
    def laid_out(
        cls,
        table: pa.Table,
        pictures: Pictures | None = None,
        graph: CandidateGraph | None = None,
    ) -> "Shelf":
        """Read a plain table into postings and keys."""
        postings = _post(table)
        keys = ExactKeys.of(table, postings.rarity, pictures)
        return cls.of(table, postings, keys, graph)

    def __len__(self) -> int:
        return len(self.postings) - int(self.gone.sum()) + len(self.added)

    def holds(self, listing: str) -> bool:
        """Say whether a listing stands here."""
        row = self.row_of(listing)
        return (row is not None and not self.gone[row]) or listing in self.added

    def add(self, listing: str, record: Record) -> None:
        """Add a listing, in the place of the one of its name."""
        self.forget(listing)
        self.added[listing] = record
        self.late.add(listing, record, words_of(self._title(record)))

    def forget(self, listing: str) -> None:
        """Take a listing out, if it is there."""
        row = self.row_of(listing)
        if row is not None:
            self.gone[row] = True
        if self.added.pop(listing, None) is not None:
            self.late.drop(listing)

    def laid_out_anew(self) -> "Shelf":
        """Lay all that stands out anew, the added ones among it."""
        kept = self.table.filter(pa.array(~self.gone))
        more = pa.Table.from_pylist(
            [
                {**one, "price": float(str(one["price"])) if "price" in one else None}
                for one in self.added.values()
            ],
            schema=kept.schema,
        )
        return Shelf.laid_out(pa.concat_tables([kept, more]).combine_chunks())

    def row_of(self, listing: str) -> int | None:
        """Give the row of a listing in the table, by its name."""
        for row in self.keys.rows_of(digest([listing], NAME)[0]).tolist():
            if self.table["listing"][row].as_py() == listing:
                return int(row)
        return None

    def _own_pictures(self, text: object) -> str | None:
        """Leave out of a listing's pictures those that are everybody's."""
        own = [
            part
            for part in parts(text)
            if digest([reference_name(part)], PICTURE)[0] not in self.keys.everybodys
        ]
        return "|".join(own) or None

    def picture_names(
        self,
        record: Record,
        own_pictures: Mapping[str, OwnPicture],
        also: Sequence[str],
    ) -> list[str]:
        """Name a listing's pictures that are not everybody's."""
        names = [reference_name(part) for part in parts(record.get("images"))]
        names += [*_names_seen(record.get("images"), own_pictures), *also]
        if not len(self.keys.everybodys):
            return names
        digests = digest(names, PICTURE)
        return [
            name
            for name, key in zip(names, digests, strict=True)
            if key not in self.keys.everybodys
        ]

    def _sharing(self, record: Record, names: list[str], most: int) -> dict[int, None]:
        """Give the rows that share a code, a maker's number or a picture."""
        rows: dict[int, None] = {}
        code = code_of(record)
        for keys in (
            digest([code], CODE) if code else (),
            models_of(record),
            digest(names, PICTURE) if names else (),
        ):
            for key in keys:
                rows.update(dict.fromkeys(self.keys.rows_of(key, most).tolist()))
        return rows

    def _neighbours(
        self, record: Record, names: list[str], most: int, bar: float
    ) -> tuple[list[int], list[str]]:
        """Find the rows worth comparing with *record*, and the added listings."""
        words = words_of(self._title(record))
        rows = self._sharing(record, names, most)
        for name in names:
            near = self._near(name, NEAR_BITS, MOST_NEAR)
            rows.update(dict.fromkeys(near.tolist()))
        likest = find_likest(
            self.postings, words, self.gone, self.scratch, most + 1, bar
        )
        rows.update(dict.fromkeys(likest.tolist()))
        rows.pop(self._own_row(record), None)
        standing = [row for row in rows if not self.gone[row]]
        return standing, self._late_ones(record, words, names, most)

    def _late_ones(
        self, record: Record, words: TokenArray, names: list[str], most: int
    ) -> list[str]:
        """Find the added listings worth comparing with *record*."""
        keys = late_keys(record, names)
        late = self.late.likest(words, keys, self.postings.rarity, most)
        return [name for name in late if name != record.get("listing")]

    def _all_but(self, record: Record) -> tuple[list[int], list[str]]:
        own = self._own_row(record)
        rows = np.flatnonzero(~self.gone).tolist()
        late = [name for name in self.added if name != record.get("listing")]
        return [row for row in rows if row != own], late

    def _title(self, record: Record) -> str:
        """Give a record's title as it is compared; see ``listings.stated``."""
        return title_of(record, priced="price" in self.given)

    def _own_row(self, record: Record) -> int:
        """Give the row of the listing of a record's name; -1 if there is none."""
        listing = str(record.get("listing") or "")
        own = self.row_of(listing) if listing else None
        return -1 if own is None else own

    def _counts(self, record: Record) -> bool:
        """Say whether a record's title was counted with the table, as its listing's."""
        own = self._own_row(record)
        title = record.get("title") or ""
        return own >= 0 and (self.table["title"][own].as_py() or "") == title

    def _near(self, name: str, radius: int, most: int) -> IntArray:
        """Give rows with a picture near one's hash."""
        scheme, _, digits = name.partition(":")
        if scheme not in SCHEMES:
            return np.empty(0, np.int64)
        return self.keys.near_pictures(scheme, digits.partition("#")[0], radius, most)

    def _circle(
        self,
        record: Record,
        names: list[str],
        graph: CandidateGraph,
        *,
        across_stores: bool,
    ) -> tuple[list[int], list[str], bool]:
        """Find all that a scan would pair with *record*, or might.

        Gives the rows, the added listings, and whether the record's title is new.
        """
        tokens, grams = self._spelled(self._title(record))
        words = tokens[(tokens >> np.uint64(61)) <= np.uint64(3)]
        own = np.zeros(len(self.postings), np.bool_)
        if across_stores:
            store = str(record.get("store") or "")
            own = pc.equal(pc.fill_null(self.table["store"], ""), store).to_numpy()
        is_known = self._counts(record)
        by_words = self._titles_with(graph, words, is_known=is_known)
        same = self._title_of(graph, tokens, by_words)
        lone = np.empty(0, np.int64)
        if same is None or own[graph.members_of(same, MOST_PAIRED)].all():
            numbers = graph.titles.numbers[own]
            lone = numbers[np.diff(graph.titles.begins)[numbers] == 1].astype(np.int64)
        rows = self._sharing(record, names, MOST_PAIRED + 1)
        radius = WIDE_RADIUS if graph.few_pictures else NARROW_RADIUS
        for name in names:
            near = self._near(name, radius, MOST_PAIRED)
            rows.update(dict.fromkeys(near.tolist()))
        ways = [
            by_words,
            *self._titles_with_grams(graph, grams, is_known=is_known),
        ]
        most = 3 * most_neighbours(len(self.postings))
        for way, reached in zip(ways, graph.titles.reached, strict=False):
            like = way.without(lone).paired(reached, most)
            for title, alike in zip(
                like.numbers.tolist(), like.cosines.tolist(), strict=True
            ):
                close = alike > CLOSE_COSINE - ROUGHLY
                largest = MOST_PAIRED * MOST_PAIRED if close else MOST_PAIRED
                members = graph.members_of(title, largest + 1)
                rows.update(dict.fromkeys(members.tolist()))
        rows.pop(self._own_row(record), None)
        standing = [row for row in rows if not self.gone[row]]
        late = self._late_ones(record, words, names, REACH)
        return standing, late, same is None

    def _titles_with(
        self, graph: CandidateGraph, words: TokenArray, *, is_known: bool
    ) -> LikeTitles:
        """Find the titles whose words agree with one's as much as a scan asks."""
        rarity = self.postings.rarity
        if rarity.titles is None:
            return LikeTitles(np.empty(0, np.int64), np.empty(0, np.float32))
        counted = rarity.titles
        counts = counted.of_words().counts_of(words)
        sought = Sought.of(words, counts, counted.titles, is_known=is_known)
        passed = np.ones(len(self.postings), np.bool_)
        passed[graph.titles.members[graph.titles.begins[:-1]]] = False
        rows, cosines = titles_with(
            sought, rarity.tokens, self.postings.edges, self.postings.rows,
            graph.norms, passed, title_bar(len(self.postings)),
        )  # fmt: skip
        return LikeTitles(graph.titles.numbers[rows].astype(np.int64), cosines)

    def _titles_with_grams(
        self,
        graph: CandidateGraph,
        grams: Sequence[npt.NDArray[np.uint32]],
        *,
        is_known: bool,
    ) -> Iterator[LikeTitles]:
        """Find those whose n-grams do, by each kind of n-grams that propose pairs."""
        counted = self.postings.rarity.titles
        if counted is None:
            return
        for held, counts, own in zip(graph.grams, counted.grams, grams, strict=False):
            sought = Sought.of(
                own, counts[own.astype(np.int64)], counted.titles, is_known=is_known
            )
            passed = np.zeros(len(held.norms), np.bool_)
            yield LikeTitles(
                *titles_with(
                    sought, held.grams, held.edges, held.titles, held.norms,
                    passed, title_bar(len(self.postings)),
                )
            )  # fmt: skip

    def _title_of(
        self, graph: CandidateGraph, tokens: TokenArray, like: LikeTitles
    ) -> int | None:
        """Find among like titles the one with just these tokens; None if none has."""
        for title in like.numbers[like.cosines > 1 - ROUGHLY].tolist():
            row = graph.members_of(title, 1)[0]
            listing = {n: self.table[n][row].as_py() for n in ("title", "price")}
            title_there = TextColumn.of_few([self._title(listing)])
            held = tokenise(title_there, listing_vocabulary()).values
            if np.array_equal(distinct_of(held), tokens):
                return int(title)
        return None

    def _spelled(self, title: str) -> tuple[TokenArray, list[npt.NDArray[np.uint32]]]:
        """Give a title's distinct tokens, and its n-grams."""
        known = self.postings.rarity.grams
        column = TextColumn.of_few([title])
        read = read_titles(column, listing_vocabulary(), known)
        return distinct_of(read.tokens.values), [each.values for each in read.grams]

    def _rarity_with(
        self, record: Record, table: pa.Table, *, new_title: bool = False
    ) -> Rarity:
        """Count the screened listing among the others, if it is not counted there.

        It is the first of a table of those that are compared.
        """
        rarity = self.postings.rarity
        if self._counts(record):
            return rarity
        table = as_compared(table, rarity)
        titles = TextColumn.of(table["title"])
        read = read_titles(titles, listing_vocabulary(), rarity.grams)
        return rarity.with_first(
            read.tokens, read.grams, tokens_beside(table, rarity), new_title=new_title
        )

    def gather_few(self, record: Record) -> Gathered:
        """Gather all others."""
        return Gathered(self._gather(record, *self._all_but(record)), None)

    def gather_circle(
        self,
        record: Record,
        names: list[str],
        graph: CandidateGraph,
        model: ListingModel,
        *,
        across_stores: bool,
    ) -> Gathered:
        """Gather what a scan would pair with *record*, to be seen beside its graph."""
        rows, late, new = self._circle(
            record, names, graph, across_stores=across_stores
        )
        own = self._own_row(record)
        gone = self.gone.copy()
        if own >= 0:
            gone[own] = True
        if model.transitive:
            tied = tied_to(graph, np.array(rows, np.int64), gone, model)
            rows = list(dict.fromkeys([*rows, *tied.tolist()]))
        inserted = [self._before(str(record.get("listing") or ""))]
        inserted += [self._before(name) for name in late]
        table = self._gather(record, rows, late)
        return Gathered(
            table,
            self._rarity_with(record, table, new_title=new),
            Standing(
                graph,
                np.array(rows, np.int64),
                np.array(inserted, np.int64),
                gone,
                self._counts(record),
            ),
        )

    def gather_neighbours(
        self,
        record: Record,
        names: list[str],
        most: int,
        share: float,
        odds: WordOdds | None = None,
    ) -> Gathered:
        """Gather the likest, to be seen among themselves.

        Their words agree with the record's at least a *share* as much as a scan asks.
        *odds* are what words are worth in a scan of all.
        """
        bar = share * title_bar(len(self.postings))
        rows, late = self._neighbours(record, names, most, bar)
        table = self._gather(record, rows, late)
        rarity = self.postings.rarity
        if len(self.postings) <= FEW:
            rarity = self._rarity_with(record, table)
        return Gathered(table, rarity, odds=odds)

    def _before(self, listing: str) -> int:
        """Give the row before which a listing would stand in the sorted table."""
        names = self.table["listing"]
        low, high = 0, len(names)
        while low < high:
            middle = (low + high) // 2
            if (names[middle].as_py() or "") < listing:
                low = middle + 1
            else:
                high = middle
        return low

    def _gather(self, record: Record, rows: list[int], late: list[str]) -> pa.Table:
        """Put the screened listing and its neighbours into one table."""
        extra = [record, *(self.added[name] for name in late)]
        places = pa.array(rows, pa.int64())
        given = self.given.union(*extra)
        count = len(extra) + len(rows)
        silent = {kind: pa.nulls(count, kind) for kind in (pa.string(), pa.float64())}
        columns = []
        for name, kind in KINDS.items():
            if name not in given:
                columns.append(silent[kind])
                continue
            said = [one.get(name) for one in extra]
            if kind != pa.string():
                said = [None if value is None else float(str(value)) for value in said]
            head = pa.array(said, kind)
            tail = (
                whole(self.table[name].take(places))
                if name in self.given
                else pa.nulls(len(rows), kind)
            )
            if name == "images" and len(self.keys.everybodys):
                both = [*head.to_pylist(), *tail.to_pylist()]
                columns.append(
                    pa.array([self._own_pictures(text) for text in both], kind)
                )
            else:
                columns.append(pa.concat_arrays([head, tail]))
        return pa.Table.from_arrays(columns, list(KINDS))


def _post(table: pa.Table) -> Postings:
    """Read the titles of a table into postings."""
    table = as_compared(table)
    titles = TextColumn.of(table["title"])
    read = read_titles(titles, listing_vocabulary())
    postings = make_postings(read.tokens, read.grams)
    beside = replace(
        postings.rarity,
        columns=column_rarities(table),
        given=given_columns(table),
        titles=count_titles(read.tokens, read.grams),
    )
    return replace(postings, rarity=beside)


def _names_seen(images: object, files: Mapping[str, OwnPicture]) -> list[str]:
    """Name a record's local pictures by what is seen in them."""
    held = {part: files[part] for part in parts(images) if part in files}
    if not held:
        return []
    column = pa.chunked_array([pa.array(["|".join(held)])])
    return list(read_pictures(column, None, own=held).names)
