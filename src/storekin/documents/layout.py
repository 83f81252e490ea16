"""A page of text as lines of cells: words that stand together, with their columns."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_GAP = re.compile(r"\s{2,}|\t")
_SAME = str.maketrans({"\u00a0": " ", "\uff1a": ":"})
"""A blank that does not break, and the colon of Chinese: each one letter wide."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Words that stand together: their text, folded, and their columns in the line."""

    text: str
    folded: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: its page and number, and its cells."""

    page: int
    number: int
    cells: tuple[Cell, ...]
    text: str
    folded: str

    def place_in(self, name: str) -> str:
        """Say where the line stands in the document of a name."""
        return place_in(name, self.page, self.number)


def place_in(name: str, page: int, line: int) -> str:
    """Say where a line stands in the document of a name, both counted from 1."""
    return f"{name}, page {page}, line {line}"


def fold(text: str) -> str:
    """Fold letters to small ones without accents; every place stays where it was.

    >>> fold("Facture N° 12 — Müller")
    'facture n° 12 — muller'
    """
    folded = []
    for character in text:
        plain = unicodedata.normalize("NFD", character)[0].lower()
        folded.append(plain if len(plain) == 1 else character)
    return "".join(folded)


def lines_of(texts: Sequence[str]) -> list[Line]:
    """Take pages apart into lines of cells."""
    found = []
    for page, text in enumerate(texts, 1):
        for number, raw in enumerate(text.split("\n"), 1):
            line = raw.translate(_SAME).rstrip()
            if line.strip():
                cells = tuple(_cells(line))
                found.append(Line(page, number, cells, line, fold(line)))
    return found


def _cells(line: str) -> Iterator[Cell]:
    place = 0
    for gap in [*_GAP.finditer(line), None]:
        end = len(line) if gap is None else gap.start()
        text = line[place:end].strip()
        if text:
            begin = place + len(line[place:end]) - len(line[place:end].lstrip())
            yield Cell(text, fold(text), begin, begin + len(text))
        place = len(line) if gap is None else gap.end()


def cell_at(line: Line, column: int) -> Cell | None:
    """Give the cell that a column of a line falls into, its end included."""
    return next((c for c in line.cells if c.begin <= column <= c.end), None)


def line_of(lines: Sequence[Line], place: int, cell: Cell) -> Line:
    """Give the line of a cell that stands at *place*, or further down."""
    return next(line for line in lines[place:] if cell in line.cells)


def below(lines: Sequence[Line], place: int, cell: Cell, most: int) -> Iterator[Cell]:
    """Give the cells under *cell* in the next lines of its page, the nearest first."""
    page = lines[place].page
    for line in lines[place + 1 : place + 1 + most]:
        if line.page != page:
            return
        for other in line.cells:
            if other.begin < cell.end + 3 and cell.begin < other.end + 3:
                yield other


_TOP = 12


def is_receipt(lines: Sequence[Line]) -> bool:
    """Say whether a text is one column wide, as a receipt's is."""
    return all(len(line.cells) == 1 for line in lines[:_TOP])
