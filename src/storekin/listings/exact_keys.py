"""Which listings give a product code, a picture or a name: sorted digests.

Digests stand in arrays that a file maps; nothing is read before it is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.kernels.digests import digest_texts
from storekin.kernels.similar_texts import IntArray, TextColumn, TokenArray, tokenise
from storekin.listings.pictures import Pictures, read_pictures
from storekin.listings.rarity import COMMON_CARRIERS, Rarity, is_everybodys
from storekin.listings.values import code_column, normalised_values
from storekin.listings.vocabulary import listing_vocabulary
from storekin.normalise.identifiers import normalise_gtin, normalise_model_number
from storekin.normalise.text import fold_text
from storekin.pictures.ready import common_distance, mirrored_hashes, pack_hashes

NAME, CODE, PICTURE, MODEL = (np.uint64(kind) for kind in (1, 2, 3, 4))
"""Kinds of keys, as seeds of their digests."""

_WORDS = 4
_MIXED = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class ExactKeys:
    """Digests (sorted) with the rows that have them, and the pictures' hashes.

    ``everybodys`` are the digests of pictures that unlike products carry. ``words``
    hold each hash in up to four words, ``kinds`` their number in ``named``.
    """

    digests: TokenArray
    rows: npt.NDArray[np.int32]
    everybodys: TokenArray
    words: TokenArray
    kinds: npt.NDArray[np.int8]
    hash_rows: npt.NDArray[np.int32]
    named: tuple[tuple[str, int], ...]

    @classmethod
    def of(
        cls, table: pa.Table, rarity: Rarity, pictures: Pictures | None = None
    ) -> "ExactKeys":
        """Digest the names, the product codes and the pictures of a table.

        ``pictures`` are those that were looked at; without them references count.
        """
        count = table.num_rows
        seen = pictures or read_pictures(table["images"], None)
        gtins = code_column(table["gtin"], normalise_gtin)
        coded = np.flatnonzero(gtins >= 0)
        plain = table["gtin"].take(pa.array(coded)).to_pylist()
        codes = [normalise_gtin(text) or "" for text in plain]
        by_picture = digest(list(seen.names), PICTURE)
        models, modelled = model_keys(table["brand"], table["mpn"])
        digests = np.concatenate(
            [
                _digest_column(TextColumn.of(table["listing"]), NAME),
                digest(codes, CODE),
                by_picture[seen.codes],
                models,
            ]
        )
        rows = np.concatenate([np.arange(count), coded, seen.rows, modelled])
        rows = rows.astype(np.int32)
        order = np.lexsort((rows, digests))
        words, kinds, hash_rows, named = _hashes(seen)
        return cls(
            digests[order],
            rows[order],
            _everybodys(by_picture, seen, table, rarity),
            words,
            kinds,
            hash_rows,
            named,
        )

    def rows_of(self, key: np.uint64, most: int | None = None) -> IntArray:
        """Give the rows that have a key, in their order."""
        begin = int(self.digests.searchsorted(key))
        end = int(self.digests.searchsorted(key, side="right"))
        if most is not None:
            end = min(end, begin + most)
        return self.rows[begin:end].astype(np.int64)

    def near_pictures(
        self, scheme: str, digits: str, radius: int, most: int
    ) -> IntArray:
        """Give rows with a picture whose hash is near one's, the nearest first.

        It may be mirrored; ``radius`` is in bits of a 64-bit pHash.
        """
        bits = 4 * len(digits)
        if (scheme, bits) not in self.named:
            return np.empty(0, np.int64)
        packed = pack_hashes([digits])[:, :_WORDS]
        wanted = np.flatnonzero(self.kinds == self.named.index((scheme, bits)))
        held = self.words[wanted, : packed.shape[1]]
        mirrored = mirrored_hashes(packed, scheme, bits)
        apart = common_distance(held, packed, mirrored, scheme, bits)
        near = np.flatnonzero(apart <= radius)
        near = near[np.argsort(apart[near], kind="stable")][:most]
        return self.hash_rows[wanted[near]].astype(np.int64)


def model_keys(
    brands: pa.ChunkedArray, numbers: pa.ChunkedArray
) -> tuple[TokenArray, IntArray]:
    """Digest what a maker calls its product: brand and part number, and the rows."""
    brand, maker = _normalised(brands, lambda text: fold_text(text) or None)
    number, model = _normalised(numbers, normalise_model_number)
    rows = np.flatnonzero((maker >= 0) & (model >= 0))
    with np.errstate(over="ignore"):
        return number[model[rows]] + brand[maker[rows]] * _MIXED, rows


def _normalised(
    column: pa.ChunkedArray, normalise: Callable[[str], str | None]
) -> tuple[TokenArray, IntArray]:
    """Digest a column's normalised values; each row's place among them, or -1."""
    texts, rows = normalised_values(column, normalise)
    unusable = [place for place, text in enumerate(texts) if text is None]
    digests = digest([text or "" for text in texts], MODEL)
    return digests, np.where(np.isin(rows, unusable), -1, rows)


def digest(texts: list[str], kind: np.uint64) -> TokenArray:
    """Digest some texts of one kind."""
    return _digest_column(TextColumn.of_few(texts), kind)


def _digest_column(column: TextColumn, kind: np.uint64) -> TokenArray:
    found: TokenArray = digest_texts(column.data, column.offsets, kind)
    return found


def _hashes(
    pictures: Pictures,
) -> tuple[
    TokenArray,
    npt.NDArray[np.int8],
    npt.NDArray[np.int32],
    tuple[tuple[str, int], ...],
]:
    """Lay out the hashes of the pictures, an entry for each listing that has one."""
    schemes = pictures.schemes
    named = tuple(sorted({(name, bits) for name, bits, _ in schemes if name}))
    words = np.zeros((len(schemes), _WORDS), np.uint64)
    kinds = np.full(len(schemes), -1, np.int8)
    for kind, known in enumerate(named):
        places = [n for n, each in enumerate(schemes) if each[:2] == known]
        packed = pack_hashes([schemes[n][2] for n in places])
        width = min(packed.shape[1], _WORDS)
        words[places, :width] = packed[:, :width]
        kinds[places] = kind
    entries = np.flatnonzero(kinds[pictures.codes] >= 0)
    codes = pictures.codes[entries]
    return words[codes], kinds[codes], pictures.rows[entries].astype(np.int32), named


def _everybodys(
    digests: TokenArray, pictures: Pictures, table: pa.Table, rarity: Rarity
) -> TokenArray:
    """Find the pictures that are nobody's product picture: a logo, a size chart."""
    count = np.bincount(pictures.codes, minlength=len(digests))
    found = []
    for code in np.flatnonzero(count >= COMMON_CARRIERS).tolist():
        rows = pictures.rows[pictures.codes == code]
        titles = table["title"].take(pa.array(rows))
        tokens = tokenise(TextColumn.of(titles), listing_vocabulary())
        if is_everybodys(tokens, rarity):
            found.append(code)
    return np.sort(digests[found]) if found else np.empty(0, np.uint64)
