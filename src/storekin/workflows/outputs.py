"""Results to a folder: all files or none, however the run ends."""

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from storekin.errors import OutputFolderError
from storekin.normalise.cells import safe_cell
from storekin.workflows.findings import EvidenceWriter
from storekin.workflows.remedies import find_remedies
from storekin.workflows.report.build import build_report
from storekin.workflows.scan import ScanResult
from storekin.workflows.stored import (
    decision_table,
    evidence_table,
    offer_table,
    store_table,
)

FILES = (
    "associations.jsonl",
    "clusters.jsonl",
    "decisions.parquet",
    "evidence.parquet",
    "facts.parquet",
    "listing_pairs.parquet",
    "offers.parquet",
    "picture_pairs.jsonl",
    "rejected.csv",
    "remedies.jsonl",
    "report.html",
    "summary.json",
)
"""What a scan writes."""


def check_out_folder(out: Path) -> None:
    """Refuse a place that holds something other than an earlier result.

    Raises:
        OutputFolderError: If *out* is a file, or a folder with other files in it.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputFolderError(
            f"{out}: this is a file, not a folder", "choose another --out"
        )
    present = sorted(entry.name for entry in out.iterdir())
    others = [name for name in present if name not in FILES]
    if others:
        raise OutputFolderError(
            f"{out}: the folder holds other files ({others[0]!r}), which would be lost",
            "choose another --out, or an empty folder",
        )


@contextmanager
def replaced_folder(out: Path) -> Iterator[Path]:
    """Give a folder to write into, and put it in the place of *out* when all is done.

    An error or an interrupt leaves *out* as it was; leftovers of a run that was
    killed are taken away by the next one.
    """
    out = out.absolute()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        for old in out.parent.glob(f".{out.name}.part-*"):
            shutil.rmtree(old, ignore_errors=True)
        part = out.parent / f".{out.name}.part-{os.getpid()}"
        part.mkdir()
    except OSError as problem:
        raise OutputFolderError(
            f"{out}: cannot be written ({problem.strerror})",
            "choose a place that you may write to",
        ) from None
    try:
        yield part
        former = out.parent / f".{out.name}.part-{os.getpid()}-old"
        if out.exists():
            out.rename(former)
        part.rename(out)
        shutil.rmtree(former, ignore_errors=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_results(
    result: ScanResult, out: Path, on_step: Callable[[str], None] | None = None
) -> None:
    """Write all files of a scan into *out*.

    Raises:
        OutputFolderError: If *out* cannot be used.
    """
    import pyarrow.parquet as pq

    say = on_step or (lambda _: None)
    check_out_folder(out)
    say("files")
    with replaced_folder(out) as part:
        lines = [a.as_json() for a in (*result.associations, *result.notices)]
        _write_lines(part / "associations.jsonl", lines)
        _write_lines(part / "clusters.jsonl", [c.as_json() for c in result.clusters])
        writer = EvidenceWriter(result.registrations, masked=result.masked)
        for name, table in (
            ("listing_pairs", result.listing_pairs),
            ("decisions", decision_table(result.associations, writer)),
            ("evidence", evidence_table(result.facts)),
            ("facts", store_table(result.facts.stores, result.facts.apart)),
            ("offers", offer_table(result.facts.catalogues, result.portfolio.listings)),
        ):
            pq.write_table(table, part / f"{name}.parquet", compression="zstd")
        _write_lines(
            part / "picture_pairs.jsonl", [p.as_json() for p in result.pictures]
        )
        remedies = find_remedies(result)
        _write_lines(part / "remedies.jsonl", [r.as_json() for r in remedies])
        _write_rejected(result, part / "rejected.csv")
        (part / "summary.json").write_text(
            json.dumps(result.summary, ensure_ascii=False, indent=2) + "\n",
            encoding="utf-8",
        )
        say("report")
        (part / "report.html").write_text(
            build_report(result, remedies), encoding="utf-8"
        )


def _write_lines(path: Path, lines: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _write_rejected(result: ScanResult, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "line", "column", "problem", "fix", "row_used"])
        for r in result.rejections:
            writer.writerow(
                [
                    safe_cell(r.file),
                    r.line or "",
                    safe_cell(r.column),
                    safe_cell(r.problem),
                    safe_cell(r.fix),
                    "yes" if r.used else "no",
                ]
            )
