"""Cases in a folder: ``CASE/events.jsonl`` and ``CASE/documents/`` by digests.

What ``append`` has acknowledged is on the disk, however the process ends. A last line
without its end was never acknowledged: readers pass it over, and the next writer puts
it aside in ``events.torn``.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from storekin.cases.events import (
    CaseEvent,
    check_follows,
    event_from_json,
    verify_chain,
)
from storekin.errors import (
    CaseChainError,
    DocumentError,
    OutputFolderError,
    UnknownCaseError,
)

EVENTS = "events.jsonl"
TORN = "events.torn"
DOCUMENTS = "documents"
_NAME = re.compile(r"case-(\d{4,9})")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class FolderCases:
    """The repository over a folder. Many processes may read and write it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, first: CaseEvent) -> str:
        """Keep a new case under the next free number."""
        with _told(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            while True:
                name = f"case-{max(self._numbers(), default=0) + 1:04d}"
                try:
                    (self.folder / name).mkdir()
                except FileExistsError:
                    continue  # somebody else took the number
                _sync_folder(self.folder)
                break
            (self.folder / name / EVENTS).touch(exist_ok=True)
            _sync_folder(self.folder / name)
        self.append(name, [first])
        return name

    def append(self, case: str, events: Sequence[CaseEvent]) -> None:
        """Keep more events of a case, and see them on the disk."""
        path = self._path(case) / EVENTS
        with _told(path), path.open("r+b") as file, _locked(file.fileno()):
            content = file.read()
            whole = content.rfind(b"\n") + 1
            known = _read(content[:whole], str(path))
            check_follows(case, known[-1] if known else None, events)
            if whole < len(content):
                _put_aside(path.with_name(TORN), content[whole:])
            lines = "".join(
                json.dumps(event.as_json(), ensure_ascii=False) + "\n"
                for event in events
            )
            file.seek(whole)
            file.truncate()
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())

    def load(self, case: str) -> tuple[CaseEvent, ...]:
        """Give the events of a case, its chain verified."""
        path = self._path(case) / EVENTS
        with _told(path):
            content = path.read_bytes()
        return _read(content[: content.rfind(b"\n") + 1], str(path))

    def torn(self, case: str) -> bool:
        """Say whether the last line was torn, and not put aside yet."""
        content = (self._path(case) / EVENTS).read_bytes()
        return not content.endswith(b"\n") and bool(content)

    def names(self) -> list[str]:
        """Give the names of all cases.

        One whose first event was never acknowledged is none.

        Raises:
            OutputFolderError: If they are to lie in something that is no folder.
        """
        with _told(self.folder):
            numbers = self._numbers()
        told = (f"case-{number:04d}" for number in numbers)
        return [n for n in told if _size(self.folder / n / EVENTS)]

    def _numbers(self) -> list[int]:
        if not self.folder.exists():
            return []
        found = (_NAME.fullmatch(entry.name) for entry in self.folder.iterdir())
        return sorted(int(match[1]) for match in found if match)

    def put_document(self, case: str, content: bytes) -> str:
        """Keep a document, whole or not at all."""
        digest = sha256(content).hexdigest()
        folder = self._path(case) / DOCUMENTS
        with _told(folder):
            folder.mkdir(exist_ok=True)
            place = folder / digest
            if place.exists() and place.read_bytes() == content:
                return digest
            part = folder / f".{digest}.{os.getpid()}"
            try:
                with part.open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(place)
            finally:
                part.unlink(missing_ok=True)
            _sync_folder(folder)
        return digest

    def get_document(self, case: str, digest: str) -> bytes:
        """Give a document's bytes, checked against its digest."""
        place = self._path(case) / DOCUMENTS / digest
        if not _DIGEST.fullmatch(digest) or not place.is_file():
            raise DocumentError(
                f"{case}: there is no document {digest[:12]}", "add it to the case"
            )
        content = place.read_bytes()
        if sha256(content).hexdigest() != digest:
            raise DocumentError(
                f"{place}: it was changed after it was added",
                "put the file back as it was",
            )
        return content

    def verify(self, case: str) -> list[CaseEvent]:
        """Prove a case's chain, and that its documents are what they were.

        Raises:
            CaseChainError: At the first event that is not whole, or does not follow.
            DocumentError: At the first document that is gone, or changed.
        """
        events = self.load(case)
        for event in events:
            if event.kind == "add_document":
                self.get_document(case, str(event.data["digest"]))
        return list(events)

    def _path(self, case: str) -> Path:
        # a name is a number in a form of ours: nothing leads out of the folder
        if not _NAME.fullmatch(case) or not (self.folder / case / EVENTS).is_file():
            raise UnknownCaseError.of(case, self.names())
        return self.folder / case


def _read(content: bytes, where: str) -> tuple[CaseEvent, ...]:
    try:
        # not by splitlines: a text may hold line separators of its own
        lines = content.decode().split("\n")[:-1]
    except UnicodeDecodeError as problem:
        raise CaseChainError(
            f"{where}: this is no text ({problem.reason})", "put the file back"
        ) from problem
    events = tuple(
        event_from_json(line, f"{where}, line {number}")
        for number, line in enumerate(lines, 1)
    )
    verify_chain(events, where)
    return events


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _put_aside(place: Path, torn: bytes) -> None:
    with place.open("ab") as file:
        file.write(torn + b"\n")
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _locked(handle: int) -> Iterator[None]:
    """Hold a file alone; the lock goes with the process that holds it."""
    if os.name == "nt":
        import msvcrt

        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore] # of Windows
        try:
            yield
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore] # of Windows
        return
    import fcntl

    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


def _sync_folder(folder: Path) -> None:
    """See a folder's new entries on the disk, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise OutputFolderError(
            f"{place}: cannot be used ({problem.strerror or problem})",
            "choose a folder that you may read and write, with room left",
        ) from problem
