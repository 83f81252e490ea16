"""Lines of text: Chinese broken anywhere, but for what may not begin or end one.

The rules are those of GB/T 15834 (punctuation): a closing mark does not begin a line,
an opening one does not end it. Words and numbers of Latin letters stay whole.
"""

import re
from collections.abc import Callable, Iterator

_NOT_FIRST = "，。、；：？！）》」』】〉”’…—·,.;:?!)]}%‰℃"
_NOT_LAST = "（《「『【〈“‘([{￥$€£#"
_LATIN = r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
_UNIT = re.compile(
    rf"[{re.escape(_NOT_LAST)}]*(?:{_LATIN}+|\S)[{re.escape(_NOT_FIRST)}]*\s*"
)


def break_lines(
    text: str, width: float, width_of: Callable[[str], float]
) -> Iterator[str]:
    """Give the lines of a text that has none yet, none wider than *width*.

    ``width_of`` measures a text in the same unit. A word that is wider than a line is
    broken within.

    >>> list(break_lines("文字很长。又一句（完）。", 5, len))
    ['文字很长。', '又一句', '（完）。']
    """
    line = ""
    for unit in _UNIT.findall(text.strip()):
        if line and width_of((line + unit).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += unit
        while len(line) > 1 and width_of(line.rstrip()) > width:
            fits = len(line) - 1
            while fits > 1 and width_of(line[:fits]) > width:
                fits -= 1
            yield line[:fits]
            line = line[fits:]
    if line.strip() or not text.strip():
        yield line.rstrip()
