"""An appeal as the seller prepares it: a folder with a draft and its exhibits."""

import json
import os
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from storekin.cases.case import GROUNDS
from storekin.cases.letter import OWN_WORDS
from storekin.cases.readiness import Exhibit, Own
from storekin.documents.read import read_document
from storekin.documents.reading import DocumentReading
from storekin.errors import (
    CaseMoveError,
    DocumentError,
    OutputFolderError,
    UnknownStoreError,
    UnreadableFileError,
)
from storekin.policy.model import DOCUMENTS
from storekin.records.portfolio import Portfolio

DRAFT = "appeal.json"
EXHIBITS = "exhibits"

Draft = dict[str, Any]

_KEPT = (
    "how",
    "number",
    "date",
    "seller",
    "buyer",
    "currency",
    "total",
    "lines",
    "licences",
    "where",
)
"""What a draft keeps of a document that was read."""


def new_appeal(statement: Path, folder: Path, path: str = "") -> Draft:
    """Begin an appeal against what a statement of reasons (its JSON) tells.

    Raises:
        UnreadableFileError: If it is no such statement.
        OutputFolderError: If *folder* holds an appeal already, or cannot be written.
    """
    told = _read_json(statement)
    about = told.get("about")
    if not isinstance(about, dict) or "evidence" not in about:
        raise UnreadableFileError(
            f"{statement}: this is no statement of reasons",
            "give the JSON file that came with the statement",
        )
    if (folder / DRAFT).exists():
        raise OutputFolderError(
            f"{folder}: an appeal lies there already", "choose another folder"
        )
    draft: Draft = {
        "case": told["case"],
        "store": told["store"],
        "decision": told["decision"],
        **about,
        "path": "",
        "grounds": [],
        "answers": {},
        "signed_by": "",
        "exhibits": [],
    }
    if path:
        choose_path(draft, path)
    save_draft(folder, draft)
    return draft


def choose_path(draft: Draft, path: str) -> None:
    """Choose one of the policy's paths.

    Raises:
        CaseMoveError: If it has no such path.
    """
    known = [str(one["id"]) for one in draft["appeal"].get("paths") or ()]
    if path not in known:
        raise CaseMoveError(
            f"the policy has no path {path!r}",
            f"use one of: {', '.join(known)}" if known else "leave it out",
        )
    draft["path"] = path


def set_ground(draft: Draft, evidence: str, ground: str, text: str) -> None:
    """Say of one piece of evidence that it is disputed, corrected or accepted, and why.

    Raises:
        CaseMoveError: If the statement has no such evidence, or nothing is said.
    """
    known = [str(one["id"]) for one in draft["evidence"]]
    if evidence not in known:
        raise CaseMoveError(
            f"the statement has no evidence {evidence!r}",
            f"use its ids: {', '.join(known)}",
        )
    if ground not in GROUNDS or not text.strip():
        raise CaseMoveError(
            f"{ground!r} with {len(text.strip())} words of why is no ground",
            f"use one of: {', '.join(GROUNDS)}, and say why",
        )
    others = [one for one in draft["grounds"] if one["evidence"] != evidence]
    told = {"evidence": evidence, "ground": ground, "text": text.strip()}
    draft["grounds"] = [*others, told]


def answer_part(draft: Draft, part: str, text: str) -> None:
    """Say one part of the letter in the seller's own words, or sign it.

    Raises:
        CaseMoveError: If it is no such part, or nothing is said.
    """
    known = (*OWN_WORDS, "signed_by")
    if part not in known or not text.strip():
        raise CaseMoveError(
            f"{part!r} is no part of a letter that you say, or nothing is said of it",
            f"use one of: {', '.join(known)}",
        )
    if part == "signed_by":
        draft["signed_by"] = text.strip()
    else:
        draft.setdefault("answers", {})[part] = text.strip()


def pack_appeal(folder: Path, out: Path, letters: Mapping[str, bytes]) -> list[str]:
    """Put the letter, the exhibits by their numbers, an index and the draft in a zip.

    Raises:
        UnreadableFileError: If an exhibit is gone, or was changed.
        OutputFolderError: If *out* cannot be written.
    """
    import zipfile

    draft = load_draft(folder)
    files = exhibit_files(folder, draft)
    told = json.dumps(draft, ensure_ascii=False, indent=2) + "\n"
    parts: dict[str, bytes] = {**letters, "appeal.json": told.encode()}
    index = []
    for number, (path, name, kind) in enumerate(files, 1):
        place = f"exhibit-{number:02d}{path.suffix}"
        parts[place] = path.read_bytes()
        index.append(f"{number}\t{kind}\t{name}\t{place}\t{path.stem}\n")
    parts["index.tsv"] = "".join(
        ["number\tkind\tname\tfile\tsha256\n", *index]
    ).encode()
    part = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in sorted(parts):
                # a day of its own: the same appeal gives the same bytes
                about = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
                packed.writestr(about, parts[name], zipfile.ZIP_DEFLATED)
        part.replace(out)
    except OSError as problem:
        raise OutputFolderError(
            f"{out}: cannot be written ({problem.strerror})", "choose another place"
        ) from problem
    finally:
        part.unlink(missing_ok=True)
    return sorted(parts)


def add_exhibit(
    folder: Path, path: Path, kind: str, day: date | None, typed: Path | None = None
) -> tuple[Draft, DocumentReading]:
    """Add a file that proves something; what software can read of it is read.

    What a person read of it is *typed* into a JSON file, with the fields that
    ``document read`` prints: it stands in place of what software read. Gives the draft,
    and what software read.

    Raises:
        DocumentError: If the file is refused.
        CaseMoveError: If *kind* is no kind of document.
    """
    draft = load_draft(folder)
    if kind not in DOCUMENTS:
        raise CaseMoveError(
            f"there is no kind of document {kind!r}",
            f"use one of: {', '.join(DOCUMENTS)}",
        )
    reading = read_document(path)
    content = path.read_bytes()
    digest = sha256(content).hexdigest()
    if any(one["digest"] == digest for one in draft["exhibits"]):
        raise DocumentError(
            f"{path.name}: this very file is an exhibit already", "add another one"
        )
    suffix = f".{reading.kind}"
    try:
        (folder / EXHIBITS).mkdir(exist_ok=True)
        (folder / EXHIBITS / f"{digest}{suffix}").write_bytes(content)
    except OSError as problem:
        raise OutputFolderError(
            f"{folder}: cannot be written ({problem.strerror})", "choose another folder"
        ) from problem
    fields = {**reading.as_json(), **({} if typed is None else _typed(typed))}
    draft["exhibits"].append(
        {
            "number": len(draft["exhibits"]) + 1,
            "kind": kind,
            "name": path.name,
            "digest": digest,
            "date": day.isoformat() if day else fields.get("date"),
            "fields": {name: fields[name] for name in _KEPT if name in fields},
        }
    )
    save_draft(folder, draft)
    return draft, reading


def _typed(path: Path) -> dict[str, Any]:
    """Read the fields of an invoice that a person typed in.

    Raises:
        UnreadableFileError: If there are others, or a line lacks its name.
    """
    told = _read_json(path)
    unknown = sorted(set(told) - set(_KEPT))
    if unknown:
        raise UnreadableFileError(
            f"{path}: there is no field {unknown[0]!r}",
            f"use: {', '.join(_KEPT)}",
        )
    lines = told.get("lines", [])
    if not isinstance(lines, list) or not all(
        isinstance(line, dict) and line.get("name") for line in lines
    ):
        raise UnreadableFileError(
            f"{path}: a line of the invoice has no name",
            'write lines as [{"name": "Desk lamp", "quantity": "4"}]',
        )
    blank = dict.fromkeys(("gtin", "quantity", "unit_price", "total"))
    told["lines"] = [{**blank, **line} for line in lines]
    return {**told, "how": "typed"}


def exhibit_files(folder: Path, draft: Draft) -> list[tuple[Path, str, str]]:
    """Give a draft's exhibits as files, each with its name and its kind.

    Raises:
        UnreadableFileError: If one is gone, or was changed.
    """
    found = []
    for one in draft["exhibits"]:
        path = next((folder / EXHIBITS).glob(f"{one['digest']}.*"), None)
        if path is None or sha256(path.read_bytes()).hexdigest() != one["digest"]:
            raise UnreadableFileError(
                f"{folder}: the exhibit {one['name']} is gone, or was changed",
                "add it once more",
            )
        found.append((path, str(one["name"]), str(one["kind"])))
    return found


def exhibits_of(draft: Mapping[str, Any]) -> list[Exhibit]:
    """Give a draft's exhibits."""
    return [Exhibit(**one) for one in draft["exhibits"]]


def own_records(draft: Mapping[str, Any], portfolio: Portfolio) -> Own:
    """Give what the seller's own portfolio says of the store and its listings.

    Raises:
        UnknownStoreError: If it does not have the store.
    """
    store = str(draft["store"])
    if store not in portfolio.store_ids():
        raise UnknownStoreError.at(store, portfolio.store_ids())
    columns = ["store", "company_name", "business_licence"]
    registered = [
        row
        for row in portfolio.registrations.select(columns).to_pylist()
        if row["store"] == store
    ]
    companies = [row["company_name"] for row in registered if row["company_name"]]
    numbers = [row["business_licence"] for row in registered]
    wanted = list(draft.get("listings") or ())
    columns = ["listing", "store", "title", "gtin", "created"]
    rows = {
        row["listing"]: row
        for row in portfolio.listings.select(columns).to_pylist()
        if row["store"] == store
    }
    found = [rows[name] for name in wanted if name in rows]
    return Own(
        company=str(companies[0]) if companies else "",
        licences=tuple(str(number) for number in numbers if number),
        listings=[row["listing"] for row in found],
        titles=[row["title"] or "" for row in found],
        gtins=[row["gtin"] or "" for row in found],
        created=[_day(row["created"]) for row in found],
    )


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def load_draft(folder: Path) -> Draft:
    """Read an appeal's draft.

    Raises:
        UnreadableFileError: If there is none.
    """
    draft = _read_json(folder / DRAFT)
    if "grounds" not in draft or "exhibits" not in draft:
        raise UnreadableFileError(
            f"{folder / DRAFT}: this is no draft of an appeal",
            "begin one with: storekin appeal new",
        )
    return draft


def save_draft(folder: Path, draft: Draft) -> None:
    """Write an appeal's draft, whole or not at all.

    Raises:
        OutputFolderError: If it cannot be written.
    """
    text = json.dumps(draft, ensure_ascii=False, indent=2) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{DRAFT}.{os.getpid()}"
        part.write_text(text, "utf-8")
        part.replace(folder / DRAFT)
    except OSError as problem:
        raise OutputFolderError(
            f"{folder}: cannot be written ({problem.strerror})", "choose another folder"
        ) from problem


def _read_json(path: Path) -> Draft:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise UnreadableFileError(
            f"{path}: this is no JSON file ({problem})", "check the path"
        ) from problem
    if not isinstance(told, dict):
        raise UnreadableFileError(f"{path}: this is no JSON object", "check the path")
    return told
