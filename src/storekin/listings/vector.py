"""The comparison vector of pairs of listings: every feature, in float32 columns."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import ranges_of, run_ranges
from storekin.kernels.ranges import pair_ranges
from storekin.kernels.similar_texts import IntArray
from storekin.listings.encoding import embedding_cosines
from storekin.listings.features import DIMENSIONS, PAIR_FEATURES
from storekin.listings.prepared import PreparedListings, WeighedTokens
from storekin.listings.vocabulary import dimension_number

Columns = npt.NDArray[np.float32]
_CHUNK = 16_384
_PLACE = {feature.name: place for place, feature in enumerate(PAIR_FEATURES)}

GRAMS = ("gram_3", "gram_5", "word_pairs")
"""Cosines of two kinds of n-grams, and of pairs of words."""
_GRAM_PLACES = slice(_PLACE[GRAMS[0]], _PLACE[GRAMS[-1]] + 1)
_VALUES = ("left_length", "right_length", "brand", "category", "gtin", "mpn")
_VALUE_PLACES = np.array([_PLACE[name] for name in _VALUES])


@lru_cache(maxsize=1)
def _dimensions() -> IntArray:
    return np.array(
        [dimension_number(*dimension) for dimension in DIMENSIONS.values()], np.int64
    )


def compare_pairs(
    listings: PreparedListings,
    left: IntArray,
    right: IntArray,
    grams: Columns | None = None,
    out: Columns | None = None,
) -> Columns:
    """Compare pairs of rows; shape (pairs, ``PAIR_FEATURES``), nan where silent.

    ``grams`` are their cosines of ``GRAMS``, where these are known; *out* is a place
    for what is given.
    """
    left = np.ascontiguousarray(left, np.int64)
    right = np.ascontiguousarray(right, np.int64)
    vector = out
    if vector is None:
        vector = np.empty((len(left), len(PAIR_FEATURES)), np.float32)
    vector.fill(np.nan)
    if grams is not None:
        vector[:, _GRAM_PLACES] = grams
    _compare_texts(listings, left, right, vector, with_grams=grams is None)
    _compare_values(listings, left, right, vector)
    _compare_attributes(listings, left, right, vector)
    _compare_pictures(listings, left, right, vector)
    for name, embeddings in (
        ("encoded_titles", listings.encoded_titles),
        ("encoded_pictures", listings.encoded_pictures),
    ):
        if not embeddings.is_empty:
            column(vector, name)[:] = embedding_cosines(embeddings, left, right)
    return vector


def similarities(
    listings: PreparedListings,
    left: IntArray,
    right: IntArray,
    words: Columns | None = None,
) -> dict[str, Columns]:
    """Give the likeness of titles and of whole texts, and the distance of pictures.

    What the pool around a pair is ranked by; nan where it is silent. The likeness (0 to
    1) is the mean of four cosines: of words, and of ``GRAMS``, which are given as well,
    in three columns. *words* are the cosines of the titles' words, if they are known.
    """
    from storekin.kernels.cosines import mean_cosines

    left = np.ascontiguousarray(left, np.int64)
    right = np.ascontiguousarray(right, np.int64)
    total = len(left)
    likeness = np.empty(total, np.float32)
    known = words is not None
    words = np.empty(total, np.float32) if words is None else words
    alike = np.empty((total, len(GRAMS)), np.float32)
    whole = np.full(total, np.nan, np.float32)

    def work(span: tuple[int, int]) -> None:
        if not known:
            _write_word_cosines(_title_words(listings), left, right, span, words)
        _write_gram_cosines(listings, left, right, span, alike)
        mean_cosines(words, alike, *span, likeness)
        if listings.whole is not None:
            _write_word_cosines(listings.whole.words, left, right, span, whole)

    run_ranges(work, total, _CHUNK)
    distance = np.full(total, np.nan, np.float32)
    for low, high in ranges_of(total, 1 << 20):
        distance[low:high] = picture_distances(
            listings, left[low:high], right[low:high]
        )
    return {
        "likeness": likeness,
        "whole_cosine": whole,
        "hash_bits": distance,
        "grams": alike,
    }


def word_cosines(
    listings: PreparedListings, left: IntArray, right: IntArray
) -> Columns:
    """Give the cosine of the titles' words alone; 0 where one has none."""
    return _known_or_nought(_word_cosines(_title_words(listings), left, right))


def _known_or_nought(cosines: Columns) -> Columns:
    """Put 0, in place, where one of two texts has nothing to compare."""
    cosines[np.isnan(cosines)] = 0
    return cosines


def _title_words(listings: PreparedListings) -> WeighedTokens:
    """Give the titles' tokens with the length of their words."""
    return WeighedTokens(listings.tokens, listings.weights, listings.norms)


def _word_cosines(text: WeighedTokens, left: IntArray, right: IntArray) -> Columns:
    out = np.empty(len(left), np.float32)
    _write_word_cosines(text, left, right, (0, len(left)), out)
    return out


def _write_word_cosines(
    text: WeighedTokens,
    left: IntArray,
    right: IntArray,
    span: tuple[int, int],
    out: Columns,
) -> None:
    from storekin.kernels import cosines

    tokens = text.tokens
    cosines.word_cosines(
        tokens.values, text.weights, text.norms, tokens.starts, left, right, *span, out
    )


def _write_gram_cosines(
    listings: PreparedListings,
    left: IntArray,
    right: IntArray,
    span: tuple[int, int],
    out: Columns,
) -> None:
    from storekin.kernels.cosines import gram_cosines

    three, five, two = listings.grams
    gram_cosines(
        three.values,
        three.rarity,
        three.norms,
        three.starts,
        five.values,
        five.rarity,
        five.norms,
        five.starts,
        two.values,
        two.rarity,
        two.norms,
        two.starts,
        left,
        right,
        *span,
        out,
    )


def column(vector: Columns, name: str) -> Columns:
    """Give one feature of a comparison vector by its name."""
    return vector[:, _PLACE[name]]


def _compare_texts(
    listings: PreparedListings,
    left: IntArray,
    right: IntArray,
    vector: Columns,
    *,
    with_grams: bool,
) -> None:
    from storekin.kernels.compare import missing_words
    from storekin.kernels.pairwise import compare_texts
    from storekin.kernels.spelled import scratch_masks

    tokens, title, mpns = listings.tokens, listings.spelled, listings.values.mpns
    whole = listings.whole
    whole_words = whole.words.tokens if whole is not None else tokens
    whole_text = whole.spelled if whole is not None else title
    dimensions = _dimensions()

    def work(span: tuple[int, int]) -> None:
        low, high = span
        compare_texts(
            tokens.values,
            listings.weights,
            tokens.starts,
            title.characters,
            title.starts,
            title.words,
            listings.word_places,
            title.word_starts,
            title.codes,
            title.code_starts,
            title.runs,
            title.run_starts,
            mpns.characters,
            mpns.starts,
            whole_text.characters,
            whole_text.breaks,
            whole_text.starts,
            left,
            right,
            low,
            high,
            dimensions,
            scratch_masks(),
            vector,
        )
        one, other = left[low:high], right[low:high]
        if with_grams:
            _write_gram_cosines(listings, left, right, span, vector[:, _GRAM_PLACES])
        for name, text in (
            ("whole_cosine", whole.words if whole is not None else None),
            ("description_cosine", listings.descriptions),
        ):
            if text is not None:
                vector[low:high, _PLACE[name]] = _word_cosines(text, one, other)
        if whole is not None:
            part = np.empty((high - low, 4), np.float32)
            missing_words(
                tokens.values,
                listings.weights,
                tokens.starts,
                whole_words.values,
                whole_words.starts,
                one,
                other,
                0,
                high - low,
                part,
            )
            begin = _PLACE["left_missing_bits"]
            vector[low:high, begin : begin + 4] = part

    run_ranges(work, len(left), _CHUNK)


def _compare_values(
    listings: PreparedListings, left: IntArray, right: IntArray, vector: Columns
) -> None:
    from storekin.kernels.pairwise import compare_values

    values = listings.values
    priced = compare_values(
        listings.spelled.starts,
        values.brands,
        values.categories,
        values.gtins,
        values.models,
        values.prices,
        left,
        right,
        _VALUE_PLACES,
        vector,
    )
    if priced:
        _compare_prices(listings, left, right, vector)
    _find_brands(listings, left, right, vector)


def _compare_prices(
    listings: PreparedListings, left: IntArray, right: IntArray, vector: Columns
) -> None:
    one, other = listings.values.prices[left], listings.values.prices[right]
    same_money = listings.values.currencies[left] == listings.values.currencies[right]
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = [
            np.where(price > 0, np.log(np.maximum(price, 1e-9)), np.nan)
            for price in (one, other)
        ]
        difference = np.where(same_money, logs[0] - logs[1], np.nan)
        column(vector, "price_ratio")[:] = np.exp(-np.abs(difference))
    column(vector, "left_over_price")[:] = difference
    column(vector, "right_over_price")[:] = -difference
    column(vector, "left_price")[:] = logs[0]
    column(vector, "right_price")[:] = logs[1]


def _find_brands(
    listings: PreparedListings, left: IntArray, right: IntArray, vector: Columns
) -> None:
    """Say whether each side's brand stands among all words of the other side."""
    from storekin.kernels.compare import missing_words

    whole = listings.whole
    brand = listings.brand_words
    if whole is None or brand is None:
        return
    part = np.empty((len(left), 4), np.float32)
    missing_words(
        brand.tokens.values,
        brand.weights,
        brand.tokens.starts,
        whole.words.tokens.values,
        whole.words.tokens.starts,
        left,
        right,
        0,
        len(left),
        part,
    )
    mass = brand.norms
    found = np.zeros(len(left), np.float32)
    known = np.zeros(len(left), np.float32)
    for side, rows in enumerate((left, right)):
        has = mass[rows] > 0
        known += has
        found += has & (part[:, side] == 0)
        found -= has & (part[:, side] > 0)
    column(vector, "brand_found")[:] = np.where(known > 0, found, np.nan)


def _compare_pictures(
    listings: PreparedListings, left: IntArray, right: IntArray, vector: Columns
) -> None:
    """Find the likest pictures of two listings, and how many they have in common.

    Distances are in bits of 64, whatever the hash's length; the carriers are those of
    the likest picture, in doublings.
    """
    pictures, hashes = listings.pictures, listings.hashes
    if not len(pictures.rows):
        return
    paired = _pair_pictures(listings, left, right)
    both = paired.both
    one, other = left[both], right[both]
    best = np.full(len(both), np.inf)
    np.fmin.at(best, paired.pair, paired.distance)
    share = _shares_in_common(paired) / np.minimum(
        paired.counts[one], paired.counts[other]
    )
    likest = paired.distance == best[paired.pair]
    carriers = np.zeros(len(both))
    rare = np.log2(np.maximum(listings.picture_carriers, 1))
    np.maximum.at(
        carriers,
        paired.pair[likest],
        np.minimum(rare[paired.one], rare[paired.other])[likest],
    )
    known = np.isfinite(best)
    rows = both[known]
    column(vector, "hash_bits")[rows] = best[known]
    column(vector, "pictures_shared")[rows] = share[known]
    column(vector, "picture_carriers")[rows] = carriers[known]
    main = hashes.distance(pictures.main[one], pictures.main[other])
    column(vector, "main_hash_bits")[both] = main


SAME_BITS = 8
"""Bits of a 64-bit pHash within which pictures are counted as had in common."""


def _shares_in_common(paired: "_PairedPictures") -> IntArray:
    """Count the pictures of either listing that the other has; the lesser count."""
    same = paired.distance <= SAME_BITS
    counts = []
    for side in (paired.one, paired.other):
        each = np.unique(np.stack([paired.pair[same], side[same]], axis=1), axis=0)
        counts.append(np.bincount(each[:, 0], minlength=len(paired.both)))
    return np.minimum(*counts)


@dataclass(frozen=True, slots=True)
class _PairedPictures:
    """Each picture of one listing beside each of the other; ``both`` have some."""

    both: IntArray
    counts: IntArray
    pair: IntArray
    one: IntArray
    other: IntArray
    distance: npt.NDArray[np.float64]


def _pair_pictures(
    listings: PreparedListings, left: IntArray, right: IntArray
) -> _PairedPictures:
    pictures = listings.pictures
    begins = np.searchsorted(pictures.rows, np.arange(len(listings) + 1))
    counts = np.diff(begins)
    both = np.flatnonzero((counts[left] > 0) & (counts[right] > 0))
    one, other = left[both], right[both]
    pair, a, b = pair_ranges(begins[one], counts[one], begins[other], counts[other])
    a, b = pictures.codes[a], pictures.codes[b]
    distance = listings.hashes.distance(a, b)
    return _PairedPictures(both, counts, pair, a, b, distance)


def picture_distances(
    listings: PreparedListings, left: IntArray, right: IntArray
) -> npt.NDArray[np.float32]:
    """Give the distance of the likest two pictures in bits of 64; nan for none."""
    if not len(listings.pictures.rows):
        return np.full(len(left), np.nan, np.float32)
    out = np.full(len(left), np.inf, np.float32)
    paired = _pair_pictures(listings, left, right)
    best = np.full(len(paired.both), np.inf)
    np.fmin.at(best, paired.pair, paired.distance)
    out[paired.both] = best
    out[~np.isfinite(out)] = np.nan
    return out


def _compare_attributes(
    listings: PreparedListings, left: IntArray, right: IntArray, vector: Columns
) -> None:
    """Compare attribute objects, each distinct pair of them once."""
    table = listings.values.attributes
    if not table.objects:
        return
    one, other = table.rows[left], table.rows[right]
    known = np.flatnonzero((one >= 0) & (other >= 0))
    if not len(known):
        return
    both = np.stack([one[known], other[known]], axis=1)
    distinct, inverse = np.unique(both, axis=0, return_inverse=True)
    counts = np.full((len(distinct), 3), np.nan, np.float32)
    for place, (a, b) in enumerate(distinct.tolist()):
        first, second = table.objects[a], table.objects[b]
        shared = first.keys() & second.keys()
        if shared:
            equal = sum(first[key] == second[key] for key in shared)
            counts[place] = (equal, len(shared) - equal, equal / len(shared))
    begin = _PLACE["attributes_agreeing"]
    vector[known, begin : begin + 3] = counts[inverse.ravel()]
