"""Progress on the error stream: bars for people, nothing for programs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from storekin.workflows.scan import Progress, silent_progress

_STEPS = {
    "registrations": "Reading registrations",
    "hubs": "Finding values that many share",
    "candidates": "Finding pairs worth comparing",
    "comparisons": "Comparing pairs",
    "rivals": "Ranking rivals",
    "second_pass": "Comparing pairs with their rivals",
    "first_pass": "Growing trees",
    "words": "Weighing words",
    "titles": "Reading titles",
    "pictures": "Reading pictures",
    "attributes": "Reading attributes",
    "encoding": "Encoding titles and pictures",
    "catalogues": "Joining products",
    "indexes": "Laying out indexes",
    "files": "Writing files",
    "report": "Writing the report",
}


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Progress]:
    """Show the current step, and a bar where there is something to count."""
    if quiet or not sys.stderr.isatty():
        yield silent_progress()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    with Bars(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bars:
        task = bars.add_task("Starting", total=None, rate="")

        def step(name: str) -> None:
            words = _STEPS.get(name, name.replace("_", " "))
            bars.reset(task, description=words, total=None, rate="")

        def done(count: int, total: int) -> None:
            bars.update(task, completed=count, total=total)
            speed = bars.tasks[0].speed
            bars.update(task, rate=f"{speed:,.0f} a second" if speed else "")

        yield Progress(step=step, done=done)


def announce(sentence: str) -> None:
    """Say one sentence on the error stream."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
