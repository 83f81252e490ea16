"""Compare all listings: candidates, comparisons, scores."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.kernels.similar_texts import Progress
from storekin.listings.blocking import ListingCandidates, propose_pairs
from storekin.listings.model import LEVELS, ListingModel, load_listing_model
from storekin.listings.prepared import PreparedListings, prepare_listings
from storekin.listings.scoring import ListingScores, score_pairs

Step = Callable[[str], None]
_BATCH = 1_000_000


@dataclass(frozen=True, slots=True)
class ListingFindings:
    """What the listings matcher found: rows of the listings table, and their scores."""

    prepared: PreparedListings
    model: ListingModel
    scores: ListingScores
    compared: int
    crowded: int


def compare_listings_of(
    listings: pa.Table,
    owners: npt.NDArray[np.int32],
    folder: Path | None,
    *,
    across_stores: bool,
    floor: float,
    keep_strong: bool = False,
    on_step: Step | None = None,
    on_done: Progress | None = None,
) -> ListingFindings:
    """Find and score all pairs with a probability of *floor* or more.

    With ``keep_strong`` also those that a code or a picture alone brings together.
    """
    say = on_step or (lambda _: None)
    model = load_listing_model()
    prepared = prepare_listings(listings, owners, folder, on_step)
    say("candidates")
    candidates = propose_pairs(
        prepared,
        across_stores=across_stores,
        near_radius=int(model.weight("image", "near_radius")),
        on_done=on_done,
    )
    say("comparisons")
    parts = [
        _score_batch(prepared, candidates, low, floor, model, keep_strong=keep_strong)
        for low in range(0, max(len(candidates.left), 1), _BATCH)
    ]
    return ListingFindings(
        prepared,
        model,
        join_scores(parts),
        len(candidates.left),
        candidates.crowded,
    )


def _score_batch(
    prepared: PreparedListings,
    candidates: ListingCandidates,
    low: int,
    floor: float,
    model: ListingModel,
    *,
    keep_strong: bool,
) -> ListingScores:
    left = candidates.left[low : low + _BATCH]
    right = candidates.right[low : low + _BATCH]
    scores = score_pairs(prepared, left, right, candidates.near_pictures, model)
    keep = scores.probability >= floor
    if keep_strong:
        keep |= candidates.strong[low : low + _BATCH]
    return scores.take(keep)


def join_scores(parts: list[ListingScores]) -> ListingScores:
    """Join batches of scores in their order."""
    return ListingScores(
        np.concatenate([p.left for p in parts]),
        np.concatenate([p.right for p in parts]),
        {name: np.concatenate([p.bits[name] for p in parts]) for name in parts[0].bits},
        np.concatenate([p.total for p in parts]),
        np.concatenate([p.probability for p in parts]),
        np.concatenate([p.level for p in parts]),
    )


def signal_columns(bits: dict[str, npt.NDArray[np.float64]]) -> dict[str, pa.Array]:
    """Turn signals' bits into Arrow columns; null where a signal is silent."""
    return {
        name: pa.array(column, pa.float64(), from_pandas=True)
        for name, column in bits.items()
    }


def level_column(level: npt.NDArray[np.int8]) -> pa.Array:
    """Turn levels into their names."""
    return pa.array(LEVELS).take(pa.array(level, pa.int8()))
