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
        storekin appeal new told/case-0001.en.json my-appeal
        storekin appeal ground my-appeal E1 disputed "It is our agent's."
        storekin appeal add my-appeal invoice.pdf --kind purchase_invoices
        storekin appeal check my-appeal --portfolio my-portfolio
        storekin appeal answer my-appeal corrections "Two listings were ended."
        storekin appeal pack my-appeal my-appeal.zip
        storekin appeal submit case-0001 my-appeal --as ann:seller
        storekin case move case-0001 take_up_appeal --as lee:lead
        storekin appeal rule case-0001 overturned answers.json
            --reason "Two families." --not-same --as lee:lead
    """


@appeal.command()
@click.argument("statement", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--path", default="", help="Which of the policy's paths, if any.")
def new(statement: Path, folder: Path, path: str) -> None:
    """Begin an appeal in FOLDER against what STATEMENT (its JSON file) tells."""
    from storekin.workflows.appeals import new_appeal

    draft = new_appeal(statement, folder, path)
    asked = ", ".join(draft["appeal"].get("documents") or ())
    ids = ", ".join(one["id"] for one in draft["evidence"] if one["relied_on"])
    click.echo(f"{folder}: {draft['case']}, {draft['store']}\n{ids}\n{asked}")


@appeal.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("evidence")
@click.argument("ground", type=click.Choice(["disputed", "corrected", "accepted"]))
@click.argument("text")
def ground(folder: Path, evidence: str, ground: str, text: str) -> None:
    """Say of one piece of EVIDENCE, by its id, that it is GROUND, and why."""
    from storekin.workflows.appeals import load_draft, save_draft, set_ground

    draft = load_draft(folder)
    set_ground(draft, evidence, ground, text)
    save_draft(folder, draft)
    click.echo(f"{evidence}: {ground}")


@appeal.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", required=True, help="What it is, such as purchase_invoices.")
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Its day, if you say it."
)
@click.option(
    "--fields",
    type=click.Path(path_type=Path),
    help="A JSON file with what you read of it: number, date, buyer, total, lines.",
)
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True
)
def add(
    folder: Path,
    file: Path,
    kind: str,
    day: Any,  # noqa: ANN401 - a datetime of click's
    fields: Path | None,
    language: str,
) -> None:
    """Add FILE as an exhibit; what software can read of it is read, and kept.

    Scans are read with storekin[ocr]. What cannot be read, or was read wrongly, you
    type into a JSON file: --fields.
    """
    from storekin.wording.catalog import say
    from storekin.workflows.appeals import add_exhibit

    day = day.date() if day else None
    draft, reading = add_exhibit(folder, file, kind, day, fields)
    added = draft["exhibits"][-1]
    read = added["fields"]
    told = [f"{n}: {read[n]}" for n in ("number", "date", "total") if read.get(n)]
    click.echo(f"{added['number']}. {added['name']} ({kind}) {', '.join(told)}".strip())
    if fields is not None:
        return
    if reading.invoice is not None:
        click.echo(say(language, "document", f"how_{reading.invoice.how}"))
    for note in reading.notes:
        click.echo(note.in_words(language))


@appeal.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--portfolio",
    type=click.Path(path_type=Path),
    help="Your own records: whose company it is, and what was listed when.",
)
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def check(
    folder: Path, portfolio: Path | None, language: str, *, machine_readable: bool
) -> None:
    """Say of each thing that is asked for whether it is missing, weak or good, and why.

    Leaves with 4 where something is missing or weak.
    """
    import sys

    from storekin.casework import Appeal
    from storekin.surfaces.cli.render import print_json
    from storekin.wording.catalog import say

    found = Appeal(folder).check(portfolio, language=language)
    if machine_readable:
        print_json(found.as_json())
    else:
        for item in found.items:
            known = item.name in ("grounds", "path")
            section = "readiness" if known else "policy_word"
            title = say(language, section, item.name)
            standing = say(language, "readiness", item.standing)
            click.echo(f"{standing}  {title}")
            for sentence in item.because:
                click.echo(f"    {sentence}")
    sys.exit(0 if found.is_ready else 4)


@appeal.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("part")
@click.argument("text")
def answer(folder: Path, part: str, text: str) -> None:
    """Say PART of the letter in your own words (TEXT), or signed_by with your name.

    Parts: root_cause, operations_done, corrections, prevention,
    explanation_of_shared_data, business_reason.
    """
    from storekin.workflows.appeals import answer_part, load_draft, save_draft

    draft = load_draft(folder)
    answer_part(draft, part, text)
    save_draft(folder, draft)
    click.echo(part)


@appeal.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write it there as text and DOCX; without it, it is printed.",
)
def letter(folder: Path, language: str, out: Path | None) -> None:
    """Write the letter: from what you said and your exhibits, and nothing else.

    What is not answered yet blocks it, and is named.
    """
    from storekin.casework import Appeal

    draft = Appeal(folder)
    if out is None:
        click.echo(draft.letter(language=language).as_text())
        return
    for path in draft.write_letter(out, language=language):
        click.echo(str(path))


@appeal.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True
)
def pack(folder: Path, out: Path, language: str) -> None:
    """Put the letter, the numbered exhibits, an index and the draft into OUT."""
    from storekin.casework import Appeal

    for name in Appeal(folder).pack(out, language=language):
        click.echo(name)


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
    """Appeal against the decision of CASE that the seller was told last.

    GROUNDS is the folder of `appeal new`, with its exhibits, or a JSON file.
    """
    from storekin.wiring import case_folder
    from storekin.workflows.appeals import exhibit_files, load_draft
    from storekin.workflows.cases import submit_appeal

    files = [(file, file.name, "exhibit") for file in exhibits]
    if grounds.is_dir():
        draft = load_draft(grounds)
        told: object = draft["grounds"]
        path = path or str(draft["path"])
        files = [*exhibit_files(grounds, draft), *files]
    else:
        told = _read(grounds)
    changed = submit_appeal(
        case_folder(folder), name, told, by, path=path, exhibits=files
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
    from storekin.workflows.cases import rule_on

    changed = rule_on(
        case_folder(folder),
        name,
        ruling,
        _read(answers),
        by,
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
