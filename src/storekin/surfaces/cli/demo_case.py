"""The example's case, walked from the link to its lifting with the example's papers."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from storekin.api import find_remedies, load_portfolio, scan, write_report
from storekin.casework import Appeal, Cases
from storekin.errors import OutputFolderError
from storekin.kernels.compiled import LISTINGS, REGISTRATIONS, prepare
from storekin.surfaces.cli.progress import announce
from storekin.workflows.demo.papers import BESIDE, STORE
from storekin.workflows.scan import ScanResult

POLICY = "aliexpress+eu"
REVIEWER, OTHER, SELLER = "kim:reviewer", "roy:reviewer", "ann:seller"
PLACE = "case"


def refuse_walked(folder: Path) -> None:
    """Refuse an example on which a case was walked already.

    Raises:
        OutputFolderError: If one lies there.
    """
    if (folder / PLACE).exists():
        raise OutputFolderError(
            f"{folder / PLACE}: a case was walked there already",
            "remove it, or choose another folder",
        )


def walk_case(folder: Path) -> Iterator[str]:
    """Walk the case of the two stores that sell the same products; tell each step.

    Everything is made by what ``scan``, ``case`` and ``appeal`` do: the report, the
    case and its statements, the appeal with its exhibits and letter, lie in ``case`` of
    the example's *folder*.
    """
    place = folder / PLACE
    prepare(LISTINGS, REGISTRATIONS, announce=announce)
    portfolio = load_portfolio(folder)
    result = scan(portfolio, POLICY)
    write_report(result, place / "report")
    yield f"{place / 'report'}: {BESIDE} and {STORE} are associated"

    cases = Cases(place / "cases")
    name = cases.open(place / "report", BESIDE, STORE, REVIEWER)
    cases.move(name, "take_up", REVIEWER)
    cases.decide(
        name,
        "associated",
        "associate_stores",
        REVIEWER,
        reason="Ten products of the two stores are the same.",
    )
    cases.notify(name, REVIEWER, out=place / "told")
    yield f"{place / 'told'}: the statement of reasons, in English and Chinese"

    ended = _named_by_remedy(result)
    draft = Appeal.begin(place / "told" / f"{name}.en.json", place / "appeal")
    for paper in sorted((folder / "papers").iterdir()):
        draft.add(paper, "purchase_invoices")
    for evidence in draft.told["evidence"]:
        text = f"We ended {len(ended)} listings: {', '.join(ended)}."
        draft.answer_evidence(evidence["id"], "corrected", text)
    for part, text in (
        ("operations_done", "We listed ten products in both stores."),
        ("corrections", f"We ended {len(ended)} listings."),
        ("prevention", "Two persons compare each draft with both stores."),
        ("signed_by", "Ann Example"),
    ):
        draft.say(part, text)
    ready = draft.check(portfolio)
    count = len(ready.covered) + len(ready.uncovered)
    yield f"{draft.folder}: {len(ready.covered)} of {count} products have invoices"
    draft.pack(place / "appeal.zip")
    cases.appeal(name, draft, SELLER)
    yield f"{place / 'appeal.zip'}: the letter and the exhibits, sent"

    listings = portfolio.listings
    kept = [one not in ended for one in listings["listing"].to_pylist()]
    after = scan(replace(portfolio, listings=listings.filter(kept)), POLICY)
    both = {BESIDE, STORE}
    left = [one for one in after.associations if {one.left, one.right} == both]
    cases.move(name, "take_up_appeal", OTHER)
    cases.rule(
        name,
        "upheld" if left else "overturned",
        {one["id"]: "We scanned it again." for one in draft.told["evidence"]},
        OTHER,
        reason="A scan without the ended listings finds "
        + ("duplicates still." if left else "no duplicate."),
    )
    cases.notify(name, OTHER, out=place / "told-of-ruling")
    cases.move(name, "close", OTHER)
    yield f"{place / 'cases' / name}: {cases[name].state}, {cases.verify(name)} events"


def _named_by_remedy(result: ScanResult) -> list[str]:
    """Give the listings whose end leaves no duplicate, at the least loss."""
    return [
        listing
        for remedy in find_remedies(result)
        if {remedy.left, remedy.right} == {BESIDE, STORE}
        for listing in remedy.listings
    ]
