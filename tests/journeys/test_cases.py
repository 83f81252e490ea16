"""Cases through the command line: from a report to what is in force, and back."""

import json
import shutil
from pathlib import Path

from desk import OTHER, SELLER, Desk, rows_of, run, run_any, text_of
from PIL import Image


def test_a_duplicate_registration_is_upheld(report: Path, tmp_path: Path) -> None:
    """Two persons decide, the seller is told and appeals, a third rules; it stands."""
    desk = Desk(tmp_path, report)
    name = desk.decided("bamboo-kitchen", "bamboo-table", "close_store")
    told = desk.state(name)
    assert told["measures"] == [{"store": "bamboo-table", "outcome": "close_store"}]
    assert told["decisions"][0]["confirmed_by"]["name"] == "lee"
    grounds = desk.grounds(name, "My brother runs it.")
    exhibit = tmp_path / "licence.txt"
    exhibit.write_text("licence", "utf-8")
    desk.appeal("submit", name, grounds, "--exhibit", exhibit, by=SELLER)
    refused = desk.case("move", name, "take_up_appeal", code=2)
    assert "let somebody else" in refused
    desk.case("move", name, "take_up_appeal", by=OTHER)
    answers = tmp_path / "answers.json"
    why = ["--reason", "One identity card."]
    desk.appeal("rule", name, "upheld", answers, *why, by=OTHER)
    desk.case("notify", name, "--out", tmp_path / "ruled", by=OTHER)
    told = desk.state(name)
    assert told["state"] == "notified"
    assert told["appeals"][0]["ruling"] == "upheld"
    assert told["measures"] == [{"store": "bamboo-table", "outcome": "close_store"}]
    assert len(told["documents"]) == 1
    page = (tmp_path / "ruled" / f"{name}.zh.html").read_text("utf-8")
    assert "维持原决定" in page
    assert "may appeal until" in desk.case("move", name, "close", code=2)
    assert "the chain holds; 1 documents" in desk.case("verify")


def test_a_wrong_link_is_overturned_and_does_not_come_back(
    report: Path, tmp_path: Path
) -> None:
    """The store is as it was before; the next scan, given the rulings, leaves it."""
    desk = Desk(tmp_path, report)
    name = desk.decided("cedar-audio", "cedar-sound", "close_store")
    desk.appeal("submit", name, desk.grounds(name, "Two families."), by=SELLER)
    desk.case("move", name, "take_up_appeal", by=OTHER)
    answers, why = tmp_path / "answers.json", ["--reason", "Two families."]
    desk.appeal("rule", name, "overturned", answers, *why, "--not-same", by=OTHER)
    assert desk.state(name)["measures"] == []
    desk.case("notify", name, by=OTHER)
    desk.case("move", name, "close", by=OTHER)
    rulings = tmp_path / "cases" / "judgements.jsonl"
    (line,) = rulings.read_text("utf-8").splitlines()
    assert json.loads(line)["verdict"] == "not_same"
    figures = json.loads(run("report", "cases", tmp_path / "cases", "--json"))
    assert figures["rulings"] == {"overturned": 1}
    assert figures["by_effect"][0]["share"] == 1.0
    page = tmp_path / "figures.html"
    shown = ["--language", "zh", "--out", page]
    assert "撤销: 1" in run("report", "cases", tmp_path / "cases", *shown)
    assert "案件统计" in page.read_text("utf-8")
    again = tmp_path / "again"
    run("scan", report.parent / "demo", "--apart", rulings, "--out", again)
    for path, expected in ((report, True), (again, False)):
        lines = (path / "associations.jsonl").read_text("utf-8").splitlines()
        pairs = {(one["left"], one["right"]) for one in map(json.loads, lines)}
        assert (("cedar-audio", "cedar-sound") in pairs) is expected
        assert ("bamboo-kitchen", "bamboo-table") in pairs


def test_one_file_for_two_stores_is_told_to_reviewers_alone(
    report: Path, tmp_path: Path
) -> None:
    """By its bytes, whatever it is called; the seller's view has no word of it."""
    desk = Desk(tmp_path, report)
    one = desk.decided("bamboo-kitchen", "bamboo-table", "associate_stores")
    other = desk.decided("cedar-audio", "cedar-sound", "associate_stores")
    for name, called in ((one, "a.txt"), (other, "b.txt")):
        path = tmp_path / called
        path.write_text("one invoice", "utf-8")
        desk.case("document", name, path, "--kind", "purchase_invoices")
    told = desk.state(one)
    assert list(told["also_given"].values()) == [[other]]
    assert f"another store, in: {other}" in desk.case("show", one)
    demo = report.parent / "demo" / "images"
    first, second = sorted(demo.rglob("*.*"))[:2]
    for name, called, source in (
        (one, "shelf.png", first),
        (other, "shelf-again.jpg", first),
        (other, "else.png", second),
    ):
        path = tmp_path / called
        picture = Image.open(source).convert("RGB")
        size = (picture.width * 4 // 5, picture.height * 4 // 5)
        picture.resize(size if called.endswith("jpg") else picture.size).save(path)
        desk.case("document", name, path)
    found = desk.state(one)["also_given"]
    by_name = {d["digest"]: d["name"] for d in desk.state(one)["documents"]}
    assert sorted(by_name[digest] for digest in found) == ["a.txt", "shelf.png"]
    back = desk.state(other)
    by_name = {d["digest"]: d["name"] for d in back["documents"]}
    assert sorted(by_name[digest] for digest in back["also_given"]) == [
        "b.txt",
        "shelf-again.jpg",
    ]
    for extra in ([], ["--json"]):
        assert other not in desk.case("show", one, "--seller", *extra)


def test_a_registration_that_was_refused_is_appealed(
    report: Path, tmp_path: Path
) -> None:
    """Refused before it opened, told with reasons, overturned: it may register."""
    demo = report.parent / "demo"
    known = next(
        row
        for row in rows_of(demo / "registrations.csv")
        if row["store"] == "bamboo-table"
    )
    fields = ("legal_person", "legal_person_id", "phone")
    draft = tmp_path / "draft.csv"
    header = ",".join(("store", *fields))
    values = ",".join(("new-shop", *(known[name] for name in fields)))
    draft.write_text(f"{header}\n{values}\n", "utf-8")
    asked = ["--against", demo, "--policy", "aliexpress+eu", "--json"]
    refused = tmp_path / "refused.jsonl"
    refused.write_text(run_any("check", "registration", draft, *asked, code=3), "utf-8")
    desk = Desk(tmp_path, refused)
    assert "no draft was refused" in desk.case(
        "open", refused, "new-shop", "cedar-sound", code=2
    )
    name = desk.decided("bamboo-table", "new-shop", "refuse")
    told = desk.state(name)
    assert told["association"]["store"] == "new-shop"
    assert told["measures"] == [{"store": "new-shop", "outcome": "refuse"}]
    for path in (tmp_path / "told").iterdir():
        text = text_of(path)
        assert "bamboo" not in text
        assert known["legal_person_id"] not in text
    assert "Your registration is refused." in text_of(
        tmp_path / "told" / f"{name}.en.html"
    )
    grounds = desk.grounds(name, "The card was given by mistake; it is corrected.")
    desk.appeal("submit", name, grounds, by=SELLER)
    desk.case("move", name, "take_up_appeal", by=OTHER)
    why = ["--reason", "The papers are corrected."]
    desk.appeal("rule", name, "overturned", tmp_path / "answers.json", *why, by=OTHER)
    desk.case("notify", name, by=OTHER)
    assert desk.state(name)["measures"] == []
    desk.case("move", name, "close", by=OTHER)


def test_duplicate_distribution_names_the_sellers_own_listings(
    report: Path, tmp_path: Path
) -> None:
    """What is told of catalogues are the own listings, and no other store."""
    desk = Desk(tmp_path, report)
    name = desk.decided("delta-camping", "delta-outdoor", "associate_stores")
    for path in sorted((tmp_path / "told").iterdir()):
        text = text_of(path)
        assert "delta-camping" not in text
        if "transparency" not in path.name:
            assert "delta-outdoor-01" in text
    view = desk.case("show", name, "--seller", "--json")
    assert "delta-camping" not in view


def test_no_byte_of_what_a_seller_reads_is_anothers(
    report: Path, tmp_path: Path
) -> None:
    """Every association of the demo: no page, no JSON, no view holds the other side."""
    desk = Desk(tmp_path, report)
    lines = (report / "associations.jsonl").read_text("utf-8").splitlines()
    for one in map(json.loads, lines):
        if one["effect"] == "advisory":
            continue
        name = desk.decided(one["left"], one["right"], "associate_stores")
        about = desk.state(name)["association"]["store"]
        own, other = ("left", "right") if about == one["left"] else ("right", "left")
        known = {e[own] for e in one["evidence"]} | {about}
        secret = {e[other] for e in one["evidence"]} | {one[other]}
        texts = [desk.case("show", name, "--seller", "--json")]
        texts += [text_of(path) for path in (tmp_path / "told").glob(f"{name}.*")]
        assert len(texts) >= 7
        # a scan's ids are digests of both stores' ids: the other's could be tried
        scanned = {e["id"] for e in one["evidence"]}
        assert not [text for text in texts for each in scanned if each in text]
        for value in secret - known:
            assert not [text for text in texts if str(value) in text], value


def test_wrong_use_is_told_with_a_fix(report: Path, tmp_path: Path) -> None:
    """No case, no such move, no role, a torn report: place, problem, fix."""
    desk = Desk(tmp_path, report)
    assert "There are no cases" in desk.case("list")
    assert "there is no case" in desk.case("show", "case-0001", code=2)
    assert "NAME:ROLE" in desk.case("note", "case-0001", "x", by="kim", code=2)
    assert "not associated" in desk.case(
        "open", report, "aurora-home", "cedar-sound", code=2
    )
    assert "'nobody'" in desk.case("open", report, "aurora-home", "nobody", code=2)
    assert "no result of a scan" in desk.case("open", tmp_path, "a", "b", code=2)
    stale = tmp_path / "stale"
    shutil.copytree(report, stale)
    lines = stale / "associations.jsonl"
    held = lines.read_text("utf-8")
    digest = json.loads(held.splitlines()[0])["digest"]
    lines.write_text(held.replace(digest, "0" * len(digest)), "utf-8")
    changed = desk.case("open", stale, "aurora-home", "aurora-living", code=2)
    assert "changed since the report" in changed
    name = desk.decided("aurora-home", "aurora-living", "associate_stores")
    assert "from here the case can: appeal, close" in desk.case(
        "decide", name, "associated", "close_store", "--reason", "x", code=2
    )
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{", "utf-8")
    assert "no JSON" in desk.appeal("submit", name, wrong, by=SELLER, code=2)
    events = tmp_path / "cases" / name / "events.jsonl"
    held = events.read_text("utf-8")
    events.write_text(held.replace("associate_stores", "close_store"), "utf-8")
    assert "was changed" in desk.case("verify", code=2)


def test_the_example_has_a_case_from_link_to_lifting(tmp_path: Path) -> None:
    """One command makes report, statements, appeal and ruling; each can be read."""
    folder = tmp_path / "demo"
    told = run("demo", folder, "--case")
    assert "8 of 10 products have invoices" in told
    assert "closed, 11 events" in told
    place = ["--cases", folder / "case" / "cases"]
    run("case", "verify", *place)
    state = json.loads(run("case", "show", "case-0001", "--json", *place))
    assert state["state"] == "closed"
    assert state["measures"] == []
    assert state["appeals"][0]["ruling"] == "overturned"
    for path in sorted((folder / "case" / "told-of-ruling").iterdir()):
        assert "delta-camping" not in text_of(path)
    assert "already" in run("demo", folder, "--case", code=2)
