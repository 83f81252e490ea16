"""Which listings show one product, which are variants, and which are only alike."""

import pyarrow as pa
import pytest

import storekin

FILLER = [f"word{n} thing{n * 7} item{n * 13} brand{n % 17} {n}" for n in range(300)]


def compare(left: dict[str, object], right: dict[str, object]) -> dict[str, object]:
    """Compare two listings among three hundred others, so that words have rarity."""
    keys = sorted({*left, *right})
    columns = {}
    for side, row in (("left", left), ("right", right)):
        for key in keys:
            blank = [None] * len(FILLER)
            filler = FILLER if key == "title" else blank
            columns[f"{side}_{key}"] = pa.array([row.get(key), *filler])
    return storekin.compare_listings(pa.table(columns)).to_pylist()[0]


BASE = "Norvik Silent Wall Clock Oak Frame NC482 Kitchen Living Room"


@pytest.mark.parametrize(
    ("other", "levels"),
    [
        (BASE, {"identical"}),
        (BASE.upper(), {"identical"}),
        (
            "Silent Wall Clock Norvik Oak Frame NC482 Living Room Kitchen New",
            {"identical", "highly_similar"},
        ),
        (BASE.replace("NC482", "NC485"), {"similar", "different"}),
        (BASE + " 35 cm", {"similar", "different", "highly_similar"}),
        ("Halden Cast Iron Skillet Preseasoned CI200", {"different"}),
    ],
)
def test_titles(other: str, levels: set[str]) -> None:
    """Word order and case mean nothing; another model number means another product."""
    assert compare({"title": BASE}, {"title": other})["level"] in levels


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Black", "White"),
        ("Hitam", "Putih"),
        ("500ml", "750ml"),
        ("2 pcs", "6 pcs"),
        ("128GB", "256GB"),
        ("Black Gold", "Black White"),
        ("Gold Blue", "Blue Blue"),
        ("Mark III", "Mark IV"),
        ("二代", "三代"),
        ("สีดำ", "สีน้ำเงิน"),
        ("500 มล.", "750มล."),
        ("màu đen", "màu trắng"),
        ("2 chai", "6 chai"),
        ("Homme", "Femme"),
        ("Hombre", "Women's"),
    ],
)
def test_variants_are_similar_and_never_the_same(one: str, other: str) -> None:
    """A different colour, size or amount is said, and caps the level."""
    row = compare({"title": f"{BASE} {one}"}, {"title": f"{BASE} {other}"})

    assert row["level"] in ("similar", "different")
    assert row["different_variant"] is not None
    assert row["different_variant"] < 0


@pytest.mark.parametrize(
    ("one", "other"), [("Pro Max", "Pro"), ("Pro", ""), ("Plus", "Mini")]
)
def test_an_edition_more_is_another_product(one: str, other: str) -> None:
    """Editions add up: what one side alone names may not be the same product."""
    row = compare({"title": f"{BASE} {one}"}, {"title": f"{BASE} {other}".strip()})

    assert row["level"] in ("similar", "different")


@pytest.mark.parametrize(("one", "other"), [("0.5 l", "500ml"), ("1tb", "1024 GB")])
def test_one_amount_in_two_units_is_no_difference(one: str, other: str) -> None:
    """Units are understood before amounts are compared."""
    row = compare({"title": f"{BASE} {one}"}, {"title": f"{BASE} {other}"})

    assert row["different_variant"] is None
    assert row["level"] in ("identical", "highly_similar")


def test_every_signal_speaks_in_its_own_column() -> None:
    """The bits of all signals add up to the total, and silence is null."""
    left: dict[str, object] = {
        "title": BASE,
        "gtin": "4006381333931",
        "brand": "Norvik",
        "price": "20",
        "attributes": '{"material": "oak"}',
        "images": "phash:94974f937d4c2433",
    }
    right = {**left, "price": "21", "images": "phash:94974f937d4c2432"}
    row = compare(left, right)
    signals = [
        name
        for name in row
        if not name.startswith(("left_", "right_"))
        and name not in ("probability", "bits", "level")
    ]
    spoken = {name: row[name] for name in signals if row[name] is not None}

    assert spoken["same_gtin"] == 12.0
    assert spoken["similar_image"] > 0
    assert "same_image" not in spoken
    assert row["different_model_number"] is None
    assert row["bits"] == pytest.approx(sum(spoken.values()))
    assert row["level"] == "identical"


def test_other_product_codes_speak_against() -> None:
    """Two valid GTINs that differ are two products, however alike the titles are."""
    same = compare({"title": BASE}, {"title": BASE})
    apart = compare(
        {"title": BASE, "gtin": "4006381333931"},
        {"title": BASE, "gtin": "036000291452"},
    )

    assert apart["bits"] < same["bits"]


def test_matching_finds_pairs_by_title_picture_and_code() -> None:
    """Each way alone brings two listings together."""
    rows = [
        ("a1", BASE, None, None),
        ("a2", BASE + " sale", None, None),
        ("b1", "something quite unlike", "phash:94974f937d4c2433", None),
        ("b2", "nothing of the kind", "phash:94974f937d4c2433", None),
        ("c1", "first words here", None, "4006381333931"),
        ("c2", "other letters there", None, "4006381333931"),
        *((f"f{n}", title, None, None) for n, title in enumerate(FILLER)),
    ]
    names = ("listing", "title", "images", "gtin")
    pairs = storekin.match_listings(
        pa.table(
            {
                name: pa.array([row[place] for row in rows], pa.string())
                for place, name in enumerate(names)
            }
        )
    )
    found = set(zip(pairs["left"].to_pylist(), pairs["right"].to_pylist(), strict=True))

    assert {("a1", "a2"), ("b1", "b2"), ("c1", "c2")} <= found


def test_one_title_ten_thousand_times_is_not_squared() -> None:
    """A title of many listings gives a row for each of them, not for each pair."""
    count = 10_000
    pairs = storekin.match_listings(
        pa.table(
            {
                "listing": [f"{n:05d}" for n in range(count)],
                "title": ["Luminara Magnetic Phone Holder Car"] * count,
            }
        )
    )

    assert 0 < pairs.num_rows < 2 * count


def test_two_stores_with_three_products_each_are_enough() -> None:
    """Words need not be rare in a portfolio of six listings to tell products apart."""
    titles = ["Norvik oak wall clock NC482", "Takeo steel pan TS20", "Halden door mat"]
    result = storekin.scan(
        {
            "listings": pa.table(
                {
                    "listing": [f"{s}{n}" for s in "ab" for n in range(3)],
                    "store": [s for s in "ab" for _ in range(3)],
                    "title": titles * 2,
                }
            )
        }
    )

    assert [a.effect for a in result.associations] == ["duplicate_distribution"]
    assert result.listing_pairs.num_rows == 3
