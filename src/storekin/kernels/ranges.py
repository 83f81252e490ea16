"""Every pairing of two ranges, for many pairs of ranges at once."""

import numpy as np

from storekin.kernels.similar_texts import IntArray


def pair_ranges(
    left_begins: IntArray,
    left_sizes: IntArray,
    right_begins: IntArray,
    right_sizes: IntArray,
) -> tuple[IntArray, IntArray, IntArray]:
    """Pair each place of a left range with each place of the right one beside it.

    Gives the number of the pair of ranges, the left place and the right place.

    >>> one = np.array([1])
    >>> pair_ranges(0 * one, 2 * one, 5 * one, 2 * one)
    (array([0, 0, 0, 0]), array([0, 0, 1, 1]), array([5, 6, 5, 6]))
    """
    count = left_sizes * right_sizes
    pair = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    wide = right_sizes[pair]
    return pair, left_begins[pair] + within // wide, right_begins[pair] + within % wide
