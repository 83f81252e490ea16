"""Cases through the command line: from a report to what is in force, and back."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "storekin.surfaces.cli"]
REVIEWER, LEAD, OTHER = "kim:reviewer", "lee:lead", "roy:reviewer"
SELLER = "ann:seller"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, scanned under a policy with a law on it."""
    folder = tmp_path_factory.mktemp("demo")
    run("demo", folder / "demo")
    run("scan", folder / "demo", "--policy", "aliexpress+eu", "--out", folder / "out")
    return folder / "out"


def run(*arguments: str | Path, code: int = 0) -> str:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


class Desk:
    """Commands on one folder of cases."""

    def __init__(self, folder: Path, report: Path) -> None:
        self.folder = folder
        self.report = report

    def case(self, *arguments: str | Path, by: str = REVIEWER, code: int = 0) -> str:
        """Run a command on cases."""
        acting = [] if arguments[0] in ("show", "list", "verify") else ["--as", by]
        place = ["--cases", self.folder / "cases"]
        return run("case", *arguments, *acting, *place, code=code)

    def appeal(self, *arguments: str | Path, by: str, code: int = 0) -> str:
        """Run a command on appeals."""
        place = ["--cases", self.folder / "cases"]
        return run("appeal", *arguments, "--as", by, *place, code=code)

    def state(self, name: str) -> dict:
        """Give a case as it is now."""
        told: dict = json.loads(self.case("show", name, "--json"))
        return told

    def decided(self, left: str, right: str, outcome: str) -> str:
        """Go as far as the seller knows of the decision."""
        told = json.loads(self.case("open", self.report, left, right, "--json"))
        name = str(told["case"])
        self.case("move", name, "take_up")
        why = ["--reason", "The papers agree."]
        self.case("decide", name, "associated", outcome, *why)
        if outcome == "close_store":
            self.case("move", name, "confirm", by=LEAD)
        self.case("notify", name, "--out", self.folder / "told")
        return name

    def grounds(self, name: str, text: str) -> Path:
        """Dispute the strongest evidence, and write an answer beside it."""
        evidence = self.state(name)["association"]["evidence"][0]["id"]
        path = self.folder / "grounds.json"
        ground = {"evidence": evidence, "ground": "disputed", "text": text}
        path.write_text(json.dumps([ground]), "utf-8")
        answers = self.folder / "answers.json"
        answers.write_text(json.dumps({evidence: "We looked again."}), "utf-8")
        return path


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
    again = tmp_path / "again"
    run("scan", report.parent / "demo", "--apart", rulings, "--out", again)
    for path, expected in ((report, True), (again, False)):
        lines = (path / "associations.jsonl").read_text("utf-8").splitlines()
        pairs = {(one["left"], one["right"]) for one in map(json.loads, lines)}
        assert (("cedar-audio", "cedar-sound") in pairs) is expected
        assert ("bamboo-kitchen", "bamboo-table") in pairs


def test_duplicate_distribution_names_the_sellers_own_listings(
    report: Path, tmp_path: Path
) -> None:
    """What is told of catalogues are the own listings, and no other store."""
    desk = Desk(tmp_path, report)
    name = desk.decided("delta-camping", "delta-outdoor", "associate_stores")
    for path in sorted((tmp_path / "told").iterdir()):
        text = path.read_text("utf-8")
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
        texts += [p.read_text("utf-8") for p in (tmp_path / "told").glob(f"{name}.*")]
        assert len(texts) >= 5
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
