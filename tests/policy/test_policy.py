"""Policies are data: faults are named at once, decisions follow from the file."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from storekin.errors import PolicyFaultsError, UnknownPolicyError, UnreadableFileError
from storekin.policy.decide import breaks_uniqueness, number_signals
from storekin.policy.facts import IdentityFacts
from storekin.policy.load import (
    find_policies,
    find_policy,
    find_policy_or_law,
    find_profile,
    read_policy,
    shipped_policies,
)
from storekin.policy.model import Policy, Rule

GOLDEN = Path(__file__).parents[1] / "golden"
PACK = files("storekin.policy").joinpath("packs", "aliexpress.toml").read_text("utf-8")

FAULTY = (
    PACK.replace("[signals.same_phone]", "[signals.same_phon]", 1)
    .replace('effect = "unique"', 'effect = "uniqe"', 1)
    .replace("limit = 5", "limit = 0", 1)
    .replace('confidence = "low"', 'confidence = "lowish"', 1)
    .replace('source = ["founding", "TP-AE1"]', 'source = ["foundng"]', 1)
    .replace('level_at_least = "highly_similar"', 'level_at_least = "high"', 1)
    .replace('which = "later"', 'wich = "later"', 1)
    .replace("[outcomes.related]", "[outcomes.relatd]", 1)
    .replace("effective_on = 2026-01-01", 'effective_on = "2026-01-01"', 1)
    .replace('allowance_for = ["quantity"]', 'allowance_for = ["quantty"]', 1)
    .replace('scope = "any_seller"', 'scope = "any_sellers"', 1)
    .replace('outcome = "notice"', 'outcome = "close_store"', 1)
    .replace('"store_opening_information", ', '"store_opening_info", ', 1)
    .replace('length = "P7D"', 'length = "7 days"', 1)
    .replace('when = "closed"', 'when = "close"', 1)
)


def test_every_shipped_policy_is_sound() -> None:
    """What ships has no fault, and each rule says who says so."""
    for name in shipped_policies():
        policy = find_policy(name)
        rules: list[Rule] = [*policy.signals.values(), *policy.statements.values()]
        tests = (policy.duplicates, policy.permission, policy.standing, policy.related)
        rules += [test for test in tests if test is not None]
        for rule in [*rules, *policy.clocks]:
            assert rule.read_on
            assert rule.because_zh != rule.because
            if getattr(rule, "effect", "") != "unknown":
                assert rule.source
                assert rule.confidence
            if rule.condition:
                assert rule.condition_zh != rule.condition
        for outcome in policy.outcomes.values():
            assert len(outcome.steps) == len(outcome.steps_zh)


def test_ten_platforms_are_there() -> None:
    """Each has a pack, AliExpress a stricter and a milder one; laws are stacked."""
    platforms = {find_policy(name).platform for name in shipped_policies()}

    assert len(platforms) == 10
    assert {"aliexpress-strict", "aliexpress-mild"} < set(shipped_policies())
    stacked = find_policy("ebay+eu")
    assert stacked.id == "ebay+eu"
    assert {"DSA 17", "DSA 20", "P2B 4", "P2B 11"} <= {
        d.article for d in stacked.duties
    }
    assert stacked.digest != find_policy("ebay").digest


def test_all_faults_are_named_at_once() -> None:
    """File, rule, key and the nearest known word, for every fault in one go."""
    with pytest.raises(PolicyFaultsError) as caught:
        read_policy(FAULTY.encode(), "my-rules.toml")
    expected = (GOLDEN / "policy_faults.txt").read_text("utf-8")

    assert str(caught.value) + "\n" == expected


def test_no_toml_and_no_file_are_errors_with_a_fix() -> None:
    """A broken file names its line; an unknown name suggests the nearest."""
    with pytest.raises(UnreadableFileError, match="line 1"):
        read_policy(b"id = \nversion = 1", "broken.toml")
    with pytest.raises(UnknownPolicyError, match="aliexpress"):
        find_policy("aliexpres")


@pytest.mark.parametrize("by", ["name", "path"])
def test_a_law_by_itself_decides_nothing_but_can_be_read(
    by: str, tmp_path: Path
) -> None:
    """To decide by a law alone would find no association, and say so as if it knew."""
    law = find_profile("eu")
    name = "eu"
    if by == "path":
        shipped = files("storekin.policy").joinpath("profiles", "eu.toml")
        name = str(tmp_path / "law.toml")
        Path(name).write_bytes(shipped.read_bytes())

    for find in (find_policy, find_policies):
        with pytest.raises(UnknownPolicyError, match="is a law") as caught:
            find(name)
        assert caught.value.fix == f"stack it on a policy: 'aliexpress+{name}'"
    assert find_policy_or_law(name) == law
    assert find_policy(f"aliexpress+{name}").profiles == (law.name,)


def test_one_file_always_has_one_digest() -> None:
    """A decision names its policy's bytes."""
    one, other = read_policy(PACK.encode(), "a"), read_policy(PACK.encode(), "b")

    assert one.digest == other.digest
    assert read_policy((PACK + "\n").encode(), "c").digest != one.digest


def test_on_aliexpress_networks_are_only_counted() -> None:
    """There is no association by network or device."""
    policy = find_policy("aliexpress")
    numbers = number_signals(policy, ["shares_ip", "shares_device", "same_phone"])

    assert numbers.silent.tolist() == [True, True, False]
    assert numbers.unique.tolist() == [False, False, True]


def one_pair(
    *, registrants: int = 2, holders: int = 2, exact: bool = True
) -> IdentityFacts:
    """Two stores and one piece of evidence, on a phone."""
    none = np.zeros(1, np.int64)
    return IdentityFacts(
        signals=["same_phone"],
        near_signals=["near_phone"],
        left=none,
        right=none + 1,
        pair=none,
        signal=none,
        bits=np.array([19.0]),
        exact=np.array([exact]),
        near=np.array([not exact]),
        holders=np.array([holders]),
        registrants=np.array([registrants]),
        prior_bits=-10.0,
    )


def breaks(facts: IdentityFacts, policy: Policy) -> list[bool]:
    numbers = number_signals(policy, facts.signals)
    return breaks_uniqueness(facts, numbers, policy).tolist()


@pytest.mark.parametrize(("registrants", "breach"), [(2, True), (4, True), (5, False)])
def test_a_unique_value_of_many_registrants_is_no_breach_of_two(
    registrants: int, *, breach: bool
) -> None:
    """From five distinct registrants on, the value is reported, not its pairs."""
    facts = one_pair(registrants=registrants)

    assert breaks(facts, find_policy("aliexpress")) == [breach]


def test_a_near_value_breaks_no_rule() -> None:
    """One digit off is another number."""
    assert breaks(one_pair(exact=False), find_policy("aliexpress")) == [False]


def test_a_unique_value_may_have_a_limit() -> None:
    """Where several accounts may give one value, one more than that is a breach."""
    policy = find_policy("aliexpress")
    rule = replace(policy.signals["same_phone"], limit=3)
    policy = replace(policy, signals={**policy.signals, "same_phone": rule})

    assert breaks(one_pair(holders=3), policy) == [False]
    assert breaks(one_pair(holders=4), policy) == [True]


def test_more_than_the_limit_is_data() -> None:
    """A pack with another limit changes what is reported, without code."""
    policy = find_policy("aliexpress")
    rule = policy.signals["shares_ip"]

    assert rule.limit == 5
    assert replace(rule, limit=9).limit == 9
