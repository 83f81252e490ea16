"""Groups of stores: what joins them, what a person ruled, and ids that survive."""

from datetime import date
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.errors import InvalidRecordError, UnknownStoreError, UnreadableFileError
from storekin.identity.history import GroupEvent, KnownGroup, carry_ids
from storekin.identity.hubs import judge_hub
from storekin.identity.judgements import binding, find_conflicts
from storekin.identity.model import load_identity_model
from storekin.records.judgement import Judgement, Verdict
from storekin.wiring import portfolio_of, read_judgements, write_judgement
from storekin.workflows.groups import lay_out_groups, read_groups, write_group_lines
from storekin.workflows.match import MatchedRegistrations, match_registration_table
from storekin.workflows.verbs import Study

Row = dict[str, str | None]
DAY = date(2026, 3, 1)

CHAIN: list[Row] = [
    {"store": "a", "phone": "13800138001", "legal_person": "王伟"},
    {"store": "b", "phone": "13800138001", "email": "hongfa88@box.example"},
    {"store": "c", "email": "hongfa88@box.example", "legal_person": "赵敏"},
    {"store": "d", "phone": "13700137009", "legal_person": "李强"},
]


def matched(rows: list[Row], *judgements: Judgement) -> MatchedRegistrations:
    names = sorted({name for row in rows for name in row})
    table = pa.table(
        {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    )
    return match_registration_table(
        portfolio_of({"registrations": table}), judgements=judgements
    )


def ruled(left: str, right: str, verdict: Verdict, **more: date | None) -> Judgement:
    return Judgement(
        left=left,
        right=right,
        verdict=verdict,
        reason="papers seen",
        author="kim",
        made_on=more.get("made_on") or DAY,
        expires_on=more.get("expires_on"),
    )


def stores_of(found: MatchedRegistrations) -> list[list[str]]:
    ids = found.findings.values.store_ids
    return [[ids[n] for n in part] for part in found.groups.members().values()]


def test_a_pair_without_evidence_of_its_own_is_chained() -> None:
    """Stores a and c share nothing: what is said of them rests on b."""
    pairs = matched(CHAIN).pairs.to_pylist()
    told = {(row["left"], row["right"]): row for row in pairs}

    assert told.keys() == {("a", "b"), ("a", "c"), ("b", "c")}
    assert told["a", "c"]["chained"]
    assert not told["a", "b"]["chained"]
    assert told["a", "c"]["probability"] <= min(
        told["a", "b"]["probability"], told["b", "c"]["probability"]
    )


def test_not_the_same_holds_against_every_chain() -> None:
    """Strong evidence does not bring two stores together that a person parted."""
    found = matched(CHAIN, ruled("a", "c", "not_same"))

    assert len(stores_of(found)) == 1
    assert not {"a", "c"} <= set(stores_of(found)[0])
    told = {(row["left"], row["right"]) for row in found.pairs.to_pylist()}
    assert ("a", "c") not in told
    refused = lay_out_groups(found).lines[0]["weak_links"]
    assert isinstance(refused, list)
    assert [line["because"] for line in refused] == ["not_same"]


def test_a_judgement_binds_until_its_day() -> None:
    """What has ended binds no more; the later of two judgements counts."""
    old = ruled("b", "a", "not_same", expires_on=date(2026, 3, 5))
    new = ruled("a", "b", "same", made_on=date(2026, 3, 3))

    assert (old.left, old.right) == ("a", "b")
    assert binding([old], date(2026, 3, 4)) == [old]
    assert binding([old], date(2026, 3, 5)) == []
    assert binding([old], date(2026, 2, 28)) == []
    assert binding([new, old], date(2026, 3, 4)) == [new]


def test_the_same_joins_what_nothing_else_does() -> None:
    """A person's word joins d, whose registration says nothing of the others."""
    found = matched(CHAIN, ruled("d", "a", "same"))

    assert stores_of(found) == [["a", "b", "c", "d"]]
    steps = Study(found).how("a")
    assert steps[0].by.judged
    assert [len(step.left_stores) + len(step.right_stores) for step in steps][-1] == 4


def test_a_contradiction_is_told_when_it_is_written(tmp_path: Path) -> None:
    """A chain of same between two that are not the same is named store by store."""
    file = tmp_path / "judgements.jsonl"
    write_judgement(file, "c", "a", "not_same", "two families", "kim", DAY, None)
    _, none = write_judgement(file, "a", "b", "same", "one passport", "lee", DAY, None)
    _, found = write_judgement(file, "b", "c", "same", "one passport", "lee", DAY, None)

    assert none == []
    assert [conflict.stores() for conflict in found] == [("a", "b", "c")]
    again = read_judgements(file)
    assert len(again) == 3
    assert find_conflicts(again) == found


def test_judgements_that_cannot_be_read_say_where(tmp_path: Path) -> None:
    """Another verdict, no author, no day: each names its line's number and a fix."""
    file = tmp_path / "judgements.csv"
    head = "left,right,verdict,reason,author,made_on\n"
    for line, problem in (
        ("a,b,maybe,x,kim,2026-01-01", "maybe"),
        ("a,b,same,x,,2026-01-01", "author"),
        ("a,b,same,x,kim,soon", "soon"),
        ("a,a,same,x,kim,2026-01-01", "twice"),
    ):
        file.write_text(head + line + "\n")
        with pytest.raises(InvalidRecordError, match=problem):
            read_judgements(file)


def test_soft_evidence_of_one_cause_never_joins() -> None:
    """A near phone joins nobody; a name with an address does."""
    near = matched(
        [
            {"store": "a", "phone": "13800138001"},
            {"store": "b", "phone": "13800138007"},
        ]
    )
    assert stores_of(near) == []
    assert near.pairs["near_phone"][0].as_py() > 0


def test_an_agents_phone_is_generic_and_a_large_sellers_is_not() -> None:
    """Six strangers are an agent's clients; twelve stores and a stray are not."""
    import numpy as np

    rule = load_identity_model().hubs

    def doubt(*sizes: int) -> float:
        size = np.array(sizes)
        known = np.ones(len(sizes), np.bool_)
        return float(judge_hub(np.zeros(len(sizes), np.int64), size, known, 1, rule)[0])

    assert doubt(1, 1, 1) > 0
    assert doubt(1, 1, 1, 1, 1, 1) > doubt(1, 1, 1)
    assert doubt(12, 1) < 0
    assert doubt(40) < 0
    assert doubt(12, 1, 1, 1, 1, 1, 1, 1, 1) > 0
    assert doubt(20, 15, 1, 1, 1, 1) > 0


def test_why_path_and_network_tell_one_story() -> None:
    """The path's chain is in the network, and avoiding its middle ends it."""
    study = Study(matched(CHAIN))
    path = study.path("a", "c")
    around = study.network("a", steps=2)

    assert path is not None
    assert [(step.left, step.right) for step in path] == [("a", "b"), ("b", "c")]
    assert study.path("a", "c", avoiding=["b"]) is None
    assert study.path("a", "d") is None
    assert around.steps == {"a": 0, "b": 1, "c": 2}
    assert study.network("a", steps=2, most=2).left_out == 1
    assert study.network("d").pairs == ()
    assert study.why("c", "a").evidence == ()
    assert study.why("a", "b").bits == pytest.approx(
        sum(e.bits for e in study.why("a", "b").evidence), abs=0.006
    )
    with pytest.raises(UnknownStoreError):
        study.why("a", "a")
    with pytest.raises(UnknownStoreError, match="zz"):
        study.how("zz")


def test_the_replay_of_a_group_ends_in_the_group() -> None:
    """Step by step the parts grow, each from those before it, to the whole group."""
    study = Study(matched(CHAIN))
    parts: set[tuple[str, ...]] = {("a",), ("b",), ("c",)}
    for step in study.how("b"):
        assert {step.left_stores, step.right_stores} <= parts
        parts -= {step.left_stores, step.right_stores}
        parts.add(tuple(sorted(step.left_stores + step.right_stores)))

    assert parts == {("a", "b", "c")}
    assert study.how("d") == ()


def test_order_of_rows_changes_no_group_and_no_bit() -> None:
    """The same registrations in any order give the same pairs and groups."""
    rows = [
        *CHAIN,
        {"store": "e", "phone": "13700137009|13800138001", "legal_person": "王伟"},
    ]
    first = matched(rows)
    for seed in range(4):
        shuffled = rows.copy()
        Random(seed).shuffle(shuffled)
        again = matched(shuffled)
        assert again.pairs.equals(first.pairs)
        assert stores_of(again) == stores_of(first)


def known(name: str, *stores: str) -> KnownGroup:
    return KnownGroup(id=name, stores=stores)


def test_an_id_goes_on_with_most_of_its_stores() -> None:
    """Joined, left, merged, split and ended: each is told, and the id survives."""
    earlier = [known("x", "a", "b", "c"), known("y", "d", "e"), known("z", "k", "l")]
    after = carry_ids(earlier, [["a", "b", "d", "e", "n"], ["c", "m"]])
    by_id = {group.id: group for group in after.groups}

    assert by_id["x"].stores == ("a", "b", "d", "e", "n")
    fresh = next(name for name in by_id if name != "x")
    assert by_id[fresh].stores == ("c", "m")
    assert after.events["x"] == (
        GroupEvent(change="joined", stores=("n",)),
        GroupEvent(change="left", stores=("c",)),
        GroupEvent(change="merged", groups=("y",)),
        GroupEvent(change="split", groups=(fresh,)),
    )
    assert after.events["y"] == (GroupEvent(change="ended", groups=("x",)),)
    assert after.events["z"] == (GroupEvent(change="ended", stores=("k", "l")),)


GROUPINGS = st.lists(st.integers(0, 4), min_size=9, max_size=9)


@given(before=GROUPINGS, after=GROUPINGS)
@settings(max_examples=80)
def test_ids_are_stable_and_never_shared(before: list[int], after: list[int]) -> None:
    """Nothing changes where nothing did; no two groups have one id."""

    def parts(labels: list[int]) -> list[list[str]]:
        names = [
            [f"s{n}" for n, one in enumerate(labels) if one == k] for k in range(5)
        ]
        return [part for part in names if len(part) > 1]

    first = carry_ids([], parts(before)).groups
    again = carry_ids(first, parts(before))
    later = carry_ids(first, list(reversed(parts(after))))

    assert again.groups == first
    assert again.events == {}
    ids = [group.id for group in later.groups]
    assert len(set(ids)) == len(ids)
    assert later.groups == carry_ids(tuple(reversed(first)), parts(after)).groups


def test_groups_are_written_and_read_again(tmp_path: Path) -> None:
    """A second run keeps the id, and tells what a ruling changed."""
    file = tmp_path / "groups.jsonl"
    file.write_text(write_group_lines(lay_out_groups(matched(CHAIN)).lines))
    earlier = read_groups(file)
    parted = matched(CHAIN, ruled("a", "b", "not_same"))
    later = lay_out_groups(parted, earlier)

    assert later.lines[0]["id"] == earlier[0].id
    assert later.changes == {"left": 1}
    file.write_text("[]\n")
    with pytest.raises(UnreadableFileError, match="groups"):
        read_groups(file)
