"""Pictures of listings: recognised under edits, told from variants, rare or common."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scenes import EDITS, draw_scene
from scipy.fft import dctn

import storekin
from storekin.listings.picture_pairs import find_picture_pair
from storekin.listings.pictures import (
    EDITED_BITS,
    RECOLOURED_BITS,
    hashes_of,
    near_pictures,
    read_pictures,
)
from storekin.listings.prepared import PreparedListings, prepare_listings
from storekin.listings.vector import column, compare_pairs
from storekin.pictures.ready import (
    MIRRORED_BITS,
    SCHEMES,
    as_common,
    from_common,
    mirrored_hashes,
    near_mirrored,
    pack_hashes,
    radius_of,
)
from storekin.records.tables import column_names

FloatArray = npt.NDArray[np.float64]


def recoloured(picture: Image.Image) -> Image.Image:
    """As bright as before, blue for red."""
    bright, blue, red = picture.convert("YCbCr").split()
    return Image.merge("YCbCr", (bright, red, blue)).convert("RGB")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six products; a mirrored copy, a crop, one in another colour, a plain tile."""
    place = tmp_path_factory.mktemp("listings")
    for seed in range(6):
        draw_scene(seed).save(place / f"p{seed}.jpg", quality=88)
    EDITS["mirrored"](draw_scene(0)).save(place / "mirrored.jpg", quality=80)
    EDITS["cropped to 75"](draw_scene(1)).save(place / "crop.webp")
    recoloured(draw_scene(2)).save(place / "colour.jpg", quality=85)
    Image.new("RGB", (300, 300), "white").save(place / "tile.png")
    return place


def images(*cells: str) -> pa.ChunkedArray:
    return pa.chunked_array([list(cells)])


def test_edited_files_are_near_and_a_variant_is_not(folder: Path) -> None:
    """An edit counts for a saved copy; another colour never does; the rest is far."""
    pictures = read_pictures(
        images("p0.jpg", "mirrored.jpg", "p1.jpg", "crop.webp", "p2.jpg", "colour.jpg"),
        folder,
    )
    hashes = hashes_of(pictures)
    main = pictures.main
    distance = hashes.distance(main[[0, 2, 4, 0]], main[[1, 3, 5, 2]])

    assert distance[0] <= EDITED_BITS
    assert distance[1] <= EDITED_BITS
    assert distance[2] == RECOLOURED_BITS
    assert distance[3] > 13
    left, right = near_pictures(hashes, 8, few=True)
    near = set(zip(left.tolist(), right.tolist(), strict=True))
    assert {tuple(sorted(main[n : n + 2].tolist())) for n in (0, 2, 4)} <= near


def test_a_plain_tile_and_a_file_shown_twice_say_what_they_are(folder: Path) -> None:
    """A tile of one tone is no picture; one file under two names is one picture."""
    (folder / "again.jpg").write_bytes((folder / "p3.jpg").read_bytes())
    pictures = read_pictures(images("tile.png", "p3.jpg", "again.jpg"), folder)

    assert pictures.main[0] == -1
    assert pictures.main[1] == pictures.main[2]
    assert pictures.faults == ()


def prepared(folder: Path, titles: list[str], cells: list[str]) -> PreparedListings:
    """Read listings whose pictures lie in a folder, each of its own store."""
    columns = {
        name: pa.nulls(len(titles), pa.float64() if name == "price" else pa.string())
        for name in column_names("listings")
    }
    columns["title"], columns["images"] = pa.array(titles), pa.array(cells)
    table = pa.table(columns)
    return prepare_listings(table, np.arange(len(titles), dtype=np.int32), folder)


def test_several_pictures_share_as_many_as_either_has(folder: Path) -> None:
    """Two of three in common are two thirds; one that meets two counts once."""
    cells = ["p0.jpg|p1.jpg|p4.jpg", "mirrored.jpg|crop.webp|p5.jpg|p3.jpg"]
    listings = prepared(folder, ["Norvik oak clock", "Takeo steel pan"], cells)
    vector = compare_pairs(listings, np.array([0]), np.array([1]))

    assert column(vector, "pictures_shared")[0] == pytest.approx(2 / 3)
    assert column(vector, "hash_bits")[0] <= EDITED_BITS


def test_each_listing_names_its_own_picture(folder: Path) -> None:
    """One file under two names: the evidence says which listing has which."""
    (folder / "other.jpg").write_bytes((folder / "p3.jpg").read_bytes())
    cells = ["p5.jpg|other.jpg", "p4.jpg|p3.jpg"]
    listings = prepared(folder, ["Norvik oak clock", "Takeo steel pan"], cells)
    pair = find_picture_pair(listings.pictures, 0, 1)
    back = find_picture_pair(listings.pictures, 1, 0)

    assert pair is not None
    assert back is not None
    assert (pair.left, pair.right) == ("other.jpg", "p3.jpg")
    assert (back.left, back.right) == ("p3.jpg", "other.jpg")


def test_a_picture_of_many_unlike_products_is_common_under_edits(
    folder: Path,
) -> None:
    """A delivery banner, each time saved anew, says no more than one file of it."""
    count = 60
    for n in range(count):
        draw_scene(40).save(folder / f"banner{n}.jpg", quality=50 + n % 45)
    banners = [f"banner{n}.jpg" for n in range(count)]
    titles = [f"kettle{n % 20} red{n % 7} house{n % 11} {n}" for n in range(count)]
    unlike = prepared(folder, titles, banners)
    alike = prepared(folder, ["Norvik oak clock NC482"] * count, banners)

    assert len(unlike.pictures.names) > count // 2
    assert unlike.picture_carriers.min() >= 6
    assert alike.picture_carriers.max() == 1


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("bits", [32, 64, 128, 256])
def test_distances_of_all_kinds_are_put_on_one_scale(scheme: str, bits: int) -> None:
    """None is none, each radius is a pHash's, more is never less, and back again."""
    own = radius_of(scheme, bits)
    told = as_common(np.arange(bits + 1).astype(float), scheme, bits)

    assert told[0] == 0
    assert (np.diff(told) >= 0).all()
    assert told[own.near] == pytest.approx(7)
    assert told[own.wide] == pytest.approx(13)
    assert from_common(7, scheme, bits) == own.near


def cosine_hash(grey: FloatArray, side: int, first: int) -> str:
    """Hash a picture by the signs of its lowest frequencies, as pHash and PDQ do."""
    low = dctn(grey, norm="ortho")[first : first + side, first : first + side]
    bits = (low > np.median(low)).ravel()
    # PDQ is written with its last sign first
    return np.packbits(bits[::-1] if first else bits).tobytes().hex()


def slope_hash(grey: FloatArray) -> str:
    """Hash a picture by where it grows brighter to the right: dHash."""
    small = grey[:64, :72].reshape(8, 8, 9, 8).mean(axis=(1, 3))
    return np.packbits(np.diff(small, axis=1) > 0).tobytes().hex()


def mean_hash(grey: FloatArray) -> str:
    """Hash a picture by where it is brighter than its mean: aHash."""
    small = grey[:64, :64].reshape(8, 8, 8, 8).mean(axis=(1, 3))
    return np.packbits(small > small.mean()).tobytes().hex()


@pytest.mark.parametrize(
    ("scheme", "hashed", "most"),
    [
        ("phash", lambda grey: cosine_hash(grey[:64, :64], 8, 0), 8),
        ("phash", lambda grey: cosine_hash(grey[:64, :64], 16, 0), 12),
        ("pdq", lambda grey: cosine_hash(grey[:64, :64], 16, 1), 22),
        ("dhash", slope_hash, 0),
        ("ahash", mean_hash, 0),
        ("whash", mean_hash, 0),
    ],
)
def test_a_mirrored_pictures_hash_is_known_from_the_hash(
    scheme: str, hashed: Callable[[FloatArray], str], most: int
) -> None:
    """Hashes of mirrored scenes are those foretold, and far from those as they lie."""
    for seed in range(6):
        scene = np.asarray(draw_scene(seed).convert("L").resize((72, 64)), np.float64)
        wide = 72 if hashed is slope_hash else 64
        scene = scene[:, :wide]
        own, turned = hashed(scene), hashed(np.ascontiguousarray(scene[:, ::-1]))
        bits = 4 * len(own)
        codes = pack_hashes([own, turned])
        foretold = mirrored_hashes(codes, scheme, bits)

        assert np.bitwise_count(foretold[0] ^ codes[1]).sum() <= most
        assert np.bitwise_count(codes[0] ^ codes[1]).sum() > bits // 8
        assert (mirrored_hashes(foretold, scheme, bits) == codes).all()


def test_a_hash_of_an_odd_length_has_no_mirrored_one() -> None:
    codes = pack_hashes(["0123456789abcdef01234567"] * 2)

    assert (mirrored_hashes(codes, "phash", 96) == codes).all()
    assert len(near_mirrored(codes, 4, "phash", 96)[0]) == 0


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, (1 << 64) - 1), min_size=2, max_size=30),
    st.sampled_from(SCHEMES),
    st.integers(0, 24),
)
def test_mirrored_pairs_are_those_of_the_definition(
    values: list[int], scheme: str, radius: int
) -> None:
    """The join finds what laying each over each other, mirrored, finds."""
    codes = np.array(values, np.uint64).reshape(-1, 1)
    turned = mirrored_hashes(codes, scheme, 64)
    left, right = near_mirrored(codes, radius, scheme, 64)

    apart = np.bitwise_count(codes ^ turned.T)
    one, other = np.nonzero(np.triu(apart <= radius, 1))
    assert list(zip(left, right, strict=True)) == list(zip(one, other, strict=True))
    assert (apart == apart.T).all()


MIRRORED = ("phash:94974f937d4c2433", "phash:c1c21ac628197166")


def test_a_listing_with_the_picture_mirrored_is_found() -> None:
    """Unlike titles with one hash and its mirrored one meet; scan and screen agree."""
    rows = catalogue(None).to_pylist()
    rows[3]["images"], rows[200]["images"] = MIRRORED
    table = pa.Table.from_pylist(rows)
    found = storekin.match_listings(table, floor=0.0)
    pairs = zip(found["left"].to_pylist(), found["right"].to_pylist(), strict=True)
    place = list(pairs).index(("l0003", "l0200"))
    index = storekin.ListingIndex.build(table)
    quick, thorough = (
        {
            hit.listing: hit.probability
            for hit in index.screen(rows[200], floor=0.0, thorough=all_of_it)
        }
        for all_of_it in (False, True)
    )

    assert found["similar_image"][place].as_py() > 0
    assert "l0003" in quick
    assert thorough["l0003"] == found["probability"][place].as_py()
    pictures = read_pictures(table["images"], None)
    one, other = pictures.main[[3]], pictures.main[[200]]
    assert hashes_of(pictures).distance(one, other)[0] == MIRRORED_BITS


def catalogue(common: str | None) -> pa.Table:
    """600 unlike listings and ten copies, each with its own picture and *common*."""
    chance = np.random.default_rng(4)
    starts = [a + b for a in "bdfgkmprst" for b in "aeiou"]
    words = [one + other for one in starts for other in starts[:18]]
    titles = [" ".join(chance.choice(words, 6)) + f" {n}w" for n in range(600)]
    hashes = [f"phash:{int(h):016x}" for h in chance.integers(0, 2**63, 600)]
    titles += [f"{title} new" for title in titles[:10]]
    hashes += hashes[:10]
    extra = "" if common is None else f"|{common}"
    return pa.table(
        {
            "listing": [f"l{n:04d}" for n in range(610)],
            "title": titles,
            "images": [f"{one}{extra}" for one in hashes],
        }
    )


NOBODYS = "phash:94974f937d4c2433"


def test_a_picture_that_all_listings_carry_changes_nothing() -> None:
    """A logo or a delivery banner is nobody's product picture: it is left out."""
    plain = storekin.match_listings(catalogue(None))
    shared = storekin.match_listings(catalogue(NOBODYS))

    assert plain.num_rows >= 10
    assert shared.equals(plain)


def test_screening_leaves_such_a_picture_out_too() -> None:
    """What one listing is told does not depend on what all carry."""
    plain = storekin.ListingIndex.build(catalogue(None))
    shared = storekin.ListingIndex.build(catalogue(NOBODYS))
    first = catalogue(None).to_pylist()[3]
    again = catalogue(NOBODYS).to_pylist()[3]

    found = plain.screen(first)
    assert [one.listing for one in found][:1] == ["l0603"]
    assert shared.screen(again) == found
    alone = {"title": "nothing alike", "images": NOBODYS}
    assert shared.screen(alone, floor=0.3) == []
