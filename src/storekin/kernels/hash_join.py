"""Hashes of pictures to pairs within a radius: exact, whatever their number."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import ranges_of, run_chunks
from storekin.kernels.similar_texts import (
    CHUNK,
    IntArray,
    Progress,
    TokenArray,
)


@dataclass(frozen=True, slots=True)
class NearCodes:
    """Pairs of rows, left < right, sorted, and the bits in which they differ."""

    left: IntArray
    right: IntArray
    distance: npt.NDArray[np.int16]


def join_near_codes(
    codes: TokenArray, radius: int, on_done: Progress | None = None
) -> NearCodes:
    """Give all pairs of codes that differ in at most *radius* bits, each once.

    ``codes`` has shape (n, words), each row distinct: equal ones are folded before.
    Bits are spread over pieces evenly, so that no piece is all of one kind. The work
    grows with the square of the radius, and with that of how alike codes are.

    Raises:
        ValueError: If the radius is not below the number of bits.
    """
    from storekin.kernels.near_codes import (
        KEYS,
        PIECE_BITS,
        meet_near_codes,
        sort_by_piece,
        spread_bits,
    )

    total, words = codes.shape
    if radius >= 64 * words or radius < 0:
        raise ValueError(f"a radius of {radius} in {64 * words} bits")
    if total < 2:
        none = np.empty(0, np.int64)
        return NearCodes(none, none.copy(), np.empty(0, np.int16))
    given = np.ascontiguousarray(codes).view(np.uint16).reshape(total, 4 * words)
    pieces = np.empty_like(given)
    run_chunks(lambda span: spread_bits(given, pieces, *span), ranges_of(total, CHUNK))
    spread = pieces.view(np.uint64).reshape(total, words)
    flips = radius // pieces.shape[1]
    masks = _masks(PIECE_BITS, flips)

    def work(table: int) -> tuple[IntArray, npt.NDArray[np.int16]]:
        piece = np.ascontiguousarray(pieces[:, table])
        rows, moved, edges = sort_by_piece(spread, piece)
        room = 1 << 18
        while True:
            pairs = np.empty(room, np.int64)
            distances = np.empty(room, np.int16)
            written = meet_near_codes(
                moved,
                rows,
                edges,
                pieces,
                masks,
                table,
                flips,
                radius,
                0,
                KEYS,
                pairs,
                distances,
            )
            if written <= room:
                return pairs[:written].copy(), distances[:written].copy()
            room = written

    found = run_chunks(work, range(pieces.shape[1]), on_done)
    keys = np.concatenate([part[0] for part in found])
    distance = np.concatenate([part[1] for part in found])
    order = np.argsort(keys)
    keys = keys[order]
    return NearCodes(keys >> 32, keys & 0xFFFFFFFF, distance[order])


def _masks(bits: int, flips: int) -> IntArray:
    """Give all ways to flip at most so many bits."""
    return np.array(
        [
            sum(1 << place for place in chosen)
            for count in range(flips + 1)
            for chosen in combinations(range(bits), count)
        ],
        np.int64,
    )
