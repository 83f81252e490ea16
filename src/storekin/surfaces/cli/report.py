"""``storekin report``."""

from pathlib import Path

import click


@click.group()
def report() -> None:
    r"""Give figures.

    \b
    Example:
        storekin report cases cases --out figures.html
    """


@report.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write a page there."
)
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def cases(
    folder: Path, out: Path | None, language: str, *, machine_readable: bool
) -> None:
    """Say of the cases in FOLDER how long they took, and which decisions did not hold.

    By effect and by evidence: where many are overturned, a rule or a weight is wrong.
    """
    from storekin.cases.figures import figures_of
    from storekin.surfaces.cli.render import print_json, write_text
    from storekin.surfaces.cli.render_figures import figure_page, figure_sections
    from storekin.wiring import case_folder
    from storekin.wording.catalog import say
    from storekin.workflows.cases import now, read_all

    found = figures_of([one for _, one in read_all(case_folder(folder), now())], now())
    if not found.cases:
        click.echo(say(language, "case", "none", folder=folder), err=True)
    if out is not None:
        write_text(figure_page(found, language), out)
    if machine_readable:
        print_json(found.as_json())
        return
    for heading, lines in figure_sections(found, language):
        click.echo(heading)
        for line in lines:
            click.echo(f"  {line}")
