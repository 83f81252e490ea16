"""Known stores as columns again, so that all can be laid out anew."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storekin.identity.screening.known import KnownStores
from storekin.identity.screening.laid_out import HAN, SIGNALS
from storekin.identity.values import StoreValues, Values, check_digits
from storekin.kernels.known import KIND


def values_of(known: KnownStores) -> StoreValues:
    """Give all values of all stores that are known now.

    What a store wrote is not kept: its values are shown as they are compared.
    """
    laid = known.laid
    gone = np.zeros(laid.stores + known.added(), np.bool_)
    gone[list(known.gone)] = True
    added = [number for number in range(laid.stores, len(gone)) if not gone[number]]
    kept = np.concatenate([np.flatnonzero(~gone[: laid.stores]), added]).astype(
        np.int64
    )
    names = pa.array([known.name_of(number) for number in kept.tolist()], pa.string())
    order = pc.sort_indices(names)
    ids = names.take(order)
    place = np.full(len(gone), -1, np.int64)
    place[kept[order.to_numpy()]] = np.arange(len(kept))
    stores = np.repeat(np.arange(laid.stores), np.diff(laid.store_starts))
    more = [(number, code) for number in added for code in known.codes_of(number)]
    stores = np.concatenate([stores, [number for number, _ in more]]).astype(np.int64)
    codes = np.concatenate([laid.store_values, [code for _, code in more]])
    texts, marks = known.all_texts()
    stays = place[stores] >= 0
    stores, codes = place[stores[stays]], codes[stays].astype(np.int64)
    kinds = marks[codes] & KIND
    by_kind = []
    for kind in range(HAN + 1):
        rows = np.flatnonzero(kinds == kind)
        used, its = np.unique(codes[rows], return_inverse=True)
        in_order = np.lexsort((its, stores[rows]))
        by_kind.append(
            (stores[rows][in_order], its[in_order], texts.take(pa.array(used)))
        )
    by_signal = {}
    for signal, (its_stores, its_codes, its_texts) in zip(
        SIGNALS, by_kind, strict=False
    ):
        plain = its_texts.cast(pa.string())
        by_signal[signal] = Values(
            its_stores.astype(np.int32),
            its_codes.astype(np.int32),
            plain,
            pa.nulls(len(its_codes), pa.string()),
            *check_digits(signal, plain),
        )
    han = np.full(len(kept), -1, np.int32)
    its_stores, its_codes, its_texts = by_kind[HAN]
    han[its_stores] = its_codes
    return StoreValues(ids.to_pylist(), by_signal, han, its_texts.cast(pa.string()))
