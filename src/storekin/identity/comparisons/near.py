"""Company names that differ in their common words alone."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.identity.values import IntArray
from storekin.kernels.numbering import number_column
from storekin.kernels.similar_texts import TextColumn, Vocabulary, tokenise
from storekin.normalise.chinese_companies import nearly_one_company
from storekin.normalise.text import folding_tables

_CORE = 0.8
"""The share of both names' rarity that must be in common."""

_LIKELY = 0.3
"""The share from which two Chinese names are looked at."""


def similar_companies(
    texts: pa.Array, left: IntArray, right: IntArray
) -> npt.NDArray[np.bool_]:
    """Say which pairs of names (by code) are alike but for their common words.

    What is left when the words that many names share are taken out (places, trades)
    must agree: sister companies differ just there. Chinese names have rules of their
    own (``normalise.chinese_companies``).
    """
    from storekin.kernels.agreements import is_han, share_rarity

    if not len(left):
        return np.zeros(0, np.bool_)
    folded, classes = folding_tables()
    nothing = np.empty(0, np.uint64)
    plain = Vocabulary(
        folded=folded,
        classes=classes,
        unit_hashes=nothing,
        unit_dimensions=np.empty(0, np.uint8),
        unit_factors=np.empty(0, np.float64),
        variant_hashes=nothing,
        variant_tokens=nothing,
    )
    column = TextColumn.of(texts)
    tokens = tokenise(column, plain)
    numbers, _, counts = number_column(tokens.values)
    rarity = np.log2((len(texts) + 1) / counts)
    # a word that a thousandth of all names have tells no two apart
    rarity = np.maximum(rarity - _COMMON_BITS, 0.0)
    shared = share_rarity(left, right, tokens.starts, tokens.values, rarity[numbers])
    alike: npt.NDArray[np.bool_] = shared >= _CORE
    han = is_han(column.data, column.offsets)
    chinese = han[left] & han[right]
    alike[chinese] = False
    likely = np.flatnonzero(chinese & (shared >= _LIKELY))
    names = zip(
        texts.take(pa.array(left[likely])).to_pylist(),
        texts.take(pa.array(right[likely])).to_pylist(),
        strict=True,
    )
    alike[likely] = [nearly_one_company(one, other) for one, other in names]
    return alike


_COMMON_BITS = 6.0
