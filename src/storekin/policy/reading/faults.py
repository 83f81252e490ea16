"""Faults of a policy file: file, rule, key, and what to write instead."""

from collections.abc import Collection
from datetime import date

from storekin.errors import StorekinError, suggest

Table = dict[str, object]


class Faults:
    """Collects what is wrong, with file, rule and key.

    ``read_on`` is the day on which all rules of the file were read that do not say.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[StorekinError] = []
        self.read_on: date | None = None

    def add(self, where: str, problem: str, fix: str) -> None:
        """Name one fault."""
        self.found.append(StorekinError(f"{where}: {problem}", fix))

    def unknown_keys(self, where: str, table: Table, known: Collection[str]) -> None:
        """Name the keys of a table that are not known."""
        for key in table:
            if key not in known:
                self.add(where, f"the key {key!r} is not known", suggest(key, known))

    def unknown_words(
        self, where: str, key: str, words: Collection[str], known: Collection[str]
    ) -> None:
        """Name the words of a list that are not known."""
        for word in words:
            if word not in known:
                self.add(where, f"{key!r} names {word!r}", suggest(word, known))

    def text(self, where: str, table: Table, key: str, default: str = "") -> str:
        """Read a text that must be there."""
        value = table.get(key, default)
        if not isinstance(value, str) or not value.strip():
            self.add(where, f"{key!r} must be a text", f'write {key} = "..."')
            return default
        return value

    def number(
        self, where: str, table: Table, key: str, low: float, high: float
    ) -> float:
        """Read a number from *low* to *high* that must be there."""
        value = table.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.add(where, f"{key!r} must be a number", f"write {key} = {low:g}")
            return low
        if not low <= value <= high:
            self.add(
                where,
                f"{key!r} is {value}, outside {low:,g} to {high:,g}",
                f"choose a number from {low:,g} to {high:,g}",
            )
        return float(value)

    def choice(self, where: str, table: Table, key: str, known: Collection[str]) -> str:
        """Read one of the *known* words."""
        value = table.get(key)
        if value not in known:
            self.add(
                where,
                f"{key!r} is {value!r}" if key in table else f"{key!r} is missing",
                suggest(str(value), known),
            )
            return ""
        return str(value)

    def day(self, where: str, table: Table, key: str) -> date | None:
        """Read a calendar day, if there is one."""
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, date):
            fix = f"write {key} = 2026-03-31, without quotes"
            self.add(where, f"{key!r} must be a date", fix)
            return None
        return value

    def table(self, where: str, table: Table, key: str) -> Table:
        """Read a table; an empty one where there is none."""
        value = table.get(key, {})
        if not isinstance(value, dict):
            self.add(where, f"{key!r} must be a table", f"write [{key}]")
            return {}
        return value

    def whole(
        self, where: str, table: Table, key: str, low: int, high: int, default: int
    ) -> int:
        """Read a whole number, or give the *default* where there is none."""
        if key not in table:
            return default
        return int(self.number(where, table, key, low, high))

    def truth(self, where: str, table: Table, key: str) -> bool:
        """Read true or false; false where there is none."""
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.add(where, f"{key!r} must be true or false", f"write {key} = true")
            return False
        return value

    def words(self, where: str, table: Table, key: str) -> tuple[str, ...]:
        """Read a list of texts; an empty one where there is none."""
        value = table.get(key, [])
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.add(
                where, f"{key!r} must be a list of texts", f'write {key} = ["..."]'
            )
            return ()
        return tuple(value)

    def optional(self, table: Table, key: str, default: str = "") -> str:
        """Read a text that need not be there."""
        value = table.get(key, default)
        return value if isinstance(value, str) else default
