"""Papers of the example: two suppliers' e-invoices to one of its stores, made up.

They cover most of what delta-outdoor sells beside delta-camping, so that its appeal can
be walked from the statement to the ruling.
"""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

STORE, BESIDE = "delta-outdoor", "delta-camping"
"""The store that the papers are of, and the one that sells the same."""

UNCOVERED = slice(8, 10)
"""Two products for which no invoice is there: what a check is to find."""

_UBL = "urn:oasis:names:specification:ubl:schema:xsd"

Row = Mapping[str, object]


def write_papers(
    folder: Path, registrations: Sequence[Row], listings: Sequence[Row]
) -> None:
    """Write the invoices into ``papers`` of the example's *folder*."""
    company = next(str(r["company_name"]) for r in registrations if r["store"] == STORE)
    own = [row for row in listings if row["store"] == STORE]
    covered = [row for row in own if row not in own[UNCOVERED]]
    half = len(covered) // 2
    papers = folder / "papers"
    papers.mkdir(exist_ok=True)
    for number, (seller, rows) in enumerate(
        (
            ("Made-up Outdoor Supply GmbH", covered[:half]),
            ("Made-up Camping Wholesale B.V.", covered[half:]),
        ),
        1,
    ):
        text = _invoice(f"MU-2019-{number:03d}", seller, company, rows)
        (papers / f"invoice-{number}.xml").write_text(text, "utf-8")


def _invoice(number: str, seller: str, buyer: str, rows: Sequence[Row]) -> str:
    lines = []
    total = 0
    for place, row in enumerate(rows, 1):
        price = 3 + place % 7
        total += 40 * price
        lines.append(
            "<cac:InvoiceLine>"
            f"<cbc:ID>{place}</cbc:ID>"
            "<cbc:InvoicedQuantity>40</cbc:InvoicedQuantity>"
            f"<cbc:LineExtensionAmount>{40 * price}.00</cbc:LineExtensionAmount>"
            f"<cac:Item><cbc:Name>{escape(str(row['title']))}</cbc:Name></cac:Item>"
            f"<cac:Price><cbc:PriceAmount>{price}.00</cbc:PriceAmount></cac:Price>"
            "</cac:InvoiceLine>"
        )
    name = "<cac:PartyLegalEntity><cbc:RegistrationName>{}</cbc:RegistrationName>"
    parties = "".join(
        f"<cac:{role}><cac:Party>{name.format(escape(party))}</cac:PartyLegalEntity>"
        f"</cac:Party></cac:{role}>"
        for role, party in (
            ("AccountingSupplierParty", seller),
            ("AccountingCustomerParty", buyer),
        )
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Invoice xmlns="{_UBL}:Invoice-2"\n'
        f' xmlns:cac="{_UBL}:CommonAggregateComponents-2"\n'
        f' xmlns:cbc="{_UBL}:CommonBasicComponents-2">\n'
        f"<cbc:ID>{number}</cbc:ID><cbc:IssueDate>2019-03-04</cbc:IssueDate>"
        "<cbc:DocumentCurrencyCode>USD</cbc:DocumentCurrencyCode>\n"
        f"{parties}\n"
        f"<cac:LegalMonetaryTotal><cbc:TaxInclusiveAmount>{total}.00"
        "</cbc:TaxInclusiveAmount></cac:LegalMonetaryTotal>\n"
        + "\n".join(lines)
        + "\n</Invoice>\n"
    )
