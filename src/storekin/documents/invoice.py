"""What an invoice says, and where each word of it was found."""

from dataclasses import dataclass, field
from decimal import Decimal

FIELDS = (
    "number",
    "date",
    "seller",
    "seller_tax_number",
    "seller_address",
    "buyer",
    "currency",
    "total",
)
"""What an invoice says beside its lines, in the order in which a person reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One line: what was sold, how much of it, and for how much a piece.

    What the invoice does not say is None; ``where`` is the place of the line.
    """

    name: str | None
    quantity: Decimal | None
    unit_price: Decimal | None
    total: Decimal | None
    gtin: str | None
    seller_id: str | None = None
    where: str = ""

    def as_json(self) -> dict[str, object]:
        """Give the line as one JSON object; numbers as text, as they were given."""
        return {
            "name": self.name,
            "quantity": _text(self.quantity),
            "unit_price": _text(self.unit_price),
            "total": _text(self.total),
            "gtin": self.gtin,
            "seller_id": self.seller_id,
            "where": self.where,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice's fields; ``date`` is ISO, ``where`` names each field's place.

    ``how`` tells how sure the reading is: ``structured`` for an e-invoice, whose fields
    are named in the file, ``text`` for what was found by words around it.
    """

    how: str
    number: str | None = None
    date: str | None = None
    seller: str | None = None
    seller_tax_number: str | None = None
    seller_address: str | None = None
    buyer: str | None = None
    currency: str | None = None
    total: Decimal | None = None
    lines: tuple[InvoiceLine, ...] = ()
    where: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Give the invoice as one JSON object; amounts as text, as they were given."""
        return {
            "how": self.how,
            "number": self.number,
            "date": self.date,
            "seller": self.seller,
            "seller_tax_number": self.seller_tax_number,
            "seller_address": self.seller_address,
            "buyer": self.buyer,
            "currency": self.currency,
            "total": _text(self.total),
            "lines": [line.as_json() for line in self.lines],
            "where": dict(self.where),
        }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"
