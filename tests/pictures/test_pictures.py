"""A picture is known again under what sellers do to it; no other is taken for it."""

import json
import os
import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from scenes import EDITS, draw_scene, pad, saved, seen

import storekin
from storekin.errors import PictureError
from storekin.pictures.candidates import propose_pictures
from storekin.pictures.decode import SIDE, Small, decode_picture
from storekin.pictures.prints import Prints, chosen_frequencies, print_picture
from storekin.pictures.recognition import recognise
from storekin.pictures.turns import turn_keys
from storekin.workflows import images
from storekin.workflows.images import (
    find_pictures,
    match_pictures,
    match_references,
    see_pictures,
    tell_edit,
)

SCENES = 12


@pytest.fixture(scope="module")
def prints() -> list[Prints]:
    return [seen(draw_scene(seed)) for seed in range(SCENES)]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_picture_is_known_again(edit: str, prints: list[Prints]) -> None:
    """Ten of twelve at the least; keys alone propose two thirds or more."""
    edited = [seen(EDITS[edit](draw_scene(seed))) for seed in range(SCENES)]
    known = [
        recognise(one, other).recognised
        for one, other in zip(prints, edited, strict=True)
    ]
    left, right = propose_pictures(np.concatenate([*prints, *edited]))
    proposed = set(zip(left.tolist(), right.tolist(), strict=True))

    assert sum(known) >= SCENES - 2
    assert sum((n, n + SCENES) in proposed for n in range(SCENES)) >= SCENES * 2 // 3


def test_different_pictures_are_not_taken_for_one(prints: list[Prints]) -> None:
    """No two scenes, either way, however laid over one another."""
    for number, one in enumerate(prints):
        for other in prints[number + 1 :]:
            assert not recognise(one, other).recognised
            assert not recognise(other, one).recognised


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        ("mirrored", "The same picture, mirrored."),
        ("a quarter turn", "The same picture, turned by 90° against the clock."),
        ("grey", "The same picture."),
    ],
)
def test_what_was_done_is_said_in_words(edit: str, sentence: str) -> None:
    """In both languages, from how the pictures lie over one another."""
    one, other = seen(draw_scene(3)), seen(EDITS[edit](draw_scene(3)))
    told = tell_edit(recognise(one, other))

    assert told["en"] == sentence
    assert told["zh"].startswith("同一张图片")


def test_a_picture_with_a_ground_of_its_own_is_not_set_into_a_larger_one() -> None:
    """Saved again it fills as much as before; on more ground it fills less."""
    small = pad(draw_scene(3))
    sheet = Image.new("RGB", (800, 800), "white")
    sheet.paste(small, (150, 120))
    again = recognise(seen(small), seen(small, 60))

    assert tell_edit(again)["en"] == "The same picture."
    assert "fills" in tell_edit(recognise(seen(small), seen(sheet)))["en"]


@pytest.mark.parametrize("edit", ["cropped to 75", "a quarter turn", "padded"])
def test_swapped_pictures_say_the_same(edit: str) -> None:
    """Where the one lies in the other does not depend on who asks first."""
    one, other = seen(draw_scene(2)), seen(EDITS[edit](draw_scene(2)))
    forth, back = recognise(one, other), recognise(other, one)

    assert forth.recognised
    assert back.recognised
    assert (forth.hash_bits, forth.places) == (back.hash_bits, back.places)
    assert np.allclose(forth.left_region, back.right_region, atol=1e-3)
    assert np.allclose(forth.right_region, back.left_region, atol=1e-3)
    assert (forth.degrees + back.degrees) % 360 == 0


def test_a_crop_is_told_with_its_share_and_its_region() -> None:
    """Three quarters of each side are 56 %; they lie where they were cut from."""
    one, other = seen(draw_scene(4)), seen(EDITS["cropped to 75"](draw_scene(4)))
    found = recognise(one, other)
    corners = np.array(found.left_region)

    assert "cropped to 5" in tell_edit(found)["en"]
    assert np.allclose(corners[0], (0.1, 0.15), atol=0.03)
    assert np.allclose(corners[2], (0.85, 0.9), atol=0.03)


@given(st.integers(0, 2**64 - 1), st.booleans())
@settings(max_examples=50, deadline=None)
def test_four_quarters_and_two_mirrors_are_none(key: int, mirrored: bool) -> None:  # noqa: FBT001
    """Turning keys all the way round gives them back."""
    keys = np.array([key], np.uint64)
    once = turn_keys(keys, mirrored=mirrored, quarters=0)

    assert turn_keys(keys, mirrored=False, quarters=4) == keys
    assert turn_keys(once, mirrored=mirrored, quarters=0) == keys


def keys_of(grey: np.ndarray) -> np.ndarray:
    """Give the straight keys of a grey picture."""
    one = print_picture(Small.of(grey))[0]
    return one["keys"][0, : one["count"]].copy()


def test_turned_keys_are_those_of_the_turned_picture() -> None:
    """Swapping signs does what turning the picture and looking again does."""
    grey = decode_picture(saved(draw_scene(5))).grey
    square = np.ascontiguousarray(grey[: min(grey.shape), : min(grey.shape)])
    straight = keys_of(square)
    turned = keys_of(np.ascontiguousarray(np.rot90(square)))
    mirrored = keys_of(np.ascontiguousarray(square[:, ::-1]))
    known = set(turned.tolist())
    quarter = turn_keys(straight, mirrored=False, quarters=1)
    flipped = turn_keys(straight, mirrored=True, quarters=0)

    assert np.mean([key in known for key in quarter.tolist()]) > 0.5
    known = set(mirrored.tolist())
    assert np.mean([key in known for key in flipped.tolist()]) > 0.5


def test_the_frequencies_of_a_key_are_its_own_under_a_swap() -> None:
    """Sixty-four, each once, and with each the one with both swapped; 36 first, too."""
    pairs = [tuple(pair) for pair in chosen_frequencies().tolist()]

    assert len(set(pairs)) == 64
    for count in (36, 64):
        assert {(b, a) for a, b in pairs[:count]} == set(pairs[:count])


@given(seed=st.integers(0, 2**32), quality=st.integers(45, 95))
@settings(max_examples=12, deadline=None)
def test_a_picture_is_its_own_copy_and_its_mirror_twice(
    seed: int, quality: int
) -> None:
    """Saved again it is known; mirrored twice it is the very same; both ways alike."""
    scene = draw_scene(seed)
    one, copy = seen(scene), seen(scene, quality)
    twice = print_picture(
        decode_picture(saved(ImageOps.mirror(ImageOps.mirror(scene)), quality=80))
    )
    forth, back = recognise(one, copy), recognise(copy, one)

    assert np.array_equal(one, twice)
    assert forth.recognised
    assert forth.hash_bits <= 16
    assert (forth.places, forth.correlation) == (back.places, back.correlation)
    assert not forth.mirrored
    assert recognise(one, seen(ImageOps.mirror(scene))).mirrored


@given(st.permutations(range(6)))
@settings(max_examples=8, deadline=None)
def test_the_order_of_rows_changes_nothing(folder: Path, order: list[int]) -> None:
    """References are named in any order, in one cell or several: the same pairs."""
    cells = ["s1.jpg", "more/a.png", "s3.jpg|s4.jpg", "more/b.webp", "s0.jpg", None]
    shuffled = [cells[place] for place in order]
    plain, _ = match_references(pa.chunked_array([cells]), folder)
    other, _ = match_references(pa.chunked_array([shuffled]), folder)

    assert plain.num_rows == 2
    assert other.equals(plain)


def bomb() -> bytes:
    """A small PNG that claims to be 30,000 by 30,000 pixels."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IEND", b"")


BAD = {
    "empty": b"",
    "text": b"no picture at all",
    "cut off": saved(draw_scene(1))[:2000],
    "one pixel": saved(Image.new("RGB", (1, 1))),
    "a thread": saved(Image.new("RGB", (2000, 3))),
    "bomb": bomb(),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_picture_is_refused_with_a_reason(bad: str) -> None:
    """With a problem and a fix, and never by a crash."""
    with pytest.raises(PictureError) as caught:
        decode_picture(BAD[bad])

    assert caught.value.problem
    assert caught.value.fix


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "GIF", "BMP"])
def test_kinds_of_files_show_the_same(kind: str) -> None:
    """What a picture is saved as changes nothing of what is seen."""
    plain = seen(draw_scene(6))
    other = print_picture(decode_picture(saved(draw_scene(6), kind)))

    assert recognise(plain, other).recognised


def test_odd_modes_are_read() -> None:
    """CMYK, 16 bits, transparency on white, and a picture that lies on its side."""
    scene = draw_scene(7)
    plain = seen(scene)
    deep = Image.fromarray(np.asarray(scene.convert("L"), np.uint16) * 257)
    clear = scene.convert("RGBA")
    clear.putalpha(Image.new("L", scene.size, 255))
    lying = scene.rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    for data in (
        saved(scene.convert("CMYK")),
        saved(deep, "PNG"),
        saved(clear, "PNG"),
        saved(scene.quantize(128), "PNG"),
        saved(lying, exif=exif),
    ):
        found = recognise(plain, print_picture(decode_picture(data)))
        assert found.recognised
        assert found.correlation is not None
        assert found.degrees == 0


@pytest.mark.parametrize("tone", [0, 128, 255])
def test_a_plain_picture_says_nothing(tone: int) -> None:
    """One tone has no place to look at, and is no other picture."""
    plain = print_picture(Small.of(np.full((SIDE, SIDE), tone, np.uint8)))

    assert plain["count"][0] == 0
    assert not recognise(plain, plain).recognised
    assert not recognise(seen(draw_scene(8)), plain).recognised


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some scenes, two of them edited, and a broken file."""
    place = tmp_path_factory.mktemp("pictures")
    (place / "more").mkdir()
    for seed in range(5):
        draw_scene(seed).save(place / f"s{seed}.jpg", quality=85)
    EDITS["mirrored"](draw_scene(1)).save(place / "more" / "a.png")
    EDITS["padded"](draw_scene(3)).save(place / "more" / "b.webp")
    (place / "broken.jpg").write_bytes(b"\xff\xd8 no more")
    return place


def test_a_folder_of_pictures_is_matched(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both copies are found, the broken file is named, and threads change nothing."""
    whole = see_pictures(find_pictures(folder), folder)
    pairs = match_pictures(whole)
    monkeypatch.setenv("STOREKIN_THREADS", "1")
    alone = match_pictures(see_pictures(find_pictures(folder), folder))

    assert [(row["left"], row["right"]) for row in pairs.to_pylist()] == [
        ("more/a.png", "s1.jpg"),
        ("more/b.webp", "s3.jpg"),
    ]
    assert [name for name, _ in whole.faults] == ["broken.jpg"]
    assert alone.equals(pairs)


def test_an_interrupted_run_goes_on_where_it_was(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was seen is kept; a file that changed since is seen again."""
    paths = find_pictures(folder)
    kept = tmp_path / "pairs.seen"
    asked: list[Path] = []

    def decode(path: Path) -> Small:
        asked.append(path)
        if len(asked) == 4:
            raise KeyboardInterrupt
        return decode_picture(path)

    monkeypatch.setattr(images, "decode_picture", decode)
    monkeypatch.setattr(images, "_KEPT_AT_ONCE", 2)
    with pytest.raises(KeyboardInterrupt):
        see_pictures(paths, folder, kept=kept)
    before = len(asked)
    again = see_pictures(paths, folder, kept=kept)

    assert before + len(paths) - 2 == len(asked)
    assert again.names == see_pictures(paths, folder).names
    asked.clear()
    stat = paths[0].stat()
    os.utime(paths[0], ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    changed = see_pictures(paths, folder, kept=kept)
    assert asked == [paths[0]]
    assert np.array_equal(changed.prints, again.prints)
    assert [name for name, _ in changed.faults] == ["broken.jpg"]


def test_a_name_that_is_no_text_is_read_like_any_other(tmp_path: Path) -> None:
    """Its bytes are written out, in the pairs, in the log and in what went wrong."""
    odd = tmp_path / os.fsdecode(b"caf\xff.jpg")
    bad = tmp_path / os.fsdecode(b"no\xfe.jpg")
    (tmp_path / "plain.jpg").write_bytes(saved(draw_scene(1)))
    odd.write_bytes(saved(draw_scene(1)))
    bad.write_bytes(b"no picture")
    kept = tmp_path / "pairs.seen"
    for _ in range(2):
        whole = see_pictures(find_pictures(tmp_path), tmp_path, kept=kept)
        pairs = match_pictures(whole)

        assert pairs["left"].to_pylist() == ["caf\\xff.jpg"]
        assert [name for name, _ in whole.faults] == ["no\\xfe.jpg"]
        assert "no\\xfe.jpg" in whole.faults[0][1].problem


def test_a_table_names_pictures_and_ready_hashes(folder: Path) -> None:
    """Hashes meet among their own kind, files among files, and bad paths are named."""
    cells = [
        "s1.jpg|phash:94974f937d4c2433",
        "more/a.png| phash:94974f937d4c2430 ",
        "dhash:94974f937d4c2431|https://shop.example/x.jpg",
        "../outside.jpg|missing.jpg|broken.jpg",
        None,
    ]
    pairs, seen = match_references(pa.chunked_array([cells]), folder)

    assert [
        (row["left"], row["right"], row["hash_bits"]) for row in pairs.to_pylist()
    ] == [
        ("more/a.png", "s1.jpg", pairs["hash_bits"][0].as_py()),
        ("phash:94974f937d4c2430", "phash:94974f937d4c2433", 2),
    ]
    assert pairs["because"].to_pylist() == [
        "The same picture, mirrored.",
        "Nearly the same picture: 2 of 64 signs differ.",
    ]
    assert {name for name, _ in seen.faults} == {
        "../outside.jpg",
        "missing.jpg",
        "broken.jpg",
    }


def test_ready_hashes_of_a_mirrored_picture_meet() -> None:
    """Odd columns of a pHash are turned, a dHash is read from its other end."""
    cells = [
        "phash:94974f937d4c2433",
        "phash:c1c21ac628197166",
        "dhash:0102030405060708",
        "dhash:7fbf3fdf5f9f1fef",
        "phash:94974f937d4c2431",
    ]
    pairs, _ = match_references(pa.chunked_array([cells]), None)

    assert [
        (row["left"][:10], row["right"][:10], row["hash_bits"], row["mirrored"])
        for row in pairs.to_pylist()
    ] == [
        ("dhash:0102", "dhash:7fbf", 0, True),
        ("phash:9497", "phash:9497", 1, False),
        ("phash:9497", "phash:c1c2", 1, True),
        ("phash:9497", "phash:c1c2", 0, True),
    ]
    assert pairs["because"].to_pylist()[0] == (
        "Nearly the same picture, mirrored: 0 of 64 signs differ."
    )


def test_a_colour_variant_is_told_from_the_picture_itself() -> None:
    """As bright as before, blue for red: recognised, and in another colour."""
    bright, blue, red = draw_scene(3).convert("YCbCr").split()
    other = Image.merge("YCbCr", (bright, red, blue)).convert("RGB")
    found = recognise(seen(draw_scene(3)), seen(other))

    assert found.recognised
    assert found.recoloured
    assert tell_edit(found)["en"] == "The same picture, in another colour."
    for edit in ("grey", "brighter", "banner", "mirrored"):
        assert not recognise(
            seen(draw_scene(3)), seen(EDITS[edit](draw_scene(3)))
        ).recoloured


def test_the_python_api_matches_and_compares(folder: Path) -> None:
    """The same as the command line, on paths and tables."""
    pairs = storekin.match_images(folder)
    named = storekin.match_images(
        pa.table({"images": ["s1.jpg", "more/a.png"]}), folder=folder
    )
    found = storekin.compare_images(folder / "s3.jpg", str(folder / "more" / "b.webp"))

    assert pairs.num_rows == 2
    assert named.num_rows == 1
    assert found.recognised
    assert found.right_filled < 0.5
    with pytest.raises(PictureError):
        storekin.match_images("nowhere")


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "storekin.surfaces.cli", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


def test_the_command_line_matches_and_compares(folder: Path, tmp_path: Path) -> None:
    """A table of pairs; a sentence, and both pictures side by side."""
    out = tmp_path / "pairs.parquet"
    matched = run("match", "images", folder, "--out", out)
    beside = tmp_path / "beside.png"
    compared = run(
        "compare",
        "images",
        folder / "s1.jpg",
        folder / "more" / "a.png",
        "--out",
        beside,
    )
    told = json.loads(
        run("compare", "images", folder / "s1.jpg", folder / "s2.jpg", "--json").stdout
    )

    assert pq.read_table(out).num_rows == 2
    assert "7 pictures, 2 pairs" in matched.stdout
    assert "broken.jpg" in matched.stdout
    assert compared.stdout.startswith("The same picture, mirrored.")
    with Image.open(beside) as sheet:
        assert sheet.size[1] > 480
    assert told["recognised"] is False
    assert told["because"]["zh"] == "未能识别为同一张图片。"


@pytest.mark.parametrize(
    "words",
    [
        ("match", "images", "nowhere", "--out", "x.parquet"),
        ("compare", "images", "a", "b"),
    ],
)
def test_a_missing_picture_is_said_so(words: tuple[str, ...]) -> None:
    """With its code, and without a traceback."""
    done = run(*words)

    assert done.returncode != 0
    assert "SK114" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_cameras_jpeg_is_set_upright(orientation: int) -> None:
    """Whichever way its EXIF says that it was held, as the upright picture itself."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    held, upright = BytesIO(), BytesIO()
    draw_scene(3).resize((700, 500)).save(held, "JPEG", quality=95, exif=exif)
    ImageOps.exif_transpose(Image.open(held)).save(upright, "PNG")
    one, other = decode_picture(held.getvalue()), decode_picture(upright.getvalue())
    assert one.grey.shape == other.grey.shape
    assert np.abs(one.grey.astype(int) - other.grey).mean() < 2
    assert recognise(print_picture(one), print_picture(other)).recognised


def test_a_grey_jpeg_has_no_colours_and_a_torn_one_is_refused() -> None:
    """The faster decoder takes the first; the second is told as before."""
    out = BytesIO()
    draw_scene(5).resize((640, 480)).convert("L").save(out, "JPEG", quality=95)
    seen_grey = decode_picture(out.getvalue())
    assert np.abs(seen_grey.tints[..., 1:].astype(int) - 128).max() <= 1
    with pytest.raises(PictureError, match="cannot be decoded"):
        decode_picture(out.getvalue()[: len(out.getvalue()) // 2])
