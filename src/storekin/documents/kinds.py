"""What a file is, by its content, and whether it may be read at all."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

from storekin.errors import DocumentError

MOST_BYTES = 50_000_000
"""Larger files are refused before they are opened."""

MOST_UNPACKED = 200_000_000
MOST_RATIO = 200
MOST_ENTRIES = 10_000
"""Of a packed file: bytes that it unpacks to, how many times its size, its parts."""

_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_REFUSED = (
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"#!", "a script"),
    (b"Rar!\x1a\x07", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"\x1f\x8b", "an archive"),
    (b"BZh", "an archive"),
    (b"\xfd7zXZ", "an archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file, which may hold macros"),
)
IMAGES = ("png", "jpeg", "gif", "webp", "avif", "tiff")
_SUFFIXES = {
    ".pdf": ("pdf",),
    ".png": ("png",),
    ".jpg": ("jpeg",),
    ".jpeg": ("jpeg",),
    ".gif": ("gif",),
    ".webp": ("webp",),
    ".avif": ("avif",),
    ".tif": ("tiff",),
    ".tiff": ("tiff",),
    ".xml": ("xml",),
    ".txt": ("text",),
    ".docx": ("docx",),
    ".xlsx": ("xlsx",),
}
_ARCHIVE_END = 22
_WORDS = {"zip": "a zip archive", "text": "plain text"}


def check_file(path: Path) -> None:
    """Refuse what is no plain file of a usable size, before it is opened.

    Raises:
        DocumentError: If it is not there, empty, too large, a folder or a link.
    """
    try:
        told = path.lstat()
    except (OSError, ValueError) as problem:
        raise DocumentError(f"{path}: cannot be read", "check the path") from problem
    if path.is_symlink() or not path.is_file():
        raise DocumentError(f"{path}: this is no plain file", "name the file itself")
    if told.st_size == 0:
        raise DocumentError(f"{path}: the file is empty", "send it once more")
    if told.st_size > MOST_BYTES:
        raise DocumentError(
            f"{path}: the file has {told.st_size / 1e6:,.0f} MB, more than"
            f" {MOST_BYTES / 1e6:,.0f}",
            "send a smaller one, such as the pages that matter",
        )


def kind_of(content: bytes, name: str) -> str:
    """Tell what a file is, by its content; its name must not say otherwise.

    Raises:
        DocumentError: If it is of a kind that is refused, two kinds in one, or named
            as something that it is not.
    """
    kind = _by_content(content, name)
    suffix = Path(name).suffix.lower()
    fitting = _SUFFIXES.get(suffix)
    if fitting is not None and kind not in fitting:
        raise DocumentError(
            f"{name}: the name says {suffix}, and the content is"
            f" {_WORDS.get(kind, kind)}",
            "send the file as it was issued, under its own name",
        )
    _refuse_two_in_one(content, kind, name)
    return kind


def _by_content(content: bytes, name: str) -> str:
    for magic, what in _REFUSED:
        if content.startswith(magic):
            raise DocumentError(
                f"{name}: this is {what}, and is not opened",
                "send a PDF, a picture or an XML invoice",
            )
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return _packed_kind(content, name) if kind == "zip" else kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:12] in (b"ftypavif", b"ftypavis"):
        return "avif"
    return _text_kind(content, name)


def _text_kind(content: bytes, name: str) -> str:
    if b"%PDF-" in content[:1024]:
        raise DocumentError(
            f"{name}: a PDF with something else before it",
            "send the PDF as it was issued",
        )
    head = content[:4096]
    start = head.decode("utf-8-sig", errors="ignore").lstrip()
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentError(
            f"{name}: this is of no kind that is known",
            "send a PDF, a picture or an XML invoice",
        )
    if re.match(r"(?is)<!doctype\s+html|<html|<svg|<script", start):
        raise DocumentError(
            f"{name}: this is a web page or a drawing that may hold scripts",
            "print it to a PDF, and send that",
        )
    return "xml" if start.startswith("<") else "text"


def _packed_kind(content: bytes, name: str) -> str:
    """Tell which Office file a zip is; refuse bombs and paths that lead out of it."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as odd:
        raise DocumentError(
            f"{name}: this is no whole archive", "send the file once more"
        ) from odd
    unpacked = sum(entry.file_size for entry in entries)
    if (
        len(entries) > MOST_ENTRIES
        or unpacked > MOST_UNPACKED
        or unpacked > MOST_RATIO * max(len(content), 100_000)
    ):
        raise DocumentError(
            f"{name}: it would unpack to {unpacked / 1e6:,.0f} MB in"
            f" {len(entries):,} parts",
            "send the document itself",
        )
    names = {entry.filename for entry in entries}
    for entry in names:
        if entry.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", entry):
            raise DocumentError(
                f"{name}: a part of it is named so as to lead out of its folder",
                "send the document itself",
            )
    if any("vbaProject" in entry for entry in names):
        raise DocumentError(
            f"{name}: it holds macros", "save it without macros, or as a PDF"
        )
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    raise DocumentError(
        f"{name}: this is an archive, not a document", "send each document by itself"
    )


def _refuse_two_in_one(content: bytes, kind: str, name: str) -> None:
    """Refuse a file that is two kinds at once: what is seen is not what is run."""
    if kind in ("docx", "xlsx"):
        return
    other = ""
    if kind != "text" and b"PK\x05\x06" in content[-70_000:]:
        packed = content[content.rfind(b"PK\x05\x06") :]
        # the end of an archive tells how many bytes its comment has: no chance find
        if len(packed) >= 22 and len(packed) == 22 + int.from_bytes(
            packed[20:22], "little"
        ):
            other = "an archive"
    if kind in IMAGES and b"%PDF-" in content:
        other = "a PDF"
    if kind in IMAGES and re.search(rb"(?i)<script|<\?php", content):
        other = "a script"
    if other:
        raise DocumentError(
            f"{name}: this is {kind} and {other} in one",
            "send the document as it was issued",
        )
