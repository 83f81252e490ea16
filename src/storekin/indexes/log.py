"""A log of changes: what was added and removed, in order, each with its checksum.

An entry that a crash tore is left out, and all before it hold; what is written next
takes its place.
"""

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from storekin.errors import IndexFileError

_HEAD = struct.Struct("<4sIII")
"""A mark, the checksum of all that follows, the name's length, the data's length."""

_MARK = b"skL1"
_REMOVED = 0xFFFFFFFF

Change = tuple[str, bytes | None]
"""A name with what is kept of it; None where it was removed."""


class ChangeLog:
    """The log beside a file. Many may read it, one process writes it.

    It begins with the *serial* of what it belongs to: the log of another one is empty.
    """

    def __init__(self, path: Path, serial: str = "") -> None:
        self.path = path
        self._serial = serial
        self._whole: int | None = None

    def __iter__(self) -> Iterator[Change]:
        """Read the changes up to one that is not whole."""
        self._whole = 0
        entries = self._entries()
        if next(entries, None) != (self._serial, b"", _HEAD.size + len(self._serial)):
            return
        self._whole = _HEAD.size + len(self._serial)
        for name, data, whole in entries:
            self._whole = whole
            yield name, data

    def _entries(self) -> Iterator[tuple[str, bytes | None, int]]:
        """Read what is whole, each with where it ends."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            while True:
                head = file.read(_HEAD.size)
                if len(head) < _HEAD.size:
                    return
                mark, checksum, name_size, size = _HEAD.unpack(head)
                if mark != _MARK:
                    return
                kept = 0 if size == _REMOVED else size
                # a torn head may claim more than there is
                if name_size + kept > os.fstat(file.fileno()).st_size - file.tell():
                    return
                body = file.read(name_size + kept)
                if zlib.crc32(head[8:] + body) != checksum:
                    return
                data = None if size == _REMOVED else body[name_size:]
                yield body[:name_size].decode(), data, file.tell()

    def append(self, changes: Iterable[Change]) -> None:
        """Add changes, and see them on the disk before going on.

        Raises:
            IndexFileError: If they cannot be written.
        """
        if self._whole is None:
            for _ in self:
                pass
        lines = b"".join(_line(name, data) for name, data in changes)
        if not self._whole:
            lines = _line(self._serial, b"") + lines
        try:
            with self.path.open("r+b" if self.path.exists() else "w+b") as file:
                # a torn entry is overwritten, or all that follows would be lost
                file.seek(self._whole or 0)
                file.write(lines)
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
                self._whole = file.tell()
        except OSError as problem:
            raise IndexFileError(
                f"{self.path}: cannot be written ({problem.strerror or problem})",
                "choose a place that you may write to, with room left",
            ) from problem

    def clear(self) -> None:
        """Take the log away."""
        self.path.unlink(missing_ok=True)
        self._whole = 0


def _line(name: str, data: bytes | None) -> bytes:
    encoded = name.encode()
    size = _REMOVED if data is None else len(data)
    body = encoded + (data or b"")
    rest = struct.pack("<II", len(encoded), size)
    return _MARK + struct.pack("<I", zlib.crc32(rest + body)) + rest + body
