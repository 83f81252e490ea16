"""Drafts out of typed tables: plain records, with the days that decide."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from storekin.normalise.images import SUFFIXES
from storekin.policy.facts import UNKNOWN_DAY, day_number

if TYPE_CHECKING:
    import pyarrow as pa

    from storekin.workflows.check.laying import DraftListing


def draft_registrations(
    table: "pa.Table", order: Sequence[str | None] = ()
) -> list[tuple[dict[str, object], int]]:
    """Give each draft registration as a record, with the day it was submitted.

    Several rows of one store are one draft: their values are joined. Drafts come in
    the *order* in which a file names them.
    """
    drafts: dict[str, dict[str, object]] = {}
    days: dict[str, int] = {}
    for row in table.to_pylist():
        store = row["store"]
        own = drafts.setdefault(store, {"store": store})
        days.setdefault(store, UNKNOWN_DAY)
        for name, value in row.items():
            if name == "submitted":
                if value is not None:
                    days[store] = _day(value)
            elif value is not None:
                own[name] = _joined(own.get(name), name, value)
    names = sorted(drafts, key=_place_in(order))
    return [(drafts[store], days[store]) for store in names]


def _place_in(order: Sequence[str | None]) -> "Callable[[str], tuple[int, str]]":
    """Sort names by the order in which a file has them."""
    place: dict[str, int] = {}
    for number, name in enumerate(order):
        place.setdefault(str(name or "").strip(), number)
    return lambda name: (place.get(name, len(place)), name)


_SEVERAL = ("phone", "email")


def _joined(known: object, name: str, value: object) -> object:
    if known is None or name == "store":
        return value
    return f"{known}|{value}" if name in _SEVERAL else known


def _day(value: object) -> int:
    if isinstance(value, date):
        return day_number(value)
    return UNKNOWN_DAY


def draft_listings(
    table: "pa.Table", folder: Path, order: Sequence[str | None] = ()
) -> "list[DraftListing]":
    """Give each draft listing; its local pictures lie in *folder*.

    Drafts come in the *order* in which a file names them.
    """
    from storekin.workflows.check.laying import DraftListing

    place = _place_in(order)
    drafts = []
    for row in sorted(table.to_pylist(), key=lambda row: place(row["listing"])):
        record = {
            name: value
            for name, value in row.items()
            if value is not None and name != "created"
        }
        created = UNKNOWN_DAY if row["created"] is None else _day(row["created"])
        drafts.append(DraftListing(record, created, folder))
    return drafts


def look_at_pictures(draft: "DraftListing", known: Path) -> "DraftListing":
    """Look at a draft's local pictures: beside it, else in the portfolio's folder."""
    parts = str(draft.record.get("images") or "").split("|")
    references = [part.strip() for part in parts if part.strip()]
    if not any(one.lower().endswith(SUFFIXES) for one in references):
        return draft
    from storekin.listings.pictures import look_at

    pictures, unread = look_at(references, draft.folder)
    if unread:
        found, missing = look_at(list(unread), known)
        # what does not lie there either is told as it was found beside the draft
        pictures |= found
        unread = {one: unread[one] for one in missing}
    return replace(draft, pictures=pictures, unread=unread)
