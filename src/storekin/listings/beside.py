"""Listings beside a scan's graph: their own pairs are compared, the others looked up.

A fresh listing's neighbours keep the pairs that the scan gave them, so that ranks,
rivals and groups are those of the whole table. Pairs among its neighbours are scored
anew, since one listing more moves what they say of one another.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.families import LIKELY_PARTNER
from storekin.kernels.numbering import distinct_of
from storekin.kernels.similar_texts import IntArray
from storekin.listings.blocking import Beside, propose_pairs
from storekin.listings.graph import CandidateGraph
from storekin.listings.matching import LEAST_FLOOR, RAISED, every_step
from storekin.listings.model import ListingModel
from storekin.listings.passes import (
    WEAK_STEPS,
    Steps,
    compare_further,
    first_pass,
    likelihoods,
    look_around,
    plain_bits,
    with_second,
)
from storekin.listings.pool import Pool, make_pool, own_bits
from storekin.listings.prepared import PreparedListings
from storekin.listings.scoring import (
    ListingScores,
    bits_of,
    explain_scores,
    probability_of,
    settled_steps,
)
from storekin.listings.transitive import LIKELY_BITS, most_partners, transitive_pairs
from storekin.listings.vector import Columns, similarities
from storekin.listings.word_odds import CountedWords, PooledWords
from storekin.listings.words import KnownWords

LOOKED_UP = 3
"""Best partners of each neighbour that are asked for their own best: two count, and
the fresh listing may be one of them."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A fresh listing (``about``) among those that it may be like, prepared.

    Rows stand in a scan's order, and so do their ``places``: a multiple of ``stride``
    by their row in the graph's table, and between two of them for ``fresh`` ones, which
    it has not. ``gone`` marks rows of the table that no longer stand. ``counted`` says
    that the listing stood in the scan just as it is.
    """

    listings: PreparedListings
    about: int
    places: IntArray
    stride: int
    fresh: npt.NDArray[np.bool_]
    gone: npt.NDArray[np.bool_]
    counted: bool


def score_beside(
    circle: Circle,
    graph: CandidateGraph,
    model: ListingModel,
    *,
    across_stores: bool,
    floor: float,
) -> ListingScores:
    """Score the pairs of one listing as a scan of the whole table would.

    Gives rows of the circle.
    """
    listings, about = circle.listings, circle.about
    left, right = _own_pairs(circle, graph, across_stores=across_stores)
    near = _known_near(circle, graph, (left, right), model)
    around = _look_up(graph, circle, near, model)
    laid = _Laid.of(circle, (left, right), around)
    pool = laid.pool(len(left) + around.plain)
    inside = slice(0, len(left) + around.inside)
    similar = similarities(
        listings, laid.rows[pool.left[inside]], laid.rows[pool.right[inside]]
    )
    similar |= _with_held(similar, graph, around.entries[around.inside : around.plain])
    words = KnownWords.of(listings, model.words)
    columnist = look_around(listings, pool, words, similar, sided=model.sided)
    columnist = columnist.keep(pool.asked, later=model.asks_again)
    held = graph.steps[around.entries[around.again :]].astype(np.int64)
    first = np.concatenate([first_pass(columnist, model, most=pool.asked), held])
    if model.transitive:
        owners = listings.owners if across_stores else None
        bits = plain_bits(first[: len(pool.left)], model)
        tied = transitive_pairs(pool, bits, most_partners(listings.texts), owners)
        pairs = laid.of_one(about, tied, pool, bits)
        similar |= _with_held(similar, graph, around.entries[around.plain :])
        whole = laid.pool(len(first))
        columnist, _, more = compare_further(columnist, whole, pairs, similar, model)
        pool, first = columnist.pool, np.concatenate([more, first])
    ends = columnist.ends(slice(0, pool.asked))
    counted = _words_with(circle, graph, ends, model, first)
    columnist = with_second(columnist, model, first, counted=counted)
    own = np.flatnonzero((ends[0] == about) | (ends[1] == about))
    moved = None
    if model.settled:
        likely = probability_of(first[: pool.asked], model) >= LEAST_FLOOR / RAISED
        every = every_step(columnist, model, first, np.flatnonzero(likely))
        every[pool.asked :] = graph.scores_of(around.entries[around.again :])
        moved = settled_steps(pool, model, every, own)
        steps = every[own] + moved
    else:
        own = own[probability_of(first[own], model) >= floor / RAISED]
        steps = every_step(columnist, model, first, own)[own]
    keep = probability_of(steps, model) >= floor
    own, steps = own[keep], steps[keep]
    moved = None if moved is None else moved[keep]
    return explain_scores(columnist, model, own, first[own], steps, moved=moved)


def _known_near(
    circle: Circle,
    graph: CandidateGraph,
    own: tuple[IntArray, IntArray],
    model: ListingModel,
) -> IntArray:
    """Give the table's rows that stand in fresh listings' *own* pairs, or may."""
    near = distinct_of(np.concatenate(own))
    known = circle.places[near[~circle.fresh[near]]] // circle.stride
    if not model.transitive:
        return known
    return np.union1d(known, tied_to(graph, known, circle.gone, model))


def tied_to(
    graph: CandidateGraph,
    rows: IntArray,
    gone: npt.NDArray[np.bool_],
    model: ListingModel,
) -> IntArray:
    """Give the rows that some rows may tie another listing to: see ``transitive``."""
    entries, owners = _standing(graph, rows, gone)
    bits = plain_bits(graph.steps[entries], model)
    likely = (bits > LIKELY_BITS) & ~graph.are_transitive(entries)
    entries, owners, bits = entries[likely], owners[likely], bits[likely]
    most = most_partners(len(gone))
    best = _best_of(graph, entries, owners, bits, most)
    return distinct_of(graph.nodes[entries[best]]).astype(np.int64)


def _with_held(
    similar: Mapping[str, Columns], graph: CandidateGraph, entries: IntArray
) -> dict[str, Columns]:
    """Put behind what is known how like the pairs of some entries are."""
    found = {}
    for name, held in (
        ("likeness", graph.likeness),
        ("whole_cosine", graph.whole),
        ("hash_bits", graph.distance),
    ):
        silent = np.full(len(entries), np.nan, np.float32)
        values = held[entries] if len(held) else silent
        found[name] = np.concatenate([similar[name], values])
    return found


def _words_with(
    circle: Circle,
    graph: CandidateGraph,
    own: tuple[IntArray, IntArray],
    model: ListingModel,
    first: Steps,
) -> CountedWords | None:
    """Give what words are worth by the scan, and by fresh listings' *own* pairs.

    *first* are the scores of the pool's pairs, those of which come first.
    """
    if graph.odds is None or not model.asks_word_odds:
        return None
    fresh = circle.fresh.copy()
    fresh[circle.about] = not circle.counted
    left, right = own
    new = np.flatnonzero(fresh[left] | fresh[right])
    words = PooledWords.of(circle.listings)
    more = words.count(left[new], right[new], likelihoods(first[new], model))
    return CountedWords(words, graph.odds.with_more(more))


def _own_pairs(
    circle: Circle, graph: CandidateGraph, *, across_stores: bool
) -> tuple[IntArray, IntArray]:
    """Propose the pairs of the listing, and of other fresh ones among its partners."""
    known = circle.places[~circle.fresh] // circle.stride
    titles = graph.titles
    reached = np.zeros((len(titles.reached), len(circle.places)), np.float32)
    reached[:, ~circle.fresh] = titles.reached[:, titles.numbers[known]]
    last = np.zeros(reached.shape, np.int64)
    last[:, ~circle.fresh] = circle.stride * titles.last[:, titles.numbers[known]]
    found = propose_pairs(
        circle.listings,
        across_stores=across_stores,
        beside=Beside(circle.fresh, circle.places, reached, last, graph.few_pictures),
    )
    left, right = found.left, found.right
    own = (left == circle.about) | (right == circle.about)
    inside = np.zeros(len(circle.places), np.bool_)
    inside[left[own]] = True
    inside[right[own]] = True
    kept = inside[left] & inside[right]
    return left[kept], right[kept]


@dataclass(frozen=True, slots=True)
class _LookedUp:
    """Pairs of a graph's rows, by an entry of each.

    The first ``again`` are scored anew; how like two listings are is asked anew of the
    first ``inside``, which are both in the circle. All but the first ``plain`` are
    transitive: no rivals of the others in the first pass.
    """

    left: IntArray
    right: IntArray
    entries: IntArray
    again: int
    inside: int
    plain: int


@dataclass(frozen=True, slots=True)
class _Laid:
    """Pairs of fresh listings, and those that were looked up, as pairs of nodes.

    ``rows`` are the nodes' rows in the circle, where they ``stand`` in it. Features are
    asked of the first ``asked``, whose listings do.
    """

    rows: IntArray
    stand: npt.NDArray[np.bool_]
    left: IntArray
    right: IntArray
    asked: int

    @classmethod
    def of(
        cls, circle: Circle, own: tuple[IntArray, IntArray], around: _LookedUp
    ) -> "_Laid":
        """Number the ends of pairs by their places."""
        ones = np.concatenate([circle.places[own[0]], circle.stride * around.left])
        others = np.concatenate([circle.places[own[1]], circle.stride * around.right])
        nodes, ends = np.unique(np.concatenate([ones, others]), return_inverse=True)
        # of what is looked up no listing is read: it has no row
        rows = np.searchsorted(circle.places, nodes)
        rows = np.minimum(rows, len(circle.places) - 1)
        stands = circle.places[rows] == nodes
        left, right = ends[: len(ones)], ends[len(ones) :]
        return cls(rows, stands, left, right, len(own[0]) + around.again)

    def pool(self, count: int) -> Pool:
        """Lay out the first so many pairs."""
        return make_pool(self.rows, self.left[:count], self.right[:count], self.asked)

    def of_one(
        self, about: int, pairs: tuple[IntArray, IntArray], pool: Pool, bits: Columns
    ) -> tuple[IntArray, IntArray]:
        """Keep the transitive *pairs* of one row of the circle, and those that it ties.

        *bits* are what the first pass says of the *pool* of all other pairs. Pairs that
        were looked up are known already; of a listing that does not stand in the circle
        none can be compared.
        """
        left, right = pairs
        own = (self.rows[left] == about) | (self.rows[right] == about)
        likely = np.flatnonzero(bits > LIKELY_BITS)
        ends = pool.left[likely], pool.right[likely]
        met = (self.rows[ends[0]] == about) | (self.rows[ends[1]] == about)
        partner = np.zeros(len(self.rows), np.bool_)
        for end in ends:
            partner[end[met]] = True
        own |= partner[left] & partner[right]
        own &= self.stand[left] & self.stand[right]
        count = len(self.rows)
        known = slice(len(pool.left), None)
        held = self.left[known] * count + self.right[known]
        own &= ~np.isin(left * count + right, held)
        return left[own], right[own]


def _look_up(
    graph: CandidateGraph, circle: Circle, rows: IntArray, model: ListingModel
) -> _LookedUp:
    """Look up all pairs of some rows, and those of their best partners.

    If the model asks for families or settles scores among them, those of two of their
    likely partners, too.
    """
    gone = circle.gone
    entries, owners = _standing(graph, rows, gone)
    bits = own_bits(plain_bits(graph.steps[entries], model))
    asked = _best_of(graph, entries, owners, bits)
    family = np.zeros(len(graph.starts) - 1, np.bool_)
    if model.asks_families or model.settled:
        likely = bits > LIKELY_PARTNER
        if model.settled:
            later = bits_of(graph.scores_of(entries), model)
            likely |= later > LIKELY_PARTNER
        family[graph.nodes[entries[likely]]] = True
        asked |= likely
    partners = distinct_of(graph.nodes[entries[asked]]).astype(np.int64)
    more, their_owners = _standing(graph, np.setdiff1d(partners, rows), gone)
    bits = own_bits(plain_bits(graph.steps[more], model))
    chosen = _best_of(graph, more, their_owners, bits)
    chosen |= family[their_owners] & family[graph.nodes[more]]
    more, their_owners = more[chosen], their_owners[chosen]
    entries = np.concatenate([entries, more])
    ends = np.concatenate([owners, their_owners]), graph.nodes[entries].astype(np.int64)
    total = len(graph.starts) - 1
    keys, first = np.unique(
        np.minimum(*ends) * total + np.maximum(*ends), return_index=True
    )
    entries = entries[first]
    left, right = keys // total, keys % total
    in_circle, in_rows = (np.zeros(total, np.bool_) for _ in range(2))
    in_circle[circle.places[~circle.fresh] // circle.stride] = True
    in_rows[rows] = True
    tied = graph.are_transitive(entries)
    inside = in_circle[left] & in_circle[right] & ~tied
    again = in_rows[left] & in_rows[right] & (graph.steps[entries] > WEAK_STEPS)
    again &= inside
    kind = np.where(again, 0, np.where(inside, 1, np.where(tied, 3, 2)))
    order = np.argsort(kind, kind="stable")
    return _LookedUp(
        left[order],
        right[order],
        entries[order],
        int(again.sum()),
        int(inside.sum()),
        int((~tied).sum()),
    )


def _best_of(
    graph: CandidateGraph,
    entries: IntArray,
    owners: IntArray,
    bits: npt.NDArray[np.float32],
    most: int = LOOKED_UP,
) -> npt.NDArray[np.bool_]:
    """Mark each row's best few entries, in the second pass's order."""
    order = np.lexsort((graph.nodes[entries], -bits, owners))
    rank = np.arange(len(order)) - np.searchsorted(owners[order], owners[order])
    best = np.zeros(len(entries), np.bool_)
    best[order[rank < most]] = True
    return best


def _standing(
    graph: CandidateGraph, rows: IntArray, gone: npt.NDArray[np.bool_]
) -> tuple[IntArray, IntArray]:
    """Give the entries at some rows whose other ends still stand."""
    entries, owners = graph.entries_of(rows)
    stands = ~gone[graph.nodes[entries]]
    return entries[stands], owners[stands]
