"""Pairs of nodes that are no edge, though a third node has both as likely partners.

The pairs are edges of a graph over listings, as in ``kernels.pool``.
"""

from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel
from storekin.kernels.families import list_partners
from storekin.kernels.tokenise import find_sorted


@kernel("i8(i8[::1], i8[::1], i8[::1], f4[::1], f4, i8, i8, i8, i8[:,::1])")
def list_transitive(
    starts: Any,  # noqa: ANN401
    nodes: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    bits: Any,  # noqa: ANN401
    least: Any,  # noqa: ANN401
    most: Any,  # noqa: ANN401
    first: Any,  # noqa: ANN401
    last: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Write the pairs that nodes [first, last) tell of, lower end first; count them.

    A partner is likely above *least* bits; the *most* likeliest count, and of equal
    ones the first. A pair that several nodes tell of is written by each: *out* has room
    for all pairs of so many partners of each node.
    """
    partners = np.empty(most, np.int64)
    likely = np.empty(most, np.float32)
    count = 0
    for node in range(first, last):
        found = list_partners(
            starts, nodes, edges, bits, least, node, -1, partners, likely
        )
        for one in range(found):
            this = partners[one]
            met = nodes[starts[this] : starts[this + 1]]
            for other in range(one):
                that = partners[other]
                if find_sorted(met, that) < 0:
                    out[count, 0] = min(this, that)
                    out[count, 1] = max(this, that)
                    count += 1
    return count
