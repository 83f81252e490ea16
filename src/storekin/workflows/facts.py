"""Facts for a policy out of what was compared: in columns, whatever the policy."""

import tomllib
from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storekin.identity.model import signal_name
from storekin.identity.values import IntArray
from storekin.kernels.numbering import distinct_of
from storekin.listings.signals import bit_of
from storekin.policy.facts import (
    UNKNOWN_DAY,
    CatalogueFacts,
    Facts,
    IdentityFacts,
    StoreFacts,
)
from storekin.records.declaration import Declaration
from storekin.records.portfolio import Portfolio
from storekin.workflows.listings import ListingFindings
from storekin.workflows.registrations import RegistrationFindings

Apart = Collection[tuple[str, str]]


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, list[str]]]:
    path = files("storekin.workflows").joinpath("field_words.toml")
    return tomllib.loads(path.read_text("utf-8"))


def gather_facts(
    portfolio: Portfolio,
    registrations: RegistrationFindings,
    listings: ListingFindings | None,
    *,
    apart: Apart = (),
    declarations: Sequence[Declaration] = (),
    today: date,
) -> Facts:
    """Lay out all that a policy may ask of a portfolio that was compared."""
    ids = registrations.values.store_ids
    number = {store: place for place, store in enumerate(ids)}
    held = frozenset(
        (min(number[a], number[b]), max(number[a], number[b]))
        for a, b in apart
        if a in number and b in number and a != b
    )
    sizes = _catalogue_sizes(ids, portfolio.listings)
    return Facts(
        stores=store_facts(ids, portfolio, sizes, declarations, today),
        identity=identity_facts(registrations),
        catalogues=(
            None if listings is None else catalogue_facts(portfolio.listings, listings)
        ),
        apart=held,
    )


def _catalogue_sizes(ids: list[str], listings: pa.Table) -> IntArray:
    place = pc.index_in(listings["store"], value_set=pa.array(ids, pa.string()))
    numbers = pc.fill_null(place, len(ids)).to_numpy().astype(np.int64)
    return np.bincount(numbers, minlength=len(ids) + 1)[: len(ids)]


def store_facts(
    ids: list[str],
    portfolio: Portfolio,
    sizes: IntArray,
    declarations: Sequence[Declaration],
    today: date,
) -> StoreFacts:
    """Lay out what is known of the stores, in the order of *ids*."""
    known = pa.array(ids, pa.string())
    row = pc.index_in(known, value_set=portfolio.stores["store"])
    stores = portfolio.stores.take(row) if portfolio.stores.num_rows else None

    def column(name: str) -> pa.Array:
        if stores is None:
            return pa.nulls(len(ids), pa.string())
        return stores[name].combine_chunks()

    group, need = _declared(ids, declarations, today)
    return StoreFacts(
        ids=ids,
        site=number_texts(column("site")),
        operator=number_texts(column("operator")),
        standing=standing_of(column("status")),
        closed=is_closed(column("status")),
        opened=_opening_days(known, stores, portfolio.registrations),
        group=group,
        need=need,
        listings=sizes,
    )


def number_texts(texts: pa.Array) -> IntArray:
    """Number texts without regard to case and blanks around; -1 where there is none."""
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    plain = pc.if_else(pc.equal(plain, ""), pa.scalar(None, pa.string()), plain)
    codes = plain.dictionary_encode()
    if isinstance(codes, pa.ChunkedArray):
        codes = codes.combine_chunks()
    numbers: IntArray = (
        pc.fill_null(codes.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    )
    return numbers


def standing_of(status: pa.Array) -> npt.NDArray[np.int8]:
    """Tell good standing (1) and not (0) from a store's status; -1 where unknown."""
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(status))
    words = _words()["status"]
    standing = np.full(len(plain), -1, np.int8)
    for value, key in ((1, "good"), (0, "not_good"), (0, "closed")):
        hit = pc.is_in(plain, value_set=pa.array(words[key]))
        standing[hit.to_numpy(zero_copy_only=False)] = value
    return standing


def is_closed(status: pa.Array) -> npt.NDArray[np.bool_]:
    """Mark stores whose status says that the platform closed them."""
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(status))
    hit = pc.is_in(plain, value_set=pa.array(_words()["status"]["closed"]))
    closed: npt.NDArray[np.bool_] = hit.to_numpy(zero_copy_only=False)
    return closed


def _opening_days(
    ids: pa.Array, stores: pa.Table | None, registrations: pa.Table
) -> IntArray:
    """Give each store's opening day, or else the first day of its registrations."""
    days = np.full(len(ids), UNKNOWN_DAY, np.int64)
    place = pc.index_in(registrations["store"], value_set=ids)
    submitted = days_of(registrations["submitted"])
    rows = np.flatnonzero(submitted != UNKNOWN_DAY)
    holders = pc.fill_null(place, -1).to_numpy().astype(np.int64)[rows]
    rows, holders = rows[holders >= 0], holders[holders >= 0]
    first = np.full(len(ids), np.iinfo(np.int64).max)
    np.minimum.at(first, holders, submitted[rows])
    told = first != np.iinfo(np.int64).max
    days[told] = first[told]
    if stores is not None:
        opened = days_of(stores["opened"])
        days = np.where(opened == UNKNOWN_DAY, days, opened)
    return days


def days_of(column: pa.ChunkedArray | pa.Array) -> IntArray:
    """Give dates as days since 1970-01-01; ``UNKNOWN_DAY`` where there is none."""
    numbers = pc.fill_null(column.cast(pa.int32()), UNKNOWN_DAY)
    days: IntArray = numbers.to_numpy(zero_copy_only=False).astype(np.int64)
    return days


def _declared(
    ids: list[str], declarations: Sequence[Declaration], today: date
) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Number the declared groups; a store of several belongs to the last of them."""
    number = {store: place for place, store in enumerate(ids)}
    group = np.full(len(ids), -1, np.int64)
    need = np.zeros(len(ids), np.bool_)
    held = [one for one in declarations if one.holds_on(today) and one.store in number]
    names = {name: n for n, name in enumerate(sorted({one.group for one in held}))}
    for one in held:
        group[number[one.store]] = names[one.group]
        need[number[one.store]] = bool(one.need.strip())
    return group, need


def identity_facts(findings: RegistrationFindings) -> IdentityFacts:
    """Lay out the evidence on pairs of stores."""
    evidence = findings.evidence
    signals = list(findings.values.by_signal)
    holders = np.zeros(len(evidence), np.int64)
    registrants = np.zeros(len(evidence), np.int64)
    for number, signal in enumerate(signals):
        rows = np.flatnonzero(evidence.signal == number)
        common = findings.commonness[signal]
        if len(common.registrants):
            codes = evidence.left_code[rows]
            registrants[rows] = common.registrants[codes]
            holders[rows] = common.holders[codes]
    return IdentityFacts(
        signals=signals,
        near_signals=[signal_name(signal, near=True) for signal in signals],
        left=findings.left,
        right=findings.right,
        pair=evidence.pair,
        signal=evidence.signal,
        bits=evidence.bits,
        exact=(evidence.left_code == evidence.right_code) & ~evidence.near,
        near=evidence.near,
        holders=holders,
        registrants=registrants,
        prior_bits=findings.prior_bits,
    )


def catalogue_facts(table: pa.Table, findings: ListingFindings) -> CatalogueFacts:
    """Lay out the pairs of listings, and of the listings what policies ask."""
    scores = findings.scores
    told = AttributeFacts.of(table, scores.left, scores.right)
    return CatalogueFacts(
        owners=findings.prepared.owners,
        prices=_prices(table),
        currencies=number_texts(table["currency"].combine_chunks()),
        formats=told.formats,
        format_names=told.format_names,
        pages=told.pages,
        created=days_of(table["created"]),
        left=scores.left,
        right=scores.right,
        level=scores.level,
        variant_level=scores.variant_level,
        probability=scores.probability,
        seen=scores.seen,
        agrees=scores.agrees,
        given=scores.given,
        differs=scores.differs | told.differs,
    )


def _prices(table: pa.Table) -> npt.NDArray[np.float64]:
    prices: npt.NDArray[np.float64] = pc.fill_null(
        table["price"].cast(pa.float64()), float("nan")
    ).to_numpy()
    return prices


class AttributeFacts:
    """What listings give among their attributes that policies ask for.

    ``formats`` and ``pages`` are by listing, -1 where not given; ``differs`` by pair.
    """

    def __init__(
        self,
        formats: IntArray,
        format_names: tuple[str, ...],
        pages: IntArray,
        differs: npt.NDArray[np.int32],
    ) -> None:
        self.formats = formats
        self.format_names = format_names
        self.pages = pages
        self.differs = differs

    @classmethod
    def of(cls, table: pa.Table, left: IntArray, right: IntArray) -> "AttributeFacts":
        """Read the attributes of the listings that stand in pairs, by column."""
        count = table.num_rows
        formats = np.full(count, -1, np.int64)
        pages = np.full(count, -1, np.int64)
        differs = np.zeros(len(left), np.int32)
        names = tuple(_words()["formats"])
        paired = distinct_of(np.concatenate([left, right]))
        texts = table["attributes"].take(pa.array(paired)).combine_chunks()
        if texts.null_count == len(texts):
            return cls(formats, names, pages, differs)
        found = {
            name: attribute_values(texts, words)
            for name, words in _words()["attributes"].items()
        }
        formats[paired] = _format_numbers(found["format"])
        pages[paired] = number_texts(found["page"])
        for name in ("condition", "compatibility", "use", "subtitle", "location"):
            codes = np.full(count, -1, np.int64)
            codes[paired] = number_texts(found[name])
            one, other = codes[left], codes[right]
            apart = (one >= 0) & (other >= 0) & (one != other)
            differs[apart] |= bit_of(name)
        return cls(formats, names, pages, differs)


def attribute_values(texts: pa.Array, words: Sequence[str]) -> pa.Array:
    """Give the value under one of some keys of JSON objects; null where none has it.

    >>> attribute_values(pa.array(['{"Condition": "New"}', None]), ["condition"])[0]
    <pyarrow.StringScalar: 'New'>
    """
    keys = "|".join(word.replace(" ", r"[ _]") for word in words)
    pattern = rf'(?i)"(?:{keys})"\s*:\s*"?(?P<value>[^",}}\]]+)'
    return pc.struct_field(pc.extract_regex(texts, pattern), "value")


def _format_numbers(texts: pa.Array) -> IntArray:
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    numbers = np.full(len(plain), -1, np.int64)
    for number, words in enumerate(_words()["formats"].values()):
        hit = pc.is_in(plain, value_set=pa.array(words))
        numbers[hit.to_numpy(zero_copy_only=False)] = number
    return numbers
