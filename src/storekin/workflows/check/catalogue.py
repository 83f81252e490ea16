"""The facts of all catalogues with drafts laid beside them, one after another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from storekin.listings.index import Screened
from storekin.listings.signals import LEVELS
from storekin.policy.facts import (
    UNKNOWN_DAY,
    CatalogueFacts,
    Facts,
    IdentityFacts,
    IntArray,
    StoreFacts,
)
from storekin.records.declaration import Declaration
from storekin.workflows.facts import AttributeFacts, number_texts
from storekin.workflows.portfolio_index import PortfolioIndex

Record = Mapping[str, object]
_NEW = 1 << 40
"""Numbers of what is new with the drafts: pages, currencies."""


@dataclass(slots=True)
class Catalogue:
    """Facts of an index, and what drafts added to them."""

    index: PortfolioIndex
    declarations: Sequence[Declaration]
    facts: CatalogueFacts
    stores: StoreFacts
    new_stores: dict[str, int] = field(default_factory=dict)
    new_rows: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls, index: PortfolioIndex, declarations: Sequence[Declaration]
    ) -> "Catalogue":
        """Begin with the facts of an index, none of its own yet."""
        facts = index.facts.catalogues
        if facts is None:
            facts = _no_listings()
        stores = index.facts.stores
        return cls(index, declarations, facts, _declare(stores, declarations))

    def number_of(self, store: str) -> int:
        """Give a store's number; a new one where it is not known yet."""
        known = self.index.number_of(store)
        if known >= 0:
            return known
        if store not in self.new_stores:
            number = len(self.stores.listings)
            self.new_stores[store] = number
            self.stores = _one_more(self.stores, store, self.declarations)
        return self.new_stores[store]

    def name_of(self, number: int) -> str:
        """Give a store's id by its number."""
        for store, own in self.new_stores.items():
            if own == number:
                return store
        return str(self.index.facts.stores.ids[number])

    def with_draft(
        self,
        record: Record,
        created: int,
        found: Sequence[Screened],
        rows: Sequence[int],
        replaced: int | None,
    ) -> tuple[Facts, int, int]:
        """Lay a draft beside the others: facts, the draft's row, its store's number.

        *rows* are those of the *found* listings, *replaced* that of a listing in whose
        place the draft stands.
        """
        store = self.number_of(str(record.get("store") or ""))
        facts, row = _append(self.facts, store, record, created, found, rows, replaced)
        sizes = self.stores.listings.copy()
        if replaced is not None:
            sizes[self.facts.owners[replaced]] -= 1
        sizes[store] += 1
        self.facts, self.stores = facts, replace(self.stores, listings=sizes)
        self.new_rows[str(record["listing"])] = row
        whole = Facts(
            stores=self.stores,
            identity=self.index.facts.identity,
            catalogues=facts,
        )
        return whole, row, store


def without_identity(facts: Facts) -> Facts:
    """Leave out the evidence on registrations, where a policy does not ask for it."""
    none = np.empty(0, np.int64)
    truth = np.empty(0, np.bool_)
    identity = facts.identity
    empty = IdentityFacts(
        signals=identity.signals,
        near_signals=identity.near_signals,
        left=none,
        right=none,
        pair=none,
        signal=none,
        bits=np.empty(0, np.float64),
        exact=truth,
        near=truth,
        holders=none,
        registrants=none,
        prior_bits=identity.prior_bits,
    )
    return replace(facts, identity=empty)


def _no_listings() -> CatalogueFacts:
    none = np.empty(0, np.int64)
    bits = np.empty(0, np.int32)
    level = np.empty(0, np.int8)
    return CatalogueFacts(
        owners=np.empty(0, np.int32),
        prices=np.empty(0, np.float64),
        currencies=none,
        formats=none,
        format_names=(),
        pages=none,
        created=none,
        left=none,
        right=none,
        level=level,
        variant_level=level,
        probability=np.empty(0, np.float64),
        seen=np.empty(0, np.bool_),
        agrees=bits,
        given=bits,
        differs=bits,
    )


def _declare(stores: StoreFacts, declarations: Sequence[Declaration]) -> StoreFacts:
    """Number the declared groups of known stores."""
    if not declarations:
        return stores
    group, need = stores.group.copy(), stores.need.copy()
    names = sorted({one.group for one in declarations})
    find = getattr(stores.ids, "find", None)
    for one in declarations:
        number = find(one.store) if find is not None else -1
        if number >= 0:
            group[number] = names.index(one.group)
            need[number] = bool(one.need.strip())
    return replace(stores, group=group, need=need)


def _one_more(
    stores: StoreFacts, store: str, declarations: Sequence[Declaration]
) -> StoreFacts:
    """Add a store of which nothing is known but its declaration."""
    own = [one for one in declarations if one.store == store]
    names = sorted({one.group for one in declarations})
    group = names.index(own[-1].group) if own else -1
    added: dict[str, object] = {
        "site": -1,
        "operator": -1,
        "standing": -1,
        "closed": False,
        "opened": UNKNOWN_DAY,
        "group": group,
        "need": bool(own and own[-1].need.strip()),
        "listings": 0,
    }
    longer: dict[str, Any] = {}
    for name, value in added.items():
        column = getattr(stores, name)
        longer[name] = np.append(column, np.array([value], column.dtype))
    return replace(stores, **longer)


def _append(
    facts: CatalogueFacts,
    store: int,
    record: Record,
    created: int,
    found: Sequence[Screened],
    rows: Sequence[int],
    replaced: int | None,
) -> tuple[CatalogueFacts, int]:
    """Add a listing with its pairs."""
    row = len(facts.owners)
    right = np.array(rows, np.int64)
    told = AttributeFacts.of(
        pa.table(
            {
                "attributes": pa.array(
                    [_text(record, "attributes"), *(one.attributes for one in found)],
                    pa.string(),
                )
            }
        ),
        np.zeros(len(found), np.int64),
        np.arange(1, len(found) + 1),
    )
    formats, pages = facts.formats.copy(), facts.pages.copy()
    _learn(formats, right, told.formats[1:])
    own_page = _learn_codes(pages, right, told.pages, row)
    told_money = [_text(record, "currency"), *(one.currency for one in found)]
    currencies = number_texts(pa.array(told_money, pa.string()))
    same = np.flatnonzero((currencies[1:] == currencies[0]) & (currencies[0] >= 0))
    currency = -1
    if currencies[0] >= 0:
        currency = int(facts.currencies[right[same[0]]]) if len(same) else _NEW + row
    if replaced is not None:
        kept = (facts.left != replaced) & (facts.right != replaced)
        facts = facts.take(np.flatnonzero(kept))

    def pairs(name: str, values: Sequence[object]) -> Any:  # noqa: ANN401 - any array
        held = getattr(facts, name)
        return np.append(held, np.array(values, held.dtype))

    given = record.get("price")
    price = np.nan if given is None else float(str(given))
    return (
        replace(
            facts,
            owners=np.append(facts.owners, np.int32(store)),
            prices=np.append(
                facts.prices, np.nan if price is None else float(str(price))
            ),
            currencies=np.append(facts.currencies, currency),
            formats=np.append(formats, told.formats[0]),
            format_names=facts.format_names or told.format_names,
            pages=np.append(pages, own_page),
            created=np.append(facts.created, created),
            left=np.append(facts.left, right),
            right=np.append(facts.right, np.full(len(right), row)),
            level=pairs("level", [LEVELS.index(one.level) for one in found]),
            variant_level=pairs(
                "variant_level", [LEVELS.index(one.variant_level) for one in found]
            ),
            probability=pairs("probability", [one.probability for one in found]),
            seen=pairs("seen", [one.seen for one in found]),
            agrees=pairs("agrees", [one.agrees for one in found]),
            given=pairs("given", [one.given for one in found]),
            differs=pairs(
                "differs",
                [
                    one.differs | int(more)
                    for one, more in zip(found, told.differs.tolist(), strict=True)
                ],
            ),
        ),
        row,
    )


def _text(record: Record, name: str) -> str | None:
    value = record.get(name)
    return None if value is None else str(value)


def _learn(held: IntArray, rows: IntArray, told: IntArray) -> None:
    """Fill in what was not read of listings that stood in no pair."""
    unknown = held[rows] < 0
    held[rows[unknown]] = told[unknown]


def _learn_codes(held: IntArray, rows: IntArray, told: IntArray, row: int) -> int:
    """Fill in numbers that stand for texts; give the draft's own."""
    numbers: dict[int, int] = {}
    for place, code in zip(rows.tolist(), told[1:].tolist(), strict=True):
        if code >= 0 and held[place] >= 0:
            numbers.setdefault(code, int(held[place]))
    for code in told.tolist():
        if code >= 0:
            numbers.setdefault(code, _NEW + row * 64 + code)
    for place, code in zip(rows.tolist(), told[1:].tolist(), strict=True):
        if code >= 0 and held[place] < 0:
            held[place] = numbers[code]
    return numbers.get(int(told[0]), -1)
