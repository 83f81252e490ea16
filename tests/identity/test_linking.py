"""Any table's rows linked by the kinds of its columns, with weights learnt from it."""

from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storekin.errors import ColumnMapError, ModelFileError
from storekin.identity.linking.columns import KINDS, Kind, read_column_map
from storekin.identity.linking.levels import LEVELS, compare_values
from storekin.workflows.link import learn_table_weights, link_table, load_column_map

MAP = {"given": "person name", "family": "person_name", "born": "date", "town": "place"}
GIVEN = ["ana", "bert", "carla", "dirk", "eva", "frank", "gina", "hugo", "ines", "kara"]
FAMILY = [
    "berger",
    "conrad",
    "dietz",
    "eder",
    "fuchs",
    "gruber",
    "huber",
    "kern",
    "lang",
]
TOWNS = ["aldorf", "bergen", "celle", "dornum", "emden", "fulda", "gotha", "hameln"]


def people(count: int, seed: int = 3) -> tuple[pa.Table, set[tuple[str, str]]]:
    """Make people, a third of them twice, the second time with a slip or two."""
    random = Random(seed)
    rows = []
    true = set()
    for number in range(count):
        row = {
            "id": f"p{number:04d}",
            "given": random.choice(GIVEN) + random.choice("aeiou"),
            "family": random.choice(FAMILY) + random.choice(["", "er", "mann"]),
            "born": f"{random.randint(1940, 2005)}-{random.randint(1, 12):02d}"
            f"-{random.randint(1, 28):02d}",
            "town": random.choice(TOWNS),
        }
        rows.append(row)
        if number % 3 == 0:
            again = {**row, "id": f"q{number:04d}"}
            slip = random.choice(["given", "family", "born", "town"])
            if slip == "born":
                again["born"] = row["born"][:-1] + str((int(row["born"][-1]) + 1) % 9)
            else:
                again[slip] = row[slip][:1] + row[slip][2:]
            if random.random() < 0.3:
                again["given"], again["family"] = again["family"], again["given"]
            rows.append(again)
            true.add((row["id"], again["id"]))
    random.shuffle(rows)
    return pa.Table.from_pylist(rows), true


def found_pairs(table: pa.Table, **more: Path) -> set[tuple[str, str]]:
    pairs = link_table(table, MAP, **more).pairs.to_pylist()
    return {(p["left"], p["right"]) for p in pairs if p["probability"] >= 0.5}


def test_weights_are_learnt_without_labels() -> None:
    """Nearly all that were written twice are found, swapped names included."""
    table, true = people(900)
    found = found_pairs(table)

    assert len(found & true) >= 0.93 * len(true)
    assert len(found & true) >= 0.93 * len(found)


def test_order_of_rows_changes_nothing() -> None:
    """The same rows in another order give the same pairs and bits."""
    table, _ = people(200)
    first = link_table(table, MAP)
    order = list(range(table.num_rows))
    Random(1).shuffle(order)
    again = link_table(table.take(pa.array(order)), MAP)

    assert again.pairs.equals(first.pairs)
    assert again.groups == first.groups


def test_bits_add_up_and_silence_says_nothing() -> None:
    """The columns' bits are the sum; what one side leaves out is null."""
    table, _ = people(300)
    towns = [None if n % 4 == 0 else t for n, t in enumerate(table["town"].to_pylist())]
    place = table.column_names.index("town")
    table = table.set_column(place, "town", pa.array(towns))
    pairs = link_table(table, MAP).pairs.to_pylist()
    names = ("person_name", "born", "town")

    assert any(pair["town"] is None for pair in pairs)
    for pair in pairs:
        assert pair["bits"] == pytest.approx(sum(pair[n] or 0 for n in names), abs=0.02)


def test_weights_are_written_read_and_used(tmp_path: Path) -> None:
    """The file of one table's weights gives that table's pairs again."""
    table, _ = people(300)
    text, converged = learn_table_weights(table, MAP)
    file = tmp_path / "weights.toml"
    file.write_text(text)

    assert converged
    assert found_pairs(table, weights=file) == found_pairs(table)
    with pytest.raises(ModelFileError, match="weights are for"):
        link_table(table, {"born": "date"}, weights=file)
    file.write_text(text.replace("  m = ", "  m = -", 1))
    with pytest.raises(ModelFileError, match="above 0"):
        link_table(table, MAP, weights=file)
    file.write_text("nothing")
    with pytest.raises(ModelFileError, match="no file of weights"):
        link_table(table, MAP, weights=file)


def test_maps_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    """An unknown kind, a missing column, no column, no TOML, a key that repeats."""
    table, _ = people(20)
    with pytest.raises(ColumnMapError, match="person_nam"):
        read_column_map({"given": "person_nam"}, "map.toml")
    with pytest.raises(ColumnMapError, match="'birth'"):
        link_table(table, {"birth": "date"})
    with pytest.raises(ColumnMapError, match="no column"):
        read_column_map({"columns": {"id": "key"}}, "map.toml")
    with pytest.raises(ColumnMapError, match="twice"):
        link_table(table, {"town": "key", "born": "date"})
    file = tmp_path / "map.toml"
    file.write_text("born = date")
    with pytest.raises(ColumnMapError, match="cannot be read"):
        load_column_map(file)
    file.write_text('[columns]\nborn = "date"\n"E-Post" = "e-mail"\nid = "key"\n')
    read = load_column_map(file)
    assert read.kinds == {"born": "date", "E-Post": "email"}
    assert read.key == "id"


def test_a_table_with_nothing_in_common_gives_no_pair() -> None:
    """One row, no row, rows without a value: nothing is found, and nothing breaks."""
    table, _ = people(30)
    for few in (table.slice(0, 0), table.slice(0, 1)):
        assert link_table(few, MAP).pairs.num_rows == 0
    empty = pa.table({"id": ["a", "b"], "born": pa.nulls(2, pa.string())})
    assert link_table(empty, {"born": "date"}).pairs.num_rows == 0


TEXT = st.from_regex(r"[a-d0-2]{1,4}( [a-d0-2]{1,4}){0,2}", fullmatch=True)


@pytest.mark.parametrize("kind", KINDS)
def test_levels_are_symmetric_and_equal_is_the_first(kind: Kind) -> None:
    """Swapping the sides changes no level; every level has its name."""

    @given(left=TEXT, right=TEXT)
    def hold(left: str, right: str) -> None:
        one = compare_values(kind, [left], [right])
        assert one.tolist() == compare_values(kind, [right], [left]).tolist()
        assert 0 <= one[0] < len(LEVELS[kind])
        if kind != "person_name":
            assert compare_values(kind, [left], [left]).tolist() == [0]

    hold()


def test_a_small_table_has_typical_weights() -> None:
    """Of four rows nothing is learnt: one phone and mailbox of two is still seen."""
    table = pa.table(
        {
            "id": ["a", "b", "c", "d"],
            "phone": ["030 1234567", "0301234567", "040 7654321", None],
            "mail": ["ana@box.example", "ana@box.example", "bo@box.example", None],
            "name": ["Ana Eder", "A. Eder", "Bo Lang", "Carl Kern"],
        }
    )
    kinds = {"phone": "phone", "mail": "e-mail", "name": "person name"}
    linked = link_table(table, kinds)
    likely = [p for p in linked.pairs.to_pylist() if p["probability"] >= 0.5]

    assert [(p["left"], p["right"]) for p in likely] == [("a", "b")]
    assert linked.rounds == 0
