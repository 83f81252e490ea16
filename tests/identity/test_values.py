"""Columns are normalised as single values are."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.identity.values import SOURCES, normalise_column, read_values

LICENCE = st.from_regex(r"[0-9A-Za-z]{16,19}|0{18}|1{18}", fullmatch=True)
CARD = st.from_regex(r"[0-9]{17}[0-9Xx]|[0-9]{15}|7{18}", fullmatch=True)
PHONE = st.from_regex("(CN|US|)\x1f(\\+86)?[ ]?1[0-9]{9,11}", fullmatch=True)
EMAIL = st.from_regex(
    r"[a-z0-9._+-]{1,9}@(gmail|googlemail|qq|box|foxmail)[.](com|example)",
    fullmatch=True,
)
WORDS = (
    "aurora Blue & co Co., Ltd. limited GmbH S.A. (HK) a company kg and 2 hk - Trading"
    " z o.o. sp as A/S"
)
WORD = st.sampled_from(WORDS.split())
COMPANY = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
PARTS = (
    "深圳 市 广东 省 鑫达 贸易 有限 公司 有限公司 股份 银行 支行 （ ） 县 城 東"
    " 工行 集团 超市 有限责任公司 证券 分公司 千灯 分店 公司 合作社"
)
CHINESE = st.lists(st.sampled_from(PARTS.split()), min_size=2, max_size=8).map("".join)
CASES = [
    ("similar_company_name", CHINESE),
    ("similar_company_name", COMPANY),
    ("same_business_licence", LICENCE),
    ("same_legal_person_id", CARD),
    ("same_phone", PHONE),
    ("same_email", EMAIL),
]


@pytest.mark.parametrize(("signal", "texts"), CASES)
def test_a_column_is_normalised_as_its_values_are(
    signal: str, texts: st.SearchStrategy[str]
) -> None:
    """What is told by its shape for a whole column is what one value comes to."""
    source = SOURCES[signal]

    @given(st.lists(texts, min_size=1, max_size=12))
    @settings(max_examples=300, deadline=None)
    def hold(values: list[str]) -> None:
        column = normalise_column(pa.array(values), source)
        assert column.to_pylist() == [source.normalise(value) for value in values]

    hold()


def test_a_value_is_shown_as_its_store_wrote_it() -> None:
    """What was written as it is compared is kept once, and shown all the same."""
    table = pa.table(
        {
            "store": ["a", "b", "c"],
            "country": ["CN", "CN", None],
            "phone": ["138 0013 8000", "+8613800138000", "+86 138-0013-8000"],
            "email": ["Shop@Box.example", "shop@box.example|x@y.example", None],
        }
    )
    columns = {column: table[column] for column in ("phone", "email")}
    phones = read_values("same_phone", table, np.arange(3), columns["phone"])
    emails = read_values("same_email", table, np.arange(3), columns["email"])

    assert [phones.shown(store, 0) for store in range(3)] == table["phone"].to_pylist()
    assert emails.originals.null_count == 2
    shared = emails.texts.to_pylist().index("shop@box.example")
    assert emails.shown(0, shared) == "Shop@Box.example"
    assert emails.shown(1, shared) == "shop@box.example"
    assert emails.shown(1, 1 - shared) == "x@y.example"
