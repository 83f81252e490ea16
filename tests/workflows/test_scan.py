"""The example portfolio shows each rule and falls into no trap."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import storekin
from storekin.errors import OutputFolderError, UnknownStoreError
from storekin.listings.signals import LISTING_SIGNALS
from storekin.normalise.cells import safe_cell
from storekin.workflows.outputs import FILES, replaced_folder
from storekin.workflows.scan import ScanResult

EXPECTED = {
    ("aurora-home", "aurora-living"): "duplicate_registration",
    ("bamboo-kitchen", "bamboo-table"): "duplicate_registration",
    ("cedar-audio", "cedar-sound"): "duplicate_registration",
    ("delta-camping", "delta-outdoor"): "duplicate_distribution",
    ("ember-lamps", "ember-lighting"): "related",
}


def read_all(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_each_rule_is_shown_and_each_trap_avoided(demo_result: ScanResult) -> None:
    """Five pairs are associated as they were made; namesakes, models, suppliers not."""
    found = {(a.left, a.right): a.effect for a in demo_result.associations}

    assert found == EXPECTED


def test_outcomes_follow_the_policy(demo_result: ScanResult) -> None:
    """The later store of a duplicate registration closes; a person decides the rest."""
    outcomes = {
        (a.left, a.right): (a.outcome, a.later) for a in demo_result.associations
    }

    assert outcomes["bamboo-kitchen", "bamboo-table"] == ("close_store", "bamboo-table")
    assert outcomes["delta-camping", "delta-outdoor"] == ("associate_stores", None)
    assert outcomes["ember-lamps", "ember-lighting"] == ("open_case", None)


def test_pictures_are_told_of_the_listings_that_an_association_rests_on(
    demo_result: ScanResult,
) -> None:
    """Of no other pair; each listing with its own picture, the left store's first."""
    table = demo_result.portfolio.listings
    about = {
        listing: (store, images)
        for listing, store, images in zip(
            *(table[name].to_pylist() for name in ("listing", "store", "images")),
            strict=True,
        )
    }
    told = [one.as_json() for one in demo_result.pictures]

    assert len(told) >= 8
    for line in told:
        for side, store in (("left", "delta-camping"), ("right", "delta-outdoor")):
            own, images = about[line[f"{side}_listing"]]
            assert own == store
            assert line[f"{side}_picture"] in images.split("|")


def test_a_shared_contact_and_a_crowded_network_are_notices(
    demo_result: ScanResult,
) -> None:
    """Each is told once, for the value, and associates nobody."""
    notices = {n.evidence[0].signal: len(n.stores) for n in demo_result.notices}

    assert notices == {"same_phone": 6, "shares_ip": 7}
    joined = {store for c in demo_result.clusters for store in c.stores}
    assert "fern-textile" not in joined
    assert "grove-toys" not in joined


def test_bits_are_the_sum_of_the_evidence(demo_result: ScanResult) -> None:
    """The score is the sum of what is shown and nothing else."""
    for found in demo_result.associations:
        assert found.bits == pytest.approx(sum(e.bits for e in found.evidence))


def test_evidence_is_masked_unless_told_otherwise(demo_folder: Path) -> None:
    """No identifier stands in full in a result, and all do when it is asked for."""
    masked = json.dumps([a.as_json() for a in storekin.scan(demo_folder).associations])
    plain = storekin.scan(demo_folder, masked=False)
    shown = json.dumps([a.as_json() for a in plain.associations])

    for secret in ("7700 900156", "99000019800403"):
        assert secret not in masked.replace("•", "")
    assert "7700 900156" in shown
    assert "99000019800403" in shown


def test_scanning_twice_gives_the_same_bytes(demo_folder: Path, tmp_path: Path) -> None:
    """All files are the same, byte for byte, whatever the number of threads."""
    storekin.write_report(storekin.scan(demo_folder), tmp_path / "one")
    code = (
        "import storekin, sys;"
        "storekin.write_report(storekin.scan(sys.argv[1]), sys.argv[2])"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(demo_folder), str(tmp_path / "two")],
        check=True,
        env={**os.environ, "STOREKIN_THREADS": "1", "PYTHONHASHSEED": "7"},
    )

    assert sorted(read_all(tmp_path / "one")) == sorted(FILES)
    assert read_all(tmp_path / "one") == read_all(tmp_path / "two")


def test_row_order_changes_nothing(demo_folder: Path, tmp_path: Path) -> None:
    """Shuffled tables give the same associations and pairs."""
    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    for path in demo_folder.glob("*.csv"):
        head, *rows = path.read_text("utf-8").splitlines()
        random.Random(3).shuffle(rows)
        (shuffled / path.name).write_text("\n".join([head, *rows]) + "\n", "utf-8")
    shutil.copytree(demo_folder / "images", shuffled / "images")
    one, other = storekin.scan(demo_folder), storekin.scan(shuffled)

    assert one.associations == other.associations
    assert one.listing_pairs.equals(other.listing_pairs)
    assert one.clusters == other.clusters


def test_the_files_have_the_promised_columns(
    demo_result: ScanResult, tmp_path: Path
) -> None:
    """Associations, pairs, clusters, summary and rejected rows, as documented."""
    out = tmp_path / "report"
    storekin.write_report(demo_result, out)
    text = (out / "associations.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    wanted = {"left", "right", "policy", "effect", "outcome", "probability", "bits"}
    pairs = pq.read_table(out / "listing_pairs.parquet")
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    rejected = (out / "rejected.csv").read_text("utf-8-sig").splitlines()

    for line in lines:
        assert wanted <= line.keys()
        assert line["left"] < line["right"]
        for evidence in line["evidence"]:
            assert {
                "id",
                "signal",
                "bits",
                "left",
                "right",
                "because",
            } <= evidence.keys()
    assert pairs.column_names[:4] == [
        "left_listing",
        "right_listing",
        "left_store",
        "right_store",
    ]
    assert set(LISTING_SIGNALS) <= set(pairs.column_names)
    assert summary["rejected"] == {"rows": 2, "values": 0}
    assert rejected[0] == "file,line,column,problem,fix,row_used"
    assert "listings.csv,293,price" in rejected[1]


def test_two_stores_ruled_apart_are_not_associated(demo_folder: Path) -> None:
    """A ruling that two stores are not the same is binding."""
    result = storekin.scan(demo_folder, apart=[("ember-lighting", "ember-lamps")])

    assert ("ember-lamps", "ember-lighting") not in {
        (a.left, a.right) for a in result.associations
    }


def test_explaining_shows_for_and_against(demo_folder: Path) -> None:
    """A pair that is not associated is explained like one that is."""
    trap = storekin.explain(demo_folder, "fjord-textile", "fern-textile")
    bits = {e.evidence.signal: e.evidence.bits for e in trap.evidence}

    assert trap.associations == ()
    assert trap.probability < 0.1
    assert bits["similar_legal_person_name"] > 0
    assert bits["similar_address"] > 0
    assert bits["same_legal_person_id"] < 0
    ignored = [e for e in trap.evidence if e.effect == "advisory_limit"]
    assert [e.evidence.signal for e in ignored] == ["shares_ip"]
    with pytest.raises(UnknownStoreError, match="fern-textile"):
        storekin.explain(demo_folder, "fern-textil", "fjord-textile")


def test_explaining_and_scanning_agree(
    demo_folder: Path, demo_result: ScanResult
) -> None:
    """What a scan associates, explaining the pair gives with the same evidence."""
    for found in demo_result.associations:
        explained = storekin.explain(demo_folder, found.left, found.right)
        assert found in explained.associations or [
            (a.effect, a.evidence) for a in explained.associations
        ] == [(found.effect, found.evidence)]


def test_an_interrupt_leaves_the_earlier_result(tmp_path: Path) -> None:
    """Either the old folder stands or the new one, never half of either."""
    out = tmp_path / "report"
    out.mkdir()
    (out / "summary.json").write_text("old")

    def stop() -> None:
        with replaced_folder(out) as part:
            (part / "summary.json").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()

    assert (out / "summary.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_other_peoples_files_are_never_replaced(
    demo_result: ScanResult, tmp_path: Path
) -> None:
    """A folder that holds anything else is refused."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputFolderError, match=r"thesis\.txt"):
        storekin.write_report(demo_result, tmp_path)

    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@x", "\tx"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    """What a spreadsheet would run is written as text."""
    assert safe_cell(text) == "'" + text


def test_hostile_text_is_shown_and_not_run(tmp_path: Path) -> None:
    """Markup in titles, names and ids is escaped in the report."""
    evil = "<script>alert(1)</script>"
    listings = pa.table(
        {
            "listing": [f"{evil}{n}" for n in range(6)],
            "store": [evil, "b"] * 3,
            "title": [f"{evil} silent oak wall clock {n // 2}" for n in range(6)],
            "images": ["phash:94974f937d4c2433"] * 6,
        }
    )
    registrations = pa.table(
        {"store": [evil, "b"], "company_name": [evil] * 2, "phone": ["13800138001"] * 2}
    )
    result = storekin.scan({"listings": listings, "registrations": registrations})
    storekin.write_report(result, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")

    assert result.associations
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_what_came_later_does_not_count(demo_folder: Path) -> None:
    """As of a day before the second stores opened, nothing is associated by papers."""
    result = storekin.scan(demo_folder, as_of="2022-12-31")
    effects = {a.effect for a in result.associations}

    assert "duplicate_registration" not in effects
    assert any("dated after 2022-12-31" in str(note) for note in result.portfolio.notes)
