"""``storekin demo``."""

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--case",
    "walked",
    is_flag=True,
    help="Walk a case on it, too, from the link to its lifting; into FOLDER/case.",
)
def demo(folder: Path, *, walked: bool) -> None:
    r"""Write an example portfolio of fourteen made-up stores into FOLDER.

    With --case the example is scanned, and two stores that sell the same products are
    walked through a case: decided, told with reasons, appealed with invoices, corrected
    and lifted. All of it lies in FOLDER/case: report, cases, statements, appeal.

    \b
    Example:
        storekin demo my-portfolio
        storekin demo my-portfolio --case
    """
    from storekin.workflows.demo.make import make_demo

    if walked:
        from storekin.surfaces.cli.demo_case import refuse_walked

        refuse_walked(folder)
    tables = make_demo(folder)
    click.echo(f"Wrote {folder}: {', '.join(tables)}, images/ and papers/.")
    if not walked:
        click.echo(f"Next: storekin scan {folder} --out report")
        return
    from storekin.surfaces.cli.demo_case import walk_case

    for step in walk_case(folder):
        click.echo(step)
    click.echo(f"Next: storekin case show case-0001 --cases {folder}/case/cases")
