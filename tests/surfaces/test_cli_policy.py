"""Policies, checks and remedies on the command line, as a user meets them."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from desk import COMMAND
from desk import completed as run


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drafts: one with a known phone, one with nothing known."""
    folder = tmp_path_factory.mktemp("drafts")
    (folder / "registrations.csv").write_text(
        "store,country,legal_person,phone,email\n"
        "zz-new,GB,Jane Roe,+44 7700 900156,own@new.example\n"
        "aa-clean,GB,John Doe,+44 7700 900999,x@clean.example\n",
        "utf-8",
    )
    return folder


def test_policies_are_listed_read_and_compared() -> None:
    """Ten platforms, a page in both languages, and differences in sentences."""
    listed = json.loads(run("policy", "list", "--json").stdout)
    page = run("policy", "show", "amazon+eu", "--language", "zh").stdout
    same = run("policy", "diff", "ebay", "ebay")
    told = json.loads(run("policy", "diff", "aliexpress", "ebay", "--json").stdout)

    assert len({policy["platform"] for policy in listed["policies"]}) == 10
    assert {law["id"] for law in listed["profiles"]} == {"eu", "uk", "us"}
    assert page.startswith("# 亚马逊")
    assert "DSA 17" in page
    assert "The two policies say the same." in same.stdout
    assert any(change["decides"] for change in told["changes"])


def test_a_policy_of_ones_own_is_begun_checked_and_tried(
    demo_folder: Path, tmp_path: Path
) -> None:
    """New, lint, replay: over a portfolio and over a scan's stored decisions alike."""
    mine, report = tmp_path / "mine.toml", tmp_path / "report"
    begun = run("policy", "new", "mine", "--based-on", "aliexpress", "--out", mine)
    again = run("policy", "new", "mine", "--out", mine)
    mine.write_text(
        mine.read_text("utf-8")
        + '\n[signals.same_email]\neffect = "links"\nsource = ["own"]\n'
        + 'confidence = "high"\nbecause = "A mailbox may serve several stores."\n',
        "utf-8",
    )
    sound = run("policy", "lint", mine)
    run("scan", demo_folder, "--out", report)
    over_report = run("policy", "replay", "aliexpress", mine, report, "--json")
    over_portfolio = run("policy", "replay", "aliexpress", mine, demo_folder, "--json")
    told = json.loads(over_report.stdout)

    assert begun.returncode == 0
    assert again.returncode == 2
    assert "SK106" in again.stderr
    assert "no fault found" in sound.stdout
    assert told == json.loads(over_portfolio.stdout)
    assert {line["store"] for line in told["milder"]} == {"cedar-audio", "cedar-sound"}
    assert told["stricter"] == []
    assert told["pairs_changed"][0]["because"][0] == "same_email"
    assert "cedar-audio" in run("policy", "replay", "aliexpress", mine, report).stdout


def test_a_result_that_lacks_a_file_is_an_error_with_a_fix(
    demo_folder: Path, tmp_path: Path
) -> None:
    """Half a result cannot be replayed."""
    report = tmp_path / "report"
    run("scan", demo_folder, "--out", report)
    (report / "offers.parquet").unlink()
    result = run("policy", "replay", "aliexpress", "ebay", report)

    assert result.returncode == 2
    assert "SK103" in result.stderr
    assert "scan the portfolio again" in result.stderr


def test_a_check_leaves_with_its_answer(demo_folder: Path, drafts: Path) -> None:
    """Refused is 3; one object a draft, in the file's order, with all that is asked."""
    file = drafts / "registrations.csv"
    result = run("check", "registration", file, "--against", demo_folder, "--json")
    refused, allowed = map(json.loads, result.stdout.splitlines())

    assert result.returncode == 3
    assert (refused["store"], refused["answer"]) == ("zz-new", "refuse")
    assert (allowed["store"], allowed["answer"]) == ("aa-clean", "allow")
    assert allowed["reasons"] == []
    reason = refused["reasons"][0]
    wanted = {"signal", "field", "because", "rule", "source", "confidence", "store"}
    assert wanted <= set(reason)
    assert reason["field"] == "phone"
    assert refused["remedies"]


def test_a_stranger_is_told_no_name(demo_folder: Path, drafts: Path) -> None:
    """In the seller's view no store of the portfolio is named, in text or JSON."""
    file = drafts / "registrations.csv"
    for more in ([], ["--json"], ["--language", "zh"]):
        result = run(
            "check",
            "registration",
            file,
            "--against",
            demo_folder,
            "--view",
            "seller",
            *more,
        )
        assert result.returncode == 3
        assert "bamboo" not in result.stdout
        assert "7700 900156" in result.stdout


def test_a_draft_listing_is_checked(demo_folder: Path, tmp_path: Path) -> None:
    """A copy of a known listing is refused or reviewed; a product of its own is not."""
    draft = tmp_path / "draft.csv"
    head = "listing,store,title,images\n"
    listings = (demo_folder / "listings.csv").read_text("utf-8").splitlines()
    copied = next(line for line in listings if line.startswith("delta-outdoor-"))
    title = copied.split(",")[2]
    draft.write_text(head + f"mine,new-shop,{title},\n", "utf-8")
    copy = run("check", "listing", draft, "--against", demo_folder, "--json")
    draft.write_text(head + "mine,new-shop,Quokka shaped brass bookend QB1,\n", "utf-8")
    own = run("check", "listing", draft, "--against", demo_folder)

    assert copy.returncode in (3, 4)
    told = json.loads(copy.stdout)
    assert told["answer"] in ("refuse", "review")
    assert told["reasons"][0]["listing"].startswith("delta-")
    assert own.returncode == 0
    assert "mine: allow" in own.stdout


def test_what_cannot_be_read_is_not_allowed_unseen(
    demo_folder: Path, tmp_path: Path
) -> None:
    """A draft with a broken price is named, and the answer is no plain yes."""
    draft = tmp_path / "draft.csv"
    draft.write_text(
        "listing,store,title,price\na,s,Quokka bookend QB1,cheap\nb,s,Emu tray ET2,5\n",
        "utf-8",
    )
    result = run("check", "listing", draft, "--against", demo_folder)
    empty = tmp_path / "empty.csv"
    empty.write_text("listing,store,title\n", "utf-8")

    assert result.returncode == 4
    assert "the price is not a number" in result.stderr
    assert run("check", "listing", empty, "--against", demo_folder).returncode == 2
    missing = run("check", "listing", draft, "--against", tmp_path / "nowhere")
    assert missing.returncode == 2
    assert "SK101" in missing.stderr


def test_remedies_are_printed_and_written(demo_folder: Path, tmp_path: Path) -> None:
    """Each association has its sentence; a wrong store is an error with a fix."""
    out = tmp_path / "remedies.jsonl"
    result = run("remedy", demo_folder, "--keep", "delta-outdoor", "--out", out)
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    wrong = run("remedy", demo_folder, "--keep", "delta-outdor")

    assert "End listings" in result.stdout
    (ended,) = [line for line in lines if line["action"] == "end_listings"]
    assert list(ended["ends"]) == ["delta-camping"]
    assert set(ended) >= {"left", "right", "effect", "listings", "fields", "because"}
    assert wrong.returncode == 2
    assert "use 'delta-outdoor'" in wrong.stderr


def test_a_declared_group_is_permitted(demo_folder: Path, tmp_path: Path) -> None:
    """Under Etsy's rules a disclosed group of shops may be."""
    declared = tmp_path / "declared.csv"
    declared.write_text(
        "group,store,need\nours,ember-lamps,brands\nours,ember-lighting,brands\n",
        "utf-8",
    )
    out = tmp_path / "out"
    run("scan", demo_folder, "--policy", "etsy", "--declared", declared, "--out", out)
    lines = (out / "associations.jsonl").read_text("utf-8").splitlines()
    (found,) = [
        line
        for line in map(json.loads, lines)
        if (line["left"], line["effect"]) == ("ember-lamps", "related")
    ]

    assert found["outcome"] == "permitted"
    assert found["conditions"] == {"declared": True, "most_listings_differ": True}


def test_an_interrupted_index_leaves_none(demo_folder: Path, tmp_path: Path) -> None:
    """Ctrl-C while indexing leaves the former state, and no half of one."""
    import shutil

    folder = tmp_path / "portfolio"
    shutil.copytree(demo_folder, folder)
    process = subprocess.Popen(
        [*COMMAND, "index", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    time.sleep(1.2)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    beside = [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]

    assert not [name for name in beside if ".part-" in name]
    if process.returncode == 130:
        assert not beside
