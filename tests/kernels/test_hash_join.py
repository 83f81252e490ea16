"""The join of hashes finds all pairs within a radius, and no other."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storekin.kernels.hash_join import join_near_codes
from storekin.listings.pictures import hashes_of, near_pictures, read_pictures


def draw_codes(seed: int, count: int, words: int, most: int) -> np.ndarray:
    """Draw codes, some of them a few flips from an earlier one."""
    random = np.random.default_rng(seed)
    base = random.integers(0, 2**64, (count, words), np.uint64)
    near = base.copy()
    for code in near:
        flips = random.integers(1, most + 1)
        for bit in random.choice(64 * words, flips, replace=False):
            code[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    return np.unique(np.concatenate([base, near]), axis=0)


def compare_all(codes: np.ndarray, radius: int) -> list[tuple[int, int, int]]:
    """The plain definition."""
    found = []
    for left in range(len(codes)):
        apart = np.bitwise_count(codes[left] ^ codes[left + 1 :]).sum(axis=1)
        found += [
            (left, left + 1 + int(n), int(apart[n]))
            for n in np.flatnonzero(apart <= radius)
        ]
    return found


@pytest.mark.parametrize(
    ("words", "radius"), [(1, 0), (1, 8), (1, 14), (2, 10), (4, 31), (4, 40)]
)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=6, deadline=None)
def test_the_join_is_exact(words: int, radius: int, seed: int) -> None:
    """Each pair once, sorted, with its distance; those beyond the radius are not."""
    codes = draw_codes(seed, 120, words, radius + 5)
    near = join_near_codes(codes, radius)
    found = zip(
        near.left.tolist(), near.right.tolist(), near.distance.tolist(), strict=True
    )

    assert list(found) == compare_all(codes, radius)


def test_codes_of_one_kind_of_bits_are_met_too() -> None:
    """Codes whose bits are nearly all alike share every piece: still once each."""
    codes = (np.uint64(1) << np.arange(60, dtype=np.uint64))[:, None]
    near = join_near_codes(np.ascontiguousarray(codes), 2)

    assert len(near.left) == 60 * 59 // 2
    assert set(near.distance.tolist()) == {2}


@pytest.mark.parametrize("radius", [-1, 64])
def test_a_radius_that_says_nothing_is_refused(radius: int) -> None:
    """Every code is within 64 bits of every other one."""
    with pytest.raises(ValueError, match="radius"):
        join_near_codes(np.zeros((3, 1), np.uint64), radius)


def test_hashes_meet_their_own_kind_alone() -> None:
    """A scheme and a length; of 256 bits four times as many may differ, less one."""
    long = "f" * 64
    images = pa.chunked_array(
        [
            [
                "phash:ffffffffffffffff",
                "phash:fffffffffffffff0",
                "dhash:fffffffffffffff0",
                f"pdq:{long}",
                f"pdq:{'0' * 7}{long[7:]}",
                f"pdq:{'0' * 8}{long[8:]}",
                f"phash:{long}",
            ]
        ]
    )
    pictures = read_pictures(images, None)
    left, right = near_pictures(hashes_of(pictures), 8, few=False)
    found = {
        frozenset((pictures.names[a], pictures.names[b]))
        for a, b in zip(left.tolist(), right.tolist(), strict=True)
    }

    assert found == {
        frozenset(("phash:ffffffffffffffff", "phash:fffffffffffffff0")),
        frozenset((f"pdq:{long}", f"pdq:{'0' * 7}{long[7:]}")),
        frozenset((f"pdq:{'0' * 7}{long[7:]}", f"pdq:{'0' * 8}{long[8:]}")),
    }
