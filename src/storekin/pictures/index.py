"""The index of pictures: one is looked up among all in milliseconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np

from storekin.errors import IndexFileError
from storekin.indexes.file import read_index_file, write_index_file
from storekin.pictures.candidates import key_width
from storekin.pictures.decode import decode_picture
from storekin.pictures.judge import recognise_pairs, score
from storekin.pictures.part import Part
from storekin.pictures.prints import PRINT, Prints, no_prints, print_picture
from storekin.pictures.recognition import Recognition, describe_pairs

if TYPE_CHECKING:
    from storekin.indexes.log import ChangeLog

KIND = "pictures"
Picture = str | Path | bytes | Prints
"""A file, what stands in one, or the print of a picture."""


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A picture of the index that the screened one is, edited, and how."""

    picture: str
    recognition: Recognition


class ImageIndex:
    """Pictures by their places. Safe for several threads; one process writes.

    Holds what is seen in each picture, never the picture itself. What is added and
    removed after it was saved or loaded stands in a log beside its file.
    """

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._log: ChangeLog | None = None
        self._lock = RLock()

    @classmethod
    def build(cls, pictures: Iterable[tuple[str, Picture]]) -> "ImageIndex":
        """Index pictures by name.

        Raises:
            PictureError: If one is no picture, is broken, or is too large or too small.
        """
        named = {name: _print_of(picture) for name, picture in pictures}
        return cls.of(list(named), np.concatenate([no_prints(), *named.values()]))

    @classmethod
    def of(cls, names: list[str], prints: Prints) -> "ImageIndex":
        """Index prints that were made already, one name for each row."""
        index = cls()
        if names:
            index.parts = [Part.of(names, prints)]
        return index

    def __len__(self) -> int:
        return sum(part.kept for part in self.parts)

    def __contains__(self, picture: str) -> bool:
        with self._lock:
            return any(part.row_of(picture) is not None for part in self.parts)

    def prints_of(self, picture: str) -> Prints | None:
        """Give what is seen in a picture of the index; None if it has none such."""
        with self._lock:
            for part in self.parts:
                row = part.row_of(picture)
                if row is not None:
                    return part.prints[row : row + 1]
        return None

    def add(self, name: str, picture: Picture) -> None:
        """Add a picture, or put another in the place of the one of its name.

        Raises:
            PictureError: If it is no picture, is broken, or is too large or too small.
            IndexFileError: If the log cannot be written.
        """
        row = _print_of(picture)
        with self._lock:
            if self._log is not None:
                self._log.append([(name, row.tobytes())])
            self._take_out(name)
            self._put([name], row)

    def remove(self, name: str) -> bool:
        """Take a picture out; says whether it was there.

        Raises:
            IndexFileError: If the log cannot be written.
        """
        with self._lock:
            if name not in self:
                return False
            if self._log is not None:
                self._log.append([(name, None)])
            self._take_out(name)
            return True

    def screen(self, picture: Picture, *, most: int = 10) -> list[FoundPicture]:
        """Find the pictures that this one is, edited; the surest first.

        Raises:
            PictureError: If it is no picture, is broken, or is too large or too small.
        """
        own = _print_of(picture)
        with self._lock:
            parts = list(self.parts)
            asked = [part.propose(own) for part in parts]
        hits: list[tuple[float, str, Recognition]] = []
        for part, proposed in zip(parts, asked, strict=True):
            zero = np.zeros(len(proposed), np.int64)
            every = recognise_pairs(own, part.prints, zero, proposed)
            known = np.flatnonzero(every.recognised)
            rows, first, found = proposed[known], zero[known], every.of(known)
            told = describe_pairs(own, part.prints, first, rows, found)
            sure = score(found.laid)
            hits += [
                (-float(sure[n]), part.name_of(int(row)), told[n])
                for n, row in enumerate(rows.tolist())
            ]
        hits.sort(key=lambda hit: hit[:2])
        return [FoundPicture(name, told) for _, name, told in hits[:most]]

    def save(self, path: str | Path) -> None:
        """Write the index to a file, whole or not at all; later changes go to its log.

        Raises:
            IndexFileError: If the place cannot be written.
        """
        with self._lock:
            if len(self.parts) != 1 or self.parts[0].kept < len(self.parts[0]):
                self._lay_out()
            whole = self.parts[0]
            self._log = write_index_file(
                Path(path), whole.arrays(), whole.names, {}, KIND
            )

    @classmethod
    def load(cls, path: str | Path) -> "ImageIndex":
        """Map an index file and catch up with its log. Many may read one file.

        Raises:
            IndexFileError: If it is no index of pictures, or not whole.
        """
        arrays, table, _, log = read_index_file(Path(path), KIND)
        index = cls()
        try:
            index.parts = [Part.mapped(arrays, table)]
        except (KeyError, ValueError) as problem:
            raise IndexFileError(
                f"{path}: the index was made by another version",
                "build it again, and save it",
            ) from problem
        for name, data in log:
            index._take_out(name)
            if data is not None:
                index._put([name], np.frombuffer(data, PRINT).copy())
        index._log = log
        return index

    # ---- below: with the lock held ----

    def _take_out(self, name: str) -> None:
        for part in self.parts:
            part.forget(name)

    def _put(self, names: list[str], prints: Prints) -> None:
        """Add a part, joined with those that are no larger: few parts, few sorts."""
        while len(self.parts) > 1 and len(self.parts[-1]) <= len(names):
            last = self.parts.pop()
            rows = np.flatnonzero(~last.gone)
            names = [*(last.name_of(int(row)) for row in rows), *names]
            prints = np.concatenate([last.prints[rows], prints])
        self.parts.append(Part.of(names, prints, key_width(len(self) + len(names))))

    def _lay_out(self) -> None:
        """Put all that is kept into one part, by name."""
        named = {
            part.name_of(int(row)): (number, int(row))
            for number, part in enumerate(self.parts)
            for row in np.flatnonzero(~part.gone)
        }
        prints = no_prints(len(named))
        for place, name in enumerate(sorted(named)):
            number, row = named[name]
            prints[place] = self.parts[number].prints[row]
        self.parts = [Part.of(sorted(named), prints)]


def _print_of(picture: Picture) -> Prints:
    if isinstance(picture, np.ndarray):
        return picture
    source = Path(picture) if isinstance(picture, str) else picture
    return print_picture(decode_picture(source))
