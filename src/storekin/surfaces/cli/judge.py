"""``storekin judge``."""

from datetime import UTC, datetime
from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("left")
@click.argument("right")
@click.argument("verdict", type=click.Choice(["same", "not_same"]))
@click.option("--reason", required=True, help="Why, in a sentence.")
@click.option("--author", required=True, help="Who found so.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="The day it ends to bind."
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def judge(
    file: Path,
    left: str,
    right: str,
    verdict: str,
    reason: str,
    author: str,
    until: datetime | None,
    *,
    machine_readable: bool,
) -> None:
    r"""Write into FILE what a person found of stores LEFT and RIGHT.

    The judgement binds: stores found not_same are in one group by no chain of
    evidence. Where it contradicts others that bind, it is written all the same, the
    contradiction is told, and not_same holds.

    \b
    Example:
        storekin judge judgements.jsonl fern-textile fjord-textile not_same
            --reason "two families, see case 17" --author kim
    """
    from storekin.surfaces.cli.render import print_json
    from storekin.wiring import write_judgement

    today = datetime.now(tz=UTC).date()
    written, conflicts = write_judgement(
        file, left, right, verdict, reason, author, today, until and until.date()
    )
    if machine_readable:
        told = [
            {"left": c.ruling.left, "right": c.ruling.right, "chain": list(c.stores())}
            for c in conflicts
        ]
        print_json({**written.as_json(), "contradictions": told})
        return
    click.echo(f"{written.left} and {written.right}: {verdict}, written to {file}")
    for conflict in conflicts:
        chain = " - ".join(conflict.stores())
        click.echo(
            f"Contradiction: {conflict.ruling.left} and {conflict.ruling.right} are"
            f" not_same ({conflict.ruling.author}: {conflict.ruling.reason}), and a"
            f" chain of same joins them: {chain}. Until one is withdrawn, not_same"
            " holds."
        )
