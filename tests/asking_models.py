"""Models whose second pass asks what the shipped one does not."""

from dataclasses import replace

from storekin.kernels.word_odds import WORD_ODDS_COLUMNS
from storekin.listings.features import column_names
from storekin.listings.model import ListingModel, load_listing_model
from storekin.listings.trees import STEPS, checked_trees


def family_model() -> ListingModel:
    """A model whose second pass asks at how many bits likely partners grow together."""
    return asking_model(
        [
            ("family_bits", -2.0, -1.3, 2.1),
            ("family_bits", 0.0, -0.4, 0.7),
            ("family_others", 0.0, -0.5, 0.9),
            ("family_more", 2.5, 0.2, -0.3),
            ("family_near", 5.5, 0.1, -0.6),
        ]
    )


def odds_model() -> ListingModel:
    """A model whose second pass asks what words are worth by the first one's odds.

    Many small steps: odds that are a little other say little else.
    """
    return asking_model(
        [
            (name, half / 2, -0.05, 0.08)
            for name in WORD_ODDS_COLUMNS
            for half in range(-12, 13)
        ]
    )


def settled_model() -> ListingModel:
    """A model whose scores are settled among likely partners."""
    return replace(family_model(), settled=True)


def asking_model(trees: list[tuple[str, float, float, float]]) -> ListingModel:
    """The shipped model with a second pass of such trees: a column, a bar, the bits."""
    shipped = load_listing_model()
    names = column_names(sided=shipped.sided)
    nodes, roots = [], []
    for name, bar, low, high in trees:
        root = len(nodes)
        roots.append(root)
        nodes += [
            (names.index(name), bar, True, root + 1, root + 2, 0),
            (-1, 0.0, False, root + 1, root + 1, round(low * STEPS)),
            (-1, 0.0, False, root + 2, root + 2, round(high * STEPS)),
        ]
    return replace(shipped, second=checked_trees(names, nodes, roots))
