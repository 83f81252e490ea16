"""Readiness says what is missing or weak before the one chance is used."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from stdnum.cn import uscc

from storekin.cases.readiness import (
    Comparers,
    Exhibit,
    Item,
    Own,
    check_readiness,
)

TODAY = date(2026, 6, 1)
LICENCE, OTHER_LICENCE = (
    first + str(uscc.calc_check_digit(first))
    for first in ("91440300MA5000001", "91440300MA5000002")
)
OWN = Own(
    company="Oak Shop Ltd",
    licences=[LICENCE],
    listings=["L1", "L2", "L3"],
    titles=["bamboo mug", "tea tray", "lamp"],
    gtins=["", "", "4006381333931"],
    created=[date(2026, 3, 1), date(2026, 3, 1), None],
)
PATHS = [{"id": "a", "documents": ["utility_bill"]}, {"id": "b", "documents": []}]


def draft(**changed: Any) -> dict[str, Any]:  # noqa: ANN401
    """Give a draft that asks for invoices."""
    return {
        "evidence": [
            {"id": "e-1", "relied_on": True},
            {"id": "e-2", "relied_on": False},
        ],
        "grounds": [{"evidence": "e-1", "ground": "disputed", "text": "Ours."}],
        "path": "",
        "appeal": {"documents": ["purchase_invoices"], "paths": [], "ages": {}},
        **changed,
    }


def invoice(**changed: Any) -> Exhibit:  # noqa: ANN401
    """Give an invoice of all three products, in the company's name."""
    lines = [
        {"name": name, "gtin": code, "quantity": "10", "unit_price": "2", "total": "20"}
        for name, code in (
            ("bamboo mug", ""),
            ("tea tray", ""),
            ("x", "4006381333931"),
        )
    ]
    fields = {"number": "R1", "buyer": "Oak Shop", "total": "71.40", "lines": lines}
    return Exhibit(
        number=1,
        kind="purchase_invoices",
        name="r1.pdf",
        digest="0" * 64,
        date="2026-02-01",
        fields={**fields, **changed},
    )


def alike(lines: Any, listings: Any) -> set[tuple[int, int]]:  # noqa: ANN401
    """Take the same words, or the same code, for one product."""
    return {
        (i, j)
        for i, (name, code) in enumerate(lines)
        for j, (title, other) in enumerate(listings)
        if name == title or (code and code == other)
    }


COMPARERS = Comparers(lambda a, b: a.split()[:2] == b.split()[:2], alike)


def items(
    told: dict[str, Any], exhibits: list[Exhibit], own: Own | None = OWN
) -> dict[str, Item]:
    """Check, and give the items by their names."""
    found = check_readiness(told, exhibits, own, COMPARERS, TODAY, "en")
    return {item.name: item for item in found.items}


def test_all_that_is_asked_for_is_good() -> None:
    """Every product covered, in the company's name, before they were listed."""
    found = check_readiness(draft(), [invoice()], OWN, COMPARERS, TODAY, "en")
    assert found.is_ready
    assert found.covered == ("L1", "L2", "L3")
    assert "3 of 3 disputed products are covered." in found.items[1].because


@pytest.mark.parametrize(
    ("exhibit", "why"),
    [
        (invoice(buyer="Elm Ltd"), "the buyer is Elm Ltd"),
        (invoice(buyer=None), "the buyer was not found"),
        (invoice(total="900"), "its lines come to 60"),
        (invoice(lines=invoice().fields["lines"][:2]), "Without an invoice: L3."),
        (replace(invoice(), date="2026-04-01"), "after these were listed: L1, L2"),
        (replace(invoice(), fields={}), "software could not read it"),
    ],
)
def test_what_is_weak_says_why(exhibit: Exhibit, why: str) -> None:
    """Another's name, no buyer, sums, what is not covered, too late, not read."""
    item = items(draft(), [exhibit])["purchase_invoices"]
    assert item.standing == "weak"
    assert why in " ".join(item.because)


def test_a_listing_that_one_invoice_covers_in_time_is_covered() -> None:
    """A later invoice of the same product takes nothing away."""
    late = replace(invoice(), date="2026-04-01", name="late.pdf", number=2)
    found = check_readiness(draft(), [late, invoice()], OWN, COMPARERS, TODAY, "en")
    assert found.covered == ("L1", "L2", "L3")


def test_without_the_sellers_records_nothing_is_called_good() -> None:
    """What was not checked is said not to have been."""
    item = items(draft(), [invoice()], None)["purchase_invoices"]
    assert item.standing == "weak"
    assert "was not checked" in item.because[0]


def test_grounds_answer_the_evidence_that_the_decision_rests_on() -> None:
    """All of it, with a reason; what it does not rest on need not be answered."""
    assert items(draft(grounds=[]), [])["grounds"].standing == "missing"
    empty = [{"evidence": "e-1", "ground": "disputed", "text": " "}]
    assert items(draft(grounds=empty), [])["grounds"].standing == "weak"
    assert items(draft(), [])["grounds"].standing == "good"


def test_a_path_brings_documents_of_its_own() -> None:
    """Where the policy has paths one is chosen, and its documents are asked for."""
    appeal = {"documents": ["letter"], "paths": PATHS, "ages": {}}
    found = items(draft(appeal=appeal), [])
    assert found["path"].standing == "missing"
    assert "letter" in found
    chosen = items(draft(appeal=appeal, path="a"), [])
    assert chosen["path"].standing == "good"
    assert "utility_bill" in chosen
    assert "letter" not in chosen


def test_a_document_may_be_too_old() -> None:
    """By the policy's own length; without a day that cannot be told, and is said."""
    appeal = {
        "documents": ["utility_bill"],
        "paths": [],
        "ages": {"utility_bill": "P90D"},
    }
    bill = replace(invoice(), kind="utility_bill", name="bill.pdf")
    for day, standing, why in (
        ("2026-05-01", "good", "Added"),
        ("2026-02-01", "weak", "takes it until 2026-05-02"),
        (None, "weak", "its date was not found"),
    ):
        item = items(draft(appeal=appeal), [replace(bill, date=day)])["utility_bill"]
        assert item.standing == standing
        assert why in " ".join(item.because)


def test_a_licence_is_right_and_the_stores_own() -> None:
    """A check digit that fails, another company's number: each is told."""
    told = draft(appeal={"documents": ["business_licence"], "paths": [], "ages": {}})
    wrong = LICENCE[:-1] + ("0" if LICENCE[-1] != "0" else "1")
    for number, standing, why in (
        (LICENCE, "good", "Added"),
        (wrong, "weak", "fails its check digit"),
        (OTHER_LICENCE, "weak", "not the one that the store is registered with"),
    ):
        licence = replace(
            invoice(), kind="business_licence", fields={"licences": [number]}
        )
        item = items(told, [licence])["business_licence"]
        assert item.standing == standing
        assert why in " ".join(item.because)
