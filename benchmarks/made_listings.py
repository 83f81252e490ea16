"""Made-up listings of a marketplace whose true products are known.

    python benchmarks/made_listings.py --products 6000 --seed 1 --out listings.parquet

Products have a kind, an invented brand, features, a colour, an amount and a model; many
have siblings that differ in one of these. Sellers write titles of their own: they leave
things out, say them in other words, add promotion, swap, shorten, mistype. Some take
the product's picture as it is, some edit it, some take their own. Words are in
``made_words.toml``; nothing is taken from anybody's data.
"""

import argparse
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

WORDS = tomllib.loads(Path(__file__).with_name("made_words.toml").read_text("utf-8"))
SYLLABLES = [
    "ba", "be", "bo", "da", "de", "do", "fa", "fi", "ga", "go", "ka", "ke", "ko",
    "la", "le", "lo", "ma", "me", "mi", "mo", "na", "ne", "no", "pa", "pe", "po",
    "ra", "re", "ri", "ro", "sa", "se", "so", "ta", "te", "to", "va", "ve", "vi",
    "za", "ze", "zo", "lin", "tor", "mar", "ven", "sol", "dur", "kin", "pel", "nor",
    "ux", "ax",
]  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyz"
LANGUAGES = ("en", "id", "zh")
SIBLINGS = 0.15
"""How many products differ from an earlier one in one thing alone."""


class Tongue:
    """Words of one language: those of the file, and a long tail of invented ones.

    Real titles have far more words than a list can hold, most of them rare: invented
    ones stand in for them, the nth as common as 1 / n.
    """

    def __init__(self, random: Random, language: str, tail: int) -> None:
        self.random = random
        self.language = language
        self.kinds: list[list[str]] = [k[language] for k in WORDS["kinds"]]
        self.features: list[list[str]] = [f[language] for f in WORDS["features"]]
        for number in range(tail):
            words = [self._word() for _ in range(random.choice((1, 1, 1, 2)))]
            (self.kinds if number % 4 == 0 else self.features).append(words)
        random.shuffle(self.kinds)
        self.feature_odds = list(
            accumulate(1 / (n + 6) for n in range(len(self.features)))
        )
        self.kind_odds = list(accumulate(1 / (n + 12) for n in range(len(self.kinds))))

    def _word(self) -> str:
        if self.language == "zh":
            return "".join(self.random.choices(HAN, k=self.random.randint(2, 3)))
        word = invent(self.random, 2, 4)
        return (
            f"{word} {invent(self.random, 1, 3)}"
            if self.random.random() < 0.3
            else word
        )

    def _draw(self, odds: list[float]) -> int:
        return self.random.choices(range(len(odds)), cum_weights=odds)[0]

    def feature(self) -> int:
        """Draw a feature, common ones more often."""
        return self._draw(self.feature_odds)

    def kind(self) -> int:
        """Draw a kind of product."""
        return self._draw(self.kind_odds)


HAN = "".join(
    chr(point)
    for point in (
        *range(0x5B50, 0x5BF0), *range(0x6728, 0x67A0), *range(0x6C34, 0x6CB0),
        *range(0x7530, 0x7590), *range(0x8272, 0x82A0), *range(0x91D1, 0x91F0),
    )
)  # fmt: skip
"""Characters that invented Chinese words are made of."""


@dataclass(frozen=True)
class Product:
    """What a product is, whoever writes about it."""

    kind: int
    brand: str
    line: str
    model: str
    features: tuple[int, ...]
    colour: int
    amount: tuple[int, int]
    size: str
    price: float
    language: str


def invent(random: Random, least: int, most: int) -> str:
    """Make a word of a few syllables."""
    return "".join(random.choices(SYLLABLES, k=random.randint(least, most)))


def invent_model(random: Random) -> str:
    """Make a model number in one of the ways that makers write them."""
    letters = "".join(random.choices("ABCDEFGHKLMNPRSTVX", k=random.randint(1, 3)))
    digits = str(random.randint(1, 9999))
    mark = random.choice(("", "", "-", " "))
    tail = random.choice(("", "", "", "A", "X", "S", "i"))
    return f"{letters}{mark}{digits}{tail}"


def draw_product(
    random: Random, brands: list[str], tongues: list[Tongue], choices: list[str]
) -> Product:
    """Draw a product."""
    units = WORDS["units"]
    unit = random.randrange(len(units))
    language = random.choice(choices)
    tongue = next(t for t in tongues if t.language == language)
    return Product(
        kind=tongue.kind(),
        brand=random.choice(brands) if random.random() < 0.7 else "",
        line=invent(random, 2, 3) if random.random() < 0.45 else "",
        model=invent_model(random) if random.random() < 0.3 else "",
        features=tuple({tongue.feature() for _ in range(random.randint(1, 7))}),
        colour=random.randrange(10) if random.random() < 0.25 else -1,
        amount=(unit, random.randrange(len(units[unit]["amounts"])))
        if random.random() < 0.5
        else (-1, -1),
        size=random.choice(("S", "M", "L", "XL", "XXL", "38", "40", "42"))
        if random.random() < 0.1
        else "",
        price=round(2 ** random.uniform(0, 8), 2),
        language=language,
    )


def draw_sibling(random: Random, product: Product, tongue: Tongue) -> Product:
    """Change one thing: another model, amount, colour, feature, line or kind."""
    units = WORDS["units"]
    choice = random.choice(
        ("model", "amount", "colour", "feature", "line", "kind", "feature")
    )
    price = round(product.price * 2 ** random.uniform(-0.8, 0.8), 2)
    if choice == "model":
        return replace(product, model=invent_model(random), price=price)
    if choice == "amount":
        unit = (
            product.amount[0]
            if product.amount[0] >= 0
            else random.randrange(len(units))
        )
        other = random.randrange(len(units[unit]["amounts"]))
        return replace(product, amount=(unit, other), price=price)
    if choice == "colour":
        return replace(product, colour=random.randrange(10), price=price)
    if choice == "line":
        return replace(product, line=invent(random, 2, 3), price=price)
    if choice == "kind":
        return replace(product, kind=tongue.kind(), price=price)
    kept = list(product.features)
    for _ in range(random.randint(1, 2)):
        kept[random.randrange(len(kept))] = tongue.feature()
    return replace(product, features=tuple(kept), price=price)


def mistype(random: Random, word: str) -> str:
    """Leave out, double, swap or miss one character."""
    if len(word) < 4 or not word.isascii():
        return word
    at = random.randrange(len(word) - 1)
    return random.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + random.choice(LETTERS) + word[at + 1 :],
        )
    )


def write_title(  # noqa: PLR0912 - one habit of sellers after another
    random: Random, product: Product, care: float, tongue: Tongue
) -> str:
    """Write a title as a seller would; *care* (0 to 1) is how much of it is said."""
    lang = product.language
    parts: list[str] = []
    kinds = tongue.kinds[product.kind]
    names = [random.choice(kinds)]
    if len(kinds) > 1 and random.random() < 0.3:
        names = random.sample(kinds, 2)
    brand = product.brand if random.random() < 0.55 + 0.4 * care else ""
    line = product.line if random.random() < 0.6 + 0.35 * care else ""
    model = product.model if random.random() < 0.5 + 0.45 * care else ""
    head = (
        [brand, *names, line, model]
        if random.random() < 0.6
        else [*names, brand, line, model]
    )
    if random.random() < 0.2:
        random.shuffle(head)
    parts += head
    said = [
        random.choice(tongue.features[f])
        for f in product.features
        if random.random() < 0.3 + 0.6 * care
    ]
    random.shuffle(said)
    parts += said
    if product.colour >= 0 and random.random() < 0.4 + 0.4 * care:
        parts.append(WORDS["colours"][lang][product.colour])
    if product.amount[0] >= 0 and random.random() < 0.55 + 0.4 * care:
        unit = WORDS["units"][product.amount[0]]
        amount = unit["amounts"][product.amount[1]]
        parts.insert(
            random.randint(1, len(parts)), f"{amount}{random.choice(unit['unit'])}"
        )
    if product.size and random.random() < 0.5:
        parts.append(f"size {product.size}" if lang != "zh" else product.size)
    # what sellers add: promotion, and words that buyers look for
    for _ in range(random.choice((0, 0, 0, 1, 1, 2, 3))):
        at = random.choice((0, len(parts)))
        parts.insert(at, random.choice(WORDS["promo"][lang]))
    while random.random() < 0.25:
        parts.append(random.choice(tongue.features[tongue.feature()]))
    if random.random() < 0.12:
        parts.append(random.choice(tongue.kinds[tongue.kind()]))
    if random.random() < 0.08:
        parts.append(invent(random, 2, 4))
    parts = [part for part in parts if part]
    if random.random() < 0.15:
        parts[random.randrange(len(parts))] = mistype(
            random, parts[random.randrange(len(parts))]
        )
    joiner = random.choice((" ", " ", " ", " ", " - ", " / ", ", "))
    if lang == "zh" and random.random() < 0.6:
        joiner = ""
    title = " ".join(parts) if joiner == "" and lang != "zh" else ""
    for place, part in enumerate(parts):
        if title == "" or place == 0:
            title = part if place == 0 else title + part
            continue
        title += (joiner if random.random() < 0.3 or joiner == "" else " ") + part
    style = random.random()
    if style < 0.25:
        return title.upper()
    if style < 0.75:
        return title.title()
    return title


def edit_title(
    random: Random, title: str, language: str, edits: int, tongue: "Tongue"
) -> str:
    """Write a title again with so many kinds of edits, and mean the same product."""
    words = title.split()
    for kind in random.sample(EDITS, edits):
        EDITING[kind](random, words, language, tongue)
        words = " ".join(words).split()
    return " ".join(words)


def _reorder(random: Random, words: list[str], *_: object) -> None:
    if random.random() < 0.5:
        words.insert(random.randrange(len(words)), words.pop(0))
    begin = random.randrange(len(words))
    part = words[begin : begin + random.randint(2, 7)]
    random.shuffle(part)
    words[begin : begin + len(part)] = part


def _drop(random: Random, words: list[str], *_: object) -> None:
    for _ in range(random.choice((1, 1, 2, 3))):
        plain = [n for n, word in enumerate(words) if not _is_code(word)]
        if len(words) > 4 and plain:
            words.pop(random.choice(plain))


def _add(random: Random, words: list[str], _: str, tongue: "Tongue") -> None:
    for _ in range(random.choice((1, 1, 2, 3))):
        more = random.choice(tongue.features[tongue.feature()])
        words.insert(random.randrange(len(words) + 1), more)


def _slip(random: Random, words: list[str], *_: object) -> None:
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(len(words))
        words[at] = mistype(random, words[at])


def _measure(_: Random, words: list[str], *__: object) -> None:
    words[:] = [other_unit(word) for word in words]


def _promote(random: Random, words: list[str], language: str, *_: object) -> None:
    for _ in range(random.choice((1, 1, 2, 3))):
        place = random.choice((0, len(words)))
        words.insert(place, random.choice(WORDS["promo"][language]))


def _say(random: Random, words: list[str], *_: object) -> None:
    words[:] = [
        other_word(random, word) if random.random() < 0.7 else word for word in words
    ]


def _write_large(random: Random, words: list[str], *_: object) -> None:
    style = random.choice((str.upper, str.lower, str.title))
    words[:] = [style(word) for word in words]


def _glue(random: Random, words: list[str], *_: object) -> None:
    if len(words) > 1:
        at = random.randrange(len(words) - 1)
        mark = random.choice(("", "", "-", "/"))
        words[at : at + 2] = [words[at] + mark + words[at + 1]]


EDITING: dict[str, Callable[..., None]] = {
    "order": _reorder,
    "drop": _drop,
    "add": _add,
    "slip": _slip,
    "unit": _measure,
    "promotion": _promote,
    "word": _say,
    "case": _write_large,
    "glue": _glue,
}
EDITS = tuple(EDITING)


def _is_code(word: str) -> bool:
    digits = any(c.isdigit() for c in word)
    return len(word) >= 4 and digits and any(c.isalpha() for c in word)


_OTHER_UNITS = (("gb", "tb", 1024), ("ml", "l", 1000), ("gr", "kg", 1000), ("g", "kg", 1000),
                ("cm", "mm", 0.1), ("cm", "m", 100), ("kg", "g", 0.001), ("l", "ml", 0.001))  # fmt: skip


def other_unit(word: str) -> str:
    """Write an amount in another unit, or apart from it."""
    number = "".join(c for c in word if c.isdigit() or c == ".")
    unit = word[len(number) :].lower()
    if not number or not word.startswith(number) or not unit.isalpha():
        return word
    for old, new, factor in _OTHER_UNITS:
        if unit == old and float(number) > 1:
            return f"{float(number) / factor:g}{new}"
    return f"{number} {unit}"


def _same_words() -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for ideas in (WORDS["kinds"], WORDS["features"]):
        for idea in ideas:
            said = [word for words in idea.values() for word in words]
            for word in said:
                groups.setdefault(word, said)
    for place in range(10):
        said = [WORDS["colours"][language][place] for language in LANGUAGES]
        for word in said:
            groups.setdefault(word, said)
    return groups


SAME_WORDS = _same_words()


def other_word(random: Random, word: str) -> str:
    """Say a word in another way, or in another language."""
    return random.choice(SAME_WORDS.get(word.lower(), [word]))


def make_copies(
    products: int, seed: int, *, languages: str = "en,id,id,zh"
) -> pa.Table:
    """Make catalogues: most products once, some copied with edits, some with variants.

    A variant's title is its sister's with one thing changed, as shops write them; half
    of the products stand in a line, whose titles are made after one pattern. A copier
    often keeps the price.
    """
    random = Random(seed)
    brands = [invent(random, 2, 3) for _ in range(max(products // 12, 5))]
    choices = languages.split(",")
    tongues = {name: Tongue(random, name, 3000) for name in sorted(set(choices))}
    patterns: dict[str, list[str]] = {name: [] for name in tongues}
    rows: list[tuple[str, float, str]] = []
    for number in range(products):
        product = draw_product(random, brands, list(tongues.values()), choices)
        tongue = tongues[product.language]
        known = patterns[product.language]
        if known and random.random() < 0.5:
            title = draw_cousin(random, random.choice(known), tongue, brands)
        else:
            title = write_title(random, product, random.uniform(0.6, 1), tongue)
            if random.random() < 0.4:
                # a code or a number of the maker's, as half of all titles have
                title += f" {random.choice((invent_model(random), str(random.randint(2, 99))))}"
            if random.random() < 0.15:
                # goods in two colours, and searched for by more than they have
                words = title.split()
                colour = random.choice(WORDS["colours"][product.language])
                words.insert(random.randrange(len(words) + 1), colour)
                title = " ".join(words)
            while len(title.split()) < 5 and product.language != "zh":
                title += f" {random.choice(tongue.features[tongue.feature()])}"
            # as many patterns as keep a line at some twenty products
            if len(known) < max(products // (40 * len(tongues)), 5):
                known.append(title)
        family = [(title, product.price, f"p{number:06d}")]
        if random.random() < 0.3:
            for sister in range(random.choice((1, 1, 2))):
                changed = change_one(random, title, product.language)
                price = product.price * random.uniform(0.85, 1.35)
                family.append((changed, price, f"p{number:06d}.{sister}"))
        rows += family
        for said, price, name in family:
            if random.random() < 0.2:
                for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
                    again = edit_title(
                        random, said, product.language, random.randint(1, 5), tongue
                    )
                    rows.append((again, price * copied_price(random), name))
    order = list(range(len(rows)))
    random.shuffle(order)
    return pa.table(
        {
            "listing": [f"c{n:07d}" for n in range(len(rows))],
            "store": [f"s{random.randrange(max(products // 8, 2)):05d}" for _ in rows],
            "title": [rows[n][0] for n in order],
            "price": [f"{rows[n][1]:.2f}" for n in order],
            "currency": ["USD"] * len(rows),
            "product": [rows[n][2] for n in order],
        }
    )


def copied_price(random: Random) -> float:
    """What a copier asks for, of the price that was copied."""
    if random.random() < 0.45:
        return 1.0
    if random.random() < 0.6:
        return random.choice((0.8, 0.85, 0.9, 0.95, 0.99, 1.05, 1.1, 1.2))
    return 2 ** random.gauss(0, 0.15)


def draw_cousin(random: Random, title: str, tongue: Tongue, brands: list[str]) -> str:
    """Write another product of a line: its pattern with other words, codes, numbers."""
    words = []
    for word in title.split():
        if _is_code(word):
            words.append(
                other_digits(random, word, 1) if random.random() < 0.9 else word
            )
        elif word.isdigit():
            words.append(str(random.randint(1, 99)) if random.random() < 0.5 else word)
        elif random.random() < 0.35:
            words.append(
                random.choice(brands)
                if random.random() < 0.2
                else random.choice(tongue.features[tongue.feature()])
            )
        else:
            words.append(word)
    if random.random() < 0.2:
        words.insert(0, random.choice(brands))
    return " ".join(words)


def other_digits(random: Random, word: str, share: float) -> str:
    """Draw the digits of a word again: each with a chance of *share*, at least one."""
    places = [n for n, c in enumerate(word) if c.isdigit()]
    chosen = {n for n in places if random.random() < share} or {random.choice(places)}
    return "".join(
        str((int(c) + random.randint(1, 9)) % 10) if n in chosen else c
        for n, c in enumerate(word)
    )


def change_one(random: Random, title: str, language: str) -> str:
    """Make a title that of another variant: a number, code, colour or size.

    Another one, or one more than its sister names.
    """
    words = title.split()
    digits = [n for n, word in enumerate(words) if any(c.isdigit() for c in word)]
    colours = WORDS["colours"][language]
    found = [n for n, word in enumerate(words) if word.lower() in colours]
    added = random.random() < 0.15
    if digits and not added and (not found or random.random() < 0.75):
        for at in random.sample(digits, min(len(digits), random.choice((1, 1, 2)))):
            # sister models are numbered one after the other; sizes are not
            near = random.random() < 0.7
            words[at] = (
                other_digits(random, words[at], 0.1 if near else 0.6)
                if random.random() < 0.85
                else other_amount(random, words[at])
            )
        return " ".join(words)
    if found and not added:
        # another one, perhaps one that the title has already
        at = random.choice(found)
        words[at] = random.choice([c for c in colours if c != words[at].lower()])
    else:
        unit = random.choice(WORDS["units"])
        more = random.choice(
            (
                random.choice(colours),
                random.choice(("S", "M", "L", "XL", "38", "40")),
                f"{random.choice(unit['amounts'])}{random.choice(unit['unit'])}",
                str(random.randint(2, 60)),
                invent_model(random),
            )
        )
        words.insert(random.randrange(len(words) + 1), more)
    return " ".join(words)


def other_amount(random: Random, word: str) -> str:
    """Give ten times or a tenth of an amount, or half or twice of it."""
    digits = "".join(c for c in word if c.isdigit())
    factor = random.choice((10, 0.1, 2, 0.5))
    other = f"{int(digits) * factor:g}" if digits else ""
    return word.replace(digits, other, 1) if digits in word else word + "0"


def near_hash(random: Random, digest: int, bits: int) -> int:
    """Turn some bits of a hash."""
    for bit in random.sample(range(64), bits):
        digest ^= 1 << bit
    return digest


def draw_photo(random: Random, layouts: list[int]) -> int:
    """Draw the hash of a photo: on one ground, cut alike, they have bits in common."""
    digest = random.choice(layouts)
    share = random.choice((0.15, 0.25, 0.35, 0.45, 0.5, 0.5, 0.5, 0.5))
    for bit in range(64):
        if random.random() < share:
            digest ^= 1 << bit
    return digest


def draw_hash(random: Random, official: int, layouts: list[int], habit: float) -> int:
    """Draw a listing's picture: the product's, an edit of it, or one of its own."""
    chance = random.random()
    if chance < 0.32 * habit:
        return official
    if chance < 0.42 * habit:
        return near_hash(random, official, 2 * random.randint(1, 3))
    if chance < 0.47 * habit:
        return near_hash(random, official, 2 * random.randint(3, 6))
    if chance < 0.50 * habit:
        return near_hash(random, official, 2 * random.randint(6, 11))
    return draw_photo(random, layouts)


def draw_gallery(
    random: Random,
    official: list[int],
    layouts: list[int],
    habit: float,
    banner: int | None,
) -> str:
    """Draw a listing's pictures: some of the product's, and the store's own banner."""
    first, *rest = official
    shown = [first, *(photo for photo in rest if random.random() < 0.6)]
    drawn = [draw_hash(random, photo, layouts, habit) for photo in shown]
    if banner is not None:
        drawn.append(banner)
    return "|".join(f"phash:{digest:016x}" for digest in drawn)


def make(  # noqa: PLR0915 - one column after another
    products: int,
    seed: int,
    *,
    languages: str = "en,id,id,zh",
    pictures: bool = True,
    details: bool = False,
) -> pa.Table:
    """Make listings of so many products: listing, store, title, images, product."""
    random = Random(seed)
    brands = [invent(random, 2, 3) for _ in range(max(products // 12, 5))]
    choices = languages.split(",")
    tongues = {name: Tongue(random, name, 3000) for name in sorted(set(choices))}
    drawn: list[Product] = []
    while len(drawn) < products:
        if drawn and random.random() < SIBLINGS:
            first = random.choice(drawn[-40:])
            drawn.append(draw_sibling(random, first, tongues[first.language]))
        else:
            drawn.append(draw_product(random, brands, list(tongues.values()), choices))
    layouts = [random.getrandbits(64) for _ in range(12)]
    stores = max(products // 4, 2)
    # with details also several pictures: a gallery, a banner of the store's
    banners = {
        store: draw_photo(random, layouts)
        for store in range(stores)
        if details and random.random() < 0.3
    }
    rows: dict[str, list[str | None]] = {
        name: []
        for name in (
            "listing",
            "store",
            "title",
            "images",
            "brand",
            "mpn",
            "price",
            "currency",
            "attributes",
            "product",
        )
    }
    for number, product in enumerate(drawn):
        copies = min(int(random.paretovariate(1.8)) + random.choice((0, 1, 1)), 50)
        several = random.choice((0, 0, 1, 2, 3)) if details else 0
        official = [draw_photo(random, layouts) for _ in range(1 + several)]
        habit = random.choice((0.3, 0.8, 1.0, 1.0, 1.3))
        written: list[str] = []
        care = random.random()
        for _ in range(copies):
            if written and random.random() < 0.35:
                # a copied title, perhaps with a word more or less
                words = random.choice(written).split()
                if random.random() < 0.6 and len(words) > 3:
                    words.pop(random.randrange(len(words)))
                if random.random() < 0.5:
                    words.insert(0, random.choice(WORDS["promo"][product.language]))
                title = " ".join(words)
            else:
                said = min(1, max(0, random.gauss(care, 0.2)))
                title = write_title(random, product, said, tongues[product.language])
            written.append(title)
            rows["listing"].append(f"m{len(rows['listing']):07d}")
            store = random.randrange(stores)
            rows["store"].append(f"s{store:05d}")
            rows["title"].append(title)
            gallery = draw_gallery(random, official, layouts, habit, banners.get(store))
            rows["images"].append(gallery if pictures else None)
            told = details and random.random() < 0.6
            rows["brand"].append(product.brand or None if told else None)
            rows["mpn"].append(
                product.model or None if told and random.random() < 0.6 else None
            )
            price = product.price * 2 ** random.gauss(0, 0.15)
            rows["price"].append(
                f"{price:.2f}" if details and random.random() < 0.9 else None
            )
            rows["currency"].append("USD" if details else None)
            attributes = None
            if told and product.colour >= 0:
                attributes = f'{{"colour": "{WORDS["colours"]["en"][product.colour]}"}}'
            rows["attributes"].append(attributes)
            rows["product"].append(f"p{number:06d}")
    order = list(range(len(rows["listing"])))
    random.shuffle(order)
    return pa.table(
        {name: pa.array(column).take(pa.array(order)) for name, column in rows.items()}
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    made = make(chosen.products, chosen.seed)
    pq.write_table(made, chosen.out)
    print(f"{made.num_rows:,} listings of {chosen.products:,} products: {chosen.out}")
