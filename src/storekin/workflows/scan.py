"""Scan a portfolio: which stores are associated, by what, under whose rule."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from storekin.graph.associations import Association
from storekin.graph.catalogues import SharedCatalogues
from storekin.graph.clusters import Cluster, join_clusters
from storekin.identity.values import IntArray, number_stores
from storekin.listings.model import LISTING_SIGNALS, load_listing_model
from storekin.policy.model import Policy
from storekin.records.portfolio import Portfolio, Rejection
from storekin.wording.rejections import reject
from storekin.workflows.findings import (
    EvidenceWriter,
    catalogue_associations,
    find_shared_catalogues,
    identity_associations,
    opening_days,
    value_notices,
)
from storekin.workflows.listings import (
    ListingFindings,
    compare_listings_of,
    score_columns,
)
from storekin.workflows.picture_evidence import PictureEvidence, picture_evidence
from storekin.workflows.registrations import (
    RegistrationFindings,
    compare_registrations,
)

_SIMILAR = 2
"""Listing pairs below the third level's probability are not kept: not even similar."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Who is told how far a scan is: the name of a step, and done of how many."""

    step: Callable[[str], None]
    done: Callable[[int, int], None]


def silent_progress() -> Progress:
    """Tell nobody."""
    return Progress(step=lambda _: None, done=lambda _a, _b: None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """What a scan found.

    ``associations`` are sorted by strength; ``notices`` associate nobody;
    ``listing_pairs`` has a row for each pair of listings that are at least similar,
    sorted by their ids, with a column of bits for each signal (null where silent).
    """

    portfolio: Portfolio
    policy: Policy
    masked: bool
    associations: tuple[Association, ...]
    notices: tuple[Association, ...]
    clusters: tuple[Cluster, ...]
    listing_pairs: pa.Table
    rejections: tuple[Rejection, ...]
    summary: dict[str, object]
    registrations: RegistrationFindings
    listings: ListingFindings | None
    catalogues: SharedCatalogues | None
    pictures: tuple[PictureEvidence, ...]


def scan_portfolio(
    portfolio: Portfolio,
    policy: Policy,
    *,
    masked: bool = True,
    as_of: str | None = None,
    apart: Collection[tuple[str, str]] = (),
    progress: Progress | None = None,
) -> ScanResult:
    """Compare all registrations and listings, and decide under *policy*.

    With ``as_of`` (a day, as text) later registrations, listings and accesses do not
    count. ``apart`` holds pairs of store ids that have been ruled not to be the same;
    they are never associated, nor brought into one cluster by others.
    """
    tell = progress or silent_progress()
    if as_of is not None:
        portfolio = as_known_on(portfolio, as_of)
    held = {(min(pair), max(pair)) for pair in apart}
    ids = portfolio.store_ids()
    tell.step("registrations")
    registrations = compare_registrations(portfolio, on_step=tell.step)
    writer = EvidenceWriter(registrations, masked=masked)
    opened = opening_days(portfolio.stores, portfolio.registrations)
    associations = identity_associations(registrations, policy, opened, held, writer)
    notices = value_notices(registrations, policy, writer)
    listings = None
    catalogues = None
    rejections = list(portfolio.rejections)
    pairs = empty_pairs()
    pictures: tuple[PictureEvidence, ...] = ()
    if portfolio.listings.num_rows:
        listings, sizes = compare_catalogues(portfolio, tell)
        tell.step("catalogues")
        catalogues = find_shared_catalogues(listings, policy)
        associations += catalogue_associations(catalogues, ids, sizes, policy, held)
        pairs = pair_table(portfolio, listings)
        rejections.extend(_picture_rejections(portfolio, listings))
        pictures = picture_evidence(portfolio, listings, associations)
    associations.sort(key=_strongest_first)
    clusters = join_clusters(associations, held)
    return ScanResult(
        portfolio=portfolio,
        policy=policy,
        masked=masked,
        associations=tuple(associations),
        notices=tuple(notices),
        clusters=tuple(clusters),
        listing_pairs=pairs,
        rejections=tuple(sorted(rejections)),
        summary=_summary(
            portfolio,
            policy,
            associations,
            notices,
            clusters,
            pairs,
            rejections,
            listings,
            registrations,
            as_of,
        ),
        registrations=registrations,
        listings=listings,
        catalogues=catalogues,
        pictures=pictures,
    )


def as_known_on(portfolio: Portfolio, day: str) -> Portfolio:
    """Leave out what is dated after *day*; what has no date stays."""
    import pyarrow.compute as pc

    notes = [*portfolio.notes]
    kept = {}
    for name, column in (
        ("registrations", "submitted"),
        ("listings", "created"),
        ("access", "at"),
    ):
        table = getattr(portfolio, name)
        later = pc.greater(table[column], pa.scalar(date.fromisoformat(day)))
        kept[name] = table.filter(pc.invert(pc.fill_null(later, fill_value=False)))
        left_out = table.num_rows - kept[name].num_rows
        if left_out:
            notes.append(f"{name}: {left_out} rows dated after {day} are left out")
    return replace(portfolio, **kept, notes=tuple(notes))


def compare_catalogues(
    portfolio: Portfolio, tell: Progress
) -> tuple[ListingFindings, IntArray]:
    """Compare the listings of every two stores; give the catalogues' sizes, too."""
    ids = portfolio.store_ids()
    owners = number_stores(ids, portfolio.listings).astype(np.int32)
    findings = compare_listings_of(
        portfolio.listings,
        owners,
        portfolio.folder,
        across_stores=True,
        floor=load_listing_model().levels[_SIMILAR],
        on_step=tell.step,
        on_done=tell.done,
    )
    return findings, np.bincount(owners, minlength=len(ids))


_ORDER = ("duplicate_registration", "duplicate_distribution", "related")


def _strongest_first(association: Association) -> tuple[int, float, str, str]:
    return (
        _ORDER.index(association.effect),
        -association.bits,
        association.left,
        association.right,
    )


def empty_pairs() -> pa.Table:
    """Give the table of listing pairs without rows."""
    texts = {
        name: pa.array([], pa.string())
        for name in ("left_listing", "right_listing", "left_store", "right_store")
    }
    return pa.table(
        {
            **texts,
            "probability": pa.array([], pa.float64()),
            "bits": pa.array([], pa.float64()),
            "level": pa.array([], pa.string()),
            **{name: pa.array([], pa.float64()) for name in LISTING_SIGNALS},
        }
    )


def pair_table(portfolio: Portfolio, findings: ListingFindings) -> pa.Table:
    """Lay out scored listing pairs by the listings' ids, left listing first."""
    scores = findings.scores
    left, right = pa.array(scores.left), pa.array(scores.right)
    table = portfolio.listings
    return pa.table(
        {
            "left_listing": table["listing"].take(left),
            "right_listing": table["listing"].take(right),
            "left_store": table["store"].take(left),
            "right_store": table["store"].take(right),
            **score_columns(scores),
        }
    ).combine_chunks()


def _picture_rejections(
    portfolio: Portfolio, findings: ListingFindings
) -> list[Rejection]:
    ids = portfolio.listings["listing"]
    return [
        reject(
            reason,
            file="listings",
            line=0,
            column="images",
            used=True,
            about={"listing": ids[row].as_py(), "picture": reference},
        )
        for row, reference, reason in findings.prepared.pictures.faults
    ]


def _count_by(items: Collection[str]) -> dict[str, int]:
    return dict(sorted(Counter(items).items()))


def _summary(
    portfolio: Portfolio,
    policy: Policy,
    associations: list[Association],
    notices: list[Association],
    clusters: list[Cluster],
    pairs: pa.Table,
    rejections: list[Rejection],
    listings: ListingFindings | None,
    registrations: RegistrationFindings,
    as_of: str | None,
) -> dict[str, object]:
    import pyarrow.compute as pc

    levels = pc.value_counts(pairs["level"]).to_pylist()
    return {
        "storekin": 1,
        "policy": {
            "name": policy.name,
            "digest": policy.digest,
            "title": policy.title,
            "effective_on": policy.effective_on.isoformat(),
        },
        "as_of": as_of,
        "records": {
            "stores": portfolio.stores.num_rows,
            "registrations": portfolio.registrations.num_rows,
            "listings": portfolio.listings.num_rows,
            "access": portfolio.access.num_rows,
        },
        "files": list(portfolio.files),
        "rejected": {
            "rows": sum(not r.used for r in rejections),
            "values": sum(r.used for r in rejections),
        },
        "notes": list(portfolio.notes),
        "compared": {
            "store_pairs": len(registrations.left),
            "listing_pairs": 0 if listings is None else listings.compared,
            "common_products": 0 if listings is None else listings.crowded,
        },
        "associations": _count_by([a.effect for a in associations]),
        "outcomes": _count_by([a.outcome for a in associations]),
        "notices": [
            {
                "signal": notice.evidence[0].signal,
                "value": notice.evidence[0].left,
                "stores": len(notice.stores),
                "because": notice.evidence[0].because,
            }
            for notice in notices
        ],
        "listing_levels": {
            item["values"]: item["counts"]
            for item in sorted(levels, key=lambda item: str(item["values"]))
        },
        "clusters": {
            "count": len(clusters),
            "largest": max((len(c.stores) for c in clusters), default=0),
        },
        "prior_bits": registrations.prior_bits,
        "models": {
            "identity": registrations.model.version,
            "listings": None if listings is None else listings.model.name,
        },
    }
