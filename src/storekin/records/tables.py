"""The four tables of a portfolio: their columns, and what each column holds."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["id", "text", "date", "price", "json", "list", "code"]
TableName = Literal["stores", "registrations", "listings", "access"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds, and whether a row needs it.

    ``code`` is a short value such as a phone or a licence number, in which width and
    invisible characters never matter; ``list`` holds several, separated by ``|``.
    """

    name: str
    kind: Kind = "text"
    required: bool = False


def _columns(text: str) -> tuple[Column, ...]:
    """Read ``name:kind`` words; an exclamation mark makes a column required."""
    columns = []
    for word in text.split():
        name, _, kind = word.rstrip("!").partition(":")
        columns.append(
            Column(name, kind or "text", required=word.endswith("!"))  # type: ignore[arg-type] # the words stand a few lines below
        )
    return tuple(columns)


TABLES: Final[dict[TableName, tuple[Column, ...]]] = {
    "stores": _columns("store:id! platform! site name opened:date status operator"),
    "registrations": _columns(
        "store:id! country:code company_name business_licence:code legal_person"
        " legal_person_id:code phone:list email:list address bank_account:code"
        " payment_card:code tax_number:code trademark submitted:date"
    ),
    "listings": _columns(
        "listing:id! store:id! title! description brand category price:price"
        " currency:code gtin:code mpn:code sku:code attributes:json images:list"
        " status created:date"
    ),
    "access": _columns("store:id! ip:code device:code at:date"),
}
"""Every table's columns in their order. An unknown column is named once, not read."""

KEYS: Final[dict[TableName, str | None]] = {
    "stores": "store",
    "registrations": None,
    "listings": "listing",
    "access": None,
}
"""The column whose values must be distinct, if there is one."""


def column_names(table: TableName) -> tuple[str, ...]:
    """Give the names of a table's columns in their order."""
    return tuple(column.name for column in TABLES[table])
