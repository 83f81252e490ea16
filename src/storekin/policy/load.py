"""A policy file to a policy; all faults are named at once, each with its place."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

from storekin.errors import (
    PolicyFaultsError,
    UnknownPolicyError,
    UnreadableFileError,
    suggest,
)
from storekin.policy.model import Policy
from storekin.policy.reading.appeals import read_appeal
from storekin.policy.reading.faults import Faults, Table
from storekin.policy.reading.rules import (
    KNOWN_SIGNALS,
    read_clocks,
    read_duplicates,
    read_duties,
    read_outcomes,
    read_permission,
    read_related,
    read_signals,
    read_standing,
    read_statements,
)

__all__ = [
    "KNOWN_SIGNALS",
    "find_policies",
    "find_policy",
    "find_policy_or_law",
    "find_profile",
    "load_policy",
    "read_policy",
    "shipped_policies",
    "shipped_profiles",
]

_TOP = frozenset(
    [
        "schema",
        "id",
        "version",
        "kind",
        "based_on",
        "effective_on",
        "superseded_on",
        "read_on",
        "platform",
        "territory",
        "seller_type",
        "title",
        "title_zh",
        "sources",
        "sources_zh",
        "signals",
        "statements",
        "generic",
        "related",
        "duplicate_listings",
        "permission",
        "standing",
        "outcomes",
        "appeal",
        "clocks",
        "duties",
    ]
)
_PROFILE = frozenset(
    [
        "schema",
        "id",
        "version",
        "kind",
        "effective_on",
        "superseded_on",
        "read_on",
        "territory",
        "title",
        "title_zh",
        "sources",
        "sources_zh",
        "clocks",
        "duties",
    ]
)
_MERGED = ("signals", "statements", "outcomes", "sources", "sources_zh", "clocks")
"""Tables of which a variant names only what is other than in the pack it is based on;
every other table it replaces as a whole."""

_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*(?:@[\w.\-]+)?")


def shipped_policies() -> list[str]:
    """Name the policies that come with storekin."""
    return _names_in("packs")


def shipped_profiles() -> list[str]:
    """Name the laws that can be stacked on a policy, as in ``aliexpress+eu``."""
    return _names_in("profiles")


def _names_in(folder: str) -> list[str]:
    places = files("storekin.policy").joinpath(folder)
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in places.iterdir()
        if entry.name.endswith(".toml")
    )


def find_policy(name: str) -> Policy:
    """Load a policy by its name, or a file by its path; ``+eu`` stacks a law on it.

    Of a folder with several versions of one policy it is the newest.

    Raises:
        UnknownPolicyError: If there is none, or it is a law, which decides nothing.
        PolicyFaultsError: If the file has faults.
    """
    return find_policies(name)[-1]


def find_policies(name: str) -> tuple[Policy, ...]:
    """Load all versions of a policy that a name or path leads to, the oldest first.

    *name* is a shipped policy (``ebay``, ``ebay@2026.1``), a file, or a folder of
    versions of one policy, which stand in place of shipped ones of the same version.

    Raises:
        UnknownPolicyError: If there is none, or it is a law, which decides nothing.
        PolicyFaultsError: If a file has faults.
    """
    found = _found(name)
    for policy in found:
        if policy.kind == "profile":
            raise UnknownPolicyError(
                f"{policy.name} is a law, which associates no stores by itself",
                f"stack it on a policy: 'aliexpress+{name}'",
            )
    return found


def find_policy_or_law(name: str) -> Policy:
    """Load what can be read rather than decided by: a policy, or a law by itself.

    Raises:
        UnknownPolicyError: If there is neither.
        PolicyFaultsError: If the file has faults.
    """
    return _found(name)[-1]


def _found(name: str) -> tuple[Policy, ...]:
    spec, *profiles = name.split("+") if not Path(name).exists() else [name]
    found = _versions(spec)
    laws = [find_profile(profile) for profile in profiles]
    return tuple(_stack(policy, laws) for policy in found)


def _versions(spec: str) -> list[Policy]:
    plain, _, version = spec.partition("@")
    if plain in shipped_policies():
        policy = _shipped(plain)
        if version and version != policy.version:
            raise UnknownPolicyError(
                f"{plain} has no version {version!r}", f"use {policy.name!r}"
            )
        return [policy]
    path = Path(spec)
    if path.is_dir():
        return _folder(path)
    if path.suffix == ".toml" or path.is_file():
        return [load_policy(path)]
    if spec in shipped_profiles():
        return [find_profile(spec)]
    raise UnknownPolicyError(
        f"there is no policy {spec!r}",
        f"{suggest(spec, shipped_policies())}, or give the path of a .toml file",
    )


def _folder(path: Path) -> list[Policy]:
    """Read a folder of versions of one policy."""
    own = [load_policy(file) for file in sorted(path.glob("*.toml"))]
    names = sorted({policy.id for policy in own})
    if len(names) != 1:
        raise UnknownPolicyError(
            f"{path}: the folder holds {len(names)} policies, not versions of one",
            "name one of its files"
            if names
            else "put the .toml files of one policy into it",
        )
    known = {policy.version: policy for policy in own}
    if names[0] in shipped_policies():
        shipped = _shipped(names[0])
        known.setdefault(shipped.version, shipped)
    if len(known) < len(own):
        raise UnknownPolicyError(
            f"{path}: two files have one id and version",
            "give each version of a policy its own 'version'",
        )
    return sorted(known.values(), key=lambda p: (p.effective_on, p.version))


def _shipped(name: str) -> Policy:
    text = files("storekin.policy").joinpath("packs", f"{name}.toml").read_bytes()
    return read_policy(text, f"{name}.toml")


def find_profile(name: str) -> Policy:
    """Load the profile of a law by its name, or a file by its path.

    Raises:
        UnknownPolicyError: If there is none.
    """
    if name in shipped_profiles():
        path = files("storekin.policy").joinpath("profiles", f"{name}.toml")
        return read_policy(path.read_bytes(), f"{name}.toml")
    file = Path(name)
    if file.is_file():
        return load_policy(file)
    raise UnknownPolicyError(
        f"there is no profile of a law {name!r}", suggest(name, shipped_profiles())
    )


def _stack(policy: Policy, laws: Sequence[Policy]) -> Policy:
    """Put laws on a pack: their duties, clocks and sources are added to its own."""
    for law in laws:
        if law.kind != "profile":
            raise UnknownPolicyError(
                f"{law.name} is a policy, not a law that is stacked on one",
                suggest(law.id, shipped_profiles()),
            )
        digest = blake2b(f"{policy.digest}{law.digest}".encode(), digest_size=16)
        policy = replace(
            policy,
            id=f"{policy.id}+{law.id}",
            digest=digest.hexdigest(),
            sources={**law.sources, **policy.sources},
            sources_zh={**law.sources_zh, **policy.sources_zh},
            clocks=(*policy.clocks, *law.clocks),
            duties=(*policy.duties, *law.duties),
            profiles=(*policy.profiles, law.name),
        )
    return policy


def load_policy(path: Path) -> Policy:
    """Load a policy file.

    Raises:
        UnknownPolicyError: If there is no such file.
        PolicyFaultsError: If it has faults.
    """
    if not path.is_file():
        raise UnknownPolicyError(f"{path}: there is no such file", "check the path")
    try:
        text = path.read_bytes()
    except OSError as problem:
        raise UnreadableFileError(
            f"{path}: cannot be read ({problem.strerror})", "check who may read it"
        ) from None
    return read_policy(text, path.name, path.parent)


def read_policy(text: bytes, file: str, folder: Path | None = None) -> Policy:
    """Read a policy from the bytes of a TOML file called *file*.

    The pack that it is based on is a shipped one, or a file in *folder*.

    Raises:
        PolicyFaultsError: If anything in it is wrong; all of it is named.
        UnreadableFileError: If it is no TOML.
    """
    own = _toml(text, file)
    faults = Faults(file)
    base = own.get("based_on")
    data, before = own, b""
    if isinstance(base, str) and base:
        found = _base(base, folder)
        if found is None:
            faults.add(
                file,
                f"'based_on' is {base!r}, which is no policy",
                suggest(base, shipped_policies()),
            )
        else:
            before = found
            data = _merge(_toml(found, base), own)
    policy = _read(faults, data, text, before)
    if faults.found:
        raise PolicyFaultsError.of(file, faults.found)
    return policy


def _toml(text: bytes, file: str) -> Table:
    try:
        return tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UnreadableFileError(
            f"{file}: this is not TOML ({problem})", "correct the line that is named"
        ) from None


def _base(name: str, folder: Path | None) -> bytes | None:
    """Find the bytes of the pack that a variant is based on."""
    if name in shipped_policies():
        return files("storekin.policy").joinpath("packs", f"{name}.toml").read_bytes()
    beside = None if folder is None else folder / Path(name).name
    return beside.read_bytes() if beside is not None and beside.is_file() else None


def _merge(base: Mapping[str, object], own: Mapping[str, object]) -> Table:
    merged: Table = {**base, **own}
    for key in _MERGED:
        one, other = base.get(key), own.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            merged[key] = {**one, **other}
    return merged


def _read(faults: Faults, data: Table, text: bytes, before: bytes) -> Policy:
    file = faults.file
    kind = data.get("kind", "pack")
    if kind not in ("pack", "profile"):
        faults.add(file, f"'kind' is {kind!r}", suggest(str(kind), ("pack", "profile")))
    is_pack = kind != "profile"
    faults.unknown_keys(file, data, _TOP if is_pack else _PROFILE)
    if data.get("schema") != 1:
        faults.add(file, "'schema' must be 1", "write schema = 1")
    sources = _texts(faults, data, "sources")
    effective = faults.day(file, data, "effective_on")
    superseded = faults.day(file, data, "superseded_on")
    faults.read_on = faults.day(file, data, "read_on")
    if "effective_on" not in data:
        faults.add(file, "'effective_on' is missing", "write effective_on = 2026-03-31")
    if effective and superseded and superseded <= effective:
        faults.add(
            file,
            "'superseded_on' is not after 'effective_on'",
            "give the first day on which it is no longer in force",
        )
    name = faults.text(file, data, "id", "unnamed")
    if name and not _NAME.fullmatch(name):
        faults.add(file, f"'id' is {name!r}", "use small letters, digits and hyphens")
    generic = faults.table(file, data, "generic")
    where = f"{file}, rule 'generic'"
    faults.unknown_keys(where, generic, {"registrants", "network_registrants"})
    title = faults.optional(data, "title", name)
    return Policy(
        id=name,
        version=faults.text(file, data, "version", "0"),
        kind=str(kind),
        based_on=faults.optional(data, "based_on"),
        effective_on=effective or date(1970, 1, 1),
        superseded_on=superseded,
        platform=faults.text(file, data, "platform", "any") if is_pack else "any",
        territory=faults.words(file, data, "territory"),
        seller_type=faults.optional(data, "seller_type"),
        title=title,
        title_zh=faults.optional(data, "title_zh", title),
        digest=blake2b(before + text, digest_size=16).hexdigest(),
        sources=sources,
        sources_zh=_texts(faults, data, "sources_zh"),
        signals=read_signals(faults, data, sources),
        statements=read_statements(faults, data, sources),
        generic_registrants=faults.whole(
            where, generic, "registrants", 2, 1_000_000, 5
        ),
        network_registrants=faults.whole(
            where, generic, "network_registrants", 2, 1_000_000, 50
        ),
        related=read_related(faults, data, sources),
        duplicates=read_duplicates(faults, data, sources),
        permission=read_permission(faults, data, sources),
        standing=read_standing(faults, data, sources),
        outcomes=read_outcomes(faults, data, sources) if is_pack else {},
        appeal=read_appeal(faults, data, sources),
        clocks=read_clocks(faults, data, sources),
        duties=read_duties(faults, data, sources),
    )


def _texts(faults: Faults, data: Table, key: str) -> dict[str, str]:
    found = faults.table(faults.file, data, key)
    for name, value in found.items():
        if not isinstance(value, str):
            faults.add(
                f"{faults.file}, [{key}]", f"{name!r} must be a text", "say where it is"
            )
    return {name: str(value) for name, value in found.items()}
