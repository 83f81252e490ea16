"""The hub register: what is generic, what it probably is, and a person's word."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from stdnum.cn import uscc

from storekin.errors import InvalidRecordError, UnreadableFileError
from storekin.identity.register import Hub, token_of
from storekin.records.portfolio import Portfolio
from storekin.wiring import portfolio_of
from storekin.workflows.hubs import list_hubs, read_hubs, write_hubs
from storekin.workflows.look_again import look_again
from storekin.workflows.match import match_registration_table

OFFICE = "No. 7 Harbour Road, Room 12, Fulda"


def licence(number: int) -> str:
    first = f"91990000MA{number:07d}"
    return first + str(uscc.calc_check_digit(first))


def strangers(**shared: str) -> Portfolio:
    """Seven registrants with papers of their own, and what *shared* gives them."""
    count = 7
    columns = {
        "store": [f"s{n}" for n in range(count)],
        "business_licence": [licence(7919 * n) for n in range(count)],
        **{name: [value] * count for name, value in shared.items()},
    }
    return portfolio_of({"registrations": pa.table(columns)})


def stores_in_groups(portfolio: Portfolio, register: list[Hub]) -> int:
    groups = match_registration_table(portfolio, register=register).groups
    return sum(len(part) for part in groups.members().values())


def test_an_agents_values_come_together_and_an_office_alone() -> None:
    """Phone and office of one cause are an agent's; an office alone is let."""
    agents = list_hubs(strangers(phone="13800138001", address=OFFICE))
    office = list_hubs(strangers(address=OFFICE))

    assert {(hub.signal, hub.kind) for hub in agents} == {
        ("same_phone", "agent"),
        ("similar_address", "agent"),
    }
    assert [hub.kind for hub in office] == ["virtual_office"]
    assert agents[0].registrants == 7
    assert "13800138001" not in write_hubs(agents)


def test_a_placeholder_says_nothing_of_two() -> None:
    """The number of every sample form joins nobody, though only two give it."""
    table = pa.table({"store": ["a", "b"], "phone": ["13800138000", "138 0013 8000"]})
    portfolio = portfolio_of({"registrations": table})

    assert [hub.kind for hub in list_hubs(portfolio)] == ["placeholder"]
    assert stores_in_groups(portfolio, []) == 0


def test_a_persons_word_stands() -> None:
    """Denied, an agent's phone is a seller's; confirmed, a pair's phone is nobody's."""
    seven = strangers(phone="13800138001")
    hub = list_hubs(seven)[0]
    assert stores_in_groups(seven, [hub]) == 0
    assert stores_in_groups(seven, [replace(hub, status="denied")]) == 7
    table = pa.table({"store": ["a", "b"], "phone": ["13800138001"] * 2})
    two = portfolio_of({"registrations": table})
    assert stores_in_groups(two, []) == 2
    assert stores_in_groups(two, [replace(hub, status="confirmed")]) == 0


def test_what_was_said_stays_in_the_register(tmp_path: Path) -> None:
    """A later run keeps the word, also of a value that nobody gives any more."""
    seven = strangers(phone="13800138001")
    said = replace(
        list_hubs(seven)[0], status="confirmed", kind="courier", author="kim"
    )
    file = tmp_path / "hubs.jsonl"
    file.write_text(write_hubs([said]))
    known = read_hubs(file)

    assert known == [said]
    assert list_hubs(seven, known) == [said]
    assert list_hubs(strangers(), known) == [said]


def test_a_register_that_cannot_be_read_says_where(tmp_path: Path) -> None:
    """Another status, another file: each names its line and a fix."""
    said = list_hubs(strangers(phone="13800138001"))
    file = tmp_path / "hubs.jsonl"
    file.write_text(write_hubs(said).replace("proposed", "sure"))
    with pytest.raises(InvalidRecordError, match="'sure' is no status"):
        read_hubs(file)
    file.write_text("{}\n")
    with pytest.raises(UnreadableFileError, match="no hub"):
        read_hubs(file)


def test_what_rested_on_a_value_is_looked_at_again() -> None:
    """A reviewer finds a phone to be an agent's: the pair that it joined is told."""
    phones = ["13971826354", "139 7182 6354"]
    table = pa.table({"store": ["a", "b"], "country": ["CN"] * 2, "phone": phones})
    portfolio = portfolio_of({"registrations": table})
    hub = Hub(
        signal="same_phone",
        token=token_of("same_phone", "+8613971826354"),
        shown="+86•••••••••54",
        holders=2,
        registrants=2,
        kind="agent",
        status="confirmed",
    )
    (one,) = look_again(portfolio, [], [hub])

    assert (one.left, one.right, one.signal) == ("a", "b", "same_phone")
    assert one.before > one.after
    assert "13971826354" not in str(one.as_json())
    assert look_again(portfolio, [hub], [hub]) == []
