"""The chain of events: what is sealed stays, and what was changed is found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storekin.cases.events import Actor, event_from_json, seal, verify_chain
from storekin.errors import CaseChainError, InvalidRecordError

AT = datetime(2026, 3, 1, tzinfo=UTC)
KIM = Actor("kim", "reviewer")
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.floats(-9, 9) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


def chain(count: int) -> list:
    events = []
    for number in range(count):
        last = events[-1] if events else None
        at = AT + timedelta(minutes=number)
        events.append(seal("note", KIM, at, {"n": number, "text": "说\u2028x"}, last))
    return events


@given(data=st.dictionaries(st.text(max_size=5), plain, max_size=4))
def test_an_event_is_read_as_it_was_written(data: dict) -> None:
    """Whatever JSON an event holds, its line is read to the same event."""
    import json

    event = seal("note", KIM, AT, data, None)
    line = json.dumps(event.as_json(), ensure_ascii=False)
    assert event_from_json(line, "here") == event
    verify_chain([event_from_json(line, "here")], "here")


@given(count=st.integers(2, 6), place=st.integers(0, 5), what=st.integers(0, 5))
def test_whatever_is_changed_is_found(count: int, place: int, what: int) -> None:
    """An event changed, left out, swapped, repeated or backdated breaks the chain."""
    events = chain(count)
    place %= count
    changed = list(events)
    one = changed[place]
    if what == 0:
        changed[place] = replace(one, data={**one.data, "n": 99})
    elif what == 1:
        changed[place] = replace(one, by=Actor("lee", "reviewer"))
    elif what == 2 and place < count - 1:
        del changed[place]
    elif what == 3:
        changed.insert(place, one)
    elif what == 4 and count > 1:
        other = (place + 1) % count
        changed[place], changed[other] = changed[other], changed[place]
    else:
        changed[place] = replace(one, at=one.at - timedelta(days=1))
    verify_chain(events, "here")
    with pytest.raises(CaseChainError, match="here"):
        verify_chain(changed, "here")


def test_what_is_no_event_has_a_place_and_a_fix() -> None:
    """A line that cannot be read is told with its place."""
    for line in ("{", "[]", '{"number": 1}', '{"number":"x"}'):
        with pytest.raises(CaseChainError, match="line 3"):
            event_from_json(line, "events.jsonl, line 3")


@pytest.mark.parametrize("data", [{"x": {1, 2}}, {"x": float("nan")}, {"x": "\ud800"}])
def test_what_cannot_be_kept_is_refused(data: dict) -> None:
    """A set, no number, half a character: refused before anything is written."""
    with pytest.raises(InvalidRecordError):
        seal("note", KIM, AT, data, None)


def test_an_actor_has_a_name_and_a_role() -> None:
    """Nobody acts without a name; no event stands without a zone."""
    with pytest.raises(InvalidRecordError):
        Actor(" ", "reviewer")
    with pytest.raises(InvalidRecordError):
        seal("note", KIM, datetime(2026, 1, 1), {}, None)  # noqa: DTZ001
