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

from storekin.identity.quick import (
    quick_companies,
    quick_emails,
    quick_licences,
    quick_person_ids,
    quick_phones,
)
from storekin.kernels.numbering import distinct_of
from storekin.kernels.parallel import ranges_of, run_chunks
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
Codes = npt.NDArray[np.int32]
"""Numbers of stores, pairs or values: there are fewer than two thousand million."""
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a signal's values come from, and how they become comparable."""

    column: str
    normalise: Callable[[str], str | None]
    check: Callable[[str], CheckDigit] | None = None
    several: bool = False
    with_country: bool = False
    quick: Callable[[pa.Array], pa.Array] | None = None


def _phone(text: str) -> str | None:
    country, _, number = text.partition(_BETWEEN)
    return normalise_phone(number, normalise_country(country))


def _trademark(text: str) -> str | None:
    return fold_text(text) or None


SOURCES: Mapping[str, Source] = {
    "same_business_licence": Source(
        "business_licence", normalise_licence, check_licence, quick=quick_licences
    ),
    "same_legal_person_id": Source(
        "legal_person_id", normalise_person_id, check_person_id, quick=quick_person_ids
    ),
    "same_phone": Source(
        "phone", _phone, several=True, with_country=True, quick=quick_phones
    ),
    "same_email": Source("email", normalise_email, several=True, quick=quick_emails),
    "same_bank_account": Source("bank_account", normalise_account, check_account),
    "same_payment_card": Source("payment_card", normalise_account, check_account),
    "same_tax_number": Source("tax_number", normalise_tax_number, check_tax_number),
    "similar_company_name": Source(
        "company_name", normalise_company_name, quick=quick_companies
    ),
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

    ``texts`` holds the distinct normalised values by code, ``originals`` the text of
    each entry as its store wrote it, null where it wrote the normalised one; ``sound``
    is False where a check digit fails, and ``proved`` True where there is one that
    fits. Codes are numbers alone: nothing may depend on their order.
    """

    stores: Codes
    codes: Codes
    texts: pa.Array
    originals: pa.Array
    sound: npt.NDArray[np.bool_]
    proved: npt.NDArray[np.bool_]

    def holders(self) -> IntArray:
        """Count the stores that give each value."""
        return np.bincount(self.codes, minlength=len(self.texts))

    def text(self, code: int) -> str:
        """Give the normalised text of a value."""
        return str(self.texts[code].as_py())

    def shown(self, store: int, code: int) -> str:
        """Give a value as *store* wrote it."""
        low = int(np.searchsorted(self.stores, store))
        high = int(np.searchsorted(self.stores, store, side="right"))
        place = low + int(np.searchsorted(self.codes[low:high], code))
        written = self.originals[place].as_py()
        return self.text(code) if written is None else str(written)

    def starts(self, store_count: int) -> IntArray:
        """Give where each store's entries begin, and the end of the last."""
        counts = np.bincount(self.stores, minlength=store_count)
        starts = np.zeros(store_count + 1, np.int64)
        np.cumsum(counts, out=starts[1:])
        return starts

    def first_of_store(self, store_count: int) -> IntArray:
        """Give each store's first value in the order of texts, or -1."""
        first = np.full(store_count, -1, np.int64)
        first[self.stores[::-1]] = self.codes[::-1]
        again = np.flatnonzero(self.stores[1:] == self.stores[:-1])
        if len(again):
            rows = distinct_of(np.append(again, again + 1))
            texts = self.texts.take(pa.array(self.codes[rows]))
            last_first = rows[pc.sort_indices(texts).to_numpy()[::-1]]
            # of several writes to one place the last one stays: the first text
            first[self.stores[last_first]] = self.codes[last_first]
        return first


def read_values(
    signal: str, table: pa.Table, store_number: IntArray, column: pa.ChunkedArray
) -> Values:
    """Normalise one column; ``store_number`` gives each row's store."""
    source = SOURCES[signal]
    texts = _whole(column)
    rows = np.arange(len(texts))
    if source.several:
        parts = pc.split_pattern(texts, "|")
        rows = pc.list_parent_indices(parts).to_numpy()
        texts = pc.utf8_trim_whitespace(pc.list_flatten(parts))
    given = texts
    if source.with_country:
        country = pc.fill_null(_whole(table["country"]), "").take(pa.array(rows))
        texts = pc.binary_join_element_wise(country, texts, _BETWEEN)
    written = texts.dictionary_encode()
    normalised = normalise_column(written.dictionary, source)
    distinct = normalised.dictionary_encode()
    to_code = pc.fill_null(distinct.indices, -1).to_numpy().astype(np.int64)
    picked = pc.fill_null(written.indices, -1).to_numpy().astype(np.int64)
    codes = np.where(picked < 0, -1, to_code[picked] if len(to_code) else -1)
    keep = np.flatnonzero(codes >= 0)
    stores = store_number[rows[keep]]
    if (stores[1:] > stores[:-1]).all():
        order = keep
    else:
        # of two writings of one value by one store, the first in order is shown
        used, place = np.unique(picked[keep], return_inverse=True)
        texts_used = written.dictionary.take(pa.array(used))
        rank = np.empty(len(used), np.int64)
        rank[pc.sort_indices(texts_used).to_numpy()] = np.arange(len(used))
        order = keep[np.lexsort((rank[place], codes[keep], stores))]
        both = store_number[rows[order]], codes[order]
        new = np.ones(len(order), np.bool_)
        new[1:] = (both[0][1:] != both[0][:-1]) | (both[1][1:] != both[1][:-1])
        order = order[new]
    same = pc.equal(written.dictionary, normalised).take(pa.array(picked[order]))
    as_written = same.to_numpy(zero_copy_only=False)
    return Values(
        store_number[rows[order]].astype(np.int32),
        codes[order].astype(np.int32),
        distinct.dictionary,
        given.take(pa.array(order, mask=as_written)),
        *check_digits(signal, distinct.dictionary),
    )


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(whole, pa.ChunkedArray):
        return pa.concat_arrays([*whole.chunks, pa.array([], pa.string())])
    return whole


_AT_ONCE = 10_000
"""Texts whose shape is told in one piece: the pieces are shared out to all cores."""


def normalise_column(texts: pa.Array, source: Source) -> pa.Array:
    """Normalise distinct texts: by their shape where it tells, else one by one."""
    texts = texts.cast(pa.string())
    if source.quick is None:
        return pa.array([source.normalise(t) for t in texts.to_pylist()], pa.string())
    told = source.quick
    ranges = ranges_of(len(texts), _AT_ONCE)
    parts = run_chunks(lambda part: told(texts[part[0] : part[1]]), ranges)
    quick = pa.concat_arrays([pa.array([], pa.string()), *parts])
    rest = pc.is_null(quick)
    others = [source.normalise(text) for text in texts.filter(rest).to_pylist()]
    return pc.replace_with_mask(quick, rest, pa.array(others, pa.string()))


def check_digits(
    signal: str, texts: pa.Array
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Say which values' check digits do not fail, and which are there and fit."""
    check = SOURCES[signal].check
    if check is None:
        # one value seen as many: it takes no room
        return (
            np.broadcast_to(np.True_, len(texts)),
            np.broadcast_to(np.False_, len(texts)),
        )
    from storekin.kernels.check_digits import (
        NOT_KNOWN,
        RIGHT,
        WRONG,
        check_credit_codes,
        check_person_ids,
    )
    from storekin.kernels.similar_texts import TextColumn

    column = TextColumn.of(texts)
    kernel = (
        check_person_ids if signal == "same_legal_person_id" else check_credit_codes
    )
    told = kernel(column.data, column.offsets)
    if signal in ("same_bank_account", "same_payment_card"):
        told[:] = NOT_KNOWN
    for place in np.flatnonzero(told == NOT_KNOWN).tolist():
        said = check(texts[place].as_py())
        told[place] = {"right": RIGHT, "wrong": WRONG, "none": NOT_KNOWN}[said]
    return told != WRONG, told == RIGHT


@dataclass(frozen=True, slots=True)
class StoreValues:
    """All values of all stores, by signal; stores are numbered by their ids' order."""

    store_ids: list[str]
    by_signal: Mapping[str, Values]
    han_names: Codes
    """A number for the Han characters of each store's person; -1 where none."""
    han_texts: pa.Array
    """The characters, by that number."""

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
    registrations, of_registrations = _in_order(store_ids, registrations)
    access, of_access = _in_order(store_ids, access)
    numbers = {"registrations": of_registrations, "access": of_access}
    for signal, source in SOURCES.items():
        name = "access" if source.column in ("ip", "device") else "registrations"
        table = access if name == "access" else registrations
        if on_signal is not None:
            on_signal(signal)
        by_signal[signal] = read_values(
            signal, table, numbers[name], table[source.column]
        )
    han = _number_han_names(store_ids, registrations, numbers["registrations"])
    return StoreValues(store_ids, by_signal, *han)


def _number_han_names(
    store_ids: list[str], registrations: pa.Table, store_number: IntArray
) -> tuple[Codes, pa.Array]:
    written = _whole(registrations["legal_person"]).dictionary_encode()
    names = [han_person_name(text) for text in written.dictionary.to_pylist()]
    distinct = sorted(set(filter(None, names)))
    number = {name: place for place, name in enumerate(distinct)}
    to_han = np.array([-1 if n is None else number[n] for n in names], np.int64)
    picked = pc.fill_null(written.indices, -1).to_numpy().astype(np.int64)
    han = np.full(len(store_ids), -1, np.int32)
    if len(to_han):
        known = np.flatnonzero((picked >= 0) & (to_han[picked] >= 0))
        # of several registrations' persons the first in order
        known = known[np.argsort(-to_han[picked[known]], kind="stable")]
        han[store_number[known]] = to_han[picked[known]]
    return han, pa.array(distinct, pa.string())


def _in_order(store_ids: list[str], table: pa.Table) -> tuple[pa.Table, IntArray]:
    """Sort rows by store, and a store's rows by what they say: no row order shows."""
    numbers = number_stores(store_ids, table)
    if (numbers[1:] > numbers[:-1]).all():
        return table, numbers
    if len(distinct_of(numbers)) == len(numbers):
        order = np.argsort(numbers)
    else:
        names = [name for name in table.column_names if name != "store"]
        by = [("store", "ascending"), *((name, "ascending") for name in names)]
        order = pc.sort_indices(table, sort_keys=by).to_numpy()
        order = order[np.argsort(numbers[order], kind="stable")]
    return table.take(pa.array(order)), numbers[order]


def number_stores(store_ids: list[str], table: pa.Table) -> IntArray:
    """Give the number of each row's store."""
    places = pc.index_in(table["store"], pa.array(store_ids, pa.string()))
    numbers: IntArray = places.to_numpy().astype(np.int64)
    return numbers
