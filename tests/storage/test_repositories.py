"""One contract for all places that keep cases, and what a folder must survive."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from case_scenes import KIM, OPENED, START

from storekin.adapters.case_folder import FolderCases
from storekin.cases.act import act
from storekin.cases.case import read_case
from storekin.cases.events import CaseEvent, seal
from storekin.errors import (
    CaseChainError,
    CaseConflictError,
    DocumentError,
    OutputFolderError,
    UnknownCaseError,
)
from storekin.storage.memory import MemoryCases
from storekin.storage.ports import CaseRepository
from storekin.workflows.cases import add_to_case, now


@pytest.fixture(params=["memory", "folder"])
def cases(request: pytest.FixtureRequest, tmp_path: Path) -> CaseRepository:
    """Give an empty place of each kind."""
    return MemoryCases() if request.param == "memory" else FolderCases(tmp_path / "c")


def first() -> CaseEvent:
    return act(None, "open", KIM, START, OPENED)


def note(text: str, last: CaseEvent) -> CaseEvent:
    return seal("note", KIM, START, {"text": text, "private": True}, last)


def test_what_was_kept_is_given_back(cases: CaseRepository) -> None:
    """Events in their order, names in theirs."""
    name = cases.create(first())
    other = cases.create(first())
    one = note("说明\u2028\n", first())
    cases.append(name, [one, note("more", one)])
    assert [e.number for e in cases.load(name)] == [1, 2, 3]
    assert read_case(cases.load(name)).notes[0].text == "说明\u2028\n"
    assert cases.names() == [name, other] == ["case-0001", "case-0002"]


def test_of_two_who_act_at_once_one_acts_again(cases: CaseRepository) -> None:
    """What does not follow the last event is not kept, not even in part."""
    name = cases.create(first())
    cases.append(name, [note("one", first())])
    good = note("two", cases.load(name)[-1])
    for late in ([note("late", first())], [good, note("gap", first())]):
        with pytest.raises(CaseConflictError, match="somebody else"):
            cases.append(name, late)
    assert len(cases.load(name)) == 2


def test_what_is_not_there_is_told(cases: CaseRepository) -> None:
    """No case, no document: with the nearest name."""
    name = cases.create(first())
    for missing in ("case-0009", "../x", "case-1", ""):
        with pytest.raises(UnknownCaseError):
            cases.load(missing)
    with pytest.raises(DocumentError):
        cases.get_document(name, "0" * 64)
    with pytest.raises(UnknownCaseError):
        cases.put_document("case-0009", b"x")


def test_documents_are_known_by_their_bytes(cases: CaseRepository) -> None:
    """Twice the same is one."""
    name = cases.create(first())
    digest = cases.put_document(name, b"an invoice")
    assert digest == cases.put_document(name, b"an invoice")
    assert cases.get_document(name, digest) == b"an invoice"


def test_a_torn_line_was_never_said(tmp_path: Path) -> None:
    """Readers pass it over; the next writer puts it aside, and goes on before it."""
    cases = FolderCases(tmp_path)
    name = cases.create(first())
    path = tmp_path / name / "events.jsonl"
    whole = path.read_bytes()
    for torn in (b"{", b'{"number":2,"at":', b"\xff\xfe"):
        path.write_bytes(whole + torn)
        assert cases.torn(name)
        assert len(cases.load(name)) == 1
    cases.append(name, [note("on", first())])
    assert not cases.torn(name)
    assert [e.kind for e in cases.load(name)] == ["open", "note"]
    assert (tmp_path / name / "events.torn").read_bytes() == b"\xff\xfe\n"


def test_what_was_changed_is_found(tmp_path: Path) -> None:
    """A word in an event, an event left out, a document: verify names each."""
    cases = FolderCases(tmp_path)
    name = cases.create(first())
    digest = cases.put_document(name, b"proof")
    data = {"digest": digest, "name": "p.txt", "size": 5}
    cases.append(name, [seal("add_document", KIM, START, data, first())])
    assert len(cases.verify(name)) == 2
    path = tmp_path / name / "events.jsonl"
    held = path.read_text("utf-8")
    path.write_text(held.replace("oak-right", "elm-right"), "utf-8")
    with pytest.raises(CaseChainError, match=r"event 1.*changed"):
        cases.verify(name)
    path.write_text("".join(held.splitlines(keepends=True)[1:]), "utf-8")
    with pytest.raises(CaseChainError, match=r"event 2.*event 1 belongs"):
        cases.verify(name)
    path.write_text(held, "utf-8")
    (tmp_path / name / "documents" / digest).write_bytes(b"other")
    with pytest.raises(DocumentError, match="changed"):
        cases.verify(name)


WRITER = """
import sys
from pathlib import Path
from storekin.adapters.case_folder import FolderCases
from storekin.cases.events import Actor
from storekin.workflows.cases import add_to_case
cases = FolderCases(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    text = f"{sys.argv[2]} {number}"
    by = Actor(sys.argv[2], "reviewer")
    add_to_case(cases, "case-0001", "note", by, {"text": text, "private": True})
    print(text, flush=True)
"""


def writer(folder: Path, name: str, count: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), name, str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


def notes_of(folder: Path) -> list[str]:
    events = FolderCases(folder).load("case-0001")
    return [e.data["text"] for e in events if e.kind == "note"]


KIMS = {"text": "kim", "private": True}


class SlowlyRead(FolderCases):
    """Somebody else writes while a case is being read for the first time."""

    def load(self, case: str) -> list[CaseEvent]:
        """Give a case's events; a note of another one's comes in between."""
        other = FolderCases(self.folder)
        if len(events := other.load(case)) == 1:
            told = {"text": "lee", "private": True}
            other.append(case, [seal("note", KIM, now(), told, events[-1])])
        return other.load(case)


def test_a_write_while_a_case_is_read_is_no_wrong_clock(tmp_path: Path) -> None:
    """The moment of a note is taken when the case was read, not before."""
    FolderCases(tmp_path).create(first())
    add_to_case(SlowlyRead(tmp_path), "case-0001", "note", KIM, KIMS)

    assert notes_of(tmp_path) == ["lee", "kim"]


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    """Each of their notes is kept once, in the order in which it was acknowledged."""
    FolderCases(tmp_path).create(first())
    both = [writer(tmp_path, name, 25) for name in ("kim", "lee")]
    told = [process.communicate(timeout=120)[0].split("\n")[:-1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    kept = notes_of(tmp_path)
    assert sorted(kept) == sorted(told[0] + told[1])
    for name, own in zip(("kim", "lee"), told, strict=True):
        assert [text for text in kept if text.startswith(name)] == own


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is of POSIX")
def test_a_kill_between_two_writes_loses_nothing(tmp_path: Path) -> None:
    """Whatever was acknowledged before the kill is there, and the chain holds."""
    FolderCases(tmp_path).create(first())
    acknowledged: list[str] = []
    for wait in (0.05, 0.11, 0.17):
        with writer(tmp_path, f"w{wait}", 100_000) as process:
            assert process.stdout is not None
            acknowledged.append(process.stdout.readline().rstrip("\n"))
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
            acknowledged += process.stdout.read().split("\n")[:-1]
        kept = notes_of(tmp_path)
        assert set(acknowledged) <= set(kept)
        assert len(set(kept)) == len(kept)


def test_a_case_whose_first_event_was_lost_is_none(tmp_path: Path) -> None:
    """A kill between the folder and its first event leaves no broken case behind."""
    cases = FolderCases(tmp_path)
    (tmp_path / "case-0001").mkdir()
    (tmp_path / "case-0002").mkdir()
    (tmp_path / "case-0002" / "events.jsonl").touch()
    (tmp_path / "notes").mkdir()
    assert cases.names() == []
    assert cases.create(first()) == "case-0003"


def test_a_place_that_cannot_be_used_has_a_fix(tmp_path: Path) -> None:
    """A file where the folder belongs is told."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputFolderError, match="cannot be used"):
        FolderCases(tmp_path / "file" / "cases").create(first())


def test_lines_are_plain_json(tmp_path: Path) -> None:
    """Anybody can read the file: one object a line, in the order of the chain."""
    cases = FolderCases(tmp_path)
    name = cases.create(first())
    cases.append(name, [note("x", first())])
    lines = (tmp_path / name / "events.jsonl").read_text("utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    assert [one["number"] for one in told] == [1, 2]
    assert told[1]["before"] == told[0]["digest"]
