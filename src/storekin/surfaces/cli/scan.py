"""``storekin scan``."""

from pathlib import Path

import click

_DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("portfolio", type=click.Path(path_type=Path))
@click.option(
    "--policy",
    default="aliexpress",
    show_default=True,
    help="A policy, one with laws (ebay+eu), its file, or a folder of its versions.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("storekin-report"),
    show_default=True,
    help="The folder that the results go to; an earlier result is replaced.",
)
@click.option("--json", "machine_readable", is_flag=True, help="Print the summary.")
@click.option("--unmasked", is_flag=True, help="Show personal identifiers in full.")
@click.option(
    "--apart",
    type=click.Path(path_type=Path),
    help="Stores ruled not to be the same: judgements, or a table of left and right.",
)
@click.option(
    "--declared",
    type=click.Path(path_type=Path),
    help="A table with group, store, need: stores disclosed as one seller's.",
)
@click.option("--as-of", type=_DATE, help="Leave out what is dated later.")
def scan(
    portfolio: Path,
    policy: str,
    out: Path,
    apart: Path | None,
    declared: Path | None,
    *,
    machine_readable: bool,
    unmasked: bool,
    as_of: object,
) -> None:
    r"""Say which stores of PORTFOLIO are associated, and why.

    PORTFOLIO is a folder with stores, registrations, listings and access (CSV, JSON
    Lines, Parquet or XLSX), a workbook, or one listings or registrations file.

    \b
    Examples:
        storekin scan my-portfolio --out report
        storekin scan listings.csv --policy my-rules.toml --json
    """
    from datetime import UTC, datetime

    from storekin.kernels.compiled import LISTINGS, REGISTRATIONS, prepare
    from storekin.policy.load import find_policies
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_json, print_scan
    from storekin.wiring import (
        open_portfolio,
        read_declarations,
        read_store_pairs,
    )
    from storekin.workflows.outputs import check_out_folder, write_results
    from storekin.workflows.scan import scan_portfolio

    rules = find_policies(policy)
    check_out_folder(out)
    today = as_of.date() if isinstance(as_of, datetime) else datetime.now(UTC).date()
    held = read_store_pairs(apart, today) if apart is not None else []
    groups = read_declarations(declared) if declared is not None else []
    day = as_of.date().isoformat() if isinstance(as_of, datetime) else None
    prepare(LISTINGS, REGISTRATIONS, announce=announce)
    with shown_progress(quiet=machine_readable) as progress:
        records = open_portfolio(portfolio, progress.step)
        result = scan_portfolio(
            records,
            rules,
            masked=not unmasked,
            as_of=day,
            apart=held,
            declarations=groups,
            progress=progress,
        )
        write_results(result, out, progress.step)
    if machine_readable:
        print_json(result.summary)
    else:
        print_scan(result, out)
