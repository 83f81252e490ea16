"""Scans: the words of a picture, laid out as they lie on the page."""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Word:
    """A run of words in a picture: its corners from the upper left one, clockwise.

    Corners are in pixels, from the picture's upper left; ``sure`` is between 0 and 1.
    """

    text: str
    corners: tuple[Corner, ...]
    sure: float


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """A page's text in lines and columns, and the lines that were hard to read."""

    text: str
    unsure: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Box:
    text: str
    left: float
    right: float
    top: float
    bottom: float
    sure: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top


SURE = 0.85
"""Below it a run of words is told as hard to read."""

_MOST_COLUMNS = 400
_APART = 1.3
"""Runs that many letters apart are cells of their own."""

_NARROW = 55
"""Letters in a line of what a till prints, at the most: 32 to 48, and some room."""

_DAY_AND_TIME = re.compile(r"(\d[-/.]\d{1,2}[-/.]\d{4})(?=\d{1,2}:\d{2})")
"""A day and a time that stand so close that they are read as one."""


def lay_out(words: Sequence[Word]) -> ScannedPage:
    """Lay the words of a page out in lines and columns, as they lie on it.

    A page that was photographed a little askew is turned upright first.
    """
    boxes = _upright(words)
    if not boxes:
        return ScannedPage("")
    letter = median((box.right - box.left) / _width(box.text) for box in boxes) or 1.0
    edge = min(box.left for box in boxes)
    rows = _rows(boxes)
    if max(box.right for box in boxes) - edge < _NARROW * letter:
        # a till's slip is read from top to bottom, what stands beside a word after it
        rows = [cell for row in rows for cell in _cells(row, letter)]
    return ScannedPage(
        "\n".join(_line(row, edge, letter) for row in rows),
        tuple(
            number
            for number, row in enumerate(rows, 1)
            if any(box.sure < SURE for box in row)
        ),
    )


def _cells(row: Sequence[_Box], letter: float) -> list[list[_Box]]:
    """Take a row apart where its runs stand apart."""
    cells = [[row[0]]]
    for box in row[1:]:
        if box.left - cells[-1][-1].right > _APART * letter:
            cells.append([box])
        else:
            cells[-1].append(box)
    return cells


def _line(row: Sequence[_Box], edge: float, letter: float) -> str:
    """Write the runs of a row at their columns."""
    line = ""
    for cell in _cells(row, letter):
        column = min(round((cell[0].left - edge) / letter), _MOST_COLUMNS)
        line += " " * max(column - len(line), 2 if line else 0)
        line += " ".join(box.text for box in cell)
    return line


def _width(text: str) -> int:
    """Give how many letters wide a text is; Han characters count for two."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return max(len(text) + wide, 1)


def _upright(words: Sequence[Word]) -> list[_Box]:
    """Turn the page so that its lines lie level, by the slope of the longer runs."""
    slopes = [
        math.atan2(right[1] - left[1], right[0] - left[0])
        for word in words
        for left, right in [word.corners[:2]]
        if right[0] - left[0] > 0
    ]
    level = [slope for slope in slopes if abs(slope) < math.pi / 6]
    turn = -median(level) if level else 0.0
    cosine, sine = math.cos(turn), math.sin(turn)
    boxes = []
    for word in words:
        across = [x * cosine - y * sine for x, y in word.corners]
        down = [x * sine + y * cosine for x, y in word.corners]
        boxes.append(
            _Box(
                _DAY_AND_TIME.sub(r"\1 ", " ".join(word.text.split())),
                min(across),
                max(across),
                # the middles of the sides: a run that is askew is no taller for it
                (down[0] + down[1]) / 2,
                (down[2] + down[3]) / 2,
                word.sure,
            )
        )
    return boxes


def _rows(boxes: Sequence[_Box]) -> list[list[_Box]]:
    """Put the runs that stand beside each other into rows, from the top."""
    rows: list[list[_Box]] = []
    for box in sorted(boxes, key=lambda one: (one.middle, one.left)):
        for row in reversed(rows[-3:]):
            level = median(one.middle for one in row)
            height = min(box.height, median(one.height for one in row))
            if abs(box.middle - level) < height / 2 and all(
                box.left >= one.right - height / 2 or box.right <= one.left + height / 2
                for one in row
            ):
                row.append(box)
                break
        else:
            rows.append([box])
    return [sorted(row, key=lambda one: one.left) for row in rows]
