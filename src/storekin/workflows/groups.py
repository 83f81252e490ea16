"""Groups of stores as lines of a file, under ids that survive from run to run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from storekin.errors import UnreadableFileError
from storekin.identity.history import GroupEvent, KnownGroup, carry_ids
from storekin.kernels.joining import HELD_APART
from storekin.workflows.match import MatchedRegistrations


@dataclass(frozen=True, slots=True)
class GroupLines:
    """All groups as JSON, and how many groups each change happened to."""

    lines: tuple[dict[str, object], ...]
    changes: dict[str, int]


def lay_out_groups(
    matched: MatchedRegistrations, earlier: Sequence[KnownGroup] = ()
) -> GroupLines:
    """Lay out each group of two and more stores: id, stores, weak links, history.

    A group of ``earlier`` that has ended has its line, too, with no store, so that
    what became of an id can be looked up.
    """
    groups = matched.groups
    ids = matched.findings.values.store_ids
    members = groups.members()
    stores = [tuple(ids[n] for n in part) for part in members.values()]
    by_number = _weak_links(matched)
    weak = {
        part[0]: by_number.get(place, [])
        for place, part in zip(members, stores, strict=True)
    }
    return lines_of_groups(stores, earlier, weak)


def lines_of_groups(
    stores: Sequence[Sequence[str]],
    earlier: Sequence[KnownGroup] = (),
    weak_links: Mapping[str, list[dict[str, object]]] | None = None,
) -> GroupLines:
    """Give groups their ids and histories; ``weak_links`` by each group's first one."""
    carried = carry_ids(earlier, stores)
    weak = weak_links or {}
    lines: list[dict[str, object]] = [
        {
            "id": group.id,
            "stores": list(group.stores),
            "weak_links": weak.get(group.stores[0], []),
            "history": [event.as_json() for event in group.history],
        }
        for group in carried.groups
    ]
    living = {group.id for group in carried.groups}
    for group in earlier:
        if group.id not in living:
            history = (*group.history, *carried.events.get(group.id, ()))
            lines.append(
                {
                    "id": group.id,
                    "stores": [],
                    "weak_links": [],
                    "history": [event.as_json() for event in history],
                }
            )
    changes: dict[str, int] = {}
    for events in carried.events.values():
        for event in events:
            changes[event.change] = changes.get(event.change, 0) + 1
    return GroupLines(tuple(lines), changes)


def _weak_links(
    matched: MatchedRegistrations,
) -> dict[int, list[dict[str, object]]]:
    """Give the weak joins of each group, and the links that were refused it."""
    groups = matched.groups
    ids = matched.findings.values.store_ids
    told: dict[int, list[dict[str, object]]] = {}
    for row in np.flatnonzero(groups.weak(matched.findings.model)).tolist():
        left, right = int(groups.joins.left[row]), int(groups.joins.right[row])
        told.setdefault(int(groups.group[left]), []).append(
            {
                "left": ids[left],
                "right": ids[right],
                "odds_bits": round(float(groups.joins.odds_bits[row]), 2),
                "joined": True,
            }
        )
    for row, why in enumerate(groups.why.tolist()):
        left, right = int(groups.refused.left[row]), int(groups.refused.right[row])
        line = {
            "left": ids[left],
            "right": ids[right],
            "odds_bits": round(float(groups.refused.odds_bits[row]), 2),
            "joined": False,
            "because": "not_same" if why == HELD_APART else "one weak link already",
        }
        for end in (left, right):
            told.setdefault(int(groups.group[end]), []).append(line)
    return told


def write_group_lines(lines: Sequence[dict[str, object]]) -> str:
    """Write groups as JSON Lines."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def read_groups(path: Path) -> list[KnownGroup]:
    """Read the groups of an earlier run.

    Raises:
        UnreadableFileError: If the file is none of ours.
    """
    groups = []
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UnreadableFileError(
            f"{path}: cannot be read ({problem})", "name the groups of an earlier run"
        ) from None
    for number, line in enumerate(text.splitlines(), 1):
        try:
            data = json.loads(line)
            groups.append(
                KnownGroup(
                    id=data["id"],
                    stores=tuple(data["stores"]),
                    history=tuple(
                        GroupEvent(
                            change=event["change"],
                            stores=tuple(event.get("stores", ())),
                            groups=tuple(event.get("groups", ())),
                        )
                        for event in data["history"]
                    ),
                )
            )
        except (ValueError, KeyError, TypeError):
            raise UnreadableFileError(
                f"{path}:{number}: this is no group of an earlier run",
                "name a file that storekin match registrations --groups wrote",
            ) from None
    return groups
