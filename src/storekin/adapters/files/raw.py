"""A file as rows of text, before anything is known about its columns."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.records.portfolio import Rejection


@dataclass(frozen=True, slots=True)
class RawTable:
    """Rows of text with their record numbers; ``line_of`` finds a record's line.

    ``records`` counts the file's records from 0, header left out, so that a row that
    could not be split does not move the others' line numbers. ``notes`` say what else
    there is to know of the file.
    """

    file: str
    table: pa.Table
    records: npt.NDArray[np.int64]
    line_of: Callable[[npt.NDArray[np.int64]], npt.NDArray[np.int64]]
    rejections: tuple[Rejection, ...] = ()
    notes: tuple[str, ...] = ()


def clean_header(name: object) -> str:
    r"""Fold a column's name: case, width, blanks and marks.

    >>> clean_header("\ufeff Company Name ")
    'company_name'
    """
    from storekin.normalise.text import to_half_width

    words = to_half_width(str(name if name is not None else "")).lower()
    return "_".join(words.replace("-", " ").split())
