"""The listing model: trees over the comparison vector, as text, and its levels."""

import json
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from math import isfinite
from pathlib import Path

import numpy as np

from storekin.errors import ModelFileError
from storekin.kernels.numbering import distinct_of
from storekin.listings.features import (
    FAMILY_COUNT,
    FAMILY_FEATURES,
    FIRST_COUNT,
    KNOWN_FEATURES,
    ODDS_COUNT,
    ODDS_FEATURES,
    POOL_FEATURES,
    SECOND_FEATURES,
    column_names,
)
from storekin.listings.known import KnownPairs, no_known_pairs
from storekin.listings.pool import make_pool
from storekin.listings.trees import Trees, trees_from_lines, trees_to_lines
from storekin.listings.words import WordWeights

MAGIC = "storekin-listings-model 1"
_HEADER = """\
# What two listings say, weighed: see docs/listing-model.md. Bits add up; with the prior
# they give the probability. A line of a tree: node, feature, threshold, where unknown
# values go (+ with the smaller, - with the larger), the two next nodes, bits so far.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ListingModel:
    """What the matcher knows: two passes of trees, learnt words, levels.

    ``sided`` models keep left and right apart (two tables with habits of their own);
    others give the same answer when the sides are swapped. ``stretch`` is by how much
    the trees' values were stretched to be honest log odds. ``gtin_bits`` is what an
    equal and a different product code weigh, by rule. ``third`` adds what
    ``known``, the pairs that were labelled before, say of other pairs of their
    listings. ``encoder`` names the encoders that it was fitted with; of an
    ``alone`` one given pairs have no rivals but one another; those of a ``settled``
    one are scored once more by what is said of their likely partners. A ``transitive``
    one compares pairs that nobody proposed where a third listing ties them.
    """

    version: str
    about: str
    sided: bool
    prior_bits: float
    stretch: float
    gtin_bits: tuple[float, float]
    levels: tuple[float, float, float]
    words: WordWeights
    first: Trees
    second: Trees | None
    third: Trees | None = None
    encoder: str = ""
    alone: bool = False
    settled: bool = False
    transitive: bool = False
    known: KnownPairs = field(default_factory=no_known_pairs)

    @property
    def asks_around(self) -> bool:
        """Whether the first pass reads what the pool around a pair says."""
        return self.first.highest >= FIRST_COUNT - len(POOL_FEATURES)

    @property
    def asks_again(self) -> bool:
        """Whether there is a pass after the first."""
        return self.second is not None or self.third is not None

    @property
    def asks_scores_around(self) -> bool:
        """Whether a later pass reads the first one's scores of other pairs."""
        if self.second is not None or self.third is None:
            return self.second is not None
        last = FIRST_COUNT + len(SECOND_FEATURES) - len(KNOWN_FEATURES)
        return not self.third.used.isdisjoint(range(FIRST_COUNT + 1, last))

    @property
    def asks_families(self) -> bool:
        """Whether a later pass reads how likely partners grow together."""
        return self._asks_later(FAMILY_COUNT, len(FAMILY_FEATURES))

    @property
    def asks_word_odds(self) -> bool:
        """Whether a later pass reads what words say by the first one's odds."""
        return self._asks_later(ODDS_COUNT, len(ODDS_FEATURES))

    def _asks_later(self, begin: int, count: int) -> bool:
        later = [trees for trees in (self.second, self.third) if trees]
        columns = range(begin, begin + count)
        return any(not trees.used.isdisjoint(columns) for trees in later)

    @property
    def name(self) -> str:
        """The version and a digest of all that decides."""
        return f"{self.version}+{model_digest(self)}"


def model_to_text(model: ListingModel) -> str:
    """Write a model as text that two versions can be compared in."""
    head = [
        MAGIC,
        _HEADER.rstrip("\n"),
        f'version = "{model.version}"',
        f"about = {json.dumps(model.about, ensure_ascii=False)}",
        f"sided = {str(model.sided).lower()}",
        f"prior_bits = {model.prior_bits:.4f}",
        f"stretch = {model.stretch:.2f}",
        f"gtin_bits = [{model.gtin_bits[0]}, {model.gtin_bits[1]}]",
        f"levels = [{', '.join(str(level) for level in model.levels)}]",
    ]
    if model.alone:
        head.append("alone = true")
    if model.settled:
        head.append("settled = true")
    if model.transitive:
        head.append("transitive = true")
    if model.encoder:
        head.append(f"encoder = {json.dumps(model.encoder)}")
    words = [
        f"{token:016x} {shared:.3f} {lone:.3f}"
        for token, (shared, lone) in zip(
            model.words.tokens.tolist(), model.words.weights.tolist(), strict=True
        )
    ]
    parts = [*head, "[words]", *words, "[first]", *trees_to_lines(model.first)]
    if model.second is not None:
        parts += ["[second]", *trees_to_lines(model.second)]
    if model.third is not None:
        parts += ["[third]", *trees_to_lines(model.third)]
        parts += ["[known]", *_known_to_lines(model.known)]
    return "\n".join(parts) + "\n"


def model_from_text(text: str, where: str) -> ListingModel:
    """Read a model.

    Raises:
        ModelFileError: If the text is no model, or of another version of storekin.
    """
    fix = "train it again with `storekin train listings`"
    lines = text.splitlines()
    if not lines or lines[0].strip() != MAGIC:
        raise ModelFileError(f"{where}: this is no listings model", fix)
    marks = {line: place for place, line in enumerate(lines) if line.startswith("[")}
    if "[words]" not in marks or "[first]" not in marks:
        raise ModelFileError(f"{where}: a part of the model is missing", fix)
    try:
        head = tomllib.loads("\n".join(lines[1 : marks["[words]"]]))
        sided = _flag("sided", head["sided"])
        columns = column_names(sided=sided)
        known = marks.get("[known]", len(lines))
        last = marks.get("[third]", known)
        end = marks.get("[second]", last)
        words = [
            line.split() for line in lines[marks["[words]"] + 1 : marks["[first]"]]
        ]
        first = trees_from_lines(lines[marks["[first]"] + 1 : end], columns)
        second = None
        if "[second]" in marks:
            second = trees_from_lines(lines[end + 1 : last], columns)
        third = None
        if "[third]" in marks:
            third = trees_from_lines(lines[last + 1 : known], columns)
        levels = [float(level) for level in head["levels"]]
        gtin = [float(bits) for bits in head["gtin_bits"]]
        return ListingModel(
            version=str(head["version"]),
            about=str(head["about"]),
            sided=sided,
            prior_bits=float(head["prior_bits"]),
            stretch=float(head["stretch"]),
            gtin_bits=(gtin[0], gtin[1]),
            levels=(levels[0], levels[1], levels[2]),
            words=WordWeights(
                np.array([int(word[0], 16) for word in words], np.uint64),
                np.array(
                    [[float(word[1]), float(word[2])] for word in words], np.float32
                ).reshape(-1, 2),
            ),
            first=first,
            second=second,
            third=third,
            encoder=str(head.get("encoder", "")),
            alone=_flag("alone", head.get("alone", False)),
            settled=_flag("settled", head.get("settled", False)),
            transitive=_flag("transitive", head.get("transitive", False)),
            known=_known_from_lines(lines[known + 1 :]),
        )
    except (ValueError, LookupError, TypeError, OverflowError) as problem:
        raise ModelFileError(f"{where}: {problem}", fix) from problem


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {value!r}, which is neither true nor false")  # noqa: TRY004 - the text is wrong, not the caller
    return value


def _known_to_lines(known: KnownPairs) -> list[str]:
    """Write known listings with their products, products that differ, what is near."""
    count = len(known)
    return [
        *(
            f"{listing:016x} {product}"
            for listing, product in zip(
                known.listings.tolist(), known.products.tolist(), strict=True
            )
        ),
        *(f"apart {key // count} {key % count}" for key in known.apart.tolist()),
        *(
            f"near {one} {other} {bits:.2f}"
            for one, other, bits in zip(
                known.near.left.tolist(),
                known.near.right.tolist(),
                known.bits.tolist(),
                strict=True,
            )
        ),
    ]


def _known_from_lines(lines: list[str]) -> KnownPairs:
    told: dict[str, list[tuple[int, int, float]]] = {"": [], "apart": [], "near": []}
    for line in lines:
        try:
            kind, values = _read_known(line)
        except ValueError as problem:
            raise ValueError(
                f"[known] has a line {line!r}, which is no listing and its product,"
                " no `apart` and two products, and no `near`, two listings and bits"
            ) from problem
        told[kind].append(values)
    count = len(told[""])
    listings = np.array([listing for listing, *_ in told[""]], np.uint64)
    products = np.array([product for _, product, _ in told[""]], np.int64)
    apart, near = (
        np.sort(np.array([each[:2] for each in told[kind]], np.int64).reshape(-1, 2))
        for kind in ("apart", "near")
    )
    for numbers in (products, apart, near):
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < count:
            raise ValueError("[known] tells of a number that it does not give")
    if (listings[1:] <= listings[:-1]).any():
        raise ValueError("[known] does not give listings in their order")
    return KnownPairs(
        listings,
        products,
        distinct_of(apart[:, 0] * count + apart[:, 1]),
        make_pool(np.arange(count), near[:, 0], near[:, 1]),
        np.array([bits for *_, bits in told["near"]], np.float32),
    )


def _read_known(line: str) -> tuple[str, tuple[int, int, float]]:
    match line.split():
        case ["apart", one, other]:
            return "apart", (int(one), int(other), 0.0)
        case ["near", one, other, bits] if isfinite(float(bits)):
            return "near", (int(one), int(other), float(bits))
        case [listing, product]:
            return "", (int(listing, 16), int(product), 0.0)
    raise ValueError(line)


def read_model(path: Path) -> ListingModel:
    """Read a model file.

    Raises:
        ModelFileError: If it is not there, or no model.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ModelFileError(
            f"{path}: the model cannot be read",
            "give a file that `storekin train listings` wrote",
        ) from problem
    return model_from_text(text, str(path))


def model_digest(model: ListingModel) -> str:
    """Give a short digest of all that a model decides by."""
    return blake2b(model_to_text(model).encode(), digest_size=5).hexdigest()


@lru_cache(maxsize=1)
def load_listing_model() -> ListingModel:
    """Read the shipped model."""
    path = files("storekin.listings").joinpath("data", "shipped.model")
    return model_from_text(path.read_text("utf-8"), "the shipped model")
