"""``storekin path``."""

from pathlib import Path

import click

from storekin.surfaces.cli.study import (
    opened_study,
    print_pair,
    study_options,
    tell,
    verdict,
)


@click.command()
@study_options
@click.argument("left")
@click.argument("right")
@click.option(
    "--avoid", multiple=True, metavar="STORE", help="A store not to go through."
)
def path(
    records: Path,
    judgements: Path | None,
    language: str,
    left: str,
    right: str,
    avoid: tuple[str, ...],
    *,
    unmasked: bool,
    machine_readable: bool,
) -> None:
    r"""Find the strongest chain of evidence from store LEFT to store RIGHT.

    A chain is as strong as its weakest pair.

    \b
    Example:
        storekin path registrations.csv fern-textile reed-textile --avoid fjord-textile
    """
    from storekin.surfaces.cli.render import print_json

    with opened_study(
        records,
        judgements,
        unmasked=unmasked,
        quiet=machine_readable,
        language=language,
    ) as study:
        chain = study.path(left, right, avoid)
    if machine_readable:
        steps = None if chain is None else [step.as_json() for step in chain]
        print_json({"left": left, "right": right, "path": steps})
        return
    if chain is None:
        click.echo(tell(language, "no_chain", left=left, right=right))
        return
    for number, pair in enumerate(chain, 1):
        click.echo(f"{number}. {verdict(pair, language)}")
        print_pair(pair, language, "   ")
