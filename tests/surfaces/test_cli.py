"""The command line, as a user meets it."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from desk import COMMAND
from desk import completed as run


def test_help_is_fast_and_names_every_command() -> None:
    """Heavy libraries are not loaded to print help."""
    run("--help")
    started = time.perf_counter()
    result = run("--help")

    assert time.perf_counter() - started < 1.0
    for name in ("scan", "explain", "match", "compare", "demo", "policy"):
        assert name in result.stdout
    check = "import storekin.surfaces.cli.main, sys; print([m for m in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True
    ).stdout
    for heavy in ("numpy", "pyarrow", "numba", "duckdb", "rich"):
        assert f"'{heavy}'" not in loaded


def test_scanning_prints_a_sentence_each_and_the_report(
    demo_folder: Path, tmp_path: Path
) -> None:
    """The table, the notices, what was left out, and where the report lies."""
    out = tmp_path / "report"
    result = run("scan", demo_folder, "--out", out)

    assert result.returncode == 0
    assert "Duplicate registration" in result.stdout
    assert "Notice: 7 stores share one network" in result.stdout
    assert "rejected.csv" in result.stdout
    assert str(out / "report.html") in result.stdout
    summary = json.loads(run("scan", demo_folder, "--out", out, "--json").stdout)
    assert summary["associations"]["duplicate_registration"] == 3


def test_stores_ruled_apart_stay_apart(demo_folder: Path, tmp_path: Path) -> None:
    """A ruling is a row with two stores."""
    ruled = tmp_path / "apart.csv"
    ruled.write_text("left,right\nember-lighting,ember-lamps\n")
    arguments = ("scan", demo_folder, "--out", tmp_path / "r", "--json")
    found = json.loads(run(*arguments, "--apart", ruled).stdout)["associations"]
    ruled.write_text("one,two\na,b\n")
    wrong = run(*arguments, "--apart", ruled)

    assert "related" not in found
    assert wrong.returncode == 2
    assert "SK104" in wrong.stderr


def test_explaining_prints_rules_with_their_source(demo_folder: Path) -> None:
    """Evidence for and against, its bits, and who says what the rule is."""
    text = run("explain", demo_folder, "cedar-audio", "cedar-sound").stdout

    assert "Duplicate registration" in text
    assert "+19.00 bits" in text
    assert "confidence: medium" in text
    assert "Against:" in text
    data = json.loads(
        run("explain", demo_folder, "cedar-audio", "cedar-sound", "--json").stdout
    )
    assert data["associated"] == ["duplicate_registration"]


def test_matching_and_comparing_write_parquet(
    demo_folder: Path, tmp_path: Path
) -> None:
    """The matchers stand on their own."""
    pairs, scored = tmp_path / "pairs.parquet", tmp_path / "scored.parquet"
    matched = run("match", "listings", demo_folder / "listings.csv", "--out", pairs)
    given = tmp_path / "given.csv"
    given.write_text("left_title,right_title\nred mug,red mug\nred mug,oak clock\n")
    compared = run("compare", "listings", given, "--out", scored)
    people = tmp_path / "people.parquet"
    registered = run(
        "match", "registrations", demo_folder / "registrations.csv", "--out", people
    )

    assert (matched.returncode, compared.returncode, registered.returncode) == (0, 0, 0)
    assert "Left out: listings.csv:293 price" in matched.stdout
    assert pq.read_table(pairs).num_rows > 12
    assert pq.read_table(scored).num_rows == 2
    assert pq.read_table(people).column_names[:4] == [
        "left",
        "right",
        "probability",
        "bits",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("scan", "nowhere"), "SK101"),
        (("scan", ".", "--policy", "aliexpres"), "use 'aliexpress'"),
        (("scan", ".", "--as-of", "soon"), "does not match"),
        (("explain", "nowhere", "a", "b"), "SK101"),
        (("match", "listings", "nowhere.csv", "--out", "x.parquet"), "SK101"),
        (("match", "listings", "nowhere.csv", "--out", "x.xlsx"), "SK106"),
        (("policy", "lint", "nowhere.toml"), "SK203"),
        (("sacn",), "No such command"),
    ],
)
def test_wrong_input_is_an_error_with_a_fix(
    arguments: tuple[str, ...], words: str
) -> None:
    """Status 2, the problem and the fix on the error stream, no traceback."""
    result = run(*arguments)

    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_an_interrupt_that_a_library_swallows_is_one_all_the_same() -> None:
    """DuckDB tells of Ctrl-C by an error of its own: status 130, no traceback."""
    code = """
import os, signal, time
from storekin.surfaces.cli import main

def query(**_):
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
    except KeyboardInterrupt:
        raise RuntimeError("Query interrupted") from None

main.storekin = query
main.run()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    sent = "os.kill(os.getpid(), signal.SIGINT)"
    bug = subprocess.run(
        [sys.executable, "-c", code.replace(sent, "raise RuntimeError('a bug')")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert bug.returncode == 1
    assert "a bug" in bug.stderr


def test_an_interrupt_in_the_middle_leaves_nothing_half_done(tmp_path: Path) -> None:
    """Ctrl-C while a scan works: status 130, and the old result or none."""
    lines = ["listing,store,title"]
    lines += [
        f"L{n},s{n % 900},brand{n % 977} thing{n % 1231} red oak {n % 89} mug {n % 13}"
        for n in range(200_000)
    ]
    source = tmp_path / "listings.csv"
    source.write_text("\n".join(lines))
    out = tmp_path / "report"
    out.mkdir()
    (out / "summary.json").write_text("old")
    process = subprocess.Popen(
        [*COMMAND, "scan", str(source), "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "STOREKIN_THREADS": "1"},
    )
    time.sleep(2.0)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 130, errors.decode()
    assert b"Traceback" not in errors
    assert (out / "summary.json").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "listings.csv",
        "report",
    ]


def test_training_then_comparing_with_the_model(tmp_path: Path) -> None:
    """A model is fitted from the command line, said how good, and used."""
    rows = []
    for number in range(60):
        name = f"norvik clock {'abcdefghij'[number % 10]}{number} oak"
        rows.append((name, f"{name} new", "1"))
        rows.append((name, f"norvik clock z{number + 7} oak", "0"))
    pairs = tmp_path / "pairs.csv"
    lines = ["left_title,right_title,label", *(",".join(row) for row in rows)]
    pairs.write_text("\n".join(lines), "utf-8")
    model = tmp_path / "my.model"
    trained = run("train", "listings", pairs, "--out", model)

    assert trained.returncode == 0, trained.stderr
    assert "Learnt from 120 pairs, 60 of them matching" in trained.stdout
    out = tmp_path / "scored.parquet"
    assert (
        run("compare", "listings", pairs, "--model", model, "--out", out).returncode
        == 0
    )
    scored = pq.read_table(out)
    assert scored["label"].to_pylist() == [row[2] for row in rows]


def test_a_wrong_model_or_group_is_told_with_a_fix(tmp_path: Path) -> None:
    """Nothing is written when the arguments cannot be used."""
    listings = tmp_path / "listings.csv"
    listings.write_text("listing,title\na,red mug\nb,red mug\n", "utf-8")
    out = tmp_path / "out.parquet"
    wrong = run("match", "listings", listings, "--model", listings, "--out", out)
    group = run("train", "listings", listings, "--groups", "produkt", "--out", out)

    assert wrong.returncode == group.returncode == 2
    assert "SK107" in wrong.stderr
    assert "SK104" in group.stderr
    assert not out.exists()


def test_pictures_that_cannot_be_seen_are_told_of(tmp_path: Path) -> None:
    """Matching, comparing and training go on without them, and say so."""
    rows = [("a", "red mug", "gone.png"), ("b", "red mug", "../out.png")]
    listings = tmp_path / "listings.csv"
    lines = ["listing,title,images", *(",".join(row) for row in rows)]
    listings.write_text("\n".join(lines), "utf-8")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    pairs = tmp_path / "pairs.csv"
    titles = "left_title,right_title,left_images,right_images,label\n"
    words = ("tray", "mug")
    body = [f"mug {n},{words[n % 2]} {n},gone.png,bad.png,{n % 2}" for n in range(80)]
    pairs.write_text(titles + "\n".join(body), "utf-8")
    out = tmp_path / "out.parquet"
    matched = run("match", "listings", listings, "--out", out)
    told = json.loads(run("match", "listings", listings, "--out", out, "--json").stdout)
    compared = run("compare", "listings", pairs, "--out", out)
    trained = run("train", "listings", pairs, "--alone", "--out", tmp_path / "my.model")

    assert "1 pairs among 2 rows" in matched.stdout
    assert "picture 'gone.png': there is no such picture" in matched.stdout
    assert [one["line"] for one in told["rejected"]] == [0, 0]
    assert "'../out.png': the path leads out" in told["rejected"][1]["problem"]
    for result in (compared, trained):
        assert "such as 'gone.png': there is no such picture" in result.stdout
        assert "such as 'bad.png': it cannot be read" in result.stdout


def test_given_pairs_that_cannot_be_read_are_told_of(tmp_path: Path) -> None:
    """The others are scored; the first broken lines are named, the rest counted."""
    pairs, out = tmp_path / "pairs.jsonl", tmp_path / "scored.jsonl"
    good = '{"left_title": "red mug", "right_title": "red mug"}'
    pairs.write_text("\n".join([good, *["not json"] * 12, good]), "utf-8")
    told = run("compare", "listings", pairs, "--out", out)
    notes = json.loads(run("compare", "listings", pairs, "--out", out, "--json").stdout)

    assert len(out.read_text("utf-8").splitlines()) == 2
    assert "Note: left out: pairs.jsonl:2: " in told.stdout
    assert "Note: left out: pairs.jsonl:11: " in told.stdout
    assert "Note: and 2 more are left out" in told.stdout
    assert len(notes["notes"]) == 11


def test_a_title_that_hundreds_give_is_a_family_and_said_so(tmp_path: Path) -> None:
    """Each of them is paired with the first, never all with all, and a note tells."""
    listings = tmp_path / "listings.csv"
    same = [f"s{n},Norvik oak wall clock NC482" for n in range(300)]
    other = [f"o{n},thing {n * 7919} blue {n} kg" for n in range(300)]
    listings.write_text("\n".join(["listing,title", *same, *other]), "utf-8")
    out = tmp_path / "pairs.csv"
    told = run("match", "listings", listings, "--out", out, "--floor", "0")

    with out.open(encoding="utf-8-sig", newline="") as text:
        pairs = [(row["left"], row["right"]) for row in csv.DictReader(text)]
    named = [pair for pair in pairs if all(name.startswith("s") for name in pair)]
    assert len(named) == 299
    assert {left for left, _ in named} == {"s0"}
    assert "first one alone: 1. A picture" in told.stdout


def test_examples_stand_on_lines_of_their_own() -> None:
    """An example can be copied from the help."""
    text = run("match", "listings", "--help").stdout

    assert "\n      storekin match listings listings.csv --out pairs.parquet" in text


REGISTRATIONS = """store,phone,email,legal_person
a,13800138001,,王伟
b,13800138001,hongfa88@box.example,
c,,hongfa88@box.example,赵敏
"""


def test_groups_are_written_explained_and_judged(tmp_path: Path) -> None:
    """Match with groups, ask why, how, path and network, judge, and match again."""
    table, groups = tmp_path / "r.csv", tmp_path / "groups.jsonl"
    table.write_text(REGISTRATIONS, encoding="utf-8")
    out = ("--out", tmp_path / "p.parquet", "--groups", groups)
    first = run("match", "registrations", table, *out)
    why = json.loads(run("why", table, "a", "c", "--json").stdout)
    how = run("how", table, "a").stdout
    path = run("path", table, "a", "c", "--avoid", "b").stdout
    network = run("network", table, "a", "--steps", "2").stdout
    ruled = tmp_path / "judgements.jsonl"
    told = ("--reason", "two people", "--author", "kim")
    judged = run("judge", ruled, "a", "b", "not_same", *told)
    again = run(
        *("match", "registrations", table, *out),
        *("--earlier", groups, "--judgements", ruled),
    )

    assert "Groups: 1 made" in first.stdout
    assert [step["right"] for step in why["path"]] == ["b", "c"]
    assert how.count("probability") == 2
    assert "No chain" in path
    assert "c: 2 steps away" in network
    assert judged.returncode == 0
    assert "1 left" in again.stdout
    assert "SK105" in run("why", table, "a", "nobody").stderr


def test_any_table_is_linked_by_a_map_of_its_columns(tmp_path: Path) -> None:
    """The map names kinds; weights are learnt, written and used."""
    rows = [
        f"p{n},{name} {family},19{50 + n}-0{1 + n % 9}-1{n % 9},{town}"
        for n, (name, family, town) in enumerate(
            (name, family, town)
            for name in ("ana", "bert", "carla")
            for family in ("eder", "fuchs", "huber")
            for town in ("celle", "emden")
        )
    ]
    again = [row.replace("p", "q", 1) for row in rows[::3]]
    table, columns = tmp_path / "t.csv", tmp_path / "map.toml"
    table.write_text("\n".join(["id,name,born,town", *rows, *again]))
    columns.write_text('name = "person name"\nborn = "date"\ntown = "place"\n')
    weights, out = tmp_path / "w.toml", tmp_path / "p.parquet"
    trained = run(
        "train", "registrations", table, "--columns", columns, "--out", weights
    )
    linked = run(
        *("match", "registrations", table, "--columns", columns),
        *("--weights", weights, "--out", out, "--json"),
    )
    groups = tmp_path / "groups.jsonl"
    grouped = run(
        *("match", "registrations", table, "--columns", columns, "--out", out),
        *("--groups", groups, "--json"),
    )
    lines = [json.loads(line) for line in groups.read_text().splitlines()]
    assert len(lines) == json.loads(grouped.stdout)["groups"] > 0
    assert all(len(line["stores"]) > 1 for line in lines)
    columns.write_text('name = "persn"\n')
    wrong = run("match", "registrations", table, "--columns", columns, "--out", out)

    assert trained.returncode == 0
    assert json.loads(linked.stdout)["groups"] == len(again)
    assert "SK115" in wrong.stderr


def test_learnt_weights_are_used_by_match_and_compare(tmp_path: Path) -> None:
    """Weights learnt from a table, changed by hand, change what a phone says."""
    rows = [f"s{n},Name{n} Trading Ltd,1391234{n // 2:04d}" for n in range(12)]
    table, pairs = tmp_path / "r.csv", tmp_path / "pairs.csv"
    table.write_text("\n".join(["store,company_name,phone", *rows]))
    pairs.write_text("left_phone,right_phone\n13912340000,13912340000\n")
    weights, out = tmp_path / "w.toml", tmp_path / "out.parquet"
    trained = run("train", "registrations", table, "--out", weights, "--json")
    text = weights.read_text()
    part = text[text.index("[signals.same_phone]") :]
    base = next(line for line in part.splitlines() if line.startswith("base"))
    weights.write_text(text.replace(part, part.replace(base, "base = 16.0", 1)))
    chosen = ("--weights", weights, "--out", out, "--json")
    matched = run("match", "registrations", table, *chosen)
    found = pq.read_table(out)["same_phone"].to_pylist()
    compared = run("compare", "registrations", pairs, *chosen)
    scored = pq.read_table(out)["same_phone"].to_pylist()
    wrong = run("compare", "registrations", pairs, "--weights", table, "--out", out)

    assert json.loads(trained.stdout)["converged"] is True
    assert matched.returncode == compared.returncode == 0
    # 16 bits among a million stores are 6 among a thousand
    assert found == [6.0] * 6
    assert scored == [6.0]
    assert "SK107" in wrong.stderr
    assert wrong.returncode != 0
