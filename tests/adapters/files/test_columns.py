"""Characters that nobody sees are taken out of texts, wherever they stand."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.adapters.files import columns
from storekin.adapters.files.columns import clean_texts
from storekin.normalise.text import ZERO_WIDTH


@pytest.mark.parametrize("mark", ZERO_WIDTH)
@pytest.mark.parametrize("before", range(1, 10))
def test_invisible_characters_are_taken_out(
    mark: str, before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the parts that a column is read in meet, and at its very end."""
    monkeypatch.setattr(columns, "_STEP", 8)
    texts = pa.array(["–" + "a" * before + mark + "b", None, "“é”" + mark])

    cleaned = clean_texts(texts, narrow=False)

    assert cleaned.to_pylist() == ["–" + "a" * before + "b", None, "“é”"]


def test_what_begins_like_an_invisible_character_stays() -> None:
    """Dashes, quotes, the euro and the non-breaking hyphen share its first bytes."""
    texts = pa.array(["a – b ‘c’ € 5 x‑y ﾊ ª"])

    assert clean_texts(texts, narrow=False).equals(texts)


@given(
    texts=st.lists(st.none() | st.text("aé –中\t\u00ad\u200b\u2060\ufeff", max_size=6)),
    begin=st.integers(0, 3),
)
@settings(max_examples=200, deadline=None)
def test_each_text_is_cleaned_by_itself(texts: list[str | None], begin: int) -> None:
    """Whatever stands around it, and in a column that is a part of another one."""
    cleaned = clean_texts(pa.array(texts, pa.string()).slice(begin), narrow=False)

    def clean(text: str | None) -> str | None:
        seen = "".join(c for c in text or "" if c not in ZERO_WIDTH)
        return seen.strip() or None

    assert cleaned.to_pylist() == [clean(text) for text in texts[begin:]]
