"""``storekin check``."""

import gc
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from storekin.records.portfolio import Portfolio
    from storekin.workflows.check.answers import Checked
    from storekin.workflows.check.registrations import Asking
    from storekin.workflows.portfolio_index import PortfolioIndex


@click.group()
def check() -> None:
    """Check a draft before it goes live: allow, review or refuse, and why.

    Exit codes: 0 all are allowed, 3 some are refused, 4 some are to be reviewed, 2 an
    error that you can put right.
    """
    _travel_light()


def _travel_light() -> None:
    """Leave at home what a process of one second does not need.

    There is nothing to collect, and looking for it takes a tenth of the time; SciPy and
    pandas would be loaded where they are installed, by libraries that ask for them, and
    nothing here does.
    """
    gc.disable()
    sys.meta_path.insert(0, _Absent())


class _Absent:
    """Says of some libraries that they are not installed."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse a library that is left at home; others are found by who comes next."""
        del path, target
        if name in ("scipy", "pandas"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that both kinds of drafts have."""
    for option in (
        click.option(
            "--json",
            "machine_readable",
            is_flag=True,
            help="Print one JSON object a draft, each on a line.",
        ),
        click.option(
            "--language",
            type=click.Choice(["en", "zh"]),
            default="en",
            show_default=True,
            help="English or 简体中文.",
        ),
        click.option(
            "--declared",
            type=click.Path(path_type=Path),
            help="A table with group, store, need: stores disclosed as one seller's.",
        ),
        click.option(
            "--view",
            type=click.Choice(["owner", "seller"]),
            default="owner",
            show_default=True,
            help="owner: all stores are yours; seller: what a stranger may be told.",
        ),
        click.option(
            "--policy",
            default="aliexpress",
            show_default=True,
            help="A policy, one with laws (ebay+eu), a file, or a folder of versions.",
        ),
        click.option(
            "--against",
            type=click.Path(path_type=Path),
            required=True,
            help="The portfolio of all known stores.",
        ),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@check.command("registration")
@_options
def registration(file: Path, **options: Any) -> None:  # noqa: ANN401 - click's options
    r"""Check the draft registrations of FILE against a portfolio.

    FILE has the columns of registrations; store is the draft's own name.

    \b
    Example:
        storekin check registration draft.csv --against my-portfolio
    """
    from storekin.wiring import read_records, typed_records
    from storekin.workflows.check.drafts import draft_registrations

    raw = read_records(file)
    typed = typed_records(raw, "registrations", "store", file.parent)
    order = raw.table["store"].to_pylist() if "store" in raw.table.column_names else []
    drafts = draft_registrations(typed.registrations, order)

    def answers(index: "PortfolioIndex", asking: "Asking") -> "Iterable[Checked]":
        from storekin.workflows.check.registrations import check_registrations

        return check_registrations(drafts, index, asking)

    _run(answers, typed, len(drafts), **options)


@check.command("listing")
@_options
def listing(file: Path, **options: Any) -> None:  # noqa: ANN401 - click's options
    r"""Check the draft listings of FILE against a portfolio.

    FILE has the columns of listings; listing is the draft's own name, and store the
    store that it is meant for. Local pictures lie beside FILE.

    \b
    Example:
        storekin check listing new-products.csv --against my-portfolio --json
    """
    from storekin.wiring import read_records, typed_records
    from storekin.workflows.check.drafts import draft_listings

    raw = read_records(file)
    typed = typed_records(raw, "listings", "listing", file.parent)
    named = "listing" in raw.table.column_names
    order = raw.table["listing"].to_pylist() if named else []
    drafts = draft_listings(typed.listings, file.parent, order)

    def answers(index: "PortfolioIndex", asking: "Asking") -> "Iterable[Checked]":
        from storekin.workflows.check.listings import check_listings

        return check_listings(drafts, index, asking)

    _run(answers, typed, len(drafts), **options)


def _run(
    answers: "Callable[[PortfolioIndex, Asking], Iterable[Checked]]",
    typed: "Portfolio",
    count: int,
    *,
    against: Path,
    policy: str,
    view: str,
    declared: Path | None,
    language: str,
    machine_readable: bool,
) -> None:
    """Open or make the index, check each draft, print it, and leave with the code."""
    from datetime import UTC, datetime

    from storekin.errors import EmptyPortfolioError
    from storekin.policy.facts import day_number
    from storekin.policy.load import find_policies
    from storekin.surfaces.cli.index import indexed
    from storekin.wiring import read_declarations
    from storekin.workflows.check.answers import EXIT_CODES, exit_code
    from storekin.workflows.check.registrations import Asking

    versions = find_policies(policy)
    groups = [] if declared is None else read_declarations(declared)
    if not count:
        where = ", ".join(typed.files)
        raise EmptyPortfolioError(
            f"{where}: no draft can be used", "give a header and at least one row"
        )
    index = indexed(against, quiet=machine_readable)
    today = datetime.now(tz=UTC).date()
    held = [one for one in groups if one.holds_on(today)]
    asking = Asking(versions, view == "seller", language, day_number(today), held)
    found = []
    for checked in answers(index, asking):
        found.append(checked)
        if machine_readable:
            click.echo(json.dumps(checked.as_json(), ensure_ascii=False))
        else:
            _print(checked, language)
    code = exit_code(found)
    for rejection in typed.rejections:
        # what could not be read is not allowed unseen
        code = code or EXIT_CODES["review"]
        click.echo(
            f"{rejection.place}: {rejection.problem}; {rejection.fix}",
            err=True,
        )
    for note in typed.notes:
        click.echo(f"Note: {note}", err=True)
    sys.exit(code)


def _print(checked: "Checked", language: str) -> None:
    from storekin.wording.catalog import say
    from storekin.workflows.check.answers import OwnReason, allowed_words

    answer = say(language, "check", f"answer_{checked.answer}")
    click.echo(f"{checked.name}: {answer}")
    if checked.answer == "allow" and not checked.reasons:
        click.echo(f"  {allowed_words(language)}")
    left_out = say(language, "check", "left_out")
    for problem in checked.unread:
        click.echo(f"  {left_out}: {problem}")
    for reason in checked.reasons:
        where = ""
        if isinstance(reason, OwnReason):
            where = f" [{reason.store}{' ' + reason.listing if reason.listing else ''}]"
        click.echo(f"  {reason.field} {reason.value}: {reason.because}{where}")
        sources = "; ".join(reason.source)
        confidence = say(language, "report", "confidence")
        level = say(language, "confidence", reason.confidence)
        click.echo(f"    {reason.rule}")
        told = say(language, "check", "source")
        click.echo(f"    {told}: {sources} ({confidence}: {level})")
    for remedy in checked.remedies:
        click.echo(f"  → {remedy}")
