"""E-invoices: UBL 2.1 and the UN's CII (ZUGFeRD 1 and 2, Factur-X, XRechnung).

The XML is read without declarations of its own: no entity is expanded, nothing is
fetched. Elements are found by their local names, so that versions read alike.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from storekin.documents.invoice import Invoice, InvoiceLine
from storekin.errors import DocumentError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MOST_LINES = 100_000


def read_einvoice(xml: bytes, where: str) -> Invoice | None:
    """Read an e-invoice; None where the XML is something else.

    Raises:
        DocumentError: If it is no XML, or declares entities or a type of its own.
    """
    root = _parse(xml, where)
    kind = _local(root)
    if kind in ("Invoice", "CreditNote"):
        return _read_ubl(root, where)
    if kind in ("CrossIndustryInvoice", "CrossIndustryDocument"):
        return _read_cii(root, where)
    return None


def _parse(xml: bytes, where: str) -> "Element":
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except DefusedXmlException as problem:
        raise DocumentError(
            f"{where}: the XML declares a document type or entities of its own",
            "send the invoice as it was issued, without a DOCTYPE",
        ) from problem
    except (ParseError, ValueError, LookupError) as problem:
        raise DocumentError(
            f"{where}: this is no whole XML ({problem})",
            "send the file as it was issued",
        ) from problem
    return root


def _local(element: "Element") -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: "Element | None", *path: str) -> Iterator["Element"]:
    """Give the descendants along a path of local names."""
    if element is None:
        return
    if not path:
        yield element
        return
    for child in element:
        if _local(child) == path[0]:
            yield from _children(child, *path[1:])


def _first(element: "Element | None", *path: str) -> "Element | None":
    return next(_children(element, *path), None)


def _text(element: "Element | None", *path: str) -> str | None:
    """Give the first text along a path that is not empty."""
    for found in _children(element, *path):
        text = (found.text or "").strip()
        if text:
            return text
    return None


def _either(*texts: str | None) -> str | None:
    return next((text for text in texts if text), None)


def _number(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _day(text: str | None) -> str | None:
    """Give a day as ISO from CII's 20180613 or UBL's 2018-06-13."""
    if text is None:
        return None
    digits = text[:10].replace("-", "")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).isoformat()
    except ValueError:
        return None


# ---- UBL -------------------------------------------------------------------


def _read_ubl(root: "Element", where: str) -> Invoice:
    seller = _first(root, "AccountingSupplierParty", "Party")
    buyer = _first(root, "AccountingCustomerParty", "Party")
    total = _first(root, "LegalMonetaryTotal")
    name = _local(root)
    lines = list(_children(root, f"{name}Line"))[:_MOST_LINES]
    quantity = "InvoicedQuantity" if name == "Invoice" else "CreditedQuantity"
    found = Invoice(
        how="structured",
        number=_text(root, "ID"),
        date=_day(_text(root, "IssueDate")),
        seller=_ubl_name(seller),
        seller_tax_number=_either(
            _text(seller, "PartyTaxScheme", "CompanyID"),
            _text(seller, "PartyLegalEntity", "CompanyID"),
        ),
        seller_address=_ubl_address(_first(seller, "PostalAddress")),
        buyer=_ubl_name(buyer),
        currency=_text(root, "DocumentCurrencyCode"),
        total=_number(
            _either(_text(total, "TaxInclusiveAmount"), _text(total, "PayableAmount"))
        ),
        lines=tuple(
            _ubl_line(line, quantity, f"{where}, {name}Line {number}")
            for number, line in enumerate(lines, 1)
        ),
    )
    return _placed(
        found,
        where,
        number="ID",
        date="IssueDate",
        seller="AccountingSupplierParty",
        seller_tax_number="AccountingSupplierParty/PartyTaxScheme/CompanyID",
        seller_address="AccountingSupplierParty/PostalAddress",
        buyer="AccountingCustomerParty",
        currency="DocumentCurrencyCode",
        total="LegalMonetaryTotal/TaxInclusiveAmount",
    )


def _ubl_name(party: "Element | None") -> str | None:
    return _either(
        _text(party, "PartyLegalEntity", "RegistrationName"),
        _text(party, "PartyName", "Name"),
    )


def _ubl_address(address: "Element | None") -> str | None:
    parts = [
        _text(address, *path)
        for path in (
            ("StreetName",),
            ("AdditionalStreetName",),
            ("AddressLine", "Line"),
            ("PostalZone",),
            ("CityName",),
            ("CountrySubentity",),
            ("Country", "IdentificationCode"),
        )
    ]
    return ", ".join(part for part in parts if part) or None


def _ubl_line(line: "Element", quantity: str, where: str) -> InvoiceLine:
    item = _first(line, "Item")
    return InvoiceLine(
        name=_either(_text(item, "Name"), _text(item, "Description")),
        quantity=_number(_text(line, quantity)),
        unit_price=_number(_text(line, "Price", "PriceAmount")),
        total=_number(_text(line, "LineExtensionAmount")),
        gtin=_text(item, "StandardItemIdentification", "ID"),
        seller_id=_text(item, "SellersItemIdentification", "ID"),
        where=where,
    )


# ---- CII -------------------------------------------------------------------


def _any(element: "Element | None", *names: str) -> "Element | None":
    """Give the first child that has one of some names: versions name them apart."""
    for name in names:
        found = _first(element, name)
        if found is not None:
            return found
    return None


def _read_cii(root: "Element", where: str) -> Invoice:
    head = _any(root, "ExchangedDocument", "HeaderExchangedDocument")
    trade = _any(
        root, "SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction"
    )
    agreement = _any(
        trade,
        "ApplicableHeaderTradeAgreement",
        "ApplicableSupplyChainTradeAgreement",
    )
    settlement = _any(
        trade,
        "ApplicableHeaderTradeSettlement",
        "ApplicableSupplyChainTradeSettlement",
    )
    sums = _any(
        settlement,
        "SpecifiedTradeSettlementHeaderMonetarySummation",
        "SpecifiedTradeSettlementMonetarySummation",
    )
    seller = _first(agreement, "SellerTradeParty")
    lines = list(_children(trade, "IncludedSupplyChainTradeLineItem"))[:_MOST_LINES]
    found = Invoice(
        how="structured",
        number=_text(head, "ID"),
        date=_day(_text(head, "IssueDateTime", "DateTimeString")),
        seller=_text(seller, "Name"),
        seller_tax_number=_text(seller, "SpecifiedTaxRegistration", "ID"),
        seller_address=_cii_address(_first(seller, "PostalTradeAddress")),
        buyer=_text(agreement, "BuyerTradeParty", "Name"),
        currency=_text(settlement, "InvoiceCurrencyCode"),
        total=_number(
            _either(_text(sums, "GrandTotalAmount"), _text(sums, "DuePayableAmount"))
        ),
        lines=tuple(
            _cii_line(line, f"{where}, line item {number}")
            for number, line in enumerate(lines, 1)
        ),
    )
    return _placed(
        found,
        where,
        number="ExchangedDocument/ID",
        date="ExchangedDocument/IssueDateTime",
        seller="SellerTradeParty/Name",
        seller_tax_number="SellerTradeParty/SpecifiedTaxRegistration/ID",
        seller_address="SellerTradeParty/PostalTradeAddress",
        buyer="BuyerTradeParty/Name",
        currency="InvoiceCurrencyCode",
        total="GrandTotalAmount",
    )


def _cii_address(address: "Element | None") -> str | None:
    parts = [
        _text(address, name)
        for name in (
            "LineOne",
            "LineTwo",
            "LineThree",
            "PostcodeCode",
            "CityName",
            "CountryID",
        )
    ]
    return ", ".join(part for part in parts if part) or None


def _cii_line(line: "Element", where: str) -> InvoiceLine:
    product = _first(line, "SpecifiedTradeProduct")
    agreement = _any(
        line, "SpecifiedLineTradeAgreement", "SpecifiedSupplyChainTradeAgreement"
    )
    delivery = _any(
        line, "SpecifiedLineTradeDelivery", "SpecifiedSupplyChainTradeDelivery"
    )
    settlement = _any(
        line, "SpecifiedLineTradeSettlement", "SpecifiedSupplyChainTradeSettlement"
    )
    sums = _any(
        settlement,
        "SpecifiedTradeSettlementLineMonetarySummation",
        "SpecifiedTradeSettlementMonetarySummation",
    )
    return InvoiceLine(
        name=_text(product, "Name"),
        quantity=_number(_text(delivery, "BilledQuantity")),
        unit_price=_number(
            _either(
                _text(agreement, "NetPriceProductTradePrice", "ChargeAmount"),
                _text(agreement, "GrossPriceProductTradePrice", "ChargeAmount"),
            )
        ),
        total=_number(_text(sums, "LineTotalAmount")),
        gtin=_text(product, "GlobalID"),
        seller_id=_text(product, "SellerAssignedID"),
        where=where,
    )


def _placed(found: Invoice, where: str, **places: str) -> Invoice:
    """Name the places of the fields that the invoice gives."""
    for name, place in places.items():
        if getattr(found, name) is not None:
            found.where[name] = f"{where}, {place}"
    return found
