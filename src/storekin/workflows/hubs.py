"""The hub register as lines of a file."""

import json
from collections.abc import Sequence
from pathlib import Path

from storekin.errors import InvalidRecordError, UnreadableFileError
from storekin.identity.hubs import judge_commonness
from storekin.identity.model import load_identity_model
from storekin.identity.register import Hub, find_hubs
from storekin.identity.values import collect_values
from storekin.records.portfolio import Portfolio


def list_hubs(portfolio: Portfolio, known: Sequence[Hub] = ()) -> list[Hub]:
    """List the values that distinct registrants of a portfolio give."""
    values = collect_values(
        portfolio.store_ids(), portfolio.registrations, portfolio.access
    )
    model = load_identity_model().among(len(values))
    return find_hubs(values, judge_commonness(values, model), known)


def write_hubs(hubs: Sequence[Hub]) -> str:
    """Write a register as JSON Lines."""
    lines = [json.dumps(hub.as_json(), ensure_ascii=False) for hub in hubs]
    return "".join(f"{line}\n" for line in lines)


def read_hubs(path: Path) -> list[Hub]:
    """Read a register.

    Raises:
        UnreadableFileError: If the file is none of ours.
        InvalidRecordError: If a line says what is no kind or status.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UnreadableFileError(
            f"{path}: cannot be read ({problem})", "name a register of hubs"
        ) from None
    hubs = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            hubs.append(Hub(**json.loads(line)))
        except InvalidRecordError as problem:
            raise InvalidRecordError(
                f"{path}:{number}: {problem.problem}", problem.fix
            ) from None
        except (ValueError, TypeError):
            raise UnreadableFileError(
                f"{path}:{number}: this is no hub",
                "name a file that storekin hubs wrote, one JSON object a line",
            ) from None
    return hubs
