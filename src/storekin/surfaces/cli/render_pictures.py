"""What two pictures, and the pictures of a folder, say of one another, as text."""

from pathlib import Path

import click
import pyarrow as pa

from storekin.pictures.recognition import Recognition
from storekin.surfaces.cli.render import MOST_LINES, print_json
from storekin.workflows.images import SeenPictures, tell_edit, tell_pair


def print_pictures(
    pairs: pa.Table, seen: SeenPictures, out: Path, *, machine_readable: bool
) -> None:
    """Say how many pairs were found, and which pictures could not be read."""
    if machine_readable:
        faults = [
            {"picture": name, "problem": fault.problem, "fix": fault.fix}
            for name, fault in seen.faults
        ]
        print_json(
            {
                "pictures": seen.read,
                "pairs": pairs.num_rows,
                "unread": faults,
                "out": str(out),
            }
        )
        return
    click.echo(f"{seen.read:,} pictures, {pairs.num_rows:,} pairs: {out}")
    for name, fault in seen.faults[:MOST_LINES]:
        click.echo(f"Left out: {name}: {fault.problem} (fix: {fault.fix})")
    if len(seen.faults) > MOST_LINES:
        click.echo(f"Left out, too: {len(seen.faults) - MOST_LINES} more pictures")


def print_recognition(
    found: Recognition, out: Path | None, *, machine_readable: bool
) -> None:
    """Say whether two pictures are one, what was done to it, and what agrees."""
    if machine_readable:
        told = tell_pair(found)
        told["because"] = tell_edit(found)
        regions = {
            "left_region": found.left_region,
            "right_region": found.right_region,
        }
        where = {} if out is None else {"out": str(out)}
        print_json({"recognised": found.recognised, **told, **regions, **where})
        return
    click.echo(tell_edit(found)["en"])
    click.echo(f"{found.hash_bits} of 256 signs of the whole pictures differ.")
    if found.correlation is not None:
        click.echo(
            f"{found.places} places agree; where the pictures overlap they correlate by"
            f" {found.correlation:.2f}."
        )
    if out is not None:
        click.echo(f"Both, side by side: {out}")
