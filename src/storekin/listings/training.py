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

from storekin.errors import TrainingDataError, TrainingExtraError
from storekin.kernels.numbering import distinct_of
from storekin.kernels.similar_texts import IntArray, TokenArray, Tokens
from storekin.kernels.trees import MOST_LEAVES
from storekin.listings.alike import AlikeScores, score_alike
from storekin.listings.features import (
    FAMILY_COUNT,
    FEATURES,
    FIRST_COUNT,
    KNOWN_FEATURES,
    PAIR_FEATURES,
    WORD_FEATURES,
    column_names,
    usable_columns,
)
from storekin.listings.known import (
    Digests,
    KnownPairs,
    know_pairs,
    known_features,
    listing_digests,
    no_known_pairs,
)
from storekin.listings.model import ListingModel
from storekin.listings.passes import look_around, order_sides, similar_in
from storekin.listings.pool import Pool, second_features
from storekin.listings.prepared import PreparedListings
from storekin.listings.trees import STEPS, Trees, checked_trees
from storekin.listings.vector import Columns, similarities
from storekin.listings.words import KnownWords, WordWeights, no_words, words_of

Floats = npt.NDArray[np.float64]
Step = Callable[[str], None]

LEVELS = (0.97, 0.9, 0.5)
GTIN_BITS = (12.0, -4.0)
_LN2 = float(np.log(2))
_ALONE = len(PAIR_FEATURES) + len(WORD_FEATURES)
_KNOWN = len(FEATURES) - len(KNOWN_FEATURES)
FEWEST_EACH = 10
"""Pairs of either label below which nothing can be learnt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How trees are grown; the defaults were chosen on public training sets.

    ``families``: the second pass sees at how many bits likely partners grow together.
    ``mean_of_parts``: the first pass is the mean of the trees that each leave a part
    out, not further ones of all. What they say of a new pair is then as sure as what
    the second pass learnt from; with few parts, trees of all are surer than that.
    ``kin_rounds``: trees that say how alike two labelled listings are; 0 for none.
    """

    leaves: int = 16
    depth: int = 8
    rate: float = 0.03
    rounds: int = 400
    second_rounds: int = 60
    fewest: int = 15
    share: float = 0.3
    share_by_node: float = 0.7
    seeds: int = 2
    folds: int = 10
    words: bool = True
    pool: bool = True
    known: bool = True
    known_rounds: int = 200
    kin_rounds: int = 240
    word_strength: float = 1.0
    word_pairs: int = 3
    monotone: bool = True
    sided: bool = False
    second_alone: bool = True
    families: bool = False
    mean_of_parts: bool = False

    def __post_init__(self) -> None:
        """Refuse trees that no model can hold, before any is grown."""
        if self.leaves > MOST_LEAVES:
            raise ValueError(f"trees have at most {MOST_LEAVES} leaves")


@dataclass(slots=True)
class Field:
    """One pool to learn from: its pairs, which are labelled, and how they count.

    ``labels`` is 1, 0, or -1 where the pair's label is not known; ``weights`` are for
    learning, ``counts`` for judging; ``folds`` numbers the part that a labelled pair is
    left out with. Where some fields are not ``judging``, the second pass and the prior
    are learnt from the others alone.
    ``groups`` numbers the true product of each node, where all are known.
    """

    listings: PreparedListings
    pool: Pool
    labels: npt.NDArray[np.int8]
    weights: Floats
    counts: Floats
    folds: IntArray
    judging: bool = True
    groups: IntArray | None = None
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
    """What training measured, on pairs that the model had not seen."""

    pairs: int
    matching: int
    f1_first: float
    f1_both: float
    f1_known: float
    passes: int


def lightgbm() -> Any:  # noqa: ANN401
    """Import LightGBM, which training alone needs.

    Raises:
        TrainingExtraError: If it is not installed.
    """
    try:
        import lightgbm as module
    except (ImportError, OSError) as problem:
        raise TrainingExtraError(
            "training needs LightGBM, which is not installed here",
            "install it with: pip install 'storekin[train]'",
        ) from problem
    return module


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
    say("second_pass")
    asked, known = _ask(fields, everything, recipe)
    plain = [each.first for each in everything]
    second = _Fitted(first, plain)
    if recipe.pool:
        second = _fit_later(
            fields, everything, _Later(2, asked, plain), recipe, recipe.second_rounds
        )
    judges = [n for n, f in enumerate(fields) if f.judging]
    judging = [fields[n] for n in judges]
    f1_first, _ = _judge(judging, [plain[n] for n in judges])
    f1_both, _ = _judge(judging, [second.scores[n] for n in judges])
    keep = recipe.pool and f1_both > f1_first
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
        f1_known, _ = _judge(judging, [third.scores[n] for n in judges])
        if f1_known <= max(f1_first, f1_both):
            third = None
        else:
            scores = third.scores
    chosen = judging if valid is None else [valid]
    scores = [scores[n] for n in judges] if valid is None else scores[-1:]
    cut = _judge(chosen, scores)[1]
    slope = _slope(
        np.concatenate([f.labels[f.known] for f in chosen]),
        np.concatenate([s[f.known] for f, s in zip(chosen, scores, strict=True)]) - cut,
        np.concatenate([_shares(f) for f in chosen]),
    )
    names = column_names(sided=recipe.sided)
    model = ListingModel(
        version=version,
        about=about,
        sided=recipe.sided,
        prior_bits=round(-cut * slope / _LN2, 4),
        stretch=slope,
        gtin_bits=GTIN_BITS,
        levels=LEVELS,
        words=words,
        first=_to_trees(first, names, slope),
        second=_to_trees(second.boosters, names, slope) if keep else None,
        third=_to_trees(third.boosters, names, slope) if third else None,
        known=known if third else no_known_pairs(),
        encoder=encoder,
        alone=alone,
    )
    report = Report(
        pairs=sum(len(f.known) for f in fields),
        matching=int(sum((f.labels == 1).sum() for f in fields)),
        f1_first=f1_first,
        f1_both=f1_both,
        f1_known=f1_known,
        passes=1 + int(keep) + int(third is not None),
    )
    return model, report


def _shares(each: Field) -> Floats:
    """Count a field's pairs so that all fields count alike."""
    counts = each.counts[each.known]
    shares: Floats = counts / max(counts.sum(), 1e-9)
    return shares


def _judge(fields: Sequence[Field], scores: Sequence[Floats]) -> tuple[float, float]:
    """Give the best F1 of scores, and the cut at which it is reached.

    Of whole pools it is the mean over listings of the F1 of what each is paired with,
    which is what a person meets; of chosen pairs, the F1 of the pairs.
    """
    if all(each.groups is not None for each in fields):
        return _best_listing_cut(fields, scores)
    labels = np.concatenate([f.labels[f.known] for f in fields])
    known = np.concatenate([s[f.known] for f, s in zip(fields, scores, strict=True)])
    return _best_cut(labels, known, np.concatenate([_shares(f) for f in fields]))


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
    # where nothing lies between both labels, the middle of the gap tells new ones best
    equal = np.flatnonzero(smooth >= smooth.max() - 1e-9)
    best = int(equal[len(equal) // 2])
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


def _learn_words(
    fields: Sequence[Field], everything: Sequence[Field], recipe: Recipe
) -> WordWeights:
    """Learn what words weigh; labelled pairs get what was learnt without their fold."""
    begin = len(PAIR_FEATURES)
    end = begin + len(WORD_FEATURES)
    if not recipe.words:
        return no_words()
    for each in everything:
        each.columns[:, begin:end] = 0
    whole = _weigh_words(fields, None, recipe)
    for each in everything:
        words = KnownWords.of(each.listings, whole)
        each.columns[:, begin:end] = words.weigh(*each.ends(slice(None)))
    for fold in _fold_numbers(fields):
        part = _weigh_words(fields, fold, recipe)
        for each in fields:
            rows = each.known[each.folds[each.known] == fold]
            if len(rows):
                words = KnownWords.of(each.listings, part)
                each.columns[rows, begin:end] = words.weigh(*each.ends(rows))
    return whole


def _weigh_words(
    fields: Sequence[Field], left_out: int | None, recipe: Recipe
) -> WordWeights:
    """Fit a logistic regression on which words two listings share, and which not.

    The likeness of the titles stands beside them, so that words are weighed for what
    they say beyond it.
    """
    from scipy import sparse

    shared, lone, dense, labels, weights = [], [], [], [], []
    distinct = distinct_of(np.concatenate([_word_tokens(f.listings) for f in fields]))
    for each in fields:
        rows = each.known
        if left_out is not None:
            rows = rows[each.folds[rows] != left_out]
        table = _word_table(words_of(each.listings), distinct)
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
    coefficients = _logistic(
        matrix, np.concatenate(labels), np.concatenate(weights), recipe.word_strength
    )
    count = len(kept)
    pairs = np.stack([coefficients[:count], coefficients[count : 2 * count]], axis=1)
    rounded = np.round(pairs, 3).astype(np.float32)
    used = np.abs(rounded).max(axis=1) > 0 if count else np.empty(0, np.bool_)
    return WordWeights(distinct[kept][used], rounded[used])


def _word_tokens(listings: PreparedListings) -> TokenArray:
    values = words_of(listings).values
    return values[(values >> np.uint64(61)) <= np.uint64(3)]


def _word_table(tokens: Tokens, distinct: TokenArray) -> Any:  # noqa: ANN401
    from scipy import sparse

    is_word = (tokens.values >> np.uint64(61)) <= np.uint64(3)
    rows = np.repeat(np.arange(len(tokens)), np.diff(tokens.starts))[is_word]
    columns = np.searchsorted(distinct, tokens.values[is_word])
    ones = np.ones(len(rows), np.float32)
    return sparse.csr_matrix((ones, (rows, columns)), (len(tokens), len(distinct)))


_CONTEXT = ("cosine", "gram_3", "gram_5", "text_ratio", "word_pairs", "hash_bits")


def _word_context(each: Field, rows: IntArray) -> Columns:
    place = {feature.name: n for n, feature in enumerate(FEATURES)}
    chosen = each.columns[rows][:, [place[name] for name in _CONTEXT]].copy()
    chosen[:, -1] = np.where(np.isnan(chosen[:, -1]), 32, chosen[:, -1])
    return np.nan_to_num(chosen)


def _logistic(
    matrix: Any,  # noqa: ANN401
    labels: npt.NDArray[np.int8],
    weights: Floats,
    strength: float,
) -> Floats:
    """Fit a logistic regression with a penalty on its squared weights."""
    from scipy.optimize import minimize

    target = labels.astype(np.float64)
    share = max((weights * target).sum(), 1e-9)
    rest = max((weights * (1 - target)).sum(), 1e-9)
    half = weights.sum() / 2
    balance = weights * np.where(target > 0, half / share, half / rest)

    def loss(point: Floats) -> tuple[float, Floats]:
        score = matrix @ point[:-1] + point[-1]
        value = np.logaddexp(0, score) - target * score
        error = balance * (1 / (1 + np.exp(-np.clip(score, -60, 60))) - target)
        slope = np.append(matrix.T @ error, error.sum())
        slope[:-1] += point[:-1] / strength
        total = float(balance @ value + (point[:-1] @ point[:-1]) / (2 * strength))
        return total, slope

    start = np.zeros(matrix.shape[1] + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 150})
    coefficients: Floats = found.x[:-1]
    return coefficients


# ---- trees ----


def _parameters(recipe: Recipe, seed: int, columns: Sequence[int]) -> dict[str, Any]:
    chosen: dict[str, Any] = {
        "objective": "binary",
        "learning_rate": recipe.rate,
        "num_leaves": recipe.leaves,
        "min_child_samples": recipe.fewest,
        "feature_fraction": recipe.share,
        "feature_fraction_bynode": recipe.share_by_node,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 3,
        "max_bin": 127,
        "max_depth": recipe.depth,
        "seed": seed,
        "bagging_seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    if recipe.monotone:
        chosen["monotone_constraints"] = [FEATURES[n].direction for n in columns]
    return chosen


@dataclass(frozen=True, slots=True)
class _Boosters:
    """Grown trees with the columns that they read; none where nothing was to learn."""

    boosters: list[Any]
    columns: list[int]

    def predict(self, columns: Columns) -> Floats:
        if not self.boosters:
            return np.zeros(len(columns))
        chosen = np.ascontiguousarray(columns[:, self.columns])
        mean: Floats = np.mean(
            [b.predict(chosen, raw_score=True) for b in self.boosters], axis=0
        )
        return mean


def _grow(
    fields: Sequence[Field],
    left_out: int | None,
    recipe: Recipe,
    rounds: int,
    *,
    later: "_Later | None" = None,
) -> _Boosters:
    """Grow trees on the labelled pairs that are not of the fold *left_out*."""
    module = lightgbm()
    lowest = FIRST_COUNT if later is not None and recipe.second_alone else 0
    columns = [
        n
        for n in usable_columns(1 if later is None else later.number)
        if n >= lowest
        and (recipe.words or not FEATURES[n].name.startswith("words_"))
        and (recipe.pool or n < _ALONE or n == FIRST_COUNT or n >= _KNOWN)
        and (recipe.families or not FAMILY_COUNT <= n < _KNOWN)
    ]
    data, labels, weights, start = [], [], [], []
    for number, each in enumerate(fields):
        if later is not None and not each.judging:
            continue
        rows = each.known
        if left_out is not None:
            rows = rows[each.folds[rows] != left_out]
        if later is not None:
            rows = rows[later.applies(number, rows)]
            start.append(later.scores[number][rows])
        part = each.columns[rows]
        if later is not None:
            part = np.concatenate([part, later.asked[number][rows]], axis=1)
        data.append(part[:, columns])
        labels.append(each.labels[rows])
        weights.append(each.weights[rows])
    if not sum(map(len, labels)):
        return _Boosters([], columns)
    boosters = []
    for seed in range(1, recipe.seeds + 1):
        table = module.Dataset(
            np.concatenate(data),
            np.concatenate(labels),
            weight=np.concatenate(weights),
            init_score=np.concatenate(start) if start else None,
            free_raw_data=True,
        )
        boosters.append(module.train(_parameters(recipe, seed, columns), table, rounds))
    return _Boosters(boosters, columns)


def _fold_numbers(fields: Sequence[Field]) -> list[int]:
    return sorted({int(k) for f in fields for k in distinct_of(f.folds[f.known])})


def _fit_first(
    fields: Sequence[Field], everything: Sequence[Field], recipe: Recipe
) -> _Boosters:
    """Fit the first pass; each labelled pair's score is of a model without it."""
    parts = {
        fold: _grow(fields, fold, recipe, recipe.rounds)
        for fold in _fold_numbers(fields)
    }
    if recipe.mean_of_parts:
        boosters = [booster for part in parts.values() for booster in part.boosters]
        whole = replace(next(iter(parts.values())), boosters=boosters)
    else:
        whole = _grow(fields, None, recipe, recipe.rounds)
    for each in everything:
        each.first = whole.predict(each.columns)
    for fold, part in parts.items():
        for each in fields:
            rows = each.known[each.folds[each.known] == fold]
            if len(rows):
                each.first[rows] = part.predict(each.columns[rows])
    return whole


@dataclass(frozen=True, slots=True)
class _Later:
    """What a later pass starts from: its columns and the scores so far, by field."""

    number: int
    asked: list[Columns]
    scores: list[Floats]

    def applies(self, field_number: int, rows: IntArray) -> npt.NDArray[np.bool_]:
        """Mark the pairs that the pass has something to say of."""
        if self.number < THIRD:
            return np.ones(len(rows), np.bool_)
        begin = -len(KNOWN_FEATURES)
        sides = self.asked[field_number][rows, begin : begin + 2]
        return np.asarray(~np.isnan(sides).all(axis=1))


THIRD = 3


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A later pass, and the scores with it: of labelled pairs, by trees without."""

    boosters: _Boosters
    scores: list[Floats]


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
            (each.first / _LN2).astype(np.float32),
            families=recipe.families,
        )
        for each in everything
    ]
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
                rows = each.known[each.folds[each.known] == fold]
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
    grown = {
        fold: _grow([each], fold, plain, recipe.kin_rounds).predict
        for fold in _fold_numbers([each])
    }
    labelled = (*each.ends(each.known), each.folds[each.known])
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
            rows = rows[each.folds[rows] != left_out]
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
    scores = [own.copy() for own in later.scores]

    def add(grown: _Boosters, number: int, rows: IntArray) -> None:
        rows = rows[later.applies(number, rows)]
        if len(rows):
            columns = everything[number].columns[rows]
            joined = np.concatenate([columns, later.asked[number][rows]], axis=1)
            scores[number][rows] = later.scores[number][rows] + grown.predict(joined)

    whole = _grow(fields, None, recipe, rounds, later=later)
    for number, own in enumerate(scores):
        add(whole, number, np.arange(len(own)))
    for fold in _fold_numbers(fields):
        part = _grow(fields, fold, recipe, rounds, later=later)
        for number, each in enumerate(fields):
            add(part, number, each.known[each.folds[each.known] == fold])
    return _Fitted(whole, scores)


def _order_second(part: Columns) -> Columns:
    wide = np.empty((len(part), len(FEATURES)), np.float32)
    wide[:, FIRST_COUNT:] = part
    order_sides(wide, FIRST_COUNT, len(FEATURES))
    return wide[:, FIRST_COUNT:].copy()


def _best_cut(
    labels: npt.NDArray[np.int8], scores: Floats, weights: Floats
) -> tuple[float, float]:
    """Give the best F1 and the score at which it is reached, over a flat stretch."""
    order = np.argsort(-scores, kind="stable")
    weights = weights[order]
    matches = weights * (labels[order] == 1)
    f1 = 2 * np.cumsum(matches) / (np.cumsum(weights) + matches.sum())
    width = min(max(7, int((labels == 1).sum()) // 20), len(f1))
    padded = np.pad(f1, (width // 2, width - 1 - width // 2), mode="edge")
    smooth = np.convolve(padded, np.ones(width) / width, "valid")
    best = int(smooth.argmax())
    following = min(best + 1, len(labels) - 1)
    cut = float(scores[order[best]] + scores[order[following]]) / 2
    return float(f1[best]), cut


def _slope(labels: npt.NDArray[np.int8], scores: Floats, counts: Floats) -> float:
    """Give the factor by which scores must be stretched to be honest log odds."""
    target = (labels == 1).astype(np.float64)
    best = (np.inf, 1.0)
    for factor in np.arange(0.3, 2.01, 0.05):
        z = factor * scores
        loss = float(counts @ (np.logaddexp(0, z) - target * z))
        best = min(best, (loss, float(factor)))
    return round(best[1], 2)


def _to_trees(grown: _Boosters, names: Sequence[str], slope: float) -> Trees:
    """Write grown trees as ours: values in steps of a bit, seeds averaged."""
    nodes: list[tuple[int, float, bool, int, int, int]] = []
    roots: list[int] = []
    scale = slope / _LN2 * STEPS / len(grown.boosters)
    for booster in grown.boosters:
        for tree in booster.dump_model()["tree_info"]:
            roots.append(len(nodes))
            _add_node(nodes, tree["tree_structure"], grown.columns, scale)
    return checked_trees(names, nodes, roots)


def _add_node(
    nodes: list[tuple[int, float, bool, int, int, int]],
    node: dict[str, Any],
    columns: Sequence[int],
    scale: float,
) -> tuple[int, float, float]:
    """Add a node and what lies below it; gives its place, mean value and weight."""
    place = len(nodes)
    nodes.append((-1, 0.0, False, 0, 0, 0))
    if "split_index" not in node:
        value = float(node["leaf_value"]) * scale
        nodes[place] = (-1, 0.0, False, place, place, round(value))
        return place, value, float(node.get("leaf_count", 1))
    yes = _add_node(nodes, node["left_child"], columns, scale)
    no = _add_node(nodes, node["right_child"], columns, scale)
    weight = yes[2] + no[2]
    value = (yes[1] * yes[2] + no[1] * no[2]) / max(weight, 1)
    # LightGBM sends unknown values where it says, or with 0 where it saw none
    unknown_yes = bool(node["default_left"])
    if node["missing_type"] != "NaN":
        unknown_yes = float(node["threshold"]) >= 0
    feature = columns[int(node["split_feature"])]
    # "unknown or not" is a split at the largest number that there is
    largest = float(np.finfo(np.float32).max)
    threshold = float(np.float32(min(float(node["threshold"]), largest)))
    nodes[place] = (feature, threshold, unknown_yes, yes[0], no[0], round(value))
    return place, value, weight


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
) -> Field:
    """Make a field of a pool's pairs."""
    return Field(listings, pool, labels, weights, counts, folds, groups=groups)
