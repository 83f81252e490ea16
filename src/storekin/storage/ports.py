"""What keeps cases must offer. No port knows a file or a database."""

from collections.abc import Sequence
from typing import Protocol

from storekin.cases.events import CaseEvent


class CaseRepository(Protocol):
    """Cases by their names, each a chain of events, and documents by their digests.

    What was appended is kept for good: nothing is ever changed or taken away.
    """

    def create(self, first: CaseEvent) -> str:
        """Keep a new case by its first event; give its name, which was free."""
        ...

    def append(self, case: str, events: Sequence[CaseEvent]) -> None:
        """Keep more events of a case, all of them or none.

        Raises:
            CaseConflictError: If they do not follow the last event that is kept.
            UnknownCaseError: If there is no such case.
        """
        ...

    def load(self, case: str) -> tuple[CaseEvent, ...]:
        """Give the events of a case in their order.

        Raises:
            UnknownCaseError: If there is no such case.
            CaseChainError: If they are not whole.
        """
        ...

    def names(self) -> list[str]:
        """Give the names of all cases, sorted."""
        ...

    def put_document(self, case: str, content: bytes) -> str:
        """Keep a document; give the digest (SHA-256, hex) that it is known by."""
        ...

    def get_document(self, case: str, digest: str) -> bytes:
        """Give a document's bytes.

        Raises:
            DocumentError: If it is not there, or not what its digest says.
        """
        ...
