"""A scan's result as one HTML page that opens anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files

import numpy as np

from storekin.graph.associations import Association
from storekin.listings.signals import LEVELS, LISTING_SIGNALS
from storekin.policy.model import Policy, Rule
from storekin.records.portfolio import Rejection
from storekin.wording.catalog import LANGUAGES, Words, in_both, load_words, say
from storekin.wording.rejections import tell
from storekin.workflows.findings import EvidenceWriter, catalogue_evidence
from storekin.workflows.picture_evidence import PictureEvidence
from storekin.workflows.remedies import Remedy
from storekin.workflows.report.graph import draw_graph
from storekin.workflows.report.pictures import Thumbnails
from storekin.workflows.report.words import mark_differences
from storekin.workflows.scan import ScanResult

MOST_CARDS = 150
"""Associations shown in full; more would make the page too heavy to open."""

MOST_PAIRS = 5
MOST_ENDED = 12
_FULL_BAR = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One line of a card's evidence table."""

    id: str
    claim: Words
    because: Words
    bits: float
    bar: float
    left: Words
    right: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRow:
    """Two listings side by side."""

    level: Words
    probability: float
    left: dict[str, object]
    right: dict[str, object]
    signals: list[tuple[Words, float]]
    pictures: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One association, as a reader sees it."""

    anchor: str
    effect: str
    effect_words: Words
    claim: Words
    outcome: Words
    follows: Words
    left: str
    right: str
    bits: float
    probability: str
    for_: list[EvidenceRow]
    against: list[EvidenceRow]
    rules: list[dict[str, object]]
    pairs: list[ListingRow]
    more_pairs: int
    later: str | None
    conditions: list[tuple[Words, Words]]
    rests: Words | None
    remedy: Words | None
    remedy_action: Words | None
    ends: list[tuple[str, list[str], int]]


def build_report(result: ScanResult, remedies: Sequence[Remedy] = ()) -> str:
    """Write the report's HTML; everything in it is escaped by the template."""
    from jinja2 import Environment, StrictUndefined, select_autoescape

    environment = Environment(
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    folder = files("storekin.workflows.report")
    template = environment.from_string(
        folder.joinpath("template.html").read_text("utf-8")
    )
    shown = _choose(result.associations)
    thumbnails = Thumbnails(result.portfolio.folder)
    writers = {
        lang: EvidenceWriter(result.registrations, masked=result.masked, language=lang)
        for lang in LANGUAGES
    }
    pictures = {told.row: told for told in result.pictures}
    by_pair = {(r.left, r.right, r.effect): r for r in remedies}
    cards = [
        _card(
            result,
            a,
            writers,
            thumbnails,
            pictures,
            by_pair.get((a.left, a.right, a.effect)),
        )
        for a in shown
    ]
    records = result.summary["records"]
    counts = dict(records) if isinstance(records, dict) else {}
    return template.render(
        words={lang: load_words(lang)["report"] for lang in LANGUAGES},
        styles=folder.joinpath("report.css").read_text("utf-8"),
        languages=LANGUAGES,
        subtitle=in_both(
            "report",
            "subtitle",
            stores=f"{counts.get('stores', 0):,}",
            listings=f"{counts.get('listings', 0):,}",
            registrations=f"{counts.get('registrations', 0):,}",
            policy=result.policy.name,
        ),
        tiles=_tiles(result),
        cards=cards,
        more_cards=len(result.associations) - len(shown),
        graph=draw_graph(
            result, {id(a): c.anchor for a, c in zip(shown, cards, strict=True)}
        ),
        notices=_notices(result, writers, by_pair),
        policy=result.policy,
        policy_title={"en": result.policy.title, "zh": result.policy.title_zh},
        appeal={
            "en": result.policy.appeal.because,
            "zh": result.policy.appeal.because_zh,
        },
        rejections=[_told(rejection) for rejection in result.rejections[:50]],
        rejected=len(result.rejections),
        rejected_words=in_both("notice", "rejected", count=len(result.rejections)),
        crowded_words=in_both(
            "notice",
            "crowded",
            count=0 if result.listings is None else result.listings.crowded,
        ),
        crowded=0 if result.listings is None else result.listings.crowded,
        prior=in_both("report", "prior", bits=f"{result.registrations.prior_bits:.1f}"),
        masked=result.masked,
        version=version("storekin"),
    )


def _told(rejection: Rejection) -> dict[str, object]:
    told = {
        language: tell(rejection.kind, rejection.about, language)
        for language in LANGUAGES
    }
    return {
        "place": rejection.place,
        "problem": {language: problem for language, (problem, _) in told.items()},
        "fix": {language: fix for language, (_, fix) in told.items()},
    }


def _choose(associations: tuple[Association, ...]) -> list[Association]:
    """Take the strongest of each kind, so that no kind crowds out another."""
    kinds: dict[str, list[Association]] = {}
    for association in associations:
        kinds.setdefault(association.effect, []).append(association)
    share = MOST_CARDS // max(len(kinds), 1)
    chosen = {id(a) for items in kinds.values() for a in items[:share]}
    for association in associations:
        if len(chosen) >= MOST_CARDS:
            break
        chosen.add(id(association))
    return [a for a in associations if id(a) in chosen]


def _tiles(result: ScanResult) -> list[tuple[Words, int, str]]:
    counts = result.summary["associations"]
    found = dict(counts) if isinstance(counts, dict) else {}
    tiles = [
        (in_both("effect", effect), int(found.get(effect, 0)), effect)
        for effect in ("duplicate_registration", "duplicate_distribution", "related")
    ]
    tiles.append((in_both("effect", "advisory"), len(result.notices), "advisory"))
    tiles.append((in_both("report", "clusters"), len(result.clusters), ""))
    return tiles


def claim_sentence(association: Association, policy: Policy, language: str) -> str:
    """Say an association in one sentence."""
    breach = association.effect == "duplicate_registration"
    facts = [
        say(language, "fact", evidence.signal)
        for evidence in association.evidence
        if evidence.holders is not None
        and (
            policy.effect_of(evidence.signal) == "unique"
            if breach
            else evidence.bits > 1
        )
    ][:4]
    join = say(language, "sentence", "and")
    comma = "、" if language == "zh" else ", "
    listed = (
        comma.join(facts[:-1]) + join + facts[-1] if len(facts) > 1 else "".join(facts)
    )
    return say(
        language,
        "sentence",
        association.effect,
        left=association.left,
        right=association.right,
        facts=listed,
        families=association.families,
        count=len(association.stores),
        what=say(language, "thing", association.evidence[0].signal),
    )


def _card(
    result: ScanResult,
    association: Association,
    writers: dict[str, EvidenceWriter],
    thumbnails: Thumbnails,
    pictures: Mapping[int, PictureEvidence],
    remedy: Remedy | None,
) -> Card:
    rows = _evidence_rows(result, association, writers)
    pairs, more = _listing_rows(result, association, thumbnails, pictures)
    policy = result.decisions[association.decided[0]].policy
    outcome = policy.outcomes[association.effect]
    return Card(
        anchor=association.evidence[0].id,
        effect=association.effect,
        effect_words=in_both("effect", association.effect),
        claim={
            lang: claim_sentence(association, result.policy, lang) for lang in LANGUAGES
        },
        outcome=in_both("outcome", association.outcome),
        follows={"en": outcome.because, "zh": outcome.because_zh},
        left=association.left,
        right=association.right,
        bits=association.bits,
        probability=_percent(association.probability),
        # products in common never speak against, though a supplier's weigh nothing
        for_=[row for row in rows if row.bits > 0 or association.listing_pairs],
        against=[
            row for row in rows if row.bits <= 0 and not association.listing_pairs
        ],
        rules=_rules(result, association),
        pairs=pairs,
        more_pairs=more,
        later=association.later,
        conditions=_conditions(association),
        rests=rests_sentence(association),
        remedy=None if remedy is None else remedy.because,
        remedy_action=None if remedy is None else in_both("action", remedy.action),
        ends=[
            (store, list(names[:MOST_ENDED]), max(len(names) - MOST_ENDED, 0))
            for store, names in (() if remedy is None else remedy.ends)
        ],
    )


def _conditions(association: Association) -> list[tuple[Words, Words]]:
    """Give the conditions of a permission, each with what is known of it."""
    told = {True: "yes", False: "no", None: "unknown"}
    return [
        (in_both("policy_word", name), in_both("policy_word", told[met]))
        for name, met in association.conditions
    ]


def rests_sentence(association: Association) -> Words | None:
    """Say what the association would not stand without."""
    if association.products:
        return in_both(
            "report",
            "rests_products",
            products=association.products,
            families=association.families,
        )
    if not association.together:
        return None
    claims = {e.id: e.signal for e in association.evidence}
    told = {}
    for language in LANGUAGES:
        between = "、" if language == "zh" else ", "
        names = [say(language, claims[i], "claim") for i in association.together]
        if len(association.together) == 1:
            names = [say(language, claims[i], "claim") for i in association.alone]
        key = "rests_alone" if len(association.together) == 1 else "rests_together"
        told[language] = say(language, "report", key, facts=between.join(names))
    return told


def _percent(probability: float) -> str:
    if probability > 0.9995:
        return "> 99.9 %"
    return "< 0.1 %" if probability < 0.001 else f"{100 * probability:.1f} %"


def _evidence_rows(
    result: ScanResult,
    association: Association,
    writers: dict[str, EvidenceWriter],
) -> list[EvidenceRow]:
    if association.effect == "duplicate_distribution":
        version, place = association.decided
        shared = result.decisions[version].catalogues
        stores = result.facts.stores
        spoken = {
            lang: [catalogue_evidence(shared, place, stores.ids, stores.listings, lang)]
            for lang in LANGUAGES
            if shared is not None
        }
    else:
        spoken = {
            lang: [writers[lang].write(row) for row in association.rows]
            for lang in LANGUAGES
        }
    rows = []
    for versions in zip(*(spoken[lang] for lang in LANGUAGES), strict=True):
        first = versions[0]
        by_language = dict(zip(LANGUAGES, versions, strict=True))
        rows.append(
            EvidenceRow(
                id=first.id,
                claim=in_both(first.signal, "claim"),
                because={lang: e.because for lang, e in by_language.items()},
                bits=first.bits,
                bar=round(min(abs(first.bits) / _FULL_BAR, 1.0) * 100, 1),
                left={lang: e.left for lang, e in by_language.items()},
                right={lang: e.right for lang, e in by_language.items()},
            )
        )
    return rows


def _rules(result: ScanResult, association: Association) -> list[dict[str, object]]:
    """Give the policy's rules that an association rests on, with who says so."""
    policy = result.decisions[association.decided[0]].policy
    rules: list[Rule] = []
    if association.effect == "duplicate_distribution" and policy.duplicates:
        rules.append(policy.duplicates)
    elif association.effect == "related" and policy.related:
        rules.append(policy.related)
        rules.extend(rule for rule in (policy.permission, policy.standing) if rule)
    else:
        rules.extend(
            policy.signals[e.signal]
            for e in association.evidence
            if e.signal in policy.signals
            and policy.effect_of(e.signal) == "unique"
            and e.holders is not None
        )
    return [
        {
            "because": {
                "en": " ".join(
                    part
                    for part in (rule.because, rule.condition, rule.exception)
                    if part
                ),
                "zh": f"{rule.because_zh}{rule.condition_zh}{rule.exception_zh}",
            },
            "sources": {
                lang: "; ".join(policy.source_in(lang, key) for key in rule.source)
                for lang in LANGUAGES
            },
            "confidence": in_both("confidence", rule.confidence),
            "read_on": rule.read_on.isoformat() if rule.read_on else "",
        }
        for rule in rules
    ]


def _listing_rows(
    result: ScanResult,
    association: Association,
    thumbnails: Thumbnails,
    pictures: Mapping[int, PictureEvidence],
) -> tuple[list[ListingRow], int]:
    if association.effect != "duplicate_distribution" or result.listings is None:
        return [], 0
    scores = result.listings.scores
    table = result.portfolio.listings
    ordered = sorted(association.rows, key=lambda r: (-scores.total[r], r))
    rows = []
    for row in ordered[:MOST_PAIRS]:
        sides = [int(scores.left[row]), int(scores.right[row])]
        if table["store"][sides[0]].as_py() != association.left:
            sides.reverse()
        shown = [
            {
                column: table[column][side].as_py()
                for column in ("listing", "title", "price", "currency", "images")
            }
            for side in sides
        ]
        marked = mark_differences(str(shown[0]["title"]), str(shown[1]["title"]))
        for side, parts in zip(shown, marked, strict=True):
            side["parts"] = parts
        told = pictures.get(row)
        if told is None:
            drawn = [thumbnails.of(side["images"]) for side in shown]
        else:
            found = told.pair.recognition
            drawn = [
                thumbnails.framed(told.pair.left, found.left_region),
                thumbnails.framed(told.pair.right, found.right_region),
            ]
        shown[0]["picture"], shown[1]["picture"] = drawn
        rows.append(
            ListingRow(
                level=in_both("level", LEVELS[int(scores.level[row])]),
                probability=float(scores.probability[row]),
                left=shown[0],
                right=shown[1],
                signals=[
                    (in_both("listing", signal), float(scores.bits[signal][row]))
                    for signal in LISTING_SIGNALS
                    if np.isfinite(scores.bits[signal][row])
                ],
                pictures=told.because if told is not None else None,
            )
        )
    return rows, len(ordered) - len(rows)


def _notices(
    result: ScanResult,
    writers: dict[str, EvidenceWriter],
    remedies: Mapping[tuple[str, str, str], Remedy],
) -> list[dict[str, object]]:
    from storekin.workflows.findings import value_notices

    spoken = {
        lang: value_notices(result.registrations, result.policy, writers[lang])
        for lang in LANGUAGES
    }
    notices = []
    for place, notice in enumerate(result.notices[:100]):
        if notice.listing_pairs:
            told = _conditional(result, notice)
        else:
            told = {lang: spoken[lang][place].evidence[0].because for lang in LANGUAGES}
        remedy = remedies.get((notice.left, notice.right, notice.effect))
        if remedy is not None and notice.spare:
            told = {lang: f"{told[lang]} {remedy.because[lang]}" for lang in LANGUAGES}
        notices.append(
            {
                "claim": in_both(notice.evidence[0].signal, "claim"),
                "value": "" if notice.listing_pairs else notice.evidence[0].left,
                "because": told,
                "stores": notice.stores[:20],
                "more": max(len(notice.stores) - 20, 0),
            }
        )
    return notices


def _conditional(result: ScanResult, notice: Association) -> Words:
    """Say what two catalogues share, and that it counts if one seller runs both."""
    version, place = notice.decided
    shared = result.decisions[version].catalogues
    stores = result.facts.stores
    told = {}
    for lang in LANGUAGES:
        first = (
            ""
            if shared is None
            else catalogue_evidence(
                shared, place, stores.ids, stores.listings, lang
            ).because
        )
        told[lang] = f"{first} {say(lang, 'notice', 'one_seller')}"
    return told
