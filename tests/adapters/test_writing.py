"""Tables as files: the name says the format, and no cell is a formula."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from storekin.adapters.files.writing import check_table_name, write_table_file
from storekin.errors import OutputFolderError

TABLE = pa.table(
    {
        "left": ["a", "=HYPERLINK(1)", None],
        "=bits": pa.array([1.5, None, -2.25], pa.float32()),
        "kinds": pa.array(["+1", "x", None]).dictionary_encode(),
        "parts": [["红", 'say "x"'], [], None],
    }
)


def written(folder: Path, name: str) -> Path:
    file = folder / "part"
    write_table_file(TABLE, folder / name, file)
    return file


@pytest.mark.parametrize("name", ["t.csv", "T.CSV"])
def test_a_csv_is_for_spreadsheets(tmp_path: Path, name: str) -> None:
    """UTF-8 with its mark, nothing that is calculated, null empty, parts as JSON."""
    file = written(tmp_path, name)

    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.reader(text))
    assert rows == [
        ["left", "'=bits", "kinds", "parts"],
        ["a", "1.5", "'+1", '["红", "say \\"x\\""]'],
        ["'=HYPERLINK(1)", "", "x", "[]"],
        ["", "-2.25", "", ""],
    ]


@pytest.mark.parametrize("name", ["t.jsonl", "it's.ndjson"])
def test_lines_hold_what_the_table_holds(tmp_path: Path, name: str) -> None:
    """One object a row, in the rows' order, null where nothing is known."""
    lines = written(tmp_path, name).read_text("utf-8").splitlines()

    assert [json.loads(line) for line in lines] == TABLE.to_pylist()


def test_parquet_is_read_back_the_same(tmp_path: Path) -> None:
    assert pq.read_table(written(tmp_path, "t.parquet")).to_pylist() == (
        TABLE.to_pylist()
    )


@pytest.mark.parametrize(
    ("name", "words"), [("t.xlsx", "as .xlsx"), ("t", "does not say the format")]
)
def test_other_names_are_refused(name: str, words: str) -> None:
    """Before any work, and with the names that would do."""
    with pytest.raises(OutputFolderError, match=words) as refused:
        check_table_name(Path(name))

    assert refused.value.fix == "let the name end in .parquet, .csv or .jsonl"


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.parquet"])
def test_a_place_that_is_not_there_is_an_error_of_the_system(
    tmp_path: Path, name: str
) -> None:
    """Whoever puts files in their place knows what to say of it."""
    with pytest.raises(OSError):  # noqa: PT011 - each library words it in its own way
        write_table_file(TABLE, Path(name), tmp_path / "nowhere" / "part")


def test_an_empty_table_has_its_header(tmp_path: Path) -> None:
    file = tmp_path / "part"
    write_table_file(TABLE.slice(0, 0), Path("t.csv"), file)
    assert file.read_text("utf-8-sig").splitlines() == [
        '"left","\'=bits","kinds","parts"'
    ]
