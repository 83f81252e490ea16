"""Encoders read from a folder: small models, made here, whose answers are known."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random

import numpy as np
import onnx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

import storekin
from storekin.adapters.onnx import OnnxPictures, OnnxTexts, open_encoder
from storekin.errors import EncoderError, EncoderMismatchError

MEANINGS = {
    "lamp": 0, "lampu": 0, "table": 1, "meja": 1, "wooden": 2, "kayu": 2, "red": 3,
    "merah": 3, "chair": 4, "kursi": 4, "big": 5, "besar": 5, "bag": 6, "tas": 6,
}  # fmt: skip
"""Words of two languages and the direction of the vector that each has."""


def save_model(folder: Path, graph: onnx.GraphProto, opset: int = 17) -> None:
    folder.mkdir(exist_ok=True)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 9
    onnx.save(model, str(folder / "model.onnx"))


def make_text_encoder(folder: Path, meanings: Mapping[str, int] = MEANINGS) -> Path:
    """Make an encoder that looks each word's vector up: two inputs, token vectors."""
    words = {"[PAD]": 0, "[UNK]": 1} | {word: n + 2 for n, word in enumerate(meanings)}
    table = np.zeros((len(words), 8), np.float32)
    table[1, 7] = 1
    for word, direction in meanings.items():
        table[words[word], direction] = 1
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "t"])
    mask = helper.make_tensor_value_info(
        "attention_mask", TensorProto.INT64, ["n", "t"]
    )
    out = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", "t", 8])
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["found"]),
        helper.make_node("Identity", ["attention_mask"], ["unused"]),
        helper.make_node("Identity", ["found"], ["vectors"]),
    ]
    tensors = [numpy_helper.from_array(table, "table")]
    save_model(folder, helper.make_graph(nodes, "words", [ids, mask], [out], tensors))
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))  # noqa: S106
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def make_picture_encoder(folder: Path) -> Path:
    """Make an encoder whose vector is the mean colour."""
    given = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 3, 8, 8])
    out = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", 3, 1, 1])
    node = helper.make_node("GlobalAveragePool", ["pixels"], ["vectors"])
    save_model(folder, helper.make_graph([node], "colour", [given], [out]))
    return folder


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    return make_text_encoder(tmp_path / "encoder")


def test_texts_of_one_meaning_have_one_vector(encoder: Path) -> None:
    """The mean of the words' vectors, of length 1, whatever stands beside them."""
    opened = open_encoder(encoder)
    assert isinstance(opened, OnnxTexts)

    texts = ["wooden table lamp", "lampu meja kayu", "red bag", "wooden table lamp big"]
    vectors = opened.encode_texts(texts)
    alone = opened.encode_texts(["red bag"])

    assert vectors.shape == (4, 8)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.allclose(vectors[0], vectors[1])
    assert vectors[0] @ vectors[2] == pytest.approx(0)
    assert np.allclose(vectors[2], alone[0])


def test_pictures_that_cannot_be_read_have_no_vector(tmp_path: Path) -> None:
    """A broken file costs only itself."""
    opened = open_encoder(make_picture_encoder(tmp_path / "encoder"))
    assert isinstance(opened, OnnxPictures)
    for name, colour in (("red", (255, 0, 0)), ("rose", (250, 10, 10))):
        Image.new("RGB", (40, 30), colour).save(tmp_path / f"{name}.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG no picture")

    vectors = opened.encode_pictures(
        [tmp_path / f"{name}.png" for name in ("red", "broken", "rose")]
    )

    assert vectors[0] @ vectors[2] > 0.95
    assert not vectors[1].any()


def test_an_encoder_proposes_pairs_that_share_no_word(tmp_path: Path) -> None:
    """Two languages meet by their meaning, and by nothing else."""
    table = pa.table(
        {
            "listing": ["a", "b", "c"],
            "title": ["zeppo vinta", "quork mulch", "hobbin"],
        }
    )

    meanings = {"zeppo": 0, "quork": 0, "vinta": 1, "mulch": 1, "hobbin": 2}
    encoder = make_text_encoder(tmp_path / "encoder", meanings)
    without = storekin.match_listings(table, floor=0)
    found = storekin.match_listings(table, floor=0, encoders=[encoder])
    pairs = list(
        zip(found["left"].to_pylist(), found["right"].to_pylist(), strict=True)
    )

    assert without.num_rows == 0
    assert ("a", "b") in pairs


def bilingual_pairs(count: int) -> pa.Table:
    """Make pairs whose sides share no word: only meaning tells them apart."""
    random = Random(3)
    english = [word for n, word in enumerate(MEANINGS) if n % 2 == 0]
    other = {word: [*MEANINGS][2 * n + 1] for n, word in enumerate(english)}
    rows = []
    for n in range(count):
        words = random.sample(english, 3)
        said = [other[word] for word in words]
        if n % 2:
            said = [other[word] for word in english if word not in words][:3]
        rows.append(
            {
                "left_title": " ".join(words),
                "right_title": " ".join(said),
                "label": 1 - n % 2,
            }
        )
    return pa.Table.from_pylist(rows)


def test_a_model_learns_what_an_encoder_says(encoder: Path, tmp_path: Path) -> None:
    """Its signal decides, its bits add up, and no other encoder will do."""
    pq.write_table(bilingual_pairs(300), tmp_path / "pairs.parquet")
    asked = pa.table(
        {
            "left_title": ["red wooden bag", "red wooden bag"],
            "right_title": ["tas kayu merah", "kursi lampu besar"],
        }
    )
    out = tmp_path / "own.model"
    storekin.train_listings(
        tmp_path / "pairs.parquet", out, encoders=[encoder], remember=False
    )
    scored = storekin.compare_listings(asked, model=out, encoders=[encoder])

    same, other = scored["probability"].to_pylist()
    assert same > 0.5 > other
    bits = scored["similar_encoding"].to_pylist()
    assert bits[0] > 1 > -1 > bits[1]
    with pytest.raises(EncoderMismatchError, match="none is given"):
        storekin.compare_listings(asked, model=out)
    another = make_text_encoder(tmp_path / "another", {"lamp": 0})
    with pytest.raises(EncoderMismatchError, match="same encoder"):
        storekin.compare_listings(asked, model=out, encoders=[another])


def test_pictures_reach_the_model_through_the_command_line(tmp_path: Path) -> None:
    """A folder of pictures is encoded, and the matched pairs are written."""
    make_picture_encoder(tmp_path / "encoder")
    for name, colour in (("one", (200, 30, 30)), ("two", (190, 40, 30))):
        Image.new("RGB", (40, 30), colour).save(tmp_path / f"{name}.png")
    (tmp_path / "listings.csv").write_text(
        "listing,title,images\na,alpha,one.png\nb,beta,two.png\n", "utf-8"
    )
    out = tmp_path / "pairs.parquet"

    command = [sys.executable, "-m", "storekin.surfaces.cli", "match", "listings"]
    options = ["--out", out, "--floor", "0", "--encoder", tmp_path / "encoder"]
    done = subprocess.run(
        [*command, tmp_path / "listings.csv", *options],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert pq.read_table(out)["left"].to_pylist() == ["a"]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("nothing", "no model.onnx"),
        ("broken", "cannot be read"),
        ("two inputs", "inputs are"),
    ],
)
def test_a_folder_without_an_encoder_says_what_is_missing(
    tmp_path: Path, made: str, said: str
) -> None:
    """Each fault has a place, a problem and a fix."""
    folder = tmp_path / "encoder"
    folder.mkdir()
    if made == "broken":
        (folder / "model.onnx").write_bytes(b"no model")
    if made == "two inputs":
        make_text_encoder(folder)
        (folder / "tokenizer.json").unlink()

    with pytest.raises(EncoderError, match=said) as caught:
        open_encoder(folder)
    assert "model.onnx" in caught.value.fix
