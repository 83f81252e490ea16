"""A judgement: what a person found of two stores, and why."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from storekin.errors import InvalidRecordError

Verdict = Literal["same", "not_same"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Two stores have one seller, or have not; ``left`` < ``right``.

    It binds from ``made_on`` until the day before ``expires_on``; for good without
    one. A later judgement of the same pair stands in place of an earlier one.

    Raises:
        InvalidRecordError: If it names one store twice, or says something else.
    """

    left: str
    right: str
    verdict: Verdict
    reason: str
    author: str
    made_on: date
    expires_on: date | None = None

    def __post_init__(self) -> None:
        if self.left == self.right:
            raise InvalidRecordError(
                f"a judgement names {self.left!r} twice", "name two different stores"
            )
        if self.verdict not in ("same", "not_same"):
            raise InvalidRecordError(
                f"{self.left}, {self.right}: {self.verdict!r} is no judgement",
                "say same, or not_same",
            )
        if self.left > self.right:
            left, right = self.right, self.left
            object.__setattr__(self, "left", left)
            object.__setattr__(self, "right", right)

    def binds_on(self, day: date) -> bool:
        """Say whether it binds on *day*."""
        return self.made_on <= day and (
            self.expires_on is None or day < self.expires_on
        )

    def as_json(self) -> dict[str, object]:
        """Give the judgement as one line of a judgements file."""
        return {
            "left": self.left,
            "right": self.right,
            "verdict": self.verdict,
            "reason": self.reason,
            "author": self.author,
            "made_on": self.made_on.isoformat(),
            "expires_on": self.expires_on and self.expires_on.isoformat(),
        }
