"""Two titles side by side, with the words that only one of them has."""

import re

from storekin.normalise.text import fold_text

_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|[^\W_]+|[\W_]+")


def mark_differences(
    left: str, right: str
) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Split each title into parts, and say which of them the other lacks.

    >>> mark_differences("red mug", "Red cup")[1]
    [('Red', False), (' ', False), ('cup', True)]
    """
    parts = [_WORD.findall(left), _WORD.findall(right)]
    folded = [{fold_text(part) for part in side} for side in parts]
    marked = [
        [
            (part, part[0].isalnum() and fold_text(part) not in folded[1 - place])
            for part in side
        ]
        for place, side in enumerate(parts)
    ]
    return marked[0], marked[1]
