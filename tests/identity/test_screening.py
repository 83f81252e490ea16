"""Screening one registration says what comparing all says, and so do changes."""

from datetime import date
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

import storekin
from storekin.errors import IndexFileError, InvalidRecordError
from storekin.identity import blocking, grouping, scoring
from storekin.identity.hubs import judge_commonness
from storekin.identity.model import load_identity_model
from storekin.identity.register import token_of
from storekin.identity.screening.laid_out import LaidOut
from storekin.identity.steps import step_up, steps_up
from storekin.indexes.file import log_of
from storekin.normalise.identifiers import person_check_digit
from storekin.records.judgement import Judgement
from storekin.wiring import portfolio_of
from storekin.workflows import registration_index
from storekin.workflows.match import group_findings
from storekin.workflows.registration_index import RegistrationIndex
from storekin.workflows.registrations import compare_registrations, find_groups

Record = dict[str, str]

NAMES = ["王伟", "Wang Wei", "王偉", "汪维", "李娜", "Li Na", "Zhang San", "陈 明"]
COMPANIES = [
    "Xinda Trading Ltd",
    "XINDA TRADING CO., LTD.",
    "Yuanhang Crafts GmbH",
    "深圳市鑫达贸易有限公司",
    "深圳鑫达贸易有限公司",
    "Norvik Clocks Oy",
]
STREETS = ["Renmin Road, Shenzhen", "Binhe Road, Shenzhen", "人民路"]


def licence(number: int) -> str:
    from stdnum.cn import uscc

    first = f"9144030{number % 10}MA{number:07d}"
    return first + str(uscc.calc_check_digit(first))


def card(number: int) -> str:
    first = f"44030119800101{number:03d}"
    return first + person_check_digit(first)


def slipped(random: Random, text: str) -> str:
    """Mistype one character, now and then."""
    if random.random() < 0.8 or len(text) < 3:
        return text
    place = random.randrange(len(text) - 1)
    if random.random() < 0.4:
        swapped = text[place + 1] + text[place]
        return text[:place] + swapped + text[place + 2 :]
    return text[:place] + random.choice("0123456789") + text[place + 1 :]


def made(random: Random, store: str, wide: int) -> Record:
    """Make a registration of few possible values, so that much is shared or near."""
    record = {"store": store, "country": "CN"}

    def maybe(column: str, share: float, text: str) -> None:
        if random.random() < share:
            record[column] = slipped(random, text)

    maybe("business_licence", 0.7, licence(random.randrange(wide)))
    maybe("legal_person_id", 0.7, card(random.randrange(wide)))
    maybe("phone", 0.8, f"138001380{random.randrange(wide) % 90 + 10}")
    if random.random() < 0.2 and "phone" in record:
        record["phone"] += f"|1390013{random.randrange(9000) + 1000}"
    maybe("email", 0.6, f"seller{random.randrange(wide)}@box.example")
    maybe("legal_person", 0.8, random.choice(NAMES))
    maybe("company_name", 0.7, random.choice(COMPANIES))
    house, room = random.randrange(wide) + 1, random.randrange(4) + 101
    street = random.choice(STREETS)
    maybe("address", 0.7, f"Room {room}, No. {house} {street}")
    maybe("bank_account", 0.3, f"62220200{random.randrange(wide) + 10000000}")
    maybe("tax_number", 0.2, licence(random.randrange(wide)))
    maybe("trademark", 0.2, random.choice(["NORVIK", "Halden"]))
    return record


def stores(seed: int, count: int) -> list[Record]:
    random = Random(seed)
    wide = random.choice([6, 15, 40])
    names = [f"s{number:03d}" for number in range(count)]
    random.shuffle(names)
    return [made(random, name, wide) for name in names]


def portfolio(records: list[Record]) -> storekin.Portfolio:
    columns = sorted({column for one in records for column in one} | {"store"})
    return portfolio_of(
        {
            "registrations": pa.table(
                {c: pa.array([r.get(c) for r in records], pa.string()) for c in columns}
            )
        }
    )


@pytest.mark.parametrize("seed", range(40))
def test_screening_says_what_comparing_all_says(seed: int) -> None:
    """One record against the others finds the pairs, bits and signals of the scan."""
    records = stores(seed, 30)
    *others, last = records
    findings = compare_registrations(portfolio(records))
    pairs = group_findings(findings).pairs
    index = RegistrationIndex.build(portfolio(others))
    screened = {one.store: one for one in index.screen(last)}
    name = last["store"]

    expected = {}
    for row in pairs.to_pylist():
        if name in (row["left"], row["right"]):
            other = row["right"] if row["left"] == name else row["left"]
            expected[other] = row
    # pairs that only a chain makes likely are not the record's own
    own = {other: row for other, row in expected.items() if not row["chained"]}
    assert set(own) <= set(screened)
    for other, one in screened.items():
        row = expected[other]
        signals = {k: v for k, v in row.items() if v is not None and "_" in k}
        assert dict(one.signals) == pytest.approx(signals, abs=1e-6), other
        assert one.bits == pytest.approx(row["bits"], abs=1e-6)
        if not row["chained"]:
            assert one.probability == pytest.approx(row["probability"], abs=2e-6)


def partition(index: RegistrationIndex, records: list[Record]) -> set[tuple[str, ...]]:
    groups = [index.group_of(record["store"]) for record in records]
    return {group.stores for group in groups if group is not None}


def all_groups(
    records: list[Record], judgements: list[Judgement]
) -> set[tuple[str, ...]]:
    findings = compare_registrations(portfolio(records))
    ids = findings.values.store_ids
    members = find_groups(findings, judgements).members().values()
    return {tuple(ids[number] for number in part) for part in members}


@pytest.mark.parametrize("seed", range(40))
def test_groups_follow_every_change(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """After additions, replacements and removals the groups are those of a scan."""
    if seed % 4 == 0:  # and when all is laid out anew now and then
        monkeypatch.setattr(registration_index, "MOST_ADDED", 3)
    random = Random(seed)
    records = {record["store"]: record for record in stores(seed, 34)}
    names = sorted(records)
    known = {name: records[name] for name in names[:20]}
    ruled = [
        Judgement(
            left=names[random.randrange(10)],
            right=names[random.randrange(10, 20)],
            verdict=random.choice(["same", "not_same"]),
            reason="papers seen",
            author="reviewer",
            made_on=date(2026, 1, 1),
        )
    ]
    index = RegistrationIndex.build(portfolio(list(known.values())), judgements=ruled)
    assert partition(index, list(known.values())) == all_groups(
        list(known.values()), ruled
    )
    for step in range(12):
        before = partition(index, list(known.values()))
        name = random.choice(names)
        if name in known and random.random() < 0.5:
            changes = index.remove(name)
            del known[name]
        else:
            known[name] = made(random, name, 15) if name in known else records[name]
            changes = index.add(known[name])
        expected = all_groups(list(known.values()), ruled)
        after = partition(index, list(known.values()))
        assert after == expected, (step, name)
        assert changes is not None
        changed = {one.stores for one in changes if one.stores}
        assert after - before <= changed
        assert len(index) == len(known)


def test_parts_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few keys, pairs or rows of evidence are gone through at a time."""
    records = stores(3, 60)
    whole = compare_registrations(portfolio(records))
    whole_groups = find_groups(whole)
    monkeypatch.setattr(blocking, "_AT_ONCE", 7)
    monkeypatch.setattr(blocking, "MOST_ALIKE", 2)
    monkeypatch.setattr(blocking, "MOST_KEYS", 50)
    monkeypatch.setattr(scoring, "_CHUNK", 5)
    monkeypatch.setattr(scoring, "ROWS_AT_ONCE", 6)
    monkeypatch.setattr(grouping, "ROWS_AT_ONCE", 6)
    parts = compare_registrations(portfolio(records))
    assert len(whole.left) > 20
    assert parts.left.tolist() == whole.left.tolist()
    assert parts.right.tolist() == whole.right.tolist()
    for name in type(whole.evidence).__slots__:
        one, other = getattr(parts.evidence, name), getattr(whole.evidence, name)
        assert one.tolist() == other.tolist(), name
    assert parts.bits().tolist() == whole.bits().tolist()
    groups = find_groups(parts)
    assert groups.members() == whole_groups.members()
    assert groups.joins.pair.tolist() == whole_groups.joins.pair.tolist()
    assert len(groups.joins.pair) > 20


def index_of(records: list[Record]) -> RegistrationIndex:
    return storekin.index_registrations(portfolio(records))


def test_the_index_survives_saving_and_what_came_after(tmp_path: Path) -> None:
    """A saved index, and what its log holds, say what the first one said."""
    records = stores(7, 40)
    first, later = records[:36], records[36:]
    index = index_of(first)
    path = tmp_path / "registrations.index"
    index.save(path)
    for record in later[:3]:
        index.add(record)
    assert index.remove(first[0]["store"]) is not None
    again = storekin.RegistrationIndex.load(path)

    assert len(again) == len(index) == 38
    assert again.screen(later[3]) == index.screen(later[3])
    names = [record["store"] for record in records]
    assert [again.group_of(n) for n in names] == [index.group_of(n) for n in names]

    again.save(path)
    third = storekin.RegistrationIndex.load(path)
    told = [(one.store, one.bits) for one in third.screen(later[3])]
    assert told == [(one.store, one.bits) for one in index.screen(later[3])]
    assert [third.group_of(n) for n in names] == [index.group_of(n) for n in names]


def test_a_torn_change_is_left_out_and_the_others_hold(tmp_path: Path) -> None:
    """A crash in the middle of a write costs that write alone."""
    records = stores(3, 20)
    path = tmp_path / "registrations.index"
    index = index_of(records[:17])
    index.save(path)
    index.add(records[17])
    index.add(records[18])
    log = log_of(path)
    log.write_bytes(log.read_bytes()[:-3])
    again = storekin.RegistrationIndex.load(path)

    assert records[17]["store"] in again
    assert records[18]["store"] not in again
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(IndexFileError, match="not whole"):
        storekin.RegistrationIndex.load(path)


def test_a_file_of_another_version_is_named_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that lacks what this version reads is to be built again."""
    path = tmp_path / "registrations.index"
    whole = LaidOut.arrays
    monkeypatch.setattr(
        LaidOut,
        "arrays",
        lambda laid: {k: v for k, v in whole(laid).items() if k != "near_checks"},
    )
    index_of(stores(3, 20)).save(path)

    with pytest.raises(IndexFileError, match="another version, without near_checks"):
        storekin.RegistrationIndex.load(path)


def test_a_file_whose_arrays_held_something_else_is_named_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys of other sums have the same name and shape, and would meet nothing."""
    path = tmp_path / "registrations.index"
    monkeypatch.setattr(registration_index, "LAYOUT", 1)
    index_of(stores(3, 20)).save(path)
    monkeypatch.undo()

    with pytest.raises(IndexFileError, match="another version"):
        storekin.RegistrationIndex.load(path)


def test_an_empty_index_takes_stores_in() -> None:
    """Nothing is known, then one store, then another of the same licence."""
    index = index_of([])
    paper = licence(3)
    assert index.screen({"business_licence": paper}) == []
    assert index.add({"store": "a", "business_licence": paper}) == []
    (change,) = index.add({"store": "b", "business_licence": paper.lower()})

    assert change.stores == ("a", "b")
    assert [event.change for event in change.events] == ["made"]
    (found,) = index.screen({"store": "c", "business_licence": f" {paper}"})[:1]
    assert found.store == "a"
    assert found.signals["same_business_licence"] > 10
    assert index.remove("nobody") is None


def test_what_a_person_said_of_a_value_stands() -> None:
    """A phone that a reviewer confirmed to be an agent's links nobody any more."""
    phone = "13911112222"
    records = [{"store": f"s{n}", "country": "CN", "phone": phone} for n in range(3)]
    plain = index_of(records[:2])
    assert plain.screen(records[2])[0].probability > 0.5
    hub = storekin.Hub(
        signal="same_phone",
        token=token_of("same_phone", "+8613911112222"),
        shown="",
        holders=3,
        registrants=3,
        kind="agent",
        status="confirmed",
    )
    index = storekin.index_registrations(portfolio(records[:2]), register=[hub])

    assert all(one.probability < 0.05 for one in index.screen(records[2]))


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({"phone": "13911112222"}, "no store"),
        ({"store": "", "phone": "1"}, "no store"),
        ({"store": "a", "phone": ["13911112222"]}, "phone: list is no text"),
        ({"store": "a", "address": True}, "address: bool is no text"),
    ],
)
def test_what_is_no_registration_is_refused(
    record: dict[str, object], problem: str
) -> None:
    """The error names the column; the index is as it was."""
    index = index_of(stores(1, 4))
    with pytest.raises(InvalidRecordError, match=problem):
        index.add(record)
    assert len(index) == 4


def test_a_tally_is_judged_as_the_column_is() -> None:
    """One value at a time and all at once come to the same weight."""
    for seed in range(6):
        records = stores(seed, 60)
        values = compare_registrations(portfolio(records)).values
        model = load_identity_model().among(len(values))
        judged = judge_commonness(values, model)
        index = RegistrationIndex.of_values(values)
        known = index._known  # noqa: SLF001 - the scalar twin has no other door
        for code in range(len(known.laid.marks)):
            kind = known.kind_of(code)
            if kind == len(values.by_signal):
                continue
            signal = list(values.by_signal)[kind]
            entries = values.by_signal[signal]
            place = entries.texts.to_pylist().index(known.text_of(code))
            weight, common = known.standing(code), judged[signal]
            assert weight.bits == pytest.approx(common.bits[place], abs=1e-4)
            assert weight.generic == common.generic[place]
            assert weight.registrants == common.registrants[place]
            assert weight.holders == common.holders[place]


def test_steps_are_one_for_one_and_for_many() -> None:
    """The scalar and the column round alike, and never down."""
    import numpy as np

    counts = np.arange(1, 5_000)
    assert steps_up(counts).tolist() == pytest.approx([step_up(int(n)) for n in counts])
    assert (steps_up(counts) >= counts).all()
