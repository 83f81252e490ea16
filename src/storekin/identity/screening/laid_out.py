"""What is known of all registrations, laid out in arrays that a file maps.

Values of all kinds have one numbering: those that several stores give come first, so
that only these carry holders and parties.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.errors import InvalidTableError
from storekin.identity.blocking import doors
from storekin.identity.comparisons.near import NameWords
from storekin.identity.hubs import (
    Registrants,
    papers_for,
    tell_parties,
    tell_registrants,
)
from storekin.identity.model import NEAR_SIGNALS, HubRule
from storekin.identity.screening.tally import size_bits
from storekin.identity.values import SOURCES, Codes, IntArray, StoreValues, Values
from storekin.kernels.numbering import distinct_of, sizes_of_runs
from storekin.kernels.parallel import run_chunks
from storekin.kernels.similar_texts import TextColumn

SIGNALS = tuple(SOURCES)
"""The kinds of values by number; one more is the Han writing of a person's name."""

HAN = len(SIGNALS)
SOUND = 16
"""The bit of a value's mark that says that no check digit fails."""

PAPER_SETS = tuple(sorted({papers_for(signal) for signal in SIGNALS}))
PAPERS_OF = tuple(PAPER_SETS.index(papers_for(signal)) for signal in SIGNALS)
"""By which set of papers the holders of each kind of value are told apart."""

NONE = 0xFFFFFFFF
_PERSON = "similar_legal_person_name"

_MOST_ALIKE = 100
"""Values under one key of a part; more are met by keys that say more, of which there
are more. Either way the same values meet."""

U1 = npt.NDArray[np.uint8]
U2 = npt.NDArray[np.uint16]
U4 = npt.NDArray[np.uint32]
I4 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint64]
Arrays = dict[str, npt.NDArray[Any]]
"""Arrays by the name of the field that they are for."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """The arrays. A run of x is x_starts[i]:x_starts[i + 1].

    Of n values the first s are shared. ``text_data``, ``text_starts`` (n + 1) and
    ``marks`` (kind, and SOUND) describe all; ``holders`` and ``parties`` in runs of
    ``holder_starts`` (s + 1), and one of ``sole`` each the others. ``party_sizes``
    and ``party_known`` describe the parties; ``tallies`` (s, 4: strong, weak, stores,
    main) and ``clients`` what they come to. Each store's values are a run of
    ``store_values``, and its registrants (by each set of papers) and first person in
    ``registrants`` (3, stores) and ``persons``; ``papered`` has a bit for each set
    that it gives a sound paper of. The tables of keys are
    ``kernels.known``'s; ``crowded`` says of which kinds some are told by keys of
    deletions. ``edges`` and ``edge_odds`` are each store's likely pairs;
    ``groups`` its group's smallest store.
    """

    text_data: U1
    text_starts: U4
    marks: U1
    holder_starts: U4
    holders: U4
    parties: U4
    sole: U4
    party_sizes: U4
    party_known: U1
    tallies: U4
    clients: npt.NDArray[np.float64]
    store_starts: U4
    store_values: U4
    registrants: I4
    persons: U4
    value_starts: U4
    value_entries: U4
    near_starts: U4
    near_entries: U4
    near_checks: U2
    door_starts: U4
    door_entries: U4
    door_checks: U4
    crowded: U1
    papered: U1
    words: U8
    word_counts: I4
    names: I4
    edge_starts: U4
    edges: U4
    edge_odds: npt.NDArray[np.float64]
    groups: U4

    @property
    def stores(self) -> int:
        """Give how many stores there are."""
        return len(self.store_starts) - 1

    def arrays(self) -> Arrays:
        """Give all arrays by name, as the file keeps them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Likely:
    """The pairs of stores that may join with their odds, and all stores' groups."""

    left: IntArray
    right: IntArray
    odds_bits: npt.NDArray[np.float64]
    groups: IntArray


def lay_out(values: StoreValues, likely: Likely, rule: HubRule) -> LaidOut:
    """Lay out all values of all stores.

    Raises:
        InvalidTableError: If their texts come to more than four gigabytes.
    """
    kinds = [*values.by_signal.values(), _han_values(values)]
    counts = [entries.holders() for entries in kinds]
    numbers, shared = _number_all(counts)
    text_data, text_starts = _texts(kinds, counts)
    marks = np.zeros(len(text_starts) - 1, np.uint8)
    for kind, entries in enumerate(kinds):
        marks[numbers[kind]] = kind + SOUND * entries.sound.astype(np.uint8)
    stores = len(values)
    every_store = np.concatenate([entries.stores for entries in kinds])
    every_value = np.concatenate(
        [numbers[kind][entries.codes] for kind, entries in enumerate(kinds)]
    ).astype(np.uint32)
    order = np.argsort(every_store, kind="stable")
    sole = np.full(len(marks) - shared, NONE, np.uint32)
    alone = every_value >= shared
    sole[every_value[alone] - shared] = every_store[alone]
    near = _near_table(kinds, numbers)
    told = tell_registrants(values)
    persons = values.by_signal[_PERSON].first_of_store(stores)
    words = NameWords.of(kinds[SIGNALS.index("similar_company_name")].texts)
    return LaidOut(
        text_data=text_data,
        text_starts=text_starts,
        marks=marks,
        **_parties(told, persons, kinds, counts, shared, rule),
        sole=sole,
        store_starts=_starts(every_store, stores),
        store_values=every_value[order],
        **_value_table(text_data, text_starts, marks),
        **near,
        **_door_table(kinds, numbers),
        words=words.words,
        word_counts=words.counts,
        names=np.array([words.names], np.int32),
        **_edges(likely, stores),
        groups=likely.groups.astype(np.uint32),
        persons=_persons(persons, numbers),
        registrants=np.stack([told[p].groups for p in PAPER_SETS]).astype(np.int32),
        papered=_papered(told),
    )


def _papered(told: Mapping[tuple[str, ...], Registrants]) -> U1:
    """Mark, bit by bit, the sets of which each store gives a sound paper."""
    bits = [told[papers].known.astype(np.uint8) for papers in PAPER_SETS]
    marks = np.zeros(len(bits[0]), np.uint8)
    for place, known in enumerate(bits):
        marks |= known << np.uint8(place)
    return marks


def _han_values(values: StoreValues) -> Values:
    stores = np.flatnonzero(values.han_names >= 0)
    count = len(values.han_texts)
    return Values(
        stores.astype(np.int32),
        values.han_names[stores].astype(np.int32),
        values.han_texts,
        pa.nulls(len(stores), pa.string()),
        np.ones(count, np.bool_),
        np.zeros(count, np.bool_),
    )


def _number_all(counts: list[IntArray]) -> tuple[list[IntArray], int]:
    """Number the values of all kinds, the shared ones first."""
    shared = sum(int((count > 1).sum()) for count in counts)
    first, later = 0, shared
    numbers = []
    for count in counts:
        several = count > 1
        number = np.empty(len(count), np.int64)
        many = int(several.sum())
        number[several] = np.arange(first, first + many)
        number[~several] = np.arange(later, later + len(count) - many)
        first, later = first + many, later + len(count) - many
        numbers.append(number)
    return numbers, shared


def _texts(kinds: list[Values], counts: list[IntArray]) -> tuple[U1, U4]:
    parts = [
        entries.texts.filter(pa.array(wanted))
        for several in (True, False)
        for entries, count in zip(kinds, counts, strict=True)
        for wanted in [(count > 1) == several]
    ]
    column = TextColumn.of(pa.chunked_array(parts, pa.string()))
    if int(column.offsets[-1]) >= NONE:
        raise InvalidTableError(
            "these registrations hold more than four gigabytes of text",
            "index the marketplaces, or the countries, apart",
        )
    return column.data, column.offsets.astype(np.uint32)


def _starts(rows: npt.NDArray[np.integer], count: int) -> U4:
    starts = np.zeros(count + 1, np.uint32)
    starts[1:] = np.cumsum(np.bincount(rows, minlength=count))
    return starts


def _parties(
    told: Mapping[tuple[str, ...], Registrants],
    person: IntArray,
    kinds: list[Values],
    counts: list[IntArray],
    shared: int,
    rule: HubRule,
) -> Arrays:
    """Lay out who holds each shared value, and what the hub rule asks of them."""
    holders: list[Codes] = []
    parties: list[IntArray] = []
    sizes: list[IntArray] = []
    known: list[npt.NDArray[np.bool_]] = []
    tallies: list[IntArray] = []
    clients: list[npt.NDArray[Any]] = []
    starts: list[IntArray] = []
    before = 0
    for kind, (entries, count) in enumerate(zip(kinds, counts, strict=True)):
        several = np.flatnonzero(count > 1)
        if kind == HAN:
            rows = np.flatnonzero(count[entries.codes] > 1)
            rows = rows[np.argsort(entries.codes[rows], kind="stable")]
            holders.append(entries.stores[rows])
            parties.append(np.full(len(rows), NONE, np.int64))
            tallies.append(np.zeros((len(several), 4), np.int64))
            clients.append(np.zeros(len(several)))
        else:
            signal = SIGNALS[kind]
            found = tell_parties(
                entries, count, told[papers_for(signal)], person, signal
            )
            holders.append(entries.stores[found.entries])
            parties.append(found.of_entry + before)
            before += len(found.code)
            sizes.append(found.size)
            known.append(found.known)
            total = len(count)
            code, size = found.code[found.known], found.size[found.known]
            main = np.zeros(total, np.int64)
            np.maximum.at(main, code, size)
            each = _size_bits(size, rule)
            tallies.append(
                np.stack(
                    [
                        np.bincount(code, minlength=total)[several],
                        np.bincount(found.code[~found.known], minlength=total)[several],
                        np.bincount(code, size, total).astype(np.int64)[several],
                        main[several],
                    ],
                    axis=1,
                )
            )
            clients.append(np.bincount(code, each, total)[several])
        starts.append(count[several])
    holder_starts = np.zeros(shared + 1, np.uint32)
    holder_starts[1:] = np.cumsum(np.concatenate(starts))
    return {
        "holder_starts": holder_starts,
        "holders": np.concatenate(holders).astype(np.uint32),
        "parties": np.concatenate(parties).astype(np.uint32),
        "party_sizes": np.concatenate(sizes).astype(np.uint32),
        "party_known": np.concatenate(known).astype(np.uint8),
        "tallies": np.concatenate(tallies).astype(np.uint32),
        "clients": np.concatenate(clients),
    }


def _size_bits(sizes: IntArray, rule: HubRule) -> npt.NDArray[np.float64]:
    """Give ``size_bits`` of each, asked once for each size."""
    distinct, place = np.unique(sizes, return_inverse=True)
    bits = np.array([size_bits(int(size), rule) for size in distinct])
    return bits[place] if len(sizes) else np.zeros(0)


def _persons(first: IntArray, numbers: list[IntArray]) -> U4:
    told = np.full(len(first), NONE, np.uint32)
    told[first >= 0] = numbers[SIGNALS.index(_PERSON)][first[first >= 0]]
    return told


def _value_table(data: U1, starts: U4, marks: U1) -> Arrays:
    from storekin.kernels.known import value_keys

    keys = value_keys(data, starts.astype(np.int64), marks)
    begins, entries = _bucketed(keys, np.arange(len(marks)))
    return {"value_starts": begins, "value_entries": entries}


def _bucketed(keys: U8, rows: IntArray) -> tuple[U4, U4]:
    from storekin.kernels.known import put_in_buckets

    bits = max(int(len(keys) // 3).bit_length(), 1)
    found: tuple[U4, U4] = put_in_buckets(keys, rows.astype(np.uint32), bits)
    return found


def _near_table(kinds: list[Values], numbers: list[IntArray]) -> Arrays:
    """Lay out the keys by which identifiers meet what is one edit away."""
    from storekin.kernels.known import near_checks
    from storekin.kernels.near import deletion_keys, part_keys

    def keys_of(signal: str) -> tuple[U8, IntArray, U2, bool]:
        kind = SIGNALS.index(signal)
        column = TextColumn.of(kinds[kind].texts)
        keys, rows = part_keys(column.data, column.offsets)
        order = np.argsort(keys, kind="stable")
        keys, rows = keys[order], rows[order]
        sizes = sizes_of_runs(keys)
        crowd = np.repeat(sizes > _MOST_ALIKE, sizes)
        more, its = deletion_keys(
            column.data, column.offsets, distinct_of(rows[crowd]).astype(np.int64), 0, 1
        )
        keys = np.concatenate([keys[~crowd], more])
        rows = np.concatenate([rows[~crowd], its])
        checks = near_checks(column.data, column.offsets, keys, rows)
        return keys, numbers[kind][rows], checks, bool(crowd.any())

    found = run_chunks(keys_of, list(NEAR_SIGNALS))
    keys = np.concatenate([keys for keys, _, _, _ in found])
    rows = np.concatenate([rows for _, rows, _, _ in found])
    checks = np.concatenate([checks for _, _, checks, _ in found])
    begins, places = _bucketed(keys, np.arange(len(keys)))
    crowded = np.zeros(HAN, np.uint8)
    crowded[[SIGNALS.index(signal) for signal in NEAR_SIGNALS]] = [
        told for _, _, _, told in found
    ]
    return {
        "near_starts": begins,
        "near_entries": rows[places].astype(np.uint32),
        "near_checks": checks[places],
        "crowded": crowded,
    }


def _door_table(kinds: list[Values], numbers: list[IntArray]) -> Arrays:
    kind = SIGNALS.index("similar_address")
    keys, rows = doors(kinds[kind].texts)
    begins, places = _bucketed(keys, np.arange(len(keys)))
    return {
        "door_starts": begins,
        "door_entries": numbers[kind][rows[places]].astype(np.uint32),
        "door_checks": (keys[places] & np.uint64(NONE)).astype(np.uint32),
    }


def _edges(likely: Likely, stores: int) -> Arrays:
    ends = np.concatenate([likely.left, likely.right])
    others = np.concatenate([likely.right, likely.left])
    odds = np.concatenate([likely.odds_bits, likely.odds_bits])
    order = np.argsort(ends, kind="stable")
    return {
        "edge_starts": _starts(ends, stores),
        "edges": others[order].astype(np.uint32),
        "edge_odds": odds[order],
    }


LAYOUT = 3
"""Counts up when an array comes to hold something else, such as keys of other sums."""


def laid_out_from(arrays: Mapping[str, npt.NDArray[Any]]) -> LaidOut:
    """Take the arrays of a file."""
    return LaidOut(**{field.name: arrays[field.name] for field in fields(LaidOut)})
