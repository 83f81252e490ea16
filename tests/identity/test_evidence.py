"""What two registrations say of one another: rarity, contradiction, and hubs."""

import pyarrow as pa
import pytest

import storekin
from storekin.identity.model import IDENTITY_SIGNALS, load_identity_model
from storekin.identity.values import SOURCES
from storekin.wiring import portfolio_of
from storekin.workflows.registrations import compare_registrations

Row = dict[str, str | None]


def licence(number: int) -> str:
    from stdnum.cn import uscc

    first = f"91990000MA{number:07d}"
    return first + str(uscc.calc_check_digit(first))


def letters(number: int) -> str:
    """Spell a number in letters: names hold no digits."""
    return "".join("bcdfghjkmp"[int(digit)] for digit in f"{number:06d}")


def strangers(count: int, **shared: str) -> list[Row]:
    """Registrants who differ in everything but what *shared* gives them."""
    return [
        {
            "store": f"s{number:03d}",
            "business_licence": licence(number * 7919),
            "legal_person": f"{letters(number * 31)} {letters(number * 7919)}",
            "company_name": f"{letters(number * 104729)} Trading Ltd",
            "address": f"No. {number * 37 + 1} Street{number * 7919}, Town{number}",
            **shared,
        }
        for number in range(count)
    ]


def table(rows: list[Row]) -> pa.Table:
    names = sorted({name for row in rows for name in row})
    return pa.table(
        {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    )


def bits_of(rows: list[Row], left: str, right: str, signal: str) -> float | None:
    portfolio = portfolio_of({"registrations": table(rows)})
    ids = portfolio.store_ids()
    asked = pa.table({"left": [ids.index(left)], "right": [ids.index(right)]})
    found = compare_registrations(portfolio, also=asked, propose=False)
    number = list(found.values.by_signal).index(signal)
    bits = found.evidence.bits[found.evidence.signal == number]
    return float(bits[0]) if len(bits) else None


def test_a_phone_of_two_says_more_than_one_of_forty() -> None:
    """Rarity decides: what forty strangers give says next to nothing."""
    two = strangers(40)
    two[0]["phone"] = two[1]["phone"] = "+86 138 0013 8001"
    forty = strangers(40, phone="+86 138 0013 8001")
    rare = bits_of(two, "s000", "s001", "same_phone")
    common = bits_of(forty, "s000", "s001", "same_phone")

    assert rare is not None
    assert common is not None
    assert rare > 15
    assert common <= 1


def test_a_groups_own_phone_is_not_generic() -> None:
    """Twenty stores of one licence and one phone do not contradict each other."""
    rows = strangers(20, phone="+86 138 0013 8001", business_licence=licence(1))
    bits = bits_of(rows, "s000", "s001", "same_phone")

    assert bits is not None
    assert bits > 5


def test_holders_without_papers_cannot_be_told_apart() -> None:
    """Without licences the weight still falls as more stores give the value."""
    few = [{"store": f"a{n}", "phone": "+8613800138001"} for n in range(2)]
    many = [{"store": f"a{n}", "phone": "+8613800138001"} for n in range(60)]
    rare = bits_of(few, "a0", "a1", "same_phone")
    common = bits_of(many, "a0", "a1", "same_phone")

    assert rare is not None
    assert common is not None
    assert rare > common + 8


def test_silence_is_no_evidence_and_difference_is() -> None:
    """A missing licence weighs nothing; another one speaks against."""
    rows = strangers(2, phone="+8613800138001")
    assert bits_of(rows, "s000", "s001", "same_business_licence") == -1.4
    rows[1]["business_licence"] = None
    assert bits_of(rows, "s000", "s001", "same_business_licence") is None


def test_a_near_number_is_weak_evidence_of_its_own() -> None:
    """One digit off is never the same number; near a generic value is nothing."""
    given = strangers(2)
    given[0]["phone"], given[1]["phone"] = "+8613800138001", "+8613800138007"
    found = storekin.scan({"registrations": table(given)})
    assert found.associations == ()
    told = storekin.explain({"registrations": table(given)}, "s000", "s001")
    assert {e.evidence.signal for e in told.evidence} >= {"near_phone"}
    assert "same_phone" not in {e.evidence.signal for e in told.evidence}
    rows = strangers(2)
    rows[0]["phone"], rows[1]["phone"] = "+8613800138001", "+8613800138007"
    near = bits_of(rows, "s000", "s001", "same_phone")
    agent = strangers(12, phone="+8613800138001")
    agent[0]["phone"] = "+8613800138007"

    assert near is not None
    assert 0 < near <= load_identity_model().signals["same_phone"].near
    assert bits_of(agent, "s000", "s001", "same_phone") == -0.3


def test_what_comes_together_counts_once() -> None:
    """A phone and a mailbox of one cause say less than the sum of both."""
    alone = strangers(2)
    alone[0]["phone"] = alone[1]["phone"] = "+8613800138001"
    both = strangers(2, phone="+8613800138001", email="one@box.example")
    mail = bits_of(both, "s000", "s001", "same_email") or 0
    phone = bits_of(both, "s000", "s001", "same_phone") or 0

    assert min(mail, phone) < (bits_of(alone, "s000", "s001", "same_phone") or 0)


def test_homophones_say_less_than_the_same_characters() -> None:
    """王伟 and 王玮 sound alike: that is weaker than the same name."""
    rows = strangers(2)
    rows[0]["legal_person"], rows[1]["legal_person"] = "王伟", "王偉"
    same = bits_of(rows, "s000", "s001", "similar_legal_person_name")
    rows[1]["legal_person"] = "王玮"
    sound = bits_of(rows, "s000", "s001", "similar_legal_person_name")

    assert same is not None
    assert sound is not None
    assert same > sound > 0


def test_weights_and_sources_name_the_same_signals() -> None:
    """Each signal has its values and its weights, in one order."""
    assert tuple(SOURCES) == IDENTITY_SIGNALS
    assert set(load_identity_model().signals) == set(IDENTITY_SIGNALS)


@pytest.mark.parametrize("column", ["business_licence", "phone", "email", "address"])
def test_a_value_that_everybody_gives_pairs_nobody(column: str) -> None:
    """Two thousand holders of one value do not become two million pairs."""
    value = {"email": "a@agent.example", "phone": "+8613800138001"}.get(
        column, licence(5)[:-1] + "0"
    )
    rows = strangers(2000)
    for row in rows:
        row[column] = value
    found = storekin.match_registrations(table(rows))

    assert found.num_rows <= 2000
