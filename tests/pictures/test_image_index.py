"""Pictures are looked up among all, and the file survives what happens to it."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import EDITS, draw_scene, saved, seen

import storekin
from storekin.errors import IndexFileError, PictureError
from storekin.indexes.file import log_of
from storekin.indexes.log import ChangeLog
from storekin.listings.index import ListingIndex
from storekin.pictures.candidates import propose_pictures
from storekin.pictures.index import ImageIndex
from storekin.pictures.judge import recognise_pairs
from storekin.pictures.prints import Prints

SCENES = 12


@pytest.fixture(scope="module")
def prints() -> list[Prints]:
    return [seen(draw_scene(seed)) for seed in range(SCENES)]


@pytest.fixture
def index(prints: list[Prints]) -> ImageIndex:
    return storekin.ImageIndex.build((f"s{n}", one) for n, one in enumerate(prints))


def names(index: ImageIndex, picture: object) -> list[str]:
    return [found.picture for found in index.screen(picture)]  # type: ignore[arg-type]


def test_a_copy_finds_what_it_was_made_of(index: ImageIndex) -> None:
    """With what was done to it, and where it lies."""
    copy = saved(EDITS["mirrored"](draw_scene(3)))
    (found,) = index.screen(copy)

    assert found.picture == "s3"
    assert found.recognition.mirrored
    assert len(found.recognition.right_region) == 4
    assert names(index, seen(draw_scene(50))) == []


def test_what_is_added_is_found_and_what_is_removed_is_not(
    index: ImageIndex, tmp_path: Path
) -> None:
    """Another picture of the same name takes the place of the first."""
    path = tmp_path / "new.jpg"
    path.write_bytes(saved(draw_scene(60)))
    index.add("new", path)
    index.add("s1", seen(draw_scene(61)))

    assert names(index, seen(EDITS["padded"](draw_scene(60)))) == ["new"]
    assert names(index, seen(draw_scene(1))) == []
    assert names(index, seen(draw_scene(61))) == ["s1"]
    assert len(index) == SCENES + 1
    assert index.remove("new")
    assert not index.remove("new")
    assert "new" not in index
    assert names(index, seen(draw_scene(60))) == []


def test_saved_and_loaded_it_answers_the_same(
    index: ImageIndex, tmp_path: Path
) -> None:
    """Changes after saving go to a log, and a second reader catches up with them."""
    path = tmp_path / "pictures.index"
    index.save(path)
    index.add("late", seen(draw_scene(70)))
    index.remove("s2")
    again = ImageIndex.load(path)

    assert names(again, seen(draw_scene(70))) == ["late"]
    assert names(again, seen(draw_scene(2))) == []
    assert names(again, seen(draw_scene(4))) == ["s4"]
    assert len(again) == len(index)
    again.save(path)
    assert not log_of(path).exists()
    assert names(ImageIndex.load(path), seen(draw_scene(70))) == ["late"]


@pytest.mark.parametrize("lost", [1, 20, 5000])
def test_a_torn_log_loses_its_last_entry_alone(
    index: ImageIndex, tmp_path: Path, lost: int
) -> None:
    """What was written whole before a crash holds, and what is written after it."""
    path = tmp_path / "pictures.index"
    index.save(path)
    index.add("one", seen(draw_scene(80)))
    index.add("two", seen(draw_scene(81)))
    log = log_of(path)
    log.write_bytes(log.read_bytes()[:-lost])
    again = ImageIndex.load(path)

    assert "one" in again
    assert "two" not in again
    again.add("three", seen(draw_scene(82)))
    last = ImageIndex.load(path)
    assert ("one" in last, "two" in last, "three" in last) == (True, False, True)


def test_the_log_of_another_file_is_not_read(index: ImageIndex, tmp_path: Path) -> None:
    """A crash between putting a file in its place and clearing the log does no harm."""
    path = tmp_path / "pictures.index"
    index.save(path)
    index.add("late", seen(draw_scene(70)))
    old = log_of(path).read_bytes()
    index.remove("late")
    index.save(path)
    log_of(path).write_bytes(old)

    assert "late" not in ImageIndex.load(path)


def test_what_cannot_be_read_is_said_so(index: ImageIndex, tmp_path: Path) -> None:
    """No picture, no index, an index of something else."""
    with pytest.raises(PictureError):
        index.add("bad", b"no picture")
    assert "bad" not in index
    with pytest.raises(PictureError):
        index.screen(str(tmp_path / "missing.jpg"))
    path = tmp_path / "x.index"
    path.write_bytes(b"hello")
    with pytest.raises(IndexFileError):
        ImageIndex.load(path)
    ListingIndex.build({"listing": ["a"], "title": ["A red kettle"]}).save(path)
    with pytest.raises(IndexFileError, match="listings"):
        ImageIndex.load(path)
    with pytest.raises(IndexFileError):
        index.save(tmp_path / "nowhere" / "x.index")


def test_an_empty_index_is_an_index(tmp_path: Path) -> None:
    """Nothing is found in it; it is saved and filled like any other."""
    index = ImageIndex()
    assert names(index, seen(draw_scene(1))) == []
    index.save(tmp_path / "x.index")
    again = ImageIndex.load(tmp_path / "x.index")
    again.add("one", seen(draw_scene(1)))

    assert names(again, seen(draw_scene(1))) == ["one"]
    assert names(ImageIndex.load(tmp_path / "x.index"), seen(draw_scene(1))) == ["one"]


def test_screening_finds_what_matching_finds(prints: list[Prints]) -> None:
    """Each later picture, looked up among those before it: the very same pairs."""
    edited = [seen(EDITS[edit](draw_scene(n % 6))) for n, edit in enumerate(EDITS)]
    table = np.concatenate([*prints, *edited])
    left, right = propose_pictures(table)
    kept = recognise_pairs(table, table, left, right).recognised
    matched = set(zip(left[kept].tolist(), right[kept].tolist(), strict=True))
    index = ImageIndex()
    screened = set()
    for row in range(len(table)):
        one = table[row : row + 1]
        screened |= {
            (int(found.picture), row) for found in index.screen(one, most=len(table))
        }
        index.add(str(row), one)

    assert matched == screened
    assert len(matched) >= len(EDITS)


def test_a_picture_that_all_show_is_not_paired_with_itself_squared(
    prints: list[Prints],
) -> None:
    """Of three hundred copies each meets a few; the others still find their own."""
    copies = [seen(draw_scene(90), quality=60 + n % 30) for n in range(300)]
    table = np.concatenate([*prints, *copies, seen(EDITS["mirrored"](draw_scene(2)))])
    left, right = propose_pictures(table)
    kept = recognise_pairs(table, table, left, right).recognised
    left, right = left[kept], right[kept]

    assert (2, len(table) - 1) in set(zip(left.tolist(), right.tolist(), strict=True))
    assert set(range(SCENES + 1, SCENES + 300)) <= set(right.tolist())
    assert len(left) <= 300 * 101


NAMES = st.text(min_size=0, max_size=8)


@given(
    st.lists(st.tuples(NAMES, st.none() | st.binary(max_size=40)), max_size=12),
    st.integers(0, 400),
)
@settings(max_examples=60, deadline=None)
def test_a_log_gives_back_what_was_written_whole(
    tmp_path_factory: pytest.TempPathFactory,
    changes: list[tuple[str, bytes | None]],
    lost: int,
) -> None:
    """Cut anywhere, a log gives the first of what was written, and goes on from it."""
    path = tmp_path_factory.mktemp("log") / "x.log"
    log = ChangeLog(path, "serial")
    for change in changes:
        log.append([change])
    if path.exists():
        path.write_bytes(path.read_bytes()[: max(path.stat().st_size - lost, 0)])
    again = ChangeLog(path, "serial")
    kept = list(again)

    assert kept == changes[: len(kept)]
    assert lost or kept == changes
    again.append([("last", b"one")])
    assert list(ChangeLog(path, "serial")) == [*kept, ("last", b"one")]
    assert list(ChangeLog(path, "other")) == []
