"""Names of countries to their two-letter codes."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from storekin.normalise.text import fold_text


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    path = files("storekin.normalise").joinpath("data", "countries.toml")
    names: dict[str, list[str]] = tomllib.loads(path.read_text("utf-8"))["names"]
    return {fold_text(name): code for code, words in names.items() for name in words}


@lru_cache(maxsize=4096)
def normalise_country(text: str) -> str | None:
    """Give a country's two-letter code; None when it is not known.

    >>> [normalise_country(text) for text in ("P.R. China", "de", "中国", "Atlantis")]
    ['CN', 'DE', 'CN', None]
    """
    folded = " ".join(re.sub(r"[^\w]+", " ", fold_text(text)).split())
    known = _codes().get(folded)
    if known is not None:
        return known
    return folded.upper() if re.fullmatch("[a-z]{2}", folded) else None
