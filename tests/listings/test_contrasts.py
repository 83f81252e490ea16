"""Pairs of titles that any buyer tells apart, or knows for one product, by language."""

import pyarrow as pa
import pytest

import storekin

VARIANTS = [
    ("Samsung Galaxy S21 Ultra 256GB Black", "Samsung Galaxy S21 Ultra 512GB Black"),
    ("Nike Air Max 90 men running shoes size 42", "Nike Air Max 90 men shoes size 44"),
    ("AA alkaline batteries pack of 4", "AA alkaline batteries pack of 8"),
    ("iPhone 13 Pro Max silicone case", "iPhone 13 Pro silicone case"),
    ("iPhone 13 case clear", "iPhone 13 Pro case clear"),
    ("Logitech MX Master 3S wireless mouse", "Logitech MX Master 3 wireless mouse"),
    ("Left hand golf glove white M", "Right hand golf glove white M"),
    ('Monitor 24" full HD', 'Monitor 27" full HD'),
    ("Copper pipe 1/2 inch 2 m", "Copper pipe 3/4 inch 2 m"),
    ("Schwarzer Ledergürtel Herren 105 cm", "Brauner Ledergürtel Herren 105 cm"),
    ("Zapatillas mujer negras blanca 38", "Zapatillas mujer negras roja 38"),
    ("Kaos polos pria hitam ukuran L", "Kaos polos pria putih ukuran L"),
    ("Tisu basah bayi isi 10", "Tisu basah bayi isi 50"),
    ("Kopi bubuk robusta 1/2 kg", "Kopi bubuk robusta 1 kg"),
    ("红色 陶瓷 茶杯 300ml 手工", "蓝色 陶瓷 茶杯 300ml 手工"),
    ("男士T恤 黑 L码", "男士T恤 白 L码"),
    ("洗脸巾 一次性 两包装", "洗脸巾 一次性 三包装"),
    ("手机壳 适用于 华为 P40", "手机壳 适用于 华为 P40 Pro"),
    ("เสื้อยืดผู้ชาย สีดำ ไซส์ L", "เสื้อยืดผู้ชาย สีขาว ไซส์ L"),
    ("รองเท้าผ้าใบผู้หญิงสีขาว", "รองเท้าผ้าใบผู้หญิงสีดำ"),
    ("มะม่วงอบแห้ง 100 กรัม 3 ซอง", "มะม่วงอบแห้ง 100 กรัม 6 ซอง"),
    ("Áo thun nam cổ tròn màu đen size L", "Áo thun nam cổ tròn màu trắng size L"),
    ("Giày thể thao nam trắng size 42", "Giày thể thao nữ trắng size 42"),
    ("Nồi cơm điện 1.8 lít", "Nồi cơm điện 1.2 lít"),
    ("Combo 3 áo thun nam", "Combo 5 áo thun nam"),
]
"""Equal but for a size, a colour, an amount, an edition or a wearer."""

SAME = [
    (
        "Steel water bottle with straw, leakproof, 500ml red",
        "Steel water bottle with straw, leakproof, 0.5 l red",
    ),
    ("AA alkaline batteries 4 pcs", "AA alkaline batteries 4 pieces"),
    ('Monitor 24" full HD', "Monitor 24 inch full HD"),
    ("Curtains 140 x 240 cm grey velvet", "Curtains 140x240cm gray velvet"),
    ("Kaos polos pria hitam ukuran L", "Kaos pria polos warna hitam ukuran L"),
    ("红色 陶瓷 茶杯 300ml 手工", "紅色 陶瓷 茶杯 300毫升 手工"),
    ("洗脸巾 一次性 2包装", "洗脸巾 一次性 两包装"),
    ("台灯 护眼 12瓦", "台灯 护眼 12W"),
    ("มะม่วงอบแห้ง 100 กรัม", "มะม่วงอบแห้ง 100g"),
    ("รองเท้าผ้าใบ ผู้หญิง สีขาว", "รองเท้าผ้าใบผู้หญิงสีขาว พร้อมส่ง"),
    ("Áo thun nam cổ tròn màu đen size L", "Ao thun nam co tron mau den size L"),
    ("Nồi cơm điện 1.8 lít", "Nồi cơm điện 1.8L"),
]
"""Equal but for how an amount, a word or a blank is written."""


FILLER = [f"word{n} thing{n * 7} item{n * 13} brand{n % 17} {n}" for n in range(100)]


def level_of(one: str, other: str) -> str:
    """Match two titles among a hundred others, so that words have rarity."""
    titles = pa.table({"title": [one, other, *FILLER]})
    for pair in storekin.match_listings(titles, floor=0).to_pylist():
        if (pair["left"], pair["right"]) == ("1", "2"):
            return str(pair["level"])
    return "different"


@pytest.mark.parametrize(("one", "other"), VARIANTS)
def test_variants_are_similar_at_most(one: str, other: str) -> None:
    """Whatever the language, what tells two products apart caps the level."""
    assert level_of(one, other) in ("similar", "different")


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_product_in_other_spelling_is_highly_similar(one: str, other: str) -> None:
    """Units, scripts and blanks are no difference."""
    assert level_of(one, other) in ("highly_similar", "identical")
