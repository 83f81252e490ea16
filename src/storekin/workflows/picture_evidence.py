"""The pictures that listings have in common, as evidence: which is which, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

from storekin.graph.associations import Association
from storekin.listings.picture_pairs import PicturePair, find_picture_pair
from storekin.records.portfolio import Portfolio
from storekin.wording.catalog import Words
from storekin.workflows.images import tell_edit, tell_pair
from storekin.workflows.listings import ListingFindings


@dataclass(frozen=True, slots=True)
class PictureEvidence:
    """Two listings that show one picture, edited; ``row`` is their pair's."""

    row: int
    left_listing: str
    right_listing: str
    pair: PicturePair

    @property
    def because(self) -> Words:
        """What was done to the left picture to make the right one, in words."""
        return tell_edit(self.pair.recognition)

    def as_json(self) -> dict[str, object]:
        """Lay it out as a line of ``picture_pairs.jsonl``."""
        found = self.pair.recognition
        return {
            "left_listing": self.left_listing,
            "right_listing": self.right_listing,
            "left_picture": self.pair.left,
            "right_picture": self.pair.right,
            **tell_pair(found),
            "left_region": [list(corner) for corner in found.left_region],
            "right_region": [list(corner) for corner in found.right_region],
            "because": self.because,
        }


def picture_evidence(
    portfolio: Portfolio,
    findings: ListingFindings,
    associations: Sequence[Association],
) -> tuple[PictureEvidence, ...]:
    """Say of the listing pairs that associations rest on which pictures are one."""
    if not len(findings.prepared.pictures.prints):
        return ()
    # the rows of other effects are not of listings
    rows = {
        row: found.left
        for found in associations
        if found.effect == "duplicate_distribution"
        for row in found.rows
    }
    told = (evidence_of(portfolio, findings, row, rows[row]) for row in sorted(rows))
    return tuple(one for one in told if one is not None)


def evidence_of(
    portfolio: Portfolio, findings: ListingFindings, row: int, store: str
) -> PictureEvidence | None:
    """Say of one pair of listings which of their pictures are one, if any.

    The listing of *store* is the left one.
    """
    scores, pictures = findings.scores, findings.prepared.pictures
    left, right = int(scores.left[row]), int(scores.right[row])
    if portfolio.listings["store"][left].as_py() != store:
        left, right = right, left
    pair = find_picture_pair(pictures, left, right)
    if pair is None:
        return None
    names = portfolio.listings["listing"]
    return PictureEvidence(row, names[left].as_py(), names[right].as_py(), pair)
