"""A portfolio: four tables as they were given to us, and what could not be used."""

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa


@dataclass(frozen=True, slots=True, order=True)
class Rejection:
    """One thing that could not be used: where, what is wrong, and what to do.

    ``line`` is the line of a text file, the row of a sheet, or the row of a Parquet
    file, counted from 1; 0 where no one line has it. ``used`` is False when the whole
    row was left out, True when the row is used without this value. ``kind`` and
    ``about`` tell the same in other languages (``wording.rejections``).
    """

    file: str
    line: int
    column: str
    problem: str
    fix: str
    used: bool = False
    kind: str = ""
    about: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> str:
        """Say where it stands: the file with the line, and the column."""
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line} {self.column}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The tables of a portfolio as Arrow, sorted by their ids.

    Texts are strings, ``price`` is float64, dates are date32; every known column is
    there, null where the input lacks it. ``folder`` is where relative pictures lie.
    """

    stores: pa.Table
    registrations: pa.Table
    listings: pa.Table
    access: pa.Table
    folder: Path | None = None
    rejections: tuple[Rejection, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = field(default=())

    def store_ids(self) -> list[str]:
        """Give the ids of all stores, sorted."""
        ids: list[str] = self.stores["store"].to_pylist()
        return ids
