"""A policy as a page that a person can read from top to bottom, in Markdown."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date

from storekin.policy.model import (
    Clock,
    OutcomeRule,
    Policy,
    Rule,
    SignalRule,
    authority_of,
)
from storekin.wording.catalog import load_words, say


def show_policy(policy: Policy, language: str = "en") -> str:
    """Write a policy out: every rule with its sentence, source, date and confidence.

    >>> from storekin.policy.load import find_policy
    >>> show_policy(find_policy("ebay")).splitlines()[0]
    '# eBay: several accounts are allowed; one fixed-price listing for one item'
    """
    return "\n".join(_Page(policy, language).lines()) + "\n"


class _Page:
    """Writes one policy in one language."""

    def __init__(self, policy: Policy, language: str) -> None:
        self.policy = policy
        self.language = language
        self.words = load_words(language)["policy_word"]
        self.colon, self.stop = ("：", "。") if language == "zh" else (": ", ".")

    def say(self, key: str, **values: object) -> str:
        return say(self.language, "policy_page", key, **values)

    def word(self, text: str) -> str:
        return self.words.get(text, text)

    def list(self, names: Iterable[str]) -> str:
        between = "、" if self.language == "zh" else ", "
        return between.join(self.word(name) for name in names)

    def pick(self, english: str, chinese: str) -> str:
        return chinese if self.language == "zh" else english

    def lines(self) -> Iterator[str]:
        yield from self._head()
        yield from self._signals()
        yield from self._duplicates()
        yield from self._others()
        yield from self._outcomes()
        yield from self._appeal()
        yield from self._limits()
        yield from self._sources()

    def _head(self) -> Iterator[str]:
        policy = self.policy
        yield f"# {self.pick(policy.title, policy.title_zh)}"
        yield ""
        force = self.say("in_force", effective=policy.effective_on)
        if policy.superseded_on:
            force += " " + self.say("until", superseded=policy.superseded_on)
        yield f"`{policy.name}` · {force}"
        yield ""
        if policy.kind == "pack":
            yield f"- {self.say('platform', platform=policy.platform)}"
        for key, value in (
            ("territory", ", ".join(policy.territory)),
            ("seller_type", policy.seller_type),
            ("based_on", policy.based_on),
            ("profiles", ", ".join(policy.profiles)),
            ("digest", policy.digest),
        ):
            if value:
                yield f"- {self.say(key, **{key: value})}"
        yield ""
        yield f"> {self.say('note')}"

    def _heading(self, key: str) -> Iterator[str]:
        yield ""
        yield f"## {self.say(key)}"
        yield ""

    def _rule(self, title: str, rule: Rule) -> Iterator[str]:
        bold = f"**{title}** " if title else ""
        yield f"- {bold}{self.pick(rule.because, rule.because_zh)}"
        condition = self.pick(rule.condition, rule.condition_zh)
        exception = self.pick(rule.exception, rule.exception_zh)
        if condition:
            yield f"  - {self.say('only_if', text=condition)}"
        if exception:
            yield f"  - {self.say('except', text=exception)}"
        if rule.source or rule.confidence:
            yield f"  - {self._said_by(rule)}"

    def _said_by(self, rule: Rule) -> str:
        parts = [self._source(rule.source)]
        if rule.page_on:
            parts.append(self.say("page_on", date=rule.page_on))
        if rule.read_on:
            parts.append(self.say("read_on", date=rule.read_on))
        if rule.confidence:
            parts.append(self.say("confidence", confidence=self.word(rule.confidence)))
        return self.pick("; ", "；").join(parts)

    def _source(self, keys: Sequence[str]) -> str:
        if not keys:
            return self.say("no_source")
        told = (f"{key} [{self.word(authority_of(key))}]" for key in keys)
        return ", ".join(told)

    def _signal_title(self, rule: SignalRule) -> str:
        claim = load_words(self.language).get(rule.signal, {}).get("claim")
        effect = self.word(rule.effect)
        title = f"{claim or rule.signal} (`{rule.signal}`){self.colon}{effect}"
        if rule.limit is not None and rule.effect != "unknown":
            title += f", {self.say('limit', limit=rule.limit)}"
        return title + self.stop

    def _signals(self) -> Iterator[str]:
        known = [r for r in self.policy.signals.values() if r.effect != "unknown"]
        unknown = [r for r in self.policy.signals.values() if r.effect == "unknown"]
        statements = self.policy.statements.values()
        if known:
            yield from self._heading("signals")
        for rule in known:
            yield from self._rule(self._signal_title(rule), rule)
        if self.policy.kind == "pack":
            yield ""
            yield self.say("generic", registrants=self.policy.generic_registrants)
        if statements:
            yield from self._heading("statements")
        for one in statements:
            about = self.pick(one.about, one.about_zh)
            yield from self._rule(
                f"{about}{self.colon}{self.word(one.effect)}{self.stop}", one
            )
        if unknown:
            yield from self._heading("unknown_heading")
        for rule in unknown:
            yield from self._rule(self._signal_title(rule), rule)

    def _duplicates(self) -> Iterator[str]:
        test = self.policy.duplicates
        if self.policy.kind != "pack":
            return
        yield from self._heading("duplicates")
        if test is None:
            yield self.say("no_duplicates")
            return
        yield from self._rule("", test)
        fields, given = self.list(test.fields), self.list(test.fields_if_given)
        differences = self.list(test.differences_of)
        allowed_for = self.list(test.allowance_for)
        formats = self.list(test.formats_allowed)
        share = f"{test.price_differs_by:.0%}"
        counted = test.differences_at_least
        told: tuple[tuple[object, str, dict[str, object]], ...] = (
            (True, "level", {"level": self.word(test.level_at_least)}),
            (True, "scope", {"scope": self.word(test.scope)}),
            (fields, "fields", {"fields": fields}),
            (given, "fields_if_given", {"fields": given}),
            (counted, "differences", {"count": counted, "differences": differences}),
            (counted, "price", {"share": share}),
            (
                test.allowance and allowed_for,
                "allowance",
                {"count": test.allowance, "differences": allowed_for},
            ),
            (test.parts_allowance, "parts", {"count": test.parts_allowance}),
            (test.other_sites == "allowed", "sites", {}),
            (formats, "formats", {"formats": formats}),
            (test.other_codes, "codes", {}),
            (test.bits_at_least, "bits", {"bits": f"{test.bits_at_least:g}"}),
        )
        for holds, key, values in told:
            if holds:
                yield f"  - {self.say(key, **values)}"

    def _others(self) -> Iterator[str]:
        policy = self.policy
        if policy.related is not None:
            yield from self._heading("related")
            yield from self._rule("", policy.related)
            told = self.say(
                "related_from",
                bits=f"{policy.related.bits_at_least:g}",
                probability=f"{policy.related.probability_at_least:g}",
            )
            yield f"  - {told}"
        if policy.permission is not None:
            yield from self._heading("permission")
            yield from self._rule("", policy.permission)
            conditions = self.list(policy.permission.conditions)
            effects = self.list(policy.permission.effects)
            yield f"  - {self.say('conditions', conditions=conditions)}"
            yield f"  - {self.say('covers', effects=effects)}"
        if policy.standing is not None:
            yield from self._heading("standing")
            outcome = self.word(policy.standing.outcome)
            when = self.word(policy.standing.when)
            yield from self._rule(
                f"{when}{self.colon}{outcome}{self.stop}", policy.standing
            )

    def _outcomes(self) -> Iterator[str]:
        if self.policy.outcomes:
            yield from self._heading("outcomes")
        for effect, rule in self.policy.outcomes.items():
            yield from self._outcome(effect, rule)

    def _outcome(self, effect: str, rule: OutcomeRule) -> Iterator[str]:
        title = self.say(
            "outcome", effect=self.word(effect), outcome=self.word(rule.outcome)
        )
        yield f"- **{title}{self.stop}** {self.pick(rule.because, rule.because_zh)}"
        steps = rule.steps_zh if self.language == "zh" else rule.steps
        if steps:
            yield f"  - {self.say('steps')}"
        for number, step in enumerate(steps, 1):
            yield f"    {number}. {step}"
        yield f"  - {self._source(rule.source)}"

    def _appeal(self) -> Iterator[str]:
        appeal = self.policy.appeal
        if self.policy.kind != "pack":
            return
        yield from self._heading("appeal")
        if appeal.because:
            yield self.pick(appeal.because, appeal.because_zh)
            yield ""
        if appeal.channel:
            channel = self.pick(appeal.channel, appeal.channel_zh)
            yield f"- {self.say('channel', channel=channel)}"
        if appeal.documents:
            yield f"- {self.say('documents', documents=self.list(appeal.documents))}"
        if appeal.letter_parts:
            yield f"- {self.say('letter', parts=self.list(appeal.letter_parts))}"
        days, tries = appeal.window_days, appeal.tries
        yield f"- {self.say('window', days=days) if days else self.say('no_window')}"
        yield f"- {self.say('tries', tries=tries) if tries else self.say('no_tries')}"
        yield f"- {self._source(appeal.source)}"
        for path in appeal.paths:
            yield ""
            yield f"### {self.pick(path.title, path.title_zh)}"
            yield ""
            steps = path.steps_zh if self.language == "zh" else path.steps
            yield from (f"{number}. {step}" for number, step in enumerate(steps, 1))
            yield ""
            yield f"- {self.say('documents', documents=self.list(path.documents))}"
            yield f"- {self._source(path.source)}"

    def _limits(self) -> Iterator[str]:
        if self.policy.clocks:
            yield from self._heading("clocks")
        for clock in self.policy.clocks:
            starts = self.pick(clock.starts, clock.starts_zh)
            title = self.say("clock", length=self._length(clock), starts=starts)
            yield from self._rule(f"{title}{self.stop}", clock)
        if self.policy.duties:
            yield from self._heading("duties")
        for duty in self.policy.duties:
            yield from self._rule(f"{duty.article}{self.stop}", duty)

    def _length(self, clock: Clock) -> str:
        parts = []
        if clock.months:
            parts.append(self.say("months", count=clock.months))
        if clock.days:
            parts.append(self.say("days", count=clock.days))
        return " ".join(parts)

    def _sources(self) -> Iterator[str]:
        yield from self._heading("sources")
        for key in self.policy.sources:
            where = self.policy.source_in(self.language, key)
            yield f"- {key} [{self.word(authority_of(key))}]: {where}"


def policy_as_json(policy: Policy) -> dict[str, object]:
    """Give a policy as one JSON object, its dates as texts."""

    def plain(value: object) -> object:
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, dict):
            return {key: plain(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [plain(part) for part in value]
        return value

    found = plain(asdict(policy))
    return {"name": policy.name, **found} if isinstance(found, dict) else {}
