"""The stores and their associations as a drawing, with a table that says the same."""

from typing import TYPE_CHECKING

from storekin.graph.layout import lay_out
from storekin.wording.catalog import in_both
from storekin.workflows.scan import ScanResult

if TYPE_CHECKING:
    from storekin.graph.clusters import Cluster

MOST_CLUSTERS = 40
MOST_NODES = 250
MOST_LINES = 2000


LABEL_WIDTH = 18


def short_label(store: str) -> str:
    """Shorten an id for the drawing; its end tells stores apart better than its start.

    >>> short_label("marketplace-eu:store-004711")
    '…e-eu:store-004711'
    """
    width = 0
    for kept, character in enumerate(reversed(store)):
        width += 2 if ord(character) > 0x2E80 else 1
        if width > LABEL_WIDTH:
            return "…" + store[len(store) - kept + 1 :]
    return store


def draw_graph(result: ScanResult, anchors: dict[int, str]) -> dict[str, object]:
    """Place the largest clusters; ``anchors`` leads from an association to its card."""
    clusters = sorted(result.clusters, key=lambda c: (-len(c.stores), c.id))
    shown: list[Cluster] = []
    nodes = 0
    for cluster in clusters[:MOST_CLUSTERS]:
        if nodes + len(cluster.stores) > MOST_NODES and shown:
            break
        shown.append(cluster)
        nodes += len(cluster.stores)
    visible = {store for cluster in shown for store in cluster.stores[:MOST_NODES]}
    edges = [a for a in result.associations if a.left in visible and a.right in visible]
    layout = lay_out(
        [c.stores[:MOST_NODES] for c in shown], [(a.left, a.right) for a in edges]
    )
    names = dict(
        zip(
            result.portfolio.stores["store"].to_pylist(),
            result.portfolio.stores["name"].to_pylist(),
            strict=True,
        )
    )
    drawn: dict[tuple[str, str], int] = {}
    lines = []
    for association in edges[:MOST_LINES]:
        ends = (association.left, association.right)
        drawn[ends] = drawn.get(ends, 0) + 1
        (x1, y1), (x2, y2) = (layout.positions[end] for end in ends)
        shift = 5.0 * (drawn[ends] - 1)
        lines.append(
            {
                "x1": x1,
                "y1": y1 + shift,
                "x2": x2,
                "y2": y2 + shift,
                "effect": association.effect,
                "anchor": anchors.get(id(association)),
                "title": f"{association.left} – {association.right}",
            }
        )
    return {
        "width": layout.width,
        "height": layout.height,
        "lines": lines,
        "nodes": [
            {
                "id": store,
                "x": x,
                "y": y,
                "name": names.get(store),
                "label": short_label(store),
            }
            for store, (x, y) in layout.positions.items()
        ],
        "clusters": [
            {
                "id": cluster.id,
                "stores": [
                    (store, names.get(store)) for store in cluster.stores[:MOST_NODES]
                ],
                "effects": [in_both("effect", effect) for effect in cluster.effects],
            }
            for cluster in shown
        ],
        "note": in_both("report", "more_graph", shown=len(shown), total=len(clusters))
        if len(shown) < len(clusters)
        else None,
    }
