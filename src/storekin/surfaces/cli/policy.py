"""``storekin policy``."""

from pathlib import Path

import click


@click.group()
def policy() -> None:
    """List and check policies."""


@policy.command("list")
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def list_policies(*, machine_readable: bool) -> None:
    """Name the policies that come with storekin."""
    from storekin.policy.load import find_policy, shipped_policies
    from storekin.surfaces.cli.render import print_json

    packs = [find_policy(name) for name in shipped_policies()]
    if machine_readable:
        print_json({"policies": [{"name": p.name, "title": p.title} for p in packs]})
        return
    for pack in packs:
        click.echo(f"{pack.name}  {pack.title}")


@policy.command("lint")
@click.argument("file", type=click.Path(path_type=Path))
def lint(file: Path) -> None:
    r"""Check a policy file and name all its faults at once.

    \b
    Example:
        storekin policy lint my-rules.toml
    """
    from storekin.policy.load import load_policy

    pack = load_policy(file)
    click.echo(f"{pack.name}: no fault found ({len(pack.signals)} signals).")
