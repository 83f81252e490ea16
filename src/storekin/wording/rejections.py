"""What could not be used, told in every language."""

from storekin.records.portfolio import Rejection
from storekin.wording.catalog import say

SECTION = "rejection"


def reject(
    kind: str,
    *,
    file: str,
    line: int,
    column: str = "",
    used: bool = False,
    about: dict[str, str] | None = None,
) -> Rejection:
    """Name one thing that cannot be used; *kind* leads to its sentences.

    >>> reject("negative_price", file="a.csv", line=3, column="price").problem
    'the price is negative'
    """
    values = tuple(sorted((about or {}).items()))
    problem, fix = tell(kind, values, "en")
    return Rejection(
        file=file,
        line=line,
        column=column,
        problem=problem,
        fix=fix,
        used=used,
        kind=kind,
        about=values,
    )


def tell(
    kind: str, about: tuple[tuple[str, str], ...], language: str
) -> tuple[str, str]:
    """Give the problem and the fix in one language."""
    values: dict[str, object] = dict(about)
    return (
        say(language, SECTION, kind, **values),
        say(language, SECTION, f"{kind}_fix", **values),
    )
