"""Columns filled side by side are what one task after the other would write."""

import numpy as np
import pytest

from storekin.kernels import filling
from storekin.kernels.similar_texts import TextColumn
from storekin.kernels.texts import Spelled, Titles, read_titles
from storekin.listings.vocabulary import listing_vocabulary

TITLES = [
    "Sony WH-1000XM5 black",
    "",
    "water 500ml 12 x",
    "耳机 TS-20 黑色",
    "x",
    "1" * 60,
    "a-" * 40,
    "part 8471234 new red red red",
] * 3


def read() -> Titles:
    """Read all titles."""
    return read_titles(TextColumn.of_few(TITLES), listing_vocabulary())


@pytest.mark.parametrize(
    ("task", "section"), [(1, 1000), (30, 70), (60, 300), (300, 1)]
)
def test_gaps_are_closed(
    task: int, section: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the texts are dealt out to tasks, and tasks to sections."""
    whole = read()
    monkeypatch.setattr(filling, "_TASK", task)
    monkeypatch.setattr(filling, "_SECTION", section)
    assert task == filling.task_of(sum(map(len, TITLES)))

    found = read()

    assert found.tokens.values.tolist() == whole.tokens.values.tolist()
    assert found.word_places.tolist() == whole.word_places.tolist()
    for name in Spelled.__slots__:
        told, wanted = getattr(found.spelled, name), getattr(whole.spelled, name)
        assert told.dtype == wanted.dtype, name
        assert np.array_equal(told, wanted), name
    for one, other in zip(found.grams, whole.grams, strict=True):
        assert one.values.tolist() == other.values.tolist()
        assert one.norms.tolist() == other.norms.tolist()
