"""Every pack does on two stores what its author says: twelve cases a platform."""

from collections import Counter

import pytest
from specimens import Specimen, all_specimens, decide_specimen

from storekin.policy.load import find_policy, shipped_policies

SPECIMENS = all_specimens()


@pytest.mark.parametrize(
    ("policy", "specimen"),
    SPECIMENS,
    ids=[f"{policy}: {specimen['says']}" for policy, specimen in SPECIMENS],
)
def test_what_follows_is_what_the_author_says(policy: str, specimen: Specimen) -> None:
    """The sentence of each specimen comes true under its pack."""
    assert decide_specimen(policy, specimen) == specimen["follows"]


def test_each_platform_has_twelve() -> None:
    """No platform is left to chance."""
    counts = Counter(find_policy(policy).platform for policy, _ in SPECIMENS)

    assert set(counts) == {find_policy(name).platform for name in shipped_policies()}
    assert min(counts.values()) >= 12
