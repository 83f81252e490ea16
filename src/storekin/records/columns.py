"""Columns of texts, read value by value."""

from collections.abc import Callable

import pyarrow as pa


def map_distinct(
    column: pa.Array, function: Callable[[str], object], kind: pa.DataType
) -> pa.Array:
    """Apply *function* to each distinct text of a column once; null stays null."""
    encoded = column.dictionary_encode()
    values = [
        None if text is None else function(text)
        for text in encoded.dictionary.to_pylist()
    ]
    return pa.array(values, kind).take(encoded.indices)
