"""Models of Splink go out and come in, and their SQL sees nothing but the table."""

import json
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from storekin.adapters.splink import read_splink_model
from storekin.errors import ModelFileError, TrainingDataError
from storekin.identity.linking.columns import read_column_map
from storekin.wiring import learn_splink_model, link_by_splink

COLUMNS = read_column_map({"name": "person_name", "born": "date", "mail": "email"}, "m")


def people(count: int) -> pa.Table:
    """Two rows of each person; some mails are left out, some days are mistyped."""
    random = Random(3)
    rows = []
    for person in range(count):
        name = " ".join(
            "".join(random.choice("aeioklmnrst") for _ in range(6)) for _ in "12"
        )
        born = f"19{person % 60 + 30}-0{person % 9 + 1}-1{person % 10}"
        mail = f"box{person}@mail.example"
        rows.append((f"a{person:03d}", name, born, mail))
        slip = born[:-1] + "0" if person % 7 == 0 else born
        rows.append((f"b{person:03d}", name, slip, None if person % 5 == 0 else mail))
    names = ("unique_id", "name", "born", "mail")
    return pa.table({n: [row[place] for row in rows] for place, n in enumerate(names)})


MODEL = {
    "link_type": "dedupe_only",
    "unique_id_column_name": "unique_id",
    "probability_two_random_records_match": 0.2,
    "comparisons": [
        {
            "output_column_name": "town",
            "comparison_levels": [
                {
                    "sql_condition": '"town_l" IS NULL OR "town_r" IS NULL',
                    "label_for_charts": "empty",
                    "is_null_level": True,
                },
                {
                    "sql_condition": '"town_l" = "town_r"',
                    "label_for_charts": "equal",
                    "m_probability": 0.8,
                    "u_probability": 0.1,
                    "tf_adjustment_column": "town",
                    "tf_adjustment_weight": 1.0,
                },
                {
                    "sql_condition": "ELSE",
                    "label_for_charts": "different",
                    "m_probability": 0.2,
                    "u_probability": 0.8,
                },
            ],
        }
    ],
    "blocking_rules_to_generate_predictions": [
        {"blocking_rule": 'l."kind" = r."kind"', "sql_dialect": "duckdb"}
    ],
}
TOWNS = pa.table(
    {
        "unique_id": ["1", "2", "3", "4", "5"],
        "kind": ["x", "x", "x", "y", "x"],
        "town": ["celle", "celle", "emden", "celle", None],
    }
)


def written(tmp_path: Path, model: object) -> Path:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(model))
    return path


def test_a_model_weighs_as_its_m_and_u_say(tmp_path: Path) -> None:
    """Equal towns weigh log2(m / u) by how rare they are; an empty one nothing."""
    linked = link_by_splink(TOWNS, written(tmp_path, MODEL), 0.0)
    rows = {(row["left"], row["right"]): row for row in linked.pairs.to_pylist()}

    assert set(rows) == {(a, b) for a in "1235" for b in "1235" if a < b}
    # three of the four towns given are celle: log2(.8 / .75), not log2(.8 / .1)
    assert rows["1", "2"]["town"] == pytest.approx(0.09, abs=0.005)
    assert rows["1", "3"]["town"] == -2.0
    assert rows["1", "5"]["town"] is None
    assert rows["1", "5"]["probability"] == pytest.approx(0.2, abs=1e-6)


def test_what_goes_out_comes_in(tmp_path: Path) -> None:
    """A model learnt here finds the people by itself, as one of Splink's own would."""
    table = people(120)
    text, _ = learn_splink_model(table, COLUMNS)
    path = tmp_path / "model.json"
    path.write_text(text)
    model = read_splink_model(path)
    linked = link_by_splink(table, path, 0.5)
    pairs = linked.pairs.to_pylist()
    right = [row for row in pairs if row["left"][1:] == row["right"][1:]]

    assert list(model.comparisons) == ["name", "born", "mail"]
    for levels in model.comparisons.values():
        assert levels[0].m is None
        assert sum(level.m or 0 for level in levels) == pytest.approx(1)
        assert sum(level.u or 0 for level in levels) == pytest.approx(1)
    # two persons left their mail out and mistyped the day: no rule compares their rows
    assert {row["left"] for row in right} == {
        f"a{n:03d}" for n in range(120) if n not in (35, 105)
    }
    assert len(pairs) == len(linked.groups) == 118
    assert text == learn_splink_model(table, COLUMNS)[0]
    with pytest.raises(TrainingDataError, match="pairs of the table"):
        learn_splink_model(people(4), COLUMNS)


@pytest.mark.parametrize(
    "condition",
    [
        "(select count(*) from read_csv('{secret}')) > 0",
        "(select count(*) from read_text('{secret}')) > 0",
        "(select count(*) from '{secret}') > 0",
        "true); copy r to '{secret}.out'; select (true",
        "1 / 0 = nonsense",
    ],
)
def test_a_hostile_condition_reads_no_file(tmp_path: Path, condition: str) -> None:
    """A model from elsewhere is data: it sees the table alone."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    model = json.loads(json.dumps(MODEL))
    levels = model["comparisons"][0]["comparison_levels"]
    levels[1]["sql_condition"] = condition.format(secret=secret)
    with pytest.raises(ModelFileError, match="cannot be asked"):
        link_by_splink(TOWNS, written(tmp_path, model), 0.0)
    assert not Path(f"{secret}.out").exists()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"comparisons": []}, "needs comparisons"),
        ({"link_type": "link_only"}, "links tables"),
        ({"probability_two_random_records_match": 0}, "between 0 and 1"),
        ({"blocking_rules_to_generate_predictions": None}, "no model of Splink"),
    ],
)
def test_what_is_no_trained_model_is_refused(
    tmp_path: Path, change: dict[str, object], problem: str
) -> None:
    """The error says what a model needs."""
    with pytest.raises(ModelFileError, match=problem):
        read_splink_model(written(tmp_path, {**MODEL, **change}))


def test_an_untrained_level_and_a_missing_column_are_told(tmp_path: Path) -> None:
    """Each has its place: the level by its label, the column by the database's word."""
    model = json.loads(json.dumps(MODEL))
    del model["comparisons"][0]["comparison_levels"][1]["m_probability"]
    with pytest.raises(ModelFileError, match="'equal' has no m"):
        read_splink_model(written(tmp_path, model))
    with pytest.raises(ModelFileError, match="town"):
        link_by_splink(TOWNS.drop_columns("town"), written(tmp_path, MODEL), 0.0)
