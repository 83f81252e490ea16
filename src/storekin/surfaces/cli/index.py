"""``storekin index``."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from storekin.workflows.portfolio_index import PortfolioIndex


@click.command()
@click.argument("portfolio", type=click.Path(path_type=Path))
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def index(portfolio: Path, *, machine_readable: bool) -> None:
    r"""Index PORTFOLIO once, so that drafts are checked against it in a moment.

    The index lies in a hidden folder beside the portfolio, and is made anew when a file
    changes. storekin check makes it by itself where there is none.

    \b
    Example:
        storekin index my-portfolio
    """
    from storekin.surfaces.cli.render import print_json

    found = indexed(portfolio, quiet=machine_readable)
    told = {
        name: found.about[name]
        for name in ("stores", "registrations", "listings", "rejected")
    }
    if machine_readable:
        print_json({**told, "place": str(found.place)})
        return
    click.echo(
        f"{told['stores']:,} stores, {told['registrations']:,} registrations and"
        f" {told['listings']:,} listings: {found.place}"
    )
    if told["rejected"]:
        click.echo(
            f"{told['rejected']:,} rows or values could not be used; `storekin scan`"
            " names each of them."
        )


def indexed(portfolio: Path, *, quiet: bool) -> "PortfolioIndex":
    """Open a portfolio's index; make it where there is none, or a file has changed."""
    from storekin.workflows.portfolio_index import build_index, open_index

    found = open_index(portfolio)
    if found is not None:
        return found
    from storekin.kernels.compiled import INDEXES, LISTINGS, REGISTRATIONS, prepare
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.wiring import open_portfolio

    gc.enable()
    prepare(INDEXES, LISTINGS, REGISTRATIONS, announce=announce)
    with shown_progress(quiet=quiet) as progress:
        records = open_portfolio(portfolio, progress.step)
        return build_index(portfolio, records, progress)
