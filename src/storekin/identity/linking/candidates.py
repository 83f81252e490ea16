"""Which rows are worth comparing: two rare features in common, or one rare value."""

from collections.abc import Callable, Iterator

import numpy as np

from storekin.identity.blocking import distinct_pairs, pairs_of_few
from storekin.identity.linking.columns import Kind
from storekin.identity.linking.values import LinkedColumn
from storekin.identity.values import IntArray
from storekin.kernels.numbering import distinct_of

MOST_SHARED = 40
"""Rows that share a key, above which it brings nobody together."""

MOST_FEATURES = 14
"""Features of a row that are paired with one another, the rarest first."""


def propose_rows(columns: list[LinkedColumn], rows: int) -> tuple[IntArray, IntArray]:
    """Give candidate pairs of rows, left < right, sorted."""
    parts = [_by_values(column) for column in columns]
    parts.append(_by_features(columns, rows))
    left = np.concatenate([one for one, _ in parts])
    right = np.concatenate([other for _, other in parts])
    return distinct_pairs(left, right, rows)


def _by_values(column: LinkedColumn) -> tuple[IntArray, IntArray]:
    rows = np.flatnonzero(column.codes >= 0)
    return pairs_of_few(column.codes[rows], rows, MOST_SHARED)


def _by_features(columns: list[LinkedColumn], rows: int) -> tuple[IntArray, IntArray]:
    """Pair rows by every two features that they have, of one column or of two."""
    numbers: dict[tuple[str, str], int] = {}
    of_rows, features = [], []
    for column in columns:
        cut = _FEATURES[column.kind]
        told = [
            [
                numbers.setdefault((column.name, text), len(numbers))
                for text in cut(value)
            ]
            for value in column.values
        ]
        sizes = np.array([len(some) for some in told], np.int64)
        starts = np.concatenate([[0], np.cumsum(sizes)])
        flat = np.array([number for some in told for number in some], np.int64)
        given = np.flatnonzero(column.codes >= 0)
        repeat = sizes[column.codes[given]]
        within = np.arange(int(repeat.sum())) - np.repeat(
            np.cumsum(repeat) - repeat, repeat
        )
        of_rows.append(np.repeat(given, repeat))
        features.append(flat[np.repeat(starts[column.codes[given]], repeat) + within])
    row, feature = np.concatenate(of_rows), np.concatenate(features)
    both = distinct_of(row * (len(numbers) + 1) + feature)
    row, feature = both // (len(numbers) + 1), both % (len(numbers) + 1)
    counts = np.bincount(feature, minlength=len(numbers))
    kept = counts[feature] > 1
    row, feature = row[kept], feature[kept]
    order = np.lexsort((feature, counts[feature], row))
    row, feature = row[order], feature[order]
    place = np.arange(len(row)) - np.searchsorted(row, row)
    grid = np.full((rows, MOST_FEATURES), -1, np.int64)
    few = place < MOST_FEATURES
    grid[row[few], place[few]] = feature[few]
    keys, holders = [], []
    for one in range(MOST_FEATURES):
        for other in range(one + 1, MOST_FEATURES):
            has = np.flatnonzero(grid[:, other] >= 0)
            a, b = grid[has, one], grid[has, other]
            keys.append(np.minimum(a, b) * (len(numbers) + 1) + np.maximum(a, b))
            holders.append(has)
    return pairs_of_few(np.concatenate(keys), np.concatenate(holders), MOST_SHARED)


def _of_name(value: str) -> Iterator[str]:
    for word in value.split():
        yield word
        if len(word) > 4:
            yield word[:4] + "-"


def _of_words(value: str) -> list[str]:
    return [word[:5] for word in value.split()]


def _of_date(value: str) -> list[str]:
    year, _, rest = value.partition("-")
    return [year, f"-{rest}"]


def _of_code(value: str) -> list[str]:
    return [value.partition(" ")[0][:4], f"-{value[-3:]}"]


def _of_mailbox(value: str) -> list[str]:
    name, _, domain = value.partition("@")
    return [name[:5], f"@{domain}"]


def _of_number(value: str) -> list[str]:
    return [value[: len(value) // 2], f"-{value[len(value) // 2 :]}"]


_FEATURES: dict[Kind, Callable[[str], "Iterator[str] | list[str]"]] = {
    "person_name": _of_name,
    "company_name": _of_words,
    "date": _of_date,
    "place": _of_words,
    "postal_code": _of_code,
    "phone": _of_number,
    "email": _of_mailbox,
    "identifier": _of_number,
    "other": lambda value: [value[:5]],
}
