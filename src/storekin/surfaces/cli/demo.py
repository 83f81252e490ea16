"""``storekin demo``."""

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def demo(folder: Path) -> None:
    r"""Write an example portfolio of fourteen made-up stores into FOLDER.

    \b
    Example:
        storekin demo my-portfolio
    """
    from storekin.workflows.demo.make import make_demo

    tables = make_demo(folder)
    click.echo(f"Wrote {folder}: {', '.join(tables)}, images/ and papers/.")
    click.echo(f"Next: storekin scan {folder} --out report")
