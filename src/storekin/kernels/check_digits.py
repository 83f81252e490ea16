"""Check digits of Chinese licences and identity cards, for whole columns."""

from typing import Any

import numpy as np

from storekin.kernels.compiled import kernel

NOT_KNOWN, RIGHT, WRONG = 0, 1, 2
"""Whether a number's check digit fits; not known for another kind of number."""

_LENGTH = 18
_OFFICE = 7
_SOCIAL_CREDIT = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = np.full(256, -1, np.int64)
_VALUES[np.frombuffer(_SOCIAL_CREDIT, np.uint8)] = np.arange(31)
_CREDIT_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
_PERSON_WEIGHTS = np.array([pow(2, 17 - place, 11) for place in range(17)])
_PERSON_CHECKS = np.frombuffer(b"10X98765432", np.uint8).copy()


@kernel("u1[::1](u1[::1], i8[::1], b1, i8[::1], i8[::1], u1[::1])")
def _fits(
    data: Any,  # noqa: ANN401
    offsets: Any,  # noqa: ANN401
    person: Any,  # noqa: ANN401
    values: Any,  # noqa: ANN401
    weights: Any,  # noqa: ANN401
    checks: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Judge each text of 18 characters: an identity number, or a credit code."""
    total = len(offsets) - 1
    result = np.zeros(total, np.uint8)
    for row in range(total):
        begin = offsets[row]
        if offsets[row + 1] - begin != _LENGTH:
            continue
        if not 48 <= data[begin] <= 57:
            continue
        amount = 0
        fits = True
        digits = True
        for place in range(17):
            byte = data[begin + place]
            digits = digits and 48 <= byte <= 57
            if place == _OFFICE and not digits:
                fits = False  # the office and the region are written in digits
            value = byte - 48 if person else values[byte]
            fits = fits and value >= 0
            amount += value * weights[place]
        last = data[begin + 17]
        if person:
            if not digits:
                continue
            fits = checks[amount % 11] == last
        else:
            fits = fits and values[last] == (31 - amount % 31) % 31
        result[row] = RIGHT if fits else WRONG
    return result


def check_credit_codes(data: Any, offsets: Any) -> Any:  # noqa: ANN401
    """Say of each text whether it is a unified social credit code that fits."""
    return _fits(data, offsets, False, _VALUES, _CREDIT_WEIGHTS, _PERSON_CHECKS)  # noqa: FBT003 - kernels take no names


def check_person_ids(data: Any, offsets: Any) -> Any:  # noqa: ANN401
    """Say of each text whether it is a Chinese identity number that fits."""
    return _fits(data, offsets, True, _VALUES, _PERSON_WEIGHTS, _PERSON_CHECKS)  # noqa: FBT003 - kernels take no names
