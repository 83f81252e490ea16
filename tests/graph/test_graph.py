"""Catalogues in common, and clusters of stores."""

from itertools import permutations

import numpy as np

from storekin.graph.associations import Association
from storekin.graph.catalogues import share_catalogues
from storekin.graph.clusters import join_clusters
from storekin.graph.layout import lay_out
from storekin.policy.load import find_policy
from storekin.records.evidence import Evidence


def association(left: str, right: str, bits: float = 10.0) -> Association:
    evidence = Evidence(
        id="e-1", signal="same_phone", bits=bits, left="x", right="x", because="-"
    )
    return Association(
        left=left,
        right=right,
        policy="p@1",
        effect="related",
        outcome="open_case",
        probability=0.99,
        bits=bits,
        evidence=(evidence,),
    )


def shared_bits(carriers: int) -> float:
    """Give what one product weighs that so many stores carry, one listing each."""
    rows = np.arange(carriers)
    left, right = np.triu_indices(carriers, 1)
    shared = share_catalogues(
        left.astype(np.int64),
        right.astype(np.int64),
        np.zeros(len(left), np.int8),
        np.ones(len(left)),
        rows.astype(np.int32),
        np.ones(len(left), np.bool_),
    )
    return float(shared.bits[0])


def test_a_product_of_many_stores_says_nothing() -> None:
    """Two carriers say much, a supplier's customers nothing."""
    bits = [shared_bits(carriers) for carriers in (2, 3, 5, 10)]

    assert bits == sorted(bits, reverse=True)
    assert bits[0] == 6.0
    assert bits[-1] == 0.0


def test_a_product_counts_once_however_often_it_is_listed() -> None:
    """Three listings of one product in each of two stores are one product."""
    left = np.repeat([0, 1, 2], 3)
    right = np.tile([3, 4, 5], 3)
    owners = np.array([0, 0, 0, 1, 1, 1], np.int32)
    shared = share_catalogues(
        left,
        right,
        np.zeros(9, np.int8),
        np.ones(9),
        owners,
        np.ones(9, np.bool_),
    )

    assert shared.families.tolist() == [1]
    assert shared.pairs.tolist() == [9]
    assert shared.bits.tolist() == [6.0]


def test_large_catalogues_meet_by_chance() -> None:
    """Two products say less between shops of two hundred than between shops of five."""

    def bits(size: int) -> float:
        owners = np.repeat([0, 1], size).astype(np.int32)
        left = np.array([0, 1])
        shared = share_catalogues(
            left,
            left + size,
            np.zeros(2, np.int8),
            np.ones(2),
            owners,
            np.ones(2, np.bool_),
        )
        return float(shared.bits[0])

    assert bits(200) < bits(50) < bits(5)


def test_one_product_by_words_alone_links_no_catalogues() -> None:
    """Without a picture or a code one product is below what the policy asks for."""
    one = np.zeros(1, np.int64)
    shared = share_catalogues(
        one,
        one + 1,
        np.zeros(1, np.int8),
        np.ones(1),
        np.array([0, 1], np.int32),
        np.zeros(1, np.bool_),
    )
    test = find_policy("aliexpress").duplicates

    assert test is not None
    assert 0 < shared.bits[0] < test.bits_at_least


def test_clusters_ignore_the_order_of_associations() -> None:
    """Any order gives the same clusters with the same ids."""
    edges = [association("a", "b"), association("b", "c", 5), association("x", "y")]
    results = {tuple(join_clusters(order)) for order in permutations(edges)}

    assert len(results) == 1
    assert [c.stores for c in results.pop()] == [("a", "b", "c"), ("x", "y")]


def test_an_id_stays_when_a_store_joins() -> None:
    """The id is of the first store."""
    before = join_clusters([association("a", "b")])
    after = join_clusters([association("a", "b"), association("b", "c")])

    assert before[0].id == after[0].id


def test_stores_ruled_apart_never_meet() -> None:
    """The weakest link of a chain between two stores held apart is not taken."""
    edges = [association("a", "b", 20), association("b", "c", 5)]
    clusters = join_clusters(edges, apart={("a", "c")})

    assert [c.stores for c in clusters] == [("a", "b")]


def test_a_drawing_is_the_same_every_time() -> None:
    """Positions depend on nothing but the clusters and their edges."""
    clusters, edges = [("a", "b", "c"), ("x", "y")], [("a", "b"), ("x", "y")]
    layout = lay_out(clusters, edges)

    assert layout == lay_out(clusters, edges)
    assert len(set(layout.positions.values())) == 5
