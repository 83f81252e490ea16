"""What is other in one policy than in another, in plain sentences."""

from dataclasses import dataclass, fields

from storekin.policy.model import (
    Appeal,
    AppealPath,
    Clock,
    DuplicateTest,
    Duty,
    OutcomeRule,
    Permission,
    Policy,
    RelatedTest,
    SignalRule,
    StandingRule,
    Statement,
)
from storekin.wording.catalog import Words, in_both, load_words, say

_Part = (
    SignalRule
    | Statement
    | DuplicateTest
    | RelatedTest
    | Permission
    | StandingRule
    | OutcomeRule
    | Appeal
    | AppealPath
    | Clock
    | Duty
)
_SAYING = frozenset(
    [
        "because",
        "because_zh",
        "condition",
        "condition_zh",
        "exception",
        "exception_zh",
        "source",
        "confidence",
        "read_on",
        "page_on",
        "steps",
        "steps_zh",
        "title",
        "title_zh",
        "about",
        "about_zh",
        "starts",
        "starts_zh",
        "channel",
        "channel_zh",
        "article",
    ]
)
"""Keys that change what is said, not what is decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is other: the rule, the key, and both values as text.

    ``decides`` tells a change that can change a decision from one of words, sources
    or dates; ``sentence`` says it in every language.
    """

    rule: str
    key: str
    before: str
    after: str
    decides: bool
    sentence: Words

    def as_json(self) -> dict[str, object]:
        """Give the change as one JSON object."""
        return {
            "rule": self.rule,
            "key": self.key,
            "before": self.before,
            "after": self.after,
            "decides": self.decides,
            "sentence": self.sentence,
        }


def compare_policies(old: Policy, new: Policy) -> list[Change]:
    """List what *new* says otherwise than *old*, rule by rule.

    >>> from storekin.policy.load import find_policy
    >>> changes = compare_policies(find_policy("aliexpress"), find_policy("aliexpress"))
    >>> changes
    []
    """
    before, after = _parts(old), _parts(new)
    changes = []
    for key in ("effective_on", "superseded_on", "territory"):
        changes += _compare("policy", key, getattr(old, key), getattr(new, key))
    changes += _compare(
        "generic", "registrants", old.generic_registrants, new.generic_registrants
    )
    changes += _compare(
        "generic",
        "network_registrants",
        old.network_registrants,
        new.network_registrants,
    )
    for name in [*before, *(n for n in after if n not in before)]:
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            changes.append(_appeared(name, one, other))
            continue
        for field in fields(one):
            key = field.name
            if key == "paths" or key.endswith("_zh") or not hasattr(other, key):
                continue
            sides = (getattr(one, key), getattr(other, key))
            chinese = [getattr(part, f"{key}_zh", None) for part in (one, other)]
            changes += _compare(name, key, *sides, *chinese)
    return changes


def _parts(policy: Policy) -> dict[str, _Part]:
    """Give the rules of a policy by their names, in the file's order."""
    parts: dict[str, _Part | None] = {**policy.signals}
    parts |= {f"statements.{name}": one for name, one in policy.statements.items()}
    parts |= {
        "related": policy.related,
        "duplicate_listings": policy.duplicates,
        "permission": policy.permission,
        "standing": policy.standing,
    }
    parts |= {f"outcomes.{name}": one for name, one in policy.outcomes.items()}
    parts["appeal"] = policy.appeal
    parts |= {f"appeal.paths.{one.id}": one for one in policy.appeal.paths}
    parts |= {f"clocks.{one.id}": one for one in policy.clocks}
    parts |= {f"duties.{one.id}": one for one in policy.duties}
    return {name: part for name, part in parts.items() if part is not None}


_INFORMING = ("statements.", "appeal", "clocks.", "duties.", "policy")


def _decides(rule: str, key: str) -> bool:
    return key not in _SAYING and not rule.startswith(_INFORMING)


def _compare(
    rule: str,
    key: str,
    before: object,
    after: object,
    before_zh: object = None,
    after_zh: object = None,
) -> list[Change]:
    if before == after:
        return []
    sides = {
        "en": (before, after),
        "zh": (
            before if before_zh is None else before_zh,
            after if after_zh is None else after_zh,
        ),
    }
    return [
        Change(
            rule=rule,
            key=key,
            before=_plain(before),
            after=_plain(after),
            decides=_decides(rule, key),
            sentence={
                language: say(
                    language,
                    "diff",
                    "changed",
                    rule=rule,
                    part=key,
                    before=_told(one, language, key),
                    after=_told(other, language, key),
                )
                for language, (one, other) in sides.items()
            },
        )
    ]


def _appeared(rule: str, before: _Part | None, after: _Part | None) -> Change:
    part = after if before is None else before
    because = getattr(part, "because", "")
    chinese = getattr(part, "because_zh", because)
    key = "added" if before is None else "removed"
    both = in_both("diff", key, rule=rule, because="{because}")
    return Change(
        rule=rule,
        key="",
        before="" if before is None else because,
        after="" if after is None else because,
        decides=_decides(rule, "effect"),
        sentence={
            "en": both["en"].replace("{because}", because),
            "zh": both["zh"].replace("{because}", chinese),
        },
    )


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


_PROSE = frozenset(
    [
        "because",
        "condition",
        "exception",
        "steps",
        "title",
        "about",
        "starts",
        "channel",
    ]
)


def _told(value: object, language: str, key: str = "") -> str:
    """Say a value in words where there are words for it."""
    words = load_words(language)["policy_word"]
    if value is None or value in ((), ""):
        return say(language, "diff", "nothing")
    if isinstance(value, bool):
        return words["yes" if value else "no"]
    if isinstance(value, tuple):
        between = "、" if language == "zh" else ", "
        return between.join(_told(part, language, key) for part in value)
    text = str(value)
    if key in _PROSE:
        return f"「{text}」" if language == "zh" else f'"{text}"'
    return words.get(text, text)
