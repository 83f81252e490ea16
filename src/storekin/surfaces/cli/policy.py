"""``storekin policy``."""

from pathlib import Path

import click

_LANGUAGE = click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="English or 简体中文.",
)
_JSON = click.option(
    "--json", "machine_readable", is_flag=True, help="Print one JSON object."
)
_NAME = "A name such as ebay, one with laws such as ebay+eu, or a file."


@click.group()
def policy() -> None:
    """List, read, check, compare, try and begin policies."""


@policy.command("list")
@_JSON
def list_policies(*, machine_readable: bool) -> None:
    """Name the policies that come with storekin, and the laws to stack on them."""
    from storekin.policy.load import (
        find_policy,
        find_profile,
        shipped_policies,
        shipped_profiles,
    )
    from storekin.surfaces.cli.render import print_json

    packs = [find_policy(name) for name in shipped_policies()]
    laws = [find_profile(name) for name in shipped_profiles()]
    if machine_readable:
        print_json(
            {
                "policies": [
                    {
                        "name": p.name,
                        "id": p.id,
                        "version": p.version,
                        "platform": p.platform,
                        "effective_on": p.effective_on.isoformat(),
                        "based_on": p.based_on or None,
                        "title": p.title,
                        "title_zh": p.title_zh,
                        "digest": p.digest,
                    }
                    for p in packs
                ],
                "profiles": [
                    {"name": p.name, "id": p.id, "title": p.title} for p in laws
                ],
            }
        )
        return
    for pack in packs:
        click.echo(f"{pack.name:26} {pack.title}")
    click.echo("\nLaws that stack on a policy, as in aliexpress+eu:")
    for law in laws:
        click.echo(f"{law.name:26} {law.title}")


@policy.command("show")
@click.argument("name")
@_LANGUAGE
@_JSON
def show(name: str, language: str, *, machine_readable: bool) -> None:
    r"""Write a policy out as a page: every rule with its source and confidence.

    NAME is a policy such as ebay, one with laws such as ebay+eu, a law such as
    eu, or a file.

    \b
    Examples:
        storekin policy show amazon+eu
        storekin policy show my-rules.toml --language zh > my-rules.md
    """
    from storekin.policy.load import find_policy_or_law
    from storekin.policy.show import policy_as_json, show_policy
    from storekin.surfaces.cli.render import print_json

    pack = find_policy_or_law(name)
    if machine_readable:
        print_json(policy_as_json(pack))
        return
    click.echo(show_policy(pack, language), nl=False)


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
    rules = len(pack.signals) + len(pack.statements) + len(pack.duties)
    click.echo(f"{pack.name}: no fault found ({rules} rules).")


@policy.command("diff")
@click.argument("old")
@click.argument("new")
@_LANGUAGE
@_JSON
def diff(old: str, new: str, language: str, *, machine_readable: bool) -> None:
    r"""Say in plain sentences what policy NEW says otherwise than OLD.

    What can change a decision comes first; words, sources and dates follow.

    \b
    Example:
        storekin policy diff aliexpress aliexpress-mild
    """
    from storekin.policy.diff import compare_policies
    from storekin.policy.load import find_policy_or_law
    from storekin.surfaces.cli.render import print_json
    from storekin.wording.catalog import say

    before, after = find_policy_or_law(old), find_policy_or_law(new)
    changes = compare_policies(before, after)
    if machine_readable:
        print_json(
            {
                "old": before.name,
                "new": after.name,
                "changes": [change.as_json() for change in changes],
            }
        )
        return
    click.echo(f"{before.name} → {after.name}")
    if not changes:
        click.echo(say(language, "diff", "same"))
    for change in changes:
        if change.decides:
            click.echo(f"  {change.sentence[language]}")
    saying = [change for change in changes if not change.decides]
    if saying:
        click.echo(say(language, "diff", "words"))
    for change in saying:
        click.echo(f"  {change.sentence[language]}")


@policy.command("replay")
@click.argument("old")
@click.argument("new")
@click.argument("place", type=click.Path(path_type=Path))
@click.option("--most", default=20, show_default=True, help="Changed pairs to print.")
@_LANGUAGE
@_JSON
def replay(
    old: str,
    new: str,
    place: Path,
    most: int,
    language: str,
    *,
    machine_readable: bool,
) -> None:
    r"""Try policy NEW beside OLD: which stores would have another outcome, and why.

    PLACE is a portfolio, or the folder of a scan's results, whose stored decisions are
    taken again without comparing anything anew.

    \b
    Examples:
        storekin policy replay aliexpress my-rules.toml report
        storekin policy replay aliexpress aliexpress-strict my-portfolio --json
    """
    from storekin.policy.load import find_policy
    from storekin.policy.replay import replay as replay_facts
    from storekin.surfaces.cli.render import print_json
    from storekin.workflows.replay import replay_as_json, stored_facts, tell_replay

    before, after = find_policy(old), find_policy(new)
    facts = stored_facts(place)
    if facts is None:
        from storekin.kernels.compiled import LISTINGS, REGISTRATIONS, prepare
        from storekin.surfaces.cli.progress import announce, shown_progress
        from storekin.wiring import open_portfolio
        from storekin.workflows.scan import compare_portfolio

        prepare(LISTINGS, REGISTRATIONS, announce=announce)
        with shown_progress(quiet=machine_readable) as progress:
            records = open_portfolio(place, progress.step)
            facts = compare_portfolio(records, progress=progress).facts
    found = replay_facts(facts, before, after)
    if machine_readable:
        print_json(replay_as_json(found, facts))
        return
    for line in tell_replay(found, facts, language, most):
        click.echo(line)


@policy.command("new")
@click.argument("name")
@click.option(
    "--based-on",
    default="aliexpress",
    show_default=True,
    help="The policy that it is a variant of.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="The file; NAME.toml by default."
)
def new(name: str, based_on: str, out: Path | None) -> None:
    r"""Begin a policy of your own: a variant that names only what is other.

    \b
    Example:
        storekin policy new my-rules --based-on ebay
    """
    from storekin.policy.begin import begin_policy
    from storekin.policy.load import find_policy, read_policy
    from storekin.surfaces.cli.render import write_new

    text = begin_policy(name, find_policy(based_on))
    place = out or Path(f"{name}.toml")
    read_policy(text.encode(), place.name)
    write_new(text, place)
    click.echo(f"{place}: edit it, then `storekin policy lint {place}`.")
