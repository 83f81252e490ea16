"""Is an appeal ready? Each thing that is asked for: missing, weak or good, and why.

The one chance to appeal is not for finding out that an invoice is in another's name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from storekin.cases.clocks import later_day
from storekin.normalise.identifiers import is_credit_code, normalise_licence
from storekin.wording.catalog import say

Standing = Literal["missing", "weak", "good"]

_LICENCES = ("business_licence", "store_opening_information")

INVOICES, LETTER = "purchase_invoices", "letter"

_MOST_TAX = Decimal("1.30")
"""A total is so many times the sum of its lines at the most, for taxes and freight."""

_LEAST_TOTAL = Decimal("0.70")
"""And so many at the least, for discounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A file that proves something, and what was read of it.

    ``fields`` are those that ``storekin document read`` prints; a person may have said
    the day (``date``), where software could not read it.
    """

    number: int
    kind: str
    name: str
    digest: str
    date: str | None
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the seller's own records say: the company, its licences, and the listings.

    ``created`` are the days on which they were listed, where they are known.
    """

    company: str
    licences: Sequence[str]
    listings: Sequence[str]
    titles: Sequence[str]
    gtins: Sequence[str]
    created: Sequence[date | None]


@dataclass(frozen=True, slots=True)
class Comparers:
    """The matchers, as the check asks them.

    ``one_company`` says whether two names are one company's; ``alike`` gives for lines
    (name, code) and listings (title, code) the pairs that show one product.
    """

    one_company: Callable[[str, str], bool]
    alike: Callable[
        [Sequence[tuple[str, str]], Sequence[tuple[str, str]]], set[tuple[int, int]]
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that is asked for, how it stands, and why, in sentences."""

    name: str
    standing: Standing
    because: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Give the item as one JSON object."""
        return {
            "item": self.name,
            "standing": self.standing,
            "because": list(self.because),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """All items; ``covered`` of the disputed listings have an invoice."""

    items: tuple[Item, ...]
    covered: tuple[str, ...]
    uncovered: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Say whether nothing is missing or weak."""
        return all(item.standing == "good" for item in self.items)

    def as_json(self) -> dict[str, object]:
        """Give the readiness as one JSON object."""
        return {
            "ready": self.is_ready,
            "items": [item.as_json() for item in self.items],
            "covered": list(self.covered),
            "uncovered": list(self.uncovered),
        }


def check_readiness(
    draft: Mapping[str, Any],
    exhibits: Sequence[Exhibit],
    own: Own | None,
    comparers: Comparers,
    today: date,
    language: str,
) -> Readiness:
    """Check a draft against what its policy asks for.

    ``own`` is None where the seller's records are not there: what needs them is then
    said not to have been checked.
    """
    told = _Told(language)
    items = [_grounds(draft, told)]
    paths = draft["appeal"].get("paths") or []
    if paths:
        items.append(_path(draft, paths, told))
    asked = _asked(draft, paths)
    covered: set[str] = set()
    for kind in asked:
        given = [one for one in exhibits if one.kind == kind]
        if kind == LETTER and not given:
            items.append(_letter(draft, exhibits, told))
        elif not given:
            items.append(_item(kind, "missing", [told("not_given")]))
        elif kind == INVOICES:
            item, covered = _invoices(draft, given, own, comparers, today, told)
            items.append(item)
        else:
            items.append(_other(draft, kind, given, own, today, told))
    disputed = tuple(own.listings) if own is not None else ()
    return Readiness(
        items=tuple(items),
        covered=tuple(one for one in disputed if one in covered),
        uncovered=tuple(one for one in disputed if one not in covered),
    )


class _Told:
    """Says sentences of readiness in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __call__(self, key: str, **values: object) -> str:
        return say(self._language, "readiness", key, **values)


def _item(name: str, standing: Standing, because: Sequence[str]) -> Item:
    return Item(name=name, standing=standing, because=tuple(because))


def _asked(draft: Mapping[str, Any], paths: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give the documents that the policy, and the chosen path, ask for."""
    asked = list(draft["appeal"].get("documents") or ())
    for path in paths:
        if path["id"] == draft.get("path"):
            asked = list(path["documents"] or asked)
    return asked


def _letter(draft: Mapping[str, Any], exhibits: Sequence[Exhibit], told: _Told) -> Item:
    """Say whether the letter could be written now."""
    from storekin.cases.letter import empty_slots

    empty = empty_slots(draft, exhibits)
    if empty:
        return _item(LETTER, "missing", [told("letter_lacks", slots=", ".join(empty))])
    return _item(LETTER, "good", [told("letter_can_be_written")])


def _grounds(draft: Mapping[str, Any], told: _Told) -> Item:
    grounds = {one["evidence"]: one for one in draft.get("grounds") or ()}
    against = [one for one in draft["evidence"] if one["relied_on"]]
    silent = [one["id"] for one in against if one["id"] not in grounds]
    empty = [key for key, one in grounds.items() if not str(one.get("text")).strip()]
    if len(silent) == len(against):
        return _item("grounds", "missing", [told("no_grounds")])
    because = []
    if silent:
        because.append(told("silent", evidence=", ".join(silent)))
    if empty:
        because.append(told("no_text", evidence=", ".join(empty)))
    if because:
        return _item("grounds", "weak", because)
    return _item("grounds", "good", [told("all_grounds")])


def _path(
    draft: Mapping[str, Any], paths: Sequence[Mapping[str, Any]], told: _Told
) -> Item:
    known = [str(path["id"]) for path in paths]
    if draft.get("path") in known:
        return _item("path", "good", [told("path_chosen", path=draft["path"])])
    return _item("path", "missing", [told("no_path", paths=", ".join(known))])


def _other(
    draft: Mapping[str, Any],
    kind: str,
    given: Sequence[Exhibit],
    own: Own | None,
    today: date,
    told: _Told,
) -> Item:
    because: list[str] = []
    for one in given:
        because += _age(draft, kind, one, today, told)
        if kind in _LICENCES:
            because += _licence(one, own, told)
    if because:
        return _item(kind, "weak", because)
    names = ", ".join(one.name for one in given)
    return _item(kind, "good", [told("given", names=names)])


def _licence(one: Exhibit, own: Own | None, told: _Told) -> list[str]:
    """Say where a licence's number fails its check digit, or is not the store's."""
    numbers = [str(number) for number in one.fields.get("licences") or ()]
    wrong = [number for number in numbers if not is_credit_code(number)]
    if wrong:
        return [told("check_digit", name=one.name, number=wrong[0])]
    known = {normalise_licence(text) for text in own.licences} if own else set()
    if numbers and known and not known & {normalise_licence(n) for n in numbers}:
        return [told("other_licence", name=one.name, number=numbers[0])]
    return []


def _age(
    draft: Mapping[str, Any], kind: str, one: Exhibit, today: date, told: _Told
) -> list[str]:
    """Say where a document is older than the policy takes, or has no day."""
    length = (draft["appeal"].get("ages") or {}).get(kind)
    if not length:
        return []
    if one.date is None:
        return [told("no_day", name=one.name)]
    last = later_day(date.fromisoformat(one.date), length)
    if last < today:
        return [told("too_old", name=one.name, date=one.date, last=last.isoformat())]
    return []


def _invoices(
    draft: Mapping[str, Any],
    given: Sequence[Exhibit],
    own: Own | None,
    comparers: Comparers,
    today: date,
    told: _Told,
) -> tuple[Item, set[str]]:
    """Check the invoices: whose they are, of when, whether they add up and cover."""
    because: list[str] = []
    covered: set[str] = set()
    for one in given:
        if not one.fields.get("number") and not one.fields.get("lines"):
            because.append(told("not_read", name=one.name))
            continue
        because += _age(draft, INVOICES, one, today, told)
        because += _sums(one, told)
        if own is not None:
            because += _buyer(one, own, comparers, told)
            found, late = _coverage(one, own, comparers, told)
            covered |= found
            because += late
    if own is None:
        because.append(told("not_compared"))
        return _item(INVOICES, "weak", because), covered
    count = len(own.listings)
    missing = [one for one in own.listings if one not in covered]
    summary = told("coverage", covered=count - len(missing), count=count)
    if missing:
        because = [told("uncovered", listings=", ".join(missing)), *because]
    standing: Standing = "weak" if because else "good"
    return _item(INVOICES, standing, [summary, *because] if count else because), covered


def _buyer(one: Exhibit, own: Own, comparers: Comparers, told: _Told) -> list[str]:
    buyer = str(one.fields.get("buyer") or "")
    if not buyer:
        return [told("no_buyer", name=one.name)]
    if not own.company or comparers.one_company(buyer, own.company):
        return []
    return [told("other_buyer", name=one.name, buyer=buyer, company=own.company)]


def _sums(one: Exhibit, told: _Told) -> list[str]:
    """Say where the lines do not come to the total, or to what they say."""
    lines = one.fields.get("lines") or []
    total = one.fields.get("total")
    sums = []
    for line in lines:
        amount = _decimal(line.get("total"))
        if amount is None:
            quantity, price = _decimal(line["quantity"]), _decimal(line["unit_price"])
            if quantity is None or price is None:
                return []
            amount = quantity * price
        sums.append(amount)
    whole = _decimal(total)
    if not sums or whole is None or whole <= 0:
        return []
    if _LEAST_TOTAL * sum(sums) <= whole <= _MOST_TAX * sum(sums):
        return []
    return [told("sums", name=one.name, lines=f"{sum(sums):f}", total=f"{whole:f}")]


def _decimal(text: object) -> Decimal | None:
    return None if text in (None, "") else Decimal(str(text))


def _coverage(
    one: Exhibit, own: Own, comparers: Comparers, told: _Told
) -> tuple[set[str], list[str]]:
    """Give the listings that an invoice's lines are of; tell for which it is late."""
    lines = [
        (str(line.get("name") or ""), str(line.get("gtin") or ""))
        for line in one.fields.get("lines") or ()
    ]
    products = list(zip(own.titles, own.gtins, strict=True))
    found = comparers.alike(lines, products) if lines and products else set()
    covered, late = set(), set()
    for _, place in found:
        created = own.created[place]
        listing = own.listings[place]
        if created and one.date and date.fromisoformat(one.date) > created:
            late.add(listing)
        else:
            covered.add(listing)
    late -= covered
    if not late:
        return covered, []
    names = ", ".join(sorted(late))
    return covered, [told("late", name=one.name, date=one.date, listings=names)]
