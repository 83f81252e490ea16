"""Cases and appeals in Python."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import documents_made as made
import pytest

import storekin
from storekin.errors import (
    CaseMoveError,
    InvalidRecordError,
    LetterError,
    OutputFolderError,
)

KIM, ROY, ANN = "kim:reviewer", storekin.Actor("roy", "reviewer"), "ann:seller"
BEGIN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=9)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two stores with one mailbox, scanned under a law, too."""
    place = tmp_path_factory.mktemp("casework")
    (place / "stores.csv").write_text(
        "store,platform\noak,aliexpress\nelm,aliexpress\n", "utf-8"
    )
    (place / "registrations.csv").write_text(
        "store,company_name,email\noak,Oak Shop Ltd,shop@example.com\n"
        "elm,Elm Trading Ltd,shop@example.com\n",
        "utf-8",
    )
    storekin.write_report(storekin.scan(place, "aliexpress+eu"), place / "report")
    return place


def decided(folder: Path, tmp_path: Path) -> tuple[storekin.Cases, str]:
    """Go as far as the seller knows of the decision, a day between the moves."""
    cases = storekin.Cases(tmp_path / "cases")
    name = cases.open(folder / "report", "elm", "oak", KIM, at=BEGIN)
    day = timedelta(days=1)
    cases.move(name, "take_up", KIM, at=BEGIN + day)
    cases.decide(
        name,
        "associated",
        "associate_stores",
        KIM,
        reason="One mailbox.",
        at=BEGIN + 2 * day,
    )
    told = cases.notify(name, KIM, out=tmp_path / "told", at=BEGIN + 3 * day)
    assert [one.language for one in told] == ["en", "zh"]
    return cases, name


def test_a_case_is_walked_in_python(folder: Path, tmp_path: Path) -> None:
    """Opened, decided, told, appealed with an invoice, overturned, verified."""
    cases, name = decided(folder, tmp_path)
    assert cases.names() == [name]
    assert cases[name].state == "notified"
    view = json.dumps([str(part) for part in cases.seller_view(name).evidence])
    other = {"oak": "elm", "elm": "oak"}[cases[name].opened["store"]]
    assert f'"{other}"' not in view

    draft = storekin.Appeal.begin(tmp_path / "told" / f"{name}.en.json", tmp_path / "a")
    with pytest.raises(LetterError):
        draft.letter()
    paper = tmp_path / "invoice.pdf"
    paper.write_bytes(made.pdf(made.PAGE))
    reading = draft.add(paper, "purchase_invoices")
    assert reading.invoice is not None
    assert reading.invoice.number == "R-2026/17"
    ready = draft.check(folder)
    assert not ready.is_ready
    for evidence in draft.told["evidence"]:
        draft.answer_evidence(evidence["id"], "disputed", "It is our agent's mailbox.")
    for part in ("operations_done", "corrections", "prevention"):
        draft.say(part, "We gave a mailbox of our own on 5 March.")
    draft.say("signed_by", "Ann Example")
    assert "R-2026/17" in draft.letter().as_text()
    assert len(draft.write_letter(tmp_path / "letter", language="zh")) == 3
    assert "letter.en.pdf" in draft.pack(tmp_path / "appeal.zip")
    assert storekin.Appeal(tmp_path / "a").told == draft.told

    cases.appeal(name, draft, ANN)
    cases.note(name, "The agent confirms it.", ROY)
    cases.move(name, "take_up_appeal", ROY)
    answers = {one["id"]: "The agent confirms it." for one in draft.told["evidence"]}
    cases.rule(name, "overturned", answers, ROY, reason="Two families.", not_same=True)
    cases.notify(name, ROY)
    assert cases[name].measures == ()
    assert cases.verify(name) == len(cases[name].events)
    assert cases.figures().cases == 1
    judged = (tmp_path / "cases" / "judgements.jsonl").read_text("utf-8")
    assert "not_same" in judged


def test_what_may_not_be_done_changes_nothing(folder: Path, tmp_path: Path) -> None:
    """Who decided does not rule, and who has no role does nothing."""
    cases, name = decided(folder, tmp_path)
    before = len(cases[name].events)
    with pytest.raises(InvalidRecordError):
        cases.move(name, "close", "somebody")
    with pytest.raises(CaseMoveError):
        cases.move(name, "take_up_appeal", KIM)
    with pytest.raises(CaseMoveError):
        cases.add_document(name, folder / "stores.csv", "vera:auditor")
    assert len(cases[name].events) == before


def test_a_file_is_no_folder_of_cases(tmp_path: Path) -> None:
    """A wrong place is told; it does not look like one without cases."""
    file = tmp_path / "cases"
    file.write_text("x", "utf-8")
    with pytest.raises(OutputFolderError) as wrong:
        storekin.Cases(file).names()
    assert wrong.value.fix
    assert storekin.Cases(tmp_path / "new").names() == []


def test_a_document_is_read_in_python(tmp_path: Path) -> None:
    """The same reading as the command line's."""
    paper = tmp_path / "r.xml"
    paper.write_text(made.UBL, "utf-8")
    reading = storekin.read_document(paper)
    assert isinstance(reading, storekin.DocumentReading)
    assert reading.invoice is not None
    assert reading.invoice.number == "R-77"
