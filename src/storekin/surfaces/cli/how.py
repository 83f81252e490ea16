"""``storekin how``."""

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
@click.argument("store")
def how(
    records: Path,
    judgements: Path | None,
    language: str,
    store: str,
    *,
    unmasked: bool,
    machine_readable: bool,
) -> None:
    r"""Replay how the group of STORE was made, step by step, the strongest first.

    \b
    Example:
        storekin how registrations.csv fern-textile
    """
    from storekin.surfaces.cli.render import print_json

    with opened_study(
        records,
        judgements,
        unmasked=unmasked,
        quiet=machine_readable,
        language=language,
    ) as study:
        steps = study.how(store)
    if machine_readable:
        print_json({"store": store, "steps": [step.as_json() for step in steps]})
        return
    if not steps:
        click.echo(tell(language, "no_group", store=store))
    for step in steps:
        left, right = ", ".join(step.left_stores), ", ".join(step.right_stores)
        click.echo(f"{step.number}. {left}  +  {right}")
        click.echo(f"   {verdict(step.by, language)}")
        print_pair(step.by, language, "   ")
