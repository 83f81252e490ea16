"""Short names of companies find the legal names behind them."""

import pytest

import storekin

LEGAL = [
    "江苏鑫远纺织股份有限公司",
    "浙江鑫远机械股份有限公司",
    "广东粤海饲料集团股份有限公司",
    "北京青禾农业科技有限公司",
    "青禾国际控股有限公司",
    "深圳市蓝湾海洋装备股份有限公司",
    "湖南蓝湾食品有限公司",
    "上海云杉信息技术(集团)有限公司",
    "重庆云溪环保工程有限公司",
    "Norvik Clocks Oy",
    "NORVALA TRADING LIMITED",
]


@pytest.fixture(scope="module")
def names() -> storekin.LegalNames:
    return storekin.LegalNames(LEGAL)


@pytest.mark.parametrize(
    ("short", "legal"),
    [
        ("鑫远纺织", "江苏鑫远纺织股份有限公司"),
        ("ST鑫机", "浙江鑫远机械股份有限公司"),
        ("*ST鑫纺A", "江苏鑫远纺织股份有限公司"),
        ("浙鑫远", "浙江鑫远机械股份有限公司"),
        ("青禾国际-W", "青禾国际控股有限公司"),
        ("青禾農業", "北京青禾农业科技有限公司"),
        ("蓝湾装备", "深圳市蓝湾海洋装备股份有限公司"),
        ("湘蓝湾", "湖南蓝湾食品有限公司"),
        ("云杉集团", "上海云杉信息技术(集团)有限公司"),
        ("渝云溪", "重庆云溪环保工程有限公司"),
        ("粤海集团", "广东粤海饲料集团股份有限公司"),
        ("Norvik", "Norvik Clocks Oy"),
        ("ＮＯＲＶＡＬＡ", "NORVALA TRADING LIMITED"),
    ],
)
def test_the_legal_name_comes_first(
    names: storekin.LegalNames, short: str, legal: str
) -> None:
    """Marks, places in one character, other characters: the rare ones decide."""
    found = names.find(short)

    assert found[0].name == legal
    assert found[0].alike > max([one.alike for one in found[1:]], default=0.0)


def test_what_is_no_name_finds_nothing(names: storekin.LegalNames) -> None:
    """Nothing in common, or nothing at all, is no answer; nor is an empty list."""
    assert names.find("") == []
    assert names.find("·") == []
    assert names.find("璠璘") == []
    assert storekin.LegalNames([]).find("青禾") == []


def test_the_order_of_names_changes_nothing(names: storekin.LegalNames) -> None:
    """Neither the order nor a name that stands twice moves an answer."""
    again = storekin.LegalNames([*reversed(LEGAL), LEGAL[3]])
    for short in ("青禾", "鑫远", "蓝湾", "云", "norv"):
        assert names.find(short) == again.find(short)
