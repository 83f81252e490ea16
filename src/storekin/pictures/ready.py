"""Ready hashes of others: what their distances say, each kind measured by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from storekin.kernels.hash_join import join_near_codes
from storekin.kernels.numbering import distinct_of
from storekin.kernels.similar_texts import IntArray, TokenArray

SCHEMES = ("phash", "dhash", "ahash", "whash", "pdq")
"""Kinds that are compared, each among its own and of one length."""


@dataclass(frozen=True, slots=True)
class Radius:
    """Bits within which 1 in 100,000 pairs of different photos are, and 1 in 10,000."""

    near: int
    wide: int


_SHORT = {
    "phash": Radius(7, 13),
    "dhash": Radius(7, 10),
    "ahash": Radius(1, 3),
    "whash": Radius(1, 3),
    "pdq": Radius(15, 23),
}
_LONG = {
    "phash": Radius(62, 88),
    "dhash": Radius(60, 76),
    "ahash": Radius(4, 12),
    "whash": Radius(4, 12),
    "pdq": Radius(62, 92),
}
"""Of 64 and of 256 bits, among 392,055 pairs of 886 photos (``radii`` of
``benchmarks/pictures.py``). Of the average and wavelet hashes the long ones are the
short ones' shares; of PDQ the short ones are the long one's."""

_COMMON = Radius(7, 13)
NEAR_COMMON = _COMMON.near
_MIDDLE = 128


@lru_cache(maxsize=64)
def radius_of(scheme: str, bits: int) -> Radius:
    """Give a kind's radii at some length in bits; 64 and 256 were measured."""
    table, length = (_SHORT, 64) if bits <= _MIDDLE else (_LONG, 256)
    known = table[scheme]
    near, wide = (round(part * bits / length) for part in (known.near, known.wide))
    return Radius(max(near, 1), max(wide, near + 1, 2))


def as_common(
    distance: npt.NDArray[np.float64], scheme: str, bits: int
) -> npt.NDArray[np.float64]:
    """Give distances of one kind as those of a 64-bit pHash that are as rare."""
    own, common = _scale(scheme, bits)
    return np.asarray(np.interp(distance, own, common))


def from_common(radius: float, scheme: str, bits: int) -> int:
    """Give the most bits of a kind that are within so many of a 64-bit pHash."""
    own, common = _scale(scheme, bits)
    return int(np.interp(radius, common, own))


def _scale(scheme: str, bits: int) -> tuple[list[float], list[float]]:
    own = radius_of(scheme, bits)
    return (
        [0, own.near, own.wide, max(bits / 2, own.wide + 1)],
        [0, _COMMON.near, _COMMON.wide, 32],
    )


MIRRORED_BITS = 2
"""Bits of a 64-bit pHash that a mirrored picture counts for beside its own distance:
it was edited, and with it twice as many hashes are laid beside each."""

MOST_MIRRORED = 14
"""Bits from which on two pictures are as unlike as any, and none is called mirrored."""


def common_distance(
    one: TokenArray, other: TokenArray, mirrored: TokenArray, scheme: str, bits: int
) -> npt.NDArray[np.float64]:
    """Give distances of packed hashes of one kind in bits of a 64-bit pHash.

    ``mirrored`` are ``mirrored_hashes`` of *other*: the nearer of both counts.
    """
    plain, turned = (
        as_common(np.bitwise_count(one ^ words).sum(axis=1).astype(float), scheme, bits)
        for words in (other, mirrored)
    )
    turned += MIRRORED_BITS
    return np.where(turned <= MOST_MIRRORED, np.fmin(plain, turned), plain)


def mirrored_hashes(codes: TokenArray, scheme: str, bits: int) -> TokenArray:
    """Give the hashes of the same pictures, mirrored from left to right.

    ``codes`` are packed, shape (n, words). A cosine transform keeps the sign of even
    frequencies and turns that of odd ones: a bit of an odd column for another. Signs of
    slopes are read from the other end and turned, means read from the other end. Of 150
    photos 90 % are within 6 bits of 64 of it (pHash), 4 (dHash), none (aHash, wHash),
    and within 22 of 256 (PDQ). Lengths that are no square of 8 or 16 are given back.
    """
    side = {64: 8, 256: 16}.get(bits)
    if side is None:
        return codes
    if scheme in ("phash", "pdq"):
        return codes ^ np.uint64(0x5555555555555555)
    packed = np.ascontiguousarray(codes.astype(">u8")).view(np.uint8)
    rows = np.unpackbits(packed, axis=1).reshape(len(codes), side, side)[:, :, ::-1]
    if scheme == "dhash":
        rows = 1 - rows
    return np.packbits(rows.reshape(len(codes), bits), axis=1).view(">u8").astype("u8")


def pack_hashes(digits: Sequence[str]) -> TokenArray:
    """Lay out hashes of one length, given as hex digits: shape (n, words)."""
    words = -(-max(len(each) for each in digits) // 16)
    whole = (each.ljust(words * 16, "0") for each in digits)
    raw = np.frombuffer(bytes.fromhex("".join(whole)), ">u8")
    return raw.astype(np.uint64).reshape(-1, words)


def near_codes(codes: TokenArray, radius: int) -> tuple[IntArray, IntArray]:
    """Pair codes of one kind within *radius* bits, shape (n, words); equal ones, too.

    Of more than ``MOST_EQUAL`` equal ones each is paired with the first few alone.
    """
    if len(codes) < 2:
        nothing = np.empty(0, np.int64)
        return nothing, nothing.copy()
    distinct, number = np.unique(codes, axis=0, return_inverse=True)
    near = join_near_codes(np.ascontiguousarray(distinct), radius)
    same = np.arange(len(distinct))
    left = np.concatenate([same, near.left])
    right = np.concatenate([same, near.right])
    return pair_holders(left, right, number.ravel(), len(distinct))


MOST_EQUAL = 100
LEADERS = 3
"""Of a crowd that is too large to be paired, those that all others are laid beside."""


def near_mirrored(
    codes: TokenArray, radius: int, scheme: str, bits: int
) -> tuple[IntArray, IntArray]:
    """Pair codes of one kind of which one is within *radius* bits of another, mirrored.

    Gives left < right, sorted by both; a picture is not paired with itself.
    """
    total = len(codes)
    turned = mirrored_hashes(codes, scheme, bits)
    if radius < 0 or total < 2 or turned is codes:
        nothing = np.empty(0, np.int64)
        return nothing, nothing.copy()
    left, right = near_codes(np.concatenate([codes, turned]), radius)
    right = right - total
    across = (left < total) & (right >= 0) & (left != right)
    left, right = left[across], right[across]
    keys = distinct_of((np.minimum(left, right) << 32) | np.maximum(left, right))
    return keys >> 32, keys & 0xFFFFFFFF


def pair_holders(
    left: IntArray, right: IntArray, number: IntArray, total: int
) -> tuple[IntArray, IntArray]:
    """Pair the holders of each two values; of a crowd, each with the first few.

    ``number`` is each holder's value, of *total*. Gives holders, left < right, sorted.
    """
    from storekin.kernels.ranges import pair_ranges

    order = np.argsort(number, kind="stable")
    begins = np.searchsorted(number[order], np.arange(total + 1))
    sizes = np.diff(begins)
    crowded = np.maximum(sizes[left], sizes[right]) > MOST_EQUAL
    # whichever has more of them is the side that is gone through
    swapped = sizes[left] < sizes[right]
    one = np.where(swapped, right, left)
    other = np.where(swapped, left, right)
    few = np.where(crowded, np.minimum(sizes[other], LEADERS), sizes[other])
    _, a, b = pair_ranges(begins[one], sizes[one], begins[other], few)
    first, second = order[a], order[b]
    apart = first != second
    low = np.minimum(first, second)[apart]
    high = np.maximum(first, second)[apart]
    keys = distinct_of((low << 32) | high)
    return keys >> 32, keys & 0xFFFFFFFF
