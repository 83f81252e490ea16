"""The file of an index: arrays and a table behind one header, mapped, never copied.

A file is written beside its place and then put there, so that readers see the old one
or the new one. Changes since are in a log beside it, which names the file it is of.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.errors import IndexFileError
from storekin.indexes.log import ChangeLog

_MAGIC = b"storekin-index-2\n"
_ALIGN = 64

Array = npt.NDArray[Any]


def write_index_file(
    path: Path,
    arrays: Mapping[str, Array],
    table: pa.Table,
    about: Mapping[str, object],
    kind: str,
) -> ChangeLog:
    """Write an index file, whole or not at all, and give the log of what follows.

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
    serial = uuid4().hex
    told = {"kind": kind, "serial": serial, "about": dict(about), "layout": layout}
    head = json.dumps(told).encode()
    start = -(-(len(_MAGIC) + 8 + len(head)) // _ALIGN) * _ALIGN
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(_MAGIC + len(head).to_bytes(8, "little") + head)
            for name, array in parts.items():
                file.seek(start + int(layout[name][0]))  # type: ignore[call-overload] # the first of the three is a number
                file.write(_bytes_of(array))
            file.truncate(start + offset)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        log = ChangeLog(log_of(path), serial)
        log.clear()
    except OSError as problem:
        raise IndexFileError(
            f"{path}: the index cannot be written ({problem.strerror or problem})",
            "choose a place that you may write to",
        ) from problem
    finally:
        part.unlink(missing_ok=True)
    return log


def read_index_file(
    path: Path, kind: str
) -> tuple[dict[str, Array], pa.Table, dict[str, object], ChangeLog]:
    """Map an index file of one kind: arrays, table, what it says of itself, its log.

    Raises:
        IndexFileError: If it is no such index, or not whole.
    """
    fix = "build it again, and save it"
    try:
        mapped = np.memmap(path, np.uint8, "c")  # kernels take writable arrays
    except (OSError, ValueError) as problem:
        raise IndexFileError(f"{path}: the index cannot be read", fix) from problem
    if bytes(mapped[: len(_MAGIC)]) != _MAGIC:
        raise IndexFileError(f"{path}: this is no index of {kind}", fix)
    try:
        begin = len(_MAGIC) + 8
        length = int.from_bytes(bytes(mapped[len(_MAGIC) : begin]), "little")
        head = json.loads(bytes(mapped[begin : begin + length]))
        if head["kind"] != kind:
            raise IndexFileError(
                f"{path}: this is an index of {head['kind']}, not of {kind}",
                f"name an index of {kind}",
            )
        start = -(-(begin + length) // _ALIGN) * _ALIGN
        arrays = {}
        for name, (offset, values, shape) in head["layout"].items():
            count = int(np.prod(shape)) * np.dtype(values).itemsize
            # a piece beyond the end is shorter than its shape, and refused below
            piece = mapped[start + offset : start + offset + count]
            arrays[name] = np.frombuffer(piece, values).reshape(shape)
        table = pa.ipc.open_file(pa.py_buffer(arrays.pop("table"))).read_all()
    except (ValueError, KeyError, TypeError, pa.ArrowInvalid) as problem:
        raise IndexFileError(f"{path}: the index is not whole", fix) from problem
    return arrays, table, head["about"], ChangeLog(log_of(path), head["serial"])


def _bytes_of(array: Array) -> "memoryview[int]":
    """Give an array's bytes, not copied."""
    flat: Any = array.reshape(-1)
    return memoryview(flat.view(np.uint8))


def log_of(path: Path) -> Path:
    """Give the place of an index file's log of changes."""
    return path.with_name(f"{path.name}.log")
