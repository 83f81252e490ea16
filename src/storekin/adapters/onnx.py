"""Encoders from a folder with an ONNX model; nothing is ever downloaded."""

import json
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from storekin.errors import EncoderError, EncoderExtraError
from storekin.kernels.parallel import thread_count
from storekin.listings.encoding import (
    Encoders,
    PictureEncoder,
    Progress,
    TextEncoder,
    Vectors,
)

_BATCH = 32
LONGEST = 64
"""Tokens of a text that are read: a title has fewer."""

_PIXELS = 40_000_000
"""Larger pictures are not decoded."""

_HINT = (
    "give a folder with model.onnx and tokenizer.json for texts, or with a model.onnx"
    " that takes one picture input for pictures"
)


def open_encoders(folders: Sequence[Path]) -> Encoders:
    """Open the encoders of some folders: one of texts, one of pictures at most.

    Raises:
        EncoderError: If a folder holds no encoder, or two are of one kind.
        EncoderExtraError: If ONNX Runtime or the tokenizers are not installed.
    """
    texts: TextEncoder | None = None
    pictures: PictureEncoder | None = None
    for folder in folders:
        opened = open_encoder(folder)
        if isinstance(opened, OnnxTexts):
            if texts is not None:
                raise EncoderError(f"{folder}: a second encoder of texts", "give one")
            texts = opened
        else:
            if pictures is not None:
                raise EncoderError(
                    f"{folder}: a second encoder of pictures", "give one"
                )
            pictures = opened
    return Encoders(texts, pictures)


def open_encoder(folder: Path) -> "OnnxTexts | OnnxPictures":
    """Open one encoder: of texts if there is a tokenizer, else of pictures.

    Raises:
        EncoderError: If the folder holds none.
        EncoderExtraError: If what reads it is not installed.
    """
    path = folder / "model.onnx"
    if not path.is_file():
        raise EncoderError(f"{folder}: there is no model.onnx", _HINT)
    runtime, tokenizers = _libraries()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = thread_count()
    options.log_severity_level = 3
    try:
        session = runtime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except Exception as problem:
        raise EncoderError(f"{path}: cannot be read: {problem}", _HINT) from problem
    digest = blake2b(path.read_bytes(), digest_size=5).hexdigest()
    words = folder / "tokenizer.json"
    if words.is_file():
        try:
            tokenizer = tokenizers.Tokenizer.from_file(str(words))
        except Exception as problem:
            raise EncoderError(
                f"{words}: cannot be read: {problem}", _HINT
            ) from problem
        tokenizer.enable_truncation(LONGEST)
        tokenizer.enable_padding()
        return OnnxTexts(session, tokenizer, f"texts:{digest}")
    return OnnxPictures(session, _settings(folder), f"pictures:{digest}")


def _libraries() -> tuple[Any, Any]:
    try:
        import onnxruntime
        import tokenizers
    except (ImportError, OSError) as problem:
        raise EncoderExtraError(
            "encoders need ONNX Runtime and tokenizers, which are not installed here",
            "install them with: pip install 'storekin[embeddings]'",
        ) from problem
    return onnxruntime, tokenizers


def _unit(vectors: npt.NDArray[Any]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return unit


class OnnxTexts:
    """A sentence encoder: token vectors are averaged, a sentence's taken as given."""

    def __init__(self, session: Any, tokenizer: Any, name: str) -> None:  # noqa: ANN401
        self._session = session
        self._tokenizer = tokenizer
        self._inputs = {given.name for given in session.get_inputs()}
        self.name = name
        unknown = self._inputs - {"input_ids", "attention_mask", "token_type_ids"}
        if unknown or "input_ids" not in self._inputs:
            raise EncoderError(
                f"the model's inputs are {', '.join(sorted(self._inputs))}",
                "an encoder of texts takes input_ids, attention_mask, token_type_ids",
            )

    def encode_texts(
        self, texts: Sequence[str], on_done: Progress | None = None
    ) -> Vectors:
        """Give a vector of length 1 for each text; like lengths are read together."""
        order = sorted(range(len(texts)), key=lambda n: (len(texts[n]), texts[n]))
        found: list[Vectors] = []
        for low in range(0, len(order), _BATCH):
            chosen = order[low : low + _BATCH]
            encoded = self._tokenizer.encode_batch([texts[n] for n in chosen])
            mask = np.array([one.attention_mask for one in encoded], np.int64)
            given = {
                "input_ids": np.array([one.ids for one in encoded], np.int64),
                "attention_mask": mask,
                "token_type_ids": np.array([one.type_ids for one in encoded], np.int64),
            }
            output = self._session.run(
                None, {name: given[name] for name in self._inputs}
            )[0]
            if output.ndim == 3:
                weights = mask[:, :, None]
                output = (output * weights).sum(1) / np.maximum(weights.sum(1), 1)
            found.append(_unit(output))
            if on_done is not None:
                on_done(min(low + _BATCH, len(order)), len(order))
        if not found:
            return np.empty((0, 0), np.float32)
        vectors = np.empty((len(texts), found[0].shape[1]), np.float32)
        vectors[order] = np.concatenate(found)
        return vectors


def _settings(folder: Path) -> dict[str, Any]:
    """Read how pictures are scaled; what most encoders want where nothing is said."""
    path = folder / "preprocessor_config.json"
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as problem:
        raise EncoderError(f"{path}: is not JSON: {problem}", _HINT) from problem
    return found if isinstance(found, dict) else {}


class OnnxPictures:
    """A picture encoder: one input of shape (n, 3, height, width)."""

    def __init__(self, session: Any, settings: dict[str, Any], name: str) -> None:  # noqa: ANN401
        inputs = session.get_inputs()
        if len(inputs) != 1 or len(inputs[0].shape) != 4:
            names = ", ".join(given.name for given in inputs)
            raise EncoderError(f"the model's inputs are {names}", _HINT)
        self._session = session
        self._input = inputs[0].name
        height, width = (
            side if isinstance(side, int) else _side(settings)
            for side in inputs[0].shape[2:]
        )
        self._size = (width, height)
        self._mean = np.array(settings.get("image_mean", [0.5] * 3), np.float32)
        self._spread = np.array(settings.get("image_std", [0.5] * 3), np.float32)
        self.name = name

    def encode_pictures(
        self, paths: Sequence[Path], on_done: Progress | None = None
    ) -> Vectors:
        """Give a vector of length 1 for each file, zeros where it cannot be read."""
        vectors: Vectors = np.empty((0, 0), np.float32)
        for low in range(0, len(paths), _BATCH):
            chosen = paths[low : low + _BATCH]
            pixels = [self._pixels(path) for path in chosen]
            read = [n for n, one in enumerate(pixels) if one is not None]
            if read:
                stacked = np.stack([one for one in pixels if one is not None])
                output = self._session.run(None, {self._input: stacked})[0]
                part = _unit(output.reshape(len(read), -1))
                if not vectors.size:
                    vectors = np.zeros((len(paths), part.shape[1]), np.float32)
                vectors[low + np.array(read)] = part
            if on_done is not None:
                on_done(low + len(chosen), len(paths))
        return vectors if vectors.size else np.zeros((len(paths), 1), np.float32)

    def _pixels(self, path: Path) -> Vectors | None:
        from PIL import Image, ImageOps

        try:
            with Image.open(path) as picture:
                if picture.width * picture.height > _PIXELS:
                    return None
                upright = ImageOps.exif_transpose(picture).convert("RGB")
                scaled = upright.resize(self._size, Image.Resampling.BICUBIC)
        except Exception:  # noqa: BLE001 - decoders raise all kinds
            return None
        pixels = np.asarray(scaled, np.float32) / 255
        standard = (pixels - self._mean) / self._spread
        return np.ascontiguousarray(standard.transpose(2, 0, 1), np.float32)


def _side(settings: dict[str, Any]) -> int:
    size = settings.get("crop_size", settings.get("size", 224))
    if isinstance(size, dict):
        size = size.get("height", size.get("shortest_edge", 224))
    return int(size)
