"""An association: a claim about two stores, with all its evidence."""

from dataclasses import dataclass, field

from storekin.records.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """A claim that two stores are associated, or a notice that they share something.

    ``left`` < ``right``. ``bits`` is the sum of the evidence and has no bound;
    ``probability`` (0 to 1) is what it comes to with the prior. ``later`` is the store
    that was opened later, where that is known. A notice (effect ``advisory``) names
    all holders of the value in ``stores``, and associates none of them.

    ``digest`` is of the policy's bytes, ``event_on`` the day that decided which version
    of it is in force. ``conditions`` are those of a permission, with what is known of
    each: True, False, or None. ``alone`` is the evidence without any one of which it
    falls, ``together`` the smallest set without which it falls; of catalogues, how many
    ``products`` of the shared ``families`` must no longer be shared. ``spare`` tells by
    how many stores a notice's limit is passed. ``decided`` are the version of the
    policy, by its place, and the place of what was decided on.
    """

    left: str
    right: str
    policy: str
    effect: str
    outcome: str
    probability: float
    bits: float
    evidence: tuple[Evidence, ...]
    later: str | None = None
    stores: tuple[str, ...] = ()
    listing_pairs: int = 0
    digest: str = ""
    event_on: str | None = None
    conditions: tuple[tuple[str, bool | None], ...] = ()
    alone: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    products: int = 0
    families: int = 0
    spare: int = 0
    rows: tuple[int, ...] = field(default=(), repr=False)
    decided: tuple[int, int] = field(default=(0, 0), repr=False)

    def as_json(self) -> dict[str, object]:
        """Give the association as the line of ``associations.jsonl``."""
        line: dict[str, object] = {
            "left": self.left,
            "right": self.right,
            "policy": self.policy,
            "effect": self.effect,
            "outcome": self.outcome,
            "probability": self.probability,
            "bits": self.bits,
            "evidence": [e.as_json() for e in self.evidence],
            "digest": self.digest,
            "event_on": self.event_on,
        }
        if self.together:
            line["rests_on"] = {
                "alone": list(self.alone),
                "together": list(self.together),
            }
        if self.products:
            line["rests_on"] = {"products": self.products}
        if self.conditions:
            line["conditions"] = dict(self.conditions)
        if self.later is not None:
            line["later"] = self.later
        if self.listing_pairs:
            line["listing_pairs"] = self.listing_pairs
        if self.stores:
            line["stores"] = list(self.stores)
        if self.spare:
            line["spare"] = self.spare
        return line


ASSOCIATING = ("duplicate_registration", "duplicate_distribution", "related")
"""The effects that join stores; a notice never does."""
