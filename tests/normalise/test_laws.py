"""Normalising twice changes nothing, and nothing makes a normaliser fail."""

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storekin.normalise.addresses import normalise_address
from storekin.normalise.emails import normalise_email
from storekin.normalise.identifiers import (
    check_account,
    check_licence,
    check_person_id,
    check_tax_number,
    is_credit_code,
    normalise_account,
    normalise_device,
    normalise_gtin,
    normalise_ip,
    normalise_licence,
    normalise_model_number,
    normalise_person_id,
    normalise_tax_number,
)
from storekin.normalise.names import normalise_company_name, normalise_person_name
from storekin.normalise.phones import normalise_phone
from storekin.normalise.text import fold_text

NORMALISERS: list[Callable[[str], str | None]] = [
    fold_text,
    normalise_account,
    normalise_address,
    normalise_company_name,
    normalise_device,
    normalise_email,
    normalise_gtin,
    normalise_ip,
    normalise_licence,
    normalise_model_number,
    normalise_person_id,
    normalise_person_name,
    normalise_phone,
    normalise_tax_number,
]
HARD = (
    "王偉李吕重庆市区路号栋室有限公司株式会社"
    "Wang, WEI-ü'’ Co.,Ltd. ０１２ABCxyz@+-.()\u200b|/"
)
TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(alphabet=HARD, max_size=30),
    st.from_regex(r"\A[+0-9 -]{5,18}\Z"),
    st.from_regex(r"\A[a-z.+]{1,8}@(gmail|googlemail|qq)\.com\Z"),
)


@pytest.mark.parametrize("normalise", NORMALISERS, ids=lambda f: f.__name__)
@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
@example(text="Wang Xiao Ming")
@example(text="深圳市鑫達貿易有限公司")
@example(text="110105491231002")
@example(text="0:⼀")
def test_normalising_twice_changes_nothing(
    normalise: Callable[[str], str | None], text: str
) -> None:
    """A comparable value is already in its comparable form."""
    once = normalise(text)
    if once is not None:
        assert normalise(once) == once


@given(text=TEXTS)
@settings(max_examples=200, deadline=None)
def test_a_check_digit_is_a_mark_and_never_a_failure(text: str) -> None:
    """Whatever stands in a number, its check is right, wrong or none."""
    for check in (check_account, check_licence, check_person_id, check_tax_number):
        assert check(text) in ("right", "wrong", "none")


@given(text=st.from_regex(r"\A[0-9][0-9A-Z]{17}\Z"), fit=st.booleans())
@settings(max_examples=300, deadline=None)
def test_credit_codes_fit_as_the_library_says(text: str, *, fit: bool) -> None:
    """Our check of a credit code, and the kernel's, are python-stdnum's."""
    from stdnum.cn import uscc

    from storekin.kernels.check_digits import RIGHT, check_credit_codes
    from storekin.kernels.similar_texts import TextColumn

    if fit and not set(text[:17]) & set("IOSVZ"):
        text = text[:17] + str(uscc.calc_check_digit(text[:17]))
    right = uscc.is_valid(text)
    column = TextColumn.of_few([text])

    assert is_credit_code(text) == right
    assert (check_credit_codes(column.data, column.offsets)[0] == RIGHT) == right


@given(text=st.text(st.characters(max_codepoint=127), max_size=30))
def test_folding_ascii_is_what_the_table_says(text: str) -> None:
    """The short way for plain letters gives what the long way gives."""
    from storekin.normalise.text import folding_tables

    folded, _ = folding_tables()
    assert fold_text(text) == " ".join(
        "".join(chr(folded[ord(c)]) for c in text).split()
    )


def test_the_folding_tables_are_made_by_the_long_way() -> None:
    """What is laid out by blocks, and by the short way, is what the long way gives."""
    from storekin.normalise.text import _fold_point, folding_tables, simplified_han

    folded, classes = folding_tables()
    han = simplified_han()
    others = [p for p in range(65_536) if not 0xD800 <= p < 0xF900]
    assert [(int(folded[p]), int(classes[p])) for p in others] == [
        _fold_point(chr(p), han) for p in others
    ]
