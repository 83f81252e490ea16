"""The rules of a policy: signals, statements, tests, outcomes, duties and clocks."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import TypedDict

from storekin.errors import UnknownSignalError, suggest
from storekin.identity.model import IDENTITY_SIGNALS, NEAR_SIGNALS
from storekin.listings.signals import DIFFERENCES, FIELDS, LEVELS, LISTING_SIGNALS
from storekin.policy.model import (
    CONDITIONS,
    CONFIDENCES,
    EFFECTS,
    OUTCOMES,
    SCOPES,
    SIGNAL_EFFECTS,
    Clock,
    DuplicateTest,
    Duty,
    OutcomeRule,
    Permission,
    RelatedTest,
    SignalRule,
    StandingRule,
    Statement,
)
from storekin.policy.reading.faults import Faults, Table
from storekin.wording.catalog import say

STORE_SIGNALS = ("shares_rare_listings",)
KNOWN_SIGNALS = (
    *IDENTITY_SIGNALS,
    *NEAR_SIGNALS.values(),
    *LISTING_SIGNALS,
    *STORE_SIGNALS,
)
"""Every signal that a policy may name."""

RULE_KEYS = frozenset(
    [
        "source",
        "read_on",
        "page_on",
        "confidence",
        "because",
        "because_zh",
        "condition",
        "condition_zh",
        "exception",
        "exception_zh",
    ]
)
_SIGNAL = RULE_KEYS | {"effect", "limit"}
_STATEMENT = RULE_KEYS | {"effect", "about", "about_zh"}
_RELATED = RULE_KEYS | {"probability_at_least", "bits_at_least"}
_DUPLICATES = RULE_KEYS | {
    "level_at_least",
    "bits_at_least",
    "allowance",
    "allowance_for",
    "scope",
    "fields",
    "fields_if_given",
    "differences_at_least",
    "differences_of",
    "price_differs_by",
    "other_sites",
    "formats_allowed",
    "parts_allowance",
    "other_codes",
}
_PERMISSION = RULE_KEYS | {"conditions", "effects", "most_shared"}
_STANDING = RULE_KEYS | {"outcome", "when"}
_OUTCOME = frozenset(
    ["outcome", "which", "because", "because_zh", "source", "steps", "steps_zh"]
)
_CLOCK = RULE_KEYS | {"starts", "starts_zh", "length"}
_DUTY = RULE_KEYS | {"article"}
WHICH = ("both", "later", "other")
OTHER_SITES = ("counted", "allowed")
STANDINGS = ("not_good", "closed")

Sources = Collection[str]


class RuleParts(TypedDict):
    """What every rule has."""

    source: tuple[str, ...]
    confidence: str
    read_on: date | None
    because: str
    because_zh: str
    page_on: date | None
    condition: str
    condition_zh: str
    exception: str
    exception_zh: str


def said_by(
    faults: Faults, where: str, table: Table, sources: Sources, *, needed: bool = True
) -> tuple[str, ...]:
    """Read who says so, each of them one of the file's sources."""
    value = table.get("source", [])
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names:
        if needed:
            faults.add(
                where, "'source' is missing", "name who says so, as in [sources]"
            )
        return ()
    for name in names:
        if name not in sources:
            faults.add(
                where,
                f"the source {name!r} is not in [sources]",
                suggest(str(name), sources) if sources else "add it to [sources]",
            )
    return tuple(str(name) for name in names)


def rule_parts(
    faults: Faults, where: str, table: Table, sources: Sources, *, known: bool = True
) -> RuleParts:
    """Read what every rule has: who says so, when it was read, and the sentence.

    Of what is not *known* no source, no confidence and no sentence is asked.
    """
    if known:
        because = faults.text(where, table, "because", "-")
        confidence = faults.choice(where, table, "confidence", CONFIDENCES)
    else:
        because = faults.optional(table, "because", say("en", "policy", "unknown"))
        confidence = ""
        if "confidence" in table:
            confidence = faults.choice(where, table, "confidence", CONFIDENCES)
    chinese = because if "because" in table else say("zh", "policy", "unknown")
    condition = faults.optional(table, "condition")
    exception = faults.optional(table, "exception")
    return RuleParts(
        source=said_by(faults, where, table, sources, needed=known),
        confidence=confidence,
        read_on=faults.day(where, table, "read_on") or faults.read_on,
        because=because,
        because_zh=faults.optional(table, "because_zh", chinese),
        page_on=faults.day(where, table, "page_on"),
        condition=condition,
        condition_zh=faults.optional(table, "condition_zh", condition),
        exception=exception,
        exception_zh=faults.optional(table, "exception_zh", exception),
    )


def read_signals(
    faults: Faults, data: Table, sources: Sources
) -> dict[str, SignalRule]:
    """Read what the policy makes of each signal."""
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
        if effect == "advisory_limit" or "limit" in table:
            limit = int(faults.number(where, table, "limit", 1, 999_999))
        rules[signal] = SignalRule(
            signal=signal,
            effect=effect,
            limit=limit,
            **rule_parts(faults, where, table, sources, known=effect != "unknown"),
        )
    return rules


def read_statements(
    faults: Faults, data: Table, sources: Sources
) -> dict[str, Statement]:
    """Read what is said of matters that no comparison bears on."""
    found = {}
    statements = faults.table(faults.file, data, "statements")
    for name in statements:
        where = f"{faults.file}, rule 'statements.{name}'"
        table = faults.table(where, statements, name)
        faults.unknown_keys(where, table, _STATEMENT)
        effect = faults.choice(where, table, "effect", SIGNAL_EFFECTS)
        about = faults.text(where, table, "about", name)
        found[name] = Statement(
            about=about,
            about_zh=faults.optional(table, "about_zh", about),
            effect=effect,
            **rule_parts(faults, where, table, sources, known=effect != "unknown"),
        )
    return found


def read_related(faults: Faults, data: Table, sources: Sources) -> RelatedTest | None:
    """Read when two stores are told to be one seller's without a breach."""
    if "related" not in data:
        return None
    where = f"{faults.file}, rule 'related'"
    table = faults.table(faults.file, data, "related")
    faults.unknown_keys(where, table, _RELATED)
    return RelatedTest(
        probability_at_least=faults.number(where, table, "probability_at_least", 0, 1),
        bits_at_least=faults.number(where, table, "bits_at_least", 0, 1000),
        **rule_parts(faults, where, table, sources),
    )


def read_duplicates(
    faults: Faults, data: Table, sources: Sources
) -> DuplicateTest | None:
    """Read when the catalogues of two stores count as duplicates."""
    if "duplicate_listings" not in data:
        return None
    where = f"{faults.file}, rule 'duplicate_listings'"
    table = faults.table(faults.file, data, "duplicate_listings")
    faults.unknown_keys(where, table, _DUPLICATES)
    lists = {
        key: faults.words(where, table, key)
        for key in (
            "fields",
            "fields_if_given",
            "allowance_for",
            "differences_of",
            "formats_allowed",
        )
    }
    for key in ("fields", "fields_if_given"):
        faults.unknown_words(where, key, lists[key], FIELDS)
    for key in ("allowance_for", "differences_of"):
        faults.unknown_words(where, key, lists[key], DIFFERENCES)
    needed = faults.whole(where, table, "differences_at_least", 0, 13, 0)
    if needed and not lists["differences_of"]:
        lists["differences_of"] = DIFFERENCES
    return DuplicateTest(
        level_at_least=faults.choice(where, table, "level_at_least", LEVELS[:3]),
        bits_at_least=faults.number(where, table, "bits_at_least", 0, 1000),
        allowance=faults.whole(where, table, "allowance", 0, 1000, 0),
        scope=_word(faults, where, table, "scope", SCOPES),
        differences_at_least=needed,
        price_differs_by=(
            faults.number(where, table, "price_differs_by", 0, 1)
            if "price_differs_by" in table
            else 0.2
        ),
        other_sites=_word(faults, where, table, "other_sites", OTHER_SITES),
        parts_allowance=faults.whole(where, table, "parts_allowance", 0, 1000, 0),
        other_codes=faults.truth(where, table, "other_codes"),
        **lists,
        **rule_parts(faults, where, table, sources),
    )


def read_permission(faults: Faults, data: Table, sources: Sources) -> Permission | None:
    """Read on which conditions one seller may have several stores."""
    if "permission" not in data:
        return None
    where = f"{faults.file}, rule 'permission'"
    table = faults.table(faults.file, data, "permission")
    faults.unknown_keys(where, table, _PERMISSION)
    conditions = faults.words(where, table, "conditions")
    effects = faults.words(where, table, "effects")
    faults.unknown_words(where, "conditions", conditions, CONDITIONS)
    faults.unknown_words(where, "effects", effects, EFFECTS)
    return Permission(
        conditions=conditions,
        effects=effects,
        most_shared=(
            faults.number(where, table, "most_shared", 0, 1)
            if "most_shared" in table
            else 0.5
        ),
        **rule_parts(faults, where, table, sources),
    )


def read_standing(faults: Faults, data: Table, sources: Sources) -> StandingRule | None:
    """Read what follows when another store of the seller is not in order."""
    if "standing" not in data:
        return None
    where = f"{faults.file}, rule 'standing'"
    table = faults.table(faults.file, data, "standing")
    faults.unknown_keys(where, table, _STANDING)
    return StandingRule(
        when=_word(faults, where, table, "when", STANDINGS),
        outcome=faults.choice(where, table, "outcome", OUTCOMES),
        **rule_parts(faults, where, table, sources),
    )


def read_outcomes(
    faults: Faults, data: Table, sources: Sources
) -> dict[str, OutcomeRule]:
    """Read what follows from each effect; every effect must have its outcome."""
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
        steps = faults.words(where, table, "steps")
        rules[effect] = OutcomeRule(
            outcome=faults.choice(where, table, "outcome", OUTCOMES),
            which=_word(faults, where, table, "which", WHICH),
            because=because,
            because_zh=faults.optional(table, "because_zh", because),
            source=said_by(faults, where, table, sources),
            steps=steps,
            steps_zh=faults.words(where, table, "steps_zh") or steps,
        )
    for effect in EFFECTS:
        if effect not in rules:
            faults.add(
                f"{faults.file}, rule 'outcomes'",
                f"what follows from {effect!r} is missing",
                f"add [outcomes.{effect}]",
            )
    advisory = rules.get("advisory")
    if advisory is not None and advisory.outcome not in ("notice", "none", ""):
        faults.add(
            f"{faults.file}, rule 'outcomes.advisory'",
            f"'outcome' is {advisory.outcome!r}: an advisory never associates",
            'write outcome = "notice"',
        )
    return rules


_LENGTH = re.compile(r"P(?:(\d{1,4})D|(\d{1,3})W|(\d{1,3})M|(\d{1,2})Y)")


def read_length(faults: Faults, where: str, table: Table, key: str) -> tuple[int, int]:
    """Read a length such as P7D, P2W, P6M or P1Y: days, and months."""
    text = faults.text(where, table, key, "")
    found = _LENGTH.fullmatch(text)
    if found is None:
        if text:
            faults.add(
                where, f"{key!r} is {text!r}, no length of time", f'write {key} = "P7D"'
            )
        return 0, 0
    days, weeks, months, years = (int(part or 0) for part in found.groups())
    return days + 7 * weeks, months + 12 * years


def read_clocks(faults: Faults, data: Table, sources: Sources) -> tuple[Clock, ...]:
    """Read the time limits."""
    clocks = []
    tables = faults.table(faults.file, data, "clocks")
    for name in tables:
        where = f"{faults.file}, rule 'clocks.{name}'"
        table = faults.table(where, tables, name)
        faults.unknown_keys(where, table, _CLOCK)
        days, months = read_length(faults, where, table, "length")
        starts = faults.text(where, table, "starts", "-")
        clocks.append(
            Clock(
                id=name,
                starts=starts,
                starts_zh=faults.optional(table, "starts_zh", starts),
                days=days,
                months=months,
                **rule_parts(faults, where, table, sources),
            )
        )
    return tuple(clocks)


def read_duties(faults: Faults, data: Table, sources: Sources) -> tuple[Duty, ...]:
    """Read what a law asks."""
    duties = []
    tables = faults.table(faults.file, data, "duties")
    for name in tables:
        where = f"{faults.file}, rule 'duties.{name}'"
        table = faults.table(where, tables, name)
        faults.unknown_keys(where, table, _DUTY)
        duties.append(
            Duty(
                id=name,
                article=faults.text(where, table, "article", "-"),
                **rule_parts(faults, where, table, sources),
            )
        )
    return tuple(duties)


def _word(
    faults: Faults, where: str, table: Mapping[str, object], key: str, known: Sources
) -> str:
    """Read one of the known words; the first of them where there is none."""
    first = next(iter(known))
    if key not in table:
        return first
    return faults.choice(where, dict(table), key, known) or first
