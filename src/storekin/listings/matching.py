"""The matcher: all pairs of a pool scored, or given pairs among their rivals."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import ranges_of, run_chunks
from storekin.kernels.similar_texts import IntArray, Progress
from storekin.listings.blocking import (
    RIVALS,
    ListingCandidates,
    propose_around,
    propose_pairs,
)
from storekin.listings.features import POOL_FEATURES
from storekin.listings.graph import CandidateGraph
from storekin.listings.model import ListingModel
from storekin.listings.passes import (
    BATCH,
    Columnist,
    Steps,
    by_rule,
    compare_further,
    count_words,
    first_pass,
    first_shares,
    keep_columns,
    look_around,
    plain_bits,
    second_pass,
    similar_in,
    with_second,
)
from storekin.listings.pool import Pool, make_pool
from storekin.listings.prepared import PreparedListings
from storekin.listings.scoring import (
    ListingScores,
    explain_scores,
    in_cents,
    join_scores,
    probability_of,
    settled_steps,
)
from storekin.listings.transitive import most_partners, transitive_pairs
from storekin.listings.vector import Columns
from storekin.listings.word_odds import CountedWords, PooledWords, WordOdds
from storekin.listings.words import KnownWords

Step = Callable[[str], None]

LEAST_FLOOR = 0.05
"""A floor that is asked for where none is named: settled scores hang on no higher."""

RAISED = 16
"""The second pass raises no probability by so much: what stays below it is let go."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Scored pairs, sorted; how many were compared, and groups too large to pair.

    ``graph`` holds all that were compared, if it was asked for.
    """

    scores: ListingScores
    compared: int
    crowded: int
    graph: CandidateGraph | None = None


def match_pool(
    listings: PreparedListings,
    model: ListingModel,
    *,
    across_stores: bool,
    floor: float,
    keep_strong: bool,
    lossless: bool = False,
    about: int | None = None,
    keep_graph: bool = False,
    on_step: Step | None = None,
    on_done: Progress | None = None,
) -> Matches:
    """Find and score all pairs with a probability of *floor* or more.

    With ``keep_strong`` also those that a code or a picture alone brings together.
    ``about`` one row only its own pairs are told, and the others are its context.
    ``keep_graph`` gives all pairs that were compared as well.
    """
    say = on_step or (lambda _: None)
    say("candidates")
    found = propose_pairs(
        listings,
        across_stores=across_stores,
        lossless=lossless,
        with_titles=keep_graph,
        on_done=on_done,
    )
    compared = _compare(
        listings, model, found, across_stores=across_stores, say=say, on_done=on_done
    )
    columnist, first = compared.columnist, compared.first
    pool, strong = columnist.pool, compared.strong
    counted = count_words(columnist, model, first) if model.asks_word_odds else None
    graph = None
    if found.titles is not None:
        odds = None if counted is None else counted.odds
        graph = CandidateGraph.of(
            listings,
            pool,
            compared.similar,
            first,
            found.titles,
            model.name,
            odds,
            compared.transitive,
        )
    transitive = compared.transitive
    del compared
    say("second_pass")
    likely = min(floor, LEAST_FLOOR) if model.settled else floor
    hopeful = probability_of(first, model) >= likely / RAISED
    if keep_strong:
        hopeful |= strong
    told = None
    if about is not None:
        told = (pool.left == about) | (pool.right == about)
        # scores are settled by those of others
        hopeful &= told | model.settled
    again = np.flatnonzero(hopeful)
    # to ask of few of them takes a copy of their ends, and saves the rest
    few = again if 2 * len(again) < len(hopeful) else None
    columnist = with_second(columnist, model, first, few, counted)
    parts: list[ListingScores] = []

    def visit(places: IntArray, steps: Steps, moved: Steps | None = None) -> None:
        keep = probability_of(steps, model) >= floor
        if keep_strong:
            keep |= strong[places]
        if told is not None:
            keep &= told[places]
        chosen = places[keep]
        parts.append(
            explain_scores(
                columnist,
                model,
                chosen,
                first[chosen],
                steps[keep],
                moved=None if moved is None else moved[keep],
            )
        )

    if model.settled:
        every = every_step(columnist, model, first, again, on_done)
        if graph is not None:
            graph = graph.with_later(every[pool.edges])
        moved = settled_steps(pool, model, every, again)
        for low, high in ranges_of(len(again), BATCH):
            places = again[low:high]
            by = moved[low:high]
            visit(places, every[places] + by, by)
    else:
        second_pass(columnist, model, first, again, visit, on_done)
    scores = join_scores(parts or [_nothing(columnist, model)])
    return Matches(_in_order(scores, transitive), len(first), found.crowded, graph)


def _in_order(scores: ListingScores, transitive: int) -> ListingScores:
    """Sort pairs, before which so many transitive ones were scored."""
    if not transitive:
        return scores
    return scores.take(np.lexsort((scores.right, scores.left)))


@dataclass(frozen=True, slots=True)
class _Compared:
    """All pairs of a pool with their first scores; the first *transitive* are ties.

    ``strong`` marks those that a code or a picture brings together.
    """

    columnist: Columnist
    similar: dict[str, Columns]
    first: Steps
    strong: npt.NDArray[np.bool_]
    transitive: int = 0


def _compare(
    listings: PreparedListings,
    model: ListingModel,
    found: ListingCandidates,
    *,
    across_stores: bool,
    say: Step,
    on_done: Progress | None,
) -> _Compared:
    """Compare the candidates, and those that are tied by what is said of them."""
    pool = make_pool(np.arange(len(listings)), found.left, found.right)
    say("rivals")
    similar = similar_in(listings, pool)
    words = KnownWords.of(listings, model.words)
    columnist = look_around(listings, pool, words, similar, sided=model.sided)
    say("comparisons")
    columnist = keep_columns(columnist, model)
    first = first_pass(columnist, model, on_done)
    if not model.transitive:
        return _Compared(columnist, similar, first, found.strong)
    owners = listings.owners if across_stores else None
    most = most_partners(listings.texts)
    pairs = transitive_pairs(pool, plain_bits(first, model), most, owners)
    columnist, similar, further = compare_further(
        columnist, pool, pairs, similar, model
    )
    strong = np.concatenate([np.zeros(len(further), np.bool_), found.strong])
    first = np.concatenate([further, first])
    return _Compared(columnist, similar, first, strong, len(further))


def every_step(
    columnist: Columnist,
    model: ListingModel,
    first: Steps,
    again: IntArray,
    on_done: Progress | None = None,
) -> Steps:
    """Give the scores of all pairs, those at *again* by all passes."""
    every = first.copy()

    def note(places: IntArray, steps: Steps) -> None:
        every[places] = steps

    second_pass(columnist, model, first, again, note, on_done)
    return every


SLAB = 16_000
"""Pairs and rivals that are compared at a time, where pools are small and many."""


def score_given(
    listings: PreparedListings,
    model: ListingModel,
    left: IntArray,
    right: IntArray,
    parts: IntArray | None = None,
    on_step: Step | None = None,
    on_done: Progress | None = None,
) -> ListingScores:
    """Score given pairs among the other candidates of both sides, in their order.

    ``listings.owners`` numbers the two sides; ``parts`` the pool that each pair is seen
    in, where the pairs are their own context.
    """
    say = on_step or (lambda _: None)
    say("comparisons")
    if parts is None or not len(left):
        around = propose_around(listings, left, right)
        pool = make_pool(around.rows, around.left, around.right)
        return score_places(listings, model, pool, around.places)
    # a slab holds whole pools: what is scored beside a pair is the same in any slab
    size = SLAB // (1 if model.alone else RIVALS * 3)
    if model.asks_word_odds:
        # what words are worth is counted over all of the file, as their rarity is
        size = max(len(left), 1)
    order = np.argsort(parts, kind="stable")
    begins = np.flatnonzero(np.diff(parts[order], prepend=-1))
    slabs = np.split(order, begins[np.flatnonzero(np.diff(begins // size)) + 1])

    words = KnownWords.of(listings, model.words)

    def score(slab: IntArray) -> ListingScores:
        around = propose_around(
            listings, left[slab], right[slab], parts[slab], alone=model.alone
        )
        pool = make_pool(around.rows, around.left, around.right)
        return score_places(listings, model, pool, around.places, words=words)

    found = run_chunks(score, slabs, on_done)
    back = np.empty(len(left), np.int64)
    back[order] = np.arange(len(left))
    return join_scores(found).take(back)


@dataclass(frozen=True, slots=True)
class Best:
    """Of scored pairs the *most* best from a probability of *floor* on."""

    floor: float
    most: int

    def choose(self, steps: Steps, model: ListingModel) -> IntArray:
        """Give the places of the best; of equal ones (to a cent) the first."""
        likely = (probability_of(steps, model) >= self.floor).nonzero()[0]
        order = np.argsort(-in_cents(steps[likely]), kind="stable")
        return np.sort(likely[order[: self.most]])


def score_places(
    listings: PreparedListings,
    model: ListingModel,
    pool: Pool,
    places: IntArray,
    best: Best | None = None,
    words: KnownWords | None = None,
    cosines: Columns | None = None,
    odds: WordOdds | None = None,
) -> ListingScores:
    """Score the pairs of a pool that stand at *places*, in their order.

    With *best* they are sorted, and only the best of them are told of. *words* are the
    listings', where several pools of them are scored; *cosines* those of the titles'
    words of all pairs of the pool, where they are known; *odds* what words are worth,
    where that was counted over more than the pool.
    """
    known = KnownWords.of(listings, model.words) if words is None else words
    # of given pairs some may be the same, in any order; others settle settled scores
    asked = None if best is None or model.settled else places
    if model.asks_around:
        similar = similar_in(listings, pool, cosines)
        columnist = look_around(listings, pool, known, similar, sided=model.sided)
    else:
        around = np.full((len(pool.left), len(POOL_FEATURES)), np.nan, np.float32)
        columnist = Columnist(listings, pool, known, model.sided, around)
    columnist = keep_columns(columnist, model)
    shares = None
    if columnist.kept is not None:
        # shares add up to the score, and take hardly longer to add up
        shares = first_shares(columnist, model)
        first = shares.sum(axis=1) + by_rule(columnist, model, slice(None))
    else:
        first = first_pass(columnist, model)
    counted = None if odds is None else CountedWords(PooledWords.of(listings), odds)
    columnist = with_second(columnist, model, first, asked, counted)
    found: list[ListingScores] = []

    def visit(chosen: IntArray, steps: Steps, moved: Steps | None = None) -> None:
        if best is not None:
            good = best.choose(steps, model)
            chosen, steps = chosen[good], steps[good]
            moved = None if moved is None else moved[good]
        told = None if shares is None else shares[chosen]
        found.append(
            explain_scores(columnist, model, chosen, first[chosen], steps, told, moved)
        )

    if model.settled:
        every = every_step(columnist, model, first, np.arange(len(first)))
        moved = settled_steps(pool, model, every, places)
        visit(places, every[places] + moved, moved)
    else:
        second_pass(columnist, model, first, places, visit)
    return join_scores(found or [_nothing(columnist, model)])


def _nothing(columnist: Columnist, model: ListingModel) -> ListingScores:
    none = np.empty(0, np.int64)
    return explain_scores(columnist, model, none, none, none)
