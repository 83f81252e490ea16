"""What two labelled listings say of the products that either belongs to.

Listings are the nodes of a graph; each has a product, and its edges have so many bits.
"""

from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel

FAR = np.float32(-5)
"""The bits of listings that are not near each other; no pair has fewer."""


@kernel(
    "void(i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], f4[::1], i8[::1], i8[::1],"
    " f4[:, :])"
)
def ask_kin(
    products: Any,  # noqa: ANN401
    sizes: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    nodes: Any,  # noqa: ANN401
    edges: Any,  # noqa: ANN401
    bits: Any,  # noqa: ANN401
    left: Any,  # noqa: ANN401
    right: Any,  # noqa: ANN401
    out: Any,  # noqa: ANN401
) -> None:
    """Say how alike each side and the other one's product are, without the pair itself.

    ``sizes`` counts the listings of each product; a listing that is not known is -1.
    In the mean and at most over the other listings of both products; and how alike
    each side is, at most, to a listing of a third product.
    """
    for pair in range(len(left)):
        one = left[pair]
        other = right[pair]
        if one < 0 or other < 0 or one == other:
            continue
        total = np.float32(0)
        most = FAR
        for side in range(2):
            this, that = (one, other) if side == 0 else (other, one)
            rival = FAR
            for place in range(starts[this], starts[this + 1]):
                met = nodes[place]
                if met == that:
                    continue
                if products[met] == products[that]:
                    total += bits[edges[place]] - FAR
                    most = max(most, bits[edges[place]])
                elif products[met] != products[this]:
                    rival = max(rival, bits[edges[place]])
            out[pair, 2 + side] = rival
        same = products[one] == products[other]
        count = sizes[products[one]] + sizes[products[other]] - (4 if same else 2)
        if count > 0:
            out[pair, 0] = FAR + total / np.float32(count)
            out[pair, 1] = most
