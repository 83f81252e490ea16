"""Lines of Chinese text keep the rules of punctuation."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.wording.line_breaks import break_lines


def width_of(text: str) -> int:
    """Measure as a typewriter does: Han characters count for two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def test_no_mark_stands_on_the_wrong_side() -> None:
    """A full stop does not begin a line, an opening bracket does not end it."""
    text = "本店已于三月五日下架十件商品。另附发票（第一至第四号），请予核对。"
    for width in range(8, 60):
        lines = list(break_lines(text, width, width_of))
        assert "".join(lines) == text
        for line in lines:
            assert line[0] not in "。，）"
            assert line[-1] != "（"
            assert width_of(line) <= width


def test_words_and_numbers_stay_whole() -> None:
    """An id or a word of Latin letters is not cut where a line has room for it."""
    lines = list(break_lines("证据 e-2b70d94039 已更正 on 2026-05-03。", 14, width_of))
    assert lines == ["证据", "e-2b70d94039", "已更正 on", "2026-05-03。"]


@settings(max_examples=300, deadline=None)
@given(
    text=st.text("中文商品，。（）「」abc12 -$%…", max_size=80),
    width=st.integers(2, 30),
)
def test_nothing_is_lost_or_too_wide(text: str, width: int) -> None:
    """Every character is in a line, in order; only blanks at the ends may go."""
    lines = list(break_lines(text, width, width_of))
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line) <= width for line in lines)
