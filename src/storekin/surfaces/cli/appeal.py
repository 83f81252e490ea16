"""``storekin appeal``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storekin.surfaces.cli.case import acting, shared, tell

if TYPE_CHECKING:
    from storekin.cases.events import Actor


@click.group()
def appeal() -> None:
    r"""Answer a decision piece by piece, and rule on the answer.

    GROUNDS is a JSON file: a list of objects with evidence (the id that the statement
    of reasons gives), ground (disputed, corrected or accepted) and text. ANSWERS is an
    object that answers each by its evidence's id.

    \b
    Example:
        storekin appeal submit case-0001 grounds.json --as ann:seller
        storekin case move case-0001 take_up_appeal --as lee:lead
        storekin appeal rule case-0001 overturned answers.json
            --reason "Two families." --not-same --as lee:lead
    """


@appeal.command()
@click.argument("name", metavar="CASE")
@click.argument("grounds", type=click.Path(path_type=Path))
@click.option("--path", default="", help="Which of the policy's paths, if any.")
@click.option(
    "--exhibit",
    "exhibits",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file that proves something; several are possible.",
)
@acting
@shared
def submit(
    name: str,
    grounds: Path,
    path: str,
    exhibits: tuple[Path, ...],
    by: "Actor",
    folder: Path,
    language: str,
    *,
    machine_readable: bool,
) -> None:
    """Appeal against the decision of CASE that the seller was told last."""
    from storekin.wiring import case_folder
    from storekin.workflows.cases import now, submit_appeal

    changed = submit_appeal(
        case_folder(folder),
        name,
        _read(grounds),
        by,
        at=now(),
        path=path,
        exhibits=exhibits,
    )
    tell(name, changed, language, machine_readable=machine_readable)


@appeal.command()
@click.argument("name", metavar="CASE")
@click.argument("ruling", type=click.Choice(["upheld", "partly", "overturned"]))
@click.argument("answers", type=click.Path(path_type=Path))
@click.option("--reason", required=True, help="Why; the seller reads it.")
@click.option(
    "--keep",
    multiple=True,
    metavar="STORE=OUTCOME",
    help="What stays in force where the decision is upheld in part.",
)
@click.option(
    "--not-same",
    is_flag=True,
    help="The two stores are not one seller's: no later scan associates them.",
)
@acting
@shared
def rule(
    name: str,
    ruling: str,
    answers: Path,
    reason: str,
    keep: tuple[str, ...],
    by: "Actor",
    folder: Path,
    language: str,
    *,
    not_same: bool,
    machine_readable: bool,
) -> None:
    """Rule on the appeal of CASE; nobody does who took the decision.

    With --not-same a judgement that binds is written to judgements.jsonl beside the
    cases: give it to `storekin scan --apart`.
    """
    from storekin.wiring import case_folder, write_ruling
    from storekin.workflows.cases import now, rule_on

    changed = rule_on(
        case_folder(folder),
        name,
        ruling,
        _read(answers),
        by,
        at=now(),
        reason=reason,
        keep=[_measure(text) for text in keep],
        not_same=not_same,
    )
    if not_same:
        write_ruling(folder / "judgements.jsonl", name, changed, by.name)
    tell(name, changed, language, machine_readable=machine_readable)


def _measure(text: str) -> tuple[str, str]:
    store, _, outcome = text.partition("=")
    if not store or not outcome:
        raise click.BadParameter(f"--keep {text!r}: write it as STORE=OUTCOME")
    return store, outcome


def _read(path: Path) -> Any:  # noqa: ANN401 - checked by the move
    from storekin.errors import UnreadableFileError

    try:
        return json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as problem:
        raise UnreadableFileError(
            f"{path}: this is no JSON file ({problem})", "see storekin appeal --help"
        ) from problem
