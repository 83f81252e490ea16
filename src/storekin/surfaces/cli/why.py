"""``storekin why``."""

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
def why(
    records: Path,
    judgements: Path | None,
    language: str,
    left: str,
    right: str,
    *,
    unmasked: bool,
    machine_readable: bool,
) -> None:
    r"""Say what the registrations of LEFT and RIGHT say of one another.

    RECORDS is a portfolio's folder, or a table of registrations. No policy is asked:
    storekin explain does that.

    \b
    Example:
        storekin why registrations.csv fern-textile fjord-textile
    """
    from storekin.surfaces.cli.render import print_json

    with opened_study(
        records,
        judgements,
        unmasked=unmasked,
        quiet=machine_readable,
        language=language,
        pair=(left, right),
    ) as study:
        pair = study.why(left, right)
        chain = study.path(left, right)
    if machine_readable:
        steps = None if chain is None else [step.as_json() for step in chain]
        print_json({**pair.as_json(), "path": steps})
        return
    print_pair(pair, language)
    click.echo(verdict(pair, language))
    if chain is not None and len(chain) > 1:
        names = " - ".join([left, *_along(left, [(s.left, s.right) for s in chain])])
        click.echo(tell(language, "chain", names=names))


def _along(start: str, pairs: list[tuple[str, str]]) -> list[str]:
    names = [start]
    for one, other in pairs:
        names.append(other if one == names[-1] else one)
    return names[1:]
