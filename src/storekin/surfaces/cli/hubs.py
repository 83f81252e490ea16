"""``storekin hubs``."""

from pathlib import Path

import click


@click.command()
@click.argument("records", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The register."
)
@click.option(
    "--known",
    type=click.Path(path_type=Path),
    help="A register of before: what was confirmed or denied there stays.",
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def hubs(
    records: Path, out: Path, known: Path | None, *, machine_readable: bool
) -> None:
    r"""List the values that distinct registrants give: an agent's phone, an office.

    RECORDS is a portfolio's folder, or a table of registrations. The register has one
    JSON object a line; values are masked. Set its status to confirmed or denied, and
    its kind (agent, virtual_office, courier, platform, placeholder, shared_account),
    and match registrations takes your word with --hubs. With --earlier groups it
    tells which groups that changes.

    \b
    Example:
        storekin hubs registrations.csv --out hubs.jsonl
    """
    from storekin.kernels.compiled import prepare
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_json, write_text
    from storekin.wiring import open_registrations
    from storekin.workflows.hubs import list_hubs, read_hubs, write_hubs

    before = [] if known is None else read_hubs(known)
    prepare(announce)
    with shown_progress(quiet=machine_readable) as progress:
        found = list_hubs(open_registrations(records, progress.step), before)
        write_text(write_hubs(found), out)
    if machine_readable:
        print_json({"hubs": len(found), "out": str(out)})
        return
    click.echo(f"{len(found):,} hubs: {out}")
    for hub in found[:20]:
        kind = hub.kind.replace("_", " ")
        click.echo(
            f"  {hub.shown}: {kind}, {hub.status}; {hub.holders:,} stores of"
            f" {hub.registrants:,} distinct registrants"
        )
