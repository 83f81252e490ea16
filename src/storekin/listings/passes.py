"""From pairs to bits: the columns of a pair, and the two passes over them.

The first pass weighs what two listings say of themselves and how they stand among
their rivals; the second asks the same of the first one's scores. Columns are made in
batches: a million listings have more pairs than memory has room for their columns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import ranges_of, run_ranges
from storekin.kernels.similar_texts import IntArray, Progress
from storekin.listings.features import (
    FEATURES,
    FIRST_COUNT,
    KNOWN_FEATURES,
    ODDS_COUNT,
    ODDS_FEATURES,
    PAIR_FEATURES,
    SECOND_FEATURES,
    SIGNAL_GROUPS,
    WORD_FEATURES,
    side_pairs,
)
from storekin.listings.known import known_features, listing_digests
from storekin.listings.model import ListingModel
from storekin.listings.pool import (
    Pool,
    likely_of,
    own_bits,
    pool_features,
    second_features,
)
from storekin.listings.prepared import PreparedListings
from storekin.listings.transitive import WiderPool, widen
from storekin.listings.trees import STEPS
from storekin.listings.vector import Columns, compare_pairs, similarities
from storekin.listings.word_odds import CountedWords, PooledWords
from storekin.listings.words import KnownWords

Steps = npt.NDArray[np.int64]
ODDS = slice(ODDS_COUNT - FIRST_COUNT, ODDS_COUNT - FIRST_COUNT + len(ODDS_FEATURES))
"""Where what words say stands among what the first pass's scores say."""

BATCH = 131_072
_ROWS = 16_384
_COUNTED = 1 << 22
MOST_KEPT = 300_000
"""Pairs whose columns are kept from pass to pass: some 200 MB."""

WEAK_STEPS = -8 * STEPS
"""Pairs that the first pass holds for less likely than 1 in 256 stay as they are."""


@dataclass(frozen=True, slots=True)
class Columnist:
    """Makes the columns of any pairs of a pool, by their places.

    ``grams`` are the cosines of ``vector.GRAMS`` of those that columns are made of, as
    far as they are known. ``kept`` are the columns of all pairs, where the pool is
    small enough; what the first pass's scores say is written into them when these are
    there. Else ``second`` holds it: of all pairs, or of those at ``asked``, sorted.
    """

    listings: PreparedListings
    pool: Pool
    words: KnownWords
    sided: bool
    around: Columns
    grams: Columns | None = None
    second: Columns | None = None
    asked: IntArray | None = None
    kept: Columns | None = None

    def ends(self, places: npt.NDArray[np.int64] | slice) -> tuple[IntArray, IntArray]:
        """Give the rows of the listings that the pairs at *places* join."""
        rows = self.pool.rows
        return rows[self.pool.left[places]], rows[self.pool.right[places]]

    def second_columns(self, places: npt.NDArray[np.int64]) -> Columns:
        """Give what the first pass's scores say; the columns before it may be unset."""
        if self.kept is not None:
            return self.kept[places]
        out = np.empty((len(places), len(FEATURES)), np.float32)
        self._write_second(out, places)
        return out

    def columns(self, places: npt.NDArray[np.int64] | slice) -> Columns:
        """Give the columns of the pool's pairs at *places*, as the trees read them."""
        if self.kept is not None:
            return self.kept[places]
        if self.second is None:
            return self.first_columns(places, FIRST_COUNT)
        if isinstance(places, slice):
            places = np.arange(*places.indices(len(self.pool.left)))
        out = self.first_columns(places, len(FEATURES))
        self._write_second(out, places)
        return out

    def keep(self, first: int, *, later: bool) -> "Columnist":
        """Make the columns of the *first* pairs once; with room for *later* ones."""
        width = len(FEATURES) if later else FIRST_COUNT
        return replace(self, kept=self.first_columns(slice(0, first), width))

    def with_more(self, wider: WiderPool) -> "Columnist":
        """Go on with a pool that has further pairs before those of this one.

        No second pass was asked yet.
        """
        if self.grams is None:
            raise AssertionError("a pool whose titles were not compared")
        more = Columnist(
            self.listings,
            wider.pool,
            self.words,
            self.sided,
            wider.around,
            wider.grams,
        )
        kept = self.kept
        if kept is not None:
            own = more.first_columns(slice(0, len(wider.around)), kept.shape[1])
            kept = np.concatenate([own, kept])
        return replace(
            more,
            around=np.concatenate([wider.around, self.around]),
            grams=np.concatenate([wider.grams, self.grams]),
            kept=kept,
        )

    def know_second(self, second: Columns, asked: IntArray | None) -> "Columnist":
        """Go on with what the first pass's scores say of all pairs, or of a part."""
        if self.kept is not None:
            rows = slice(0, len(second)) if asked is None else asked
            self.kept[rows, FIRST_COUNT:] = second
            if not self.sided:
                order_sides(self.kept, FIRST_COUNT, len(FEATURES))
        return replace(self, second=second, asked=asked)

    def first_columns(
        self, places: npt.NDArray[np.int64] | slice, width: int
    ) -> Columns:
        """Make columns of which those from ``FIRST_COUNT`` on are not set yet."""
        left, right = self.ends(places)
        out = np.empty((len(left), width), np.float32)
        begin = len(PAIR_FEATURES)
        grams = None if self.grams is None else self.grams[places]
        compare_pairs(self.listings, left, right, grams, out[:, :begin])
        end = begin + len(WORD_FEATURES)
        out[:, begin:end] = self.words.weigh(left, right) if self.words else np.nan
        out[:, end:FIRST_COUNT] = self.around[places]
        if not self.sided:
            order_sides(out, 0, FIRST_COUNT)
        return out

    def _write_second(self, out: Columns, places: IntArray) -> None:
        if self.second is not None:
            if self.asked is not None:
                places = np.searchsorted(self.asked, places)
            out[:, FIRST_COUNT:] = self.second[places]
        if not self.sided:
            order_sides(out, FIRST_COUNT, len(FEATURES))


def order_sides(columns: Columns, first: int, end: int) -> None:
    """Put the lower of two sides' values on the left: sides are interchangeable.

    Of the columns from *first* to *end*.
    """
    from storekin.kernels.trees import order_columns

    ones, others = _sides_within(first, end)
    run_ranges(
        lambda span: order_columns(columns[span[0] : span[1]], ones, others),
        len(columns),
        _ROWS,
    )


@lru_cache(maxsize=8)
def _sides_within(first: int, end: int) -> tuple[IntArray, IntArray]:
    """Number the columns of left sides and of right ones from *first* to *end*."""
    pairs = [
        (one, other) for one, other in side_pairs() if one >= first and other < end
    ]
    ones, others = np.array(pairs, np.int64).reshape(-1, 2).T.copy()
    return ones, others


def look_around(
    listings: PreparedListings,
    pool: Pool,
    words: KnownWords,
    similar: Mapping[str, Columns],
    *,
    sided: bool,
) -> Columnist:
    """Ask what the pool around each of its pairs says: *similar* is of all of them."""
    around = pool_features(pool, similar)
    return Columnist(listings, pool, words, sided, around, similar["grams"])


def similar_in(
    listings: PreparedListings, pool: Pool, cosines: Columns | None = None
) -> dict[str, Columns]:
    """Give how like the two listings of each pair of a pool are.

    *cosines* are those of their titles' words, where they are known.
    """
    left, right = pool.rows[pool.left], pool.rows[pool.right]
    return similarities(listings, left, right, cosines)


def first_pass(
    columnist: Columnist,
    model: ListingModel,
    on_done: Progress | None = None,
    most: int | None = None,
) -> Steps:
    """Score the pool's pairs by themselves and their rivals, in steps of a bit.

    All of them, or the first *most*.
    """
    count = len(columnist.pool.left) if most is None else most
    steps = np.empty(count, np.int64)
    for low, high in ranges_of(count, BATCH):
        columns = columnist.columns(slice(low, high))
        steps[low:high] = model.first.sum(columns)
        if on_done is not None:
            on_done(high, count)
    return steps + by_rule(columnist, model, slice(0, count))


def compare_further(
    columnist: Columnist,
    pool: Pool,
    pairs: tuple[IntArray, IntArray],
    similar: Mapping[str, Columns],
    model: ListingModel,
) -> tuple[Columnist, dict[str, Columns], Steps]:
    """Compare further *pairs* of nodes as well, and score them by the first pass.

    They come before those of *pool*, of which *similar* is: all of the columnist's, and
    what nobody asks of. Gives how like the pairs of the wider pool are, too.
    """
    wider = widen(columnist.listings, pool, pairs, similar)
    columnist = columnist.with_more(wider)
    first = first_pass(columnist, model, most=len(pairs[0]))
    return columnist, wider.similar, first


def first_shares(columnist: Columnist, model: ListingModel) -> Steps:
    """Give what each group of features says in the first pass, for all pairs kept."""
    columns = columnist.columns(slice(None))
    shares = np.zeros((len(columns), len(SIGNAL_GROUPS)), np.int64)
    shares[:, 0] = model.first.base
    model.first.share(columns, shares)
    return shares


def keep_columns(columnist: Columnist, model: ListingModel) -> Columnist:
    """Make the columns once, if there is room to keep them."""
    count = len(columnist.pool.left)
    if count > MOST_KEPT:
        return columnist
    return columnist.keep(count, later=model.asks_again)


def by_rule(
    columnist: Columnist, model: ListingModel, places: npt.NDArray[np.int64] | slice
) -> Steps:
    """Give what product codes weigh: the same, or two valid ones that differ."""
    codes = columnist.listings.values.gtins
    left, right = columnist.ends(places)
    one, other = codes[left], codes[right]
    known = (one >= 0) & (other >= 0)
    if not known.any():
        return np.zeros(len(one), np.int64)
    same, different = (round(bits * STEPS) for bits in model.gtin_bits)
    steps: Steps = np.where(known, np.where(one == other, same, different), 0)
    return steps


def met_before(columns: Columns) -> npt.NDArray[np.int64]:
    """Give the rows of pairs of which a listing is known from labelled pairs."""
    begin = columns.shape[1] - len(KNOWN_FEATURES)
    return np.flatnonzero(~np.isnan(columns[:, begin : begin + 2]).all(axis=1))


def with_second(
    columnist: Columnist,
    model: ListingModel,
    first: Steps,
    asked: IntArray | None = None,
    counted: CountedWords | None = None,
) -> Columnist:
    """Add what the first pass's scores around each pair say, if a later pass asks.

    Of all pairs that the pool is asked of, or of those at *asked*, which are sorted.
    Words are *counted* already, where the pool is not all that there is to count.
    """
    if not model.asks_again:
        return columnist
    plain = plain_bits(first, model)
    chosen = slice(0, columnist.pool.asked) if asked is None else asked
    if model.asks_scores_around:
        second = second_features(
            columnist.pool, plain, asked, families=model.asks_families
        )
    else:
        own = own_bits(plain[chosen])
        second = np.full((len(own), len(SECOND_FEATURES)), np.nan, np.float32)
        second[:, 0] = own
    if model.asks_word_odds:
        counted = counted or count_words(columnist, model, first)
        likely = likely_of(own_bits(plain[chosen]))
        counted.weigh(*columnist.ends(chosen), likely, second[:, ODDS])
    if len(model.known):
        digests = listing_digests(columnist.listings)
        ends = columnist.ends(chosen)
        second[:, -len(KNOWN_FEATURES) :] = known_features(model.known, digests, *ends)
    return columnist.know_second(second, asked)


def plain_bits(first: npt.NDArray[np.signedinteger], model: ListingModel) -> Columns:
    """Give scores as the second pass learnt from them, before they were stretched."""
    return (first / (STEPS * model.stretch)).astype(np.float32)


def count_words(
    columnist: Columnist, model: ListingModel, first: Steps
) -> CountedWords:
    """Count what words are worth by the first pass's scores of all pairs of a pool."""
    words = PooledWords.of(columnist.listings)
    counts = words.no_counts()
    for low, high in ranges_of(len(first), _COUNTED):
        some = slice(low, high)
        words.add(*columnist.ends(some), likelihoods(first[some], model), counts)
    return CountedWords(words, words.odds_of(counts))


def likelihoods(first: Steps, model: ListingModel) -> Columns:
    """Give how likely the first pass holds pairs for one product."""
    return likely_of(own_bits(plain_bits(first, model)))


Visit = Callable[[npt.NDArray[np.int64], Steps], None]


def second_pass(
    columnist: Columnist,
    model: ListingModel,
    first: Steps,
    places: IntArray,
    visit: Visit,
    on_done: Progress | None = None,
) -> None:
    """Score the pairs at *places* once more; *visit* gets them batch by batch."""
    for low, high in ranges_of(len(places), BATCH):
        chosen = places[low:high]
        steps = first[chosen].copy()
        if columnist.second is not None:
            again = np.flatnonzero(steps > WEAK_STEPS)
            later = [trees for trees in (model.second, model.third) if trees]
            columns = (
                columnist.second_columns(chosen[again])
                if all(trees.lowest >= FIRST_COUNT for trees in later)
                else columnist.columns(chosen[again])
            )
            for trees in later:
                rows = slice(None) if trees is model.second else met_before(columns)
                steps[again[rows]] += trees.sum(np.ascontiguousarray(columns[rows]))
        visit(chosen, steps)
        if on_done is not None:
            on_done(high, len(places))
