"""What was read of a file, and its JSON both ways."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from storekin.documents.invoice import FIELDS, Invoice, InvoiceLine
from storekin.wording.catalog import say


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a person is told about a reading; ``key`` names its words."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)

    def in_words(self, language: str) -> str:
        """Say it, in ``en`` or ``zh``."""
        values = dict(self.values)
        if "fields" in values:
            named = values["fields"].split()
            values["fields"] = ", ".join(say(language, "document", f) for f in named)
        return say(language, "document", f"note_{self.key}", **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReading:
    """What was read of a file; ``invoice`` is None where none was found in it.

    ``licences`` are the unified credit codes that stand in its text, right or not.
    """

    name: str
    kind: str
    size: int
    digest: str
    pages: int
    invoice: Invoice | None
    notes: tuple[Note, ...] = ()
    licences: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Give the reading as one JSON object, the invoice's fields at its top."""
        found = self.invoice.as_json() if self.invoice is not None else {}
        return {
            "file": self.name,
            "kind": self.kind,
            "size": self.size,
            "digest": self.digest,
            "pages": self.pages,
            **found,
            "licences": list(self.licences),
            "notes": [
                {"note": one.key, **one.values, "text": one.in_words("en")}
                for one in self.notes
            ],
        }


def reading_from_json(told: Mapping[str, Any]) -> DocumentReading:
    """Give the reading that :meth:`DocumentReading.as_json` wrote."""
    invoice = None
    if "how" in told:
        fields = {name: told[name] for name in ("how", *FIELDS, "where")}
        fields["total"] = _decimal(told["total"])
        lines = tuple(_line(line) for line in told["lines"])
        invoice = Invoice(**fields, lines=lines)
    return DocumentReading(
        name=told["file"],
        kind=told["kind"],
        size=told["size"],
        digest=told["digest"],
        pages=told["pages"],
        invoice=invoice,
        notes=tuple(
            Note(
                one["note"],
                {key: one[key] for key in one if key not in ("note", "text")},
            )
            for one in told["notes"]
        ),
        licences=tuple(told["licences"]),
    )


def _line(told: Mapping[str, Any]) -> InvoiceLine:
    numbers = {
        name: _decimal(told[name]) for name in ("quantity", "unit_price", "total")
    }
    return InvoiceLine(**{**told, **numbers})


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
