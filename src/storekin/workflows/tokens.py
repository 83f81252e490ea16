"""Tokens that stand for values in stored decisions, so that no value stands there."""

from hashlib import blake2b

from storekin.identity.values import StoreValues

KEY_BYTES = 32


def token_key(values: StoreValues) -> bytes:
    """Make a key out of all values of a portfolio.

    Only who holds the portfolio can make it again: from a token alone a phone number
    cannot be found by trying all numbers, as from a bare digest it could.
    """
    digest = blake2b(digest_size=KEY_BYTES)
    for signal, entries in values.by_signal.items():
        digest.update(signal.encode())
        texts = sorted(str(text) for text in entries.texts.to_pylist())
        digest.update("\x1f".join(texts).encode())
    return digest.digest()


def token_of(key: bytes, signal: str, value: str) -> str:
    """Give the token of one normalised value.

    >>> token_of(b"k" * 32, "same_phone", "+493055501")[:2]
    't-'
    """
    text = f"{signal}\x1f{value}".encode()
    return f"t-{blake2b(text, digest_size=12, key=key).hexdigest()}"
