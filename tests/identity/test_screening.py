"""Screening one registration says what comparing all of them says, and so do changes."""

from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

import storekin
from storekin.errors import IndexFileError, InvalidRecordError
from storekin.identity.hubs import judge_commonness
from storekin.identity.model import load_identity_model
from storekin.identity.steps import step_up, steps_up
from storekin.indexes.file import log_of
from storekin.normalise.identifiers import person_check_digit
from storekin.records.judgement import Judgement
from storekin.wiring import portfolio_of
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


def told(records: list[Record], name: str) -> dict[str, tuple[float, float]]:
    """Say what comparing all says of one: each other store's bits and probability."""
    matched = group_findings(compare_registrations(portfolio(records)))
    pairs = matched.pairs
    found = {}
    for row in pairs.filter(~pa.compute.field("chained")).to_pylist():
        if name in (row["left"], row["right"]):
            other = row["right"] if row["left"] == name else row["left"]
            found[other] = (row["bits"], row["probability"])
    return found


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
def test_groups_follow_every_change(seed: int) -> None:
    """After additions, replacements and removals the groups are those of a scan."""
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
            made_on=storekin_day(),
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


def storekin_day() -> "storekin_date":
    from datetime import date

    return date(2026, 1, 1)
