"""All pairs of one table of prints that are one picture, edited."""

import numpy as np

from storekin.kernels.parallel import run_ranges
from storekin.kernels.similar_texts import IntArray, Progress
from storekin.pictures.align import Laid
from storekin.pictures.candidates import propose_pictures
from storekin.pictures.judge import Recognised, recognise_pairs
from storekin.pictures.prints import Prints, let_go

_PAIRS = 2048


def recognise_all(
    prints: Prints, on_done: Progress | None = None
) -> tuple[IntArray, IntArray, Recognised]:
    """Find the pairs that are recognised, left < right, sorted, on all cores."""
    left, right = propose_pictures(prints)

    def judge(span: tuple[int, int]) -> tuple[IntArray, Recognised]:
        rows = np.arange(*span)
        found = recognise_pairs(prints, prints, left[rows], right[rows])
        known = np.flatnonzero(found.recognised)
        let_go(prints)
        return rows[known], found.of(known)

    parts = run_ranges(judge, len(left), _PAIRS, on_done)
    rows = np.concatenate([np.empty(0, np.int64), *(part for part, _ in parts)])
    facts = [Laid.none().facts, *(found.laid.facts for _, found in parts)]
    every = Recognised(Laid(np.concatenate(facts)), np.ones(len(rows), np.bool_))
    return left[rows], right[rows], every
