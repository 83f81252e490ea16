"""What others find in pictures, for the same work: hashes, PDQ, ORB with RANSAC.

Each peer says how far apart two pictures are; each is cut where 1 in 10,000 pairs of
different photos is taken for one. PDQ needs ``pdqhash``, ORB ``opencv-python-headless``;
one that is not installed is left out.
"""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from storekin.normalise.images import hash_grey
from storekin.pictures.decode import decode_picture

FALSE_SHARE = 1e-4
ORB_POINTS = 500
ORB_PAIRS = 40_000
"""Pairs of photos, drawn, that ORB is cut on: all of them would take an hour."""

Case = tuple[str, int, bytes]
Bits = npt.NDArray[np.uint8]


def peers(files: list[bytes], cases: list[Case]) -> dict[str, dict[str, float]]:
    """Recall by edit of each peer that is installed."""
    found = {"pHash-64": by_hash(files, cases, phash)}
    try:
        import pdqhash  # noqa: F401
    except ImportError:
        pass
    else:
        found["PDQ"] = by_hash(files, cases, pdq, mirrored=True)
    try:
        import cv2  # noqa: F401
    except ImportError:
        pass
    else:
        found["ORB + RANSAC"] = by_orb(files, cases)
    return found


def phash(data: bytes) -> list[Bits]:
    """The usual 64-bit pHash."""
    digest = hash_grey(decode_picture(data).grey)
    return [np.frombuffer(bytes.fromhex(digest or "0" * 16), np.uint8)]


def pdq(data: bytes) -> list[Bits]:
    """PDQ, and that of the mirrored picture."""
    import pdqhash

    picture = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    both = picture, np.ascontiguousarray(picture[:, ::-1])
    return [np.packbits(pdqhash.compute(each)[0]) for each in both]


def by_hash(
    files: list[bytes],
    cases: list[Case],
    make: Callable[[bytes], list[Bits]],
    *,
    mirrored: bool = False,
) -> dict[str, float]:
    """Recall by edit, by the distance of hashes; of the mirrored one, too."""
    photos = np.array([make(data) for data in files])
    edited = np.array([make(data) for _, _, data in cases])
    ways = range(1 + mirrored)
    left, right = np.triu_indices(len(files), 1)
    apart = np.min(
        [bits_apart(photos[left, 0], photos[right, way]) for way in ways], axis=0
    )
    radius = np.sort(apart)[int(len(apart) * FALSE_SHARE)] - 1
    base = np.array([case[1] for case in cases])
    moved = np.min(
        [bits_apart(photos[base, 0], edited[:, way]) for way in ways], axis=0
    )
    return by_edit(cases, moved <= radius)


def bits_apart(one: Bits, other: Bits) -> npt.NDArray[np.int64]:
    """Count the bits in which hashes differ."""
    return np.bitwise_count(one ^ other).sum(axis=1).astype(np.int64)


def by_orb(files: list[bytes], cases: list[Case]) -> dict[str, float]:
    """Recall by edit, by the places that agree on one homography."""
    import cv2

    finder = cv2.ORB_create(ORB_POINTS)
    matcher = cv2.BFMatcher(cv2.NORM_HAMMING)

    def look(data: bytes) -> tuple[npt.NDArray[np.float32], Bits | None]:
        grey = np.asarray(Image.open(BytesIO(data)).convert("L"))
        points, marks = finder.detectAndCompute(grey, None)
        return np.array([point.pt for point in points], np.float32), marks

    def agree(one: tuple, other: tuple) -> int:
        if one[1] is None or other[1] is None or min(len(one[1]), len(other[1])) < 8:
            return 0
        near = matcher.knnMatch(one[1], other[1], k=2)
        good = [
            pair[0]
            for pair in near
            if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance
        ]
        if len(good) < 8:
            return 0
        source = one[0][[match.queryIdx for match in good]]
        target = other[0][[match.trainIdx for match in good]]
        _, kept = cv2.findHomography(source, target, cv2.RANSAC, 5.0)
        return 0 if kept is None else int(kept.sum())

    def mirrored(data: bytes) -> bytes:
        file = BytesIO()
        picture = Image.open(BytesIO(data)).convert("RGB")
        picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(file, "PNG")
        return file.getvalue()

    photos = [look(data) for data in files]
    random = np.random.default_rng(4)
    drawn = random.integers(0, len(files), (ORB_PAIRS, 2))
    wrong = np.sort([agree(photos[a], photos[b]) for a, b in drawn if a != b])
    cut = wrong[-1 - int(ORB_PAIRS * FALSE_SHARE)]
    hits = np.array(
        [
            max(
                agree(photos[base], look(data)),
                agree(photos[base], look(mirrored(data))),
            )
            > cut
            for _, base, data in cases
        ]
    )
    return by_edit(cases, hits)


def by_edit(cases: list[Case], hits: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Give the share of hits of each edit."""
    kinds = np.array([name for name, _, _ in cases])
    return {
        name: float(hits[kinds == name].mean())
        for name in dict.fromkeys(kinds.tolist())
    }
