"""Weights learnt from a table's own registrations follow its sellers' habits."""

from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from storekin.errors import MissingColumnError, ModelFileError, TrainingDataError
from storekin.identity.model import load_identity_model, read_identity_model
from storekin.normalise.identifiers import person_check_digit
from storekin.records.portfolio import Portfolio
from storekin.wiring import portfolio_of
from storekin.workflows.match import match_registration_table
from storekin.workflows.train_registrations import learn_registration_weights


def card(number: int) -> str:
    first = f"4403{number % 90 + 10:02d}19{number % 50 + 50}0101{number % 1000:03d}"
    return first + person_check_digit(first)


def sellers(count: int, *, keep_phone: float, seed: int = 1) -> Portfolio:
    """Make two stores of each seller; some keep the phone, some change it."""
    random = Random(seed)
    rows = []
    for seller in range(count):
        shared = {
            "legal_person_id": card(random.randrange(10**9)),
            "email": f"box{random.randrange(10**8)}@mail.example",
            "legal_person": f"{letters(random)} {letters(random)}",
            "company_name": f"{letters(random)} {letters(random)} Trading Ltd",
        }
        phone = f"138{random.randrange(10**8):08d}"
        for store in range(2):
            new = store and random.random() >= keep_phone
            own = f"139{random.randrange(10**8):08d}" if new else phone
            rows.append({"store": f"s{seller}-{store}", "phone": own, **shared})
    random.shuffle(rows)
    return portfolio_of({"registrations": pa.Table.from_pylist(rows)})


def letters(random: Random) -> str:
    return "".join(random.choice("abcdefghjkmnprstuw") for _ in range(7))


def test_a_habit_is_learnt_without_labels(tmp_path: Path) -> None:
    """Where phones are changed an equal one says less, and another one nothing."""
    kept, _ = learn_registration_weights(sellers(400, keep_phone=0.95))
    text, learnt = learn_registration_weights(sellers(400, keep_phone=0.1))
    often, seldom = tmp_path / "often.toml", tmp_path / "seldom.toml"
    often.write_text(kept)
    seldom.write_text(text)
    shipped = load_identity_model().signals["same_phone"]
    one = read_identity_model(often).signals["same_phone"]
    other = read_identity_model(seldom).signals["same_phone"]

    assert learnt.converged
    assert learnt.pairs["same_phone"] > 300
    assert one.kept > 0.8 > shipped.kept > 0.3 > other.kept
    assert one.base > shipped.base > other.base
    assert one.different < shipped.different < 0
    assert other.different == -0.05
    assert "same_phone 4" in text.splitlines()[1]


def test_the_same_rows_give_the_same_weights() -> None:
    """Neither the order of rows nor a second run changes a digit."""
    portfolio = sellers(120, keep_phone=0.5)
    shuffled = portfolio.registrations.take(list(reversed(range(240))))
    again = portfolio_of({"registrations": shuffled})

    first, _ = learn_registration_weights(portfolio)
    assert first == learn_registration_weights(again)[0]


def test_labels_teach_too(tmp_path: Path) -> None:
    """Pairs that a person labelled move the weights; other stores are passed over."""
    portfolio = sellers(200, keep_phone=0.05)
    labels = pa.table(
        {
            "left": [f"s{n}-0" for n in range(200)] + ["s0-0", "nobody"],
            "right": [f"s{n}-1" for n in range(200)] + ["s1-0", "s1-0"],
            "label": ["1"] * 200 + ["0", "1"],
        }
    )
    text, learnt = learn_registration_weights(portfolio, labels)
    path = tmp_path / "weights.toml"
    path.write_text(text)
    weights = read_identity_model(path)

    assert weights.signals["same_phone"].kept < 0.3
    assert learnt.pairs["same_phone"] == 200
    matched = match_registration_table(portfolio, weights=weights)
    assert matched.findings.model.version.endswith("+learnt")
    with pytest.raises(MissingColumnError, match="label"):
        learn_registration_weights(portfolio, labels.drop_columns("label"))
    with pytest.raises(TrainingDataError, match="labelled 1"):
        learn_registration_weights(portfolio, labels.slice(200))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("version = ", "versoin = "), "version"),
        (("[signals.same_phone]", "[signals.same_fone]"), "same_fone"),
        (("base = 32.0", 'base = "much"'), "no number"),
        (("near = 14.0", "neer = 14.0"), "neer"),
        (("[prior]", "[prior"), "cannot be read"),
    ],
)
def test_a_file_of_weights_that_is_none_is_refused(
    tmp_path: Path, change: tuple[str, str], problem: str
) -> None:
    """The error names the file and what is wrong with it."""
    text, _ = learn_registration_weights(sellers(3, keep_phone=1))
    path = tmp_path / "weights.toml"
    path.write_text(text.replace(*change, 1))
    with pytest.raises(ModelFileError, match=problem):
        read_identity_model(path)
