"""Which listings are worth comparing: like titles, one code, one picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

import numpy as np
import numpy.typing as npt

from storekin.kernels.numbering import distinct_of
from storekin.kernels.parallel import run_ranges
from storekin.kernels.ranges import pair_ranges
from storekin.kernels.similar_pairs import SimilarPairs, join_similar
from storekin.kernels.similar_texts import (
    IntArray,
    Progress,
    Tokens,
)
from storekin.kernels.texts import Grams
from storekin.listings.encoding import closest_listings
from storekin.listings.pictures import near_pictures
from storekin.listings.prepared import PreparedListings, same_word_families
from storekin.listings.rarity import TitleCounts

TITLE_COSINE = 0.38
"""Among a million titles those that agree less are not compared: below it stands 1
true copy in 130."""

CLOSE_COSINE = 0.45
"""Titles that agree so much are paired family by family, however many have them."""

SMALL_COSINE = 0.12
SMALL_POOL = 20_000
LARGE_POOL = 1_000_000
"""In a small pool titles that agree a little are worth a look; the larger the pool,
the more there are of them. Between the two sizes the bar rises evenly by doublings."""

MOST_NEIGHBOURS = 40
FEWER_NEIGHBOURS = 12
"""Likest titles that are compared with each, by words and by n-grams, in a small pool
and in a larger one, where the bar is higher."""

RIVALS = 12
"""Likest listings of the other side that a given pair is seen beside."""

GRAM_POOL = 50_000
"""In larger pools n-grams propose nothing: words find nearly all, at a tenth of it."""

PICTURE_POOL = 60_000
WIDE_RADIUS = 14
NARROW_RADIUS = 8
"""Bits of 64 in which pictures may differ and still be compared, in a small pool and
in a large one."""

LONE_SHARE = 0.1
"""How much a word that no other title has tells two titles apart: most are slips."""

MOST_PAIRED = 60
"""Listings of one title, code or picture that are paired with one another; of more,
each is paired with the first, and the group is named as a common product."""


@dataclass(frozen=True, slots=True)
class ListingCandidates:
    """Candidate pairs of rows, left < right, sorted; ``strong`` by code or picture.

    ``crowded`` counts groups too large to be paired member by member. ``titles`` says
    how the titles were paired, if that was asked for.
    """

    left: IntArray
    right: IntArray
    strong: npt.NDArray[np.bool_]
    crowded: int
    titles: "PairedTitles | None" = None


@dataclass(frozen=True, slots=True)
class PairedTitles:
    """The different titles of a pool: who has each, and how far its pairs reach.

    Title t is that of the rows ``members[begins[t]:begins[t + 1]]``, in their order;
    ``numbers`` gives each row's title. ``reached`` of shape (tables, titles) is the
    cosine of the last one that a title is compared with by its words, and by each kind
    of n-grams that propose pairs; 0 where it is compared with all that are alike.
    ``last`` is the first row of that one's title.
    """

    numbers: npt.NDArray[np.int32]
    begins: IntArray
    members: npt.NDArray[np.int32]
    reached: npt.NDArray[np.float32]
    last: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a part of a pool beside which some listings are fresh.

    ``fresh`` marks their rows; ``places`` orders all rows as the pool does; ``reached``
    and ``last`` (tables, rows) are those of ``PairedTitles``, by rows, the last one by
    its place. ``few_pictures`` says whether the whole pool has no more than are
    compared in a wide radius.
    """

    fresh: npt.NDArray[np.bool_]
    places: IntArray
    reached: npt.NDArray[np.float32]
    last: IntArray
    few_pictures: bool

    def keep(
        self,
        table: int,
        heads: IntArray,
        titles: IntArray,
        found: SimilarPairs,
        most: int,
    ) -> npt.NDArray[np.bool_]:
        """Mark the pairs of fresh titles that a join of the whole pool would keep.

        ``heads`` are the titles' first rows, ``titles`` those that are fresh.
        """
        is_fresh = np.zeros(len(heads), np.bool_)
        is_fresh[titles] = True
        ends = np.concatenate([found.left, found.right])
        others = np.concatenate([found.right, found.left])
        pairs = np.tile(np.arange(len(found.left)), 2)
        keep = np.zeros(len(found.left), np.bool_)
        known = np.flatnonzero(~is_fresh[ends] & is_fresh[others])
        cosine, reached = found.cosine[pairs], self.reached[table][heads]
        # of equally like ones the smaller numbers come first
        ahead = self.places[heads[others]] <= self.last[table][heads[ends]]
        near = (cosine > reached[ends]) | ((cosine == reached[ends]) & ahead)
        keep[pairs[known[near[known]]]] = True
        own = np.flatnonzero(is_fresh[ends])
        order = own[np.lexsort((others[own], -cosine[own], ends[own]))]
        begins = np.searchsorted(ends[order], ends[order])
        keep[pairs[order[np.arange(len(order)) - begins < most]]] = True
        return keep


def pairs_within(
    codes: IntArray, rows: IntArray, most: int = MOST_PAIRED
) -> tuple[IntArray, IntArray, int]:
    """Pair the rows that share a code; in groups above *most*, each with the first.

    Rows whose code is negative are left out. Gives left, right, and the number of
    groups that were too large.
    """
    keep = codes >= 0
    codes, rows = codes[keep], rows[keep]
    order = np.lexsort((rows, codes))
    codes, rows = codes[order], rows[order]
    if not len(codes):
        return np.empty(0, np.int64), np.empty(0, np.int64), 0
    begins = np.flatnonzero(np.diff(codes, prepend=codes[:1] - 1))
    sizes = np.diff(np.append(begins, len(codes)))
    size_of = np.repeat(sizes, sizes)
    first_of = np.repeat(rows[begins], sizes)
    large = size_of > most
    lefts = [first_of[large]]
    rights = [rows[large]]
    codes, rows = codes[~large], rows[~large]
    widest = int(sizes[sizes <= most].max(initial=1))
    for step in range(1, widest):
        same = codes[step:] == codes[:-step]
        lefts.append(rows[:-step][same])
        rights.append(rows[step:][same])
    left, right = np.concatenate(lefts), np.concatenate(rights)
    apart = left != right
    return left[apart], right[apart], int((sizes > most).sum())


@lru_cache(maxsize=64)
def title_bar(total: int) -> float:
    """Give the cosine from which titles are compared in a pool of *total* listings.

    >>> title_bar(5_000), round(title_bar(140_000), 2), title_bar(5_000_000)
    (0.12, 0.25, 0.38)
    """
    share = log(max(total, 1) / SMALL_POOL) / log(LARGE_POOL / SMALL_POOL)
    bar = SMALL_COSINE + (TITLE_COSINE - SMALL_COSINE) * min(max(share, 0), 1)
    return round(bar, 3)


def most_neighbours(total: int) -> int:
    """Give how many of the likest are compared with each, among *total* listings."""
    return MOST_NEIGHBOURS if total <= SMALL_POOL else FEWER_NEIGHBOURS


def keep_likest(
    total: int,
    left: IntArray,
    right: IntArray,
    similarity: npt.NDArray[np.float32],
    most: int,
) -> npt.NDArray[np.bool_]:
    """Mark pairs, sorted, that are among the *most* likest of either side.

    Of equally like ones the smaller numbers come first.
    """
    from storekin.kernels.edges import list_entries
    from storekin.kernels.likest import mark_likest

    degree = np.bincount(left, minlength=total) + np.bincount(right, minlength=total)
    starts = np.zeros(total + 1, np.int64)
    np.cumsum(degree, out=starts[1:])
    edges = np.empty(2 * len(left), np.int64)
    list_entries(left, right, starts[:-1].copy(), edges)
    keep = np.zeros(len(left), np.bool_)
    run_ranges(
        lambda span: mark_likest(
            starts, edges, similarity, most, span[0], span[1], keep
        ),
        total,
        _NODES,
    )
    return keep


_NODES = 16_384


def reached_by(
    total: int,
    left: IntArray,
    right: IntArray,
    similarity: npt.NDArray[np.float32],
    most: int,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
    """Give how like the last is of the *most* likest of each, and which it is.

    Where there are fewer it is 0, and none.
    """
    degree = np.bincount(left, minlength=total) + np.bincount(right, minlength=total)
    crowded = degree >= most
    ends = np.concatenate([left[crowded[left]], right[crowded[right]]])
    others = np.concatenate([right[crowded[left]], left[crowded[right]]])
    alike = np.concatenate([similarity[crowded[left]], similarity[crowded[right]]])
    order = np.lexsort((others, -alike, ends))
    reached = np.zeros(total, np.float32)
    last = np.full(total, -1, np.int32)
    ends = ends[order]
    begins = np.flatnonzero(np.diff(ends, prepend=-1))
    furthest = order[begins + most - 1]
    reached[ends[begins]] = alike[furthest]
    last[ends[begins]] = others[furthest]
    return reached, last


def count_titles(tokens: Tokens, grams: Sequence[Grams]) -> TitleCounts:
    """Count words and n-grams in different titles, as ``propose_pairs`` does."""
    heads = distinct_of(same_word_families(tokens))
    words, counts = np.unique(rows_of(tokens, heads).values, return_counts=True)
    told = []
    if len(tokens) <= GRAM_POOL:
        for each in grams[:2]:
            own = rows_of(gram_tokens(each), heads).values
            numbers = (own & np.uint64(0xFFFFFFFF)).astype(np.int64)
            told.append(np.bincount(numbers, minlength=len(each.rarity)))
    return TitleCounts(len(heads), words, counts.astype(np.int64), tuple(told))


def gram_tokens(grams: Grams) -> Tokens:
    """Take n-grams for words, so that the join of words joins them."""
    return Tokens(grams.values.astype(np.uint64) | np.uint64(1 << 61), grams.starts)


def propose_pairs(
    listings: PreparedListings,
    *,
    across_stores: bool,
    bar: float | None = None,
    lossless: bool = False,
    beside: Beside | None = None,
    with_titles: bool = False,
    on_done: Progress | None = None,
) -> ListingCandidates:
    """Propose all pairs worth comparing; with *across_stores*, of two stores only.

    ``bar`` is the cosine from which titles are compared, that of the pool's size if not
    given. ``lossless`` keeps every pair above it (``kernels.similar_pairs``). With
    ``beside`` the listings are a part of a pool, and those pairs are proposed in which
    one is fresh. ``with_titles`` also tells how the titles were paired.
    """
    total = len(listings)
    rows = np.arange(total)
    proposed = []
    title_pairs, crowded, titles = _title_pairs(
        listings,
        across_stores=across_stores,
        bar=bar,
        lossless=lossless,
        beside=beside,
        with_titles=with_titles,
        on_done=on_done,
    )
    proposed.append(_keys(*title_pairs))
    apart = listings.owners if across_stores else None
    proposed += [
        _keys(*closest_listings(embeddings, apart))
        for embeddings in (listings.encoded_titles, listings.encoded_pictures)
    ]
    strong: list[tuple[IntArray, IntArray]] = []
    brands, models = listings.values.brands, listings.values.models
    branded = np.where(
        (models >= 0) & (brands >= 0),
        models * (int(brands.max(initial=0)) + 1) + brands,
        -1,
    )
    for codes in (listings.values.gtins, branded):
        left, right, too_large = pairs_within(codes, rows)
        strong.append((left, right))
        crowded += too_large
    pictures = listings.pictures
    left, right, too_large = pairs_within(pictures.codes, pictures.rows)
    strong.append((left, right))
    crowded += too_large
    small = len(pictures.names) <= PICTURE_POOL
    if beside is not None:
        small = beside.few_pictures
    near = near_pictures(
        listings.hashes, WIDE_RADIUS if small else NARROW_RADIUS, few=small
    )
    nearest = listings.hashes.distance(*near) <= NARROW_RADIUS
    strong.append(_pairs_of_near((near[0][nearest], near[1][nearest]), listings))
    wide = _pairs_of_near((near[0][~nearest], near[1][~nearest]), listings)
    strong_keys = distinct_of(np.concatenate([_keys(a, b) for a, b in strong]))
    keys = distinct_of(np.concatenate([*proposed, _keys(*wide), strong_keys]))
    left, right = keys >> 32, keys & 0xFFFFFFFF
    is_strong = np.isin(keys, strong_keys, assume_unique=True)
    if across_stores:
        apart = listings.owners[left] != listings.owners[right]
        left, right, is_strong = left[apart], right[apart], is_strong[apart]
    if beside is not None:
        fresh = beside.fresh[left] | beside.fresh[right]
        left, right, is_strong = left[fresh], right[fresh], is_strong[fresh]
    crowded += listings.common_pictures
    return ListingCandidates(left, right, is_strong, crowded, titles)


def _keys(left: IntArray, right: IntArray) -> IntArray:
    low, high = np.minimum(left, right), np.maximum(left, right)
    keys: IntArray = (low << 32) | high
    return keys


def _title_pairs(
    listings: PreparedListings,
    *,
    across_stores: bool,
    bar: float | None,
    lossless: bool,
    beside: Beside | None,
    with_titles: bool,
    on_done: Progress | None,
) -> tuple[tuple[IntArray, IntArray], int, PairedTitles | None]:
    """Join titles, each family of equal titles as one; then unfold the families."""
    families = same_word_families(listings.tokens)
    total, rows = listings.texts, np.arange(len(listings))
    among = None if listings.rarity is None else listings.rarity.titles
    heads, inverse, sizes = np.unique(families, return_inverse=True, return_counts=True)
    lengths = np.diff(listings.tokens.starts)
    inside_left, inside_right, crowded = pairs_within(
        np.where(lengths > 0, families, -1), rows
    )
    owners = copies = None
    if across_stores:
        owners = listings.owners[heads]
        lowest = np.full(len(heads), np.iinfo(np.int32).max, np.int32)
        highest = np.full(len(heads), -1, np.int32)
        np.minimum.at(lowest, inverse, listings.owners)
        np.maximum.at(highest, inverse, listings.owners)
        copies = (lowest != highest).astype(np.int32)
    tables = [(listings.tokens, None if among is None else among.of_words())]
    if total <= GRAM_POOL:
        tables += [
            (
                gram_tokens(grams),
                None if among is None else among.of_grams(number),
            )
            for number, grams in enumerate(listings.grams[:2])
        ]
    keys = []
    close = []
    reached = []
    for number, (table, counted) in enumerate(tables):
        found = join_similar(
            rows_of(table, heads),
            threshold=title_bar(total) if bar is None else bar,
            lone_share=LONE_SHARE,
            lossless=lossless,
            owners=owners,
            copies=copies,
            counted=counted,
            on_done=on_done,
        )
        nearest = most_neighbours(total)
        ends = (len(heads), found.left, found.right, found.cosine, nearest)
        if with_titles:
            reached.append(reached_by(*ends))
        if beside is None:
            kept = keep_likest(*ends)
        else:
            fresh = distinct_of(inverse[beside.fresh])
            kept = beside.keep(number, heads, fresh, found, nearest)
        keys.append(_keys(found.left[kept], found.right[kept]))
        close.append(keys[-1][found.cosine[kept] >= CLOSE_COSINE])
    joined = distinct_of(np.concatenate(keys))
    head_left, head_right = joined >> 32, joined & 0xFFFFFFFF
    # members of each family, listed in order
    order = np.argsort(inverse, kind="stable")
    begins = np.zeros(len(heads) + 1, np.int64)
    np.cumsum(sizes, out=begins[1:])
    left_size, right_size = sizes[head_left], sizes[head_right]
    is_close = np.isin(joined, distinct_of(np.concatenate(close)), assume_unique=True)
    most = np.where(is_close, MOST_PAIRED * MOST_PAIRED, MOST_PAIRED)
    large = left_size * right_size > most
    # of two families too large to be paired member by member, the first ones are
    left_size, right_size = (
        np.where(large, 1, size) for size in (left_size, right_size)
    )
    _, left, right = pair_ranges(
        begins[head_left], left_size, begins[head_right], right_size
    )
    left, right = order[left], order[right]
    both = (
        np.concatenate([inside_left, left]),
        np.concatenate([inside_right, right]),
    )
    titles = None
    if with_titles:
        titles = PairedTitles(
            inverse.astype(np.int32),
            begins,
            order.astype(np.int32),
            np.stack([cosines for cosines, _ in reached]),
            np.stack([heads[last].astype(np.int32) for _, last in reached]),
        )
    return both, crowded + int((large & is_close).sum()), titles


@dataclass(frozen=True, slots=True)
class Around:
    """Given pairs among the candidates around them.

    ``rows`` numbers the listings of the nodes, ``left`` and ``right`` are nodes (left <
    right, sorted), ``places`` are those of the given pairs.
    """

    rows: IntArray
    left: IntArray
    right: IntArray
    places: IntArray


def propose_around(
    listings: PreparedListings,
    left: IntArray,
    right: IntArray,
    parts: IntArray | None = None,
    *,
    alone: bool = False,
) -> Around:
    """Put given pairs of two sides among all candidates that touch their listings.

    ``listings.owners`` numbers the sides. With ``parts`` only the listings of one
    part's pairs are seen beside one another; ``alone`` leaves all other candidates out.
    """
    tables = [listings.tokens]
    if len(listings) <= GRAM_POOL or parts is not None:
        tables += [gram_tokens(grams) for grams in listings.grams[:2]]
    if listings.whole is not None:
        tables.append(listings.whole.words.tokens)
    if alone:
        tables = []
    if parts is None:
        return _around(listings, tables, np.arange(len(listings)), left, right)
    found = []
    base = 0
    order = np.argsort(parts, kind="stable")
    for chosen in np.split(order, np.flatnonzero(np.diff(parts[order])) + 1):
        rows, ends = np.unique(
            np.concatenate([left[chosen], right[chosen]]), return_inverse=True
        )
        one, other = ends[: len(chosen)], ends[len(chosen) :]
        part = _around(listings, [rows_of(t, rows) for t in tables], rows, one, other)
        found.append((chosen, base, part))
        base += len(rows)
    places = np.empty(len(left), np.int64)
    edges = 0
    for chosen, _, part in found:
        places[chosen] = edges + part.places
        edges += len(part.left)
    return Around(
        np.concatenate([part.rows for _, _, part in found]),
        np.concatenate([base + part.left for _, base, part in found]),
        np.concatenate([base + part.right for _, base, part in found]),
        places,
    )


def _around(
    listings: PreparedListings,
    tables: list[Tokens],
    rows: IntArray,
    left: IntArray,
    right: IntArray,
) -> Around:
    total = len(rows)
    given = _keys(left, right)
    touched = np.zeros(total, np.bool_)
    touched[left] = True
    touched[right] = True
    owners = np.ascontiguousarray(listings.owners[rows])
    keys = [given]
    for table in tables:
        found = join_similar(
            table, threshold=title_bar(total), lone_share=LONE_SHARE, owners=owners
        )
        near = touched[found.left] | touched[found.right]
        one, other, cosine = found.left[near], found.right[near], found.cosine[near]
        kept = keep_likest(total, one, other, cosine, RIVALS)
        keys.append(_keys(one[kept], other[kept]))
    for embeddings in (listings.encoded_titles, listings.encoded_pictures):
        if not tables:
            break
        one, other = closest_listings(embeddings.of(rows), owners)
        near = touched[one] | touched[other]
        keys.append(_keys(one[near], other[near]))
    pool = distinct_of(np.concatenate(keys))
    places = np.searchsorted(pool, given)
    return Around(rows, pool >> 32, pool & 0xFFFFFFFF, places)


def rows_of(tokens: Tokens, rows: IntArray) -> Tokens:
    """Give the tokens of some texts, in their order."""
    lengths = np.diff(tokens.starts)[rows]
    edges = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(lengths, out=edges[1:])
    source = np.repeat(tokens.starts[rows] - edges[:-1], lengths) + np.arange(edges[-1])
    return Tokens(tokens.values[source], edges)


def _pairs_of_near(
    near: tuple[IntArray, IntArray], listings: PreparedListings
) -> tuple[IntArray, IntArray]:
    """Pair the listings of two near pictures, a few of each."""
    pictures = listings.pictures
    order = np.lexsort((pictures.rows, pictures.codes))
    codes, rows = pictures.codes[order], pictures.rows[order]
    begins = np.searchsorted(codes, np.arange(len(pictures.names) + 1))
    sizes = np.minimum(np.diff(begins), MOST_PAIRED)
    _, left, right = pair_ranges(
        begins[near[0]], sizes[near[0]], begins[near[1]], sizes[near[1]]
    )
    left, right = rows[left], rows[right]
    apart = left != right
    return left[apart], right[apart]
