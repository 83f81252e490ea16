"""A declaration: stores that a seller told the marketplace to be its own."""

from dataclasses import dataclass
from datetime import date

from storekin.errors import InvalidRecordError


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One store of a declared ``group``; the stores of one group are declared together.

    ``need`` is the business need that was stated, empty where none was. It holds from
    ``declared_on``, if that is given, until the day before ``expires_on``.

    Raises:
        InvalidRecordError: If the group or the store is empty.
    """

    group: str
    store: str
    need: str = ""
    declared_on: date | None = None
    expires_on: date | None = None

    def __post_init__(self) -> None:
        if not self.group or not self.store:
            raise InvalidRecordError(
                "a declaration names no group, or no store",
                "give each row its 'group' and its 'store'",
            )

    def holds_on(self, day: date) -> bool:
        """Say whether it holds on *day*."""
        return (self.declared_on is None or self.declared_on <= day) and (
            self.expires_on is None or day < self.expires_on
        )
