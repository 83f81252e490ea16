"""How a listing model is grown."""

from dataclasses import dataclass

from storekin.kernels.trees import MOST_LEAVES


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How trees are grown; the defaults were chosen on public training sets.

    ``families``: the second pass sees at how many bits likely partners grow together.
    ``word_odds``: it sees what words are worth by the first pass's odds.
    ``transitive``: pairs that a third listing ties are compared, too.
    ``settled``: scores are settled among likely partners, where that tells more.
    ``mean_of_parts``: the first pass is the mean of the trees that each leave a part
    out, not further ones of all. What they say of a new pair is then as sure as what
    the second pass learnt from; with few parts, trees of all are surer than that.
    ``kin_rounds``: trees that say how alike two labelled listings are; 0 for none.
    ``additive``: how little an additive model beside the first pass's trees is held
    back; 0 for none.
    """

    leaves: int = 16
    depth: int = 8
    rate: float = 0.03
    rounds: int = 400
    second_rounds: int = 60
    fewest: int = 15
    share: float = 0.3
    share_by_node: float = 0.7
    seeds: int = 2
    folds: int = 10
    words: bool = True
    pool: bool = True
    known: bool = True
    known_rounds: int = 200
    kin_rounds: int = 240
    word_strength: float = 1.0
    word_pairs: int = 3
    monotone: bool = True
    sided: bool = False
    second_alone: bool = True
    families: bool = False
    word_odds: bool = False
    transitive: bool = False
    settled: bool = False
    mean_of_parts: bool = False
    additive: float = 0.3

    def __post_init__(self) -> None:
        """Refuse trees that no model can hold, before any is grown."""
        if self.leaves > MOST_LEAVES:
            raise ValueError(f"trees have at most {MOST_LEAVES} leaves")
