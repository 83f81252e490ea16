"""Every sentence that a person reads, by language; no sentence stands in the code."""

import tomllib
from functools import lru_cache
from importlib.resources import files

LANGUAGES = ("en", "zh")
"""The languages in which everything is said."""


@lru_cache(maxsize=len(LANGUAGES))
def load_words(language: str) -> dict[str, dict[str, str]]:
    """Read one language's sentences, by section and key."""
    path = files("storekin.wording").joinpath(f"{language}.toml")
    return tomllib.loads(path.read_text("utf-8"))


def say(language: str, section: str, key: str, **values: object) -> str:
    """Fill one sentence.

    >>> say("en", "same_phone", "same")
    'Both registrations give the same phone number.'
    """
    return load_words(language)[section][key].format(**values)


Words = dict[str, str]
"""One text in every language, by language."""


def in_both(section: str, key: str, **values: object) -> Words:
    """Fill one sentence in every language."""
    return {language: say(language, section, key, **values) for language in LANGUAGES}
