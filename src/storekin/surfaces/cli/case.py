"""``storekin case``."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from storekin.cases.case import Case
    from storekin.cases.events import Actor

Command = TypeVar("Command", bound=Callable[..., Any])


def _actor(context: click.Context, option: click.Parameter, text: str) -> "Actor":
    del context, option
    from storekin.cases.moves import actor_of
    from storekin.errors import InvalidRecordError

    try:
        return actor_of(text)
    except InvalidRecordError as problem:
        raise click.BadParameter(f"{problem.problem}: {problem.fix}") from problem


def shared(command: Command) -> Command:
    """Add the options that all commands on cases have."""
    for option in (
        click.option(
            "--json", "machine_readable", is_flag=True, help="Print one JSON object."
        ),
        click.option(
            "--language",
            type=click.Choice(["en", "zh"]),
            default="en",
            show_default=True,
        ),
        click.option(
            "--cases",
            "folder",
            type=click.Path(path_type=Path, file_okay=False),
            default=Path("cases"),
            show_default=True,
            help="The folder of cases.",
        ),
    ):
        command = option(command)
    return command


def acting(command: Command) -> Command:
    """Add who acts, to commands that change a case."""
    return click.option(
        "--as",
        "by",
        required=True,
        callback=_actor,
        metavar="NAME:ROLE",
        help="Who acts, in which role: analyst, reviewer, lead, seller.",
    )(command)


@click.group()
def case() -> None:
    r"""Work on cases: a person decides, tells the seller, and hears the appeal.

    A case is a folder of events, each with the digest of the one before. Nothing in
    it is ever changed; `case verify` proves it.

    \b
    Example:
        storekin scan my-portfolio --out report
        storekin case open report shop-a shop-b --as kim:reviewer
        storekin case move case-0001 take_up --as kim:reviewer
        storekin case decide case-0001 associated close_store
            --reason "One identity card, one phone." --as kim:reviewer
        storekin case move case-0001 confirm --as lee:lead
        storekin case notify case-0001 --out statement --as kim:reviewer
    """


@case.command("open")
@click.argument("report", type=click.Path(path_type=Path))
@click.argument("left")
@click.argument("right")
@click.option("--effect", default="", help="Which association, where there are two.")
@click.option("--policy", default="", help="The file of a policy of your own.")
@click.option(
    "--after-notice",
    is_flag=True,
    help="Somebody reported it; the seller is told so, and not who.",
)
@acting
@shared
def open_(
    report: Path,
    left: str,
    right: str,
    effect: str,
    policy: str,
    by: "Actor",
    folder: Path,
    language: str,
    *,
    after_notice: bool,
    machine_readable: bool,
) -> None:
    """Open a case on the association of stores LEFT and RIGHT in REPORT.

    It is about the later of the two; where the report does not tell which that is,
    about RIGHT. REPORT is the folder that `scan` wrote, or what `check registration
    --json` printed: a registration that was refused can be appealed, too.
    """
    from storekin.surfaces.cli.render import print_json
    from storekin.surfaces.cli.render_cases import case_json
    from storekin.wiring import case_folder
    from storekin.wording.catalog import say
    from storekin.workflows.cases import now, open_case

    name, opened = open_case(
        case_folder(folder),
        report,
        left,
        right,
        by,
        at=now(),
        effect=effect,
        policy=policy,
        after_notice=after_notice,
    )
    if machine_readable:
        print_json(case_json(name, opened, now()))
        return
    told = opened.opened
    click.echo(
        say(
            language,
            "case",
            "opened",
            case=name,
            left=told["left"],
            right=told["right"],
            effect=say(language, "effect", told["effect"]),
            store=told["store"],
        )
    )


@case.command("list")
@shared
def list_(folder: Path, language: str, *, machine_readable: bool) -> None:
    """List the cases, the most urgent first."""
    from storekin.surfaces.cli.render import print_json
    from storekin.surfaces.cli.render_cases import case_json, print_list
    from storekin.wiring import case_folder
    from storekin.workflows.cases import now, read_all

    found = read_all(case_folder(folder), now())
    if machine_readable:
        print_json({"cases": [case_json(name, one, now()) for name, one in found]})
        return
    print_list(found, folder, now(), language)


@case.command()
@click.argument("name", metavar="CASE")
@click.option("--seller", is_flag=True, help="Show what the seller may read of it.")
@shared
def show(
    name: str, folder: Path, language: str, *, seller: bool, machine_readable: bool
) -> None:
    """Show a case: what was found, decided and said, what runs, what may come next."""
    from storekin.cases.case import read_case
    from storekin.cases.seller_view import view_for_seller
    from storekin.surfaces.cli.render import print_json
    from storekin.surfaces.cli.render_cases import (
        case_json,
        print_case,
        print_view,
        view_json,
    )
    from storekin.wiring import case_folder, one_picture
    from storekin.workflows.cases import also_given, now

    cases = case_folder(folder)
    found = read_case(cases.load(name), name)
    if seller:
        view = view_for_seller(found, name)
        if machine_readable:
            print_json(view_json(view))
        else:
            print_view(view, language)
        return
    elsewhere = also_given(cases, name, found, one_picture)
    if machine_readable:
        print_json({**case_json(name, found, now()), "also_given": elsewhere})
        return
    print_case(name, found, now(), language, elsewhere)


@case.command()
@click.argument("name", metavar="CASE")
@click.argument("kind", metavar="MOVE")
@click.option("--reason", default="", help="Why, where the move asks for it.")
@click.option(
    "--item", "items", multiple=True, help="A proof that is asked for; several."
)
@acting
@shared
def move(
    name: str,
    kind: str,
    reason: str,
    items: tuple[str, ...],
    by: "Actor",
    folder: Path,
    language: str,
    *,
    machine_readable: bool,
) -> None:
    r"""Make a MOVE: take_up, ask_for_proof, give_proof, confirm, send_back, close ...

    `case show` names those that a case can make from where it is.

    \b
    Example:
        storekin case move case-0001 ask_for_proof --item "purchase invoices"
            --as kim:reviewer
    """
    from storekin.wiring import case_folder
    from storekin.workflows.cases import move_case

    data: dict[str, object] = {}
    if reason:
        data["reason"] = reason
    if items:
        data["items"] = list(items)
    changed = move_case(case_folder(folder), name, kind, by, data=data)
    tell(name, changed, language, machine_readable=machine_readable)


@case.command()
@click.argument("name", metavar="CASE")
@click.argument(
    "finding",
    type=click.Choice(["associated", "associated_and_permitted", "not_associated"]),
)
@click.argument("outcome", default="none")
@click.option("--reason", required=True, help="Why; the seller reads it.")
@click.option(
    "--evidence",
    multiple=True,
    metavar="ID",
    help="What the decision rests on; without it, all that speaks for it.",
)
@click.option(
    "--store",
    "stores",
    multiple=True,
    help="The store that the outcome meets; without it, the one the case is about.",
)
@acting
@shared
def decide(
    name: str,
    finding: str,
    outcome: str,
    reason: str,
    evidence: tuple[str, ...],
    stores: tuple[str, ...],
    by: "Actor",
    folder: Path,
    language: str,
    *,
    machine_readable: bool,
) -> None:
    """Decide a case: a FINDING, and the OUTCOME that follows from it.

    A severe outcome waits until a second person makes the move confirm. Nothing is in
    force before the seller is told.
    """
    from storekin.wiring import case_folder
    from storekin.workflows.cases import decide_case

    changed = decide_case(
        case_folder(folder),
        name,
        finding,
        outcome,
        by,
        reason=reason,
        evidence=evidence,
        stores=stores,
    )
    tell(name, changed, language, machine_readable=machine_readable)


@case.command()
@click.argument("name", metavar="CASE")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the statement there: a page and JSON in each language.",
)
@acting
@shared
def notify(
    name: str,
    out: Path | None,
    by: "Actor",
    folder: Path,
    language: str,
    *,
    machine_readable: bool,
) -> None:
    """Tell the seller of CASE what was decided or ruled, with reasons.

    From then on the decision is in force and the window to appeal runs. The statement
    is kept with the case.
    """
    from storekin.surfaces.cli.render import print_json
    from storekin.surfaces.cli.render_cases import case_json
    from storekin.wiring import case_folder, write_statements
    from storekin.wording.catalog import say
    from storekin.workflows.cases import notify_seller, now

    changed, told = notify_seller(case_folder(folder), name, by)
    files = [] if out is None else write_statements(out, name, changed, told)
    if machine_readable:
        print_json(
            {
                **case_json(name, changed, now()),
                "statement": {one.language: one.as_json() for one in told},
                "files": [str(path) for path in files],
            }
        )
        return
    for one in told:
        if one.language == language:
            click.echo(one.as_text())
    if files:
        names = ", ".join(str(path) for path in files)
        click.echo(say(language, "case", "written", files=names))


@case.command()
@click.argument("name", metavar="CASE")
@click.argument("text")
@click.option(
    "--shared",
    "to_seller",
    is_flag=True,
    help="The seller may read it; without it, private.",
)
@acting
@shared
def note(
    name: str,
    text: str,
    by: "Actor",
    folder: Path,
    language: str,
    *,
    to_seller: bool,
    machine_readable: bool,
) -> None:
    """Write a note into a case: private, or shared with the seller."""
    from storekin.wiring import case_folder
    from storekin.workflows.cases import add_to_case

    data = {"text": text, "private": not to_seller and by.role != "seller"}
    changed = add_to_case(case_folder(folder), name, "note", by, data)
    tell(name, changed, language, machine_readable=machine_readable)


@case.command()
@click.argument("name", metavar="CASE")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", default="", help="What it is, such as purchase_invoices.")
@acting
@shared
def document(
    name: str,
    file: Path,
    kind: str,
    by: "Actor",
    folder: Path,
    language: str,
    *,
    machine_readable: bool,
) -> None:
    """Keep FILE with a case, by the digest of its bytes."""
    from storekin.wiring import case_folder
    from storekin.workflows.cases import add_document

    changed = add_document(case_folder(folder), name, file, by, kind=kind)
    tell(name, changed, language, machine_readable=machine_readable)


@case.command()
@click.argument("name", metavar="[CASE]", required=False)
@shared
def verify(
    name: str | None, folder: Path, language: str, *, machine_readable: bool
) -> None:
    """Prove that no event of a case, or of all, was changed, and no document."""
    from storekin.surfaces.cli.render import print_json
    from storekin.wiring import case_folder
    from storekin.wording.catalog import say

    cases = case_folder(folder)
    found = []
    for one in [name] if name else cases.names():
        events = cases.verify(one)
        kept = sum(1 for event in events if event.kind == "add_document")
        torn = cases.torn(one)
        found.append(
            {
                "case": one,
                "events": len(events),
                "documents": kept,
                "head": events[-1].digest if events else "",
                "torn": torn,
            }
        )
        if not machine_readable:
            click.echo(
                say(
                    language,
                    "case",
                    "verified",
                    case=one,
                    events=len(events),
                    documents=kept,
                )
            )
            if torn:
                click.echo(say(language, "case", "torn", case=one), err=True)
    if machine_readable:
        print_json({"cases": found})


def tell(name: str, changed: "Case", language: str, *, machine_readable: bool) -> None:
    """Print where a case is now."""
    from storekin.cases.moves import load_moves
    from storekin.surfaces.cli.render import print_json
    from storekin.surfaces.cli.render_cases import case_json
    from storekin.wording.catalog import say
    from storekin.workflows.cases import now

    if machine_readable:
        print_json(case_json(name, changed, now()))
        return
    state = load_moves().states[changed.state][1 if language == "zh" else 0]
    click.echo(say(language, "case", "moved", case=name, state=state))
