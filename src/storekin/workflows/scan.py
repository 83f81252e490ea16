"""Scan a portfolio: which stores are associated, by what, under whose rule."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa

from storekin.graph.associations import Association
from storekin.graph.clusters import Cluster, join_clusters
from storekin.identity.values import number_stores
from storekin.listings.model import load_listing_model
from storekin.listings.signals import LISTING_SIGNALS
from storekin.policy.decide import Decisions, decide_in_force, outcome_of
from storekin.policy.facts import CatalogueFacts, Facts, day_number
from storekin.policy.model import Policy
from storekin.records.declaration import Declaration
from storekin.records.portfolio import Portfolio, Rejection
from storekin.workflows.facts import gather_facts
from storekin.workflows.findings import (
    EvidenceWriter,
    Writing,
    value_notices,
    write_associations,
)
from storekin.workflows.listings import (
    ListingFindings,
    asked_columns,
    compare_listings_of,
    picture_rejections,
    score_columns,
)
from storekin.workflows.picture_evidence import PictureEvidence, picture_evidence
from storekin.workflows.registrations import (
    RegistrationFindings,
    compare_registrations,
)
from storekin.workflows.rests_on import rests_on

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
    ``policy`` is the newest version, ``decisions`` has those under each of them;
    what has no day of its own is decided by the version in force ``today``.
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
    pictures: tuple[PictureEvidence, ...]
    facts: Facts
    decisions: tuple[Decisions, ...]
    today: date

    @property
    def versions(self) -> tuple[Policy, ...]:
        """Give the versions of the policy that were in force at one time or another."""
        return tuple(decided.policy for decided in self.decisions)


@dataclass(frozen=True, slots=True)
class Compared:
    """A portfolio whose registrations and listings were compared, and the facts."""

    portfolio: Portfolio
    registrations: RegistrationFindings
    listings: ListingFindings | None
    facts: Facts
    today: date


def compare_portfolio(
    portfolio: Portfolio,
    *,
    as_of: str | None = None,
    apart: Collection[tuple[str, str]] = (),
    declarations: Sequence[Declaration] = (),
    keep_graph: bool = False,
    progress: Progress | None = None,
) -> Compared:
    """Compare all registrations and listings: what any policy decides on.

    ``keep_graph`` keeps all pairs of listings that were compared as well.
    """
    tell = progress or silent_progress()
    today = datetime.now(tz=UTC).date()
    if as_of is not None:
        portfolio = as_known_on(portfolio, as_of)
        today = date.fromisoformat(as_of)
    tell.step("registrations")
    registrations = compare_registrations(portfolio, on_step=tell.step)
    listings = None
    if portfolio.listings.num_rows:
        listings = compare_catalogues(portfolio, tell, keep_graph=keep_graph)
        tell.step("catalogues")
    facts = gather_facts(
        portfolio,
        registrations,
        listings,
        apart=apart,
        declarations=declarations,
        today=today,
    )
    return Compared(portfolio, registrations, listings, facts, today)


def scan_portfolio(
    portfolio: Portfolio,
    policy: Policy | Sequence[Policy],
    *,
    masked: bool = True,
    as_of: str | None = None,
    apart: Collection[tuple[str, str]] = (),
    declarations: Sequence[Declaration] = (),
    progress: Progress | None = None,
) -> ScanResult:
    """Compare all registrations and listings, and decide under *policy*.

    Of several versions of one policy that in force at the event decides. With
    ``as_of`` (a day, as text) later registrations, listings and accesses do not
    count. ``apart`` holds pairs of store ids that have been ruled not to be the same;
    they are never associated, nor brought into one cluster by others.
    ``declarations`` name the stores that their seller disclosed as its own.
    """
    compared = compare_portfolio(
        portfolio,
        as_of=as_of,
        apart=apart,
        declarations=declarations,
        progress=progress,
    )
    return judge(compared, policy, masked=masked, as_of=as_of, apart=apart)


def judge(
    compared: Compared,
    policy: Policy | Sequence[Policy],
    *,
    masked: bool = True,
    as_of: str | None = None,
    apart: Collection[tuple[str, str]] = (),
) -> ScanResult:
    """Decide what was compared under *policy*, and write out all that follows."""
    versions = (policy,) if isinstance(policy, Policy) else tuple(policy)
    portfolio, registrations = compared.portfolio, compared.registrations
    listings, facts = compared.listings, compared.facts
    newest = versions[-1]
    writer = EvidenceWriter(registrations, masked=masked)
    decisions = decide_in_force(facts, versions, day_number(compared.today))
    writing = Writing(facts, writer)
    found: list[Association] = []
    for place, decided in enumerate(decisions):
        rests = rests_on(decided, facts, registrations)
        found += write_associations(decided, writing, rests, place)
    associations = sorted(
        (a for a in found if a.effect != "advisory"), key=_strongest_first
    )
    notices = value_notices(registrations, newest, writer)
    notices += sorted(
        (a for a in found if a.effect == "advisory"),
        key=lambda a: (-a.bits, a.left, a.right),
    )
    if not newest.in_force_on(compared.today):
        told = f"{newest.name} is not in force on {compared.today.isoformat()}"
        portfolio = replace(portfolio, notes=(*portfolio.notes, told))
    rejections = list(portfolio.rejections)
    pairs = empty_pairs()
    pictures: tuple[PictureEvidence, ...] = ()
    if listings is not None:
        pairs = pair_table(portfolio, listings, facts.catalogues)
        ids, seen = portfolio.listings["listing"], listings.prepared.pictures
        rejections.extend(picture_rejections(ids, seen))
        pictures = picture_evidence(portfolio, listings, associations)
    held = {(min(pair), max(pair)) for pair in apart}
    joining = [a for a in associations if joins_stores(a.effect, newest)]
    clusters = join_clusters(joining, held)
    return ScanResult(
        portfolio=portfolio,
        policy=newest,
        masked=masked,
        associations=tuple(associations),
        notices=tuple(notices),
        clusters=tuple(clusters),
        listing_pairs=pairs,
        rejections=tuple(sorted(rejections)),
        summary=_summary(
            portfolio,
            versions,
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
        pictures=pictures,
        facts=facts,
        decisions=tuple(decisions),
        today=compared.today,
    )


def joins_stores(effect: str, policy: Policy) -> bool:
    """Say whether an effect ties two stores; where only listings go, it does not."""
    action = outcome_of(effect, policy)
    return effect != "duplicate_distribution" or action != "remove_listings"


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
    portfolio: Portfolio, tell: Progress, *, keep_graph: bool = False
) -> ListingFindings:
    """Compare the listings of every two stores; see ``compare_listings_of``."""
    ids = portfolio.store_ids()
    owners = number_stores(ids, portfolio.listings).astype(np.int32)
    return compare_listings_of(
        portfolio.listings,
        owners,
        portfolio.folder,
        across_stores=True,
        floor=load_listing_model().levels[_SIMILAR],
        keep_graph=keep_graph,
        on_step=tell.step,
        on_done=tell.done,
    )


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
            "variant_level": pa.array([], pa.string()),
            "seen": pa.array([], pa.bool_()),
            "agrees": pa.array([], pa.string()),
            "given": pa.array([], pa.string()),
            "differs": pa.array([], pa.string()),
        }
    )


def pair_table(
    portfolio: Portfolio, findings: ListingFindings, facts: CatalogueFacts | None
) -> pa.Table:
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
            **asked_columns(scores, None if facts is None else facts.differs),
        }
    ).combine_chunks()


def _count_by(items: Collection[str]) -> dict[str, int]:
    return dict(sorted(Counter(items).items()))


def _summary(
    portfolio: Portfolio,
    versions: Sequence[Policy],
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

    policy = versions[-1]
    levels = pc.value_counts(pairs["level"]).to_pylist()
    return {
        "storekin": 1,
        "policy": {
            "name": policy.name,
            "digest": policy.digest,
            "title": policy.title,
            "effective_on": policy.effective_on.isoformat(),
            "versions": [one.name for one in versions],
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
