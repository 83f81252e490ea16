"""A policy file to a policy; all faults are named at once, each with its place."""

import tomllib
from collections.abc import Collection
from datetime import date
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import TypedDict

from storekin.errors import (
    PolicyFaultsError,
    StorekinError,
    UnknownPolicyError,
    UnknownSignalError,
    UnreadableFileError,
    suggest,
)
from storekin.identity.model import IDENTITY_SIGNALS, NEAR_SIGNALS
from storekin.listings.model import LEVELS, LISTING_SIGNALS
from storekin.policy.model import (
    CONFIDENCES,
    EFFECTS,
    OUTCOMES,
    SIGNAL_EFFECTS,
    DuplicateTest,
    OutcomeRule,
    Policy,
    RelatedTest,
    SignalRule,
)

STORE_SIGNALS = ("shares_rare_listings",)
KNOWN_SIGNALS = (
    *IDENTITY_SIGNALS,
    *NEAR_SIGNALS.values(),
    *LISTING_SIGNALS,
    *STORE_SIGNALS,
)
"""Every signal that a policy may name."""

_TOP = frozenset(
    [
        "schema",
        "id",
        "version",
        "effective_on",
        "platform",
        "territory",
        "title",
        "title_zh",
        "sources",
        "sources_zh",
        "signals",
        "generic",
        "related",
        "duplicate_listings",
        "outcomes",
        "appeal",
    ]
)
_RULE = frozenset(["source", "read_on", "confidence", "because", "because_zh"])
_SIGNAL = _RULE | {"effect", "limit"}
_RELATED = _RULE | {"probability_at_least", "bits_at_least"}
_DUPLICATES = _RULE | {"level_at_least", "bits_at_least", "allowance"}
_OUTCOME = frozenset(["outcome", "which", "because", "because_zh", "source"])

Table = dict[str, object]


def shipped_policies() -> list[str]:
    """Name the policies that come with storekin."""
    packs = files("storekin.policy").joinpath("packs")
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in packs.iterdir()
        if entry.name.endswith(".toml")
    )


def find_policy(name: str) -> Policy:
    """Load a shipped policy by its name, or a file by its path.

    Raises:
        UnknownPolicyError: If it is neither.
        PolicyFaultsError: If the file has faults.
    """
    if name in shipped_policies():
        text = files("storekin.policy").joinpath("packs", f"{name}.toml").read_bytes()
        return read_policy(text, f"{name}.toml")
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return load_policy(path)
    raise UnknownPolicyError(
        f"there is no policy {name!r}",
        f"{suggest(name, shipped_policies())}, or give the path of a .toml file",
    )


def load_policy(path: Path) -> Policy:
    """Load a policy file.

    Raises:
        UnknownPolicyError: If there is no such file.
        PolicyFaultsError: If it has faults.
    """
    if not path.is_file():
        raise UnknownPolicyError(f"{path}: there is no such file", "check the path")
    return read_policy(path.read_bytes(), path.name)


class _Faults:
    """Collects what is wrong, with file, rule and key."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[StorekinError] = []

    def add(self, where: str, problem: str, fix: str) -> None:
        self.found.append(StorekinError(f"{where}: {problem}", fix))

    def unknown_keys(self, where: str, table: Table, known: Collection[str]) -> None:
        for key in table:
            if key not in known:
                self.add(where, f"the key {key!r} is not known", suggest(key, known))

    def text(self, where: str, table: Table, key: str, default: str = "") -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or not value.strip():
            self.add(where, f"{key!r} must be a text", f'write {key} = "..."')
            return default
        return value

    def number(
        self, where: str, table: Table, key: str, low: float, high: float
    ) -> float:
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
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, date):
            fix = f"write {key} = 2026-03-31, without quotes"
            self.add(where, f"{key!r} must be a date", fix)
            return None
        return value

    def table(self, where: str, table: Table, key: str) -> Table:
        value = table.get(key, {})
        if not isinstance(value, dict):
            self.add(where, f"{key!r} must be a table", f"write [{key}]")
            return {}
        return value


def read_policy(text: bytes, file: str) -> Policy:
    """Read a policy from the bytes of a TOML file called *file*.

    Raises:
        PolicyFaultsError: If anything in it is wrong; all of it is named.
        UnreadableFileError: If it is no TOML.
    """
    try:
        data: Table = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UnreadableFileError(
            f"{file}: this is not TOML ({problem})", "correct the line that is named"
        ) from None
    faults = _Faults(file)
    faults.unknown_keys(file, data, _TOP)
    if data.get("schema") != 1:
        faults.add(file, "'schema' must be 1", "write schema = 1")
    sources = {
        key: str(value) for key, value in faults.table(file, data, "sources").items()
    }
    chinese = {
        key: str(value) for key, value in faults.table(file, data, "sources_zh").items()
    }
    effective = faults.day(file, data, "effective_on")
    if "effective_on" not in data:
        faults.add(file, "'effective_on' is missing", "write effective_on = 2026-03-31")
    generic = faults.table(file, data, "generic")
    faults.unknown_keys(f"{file}, rule 'generic'", generic, {"registrants"})
    policy = Policy(
        id=faults.text(file, data, "id", "unnamed"),
        version=faults.text(file, data, "version", "0"),
        effective_on=effective or date(1970, 1, 1),
        platform=faults.text(file, data, "platform", "any"),
        title=str(data.get("title", data.get("id", ""))),
        title_zh=str(data.get("title_zh", data.get("title", data.get("id", "")))),
        digest=blake2b(text, digest_size=16).hexdigest(),
        sources=sources,
        sources_zh=chinese,
        signals=_signals(faults, data, sources),
        generic_registrants=(
            int(
                faults.number(
                    f"{file}, rule 'generic'", generic, "registrants", 2, 1_000_000
                )
            )
            if "registrants" in generic
            else 5
        ),
        related=_related(faults, data, sources),
        duplicates=_duplicates(faults, data, sources),
        outcomes=_outcomes(faults, data, sources),
        appeal=faults.table(file, data, "appeal"),
    )
    if faults.found:
        raise PolicyFaultsError.of(file, faults.found)
    return policy


def _said_by(
    faults: _Faults, where: str, table: Table, sources: Collection[str]
) -> tuple[str, ...]:
    value = table.get("source", [])
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names:
        faults.add(where, "'source' is missing", "name who says so, as in [sources]")
        return ()
    for name in names:
        if name not in sources:
            faults.add(
                where,
                f"the source {name!r} is not in [sources]",
                suggest(str(name), sources) if sources else "add it to [sources]",
            )
    return tuple(str(name) for name in names)


class _RuleParts(TypedDict):
    source: tuple[str, ...]
    confidence: str
    read_on: date | None
    because: str
    because_zh: str


def _rule(
    faults: _Faults, where: str, table: Table, sources: Collection[str]
) -> _RuleParts:
    """Read what every rule has: who says so, when it was read, and the sentence."""
    because = faults.text(where, table, "because", "-")
    return _RuleParts(
        source=_said_by(faults, where, table, sources),
        confidence=faults.choice(where, table, "confidence", CONFIDENCES),
        read_on=faults.day(where, table, "read_on"),
        because=because,
        because_zh=str(table.get("because_zh", because)),
    )


def _signals(
    faults: _Faults, data: Table, sources: Collection[str]
) -> dict[str, SignalRule]:
    rules = {}
    signals = faults.table(faults.file, data, "signals")
    for signal in signals:
        where = f"{faults.file}, rule {signal!r}"
        table = faults.table(where, signals, signal)
        if signal not in KNOWN_SIGNALS:
            faults.found.append(UnknownSignalError.at(where, signal, KNOWN_SIGNALS))
        faults.unknown_keys(where, table, _SIGNAL)
        effect = faults.choice(where, table, "effect", SIGNAL_EFFECTS)
        limit = None
        if effect == "advisory_limit":
            limit = int(faults.number(where, table, "limit", 1, 999_999))
        rules[signal] = SignalRule(
            signal=signal,
            effect=effect,
            limit=limit,
            **_rule(faults, where, table, sources),
        )
    return rules


def _related(
    faults: _Faults, data: Table, sources: Collection[str]
) -> RelatedTest | None:
    if "related" not in data:
        return None
    where = f"{faults.file}, rule 'related'"
    table = faults.table(faults.file, data, "related")
    faults.unknown_keys(where, table, _RELATED)
    return RelatedTest(
        probability_at_least=faults.number(where, table, "probability_at_least", 0, 1),
        bits_at_least=faults.number(where, table, "bits_at_least", 0, 1000),
        **_rule(faults, where, table, sources),
    )


def _duplicates(
    faults: _Faults, data: Table, sources: Collection[str]
) -> DuplicateTest | None:
    if "duplicate_listings" not in data:
        return None
    where = f"{faults.file}, rule 'duplicate_listings'"
    table = faults.table(faults.file, data, "duplicate_listings")
    faults.unknown_keys(where, table, _DUPLICATES)
    return DuplicateTest(
        level_at_least=faults.choice(where, table, "level_at_least", LEVELS[:3]),
        bits_at_least=faults.number(where, table, "bits_at_least", 0, 1000),
        allowance=int(faults.number(where, table, "allowance", 0, 1000)),
        **_rule(faults, where, table, sources),
    )


def _outcomes(
    faults: _Faults, data: Table, sources: Collection[str]
) -> dict[str, OutcomeRule]:
    rules = {}
    outcomes = faults.table(faults.file, data, "outcomes")
    for effect in outcomes:
        where = f"{faults.file}, rule 'outcomes.{effect}'"
        table = faults.table(where, outcomes, effect)
        if effect not in EFFECTS:
            problem = f"{effect!r} is no effect"
            faults.add(where, problem, suggest(effect, EFFECTS))
        faults.unknown_keys(where, table, _OUTCOME)
        because = faults.text(where, table, "because", "-")
        rules[effect] = OutcomeRule(
            outcome=faults.choice(where, table, "outcome", OUTCOMES),
            which=str(table.get("which", "both")),
            because=because,
            because_zh=str(table.get("because_zh", because)),
            source=_said_by(faults, where, table, sources),
        )
    for effect in EFFECTS:
        if effect not in rules:
            faults.add(
                f"{faults.file}, rule 'outcomes'",
                f"what follows from {effect!r} is missing",
                f"add [outcomes.{effect}]",
            )
    return rules
