"""What listings give beside texts and pictures: codes, prices and attributes."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.kernels.similar_texts import IntArray, TextColumn
from storekin.kernels.texts import Spelled, spell
from storekin.listings.vocabulary import listing_vocabulary
from storekin.normalise.identifiers import normalise_gtin, normalise_model_number
from storekin.normalise.text import fold_text


@dataclass(frozen=True, slots=True)
class AttributeTable:
    """Distinct attribute objects as folded texts by key; rows number them, or -1."""

    rows: IntArray
    objects: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlainValues:
    """The values of listings, row by row.

    Codes number distinct normalised values; -1 where there is none. Prices are nan
    where there is none. ``mpns`` are the part numbers as they are spelled.
    """

    brands: IntArray
    gtins: IntArray
    models: IntArray
    categories: IntArray
    currencies: IntArray
    prices: npt.NDArray[np.float64]
    attributes: AttributeTable
    mpns: Spelled


_KINDS = {
    "brand": pa.string(),
    "gtin": pa.string(),
    "mpn": pa.string(),
    "category": pa.string(),
    "currency": pa.string(),
    "price": pa.float64(),
    "attributes": pa.string(),
}
_FEW = 256


def read_values(listings: pa.Table) -> PlainValues:
    """Read the columns of values."""
    total = listings.num_rows
    # a screening mostly finds nothing but titles: it would spend longer on reading that
    if total <= _FEW and all(listings[name].null_count == total for name in _KINDS):
        return _nothing_given(total)
    return _read(listings)


@lru_cache(maxsize=_FEW)
def _nothing_given(total: int) -> PlainValues:
    return _read(pa.table({name: pa.nulls(total, k) for name, k in _KINDS.items()}))


def _read(listings: pa.Table) -> PlainValues:
    return PlainValues(
        brands=code_column(listings["brand"], _fold),
        gtins=code_column(listings["gtin"], normalise_gtin),
        models=code_column(listings["mpn"], normalise_model_number),
        categories=code_column(listings["category"], _fold),
        currencies=code_column(listings["currency"], _fold),
        prices=np.array(listings["price"].to_numpy()),
        attributes=read_attributes(listings["attributes"]),
        mpns=spell(TextColumn.of(listings["mpn"]), listing_vocabulary(), _LONGEST),
    )


_LONGEST = 64
"""Characters of a part number that are compared."""


def _fold(text: str) -> str | None:
    return fold_text(text) or None


def code_column(
    column: pa.ChunkedArray, normalise: Callable[[str], str | None]
) -> IntArray:
    """Number a column's normalised values; null and unusable values are -1."""
    if column.null_count == len(column):
        return np.full(len(column), -1, np.int64)
    texts, picked = normalised_values(column, normalise)
    distinct = sorted({text for text in texts if text is not None})
    number = {text: place for place, text in enumerate(distinct)}
    codes = np.array([-1 if t is None else number[t] for t in texts], np.int64)
    if not len(codes):
        return np.full(len(picked), -1, np.int64)
    return np.where(picked < 0, -1, codes[picked])


def normalised_values(
    column: pa.ChunkedArray, normalise: Callable[[str], str | None]
) -> tuple[list[str | None], IntArray]:
    """Normalise a column's distinct values once; each row's place, or -1 for null."""
    if column.null_count == len(column):
        return [], np.full(len(column), -1, np.int64)
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    texts = [
        None if text is None else normalise(text)
        for text in encoded.dictionary.to_pylist()
    ]
    return texts, pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64)


def read_attributes(column: pa.ChunkedArray) -> AttributeTable:
    """Read each distinct attribute object once, keys and values folded."""
    if column.null_count == len(column):
        return AttributeTable(np.full(len(column), -1, np.int64), ())
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    objects = []
    for text in encoded.dictionary.to_pylist():
        value = json.loads(text) if text else {}
        objects.append(
            {
                fold_text(str(key)): fold_text(_flat(item))
                for key, item in value.items()
                if item not in (None, "", [], {})
            }
        )
    rows = pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64)
    return AttributeTable(rows, tuple(objects))


def _flat(value: object) -> str:
    if isinstance(value, list):
        return " ".join(sorted(str(item) for item in value))
    if isinstance(value, dict):
        return " ".join(f"{key} {value[key]}" for key in sorted(value, key=str))
    return str(value)
