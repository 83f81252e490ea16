"""``storekin network``."""

from pathlib import Path

import click

from storekin.surfaces.cli.study import opened_study, study_options, tell, verdict


@click.command()
@study_options
@click.argument("store")
@click.option("--steps", type=click.IntRange(1, 10), default=1, show_default=True)
@click.option(
    "--most", type=click.IntRange(2, 1000), default=50, show_default=True,
    help="Stores that are shown; the likeliest first.",
)  # fmt: skip
def network(
    records: Path,
    judgements: Path | None,
    language: str,
    store: str,
    steps: int,
    most: int,
    *,
    unmasked: bool,
    machine_readable: bool,
) -> None:
    r"""Show the stores around STORE, and the likely pairs among them.

    \b
    Example:
        storekin network registrations.csv fern-textile --steps 2
    """
    from storekin.surfaces.cli.render import print_json

    with opened_study(
        records,
        judgements,
        unmasked=unmasked,
        quiet=machine_readable,
        language=language,
    ) as study:
        found = study.network(store, steps, most)
    if machine_readable:
        print_json(found.as_json())
        return
    for name, step in found.steps.items():
        if step:
            key = "one_step" if step == 1 else "steps"
            click.echo(tell(language, key, store=name, steps=step))
    for pair in found.pairs:
        click.echo(verdict(pair, language))
        if pair.evidence:
            click.echo(f"   {pair.evidence[0].because}")
    if len(found.steps) == 1:
        click.echo(tell(language, "alone", store=store))
    if found.left_out:
        click.echo(tell(language, "more", count=found.left_out))
