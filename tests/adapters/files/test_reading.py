"""Real exports are read as they are; a bad row is named and loses no good one."""

import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.adapters.files.encoding import detect_encoding
from storekin.adapters.files.reader import read_portfolio
from storekin.errors import (
    EmptyPortfolioError,
    MissingColumnError,
    PortfolioNotFoundError,
    StorekinError,
    UnreadableFileError,
)

HEADER = "listing,store,title,price,created\n"
CHINESE = (
    "listing,store,title\nL1,店铺一,无线蓝牙耳机 充电盒\n"
    "L2,店铺二,不锈钢保温杯 500毫升\n"
)
JAPANESE = "listing,store,title\nL1,店A,ワイヤレスイヤホン\nL2,店B,ステンレスボトル\n"
FRENCH = "listing,store,title\nL1,a,Écouteurs sans fil à réduction\nL2,b,Crème brûlée\n"


def write(folder: Path, text: str | bytes, name: str = "listings.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "utf-8"),
        (CHINESE, "utf-8-sig"),
        (CHINESE, "gb18030"),
        (CHINESE, "utf-16"),
        (CHINESE, "utf-16-le"),
        (CHINESE, "utf-16-be"),
        (JAPANESE, "cp932"),
        (JAPANESE, "shift_jis"),
        (FRENCH, "cp1252"),
        (FRENCH, "utf-8"),
    ],
)
def test_every_encoding_of_exports_is_found(
    tmp_path: Path, text: str, encoding: str
) -> None:
    """The titles come out as they were written, whatever the file's encoding."""
    path = write(tmp_path, text.encode(encoding))
    titles = read_portfolio(path).listings["title"].to_pylist()

    assert titles == [line.split(",")[2] for line in text.splitlines()[1:]]


@pytest.mark.parametrize("before", ["", "L,s,red mug\n" * 40_000])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_broken_character_spoils_no_other(
    tmp_path: Path, before: str, mark: bytes
) -> None:
    """UTF-8 stays what it is; a note says how much of it cannot be read, and where."""
    rows = [f"L{number},s,蓝牙耳机 {number}" for number in range(20)]
    text = "listing,store,title\n" + before + "\n".join(rows) + "\n"
    raw = mark + text.encode().replace("L7,s,蓝".encode(), b"L7,s,\xe8\x93\xff")
    portfolio = read_portfolio(write(tmp_path, raw))

    titles = portfolio.listings["title"].to_pylist()
    line = text[: text.index("L7,s")].count("\n") + 1
    assert [title for title in titles if "\ufffd" in title] == ["\ufffd\ufffd牙耳机 7"]
    assert titles.count("蓝牙耳机 6") == 1
    (note,) = portfolio.notes
    assert "2 characters cannot be read as UTF-8" in note
    assert f"first in line {line:,};" in note


def test_accents_far_behind_plain_lines_are_read(tmp_path: Path) -> None:
    """What a legacy encoding is told by may come late in a file."""
    text = "listing,store,title\n" + "L,s,red mug\n" * 40_000 + FRENCH.split("\n", 1)[1]
    titles = read_portfolio(write(tmp_path, text.encode("cp1252"))).listings["title"]

    assert titles.to_pylist()[-1] == FRENCH.splitlines()[-1].split(",")[2]


def test_plain_english_is_utf_8() -> None:
    """A file of ASCII alone needs no guess."""
    assert detect_encoding(b"listing,title\n1,red mug\n") == "utf-8"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    """The separator is the one that yields columns which we know."""
    rows = [["listing", "store", "title"], ["L1", "a", "x, y; z"], ["L2", "b", "w"]]
    text = "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    listings = read_portfolio(write(tmp_path, text + "\n")).listings

    assert listings["title"].to_pylist() == ["x, y; z", "w"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(tmp_path: Path, end: str) -> None:
    """Lines of Unix, Windows and old Macs are lines, with the right numbers."""
    rows = ["listing,store,title,price", "L1,a,mug,5", "", "L2,b,cup,-6", "L3,c,pan,7"]
    portfolio = read_portfolio(write(tmp_path, end.join(rows) + end))

    assert portfolio.listings["listing"].to_pylist() == ["L1", "L3"]
    assert [r.line for r in portfolio.rejections] == [4]


def test_a_quoted_line_end_is_part_of_the_value(tmp_path: Path) -> None:
    """A title over two lines is one title, and later lines keep their numbers."""
    text = HEADER + 'L1,a,"two\nlines",5,2026-01-01\nL2,b,red mug,-5,2026-01-01\n'
    portfolio = read_portfolio(write(tmp_path, text))

    assert portfolio.listings["title"].to_pylist() == ["two\nlines"]
    assert [(r.line, r.column) for r in portfolio.rejections] == [(4, "price")]


def test_an_open_quote_swallows_nothing(tmp_path: Path) -> None:
    """A quote that never closes costs its own line at most."""
    text = HEADER + 'L1,a,"an open quote,5,2026-01-01\nL2,b,red mug,5,2026-01-01\n'
    portfolio = read_portfolio(write(tmp_path, text))

    assert "L2" in portfolio.listings["listing"].to_pylist()
    assert any("first on line 2" in note for note in portfolio.notes)


def test_a_mark_for_inches_leaves_other_values_whole(tmp_path: Path) -> None:
    """One odd quote on a line: values of others that hold a comma stay in one piece."""
    rows = ['L1,a,24" screen,5,2026-01-01', 'L2,b,"red, ""large"" mug",5,2026-01-01']
    portfolio = read_portfolio(write(tmp_path, HEADER + "\n".join(rows) + "\n"))

    assert portfolio.listings["title"].to_pylist() == ['24" screen', 'red, "large" mug']
    assert not portfolio.rejections
    assert any("first on line 2" in note for note in portfolio.notes)


def test_marks_for_inches_move_no_line_number(tmp_path: Path) -> None:
    """Two odd quotes far apart hold nothing together: each line is a record."""
    rows = [
        'L1,a,24" screen,5,',
        "L2,b,mug,-5,",
        "",
        'L3,a,30" screen,5,',
        "L4,b,cup,-6,",
    ]
    portfolio = read_portfolio(write(tmp_path, HEADER + "\n".join(rows) + "\n"))

    assert portfolio.listings["title"].to_pylist() == ['24" screen', '30" screen']
    assert [r.line for r in portfolio.rejections] == [3, 6]


def test_full_width_and_invisible_characters_are_folded(tmp_path: Path) -> None:
    """Digits in full width are digits; zero-width characters are nothing."""
    text = HEADER + "Ｌ１,ａ,red\u200b mug\ufeff,１２．５０,２０２６－０１－０２\n"
    row = read_portfolio(write(tmp_path, text)).listings.to_pylist()[0]

    assert row["listing"] == "L1"
    assert row["title"] == "red mug"
    assert row["price"] == 12.5
    assert row["created"].isoformat() == "2026-01-02"


@pytest.mark.parametrize(
    ("row", "line", "column", "problem"),
    [
        ("L2,b,red mug,-5,2026-01-01", 3, "price", "negative"),
        ("L2,b,red mug,cheap,2026-01-01", 3, "price", "not a number"),
        ("L2,b,red mug,5,2026-02-30", 3, "created", "no calendar day"),
        ("L2,b,red mug,5,03/04/2026", 3, "created", "could be two"),
        ("L1,b,red mug,5,2026-01-01", 3, "listing", "earlier row"),
        ("L2,,red mug,5,2026-01-01", 3, "store", "empty"),
        ("L2,b,,5,2026-01-01", 3, "title", "empty"),
        ("L2,b,red mug,5", 3, "", "4 fields"),
        ("L2,b,red mug,5,2026-01-01,more", 3, "", "6 fields"),
    ],
)
def test_a_bad_row_is_named_and_the_good_ones_are_used(
    tmp_path: Path, row: str, line: int, column: str, problem: str
) -> None:
    """Each fault has file, line, column, problem and fix; other rows are used."""
    text = HEADER + f"L1,a,blue mug,5,2026-01-01\n{row}\nL3,c,green mug,6,2026-01-01\n"
    portfolio = read_portfolio(write(tmp_path, text))
    rejection = portfolio.rejections[0]

    assert portfolio.listings["listing"].to_pylist() == ["L1", "L3"]
    assert len(portfolio.rejections) == 1
    assert (rejection.file, rejection.line) == ("listings.csv", line)
    assert rejection.column == column
    assert problem in rejection.problem
    assert rejection.fix


def test_attributes_that_are_no_json_cost_only_themselves(tmp_path: Path) -> None:
    """A listing is used without attributes that cannot be read, and that is said."""
    text = "listing,store,title,attributes\nL1,a,red mug,colour: red\n"
    text += 'L2,b,x,"{""a"": 1}"\n'
    portfolio = read_portfolio(write(tmp_path, text))

    assert portfolio.listings["attributes"].to_pylist() == [None, '{"a": 1}']
    assert [(r.line, r.used) for r in portfolio.rejections] == [(2, True)]


def test_unknown_columns_are_kept_out_and_named_once(tmp_path: Path) -> None:
    """A column that nothing reads is named in the notes."""
    text = "listing,store,title,Colour Code\nL1,a,mug,7\nL2,b,cup,8\n"
    portfolio = read_portfolio(write(tmp_path, text))

    assert "colour_code" not in portfolio.listings.column_names
    assert len(portfolio.notes) == 1
    assert "'colour_code'" in portfolio.notes[0]


def test_stores_are_taken_from_the_other_tables(tmp_path: Path) -> None:
    """A store without a row of its own is a store."""
    write(tmp_path, "store,platform\na,aliexpress\n", "stores.csv")
    write(tmp_path, "store,phone\nb,13800138000\n", "registrations.csv")
    write(tmp_path, "listing,store,title\nL1,c,mug\n", "listings.csv")
    portfolio = read_portfolio(tmp_path)

    assert portfolio.store_ids() == ["a", "b", "c"]
    assert any("2 stores" in note for note in portfolio.notes)


def test_all_formats_give_the_same_listings(tmp_path: Path) -> None:
    """CSV, JSON Lines, Parquet and XLSX of one table are read alike."""
    rows = [
        {"listing": "L1", "store": "a", "title": "red mug", "price": "5.5"},
        {"listing": "L2", "store": "b", "title": '5" pan', "price": "7"},
    ]
    paths = {kind: tmp_path / f"listings.{kind}" for kind in ("jsonl", "parquet")}
    paths["jsonl"].write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    pq.write_table(pa.Table.from_pylist(rows), paths["parquet"])
    paths["csv"] = write(
        tmp_path, 'listing,store,title,price\nL1,a,red mug,5.5\nL2,b,"5"" pan",7\n'
    )
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    paths["xlsx"] = tmp_path / "listings.xlsx"
    book.save(paths["xlsx"])
    tables = [read_portfolio(path).listings for path in paths.values()]

    assert all(table.equals(tables[0]) for table in tables)
    assert tables[0]["price"].to_pylist() == [5.5, 7.0]


def test_json_numbers_lists_and_bad_lines(tmp_path: Path) -> None:
    """Numbers become text where it is asked for, lists are joined, bad lines named."""
    lines = [
        '{"listing": 1, "store": "a", "title": "mug", "images": ["x.jpg", "y.jpg"]}',
        "not json",
        '{"listing": 2, "store": "b", "title": "cup", "attributes": {"size": "M"}}',
    ]
    path = tmp_path / "listings.jsonl"
    path.write_text("\n".join(lines))
    portfolio = read_portfolio(path)

    assert portfolio.listings["listing"].to_pylist() == ["1", "2"]
    assert portfolio.listings["images"].to_pylist() == ["x.jpg|y.jpg", None]
    assert json.loads(portfolio.listings["attributes"][1].as_py()) == {"size": "M"}
    assert [r.line for r in portfolio.rejections] == [2]


def test_a_workbook_holds_several_tables(tmp_path: Path) -> None:
    """Sheets are tables by their names."""
    book = openpyxl.Workbook()
    book.active.title = "Stores"
    book.active.append(["store", "platform"])
    book.active.append(["a", "ebay"])
    sheet = book.create_sheet("listings 2026")
    sheet.append(["listing", "store", "title"])
    sheet.append([1001, "a", "mug"])
    path = tmp_path / "portfolio.xlsx"
    book.save(path)
    portfolio = read_portfolio(path)

    assert portfolio.stores.num_rows == 1
    assert portfolio.listings["listing"].to_pylist() == ["1001"]


def test_an_id_of_two_files_is_used_once(tmp_path: Path) -> None:
    """The first file's row is used, and the repeat is told."""
    write(tmp_path, "listing,store,title\nL1,a,mug\n", "listings-1.csv")
    write(tmp_path, "listing,store,title\nL1,a,cup\nL2,a,pan\n", "listings-2.csv")
    portfolio = read_portfolio(tmp_path)

    assert portfolio.listings["title"].to_pylist() == ["mug", "pan"]
    assert len(portfolio.rejections) == 1


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    """A file turned upside down is the same portfolio."""
    lines = [f"L{n},s{n % 3},mug {n},{n},2026-01-01" for n in range(9)]
    one = write(tmp_path, HEADER + "\n".join(lines), "listings-a.csv")
    other = write(tmp_path, HEADER + "\n".join(lines[::-1]), "listings-b.csv")

    assert read_portfolio(one).listings.equals(read_portfolio(other).listings)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("listings.csv", b"", UnreadableFileError),
        ("listings.csv", b"\x00\x01\x02\x03" * 50, UnreadableFileError),
        ("listings.parquet", b"PAR1 not really", UnreadableFileError),
        ("listings.xlsx", b"PK not really", UnreadableFileError),
        ("listings.jsonl", b"[1, 2]\n", UnreadableFileError),
        ("listings.pdf", b"%PDF", UnreadableFileError),
        ("listings.csv", b"store,title\na,mug\n", MissingColumnError),
        ("listings.csv", b"listing,store,title\n,,\n", EmptyPortfolioError),
        ("listings.csv", b"listing,store,title\n", EmptyPortfolioError),
        ("listings.csv", b"listing,store,title", EmptyPortfolioError),
        ("listings.csv", b"listing", MissingColumnError),
        ("listings.csv", b"x", UnreadableFileError),
    ],
)
def test_an_unusable_file_is_an_error_with_a_fix(
    tmp_path: Path, name: str, content: bytes, error: type[Exception]
) -> None:
    """No file makes the reader crash: each is refused with what to do."""
    with pytest.raises(error) as caught:
        read_portfolio(write(tmp_path, content, name))

    assert "fix:" in str(caught.value)


def test_nothing_there_is_an_error_with_a_fix(tmp_path: Path) -> None:
    """A wrong path and an empty folder are both explained."""
    with pytest.raises(PortfolioNotFoundError):
        read_portfolio(tmp_path / "nowhere")
    with pytest.raises(EmptyPortfolioError):
        read_portfolio(tmp_path)


BYTES = HEADER.encode() + b'L1,a,red mug,5,2024-01-01\nL2,b,"blue\nmug",6,2024-01-02\n'


@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(BYTES)), st.binary(max_size=3)), max_size=8
    )
)
@settings(max_examples=150, deadline=None)
def test_no_damage_makes_the_reader_crash(
    edits: list[tuple[int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever was written over a file, it is read, or refused with a fix."""
    damaged = bytearray(BYTES)
    for place, new in edits:
        damaged[place : place + len(new)] = new
    path = tmp_path_factory.mktemp("damaged") / "listings.csv"
    path.write_bytes(damaged)
    try:
        portfolio = read_portfolio(path)
    except StorekinError as problem:
        assert problem.fix  # noqa: PT017 - either outcome is right
    else:
        assert portfolio.stores.num_rows > 0
