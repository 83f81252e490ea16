"""What is promised on paper is there, in both languages, and says no word of guilt."""

import pickle
import re
from pathlib import Path

import pytest

import storekin
from storekin import errors
from storekin.policy.load import KNOWN_SIGNALS
from storekin.surfaces.cli.main import COMMANDS
from storekin.wording.catalog import load_words

ROOT = Path(__file__).parents[1]
CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, errors.StorekinError)
]
GUILT = re.compile(
    r"\b(fraud\w*|guilt\w*|culprit|offender|cheat\w*|suspect\w*|crim\w+|bad actor)\b",
    re.IGNORECASE,
)
DISGUISE = re.compile(r"\b(avoid detection|undetect\w*|fingerprint browser|proxy)\b")


@pytest.mark.parametrize("error", CLASSES)
def test_each_error_code_is_its_own_and_has_a_page(
    error: type[errors.StorekinError],
) -> None:
    """A code leads to a page; an error survives a worker process."""
    assert sum(other.code == error.code for other in CLASSES) == 1
    page = ROOT / "docs" / "errors" / f"{error.code}.md"
    assert error.code in page.read_text("utf-8")
    again = pickle.loads(pickle.dumps(error("a problem", "a fix")))  # noqa: S301 - our own
    assert str(again) == f"{error.code}: a problem\n  fix: a fix"


def test_both_languages_say_the_same_things() -> None:
    """Every sentence stands in English and in Chinese, with the same blanks."""
    english, chinese = load_words("en"), load_words("zh")
    blanks = re.compile(r"\{(\w+)")

    assert english.keys() == chinese.keys()
    for section, sentences in english.items():
        assert sentences.keys() == chinese[section].keys()
        for key, sentence in sentences.items():
            other = chinese[section][key]
            assert set(blanks.findall(sentence)) == set(blanks.findall(other)), key


def test_no_word_of_guilt_and_no_advice_to_disguise() -> None:
    """Nothing that a person reads accuses anybody, or helps to hide."""
    for language in ("en", "zh"):
        for sentences in load_words(language).values():
            for sentence in sentences.values():
                assert not GUILT.search(sentence), sentence
                assert not DISGUISE.search(sentence), sentence


def test_each_claim_is_its_own() -> None:
    """No two signals are explained by one sentence."""
    words = load_words("en")
    claims = [words[s]["same"] for s in KNOWN_SIGNALS if s in words]

    assert len(claims) == len(set(claims))


def test_the_readme_names_each_command() -> None:
    """A command without a word in the README does not exist for a user."""
    text = (ROOT / "README.md").read_text("utf-8")

    for name in COMMANDS:
        assert f"storekin {name}" in text
    for target in ("make demo", "make test"):
        assert target in text


def test_the_readmes_python_runs(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example in the README does what it says."""
    text = (ROOT / "README.md").read_text("utf-8")
    code = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    portfolio = storekin.load_portfolio(demo_folder)
    names: dict[str, object] = {
        "registrations": portfolio.registrations,
        "listings": portfolio.listings,
        "drafts": portfolio.registrations.slice(0, 1),
    }
    (demo_folder.parent / "my-portfolio").symlink_to(demo_folder)
    monkeypatch.chdir(demo_folder.parent)
    for block in code:
        exec(block, names)  # noqa: S102 - our own README

    assert code
    assert names["pairs"]


def test_each_signal_is_on_the_policies_page() -> None:
    """A policy author finds every signal that a policy may name."""
    text = (ROOT / "docs" / "policies.md").read_text("utf-8")

    for signal in KNOWN_SIGNALS:
        assert f"`{signal}`" in text


def test_links_in_the_documents_lead_somewhere() -> None:
    """Every relative link and picture is there."""
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), (page.name, target)


def test_no_registry_and_no_machine_is_named() -> None:
    """Lock files hold versions and hashes, no address and no path."""
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text("utf-8")
        assert not re.search(r"https?:", text)
        assert "--hash=sha256:" in text
