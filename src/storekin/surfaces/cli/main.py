"""``storekin``: the command line's front door."""

import atexit
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from types import FrameType

import click

COMMANDS = {
    "appeal": "Answer a decision, and rule on the answer.",
    "case": "Decide a case, tell the seller with reasons, hear the appeal.",
    "check": "Check a draft registration or listing before it goes live.",
    "compare": "Score given pairs of listings or registrations.",
    "demo": "Write an example portfolio.",
    "document": "Read the invoice in a file, and where each field was found.",
    "explain": "Say why two stores are, or are not, associated.",
    "how": "Replay how a store's group was made, step by step.",
    "hubs": "List the values that distinct registrants give.",
    "index": "Index a portfolio, so that drafts are checked in a moment.",
    "judge": "Write down that two stores are, or are not, the same.",
    "match": "Find pairs in one table of listings or registrations.",
    "network": "Show the stores around a store.",
    "path": "Find the strongest chain of evidence between two stores.",
    "policy": "List, read, check, compare and try policies.",
    "remedy": "Say what would lawfully end each association.",
    "report": "Give figures over cases: how long, what did not hold.",
    "scan": "Say which stores of a portfolio are associated, and why.",
    "train": "Fit a listings model to your own labelled records.",
    "why": "Say what two registrations say of one another.",
}

INTERRUPTED = 130
FAILED = 2


def _keep_lines(command: click.Command) -> click.Command:
    """Keep the lines of examples: click's mark for it, out of a raw docstring."""
    if command.help is not None:
        command.help = command.help.replace("\\b\n", "\b\n")
    if isinstance(command, click.Group):
        for part in command.commands.values():
            _keep_lines(part)
    return command


class _Commands(click.Group):
    """Loads a command's module when the command is used: help stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"storekin.surfaces.cli.{cmd_name}")
        command = getattr(module, cmd_name)
        return _keep_lines(command) if isinstance(command, click.Command) else None

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="storekin")
def storekin() -> None:
    r"""Which stores are associated, by what evidence, under whose rule.

    storekin finds, explains, prevents, declares and corrects associations. It never
    helps to disguise one.

    \b
    Examples:
        storekin demo my-portfolio
        storekin scan my-portfolio --policy aliexpress --out report
        storekin explain my-portfolio bamboo-kitchen bamboo-table

    Exit codes: 0 done, 2 an error that you can put right, 130 interrupted;
    storekin check leaves with 3 where a draft is refused, 4 where one needs a review.
    """


_keep_lines(storekin)


def run() -> None:
    """Run the command line and end the process; errors are told once, with a fix.

    What was registered for the end is done and what was written is flushed, but the
    compiler is not taken down piece by piece: that takes a fifth of a second.
    """
    code = 0
    try:
        _run()
    except SystemExit as leaving:
        if not isinstance(leaving.code, int | None):
            raise
        code = leaving.code or 0
    atexit._run_exitfuncs()  # noqa: SLF001 - the only way to call them early
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    os._exit(code)


def _run() -> None:
    from storekin.errors import StorekinError

    interrupted = _note_interrupts()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    try:
        storekin(standalone_mode=False)
    except click.exceptions.Abort:
        _leave("Interrupted; no result was changed.", INTERRUPTED)
    except KeyboardInterrupt:
        _leave("Interrupted; no result was changed.", INTERRUPTED)
    except click.ClickException as problem:
        problem.show()
        sys.exit(FAILED)
    except StorekinError as problem:
        _leave(str(problem), FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception:
        # a library may turn the interrupt that reached it into an error of its own
        if not interrupted:
            raise
        _leave("Interrupted; no result was changed.", INTERRUPTED)


def _note_interrupts() -> list[int]:
    """Raise KeyboardInterrupt on Ctrl-C as usual, and remember that it came."""
    seen: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        seen.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, note)
    return seen


def _leave(words: str, code: int) -> None:
    sys.stderr.write(f"{words}\n")
    sys.exit(code)
