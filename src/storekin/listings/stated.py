"""Prices that stand at the end of a title because their own column is empty.

Scrapers and spreadsheets put a value into the next column. Such an amount is a price:
it is compared as one, and is no word, size or model number of the title. Only a table
that gives prices is read so: where nobody gives one, nothing is known to be missing.
"""

import re
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

_AMOUNT = "(?P<price>[0-9]{1,6}[.,][0-9]{2}|[0-9]{2,6}[.]0)"
"""Cents, or none as programs write them; titles end with 2.0, 7.1 and 15.6, too."""
_WITH_PRICE = f"(?P<title>.*[^ ]) +{_AMOUNT} *"
_ENDING = f"(?s)^{_WITH_PRICE}$"
_ONE_ENDING = re.compile(_WITH_PRICE, re.DOTALL)


def with_stated_prices(listings: pa.Table, *, priced: bool) -> pa.Table:
    """Give listings whose titles end with a price that price, and the title without.

    ``priced`` says that the table that they belong to gives prices. Listings with a
    price of their own stay as they are.
    """
    titles, prices = listings["title"], listings["price"]
    if not priced or not prices.null_count:
        return listings
    ending = pc.match_substring_regex(titles, _ENDING)
    bare = pc.and_(pc.is_null(prices), pc.fill_null(ending, fill_value=False))
    if not pc.any(bare).as_py():
        return listings
    parts = pc.extract_regex(titles, _ENDING)
    amounts = pc.replace_substring(pc.struct_field(parts, "price"), ",", ".")
    columns = {
        "title": pc.if_else(bare, pc.struct_field(parts, "title"), titles),
        "price": pc.if_else(bare, amounts.cast(pa.float64()), prices),
    }
    return pa.table(
        {name: columns.get(name, listings[name]) for name in listings.column_names}
    )


def title_of(record: Mapping[str, object], *, priced: bool) -> str:
    """Give the title of one listing, without a price that it ends with.

    >>> title_of({"title": "Phone case 12.50"}, priced=True)
    'Phone case'
    >>> title_of({"title": "Phone case 12.50", "price": 11}, priced=True)
    'Phone case 12.50'
    """
    title = str(record.get("title") or "")
    if not priced or record.get("price") not in (None, ""):
        return title
    found = _ONE_ENDING.fullmatch(title)
    return found["title"] if found else title
