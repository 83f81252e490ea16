"""Decision trees as text that a person can read and compare, and their sums.

A node is a line: its number, the feature and the threshold that it asks about, where
an unknown value goes (``+`` with the smaller ones, ``-`` with the larger), the two
nodes that follow, and the mean of what lies below it, in bits. A leaf has only its
bits. Trees are parted by a line ``tree``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
import numpy.typing as npt

from storekin.kernels.numbering import distinct_of
from storekin.kernels.parallel import run_ranges
from storekin.kernels.trees import MOST_LEAVES, SHARES, share_trees, sum_trees
from storekin.listings.features import group_numbers

STEPS = 10_000
"""Values are whole numbers of this part of a bit."""

_ROWS = 16_384
Node = tuple[int, float, bool, int, int, int]
Columns = npt.NDArray[np.float32]
Sums = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes of all trees, end to end; ``columns`` names what ``features`` number.

    ``base`` is what the trees say of a pair of which nothing is known yet, ``used`` the
    columns that any reads, ``lowest`` and ``highest`` the first and the last of them
    (beyond all, and -1, if there is none). ``laid`` is the same nodes as the kernels
    ask them.
    """

    columns: tuple[str, ...]
    features: npt.NDArray[np.int32]
    thresholds: npt.NDArray[np.float32]
    unknown_yes: npt.NDArray[np.bool_]
    yes: npt.NDArray[np.int32]
    no: npt.NDArray[np.int32]
    values: Sums
    roots: npt.NDArray[np.int32]
    base: int
    used: frozenset[int]
    lowest: int
    highest: int
    laid: "Laid"

    def sum(self, columns: Columns) -> Sums:
        """Add up the leaves of every row, in steps of a bit."""
        bits, laid = columns.view(np.uint32), self.laid
        out = np.empty(len(columns), np.int64)
        run_ranges(
            lambda span: sum_trees(
                bits,
                laid.used,
                laid.asked,
                laid.begins,
                laid.leaves,
                laid.values,
                span[0],
                span[1],
                out,
            ),
            len(columns),
            _ROWS,
        )
        return out

    def share(self, columns: Columns, out: Sums) -> None:
        """Add what each group of features says to *out*, shape (rows, groups).

        With ``base`` they sum up to what ``sum`` gives, exactly.
        """
        bits, laid = columns.view(np.uint32), self.laid
        run_ranges(
            lambda span: share_trees(
                bits,
                laid.used,
                laid.asked,
                laid.begins,
                laid.leaves,
                laid.shares,
                span[0],
                span[1],
                out,
            ),
            len(columns),
            _ROWS,
        )


@dataclass(frozen=True, slots=True)
class Laid:
    """Nodes as ``kernels.trees`` asks them.

    ``used`` are the columns that any node asks about. ``asked`` are the nodes that ask,
    four words each, tree by tree from ``begins`` on; the leaves of a tree stand in
    their order from its place in ``leaves`` on: their ``values`` in steps, and as
    ``shares`` what the splits above each changed, by the group of the feature that each
    split asked about.
    """

    used: npt.NDArray[np.int64]
    asked: npt.NDArray[np.uint32]
    begins: npt.NDArray[np.int64]
    leaves: npt.NDArray[np.int64]
    values: Sums
    shares: npt.NDArray[np.int32]


def trees_to_lines(trees: Trees) -> list[str]:
    """Write trees as lines of text."""
    lines = []
    ends = [*trees.roots.tolist()[1:], len(trees.features)]
    for root, end in zip(trees.roots.tolist(), ends, strict=True):
        lines.append("tree")
        for node in range(root, end):
            bits = f"{trees.values[node] / STEPS:.4f}"
            feature = int(trees.features[node])
            if feature < 0:
                lines.append(f"{node - root} {bits}")
                continue
            unknown = "+" if trees.unknown_yes[node] else "-"
            threshold = np.format_float_positional(trees.thresholds[node], trim="-")
            lines.append(
                f"{node - root} {trees.columns[feature]} {threshold} {unknown}"
                f" {trees.yes[node] - root} {trees.no[node] - root} {bits}"
            )
    return lines


def trees_from_lines(lines: Iterable[str], columns: Sequence[str]) -> Trees:
    """Read trees; *columns* are the features that there are.

    Raises:
        ValueError: If a line is none of a tree, or names an unknown feature.
    """
    number = {name: place for place, name in enumerate(columns)}
    nodes: list[Node] = []
    roots: list[int] = []
    for line in lines:
        if line == "tree":
            roots.append(len(nodes))
            continue
        parts = line.split()
        if not roots or len(parts) not in (2, 7):
            raise ValueError(f"{line!r} is no node of a tree")
        root = roots[-1]
        value = round(float(parts[-1]) * STEPS)
        if len(parts) == 2:
            nodes.append((-1, 0.0, False, len(nodes), len(nodes), value))
            continue
        if parts[1] not in number:
            raise ValueError(f"there is no feature {parts[1]!r}")
        threshold = float(parts[2])
        if isnan(threshold):
            raise ValueError(f"{line!r} asks about no number")
        yes, no = root + int(parts[4]), root + int(parts[5])
        # a node points onwards: no line can make a loop
        if min(yes, no) <= len(nodes):
            raise ValueError(f"{line!r} points back")
        nodes.append((number[parts[1]], threshold, parts[3] == "+", yes, no, value))
    return checked_trees(columns, nodes, roots)


def checked_trees(
    columns: Sequence[str],
    nodes: Sequence[Node],
    roots: Sequence[int],
) -> Trees:
    """Lay out nodes (feature, threshold, unknown, yes, no, value) as arrays.

    A node stands before those that it leads to; both ways of a leaf lead to itself.

    Raises:
        ValueError: If there is no tree, a node points beyond its tree, or where another
            one does, or if a tree has too many leaves, or a value is beyond reason.
    """
    if not roots:
        raise ValueError("a part of the model holds no tree")
    ends = [*roots[1:], len(nodes)]
    for root, end in zip(roots, ends, strict=True):
        followers = [n for node in nodes[root:end] if node[0] >= 0 for n in node[3:5]]
        if max(followers, default=root) >= end:
            raise ValueError("a node points beyond its tree")
        if len(set(followers)) < len(followers):
            raise ValueError("two ways lead to one node of a tree")
        if sum(node[0] < 0 for node in nodes[root:end]) > MOST_LEAVES:
            raise ValueError(f"a tree has more than {MOST_LEAVES} leaves")
    fields = list(zip(*nodes, strict=True)) or [()] * 6
    features = np.array(fields[0], np.int32)
    used = distinct_of(features[features >= 0])
    values = np.array(fields[5], np.int64)
    places = np.array(roots, np.int32)
    return Trees(
        columns=tuple(columns),
        features=features,
        thresholds=np.array(fields[1], np.float32),
        unknown_yes=np.array(fields[2], np.bool_),
        yes=np.array(fields[3], np.int32),
        no=np.array(fields[4], np.int32),
        values=values,
        roots=places,
        base=int(values[places].sum()),
        used=frozenset(used.tolist()),
        lowest=int(used[0]) if len(used) else len(columns),
        highest=int(used[-1]) if len(used) else -1,
        laid=_lay_out(nodes, roots, used.tolist()),
    )


def _ordered(floats: Columns) -> npt.NDArray[np.uint32]:
    """Turn floats into numbers that order as they do, as ``kernels.trees`` does."""
    bits = (floats + np.float32(0)).view(np.uint32)
    sign = np.uint32(1 << 31)
    return np.where(bits & sign, ~bits, bits | sign)


def _lay_out(nodes: Sequence[Node], roots: Sequence[int], used: Sequence[int]) -> Laid:
    """Lay each tree out: what it asks, from its root on, and its leaves in their order.

    What stands on the way of the smaller values comes first.
    """
    groups = group_numbers()
    number = {feature: place for place, feature in enumerate(used)}
    bounds = _ordered(np.array([node[1] for node in nodes], np.float32)).tolist()
    asked: list[tuple[int, int, int, int]] = []
    values: list[int] = []
    shares: list[list[int]] = []
    begins: list[int] = [0]
    leaves: list[int] = []

    def visit(node: int, share: list[int]) -> None:
        feature, _, unknown_yes, yes, no, value = nodes[node]
        if feature < 0:
            values.append(value)
            shares.append(share)
            return
        place = len(asked)
        asked.append((0, 0, 0, 0))
        first = len(values) - leaves[-1]
        group = groups[feature]
        visit(yes, _changed(share, group, nodes[yes][5] - value))
        last = len(values) - leaves[-1]
        visit(no, _changed(share, group, nodes[no][5] - value))
        # who is not below the bound falls into no leaf of the first way
        others = 0xFFFFFFFF & ~((1 << last) - (1 << first))
        lift = int(unknown_yes)
        asked[place] = (number[feature], lift, bounds[node] + lift + 1, others)

    for root in roots:
        leaves.append(len(values))
        visit(root, [0] * SHARES)
        begins.append(len(asked))
    told = np.array(shares, np.int64).reshape(-1, SHARES)
    most = np.maximum.reduceat(np.abs(told).max(axis=1), leaves).sum()
    if most > np.iinfo(np.int32).max:
        raise ValueError("the trees' bits are beyond reason")
    return Laid(
        used=np.array(used, np.int64),
        asked=np.array(asked, np.uint32).reshape(-1, 4),
        begins=np.array(begins, np.int64),
        leaves=np.array(leaves, np.int64),
        values=np.array(values, np.int64),
        shares=told.astype(np.int32),
    )


def _changed(share: list[int], group: int, by: int) -> list[int]:
    changed = share.copy()
    changed[group] += by
    return changed
