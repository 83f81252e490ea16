"""Which pictures are worth laying over one another: near hashes, and shared keys."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.hash_join import join_near_codes
from storekin.kernels.key_votes import find_buckets, vote
from storekin.kernels.parallel import run_chunks
from storekin.kernels.similar_texts import IntArray, Progress, ranges_of
from storekin.pictures.prints import Keys, PicturePrint, mirror_mask
from storekin.pictures.turns import turn_keys

KEY_MASK = np.uint64((1 << 36) - 1)
LEAST_VOTES = 2
MOST_HOLDERS = 100
"""Entries of one key beyond which it says nothing: an edge, a plain corner."""

HASH_RADIUS = 47
"""Bits of 256 in which hashes of one picture differ at most to be met by them alone;
keys find the rest."""

_WEAK = 4
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class KeyTable:
    """The 36-bit keys of all pictures' straight places, sorted, and whose they are."""

    keys: Keys
    owners: npt.NDArray[np.int32]
    edges: IntArray

    @classmethod
    def of(cls, prints: Sequence[PicturePrint]) -> "KeyTable":
        """Lay out the keys of *prints*, numbered as they stand."""
        nothing = np.empty(0, np.uint64)
        keys = np.concatenate([nothing, *(one.keys[0] for one in prints)]) & KEY_MASK
        owners = np.repeat(
            np.arange(len(prints), dtype=np.int32),
            np.array([len(one.places) for one in prints], np.int64),
        )
        order = np.lexsort((owners, keys))
        keys = np.ascontiguousarray(keys[order])
        return cls(keys, np.ascontiguousarray(owners[order]), find_buckets(keys))


def propose_pictures(
    prints: Sequence[PicturePrint], on_done: Progress | None = None
) -> tuple[IntArray, IntArray]:
    """Propose pairs of pictures, left < right, sorted."""
    table = KeyTable.of(prints)

    def work(span: tuple[int, int]) -> IntArray:
        chosen = list(range(*span))
        asked = [probes_of(prints[n]) for n in chosen]
        starts = np.zeros(len(chosen) + 1, np.int64)
        np.cumsum([len(one) for one in asked], out=starts[1:])
        rows = np.ascontiguousarray(np.concatenate(asked))
        pictures = np.array(chosen, np.int32)
        room = 1 << 14
        while True:
            out = np.empty(room, np.int64)
            written = vote(
                table.keys,
                table.owners,
                table.edges,
                rows,
                starts,
                probe_ways(),
                pictures,
                LEAST_VOTES,
                MOST_HOLDERS,
                len(prints),
                out,
            )
            if written <= room:
                return out[:written].copy()
            room = written

    found = run_chunks(work, ranges_of(len(prints), _CHUNK), on_done)
    keys = np.unique(np.concatenate([np.empty(0, np.int64), *found, _by_hash(prints)]))
    return keys >> 32, keys & 0xFFFFFFFF


def _by_hash(prints: Sequence[PicturePrint]) -> IntArray:
    """Pair pictures of near hashes, trimmed or not, mirrored or not."""
    if len(prints) < 2:
        return np.empty(0, np.int64)
    straight = np.stack([one.hashes for one in prints])
    found = []
    for trim in range(straight.shape[1]):
        own = straight[:, trim]
        both = np.concatenate([own, own ^ mirror_mask()])
        codes, number = np.unique(both, axis=0, return_inverse=True)
        near = join_near_codes(np.ascontiguousarray(codes), HASH_RADIUS)
        order = np.argsort(number.ravel(), kind="stable")
        begins = np.searchsorted(number.ravel()[order], np.arange(len(codes) + 1))
        same = np.arange(len(codes))
        left = np.concatenate([same, near.left])
        right = np.concatenate([same, near.right])
        found.append(_expand(left, right, order, begins, len(prints)))
    return np.unique(np.concatenate(found))


def _expand(
    left: IntArray, right: IntArray, order: IntArray, begins: IntArray, total: int
) -> IntArray:
    """Pair the pictures of each two codes; of a crowd, each with the first few."""
    from storekin.kernels.ranges import pair_ranges

    sizes = np.minimum(np.diff(begins), MOST_HOLDERS)
    _, a, b = pair_ranges(begins[left], sizes[left], begins[right], sizes[right])
    one, other = order[a] % total, order[b] % total
    apart = one != other
    low, high = np.minimum(one, other)[apart], np.maximum(one, other)[apart]
    keys: IntArray = (low << 32) | high
    return np.unique(keys)


def probe_ways() -> IntArray:
    """Number the way round of each probe of ``probes_of``."""
    return np.repeat(np.arange(24), [1 + _WEAK if n < 2 else 1 for n in range(24)])


def probes_of(one: PicturePrint) -> Keys:
    """Give the keys under which each place may stand in a copy; shape (places, probes).

    Straight and turned a little, mirrored, and turned by quarters; of the commonest two
    ways, straight and mirrored, also with one of the four least sure signs changed.
    """
    count = len(one.places)
    columns: list[Keys] = []
    weakest = np.argsort(one.sure[:, :36], axis=1, kind="stable")[:, :_WEAK]
    flips = np.uint64(1) << weakest.astype(np.uint64)
    ways = [
        turn_keys(one.keys[number], mirrored=mirrored, quarters=quarters)
        for quarters in range(4)
        for number in range(len(one.keys))
        for mirrored in (False, True)
    ]
    for number, keys in enumerate(ways):
        columns.append(keys)
        if number < 2:
            columns += [keys ^ flips[:, n] for n in range(_WEAK)]
    stacked = (
        np.stack(columns, axis=1) if count else np.empty((0, 24 + 2 * _WEAK), np.uint64)
    )
    return np.ascontiguousarray(stacked) & KEY_MASK
