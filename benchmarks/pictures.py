"""Pictures: what is recognised under which edit, how fast. Prints Markdown tables.

    python benchmarks/pictures.py edits DATA/images
    python benchmarks/pictures.py speed DATA/images
    python benchmarks/pictures.py hashes [--rows 1000000]
    python benchmarks/pictures.py index [--rows 1000000]
    python benchmarks/pictures.py pairs [--rows 1000000]
    python benchmarks/pictures.py radii DATA/images
    python benchmarks/pictures.py colours DATA/images
    python benchmarks/pictures.py drawings [--rows 600]
    python benchmarks/pictures.py shared [--rows 100000]
    python benchmarks/pictures.py folder [--rows 20000]

DATA/images has ``grocery``, ``clothing``, ``shopee_photos`` and
``near_duplicate_variants`` as Parquet files with a column ``jpeg``. Further edits are
made here, on photos that the given ones were not made of. A 64-bit pHash stands beside,
and where they are installed PDQ (``pdqhash``), OpenCV's ORB with RANSAC and faiss.

``index`` and ``pairs`` draw prints instead of pictures: fifty places with random keys,
of which a third are from a pool of 20,000 that some thousand pictures share, and a
thumbnail of noise. Of a hundred pictures one is a copy of another, half of them
mirrored: three fifths of its places are kept, two to six signs of each key changed.
"""

import argparse
import signal
import subprocess
import sys
import threading
import time
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import made_listings
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from picture_peers import peers
from PIL import Image, ImageDraw

import storekin
from storekin.kernels.compiled import prepare
from storekin.kernels.hash_join import join_near_codes
from storekin.pictures.candidates import propose_pictures
from storekin.pictures.decode import decode_picture
from storekin.pictures.index import ImageIndex
from storekin.pictures.judge import recognise_pairs
from storekin.pictures.prints import PRINT, Prints, print_picture
from storekin.pictures.turns import key_swaps
from storekin.workflows.images import SeenPictures, match_pictures

CHOSEN = 80


def read_photos(folder: Path) -> tuple[list[bytes], list[str], dict[str, int]]:
    """Read all photos, their classes, and where each is by its name."""
    files, classes, place = [], [], {}
    for name, key in (
        ("grocery", "image_id"),
        ("clothing", "image_id"),
        ("shopee_photos", "image"),
    ):
        table = pq.read_table(folder / f"{name}.parquet")
        labels = (
            table["class_name"].to_pylist()
            if "class_name" in table.column_names
            else [""] * len(table)
        )
        for photo, label, data in zip(
            table[key].to_pylist(), labels, table["jpeg"].to_pylist(), strict=True
        ):
            place[photo] = len(files)
            files.append(data)
            classes.append(f"{name} {label}")
    return files, classes, place


def opened(data: bytes) -> Image.Image:
    """Open a picture in colour."""
    return Image.open(BytesIO(data)).convert("RGB")


def as_jpeg(picture: Image.Image) -> bytes:
    """Save a picture as sellers do."""
    file = BytesIO()
    picture.convert("RGB").save(file, "JPEG", quality=85)
    return file.getvalue()


def cropped(
    picture: Image.Image, share: float, random: np.random.Generator
) -> Image.Image:
    """Keep a part of both sides, from anywhere."""
    wide, high = (int(side * share) for side in picture.size)
    left = int(random.integers(0, picture.width - wide + 1))
    top = int(random.integers(0, picture.height - high + 1))
    return picture.crop((left, top, left + wide, top + high))


def in_collage(
    picture: Image.Image, other: Image.Image, random: np.random.Generator
) -> Image.Image:
    """Set two pictures beside or above one another."""
    pair = [picture, other.resize(picture.size)]
    random.shuffle(pair)
    across = random.random() < 0.5
    size = (
        (2 * picture.width, picture.height)
        if across
        else (picture.width, 2 * picture.height)
    )
    sheet = Image.new("RGB", size)
    sheet.paste(pair[0], (0, 0))
    sheet.paste(pair[1], (picture.width, 0) if across else (0, picture.height))
    return sheet


def on_other_ground(picture: Image.Image, other: Image.Image) -> Image.Image:
    """Keep an ellipse in the middle, half of the picture, on another photo."""
    wide, high = picture.size
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).ellipse(
        (wide * 0.1, high * 0.1, wide * 0.9, high * 0.9), fill=255
    )
    return Image.composite(picture, other.resize(picture.size), mask)


def hard_edits(
    picture: Image.Image, other: Image.Image, random: np.random.Generator
) -> dict[str, Image.Image]:
    """Make what the known schemes fail at."""
    how = {"expand": True, "fillcolor": "white", "resample": Image.Resampling.BICUBIC}
    return {
        "rotated by 10°": picture.rotate(10 if random.random() < 0.5 else -10, **how),
        "rotated by 90°": picture.rotate(90, expand=True),
        "40 % cropped off each side": cropped(picture, 0.6, random),
        "half of a collage": in_collage(picture, other, random),
        "another ground": on_other_ground(picture, other),
    }


def measure_edits(folder: Path) -> None:
    """Recall by edit, and false pairs among all pairs of different photos."""
    files, classes, place = read_photos(folder)
    given = pq.read_table(folder / "near_duplicate_variants.parquet").to_pylist()
    used = {place[row["base_image_id"]] for row in given}
    cases: list[tuple[str, int, bytes]] = [
        (row["transform"], place[row["base_image_id"]], row["jpeg"]) for row in given
    ]
    random = np.random.default_rng(5)
    rest = [n for n in range(len(files)) if n not in used]
    for number in random.choice(rest, CHOSEN, replace=False).tolist():
        other = opened(files[int(random.choice(rest))])
        for name, edited in hard_edits(opened(files[number]), other, random).items():
            cases.append((name, number, as_jpeg(edited)))
    prints = see([*files, *(data for _, _, data in cases)])
    total = len(files)
    left, right = propose_pictures(prints)
    proposed = set((left << 32 | right).tolist())
    base = np.array([case[1] for case in cases])
    made = total + np.arange(len(cases))
    start = time.perf_counter()
    known = recognise_pairs(prints, prints, base, made).recognised
    seconds = (time.perf_counter() - start) / len(cases)
    met = np.array([key in proposed for key in (base << 32 | made).tolist()])
    beside = peers(files, cases)
    kinds = np.array([name for name, _, _ in cases])
    names = list(dict.fromkeys(kinds.tolist()))
    heads = ["edit", "found by the index and judged", "judged alone", *beside]
    print("| " + " | ".join(heads) + " |\n|" + " --- |" * len(heads))
    table = {
        name: (
            float((known & met)[kinds == name].mean()),
            float(known[kinds == name].mean()),
            *(recall[name] for recall in beside.values()),
        )
        for name in names
    }
    rows = [(name, table[name]) for name in names]
    for word, part in (
        ("mean of the given edits", names[:-5]),
        ("mean of the five hard ones", names[-5:]),
    ):
        means = np.mean([table[name] for name in part], axis=0)
        rows.append((word, tuple(means.tolist())))
    for name, shares in rows:
        print(f"| {name} | " + " | ".join(f"{share:.3f}" for share in shares) + " |")
    photos = right < total
    one, other_one = left[photos], right[photos]
    start = time.perf_counter()
    wrong = recognise_pairs(prints, prints, one, other_one).recognised
    apart = sum(
        classes[a] != classes[b]
        for a, b in zip(one[wrong].tolist(), other_one[wrong].tolist(), strict=True)
    )
    each = (time.perf_counter() - start) / max(len(one), 1)
    pairs = total * (total - 1) // 2
    print(
        f"\n{int(wrong.sum())} of {pairs:,} pairs of different photos are taken for one ({wrong.sum() / pairs:.1e}), {apart} of them of two classes; {len(one):,} were proposed. A copy is judged in {seconds * 1000:.2f} ms, another photo in {each * 1000:.2f} ms."
    )


def hue_turned(picture: Image.Image, share: float) -> Image.Image:
    """Turn all hues by a share of the circle; greys stay."""
    hues, depths, tones = picture.convert("HSV").split()
    turn = round(256 * share)
    turned = hues.point([(value + turn) % 256 for value in range(256)])
    return Image.merge("HSV", (turned, depths, tones)).convert("RGB")


def coloured_share(picture: Image.Image) -> float:
    """Give the share of a picture that has a colour of its own."""
    _, depths, tones = (np.asarray(band) for band in picture.convert("HSV").split())
    return float(((depths > 64) & (tones > 48)).mean())


def measure_colours(folder: Path) -> None:
    """Whether a picture in other colours is told from the same one, edited."""
    files, _, place = read_photos(folder)
    pictures = [opened(data) for data in files]
    coloured = [n for n, one in enumerate(pictures) if coloured_share(one) > 1 / 3]
    prints = see(files)

    def told(bases: list[int], edited: list[bytes]) -> tuple[float, float]:
        made = np.concatenate([prints, see(edited)])
        found = recognise_pairs(
            made, made, np.array(bases), len(files) + np.arange(len(edited))
        )
        known = found.recognised
        return float(known.mean()), float(found.recoloured[known].mean())

    print(
        "| edit | pictures | recognised | of these said to be in another colour |\n| --- | --- | --- | --- |"
    )
    for share in (0.25, 0.5, 0.75):
        again = [as_jpeg(hue_turned(pictures[n], share)) for n in coloured]
        known, other = told(coloured, again)
        print(
            f"| hues turned by {share:.2f} of the circle | {len(coloured)} | {known:.3f} | {other:.3f} |"
        )
    given = pq.read_table(folder / "near_duplicate_variants.parquet").to_pylist()
    bases = [place[row["base_image_id"]] for row in given]
    known, other = told(bases, [row["jpeg"] for row in given])
    print(f"| the thirteen given edits | {len(given)} | {known:.3f} | {other:.3f} |")
    random = np.random.default_rng(5)
    hard: dict[str, list[bytes]] = {}
    chosen = random.choice(len(files), 4 * CHOSEN, replace=False).tolist()
    for number in chosen:
        other_one = pictures[int(random.choice(len(files)))]
        for name, edited in hard_edits(pictures[number], other_one, random).items():
            hard.setdefault(name, []).append(as_jpeg(edited))
    for name, edits in hard.items():
        known, other = told(chosen, edits)
        print(f"| {name} | {len(edits)} | {known:.3f} | {other:.3f} |")


def measure_drawings(rows: int) -> None:
    """False pairs among drawings of few plain shapes, all on one ground."""
    chance = np.random.default_rng(12)
    drawn = []
    for _ in range(rows):
        picture = Image.new("RGB", (480, 480), "white")
        brush = ImageDraw.Draw(picture)
        for _ in range(int(chance.integers(2, 7))):
            x, y, wide, high = chance.integers(20, 300, 4).tolist()
            shade = tuple(chance.integers(0, 230, 3).tolist())
            draw = brush.ellipse if chance.random() < 0.5 else brush.rectangle
            draw([x, y, x + wide // 2 + 20, y + high // 2 + 20], fill=shade)
        drawn.append(as_jpeg(picture))
    prints = see(drawn)
    left, right = propose_pictures(prints)
    wrong = int(recognise_pairs(prints, prints, left, right).recognised.sum())
    pairs = rows * (rows - 1) // 2
    print(
        f"{wrong} of {pairs:,} pairs of different drawings are taken for one ({10_000 * wrong / pairs:.2f} in 10,000)"
    )


def see(files: list[bytes]) -> Prints:
    """Decode pictures, and see what is in them."""
    return np.concatenate([print_picture(decode_picture(data)) for data in files])


def measure_radii(folder: Path) -> None:
    """Of ready hashes: the radius of each kind at a share of false pairs, and recall."""
    import imagehash
    import pdqhash

    files = read_photos(folder)[0]
    place = read_photos(folder)[2]
    given = pq.read_table(folder / "near_duplicate_variants.parquet").to_pylist()
    base = np.array([place[row["base_image_id"]] for row in given])
    kinds = np.array([row["transform"] for row in given])

    def bits_of(picture: Image.Image, name: str) -> npt.NDArray[np.uint8]:
        if name == "pdq":
            return np.packbits(pdqhash.compute(np.asarray(picture))[0])
        scheme, _, size = name.partition("-")
        make = {
            "phash": imagehash.phash,
            "dhash": imagehash.dhash,
            "ahash": imagehash.average_hash,
            "whash": imagehash.whash,
        }[scheme]
        return np.packbits(make(picture, hash_size=int(size or 8)).hash.ravel())

    names = ("phash", "dhash", "ahash", "whash", "pdq", "phash-16", "dhash-16")
    left, right = np.triu_indices(len(files), 1)
    print(
        "| kind | bits | radius at 1e-5, recall | radius at 1e-4, recall |\n| --- | --- | --- | --- |"
    )
    for name in names:
        photos = np.array([bits_of(opened(data), name) for data in files])
        edited = np.array([bits_of(opened(row["jpeg"]), name) for row in given])
        apart = np.sort(np.bitwise_count(photos[left] ^ photos[right]).sum(axis=1))
        moved = np.bitwise_count(photos[base] ^ edited).sum(axis=1)
        told = []
        for share in (1e-5, 1e-4):
            radius = int(apart[int(share * len(apart))]) - 1
            recall = np.mean(
                [(moved[kinds == kind] <= radius).mean() for kind in np.unique(kinds)]
            )
            told.append(f"{radius}, {recall:.3f}")
        print(f"| {name} | {8 * photos.shape[1]} | {told[0]} | {told[1]} |")


def enlarged(data: bytes, side: int) -> bytes:
    """Save a photo so that its longer side has *side* pixels."""
    picture = opened(data)
    share = side / max(picture.size)
    size = tuple(max(1, round(edge * share)) for edge in picture.size)
    return as_jpeg(picture.resize(size, Image.Resampling.LANCZOS))


def measure_speed(folder: Path) -> None:
    """Decode, and see what is in it; one thread; as they are, and as 640 pixels."""
    photos = read_photos(folder)[0]
    see(photos[:2])
    print(
        "| photos | decoded, ms each | seen, ms each | places each |\n| --- | --- | --- | --- |"
    )
    for name, files in (
        ("as they are", photos),
        ("640 px on the longer side", [enlarged(data, 640) for data in photos]),
    ):
        start = time.perf_counter()
        small = [decode_picture(data) for data in files]
        decoded = time.perf_counter()
        prints = np.concatenate([print_picture(one) for one in small])
        done = time.perf_counter()
        ms = 1000 / len(files)
        print(
            f"| {len(files)}, {name} | {(decoded - start) * ms:.2f} | {(done - decoded) * ms:.2f} | {prints['count'].mean():.0f} |"
        )


def measure_hashes(rows: int) -> None:
    """All pairs of 256-bit hashes within 31 bits; uniform ones, and ones of a crowd."""
    random = np.random.default_rng(3)
    codes = random.integers(0, 2**64, (rows, 4), np.uint64)
    planted = rows // 100
    codes[-planted:] = codes[:planted]
    for code in codes[-planted:]:
        for bit in random.choice(
            256, int(random.integers(1, 32)), replace=False
        ).tolist():
            code[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    crowd = codes.copy()
    # heavy duplicates: a tenth of all are one of a thousand pictures, a few bits apart
    heavy = random.integers(0, rows, rows // 10)
    crowd[heavy] = codes[random.integers(0, 1000, len(heavy))]
    half = np.unique(heavy)[: len(heavy) // 2]
    crowd[half, 0] ^= np.uint64(1) << random.integers(0, 64, len(half)).astype(
        np.uint64
    )
    print(
        "| hashes | distinct | s | pairs | planted pairs found |\n| --- | --- | --- | --- | --- |"
    )
    for name, given in (("uniform", codes), ("a tenth in crowds", crowd)):
        start = time.perf_counter()
        distinct, number = np.unique(given.view("V32"), return_inverse=True)
        folded = np.ascontiguousarray(distinct).view(np.uint64).reshape(-1, 4)
        near = join_near_codes(folded, 31)
        number = number.ravel()
        seconds = time.perf_counter() - start
        keys = set((near.left << 32 | near.right).tolist())
        ends = np.sort(np.stack([number[:planted], number[-planted:]]), axis=0)
        hits = [a == b or int(a) << 32 | int(b) in keys for a, b in ends.T.tolist()]
        told = f"{np.mean(hits):.4f}" if name == "uniform" else "-"
        print(
            f"| {rows:,}, {name} | {len(folded):,} | {seconds:.2f} | {len(near.left):,} | {told} |",
            flush=True,
        )
    try:
        import faiss
    except ImportError:
        return
    raw = codes.view(np.uint8).reshape(rows, 32)
    start = time.perf_counter()
    coarse = faiss.IndexBinaryFlat(256)
    index = faiss.IndexBinaryIVF(coarse, 256, 4096)
    index.nprobe = 4
    index.train(raw[: min(rows, 200_000)])
    index.add(raw)
    asked = raw[:planted]
    ends = index.range_search(asked, 32)
    seconds = (time.perf_counter() - start) * 1.0
    hits = [
        rows - planted + n in ends[2][ends[0][n] : ends[0][n + 1]]
        for n in range(planted)
    ]
    print(
        f"| faiss IVF, 4096 lists, 4 probed, {planted:,} asked | {rows:,} | {seconds:.2f} | - | {np.mean(hits):.4f} |"
    )


def draw_prints(rows: int, folder: Path) -> tuple[Prints, npt.NDArray[np.int64]]:
    """Draw prints into a file; the last hundredth are copies. Gives their originals."""
    random = np.random.default_rng(11)
    prints: Prints = np.memmap(folder / "prints", PRINT, "w+", shape=(rows,))
    copies = rows // 100
    common = random.integers(0, 2**64, 20_000, np.uint64)
    for low in range(0, rows - copies, DRAWN):
        part = prints[low : min(low + DRAWN, rows - copies)]
        count, places = len(part), 50
        part["count"] = places
        part["frame"] = (192, 192)
        part["box"] = (0, 1, 0, 1)
        part["hashes"] = random.integers(0, 2**64, (count, 2, 4), np.uint64)
        keys = random.integers(0, 2**64, (count, 3, places), np.uint64)
        shared = random.random((count, places)) < 1 / 3
        drawn = (len(common) * random.random(int(shared.sum())) ** 3).astype(int)
        keys[:, 0][shared] = common[drawn]
        part["keys"][:, :, :places] = keys
        part["places"][:, :places, :2] = random.integers(
            20 * 256, 170 * 256, (count, places, 2)
        )
        part["places"][:, :places, 2] = np.repeat([0, 1, 2, 3], [18, 14, 10, 8])
        order = np.argsort(random.random((count, places, 36)), axis=2)
        part["weak"][:, :places] = order[:, :, :8]
        shade = random.integers(0, 16, (count, 32, 32), np.uint8)
        part["thumb"] = (shade | shade << 4).repeat(4, axis=1).repeat(2, axis=2)
        part["colours"] = random.integers(60, 200, (count, 1, 1, 3), np.uint8)
    originals = random.choice(rows - copies, copies, replace=False)
    for place, original in enumerate(originals.tolist()):
        prints[rows - copies + place] = draw_copy(prints[original], random)
    return prints, originals


def draw_copy(original: np.void, random: np.random.Generator) -> np.void:
    """Draw the print of an edited copy."""
    copy = original.copy()
    own = random.random(50) > 0.6
    copy["keys"][:, :50][:, own] = random.integers(0, 2**64, (3, own.sum()), np.uint64)
    for place in np.flatnonzero(~own).tolist():
        signs = copy["weak"][place, : int(random.integers(2, 7))]
        for sign in random.choice(signs, min(2, len(signs)), replace=False).tolist():
            copy["keys"][0, place] ^= np.uint64(1 << sign)
    copy["hashes"] = random.integers(0, 2**64, (2, 4), np.uint64)
    if random.random() < 0.5:
        _, odd = key_swaps()
        copy["keys"] ^= odd[0]
        copy["places"][:50, 0] = 191 * 256 - copy["places"][:50, 0]
        copy["thumb"] = (copy["thumb"] >> 4 | copy["thumb"] << 4)[:, ::-1]
    return copy


DRAWN = 20_000


def measure_index(rows: int) -> None:
    """One picture looked up among many: proposed, and judged."""
    with TemporaryDirectory() as place:
        prints, originals = draw_prints(rows, Path(place))
        copies = len(originals)
        names = [f"p{n:07d}" for n in range(rows - copies)]
        start = time.perf_counter()
        index = ImageIndex.of(names, prints[: rows - copies])
        index.save(Path(place) / "index")
        built = time.perf_counter() - start
        index = ImageIndex.load(Path(place) / "index")
        part = index.parts[0]
        asked = prints[rows - copies :][:ASKED].copy()
        index.screen(asked[:1])
        times = np.empty((len(asked), 2))
        found = np.zeros((len(asked), 2), np.bool_)
        for n in range(len(asked)):
            begin = time.perf_counter()
            proposed = part.propose(asked[n : n + 1])
            middle = time.perf_counter()
            hits = index.screen(asked[n : n + 1])
            times[n] = middle - begin, time.perf_counter() - middle
            found[n] = (
                originals[n] in proposed,
                any(hit.picture == names[originals[n]] for hit in hits),
            )
        added = prints[-1:].copy()
        begin = time.perf_counter()
        for n in range(100):
            index.add(f"new{n}", added)
        adding = (time.perf_counter() - begin) / 100
        taken = part.lookup_bytes / (rows - copies)
        print(
            "| pictures | built and saved, s | bytes a picture, looked up in | and on disk |"
            " looked up p50 / p99, ms | with the judge p50 / p99, ms | copies found |"
            " added, each on disk, ms |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
        )
        ms = np.percentile(times, [50, 99], axis=0) * 1000
        print(
            f"| {rows - copies:,} | {built:.1f} | {taken:.0f} | {PRINT.itemsize:,} |"
            f" {ms[0, 0]:.2f} / {ms[1, 0]:.2f} | {ms[0, 1]:.2f} / {ms[1, 1]:.2f} |"
            f" {found[:, 1].mean():.3f} ({found[:, 0].mean():.3f} proposed) |"
            f" {adding * 1000:.2f} |"
        )


def measure_shared(rows: int) -> None:
    """Match listings of which each also carries one picture that all of them carry."""
    listings = made_listings.make(rows * 2 // 5, 61)
    rows = listings.num_rows
    place = listings.column_names.index("images")
    images = listings["images"].to_pylist()
    crowd = "phash:94974f937d4c2433"
    inputs = {
        "each with its own": images,
        "all with one more, the same": [f"{own}|{crowd}" for own in images],
    }
    print(
        "| listings | their pictures | s | GB | pairs |\n| --- | --- | --- | --- | --- |"
    )
    for name, column in inputs.items():
        table = listings.set_column(place, "images", pa.array(column))
        with MemoryWatch() as watch:
            start = time.perf_counter()
            found = storekin.match_listings(table.drop_columns(["product"]))
            seconds = time.perf_counter() - start
        print(
            f"| {rows:,} | {name} | {seconds:.1f} | {watch.own:.2f} | {found.num_rows:,} |",
            flush=True,
        )


def measure_folder(rows: int) -> None:
    """See a folder of drawn pictures by the command line; interrupt it, and go on."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "pictures"
        folder.mkdir()
        draw_folder(folder, rows)
        words = [sys.executable, "-m", "storekin", "match", "images", str(folder)]
        whole = [*words, "--out", f"{place}/whole.parquet"]
        begun = time.perf_counter()
        subprocess.run(whole, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - begun
        parted = [*words, "--out", f"{place}/parted.parquet"]
        first = subprocess.Popen(parted, stdout=subprocess.DEVNULL)
        time.sleep(seconds / 2)
        first.send_signal(signal.SIGINT)
        status = first.wait()
        begun = time.perf_counter()
        subprocess.run(parted, check=True, stdout=subprocess.DEVNULL)
        rest = time.perf_counter() - begun
        same = pq.read_table(whole[-1]).equals(pq.read_table(parted[-1]))
        print(
            "| pictures of 640 px | s | after Ctrl-C halfway (status), the rest in s | the same pairs |\n| --- | --- | --- | --- |"
        )
        print(f"| {rows:,} | {seconds:.0f} | {status}, {rest:.0f} | {same} |")


def draw_folder(folder: Path, rows: int) -> None:
    """Draw pictures of blobs and stripes, a hundredth of them mirrored copies."""
    chance = np.random.default_rng(9)
    for number in range(rows):
        if number and number % 100 == 0:
            with Image.open(folder / f"p{number - 50:06d}.jpg") as earlier:
                picture = earlier.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        else:
            coarse = chance.integers(0, 255, (20, 20, 3), np.uint8)
            picture = Image.fromarray(coarse).resize(
                (640, 640), Image.Resampling.BICUBIC
            )
            brush = ImageDraw.Draw(picture)
            for _ in range(12):
                x, y, size = chance.integers(0, 560, 3) // np.array([1, 1, 6])
                shade = tuple(chance.integers(0, 255, 3).tolist())
                brush.rectangle([x, y, x + size, y + size // 2 + 4], fill=shade)
        picture.save(folder / f"p{number:06d}.jpg", quality=85)


ASKED = 2000


def measure_pairs(rows: int) -> None:
    """All near pairs among many pictures, by the same steps as ``match images``."""
    with TemporaryDirectory() as place:
        prints, originals = draw_prints(rows, Path(place))
        names = tuple(f"p{n:07d}" for n in range(rows))
        with MemoryWatch() as watch:
            start = time.perf_counter()
            pairs = match_pictures(SeenPictures(names, prints, ()))
            seconds = time.perf_counter() - start
        found = set(
            zip(pairs["left"].to_pylist(), pairs["right"].to_pylist(), strict=True)
        )
        first = rows - len(originals)
        hits = [
            (names[original], names[first + n]) in found
            for n, original in enumerate(originals.tolist())
        ]
        print(
            "| pictures | s | memory, GB (and mapped from the file) | pairs | copies found |\n| --- | --- | --- | --- | --- |"
        )
        print(
            f"| {rows:,} | {seconds:.0f} | {watch.own:.2f} ({watch.mapped:.2f}) | {pairs.num_rows:,} | {np.mean(hits):.3f} |"
        )


class MemoryWatch:
    """Watches how much memory is taken, and how much of a file is mapped."""

    def __init__(self) -> None:
        self.own = self.mapped = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            told = Path("/proc/self/status").read_text().splitlines()
            sizes = {
                line.split(":")[0]: line.split()[1] for line in told if " kB" in line
            }
            self.own = max(self.own, int(sizes["RssAnon"]) / 2**20)
            self.mapped = max(self.mapped, int(sizes["RssFile"]) / 2**20)


def main() -> None:
    """Run one of the measurements."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "what",
        choices=[
            *("edits", "speed", "hashes", "index", "pairs", "radii"),
            *("colours", "drawings", "shared", "folder"),
        ],
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--rows", type=int)
    chosen = parser.parse_args()
    prepare()
    drawn = {
        "hashes": measure_hashes,
        "index": measure_index,
        "pairs": measure_pairs,
        "drawings": measure_drawings,
        "shared": measure_shared,
        "folder": measure_folder,
    }
    if chosen.what in drawn:
        rows = {"drawings": 600, "shared": 100_000, "folder": 20_000}
        drawn[chosen.what](chosen.rows or rows.get(chosen.what, 1_000_000))
        return
    if chosen.folder is None:
        parser.error("name the folder of photos")
    on_photos = {
        "edits": measure_edits,
        "speed": measure_speed,
        "radii": measure_radii,
        "colours": measure_colours,
    }
    on_photos[chosen.what](chosen.folder)


if __name__ == "__main__":
    main()
