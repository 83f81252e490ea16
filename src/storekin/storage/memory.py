"""Cases in memory, for tests and trials."""

from collections.abc import Sequence
from hashlib import sha256
from threading import Lock

from storekin.cases.events import CaseEvent, check_follows
from storekin.errors import DocumentError, UnknownCaseError


class MemoryCases:
    """The repository over plain dictionaries."""

    def __init__(self) -> None:
        self._events: dict[str, list[CaseEvent]] = {}
        self._documents: dict[tuple[str, str], bytes] = {}
        self._lock = Lock()

    def create(self, first: CaseEvent) -> str:
        """Keep a new case."""
        with self._lock:
            name = f"case-{len(self._events) + 1:04d}"
            self._events[name] = []
        self.append(name, [first])
        return name

    def append(self, case: str, events: Sequence[CaseEvent]) -> None:
        """Keep more events of a case."""
        with self._lock:
            held = self._held(case)
            check_follows(case, held[-1] if held else None, events)
            held.extend(events)

    def load(self, case: str) -> tuple[CaseEvent, ...]:
        """Give the events of a case."""
        with self._lock:
            return tuple(self._held(case))

    def names(self) -> list[str]:
        """Give the names of all cases."""
        return sorted(self._events)

    def put_document(self, case: str, content: bytes) -> str:
        """Keep a document."""
        self._held(case)
        digest = sha256(content).hexdigest()
        self._documents[case, digest] = content
        return digest

    def get_document(self, case: str, digest: str) -> bytes:
        """Give a document's bytes."""
        try:
            return self._documents[case, digest]
        except KeyError:
            raise DocumentError(
                f"{case}: there is no document {digest[:12]}", "add it to the case"
            ) from None

    def _held(self, case: str) -> list[CaseEvent]:
        if case not in self._events:
            raise UnknownCaseError.of(case, self.names())
        return self._events[case]
