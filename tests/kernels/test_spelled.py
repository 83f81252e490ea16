"""Words that the other title lacks, weighed as their definition says."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Postfix, Prefix

from storekin.kernels.tokenise import WORD
from storekin.listings.features import PAIR_FEATURES
from storekin.listings.prepared import prepare_listings
from storekin.listings.vector import compare_pairs
from storekin.wiring import records_of, typed_records

NAMES = [feature.name for feature in PAIR_FEATURES]
SLIPS = [
    slip
    for word in ("bramov", "telkin", "sudorg")
    for slip in (
        word,
        word[0] + "x" + word[2:],  # another letter right behind the first
        word[0] + word[2:],
        word[0] + "q" + word[1:],
        word[:-1] + "z",
        word[:3],
        word + "er",
        word[2:5],
        word[::-1],
    )
]
WORDS = st.sampled_from(SLIPS) | st.text("zqxj", min_size=1, max_size=7)
TITLES = st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=2, max_size=4)


def are_near(word: str, other: str) -> bool:
    """Say whether one word begins as the whole other does, or differs by one slip."""
    if word[0] != other[0]:
        return False
    same = Prefix.similarity(word, other)
    if same == min(len(word), len(other)) and same >= 3:
        return True
    rest = Postfix.similarity(word[same:], other[same:])
    return same + rest >= max(len(word), len(other)) - 1


def lone_bits(words: list[str], others: list[str], weight: dict[str, float]) -> float:
    """Weigh what the other title lacks even as a part, or with a slip."""
    total = 0.0
    for word in words:
        if word in others or (len(word) >= 3 and word in "".join(others)):
            continue
        near = len(word) >= 4 and any(are_near(word, other) for other in others)
        total += weight[word] / 4 if near else weight[word]
    return total


@given(titles=TITLES)
@settings(max_examples=150, deadline=None)
def test_lone_words_are_found_in_any_pair(titles: list[list[str]]) -> None:
    """Whatever was marked of the pair before."""
    table = pa.table(
        {
            "listing": [f"l{number}" for number in range(len(titles))],
            "store": ["s"] * len(titles),
            "title": [" ".join(words) for words in titles],
        }
    )
    listings = typed_records(records_of(table, "listings"), "listings", "listing")
    prepared = prepare_listings(
        listings.listings, np.arange(len(titles), dtype=np.int32), None
    )
    weight = {}
    for row, words in enumerate(titles):
        places = prepared.word_places[slice(*prepared.spelled.word_starts[row:][:2])]
        begin = prepared.tokens.starts[row]
        for word, place in zip(words, places.tolist(), strict=True):
            assert prepared.tokens.values[begin + place] >> np.uint64(61) == WORD
            weight[word] = float(prepared.weights[begin + place])
    left, right = np.triu_indices(len(titles), 1)

    vector = compare_pairs(prepared, left, right)

    for pair, (one, other) in enumerate(zip(left, right, strict=True)):
        sides = (one, other), (other, one)
        for name, (this, that) in zip(("left", "right"), sides, strict=True):
            told = vector[pair, NAMES.index(f"{name}_soft_bits")]
            wanted = lone_bits(titles[this], titles[that], weight)
            assert told == pytest.approx(wanted, rel=1e-5, abs=1e-5)
