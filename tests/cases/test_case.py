"""A case from open to closed: who may do what, and what is in force."""

from datetime import timedelta

import pytest
from case_scenes import ANN, DECIDED, GROUNDS, KIM, LEE, OPENED, ROY, Story

from storekin.cases.case import Measure, notes_for
from storekin.cases.clocks import clocks_of, load_clocks
from storekin.cases.events import Actor
from storekin.cases.moves import load_moves
from storekin.cases.statement import make_statement, transparency_record
from storekin.errors import CaseMoveError, StatementError

UPHELD = {"ruling": "upheld", "answers": {"e-1": "No."}, "reason": "No."}
CLOSED = (Measure("oak-right", "close_store"),)


def test_the_table_names_only_states_moves_and_roles_that_it_has() -> None:
    """A slip in the table would be a move that nobody can make."""
    table = load_moves()
    named = set(table.states)
    for move in table.moves.values():
        assert set(move.starts) <= named | {"*"}
        assert {move.to, move.severe_to} <= named | {""}
        assert set(move.roles) <= set(table.roles)
        assert set(move.apart_from) <= set(table.moves)
    reached = {move.to for move in table.moves.values()} | {"awaiting_second"}
    assert named == reached - {""}
    for clock in load_clocks():
        assert set(clock.starts) | set(clock.ends) <= set(table.moves)
        assert set(clock.pauses_in) <= named


def test_nothing_is_in_force_before_the_seller_is_told() -> None:
    """A decision that a second person confirmed takes effect with the notice."""
    story = Story()
    story.then("take_up", KIM)
    assert story.then("decide", KIM, DECIDED).state == "awaiting_second"
    assert story.then("confirm", LEE).measures == ()
    told = story.then("notify", KIM, {"statement": {"en": {}}})
    assert told.state == "notified"
    assert told.measures == CLOSED
    assert told.decision is not None
    assert told.decision.confirmed_by == LEE


def test_who_decided_neither_confirms_nor_hears_the_appeal() -> None:
    """Not under another role either: it is the person that counts."""
    story = Story()
    story.then("take_up", KIM)
    story.then("decide", KIM, DECIDED)
    for by in (KIM, Actor("kim", "lead"), Actor(" Kim ", "lead")):
        with pytest.raises(CaseMoveError, match=r"(?i)kim +made the move 'decide'"):
            story.then("confirm", by)
    story.then("confirm", LEE)
    story.then("notify", KIM, {"statement": {"en": {}}})
    story.then("appeal", ANN, {"decision": 1, "grounds": GROUNDS})
    for by in (KIM, LEE):
        with pytest.raises(CaseMoveError, match="let somebody else"):
            story.then("take_up_appeal", by)
    assert story.then("take_up_appeal", ROY).state == "in_appeal_review"


def test_an_overturned_decision_leaves_what_was_before_it() -> None:
    """Measures are as they were, at once, and the stores are held apart."""
    story = Story()
    story.told()
    story.then("appeal", ANN, {"decision": 1, "grounds": GROUNDS})
    story.then("take_up_appeal", ROY)
    ruled = story.then(
        "rule",
        ROY,
        {
            "ruling": "overturned",
            "answers": {"e-1": "The number is an agent's."},
            "reason": "Two families.",
            "not_same": True,
        },
    )
    assert ruled.measures == ()
    assert ruled.appeal is not None
    assert ruled.appeal.grounds[0].answer == "The number is an agent's."
    with pytest.raises(CaseMoveError, match="from 'ruled'"):
        story.then("close", ROY)  # the reasons are sent first
    story.then("notify", ROY, {"statement": {"en": {}}})
    assert story.then("close", ROY).state == "closed"


def test_a_ruling_in_part_says_what_stays() -> None:
    """Less than before stays; the same is no part."""
    story = Story()
    story.told()
    story.then("appeal", ANN, {"decision": 1, "grounds": GROUNDS})
    story.then("take_up_appeal", ROY)
    data = {"ruling": "partly", "answers": {"e-1": "Half."}, "reason": "Half."}
    with pytest.raises(CaseMoveError, match="what is left"):
        story.then("rule", ROY, data)
    held = [{"store": "oak-right", "outcome": "close_store"}]
    with pytest.raises(CaseMoveError, match="upheld"):
        story.then("rule", ROY, {**data, "measures": held})
    other = [{"store": "elm", "outcome": "open_case"}]
    with pytest.raises(CaseMoveError, match="no store 'elm'"):
        story.then("rule", ROY, {**data, "measures": other})
    milder = [{"store": "oak-right", "outcome": "open_case"}]
    ruled = story.then("rule", ROY, {**data, "measures": milder})
    assert ruled.measures == (Measure("oak-right", "open_case"),)


def test_every_ground_is_answered() -> None:
    """A ruling that passes over what the seller said is no ruling."""
    story = Story()
    story.told()
    grounds = [*GROUNDS, {"evidence": "e-2", "ground": "accepted", "text": "Yes."}]
    story.then("appeal", ANN, {"decision": 1, "grounds": grounds})
    story.then("take_up_appeal", ROY)
    with pytest.raises(CaseMoveError, match="e-2"):
        story.then(
            "rule",
            ROY,
            {"ruling": "upheld", "answers": {"e-1": "No."}, "reason": "No."},
        )


def test_an_appeal_answers_the_decision_that_was_told() -> None:
    """Another decision, unknown evidence, no text, too late: each is told."""
    story = Story()
    story.told()
    for data, problem in (
        ({"decision": 2, "grounds": GROUNDS}, "decision 2"),
        ({"decision": 1, "grounds": []}, "grounds"),
        ({"decision": 1, "grounds": [{**GROUNDS[0], "evidence": "e-9"}]}, "e-9"),
        ({"decision": 1, "grounds": [{**GROUNDS[0], "text": ""}]}, "text"),
        ({"decision": 1, "grounds": GROUNDS * 2}, "two grounds"),
    ):
        with pytest.raises(CaseMoveError, match=problem):
            story.then("appeal", ANN, data)
    with pytest.raises(CaseMoveError, match="a reviewer may not appeal"):
        story.then("appeal", KIM, {"decision": 1, "grounds": GROUNDS})
    with pytest.raises(CaseMoveError, match="closed on 2026-09-02"):
        story.then("appeal", ANN, {"decision": 1, "grounds": GROUNDS}, hours=24 * 190)


def test_no_more_appeals_than_the_policy_gives() -> None:
    """Here two; each is heard by somebody who took none of the decisions before."""
    story = Story()
    story.told()
    names = ["roy", "sam"]
    for name in names:
        by = Actor(name, "reviewer")
        story.then("appeal", ANN, {"decision": 1, "grounds": GROUNDS})
        story.then("take_up_appeal", by)
        answers = {"e-1": "No."}
        story.then(
            "rule", by, {"ruling": "upheld", "answers": answers, "reason": "No."}
        )
        story.then("notify", by, {"statement": {"en": {}}})
    with pytest.raises(CaseMoveError, match="gives 2 appeals"):
        story.then("appeal", ANN, {"decision": 1, "grounds": GROUNDS})


def test_a_case_closes_when_the_seller_can_no_longer_appeal() -> None:
    """Not before; where nothing is in force it closes at once."""
    story = Story()
    story.told()
    with pytest.raises(CaseMoveError, match="may appeal until 2026-09-02"):
        story.then("close", KIM)
    assert story.then("close", KIM, hours=24 * 190).state == "closed"
    with pytest.raises(CaseMoveError, match="it is over"):
        story.then("take_up", KIM)
    mild = Story()
    mild.then("take_up", KIM)
    data = {**DECIDED, "finding": "not_associated", "outcome": "none"}
    mild.then("decide", KIM, data)
    mild.then("notify", KIM, {"statement": {"en": {}}})
    assert mild.then("close", KIM).state == "closed"


def test_no_rule_broken_no_outcome() -> None:
    """Linked is not a breach: a permitted association has no measure."""
    story = Story()
    story.then("take_up", KIM)
    with pytest.raises(CaseMoveError, match="do not go together"):
        story.then("decide", KIM, {**DECIDED, "finding": "associated_and_permitted"})
    with pytest.raises(CaseMoveError, match="use its ids: e-1, e-2"):
        story.then("decide", KIM, {**DECIDED, "evidence": ["e-7"]})
    with pytest.raises(CaseMoveError, match="does not say reason"):
        story.then("decide", KIM, {**DECIDED, "reason": ""})


def test_what_the_seller_reads_names_nothing_of_the_other_store() -> None:
    """A reason, an answer or a shared note with another's value is refused."""
    story = Story()
    story.then("take_up", KIM)
    for secret in ("fern-left", "Fern Handel GmbH", "FERN HANDEL gmbh", "+49••••01"):
        with pytest.raises(CaseMoveError, match="the other store's"):
            story.then("decide", KIM, {**DECIDED, "reason": f"See {secret}."})
        with pytest.raises(CaseMoveError, match="the other store's"):
            story.then("note", KIM, {"text": f"See {secret}.", "private": False})
        story.then("note", KIM, {"text": f"See {secret}.", "private": True})
    assert story.case is not None
    assert notes_for(story.case, "seller") == ()
    assert len(notes_for(story.case, "auditor")) == 4


def test_clocks_run_pause_and_are_late() -> None:
    """The review stands still while the seller gathers proof, 30 days at the most."""
    story = Story()
    story.then("take_up", KIM)
    story.then("ask_for_proof", KIM, {"items": ["purchase invoices"]}, hours=23)
    assert story.case is not None

    def standing(days: float) -> dict[str, tuple[str, str]]:
        assert story.case is not None
        found = clocks_of(story.case, story.at + timedelta(days=days))
        return {
            r.clock.id: (r.standing, r.due_at.date().isoformat() if r.due_at else "")
            for r in found
        }

    assert standing(1)["review"][0] == "paused"
    assert standing(10)["proof"] == ("running", "2026-03-17")
    assert standing(20)["proof"][0] == "late"
    story.then("give_proof", ANN, hours=24 * 10)
    # opened on the 2nd; four days, and ten that it stood still
    assert standing(0)["review"] == ("running", "2026-03-16")
    assert standing(5)["review"][0] == "late"
    story.then("decide", KIM, DECIDED)
    assert standing(0)["review"][0] == "met"
    # decided on a Friday: two weekdays end on the Tuesday
    assert standing(0)["second_person"] == ("running", "2026-03-17")
    assert standing(5)["second_person"][0] == "late"
    story.then("confirm", LEE)
    assert standing(1)["reasons"][0] == "late"
    story.then("notify", KIM, {"statement": {"en": {}}})
    assert standing(0)["reasons"][0] == "met"
    assert standing(0)["appeal_window"] == ("running", "2026-09-13")


def test_an_unknown_window_is_said_to_be_unknown() -> None:
    """No window is made up: the seller may appeal, and nobody says until when."""
    story = Story(appeal={**OPENED["appeal"], "length": "", "tries": None})  # type: ignore[dict-item]
    told = story.told()
    found = {r.clock.id: r for r in clocks_of(told, story.at)}
    assert found["appeal_window"].standing == "unknown"
    assert found["appeal_window"].due_at is None
    appealed = story.then(
        "appeal", ANN, {"decision": 1, "grounds": GROUNDS}, hours=24 * 900
    )
    assert appealed.state == "appealed"


def test_the_statement_says_whether_somebody_reported_it() -> None:
    """On the platform's own initiative, or after a notice; never who gave it."""
    for noticed, words, kind in (
        (False, "on its own initiative", "SOURCE_VOLUNTARY"),
        (True, "after somebody reported it", "SOURCE_TYPE_OTHER_NOTIFICATION"),
    ):
        story = Story(after_notice=noticed)
        case = story.decided()
        text = make_statement(case, "case-0001", "en", story.at).as_text()
        assert words in text
        record = transparency_record(case, "case-0001", story.at)
        assert record["source_type"] == kind


def test_nothing_personal_is_published() -> None:
    """A rule whose words name a mailbox, a number or a store is refused."""
    for words in ("Write to a@b.example.", "Call 0049 170 1234567.", "Not oak-right."):
        story = Story(rule={"because": words, "because_zh": "某", "source": []})
        case = story.decided()
        with pytest.raises(StatementError, match="would publish"):
            transparency_record(case, "case-0001", story.at)
    published = transparency_record(Story().decided(), "case-0001", story.at)
    for secret in ("oak-right", "fern-left", "0049", "Oak Trade"):
        assert secret not in str(published)


@pytest.mark.parametrize(
    ("store", "words", "refused"),
    [
        ("ph", "A phone registers one account.", False),
        ("one", "A phone registers one account.", True),
        ("regist", "A phone registers one account.", True),
        ("橡树", "位于橡树路的店铺", True),
    ],
)
def test_a_short_name_is_told_by_its_whole(
    store: str, words: str, *, refused: bool
) -> None:
    """Two or three letters within a word name nobody; four may, and are refused."""
    rule = {"because": words, "because_zh": "某", "source": []}
    story = Story(left=store, rule=rule)
    case = story.decided()
    if not refused:
        assert transparency_record(case, "case-0001", story.at)
        return
    with pytest.raises(StatementError, match="would publish"):
        transparency_record(case, "case-0001", story.at)


def test_a_statement_that_lacks_a_block_is_not_sent() -> None:
    """Without a rule there is no ground, and no statement."""
    case = Story(rule={}).decided()
    with pytest.raises(StatementError, match="says nothing of ground"):
        make_statement(case, "case-0001", "en", case.events[-1].at)
    opened = Story().case
    assert opened is not None
    with pytest.raises(StatementError, match="nothing was decided"):
        make_statement(opened, "case-0001", "en", case.events[-1].at)
