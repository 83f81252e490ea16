"""A model is text, its sums are exact, and its sides are interchangeable."""

from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import storekin
from storekin.errors import ModelFileError
from storekin.kernels.trees import MOST_LEAVES
from storekin.listings.features import FEATURES, SIGNAL_GROUPS, column_names
from storekin.listings.model import load_listing_model, model_from_text, model_to_text
from storekin.listings.signals import LISTING_SIGNALS
from storekin.listings.trees import STEPS, trees_from_lines

TREE = [
    "tree",
    "0 cosine 0.5 - 1 2 0.2000",
    "1 -1.0000",
    "2 hash_bits 8 - 3 4 1.5000",
    "3 4.0000",
    "4 0.5000",
]
COLUMNS = column_names(sided=False)


def row(**values: float) -> np.ndarray:
    columns = np.full((1, len(FEATURES)), np.nan, np.float32)
    for name, value in values.items():
        columns[0, COLUMNS.index(name)] = value
    return columns


@pytest.mark.parametrize(
    ("values", "bits"),
    [
        ({"cosine": 0.5}, -1.0),
        ({"cosine": 0.51, "hash_bits": 8}, 4.0),
        ({"cosine": 0.9, "hash_bits": 9}, 0.5),
        ({"cosine": 0.9}, 0.5),
        ({}, 0.5),
    ],
)
def test_a_tree_is_read_as_it_is_written(values: dict[str, float], bits: float) -> None:
    """At most the threshold goes to the first node; unknown where the sign says."""
    trees = trees_from_lines(TREE, COLUMNS)

    assert trees.sum(row(**values)).tolist() == [round(bits * STEPS)]


@pytest.mark.parametrize(
    "line",
    [
        "0 no_such_feature 0.5 - 1 2 0",
        "0 cosine 0.5 - 0 2 0",
        "0 cosine 0.5 - 1 9 0",
        "0 cosine half - 1 2 0",
        "0 cosine nan - 1 2 0",
        "0 cosine",
    ],
)
def test_a_damaged_tree_is_refused(line: str) -> None:
    """A model that names what there is not, or leads in a circle, is none."""
    with pytest.raises(ValueError, match=r".+"):
        trees_from_lines(["tree", line, "1 0.5", "2 0.5"], COLUMNS)


@pytest.mark.parametrize("spare", [[], ["3 0.5", "4 0.5"]])
def test_two_ways_to_one_node_are_refused(spare: list[str]) -> None:
    """Every node of a tree has one way to it, however many nodes there are."""
    lines = ["tree", "0 cosine 0.5 - 1 1 0", "1 cosine 0.2 - 2 2 0", "2 0.5", *spare]

    with pytest.raises(ValueError, match="one node"):
        trees_from_lines(lines, COLUMNS)


THRESHOLDS = (-np.inf, -3.5, -1e-38, -0.0, 0.0, 1e-45, 0.25, 8.0, 3e38, np.inf)


@given(
    st.lists(st.sampled_from((*THRESHOLDS, np.nan)) | st.floats(width=32), min_size=1),
    st.sampled_from(THRESHOLDS),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_a_node_parts_as_floats_do(
    values: list[float],
    threshold: float,
    unknown_yes: bool,  # noqa: FBT001
) -> None:
    """Zeros of both signs, the smallest and the largest numbers, and unknown ones."""
    sign = "+" if unknown_yes else "-"
    ask = f"0 cosine {np.format_float_positional(np.float32(threshold))} {sign} 1 2 0"
    trees = trees_from_lines(["tree", ask, "1 1.0", "2 -1.0"], COLUMNS)
    columns = np.concatenate([row(cosine=value) for value in values])

    given = columns[:, COLUMNS.index("cosine")]
    yes = np.where(np.isnan(given), unknown_yes, given <= np.float32(threshold))
    assert trees.sum(columns).tolist() == np.where(yes, STEPS, -STEPS).tolist()


def grown(random: Random, leaves: int) -> list[str]:
    """Grow a tree of so many leaves, as text; nodes are numbered as they are made."""
    nodes: dict[int, str] = {}

    def grow(node: int, leaves: int, value: int) -> None:
        bits = f"{value / STEPS:.4f}"
        if leaves == 1:
            nodes[node] = bits
            return
        name, sign = random.choice(("cosine", "hash_bits", "price_ratio")), "+-"
        follower, threshold = 2 * len(grown_nodes) + 1, random.randint(-4, 4) / 2
        grown_nodes.append(node)
        ways = f"{follower} {follower + 1}"
        nodes[node] = f"{name} {threshold} {random.choice(sign)} {ways} {bits}"
        first = random.randint(1, leaves - 1)
        grow(follower, first, random.randint(-9, 9))
        grow(follower + 1, leaves - first, random.randint(-9, 9))

    grown_nodes: list[int] = []
    grow(0, leaves, 0)
    return ["tree", *(f"{node} {nodes[node]}" for node in sorted(nodes))]


def walked(lines: list[str], columns: np.ndarray) -> list[dict[str, int]]:
    """Walk trees row by row: what each feature's splits change, and where they begin.

    In steps of a bit, by the features' names; the roots' values under ``base``.
    """
    trees: list[list[list[str]]] = []
    for line in lines:
        if line == "tree":
            trees.append([])
        else:
            trees[-1].append(line.split()[1:])
    found = []
    for given_row in columns:
        told: dict[str, int] = {}
        for nodes in trees:
            node = nodes[0]
            value = round(float(node[-1]) * STEPS)
            told["base"] = told.get("base", 0) + value
            while len(node) > 1:
                name, threshold, sign, yes, no, _ = node
                asked = given_row[COLUMNS.index(name)]
                below = sign == "+" if np.isnan(asked) else asked <= float(threshold)
                node = nodes[int(yes if below else no)]
                changed = round(float(node[-1]) * STEPS)
                told[name] = told.get(name, 0) + changed - value
                value = changed
        found.append(told)
    return found


@given(
    st.lists(st.integers(1, MOST_LEAVES), min_size=1, max_size=4),
    st.integers(1, 70),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_trees_say_what_a_walk_from_their_roots_says(
    leaves: list[int], rows: int, random: Random
) -> None:
    """Asked all at once, rows fall into the leaves that a walk leads them to."""
    lines = [line for count in leaves for line in grown(random, count)]
    trees = trees_from_lines(lines, COLUMNS)
    columns = np.full((rows, len(FEATURES)), np.nan, np.float32)
    for name in ("cosine", "hash_bits", "price_ratio"):
        values = random.choices([np.nan, *(n / 2 for n in range(-5, 6))], k=rows)
        columns[:, COLUMNS.index(name)] = values
    shares = np.zeros((rows, len(SIGNAL_GROUPS)), np.int64)
    trees.share(columns, shares)

    expected = walked(lines, columns)
    assert trees.sum(columns).tolist() == [sum(told.values()) for told in expected]
    for name, group in (
        ("cosine", "title"), ("hash_bits", "image"), ("price_ratio", "price")
    ):  # fmt: skip
        own = shares[:, SIGNAL_GROUPS.index(group)].tolist()
        assert own == [told.get(name, 0) for told in expected]


def test_a_tree_of_too_many_leaves_is_refused() -> None:
    """Of each leaf a row remembers by one bit of a word whether it can be meant."""
    with pytest.raises(ValueError, match=f"more than {MOST_LEAVES} leaves"):
        trees_from_lines(grown(Random(1), MOST_LEAVES + 1), COLUMNS)


def test_bits_beyond_reason_are_refused() -> None:
    """Two hundred thousand bits are no evidence, and no sum of 31 bits holds them."""
    lines = ["tree", "0 cosine 0.5 - 1 2 0", "1 -300000.0", "2 300000.0"]

    with pytest.raises(ValueError, match="beyond reason"):
        trees_from_lines(lines, COLUMNS)


@given(st.lists(st.floats(-1, 40) | st.none(), min_size=8, max_size=8))
@settings(max_examples=50, deadline=None)
def test_shares_add_up_to_the_sum(values: list[float | None]) -> None:
    """What each group of features says, with the base, is the whole score."""
    trees = load_listing_model().first
    columns = row()
    for place, value in enumerate(values):
        columns[0, place * 7] = np.nan if value is None else value
    shares = np.zeros((1, len(SIGNAL_GROUPS)), np.int64)
    trees.share(columns, shares)

    assert int(shares.sum()) + trees.base == int(trees.sum(columns)[0])


def test_the_shipped_model_is_its_own_text() -> None:
    """Reading what was written gives the same text, digest and decisions."""
    model = load_listing_model()
    text = model_to_text(model)
    again = model_from_text(text, "again")

    assert model_to_text(again) == text
    assert again.name == model.name
    assert not model.sided


@pytest.mark.parametrize("text", ["", "hello", "storekin-listings-model 1\n[words]\n"])
def test_what_is_no_model_is_said_so(text: str, tmp_path: Path) -> None:
    """The error names the file, and how to get a model."""
    path = tmp_path / "x.model"
    path.write_text(text, "utf-8")
    with pytest.raises(ModelFileError) as caught:
        storekin.match_listings(pa.table({"title": ["a", "b"]}), model=path)

    assert "x.model" in str(caught.value)
    assert "storekin train listings" in str(caught.value)


@pytest.mark.parametrize("line", ["alone = 1", 'settled = "no"', "sided = 0.5"])
def test_a_mark_that_is_neither_true_nor_false_is_refused(line: str) -> None:
    """A wrong one would pass for true, and change every score."""
    shipped = model_to_text(load_listing_model())
    name, _ = line.split(" = ")
    kept = [text for text in shipped.splitlines() if not text.startswith(f"{name} =")]
    broken = "\n".join([kept[0], line, *kept[1:]])

    with pytest.raises(ModelFileError, match=f"{name} is .* neither true nor false"):
        model_from_text(broken, "x")


def test_a_part_that_holds_no_tree_is_said_so() -> None:
    """A file that was cut off after the part's name."""
    text = model_to_text(load_listing_model())

    with pytest.raises(ModelFileError, match="holds no tree"):
        model_from_text(f"{text}[third]\n", "cut.model")


TITLES = [
    "Norvik wall clock oak NC482",
    "norvik oak clock nc-482 new",
    "Norvik wall clock oak NC485 black",
    "Takeo steel pan 28 cm",
    "takeo pan steel 24cm",
    "保温杯 500ml 黑色",
    "保温杯 不锈钢 500 ml",
]
NAMES = ["pair", *LISTING_SIGNALS]


@given(order=st.permutations(range(len(TITLES))))
@settings(max_examples=15, deadline=None)
def test_swapping_sides_changes_nothing(order: list[int]) -> None:
    """Left against right gives what right against left gives, signal by signal."""
    one = [TITLES[n] for n in order]
    other = [TITLES[n] for n in reversed(order)]
    forth = storekin.compare_listings(
        pa.table({"left_title": one, "right_title": other})
    )
    back = storekin.compare_listings(
        pa.table({"left_title": other, "right_title": one})
    )
    for name in ("probability", "bits", "level", *LISTING_SIGNALS):
        assert forth[name].to_pylist() == back[name].to_pylist()


def test_the_bits_of_all_signals_are_the_total() -> None:
    """An explanation is the whole of the score."""
    table = pa.table(
        {
            "listing": [f"l{n}" for n in range(len(TITLES))],
            "title": TITLES,
            "price": ["10", "11", None, "20", "22", None, "5"],
            "images": ["phash:94974f937d4c2433"] * 2 + [None] * 5,
        }
    )
    pairs = storekin.match_listings(table, floor=0.0)
    for pair in pairs.to_pylist():
        spoken = [pair[name] for name in LISTING_SIGNALS if pair[name] is not None]
        assert sum(spoken) == pytest.approx(pair["bits"], abs=1e-6)
