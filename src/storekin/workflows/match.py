"""The two matchers alone: pairs among one table's rows, and given pairs scored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.identity.grouping import Groups
from storekin.identity.model import (
    IDENTITY_SIGNALS,
    NEAR_SIGNALS,
    IdentityModel,
    signal_name,
)
from storekin.identity.register import Hub
from storekin.identity.values import number_stores
from storekin.kernels.numbering import distinct_of
from storekin.kernels.similar_texts import Progress
from storekin.listings.encoding import NO_ENCODERS, Encoders, check_encoders
from storekin.listings.matching import score_given
from storekin.listings.model import ListingModel, load_listing_model
from storekin.records.judgement import Judgement
from storekin.records.portfolio import Portfolio, Rejection
from storekin.wording.catalog import say
from storekin.workflows.given_pairs import GivenPairs
from storekin.workflows.listings import (
    compare_listings_of,
    picture_rejections,
    score_columns,
    signal_columns,
)
from storekin.workflows.registrations import (
    RegistrationFindings,
    compare_registrations,
    find_groups,
)

Step = Callable[[str], None]

FLOOR = 0.05
"""Pairs below this probability are left out, unless a code or picture joins them."""


@dataclass(frozen=True, slots=True)
class MatchedListings:
    """Pairs of listings that may show one product, and what could not be looked at.

    ``pairs`` is a table: left, right, probability, bits, level, signals. ``notes`` say
    what was compared less than pair by pair.
    """

    pairs: pa.Table
    rejections: list[Rejection]
    notes: tuple[str, ...]


def match_listing_table(
    portfolio: Portfolio,
    *,
    floor: float = FLOOR,
    across_stores: bool = False,
    lossless: bool = False,
    model: ListingModel | None = None,
    encoders: Encoders = NO_ENCODERS,
    on_step: Step | None = None,
    on_done: Progress | None = None,
) -> MatchedListings:
    """Find pairs of listings.

    Rows are sorted by the listings' ids, left < right. ``across_stores`` leaves out
    pairs inside one store. ``lossless`` looks at every pair of titles above the
    candidate threshold, of which the default misses a few that are close to it.
    """
    table = portfolio.listings
    owners = number_stores(portfolio.store_ids(), table).astype(np.int32)
    findings = compare_listings_of(
        table,
        owners,
        portfolio.folder,
        across_stores=across_stores,
        floor=floor,
        keep_strong=True,
        lossless=lossless,
        model=model,
        encoders=encoders,
        on_step=on_step,
        on_done=on_done,
    )
    scores = findings.scores
    pairs = pa.table(
        {
            "left": table["listing"].take(pa.array(scores.left)),
            "right": table["listing"].take(pa.array(scores.right)),
            **score_columns(scores),
        }
    ).combine_chunks()
    file = portfolio.files[0] if portfolio.files else "listings"
    unread = picture_rejections(table["listing"], findings.prepared.pictures, file)
    crowded = findings.crowded
    notes = (say("en", "notice", "wide", count=crowded),) if crowded else ()
    return MatchedListings(pairs, unread, notes)


@dataclass(frozen=True, slots=True)
class MatchedRegistrations:
    """Pairs of stores that may have one seller, and the groups that they come to.

    ``pairs`` is a table: left, right, probability, bits, chained, and a column of bits
    for each signal.
    """

    findings: RegistrationFindings
    groups: Groups
    pairs: pa.Table


def match_registration_table(
    portfolio: Portfolio,
    *,
    floor: float = FLOOR,
    judgements: Sequence[Judgement] = (),
    also: pa.Table | None = None,
    register: Sequence[Hub] = (),
    weights: IdentityModel | None = None,
    on_step: Step | None = None,
) -> MatchedRegistrations:
    """Find pairs of registrations, and the groups of stores that have one seller.

    Two stores of one group have at least the probability of the weakest pair on the
    strongest chain between them, whatever they say of one another alone; such a pair
    is marked ``chained``. Judgements bind: what has been found the same is, and what
    has been found not to be the same is left out. ``also`` holds pairs of store
    numbers to weigh, whether or not a rule proposes them; ``register`` says which
    values a person found generic, or not; ``weights`` stand for the shipped ones.
    """
    findings = compare_registrations(
        portfolio, also=also, register=register, weights=weights, on_step=on_step
    )
    return group_findings(findings, floor=floor, judgements=judgements)


def group_findings(
    findings: RegistrationFindings,
    *,
    floor: float = FLOOR,
    judgements: Sequence[Judgement] = (),
) -> MatchedRegistrations:
    """Group the stores, and lay out the pairs that are likely enough."""
    groups = find_groups(findings, judgements)
    bits = findings.bits()
    wide = len(findings.values) + 1
    direct = findings.left * wide + findings.right
    chained = groups.left * wide + groups.right
    keys = distinct_of(np.append(direct, chained))
    place = np.searchsorted(keys, direct)
    probability = np.zeros(len(keys))
    probability[place] = findings.probability(bits)
    through = np.zeros(len(keys))
    through[np.searchsorted(keys, chained)] = findings.probability(
        groups.joins.odds_bits[groups.by] - findings.prior_bits
    )
    keep = probability >= floor
    keep[place] |= _share_an_identifier(findings)
    keep |= through >= floor
    held = [left * wide + right for left, right in groups.apart]
    keep &= ~np.isin(keys, np.array(held, np.int64))
    table = registration_pairs(findings)
    row = np.full(len(keys), -1, np.int64)
    row[place] = np.arange(len(direct))
    chosen = row[keep]
    picked = table.take(pa.array(np.maximum(chosen, 0), mask=chosen < 0))
    ids = pa.array(findings.values.store_ids, pa.string())
    columns = {name: picked[name] for name in picked.column_names}
    columns["left"] = ids.take(pa.array(keys[keep] // wide))
    columns["right"] = ids.take(pa.array(keys[keep] % wide))
    columns["probability"] = pa.array(np.maximum(probability, through)[keep])
    pairs = pa.table(columns)
    is_chained = pa.array((through > probability)[keep])
    pairs = pairs.add_column(
        pairs.column_names.index("bits") + 1, "chained", is_chained
    )
    return MatchedRegistrations(findings, groups, pairs)


def _share_an_identifier(findings: RegistrationFindings) -> npt.NDArray[np.bool_]:
    """Mark the pairs that give one identifier which is not generic."""
    evidence = findings.evidence
    strong = [
        n
        for n, signal in enumerate(findings.values.by_signal)
        if signal.startswith("same_") and signal != "same_trademark"
    ]
    joins = (
        np.isin(evidence.signal, strong)
        & ~evidence.near
        & (evidence.left_code == evidence.right_code)
        & ~evidence.generic
    )
    exact = np.zeros(len(findings.left), np.bool_)
    exact[evidence.pair[joins]] = True
    return exact


def registration_pairs(findings: RegistrationFindings) -> pa.Table:
    """Lay out all compared pairs of registrations, a column of bits for each signal."""
    ids = pa.array(findings.values.store_ids, pa.string())
    bits = findings.bits()
    order = list(findings.values.by_signal)
    columns = {}
    evidence = findings.evidence
    near = {signal_name(signal, near=True): signal for signal in NEAR_SIGNALS}
    for name in (*IDENTITY_SIGNALS, *near):
        column = np.full(len(findings.left), np.nan)
        rows = evidence.signal == order.index(near.get(name, name))
        if near.get(name, name) in NEAR_SIGNALS:
            rows &= evidence.near == (name in near)
        column[evidence.pair[rows]] = evidence.bits[rows]
        columns[name] = column
    return pa.table(
        {
            "left": ids.take(pa.array(findings.left)),
            "right": ids.take(pa.array(findings.right)),
            "probability": findings.probability(bits),
            "bits": bits,
            **signal_columns(columns),
        }
    )


def score_listing_pairs(
    given: GivenPairs,
    model: ListingModel | None = None,
    encoders: Encoders = NO_ENCODERS,
    on_step: Step | None = None,
    on_done: Progress | None = None,
) -> pa.Table:
    """Score given pairs of listings among the listings around them, in their order."""
    chosen = model or load_listing_model()
    check_encoders(chosen.encoder, encoders)
    scores = score_given(
        given.listings,
        chosen,
        given.left,
        given.right,
        given.parts,
        on_step,
        on_done,
    )
    return pa.table(score_columns(scores))


def score_registration_pairs(
    both: Portfolio, weights: IdentityModel | None = None
) -> pa.Table:
    """Score given pairs of registrations; the stores are numbered ``left``, ``right``.

    Store i of the left side and store i of the right side are a pair. ``weights``
    stand for the shipped ones.
    """
    count = len(both.store_ids()) // 2
    pairs = pa.table({"left": np.arange(count), "right": np.arange(count) + count})
    findings = compare_registrations(both, also=pairs, propose=False, weights=weights)
    # these were picked, and not found among all pairs of so many stores
    findings = replace(findings, prior_bits=findings.model.prior_given)
    table = registration_pairs(findings)
    return table.drop_columns(["left", "right"])
