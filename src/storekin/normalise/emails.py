"""Mail addresses to the mailbox that they reach."""

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import TypedDict

from storekin.normalise.text import to_half_width


class _Provider(TypedDict, total=False):
    plus: str
    dots: bool
    same_as: str


@lru_cache(maxsize=1)
def _providers() -> dict[str, _Provider]:
    path = files("storekin.normalise").joinpath("data", "email_providers.toml")
    table = tomllib.loads(path.read_text("utf-8"))
    return {key: value for key, value in table.items() if isinstance(value, dict)}  # type: ignore[misc] # the file's own shape, held by a test


def alias_domains() -> list[str]:
    """Give the domains that are another name of a provider's."""
    return sorted(
        name for name, provider in _providers().items() if "same_as" in provider
    )


def normalise_email(text: str) -> str | None:
    """Give the mailbox: case folded, and what the provider ignores taken off.

    >>> normalise_email(" Li.Wei+shop2@GoogleMail.com")
    'liwei@gmail.com'
    >>> normalise_email("no address") is None
    True
    """
    plain = to_half_width(text).lower().replace(" ", "")
    plain = plain.removeprefix("mailto:").strip("<>,;")
    local, at, domain = plain.rpartition("@")
    domain = domain.rstrip(".")
    if not at or not local or "." not in domain or "@" in local:
        return None
    provider = _providers().get(domain, {})
    mark = provider.get("plus")
    if mark:
        local = local.split(mark, 1)[0] or local
    if provider.get("dots"):
        local = local.replace(".", "") or local
    return f"{local}@{provider.get('same_as', domain)}"
