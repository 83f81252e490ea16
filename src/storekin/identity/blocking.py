"""Blocking rules: which stores are worth comparing.

A rule gives keys to stores: two stores with one key are a candidate pair. The rules
know no engine. When all stores are compared the keys are sorted; when one store is
screened its keys are looked up: the same pairs either way.
"""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.identity.hubs import Commonness
from storekin.identity.model import NEAR_SIGNALS
from storekin.identity.values import Codes, IntArray, StoreValues, Values
from storekin.kernels.numbering import distinct_of, sizes_of_runs
from storekin.kernels.parallel import ranges_of, run_chunks
from storekin.kernels.similar_texts import TextColumn

MOST_PAIRED = 60
"""Holders of a value that are paired with one another; of more, each with the first."""

MOST_ALIKE = 200
"""Values under one key of a part that are compared with one another; more are told
apart by keys that say more, at a greater cost."""

MOST_NEAR = 10
"""Values near one value, above which being near it says nothing."""

MOST_HOLDERS_NEAR = 8
"""Holders of each of two near values that are paired."""

PROPOSING = (
    "same_business_licence",
    "same_legal_person_id",
    "same_phone",
    "same_email",
    "same_bank_account",
    "same_payment_card",
    "same_tax_number",
    "similar_company_name",
    "similar_address",
    "shares_device",
)
"""Signals of which one shared value brings two stores together."""

SOFT = ("similar_address", "shares_device", "similar_company_name")
MOST_KEYS = 12_000_000
"""Keys of near values that are sorted at a time: 0.2 GB."""

GENERIC_FOR_RULES = 5
_COMPANY, _PERSON = "similar_company_name", "similar_legal_person_name"

Pairs = tuple[IntArray, IntArray]


def propose_pairs(
    values: StoreValues, commonness: Mapping[str, Commonness]
) -> tuple[IntArray, IntArray]:
    """Give all candidate pairs, left < right, sorted."""

    def nearly(signal: str) -> Pairs:
        return _nearly_sharing(values.by_signal[signal], commonness[signal])

    # the long ones first, so that the cores end together
    tasks: list[Callable[[], Pairs]] = [
        *(partial(nearly, signal) for signal in _LONGEST_FIRST),
        lambda: _other_doors(values, commonness),
        lambda: _namesakes(values),
        *(partial(_sharing, values, commonness, signal) for signal in PROPOSING),
    ]
    found = run_chunks(lambda task: task(), tasks)
    left = np.concatenate([one for one, _ in found])
    right = np.concatenate([other for _, other in found])
    return distinct_pairs(left, right, len(values))


def _sharing(
    values: StoreValues, commonness: Mapping[str, Commonness], signal: str
) -> Pairs:
    """Pair the stores that give one value which is not generic.

    A value of three or four registrants says little of identity but may break a rule:
    those of identifiers are kept up to the limit of rules.
    """
    entries, common = values.by_signal[signal], commonness[signal]
    many = common.registrants >= GENERIC_FOR_RULES
    anyone = common.generic | many if signal in SOFT else common.generic & many
    wanted = (common.holders > 1) & ~anyone
    return _paired(entries.codes, entries.stores, wanted[entries.codes])


def pairs_of_few(keys: npt.NDArray[np.integer], holders: IntArray, most: int) -> Pairs:
    """Pair the holders of each key that no more than *most* have; a pair may repeat."""
    from storekin.kernels.agreements import pairs_of_keys

    order = np.argsort(keys, kind="stable")
    keys, holders = keys[order], holders[order]
    sizes = sizes_of_runs(keys)
    few = np.repeat((sizes > 1) & (sizes <= most), sizes)
    found: Pairs = pairs_of_keys(keys[few].astype(np.uint64), holders[few], most)
    return found


def distinct_pairs(left: IntArray, right: IntArray, count: int) -> Pairs:
    """Give each pair of numbers below *count* once, sorted."""
    keys = distinct_of(left * (count + 1) + right)
    return keys // (count + 1), keys % (count + 1)


def _paired(
    keys: IntArray | Codes, stores: IntArray | Codes, wanted: npt.NDArray[np.bool_]
) -> Pairs:
    from storekin.kernels.agreements import pairs_of_keys

    keys, stores = keys[wanted], stores[wanted]
    order = np.argsort(keys, kind="stable")
    found: Pairs = pairs_of_keys(
        keys[order].astype(np.uint64), stores[order].astype(np.int64), MOST_PAIRED
    )
    return found


_AT_ONCE = 1_000_000
"""Values whose keys are made at a time."""


def near_identifiers(texts: pa.Array) -> Pairs:
    """Give pairs of values with one character changed, lost, added, or two swapped.

    Keys are sorted with their rows in one word each, three times as fast as places
    are: the key's upper bits alone are kept, and what meets by them is compared
    character by character anyway.

    >>> near_identifiers(pa.array(["13800138000", "13800138001", "18800138000"]))
    (array([0, 0]), array([1, 2]))
    """
    from storekin.kernels.near import (
        deletion_keys,
        pack_rows,
        pairs_one_edit_apart,
        part_keys,
    )

    column = TextColumn.of(texts)
    bits = max(len(texts) - 1, 1).bit_length()
    # room for all that there may be: what is not written takes none
    packed = np.empty(7 * len(texts), np.uint64)
    end = 0
    for low, high in ranges_of(len(texts), _AT_ONCE):
        keys, rows = part_keys(column.data, column.offsets[low : high + 1])
        packed[end : end + len(keys)] = keys
        pack_rows(packed[end : end + len(keys)], rows + low, bits)
        end += len(keys)
    packed = packed[:end]
    packed.sort()
    left, right, crowded = pairs_one_edit_apart(
        column.data, column.offsets, packed, bits, MOST_ALIKE
    )
    del packed
    crowd = distinct_of(crowded)
    lengths = column.offsets[crowd + 1] - column.offsets[crowd] + 1
    parts = max(-(-int(lengths.sum()) // MOST_KEYS), 1)
    for part in range(parts if len(crowd) else 0):
        keys, rows = deletion_keys(column.data, column.offsets, crowd, part, parts)
        pack_rows(keys, rows, bits)
        keys.sort()
        more = pairs_one_edit_apart(column.data, column.offsets, keys, bits, len(keys))
        left = np.concatenate([left, more[0]])
        right = np.concatenate([right, more[1]])
    return distinct_pairs(left, right, len(texts))


def _nearly_sharing(entries: Values, common: Commonness) -> Pairs:
    """Pair the stores whose identifiers differ in one character.

    Near a generic value is generic: a phone one digit from an agent's says nothing.
    """
    if not len(entries.texts):
        return _NONE, _NONE
    left, right = near_identifiers(entries.texts)
    counts = np.bincount(np.concatenate([left, right]), minlength=len(entries.texts))
    told = ~common.generic & (counts <= MOST_NEAR)
    keep = told[left] & told[right]
    return _holders_paired(entries, left[keep], right[keep])


def _holders_paired(entries: Values, left: IntArray, right: IntArray) -> Pairs:
    from storekin.kernels.agreements import pairs_of_holders

    used, place = np.unique(np.concatenate([left, right]), return_inverse=True)
    rank = np.full(len(entries.texts), -1, np.int64)
    rank[used] = np.arange(len(used))
    rows = np.flatnonzero(rank[entries.codes] >= 0)
    order = rows[np.argsort(rank[entries.codes[rows]], kind="stable")]
    counts = np.bincount(rank[entries.codes[order]], minlength=len(used))
    starts = np.zeros(len(used) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    found: Pairs = pairs_of_holders(
        place[: len(left)],
        place[len(left) :],
        starts,
        entries.stores[order].astype(np.int64),
        MOST_HOLDERS_NEAR,
    )
    return found


def doors(texts: pa.Array) -> tuple[npt.NDArray[np.uint64], IntArray]:
    """Give each address the keys of the buildings, or streets, that it lies in."""
    from storekin.kernels.agreements import keys_without_a_number

    column = TextColumn.of(texts)
    found: tuple[npt.NDArray[np.uint64], IntArray] = keys_without_a_number(
        column.data, column.offsets
    )
    return found


def _other_doors(values: StoreValues, commonness: Mapping[str, Commonness]) -> Pairs:
    """Pair the stores whose addresses differ in one number."""
    entries, common = values.by_signal["similar_address"], commonness["similar_address"]
    if not len(entries.texts):
        return _NONE, _NONE
    keys, rows = doors(entries.texts)
    rows[common.generic[rows]] = -1
    parts = len(keys) // MOST_KEYS + 1
    part_of = keys.view(np.uint8)[::8] % parts
    found = [_NONE], [_NONE]
    for part in range(parts):
        mine = (rows >= 0) & (part_of == part)
        pairs = pairs_of_few(keys[mine], rows[mine], MOST_NEAR)
        for one, more in zip(found, pairs, strict=True):
            one.append(more)
    return _holders_paired(entries, *map(np.concatenate, found))


def _namesakes(values: StoreValues) -> Pairs:
    """Pair the stores that give one company's name and one person's."""
    company, person = values.by_signal[_COMPANY], values.by_signal[_PERSON]
    of_company = company.first_of_store(len(values))
    of_person = person.first_of_store(len(values))
    both = (of_company >= 0) & (of_person >= 0)
    keys = of_company * (len(person.texts) + 1) + of_person
    return _paired(keys, np.arange(len(values)), both)


_LONGEST_FIRST = (
    "same_email",
    "same_phone",
    *(name for name in NEAR_SIGNALS if name not in ("same_email", "same_phone")),
)
_NONE = np.empty(0, np.int64)
