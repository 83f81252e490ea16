"""Laws of decisions: the same facts decide the same; more evidence is never milder."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from specimens import all_specimens, decide_specimen, facts_of, follows

from storekin.identity.model import IDENTITY_SIGNALS
from storekin.policy.decide import ACCESS_SIGNALS, decide, decide_in_force
from storekin.policy.facts import Facts
from storekin.policy.load import find_policies, find_policy, shipped_policies
from storekin.policy.model import OUTCOMES, severity

POLICIES = shipped_policies()
SIGNALS = st.lists(st.sampled_from(IDENTITY_SIGNALS), unique=True, max_size=6)
PAIR = st.fixed_dictionaries(
    {
        "level": st.sampled_from(["identical", "highly_similar", "similar"]),
        "proven": st.booleans(),
        "differs": st.lists(
            st.sampled_from(["colour", "quantity", "product_id", "photos"]), unique=True
        ),
    }
)
CASES = st.fixed_dictionaries(
    {
        "shares": SIGNALS,
        "listings": st.lists(PAIR, max_size=4),
        "operator": st.booleans(),
        "declared": st.booleans(),
        "need": st.booleans(),
        "status": st.lists(
            st.sampled_from(["good", "not_good", "closed", ""]), min_size=2, max_size=2
        ),
        "registrants": st.sampled_from([2, 3, 9]),
    }
)


def worst(outcomes: dict[str, str]) -> int:
    return max((severity(outcome) for outcome in outcomes.values()), default=0)


def same(one: object, other: object) -> bool:
    left, right = one.effect, other.effect  # type: ignore[attr-defined] # decisions
    return bool(
        np.array_equal(left, right)
        and np.array_equal(one.outcome, other.outcome)  # type: ignore[attr-defined] # ditto
        and np.array_equal(one.bits, other.bits)  # type: ignore[attr-defined] # ditto
    )


@settings(deadline=None)
@given(case=CASES, policy=st.sampled_from(POLICIES))
def test_a_decision_can_be_taken_again(case: dict[str, object], policy: str) -> None:
    """The same facts and pack give the same decision, to the last digit."""
    facts, rules = facts_of(case), find_policy(policy)

    assert same(decide(facts, rules), decide(facts, find_policy(policy)))


@settings(deadline=None)
@given(
    case=CASES,
    more=st.sampled_from([s for s in IDENTITY_SIGNALS if s not in ACCESS_SIGNALS]),
    policy=st.sampled_from(POLICIES),
)
def test_more_evidence_for_is_never_milder(
    case: dict[str, object], more: str, policy: str
) -> None:
    """One more value in common never ends in a milder outcome."""
    before = decide_specimen(policy, case)
    shares = [*case["shares"], more]  # type: ignore[misc] # a list of signals
    after = decide_specimen(policy, {**case, "shares": list(dict.fromkeys(shares))})

    assert worst(after) >= worst(before)


@settings(deadline=None)
@given(case=CASES, policy=st.sampled_from(POLICIES))
def test_one_more_duplicate_is_never_milder(
    case: dict[str, object], policy: str
) -> None:
    """One more identical product in common never ends in a milder outcome."""
    before = decide_specimen(policy, case)
    listings = [*case["listings"], {"level": "identical"}]  # type: ignore[misc] # pairs
    after = decide_specimen(policy, {**case, "listings": listings})

    assert worst(after) >= worst(before)


@settings(deadline=None)
@given(
    case=CASES, policy=st.sampled_from(POLICIES), signal=st.sampled_from(ACCESS_SIGNALS)
)
def test_what_is_ignored_changes_nothing(
    case: dict[str, object], policy: str, signal: str
) -> None:
    """A signal that a pack ignores, or only counts, neither adds nor takes away."""
    rules = find_policy(policy)
    if rules.effect_of(signal) not in ("ignored", "advisory_limit"):
        return
    shares = [s for s in case["shares"] if s != signal]  # type: ignore[attr-defined] # ditto
    one = decide(facts_of({**case, "shares": shares}), rules)
    other = decide(facts_of({**case, "shares": [*shares, signal]}), rules)

    assert follows(one) == follows(other)
    assert np.array_equal(one.bits, other.bits)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_notice_never_associates(policy: str) -> None:
    """What is only advised against has no outcome beyond a notice."""
    rules = find_policy(policy)

    assert rules.outcomes["advisory"].outcome in ("notice", "none")
    crowded = {"shares": list(ACCESS_SIGNALS), "bits": 50.0, "holders": 99}
    if all(rules.effect_of(s) == "advisory_limit" for s in ACCESS_SIGNALS):
        assert decide_specimen(policy, crowded) == {}


@pytest.mark.parametrize(("policy", "specimen"), all_specimens()[:40])
def test_which_store_is_left_changes_nothing(
    policy: str, specimen: dict[str, object]
) -> None:
    """Swapping the stores of every listing pair changes nothing."""
    facts = facts_of(specimen)
    if facts.catalogues is None:
        return
    pairs = facts.catalogues
    swapped = replace(
        facts, catalogues=replace(pairs, left=pairs.right, right=pairs.left)
    )
    rules = find_policy(policy)

    assert follows(decide(facts, rules)) == follows(decide(swapped, rules))


def test_what_a_person_ruled_apart_stays_apart() -> None:
    """No decision is taken on stores that were found not to be the same."""
    facts = facts_of({"shares": ["same_phone"], "listings": [{"level": "identical"}]})
    apart = Facts(
        stores=facts.stores,
        identity=facts.identity,
        catalogues=facts.catalogues,
        apart=frozenset({(0, 1)}),
    )

    assert len(decide(facts, find_policy("aliexpress"))) == 2
    assert len(decide(apart, find_policy("aliexpress"))) == 0


def test_the_version_in_force_at_the_event_decides(tmp_path: Path) -> None:
    """A rule that came later does not judge what was done before."""
    folder = tmp_path / "ours"
    folder.mkdir()
    for version, day, limit in (("1", "2020-01-01", 3), ("2", "2024-01-01", 1)):
        (folder / f"{version}.toml").write_text(
            f"""
schema = 1
id = "ours"
based_on = "aliexpress"
version = "{version}"
effective_on = {day}
platform = "ours"
[sources]
own = "our agreement"
[signals.same_phone]
effect = "unique"
limit = {limit}
source = ["own"]
read_on = {day}
confidence = "high"
because = "A phone number registers {limit} accounts."
""",
            "utf-8",
        )
    versions = find_policies(str(folder))
    day = date(1970, 1, 1).toordinal()
    for opened, effects in ((2023, {}), (2025, {"duplicate_registration"})):
        opening = date(opened, 6, 1).toordinal() - day
        facts = facts_of(
            {"shares": ["same_phone"], "holders": 2, "opened": [0, opening]}
        )
        found = [follows(d) for d in decide_in_force(facts, versions, 99_999)]
        assert {effect for each in found for effect in each} == set(effects)
    assert [policy.version for policy in versions] == ["1", "2"]


def test_outcomes_are_ordered_from_mild_to_severe() -> None:
    """What lets a store be is milder than what looks at it, and that than what acts."""
    order = ["none", "permitted", "notice", "open_case", "refuse", "close_store"]

    assert sorted(order, key=severity) == order
    assert len(OUTCOMES) == len(set(OUTCOMES))
