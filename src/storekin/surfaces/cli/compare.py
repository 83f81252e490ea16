"""``storekin compare``."""

from pathlib import Path

import click

from storekin.surfaces.cli.table_out import table_out


@click.group()
def compare() -> None:
    """Score given pairs: columns left_* and right_*, one pair a row."""


@compare.command("listings")
@click.argument("pairs", type=click.Path(path_type=Path))
@table_out
@click.option(
    "--model", type=click.Path(path_type=Path), help="A model of `storekin train`."
)
@click.option(
    "--context",
    type=click.Path(path_type=Path),
    help="Listings around the pairs, tied by left_listing and right_listing.",
)
@click.option(
    "--encoder",
    "encoders",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A folder with an ONNX encoder of titles, or of pictures.",
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def compare_listings(
    pairs: Path,
    out: Path,
    model: Path | None,
    context: Path | None,
    encoders: tuple[Path, ...],
    *,
    machine_readable: bool,
) -> None:
    r"""Score each pair of listings in PAIRS; the rows keep their order.

    PAIRS has left_title, right_title, left_price, right_price and so on. The columns
    probability, bits, level and each signal's bits are added. How rare a word is, and
    whether another listing is as like, comes from the context, or from the pairs' own
    listings where none is given.

    \b
    Examples:
        storekin compare listings pairs.parquet --out scored.parquet
        storekin compare listings pairs.csv --context listings.csv --out scored.parquet
    """
    from storekin.kernels.compiled import LISTINGS, prepare
    from storekin.listings.model import read_model
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_compared, write_table
    from storekin.wiring import (
        beside,
        open_encoders,
        read_context,
        read_records,
        tied_pairs,
    )
    from storekin.workflows.match import score_listing_pairs

    fitted = None if model is None else read_model(model)
    opened = open_encoders(encoders)
    prepare(LISTINGS, announce=announce)
    with shown_progress(quiet=machine_readable) as progress:
        progress.step(pairs.name)
        raw = read_records(pairs)
        around = None if context is None else read_context(context)
        given, notes = tied_pairs(raw, around, pairs.parent, opened)
        scores = score_listing_pairs(
            given, fitted, opened, progress.step, progress.done
        )
        scored = beside(raw.table, scores)
        write_table(scored, out)
    if around is not None:
        notes += around.notes
    print_compared(scored, notes, out, machine_readable=machine_readable)


@compare.command("registrations")
@click.argument("pairs", type=click.Path(path_type=Path))
@table_out
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    help="Weights from storekin train registrations.",
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def compare_registrations(
    pairs: Path, out: Path, weights: Path | None, *, machine_readable: bool
) -> None:
    r"""Score each pair of registrations in PAIRS; the rows keep their order.

    PAIRS has left_company_name, right_company_name, left_phone, right_phone and so on.

    \b
    Example:
        storekin compare registrations pairs.csv --out scored.parquet
    """
    from storekin.identity.model import read_identity_model
    from storekin.kernels.compiled import REGISTRATIONS, prepare
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_compared, write_table
    from storekin.wiring import (
        beside,
        numbered_stores,
        read_records,
        typed_pairs,
    )
    from storekin.workflows.match import score_registration_pairs

    own = None if weights is None else read_identity_model(weights)
    prepare(REGISTRATIONS, announce=announce)
    with shown_progress(quiet=machine_readable) as progress:
        progress.step(pairs.name)
        raw = read_records(pairs)
        both, notes = typed_pairs(raw, "registrations")
        progress.step("comparisons")
        scores = score_registration_pairs(numbered_stores(both), own)
        scored = beside(raw.table, scores)
        write_table(scored, out)
    print_compared(scored, notes, out, machine_readable=machine_readable)


@compare.command("images")
@click.argument("left", type=click.Path(path_type=Path))
@click.argument("right", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="A picture of both, side by side."
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def compare_images(
    left: Path, right: Path, out: Path | None, *, machine_readable: bool
) -> None:
    r"""Say whether LEFT and RIGHT are one picture, edited, and what was done to it.

    With --out both are drawn side by side, each with the region framed that the other
    one shows.

    \b
    Example:
        storekin compare images mine.jpg theirs.png --out beside.png
    """
    from storekin.kernels.compiled import PICTURES, prepare
    from storekin.pictures.decode import decode_picture
    from storekin.pictures.prints import print_picture
    from storekin.pictures.recognition import recognise
    from storekin.surfaces.cli.progress import announce
    from storekin.surfaces.cli.render import write_picture
    from storekin.surfaces.cli.render_pictures import print_recognition
    from storekin.workflows.report.overlay import draw_alignment

    prepare(PICTURES, announce=announce)
    prints = [print_picture(decode_picture(path)) for path in (left, right)]
    found = recognise(*prints)
    if out is not None:
        write_picture(lambda part: draw_alignment(left, right, found, part), out)
    print_recognition(found, out, machine_readable=machine_readable)
