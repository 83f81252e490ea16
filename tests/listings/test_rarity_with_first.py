"""A table that one listing joins: its features are as rare as if counted anew."""

from random import Random

import numpy as np
import pyarrow as pa
import pytest

from storekin.kernels.similar_texts import TextColumn, Tokens
from storekin.kernels.texts import UNSEEN_MARK, ThreeGrams, read_titles
from storekin.listings.blocking import count_titles
from storekin.listings.rarity import Rarity, WordRarity, rarity_bits, word_rarity
from storekin.listings.vocabulary import listing_vocabulary

WORDS = ["lamp", "mug", "red", "blue", "steel", "case", "pump", "bottle", "40cm", "壶"]


def read(texts: list[str]) -> tuple[Tokens, ThreeGrams]:
    """Give the tokens and the n-grams of titles."""
    column = TextColumn.of(pa.chunked_array([texts]))
    titles = read_titles(column, listing_vocabulary())
    return titles.tokens, titles.grams


def counted(titles: list[str], brands: list[str]) -> Rarity:
    """Count how rare everything is among some listings."""
    tokens, grams = read(titles)
    distinct, first = np.unique(tokens.values, return_index=True)
    return Rarity(
        len(titles),
        distinct,
        rarity_bits(tokens)[first],
        tuple(each.rarity for each in grams),
        {"brand": word_rarity(read(brands)[0])},
        ("brand",),
        count_titles(tokens, grams),
    )


def assert_same(held: WordRarity, anew: WordRarity, tokens: Tokens) -> None:
    """Hold the rarities of some texts' words to those counted anew."""
    assert held.texts == anew.texts
    known = np.isin(tokens.values, held.tokens)
    words = tokens.values[known]
    assert held.weigh(words).tolist() == anew.weigh(words).tolist()


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("size", [30, 2500])
def test_one_listing_more_is_counted_as_if_all_were_anew(seed: int, size: int) -> None:
    """Words, n-grams, other columns and counts of titles, of all that stand around."""
    random = Random(seed)
    titles = [" ".join(random.sample(WORDS, 4)) for _ in range(size)]
    brands = [random.choice(["Acme", "Bolt lamp", "Chai"]) for _ in titles]
    own, brand = " ".join(random.sample(WORDS, 5)), "Bolt chair"
    known = counted(titles, brands)
    anew = counted([own, *titles], [brand, *brands])
    around = random.sample(range(size), 20)
    column = TextColumn.of(pa.chunked_array([[own, *(titles[n] for n in around)]]))
    titles_around = read_titles(column, listing_vocabulary(), known.grams)
    tokens, grams = titles_around.tokens, titles_around.grams
    told, _ = read([brand, *(brands[n] for n in around)])

    more = known.with_first(tokens, grams, {"brand": told}, new_title=True)

    assert_same(more, anew, tokens)
    assert_same(more.columns["brand"], anew.columns["brand"], told)
    for held, fresh, each in zip(more.grams, anew.grams, grams, strict=True):
        assert np.abs(held[each.values] - fresh[each.values]).max() < UNSEEN_MARK * 1.01
    assert more.titles is not None
    assert anew.titles is not None
    words = tokens.values[np.isin(tokens.values, known.tokens)]
    assert more.titles.titles == anew.titles.titles
    assert (
        more.titles.of_words().counts_of(words).tolist()
        == anew.titles.of_words().counts_of(words).tolist()
    )


def test_what_is_known_of_the_table_stays() -> None:
    """A title that others have is none more; what is not around keeps its rarity."""
    known = counted(["red lamp", "blue mug", "red mug"], ["Acme", "Bolt", "Acme"])
    tokens, grams = read(["red lamp"])

    more = known.with_first(tokens, grams)

    assert more.titles is known.titles
    assert more.columns == known.columns
    others = np.isin(known.tokens, read(["blue"])[0].values)
    assert others.any()
    assert more.bits[others].tolist() == known.bits[others].tolist()
