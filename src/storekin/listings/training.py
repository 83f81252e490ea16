"""Fitting a listing model to labelled pairs, with LightGBM.

Every score that something is judged or learnt by comes from a model that has not seen
the pair: the second pass learns from such scores of the first, the prior and the
choice of passes are set by them, and the figures that a model carries are theirs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from storekin.errors import TrainingDataError
from storekin.kernels.numbering import distinct_of
from storekin.kernels.similar_texts import IntArray, TokenArray
from storekin.listings.alike import AlikeScores, score_alike
from storekin.listings.cut import best_cut, honest_slope
from storekin.listings.features import (
    FAMILY_COUNT,
    FEATURES,
    FIRST_COUNT,
    KNOWN_FEATURES,
    ODDS_COUNT,
    PAIR_FEATURES,
    WORD_FEATURES,
    column_names,
    usable_columns,
)
from storekin.listings.grown import (
    Lesson,
    Pass,
    by_rows,
    grow,
    grow_pass,
    in_none,
    left_out_scores,
    lightgbm,
    pass_to_trees,
)
from storekin.listings.known import (
    Digests,
    KnownPairs,
    know_pairs,
    known_features,
    listing_digests,
    no_known_pairs,
)
from storekin.listings.logistic import fit_logistic
from storekin.listings.model import ListingModel
from storekin.listings.passes import (
    ODDS,
    Columnist,
    look_around,
    order_sides,
    similar_in,
)
from storekin.listings.pool import Pool, likely_of, own_bits, second_features
from storekin.listings.prepared import PreparedListings
from storekin.listings.recipe import Recipe
from storekin.listings.settling import settle
from storekin.listings.transitive import most_partners, transitive_pairs, widen
from storekin.listings.vector import Columns, similarities
from storekin.listings.word_odds import CountedWords, PooledWords
from storekin.listings.words import (
    KnownWords,
    WordWeights,
    no_words,
    number_words,
    word_tokens,
)

Floats = npt.NDArray[np.float64]
Step = Callable[[str], None]

LEVELS = (0.97, 0.9, 0.5)
GTIN_BITS = (12.0, -4.0)
_LN2 = float(np.log(2))
_ALONE = len(PAIR_FEATURES) + len(WORD_FEATURES)
_KNOWN = len(FEATURES) - len(KNOWN_FEATURES)
FEWEST_EACH = 10
"""Pairs of either label below which nothing can be learnt."""


@dataclass(slots=True)
class Field:
    """One pool to learn from: its pairs, which are labelled, and how they count.

    ``labels`` is 1, 0, or -1 where the pair's label is not known; ``weights`` are for
    learning, ``counts`` for judging; ``folds`` numbers the parts that the two listings
    of a labelled pair are left out with, shape (pairs, 2). Where some fields are not
    ``judging``, the second pass and the prior are learnt from the others alone.
    ``groups`` numbers the true product of each node, where all are known, and
    ``parts`` the part that it is left out with.
    """

    listings: PreparedListings
    pool: Pool
    labels: npt.NDArray[np.int8]
    weights: Floats
    counts: Floats
    folds: IntArray
    judging: bool = True
    groups: IntArray | None = None
    parts: IntArray | None = None
    columns: Columns = field(default_factory=lambda: np.empty((0, 0), np.float32))
    first: Floats = field(default_factory=lambda: np.empty(0))

    @property
    def known(self) -> npt.NDArray[np.int64]:
        """Number the labelled pairs."""
        return np.flatnonzero(self.labels >= 0)

    def ends(self, places: npt.NDArray[np.int64] | slice) -> tuple[IntArray, IntArray]:
        """Give the rows of the listings that the pairs at *places* join."""
        rows = self.pool.rows
        return rows[self.pool.left[places]], rows[self.pool.right[places]]


@dataclass(frozen=True, slots=True)
class Report:
    """What training measured, on pairs that the model had not seen.

    ``f1_known`` is 0 where no known pairs were asked, ``f1_settled`` where scores are
    not settled.
    """

    pairs: int
    matching: int
    f1_first: float
    f1_both: float
    f1_known: float
    f1_settled: float
    passes: int


def fit_model(
    fields: Sequence[Field],
    recipe: Recipe,
    *,
    version: str,
    about: str,
    encoder: str = "",
    alone: bool = False,
    valid: Field | None = None,
    on_step: Step | None = None,
) -> tuple[ListingModel, Report]:
    """Fit both passes; the second is kept where it helps on pairs not seen.

    With *valid* the prior is set on it instead of on the left-out pairs.

    Raises:
        TrainingDataError: If there are too few pairs of either label.
        TrainingExtraError: If LightGBM is not installed.
    """
    say = on_step or (lambda _: None)
    lightgbm()
    labels = np.concatenate([f.labels[f.known] for f in fields])
    if min((labels == 1).sum(), (labels == 0).sum()) < FEWEST_EACH:
        raise TrainingDataError(
            f"{int((labels == 1).sum())} pairs are labelled 1 and"
            f" {int((labels == 0).sum())} are labelled 0",
            f"give at least {FEWEST_EACH} of each",
        )
    everything = [*fields, *([valid] if valid is not None else [])]
    say("comparisons")
    for each in everything:
        each.columns = _plain_columns(each, recipe)
    say("words")
    words = _learn_words(fields, everything, recipe)
    say("first_pass")
    first = _fit_first(fields, everything, recipe)
    if recipe.transitive:
        _add_transitive(fields, words, first, recipe)
        first = replace(first, scores=[each.first for each in everything])
    say("second_pass")
    asked, known = _ask(fields, everything, recipe)
    plain = first.scores
    second = first
    if recipe.pool:
        second = _fit_later(
            fields, everything, _Later(2, asked, plain), recipe, recipe.second_rounds
        )
    judges = [n for n, f in enumerate(fields) if f.judging]
    judging = [fields[n] for n in judges]
    apart = [n for n in judges if _left_out_whole(fields[n])] or judges

    def f1_of(scores: Sequence[Floats]) -> float:
        return _judge([fields[n] for n in apart], [scores[n] for n in apart])[0]

    # of two sums the truer odds tell new pairs best; F1 depends on a few near the cut
    loss_first = _loss(judging, [plain[n] for n in judges])
    loss_both = _loss(judging, [second.scores[n] for n in judges])
    keep = recipe.pool and loss_both < loss_first
    scores = second.scores if keep else plain
    third = None
    f1_known = 0.0
    if recipe.known:
        third = _fit_later(
            fields,
            everything,
            _Later(THIRD, asked, scores),
            recipe,
            recipe.known_rounds,
        )
        f1_known = f1_of(third.scores)
        loss_known = _loss(judging, [third.scores[n] for n in judges])
        if loss_known >= (loss_both if keep else loss_first):
            third = None
        else:
            scores = third.scores
    if valid is not None:
        decided = _decide([valid], scores[-1:], recipe)
    else:
        decided = _decide(
            [fields[n] for n in apart], [scores[n] for n in apart], recipe
        )
    slope = decided.slope
    names = column_names(sided=recipe.sided)
    model = ListingModel(
        version=version,
        about=about,
        sided=recipe.sided,
        prior_bits=round(-decided.cut * slope / _LN2, 4),
        stretch=slope,
        gtin_bits=GTIN_BITS,
        levels=LEVELS,
        words=words.whole,
        first=pass_to_trees(first.grown, names, slope),
        second=pass_to_trees(second.grown, names, slope) if keep else None,
        third=pass_to_trees(third.grown, names, slope) if third else None,
        known=known if third else no_known_pairs(),
        encoder=encoder,
        alone=alone,
        settled=decided.f1_settled > 0,
        transitive=recipe.transitive and keep,
    )
    report = Report(
        pairs=sum(len(f.known) for f in fields),
        matching=int(sum((f.labels == 1).sum() for f in fields)),
        f1_first=f1_of(plain),
        f1_both=f1_of(second.scores),
        f1_known=f1_known,
        f1_settled=decided.f1_settled,
        passes=1 + int(keep) + int(third is not None),
    )
    return model, report


@dataclass(frozen=True, slots=True)
class _Decision:
    """Where pairs begin to be one product, and how scores are stretched and settled.

    ``f1_settled`` is the F1 of settled scores; 0 if they are left as they are.
    """

    cut: float
    slope: float
    f1_settled: float


def _left_out_whole(each: Field) -> bool:
    """Say whether every score is by a model that knows neither listing of the pair."""
    folds = each.folds[each.known]
    return bool((folds[:, 0] == folds[:, 1]).all())


def _decide(
    chosen: Sequence[Field], scores: Sequence[Floats], recipe: Recipe
) -> _Decision:
    """Choose by scores of models without the pairs where one product begins.

    Scores are settled where that tells more; settled ones have a cut of their own.
    """
    f1_own, cut = _judge(chosen, scores)
    slope = honest_slope(
        np.concatenate([f.labels[f.known] for f in chosen]),
        np.concatenate([s[f.known] for f, s in zip(chosen, scores, strict=True)]) - cut,
        np.concatenate([_shares(f) for f in chosen]),
    )
    if not recipe.settled:
        return _Decision(cut, slope, 0.0)
    moved = [
        _settled(each, own - cut, slope)
        for each, own in zip(chosen, scores, strict=True)
    ]
    f1_settled, further = _judge(chosen, moved)
    if f1_settled <= f1_own:
        return _Decision(cut, slope, 0.0)
    return _Decision(cut + further, slope, f1_settled)


def _settled(each: Field, scores: Floats, slope: float) -> Floats:
    """Settle log odds of all pairs of a field, the prior in them."""
    bits = (scores * slope / _LN2).astype(np.float32)
    return scores + settle(each.pool, bits) * _LN2 / slope


def _shares(each: Field) -> Floats:
    """Count a field's pairs so that all fields count alike."""
    counts = each.counts[each.known]
    shares: Floats = counts / max(counts.sum(), 1e-9)
    return shares


def _loss(fields: Sequence[Field], scores: Sequence[Floats]) -> float:
    """Give how untrue the odds of labelled pairs are: their mean log loss."""
    total = 0.0
    for each, own in zip(fields, scores, strict=True):
        sign = np.where(each.labels[each.known] == 1, -1.0, 1.0)
        total += float(_shares(each) @ np.logaddexp(0, sign * own[each.known]))
    return total / len(fields)


def _judge(fields: Sequence[Field], scores: Sequence[Floats]) -> tuple[float, float]:
    """Give the best F1 of scores, and the cut at which it is reached.

    Of whole pools it is the mean over listings of the F1 of what each is paired with,
    which is what a person meets; of chosen pairs, the F1 of the pairs.
    """
    if all(each.groups is not None for each in fields):
        return _best_listing_cut(fields, scores)
    labels = np.concatenate([f.labels[f.known] for f in fields])
    known = np.concatenate([s[f.known] for f, s in zip(fields, scores, strict=True)])
    return best_cut(labels, known, np.concatenate([_shares(f) for f in fields]))


def _best_listing_cut(
    fields: Sequence[Field], scores: Sequence[Floats]
) -> tuple[float, float]:
    cuts = np.arange(-4, 4.01, 0.1)
    means = np.zeros(len(cuts))
    for each, own in zip(fields, scores, strict=True):
        if each.groups is None:
            continue
        total = len(each.groups)
        sizes = np.bincount(each.groups)[each.groups]
        left, right = each.pool.left, each.pool.right
        same = (each.groups[left] == each.groups[right]).astype(np.float64)
        for number, cut in enumerate(cuts):
            said = own >= cut
            a, b = left[said], right[said]
            pairs = np.bincount(a, minlength=total) + np.bincount(b, minlength=total)
            hits = np.bincount(a, same[said], total) + np.bincount(b, same[said], total)
            f1 = 2 * (1 + hits) / (1 + pairs + sizes)
            means[number] += float(f1.mean()) / len(fields)
    smooth = np.convolve(np.pad(means, 2, mode="edge"), np.ones(5) / 5, "valid")
    best = _middle_of_best(smooth)
    return float(means[best]), float(cuts[best])


def _plain_columns(each: Field, recipe: Recipe) -> Columns:
    columnist = look_around(
        each.listings,
        each.pool,
        KnownWords.of(each.listings, no_words()),
        similar_in(each.listings, each.pool),
        sided=recipe.sided,
    )
    return columnist.columns(slice(0, len(each.pool.left)))


# ---- words ----


@dataclass(frozen=True, slots=True)
class _Learnt:
    """What words weigh: learnt from all labelled pairs, and without each fold."""

    whole: WordWeights
    parts: dict[int, WordWeights]


_WORDS = slice(len(PAIR_FEATURES), len(PAIR_FEATURES) + len(WORD_FEATURES))


def _learn_words(
    fields: Sequence[Field], everything: Sequence[Field], recipe: Recipe
) -> _Learnt:
    """Learn what words weigh; labelled pairs get what was learnt without their fold."""
    if not recipe.words:
        return _Learnt(no_words(), {})
    learnt = _Learnt(
        _weigh_words(fields, None, recipe),
        {fold: _weigh_words(fields, fold, recipe) for fold in _fold_numbers(fields)},
    )
    for each in everything:
        words = KnownWords.of(each.listings, learnt.whole)
        each.columns[:, _WORDS] = words.weigh(*each.ends(slice(None)))
    for each in fields:
        _write_words_left_out(each, each.known, learnt)
    return learnt


def _write_words_left_out(each: Field, rows: IntArray, learnt: _Learnt) -> None:
    """Write what labelled pairs' words say, as it was learnt without the pairs."""
    for fold, part in learnt.parts.items():
        own = rows[each.folds[rows, 0] == fold]
        if len(own):
            words = KnownWords.of(each.listings, part)
            each.columns[own, _WORDS] = words.weigh(*each.ends(own))


def _weigh_words(
    fields: Sequence[Field], left_out: int | None, recipe: Recipe
) -> WordWeights:
    """Fit a logistic regression on which words two listings share, and which not.

    The likeness of the titles stands beside them, so that words are weighed for what
    they say beyond it.
    """
    from scipy import sparse

    shared, lone, dense, labels, weights = [], [], [], [], []
    distinct = distinct_of(np.concatenate([word_tokens(f.listings) for f in fields]))
    for each in fields:
        rows = each.known
        if left_out is not None:
            rows = rows[in_none(each.folds[rows], left_out)]
        table = _word_table(each.listings, distinct)
        left, right = each.ends(rows)
        one, other = table[left], table[right]
        both = one.multiply(other)
        shared.append(both)
        lone.append(one + other - 2 * both)
        dense.append(_word_context(each, rows))
        labels.append(each.labels[rows])
        weights.append(each.weights[rows])
    together = sparse.vstack(shared).tocsr()
    apart = sparse.vstack(lone).tocsr()
    apart.eliminate_zeros()
    counts = together.getnnz(axis=0) + apart.getnnz(axis=0)
    kept = np.flatnonzero(counts >= recipe.word_pairs)
    together, apart = together[:, kept], apart[:, kept]
    size = np.maximum(together.getnnz(axis=1) + apart.getnnz(axis=1), 1)
    scale = sparse.diags(1 / np.sqrt(size))
    context = np.concatenate(dense)
    context = (context - context.mean(axis=0)) / (context.std(axis=0) + 1e-6)
    matrix = sparse.hstack(
        [scale @ together, scale @ apart, sparse.csr_matrix(0.3 * context)]
    ).tocsr()
    target = (np.concatenate(labels) == 1).astype(np.float64)
    balance = _balanced(np.concatenate(weights), target)
    coefficients, _ = fit_logistic(matrix, target, balance, recipe.word_strength)
    count = len(kept)
    pairs = np.stack([coefficients[:count], coefficients[count : 2 * count]], axis=1)
    rounded = np.round(pairs, 3).astype(np.float32)
    used = np.abs(rounded).max(axis=1) > 0 if count else np.empty(0, np.bool_)
    return WordWeights(distinct[kept][used], rounded[used])


def _word_table(listings: PreparedListings, distinct: TokenArray) -> Any:  # noqa: ANN401
    from scipy import sparse

    numbers, starts = number_words(listings, distinct)
    ones = np.ones(len(numbers), np.float32)
    return sparse.csr_matrix((ones, numbers, starts), (len(listings), len(distinct)))


_CONTEXT = ("cosine", "gram_3", "gram_5", "text_ratio", "word_pairs", "hash_bits")


def _word_context(each: Field, rows: IntArray) -> Columns:
    place = {feature.name: n for n, feature in enumerate(FEATURES)}
    chosen = each.columns[rows][:, [place[name] for name in _CONTEXT]].copy()
    chosen[:, -1] = np.where(np.isnan(chosen[:, -1]), 32, chosen[:, -1])
    return np.nan_to_num(chosen)


def _balanced(weights: Floats, target: Floats) -> Floats:
    """Weigh both labels alike."""
    share = max((weights * target).sum(), 1e-9)
    rest = max((weights * (1 - target)).sum(), 1e-9)
    half = weights.sum() / 2
    balanced: Floats = weights * np.where(target > 0, half / share, half / rest)
    return balanced


# ---- passes ----


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A pass, and the scores with it: of labelled pairs, by a pass without them.

    ``parts`` are those that leave out one fold each.
    """

    grown: Pass
    parts: dict[int, Pass]
    scores: list[Floats]


def _fold_numbers(fields: Sequence[Field]) -> list[int]:
    return sorted({int(k) for f in fields for k in distinct_of(f.folds[f.known])})


def _columns_of(recipe: Recipe, later: "_Later | None") -> list[int]:
    """Number the columns that a pass reads; the first has none before it."""
    lowest = FIRST_COUNT if later is not None and recipe.second_alone else 0
    return [
        n
        for n in usable_columns(1 if later is None else later.number)
        if n >= lowest
        and (recipe.words or not FEATURES[n].name.startswith("words_"))
        and (recipe.pool or n < _ALONE or n == FIRST_COUNT or n >= _KNOWN)
        and (recipe.families or not FAMILY_COUNT <= n < ODDS_COUNT)
        and (recipe.word_odds or not ODDS_COUNT <= n < _KNOWN)
    ]


def _lesson(
    fields: Sequence[Field], recipe: Recipe, later: "_Later | None" = None
) -> Lesson:
    """Put the labelled pairs that a pass learns from one behind the other."""
    columns, labels, weights, folds, start = [], [], [], [], []
    for number, each in enumerate(fields):
        rows = each.known
        if later is None:
            columns.append(each.columns[rows])
        elif each.judging:
            rows = rows[later.applies(number, rows)]
            columns.append(later.columns(fields, number, rows))
            start.append(later.scores[number][rows])
        else:
            continue
        labels.append(each.labels[rows])
        weights.append(each.weights[rows])
        folds.append(each.folds[rows])
    return Lesson(
        np.concatenate(columns),
        np.concatenate(labels),
        np.concatenate(weights),
        np.concatenate(folds),
        np.concatenate(start) if start else None,
        _columns_of(recipe, later),
    )


def _fit_first(
    fields: Sequence[Field], everything: Sequence[Field], recipe: Recipe
) -> _Fitted:
    """Fit the first pass; each labelled pair's score is of a model without it."""
    whole, parts = grow_pass(
        _lesson(fields, recipe),
        _fold_numbers(fields),
        recipe,
        recipe.rounds,
        mean_of_parts=recipe.mean_of_parts,
    )
    for each in everything:
        each.first = whole.predict(each.columns)
    for each in fields:
        predict = by_rows(parts, each.columns[each.known])
        each.first[each.known] = left_out_scores(each.folds[each.known], predict)
    return _Fitted(whole, parts, [each.first for each in everything])


def _add_transitive(
    fields: Sequence[Field], learnt: _Learnt, first: _Fitted, recipe: Recipe
) -> None:
    """Put pairs that a third listing ties before those of each field, as matching does.

    The first pass says of them what it says without their parts.
    """
    for each in fields:
        if each.groups is None or each.parts is None:
            continue
        most = most_partners(each.listings.texts)
        pairs = transitive_pairs(each.pool, _first_bits(each), most)
        similar = similar_in(each.listings, each.pool)
        wider = widen(each.listings, each.pool, pairs, similar)
        words = KnownWords.of(each.listings, no_words())
        columnist = Columnist(
            each.listings, wider.pool, words, recipe.sided, wider.around, wider.grams
        )
        left, right = pairs
        more = np.arange(len(left))
        sizes = np.bincount(each.groups)
        labels, weights = label_by_group(each.groups, left, right, sizes)
        folds = np.stack([each.parts[left], each.parts[right]], axis=1)
        each.pool = wider.pool
        each.labels = np.concatenate([labels, each.labels])
        each.weights = np.concatenate([weights, each.weights])
        each.counts = np.concatenate([weights**2, each.counts])
        each.folds = np.concatenate([folds, each.folds])
        each.columns = np.concatenate([columnist.columns(more), each.columns])
        _write_words_left_out(each, more, learnt)
        said = left_out_scores(folds, by_rows(first.parts, each.columns[more]))
        each.first = np.concatenate([said, each.first])


def _first_bits(each: Field) -> Columns:
    """Give what the first pass says of a field's pairs, in bits."""
    bits: Columns = (each.first / _LN2).astype(np.float32)
    return bits


@dataclass(frozen=True, slots=True)
class _Later:
    """What a later pass starts from: its columns and the scores so far, by field."""

    number: int
    asked: list[Columns]
    scores: list[Floats]

    def columns(
        self, fields: Sequence[Field], field_number: int, rows: IntArray
    ) -> Columns:
        """Put what the pass asks behind the columns of the first."""
        known = fields[field_number].columns[rows]
        return np.concatenate([known, self.asked[field_number][rows]], axis=1)

    def applies(self, field_number: int, rows: IntArray) -> npt.NDArray[np.bool_]:
        """Mark the pairs that the pass has something to say of."""
        if self.number < THIRD:
            return np.ones(len(rows), np.bool_)
        begin = -len(KNOWN_FEATURES)
        sides = self.asked[field_number][rows, begin : begin + 2]
        return np.asarray(~np.isnan(sides).all(axis=1))


THIRD = 3


def _ask(
    fields: Sequence[Field], everything: Sequence[Field], recipe: Recipe
) -> tuple[list[Columns], KnownPairs]:
    """Write down what later passes ask of all pairs; of a labelled one, without it.

    Only the third pass sees known pairs: scores of rivals that lean on a pair's own
    label would tell it.
    """
    asked = [
        second_features(
            each.pool,
            _first_bits(each),
            families=recipe.families,
        )
        for each in everything
    ]
    if recipe.word_odds:
        for each, part in zip(everything, asked, strict=True):
            likely = likely_of(own_bits(_first_bits(each)))
            words = PooledWords.of(each.listings)
            ends = each.ends(slice(None))
            counted = CountedWords(words, words.count(*ends, likely))
            counted.weigh(*ends, likely, part[:, ODDS])
    whole = no_known_pairs()
    if recipe.known:
        digests = [listing_digests(each.listings) for each in everything]
        begin = -len(KNOWN_FEATURES)
        alike = _score_alike(fields, digests, recipe)
        whole = _know(fields, digests, None, alike)
        for each, own, part in zip(everything, digests, asked, strict=True):
            part[:, begin:] = known_features(whole, own, *each.ends(slice(None)))
        for fold in _fold_numbers(fields):
            without = _know(fields, digests, fold, alike)
            for each, own, part in zip(fields, digests, asked, strict=False):
                rows = each.known[each.folds[each.known, 0] == fold]
                part[rows, begin:] = known_features(without, own, *each.ends(rows))
    if not recipe.sided:
        asked = [_order_second(part) for part in asked]
    return asked, whole


def _score_alike(
    fields: Sequence[Field], digests: Sequence[Digests], recipe: Recipe
) -> AlikeScores | None:
    """Say how alike labelled listings are, by trees that see nothing but two of them.

    Learnt words are left out: they were learnt from all labels. All fields are of the
    same listings, in pools of other sizes.
    """
    if not recipe.kin_rounds:
        return None
    each = fields[0]
    plain = replace(recipe, words=False, pool=False, seeds=1, rate=_KIN_RATE)
    lesson = _lesson([each], plain)
    grown = {
        fold: grow(lesson.without(fold), plain, recipe.kin_rounds).predict
        for fold in _fold_numbers([each])
    }
    labelled = (*each.ends(each.known), each.folds[each.known, 0])
    return score_alike(each.listings, digests[0], labelled, grown, sided=recipe.sided)


_KIN_RATE = 0.05


def _know(
    fields: Sequence[Field],
    digests: Sequence[Digests],
    left_out: int | None,
    alike: AlikeScores | None,
) -> KnownPairs:
    """Remember the labelled pairs of all fields that are not of the fold *left_out*."""
    left, right, labels = [], [], []
    for each, own in zip(fields, digests, strict=False):
        rows = each.known
        if left_out is not None:
            rows = rows[in_none(each.folds[rows], left_out)]
        one, other = each.ends(rows)
        left.append(own[one])
        right.append(own[other])
        labels.append(each.labels[rows])
    return know_pairs(
        np.concatenate(left),
        np.concatenate(right),
        np.concatenate(labels),
        None if alike is None else alike.without(left_out),
    )


def _fit_later(
    fields: Sequence[Field],
    everything: Sequence[Field],
    later: _Later,
    recipe: Recipe,
    rounds: int,
) -> _Fitted:
    """Fit a pass to what those before it leave, as further trees of one sum."""
    lesson = _lesson(fields, recipe, later)
    whole, parts = grow_pass(lesson, _fold_numbers(fields), recipe, rounds)
    scores = [own.copy() for own in later.scores]

    for number, own in enumerate(scores):
        rows = np.flatnonzero(later.applies(number, np.arange(len(own))))
        own[rows] += whole.predict(later.columns(everything, number, rows))
    for number, each in enumerate(fields):
        rows = each.known[later.applies(number, each.known)]
        predict = by_rows(parts, later.columns(everything, number, rows))
        left_out = left_out_scores(each.folds[rows], predict)
        scores[number][rows] = later.scores[number][rows] + left_out
    return _Fitted(whole, parts, scores)


def _order_second(part: Columns) -> Columns:
    wide = np.empty((len(part), len(FEATURES)), np.float32)
    wide[:, FIRST_COUNT:] = part
    order_sides(wide, FIRST_COUNT, len(FEATURES))
    return wide[:, FIRST_COUNT:].copy()


def _middle_of_best(means: Floats) -> int:
    """Give the place of the best; where many are, the middle tells new ones best."""
    equal = np.flatnonzero(means >= means.max() - 1e-9)
    return int(equal[len(equal) // 2])


def stratified_folds(
    labels: npt.NDArray[np.int8], folds: int, seed: int = 0
) -> IntArray:
    """Spread the pairs of each label evenly over folds, by chance."""
    chance = np.random.default_rng(seed)
    out = np.zeros(len(labels), np.int64)
    for label in distinct_of(labels):
        rows = np.flatnonzero(labels == label)
        out[chance.permutation(rows)] = np.arange(len(rows)) % folds
    return out


PLAIN_LIKENESS = 0.2
PLAIN_HASH = 12
PLAIN_SHARE = 0.15
"""Of the pairs that nobody would take for one product (by their titles, and by bits of
64 between their pictures), so many stand for all."""


def thin_plain_pairs(each: Field, seed: int) -> None:
    """Forget the labels of most unlike pairs; those that stay weigh for the others."""
    left, right = each.ends(slice(None))
    alike = similarities(each.listings, left, right)
    unlike = (each.labels == 0) & (alike["likeness"] < PLAIN_LIKENESS)
    near = alike["hash_bits"]
    unlike &= np.isnan(near) | (near > PLAIN_HASH)
    chance = np.random.default_rng(seed).random(len(unlike))
    each.weights[unlike] /= PLAIN_SHARE
    each.counts[unlike] /= PLAIN_SHARE
    each.labels[unlike & (chance > PLAIN_SHARE)] = -1


def label_by_group(
    groups: IntArray, left: IntArray, right: IntArray, sizes: IntArray
) -> tuple[npt.NDArray[np.int8], Floats]:
    """Label pairs of rows by the true product of each, and say what they weigh.

    A listing of a large group (``sizes`` by group) stands in many pairs: each of them
    weighs less, so that every listing counts about as much as another.
    """
    one, other = groups[left], groups[right]
    weights = (sizes[one] * sizes[other]).astype(np.float64) ** -0.25
    return (one == other).astype(np.int8), weights


def field_of(
    listings: PreparedListings,
    pool: Pool,
    labels: npt.NDArray[np.int8],
    weights: Floats,
    counts: Floats,
    folds: IntArray,
    groups: IntArray | None = None,
    parts: IntArray | None = None,
) -> Field:
    """Make a field of a pool's pairs."""
    return Field(
        listings, pool, labels, weights, counts, folds, groups=groups, parts=parts
    )
