"""``storekin remedy``."""

from pathlib import Path

import click


@click.command()
@click.argument("portfolio", type=click.Path(path_type=Path))
@click.option(
    "--policy", default="aliexpress", show_default=True, help="A policy, or its file."
)
@click.option(
    "--keep",
    multiple=True,
    metavar="STORE",
    help="A store whose listings stay where that can be helped; several are possible.",
)
@click.option(
    "--values",
    type=click.Path(path_type=Path),
    help="A table with listing and value (such as sales): what ending each one costs.",
)
@click.option(
    "--declared",
    type=click.Path(path_type=Path),
    help="A table with group, store, need: stores disclosed as one seller's.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write remedies.jsonl there, too."
)
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def remedy(
    portfolio: Path,
    policy: str,
    keep: tuple[str, ...],
    values: Path | None,
    declared: Path | None,
    out: Path | None,
    language: str,
    *,
    machine_readable: bool,
) -> None:
    r"""Say for each association of PORTFOLIO what would lawfully end it.

    Of duplicate listings the fewest, or the least valuable, are named whose end leaves
    none; which of each two is kept is yours to choose.

    \b
    Examples:
        storekin remedy my-portfolio
        storekin remedy my-portfolio --keep flagship --values sales.csv --out todo.jsonl
    """
    import json

    from storekin.kernels.compiled import LISTINGS, REGISTRATIONS, prepare
    from storekin.policy.load import find_policies
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_json, print_remedies, write_text
    from storekin.wiring import open_portfolio, read_declarations, read_values
    from storekin.workflows.remedies import find_remedies
    from storekin.workflows.scan import scan_portfolio
    from storekin.workflows.verbs import check_stores

    rules = find_policies(policy)
    told = None if values is None else read_values(values)
    groups = [] if declared is None else read_declarations(declared)
    prepare(LISTINGS, REGISTRATIONS, announce=announce)
    with shown_progress(quiet=machine_readable) as progress:
        records = open_portfolio(portfolio, progress.step)
        check_stores(records, keep)
        result = scan_portfolio(records, rules, declarations=groups, progress=progress)
        found = find_remedies(result, values=told, keep=keep)
    if out is not None:
        lines = [json.dumps(one.as_json(), ensure_ascii=False) + "\n" for one in found]
        write_text("".join(lines), out)
    if machine_readable:
        print_json({"remedies": [one.as_json() for one in found]})
        return
    print_remedies(found, language)
