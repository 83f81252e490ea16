"""The letter of an appeal: from confirmed answers and exhibits, and nothing else.

Each sentence is a template filled with what the statement says and the seller gave, or
the seller's own words. What was not given is not made up: it blocks the letter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from storekin.cases.readiness import Exhibit
from storekin.errors import LetterError
from storekin.wording.catalog import say

OWN_WORDS = (
    "root_cause",
    "operations_done",
    "corrections",
    "prevention",
    "explanation_of_shared_data",
    "business_reason",
)
"""Parts that only the seller can say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter in one language: its title, and sections of paragraphs."""

    language: str
    title: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]

    def as_text(self) -> str:
        """Give the letter as plain text."""
        lines = [self.title, ""]
        for heading, paragraphs in self.sections:
            lines += [heading, *paragraphs, ""]
        return "\n".join(lines)


def empty_slots(draft: Mapping[str, Any], exhibits: Sequence[Exhibit]) -> list[str]:
    """Name what the letter still needs: parts, answers to evidence, a signature."""
    asked = _asked(draft)
    answers = draft.get("answers") or {}
    empty = [
        part
        for part in OWN_WORDS
        if part in asked and not str(answers.get(part) or "").strip()
    ]
    grounds = {
        one["evidence"]: str(one.get("text") or "")
        for one in draft.get("grounds") or ()
    }
    empty += [
        str(one["id"])
        for one in draft["evidence"]
        if one["relied_on"] and not grounds.get(one["id"], "").strip()
    ]
    if not str(draft.get("signed_by") or "").strip():
        empty.append("signed_by")
    if "exhibits" in asked and not exhibits:
        empty.append("exhibits")
    return empty


def _asked(draft: Mapping[str, Any]) -> list[str]:
    """Give the parts that the policy's letter has; all that a plain one needs, else."""
    return list(draft["appeal"].get("letter_parts") or ("facts", "request", "exhibits"))


def write_letter(
    draft: Mapping[str, Any],
    exhibits: Sequence[Exhibit],
    language: str,
    today: date,
) -> Letter:
    """Write the letter.

    Raises:
        LetterError: If something is not answered yet; it names what.
    """
    empty = empty_slots(draft, exhibits)
    if empty:
        raise LetterError(
            f"the letter lacks {', '.join(empty)}",
            "answer each: storekin appeal answer FOLDER PART TEXT; evidence by appeal"
            " ground",
        )

    def told(key: str, **values: object) -> str:
        return say(language, "letter", key, **values)

    asked = _asked(draft)
    answers = draft.get("answers") or {}
    sections: list[tuple[str, tuple[str, ...]]] = [
        (told("part_facts"), tuple(_facts(draft, told, today))),
        (told("part_evidence"), tuple(_evidence(draft, language, told))),
    ]
    sections += [
        (told(f"part_{part}"), tuple(_paragraphs(answers[part])))
        for part in OWN_WORDS
        if part in asked
    ]
    sections.append((told("part_request"), (told("request"), told("request_answer"))))
    if exhibits:
        listed = tuple(_exhibit(one, language, told) for one in exhibits)
        sections.append((told("part_exhibits"), listed))
    closing = (told("true"), str(draft["signed_by"]), str(draft["store"]))
    sections.append((told("part_signature"), closing))
    title = told("title", case=draft["case"], decision=draft["decision"])
    return Letter(language=language, title=title, sections=tuple(sections))


def _facts(draft: Mapping[str, Any], told: Any, today: date) -> list[str]:  # noqa: ANN401
    lines = [
        told("date", date=today.isoformat()),
        told("who", store=draft["store"], platform=draft["platform"]),
        told(
            "which",
            case=draft["case"],
            decision=draft["decision"],
            policy=draft["policy"],
        ),
    ]
    path = next(
        (
            one
            for one in draft["appeal"].get("paths") or ()
            if one["id"] == draft.get("path")
        ),
        None,
    )
    if path is not None:
        lines.append(told("path", path=path[told("path_title")]))
    if draft.get("listings"):
        lines.append(told("listings", listings=", ".join(draft["listings"])))
    return lines


def _evidence(draft: Mapping[str, Any], language: str, told: Any) -> list[str]:  # noqa: ANN401
    """Answer each piece of evidence by its id, as the statement names it."""
    named = {one["id"]: one for one in draft["evidence"]}
    lines = []
    for ground in draft["grounds"]:
        one = named[ground["evidence"]]
        claim = say(language, str(one["signal"]), "claim")
        own = told("own", value=one["own"]) if one["own"] else ""
        standing = told(f"ground_{ground['ground']}")
        lines.append(
            told("evidence", id=one["id"], claim=claim, own=own, standing=standing)
        )
        lines += _paragraphs(ground["text"])
    return lines


def _paragraphs(text: object) -> list[str]:
    return [line.strip() for line in str(text).splitlines() if line.strip()]


def _exhibit(one: Exhibit, language: str, told: Any) -> str:  # noqa: ANN401
    kind = say(language, "policy_word", one.kind)
    day = told("of_day", date=one.date) if one.date else ""
    number = one.fields.get("number")
    called = told("of_number", number=number) if number else ""
    return str(
        told(
            "exhibit",
            number=one.number,
            kind=kind,
            name=one.name,
            called=called,
            day=day,
        )
    ).strip()
