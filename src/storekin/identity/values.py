"""Registrations to comparable values: each kind's distinct values, and who gives them.

A store may give several values of a kind, in one cell or in several rows. Values are
normalised once for each distinct text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.normalise.addresses import normalise_address
from storekin.normalise.countries import normalise_country
from storekin.normalise.emails import normalise_email
from storekin.normalise.identifiers import (
    CheckDigit,
    check_account,
    check_licence,
    check_person_id,
    check_tax_number,
    normalise_account,
    normalise_device,
    normalise_ip,
    normalise_licence,
    normalise_person_id,
    normalise_tax_number,
)
from storekin.normalise.names import (
    han_person_name,
    normalise_company_name,
    normalise_person_name,
)
from storekin.normalise.phones import normalise_phone
from storekin.normalise.text import fold_text

IntArray = npt.NDArray[np.int64]
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a signal's values come from, and how they become comparable."""

    column: str
    normalise: Callable[[str], str | None]
    check: Callable[[str], CheckDigit] | None = None
    several: bool = False
    with_country: bool = False


def _phone(text: str) -> str | None:
    country, _, number = text.partition(_BETWEEN)
    return normalise_phone(number, normalise_country(country))


def _trademark(text: str) -> str | None:
    return fold_text(text) or None


SOURCES: Mapping[str, Source] = {
    "same_business_licence": Source(
        "business_licence", normalise_licence, check_licence
    ),
    "same_legal_person_id": Source(
        "legal_person_id", normalise_person_id, check_person_id
    ),
    "same_phone": Source("phone", _phone, several=True, with_country=True),
    "same_email": Source("email", normalise_email, several=True),
    "same_bank_account": Source("bank_account", normalise_account, check_account),
    "same_payment_card": Source("payment_card", normalise_account, check_account),
    "same_tax_number": Source("tax_number", normalise_tax_number, check_tax_number),
    "similar_company_name": Source("company_name", normalise_company_name),
    "similar_legal_person_name": Source("legal_person", normalise_person_name),
    "similar_address": Source("address", normalise_address),
    "same_trademark": Source("trademark", _trademark),
    "shares_device": Source("device", normalise_device),
    "shares_ip": Source("ip", normalise_ip),
}
"""Every signal's source, in the order of ``IDENTITY_SIGNALS``."""


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one signal: entries sorted by store, each (store, value) once.

    ``texts`` holds the normalised values by number, ``originals`` the text of each
    entry as its store wrote it, and ``sound`` is False where a check digit fails.
    """

    stores: IntArray
    codes: IntArray
    texts: list[str]
    originals: pa.Array
    sound: npt.NDArray[np.bool_]

    def holders(self) -> IntArray:
        """Count the stores that give each value."""
        return np.bincount(self.codes, minlength=len(self.texts))

    def shown(self, store: int, code: int) -> str:
        """Give a value as *store* wrote it."""
        low = int(np.searchsorted(self.stores, store))
        high = int(np.searchsorted(self.stores, store, side="right"))
        place = low + int(np.searchsorted(self.codes[low:high], code))
        return str(self.originals[place].as_py()).rpartition(_BETWEEN)[2]

    def first_of_store(self, store_count: int) -> IntArray:
        """Give each store's first value, or -1."""
        first = np.full(store_count, -1, np.int64)
        first[self.stores[::-1]] = self.codes[::-1]
        return first


def read_values(
    signal: str, table: pa.Table, store_number: IntArray, column: pa.ChunkedArray
) -> Values:
    """Normalise one column; ``store_number`` gives each row's store."""
    source = SOURCES[signal]
    texts = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(texts, pa.ChunkedArray):
        texts = pa.concat_arrays([*texts.chunks, pa.array([], pa.string())])
    rows = np.arange(len(texts))
    if source.several:
        parts = pc.split_pattern(texts, "|")
        rows = pc.list_parent_indices(parts).to_numpy()
        texts = pc.utf8_trim_whitespace(pc.list_flatten(parts))
    if source.with_country:
        country = pc.fill_null(table["country"].combine_chunks(), "").take(
            pa.array(rows)
        )
        texts = pc.binary_join_element_wise(country, texts, _BETWEEN)
    encoded = texts.dictionary_encode()
    originals: list[str] = encoded.dictionary.to_pylist()
    normalised = [source.normalise(text) for text in originals]
    # number the normalised values in their own order: no row order shows through
    distinct = sorted({text for text in normalised if text is not None})
    number = {text: place for place, text in enumerate(distinct)}
    to_code = np.array([-1 if t is None else number[t] for t in normalised], np.int64)
    picked = pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64)
    codes = np.where(picked < 0, -1, to_code[picked] if len(to_code) else -1)
    keep = np.flatnonzero(codes >= 0)
    # of two writings of one value by one store, the first in order is shown
    rank = np.argsort(np.argsort(np.array(originals, dtype=object)))
    order = keep[
        np.lexsort((rank[picked[keep]], codes[keep], store_number[rows[keep]]))
    ]
    both = np.stack([store_number[rows[order]], codes[order]], axis=1)
    new = np.ones(len(order), np.bool_)
    new[1:] = (both[1:] != both[:-1]).any(axis=1)
    entries = both[new]
    written = encoded.dictionary.take(pa.array(picked[order[new]]))
    check = source.check
    sound = np.array(
        [check is None or check(text) != "wrong" for text in distinct], np.bool_
    )
    return Values(entries[:, 0], entries[:, 1], distinct, written, sound)


@dataclass(frozen=True, slots=True)
class StoreValues:
    """All values of all stores, by signal; stores are numbered by their ids' order."""

    store_ids: list[str]
    by_signal: Mapping[str, Values]
    han_names: Mapping[int, str]

    def __len__(self) -> int:
        return len(self.store_ids)


def collect_values(
    store_ids: list[str],
    registrations: pa.Table,
    access: pa.Table,
    on_signal: Callable[[str], None] | None = None,
) -> StoreValues:
    """Normalise every column that a signal reads. ``store_ids`` must be sorted."""
    by_signal = {}
    numbers = {
        "registrations": number_stores(store_ids, registrations),
        "access": number_stores(store_ids, access),
    }
    for signal, source in SOURCES.items():
        name = "access" if source.column in ("ip", "device") else "registrations"
        table = access if name == "access" else registrations
        if on_signal is not None:
            on_signal(signal)
        by_signal[signal] = read_values(
            signal, table, numbers[name], table[source.column]
        )
    han = {}
    names = by_signal["similar_legal_person_name"]
    if names.texts:
        people = registrations["legal_person"].to_pylist()
        for store, text in zip(numbers["registrations"].tolist(), people, strict=True):
            if text is not None and not text.isascii():
                characters = han_person_name(text)
                if characters is not None:
                    han[store] = characters
    return StoreValues(store_ids, by_signal, han)


def number_stores(store_ids: list[str], table: pa.Table) -> IntArray:
    """Give the number of each row's store."""
    places = pc.index_in(table["store"], pa.array(store_ids, pa.string()))
    numbers: IntArray = places.to_numpy().astype(np.int64)
    return numbers
