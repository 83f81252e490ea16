"""Tokens to pairs of similar texts: the join that finds what is worth comparing.

Texts lie in blocks by the length of their vectors; each block's index is made when its
turn comes. Pairs are gathered in memory, or in files by ranges of rows where there are
more of them than memory has room for.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import run_chunks, run_ranges, thread_count
from storekin.kernels.similar_texts import (
    CHUNK,
    IntArray,
    Progress,
    TokenArray,
    Tokens,
)

_HOPE = np.float32(1.6)
"""What a pair is trusted with for each mark that both have and whose feature is not in
both prefixes: so many times the mean weight of what is behind one prefix."""

_RARE, _COMMON = np.float32(0.5), np.float32(0.65)
_PART = np.float32(0.3)
"""Prefixes as if the threshold were no lower, longer for rare features; the share of
the threshold that two prefixes must have in common. Pairs that reach the threshold
by many common features alone are lost to it: see ``lossless``."""

_WAVE = 16
"""Blocks whose indexes are held at a time."""

SPAN = 1 << 18
"""Rows whose pairs go to one file, where pairs go to files."""


@dataclass(frozen=True, slots=True)
class Counted:
    """In how many of how many texts features stand, where the texts are a part."""

    texts: int
    counts_of: Callable[[TokenArray], IntArray]


@dataclass(frozen=True, slots=True)
class SimilarPairs:
    """Pairs of rows, left < right, sorted, with their cosine (0 to 1)."""

    left: IntArray
    right: IntArray
    cosine: npt.NDArray[np.float32]


def join_similar(
    tokens: Tokens,
    *,
    threshold: float,
    lone_share: float = 1.0,
    lossless: bool = False,
    owners: npt.NDArray[np.int32] | None = None,
    copies: npt.NDArray[np.int32] | None = None,
    counted: Counted | None = None,
    on_done: Progress | None = None,
) -> SimilarPairs:
    """Give all pairs of texts whose IDF-weighted cosine reaches *threshold*.

    Words, numbers and ideograph pairs count. A feature that one text alone has counts
    in that text's norm by ``lone_share``: it may be a slip of the pen, or what tells
    the two apart.
    Rows of one owner (the same number, not negative) are not paired. The default
    misses pairs near the threshold that share common features alone: of those of a
    million made-up titles above .45 it misses 3.6 %, above .5 1.1 %, above .55 .25 %.
    ``lossless`` misses none, and takes a dozen times as long. How common features are
    is counted here, or was ``counted`` in a larger table that the texts are a part of.
    """
    shares = _shares(threshold, lossless=lossless)
    laid = _lay_out(tokens, shares, lone_share, owners, copies, counted=counted)
    gathered = _InMemory()
    if laid is not None:
        _join(laid, threshold, gathered, on_done, lossless=lossless)
    return gathered.pairs()


def join_similar_on_disk(
    tokens: Tokens,
    folder: Path,
    *,
    threshold: float,
    lone_share: float = 1.0,
    lossless: bool = False,
    owners: npt.NDArray[np.int32] | None = None,
    on_done: Progress | None = None,
) -> Iterator[SimilarPairs]:
    """Give the pairs of ``join_similar`` in runs of their left rows, sorted.

    Features and pairs lie in files of *folder*; what is in memory grows with the
    number of texts alone, and not with that of the pairs. A file goes once it is read.
    """
    shares = _shares(threshold, lossless=lossless)
    laid = _lay_out(tokens, shares, lone_share, owners, None, folder)
    if laid is None:
        return
    gathered = _InFiles(folder)
    _join(laid, threshold, gathered, on_done, lossless=lossless)
    del laid
    yield from gathered.runs()


def _shares(threshold: float, *, lossless: bool) -> tuple[np.float32, np.float32]:
    """Give the shares of a norm beyond which rare and common features are no prefix.

    Two texts that agree by *threshold* share their rarest common feature in prefixes
    that go on until what is behind them is less than that share of the norm.
    """
    exact = np.float32(threshold)
    return (exact, exact) if lossless else (max(exact, _RARE), max(exact, _COMMON))


@dataclass(frozen=True, slots=True)
class _Laid:
    """Texts with features, block by block, from the shortest vectors to the longest.

    Within a block those of like features are neighbours. ``features`` are ranks from
    rare to common; ``by_norm`` gives each text's row.
    """

    blocks: "list[_Block]"
    by_norm: IntArray
    features: npt.NDArray[np.int32]
    starts: IntArray
    prefixes: npt.NDArray[np.int32]
    norms: npt.NDArray[np.float32]
    squares: npt.NDArray[np.float32]
    marks: TokenArray
    behind: npt.NDArray[np.float32]
    owners: npt.NDArray[np.int32]
    copies: npt.NDArray[np.int32]


def _lay_out(
    tokens: Tokens,
    shares: tuple[np.float32, np.float32],
    lone_share: float,
    owners: npt.NDArray[np.int32] | None,
    copies: npt.NDArray[np.int32] | None,
    folder: Path | None = None,
    counted: Counted | None = None,
) -> _Laid | None:
    """Weigh features and sort texts; None where no two texts share any."""
    from storekin.kernels.join import choose_prefixes, move_features
    from storekin.kernels.numbering import number_column, order_of_floats
    from storekin.kernels.tokenise import BIGRAM

    total = len(tokens)
    # words, numbers and pairs of ideographs come first in a text, by their kind
    features, distinct, counts = number_column(
        tokens.values, last=((BIGRAM + 1) << 61) - 1
    )
    texts = total
    if counted is not None:
        texts = counted.texts
        counts = np.maximum(counts, counted.counts_of(distinct)).astype(counts.dtype)
    # from rare to common; equally common ones by their hash, never by first sight
    shared = np.flatnonzero(counts > 1)
    if len(shared) == 0:
        return None
    order = shared[np.lexsort((distinct[shared], counts[shared]))]
    rank = np.full(len(distinct), -1, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    common = counts[order].astype(np.float64)
    squares = (np.log(1 + texts / common) ** 2).astype(np.float32)
    first_common = int(np.searchsorted(common, 1000))
    lone = np.float32(lone_share * np.log(1 + texts) ** 2)
    sizes = np.zeros(total, np.int64)
    prefixes = np.zeros(total, np.int32)
    norms = np.zeros(total, np.float32)
    behind = np.zeros(total, np.float32)
    alike = np.zeros(total, np.uint64)
    run_ranges(
        lambda span: choose_prefixes(
            features,
            tokens.starts,
            rank,
            squares,
            lone,
            shares[1],
            shares[0],
            first_common,
            sizes,
            prefixes,
            norms,
            behind,
            alike,
            *span,
        ),
        total,
        CHUNK,
    )
    by_norm = order_of_floats(norms)
    by_norm = by_norm[sizes[by_norm] > 0]
    if len(by_norm) == 0:
        return None
    blocks = _blocks(norms[by_norm])
    run_chunks(
        lambda block: _put_alike_together(by_norm[block.first : block.last], alike),
        blocks,
    )
    starts = np.zeros(len(by_norm) + 1, np.int64)
    np.cumsum(sizes[by_norm], out=starts[1:])
    # a feature's own bit: a document's marks are the same whatever it stands among
    bits = (distinct[order] * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(57)).astype(
        np.uint8
    )
    places = np.full(total, -1)
    places[by_norm] = np.arange(len(by_norm))
    # in memory what is written need not be waited for; a file is written in a row
    turns = np.arange(total) if folder is None else by_norm
    moved = _room(folder, int(starts[-1]))
    marks = np.empty((len(by_norm), 4), np.uint64)
    run_ranges(
        lambda span: move_features(
            features,
            tokens.starts,
            turns,
            places,
            starts,
            prefixes,
            bits,
            moved,
            marks,
            *span,
        ),
        len(turns),
        CHUNK,
    )
    nobody = np.full(len(by_norm), -1, np.int32)
    once = np.zeros(len(by_norm), np.int32)
    return _Laid(
        blocks=blocks,
        by_norm=by_norm,
        features=moved,
        starts=starts,
        prefixes=prefixes[by_norm],
        norms=norms[by_norm],
        squares=squares,
        marks=marks,
        behind=behind[by_norm],
        owners=nobody if owners is None else owners[by_norm].astype(np.int32),
        copies=once if copies is None else copies[by_norm].astype(np.int32),
    )


def _room(folder: Path | None, size: int) -> npt.NDArray[np.int32]:
    """Give room for features: in memory, or in a file that the system pages."""
    if folder is None:
        return np.empty(size, np.int32)
    mapped = np.memmap(folder / "features", np.int32, "w+", shape=(size,))
    # the kernels take plain arrays; the file stays mapped behind this one
    return np.asarray(mapped)


@dataclass(frozen=True, slots=True)
class _Block:
    """Texts [first, last), and the length of the shortest vector among them."""

    first: int
    last: int
    shortest: np.float32


def _blocks(norms: npt.NDArray[np.float32]) -> list[_Block]:
    """Cut texts into blocks whose norms are near: thresholds are tight within one."""
    from storekin.kernels.join import BLOCK

    total = len(norms)
    edges = [0]
    while edges[-1] < total:
        low = edges[-1]
        near = int(np.searchsorted(norms, norms[low] * np.float32(1.3)))
        edges.append(min(total, max(low + 2048, min(low + BLOCK, near))))
    return [_Block(*edge, norms[edge[0]]) for edge in itertools.pairwise(edges)]


def _put_alike_together(rows: IntArray, alike: TokenArray) -> None:
    """Order the rows of a block by what is ``alike``; equal ones stay as they are.

    What one text's list of neighbours has in memory is at hand for the next one.
    """
    from storekin.kernels.join import SPARE

    keys = alike[rows] | np.arange(len(rows), dtype=np.uint64)
    keys.sort()
    rows[:] = rows[(keys & np.uint64((1 << SPARE) - 1)).astype(np.int64)]


def _join(
    laid: _Laid,
    threshold: float,
    gathered: "_InMemory | _InFiles",
    on_done: Progress | None,
    *,
    lossless: bool,
) -> None:
    """Hand all pairs to *gathered*, wave by wave of blocks."""
    from storekin.kernels.join import index_block, join_block

    scale = np.float32(0.5)
    rounded = np.maximum(1, np.round(laid.squares * scale)).astype(np.uint16)
    total = len(laid.norms)
    # a block meets itself and all texts behind it
    whole = sum(total - block.first for block in laid.blocks)
    before = 0

    def work(task: tuple[_Block, int, Any]) -> None:
        block, query, index = task
        query_last = min(query + CHUNK, total)
        room = 64 * (query_last - query) + 1024
        while True:
            pairs = np.empty(room, np.int64)
            cosines = np.empty(room, np.float32)
            written = join_block(
                laid.features,
                laid.starts,
                laid.prefixes,
                laid.norms,
                laid.squares,
                rounded,
                index[0],
                index[1],
                block.first,
                block.last,
                query,
                query_last,
                np.float32(threshold),
                np.float32(0 if lossless else _PART * threshold),
                scale,
                block.shortest,
                laid.owners,
                laid.copies,
                laid.marks,
                laid.behind,
                np.float32(0) if lossless else _HOPE,
                pairs,
                cosines,
            )
            if written <= room:
                break
            room = written
        one = laid.by_norm[pairs[:written] >> 32]
        other = laid.by_norm[pairs[:written] & 0xFFFFFFFF]
        keys = (np.minimum(one, other) << 32) | np.maximum(one, other)
        gathered.add(keys, cosines[:written].copy())

    for wave in range(0, len(laid.blocks), _WAVE):
        chosen = laid.blocks[wave : wave + _WAVE]
        indexes = run_chunks(
            lambda block: index_block(
                laid.features,
                laid.starts,
                laid.prefixes,
                block.first,
                block.last,
                len(laid.squares),
            ),
            chosen,
        )
        tasks = [
            (block, query, index)
            for block, index in zip(chosen, indexes, strict=True)
            for query in range(block.first, total, CHUNK)
        ]
        texts = sum(total - block.first for block in chosen)

        def report(
            count: int, of: int, begun: int = before, texts: int = texts
        ) -> None:
            if on_done is not None:
                on_done(begun + texts * count // of, whole)

        run_chunks(work, tasks, report)
        before += texts


class _InMemory:
    """Keeps all pairs, to be sorted at the end."""

    def __init__(self) -> None:
        self._parts: list[tuple[IntArray, npt.NDArray[np.float32]]] = []

    def add(self, keys: IntArray, cosines: npt.NDArray[np.float32]) -> None:
        """Take the pairs of one task; tasks come in any order."""
        self._parts.append((keys, cosines))

    def pairs(self) -> SimilarPairs:
        """Give all pairs in order."""
        nothing = (np.empty(0, np.int64), np.empty(0, np.float32))
        parts = [*self._parts, nothing]
        self._parts = []
        if not sum(len(keys) for keys, _ in parts):
            return SimilarPairs(nothing[0], nothing[0].copy(), nothing[1])
        return _sorted_pairs(
            np.concatenate([keys for keys, _ in parts]),
            np.concatenate([cosines for _, cosines in parts]),
        )


class _InFiles:
    """Keeps pairs in files by ranges of left rows, each sorted when it is read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._names: set[int] = set()

    def add(self, keys: IntArray, cosines: npt.NDArray[np.float32]) -> None:
        """Append the pairs of one task to the files of their ranges."""
        order = np.argsort(keys)
        keys, cosines = keys[order], cosines[order]
        ranges = (keys >> 32) // SPAN
        begins = np.flatnonzero(np.diff(ranges, prepend=-1))
        with self._lock:
            for low, high in itertools.pairwise([*begins.tolist(), len(keys)]):
                name = int(ranges[low])
                self._names.add(name)
                for kind, part in (("keys", keys), ("cosines", cosines)):
                    with (self._folder / f"{kind}-{name}").open("ab") as file:
                        part[low:high].tofile(file)

    def runs(self) -> Iterator[SimilarPairs]:
        """Give the pairs of each range of rows in order."""
        for name in sorted(self._names):
            paths = [self._folder / f"{kind}-{name}" for kind in ("keys", "cosines")]
            keys = np.fromfile(paths[0], np.int64)
            cosines = np.fromfile(paths[1], np.float32)
            for path in paths:
                path.unlink()
            yield _sorted_pairs(keys, cosines)


def _sorted_pairs(keys: IntArray, cosines: npt.NDArray[np.float32]) -> SimilarPairs:
    """Sort pairs by their keys, range by range of left rows, on all cores."""
    from storekin.kernels.join import order_pairs

    lowest = int(keys.min()) >> 32
    sizes = np.bincount((keys >> 32) - lowest)
    edges = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=edges[1:])
    left, right = np.empty(len(keys), np.int64), np.empty(len(keys), np.int64)
    ordered = np.empty(len(keys), np.float32)
    shares = np.arange(thread_count() + 1) * len(keys) // thread_count()
    bounds = np.searchsorted(edges, shares).tolist()
    run_chunks(
        lambda span: order_pairs(
            keys,
            cosines.view(np.uint32),
            lowest,
            edges,
            left,
            right,
            ordered.view(np.uint32),
            *span,
        ),
        list(itertools.pairwise(bounds)),
    )
    return SimilarPairs(left, right, ordered)
