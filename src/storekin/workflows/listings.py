"""Compare all listings: candidates, comparisons, scores."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.kernels.similar_texts import Progress
from storekin.listings.encoding import NO_ENCODERS, Encoders, check_encoders
from storekin.listings.graph import CandidateGraph
from storekin.listings.matching import match_pool
from storekin.listings.model import ListingModel, load_listing_model
from storekin.listings.pictures import OwnPicture, Pictures
from storekin.listings.prepared import PreparedListings, prepare_listings
from storekin.listings.scoring import ListingScores
from storekin.listings.signals import DIFFERENCES, FIELDS, LEVELS, names_of
from storekin.records.portfolio import Rejection
from storekin.wording.rejections import reject

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ListingFindings:
    """What the listings matcher found: rows of the listings table, and their scores.

    ``graph`` holds all pairs that were compared, if it was asked for.
    """

    prepared: PreparedListings
    model: ListingModel
    scores: ListingScores
    compared: int
    crowded: int
    graph: CandidateGraph | None = None


def compare_listings_of(
    listings: pa.Table,
    owners: npt.NDArray[np.int32],
    folder: Path | None,
    *,
    across_stores: bool,
    floor: float,
    keep_strong: bool = False,
    lossless: bool = False,
    keep_graph: bool = False,
    model: ListingModel | None = None,
    encoders: Encoders = NO_ENCODERS,
    on_step: Step | None = None,
    on_done: Progress | None = None,
    own_pictures: Mapping[str, OwnPicture] | None = None,
) -> ListingFindings:
    """Find and score all pairs with a probability of *floor* or more.

    With ``keep_strong`` also those that a code or a picture alone brings together.
    ``own_pictures`` lie elsewhere than in *folder*, or were looked at before.
    ``keep_graph`` gives all pairs that were compared as well.
    """
    chosen = model or load_listing_model()
    check_encoders(chosen.encoder, encoders)
    prepared = prepare_listings(
        listings,
        owners,
        folder,
        on_step,
        encoders=encoders,
        on_done=on_done,
        own_pictures=own_pictures,
    )
    found = match_pool(
        prepared,
        chosen,
        across_stores=across_stores,
        floor=floor,
        keep_strong=keep_strong,
        lossless=lossless,
        keep_graph=keep_graph,
        on_step=on_step,
        on_done=on_done,
    )
    return ListingFindings(
        prepared, chosen, found.scores, found.compared, found.crowded, found.graph
    )


def picture_rejections(
    ids: pa.ChunkedArray, pictures: Pictures, file: str = "listings"
) -> list[Rejection]:
    """Name the pictures that could not be looked at; their listings are used."""
    return [
        reject(
            reason,
            file=file,
            line=0,
            column="images",
            used=True,
            about={"listing": ids[row].as_py(), "picture": reference},
        )
        for row, reference, reason in pictures.faults
    ]


def picture_notes(pictures: Pictures) -> list[str]:
    """Say in one line for each kind how many pictures could not be looked at."""
    kinds: dict[str, list[str]] = {}
    for _, reference, reason in pictures.faults:
        kinds.setdefault(reason, []).append(reference)
    return [
        f"images: {len(found):,} values left out, such as {found[0]!r}:"
        f" {_PROBLEMS[kind]}"
        for kind, found in kinds.items()
    ]


_PROBLEMS = {
    "picture_outside": "the path leads out of the folder",
    "picture_missing": "there is no such picture in the folder",
    "picture_unreadable": "it cannot be read as a picture",
}


def signal_columns(bits: dict[str, npt.NDArray[np.float64]]) -> dict[str, pa.Array]:
    """Turn signals' bits into Arrow columns; null where a signal is silent."""
    return {
        name: pa.array(column, pa.float64(), from_pandas=True)
        for name, column in bits.items()
    }


def level_column(level: npt.NDArray[np.int8]) -> pa.Array:
    """Turn levels into their names."""
    return pa.array(LEVELS).take(pa.array(level, pa.int8()))


def score_columns(scores: ListingScores) -> dict[str, pa.Array]:
    """Lay out scores: probability, bits, level and each signal's bits."""
    return {
        "probability": pa.array(scores.probability),
        "bits": pa.array(scores.total),
        "level": level_column(scores.level),
        **signal_columns(scores.bits),
    }


def asked_columns(
    scores: ListingScores, differs: npt.NDArray[np.int32] | None = None
) -> dict[str, pa.Array]:
    """Lay out what policies ask of pairs.

    ``variant_level`` is the level that they had if variants and codes did not count;
    ``seen`` tells that a picture or a code bears the pair out; ``agrees``, ``given``
    and ``differs`` name fields and differences, separated by ``|``.
    """
    return {
        "variant_level": level_column(scores.variant_level),
        "seen": pa.array(scores.seen),
        "agrees": _named(scores.agrees, FIELDS),
        "given": _named(scores.given, FIELDS),
        "differs": _named(scores.differs if differs is None else differs, DIFFERENCES),
    }


def _named(bits: npt.NDArray[np.int32], names: tuple[str, ...]) -> pa.Array:
    """Name what the bits of each pair stand for, as one text."""
    kinds, places = np.unique(bits, return_inverse=True)
    texts = pa.array(["|".join(names_of(kind, names)) for kind in kinds.tolist()])
    return texts.cast(pa.string()).take(pa.array(places.reshape(-1)))
