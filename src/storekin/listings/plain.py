"""A listing's record and a table of listings, as an index keeps them: texts."""

import json
import re
from collections.abc import Mapping
from math import isfinite

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storekin.errors import InvalidRecordError, InvalidTableError
from storekin.kernels.similar_texts import TextColumn, TokenArray, tokenise
from storekin.listings.exact_keys import model_keys
from storekin.listings.vocabulary import listing_vocabulary
from storekin.normalise.identifiers import normalise_gtin
from storekin.normalise.values import normalise_price
from storekin.records.columns import map_distinct
from storekin.records.tables import column_names

Record = Mapping[str, object]
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
COLUMNS = tuple(name for name in column_names("listings") if name != "created")
"""The columns of a table of listings that comparisons read, and its ids."""

KINDS = {name: pa.float64() if name == "price" else pa.string() for name in COLUMNS}
"""Of what kind each is in a table."""


def name_of(record: Record) -> str:
    """Give the id of a record that is to be kept.

    Raises:
        InvalidRecordError: If it has none.
    """
    listing = record.get("listing")
    if listing in (None, ""):
        raise InvalidRecordError(
            "a listing without a name cannot be added", "give it a value of 'listing'"
        )
    return str(listing)


def plain_record(record: Record) -> dict[str, str]:
    """Give a record's values as text; those that say nothing are left out.

    Raises:
        InvalidRecordError: If the price is no number, or the attributes no object.
    """
    plain = {
        name: value if isinstance(value, str) else _written(value)
        for name in COLUMNS
        if (value := record.get(name)) not in (None, "")
    }
    for name, value in plain.items():
        if not value.isascii() and _HALF_A_CHARACTER.search(value):
            raise InvalidRecordError(
                f"the {name} holds half of a character",
                "read the text with its own encoding, such as UTF-8",
            )
    if "price" in plain:
        number = read_price(plain["price"])
        if number is None:
            raise InvalidRecordError(
                f"the price {plain['price']!r} is not a number",
                "write it as 1234.50, without words",
            )
        plain["price"] = repr(number)
    if "attributes" in plain:
        try:
            attributes = json.loads(plain["attributes"])
        except ValueError:
            attributes = None
        if not isinstance(attributes, dict):
            raise InvalidRecordError(
                "the attributes are not a JSON object",
                'write them as {"colour": "black"}',
            )
    return plain


def _written(value: object) -> str:
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def plain_table(table: pa.Table) -> pa.Table:
    """Give the listings' columns in their order, as text.

    Missing ones and values that say nothing are null; every listing keeps its name.
    """
    columns = {}
    for name, kind in KINDS.items():
        if name in table.column_names:
            given = table[name] if name == "listing" else _said(table[name])
            try:
                columns[name] = _prices(given) if name == "price" else given.cast(kind)
            except pa.ArrowInvalid as problem:
                raise InvalidTableError(
                    f"listings: the column {name!r} cannot be read: {problem}",
                    "leave values empty that are none, or read the file with storekin",
                ) from problem
        else:
            columns[name] = pa.chunked_array([pa.nulls(table.num_rows, kind)])
    # taking rows of many chunks would put all of them together, each time
    return pa.table(columns).combine_chunks()


def _prices(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Read prices, written as numbers or as people write them.

    Raises:
        InvalidTableError: If one cannot be read.
    """
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column.cast(pa.float64())
    texts = whole(column)
    prices = map_distinct(texts, read_price, pa.float64())
    unread = texts.filter(pc.and_(pc.is_null(prices), pc.is_valid(texts)))
    if len(unread):
        raise InvalidTableError(
            f"listings: the price {unread[0].as_py()!r} is not a number",
            "write it as 1234.50, or leave it empty",
        )
    return pa.chunked_array([prices])


def read_price(text: str) -> float | None:
    """Read a price as in a file of listings; None if it is no finite number."""
    try:
        number = float(text)
    except ValueError:
        price = normalise_price(text)
        number = float("nan") if price is None else price
    return number if isfinite(number) else None


def _said(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Put null for texts that are empty: other readers than ours leave them so."""
    kind = column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return column
    empty = pc.equal(pc.binary_length(column), 0)
    if not pc.any(empty).as_py():
        return column
    return pc.if_else(empty, pa.scalar(None, kind), column)


def filled_columns(table: pa.Table) -> frozenset[str]:
    """Name the columns in which anything stands."""
    return frozenset(
        name for name in table.column_names if table[name].null_count < table.num_rows
    )


def whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Put the chunks of a column together."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays([*column.chunks, pa.array([], column.type)])


def words_of(title: str) -> TokenArray:
    """Read the words, numbers and pairs of ideographs of a title."""
    tokens = tokenise(TextColumn.of_few([title]), listing_vocabulary()).values
    return tokens[(tokens >> np.uint64(61)) <= np.uint64(3)]


def parts(text: object) -> list[str]:
    """Take apart the pictures of a listing.

    >>> parts("front.jpg| back.jpg ")
    ['front.jpg', 'back.jpg']
    """
    named = (part.strip() for part in str(text or "").split("|"))
    return [part for part in named if part]


def code_of(record: Record) -> str | None:
    """Give a listing's product code; None where it has none that is valid."""
    text = record.get("gtin")
    return normalise_gtin(str(text)) if text else None


def models_of(record: Record) -> TokenArray:
    """Digest what the maker calls a listing's product; none where it does not say."""
    if not (record.get("brand") and record.get("mpn")):
        return np.empty(0, np.uint64)
    brand, number = (
        pa.chunked_array([pa.array([record.get(name)], pa.string())])
        for name in ("brand", "mpn")
    )
    return model_keys(brand, number)[0]
