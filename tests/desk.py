"""The command line as people at a desk use it, on one folder of cases."""

import csv
import json
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-m", "storekin.surfaces.cli"]
REVIEWER, LEAD, OTHER = "kim:reviewer", "lee:lead", "roy:reviewer"
SELLER = "ann:seller"


def completed(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, however it leaves."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


def run_any(*arguments: str | Path, code: int) -> str:
    """Run a command that leaves with *code*, and give what it printed."""
    done = completed(*arguments)
    assert done.returncode == code, done.stderr
    return done.stdout or done.stderr


def run(*arguments: str | Path, code: int = 0) -> str:
    """Run a command that is right, or is told with *code* what is wrong."""
    return run_any(*arguments, code=code)


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


def text_of(path: Path) -> str:
    """Give what a reader sees of a file that a seller gets: a page, JSON, a PDF."""
    if path.suffix != ".pdf":
        return path.read_text("utf-8")
    from pypdf import PdfReader

    # lines are broken to fit the page: what is looked for may stand across two
    text = "".join(page.extract_text() for page in PdfReader(path).pages)
    return text.replace("\n", "")


def rows_of(path: Path) -> list[dict[str, str]]:
    """Read a table of the demo."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
