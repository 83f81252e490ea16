"""May I register this store with these papers? A draft against all known ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storekin.identity.model import IDENTITY_SIGNALS, signal_name
from storekin.identity.screening.laid_out import SIGNALS
from storekin.identity.values import SOURCES
from storekin.policy.decide import (
    BREACH,
    RELATED,
    Decisions,
    breaching_rows,
    decide_in_force,
    number_signals,
    silent_rows,
)
from storekin.policy.facts import UNKNOWN_DAY, Facts, IdentityFacts, StoreFacts
from storekin.policy.model import EFFECTS, OUTCOMES, Policy
from storekin.records.declaration import Declaration
from storekin.wording.catalog import say
from storekin.workflows.check.answers import (
    STANDING,
    Checked,
    OwnReason,
    Reason,
    answer_to,
    checked,
    rule_words,
    sources_of,
)
from storekin.workflows.portfolio_index import PortfolioIndex
from storekin.workflows.registration_index import RegistrationIndex, ScreenedStore

Record = Mapping[str, object]
_WORTH_TELLING = 1.0
"""Bits from which evidence of one seller is told as a reason."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How a draft is asked about: the policy's versions, the view, the day."""

    versions: Sequence[Policy]
    seller_view: bool
    language: str
    today: int
    declarations: Sequence[Declaration] = ()


def check_registrations(
    drafts: Sequence[tuple[Record, int]], index: PortfolioIndex, asking: Asking
) -> Iterator[Checked]:
    """Check drafts in their order, each against the portfolio and those before it.

    A draft comes with the day it was submitted, ``UNKNOWN_DAY`` where not given.
    """
    known = index.registrations()
    earlier: dict[str, int] = {}
    for record, submitted in drafts:
        yield _check(record, submitted, known, index, asking, earlier)
        known.add(record)
        earlier[str(record["store"])] = submitted


def _check(
    record: Record,
    submitted: int,
    known: RegistrationIndex,
    index: PortfolioIndex,
    asking: Asking,
    earlier: Mapping[str, int],
) -> Checked:
    name = str(record["store"])
    found = known.screen(record, floor=0.0)
    facts = screened_facts(name, submitted, found, known, index, asking, earlier)
    outcomes: list[str] = []
    reasons: list[Reason] = []
    remedies: list[str] = []
    for decided in decide_in_force(facts, asking.versions, asking.today):
        outcomes += [OUTCOMES[number] for number in decided.outcome.tolist()]
        reasons += _reasons(decided, facts, found, record, asking)
        remedies += _remedies(decided, facts, asking)
    newest = asking.versions[-1]
    answers = [answer_to(outcomes)]
    for reason in _notices(record, known, newest, asking):
        answers.append("review")
        reasons.append(reason)
        remedies.append(say(asking.language, "check", "own_contact"))
    return checked(
        "store",
        name,
        newest,
        answers,
        reasons,
        remedies,
        seller_view=asking.seller_view,
    )


def screened_facts(
    name: str,
    submitted: int,
    found: Sequence[ScreenedStore],
    known: RegistrationIndex,
    index: PortfolioIndex,
    asking: Asking,
    earlier: Mapping[str, int],
) -> Facts:
    """Lay out what screening found as facts: the draft is store 0."""
    signals = list(IDENTITY_SIGNALS)
    rows = [
        (pair, finding)
        for pair, store in enumerate(found)
        for finding in sorted(
            store.findings, key=lambda f: signals.index(SIGNALS[f.kind])
        )
    ]
    weights = [finding.weight for _, finding in rows]
    exact = [finding.weight is not None and not finding.near for _, finding in rows]
    count = len(found)
    identity = IdentityFacts(
        signals=signals,
        near_signals=[signal_name(signal, near=True) for signal in signals],
        left=np.zeros(count, np.int64),
        right=np.arange(1, count + 1),
        pair=np.array([pair for pair, _ in rows], np.int64),
        signal=np.array([signals.index(SIGNALS[f.kind]) for _, f in rows], np.int64),
        bits=np.array([f.bits for _, f in rows], np.float64),
        exact=np.array(exact, np.bool_),
        near=np.array([f.near for _, f in rows], np.bool_),
        holders=np.array([0 if w is None else w.holders for w in weights], np.int64),
        registrants=np.array(
            [0 if w is None else w.registrants for w in weights], np.int64
        ),
        prior_bits=known.prior_bits,
    )
    ids = [name, *(store.store for store in found)]
    return Facts(
        stores=stores_among(
            ids, index, asking.declarations, {**earlier, name: submitted}
        ),
        identity=identity,
        catalogues=None,
    )


def stores_among(
    ids: Sequence[str],
    index: PortfolioIndex,
    declarations: Sequence[Declaration],
    days: Mapping[str, int],
) -> StoreFacts:
    """Give what is known of some stores; of drafts it is the day alone, in *days*."""
    facts = index.facts.stores
    places = np.array([index.number_of(store) for store in ids], np.int64)
    held = places >= 0
    where = np.maximum(places, 0)

    def column(name: str, unknown: int) -> npt.NDArray[np.int64]:
        values = getattr(facts, name)
        if not len(values):
            return np.full(len(ids), unknown, np.int64)
        return np.where(held, values[where], unknown).astype(np.int64)

    opened = column("opened", UNKNOWN_DAY)
    for place, store in enumerate(ids):
        if store in days and (not held[place] or days[store] != UNKNOWN_DAY):
            opened[place] = days[store]
    groups = {one.store: one for one in declarations}
    names = sorted({one.group for one in declarations})
    group = [
        names.index(groups[store].group) if store in groups else -1 for store in ids
    ]
    return StoreFacts(
        ids=list(ids),
        site=column("site", -1),
        operator=column("operator", -1),
        standing=column("standing", -1).astype(np.int8),
        closed=column("closed", 0).astype(np.bool_),
        opened=opened,
        group=np.array(group, np.int64),
        need=np.array(
            [bool(store in groups and groups[store].need.strip()) for store in ids],
            np.bool_,
        ),
        listings=column("listings", 0),
    )


def _reasons(
    decided: Decisions,
    facts: Facts,
    found: Sequence[ScreenedStore],
    record: Record,
    asking: Asking,
) -> Iterator[Reason]:
    policy = decided.policy
    identity = facts.identity
    breaking = breaching_rows(
        identity, number_signals(policy, identity.signals), policy
    )
    silent = silent_rows(identity, policy)
    for row in range(len(decided)):
        pair = int(decided.place[row])
        outcome = OUTCOMES[decided.outcome[row]]
        effect = EFFECTS[decided.effect[row]]
        rows = np.flatnonzero(identity.pair == pair).tolist()
        if decided.effect[row] == BREACH:
            told = [n for n in rows if breaking[n]]
        elif decided.effect[row] == RELATED:
            told = [
                n for n in rows if not silent[n] and identity.bits[n] >= _WORTH_TELLING
            ]
        else:
            continue
        for number in told:
            signal = identity.signals[int(identity.signal[number])]
            name = signal_name(signal, near=bool(identity.near[number]))
            rule = policy.signals.get(name) or policy.related
            if decided.effect[row] == RELATED and policy.related is not None:
                rule = policy.related
            if rule is None:
                continue
            yield OwnReason(
                signal=name,
                field=SOURCES[signal].column,
                value=_own_value(record, signal),
                because=say(asking.language, "check", effect, fact=_fact(name, asking)),
                rule=rule_words(rule, asking.language),
                source=sources_of(rule, policy, asking.language),
                confidence=rule.confidence,
                effect=effect,
                outcome=outcome,
                store=found[pair].store,
            )
        yield from _standing(decided, facts, row, found[pair].store, asking)


def _standing(
    decided: Decisions, facts: Facts, row: int, store: str, asking: Asking
) -> Iterator[Reason]:
    """Tell that a store of the same seller is not in order, where a rule asks."""
    rule = decided.policy.standing
    if rule is None:
        return
    right = int(decided.right[row])
    out = (
        facts.stores.closed[right]
        if rule.when == "closed"
        else (facts.stores.standing[right] == 0)
    )
    if not out:
        return
    yield OwnReason(
        signal=STANDING,
        field="status",
        value="",
        because=say(asking.language, "check", "standing"),
        rule=rule_words(rule, asking.language),
        source=sources_of(rule, decided.policy, asking.language),
        confidence=rule.confidence,
        effect=EFFECTS[decided.effect[row]],
        outcome=OUTCOMES[decided.outcome[row]],
        store=store,
    )


def _fact(signal: str, asking: Asking) -> str:
    from storekin.wording.catalog import load_words

    words = load_words(asking.language)
    return words["fact"].get(signal) or words[signal]["claim"]


def _own_value(record: Record, signal: str) -> str:
    """Give the draft's own value, as it was given."""
    value = record.get(SOURCES[signal].column)
    return "" if value is None else str(value)


def _notices(
    record: Record, known: RegistrationIndex, policy: Policy, asking: Asking
) -> Iterator[Reason]:
    """Tell values that very many registrants give, and those beyond a limit."""
    for signal, _, weight in known.commonness(record):
        rule = policy.signals.get(signal)
        if rule is None:
            continue
        shared = (
            rule.effect == "unique"
            and weight.holders > 1
            and weight.registrants >= policy.generic_registrants
        )
        beyond = rule.effect == "advisory_limit" and weight.holders > (rule.limit or 0)
        if not shared and not beyond:
            continue
        key = "shared_contact" if shared else "beyond_limit"
        yield Reason(
            signal=signal,
            field=SOURCES[signal].column,
            value=_own_value(record, signal),
            because=say(asking.language, "check", key, limit=rule.limit or 0),
            rule=rule_words(rule, asking.language),
            source=sources_of(rule, policy, asking.language),
            confidence=rule.confidence,
            effect="advisory",
            outcome="notice",
        )


def _remedies(decided: Decisions, facts: Facts, asking: Asking) -> Iterator[str]:
    """Say what to do instead; a stranger is told no other store's name."""
    ids = facts.stores.ids
    for row in range(len(decided)):
        answer = answer_to([OUTCOMES[decided.outcome[row]]])
        if answer == "allow":
            continue
        store = ids[int(decided.right[row])]
        breach = decided.effect[row] == BREACH
        key = "do_not_register" if breach else "declare"
        if asking.seller_view:
            yield say(asking.language, "check", f"{key}_stranger")
        else:
            yield say(asking.language, "check", key, store=store)
