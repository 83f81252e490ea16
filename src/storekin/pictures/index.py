"""The index of pictures: one is looked up among all in milliseconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.errors import IndexFileError
from storekin.indexes.file import Array, read_index_file, write_index_file
from storekin.kernels.similar_texts import IntArray
from storekin.pictures.candidates import PLAIN, Asker, KeyTable, key_width
from storekin.pictures.decode import decode_picture
from storekin.pictures.judge import recognise_pairs, score
from storekin.pictures.prints import PRINT, Keys, Prints, no_prints, print_picture
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
        self._parts: list[_Part] = []
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
            index._parts = [_Part.of(names, prints)]
        return index

    def __len__(self) -> int:
        return sum(part.kept for part in self._parts)

    def __contains__(self, picture: str) -> bool:
        with self._lock:
            return any(part.row_of(picture) is not None for part in self._parts)

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
            parts = list(self._parts)
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

    def propose(self, picture: Picture) -> list[str]:
        """Name the pictures that are worth laying this one over, sorted."""
        own = _print_of(picture)
        with self._lock:
            return sorted(
                part.name_of(int(row))
                for part in self._parts
                for row in part.propose(own).tolist()
            )

    def save(self, path: str | Path) -> None:
        """Write the index to a file, whole or not at all; later changes go to its log.

        Raises:
            IndexFileError: If the place cannot be written.
        """
        with self._lock:
            if len(self._parts) != 1 or self._parts[0].kept < len(self._parts[0]):
                self._lay_out()
            whole = self._parts[0]
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
            index._parts = [_Part.mapped(arrays, table)]
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
        for part in self._parts:
            part.forget(name)

    def _put(self, names: list[str], prints: Prints) -> None:
        """Add a part, joined with those that are no larger: few parts, few sorts."""
        while len(self._parts) > 1 and len(self._parts[-1]) <= len(names):
            last = self._parts.pop()
            rows = np.flatnonzero(~last.gone)
            names = [*(last.name_of(int(row)) for row in rows), *names]
            prints = np.concatenate([last.prints[rows], prints])
        self._parts.append(_Part.of(names, prints, key_width(len(self) + len(names))))

    def _lay_out(self) -> None:
        """Put all that is kept into one part, by name."""
        named = {
            part.name_of(int(row)): (number, int(row))
            for number, part in enumerate(self._parts)
            for row in np.flatnonzero(~part.gone)
        }
        prints = no_prints(len(named))
        for place, name in enumerate(sorted(named)):
            number, row = named[name]
            prints[place] = self._parts[number].prints[row]
        self._parts = [_Part.of(sorted(named), prints)]


class _Part:
    """Pictures that were laid out at one time."""

    def __init__(
        self,
        names: pa.Table,
        prints: Prints,
        table: KeyTable,
        digests: tuple[Keys, npt.NDArray[np.int32]],
    ) -> None:
        self.names = names
        self.prints = prints
        self.gone = np.zeros(len(prints), np.bool_)
        self.kept = len(prints)
        self._table = table
        self._digests, self._rows = digests
        self._asker = Asker(table, self.gone)

    @classmethod
    def of(cls, names: list[str], prints: Prints, wide: int | None = None) -> "_Part":
        digests = np.array([_digest(name) for name in names], np.uint64)
        order = np.argsort(digests, kind="stable")
        return cls(
            pa.table({"picture": pa.array(names, pa.string())}),
            prints,
            KeyTable.of(prints, wide),
            (digests[order], order.astype(np.int32)),
        )

    @classmethod
    def mapped(cls, arrays: dict[str, Array], names: pa.Table) -> "_Part":
        wide, bits = (int(value) for value in arrays["widths"])
        raw = arrays["prints"]
        prints: Prints = raw.view(PRINT).reshape(len(names))
        table = KeyTable(
            rests=arrays["rests"],
            owners=arrays["owners"],
            edges=arrays["edges"],
            wide=wide,
            bits=bits,
            plain=arrays["plain"],
            plain_hashes=arrays["plain_hashes"],
            pictures=len(names),
        )
        return cls(names, prints, table, (arrays["digests"], arrays["rows"]))

    def arrays(self) -> dict[str, Array]:
        """Give what is mapped again when it is loaded."""
        table = self._table
        return {
            "prints": np.ascontiguousarray(self.prints).view(np.uint8).reshape(-1),
            "rests": table.rests,
            "owners": table.owners,
            "edges": table.edges,
            "widths": np.array([table.wide, table.bits], np.int64),
            "plain": table.plain,
            "plain_hashes": table.plain_hashes,
            "digests": self._digests,
            "rows": self._rows,
        }

    def __len__(self) -> int:
        return len(self.prints)

    def name_of(self, row: int) -> str:
        return str(self.names["picture"][row].as_py())

    def row_of(self, name: str) -> int | None:
        """Give the row of a picture by its name, unless it is gone."""
        digest = np.uint64(_digest(name))
        place = int(np.searchsorted(self._digests, digest))
        while place < len(self._digests) and self._digests[place] == digest:
            row = int(self._rows[place])
            if not self.gone[row] and self.name_of(row) == name:
                return row
            place += 1
        return None

    def forget(self, name: str) -> None:
        row = self.row_of(name)
        if row is not None:
            self.gone[row] = True
            self.kept -= 1

    def propose(self, own: Prints) -> IntArray:
        """Give the rows that are worth laying one picture over."""
        zero = np.zeros(1, np.int64)
        found = self._asker.ask(own, zero, np.array([len(self)]))[:, 1]
        if own["count"][0] < PLAIN:
            plain = self._asker.ask_plain(own["hashes"][0])
            found = np.union1d(found, plain)
        return np.ascontiguousarray(found)


def _digest(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def _print_of(picture: Picture) -> Prints:
    if isinstance(picture, np.ndarray):
        return picture
    source = Path(picture) if isinstance(picture, str) else picture
    return print_picture(decode_picture(source))
