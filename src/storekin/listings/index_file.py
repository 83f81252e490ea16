"""The file of an index: arrays and a table behind one header, mapped, never copied.

A file is written beside its place and then put there, so that readers see the old one
or the new one. Changes since are lines of a log beside it, each with its checksum: a
line that was torn by a crash is left out, and all before it hold.
"""

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.errors import IndexFileError

_MAGIC = b"storekin-listing-index-1\n"
_ALIGN = 64

Array = npt.NDArray[Any]


def write_index_file(
    path: Path,
    arrays: Mapping[str, Array],
    table: pa.Table,
    about: Mapping[str, object],
) -> None:
    """Write an index file, whole or not at all, and take its log away.

    Raises:
        IndexFileError: If the place cannot be written.
    """
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    parts: dict[str, Array] = {
        **{name: np.ascontiguousarray(array) for name, array in arrays.items()},
        "table": np.frombuffer(sink.getvalue(), np.uint8),
    }
    layout = {}
    offset = 0
    for name, array in parts.items():
        layout[name] = [offset, str(array.dtype), list(array.shape)]
        offset += -(-array.nbytes // _ALIGN) * _ALIGN
    head = json.dumps({"about": dict(about), "layout": layout}).encode()
    start = -(-(len(_MAGIC) + 8 + len(head)) // _ALIGN) * _ALIGN
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(_MAGIC + len(head).to_bytes(8, "little") + head)
            for name, array in parts.items():
                file.seek(start + int(layout[name][0]))  # type: ignore[call-overload] # the first of the three is a number
                file.write(array.tobytes())
            file.truncate(start + offset)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        log_of(path).unlink(missing_ok=True)
    except OSError as problem:
        raise IndexFileError(
            f"{path}: the index cannot be written ({problem.strerror or problem})",
            "choose a place that you may write to",
        ) from problem
    finally:
        part.unlink(missing_ok=True)


def read_index_file(path: Path) -> tuple[dict[str, Array], pa.Table, dict[str, object]]:
    """Map an index file: its arrays, its table and what it says of itself.

    Raises:
        IndexFileError: If it is no index, or not whole.
    """
    fix = "build it again with `ListingIndex.build` and `save`"
    try:
        mapped = np.memmap(path, np.uint8, "c")  # kernels take writable arrays
    except (OSError, ValueError) as problem:
        raise IndexFileError(f"{path}: the index cannot be read", fix) from problem
    if bytes(mapped[: len(_MAGIC)]) != _MAGIC:
        raise IndexFileError(f"{path}: this is no index of listings", fix)
    try:
        begin = len(_MAGIC) + 8
        length = int.from_bytes(bytes(mapped[len(_MAGIC) : begin]), "little")
        head = json.loads(bytes(mapped[begin : begin + length]))
        start = -(-(begin + length) // _ALIGN) * _ALIGN
        arrays = {}
        for name, (offset, kind, shape) in head["layout"].items():
            count = int(np.prod(shape)) * np.dtype(kind).itemsize
            # a piece beyond the end is shorter than its shape, and refused below
            piece = mapped[start + offset : start + offset + count]
            arrays[name] = np.frombuffer(piece, kind).reshape(shape)
        table = pa.ipc.open_file(pa.py_buffer(arrays.pop("table"))).read_all()
    except (ValueError, KeyError, TypeError, pa.ArrowInvalid) as problem:
        raise IndexFileError(f"{path}: the index is not whole", fix) from problem
    return arrays, table, head["about"]


def log_of(path: Path) -> Path:
    """Give the place of an index file's log of changes."""
    return path.with_name(f"{path.name}.log")


def append_change(path: Path, change: Mapping[str, object]) -> None:
    """Add a change to the log, and see it on the disk before going on."""
    text = json.dumps(change, ensure_ascii=True, sort_keys=True)
    line = f"{zlib.crc32(text.encode()):08x} {text}\n"
    with log_of(path).open("ab") as file:
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())


def iter_changes(path: Path) -> Iterator[dict[str, object]]:
    """Read the changes since the file was written, up to one that is not whole."""
    log = log_of(path)
    if not log.exists():
        return
    for line in log.read_bytes().split(b"\n"):
        checksum, _, text = line.partition(b" ")
        if not text or f"{zlib.crc32(text):08x}".encode() != checksum:
            return
        yield json.loads(text)
