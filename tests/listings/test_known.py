"""Pairs labelled before say something of other pairs of their listings."""

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import storekin
from storekin.errors import ModelFileError
from storekin.kernels.kin import FAR
from storekin.listings.known import AlikePairs, KnownPairs, know_pairs, known_features
from storekin.listings.model import model_from_text, model_to_text, read_model
from storekin.wiring import read_labels, read_raw, tied_pairs
from storekin.workflows.train import FAST_RECIPE, train_on_pairs

A, B, C, D, E = (np.uint64(n) for n in (11, 22, 33, 44, 55))

Alike = tuple[np.uint64, np.uint64, float]


def alike_pairs(pairs: list[Alike]) -> AlikePairs:
    left, right, bits = (
        [pair[0] for pair in pairs],
        [pair[1] for pair in pairs],
        [pair[2] for pair in pairs],
    )
    return AlikePairs(
        np.array(left, np.uint64),
        np.array(right, np.uint64),
        np.array(bits, np.float32),
    )


def know(
    *pairs: tuple[np.uint64, np.uint64, int], alike: list[Alike] | None = None
) -> KnownPairs:
    left, right, labels = zip(*pairs, strict=True)
    return know_pairs(
        np.array(left, np.uint64),
        np.array(right, np.uint64),
        np.array(labels, np.int8),
        alike_pairs(alike or []),
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

    assert ask(known, left, right)[:4] == said


FAMILIES = ((A, B, 1), (C, D, 1), (E, A, 0))
"""Two products of two listings each, and a listing by itself."""


@pytest.mark.parametrize(
    ("alike", "left", "right", "said"),
    [
        # A speaks for D, C for B: the pair itself is not asked
        ([(A, D, 1.0), (B, C, 0.5), (B, D, 9.0)], B, D, [0.75, 1.0, FAR, FAR]),
        # one of two is far; E is a third product to B
        ([(A, D, 1.0), (B, E, 2.0)], B, D, [(1.0 + FAR) / 2, 1.0, 2.0, FAR]),
        ([(A, D, 1.0), (B, E, 2.0)], D, B, [(1.0 + FAR) / 2, 1.0, FAR, 2.0]),
        # nobody else belongs to either; what is near B is another product's
        ([(B, C, 2.0), (A, B, 3.0)], A, B, [None, None, FAR, 2.0]),
        # of E's product there is no other; A is asked for B's
        ([(A, E, 0.25), (B, E, 3.0)], B, E, [0.25, 0.25, FAR, FAR]),
        # one pair is told of twice: the likest counts
        ([(D, A, 1.0), (A, D, 2.0)], B, D, [(2.0 + FAR) / 2, 2.0, FAR, FAR]),
        # no pair has fewer bits than those that are far apart
        ([(A, D, -9.0), (B, E, 0.0)], B, D, [FAR, FAR, 0.0, FAR]),
    ],
)
def test_other_listings_of_both_products_speak(
    alike: list[Alike], left: np.uint64, right: np.uint64, said: list[float | None]
) -> None:
    """In the mean, and at most; and the likest of a third product, for each side."""
    assert ask(know(*FAMILIES, alike=alike), left, right)[4:] == said


def test_alike_listings_say_nothing_of_new_ones() -> None:
    """Whom nobody labelled has no product, and what is near it was not written down."""
    known = know((A, B, 1), (B, C, 0), alike=[(A, C, 1.0), (A, E, 2.0)])

    assert ask(known, A, E)[4:] == [None] * 4
    assert ask(known, A, A)[4:] == [None] * 4
    assert ask(know(*FAMILIES), B, D)[4:] == [None] * 4
    assert known.near.left.tolist() == [0]


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 1)),
        min_size=1,
        max_size=15,
    ),
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(-600, 900)),
        max_size=20,
    ),
    st.integers(0, 6),
    st.integers(0, 6),
)
def test_a_pairs_own_likeness_is_not_asked(
    pairs: list[tuple[int, int, int]],
    near: list[tuple[int, int, int]],
    left: int,
    right: int,
) -> None:
    """Whatever the pair itself has, the same is said; turned round, sides change."""
    given = [(np.uint64(a), np.uint64(b), label) for a, b, label in pairs]
    alike = [(np.uint64(a), np.uint64(b), bits / 100) for a, b, bits in near]
    one, other = np.uint64(left), np.uint64(right)
    without = [pair for pair in alike if {pair[0], pair[1]} != {one, other}]

    # where something is near at all: else nothing is said
    known = know(*given, alike=[*alike, (np.uint64(0), np.uint64(1), 3.0)])
    more = know(*given, alike=[*without, (np.uint64(0), np.uint64(1), 3.0)])
    turned = ask(known, other, one)[4:]
    if len(known.bits) and len(more.bits):
        assert ask(known, one, other) == ask(more, one, other)
        assert ask(known, one, other)[4:] == [*turned[:2], turned[3], turned[2]]


def test_nothing_known_says_nothing() -> None:
    """Without labelled pairs every column is silent."""
    none = know_pairs(*(np.empty(0, np.uint64),) * 2, np.empty(0, np.int8))

    assert ask(none, A, B) == [None] * 8


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
    assert len(model.known.bits) > 0
    assert "lamp" not in text.split("[known]")[1]
    assert model_to_text(model) == text
    for broken, said in (
        ("near 0 99999 1.00", "a number that it does not give"),
        ("apart 0 99999", "a number that it does not give"),
        ("near 0 1", "'near 0 1', which is no listing"),
        ("near 0 x 1.00", "'near 0 x 1.00', which is no listing"),
        ("near 0 1 nan", "'near 0 1 nan', which is no listing"),
        ("0000000000000000 0", "in their order"),
        ("fffffffffffffffff 0", "own.model"),
    ):
        with pytest.raises(ModelFileError, match=said):
            model_from_text(f"{text}{broken}\n", "own.model")
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


def test_who_is_like_the_other_matches_is_one_of_them(tmp_path: Path) -> None:
    """Two wordings with no word in common: a third listing that has both ties them."""
    random = Random(3)

    def word() -> str:
        return "".join(
            random.choice("bdfgklmnprst") + random.choice("aeiou") for _ in "abc"
        )

    goods = [[word() for _ in range(4)] for _ in range(260)]
    rows: list[tuple[str, str, int]] = []
    for n, (a, b, c, d) in enumerate(goods):
        later = goods[(n + 1) % len(goods)]
        rows += [
            (f"{a} {b} lamp", f"{a} {b} {c} {d} lamp", 1),
            (f"{c} {d} offer", f"{c} {d} lamp offer", 1),
            (f"{a} {b} {c} {d} lamp", f"{a} {b} {later[2]} {later[3]} lamp", 0),
        ]
        if n < 180:
            rows.append((f"{a} {b} lamp", f"{c} {d} offer", 1))
            rows.append((f"{a} {b} lamp", f"{later[2]} {later[3]} offer", 0))
    pairs = [
        {"left_title": a, "right_title": b, "label": label} for a, b, label in rows
    ]
    pq.write_table(pa.Table.from_pylist(pairs), tmp_path / "pairs.parquet")
    raw = read_raw(tmp_path / "pairs.parquet")
    labels, _ = read_labels(raw)
    # without a pool, in which it would stand out that neither has another partner
    model, _ = train_on_pairs(
        tied_pairs(raw, None, tmp_path, None)[0],
        labels,
        about="two wordings",
        recipe=replace(FAST_RECIPE, kin_rounds=60),
        alone=True,
    )
    out = tmp_path / "own.model"
    out.write_text(model_to_text(model), "utf-8")

    def ask_offers(shift: int) -> list[float]:
        asked = [
            (
                f"{goods[n][0]} {goods[n][1]} lamp",
                " ".join([*goods[n + shift][2:], "offer"]),
            )
            for n in range(190, 250)
        ]
        table = pa.Table.from_pylist(
            [{"left_title": a, "right_title": b} for a, b in asked]
        )
        scored = storekin.compare_listings(table, model=out)
        return [float(p) for p in scored["probability"].to_pylist()]

    assert float(np.mean(np.array(ask_offers(0)) > 0.5)) > 0.9
    assert float(np.mean(np.array(ask_offers(3)) > 0.5)) < 0.1
