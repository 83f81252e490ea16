"""``storekin explain``."""

from pathlib import Path

import click


@click.command()
@click.argument("portfolio", type=click.Path(path_type=Path))
@click.argument("left")
@click.argument("right")
@click.option(
    "--policy", default="aliexpress", show_default=True, help="A policy, or its file."
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
@click.option("--unmasked", is_flag=True, help="Show personal identifiers in full.")
def explain(
    portfolio: Path,
    left: str,
    right: str,
    policy: str,
    *,
    machine_readable: bool,
    unmasked: bool,
) -> None:
    r"""Say why stores LEFT and RIGHT of PORTFOLIO are, or are not, associated.

    \b
    Example:
        storekin explain my-portfolio fern-textile fjord-textile
    """
    from storekin.api import load_policy
    from storekin.kernels.compiled import LISTINGS, REGISTRATIONS, prepare
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_explanation, print_json
    from storekin.wiring import open_portfolio
    from storekin.workflows.explain import explain_pair

    rules = load_policy(policy)
    prepare(LISTINGS, REGISTRATIONS, announce=announce)
    with shown_progress(quiet=machine_readable) as progress:
        explanation = explain_pair(
            open_portfolio(portfolio, progress.step),
            rules,
            left,
            right,
            masked=not unmasked,
            progress=progress,
        )
    if machine_readable:
        print_json(explanation.as_json())
    else:
        print_explanation(explanation)
