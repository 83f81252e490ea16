"""Which of a table's columns are compared, and what kind of value each holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from storekin.errors import ColumnMapError, suggest

Kind = Literal[
    "person_name",
    "company_name",
    "date",
    "place",
    "postal_code",
    "phone",
    "email",
    "identifier",
    "other",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""What a column may hold."""

_SPELLINGS = {"e_mail": "email", "mail": "email", "name": "person_name", "id": "key"}
KEY = "key"
"""The kind of the column that names each row."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The columns that are compared with their kinds, and the one that names rows."""

    kinds: Mapping[str, Kind]
    key: str | None = None


def read_column_map(data: Mapping[str, object], where: str) -> ColumnMap:
    """Read a map: ``column = "kind"``, at the top or under ``[columns]``.

    The kind ``key`` names the column of the rows' ids. Kinds may be written with
    blanks or hyphens.

    Raises:
        ColumnMapError: If a kind is unknown, or no column is left to compare.

    >>> read_column_map({"columns": {"dob": "date", "rec": "key"}}, "map.toml")
    ColumnMap(kinds={'dob': 'date'}, key='rec')
    """
    under = data.get("columns", data)
    if not isinstance(under, Mapping):
        raise ColumnMapError(
            f"{where}: [columns] is no table", 'write lines such as dob = "date"'
        )
    kinds: dict[str, Kind] = {}
    key = None
    for column, told in under.items():
        plain = re.sub(r"[\s-]+", "_", str(told).strip().lower())
        plain = _SPELLINGS.get(plain, plain)
        if plain == KEY:
            key = str(column)
        elif plain in KINDS:
            kinds[str(column)] = plain
        else:
            raise ColumnMapError(
                f"{where}: {column!r} is said to hold {told!r}, which is no kind",
                suggest(plain, [*KINDS, KEY]),
            )
    if not kinds:
        raise ColumnMapError(
            f"{where}: no column is named", 'write lines such as dob = "date"'
        )
    return ColumnMap(kinds, key)
