"""Figures over cases: times, late ones, and what did not hold."""

from datetime import timedelta

import pytest
from case_scenes import ANN, DECIDED, GROUNDS, KIM, ROY, Story

from storekin.cases.figures import figures_of

ANSWERS = {"e-1": "We looked."}


def ruled(ruling: str) -> Story:
    """Tell a case up to a ruling."""
    story = Story()
    story.told()
    story.then("appeal", ANN, {"decision": 1, "grounds": GROUNDS})
    story.then("take_up_appeal", ROY)
    data = {"ruling": ruling, "answers": ANSWERS, "reason": "So.", "measures": []}
    story.then("rule", ROY, data, hours=46)
    return story


def test_figures_are_counted_over_all_cases() -> None:
    """An effect and a signal for each decision, however it was ruled."""
    stories = [ruled("overturned"), ruled("upheld"), ruled("partly"), Story()]
    quiet = Story(effect="related")
    quiet.then("take_up", KIM)
    quiet.then("decide", KIM, {**DECIDED, "outcome": "open_case"}, hours=47)
    stories.append(quiet)
    cases = [story.case for story in stories if story.case is not None]
    found = figures_of(cases, quiet.at + timedelta(days=1))
    told = found.as_json()
    assert told["cases"] == 5
    assert told["states"] == {"decided": 1, "open": 1, "ruled": 3}
    assert told["rulings"] == {"overturned": 1, "partly": 1, "upheld": 1}
    assert told["grounds"] == {"disputed": 3}
    # three after 2 hours, one after 48
    assert found.days_to_decision == pytest.approx(2 / 24, abs=0.001)
    assert found.days_to_ruling == pytest.approx(47 / 24, abs=0.001)
    first, second = found.by_effect
    assert (first.name, first.decided, first.appealed) == (
        "duplicate_registration",
        3,
        3,
    )
    assert first.share == pytest.approx(2 / 3)
    assert (second.name, second.share) == ("related", 0)
    (phone,) = found.by_evidence
    assert (phone.name, phone.decided, phone.overturned) == ("same_phone", 4, 1)
    assert found.late >= 1


def test_of_no_cases_nothing_is_made_up() -> None:
    """No medians, no rates."""
    from case_scenes import START

    found = figures_of([], START)
    assert found.cases == 0
    assert found.days_to_decision is None
    assert found.by_effect == ()
