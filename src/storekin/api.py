"""The Python API: what the command line does, on tables and paths."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path

import pyarrow as pa

from storekin.errors import InvalidTableError, PictureError
from storekin.identity.history import KnownGroup
from storekin.identity.register import Hub
from storekin.kernels.compiled import (
    INDEXES,
    LISTINGS,
    PICTURES,
    REGISTRATIONS,
    prepare,
)
from storekin.listings.encoding import Encoders
from storekin.listings.model import read_model
from storekin.pictures.decode import decode_picture
from storekin.pictures.prints import print_picture
from storekin.pictures.recognition import Recognition, recognise
from storekin.policy.facts import day_number
from storekin.policy.load import find_policies, find_policy
from storekin.policy.model import Policy
from storekin.policy.replay import replay as replay_facts
from storekin.records.declaration import Declaration
from storekin.records.judgement import Judgement
from storekin.records.portfolio import Portfolio
from storekin.wiring import (
    beside,
    fit_to_groups,
    fit_to_pairs,
    image_column,
    numbered_stores,
    open_encoders,
    open_portfolio,
    portfolio_of,
    records_of,
    tied_pairs,
    typed_pairs,
    typed_records,
)
from storekin.workflows.check import registrations as check
from storekin.workflows.check.answers import Checked
from storekin.workflows.check.drafts import draft_listings, draft_registrations
from storekin.workflows.check.listings import check_listings as check_listing_drafts
from storekin.workflows.explain import Explanation, explain_pair
from storekin.workflows.images import match_folder, match_references
from storekin.workflows.match import (
    FLOOR,
    match_listing_table,
    match_registration_table,
    score_listing_pairs,
    score_registration_pairs,
)
from storekin.workflows.outputs import write_results
from storekin.workflows.portfolio_index import (
    PortfolioIndex,
    build_index,
    open_index,
)
from storekin.workflows.registration_index import RegistrationIndex
from storekin.workflows.remedies import Remedy
from storekin.workflows.remedies import find_remedies as remedies_of
from storekin.workflows.replay import replay_as_json, stored_facts
from storekin.workflows.scan import (
    ScanResult,
    compare_portfolio,
    scan_portfolio,
    silent_progress,
)
from storekin.workflows.verbs import Study

PortfolioLike = Portfolio | str | PathLike[str] | Mapping[str, object]
"""A portfolio: read already, a path, or tables by name (stores, registrations,
listings, access), each an Arrow, pandas or polars table."""


def load_portfolio(portfolio: PortfolioLike) -> Portfolio:
    """Read a portfolio from a path, or from tables in memory.

    Raises:
        StorekinError: If it cannot be read; the error says where, and how to mend it.
    """
    if isinstance(portfolio, Portfolio):
        return portfolio
    if isinstance(portfolio, str | PathLike):
        return open_portfolio(Path(portfolio))
    if isinstance(portfolio, Mapping):
        return portfolio_of(portfolio)
    raise InvalidTableError(
        f"{type(portfolio).__name__} is not a portfolio",
        "pass a path, or a mapping such as {'listings': table}",
    )


def load_policy(policy: str | PathLike[str] | Policy) -> Policy:
    """Load a shipped policy by name, or a policy file by path."""
    return policy if isinstance(policy, Policy) else find_policy(str(policy))


def scan(
    portfolio: PortfolioLike,
    policy: str | PathLike[str] | Policy = "aliexpress",
    *,
    masked: bool = True,
    as_of: str | None = None,
    apart: Collection[tuple[str, str]] = (),
    declarations: Sequence[Declaration] = (),
) -> ScanResult:
    """Say which stores of a portfolio are associated, and why.

    ``apart`` holds pairs of stores that have been ruled not to be the same,
    ``declarations`` the stores that their seller disclosed as its own. Of a folder with
    several versions of one policy that in force at the event decides.

    >>> import pyarrow as pa
    >>> licence = "91440300MA5EXAMPL0"
    >>> table = pa.table({"store": ["a", "b"], "business_licence": [licence] * 2})
    >>> [found.effect for found in scan({"registrations": table}).associations]
    ['duplicate_registration']
    """
    prepare(LISTINGS, REGISTRATIONS)
    return scan_portfolio(
        load_portfolio(portfolio),
        policy if isinstance(policy, Policy) else find_policies(str(policy)),
        masked=masked,
        as_of=as_of,
        apart=apart,
        declarations=declarations,
    )


def find_remedies(
    result: ScanResult,
    *,
    values: Mapping[str, float] | None = None,
    keep: Collection[str] = (),
) -> tuple[Remedy, ...]:
    """Say for each association of a scan what would lawfully end it.

    Of duplicate listings those of the least loss are named: by ``values`` (such as
    sales, by listing), by prices, or by their number. Of stores in ``keep`` nothing is
    ended where that can be helped.
    """
    return remedies_of(result, values=values, keep=keep)


def replay_policy(
    portfolio: PortfolioLike,
    old: str | PathLike[str] | Policy,
    new: str | PathLike[str] | Policy,
) -> dict[str, object]:
    """Say which stores would have another outcome under policy *new* than under *old*.

    Takes a portfolio, or the path of a scan's results, whose stored decisions are taken
    again. Gives counts, the stores both ways, and each changed pair with its reasons.
    """
    facts = None
    if isinstance(portfolio, str | PathLike):
        facts = stored_facts(Path(portfolio))
    if facts is None:
        prepare(LISTINGS, REGISTRATIONS)
        facts = compare_portfolio(load_portfolio(portfolio)).facts
    return replay_as_json(
        replay_facts(facts, load_policy(old), load_policy(new)), facts
    )


def check_registrations(
    drafts: object,
    against: str | PathLike[str],
    policy: str | PathLike[str] | Policy = "aliexpress",
    *,
    seller_view: bool = False,
    declarations: Sequence[Declaration] = (),
    language: str = "en",
) -> list[Checked]:
    """Check draft registrations before they go live: allow, review or refuse.

    Takes a table with ``store`` (the draft's own name) and the columns of
    registrations, and the path of a portfolio, whose index is made where there is
    none. With ``seller_view`` only what a stranger may be told is told.
    """
    table = typed_records(records_of(drafts, "drafts"), "registrations", "store")
    asking = _asking(policy, seller_view, declarations, language)
    index = _index(Path(against))
    return list(
        check.check_registrations(
            draft_registrations(table.registrations), index, asking
        )
    )


def check_listings(
    drafts: object,
    against: str | PathLike[str],
    policy: str | PathLike[str] | Policy = "aliexpress",
    *,
    folder: str | PathLike[str] | None = None,
    seller_view: bool = False,
    declarations: Sequence[Declaration] = (),
    language: str = "en",
) -> list[Checked]:
    """Check draft listings before they go live: allow, review or refuse.

    Takes a table with ``listing`` (the draft's own name), ``store``, ``title`` and any
    other column of listings; local pictures lie in *folder*.
    """
    table = typed_records(records_of(drafts, "drafts"), "listings", "listing")
    asking = _asking(policy, seller_view, declarations, language)
    index = _index(Path(against))
    own = draft_listings(table.listings, Path(folder or "."))
    return list(check_listing_drafts(own, index, asking))


def _asking(
    policy: str | PathLike[str] | Policy,
    seller_view: bool,  # noqa: FBT001 - which of two views
    declarations: Sequence[Declaration],
    language: str,
) -> check.Asking:
    versions = (policy,) if isinstance(policy, Policy) else find_policies(str(policy))
    today = datetime.now(tz=UTC).date()
    held = [one for one in declarations if one.holds_on(today)]
    return check.Asking(versions, seller_view, language, day_number(today), held)


def _index(portfolio: Path) -> PortfolioIndex:
    found = open_index(portfolio)
    if found is None:
        prepare(INDEXES, LISTINGS, REGISTRATIONS)
        found = build_index(portfolio, open_portfolio(portfolio), silent_progress())
    return found


def write_report(result: ScanResult, folder: str | PathLike[str]) -> None:
    """Write all files of a scan into a folder, all or none.

    Raises:
        OutputFolderError: If the folder holds other files, or cannot be written.
    """
    write_results(result, Path(folder))


def explain(
    portfolio: PortfolioLike,
    left: str,
    right: str,
    policy: str | PathLike[str] | Policy = "aliexpress",
    *,
    masked: bool = True,
) -> Explanation:
    """Say why two stores are, or are not, associated."""
    prepare(LISTINGS, REGISTRATIONS)
    return explain_pair(
        load_portfolio(portfolio), load_policy(policy), left, right, masked=masked
    )


def match_listings(
    table: object,
    *,
    floor: float = FLOOR,
    across_stores: bool = False,
    lossless: bool = False,
    model: str | PathLike[str] | None = None,
    encoders: Sequence[str | PathLike[str]] = (),
) -> pa.Table:
    """Find pairs of listings that may show one product.

    Takes an Arrow, pandas or polars table with ``listing`` and ``title``, and any
    other column of the listings table. Gives left, right, probability (0 to 1), bits,
    level, and a column of bits for each signal, null where it is silent. ``model`` is
    the file of a model of one's own, ``encoders`` are folders of ONNX encoders.
    ``lossless`` looks at every pair of titles above the candidate threshold; of a
    million titles' pairs the default misses 3.6 %, nearly all of them close to it, and
    finds candidates a dozen times as fast.
    """
    fitted = None if model is None else read_model(Path(model))
    prepare(LISTINGS)
    portfolio = typed_records(records_of(table, "listings"), "listings", "listing")
    return match_listing_table(
        portfolio,
        floor=floor,
        across_stores=across_stores,
        lossless=lossless,
        model=fitted,
        encoders=_open(encoders),
    ).pairs


def match_images(
    pictures: object, *, folder: str | PathLike[str] | None = None
) -> pa.Table:
    """Find pictures that are one, edited: mirrored, cropped, turned, framed and so on.

    Takes the path of a folder of pictures, or an Arrow, pandas or polars table with
    ``images``: paths in *folder*, or ready hashes. Gives left and right, the bits in
    which their hashes differ, the places that agree, the correlation where they
    overlap, what was done (mirrored, degrees, the share of the left one that is shown
    and that of the right one which it fills, 0 to 1, recoloured), and a sentence.
    Pictures that cannot be read are left out.
    """
    prepare(PICTURES)
    if isinstance(pictures, str | PathLike):
        place = Path(pictures)
        if not place.is_dir():
            raise PictureError(f"{place}: is no folder", "name a folder of pictures")
        return match_folder(place)[0]
    images = image_column(records_of(pictures, "pictures"))
    return match_references(images, None if folder is None else Path(folder))[0]


def compare_images(
    left: str | PathLike[str] | bytes, right: str | PathLike[str] | bytes
) -> Recognition:
    """Say whether two pictures are one, edited, and what was done; files, or bytes.

    Raises:
        PictureError: If one is no picture, is broken, or is too large or too small.
    """
    prepare(PICTURES)
    sources = [one if isinstance(one, bytes) else Path(one) for one in (left, right)]
    return recognise(*(print_picture(decode_picture(source)) for source in sources))


def match_registrations(table: object, *, floor: float = FLOOR) -> pa.Table:
    """Find pairs of registrations that may have one seller.

    Takes an Arrow, pandas or polars table with ``store`` and any other column of the
    registrations table. Gives left, right, probability (0 to 1), bits and a column of
    bits for each signal, null where it is silent.
    """
    prepare(REGISTRATIONS)
    raw = records_of(table, "registrations")
    portfolio = typed_records(raw, "registrations", "store")
    return match_registration_table(portfolio, floor=floor).pairs


def study_registrations(
    registrations: PortfolioLike | object,
    *,
    judgements: Sequence[Judgement] = (),
    masked: bool = True,
    language: str = "en",
) -> Study:
    """Match all registrations once, and answer questions about their stores.

    Takes a portfolio, its path, or a table of registrations. The study has ``groups``
    (id, stores, weak links), ``why`` (two stores), ``how`` (a store's group, replayed),
    ``path`` (the strongest chain between two, avoiding some) and ``network`` (the
    stores around one). Judgements bind.

    >>> import pyarrow as pa
    >>> licence = "91440300MA5EXAMPL0"
    >>> table = pa.table({"store": ["a", "b"], "business_licence": [licence] * 2})
    >>> study = study_registrations(table)
    >>> study.why("a", "b").evidence[0].signal, study.groups()[0]["stores"]
    ('same_business_licence', ['a', 'b'])
    """
    prepare(REGISTRATIONS)
    if isinstance(registrations, Portfolio | str | PathLike | Mapping):
        portfolio = load_portfolio(registrations)
    else:
        raw = records_of(registrations, "registrations")
        portfolio = typed_records(raw, "registrations", "store")
    matched = match_registration_table(portfolio, judgements=judgements)
    return Study(matched, masked=masked, language=language)


def index_registrations(
    portfolio: PortfolioLike,
    *,
    judgements: Sequence[Judgement] = (),
    register: Sequence[Hub] = (),
    groups: Sequence[KnownGroup] = (),
) -> RegistrationIndex:
    """Index a portfolio's registrations, so that one is screened against all at once.

    ``judgements`` bind, ``register`` says which values a person found generic or not,
    and the ids of ``groups`` of an earlier run go on.

    >>> import pyarrow as pa
    >>> table = pa.table({"store": ["a"], "business_licence": ["91440300MA5EXAMPL0"]})
    >>> index = index_registrations({"registrations": table})
    >>> (found,) = index.screen({"business_licence": "91440300ma5exampl0"})
    >>> found.store, found.probability > 0.99
    ('a', True)
    """
    prepare(INDEXES, REGISTRATIONS)
    return RegistrationIndex.build(
        load_portfolio(portfolio),
        judgements=judgements,
        register=register,
        groups=groups,
    )


def compare_listings(
    pairs: object,
    *,
    context: object = None,
    model: str | PathLike[str] | None = None,
    encoders: Sequence[str | PathLike[str]] = (),
) -> pa.Table:
    """Score given pairs of listings; rows keep their order.

    Takes columns ``left_*`` and ``right_*`` (``left_title``, ``right_price`` and so
    on). Gives the same table with probability, bits, level and each signal's bits.
    ``context`` is a table of the listings around the pairs, tied to them by
    ``left_listing`` and ``right_listing``; without it the pairs' own listings are.
    """
    fitted = None if model is None else read_model(Path(model))
    prepare(LISTINGS)
    raw = records_of(pairs, "pairs")
    around = (
        None
        if context is None
        else typed_records(records_of(context, "context"), "listings", "listing")
    )
    opened = _open(encoders)
    given, _ = tied_pairs(raw, around, encoders=opened)
    scores = score_listing_pairs(given, fitted, opened)
    return beside(as_given(pairs, raw.table), scores)


def train_listings(
    records: str | PathLike[str],
    out: str | PathLike[str],
    *,
    groups: str | None = None,
    valid: str | PathLike[str] | None = None,
    context: str | PathLike[str] | None = None,
    remember: bool = True,
    alone: bool = False,
    encoders: Sequence[str | PathLike[str]] = (),
) -> dict[str, float]:
    """Fit a listings model to a file of labelled pairs, or of listings with groups.

    Writes the model to *out*; gives what was measured on pairs left out in turn. The
    model remembers the labelled pairs by digests, unless *remember* is false. One that
    sees pairs *alone*, and not among their rivals, scores twenty times as many.
    Needs the extra ``storekin[train]``.

    Raises:
        StorekinError: If the records do not suffice, or LightGBM is not installed.
    """
    opened = _open(encoders)
    prepare(LISTINGS)
    trained = (
        fit_to_pairs(
            Path(records),
            None if valid is None else Path(valid),
            None if context is None else Path(context),
            remember=remember,
            alone=alone,
            encoders=opened,
        )
        if groups is None
        else fit_to_groups(Path(records), groups, encoders=opened)
    )
    Path(out).write_text(trained.text, "utf-8")
    report = trained.report
    return {
        "pairs": report.pairs,
        "matching": report.matching,
        "f1_first_pass": report.f1_first,
        "f1_both_passes": report.f1_both,
        "f1_with_known_pairs": report.f1_known,
        "f1_settled": report.f1_settled,
        "passes": report.passes,
    }


def compare_registrations(pairs: object) -> pa.Table:
    """Score given pairs of registrations; rows keep their order.

    Takes columns ``left_*`` and ``right_*`` (``left_company_name`` and so on). Gives
    the same table with probability, bits and each signal's bits.
    """
    prepare(REGISTRATIONS)
    raw = records_of(pairs, "pairs")
    both, _ = typed_pairs(raw, "registrations")
    scored = score_registration_pairs(numbered_stores(both))
    return beside(as_given(pairs, raw.table), scored)


def _open(folders: Sequence[str | PathLike[str]]) -> Encoders:
    return open_encoders([Path(folder) for folder in folders])


def as_given(table: object, fallback: pa.Table) -> pa.Table:
    """Give a table's own columns where it is an Arrow table, else the read ones."""
    return table if isinstance(table, pa.Table) else fallback
