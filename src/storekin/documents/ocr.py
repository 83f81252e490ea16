"""Words in pictures, by RapidOCR and its models, if they are installed."""

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from storekin.documents.scan import Word

if TYPE_CHECKING:
    from PIL.Image import Image

_WANTED = ("rapidocr", "onnxruntime", "pypdfium2")
_THREADS = 2


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
                "EngineConfig.onnxruntime.intra_op_num_threads": min(
                    os.cpu_count() or 1, _THREADS
                ),
            }
        )

    def words(self, picture: "Image") -> list[Word]:
        """Give the runs of words in a picture, each with its corners in pixels."""
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
