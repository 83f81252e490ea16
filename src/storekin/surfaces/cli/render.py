"""Results as text for people, and as JSON for programs."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click
import pyarrow as pa

from storekin.errors import OutputFolderError
from storekin.graph.associations import Association
from storekin.policy.decide import number_signals
from storekin.policy.model import Policy
from storekin.records.portfolio import Portfolio
from storekin.wiring import Trained
from storekin.wording.catalog import say
from storekin.workflows.explain import ExplainedEvidence, Explanation
from storekin.workflows.link import LinkedTable
from storekin.workflows.remedies import Remedy
from storekin.workflows.report.build import claim_sentence, rests_sentence
from storekin.workflows.scan import ScanResult

MOST_LINES = 20


def print_json(value: object) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_scan(result: ScanResult, out: Path) -> None:
    """Print the associations with one sentence each, and where the report lies."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=False)
    if result.associations:
        table = Table(box=box.SIMPLE, show_lines=False)
        for name in ("Stores", "Effect", "What is claimed"):
            table.add_column(name, overflow="fold")
        for association in result.associations[:MOST_LINES]:
            table.add_row(
                Text(f"{association.left}\n{association.right}"),
                Text(say("en", "effect", association.effect)),
                Text(
                    claim_sentence(association, result.policy, "en")
                    + f" ({say('en', 'outcome', association.outcome)})"
                ),
            )
        console.print(table)
    else:
        console.print(say("en", "report", "none"))
    rest = len(result.associations) - MOST_LINES
    if rest > 0:
        console.print(f"and {rest:,} more in associations.jsonl")
    for notice in result.notices[:5]:
        console.print(
            Text(
                f"Notice: {claim_sentence(notice, result.policy, 'en')}",
                style="dim",
            )
        )
    if len(result.notices) > 5:
        console.print(f"and {len(result.notices) - 5:,} more notices")
    _print_left_out(result.portfolio, len(result.rejections))
    console.print(Text(f"Report: {out / 'report.html'}"), soft_wrap=True)


def _print_left_out(records: Portfolio, rejected: int) -> None:
    if rejected:
        click.echo(say("en", "notice", "rejected", count=rejected))
    for note in records.notes:
        click.echo(f"Note: {note}")


def print_remedies(remedies: Sequence[Remedy], language: str) -> None:
    """Print each remedy in a sentence, with the listings that are to be ended."""
    if not remedies:
        click.echo(say(language, "remedy", "nothing"))
    for one in remedies:
        action = say(language, "action", one.action)
        effect = say(language, "effect", one.effect)
        pair = f"{one.left}, {one.right}" if not one.stores else ", ".join(one.stores)
        click.echo(f"{pair}: {effect}. {action}")
        click.echo(f"  {one.because[language]}")
        for store, names in one.ends:
            click.echo(f"  {store}: {', '.join(names)}")
        if one.fields:
            click.echo(f"  {', '.join(one.fields)}")
        click.echo("")


def _print_claim(association: Association) -> None:
    """Print what is claimed of two stores, what it rests on, and what permits it."""
    effect = say("en", "effect", association.effect)
    outcome = say("en", "outcome", association.outcome)
    click.echo(f"{association.left} and {association.right}: {effect} ({outcome})")
    rests = rests_sentence(association)
    if rests is not None:
        click.echo(f"  {rests['en']}")
    for name, met in association.conditions:
        told = {True: "yes", False: "no", None: "not known"}[met]
        click.echo(f"  {say('en', 'policy_word', name)}: {told}")


def _print_evidence(row: ExplainedEvidence, policy: Policy, *, with_rule: bool) -> None:
    """Print one piece of evidence, and the rule that it falls under."""
    e = row.evidence
    counts = not number_signals(policy, [e.signal]).silent[0]
    aside = "" if counts else " (not counted under this policy)"
    click.echo(f"  {e.bits:+7.2f} bits  {e.because}{aside}")
    click.echo(f"                 {e.left}  |  {e.right}  [{e.id}]")
    if row.rule is None or not with_rule:
        return
    click.echo(f"                 rule: {row.rule.because}")
    sources = "; ".join(policy.sources.get(key, key) for key in row.rule.source)
    if sources:
        confidence = row.rule.confidence
        click.echo(f"                 source: {sources} (confidence: {confidence})")


def print_explanation(explanation: Explanation) -> None:
    """Print all evidence on two stores, for and against, with the rules."""
    left, right = explanation.left, explanation.right
    if explanation.associations:
        for association in explanation.associations:
            _print_claim(association)
    else:
        click.echo(say("en", "sentence", "nothing", left=left, right=right))
    for title, wanted in (("For", True), ("Against", False)):
        rows = [e for e in explanation.evidence if (e.evidence.bits > 0) == wanted]
        if not rows:
            continue
        click.echo(f"\n{title}:")
        for row in rows:
            _print_evidence(row, explanation.policy, with_rule=wanted)
    click.echo(
        f"\nOne seller: {explanation.bits:+.2f} bits of evidence,"
        f" {explanation.prior_bits:+.2f} of prior odds,"
        f" probability {explanation.probability:.4f}"
    )
    if explanation.listings:
        click.echo("\nListings that are alike:")
        for pair in explanation.listings:
            level = say("en", "level", pair.level)
            click.echo(f"  {level} ({pair.probability:.2f})")
            click.echo(f"    {pair.left}: {pair.left_title}")
            click.echo(f"    {pair.right}: {pair.right_title}")
            if pair.pictures is not None:
                told = pair.pictures["en"]
                click.echo(f"    {say('en', 'report', 'pictures')}: {told}")


def write_table(table: pa.Table, out: Path) -> None:
    """Write a table in the format that its name says, whole or not at all.

    Raises:
        OutputFolderError: If the place cannot be written.
    """
    from storekin.wiring import write_table_file

    _put_in_place(out, lambda part: write_table_file(table, out, part))


def write_text(text: str, out: Path) -> None:
    """Write a text file, whole or not at all.

    Raises:
        OutputFolderError: If the place cannot be written.
    """
    _put_in_place(out, lambda part: part.write_text(text, "utf-8"))


def write_new(text: str, out: Path) -> None:
    """Write a text file that is not there yet.

    Raises:
        OutputFolderError: If it is there, or the place cannot be written.
    """
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise OutputFolderError(
            f"{out}: there is such a file already", "choose another --out"
        ) from None
    except OSError as problem:
        raise OutputFolderError(
            f"{out}: cannot be written ({problem.strerror or problem})",
            "choose a place that you may write to",
        ) from None


def write_picture(draw: Callable[[Path], object], out: Path) -> None:
    """Let *draw* write a picture, whole or not at all.

    Raises:
        OutputFolderError: If the place cannot be written.
    """
    _put_in_place(out, draw)


def _put_in_place(out: Path, write: Callable[[Path], object]) -> None:
    part = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        part.replace(out)
    except OSError as problem:
        raise OutputFolderError(
            f"{out}: cannot be written ({problem.strerror or problem})",
            "choose a place that you may write to",
        ) from None
    finally:
        part.unlink(missing_ok=True)


def print_trained(trained: Trained, out: Path, *, machine_readable: bool) -> None:
    """Say what a model learnt from, and how good it is on pairs not seen."""
    report = trained.report
    if machine_readable:
        print_json(
            {
                "pairs": report.pairs,
                "matching": report.matching,
                "f1_first_pass": round(report.f1_first, 4),
                "f1_both_passes": round(report.f1_both, 4),
                "f1_with_known_pairs": round(report.f1_known, 4),
                "f1_settled": round(report.f1_settled, 4),
                "passes": report.passes,
                "notes": list(trained.notes),
                "out": str(out),
            }
        )
        return
    click.echo(
        f"Learnt from {report.pairs:,} pairs,"
        f" {report.matching:,} of them matching: {out}"
    )
    known = (
        f", {report.f1_known:.3f} with what the other labelled pairs say"
        if report.f1_known
        else ""
    )
    settled = (
        f", {report.f1_settled:.3f} settled among likely partners"
        if report.f1_settled
        else ""
    )
    click.echo(
        f"F1 on pairs left out in turn: {report.f1_first:.3f} by the first pass,"
        f" {report.f1_both:.3f} by both{known}{settled}; the model has {report.passes}"
        f" {'pass' if report.passes == 1 else 'passes'}."
    )
    for note in trained.notes:
        click.echo(f"Note: {note}")


def print_matched(
    pairs: pa.Table,
    records: Portfolio,
    out: Path,
    *,
    changes: dict[str, int] | None = None,
    machine_readable: bool,
) -> None:
    """Say how many pairs were found, what became of groups, and what was left out."""
    rows = records.listings.num_rows or records.registrations.num_rows
    rejected = len(records.rejections)
    if machine_readable:
        print_json(
            {
                "rows": rows,
                "pairs": pairs.num_rows,
                **({} if changes is None else {"groups": changes}),
                "rejected": [
                    {
                        "file": r.file,
                        "line": r.line,
                        "column": r.column,
                        "problem": r.problem,
                        "fix": r.fix,
                    }
                    for r in records.rejections
                ],
                "notes": list(records.notes),
                "out": str(out),
            }
        )
        return
    click.echo(f"{pairs.num_rows:,} pairs among {rows:,} rows: {out}")
    if changes is not None:
        told = ", ".join(f"{count:,} {change}" for change, count in changes.items())
        click.echo(f"Groups: {told or 'nothing changed'}")
    for one in records.rejections[:MOST_LINES]:
        click.echo(f"Left out: {one.place}: {one.problem}; {one.fix}")
    if rejected > MOST_LINES:
        click.echo(f"and {rejected - MOST_LINES:,} more; --json lists them all")
    for note in records.notes:
        click.echo(f"Note: {note}")


def print_linked(
    linked: LinkedTable, rows: int, out: Path, *, machine_readable: bool
) -> None:
    """Say how many pairs of a mapped table's rows were found, and how."""
    if machine_readable:
        print_json(
            {
                "rows": rows,
                "pairs": linked.pairs.num_rows,
                "groups": len(linked.groups),
                "converged": linked.converged,
                "rounds": linked.rounds,
                "out": str(out),
            }
        )
        return
    click.echo(
        f"{linked.pairs.num_rows:,} pairs and {len(linked.groups):,} groups"
        f" among {rows:,} rows: {out}"
    )
    if not linked.rounds:
        click.echo(
            "Note: the table is too small to learn from; weights are typical ones."
        )
    if not linked.converged:
        click.echo(
            f"Note: the weights had not come to rest after {linked.rounds} rounds;"
            " look at some pairs before you trust them."
        )


def print_compared(
    scored: pa.Table, notes: Sequence[str], out: Path, *, machine_readable: bool
) -> None:
    """Say how many pairs were scored, and what could not be read."""
    if machine_readable:
        print_json({"pairs": scored.num_rows, "notes": list(notes), "out": str(out)})
        return
    click.echo(f"{scored.num_rows:,} pairs scored: {out}")
    for note in notes:
        click.echo(f"Note: {note}")


def print_learnt(
    converged: bool,  # noqa: FBT001 - what the rounds came to
    pairs: Mapping[str, float] | None,
    out: Path,
    *,
    machine_readable: bool,
) -> None:
    """Say where learnt weights are, what taught them, and whether they came to rest."""
    if machine_readable:
        told = (
            {} if pairs is None else {"pairs": {k: round(v) for k, v in pairs.items()}}
        )
        print_json({"converged": converged, "out": str(out), **told})
        return
    for signal, count in (pairs or {}).items():
        click.echo(f"{signal}: learnt from {count:,.0f} pairs")
    click.echo(f"Weights: {out}")
    if not converged:
        click.echo("Note: they had not come to rest when the rounds ended.")
