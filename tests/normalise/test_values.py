"""Identifiers, prices, dates and pictures in the forms that people write."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from storekin.normalise.emails import normalise_email
from storekin.normalise.identifiers import (
    check_licence,
    check_person_id,
    normalise_gtin,
    normalise_licence,
    normalise_person_id,
)
from storekin.normalise.images import (
    hash_grey,
    normalise_picture_address,
    parse_ready_hash,
    picture_inside,
)
from storekin.normalise.phones import normalise_phone
from storekin.normalise.values import normalise_date, normalise_price
from storekin.pictures.decode import decode_picture


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("138 0013 8000", None, "+8613800138000"),
        ("+86-138-0013-8000", "DE", "+8613800138000"),
        ("0086 13800138000", "DE", "+8613800138000"),
        ("8613800138000", "US", "+8613800138000"),
        ("030 901820", "DE", "+4930901820"),
        ("(212) 555-0100", "US", "+12125550100"),
        ("n/a", None, None),
    ],
)
def test_phones(text: str, country: str | None, expected: str | None) -> None:
    """A number is read in its registration's country, unless it names one."""
    assert normalise_phone(text, country) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A.B+shop@GMAIL.com", "ab@gmail.com"),
        ("ab@googlemail.com", "ab@gmail.com"),
        ("a.b+shop@example.com", "a.b+shop@example.com"),
        ("a.b@163.com", "a.b@163.com"),
        ("Li_wei88+shop@163.com", "li_wei88@163.com"),
        ("12345678+2@qq.com", "12345678@qq.com"),
        ("@example.com", None),
    ],
)
def test_emails(text: str, expected: str | None) -> None:
    """What a provider ignores is ignored for that provider alone."""
    assert normalise_email(text) == expected


def test_a_licence_with_a_failing_check_digit_is_kept_and_marked() -> None:
    """Genuine numbers fail their check: the number counts, with a mark."""
    assert normalise_licence("91110000600037341l") == "91110000600037341L"
    assert check_licence("91110000600037341L") == "right"
    assert check_licence("91110000600037341A") == "wrong"
    assert check_licence("HRB 12345") == "none"


def test_an_old_identity_number_is_the_new_one() -> None:
    """Fifteen digits and a lower-case x are the same card."""
    assert normalise_person_id("110105491231002") == "11010519491231002X"
    assert normalise_person_id("11010519491231002x") == "11010519491231002X"
    assert check_person_id("999999194912310027") in ("right", "wrong")


@pytest.mark.parametrize("text", ["N/A", "000000000000", "无", "123456", "", "--"])
def test_what_only_fills_a_field_is_no_number(text: str) -> None:
    """A placeholder joins nobody."""
    assert normalise_licence(text) is None


def test_product_codes_need_a_right_check_digit() -> None:
    """UPC and EAN of one product agree; a code that fails is not used."""
    assert normalise_gtin("036000291452") == normalise_gtin("0036000291452")
    assert normalise_gtin("036000291453") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234.5", 1234.5),
        ("$1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("1,234", 1234.0),
        ("12,50", 12.5),
        ("1.234.567", 1234567.0),
        ("Rp 159.000,00", 159000.0),
        ("¥１２８", 128.0),
        ("-5", -5.0),
        ("5 to 7", None),
        ("free", None),
    ],
)
def test_prices(text: str, expected: float | None) -> None:
    """Signs, thousands and either decimal mark are understood."""
    assert normalise_price(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-31", "2026-03-31"),
        ("2026/3/31 10:00", "2026-03-31"),
        ("20260331", "2026-03-31"),
        ("31.03.2026", "2026-03-31"),
        ("2026年3月31日", "2026-03-31"),
        ("31 Mar 2026", "2026-03-31"),
        ("03/31/2026", "2026-03-31"),
        ("03/04/2026", None),
        ("2026-02-30", None),
        ("soon", None),
    ],
)
def test_dates(text: str, expected: str | None) -> None:
    """A day is read when it can be only one day."""
    day = normalise_date(text)

    assert (day.isoformat() if day else None) == expected


def test_picture_references() -> None:
    """Sizes of one picture are one address; a hash is a hash; a path stays inside."""
    small = "https://ae01.alicdn.com/kf/S1.jpg_220x220.jpg"
    large = "//ae01.alicdn.com/kf/S1.jpg?v=2"

    assert normalise_picture_address(small) == normalise_picture_address(large)
    assert normalise_picture_address("images/a.jpg") is None
    assert parse_ready_hash("pdq:" + "ab" * 32) == ("pdq", "ab" * 32)
    assert parse_ready_hash("phash:xyz") is None


def test_a_path_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    """Dots and absolute paths are refused."""
    assert picture_inside(tmp_path, "../secret.jpg") is None
    assert picture_inside(tmp_path, "/etc/passwd") is None
    assert picture_inside(tmp_path, "a/../b.jpg") == (tmp_path / "b.jpg").resolve()


def test_a_picture_keeps_its_hash_when_it_is_saved_again(tmp_path: Path) -> None:
    """Another size and quality move few bits; a flat colour has no hash."""
    picture = Image.new("RGB", (400, 300), "white")
    brush = ImageDraw.Draw(picture)
    brush.ellipse((60, 40, 220, 250), fill="navy")
    brush.rectangle((240, 120, 380, 280), fill="orange")
    picture.save(tmp_path / "one.png")
    picture.resize((200, 150)).save(tmp_path / "two.jpg", quality=60)
    Image.new("RGB", (50, 50), "white").save(tmp_path / "flat.png")
    one, two, flat = (
        hash_grey(decode_picture(tmp_path / name).grey)
        for name in ("one.png", "two.jpg", "flat.png")
    )

    assert one is not None
    assert two is not None
    assert (int(one, 16) ^ int(two, 16)).bit_count() <= 4
    assert flat is None
