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
from storekin.kernels.parallel import run_chunks
from storekin.kernels.similar_texts import ranges_of
from storekin.kernels.trees import SHARES, share_trees, sum_trees
from storekin.listings.features import group_numbers

STEPS = 10_000
"""Values are whole numbers of this part of a bit."""

_ROWS = 8192
Columns = npt.NDArray[np.float32]
Sums = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes of all trees, end to end; ``columns`` names what ``features`` number.

    ``base`` is what the trees say of a pair of which nothing is known yet, ``lowest``
    and ``highest`` the first and the last column that any reads (beyond all, and -1, if
    none does). ``walk`` is the same nodes as the kernels walk them.
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
    lowest: int
    highest: int
    walk: "Walk"

    def sum(self, columns: Columns) -> Sums:
        """Add up the leaves of every row, in steps of a bit."""
        bits, walk = columns.view(np.uint32), self.walk
        out = np.empty(len(columns), np.int64)
        run_chunks(
            lambda span: sum_trees(
                bits,
                walk.used,
                walk.nodes,
                walk.values,
                self.roots,
                walk.depths,
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
        bits, walk = columns.view(np.uint32), self.walk
        run_chunks(
            lambda span: share_trees(
                bits,
                walk.used,
                walk.nodes,
                walk.shares,
                self.roots,
                walk.depths,
                span[0],
                span[1],
                out,
            ),
            ranges_of(len(columns), _ROWS),
        )


@dataclass(frozen=True, slots=True)
class Walk:
    """Nodes as ``kernels.trees`` walks them: both followers of one side by side.

    A tree's root stands where it stands in ``Trees``. ``used`` are the columns that any
    node asks about, ``nodes`` four words each, ``values`` in steps; ``shares`` is what
    the splits above each node changed, by the group of the feature that each asked
    about.
    """

    used: npt.NDArray[np.int64]
    nodes: npt.NDArray[np.uint32]
    values: Sums
    shares: npt.NDArray[np.int32]
    depths: npt.NDArray[np.int64]


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
    nodes: Sequence[tuple[int, float, bool, int, int, int]],
    roots: Sequence[int],
) -> Trees:
    """Lay out nodes (feature, threshold, unknown, yes, no, value) as arrays.

    A node stands before those that it leads to; both ways of a leaf lead to itself.

    Raises:
        ValueError: If a node points beyond its tree, or where another one does.
    """
    ends = [*roots[1:], len(nodes)]
    for root, end in zip(roots, ends, strict=True):
        followers = [n for node in nodes[root:end] if node[0] >= 0 for n in node[3:5]]
        if max(followers, default=root) >= end:
            raise ValueError("a node points beyond its tree")
        if len(set(followers)) < len(followers):
            raise ValueError("two ways lead to one node of a tree")
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
        lowest=int(used[0]) if len(used) else len(columns),
        highest=int(used[-1]) if len(used) else -1,
        walk=_lay_out(nodes, roots, used.tolist()),
    )


def _ordered(floats: Columns) -> npt.NDArray[np.uint32]:
    """Turn floats into numbers that order as they do, as ``kernels.trees`` does."""
    bits = (floats + np.float32(0)).view(np.uint32)
    sign = np.uint32(1 << 31)
    return np.where(bits & sign, ~bits, bits | sign)


def _lay_out(
    nodes: Sequence[tuple[int, float, bool, int, int, int]],
    roots: Sequence[int],
    used: Sequence[int],
) -> Walk:
    """Lay the nodes of each tree out from its root on, followers side by side."""
    groups = group_numbers()
    number = {feature: place for place, feature in enumerate(used)}
    bounds = _ordered(np.array([node[1] for node in nodes], np.float32)).tolist()
    words = np.zeros((len(nodes), 4), np.uint32)
    values = np.zeros(len(nodes), np.int64)
    shares = np.zeros((len(nodes), SHARES), np.int32)
    depths = np.zeros(len(roots), np.int64)
    for tree, root in enumerate(roots):
        # the nodes of a level, each with the place that it is laid at
        level, free = [(root, root)], root + 1
        while level:
            below = []
            for source, place in level:
                feature, _, unknown_yes, yes, no, value = nodes[source]
                values[place] = value
                if feature < 0:
                    words[place] = (0, 0, 0, place)
                    continue
                below += [(no, free), (yes, free + 1)]
                # below the next number: at most the threshold
                lift = int(unknown_yes)
                bound = bounds[source] + lift + 1
                words[place] = (number[feature], lift, bound, free)
                for following, at in below[-2:]:
                    shares[at] = shares[place]
                    shares[at, groups[feature]] += nodes[following][5] - value
                free += 2
            depths[tree] += bool(below)
            level = below
    return Walk(np.array(used, np.int64), words, values, shares, depths)
