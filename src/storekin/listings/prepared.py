"""Listings as numbers: everything that comparisons read, in columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.kernels.similar_texts import (
    IntArray,
    Progress,
    TextColumn,
    Tokens,
    Vocabulary,
    tokenise,
)
from storekin.kernels.texts import (
    LONGEST_WHOLE,
    Spelled,
    ThreeGrams,
    norms_of,
    read_titles,
    spell,
)
from storekin.kernels.tokenise import AGAIN
from storekin.listings.encoding import (
    NO_ENCODERS,
    Embeddings,
    Encoders,
    embed_pictures,
    embed_titles,
)
from storekin.listings.pictures import (
    OwnPicture,
    PictureHashes,
    Pictures,
    hashes_of,
    read_pictures,
)
from storekin.listings.rarity import (
    COMMON_CARRIERS,
    Rarity,
    WordRarity,
    rarity_bits,
    unlike_carriers,
    word_rarity,
)
from storekin.listings.stated import with_stated_prices
from storekin.listings.values import PlainValues, read_values
from storekin.listings.vocabulary import listing_vocabulary

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class PreparedListings:
    """All listings of a portfolio, row by row in the order of their ids.

    ``norms`` are the lengths of the titles' words, ``word_places`` those of
    ``kernels.texts.Titles``.
    ``picture_carriers`` counts the unlike products that carry each picture; those that
    so many carry that they are nobody's (``common_pictures`` of them) are left out.
    ``rarity`` is that of the table which the listings are a part of, if they are.
    """

    owners: npt.NDArray[np.int32]
    tokens: Tokens
    weights: npt.NDArray[np.float32]
    norms: npt.NDArray[np.float32]
    spelled: Spelled
    word_places: npt.NDArray[np.int16]
    grams: ThreeGrams
    whole: "WholeTexts | None"
    values: PlainValues
    descriptions: "WeighedTokens | None"
    brand_words: "WeighedTokens | None"
    pictures: Pictures
    hashes: PictureHashes
    picture_carriers: IntArray
    common_pictures: int
    encoded_titles: Embeddings
    encoded_pictures: Embeddings
    rarity: Rarity | None = None

    def __len__(self) -> int:
        return len(self.owners)

    @property
    def texts(self) -> int:
        """Give the number of listings in the whole table."""
        return len(self) if self.rarity is None else self.rarity.texts


@dataclass(frozen=True, slots=True)
class WeighedTokens:
    """The tokens of each text with their rarity in bits; the length of its words'."""

    tokens: Tokens
    weights: npt.NDArray[np.float32]
    norms: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class WholeTexts:
    """All texts of each listing as one: words, and the spelling."""

    words: WeighedTokens
    spelled: Spelled


def prepare_listings(
    listings: pa.Table,
    owners: npt.NDArray[np.int32],
    folder: Path | None,
    on_step: Step | None = None,
    rarity: Rarity | None = None,
    encoders: Encoders = NO_ENCODERS,
    on_done: Progress | None = None,
    own_pictures: Mapping[str, OwnPicture] | None = None,
) -> PreparedListings:
    """Read every column that comparisons need. ``owners`` numbers each row's store.

    How rare the titles' words are is counted among them, or known from a larger table.
    ``own_pictures`` lie elsewhere than in *folder*, or were looked at before.
    """
    say = on_step or (lambda _: None)
    vocabulary = listing_vocabulary()
    say("titles")
    listings = as_compared(listings, rarity)
    titles = TextColumn.of(listings["title"])
    known = None if rarity is None else rarity.grams
    read = read_titles(titles, vocabulary, known)
    tokens = read.tokens
    weights = rarity_bits(tokens) if rarity is None else rarity.weigh(tokens.values)
    say("pictures")
    pictures = read_pictures(listings["images"], folder, on_done, own_pictures)
    hashes = hashes_of(pictures, on_done)
    texts = None if rarity is None else rarity.texts
    carriers = unlike_carriers(tokens, weights, pictures, hashes.recognised, texts)
    common = carriers >= COMMON_CARRIERS
    if common.any():
        pictures = pictures.without(common)
    if encoders.name:
        say("encoding")
    encoded_titles = embed_titles(listings["title"], encoders.texts, on_done)
    encoded_pictures = embed_pictures(
        listings["images"], folder, encoders.pictures, on_done
    )
    say("attributes")
    return PreparedListings(
        owners=owners,
        tokens=tokens,
        weights=weights,
        norms=norms_of(tokens, weights),
        spelled=read.spelled,
        word_places=read.word_places,
        grams=read.grams,
        whole=_whole_texts(listings, vocabulary, rarity),
        values=read_values(listings),
        descriptions=(
            _weigh_column(listings, "description", rarity)
            if _is_given(listings, "description", rarity)
            else None
        ),
        brand_words=(
            _weigh_column(listings, "brand", rarity)
            if _is_given(listings, "brand", rarity)
            else None
        ),
        pictures=pictures,
        hashes=hashes,
        picture_carriers=carriers,
        common_pictures=int(common.sum()),
        encoded_titles=encoded_titles,
        encoded_pictures=encoded_pictures,
        rarity=rarity,
    )


def _is_given(listings: pa.Table, column: str, rarity: Rarity | None = None) -> bool:
    """Say whether anything stands in a column, of these or of the whole table."""
    whole = rarity is not None and column in rarity.given
    return whole or bool(listings[column].null_count < len(listings))


def as_compared(listings: pa.Table, rarity: Rarity | None = None) -> pa.Table:
    """Put values in the columns that they belong to, before anything is read.

    The listings are all that there are, or some of the table that *rarity* is of.
    """
    return with_stated_prices(listings, priced=_is_given(listings, "price", rarity))


def weigh_tokens(tokens: Tokens, known: WordRarity | None = None) -> WeighedTokens:
    """Give tokens their rarity, counted here or *known* from a larger table."""
    weights = rarity_bits(tokens) if known is None else known.weigh(tokens.values)
    return WeighedTokens(tokens, weights, norms_of(tokens, weights))


WHOLE = "whole"
"""The name of the whole text of a listing among the columns of a ``Rarity``."""


def column_rarities(listings: pa.Table) -> dict[str, WordRarity]:
    """Count how rare words are in the columns that are read beside titles.

    The listings are as they are compared.
    """
    vocabulary = listing_vocabulary()
    texts = {
        name: TextColumn.of(listings[name])
        for name in ("description", "brand")
        if _is_given(listings, name)
    }
    whole = _joined(listings)
    if whole is not None:
        texts[WHOLE] = whole
    return {
        name: word_rarity(tokenise(column, vocabulary))
        for name, column in texts.items()
    }


def _weigh_column(
    listings: pa.Table, name: str, rarity: Rarity | None
) -> WeighedTokens:
    known = None if rarity is None else rarity.columns.get(name)
    column = TextColumn.of(listings[name])
    return weigh_tokens(tokenise(column, listing_vocabulary()), known)


_BESIDE_TITLES = ("brand", "mpn", "category", "description", "attributes")


def given_columns(listings: pa.Table) -> tuple[str, ...]:
    """Name the columns beside titles in which anything stands."""
    columns = (*_BESIDE_TITLES, "price")
    return tuple(name for name in columns if _is_given(listings, name))


def tokens_beside(listings: pa.Table, rarity: Rarity) -> dict[str, Tokens]:
    """Read the words of the columns that are weighed beside titles.

    The listings are as they are compared.
    """
    vocabulary = listing_vocabulary()
    texts = {
        name: TextColumn.of(listings[name]) for name in rarity.columns if name != WHOLE
    }
    whole = _joined(listings, rarity)
    if whole is not None and WHOLE in rarity.columns:
        texts[WHOLE] = whole
    return {name: tokenise(column, vocabulary) for name, column in texts.items()}


def _joined(listings: pa.Table, rarity: Rarity | None = None) -> TextColumn | None:
    """Join what each listing says; None where there is nothing beside the titles."""
    extra = [name for name in _BESIDE_TITLES if _is_given(listings, name, rarity)]
    if not extra:
        return None
    columns = [
        pc.utf8_slice_codeunits(pc.fill_null(listings[name], ""), 0, LONGEST_WHOLE)
        for name in ("title", *extra)
    ]
    return TextColumn.of(pc.binary_join_element_wise(*columns, " \n "))


def _whole_texts(
    listings: pa.Table, vocabulary: Vocabulary, rarity: Rarity | None
) -> WholeTexts | None:
    """Join title, brand, part number, category, description and attributes.

    None where there is nothing beside the titles.
    """
    texts = _joined(listings, rarity)
    if texts is None:
        return None
    known = None if rarity is None else rarity.columns.get(WHOLE)
    return WholeTexts(
        weigh_tokens(tokenise(texts, vocabulary), known),
        spell(texts, vocabulary, LONGEST_WHOLE),
    )


def token_sums(tokens: Tokens) -> npt.NDArray[np.uint64]:
    """Give each text a number by the tokens that it has, whatever their order.

    How often it names a variant does not matter.
    """
    with np.errstate(over="ignore"):
        mixed = tokens.values * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(32)
        mixed[(tokens.values >> np.uint64(61)) == AGAIN] = 0
        sums = np.zeros(len(tokens), np.uint64)
        filled = np.diff(tokens.starts) > 0
        if filled.any():
            sums[filled] = np.add.reduceat(mixed, tokens.starts[:-1][filled])
    return sums


def same_word_families(tokens: Tokens) -> IntArray:
    """Give for each text the first row whose tokens are all the same.

    A text without tokens is a family of its own.
    """
    lengths = np.diff(tokens.starts)
    filled = lengths > 0
    sums = token_sums(tokens)
    sums[~filled] = np.flatnonzero(~filled).astype(np.uint64)
    _, first, inverse = np.unique(
        np.stack([sums, lengths.astype(np.uint64)], axis=1),
        axis=0,
        return_index=True,
        return_inverse=True,
    )
    families: IntArray = first[inverse.ravel()].astype(np.int64)
    families[~filled] = np.flatnonzero(~filled)
    return families
