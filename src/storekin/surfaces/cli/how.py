"""``storekin how``."""

from pathlib import Path

import click

from storekin.surfaces.cli.study import (
    opened_study,
    print_pair,
    study_options,
    verdict,
)


@click.command()
@study_options
@click.argument("store")
def how(
    records: Path,
    judgements: Path | None,
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
        records, judgements, unmasked=unmasked, quiet=machine_readable
    ) as study:
        steps = study.how(store)
    if machine_readable:
        print_json({"store": store, "steps": [step.as_json() for step in steps]})
        return
    if not steps:
        click.echo(f"{store} is in no group: no other store has likely its seller.")
    for step in steps:
        left, right = ", ".join(step.left_stores), ", ".join(step.right_stores)
        click.echo(f"{step.number}. {left}  +  {right}")
        click.echo(f"   {verdict(step.by)}")
        print_pair(step.by, "   ")
