"""The table of moves: from where to where a case may go, by whom, with what."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from storekin.cases.events import Actor
from storekin.errors import InvalidRecordError

ANY = "*"
"""Stands for every state that there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One allowed move. ``to`` is empty where the state stays as it is.

    ``severe_to`` is where it leads if its outcome is one of ``severe``; ``apart_from``
    names the moves whose makers may not make this one.
    """

    id: str
    starts: tuple[str, ...]
    to: str
    roles: tuple[str, ...]
    needs: tuple[str, ...] = ()
    severe_to: str = ""
    severe: tuple[str, ...] = ()
    apart_from: tuple[str, ...] = ()

    def leads_from(self, state: str | None) -> bool:
        """Say whether it may be made in *state*; None stands for no case yet."""
        if state is None:
            return not self.starts
        return ANY in self.starts or state in self.starts

    def state_after(self, state: str, data: Mapping[str, Any]) -> str:
        """Give the state that it leads to."""
        if self.severe_to and data.get("outcome") in self.severe:
            return self.severe_to
        return self.to or state


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """All moves by their ids, the states with their names in English and Chinese."""

    version: str
    roles: tuple[str, ...]
    states: Mapping[str, tuple[str, str]]
    moves: Mapping[str, Move]

    def from_state(self, state: str) -> list[Move]:
        """Give the moves that change *state*, in the table's order."""
        return [
            move for move in self.moves.values() if state in move.starts and move.to
        ]


@lru_cache(maxsize=1)
def load_moves() -> Moves:
    """Read the shipped table."""
    text = files("storekin.cases").joinpath("data", "moves.toml").read_text("utf-8")
    told = tomllib.loads(text)
    severe = tuple(told["severe"])
    return Moves(
        version=told["version"],
        roles=tuple(told["roles"]),
        states={name: (en, zh) for name, (en, zh) in told["states"].items()},
        moves={
            name: Move(
                id=name,
                starts=tuple(row["from"]),
                to=row.get("to", ""),
                roles=tuple(row["by"]),
                needs=tuple(row.get("needs", ())),
                severe_to=row.get("severe_to", ""),
                severe=severe,
                apart_from=tuple(row.get("apart_from", ())),
            )
            for name, row in told["moves"].items()
        },
    )


def actor_of(text: str) -> Actor:
    """Give who acts, written as NAME:ROLE.

    >>> actor_of("kim:reviewer")
    Actor(name='kim', role='reviewer')

    Raises:
        InvalidRecordError: If there is no name, or no such role.
    """
    name, _, role = text.rpartition(":")
    known = load_moves().roles
    if not name.strip() or role not in known:
        raise InvalidRecordError(
            f"{text!r} does not say who acts",
            f"write it as NAME:ROLE, with one of the roles {', '.join(known)}",
        )
    return Actor(name.strip(), role)
