"""Pre-flight says what a scan would say, and tells a stranger nothing of others."""

import json
import time
from pathlib import Path
from random import Random
from string import ascii_lowercase

import numpy as np
import pytest
from PIL import Image
from portfolios import made_listings, write_csv
from stdnum.cn import uscc

import storekin.listings.index
from storekin.policy.duplicates import counted_pairs
from storekin.policy.facts import UNKNOWN_DAY
from storekin.policy.load import find_policies, shipped_policies
from storekin.wiring import open_portfolio, read_records, typed_records
from storekin.workflows.check import listings as checking
from storekin.workflows.check.answers import Checked, OwnReason, Reason
from storekin.workflows.check.drafts import draft_listings
from storekin.workflows.check.listings import check_listings
from storekin.workflows.check.registrations import Asking, check_registrations
from storekin.workflows.portfolio_index import (
    PortfolioIndex,
    build_index,
    open_index,
    place_of,
)
from storekin.workflows.scan import scan_portfolio, silent_progress

Row = dict[str, str]
LICENCES = [
    first + str(uscc.calc_check_digit(first))
    for first in (f"9144030{n % 10}MA{n:07d}" for n in range(12))
]


def made_registrations(seed: int, count: int = 24) -> list[Row]:
    """Stores of few possible values, so that much is shared or near."""
    random = Random(seed)
    rows = []
    for number in range(count):
        values = (
            ("business_licence", random.choice(LICENCES)),
            ("legal_person_id", f"4403011980010{random.randrange(10, 40)}12X"),
            ("phone", f"+86 138 0013 {random.randrange(8000, 8016)}"),
            ("email", f"box{random.randrange(14)}@mail{random.randrange(2)}.example"),
            ("legal_person", random.choice(["Wang Wei", "Li Na", "Zhang San"])),
            ("company_name", f"Xinda {random.choice(['Crafts', 'Toys', 'Tea'])} Ltd"),
            ("address", f"Room {random.randrange(101, 105)}, No. 8 Renmin Road"),
            ("bank_account", f"62220200{random.randrange(20) + 10000000}"),
        )
        store = f"shop-{number:02d}-{random.getrandbits(20):05x}"
        given = {c: value for c, value in values if random.random() < 0.6}
        rows.append({"store": store, **given})
    return rows


def indexed(folder: Path) -> PortfolioIndex:
    return build_index(folder, open_portfolio(folder), silent_progress())


def asking(policy: str, *, seller_view: bool = False) -> Asking:
    return Asking(find_policies(policy), seller_view, "en", 20_000)


def own_reasons(checked: Checked) -> set[tuple[str, str, str]]:
    return {
        (reason.store, reason.effect, reason.outcome)
        for reason in checked.reasons
        if isinstance(reason, OwnReason)
    }


@pytest.mark.parametrize(
    "policy", ["aliexpress", "aliexpress-mild", "walmart", "amazon", "ebay"]
)
@pytest.mark.parametrize("seed", range(6))
def test_a_draft_registration_is_answered_as_a_scan_would(
    policy: str, seed: int, tmp_path: Path
) -> None:
    """What a scan of all associates with the last store, checking it finds, no more."""
    *others, last = made_registrations(seed)
    known = write_csv(tmp_path / "known", registrations=others)
    whole = write_csv(tmp_path / "all", registrations=[*others, last])
    result = scan_portfolio(open_portfolio(whole), find_policies(policy))
    expected = {
        (a.left if a.right == last["store"] else a.right, a.effect, a.outcome)
        for a in result.associations
        if last["store"] in (a.left, a.right)
    }
    (checked,) = check_registrations(
        [(last, UNKNOWN_DAY)], indexed(known), asking(policy)
    )

    assert own_reasons(checked) == expected
    if not expected and checked.answer != "allow":
        assert all(reason.effect == "advisory" for reason in checked.reasons)


def listing_answers(
    policy: str, seed: int, folder: Path
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Give what a scan of all, and a check of the last listing, find of it."""
    rows, stores = made_listings(seed)
    *others, last = rows
    known = write_csv(folder / "known", listings=others, stores=stores)
    whole = write_csv(folder / "all", listings=rows, stores=stores)
    write_csv(folder / "draft", listings=[last])
    result = scan_portfolio(open_portfolio(whole), find_policies(policy))
    names = result.portfolio.listings["listing"].to_pylist()
    facts = result.facts.catalogues
    assert facts is not None
    expected = set()
    for found in (*result.associations, *result.notices):
        for row in found.rows if found.listing_pairs else ():
            ends = [names[facts.left[row]], names[facts.right[row]]]
            if last["listing"] in ends:
                ends.remove(last["listing"])
                expected.add((ends[0], found.effect))
    raw = read_records(folder / "draft" / "listings.csv")
    table = typed_records(raw, "listings", "listing", folder).listings
    (checked,) = check_listings(
        draft_listings(table, folder), indexed(known), asking(policy)
    )
    told = {
        (reason.listing, reason.effect)
        for reason in checked.reasons
        if isinstance(reason, OwnReason) and "by itself" not in reason.because
    }
    return expected, told


@pytest.mark.parametrize("policy", ["aliexpress", "ebay", "aliexpress-mild"])
@pytest.mark.parametrize("seed", range(10))
def test_a_draft_listing_is_answered_as_a_scan_would(
    policy: str, seed: int, tmp_path: Path
) -> None:
    """What a scan of all associates over the last listing, checking it finds."""
    expected, told = listing_answers(policy, seed, tmp_path)

    assert told == expected


def test_the_index_alone_answers_as_a_scan_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its neighbours alone a draft is answered as among all: in nearly all cases."""
    monkeypatch.setattr(checking, "FEW", 0)
    pairs = [
        listing_answers("aliexpress", seed, tmp_path / str(seed)) for seed in range(40)
    ]

    assert sum(bool(expected) for expected, _ in pairs) >= 5
    assert sum(expected != told for expected, told in pairs) <= 1


@pytest.mark.parametrize("all_compared", [True, False])
def test_a_picture_that_cannot_be_seen_is_not_allowed_unseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, all_compared: bool
) -> None:
    """A draft whose picture is broken, missing or elsewhere is told of, not refused."""
    if not all_compared:
        monkeypatch.setattr(checking, "FEW", 0)
    listings = [
        {"listing": "L1", "store": "st1", "title": "Oak clock", "images": "a.png"}
    ]
    folder = write_csv(tmp_path / "known", listings=listings)
    for place in ("known/a.png", "known/there.png", "new/here.png", "b.png"):
        noise = np.random.default_rng(len(place)).integers(0, 255, (9, 9, 3), np.uint8)
        (tmp_path / place).parent.mkdir(exist_ok=True)
        Image.fromarray(noise).resize((200, 200)).save(tmp_path / place)
    (tmp_path / "new" / "broken.png").write_bytes(b"no picture")
    named = ["here.png", "there.png", "gone.png", "broken.png", "../b.png"]
    drafts = [
        {"listing": f"D{n}", "store": "st2", "title": f"Tray {n}", "images": name}
        for n, name in enumerate(named)
    ]
    write_csv(tmp_path / "new", listings=drafts)
    raw = read_records(tmp_path / "new" / "listings.csv")
    table = typed_records(raw, "listings", "listing", tmp_path / "new").listings
    answers = check_listings(
        draft_listings(table, tmp_path / "new"), indexed(folder), asking("aliexpress")
    )
    told = [(one.answer, one.unread) for one in answers]

    assert [answer for answer, _ in told] == ["allow"] * 2 + ["review"] * 3
    assert [len(unread) for _, unread in told] == [0, 0, 1, 1, 1]
    assert "'gone.png': there is no such picture" in told[2][1][0]
    assert "'broken.png': it cannot be read" in told[3][1][0]
    assert "'../b.png': the path leads out" in told[4][1][0]


def crowded_listings(seed: int) -> tuple[list[Row], list[Row]]:
    """Make suppliers' products that up to 50 stores sell under one title."""
    random = Random(seed)
    stores = [f"st{number:02d}" for number in range(60)]
    rows: list[Row] = []
    for _ in range(16):
        words = ["".join(random.choices(ascii_lowercase, k=7)) for _ in "abcdef"]
        title = " ".join([*words, f"{random.randrange(20, 200)}cm"])
        prices = [random.uniform(5, 80) for _ in range(5)]
        about = random.random() < 0.5
        for store in random.sample(stores, random.choice([2, 3, 8, 25, 50])):
            row = {
                "listing": f"L{len(rows):04d}",
                "store": store,
                "title": title,
                "price": f"{random.choice(prices):.2f}",
                "currency": "USD",
                "category": random.choice(["lamp", "watch", "case"]),
            }
            if about and random.random() < 0.7:
                row["description"] = " ".join(random.sample(words, 4)) + " for all"
            if random.random() < 0.5:
                row["images"] = f"phash:{random.choice(words).encode()[:8].hex():0>16}"
            rows.append(row)
    told = [{"store": store, "platform": "made"} for store in stores]
    return rows, told


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("all_compared", [True, False])
def test_of_a_product_in_many_stores_every_duplicate_is_found(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, all_compared: bool
) -> None:
    """A draft meets all of a crowd as in a scan: beside all, or beside its graph."""
    monkeypatch.setattr(checking, "FEW", 0)
    if not all_compared:
        monkeypatch.setattr(storekin.listings.index, "ALL_COMPARED", 0)
    rows, stores = crowded_listings(seed)
    folder = write_csv(tmp_path / "known", listings=rows, stores=stores)
    result = scan_portfolio(open_portfolio(folder), find_policies("aliexpress"))
    facts = result.facts.catalogues
    test = find_policies("aliexpress")[-1].duplicates
    assert facts is not None
    assert test is not None
    listings = result.portfolio.listings
    names = listings["listing"].to_pylist()
    twins: dict[int, set[str]] = {}
    for place in counted_pairs(facts, result.facts.stores, test).rows.tolist():
        left, right = int(facts.left[place]), int(facts.right[place])
        twins.setdefault(left, set()).add(names[right])
        twins.setdefault(right, set()).add(names[left])
    index = indexed(folder)
    differing = pairs = 0
    for row in Random(seed).sample(range(len(names)), 40):
        draft = draft_listings(listings.slice(row, 1), folder)
        (checked,) = check_listings(draft, index, asking("aliexpress"))
        told = {r.listing for r in checked.reasons if isinstance(r, OwnReason)}
        expected = twins.get(row, set())
        pairs += len(expected)
        differing += len(told ^ expected)

    assert pairs >= 40
    assert differing == 0


@pytest.mark.parametrize("seed", range(30))
def test_a_stranger_is_told_nothing_of_others(seed: int, tmp_path: Path) -> None:
    """No other store's id or value stands in any byte of the seller's view."""
    *others, last = made_registrations(seed)
    index = indexed(write_csv(tmp_path / "known", registrations=others))
    own = set(last.values())
    for policy in ("aliexpress", "amazon", "lazada", "walmart"):
        for language in ("en", "zh"):
            asked = Asking(
                find_policies(policy),
                seller_view=True,
                language=language,
                today=20_000,
            )
            (checked,) = check_registrations([(last, UNKNOWN_DAY)], index, asked)
            text = json.dumps(checked.as_json(), ensure_ascii=False)
            for other in others:
                told = {v for c, v in other.items() if c != "legal_person"} - own
                assert not [value for value in told if value in text]
            for reason in checked.reasons:
                assert type(reason) is Reason


@pytest.mark.parametrize("seed", range(6))
def test_a_stranger_is_told_no_listing_of_others(seed: int, tmp_path: Path) -> None:
    """No other listing's id, title or store stands in the seller's view."""
    rows, stores = made_listings(seed)
    *others, last = rows
    index = indexed(write_csv(tmp_path / "known", listings=others, stores=stores))
    write_csv(tmp_path / "draft", listings=[last])
    raw = read_records(tmp_path / "draft" / "listings.csv")
    table = typed_records(raw, "listings", "listing", tmp_path).listings
    (checked,) = check_listings(
        draft_listings(table, tmp_path), index, asking("shopee", seller_view=True)
    )
    text = json.dumps(checked.as_json())
    for other in others:
        for value in (other["listing"], other["title"], other.get("images", "-none-")):
            assert value in last.values() or value not in text


def test_a_stranger_is_not_told_of_anothers_standing(tmp_path: Path) -> None:
    """That a store which shares a value was restricted is that store's own affair."""
    shared = {"phone": "+86 138 0013 8111", "address": "Room 8, No. 3 Renmin Road"}
    index = indexed(
        write_csv(
            tmp_path / "known",
            registrations=[{"store": "a", **shared}],
            stores=[{"store": "a", "platform": "ebay", "status": "suspended"}],
        )
    )
    draft = [({"store": "new", **shared}, UNKNOWN_DAY)]
    (own,) = check_registrations(draft, index, asking("ebay"))
    (told,) = check_registrations(draft, index, asking("ebay", seller_view=True))

    assert "standing" in {reason.signal for reason in own.reasons}
    assert own.answer == told.answer == "refuse"
    assert "standing" not in json.dumps(told.as_json())
    assert {reason.outcome for reason in told.reasons} == {"notice"}


def test_a_new_store_is_checked_under_every_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft of a store that nobody knows is laid among many, whatever the scope."""
    monkeypatch.setattr(checking, "FEW", 0)
    rows, stores = made_listings(2)
    index = indexed(write_csv(tmp_path / "known", listings=rows, stores=stores))
    draft = {**rows[0], "listing": "draft", "store": "nobody-knows-it"}
    write_csv(tmp_path / "draft", listings=[draft])
    raw = read_records(tmp_path / "draft" / "listings.csv")
    table = typed_records(raw, "listings", "listing", tmp_path).listings
    for policy in shipped_policies():
        (checked,) = check_listings(
            draft_listings(table, tmp_path), index, asking(policy)
        )
        assert checked.answer in ("allow", "review", "refuse")
        if policy == "aliexpress":
            assert checked.answer != "allow"


def test_drafts_are_checked_against_one_another(tmp_path: Path) -> None:
    """Of two drafts with one licence the second is refused."""
    index = indexed(
        write_csv(
            tmp_path / "known",
            registrations=[{"store": "a", "phone": "+86 1380013800"}],
        )
    )
    one = {"store": "first", "business_licence": LICENCES[0]}
    other = {"store": "second", "business_licence": LICENCES[0]}
    answers = [
        checked.answer
        for checked in check_registrations(
            [(one, UNKNOWN_DAY), (other, UNKNOWN_DAY)], index, asking("aliexpress")
        )
    ]

    assert answers == ["allow", "refuse"]


def test_a_shared_contact_wants_a_review(tmp_path: Path) -> None:
    """A phone of an agent's many clients associates nobody, and is no contact."""
    others = [
        {
            "store": f"s{n}",
            "phone": "+86 138 0013 8111",
            "business_licence": LICENCES[n],
            "legal_person": f"Person {chr(65 + n)}",
        }
        for n in range(9)
    ]
    index = indexed(write_csv(tmp_path / "known", registrations=others))
    draft = {"store": "new", "phone": "+86 138 0013 8111", "legal_person": "Somebody"}
    (checked,) = check_registrations(
        [(draft, UNKNOWN_DAY)], index, asking("aliexpress")
    )

    assert checked.answer == "review"
    assert [reason.effect for reason in checked.reasons] == ["advisory"]


def test_the_index_is_made_anew_when_a_file_changes(tmp_path: Path) -> None:
    """An index of yesterday's files is not used."""
    rows = made_registrations(1)
    folder = write_csv(tmp_path / "known", registrations=rows)
    first = indexed(folder)
    assert open_index(folder) is not None
    assert place_of(folder).is_dir()
    assert first.about["registrations"] == len(rows)

    time.sleep(0.01)
    write_csv(folder, registrations=rows[:5])
    assert open_index(folder) is None
    (place_of(folder) / "about.json").write_text("{", "utf-8")
    assert open_index(folder) is None
    assert indexed(folder).about["registrations"] == 5


def test_the_python_api_checks_tables(tmp_path: Path) -> None:
    """Drafts in a table, a portfolio by its path."""
    import pyarrow as pa

    folder = write_csv(
        tmp_path / "known",
        registrations=[{"store": "a", "business_licence": LICENCES[1]}],
        listings=[{"listing": "l1", "store": "a", "title": "Norvik wall clock NC482"}],
    )
    draft = pa.table({"store": ["b"], "business_licence": [LICENCES[1]]})
    (refused,) = storekin.check_registrations(draft, folder)
    copy = pa.table(
        {"listing": ["d"], "store": ["b"], "title": ["Norvik wall clock NC482"]}
    )
    (reviewed,) = storekin.check_listings(copy, folder, seller_view=True)

    assert refused.answer == "refuse"
    assert reviewed.answer in ("review", "refuse")
    assert "l1" not in json.dumps(reviewed.as_json())
