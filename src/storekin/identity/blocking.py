"""Blocking rules as values: which stores are worth comparing.

An engine runs a rule's SQL over small integer tables; the rules know no engine. The
same rules propose the same candidate pairs wherever they run.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from storekin.identity.hubs import Commonness
from storekin.identity.values import IntArray, StoreValues, Values

MOST_PAIRED = 60
"""Holders of a value that are paired with one another; of more, each with the first."""


MOST_NEAR = 10
"""Values near one value, above which being near it says nothing."""


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """A rule that proposes candidate pairs: its name, and its SQL.

    The SQL reads the tables that ``blocking_tables`` and the engine's caller provide,
    and gives ``left`` and ``right``, store numbers with left < right.
    """

    name: str
    sql: str


SHARES_A_VALUE = BlockingRule(
    "shares_a_value",
    """
    select distinct a.store as "left", b.store as "right"
    from entries a join entries b
      on a.key = b.key and a.store < b.store
    where not a.crowded or a.leads
    """,
)
"""Two stores that give one value which is not generic."""

NEARLY_SHARES_A_VALUE = BlockingRule(
    "nearly_shares_a_value",
    """
    select distinct least(a.store, b.store) as "left",
                    greatest(a.store, b.store) as "right"
    from near n
    join entries a on a.key = n.left_key
    join entries b on b.key = n.right_key
    where a.store <> b.store and not a.crowded and not b.crowded
    """,
)
"""Two stores whose values differ in one character, or whose names are alike."""

RULES = (SHARES_A_VALUE, NEARLY_SHARES_A_VALUE)

AGREEMENTS = """
    select p.pair, a.signal, a.code
    from pairs p
    join entries a on a.store = p."left"
    join entries b on b.store = p."right" and b.key = a.key
    qualify row_number() over (
        partition by p.pair, a.signal order by a.bits desc, a.code) = 1
    order by p.pair, a.signal
"""
"""For each pair and signal, the shared value that says most."""

NEAR_AGREEMENTS = """
    with both_ways as (
        select left_key, right_key from near
        union all select right_key, left_key from near
    )
    select p.pair, a.signal, min(a.code) as left_code, min(b.code) as right_code
    from pairs p
    join entries a on a.store = p."left"
    join both_ways n on n.left_key = a.key
    join entries b on b.store = p."right" and b.key = n.right_key
    group by p.pair, a.signal
    order by p.pair, a.signal
"""
"""For each pair and signal, two values that nearly agree."""

_PROPOSING = (
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
_NEAR_IDENTIFIERS = (
    "same_business_licence",
    "same_legal_person_id",
    "same_phone",
    "same_email",
    "same_bank_account",
    "same_tax_number",
)
_GENERIC_FOR_RULES = 5


def entry_table(
    values: StoreValues,
    commonness: dict[str, Commonness],
    signals: Sequence[str],
    *,
    proposing: bool,
) -> pa.Table:
    """Lay out who gives what: key, signal, store, code, bits, crowded, leads.

    ``key`` is one number for a signal's value, so that no engine joins by signal alone.

    With ``proposing`` only the values that may bring two stores together are there.
    """
    parts = []
    for signal in signals:
        if proposing and signal not in _PROPOSING:
            continue
        entries = values.by_signal[signal]
        common = commonness[signal]
        keep = np.ones(len(entries.codes), np.bool_)
        if proposing:
            # three or four registrants: says little of identity, may break a rule
            anyone = common.generic & (common.registrants >= _GENERIC_FOR_RULES)
            if signal in ("similar_address", "shares_device", "similar_company_name"):
                anyone = common.generic | (common.registrants >= _GENERIC_FOR_RULES)
            keep = ~anyone[entries.codes]
        codes, stores = entries.codes[keep], entries.stores[keep]
        crowded = common.holders[codes] > MOST_PAIRED
        number = list(values.by_signal).index(signal)
        parts.append(
            pa.table(
                {
                    "key": _key(number, codes),
                    "signal": pa.array(np.full(len(codes), number)),
                    "store": stores,
                    "code": codes,
                    "bits": common.bits[codes],
                    "crowded": crowded,
                    "leads": stores == _first_holder(entries)[codes],
                }
            )
        )
    return pa.concat_tables(parts)


def _key(signal: int, codes: IntArray) -> IntArray:
    keys: IntArray = codes | (signal << 40)
    return keys


def _first_holder(entries: Values) -> IntArray:
    first = np.full(len(entries.texts), -1, np.int64)
    first[entries.codes[::-1]] = entries.stores[::-1]
    order = np.lexsort((entries.stores, entries.codes))
    codes, stores = entries.codes[order], entries.stores[order]
    begins = np.ones(len(codes), np.bool_)
    begins[1:] = codes[1:] != codes[:-1]
    first[codes[begins]] = stores[begins]
    return first


def near_table(
    values: StoreValues, commonness: dict[str, Commonness], signals: Sequence[str]
) -> pa.Table:
    """List pairs of values that nearly agree: left_key, right_key.

    Near a generic value is generic: a phone one digit from an agent's says nothing.
    """
    from storekin.identity.comparisons.near import (
        near_identifiers,
        similar_addresses,
        similar_companies,
    )

    order = list(values.by_signal)
    parts = []
    for signal in signals:
        entries = values.by_signal[signal]
        if signal in _NEAR_IDENTIFIERS:
            left, right = near_identifiers(entries.texts)
        elif signal == "similar_company_name":
            left, right = similar_companies(entries.texts)
        elif signal == "similar_address":
            left, right = similar_addresses(entries.texts)
        else:
            continue
        generic = commonness[signal].generic.copy()
        # a name with many near ones is a common name: being near it says nothing
        near_ones = np.bincount(
            np.concatenate([left, right]), minlength=len(entries.texts)
        )
        generic |= near_ones > MOST_NEAR
        keep = ~(generic[left] | generic[right]) if len(left) else np.empty(0, bool)
        parts.append(
            pa.table(
                {
                    "left_key": _key(order.index(signal), left[keep]),
                    "right_key": _key(order.index(signal), right[keep]),
                }
            )
        )
    return pa.concat_tables(parts)
