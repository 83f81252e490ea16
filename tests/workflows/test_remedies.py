"""Remedies end what they are for, at the least loss, and never help to hide."""

import json
import re
from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest
from portfolios import made_listings, portfolio_from

import storekin
from storekin.policy.load import find_policy, shipped_policies
from storekin.policy.show import show_policy
from storekin.wording.catalog import load_words
from storekin.workflows.remedies import choose_listings, find_remedies
from storekin.workflows.scan import ScanResult, scan_portfolio

FORBIDDEN = re.compile(
    r"\b(rewords?|rephrase|rewrit\w+|paraphras\w+|vpn|prox(y|ies)|fingerprint"
    r" browsers?|spoof\w*|disguis\w+|undetect\w*|avoid(ing)? detection|bypass\w*"
    r"|evad\w+|(change|edit|alter|modify|tweak|crop|mirror|flip|filter) the"
    r" (title|titles|picture|pictures|photo|photos|image|images|wording|words)"
    r"|(another|new|different|other|separate|clean) (device|computer|browser|ip|ip"
    r" address|network|phone|sim card)\b)",
    re.IGNORECASE,
)
FORBIDDEN_ZH = re.compile(
    "修改标题|改写|换图|改图|翻转图片|镜像图片|裁剪图片|代理IP|换IP|指纹浏览器|防关联"
    "|规避|绕过|逃避|伪装|新设备|换设备|更换网络"
)
SAID_OF_OTHERS = (
    "some of them sell proxies",
    "Cookies and browser fingerprints",
    "不得为规避销售限制",
)
SECTIONS = ("remedy", "action", "check", "notice", "sentence", "report", "outcome")


def duplicates(result: ScanResult) -> list[tuple[str, str]]:
    return [
        (a.left, a.right)
        for a in result.associations
        if a.effect == "duplicate_distribution"
    ]


@pytest.mark.parametrize("policy", ["aliexpress", "ebay", "shopee", "etsy"])
@pytest.mark.parametrize("seed", range(8))
def test_the_loop_closes(policy: str, seed: int) -> None:
    """Once what is named has ended, a new scan finds no duplicate distribution."""
    rows, stores = made_listings(seed)
    rules = find_policy(policy)
    result = scan_portfolio(portfolio_from(listings=rows, stores=stores), rules)
    ended = {name for one in find_remedies(result) for name in one.listings}
    left = [row for row in rows if row["listing"] not in ended]
    again = scan_portfolio(portfolio_from(listings=left, stores=stores), rules)

    assert bool(ended) == bool(duplicates(result))
    assert duplicates(again) == []


@pytest.mark.parametrize("seed", range(12))
def test_no_smaller_set_leaves_no_duplicate(seed: int) -> None:
    """Of listings that count each the same, fewer would leave a pair that counts."""
    rows, stores = made_listings(seed)
    for row in rows:
        row.pop("price")
    result = scan_portfolio(
        portfolio_from(listings=rows, stores=stores), find_policy("shopee")
    )
    ended = choose_listings(result)
    pairs = [pair for pair, allowed in ended.edges.items() if not allowed]
    nodes = sorted({node for pair in pairs for node in pair})
    chosen = int(ended.rows.sum())

    assert all(ended.rows[a] or ended.rows[b] for a, b in pairs)
    if chosen and len(nodes) <= 16:
        for fewer in combinations(nodes, chosen - 1):
            assert any(a not in fewer and b not in fewer for a, b in pairs)


def test_a_past_scan_is_answered_by_the_rules_of_its_day() -> None:
    """What is named to end follows the version in force then, not a later one."""
    then = replace(find_policy("aliexpress"), effective_on=date(2020, 1, 1))
    now = replace(find_policy("aliexpress-strict"), effective_on=date(2024, 1, 1))
    for seed in range(4):
        rows, stores = made_listings(seed)
        made = portfolio_from(listings=rows, stores=stores)
        past = scan_portfolio(made, (then, now), as_of="2022-12-31")
        alone = scan_portfolio(made, then, as_of="2022-12-31")

        assert choose_listings(past).edges == choose_listings(alone).edges
        assert find_remedies(past) == find_remedies(alone)


def test_what_is_kept_is_kept(demo_result: ScanResult) -> None:
    """A store that is to stay whole loses nothing, where its twin can."""
    kept = find_remedies(demo_result, keep=["delta-camping"])
    (one,) = [r for r in kept if r.action == "end_listings"]

    assert [store for store, _ in one.ends] == ["delta-outdoor"]


def test_what_sells_well_is_kept(demo_result: ScanResult) -> None:
    """Of two the one that is worth less goes."""
    names = demo_result.portfolio.listings["listing"].to_pylist()
    values = {
        name: 100.0 if name.startswith("delta-outdoor") else 1.0 for name in names
    }
    (one,) = [
        r
        for r in find_remedies(demo_result, values=values)
        if r.action == "end_listings"
    ]

    assert all(name.startswith("delta-camping") for name in one.listings)
    assert one.loss == len(one.listings)


def test_each_association_has_its_remedy(demo_result: ScanResult) -> None:
    """A registration is corrected, a group declared, and a notice heeded."""
    found = {(r.left, r.right): r for r in find_remedies(demo_result)}

    assert found["bamboo-kitchen", "bamboo-table"].fields == (
        "legal_person_id",
        "phone",
    )
    assert found["aurora-home", "aurora-living"].action == "correct_registration"
    assert found["ember-lamps", "ember-lighting"].action == "declare_group"
    (moved,) = [r for r in found.values() if r.action == "move_accounts"]
    assert len(moved.stores) == 7
    assert "2 of them" in moved.because["en"]
    assert json.dumps([r.as_json() for r in found.values()])


def test_no_remedy_helps_to_hide() -> None:
    """No sentence advises to reword, to edit a picture, or not to be seen."""
    for language in ("en", "zh"):
        words = load_words(language)
        told = [text for key in SECTIONS for text in words[key].values()]
        told += [
            show_policy(find_policy(name), language) for name in shipped_policies()
        ]
        for text in told:
            # what a source says of proxy sellers is told as such, and advises nothing
            plain = text
            for said in SAID_OF_OTHERS:
                plain = plain.replace(said, "")
            assert not FORBIDDEN.search(plain), FORBIDDEN.search(plain)
            assert not FORBIDDEN_ZH.search(plain), FORBIDDEN_ZH.search(plain)


def test_a_permitted_group_needs_no_remedy() -> None:
    """Shops that are disclosed, and mostly differ, are left as they are."""
    rows, stores = made_listings(3)
    groups = [
        storekin.Declaration(group="ours", store=row["store"], need="brands")
        for row in stores
    ]
    result = scan_portfolio(
        portfolio_from(listings=rows, stores=stores),
        find_policy("etsy"),
        declarations=groups,
    )
    permitted = [a for a in result.associations if a.outcome == "permitted"]

    assert permitted
    assert all(
        (r.left, r.right) not in {(a.left, a.right) for a in permitted}
        for r in find_remedies(result)
        if r.effect == "duplicate_distribution"
    )
