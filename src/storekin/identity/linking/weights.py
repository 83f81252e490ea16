"""Learnt weights as a text file: what each level of each column weighs, and how."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from storekin.errors import ModelFileError
from storekin.identity.linking.levels import LEVELS
from storekin.identity.linking.mixture import Mixture
from storekin.identity.linking.values import LinkedColumn


def write_weights(mixture: Mixture, columns: Sequence[LinkedColumn], rows: int) -> str:
    """Write a mixture as TOML that a person can read and change."""
    lines = [
        "# What each level of each column weighs: bits = log2(m / u), where m is how",
        "# often the level is met among pairs of one, and u among pairs of two. Learnt",
        f"# from the pairs of {rows} rows without labels, by expectation maximisation.",
        "schema = 1",
        f"share = {mixture.share!r}",
        f"rounds = {mixture.rounds}",
        f"converged = {str(mixture.converged).lower()}",
    ]
    for number, column in enumerate(columns):
        lines += ["", "[[column]]", f"name = {_quoted(column.name)}"]
        lines.append(f'kind = "{column.kind}"')
        for level, name in enumerate(LEVELS[column.kind]):
            m, u = float(mixture.m[number][level]), float(mixture.u[number][level])
            lines += [
                "  [[column.level]]",
                f'  name = "{name}"',
                f"  m = {m!r}",
                f"  u = {u!r}  # {np.log2(m / u):+.2f} bits",
            ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read_weights(path: Path, columns: Sequence[LinkedColumn]) -> Mixture:
    """Read weights for just these columns.

    Raises:
        ModelFileError: If the file is none, or is for other columns.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        found = [(c["name"], c["kind"]) for c in data["column"]]
        wanted = [(c.name, c.kind) for c in columns]
        if found != wanted:
            raise ModelFileError(
                f"{path}: the weights are for {_told(found)}, the map is of"
                f" {_told(wanted)}",
                "give the map that they were learnt with, or train anew",
            )
        m = tuple(np.array([v["m"] for v in c["level"]]) for c in data["column"])
        u = tuple(np.array([v["u"] for v in c["level"]]) for c in data["column"])
        sizes = [len(LEVELS[column.kind]) for column in columns]
        if [len(one) for one in m] != sizes or not all(
            (np.concatenate([one, other]) > 0).all()
            for one, other in zip(m, u, strict=True)
        ):
            raise ModelFileError(
                f"{path}: a level is missing, or an m or u is not above 0",
                "train anew, or put it back as it was",
            )
        return Mixture(m, u, data["share"], data["rounds"], data["converged"])
    except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError) as problem:
        raise ModelFileError(
            f"{path}: this is no file of weights ({problem})",
            "name a file that storekin train registrations wrote",
        ) from None


def _told(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name} ({kind})" for name, kind in columns)
