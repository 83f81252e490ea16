"""Pairs labelled before say something of other pairs of their listings."""

from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import storekin
from storekin.listings.known import KnownPairs, know_pairs, known_features
from storekin.listings.model import model_to_text, read_model

A, B, C, D, E = (np.uint64(n) for n in (11, 22, 33, 44, 55))


def know(*pairs: tuple[np.uint64, np.uint64, int]) -> KnownPairs:
    left, right, labels = zip(*pairs, strict=True)
    return know_pairs(
        np.array(left, np.uint64), np.array(right, np.uint64), np.array(labels, np.int8)
    )


def ask(known: KnownPairs, left: np.uint64, right: np.uint64) -> list[float | None]:
    """Ask of one pair; None where nothing is known."""
    digests = np.array([left, right], np.uint64)
    row = known_features(known, digests, np.array([0]), np.array([1]))[0]
    return [None if np.isnan(value) else float(value) for value in row]


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        (A, C, [1, 1, 1, 0]),  # both match B
        (A, B, [1, 1, 1, 0]),  # they were labelled themselves; C is the other match
        (A, D, [2, 0, 0, 1]),  # B, A's product, was told apart from D
        (D, A, [0, 2, 0, 1]),
        (A, E, [2, None, None, None]),  # nobody has labelled E
    ],
)
def test_labels_tie_and_part_products(
    left: np.uint64, right: np.uint64, said: list[float | None]
) -> None:
    """Matches go on from listing to listing; one difference holds for the product."""
    known = know((A, B, 1), (B, C, 1), (B, D, 0))

    assert ask(known, left, right) == said


def test_nothing_known_says_nothing() -> None:
    """Without labelled pairs every column is silent."""
    none = know_pairs(*(np.empty(0, np.uint64),) * 2, np.empty(0, np.int8))

    assert ask(none, A, B) == [None] * 4


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 1)), max_size=15
    ),
    st.randoms(use_true_random=False),
)
def test_order_and_sides_of_labels_change_nothing(
    pairs: list[tuple[int, int, int]], random: Random
) -> None:
    """Shuffled and turned round, the same labels say the same."""
    shuffled = [(b, a, label) for a, b, label in pairs]
    random.shuffle(shuffled)
    one, other = (
        know_pairs(
            np.array([p[0] for p in given], np.uint64),
            np.array([p[1] for p in given], np.uint64),
            np.array([p[2] for p in given], np.int8),
        )
        for given in (pairs, shuffled)
    )

    assert one.listings.tolist() == other.listings.tolist()
    assert one.products.tolist() == other.products.tolist()
    assert one.apart.tolist() == other.apart.tolist()


def test_a_fitted_model_holds_a_matched_listing_for_taken(tmp_path: Path) -> None:
    """Two equal offers, one partner: only the labels can say whose it is."""
    random = Random(1)
    extras = ["fast", "new", "sale", "gift", "best", "shop"]
    names = [f"lamp {n % 40} model {chr(97 + n % 26)}x{n}" for n in range(200)]
    rows, held = [], []
    for n, name in enumerate(names):
        # two sellers' words for it that say nothing; only the first twin matches
        first, second = random.sample(extras, 2)
        rows.append((f"{name} {first}", f"{name} offer", 1))
        twin = (f"{name} {second}", f"{name} offer", 0)
        (held if n >= 190 else rows).append(twin)
        rows.append((f"{name} {first}", f"{names[(n + 1) % 200]} offer", 0))
    given = pa.Table.from_pylist(
        [
            {"left_title": left, "right_title": right, "label": label}
            for left, right, label in rows
        ]
    )
    pq.write_table(given, tmp_path / "pairs.parquet")
    out = tmp_path / "own.model"
    report = storekin.train_listings(tmp_path / "pairs.parquet", out)
    model = read_model(out)
    text = out.read_text("utf-8")

    assert len(model.known) > 300
    assert "lamp" not in text.split("[known]")[1]
    assert model_to_text(model) == text
    assert report["f1_with_known_pairs"] >= report["f1_both_passes"]

    asked = pa.table(
        {"left_title": [r[0] for r in held], "right_title": [r[1] for r in held]}
    )
    scored = storekin.compare_listings(asked, model=out)
    weights = scored["known_pairs"].to_pylist()
    assert all(weight is not None and weight < 0 for weight in weights)
    signals = [n for n in scored.column_names if n not in asked.column_names]
    signals = [n for n in signals if n not in ("probability", "bits", "level")]
    for row in scored.to_pylist():
        total = sum(row[name] or 0.0 for name in signals)
        assert total == pytest.approx(row["bits"], abs=1e-9)
