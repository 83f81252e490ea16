"""Decision trees as text that a person can read and compare, and their sums.

A node is a line: its number, the feature and the threshold that it asks about, where
an unknown value goes (``+`` with the smaller ones, ``-`` with the larger), the two
nodes that follow, and the mean of what lies below it, in bits. A leaf has only its
bits. Trees are parted by a line ``tree``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.kernels.parallel import run_chunks
from storekin.kernels.similar_texts import ranges_of
from storekin.listings.features import SIGNAL_GROUPS, group_numbers

STEPS = 10_000
"""Values are whole numbers of this part of a bit."""

_ROWS = 8192
Columns = npt.NDArray[np.float32]
Sums = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes of all trees, end to end; ``columns`` names what ``features`` number.

    ``shares`` of shape (nodes, groups) is what the splits above each node changed, by
    the group of the feature that each asked about. ``base`` is what the trees say of a
    pair of which nothing is known yet, ``lowest`` and ``highest`` the first and the
    last column that any reads (beyond all, and -1, if none does). ``asked`` and
    ``ways`` are ``features`` and both next nodes as the kernels walk them: a leaf asks
    the first column, and stays.
    """

    columns: tuple[str, ...]
    features: npt.NDArray[np.int32]
    thresholds: npt.NDArray[np.float32]
    unknown_yes: npt.NDArray[np.bool_]
    yes: npt.NDArray[np.int32]
    no: npt.NDArray[np.int32]
    values: Sums
    roots: npt.NDArray[np.int32]
    depths: npt.NDArray[np.int64]
    shares: npt.NDArray[np.int32]
    base: int
    lowest: int
    highest: int
    asked: npt.NDArray[np.int32]
    ways: npt.NDArray[np.int32]

    def sum(self, columns: Columns) -> Sums:
        """Add up the leaves of every row, in steps of a bit."""
        from storekin.kernels.trees import sum_trees

        out = np.zeros(len(columns), np.int64)
        run_chunks(
            lambda span: sum_trees(
                columns,
                self.asked,
                self.thresholds,
                self.unknown_yes,
                self.ways,
                self.values,
                self.roots,
                self.depths,
                span[0],
                span[1],
                out,
            ),
            ranges_of(len(columns), _ROWS),
        )
        return out

    def share(self, columns: Columns, out: Sums) -> None:
        """Add what each group of features says to *out*, shape (rows, groups).

        With ``base`` they sum up to what ``sum`` gives, exactly.
        """
        from storekin.kernels.trees import share_trees

        run_chunks(
            lambda span: share_trees(
                columns,
                self.asked,
                self.thresholds,
                self.unknown_yes,
                self.ways,
                self.shares,
                self.roots,
                self.depths,
                span[0],
                span[1],
                out,
            ),
            ranges_of(len(columns), _ROWS),
        )


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
    nodes: list[tuple[int, float, bool, int, int, int]] = []
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
        yes, no = root + int(parts[4]), root + int(parts[5])
        # a node points onwards: no line can make a loop
        if min(yes, no) <= len(nodes):
            raise ValueError(f"{line!r} points back")
        nodes.append(
            (number[parts[1]], float(parts[2]), parts[3] == "+", yes, no, value)
        )
    return checked_trees(columns, nodes, roots)


def checked_trees(
    columns: Sequence[str],
    nodes: Sequence[tuple[int, float, bool, int, int, int]],
    roots: Sequence[int],
) -> Trees:
    """Lay out nodes (feature, threshold, unknown, yes, no, value) as arrays.

    A node stands before those that it leads to; both ways of a leaf lead to itself.

    Raises:
        ValueError: If a node points beyond its tree.
    """
    ends = [*roots[1:], len(nodes)]
    depths = []
    level = [0] * len(nodes)
    for root, end in zip(roots, ends, strict=True):
        for place, node in enumerate(nodes[root:end], root):
            if node[0] < 0:
                continue
            if max(node[3], node[4]) >= end:
                raise ValueError("a node points beyond its tree")
            level[node[3]] = level[node[4]] = level[place] + 1
        depths.append(max(level[root:end], default=0))
    fields = list(zip(*nodes, strict=True)) or [()] * 6
    features = np.array(fields[0], np.int32)
    used = features[features >= 0]
    yes, no = np.array(fields[3], np.int32), np.array(fields[4], np.int32)
    values = np.array(fields[5], np.int64)
    places = np.array(roots, np.int32)
    return Trees(
        columns=tuple(columns),
        features=features,
        thresholds=np.array(fields[1], np.float32),
        unknown_yes=np.array(fields[2], np.bool_),
        yes=yes,
        no=no,
        values=values,
        roots=places,
        depths=np.array(depths, np.int64),
        shares=_shares_above(nodes),
        base=int(values[places].sum()),
        lowest=int(used.min()) if len(used) else len(columns),
        highest=int(used.max()) if len(used) else -1,
        asked=np.maximum(features, 0),
        ways=np.stack([no, yes], axis=1),
    )


def _shares_above(
    nodes: Sequence[tuple[int, float, bool, int, int, int]],
) -> npt.NDArray[np.int32]:
    groups = group_numbers()
    shares = np.zeros((len(nodes), len(SIGNAL_GROUPS)), np.int32)
    for place, (feature, _, _, yes, no, value) in enumerate(nodes):
        if feature < 0:
            continue
        for following in (yes, no):
            shares[following] = shares[place]
            shares[following, groups[feature]] += nodes[following][5] - value
    return shares
