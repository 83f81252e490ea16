"""``storekin match``."""

from dataclasses import replace
from pathlib import Path

import click

from storekin.surfaces.cli.table_out import table_out

_FLOOR = click.FloatRange(0, 1)


@click.group()
def match() -> None:
    """Find pairs in one table: the matchers without the rest."""


@match.command("listings")
@click.argument("file", type=click.Path(path_type=Path))
@table_out
@click.option("--floor", type=_FLOOR, default=0.05, show_default=True)
@click.option(
    "--lossless",
    is_flag=True,
    help="Miss no pair of like titles; slower (the default misses a few weak ones).",
)
@click.option("--across-stores", is_flag=True, help="Leave out pairs of one store.")
@click.option(
    "--model", type=click.Path(path_type=Path), help="A model of `storekin train`."
)
@click.option(
    "--encoder",
    "encoders",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A folder with an ONNX encoder of titles, or of pictures.",
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def match_listings(
    file: Path,
    out: Path,
    floor: float,
    model: Path | None,
    encoders: tuple[Path, ...],
    *,
    lossless: bool,
    across_stores: bool,
    machine_readable: bool,
) -> None:
    r"""Find pairs of listings in FILE that may show one product.

    FILE needs the column title; listing, store, price, images and the other columns
    of a listings table are used where they are there. Pairs go to a table with
    left, right, probability, bits, level and a column of bits for each signal.

    \b
    Example:
        storekin match listings listings.csv --out pairs.parquet
    """
    from storekin.kernels.compiled import LISTINGS, prepare
    from storekin.listings.model import read_model
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_matched, write_table
    from storekin.wiring import open_encoders, read_records, typed_records
    from storekin.workflows.match import match_listing_table

    fitted = None if model is None else read_model(model)
    opened = open_encoders(encoders)
    prepare(LISTINGS, announce=announce)
    with shown_progress(quiet=machine_readable) as progress:
        progress.step(file.name)
        records = typed_records(read_records(file), "listings", "listing", file.parent)
        matched = match_listing_table(
            records,
            floor=floor,
            across_stores=across_stores,
            lossless=lossless,
            model=fitted,
            encoders=opened,
            on_step=progress.step,
            on_done=progress.done,
        )
        write_table(matched.pairs, out)
    rejections = [*records.rejections, *matched.rejections]
    notes = (*records.notes, *matched.notes)
    records = replace(records, rejections=tuple(rejections), notes=notes)
    print_matched(matched.pairs, records, out, machine_readable=machine_readable)


@match.command("registrations")
@click.argument("file", type=click.Path(path_type=Path))
@table_out
@click.option("--floor", type=_FLOOR, default=0.05, show_default=True)
@click.option(
    "--groups", type=click.Path(path_type=Path), help="Write the groups here, too."
)
@click.option(
    "--earlier",
    type=click.Path(path_type=Path),
    help="The groups of an earlier run, whose ids are kept.",
)
@click.option(
    "--judgements",
    type=click.Path(path_type=Path),
    help="Judgements that bind: see storekin judge.",
)
@click.option(
    "--hubs",
    type=click.Path(path_type=Path),
    help="A register of generic values: see storekin hubs.",
)
@click.option(
    "--columns",
    type=click.Path(path_type=Path),
    help='A table of your own: a TOML file with lines such as dob = "date".',
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    help="Weights from storekin train registrations, or a model of Splink's (.json).",
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def match_registrations(
    file: Path,
    out: Path,
    floor: float,
    groups: Path | None,
    earlier: Path | None,
    judgements: Path | None,
    hubs: Path | None,
    columns: Path | None,
    weights: Path | None,
    *,
    machine_readable: bool,
) -> None:
    r"""Find pairs of registrations in FILE that may have one seller.

    FILE needs the column store; the other columns of a registrations table are used
    where they are there. Pairs go to a table with left, right, probability,
    bits and a column of bits for each signal; a pair is chained where its probability
    rests on other stores of its group. Groups go to a file of JSON Lines: id, stores,
    weak links, and what happened to the group since it was made.

    With --columns FILE is any table of people, companies or places. The map names the
    kind of each column: person_name, company_name, date, place, postal_code, phone,
    email, identifier, other, and key for the column that names the rows. Weights are
    learnt from the table itself, without labels.

    \b
    Examples:
        storekin match registrations registrations.csv --out pairs.parquet
        storekin match registrations registrations.csv --out pairs.parquet
            --groups groups.jsonl --earlier groups.jsonl
        storekin match registrations people.csv --columns people.toml
            --out pairs.parquet
    """
    from storekin.identity.model import read_identity_model
    from storekin.kernels.compiled import REGISTRATIONS, prepare
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_matched, write_table, write_text
    from storekin.wiring import (
        is_splink_model,
        read_judgements,
        read_records,
        typed_records,
    )
    from storekin.workflows.groups import (
        lay_out_groups,
        read_groups,
        write_group_lines,
    )
    from storekin.workflows.hubs import read_hubs
    from storekin.workflows.match import match_registration_table

    if earlier is not None and groups is None:
        raise click.UsageError("--earlier goes with --groups")
    if columns is not None or (weights and is_splink_model(weights)):
        if judgements or hubs:
            raise click.UsageError("--judgements and --hubs go without --columns")
        _match_mapped(
            file,
            (out, groups, earlier),
            floor,
            columns,
            weights,
            machine_readable=machine_readable,
        )
        return
    held = [] if judgements is None else read_judgements(judgements)
    register = [] if hubs is None else read_hubs(hubs)
    known = [] if earlier is None else read_groups(earlier)
    own = None if weights is None else read_identity_model(weights)
    prepare(REGISTRATIONS, announce=announce)
    with shown_progress(quiet=machine_readable) as progress:
        progress.step(file.name)
        records = typed_records(
            read_records(file), "registrations", "store", file.parent
        )
        matched = match_registration_table(
            records,
            floor=floor,
            judgements=held,
            register=register,
            weights=own,
            on_step=progress.step,
        )
        write_table(matched.pairs, out)
        laid_out = None
        if groups is not None:
            laid_out = lay_out_groups(matched, known)
            write_text(write_group_lines(laid_out.lines), groups)
    changes = None if laid_out is None else laid_out.changes
    print_matched(
        matched.pairs, records, out, changes=changes, machine_readable=machine_readable
    )


def _match_mapped(
    file: Path,
    outputs: tuple[Path, Path | None, Path | None],
    floor: float,
    columns: Path | None,
    weights: Path | None,
    *,
    machine_readable: bool,
) -> None:
    from storekin.kernels.compiled import REGISTRATIONS, prepare
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_linked, write_table, write_text
    from storekin.wiring import is_splink_model, link_by_splink, read_records
    from storekin.workflows.groups import (
        lines_of_groups,
        read_groups,
        write_group_lines,
    )
    from storekin.workflows.link import link_table, load_column_map

    out, groups, earlier = outputs
    known = [] if earlier is None else read_groups(earlier)
    if columns is not None and weights and is_splink_model(weights):
        raise click.UsageError("a model of Splink's names its columns: leave --columns")
    chosen = None if columns is None else load_column_map(columns)
    prepare(REGISTRATIONS, announce=announce)
    with shown_progress(quiet=machine_readable) as progress:
        progress.step(file.name)
        raw = read_records(file)
        if chosen is not None:
            linked = link_table(
                raw.table, chosen, weights=weights, floor=floor, on_step=progress.step
            )
        else:
            linked = link_by_splink(raw.table, Path(str(weights)), floor)
        write_table(linked.pairs, out)
        if groups is not None:
            laid_out = lines_of_groups(linked.groups, known)
            write_text(write_group_lines(laid_out.lines), groups)
    print_linked(linked, raw.table.num_rows, out, machine_readable=machine_readable)


@match.command("images")
@click.argument("pictures", type=click.Path(path_type=Path), metavar="FOLDER|FILE")
@table_out
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def match_images(pictures: Path, out: Path, *, machine_readable: bool) -> None:
    r"""Find pictures that are one, edited, in FOLDER, or named in a table FILE.

    Mirrored, turned, cropped, framed, padded, with a banner or a watermark, in another
    colour. Pairs go to a table with left, right, what agrees, and a sentence of
    what was done. A table needs the column images, with paths beside it or ready hashes
    such as phash:94974f937d4c2433. A run that was interrupted goes on where it was.

    \b
    Examples:
        storekin match images pictures --out pairs.parquet
        storekin match images listings.csv --out pairs.parquet
    """
    from storekin.errors import PictureError
    from storekin.kernels.compiled import PICTURES, prepare
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import write_table
    from storekin.surfaces.cli.render_pictures import print_pictures
    from storekin.wiring import image_column, read_records
    from storekin.workflows.images import match_folder, match_references

    if not pictures.exists():
        problem = f"{pictures}: is no folder and no file"
        raise PictureError(problem, "name a folder of pictures, or a table of listings")
    kept = out.with_name(f"{out.name}.seen")
    prepare(PICTURES, announce=announce)
    with shown_progress(quiet=machine_readable) as progress:
        if pictures.is_dir():
            pairs, seen = match_folder(pictures, kept, progress.step, progress.done)
        else:
            progress.step(pictures.name)
            images = image_column(read_records(pictures))
            pairs, seen = match_references(
                images, pictures.parent, kept, progress.step, progress.done
            )
        write_table(pairs, out)
        kept.unlink(missing_ok=True)
    print_pictures(pairs, seen, out, machine_readable=machine_readable)
