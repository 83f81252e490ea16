"""What the values of two stores are to one another, signal by signal."""

import numpy as np
import numpy.typing as npt

from storekin.identity.comparisons.near import similar_companies
from storekin.identity.hubs import Commonness
from storekin.identity.model import NEAR_SIGNALS
from storekin.identity.values import Codes, IntArray, StoreValues, Values
from storekin.kernels.agreements import (
    BY_ONE_EDIT,
    BY_ONE_NUMBER,
    DIFFERENT,
    EXACTLY,
    NEAR,
    SILENT,
    agree,
    is_han,
)
from storekin.kernels.parallel import run_ranges
from storekin.kernels.similar_texts import TextColumn

_HOW = {
    **dict.fromkeys(NEAR_SIGNALS, BY_ONE_EDIT),
    "similar_address": BY_ONE_NUMBER,
}
ACROSS_SCRIPTS = ("similar_company_name", "similar_address", "same_trademark")
_CHUNK = 65_536


def compare_signal(
    left: IntArray,
    right: IntArray,
    signal: str,
    values: StoreValues,
    common: Commonness,
) -> tuple[npt.NDArray[np.uint8], Codes, Codes]:
    """Compare the pairs' values of one signal, on all cores.

    Gives what each pair's values are to one another (``kernels.agreements``), and the
    two values that are told, -1 where a side is silent.
    """
    entries, stores = values.by_signal[signal], len(values)
    state = np.zeros(len(left), np.uint8)
    if not len(entries.texts):
        nothing = np.broadcast_to(np.int32(-1), len(left))
        return state, nothing, nothing
    one = np.full(len(left), -1, np.int32)
    other = np.full(len(left), -1, np.int32)
    starts = entries.starts(stores)
    column = TextColumn.of(entries.texts)

    def work(span: tuple[int, int]) -> None:
        agree(
            left,
            right,
            starts,
            entries.codes,
            column.data,
            column.offsets,
            common.bits,
            common.generic,
            _HOW.get(signal, EXACTLY),
            *span,
            state,
            one,
            other,
        )

    run_ranges(work, len(left), _CHUNK)
    if signal in ACROSS_SCRIPTS:
        # Han and Latin writing of one name or place cannot be told from two
        han = is_han(column.data, column.offsets)
        apart = np.flatnonzero(state == DIFFERENT)
        state[apart[han[one[apart]] != han[other[apart]]]] = SILENT
    # a check digit tells every slip of one character: two that fit are two numbers
    near = np.flatnonzero(state == NEAR)
    two = near[entries.proved[one[near]] & entries.proved[other[near]]]
    state[two] = DIFFERENT
    if signal == "similar_company_name":
        _add_near_names(state, one, other, entries)
    return state, one, other


def _add_near_names(
    state: npt.NDArray[np.uint8], one: Codes, other: Codes, entries: Values
) -> None:
    """Mark pairs whose company names differ in their common words alone."""
    apart = np.flatnonzero(state == DIFFERENT)
    left, right = one[apart].astype(np.int64), other[apart].astype(np.int64)
    near = similar_companies(entries.texts, left, right)
    state[apart[near]] = NEAR
