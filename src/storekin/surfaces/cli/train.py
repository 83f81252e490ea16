"""``storekin train``."""

from pathlib import Path

import click


@click.group()
def train() -> None:
    """Fit a model to your own labelled records."""


@train.command("listings")
@click.argument("records", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The model's file."
)
@click.option(
    "--valid",
    type=click.Path(path_type=Path),
    help="Labelled pairs that the model is judged on, and its prior set by.",
)
@click.option(
    "--context",
    type=click.Path(path_type=Path),
    help="Listings around the pairs, tied by left_listing and right_listing.",
)
@click.option(
    "--forget", is_flag=True, help="Do not keep the pairs, by digests, in the model."
)
@click.option(
    "--alone",
    is_flag=True,
    help="See pairs alone, not among rivals: twenty times faster, less exact.",
)
@click.option("--groups", help="RECORDS are listings; this column names the product.")
@click.option(
    "--encoder",
    "encoders",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A folder with an ONNX encoder of titles, or of pictures.",
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def train_listings(
    records: Path,
    out: Path,
    valid: Path | None,
    context: Path | None,
    groups: str | None,
    encoders: tuple[Path, ...],
    *,
    forget: bool,
    alone: bool,
    machine_readable: bool,
) -> None:
    r"""Fit a model to RECORDS: labelled pairs, or listings with their true group.

    Pairs have left_title, right_title, other left_* and right_* columns, and label (1
    for the same product, 0 for another). The model is a text file; match and compare
    take it with --model. Training needs the extra: pip install 'storekin[train]'.

    \b
    Examples:
        storekin train listings pairs.csv --valid more.csv --out my.model
        storekin train listings listings.csv --groups product --out my.model
    """
    from storekin.kernels.compiled import LISTINGS, prepare
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_trained, write_text
    from storekin.wiring import fit_to_groups, fit_to_pairs, open_encoders

    if groups is not None and (valid is not None or context is not None):
        raise click.UsageError("--groups goes without --valid and --context")
    if alone and (groups is not None or context is not None):
        raise click.UsageError("--alone goes without --groups and --context")
    opened = open_encoders(encoders)
    prepare(LISTINGS, announce=announce)
    with shown_progress(quiet=machine_readable) as progress:
        progress.step(records.name)
        if groups is None:
            trained = fit_to_pairs(
                records,
                valid,
                context,
                progress.step,
                remember=not forget,
                alone=alone,
                encoders=opened,
            )
        else:
            trained = fit_to_groups(records, groups, progress.step, opened)
        write_text(trained.text, out)
    print_trained(trained, out, machine_readable=machine_readable)


@train.command("registrations")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--columns",
    type=click.Path(path_type=Path),
    help='A table of your own: a TOML file with lines such as dob = "date".',
)
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    help="Pairs of FILE's stores with left, right and label (1 for one seller).",
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The weights' file."
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def train_registrations(
    file: Path,
    columns: Path | None,
    labels: Path | None,
    out: Path,
    *,
    machine_readable: bool,
) -> None:
    r"""Learn weights from FILE itself, without labels, or from labelled pairs.

    The shipped weights know how often a seller's further store keeps a phone, mistypes
    a licence or changes its address on the market that they were measured on; these
    are learnt from your registrations. With --columns FILE is any table, and what its
    columns say is learnt. The weights are a TOML file that a person can read and
    change; match registrations takes it with --weights. Where --out ends in .json a
    model for Splink is written: conditions in SQL, with their m and u.

    \b
    Examples:
        storekin train registrations registrations.csv --out weights.toml
        storekin train registrations registrations.csv --labels pairs.csv
            --out weights.toml
        storekin train registrations people.csv --columns people.toml --out weights.toml
    """
    from storekin.kernels.compiled import REGISTRATIONS, prepare
    from storekin.surfaces.cli.progress import announce, shown_progress
    from storekin.surfaces.cli.render import print_learnt, write_text
    from storekin.wiring import (
        is_splink_model,
        learn_registrations,
        learn_splink_model,
        read_records,
    )
    from storekin.workflows.link import learn_table_weights, load_column_map

    if is_splink_model(out) and columns is None:
        raise click.UsageError("a model for Splink (.json) needs --columns")
    if columns is not None and labels is not None:
        raise click.UsageError("--labels goes without --columns")
    chosen = None if columns is None else load_column_map(columns)
    prepare(REGISTRATIONS, announce=announce)
    pairs = None
    with shown_progress(quiet=machine_readable) as progress:
        progress.step(file.name)
        if chosen is not None:
            learn = learn_splink_model if is_splink_model(out) else learn_table_weights
            text, converged = learn(read_records(file).table, chosen)
        else:
            text, learnt = learn_registrations(file, labels, progress.step)
            converged, pairs = learnt.converged, learnt.pairs
        write_text(text, out)
    print_learnt(converged, pairs, out, machine_readable=machine_readable)
