"""``storekin compare``."""

from pathlib import Path

import click


@click.group()
def compare() -> None:
    """Score given pairs: columns left_* and right_*, one pair a row."""


@compare.command("listings")
@click.argument("pairs", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def compare_listings(pairs: Path, out: Path, *, machine_readable: bool) -> None:
    r"""Score each pair of listings in PAIRS; the rows keep their order.

    PAIRS has left_title, right_title, left_price, right_price and so on. The columns
    probability, bits, level and each signal's bits are added.

    \b
    Example:
        storekin compare listings pairs.parquet --out scored.parquet
    """
    from storekin.kernels.compiled import prepare
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_compared, write_table
    from storekin.wiring import beside, read_records, typed_pairs
    from storekin.workflows.match import score_listing_pairs

    prepare(announce)
    with shown_progress(quiet=machine_readable) as progress:
        progress.step(pairs.name)
        raw = read_records(pairs)
        both, notes = typed_pairs(raw, "listings")
        progress.step("comparisons")
        scored = beside(raw.table, score_listing_pairs(both))
        write_table(scored, out)
    print_compared(scored, notes, out, machine_readable=machine_readable)


@compare.command("registrations")
@click.argument("pairs", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def compare_registrations(pairs: Path, out: Path, *, machine_readable: bool) -> None:
    r"""Score each pair of registrations in PAIRS; the rows keep their order.

    PAIRS has left_company_name, right_company_name, left_phone, right_phone and so on.

    \b
    Example:
        storekin compare registrations pairs.csv --out scored.parquet
    """
    from storekin.kernels.compiled import prepare
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_compared, write_table
    from storekin.wiring import (
        beside,
        numbered_stores,
        open_engine,
        read_records,
        typed_pairs,
    )
    from storekin.workflows.match import score_registration_pairs

    prepare(announce)
    with (
        shown_progress(quiet=machine_readable) as progress,
        open_engine() as engine,
    ):
        progress.step(pairs.name)
        raw = read_records(pairs)
        both, notes = typed_pairs(raw, "registrations")
        progress.step("comparisons")
        scores = score_registration_pairs(numbered_stores(both), engine)
        scored = beside(raw.table, scores)
        write_table(scored, out)
    print_compared(scored, notes, out, machine_readable=machine_readable)
