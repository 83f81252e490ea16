"""The index of registrations: one is screened against all, one more is taken in.

The first takes a fraction of a millisecond, the second tells which groups it changes.
It says what comparing all of them says: the same values meet, and weigh the same.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from storekin.errors import IndexFileError, InvalidRecordError
from storekin.identity.blocking import GENERIC_FOR_RULES, MOST_PAIRED
from storekin.identity.history import KnownGroup, carry_ids
from storekin.identity.hubs import SMOOTHING
from storekin.identity.judgements import binding
from storekin.identity.model import load_identity_model
from storekin.identity.register import Hub
from storekin.identity.screening.known import Ids, KnownStores
from storekin.identity.screening.laid_out import (
    HAN,
    LAYOUT,
    SIGNALS,
    LaidOut,
    Likely,
    laid_out_from,
    lay_out,
)
from storekin.identity.screening.pairs import (
    Comparison,
    Finding,
    crowded_by,
    may_join_groups,
    sum_bits,
)
from storekin.identity.screening.regroup import GroupChange, KnownGroups, changes_in
from storekin.identity.screening.relaying import values_of
from storekin.identity.screening.subject import Subject, read_record
from storekin.identity.screening.tally import Weight, bits_of_name
from storekin.identity.steps import step_up
from storekin.identity.values import SOURCES, StoreValues, collect_values
from storekin.indexes.file import read_index_file, write_index_file
from storekin.kernels.similar_texts import TextColumn
from storekin.records.judgement import Judgement
from storekin.records.portfolio import Portfolio
from storekin.workflows.registrations import compare_values, find_groups

if TYPE_CHECKING:
    from storekin.indexes.log import ChangeLog

KIND = "registrations"
"""What the file of such an index says it is."""

MOST_ADDED = 20_000
"""Added registrations that are kept beside the arrays before all is laid out anew."""

SOON_LAID_OUT = 20_000
"""Stores up to which all is laid out anew as soon as their number's step changes."""

MOST_REWEIGHED = 200
"""Holders of a value whose pairs are weighed anew when it becomes more common; those
of more wait until all is laid out anew."""

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ScreenedStore:
    """One store that the screened registration may have the seller of.

    ``signals`` holds each signal's bits; ``findings`` what they rest on, as the
    comparable texts of both: personal data, for whoever may see it.
    """

    store: str
    probability: float
    bits: float
    signals: Mapping[str, float]
    findings: tuple[Finding, ...]


class RegistrationIndex:
    """Registrations by their values. Safe for several threads."""

    def __init__(
        self,
        table: pa.Table,
        laid: LaidOut,
        judgements: Sequence[Judgement] = (),
        register: Sequence[Hub] = (),
    ) -> None:
        self._judgements = tuple(judgements)
        self._register = tuple(hub for hub in register if hub.status != "proposed")
        self._lock = RLock()
        self._log: ChangeLog | None = None
        self._take(table, laid)

    def _take(self, table: pa.Table, laid: LaidOut) -> None:
        self._table, self._laid = table, laid
        model = load_identity_model().among(laid.stores)
        self._prior = model.prior_bits(laid.stores)
        self._known = KnownStores(_ids_of(table), laid, model, self._register)
        told = table["group"].combine_chunks()
        several = np.flatnonzero(told.is_valid().to_numpy(zero_copy_only=False))
        ids = told.take(pa.array(several)).to_pylist()
        groups = laid.groups[several].tolist()
        self._groups = KnownGroups(
            laid,
            model,
            self._known.name_of,
            dict(zip(groups, ids, strict=True)),
            *self._ruled(),
        )

    @classmethod
    def build(
        cls,
        portfolio: Portfolio,
        *,
        judgements: Sequence[Judgement] = (),
        register: Sequence[Hub] = (),
        groups: Sequence[KnownGroup] = (),
    ) -> "RegistrationIndex":
        """Index a portfolio's registrations and access.

        ``judgements`` bind, ``register`` says which values a person found generic or
        not, and ``groups`` are those of an earlier run, whose ids go on.
        """
        values = collect_values(
            portfolio.store_ids(), portfolio.registrations, portfolio.access
        )
        return cls.of_values(values, judgements, register, groups)

    @classmethod
    def of_values(
        cls,
        values: StoreValues,
        judgements: Sequence[Judgement] = (),
        register: Sequence[Hub] = (),
        groups: Sequence[KnownGroup] = (),
    ) -> "RegistrationIndex":
        """Index stores whose values are clean already; see ``build``."""
        laid_out = _lay_out(values, judgements, register, groups)
        return cls(*laid_out, judgements, register)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, store: str) -> bool:
        with self._lock:
            return self._known.number_of(store) is not None

    def screen(self, record: Record, *, floor: float = 0.05) -> list[ScreenedStore]:
        """Find the stores that may have the seller of *record*, likeliest first.

        Those that give one identifier which is not generic are told whatever their
        probability. The store itself, by its ``store``, is never among them.

        Raises:
            InvalidRecordError: If a value of the record cannot be read.
        """
        texts = read_record(record)
        name = str(record.get("store") or "")
        with self._lock:
            subject = self._known.subject(texts, name)
            comparison = Comparison(self._known, subject)
            found = []
            for store in comparison.candidates(self._known.meet(texts)):
                findings = comparison.compare(store)
                bits = sum_bits(findings)
                probability = _probability(bits + self._prior)
                if probability < floor and not _shares_an_identifier(findings):
                    continue
                found.append(
                    ScreenedStore(
                        self._known.name_of(store),
                        probability,
                        bits,
                        {one.signal: one.bits for one in findings},
                        tuple(findings),
                    )
                )
        return sorted(found, key=lambda one: (-one.bits, one.store))

    @property
    def prior_bits(self) -> float:
        """Give log2 of the odds that two stores of the index have one seller."""
        return self._prior

    def commonness(self, record: Record) -> list[tuple[str, str, Weight]]:
        """Say how common each value of *record* is: signal, text, and its weight.

        The record counts among the holders. Raises as ``screen`` does.
        """
        texts = read_record(record)
        with self._lock:
            subject = self._known.subject(texts, str(record.get("store") or ""))
            comparison = Comparison(self._known, subject)
            return [
                (SIGNALS[kind], text, comparison.weight(kind, text))
                for kind in range(HAN)
                for text in subject.texts[kind]
            ]

    def add(self, record: Record) -> list[GroupChange]:
        """Add one registration, or put another in the place of its store's.

        Gives the groups that it changed: joined, merged, split, ended.

        Raises:
            InvalidRecordError: If it has no ``store``, or a value cannot be read.
        """
        name = record.get("store")
        if not isinstance(name, str) or not name:
            raise InvalidRecordError(
                "a registration has no store", "give its id as the text 'store'"
            )
        texts = read_record(record)
        plain = {
            key: value
            for key, value in record.items()
            if value is not None and (key == "country" or key in _COLUMNS)
        }
        with self._lock:
            self._note(name, json.dumps(plain, sort_keys=True).encode())
            number = self._known.number_of(name)
            changes = [] if number is None else self._remove(number)
            changes += self._add(self._known.subject(texts, name))
            changes += self._settle()
        return changes

    def remove(self, store: str) -> list[GroupChange] | None:
        """Take one store out: the groups that it changed; None if it was not there."""
        with self._lock:
            number = self._known.number_of(store)
            if number is None:
                return None
            self._note(store, None)
            return self._remove(number) + self._settle()

    def group_of(self, store: str) -> KnownGroup | None:
        """Give the group of a store, by its id; None where it stands alone."""
        with self._lock:
            number = self._known.number_of(store)
            if number is None:
                return None
            group = self._groups.group_of(number)
            name = self._groups.id_of(group)
            if name is None:
                return None
            members = self._groups.members_of(group)
            stores = tuple(sorted(self._known.name_of(one) for one in members))
            return KnownGroup(id=name, stores=stores)

    def save(self, path: str | Path) -> None:
        """Write the index to a file, whole or not at all; later changes go to its log.

        Raises:
            IndexFileError: If the place cannot be written.
        """
        with self._lock:
            if self._known.added() or self._known.gone:
                self._lay_out_anew(self._every_group())
            about = {
                "layout": LAYOUT,
                "judgements": [one.as_json() for one in self._judgements],
                "register": [hub.as_json() for hub in self._register],
            }
            self._log = write_index_file(
                Path(path), self._laid.arrays(), self._table, about, KIND
            )

    @classmethod
    def load(cls, path: str | Path, *, log: bool = True) -> "RegistrationIndex":
        """Map an index file and catch up with its log. Many may read one file.

        Without *log* what is added later stays in memory, and no file is changed.

        Raises:
            IndexFileError: If it is no index, or not whole.
        """
        arrays, table, about, changes = read_index_file(Path(path), KIND)
        kept: Any = about  # as save wrote it
        fix = "build it again, and save it"
        if kept.get("layout") != LAYOUT:
            raise IndexFileError(f"{path}: an index of another version", fix)
        try:
            laid = laid_out_from(arrays)
        except KeyError as problem:
            raise IndexFileError(
                f"{path}: an index of another version, without {problem.args[0]}", fix
            ) from problem
        index = cls(
            table,
            laid,
            [_judgement_of(one) for one in kept["judgements"]],
            [Hub(**one) for one in kept["register"]],
        )
        for name, record in changes:
            if record is None:
                index.remove(name)
            else:
                index.add({**json.loads(record), "store": name})
        index._log = changes if log else None
        return index

    # ---- below: with the lock held ----

    def _note(self, store: str, record: bytes | None) -> None:
        if self._log is not None:
            self._log.append([(store, record)])

    def _ruled(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Give the pairs that judgements of today find the same, and not the same."""
        ruled: dict[str, list[tuple[int, int]]] = {"same": [], "not_same": []}
        for one in binding(self._judgements, _today()):
            left = self._known.number_of(one.left)
            right = self._known.number_of(one.right)
            if left is not None and right is not None:
                ruled[one.verdict].append((left, right))
        return ruled["same"], ruled["not_same"]

    def _add(self, subject: Subject) -> list[GroupChange]:
        values = self._known.changed_by(subject)
        before = {code: self._standing(code) for code in values}
        number = self._known.add(subject)
        changed = self._unlike(before)
        if self._judgements:
            self._groups.rule(*self._ruled())
        return self._reweigh({number} | changed | self._crowded_by(number))

    def _remove(self, number: int) -> list[GroupChange]:
        name = self._known.name_of(number)
        subject = self._known.subject(self._known.texts_of(number), name, number)
        values = self._known.changed_by(subject)
        before = {code: self._standing(code) for code in values}
        crowd = self._crowded_by(number)
        self._known.remove(number)
        changed = self._unlike(before) | crowd
        changes = self._reweigh(changed - {number}, gone=number)
        if self._judgements:
            self._groups.rule(*self._ruled())
        return changes

    def _settle(self) -> list[GroupChange]:
        """Lay all out anew where the weights of the old size no longer hold."""
        count = len(self._known)
        changed = self._known.added() + len(self._known.gone)
        moved = _steps(count) != _steps(self._laid.stores)
        if changed <= MOST_ADDED and not (moved and count <= SOON_LAID_OUT):
            return []
        before = self._every_group()
        self._lay_out_anew(before)
        told = carry_ids(before, [group.stores for group in self._every_group()])
        return changes_in(told)

    def _every_group(self) -> list[KnownGroup]:
        found = {}
        for number in self._known.numbers():
            group = self._groups.group_of(number)
            name = self._groups.id_of(group)
            if name is not None and name not in found:
                stores = [
                    self._known.name_of(s) for s in self._groups.members_of(group)
                ]
                found[name] = KnownGroup(id=name, stores=tuple(sorted(stores)))
        return list(found.values())

    def _lay_out_anew(self, groups: Sequence[KnownGroup]) -> None:
        """Lay all out anew; the ids of *groups*, all there are, go on."""
        values = values_of(self._known)
        self._take(*_lay_out(values, self._judgements, self._register, groups))

    def _standing(self, code: int) -> tuple[object, ...]:
        """Say what of a value the pairs of its holders depend on."""
        known = self._known
        kind = known.kind_of(code)
        if kind == HAN:
            base = known.model.signals["similar_legal_person_name"].base
            return (bits_of_name(known.count_of(code), known.stores, base),)
        weight = known.standing(code)
        return (
            weight.bits,
            weight.generic,
            weight.registrants >= GENERIC_FOR_RULES,
            weight.holders > 1,
            known.first_of(code) if weight.holders > MOST_PAIRED else None,
        )

    def _unlike(self, before: Mapping[int, tuple[object, ...]]) -> set[int]:
        """Give the holders of values that are more or less common than before."""
        changed: set[int] = set()
        for code, standing in before.items():
            few = self._known.count_of(code) <= MOST_REWEIGHED
            if few and self._standing(code) != standing:
                changed.update(self._known.holders_of(code))
        return changed

    def _crowded_by(self, number: int) -> set[int]:
        """Give the holders of what a store's own values make too crowded to be near."""
        known = self._known
        codes = known.codes_of(number)
        return crowded_by(known, [c for c in codes if known.count_of(c) == 1])

    def _reweigh(
        self, stores: Iterable[int], gone: int | None = None
    ) -> list[GroupChange]:
        """Weigh all pairs of some stores anew, and group what they reach."""
        known = self._known
        edges: dict[int, dict[int, float]] = {}
        for store in stores:
            texts = known.texts_of(store)
            subject = known.subject(texts, known.name_of(store), store)
            comparison = Comparison(known, subject)
            edges[store] = {}
            for other in comparison.candidates(known.meet(texts)):
                findings = comparison.compare(other)
                odds = sum_bits(findings) + self._prior
                if odds < known.model.joining.odds_bits:
                    continue
                if may_join_groups(findings, known.model):
                    edges[store][other] = odds
        if gone is not None:
            edges[gone] = {}
        return self._groups.change(edges, () if gone is None else (gone,))


_COLUMNS = frozenset(source.column for source in SOURCES.values())
_EXACT = tuple(
    signal.startswith("same_") and signal != "same_trademark" for signal in SIGNALS
)


def _probability(odds_bits: float) -> float:
    """Turn bits with the prior into a probability, as ``scoring.probability`` does."""
    odds: float = 2.0 ** min(max(odds_bits, -60.0), 60.0)
    return round(1e6 * odds / (1 + odds)) / 1e6


def _shares_an_identifier(findings: Iterable[Finding]) -> bool:
    return any(
        one.weight is not None and not one.generic and _EXACT[one.kind]
        for one in findings
    )


def _steps(stores: int) -> tuple[float, float, float]:
    """Give the steps that all weights of a size follow."""
    model = load_identity_model()
    return (
        step_up(stores + SMOOTHING),
        step_up(max(stores, model.sizes.fewest)),
        step_up(max(stores, model.prior_fewest)),
    )


def _today() -> date:
    return datetime.now(tz=UTC).date()


def _ids_of(table: pa.Table) -> Ids:
    column = TextColumn.of(table["store"])
    return Ids(column.data, column.offsets)


def _lay_out(
    values: StoreValues,
    judgements: Sequence[Judgement],
    register: Sequence[Hub],
    earlier: Sequence[KnownGroup],
) -> tuple[pa.Table, LaidOut]:
    """Compare and group all stores, and lay out what screening asks for."""
    findings = compare_values(values, register=register)
    groups = find_groups(findings, judgements)
    direct = groups.likely.pair >= 0
    likely = Likely(
        groups.likely.left[direct],
        groups.likely.right[direct],
        groups.likely.odds_bits[direct],
        groups.group,
    )
    ids = values.store_ids
    members = groups.members()
    stores = [[ids[number] for number in part] for part in members.values()]
    first = {part[0]: number for part, number in zip(stores, members, strict=True)}
    names: list[str | None] = [None] * len(ids)
    for group in carry_ids(earlier, stores).groups:
        names[first[group.stores[0]]] = group.id
    table = pa.table(
        {"store": pa.array(ids, pa.string()), "group": pa.array(names, pa.string())}
    )
    return table, lay_out(values, likely, findings.model.hubs)


def _judgement_of(line: Mapping[str, str]) -> Judgement:
    expires = line["expires_on"]
    days = {
        "made_on": date.fromisoformat(line["made_on"]),
        "expires_on": date.fromisoformat(expires) if expires else None,
    }
    return Judgement(**{**line, **days})  # type: ignore[arg-type] # as as_json wrote it
