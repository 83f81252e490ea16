"""The candidate graph of a scan, kept: every pair that was compared, and its score.

What a pair of listings weighs depends on the other pairs of both. One listing more
meets those in the graph as the scan left them, and only its own pairs are compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from storekin.kernels.similar_texts import IntArray, TokenArray, Tokens
from storekin.listings.blocking import (
    GRAM_POOL,
    LONE_SHARE,
    PICTURE_POOL,
    PairedTitles,
    gram_tokens,
    rows_of,
)
from storekin.listings.pool import Pool
from storekin.listings.prepared import PreparedListings
from storekin.listings.word_odds import WordOdds

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class GramPostings:
    """Which titles have each n-gram, and the length of each title's vector.

    That of number ``grams[g]`` (sorted) has ``titles[edges[g]:edges[g + 1]]``.
    """

    grams: npt.NDArray[np.uint32]
    edges: IntArray
    titles: npt.NDArray[np.int32]
    norms: FloatArray


@dataclass(frozen=True, slots=True)
class CandidateGraph:
    """Pairs of rows as entries at both of their ends, with the first pass's scores.

    Row r has the entries ``starts[r]:starts[r + 1]``: ``nodes`` (its neighbours,
    sorted), ``steps`` (the score), ``likeness`` of the titles (0 to 1), ``whole``
    likeness of all texts and ``distance`` of pictures in bits of 64 (nan where silent;
    empty where all are). ``norms`` are the lengths of the rows' titles, ``grams`` says
    who has which n-grams, as a join measures and counts them. ``few_pictures``: see
    ``Beside``. ``model`` names the one that scored; ``odds`` are what
    words are worth by its scores, if it asks that; ``later`` the scores of all its
    passes, if they are settled by those of others. ``transitive`` numbers the entries
    of pairs that a third listing ties, sorted.
    """

    starts: IntArray
    nodes: npt.NDArray[np.int32]
    steps: npt.NDArray[np.int32]
    likeness: FloatArray
    whole: FloatArray
    distance: FloatArray
    titles: PairedTitles
    norms: FloatArray
    grams: tuple[GramPostings, ...]
    few_pictures: bool
    model: str
    odds: WordOdds | None = None
    later: npt.NDArray[np.int32] | None = None
    transitive: IntArray = field(default_factory=lambda: np.empty(0, np.int64))

    @classmethod
    def of(
        cls,
        listings: PreparedListings,
        pool: Pool,
        similar: Mapping[str, FloatArray],
        first: npt.NDArray[np.int64],
        titles: PairedTitles,
        model: str,
        odds: WordOdds | None = None,
        transitive: int = 0,
    ) -> "CandidateGraph":
        """Lay out a pool that was compared, whose nodes are the rows in their order.

        A third listing ties its first *transitive* pairs.
        """
        edges = pool.edges
        norms, grams = _norms(listings, titles)

        def at_both(values: FloatArray) -> FloatArray:
            silent = bool(np.isnan(values).all())
            return np.empty(0, np.float32) if silent else values[edges]

        return cls(
            starts=pool.starts,
            nodes=pool.nodes.astype(np.int32),
            steps=first[edges].astype(np.int32),
            likeness=similar["likeness"][edges],
            whole=at_both(similar["whole_cosine"]),
            distance=at_both(similar["hash_bits"]),
            titles=titles,
            norms=norms,
            grams=grams,
            few_pictures=len(listings.pictures.names) <= PICTURE_POOL,
            model=model,
            odds=odds,
            transitive=np.flatnonzero(edges < transitive),
        )

    def with_later(self, steps: npt.NDArray[np.int64]) -> "CandidateGraph":
        """Keep what all passes say, entry by entry."""
        return replace(self, later=steps.astype(np.int32))

    def scores_of(self, entries: IntArray) -> npt.NDArray[np.int64]:
        """Give the scores that are settled; the first pass's where none are."""
        held = self.steps if self.later is None else self.later
        return held[entries].astype(np.int64)

    def are_transitive(self, entries: IntArray) -> npt.NDArray[np.bool_]:
        """Mark the entries of pairs that a third listing ties."""
        return np.isin(entries, self.transitive)

    def entries_of(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Give the entries at some rows, and the row of each."""
        begins = self.starts[rows]
        sizes = self.starts[rows + 1] - begins
        ends = np.cumsum(sizes)
        shift = np.repeat(begins - (ends - sizes), sizes)
        return shift + np.arange(len(shift)), np.repeat(rows, sizes)

    def members_of(self, title: int, most: int) -> IntArray:
        """Give the rows of a title, in their order, at most so many."""
        begin, end = self.titles.begins[title : title + 2].tolist()
        return self.titles.members[begin : min(end, begin + most)].astype(np.int64)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Give all arrays by names, as an index file keeps them."""
        found: dict[str, npt.NDArray[Any]] = {
            "graph_starts": self.starts,
            "graph_nodes": self.nodes,
            "graph_steps": self.steps,
            "graph_likeness": self.likeness,
            "graph_whole": self.whole,
            "graph_distance": self.distance,
            "graph_norms": self.norms,
            "graph_title_numbers": self.titles.numbers,
            "graph_title_begins": self.titles.begins,
            "graph_title_members": self.titles.members,
            "graph_title_reached": self.titles.reached,
            "graph_title_last": self.titles.last,
        }
        for number, grams in enumerate(self.grams):
            found[f"graph_gram_grams_{number}"] = grams.grams
            found[f"graph_gram_edges_{number}"] = grams.edges
            found[f"graph_gram_titles_{number}"] = grams.titles
            found[f"graph_gram_norms_{number}"] = grams.norms
        if self.later is not None:
            found["graph_later"] = self.later
        if len(self.transitive):
            found["graph_transitive"] = self.transitive
        if self.odds is not None:
            found["graph_odds_tokens"] = self.odds.tokens
            found["graph_odds_counts"] = self.odds.counts
            found["graph_odds_total"] = self.odds.total
        return found

    def about(self) -> dict[str, object]:
        """Give what is no array."""
        return {"few_pictures": self.few_pictures, "model": self.model}


def read_graph(
    arrays: Mapping[str, npt.NDArray[Any]], about: Mapping[str, Any] | None
) -> CandidateGraph | None:
    """Take a graph from what an index file keeps; None where it keeps none."""
    if about is None:
        return None
    grams = [
        GramPostings(
            *(
                arrays[f"graph_gram_{name}_{number}"]
                for name in ("grams", "edges", "titles", "norms")
            )
        )
        for number in range(2)
        if f"graph_gram_edges_{number}" in arrays
    ]
    odds = None
    if "graph_odds_tokens" in arrays:
        odds = WordOdds(
            arrays["graph_odds_tokens"],
            arrays["graph_odds_counts"],
            arrays["graph_odds_total"],
        )
    return CandidateGraph(
        starts=arrays["graph_starts"],
        nodes=arrays["graph_nodes"],
        steps=arrays["graph_steps"],
        likeness=arrays["graph_likeness"],
        whole=arrays["graph_whole"],
        distance=arrays["graph_distance"],
        titles=PairedTitles(
            numbers=arrays["graph_title_numbers"],
            begins=arrays["graph_title_begins"],
            members=arrays["graph_title_members"],
            reached=arrays["graph_title_reached"],
            last=arrays["graph_title_last"],
        ),
        norms=arrays["graph_norms"],
        grams=tuple(grams),
        few_pictures=bool(about["few_pictures"]),
        model=str(about["model"]),
        odds=odds,
        later=arrays.get("graph_later"),
        transitive=arrays.get("graph_transitive", np.empty(0, np.int64)),
    )


def _norms(
    listings: PreparedListings, titles: PairedTitles
) -> tuple[FloatArray, tuple[GramPostings, ...]]:
    """Measure the titles as a join of them does, and list those with each n-gram.

    N-grams are listed where they propose pairs.
    """
    heads = titles.members[titles.begins[:-1]].astype(np.int64)
    words = rows_of(listings.tokens, heads)
    usable = (words.values >> np.uint64(61)) <= np.uint64(3)
    _, places, counts = np.unique(words.values, return_inverse=True, return_counts=True)
    weights = np.where(usable, squares_of(counts[places], len(heads)), 0)
    owner = np.repeat(np.arange(len(heads)), np.diff(words.starts))
    norms = np.sqrt(np.bincount(owner, weights, minlength=len(heads)))
    grams = listings.grams[:2] if listings.texts <= GRAM_POOL else ()
    return (
        norms.astype(np.float32)[titles.numbers],
        tuple(_post(rows_of(gram_tokens(each), heads)) for each in grams),
    )


def _post(grams: Tokens) -> GramPostings:
    from storekin.kernels.look_up import list_holders

    values = (grams.values & np.uint64(0xFFFFFFFF)).astype(np.int32)
    owner = np.repeat(np.arange(len(grams), dtype=np.int32), np.diff(grams.starts))
    counts = np.bincount(values)
    known = np.flatnonzero(counts)
    weights = squares_of(counts[values], len(grams))
    norms = np.sqrt(np.bincount(owner, weights, minlength=len(grams)))
    titles = np.empty(len(values), np.int32)
    list_holders(values, owner, np.cumsum(counts) - counts, titles)
    return GramPostings(
        known.astype(np.uint32),
        np.concatenate([[0], np.cumsum(counts[known])]),
        titles,
        norms.astype(np.float32),
    )


def squares_of(counts: IntArray, titles: int) -> FloatArray:
    """Give the squared weights of features that so many of the titles have.

    As ``join_similar`` weighs them: one that a single title has counts for less.
    """
    squares = np.log(1 + titles / np.maximum(counts, 1)) ** 2
    weighed: FloatArray = np.where(counts > 1, squares, LONE_SHARE * squares).astype(
        np.float32
    )
    return weighed


@dataclass(frozen=True, slots=True)
class LikeTitles:
    """Titles by their numbers, and how like one they are in one way."""

    numbers: IntArray
    cosines: FloatArray

    def without(self, titles: IntArray) -> "LikeTitles":
        """Leave some titles out."""
        if not len(titles):
            return self
        kept = ~np.isin(self.numbers, titles)
        return LikeTitles(self.numbers[kept], self.cosines[kept])

    def paired(self, reached: FloatArray, most: int) -> "LikeTitles":
        """Keep the *most* likest, and those that reach as far themselves."""
        kept = self.cosines >= reached[self.numbers] - ROUGHLY
        if len(self.numbers) > most:
            kept[np.argpartition(-self.cosines, most)[:most]] = True
        else:
            kept[:] = True
        return LikeTitles(self.numbers[kept], self.cosines[kept])


ROUGHLY = 0.02
"""One title more moves the cosines of others by less."""


@dataclass(frozen=True, slots=True)
class Sought:
    """The features of one title, and their squared weights once it is counted, too.

    A feature that one other title has weighs ten times as much when it is shared:
    ``squares`` are the larger weights, and ``norm`` is the length by the smaller ones,
    so that no cosine is taken for less than it is.
    """

    features: TokenArray | npt.NDArray[np.uint32]
    squares: FloatArray
    norm: np.float32

    @classmethod
    def of(
        cls,
        features: TokenArray | npt.NDArray[np.uint32],
        counts: IntArray,
        titles: int,
        *,
        is_known: bool,
    ) -> "Sought":
        """Weigh features that so many of the titles have, its own if it is known."""
        now = squares_of(counts, titles)
        then = now if is_known else squares_of(counts + 1, titles + 1)
        norm = np.sqrt(np.minimum(now, then).sum())
        return cls(features, np.maximum(now, then), np.float32(norm))


def titles_with(
    sought: Sought,
    known: TokenArray | npt.NDArray[np.uint32],
    edges: IntArray,
    holders: npt.NDArray[np.int32],
    norms: FloatArray,
    passed: npt.NDArray[np.bool_],
    threshold: float,
) -> tuple[IntArray, FloatArray]:
    """Give the holders whose features agree by *threshold*, and the cosines.

    Feature ``known[n]`` (sorted) is had by ``holders[edges[n]:edges[n + 1]]``;
    ``passed`` holders do not count.
    """
    from storekin.kernels.look_up import look_up_all

    if not len(known):
        return np.empty(0, np.int64), np.empty(0, np.float32)
    features = sought.features
    place = np.minimum(np.searchsorted(known, features), len(known) - 1)
    held = np.flatnonzero(known[place] == features)
    found = np.empty(len(norms), np.int32)
    cosines = np.empty(len(norms), np.float32)
    count = look_up_all(
        place[held],
        sought.squares[held],
        edges,
        holders,
        norms,
        passed,
        sought.norm,
        np.float32(threshold - ROUGHLY),
        np.zeros(len(norms), np.float32),
        found,
        cosines,
    )
    return found[:count].astype(np.int64), cosines[:count]
