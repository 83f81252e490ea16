"""Conditions of a permission: which are met, which are not, which are not known."""

import numpy as np
import numpy.typing as npt

from storekin.policy.facts import BoolArray, FloatArray, IntArray, StoreFacts
from storekin.policy.model import Permission

MET, NOT_MET, NOT_KNOWN = 1, 0, -1

States = npt.NDArray[np.int8]


def condition_states(
    permission: Permission,
    stores: StoreFacts,
    left: IntArray,
    right: IntArray,
    shared: FloatArray,
) -> States:
    """Say of pairs of stores which conditions are met: a row a pair, a column each.

    ``shared`` is the share of the smaller catalogue that both have, 0 to 1.
    """
    declared = (stores.group[left] >= 0) & (stores.group[left] == stores.group[right])
    standing = np.minimum(stores.standing[left], stores.standing[right])
    bad = (stores.standing[left] == NOT_MET) | (stores.standing[right] == NOT_MET)
    told = {
        "declared": declared.astype(np.int8),
        "business_need": (declared & stores.need[left] & stores.need[right]).astype(
            np.int8
        ),
        "good_standing": np.where(bad, NOT_MET, standing).astype(np.int8),
        "products_differ": (shared <= 0).astype(np.int8),
        "most_listings_differ": (shared <= permission.most_shared).astype(np.int8),
    }
    columns = [told[name] for name in permission.conditions]
    if not columns:
        return np.empty((len(left), 0), np.int8)
    return np.stack(columns, axis=1)


def all_met(states: States) -> BoolArray:
    """Mark pairs of which every condition is met; what is not known is not met."""
    met: BoolArray = (states == MET).all(axis=1)
    return met
