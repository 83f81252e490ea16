"""One listing scored against those gathered around it, in one of three ways.

Among its neighbours alone, in milliseconds; as a scan of all would, over a part; or
beside the graph that a scan left.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.kernels.similar_texts import IntArray
from storekin.listings.beside import Circle, score_beside
from storekin.listings.blocking import title_bar
from storekin.listings.graph import CandidateGraph
from storekin.listings.matching import Best, match_pool, score_places
from storekin.listings.model import ListingModel
from storekin.listings.pictures import OwnPicture
from storekin.listings.pool import make_pool
from storekin.listings.prepared import PreparedListings, prepare_listings
from storekin.listings.rarity import Rarity
from storekin.listings.scoring import ListingScores
from storekin.listings.vector import word_cosines
from storekin.listings.word_odds import WordOdds


@dataclass(frozen=True, slots=True)
class Standing:
    """Where gathered listings stand in the table that a graph is of.

    ``rows`` are those of the known ones, which come last; the fresh ones before them,
    the screened one first, go before the rows ``inserted``. ``gone`` marks rows of the
    table that no longer stand. ``counted``: see ``Circle``.
    """

    graph: CandidateGraph
    rows: IntArray
    inserted: IntArray
    gone: npt.NDArray[np.bool_]
    counted: bool

    def places(self, names: list[str]) -> tuple[IntArray, int]:
        """Number the gathered listings, whose ids are *names*, as ``Circle`` asks."""
        fresh = len(self.inserted)
        rank = np.argsort(np.argsort(np.array(names[:fresh], np.str_)))
        own = self.inserted * (fresh + 1) - fresh + rank
        return np.concatenate([own, self.rows * (fresh + 1)]), fresh + 1


@dataclass(frozen=True, slots=True)
class Gathered:
    """The screened listing (the first row) and those that it may be like.

    ``rarity`` is the whole table's; None if these are all there is. ``standing`` is
    there if they are to be seen beside a scan's graph; ``odds`` say what words are
    worth in the whole table, if a scan of it asked that.
    """

    table: pa.Table
    rarity: Rarity | None
    standing: Standing | None = None
    odds: WordOdds | None = None


@dataclass(frozen=True, slots=True)
class Files:
    """Where pictures lie: the neighbours' folder, and the screened one's own files."""

    folder: Path | None
    own: Mapping[str, OwnPicture]


def score_first(
    gathered: Gathered,
    model: ListingModel,
    best: Best,
    files: Files,
    *,
    across_stores: bool,
) -> tuple[pa.Table, ListingScores]:
    """Score the first row against the others, in the pool of all of them.

    Gives the rows in the order that pairs number them in, and the pairs, with the
    other row on the right; so do the two functions below.
    """
    table = gathered.table
    total = table.num_rows
    owners = np.arange(total, dtype=np.int32)
    wanted = np.arange(1, total)
    if across_stores:
        stores = table["store"].to_pylist()
        wanted = np.array([n for n in wanted.tolist() if stores[n] != stores[0]], int)
    listings = prepare_listings(
        table, owners, files.folder, rarity=gathered.rarity, own_pictures=files.own
    )
    left, right = _all_pairs(total)
    # as in a scan: titles that agree too little are no pair; the screened one's are
    cosines = word_cosines(listings, left, right)
    kept = (cosines >= title_bar(listings.texts)) | (left == 0)
    pool = make_pool(np.arange(total), left[kept], right[kept])
    scores = score_places(
        listings,
        model,
        pool,
        wanted - 1,
        best,
        cosines=cosines[kept],
        odds=gathered.odds,
    )
    return table, scores


@lru_cache(maxsize=64)
def _all_pairs(total: int) -> tuple[IntArray, IntArray]:
    """Pair each of so many rows with each; the lower one is on the left."""
    left, right = np.triu_indices(total, 1)
    return left.astype(np.int64), right.astype(np.int64)


def score_as_scan(
    gathered: Gathered,
    model: ListingModel,
    best: Best,
    files: Files,
    *,
    across_stores: bool,
) -> tuple[pa.Table, ListingScores]:
    """Score the first row as a scan of the whole table would, among a part of it."""
    table = gathered.table
    order = pc.sort_indices(pc.fill_null(table["listing"], "")).to_numpy()
    ordered, listings = _prepare(gathered, order, files)
    row = int(np.flatnonzero(order == 0)[0])
    scores = match_pool(
        listings,
        model,
        across_stores=across_stores,
        floor=best.floor,
        keep_strong=False,
        about=row,
    ).scores
    return ordered, _likest(scores, row, best)


def score_in_graph(
    gathered: Gathered,
    model: ListingModel,
    best: Best,
    files: Files,
    *,
    across_stores: bool,
) -> tuple[pa.Table, ListingScores]:
    """Score the first row beside the graph that a scan of the whole table left."""
    table, standing = gathered.table, gathered.standing
    if standing is None:
        raise AssertionError("listings without a place in a graph")
    fresh = len(standing.inserted)
    names = table["listing"].slice(0, fresh).to_pylist()
    places, stride = standing.places([name or "" for name in names])
    order = np.argsort(places)
    ordered, listings = _prepare(gathered, order, files)
    row = int(np.flatnonzero(order == 0)[0])
    circle = Circle(
        listings,
        row,
        places[order],
        stride,
        order < fresh,
        standing.gone,
        standing.counted,
    )
    scores = score_beside(
        circle, standing.graph, model, across_stores=across_stores, floor=best.floor
    )
    return ordered, _likest(scores, row, best)


def _prepare(
    gathered: Gathered, order: IntArray, files: Files
) -> tuple[pa.Table, PreparedListings]:
    ordered = gathered.table.take(pa.array(order))
    stores = ordered["store"].combine_chunks().fill_null("").dictionary_encode()
    if isinstance(stores, pa.ChunkedArray):
        stores = stores.combine_chunks()
    listings = prepare_listings(
        ordered,
        stores.indices.to_numpy().astype(np.int32),
        files.folder,
        rarity=gathered.rarity,
        own_pictures=files.own,
    )
    return ordered, listings


def _likest(scores: ListingScores, row: int, best: Best) -> ListingScores:
    """Give the best pairs of a row, with the other row on the right."""
    others = scores.left + scores.right - row
    likest = np.lexsort((others, -scores.total))[: best.most]
    return replace(scores, right=others).take(likest)
