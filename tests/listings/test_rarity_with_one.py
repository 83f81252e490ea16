"""One title more is counted, and what else is known of the table stays."""

import numpy as np

from storekin.listings.rarity import Rarity, TitleCounts, WordRarity


def test_one_more_title_keeps_what_is_known_of_the_table() -> None:
    """The counts of different titles, and of the columns beside them, are kept."""
    tokens = np.array([3, 9], np.uint64)
    bits = np.array([4.0, 2.0], np.float32)
    titles = TitleCounts(7, tokens, np.array([2, 5]), ())
    columns = {"brand": WordRarity(8, tokens, bits)}
    known = Rarity(9, tokens, bits, (), columns, ("brand",), titles)

    more = known.with_one(tokens[:1], [])

    assert more.texts == 10
    assert (more.titles, more.columns, more.given) == (titles, columns, ("brand",))
    assert more.bits[0] < bits[0]
    assert more.bits[1] == bits[1]
