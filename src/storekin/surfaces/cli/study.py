"""What the commands why, how, path and network have in common."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from storekin.wording.catalog import say

if TYPE_CHECKING:
    from storekin.workflows.verbs import ExplainedPair, Study

Command = TypeVar("Command", bound=Callable[..., object])


def study_options(command: Command) -> Command:
    """Give a command the options that all of them take."""
    options = (
        click.argument("records", type=click.Path(path_type=Path)),
        click.option(
            "--judgements",
            type=click.Path(path_type=Path),
            help="Judgements that bind: see storekin judge.",
        ),
        click.option("--unmasked", is_flag=True, help="Show identifiers in full."),
        click.option(
            "--language",
            type=click.Choice(["en", "zh"]),
            default="en",
            show_default=True,
            help="English or 简体中文.",
        ),
        click.option(
            "--json", "machine_readable", is_flag=True, help="Print one JSON object."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def opened_study(
    records: Path,
    judgements: Path | None,
    *,
    unmasked: bool,
    quiet: bool,
    language: str = "en",
    pair: tuple[str, str] | None = None,
) -> Iterator["Study"]:
    """Match all registrations of a portfolio or table, and open the study of them."""
    from storekin.kernels.compiled import REGISTRATIONS, prepare
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.wiring import open_registrations, read_judgements
    from storekin.workflows.match import match_registration_table
    from storekin.workflows.verbs import Study, pair_of_stores

    held = [] if judgements is None else read_judgements(judgements)
    prepare(REGISTRATIONS, announce=announce)
    with shown_progress(quiet=quiet) as progress:
        portfolio = open_registrations(records, progress.step)
        also = None if pair is None else pair_of_stores(portfolio, *pair)
        matched = match_registration_table(
            portfolio, judgements=held, also=also, on_step=progress.step
        )
    yield Study(matched, masked=not unmasked, language=language)


def tell(language: str, key: str, **values: object) -> str:
    """Say one sentence of these commands."""
    return say(language, "study", key, **values)


def print_pair(pair: "ExplainedPair", language: str, indent: str = "") -> None:
    """Print all evidence on two stores, for and against."""
    bits = say(language, "report", "bits")
    for evidence in pair.evidence:
        click.echo(f"{indent}{evidence.bits:+7.2f} {bits}  {evidence.because}")
        click.echo(f"{indent}              {evidence.left}  |  {evidence.right}")
    if not pair.evidence:
        click.echo(f"{indent}{tell(language, 'no_evidence')}")


def verdict(pair: "ExplainedPair", language: str) -> str:
    """Say in one line what a pair comes to."""
    if pair.judged:
        return tell(language, "judged", left=pair.left, right=pair.right)
    weak = pair.weak and pair.odds_bits >= 0
    return tell(
        language,
        "weak" if weak else "comes_to",
        left=pair.left,
        right=pair.right,
        bits=f"{pair.bits:+.2f}",
        probability=f"{pair.probability:.4f}",
    )
