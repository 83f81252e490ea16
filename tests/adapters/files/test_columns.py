"""Characters that nobody sees are taken out of texts, wherever they stand."""

import pyarrow as pa
import pytest

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
