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
@click.option(
    "--look-again",
    type=click.Path(path_type=Path),
    help="Write the associations that rested on what --known now calls generic.",
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def hubs(
    records: Path,
    out: Path,
    known: Path | None,
    look_again: Path | None,
    *,
    machine_readable: bool,
) -> None:
    r"""List the values that distinct registrants give: an agent's phone, an office.

    RECORDS is a portfolio's folder, or a table of registrations. The register has one
    JSON object a line; values are masked. Set its status to confirmed or denied, and
    its kind (agent, virtual_office, courier, platform, placeholder, shared_account),
    and match registrations takes your word with --hubs. With --earlier groups it
    tells which groups that changes. With --look-again the pairs of stores that were
    likely one seller's by such a value are written down, to be looked at again.

    \b
    Example:
        storekin hubs registrations.csv --out hubs.jsonl
        storekin hubs registrations.csv --known hubs.jsonl --out hubs.jsonl
            --look-again again.jsonl
    """
    import json

    from storekin.kernels.compiled import REGISTRATIONS, prepare
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_json, write_text
    from storekin.wiring import open_registrations
    from storekin.workflows.hubs import list_hubs, read_hubs, write_hubs
    from storekin.workflows.look_again import look_again as pairs_to_look_at_again

    before = [] if known is None else read_hubs(known)
    prepare(REGISTRATIONS, announce=announce)
    with shown_progress(quiet=machine_readable) as progress:
        portfolio = open_registrations(records, progress.step)
        found = list_hubs(portfolio, before)
        write_text(write_hubs(found), out)
        queue = []
        if look_again is not None:
            queue = pairs_to_look_at_again(portfolio, (), before)
            lines = (json.dumps(one.as_json(), ensure_ascii=False) for one in queue)
            write_text("".join(f"{line}\n" for line in lines), look_again)
    if machine_readable:
        again = {} if look_again is None else {"look_again": len(queue)}
        print_json({"hubs": len(found), "out": str(out), **again})
        return
    click.echo(f"{len(found):,} hubs: {out}")
    for hub in found[:20]:
        kind = hub.kind.replace("_", " ")
        click.echo(
            f"  {hub.shown}: {kind}, {hub.status}; {hub.holders:,} stores of"
            f" {hub.registrants:,} distinct registrants"
        )
    if look_again is not None:
        click.echo(f"{len(queue):,} associations to be looked at again: {look_again}")
    for one in queue[:20]:
        click.echo(f"  {one.because['en']}")
