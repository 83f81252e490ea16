"""An appeal prepared: from the statement to a check that says what is weak."""

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path

import documents_made as made
import pytest
from desk import OTHER, SELLER, Desk, rows_of, run, run_any
from docx import Document
from PIL import Image
from pypdf import PdfReader


def invoice(titles: list[str], buyer: str, day: str) -> bytes:
    """Make an invoice of some products, ten of each."""
    lines = [f"{title[:52]:<54}{10:>6}{4:>10}.50{45:>10}.00" for title in titles]
    head = f"{'Description':<54}{'Qty':>6}{'Unit price':>13}{'Amount':>13}"
    total = f"{'Grand total EUR':<54}{45 * len(titles):>29}.00"
    text = ["Supplier Trading GmbH", "Weg 1, 12345 Stadt", "", "Invoice No: R-77"]
    text += [f"Invoice date: {day}", f"Bill to: {buyer}", "", head, *lines, "", total]
    return made.pdf("\n".join(text))


def test_an_appeal_is_checked_before_its_one_chance(
    report: Path, tmp_path: Path
) -> None:
    """Grounds, whose invoice, covering what; then it is sent as it lies there."""
    desk = Desk(tmp_path, report)
    name = desk.decided("delta-camping", "delta-outdoor", "associate_stores")
    draft = tmp_path / "appeal"
    run("appeal", "new", tmp_path / "told" / f"{name}.en.json", draft)
    told = json.loads((draft / "appeal.json").read_text("utf-8"))
    assert "delta-camping" not in json.dumps(told)
    disputed = told["listings"]
    demo = report.parent / "demo"
    titles = {
        row["listing"]: row["title"]
        for row in rows_of(demo / "listings.csv")
        if row["listing"] in disputed and row["title"].isascii()
    }
    company = next(
        row["company_name"]
        for row in rows_of(demo / "registrations.csv")
        if row["store"] == "delta-outdoor"
    )
    assert len(titles) >= 8

    def check(code: int = 4) -> dict:
        given = ["--portfolio", demo, "--json"]
        out = run_any("appeal", "check", draft, *given, code=code)
        found: dict = json.loads(out)
        return found

    first = {one["item"]: one for one in check()["items"]}
    assert first["grounds"]["standing"] == "missing"
    assert first["purchase_invoices"]["standing"] == "missing"
    evidence = told["evidence"][0]["id"]
    run("appeal", "ground", draft, evidence, "disputed", "Our own goods.")
    some = list(titles)[:-2]
    good = tmp_path / "good.pdf"
    good.write_bytes(invoice([titles[one] for one in some], company, "2019-05-02"))
    run("appeal", "add", draft, good, "--kind", "purchase_invoices")
    found = check()
    assert set(some) <= set(found["covered"])
    assert set(found["uncovered"]) == set(disputed) - set(found["covered"])
    item = next(i for i in found["items"] if i["item"] == "purchase_invoices")
    assert item["standing"] == "weak"
    assert f"of {len(disputed)} disputed products" in item["because"][0]
    other = tmp_path / "other.pdf"
    rest = [titles[one] for one in titles]
    other.write_bytes(invoice(rest, "Somebody Else Ltd", "2026-11-01"))
    run("appeal", "add", draft, other, "--kind", "purchase_invoices")
    because = " ".join(
        next(i for i in check()["items"] if i["item"] == "purchase_invoices")["because"]
    )
    assert "the buyer is Somebody Else Ltd" in because
    write_and_pack(draft, tmp_path)
    letter = next(i for i in check()["items"] if i["item"] == "letter")
    assert letter["standing"] == "good"
    desk.appeal("submit", name, draft, by=SELLER)
    state = desk.state(name)
    assert state["state"] == "appealed"
    assert [one["name"] for one in state["documents"]] == ["good.pdf", "other.pdf"]
    assert len(state["appeals"][0]["documents"]) == 2
    desk.case("move", name, "take_up_appeal", by=OTHER)


def said(content: bytes, name: str) -> str:
    """Give what a reader sees of a packed file."""
    if name.endswith(".docx"):
        paragraphs = Document(io.BytesIO(content)).paragraphs
        return "".join(one.text for one in paragraphs)
    if name.endswith(".pdf"):
        pages = PdfReader(io.BytesIO(content)).pages
        return "".join(page.extract_text() for page in pages).replace("\n", "")
    return content.decode()


def write_and_pack(draft: Path, tmp_path: Path) -> None:
    """Answer what the letter lacks, and pack it with its exhibits."""
    lacks = run("appeal", "letter", draft, code=2)
    assert "operations_done, corrections, prevention, signed_by" in lacks
    for part in ("operations_done", "corrections", "prevention"):
        run("appeal", "answer", draft, part, "Two listings were ended on 3 May.")
    run("appeal", "answer", draft, "signed_by", "Ann Example")
    packed = tmp_path / "appeal.zip"
    run("appeal", "pack", draft, packed, "--language", "zh")
    with zipfile.ZipFile(packed) as files:
        assert sorted(files.namelist()) == [
            "appeal.json",
            "exhibit-01.pdf",
            "exhibit-02.pdf",
            "index.tsv",
            "letter.zh.docx",
            "letter.zh.pdf",
            "letter.zh.txt",
        ]
        assert "第 1 号决定" in files.read("letter.zh.txt").decode()
        assert files.read("exhibit-01.pdf") == (tmp_path / "good.pdf").read_bytes()
        for part in files.namelist():
            assert "delta-camping" not in said(files.read(part), part)


def test_wrong_use_is_told(report: Path, tmp_path: Path) -> None:
    """No statement, an unknown ground or kind, a hostile file, the same file twice."""
    desk = Desk(tmp_path, report)
    name = desk.decided("bamboo-kitchen", "bamboo-table", "associate_stores")
    draft, statement = tmp_path / "a", tmp_path / "told" / f"{name}.zh.json"
    assert "no statement" in run(
        "appeal", "new", report / "summary.json", draft, code=2
    )
    run("appeal", "new", statement, draft)
    assert "already" in run("appeal", "new", statement, draft, code=2)
    assert "e-0" in run("appeal", "ground", draft, "e-0", "disputed", "x", code=2)
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"MZ" * 10)
    assert "a program" in run("appeal", "add", draft, bad, "--kind", "letter", code=2)
    fine = tmp_path / "fine.txt"
    fine.write_text("an open letter", "utf-8")
    assert "no kind" in run("appeal", "add", draft, fine, "--kind", "poem", code=2)
    run("appeal", "add", draft, fine, "--kind", "letter")
    scan = tmp_path / "scan.png"
    Image.new("L", (60, 40), "white").save(scan)
    typed = tmp_path / "typed.json"
    for text, problem in (
        ('{"colour": "red"}', "no field 'colour'"),
        ('{"lines": [{"quantity": "2"}]}', "no name"),
    ):
        typed.write_text(text, "utf-8")
        given = ["--kind", "purchase_invoices", "--fields", typed]
        assert problem in run("appeal", "add", draft, scan, *given, code=2)
    typed.write_text(
        '{"number": "R9", "date": "2019-01-02", "lines": [{"name": "Lamp"}]}', "utf-8"
    )
    given = ["--kind", "purchase_invoices", "--fields", typed]
    assert "number: R9, date: 2019-01-02" in run("appeal", "add", draft, scan, *given)
    assert "already" in run("appeal", "add", draft, fine, "--kind", "letter", code=2)
    out = run_any("appeal", "check", draft, "--language", "zh", code=4)
    assert "缺失" in out
    assert "良好" in out


@pytest.fixture(scope="module")
def amazon(report: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, scanned under Amazon's policy."""
    out = tmp_path_factory.mktemp("amazon") / "out"
    run("scan", report.parent / "demo", "--policy", "amazon", "--out", out)
    return out


@pytest.mark.parametrize(
    ("path", "asked", "words"),
    [
        ("own", ["account_reactivation", "letter"], "the other account is yours"),
        (
            "former",
            ["former_ownership", "service_contract", "letter"],
            "you once owned it",
        ),
        ("never", ["legal_person_id", "business_licence"], "you never owned it"),
    ],
)
def test_each_of_amazons_paths_asks_for_its_own(
    path: str, asked: list[str], words: str, amazon: Path, tmp_path: Path
) -> None:
    """A, B and C: documents of its own, named in the letter, sent and ruled on."""
    desk = Desk(tmp_path, amazon)
    lines = (amazon / "associations.jsonl").read_text("utf-8").splitlines()
    pairs = [one for one in map(json.loads, lines) if one["effect"] != "advisory"]
    name = desk.decided(pairs[0]["left"], pairs[0]["right"], "open_case")
    draft = tmp_path / "appeal"
    run("appeal", "new", tmp_path / "told" / f"{name}.en.json", draft)
    items = {
        one["item"]: one["standing"]
        for one in json.loads(run_any("appeal", "check", draft, "--json", code=4))[
            "items"
        ]
    }
    assert items["path"] == "missing"
    draft = tmp_path / "with-path"
    statement = tmp_path / "told" / f"{name}.en.json"
    run("appeal", "new", statement, draft, "--path", path)
    assert "no path" in run(
        "appeal", "new", statement, tmp_path / "x", "--path", "z", code=2
    )
    found = json.loads(run_any("appeal", "check", draft, "--json", code=4))
    items = {one["item"]: one["standing"] for one in found["items"]}
    assert items["path"] == "good"
    assert set(asked) <= set(items)
    told = json.loads((draft / "appeal.json").read_text("utf-8"))
    for one in told["evidence"]:
        if one["relied_on"]:
            run("appeal", "ground", draft, one["id"], "disputed", "It is not so.")
    proof = tmp_path / "proof.txt"
    proof.write_text("a paper that proves it", "utf-8")
    run("appeal", "add", draft, proof, "--kind", asked[0])
    for part in told["appeal"]["letter_parts"]:
        if part not in ("facts", "request", "exhibits"):
            run("appeal", "answer", draft, part, "This is what happened.")
    run("appeal", "answer", draft, "signed_by", "Ann Example")
    assert words in run("appeal", "letter", draft)
    desk.appeal("submit", name, draft, by=SELLER)
    assert desk.state(name)["appeals"][0]["path"] == path
    desk.case("move", name, "take_up_appeal", by=OTHER)
    answers = tmp_path / "answers.json"
    answers.write_text(
        json.dumps({one["id"]: "Seen." for one in told["evidence"]}), "utf-8"
    )
    why = ["--reason", "The papers are good."]
    desk.appeal("rule", name, "overturned", answers, *why, by=OTHER)
    assert desk.state(name)["measures"] == []


def test_duplicates_that_were_ended_lift_the_association(
    report: Path, tmp_path: Path
) -> None:
    """Told, corrected by ending what the remedies name, ruled, and scanned clean."""
    desk = Desk(tmp_path, report)
    name = desk.decided("delta-camping", "delta-outdoor", "associate_stores")
    remedies = (report / "remedies.jsonl").read_text("utf-8").splitlines()
    (remedy,) = [
        one
        for one in map(json.loads, remedies)
        if one["effect"] == "duplicate_distribution"
    ]
    ended = set(remedy["listings"])
    draft = tmp_path / "appeal"
    run("appeal", "new", tmp_path / "told" / f"{name}.en.json", draft)
    told = json.loads((draft / "appeal.json").read_text("utf-8"))
    evidence = told["evidence"][0]["id"]
    demo = report.parent / "demo"
    for number in (1, 2):
        paper = demo / "papers" / f"invoice-{number}.xml"
        run("appeal", "add", draft, paper, "--kind", "purchase_invoices")
    told = run_any("appeal", "check", draft, "--portfolio", demo, "--json", code=4)
    assert json.loads(told)["uncovered"] == ["delta-outdoor-09", "delta-outdoor-10"]
    why = f"{len(ended)} listings were ended on 3 May."
    run("appeal", "ground", draft, evidence, "corrected", why)
    desk.appeal("submit", name, draft, by=SELLER)
    desk.case("move", name, "take_up_appeal", by=OTHER)
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({evidence: "The listings are ended."}), "utf-8")
    reason = ["--reason", "Nothing is duplicated any more."]
    desk.appeal("rule", name, "overturned", answers, *reason, by=OTHER)
    desk.case("notify", name, by=OTHER)
    assert desk.state(name)["measures"] == []
    desk.case("move", name, "close", by=OTHER)
    after = tmp_path / "after"
    shutil.copytree(report.parent / "demo", after)
    rows = rows_of(after / "listings.csv")
    left = [row for row in rows if row["listing"] not in ended]
    assert len(left) == len(rows) - len(ended)
    with (after / "listings.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(left)
    run("scan", after, "--out", tmp_path / "clean")
    lines = (tmp_path / "clean" / "associations.jsonl").read_text("utf-8").splitlines()
    effects = {one["effect"] for one in map(json.loads, lines)}
    assert "duplicate_distribution" not in effects
