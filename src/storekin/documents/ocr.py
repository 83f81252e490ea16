"""Words in pictures, by RapidOCR and its models, if they are installed."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from storekin.documents.scan import Word

if TYPE_CHECKING:
    from PIL.Image import Image

_WANTED = ("rapidocr", "onnxruntime", "pypdfium2")
_THREADS = 2

SURE_ENOUGH = 0.8
"""Words read more surely than that, on the whole, stand upright."""


def can_recognise() -> bool:
    """Say whether words in pictures can be read: ``pip install storekin[ocr]``."""
    return all(find_spec(name) is not None for name in _WANTED)


class Recogniser:
    """Reads the words of pictures; its models are loaded once, from the package."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        self._engine: Any = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_cls": False,  # a page is turned as a whole
                "EngineConfig.onnxruntime.intra_op_num_threads": min(
                    os.cpu_count() or 1, _THREADS
                ),
            }
        )

    def words(self, picture: "Image") -> list[Word]:
        """Give the runs of words in a picture, each with its corners in pixels.

        One that lies on its side or upside down is turned as its words are read best;
        corners are those of the picture as it was turned.
        """
        words = self._read(picture)
        lies = _lies_on_its_side(words)
        if not words or (not lies and _sureness(words) >= SURE_ENOUGH):
            return words
        turned = [
            self._read(picture.rotate(turn, expand=True))
            for turn in ((90, 270) if lies else (180,))
        ]
        return max((words, *turned), key=_how_upright)

    def _read(self, picture: "Image") -> list[Word]:
        import numpy as np

        found: Any = self._engine(np.asarray(picture.convert("RGB"))[:, :, ::-1])
        if found.boxes is None:
            return []
        return [
            Word(text, tuple((float(x), float(y)) for x, y in corners), float(sure))
            for corners, text, sure in zip(
                found.boxes, found.txts, found.scores, strict=True
            )
            if text.strip()
        ]


def _sureness(words: Sequence[Word]) -> float:
    """Give how surely the letters of some words were read, from 0 to 1."""
    letters = sum(len(word.text) for word in words)
    return sum(len(word.text) * word.sure for word in words) / max(letters, 1)


def _lies_on_its_side(words: Sequence[Word]) -> bool:
    """Say whether most letters stand in runs that are higher than wide."""
    high = wide = 0
    for word in words:
        across = [x for x, _ in word.corners]
        down = [y for _, y in word.corners]
        if len(word.text) > 2:
            if max(down) - min(down) > max(across) - min(across):
                high += len(word.text)
            else:
                wide += len(word.text)
    return high > wide


def _how_upright(words: Sequence[Word]) -> tuple[bool, float]:
    return not _lies_on_its_side(words), _sureness(words)
