"""Names and addresses agree where a reader says that they do."""

import tomllib
from pathlib import Path

import pytest

from storekin.normalise.addresses import normalise_address
from storekin.normalise.names import normalise_company_name, normalise_person_name

SPECIMENS = tomllib.loads(
    (Path(__file__).parents[1] / "specimens" / "names.toml").read_text("utf-8")
)
CASES = [
    (kind, case["left"], case["right"], case["same"])
    for kind in ("person", "company", "address")
    for case in SPECIMENS[kind]
]
NORMALISE = {
    "person": normalise_person_name,
    "company": normalise_company_name,
    "address": normalise_address,
}


@pytest.mark.parametrize(("kind", "left", "right", "same"), CASES)
def test_specimens(kind: str, left: str, right: str, *, same: bool) -> None:
    """Each specimen's two spellings have one key, or two, as it says."""
    normalise = NORMALISE[kind]

    assert (normalise(left) == normalise(right)) is same
