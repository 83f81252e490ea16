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
    (kind, spellings[0], other, same)
    for kind in ("person", "company", "address")
    for name, same in (("one", True), ("two", False))
    for spellings in SPECIMENS[kind][name]
    for other in spellings[1:]
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


def test_there_are_as_many_specimens_as_promised() -> None:
    """Three hundred cases of persons, companies and addresses, and more."""
    assert len(CASES) >= 300
