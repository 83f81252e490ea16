"""The letter says what was confirmed, and nothing else."""

import re
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from case_scenes import EXHIBIT
from hypothesis import given
from hypothesis import strategies as st

from storekin.adapters.docx import write_docx
from storekin.adapters.pdf import write_pdf
from storekin.cases.letter import OWN_WORDS, Letter, empty_slots, write_letter
from storekin.errors import LetterError
from storekin.wording.catalog import load_words

GOLDEN = Path(__file__).parents[1] / "golden"
TODAY = date(2026, 6, 1)
EXHIBITS = [EXHIBIT]


def draft(**changed: Any) -> dict[str, Any]:  # noqa: ANN401
    """Give a draft in which all is answered."""
    return {
        "case": "case-0007",
        "store": "oak-right",
        "decision": 1,
        "platform": "aliexpress",
        "policy": "aliexpress+eu@2026.2",
        "path": "",
        "listings": [],
        "evidence": [
            {
                "id": "e-1",
                "signal": "same_phone",
                "said": "same",
                "own": "0049•••01",
                "relied_on": True,
            },
            {
                "id": "e-2",
                "signal": "similar_address",
                "said": "different",
                "own": "",
                "relied_on": False,
            },
        ],
        "grounds": [
            {
                "evidence": "e-1",
                "ground": "corrected",
                "text": "The agent's.\nNow ours.",
            }
        ],
        "answers": {
            "operations_done": "The phone was changed on 3 May.",
            "corrections": "The registration names our own phone.",
            "prevention": "We keep a list of contacts.",
        },
        "signed_by": "Ann Example",
        "appeal": {
            "letter_parts": [
                "facts",
                "operations_done",
                "corrections",
                "prevention",
                "request",
                "exhibits",
            ],
            "paths": [],
        },
        **changed,
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_letter_reads_as_it_did(language: str) -> None:
    """The whole letter, word by word."""
    text = write_letter(draft(), EXHIBITS, language, TODAY).as_text()
    assert text == (GOLDEN / f"letter_{language}.txt").read_text("utf-8")


def confirmed(told: dict[str, Any]) -> list[str]:
    """Give all that a letter may say beside its templates."""
    words = [*told["answers"].values(), told["signed_by"], told["store"]]
    words += [ground["text"] for ground in told["grounds"]]
    return [line.strip() for text in words for line in str(text).splitlines()]


def traces(letter: Letter, told: dict[str, Any]) -> bool:
    """Say whether each paragraph is a filled template, or the seller's own words."""
    templates = [
        re.sub(r"\\\{\w+\\\}", ".*", re.escape(template))
        for template in load_words(letter.language)["letter"].values()
    ]
    own = confirmed(told)
    return all(
        paragraph in own or any(re.fullmatch(one, paragraph) for one in templates)
        for heading, paragraphs in letter.sections
        for paragraph in (heading, *paragraphs)
    )


plain = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)


@given(
    answers=st.fixed_dictionaries(dict.fromkeys(OWN_WORDS, plain)),
    text=plain,
    who=plain,
    parts=st.sets(st.sampled_from(OWN_WORDS)),
    language=st.sampled_from(["en", "zh"]),
)
def test_every_sentence_traces_to_a_template_or_to_what_was_said(
    answers: dict[str, str], text: str, who: str, parts: set[str], language: str
) -> None:
    """Whatever was said, and whichever parts the policy asks for."""
    told = draft(
        answers=answers,
        signed_by=who,
        grounds=[{"evidence": "e-1", "ground": "disputed", "text": text}],
        appeal={"letter_parts": sorted(parts), "paths": []},
    )
    letter = write_letter(told, EXHIBITS, language, TODAY)
    assert traces(letter, told)
    unasked = set(OWN_WORDS) - parts
    headings = [heading for heading, _ in letter.sections]
    for part in unasked:
        assert load_words(language)["letter"][f"part_{part}"] not in headings


def test_an_empty_slot_blocks_it_and_says_which() -> None:
    """A part, an answer to evidence, a signature, exhibits: each is named."""
    assert empty_slots(draft(), EXHIBITS) == []
    told = draft(answers={"corrections": "x"}, grounds=[], signed_by=" ")
    expected = ["operations_done", "prevention", "e-1", "signed_by", "exhibits"]
    assert empty_slots(told, []) == expected
    with pytest.raises(LetterError, match="operations_done, prevention, e-1"):
        write_letter(told, [], "en", TODAY)


def test_the_docx_says_what_the_letter_says() -> None:
    """Paragraph by paragraph, in both languages."""
    from docx import Document

    for language in ("en", "zh"):
        letter = write_letter(draft(), EXHIBITS, language, TODAY)
        content = write_docx(letter)
        said = [one.text for one in Document(BytesIO(content)).paragraphs]
        expected = [letter.title]
        for heading, paragraphs in letter.sections:
            expected += [heading, *paragraphs]
        assert said == expected


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pdf_says_what_the_letter_says(language: str) -> None:
    """Every paragraph, Chinese ones too; what the font lacks is written as its code."""
    from pypdf import PdfReader

    told = draft(signed_by="吉 and \U00020bb7")
    letter = write_letter(told, EXHIBITS, language, TODAY)
    content = write_pdf(letter.title, letter.sections, language)
    assert content == write_pdf(letter.title, letter.sections, language)
    pages = PdfReader(BytesIO(content)).pages
    said = re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
    for heading, paragraphs in letter.sections:
        for paragraph in (heading, *paragraphs):
            shown = paragraph.replace("\U00020bb7", "[U+20BB7]")
            assert re.sub(r"\s", "", shown) in said


def test_a_long_letter_goes_on_on_more_pages() -> None:
    """Nothing falls off the foot of a page."""
    from pypdf import PdfReader

    lines = [f"Sentence number {number} of a long story." for number in range(200)]
    content = write_pdf("Long", [("Story", lines)], "en")
    pages = PdfReader(BytesIO(content)).pages
    said = "".join(page.extract_text() for page in pages)
    assert len(pages) > 3
    assert all(f"number {number} of" in said for number in range(200))
