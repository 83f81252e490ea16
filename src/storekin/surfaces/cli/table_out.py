"""``--out`` of a table: its name says the format, and is looked at before any work."""

from pathlib import Path

import click


def _checked(_context: click.Context, _parameter: click.Parameter, out: Path) -> Path:
    from storekin.wiring import check_table_name

    check_table_name(out)
    return out


table_out = click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    callback=_checked,
    help="The table: a .parquet, .csv or .jsonl file.",
)
"""The option, for a command that writes one table."""
