"""Facts and decisions as tables: what a decision rested on, to be taken again.

No value stands in them: evidence is told by its id, values by keyed tokens.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storekin.errors import UnreadableFileError
from storekin.graph.associations import Association
from storekin.identity.model import IDENTITY_SIGNALS, signal_name
from storekin.kernels.numbering import distinct_of
from storekin.listings.signals import DIFFERENCES, FIELDS, LEVELS, bit_of
from storekin.policy.facts import (
    CatalogueFacts,
    Facts,
    IdentityFacts,
    IntArray,
    StoreFacts,
)
from storekin.workflows.facts import number_texts
from storekin.workflows.findings import EvidenceWriter
from storekin.workflows.tokens import token_key, token_of

STORED = ("decisions.parquet", "evidence.parquet", "facts.parquet", "offers.parquet")
"""The files of a result that a decision can be taken again from; with them stands
``listing_pairs.parquet``."""


def decision_table(
    associations: Sequence[Association], writer: EvidenceWriter
) -> pa.Table:
    """Lay out decisions: the pack's digest, the evidence ids and the values' tokens."""
    key = token_key(writer.findings.values)
    evidence = writer.findings.evidence
    lines = []
    for one in associations:
        tokens: list[str] = []
        if one.effect in ("duplicate_registration", "related"):
            for row in one.rows:
                signal = writer.signals[int(evidence.signal[row])]
                values = writer.findings.values.by_signal[signal]
                codes = (int(evidence.left_code[row]), int(evidence.right_code[row]))
                tokens += [token_of(key, signal, values.text(code)) for code in codes]
        lines.append(
            {
                "left": one.left,
                "right": one.right,
                "effect": one.effect,
                "outcome": one.outcome,
                "policy": one.policy,
                "digest": one.digest,
                "event_on": one.event_on,
                "bits": one.bits,
                "probability": one.probability,
                "evidence": [e.id for e in one.evidence],
                "tokens": tokens,
            }
        )
    texts = ("left", "right", "effect", "outcome", "policy", "digest", "event_on")
    return pa.Table.from_pylist(
        lines,
        pa.schema(
            [
                *((name, pa.string()) for name in texts),
                ("bits", pa.float64()),
                ("probability", pa.float64()),
                ("evidence", pa.list_(pa.string())),
                ("tokens", pa.list_(pa.string())),
            ]
        ),
    )


def evidence_table(facts: Facts) -> pa.Table:
    """Lay out all evidence on all compared pairs of stores, without values."""
    identity = facts.identity
    ids = pa.array(facts.stores.ids, pa.string())
    names = pa.array([*identity.signals, *identity.near_signals])
    number = np.where(identity.near, len(identity.signals), 0) + identity.signal
    table = pa.table(
        {
            "left": ids.take(pa.array(identity.left[identity.pair])),
            "right": ids.take(pa.array(identity.right[identity.pair])),
            "signal": names.take(pa.array(number)),
            "near": pa.array(identity.near),
            "exact": pa.array(identity.exact),
            "bits": pa.array(identity.bits),
            "holders": pa.array(identity.holders),
            "registrants": pa.array(identity.registrants),
        }
    )
    return table.replace_schema_metadata({"prior_bits": repr(identity.prior_bits)})


def store_table(facts: StoreFacts, apart: Iterable[tuple[int, int]] = ()) -> pa.Table:
    """Lay out what policies ask of stores, and which a person found *apart*."""
    table = pa.table(
        {
            "store": pa.array(facts.ids, pa.string()),
            "site": pa.array(facts.site),
            "operator": pa.array(facts.operator),
            "standing": pa.array(facts.standing),
            "closed": pa.array(facts.closed),
            "opened": pa.array(facts.opened),
            "group": pa.array(facts.group),
            "need": pa.array(facts.need),
            "listings": pa.array(facts.listings),
        }
    )
    return table.replace_schema_metadata({"apart": json.dumps(sorted(apart))})


def offer_table(facts: CatalogueFacts | None, listings: pa.Table) -> pa.Table:
    """Lay out what policies ask of the listings that stand in pairs."""
    if facts is None:
        rows: IntArray = np.empty(0, np.int64)
        empty = np.empty(0, np.int64)
        columns = {"format": empty, "page": empty, "created": empty}
        owners, prices, currencies = empty, empty.astype(np.float64), empty
    else:
        rows = distinct_of(np.concatenate([facts.left, facts.right]))
        columns = {
            "format": facts.formats[rows],
            "page": facts.pages[rows],
            "created": facts.created[rows],
        }
        owners = facts.owners[rows].astype(np.int64)
        prices, currencies = facts.prices[rows], facts.currencies[rows]
    table = pa.table(
        {
            "listing": listings["listing"].take(pa.array(rows)),
            "owner": pa.array(owners),
            "price": pa.array(prices),
            "currency": pa.array(currencies),
            **{name: pa.array(column) for name, column in columns.items()},
        }
    )
    names = () if facts is None else facts.format_names
    return table.replace_schema_metadata({"formats": "|".join(names)})


def is_stored(folder: Path) -> bool:
    """Say whether a folder holds a result that decisions can be taken again from."""
    return folder.is_dir() and (folder / STORED[1]).is_file()


def read_facts(folder: Path) -> Facts:
    """Read the facts of a result's folder.

    Raises:
        UnreadableFileError: If one of its files is missing, or not as it was written.
    """
    import pyarrow.parquet as pq

    tables = {}
    for name in (*STORED[1:], "listing_pairs.parquet"):
        try:
            tables[name] = pq.read_table(folder / name)
        except (OSError, pa.ArrowInvalid) as problem:
            raise UnreadableFileError(
                f"{folder / name}: cannot be read ({problem})",
                "scan the portfolio again: the result's files belong together",
            ) from None
    try:
        stores = _stores_of(tables["facts.parquet"])
        return Facts(
            stores=stores,
            identity=_identity_of(tables["evidence.parquet"], stores.ids),
            catalogues=_catalogues_of(
                tables["offers.parquet"], tables["listing_pairs.parquet"]
            ),
            apart=_apart_of(tables["facts.parquet"]),
        )
    except (KeyError, ValueError, pa.ArrowException) as problem:
        raise UnreadableFileError(
            f"{folder}: these are not the files of one scan ({problem})",
            "scan the portfolio again",
        ) from None


def _apart_of(table: pa.Table) -> frozenset[tuple[int, int]]:
    told = (table.schema.metadata or {}).get(b"apart", b"[]")
    return frozenset((int(one), int(other)) for one, other in json.loads(told))


def _numbers(table: pa.Table, name: str) -> IntArray:
    column: IntArray = table[name].to_numpy()
    return column


def _stores_of(table: pa.Table) -> StoreFacts:
    return StoreFacts(
        ids=table["store"].to_pylist(),
        site=_numbers(table, "site"),
        operator=_numbers(table, "operator"),
        standing=table["standing"].to_numpy(),
        closed=table["closed"].to_numpy(),
        opened=_numbers(table, "opened"),
        group=_numbers(table, "group"),
        need=table["need"].to_numpy(),
        listings=_numbers(table, "listings"),
    )


def _identity_of(table: pa.Table, ids: Sequence[str]) -> IdentityFacts:
    signals = list(IDENTITY_SIGNALS)
    near_signals = [signal_name(signal, near=True) for signal in signals]
    known = pa.array(ids, pa.string())
    left = pc.index_in(table["left"], value_set=known).to_numpy().astype(np.int64)
    right = pc.index_in(table["right"], value_set=known).to_numpy().astype(np.int64)
    near = table["near"].to_numpy()
    exact = pc.index_in(table["signal"], value_set=pa.array(signals))
    close = pc.index_in(table["signal"], value_set=pa.array(near_signals))
    signal = np.where(
        near,
        pc.fill_null(close, -1).to_numpy(),
        pc.fill_null(exact, -1).to_numpy(),
    ).astype(np.int64)
    keys, pair = np.unique(left * len(ids) + right, return_inverse=True)
    order = np.lexsort((signal, pair.reshape(-1)))
    told = (table.schema.metadata or {}).get(b"prior_bits", b"0")
    return IdentityFacts(
        signals=signals,
        near_signals=near_signals,
        left=keys // max(len(ids), 1),
        right=keys % max(len(ids), 1),
        pair=pair.reshape(-1)[order],
        signal=signal[order],
        bits=table["bits"].to_numpy()[order],
        exact=table["exact"].to_numpy()[order],
        near=near[order],
        holders=_numbers(table, "holders")[order],
        registrants=_numbers(table, "registrants")[order],
        prior_bits=float(told),
    )


def _catalogues_of(offers: pa.Table, pairs: pa.Table) -> CatalogueFacts | None:
    if not pairs.num_rows:
        return None
    known = offers["listing"].combine_chunks()
    sides = [
        pc.index_in(pairs[f"{side}_listing"], value_set=known)
        .to_numpy()
        .astype(np.int64)
        for side in ("left", "right")
    ]
    names = (offers.schema.metadata or {}).get(b"formats", b"").decode()
    levels = pa.array(LEVELS)

    def level(name: str) -> IntArray:
        found: IntArray = pc.index_in(pairs[name], value_set=levels).to_numpy()
        return found

    return CatalogueFacts(
        owners=_numbers(offers, "owner").astype(np.int32),
        prices=offers["price"].to_numpy(),
        currencies=_numbers(offers, "currency"),
        formats=_numbers(offers, "format"),
        format_names=tuple(names.split("|")) if names else (),
        pages=_numbers(offers, "page"),
        created=_numbers(offers, "created"),
        left=sides[0],
        right=sides[1],
        level=level("level").astype(np.int8),
        variant_level=level("variant_level").astype(np.int8),
        probability=pairs["probability"].to_numpy(),
        seen=pairs["seen"].to_numpy(),
        agrees=_bits_of(pairs["agrees"], FIELDS),
        given=_bits_of(pairs["given"], FIELDS),
        differs=_bits_of(pairs["differs"], DIFFERENCES),
    )


def _bits_of(column: pa.ChunkedArray, names: tuple[str, ...]) -> "np.ndarray":
    """Turn names that ``|`` separates back into bits, text by distinct text."""
    codes = number_texts(column.combine_chunks())
    kinds = pc.unique(pc.utf8_lower(column.combine_chunks()))
    texts = [text for text in kinds.to_pylist() if text]
    bits = [0] * (len(texts) + 1)
    for place, text in enumerate(texts):
        bits[place] = sum(bit_of(name, names) for name in text.split("|"))
    return np.array(bits, np.int32)[codes]
