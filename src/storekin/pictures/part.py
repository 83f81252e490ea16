"""A part of an index: pictures that were laid out at one time."""

from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.indexes.file import Array
from storekin.kernels.similar_texts import IntArray
from storekin.pictures.candidates import PLAIN, Asker, KeyTable
from storekin.pictures.prints import PRINT, Keys, Prints


class Part:
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
    def of(cls, names: list[str], prints: Prints, wide: int | None = None) -> "Part":
        """Lay out named prints; keys of *wide* signs, or as many as so many need."""
        digests = np.array([_digest(name) for name in names], np.uint64)
        order = np.argsort(digests, kind="stable")
        return cls(
            pa.table({"picture": pa.array(names, pa.string())}),
            prints,
            KeyTable.of(prints, wide),
            (digests[order], order.astype(np.int32)),
        )

    @classmethod
    def mapped(cls, arrays: dict[str, Array], names: pa.Table) -> "Part":
        """Take what ``arrays`` gave, as it was mapped."""
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

    @property
    def lookup_bytes(self) -> int:
        """How much a look-up reads in: all but the prints themselves and the names."""
        arrays = self.arrays()
        return sum(arrays[name].nbytes for name in arrays if name != "prints")

    def name_of(self, row: int) -> str:
        """Give a picture's name."""
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
        """Take a picture out, if it is there."""
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
