"""What one comparison found about one pair of stores."""

from dataclasses import dataclass
from hashlib import blake2b
from math import isfinite

from storekin.errors import InvalidRecordError


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One signal on one pair, with the values that were compared.

    ``bits`` is the match weight: log2 of how much likelier these values are when
    both stores have the same seller. Above zero speaks for, below against.
    ``holders`` is how many stores give the value, where that has a meaning.

    Raises:
        InvalidRecordError: If ``bits`` is infinite or not a number.
    """

    id: str
    signal: str
    bits: float
    left: str
    right: str
    because: str
    holders: int | None = None

    def __post_init__(self) -> None:
        if not isfinite(self.bits):
            problem = f"{self.signal}: match weight is {self.bits}"
            raise InvalidRecordError(problem, "cap the weight of every signal")

    def as_json(self) -> dict[str, object]:
        """Give the evidence as one JSON object."""
        return {
            "id": self.id,
            "signal": self.signal,
            "bits": self.bits,
            "left": self.left,
            "right": self.right,
            "holders": self.holders,
            "because": self.because,
        }


def evidence_id(signal: str, *parts: str) -> str:
    """Give a short id that the same signal on the same values always has.

    Values are given masked: a digest of a phone number would be found by trying all.

    >>> evidence_id("same_phone", "a", "b", "+49••••01")
    'e-ee4f7c6e95'
    """
    text = "\x1f".join((signal, *parts))
    return f"e-{blake2b(text.encode(), digest_size=5).hexdigest()}"
