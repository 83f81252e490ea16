"""Nothing that a seller gets depends on another seller's values: not one byte of it."""

import json
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from case_scenes import ANN, DECIDED, EXHIBIT, KIM, ROY, Story
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storekin.cases.letter import write_letter
from storekin.cases.seller_view import view_for_seller
from storekin.cases.statement import StatementOfReasons, make_statement
from storekin.cases.statement import transparency_record as published
from storekin.surfaces.cli.render_cases import view_json
from storekin.wiring import letter_files, write_statements
from storekin.workflows.cases import statement_page

SIGNALS = ("same_phone", "same_email", "similar_address", "shares_rare_listings")


def names(most: int) -> st.SearchStrategy[str]:
    """Draw names and values for which no record is refused: see ``test_case``.

    No sentence of one has them among its words, or long ones within a word.
    """
    story = Story(outcome="associate_stores")
    record = json.dumps(published(story.decided(), "case-1", story.at))
    words = set(re.findall(r"[^\W_]+", record))
    return st.text(min_size=1, max_size=most).filter(
        lambda one: one not in words and (len(one) < 4 or one not in record)
    )


values = names(24)
others = st.fixed_dictionaries(
    {
        "store": names(12).filter(lambda one: one != "oak"),
        "values": st.lists(values, min_size=4, max_size=4),
        "listings": st.lists(values, max_size=3, unique=True),
    }
)

OF_ONE: dict[str, Any] = {"store": "0", "values": ["0"] * 4, "listings": []}


@dataclass
class Told:
    """What a seller gets while a case is walked, as texts or as files."""

    folder: Path | None
    parts: dict[str, bytes] = field(default_factory=dict)

    def statements(self, story: Story, part: str) -> StatementOfReasons:
        """Tell the seller; keep the statements, the published record and the view."""
        assert story.case is not None
        made = [make_statement(story.case, "case-1", x, story.at) for x in ("en", "zh")]
        data: dict[str, Any] = {"statement": {x.language: x.as_json() for x in made}}
        if part == "decided":
            data["transparency"] = published(story.case, "case-1", story.at)
            self.parts["published"] = json.dumps(data["transparency"]).encode()
        case = story.then("notify", ROY, data)
        for one in made:
            self.parts[f"{part} {one.language}"] = statement_page(one).encode()
            self.parts[f"{part} {one.language} json"] = json.dumps(
                one.as_json()
            ).encode()
        if self.folder is not None:
            for path in write_statements(self.folder / part, "case-1", case, made):
                self.parts[f"{part} {path.name}"] = path.read_bytes()
        view = view_json(view_for_seller(case, "case-1"))
        self.parts[f"{part} view"] = json.dumps(view).encode()
        return made[0]

    def letters(self, draft: dict[str, Any]) -> None:
        """Write the letter that answers the statement."""
        for language in ("en", "zh"):
            letter = write_letter(draft, [EXHIBIT], language, date(2026, 6, 1))
            self.parts[f"letter {language}"] = letter.as_text().encode()
            if self.folder is not None:
                self.parts |= letter_files(letter)


def walked(
    other: dict[str, Any], own: list[str], folder: Path | None
) -> dict[str, bytes]:
    """Walk a case against another store, and give all that its seller gets."""
    evidence = [
        {
            "id": f"e-{place}",
            "signal": signal,
            "bits": 9.0,
            "left": other["values"][place],
            "right": own[place],
            "said": "same",
        }
        for place, signal in enumerate(SIGNALS)
    ]
    story = Story(
        left=other["store"],
        right="oak",
        store="oak",
        evidence=evidence,
        left_listings=other["listings"],
        right_listings=["oak-1", "oak-2"],
        outcome="associate_stores",
    )
    told = Told(folder)
    story.then("take_up", KIM)
    ids = [str(one["id"]) for one in evidence]
    outcome = {"outcome": "associate_stores", "reason": "-", "evidence": ids}
    story.then("decide", KIM, {**DECIDED, **outcome})
    english = told.statements(story, "decided")
    grounds = [{"evidence": one, "ground": "disputed", "text": "Ours."} for one in ids]
    told.letters(
        {
            "case": "case-1",
            "store": "oak",
            "decision": 1,
            **english.about,
            "path": "",
            "grounds": grounds,
            "answers": {},
            "signed_by": "Ann Example",
        }
    )
    story.then("appeal", ANN, {"decision": 1, "grounds": grounds, "path": ""})
    story.then("take_up_appeal", ROY)
    ruling = {"ruling": "upheld", "reason": "-", "not_same": False}
    story.then("rule", ROY, {**ruling, "answers": dict.fromkeys(ids, "-")})
    told.statements(story, "ruled")
    return told.parts


@settings(max_examples=60, deadline=None)
@given(one=others, two=others, own=st.lists(values, min_size=4, max_size=4))
@example(one=OF_ONE, two={**OF_ONE, "values": ["0", "0", "0", "ph"]}, own=["0"] * 4)
def test_what_a_seller_gets_is_the_same_whoever_the_other_is(
    one: dict[str, Any], two: dict[str, Any], own: list[str]
) -> None:
    """Pages, JSON, letters, the published record, the view: byte by byte."""
    first, second = walked(one, own, None), walked(two, own, None)
    assert len(first) == 13
    assert first == second


def test_files_are_the_same_whoever_the_other_is(tmp_path: Path) -> None:
    """PDF and DOCX, too."""
    own = ["0049•••01", "o••@example.com", "橡树路", "10 in both"]
    one = {"store": "fern", "values": ["+49••••01", "f••@x.de", "Weg 1", "10"]}
    two = {"store": "elm", "values": ["+86•••9", "e••@y.cn", "榆树路", "12"]}
    first = walked({**one, "listings": ["f1"]}, own, tmp_path / "one")
    second = walked({**two, "listings": []}, own, tmp_path / "two")
    assert sum(name.endswith((".pdf", ".docx")) for name in first) == 8
    assert first == second
