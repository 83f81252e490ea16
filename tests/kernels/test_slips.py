"""A slip of the hand in a number or code is told from another number or code."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storekin.kernels.similar_texts import TextColumn
from storekin.kernels.slips import COLUMNS, compare_runs
from storekin.kernels.texts import spell
from storekin.listings.vocabulary import listing_vocabulary


def compared(pairs: list[tuple[str, str]]) -> npt.NDArray[np.float32]:
    """Compare the runs with digits of each pair of titles."""
    titles = TextColumn.of(pa.array([title for pair in pairs for title in pair]))
    spelled = spell(titles, listing_vocabulary(), 512)
    count = len(pairs)
    out = np.empty((count, len(COLUMNS)), np.float32)
    left = np.arange(count) * 2
    compare_runs(
        spelled.characters, spelled.starts, spelled.runs, spelled.run_starts,
        spelled.characters, spelled.breaks, spelled.starts, left, left + 1, 0, count,
        out,
    )  # fmt: skip
    return out


SPECIMENS = {
    "equal": ("drill PZ68 500w", "PZ68 drill 500W", (0, 0, 0, 0, 0)),
    "swapped": ("lamp NC482", "lamp NC842", (1, 0, 0, 0, 0)),
    "a letter for a digit": ("ram 128gb", "ram 1s8gb", (1, 0, 0, 0, 0)),
    "a letter doubled": ("lamp NC482", "lamp NCC482", (1, 0, 0, 0, 0)),
    "another digit": ("lamp NC482", "lamp NC483", (0, 0, 1, 0, 0)),
    "other digits": ("ram 128gb", "ram 256gb", (0, 0, 1, 0, 0)),
    "a digit more": ("glue 50g", "glue 150g", (0, 1, 0, 0, 0)),
    "glued to a word": ("15 sheet", "15sheet", (0, 0, 0, 0, 0)),
    "part of a longer number": ("abc 500", "abc 1500", (0, 1, 0, 0, 0)),
    "one side alone": ("lamp NC482", "lamp", (0, 0, 0, 1, 0)),
    "nothing alike": ("lamp NC482", "lamp 16", (0, 0, 0, 1, 1)),
    "behind ideographs": ("手机壳V053黑色", "手机壳V503黑色", (1, 0, 0, 0, 0)),
}


@pytest.mark.parametrize("name", SPECIMENS)
def test_how_runs_differ(name: str) -> None:
    """Slips, cut and changed digits, and runs that the other side has nothing like."""
    left, right, expected = SPECIMENS[name]

    assert tuple(compared([(left, right)])[0]) == expected


def test_titles_without_digits_are_silent() -> None:
    """Where neither title has a number there is nothing to compare."""
    assert np.isnan(compared([("oak lamp", "oak clock")])).all()


TITLES = st.text("ab12 -", min_size=1, max_size=14)


@given(left=TITLES, right=TITLES)
def test_sides_are_interchangeable(left: str, right: str) -> None:
    """Swapping the titles swaps what stands alone, and nothing else."""
    forth, back = compared([(left, right), (right, left)])

    swapped = back[[0, 1, 2, 4, 3]]
    assert np.array_equal(forth, swapped, equal_nan=True)
