"""The columns of a table as comparable values, each distinct one once."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.identity.linking.columns import ColumnMap, Kind
from storekin.identity.values import IntArray
from storekin.normalise.addresses import normalise_address
from storekin.normalise.emails import normalise_email
from storekin.normalise.names import normalise_person_name
from storekin.normalise.phones import normalise_phone
from storekin.normalise.text import fold_text, has_han

NAMES = "person_name"
"""Under this name all columns of persons' names are compared together: a name may
stand in one column or in three, and parts of it in each other's place."""


@dataclass(frozen=True, slots=True)
class LinkedColumn:
    """One column: each row's code (-1 where it is empty) and the distinct values.

    The values of persons' names are blank-separated words, sorted.
    """

    name: str
    kind: Kind
    codes: IntArray
    values: list[str]

    def share(self) -> npt.NDArray[np.float64]:
        """Give how often each value occurs, as a share (0 to 1) of all given."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))
        share: npt.NDArray[np.float64] = counts / max(int(counts.sum()), 1)
        return share


def read_columns(table: pa.Table, columns: ColumnMap) -> list[LinkedColumn]:
    """Read the mapped columns; persons' names come first, as one."""
    persons = [name for name, kind in columns.kinds.items() if kind == NAMES]
    found = []
    if persons:
        parts = [table[name].cast(pa.string()).to_pylist() for name in persons]
        rows = [
            " ".join(sorted({word for part in row for word in _name_words(part)}))
            for row in zip(*parts, strict=True)
        ]
        found.append(_coded(NAMES, "person_name", rows, lambda text: text or None))
    for name, kind in columns.kinds.items():
        if kind != NAMES:
            texts = table[name].cast(pa.string()).to_pylist()
            found.append(_coded(name, kind, texts, _NORMALISE[kind]))
    return found


def _name_words(text: str | None) -> list[str]:
    folded = fold_text(text or "").replace("'", "")
    if has_han(folded):
        return (normalise_person_name(folded) or "").split()
    return re.findall(r"[^\W\d_]+", folded)


def _coded(
    name: str,
    kind: Kind,
    texts: Sequence[str | None],
    normalise: Callable[[str], str | None],
) -> LinkedColumn:
    normal = {text: normalise(text) for text in {t for t in texts if t}}
    distinct = sorted({value for value in normal.values() if value})
    number = {value: place for place, value in enumerate(distinct)}
    codes = [number.get(normal.get(text or "") or "", -1) for text in texts]
    return LinkedColumn(name, kind, np.array(codes, np.int64), distinct)


def _words(text: str) -> str | None:
    return " ".join(re.findall(r"\w+", fold_text(text))) or None


def _place(text: str) -> str | None:
    folded = fold_text(text)
    if any(character.isdigit() for character in folded):
        return normalise_address(text)
    return _words(text)


def _phone(text: str) -> str | None:
    digits = "".join(c for c in fold_text(text) if c.isdigit())
    return normalise_phone(text) or digits or None


def _bare(text: str) -> str | None:
    return "".join(c for c in fold_text(text) if c.isalnum()) or None


def _date(text: str) -> str | None:
    """Keep the numbers of a date, the year first where it is told by its length."""
    numbers = re.findall(r"\d+", fold_text(text))
    if len(numbers) == 3 and len(numbers[2]) == 4:
        numbers.reverse()
    return "-".join(numbers) or None


_NORMALISE: dict[Kind, Callable[[str], str | None]] = {
    "company_name": _words,
    "date": _date,
    "place": _place,
    "postal_code": lambda text: fold_text(text) or None,
    "phone": _phone,
    "email": lambda text: normalise_email(text) or fold_text(text) or None,
    "identifier": _bare,
    "other": lambda text: fold_text(text) or None,
}
