"""What a changed pack changes is told before it is published."""

from dataclasses import replace
from pathlib import Path

import pytest

import storekin
from storekin.policy.begin import begin_policy
from storekin.policy.decide import decide
from storekin.policy.diff import compare_policies
from storekin.policy.load import find_policy, read_policy, shipped_policies
from storekin.policy.replay import replay
from storekin.policy.show import policy_as_json, show_policy
from storekin.workflows.scan import ScanResult
from storekin.workflows.stored import read_facts

GOLDEN = Path(__file__).parents[1] / "golden"


def test_a_difference_is_a_plain_sentence() -> None:
    """Decisions first in both languages, with the values before and after."""
    changes = compare_policies(
        find_policy("aliexpress"), find_policy("aliexpress-mild")
    )
    lines = [
        f"{language}: {change.sentence[language]}"
        for language in ("en", "zh")
        for change in changes
        if change.decides
    ]

    expected = (GOLDEN / "policy_diff.txt").read_text("utf-8")
    assert "\n".join(lines) + "\n" == expected


@pytest.mark.parametrize("name", shipped_policies())
def test_a_pack_is_no_other_than_itself(name: str) -> None:
    """Nothing changes where nothing was changed."""
    assert compare_policies(find_policy(name), find_policy(name)) == []


def test_words_alone_change_no_decision() -> None:
    """A new sentence is a change, and decides nothing."""
    policy = find_policy("aliexpress")
    rule = replace(policy.signals["same_phone"], because="A phone, once.")
    changed = replace(policy, signals={**policy.signals, "same_phone": rule})
    (change,) = compare_policies(policy, changed)

    assert (change.rule, change.key, change.decides) == ("same_phone", "because", False)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", shipped_policies())
def test_a_page_tells_every_rule_with_its_source(name: str, language: str) -> None:
    """Each sentence, each source and each confidence is on the page."""
    policy = find_policy(name)
    page = show_policy(policy, language)
    for rule in (*policy.signals.values(), *policy.statements.values()):
        assert (rule.because_zh if language == "zh" else rule.because) in page
    for key in policy.sources:
        assert key in page
    assert policy.digest in page


def test_a_page_of_the_law_tells_its_articles() -> None:
    """A law that is stacked stands with its duties and clocks."""
    page = show_policy(find_policy("ebay+eu"))

    for article in ("DSA 17", "DSA 20", "P2B 4", "P2B 11"):
        assert f"**{article}.**" in page
    assert policy_as_json(find_policy("ebay+eu"))["profiles"] == ["eu@2026.1"]


def test_a_new_policy_says_nothing_other_yet() -> None:
    """What is begun is sound, and decides as the pack that it is based on."""
    base = find_policy("lazada")
    own = read_policy(begin_policy("ours", base).encode(), "ours.toml")

    assert own.id == "ours"
    assert not [change for change in compare_policies(base, own) if change.decides]


def test_a_replay_names_the_stores_both_ways(demo_result: ScanResult) -> None:
    """Under the milder reading two pairs would have another outcome."""
    facts = demo_result.facts
    old, new = find_policy("aliexpress"), find_policy("aliexpress-mild")
    forth, back = replay(facts, old, new), replay(facts, new, old)
    ids = facts.stores.ids

    assert {ids[n] for n in forth.milder} == {
        "aurora-home",
        "aurora-living",
        "delta-camping",
        "delta-outdoor",
    }
    assert len(forth.stricter) == 0
    assert forth.milder.tolist() == back.stricter.tolist()
    assert "same_business_licence" in forth.because[0]
    assert len(replay(facts, old, old).left) == 0


def test_stored_decisions_are_taken_again(
    demo_result: ScanResult, tmp_path: Path
) -> None:
    """A result's files decide as the comparison did, under every pack."""
    storekin.write_report(demo_result, tmp_path / "out")
    facts = read_facts(tmp_path / "out")
    for name in shipped_policies():
        policy = find_policy(name)
        told, again = decide(demo_result.facts, policy), decide(facts, policy)
        assert told.left.tolist() == again.left.tolist()
        assert told.right.tolist() == again.right.tolist()
        assert told.effect.tolist() == again.effect.tolist()
        assert told.outcome.tolist() == again.outcome.tolist()
        assert told.bits.tolist() == again.bits.tolist()


def test_a_stored_decision_holds_no_value(
    demo_result: ScanResult, tmp_path: Path
) -> None:
    """Digest, evidence ids and tokens are there; no phone and no licence is."""
    import pyarrow.parquet as pq

    storekin.write_report(demo_result, tmp_path / "out")
    rows = pq.read_table(tmp_path / "out" / "decisions.parquet").to_pylist()
    ids = {e.id for a in demo_result.associations for e in a.evidence}

    assert rows
    for row in rows:
        assert row["digest"] == demo_result.policy.digest
        assert set(row["evidence"]) <= ids
        assert all(token.startswith("t-") for token in row["tokens"])
    whole = str(rows)
    for secret in ("7700900156", "7700 900156", "99000019800403"):
        assert secret not in whole
