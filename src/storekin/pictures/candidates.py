"""Which pictures are worth laying over one another: those that share keys."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

from storekin.kernels.numbering import distinct_of
from storekin.kernels.parallel import run_ranges
from storekin.kernels.similar_texts import IntArray, Progress
from storekin.pictures.prints import (
    KEY_BITS,
    WEAK,
    Keys,
    Prints,
    let_go,
    mirror_mask,
)
from storekin.pictures.ready import LEADERS, near_codes
from storekin.pictures.turns import key_swaps

LEAST_VOTES = 4
"""Votes that two pictures need: three for a place whose key at most ``RARE`` pictures
have, two up to four times as many, else one; a place alone is never enough."""

RARE = 4
MOST_HOLDERS = 100
"""Pictures with one key beyond which it says nothing of two: an edge, a plain corner,
or a picture that everybody shows."""

LEAST_OF_CROWD = 8
MOST_FOUND = 32
"""Pictures that one is laid over, the likest."""

PLAIN = 24
"""Places below which a picture is met by its hash, too; among such pictures alone."""

HASH_RADIUS = 47
"""Bits of 256 in which hashes of one plain picture differ at most to be met by them."""

_TWO_OF = 7
"""Weak signs of which every two are changed."""

_CHUNK = 256
_FEWEST_BITS, _MOST_BITS = 12, 32


@dataclass(frozen=True, slots=True)
class KeyTable:
    """The keys of all pictures' straight places, sorted, and whose they are.

    Of each the first ``wide`` signs count. ``edges`` are of the buckets of all but the
    last ``bits``, ``rests`` are these. Of plain pictures the hashes, shape (n, 2, 4),
    stand by themselves.
    """

    rests: npt.NDArray[np.uint32]
    owners: npt.NDArray[np.int32]
    edges: npt.NDArray[np.uint32]
    wide: int
    bits: int
    plain: npt.NDArray[np.int64]
    plain_hashes: Keys
    pictures: int

    @classmethod
    def of(cls, prints: Prints, wide: int | None = None) -> "KeyTable":
        """Lay out *wide* signs of the keys of *prints*, numbered as they stand."""
        from storekin.kernels.key_votes import find_buckets

        counts = prints["count"].astype(np.int64)
        total = int(counts.sum())
        keys = np.empty(total, np.uint64)
        owners = np.empty(total, np.int32)
        begin = 0
        for low in range(0, len(prints), _SLAB):
            part = counts[low : low + _SLAB]
            given = np.arange(prints["keys"].shape[2]) < part[:, None]
            end = begin + int(part.sum())
            keys[begin:end] = prints["keys"][low : low + _SLAB, 0][given]
            numbers = np.arange(low, low + len(part), dtype=np.int32)
            owners[begin:end] = np.repeat(numbers, part)
            begin = end
            let_go(prints)
        wide = key_width(len(prints)) if wide is None else wide
        keys &= np.uint64((1 << wide) - 1)
        # owners ascend already, and a stable sort leaves them so among equal keys
        order = np.argsort(keys, kind="stable")
        keys, owners = keys[order], owners[order]
        # eight keys a bucket: few enough to go through, and few buckets to hold
        bits = wide - max(total // 8, 1).bit_length()
        bits = min(max(bits, _FEWEST_BITS), _MOST_BITS)
        plain = np.flatnonzero((counts < PLAIN) & (counts > 0))
        return cls(
            rests=(keys & np.uint64((1 << bits) - 1)).astype(np.uint32),
            owners=owners,
            edges=find_buckets(keys, wide, bits),
            wide=wide,
            bits=bits,
            plain=plain,
            plain_hashes=np.ascontiguousarray(prints["hashes"][plain]),
            pictures=len(prints),
        )


_SLAB = 65_536


def key_width(pictures: int) -> int:
    """Give how many signs of a key count: among more pictures, more.

    None of the widths parts a frequency from the one with its sides swapped.
    """
    return next((wide for most, wide in _WIDTHS if pictures <= most), KEY_BITS)


_WIDTHS = ((50_000, 33),)


class Asker:
    """Asks a table for the pictures that share keys. For one thread at a time."""

    def __init__(
        self, table: KeyTable, gone: npt.NDArray[np.bool_] | None = None
    ) -> None:
        self.table = table
        self._gone = np.zeros(table.pictures, np.bool_) if gone is None else gone
        self._votes = np.zeros(table.pictures, np.uint8)
        self._last = np.full(table.pictures, -1, np.int32)

    def ask(self, prints: Prints, rows: IntArray, before: IntArray) -> IntArray:
        """Find pictures numbered below *before* that are worth laying over *rows*.

        Gives number of the row, picture and votes, shape (n, 3).
        """
        from storekin.kernels.key_votes import vote

        table = self.table
        swaps, odd = key_swaps()
        room = 64 * len(rows) + 64
        while True:
            out = np.empty((room, 3), np.int64)
            written = vote(
                table.rests,
                table.owners,
                table.edges,
                table.bits,
                self._gone,
                prints["keys"],
                prints["weak"],
                prints["count"],
                rows,
                before,
                swaps,
                odd,
                _flips(),
                _bounds(table.wide),
                self._votes,
                self._last,
                out,
            )
            if written <= room:
                return out[:written]
            room = written

    def ask_plain(self, hashes: Keys) -> IntArray:
        """Find plain pictures whose hashes are near those of one, shape (2, 4)."""
        table = self.table
        if not len(table.plain):
            return np.empty(0, np.int64)
        near = np.zeros(len(table.plain), np.bool_)
        for trim in range(2):
            for own in (hashes[trim], hashes[trim] ^ mirror_mask()):
                apart = np.bitwise_count(table.plain_hashes[:, trim] ^ own)
                near |= apart.sum(axis=1) <= HASH_RADIUS
        found = table.plain[near]
        return found[~self._gone[found]][:MOST_FOUND]


@lru_cache(maxsize=1)
def _flips() -> IntArray:
    """Number the weak signs that each probe changes: none, one, two; -1 for none."""
    one = [(first, -1) for first in range(WEAK)]
    return np.array([(-1, -1), *one, *combinations(range(_TWO_OF), 2)], np.int64)


def _bounds(wide: int) -> IntArray:
    return np.array(
        [
            wide,
            LEAST_VOTES,
            MOST_HOLDERS,
            LEADERS,
            LEAST_OF_CROWD,
            MOST_FOUND,
            RARE,
        ],
        np.int64,
    )


def propose_pictures(
    prints: Prints, on_done: Progress | None = None
) -> tuple[IntArray, IntArray]:
    """Propose pairs of pictures, left < right, sorted: each asks those before it."""
    table = KeyTable.of(prints)

    def work(span: tuple[int, int]) -> IntArray:
        asker = Asker(table)
        keys = [np.empty(0, np.int64)]
        for low in range(span[0], span[1], _CHUNK):
            rows = np.arange(low, min(low + _CHUNK, span[1]))
            found = asker.ask(prints, rows, rows)
            keys.append((found[:, 1] << 32) | rows[found[:, 0]])
            let_go(prints)
        return np.concatenate(keys)

    wide = max(_CHUNK, len(prints) // 64)
    found = run_ranges(work, len(prints), wide, on_done)
    keys = distinct_of(np.concatenate([np.empty(0, np.int64), *found, _by_hash(table)]))
    return keys >> 32, keys & 0xFFFFFFFF


def _by_hash(table: KeyTable) -> IntArray:
    """Pair plain pictures of near hashes, trimmed or not, mirrored or not."""
    total = len(table.plain)
    if total < 2:
        return np.empty(0, np.int64)
    keys = [np.empty(0, np.int64)]
    for trim in range(2):
        own = table.plain_hashes[:, trim]
        both = np.concatenate([own, own ^ mirror_mask()])
        left, right = near_codes(both, HASH_RADIUS)
        low, high = np.sort(np.stack([left % total, right % total]), axis=0)
        keys.append(((low << 32) | high)[low != high])
    found = distinct_of(np.concatenate(keys))
    rows: IntArray = (table.plain[found >> 32] << 32) | table.plain[found & 0xFFFFFFFF]
    return rows
