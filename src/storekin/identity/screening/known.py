"""All known registrations: the arrays, with what was added and taken out since."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storekin.identity.comparisons.near import NameWords
from storekin.identity.hubs import is_placeholder
from storekin.identity.model import NEAR_SIGNALS, IdentityModel
from storekin.identity.register import A_PERSONS_WORD, Hub, token_of
from storekin.identity.screening.laid_out import (
    HAN,
    NONE,
    PAPER_SETS,
    PAPERS_OF,
    SIGNALS,
    SOUND,
    LaidOut,
)
from storekin.identity.screening.subject import PAPERS, Subject, Texts, is_sound
from storekin.identity.screening.tally import (
    Parties,
    Party,
    Tally,
    Weight,
    bits_of_generic,
    weigh_value,
)
from storekin.kernels.agreements import keys_without_a_number
from storekin.kernels.known import (
    KIND,
    find_doors,
    find_near,
    find_values,
    matched_parties,
    place_of,
)
from storekin.kernels.near import part_keys
from storekin.kernels.similar_texts import TextColumn

_PERSON = SIGNALS.index("similar_legal_person_name")
_ADDRESS = SIGNALS.index("similar_address")
_NEAR = tuple(SIGNALS.index(signal) for signal in NEAR_SIGNALS)
_OTHERS = tuple(k for k in range(HAN + 1) if k not in _NEAR and k != _ADDRESS)
_ORDER = (*_NEAR, *_OTHERS, _ADDRESS)
"""Texts are laid out so that those with keys of one sort stand together."""

_PAPERS = sorted({kind for kinds in PAPERS for kind in kinds})
_ROOM = 1024


@dataclass(frozen=True, slots=True)
class Met:
    """The known values that a subject's texts are near, and its doors' addresses.

    ``near`` gives for each kind and text the values one edit away; ``doors`` for each
    of the address's keys the addresses behind it, None where there are too many.
    """

    near: dict[tuple[int, str], list[int]]
    doors: list[list[int] | None]


class Ids(Sequence[str]):
    """The stores' ids as the file holds them, in order."""

    def __init__(
        self, data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64]
    ) -> None:
        self._data, self._starts = data, starts

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, place: int) -> str:  # type: ignore[override] # no slices are asked for
        return bytes(self._data[self._starts[place] : self._starts[place + 1]]).decode()

    def place_of(self, store: str) -> int:
        """Give the place of an id, or -1."""
        wanted = np.frombuffer(store.encode() or b"\0", np.uint8)
        return int(place_of(self._data, self._starts, wanted.copy()))


class KnownStores:
    """Stores, their values, and who they are told to be. Not safe for threads."""

    def __init__(
        self,
        ids: Ids,
        laid: LaidOut,
        model: IdentityModel,
        register: Iterable[Hub] = (),
    ) -> None:
        self.model = model
        self.stores = laid.stores
        """The number of stores whose weights hold: that when all were laid out."""
        self.laid = laid
        self._ids = ids
        self._crowded = laid.crowded.tolist()
        self._shared = len(laid.holder_starts) - 1
        self._values = len(laid.marks)
        self.words = NameWords(int(laid.names[0]), laid.words, laid.word_counts)
        self._ruled = {
            (hub.signal, hub.token): hub.status == "confirmed"
            for hub in register
            if hub.status != "proposed"
        }
        self.gone: set[int] = set()
        self._names: list[str] = []
        self._number_of: dict[str, int] = {}
        self._codes: dict[int, list[int]] = {}
        self._texts: list[tuple[int, str]] = []
        self._code_of: dict[tuple[int, str], int] = {}
        self._more: dict[int, list[int]] = {}
        self._fewer: dict[int, int] = {}
        self._near: dict[int, list[int]] = {}
        self._doors: dict[int, list[int]] = {}
        self._labels: list[dict[int, int]] = [{} for _ in PAPER_SETS]
        self._next_label = 1 << 33
        self._parties: dict[int, Parties] = {}
        self._dirty: set[int] = set()
        self._fresh: dict[int, Weight] = {}
        self._found = np.empty(_ROOM, np.int64)
        self._beside = np.empty(_ROOM, np.int64)

    # ---- stores ----

    def __len__(self) -> int:
        return self.laid.stores + len(self._names) - len(self.gone)

    def added(self) -> int:
        """Give how many stores were added since the arrays were laid out."""
        return len(self._names)

    def number_of(self, store: str) -> int | None:
        """Give the number of a store that is known."""
        number = self._number_of.get(store)
        if number is not None:
            return number
        place = self._ids.place_of(store)
        return None if place < 0 or place in self.gone else place

    def name_of(self, number: int) -> str:
        """Give a store's id."""
        base = self.laid.stores
        return self._ids[number] if number < base else self._names[number - base]

    def numbers(self) -> Iterator[int]:
        """Give all known stores."""
        total = self.laid.stores + len(self._names)
        return (number for number in range(total) if number not in self.gone)

    def codes_of(self, store: int) -> list[int]:
        """Give the values of a store."""
        if store >= self.laid.stores:
            return self._codes[store]
        starts = self.laid.store_starts
        codes: list[int] = self.laid.store_values[
            starts[store] : starts[store + 1]
        ].tolist()
        return codes

    # ---- values ----

    def by_kind(self, store: int) -> list[list[int]]:
        """Give the values of a store, those of each kind together."""
        kinds: list[list[int]] = [[] for _ in range(HAN + 1)]
        if store < self.laid.stores:
            starts = self.laid.store_starts
            values = self.laid.store_values[starts[store] : starts[store + 1]]
            marks = self.laid.marks[values].tolist()
            for code, mark in zip(values.tolist(), marks, strict=True):
                kinds[mark & KIND].append(code)
        else:
            for code in self._codes[store]:
                kinds[self.kind_of(code)].append(code)
        return kinds

    def kind_of(self, code: int) -> int:
        """Give the kind of a value."""
        if code >= self._values:
            return self._texts[code - self._values][0]
        return int(self.laid.marks[code]) & KIND

    def text_of(self, code: int) -> str:
        """Give a value's comparable text."""
        if code >= self._values:
            return self._texts[code - self._values][1]
        starts = self.laid.text_starts
        return bytes(self.laid.text_data[starts[code] : starts[code + 1]]).decode()

    def all_texts(self) -> tuple[pa.Array, npt.NDArray[np.uint8]]:
        """Give the texts of all values, and their marks."""
        laid = self.laid
        offsets = laid.text_starts.astype(np.int64)
        texts = pa.Array.from_buffers(
            pa.large_string(),
            self._values,
            [None, pa.py_buffer(offsets), pa.py_buffer(laid.text_data)],
        )
        more = pa.array([text for _, text in self._texts], pa.large_string())
        marks = np.array([kind for kind, _ in self._texts], np.uint8)
        return pa.concat_arrays([texts, more]), np.concatenate([laid.marks, marks])

    def _sound(self, code: int) -> bool:
        if code >= self._values:
            return is_sound(*self._texts[code - self._values])
        return bool(self.laid.marks[code] & SOUND)

    def holders_of(self, code: int) -> list[int]:
        """Give the stores that give a value, those laid out in the ids' order."""
        if code >= self._values:
            holders: list[int] = []
        elif code >= self._shared:
            holders = [int(self.laid.sole[code - self._shared])]
        else:
            starts = self.laid.holder_starts
            holders = self.laid.holders[starts[code] : starts[code + 1]].tolist()
        if self.gone:
            holders = [store for store in holders if store not in self.gone]
        more = self._more.get(code)
        return holders + more if more else holders

    def count_of(self, code: int) -> int:
        """Count the stores that give a value, without listing them."""
        if code >= self._values:
            return len(self._more.get(code, ()))
        if code >= self._shared:
            return len(self.holders_of(code))
        starts = self.laid.holder_starts
        laid = int(starts[code + 1]) - int(starts[code]) - self._fewer.get(code, 0)
        return laid + len(self._more.get(code, ()))

    def first_of(self, code: int) -> int | None:
        """Give the first holder of a value by the stores' ids."""
        found = list(self._more.get(code, ()))
        if code < self._shared:
            starts = self.laid.holder_starts
            laid = range(int(starts[code]), int(starts[code + 1]))
            living = (int(self.laid.holders[place]) for place in laid)
            first = next((store for store in living if store not in self.gone), None)
            if first is not None:
                found.append(first)
        elif code < self._values:
            found = self.holders_of(code)
        return min(found, key=self.name_of, default=None)

    # ---- registrants ----

    def label(self, papers: int, store: int) -> int:
        """Give a store's registrant, as a set of papers tells it."""
        changed = self._labels[papers].get(store)
        if changed is not None:
            return changed
        return int(self.laid.registrants[papers, store])

    def has_papers(self, papers: int, store: int) -> bool:
        """Say whether a store gives a sound paper of a set."""
        if store < self.laid.stores:
            return bool(self.laid.papered[store] >> papers & 1)
        kinds = PAPERS[papers]
        return any(
            self.kind_of(code) in kinds and self._sound(code)
            for code in self._codes[store]
        )

    def person_of(self, store: int) -> int:
        """Give a store's first person, or -1."""
        if store < self.laid.stores:
            person = int(self.laid.persons[store])
            return -1 if person == NONE else person
        return self.first_of_kind(store, _PERSON)

    def first_of_kind(self, store: int, kind: int) -> int:
        """Give a store's first value of a kind in the order of texts, or -1."""
        codes = [code for code in self.codes_of(store) if self.kind_of(code) == kind]
        return min(codes, key=self.text_of, default=-1)

    def joined_by_papers(self, papers: int, store: int) -> set[int]:
        """Give all stores that a set of sound papers ties to one another."""
        kinds = PAPERS[papers]
        seen, waiting = {store}, [store]
        asked: set[int] = set()
        while waiting:
            for code in self.codes_of(waiting.pop()):
                if code in asked or self.kind_of(code) not in kinds:
                    continue
                asked.add(code)
                if self._sound(code):
                    new = [s for s in self.holders_of(code) if s not in seen]
                    seen.update(new)
                    waiting += new
        return seen

    # ---- how common a value is ----

    def tally(self, code: int) -> Tally:
        """Give what a value's holders come to."""
        if code not in self._dirty and code < self._values:
            if code >= self._shared:
                store = int(self.laid.sole[code - self._shared])
                kind = self.kind_of(code)
                if kind == HAN:
                    return Tally(1)
                known = self.has_papers(PAPERS_OF[kind], store)
                return Tally().with_holder((), self.model.hubs, known=known)
            starts = self.laid.holder_starts
            strong, weak, stores, main = self.laid.tallies[code].tolist()
            return Tally(
                int(starts[code + 1]) - int(starts[code]),
                strong,
                weak,
                stores,
                main,
                float(self.laid.clients[code]),
            )
        if self.kind_of(code) == HAN:
            return Tally(self.count_of(code))
        return self._parties_of(code).tally

    def _parties_of(self, code: int) -> Parties:
        parties = self._parties.get(code)
        if parties is None:
            kind = self.kind_of(code)
            papers = PAPERS_OF[kind]
            parties = self._parties[code] = Parties()
            for store in self.holders_of(code):
                parties.add(
                    (self.label(papers, store),),
                    -1 if kind == _PERSON else self.person_of(store),
                    self.model.hubs,
                    known=self.has_papers(papers, store),
                )
        return parties

    def matched(
        self, code: int, registrants: tuple[int, ...], person: int
    ) -> list[Party]:
        """Give the parties of a value's holders that have a registrant or person."""
        kind = self.kind_of(code)
        if kind == _PERSON:
            person = -1
        if code in self._dirty or code >= self._values:
            return self._parties_of(code).matched(registrants, person)
        papers = PAPERS_OF[kind]
        if code >= self._shared:
            store = int(self.laid.sole[code - self._shared])
            told = person >= 0 and self.person_of(store) == person
            if not told and self.label(papers, store) not in registrants:
                return []
            return [(1, self.has_papers(papers, store))]
        starts = self.laid.holder_starts
        count = matched_parties(
            self.laid.holders,
            int(starts[code]),
            int(starts[code + 1]),
            self.laid.registrants[papers],
            np.array(registrants, np.int64),
            self.laid.persons,
            person,
            self.laid.parties,
            self._found,
        )
        sizes, known = self.laid.party_sizes, self.laid.party_known
        return [
            (int(sizes[party]), bool(known[party]))
            for party in self._found[:count].tolist()
        ]

    def weight(self, kind: int, text: str, code: int, subject: Subject) -> Weight:
        """Weigh a value that the subject gives, the subject among its holders."""
        papers = PAPERS_OF[kind]
        if code < 0:
            return self._fresh_weight(kind, text)
        if subject.number >= 0:
            tally = self.tally(code)
        else:
            matched = self.matched(code, subject.registrants[papers], subject.person)
            tally = self.tally(code).with_holder(
                matched, self.model.hubs, known=subject.told[papers]
            )
        return self._ruled_weight(kind, text, code, tally)

    def _fresh_weight(self, kind: int, text: str) -> Weight:
        """Weigh a value that nobody gives yet."""
        if is_placeholder(SIGNALS[kind], text):
            return self._ruled_weight(kind, text, -1, Tally(1))
        known = self._fresh.get(kind)
        if known is None:
            known = self._fresh[kind] = self._ruled_weight(kind, text, -1, Tally(1))
        return known

    def weight_beside(self, code: int, subject: Subject) -> Weight:
        """Weigh a value that the subject does not give, as it stands beside it."""
        kind = self.kind_of(code)
        registrants = subject.registrants[PAPERS_OF[kind]]
        tally = self.tally(code)
        if subject.number < 0 and len(registrants) > 1:
            # the subject's papers tie registrants to one another
            matched = self.matched(code, registrants, -1)
            if len(matched) > 1:
                tally = tally.with_holder(matched, self.model.hubs, known=False, size=0)
        return self._ruled_weight(kind, self.text_of(code), code, tally)

    def standing(self, code: int) -> Weight:
        """Weigh a value by its holders alone."""
        kind = self.kind_of(code)
        return self._ruled_weight(kind, self.text_of(code), code, self.tally(code))

    def _ruled_weight(self, kind: int, text: str, code: int, tally: Tally) -> Weight:
        signal = SIGNALS[kind]
        sound = tally.holders > 1 and (
            self._sound(code) if code >= 0 else is_sound(kind, text)
        )
        weight = weigh_value(signal, text, tally, self.stores, self.model, sound=sound)
        if not self._ruled or tally.holders < 2:
            return weight
        ruled = self._ruled.get((signal, token_of(signal, text)))
        if ruled is None:
            return weight
        bits = (
            bits_of_generic(tally.holders, self.stores, self.model)
            if ruled
            else self.model.signals[signal].base + A_PERSONS_WORD
        )
        return Weight(round(bits, 4), weight.holders, weight.registrants, generic=ruled)

    # ---- a registration among them ----

    def subject(self, texts: Texts, name: str = "", number: int = -1) -> Subject:
        """Look up a registration's values, and whom its papers belong to."""
        flat = [text for kind in _ORDER for text in texts[kind]]
        found = self._look_up(flat, texts)
        codes: list[tuple[int, ...]] = [()] * (HAN + 1)
        place = 0
        for kind in _ORDER:
            count = len(texts[kind])
            codes[kind] = tuple(found[place : place + count])
            place += count
        sound = {
            kind: [
                code
                for text, code in zip(texts[kind], codes[kind], strict=True)
                if (self._sound(code) if code >= 0 else is_sound(kind, text))
            ]
            for kind in _PAPERS
        }
        registrants, told = [], []
        for papers, kinds in enumerate(PAPERS):
            labels: dict[int, None] = {}
            if number >= 0:
                labels[self.label(papers, number)] = None
            else:
                for code in (c for kind in kinds for c in sound[kind] if c >= 0):
                    holders = self._some_holder(code)
                    labels.update((self.label(papers, s), None) for s in holders)
            registrants.append(tuple(labels))
            told.append(any(sound[kind] for kind in kinds))
        person = codes[_PERSON][0] if codes[_PERSON] else -1
        return Subject(
            number,
            name,
            texts,
            tuple(codes),
            tuple(registrants),
            tuple(told),
            person,
        )

    def _some_holder(self, code: int) -> list[int]:
        """Give one holder of a value: those of a sound paper are one registrant."""
        if code < self._values and not self.gone:
            if code >= self._shared:
                return [int(self.laid.sole[code - self._shared])]
            return [int(self.laid.holders[self.laid.holder_starts[code]])]
        return self.holders_of(code)[:1]

    def _look_up(self, flat: list[str], texts: Texts) -> list[int]:
        if not flat:
            return []
        marks = np.array([kind for kind in _ORDER for _ in texts[kind]], np.uint8)
        column = TextColumn.of_few(flat)
        found = np.empty(len(flat), np.int64)
        find_values(
            column.data,
            column.offsets,
            marks,
            self.laid.value_starts,
            self.laid.value_entries,
            self.laid.text_data,
            self.laid.text_starts,
            self.laid.marks,
            found,
        )
        codes: list[int] = found.tolist()
        if self._code_of:
            kinds = marks.tolist()
            for place, code in enumerate(codes):
                if code < 0:
                    key = (kinds[place], flat[place])
                    codes[place] = self._code_of.get(key, -1)
        return codes

    def texts_of(self, store: int) -> Texts:
        """Give the comparable texts of a known store."""
        kinds: list[list[str]] = [[] for _ in range(HAN + 1)]
        for code in self.codes_of(store):
            kinds[self.kind_of(code)].append(self.text_of(code))
        return tuple(tuple(sorted(kind)) for kind in kinds)

    def meet(self, texts: Texts) -> Met:
        """Find the values near those of a registration, and the addresses beside."""
        near: dict[tuple[int, str], list[int]] = {}
        pairs = [(kind, text) for kind in _NEAR for text in texts[kind]]
        if pairs:
            self._meet_near(pairs, near)
        doors: list[list[int] | None] = []
        if texts[_ADDRESS]:
            column = TextColumn.of_few(list(texts[_ADDRESS]))
            doors = self._meet_doors(column)
        return Met(near, doors)

    def _meet_near(
        self, pairs: list[tuple[int, str]], near: dict[tuple[int, str], list[int]]
    ) -> None:
        column = TextColumn.of_few([text for _, text in pairs])
        marks = np.array([kind for kind, _ in pairs], np.uint8)
        crowd = [n for n, (kind, _) in enumerate(pairs) if self._crowded[kind]]
        count = find_near(
            column.data,
            column.offsets,
            marks,
            np.array(crowd, np.int64),
            self.laid.near_starts,
            self.laid.near_entries,
            self.laid.near_checks,
            self.laid.text_data,
            self.laid.text_starts,
            self.laid.marks,
            self._beside,
            self._found,
        )
        for row, code in zip(
            self._beside[:count].tolist(), self._found[:count].tolist(), strict=True
        ):
            if not self.gone or self.holders_of(code):
                near.setdefault(pairs[row], []).append(code)
        if not self._near:
            return
        keys, rows = part_keys(column.data, column.offsets)
        for key, row in zip(keys.tolist(), rows.tolist(), strict=True):
            for code in self._near.get(key, ()):
                kind, text = pairs[row]
                if self._texts[code - self._values][0] != kind:
                    continue
                told = near.setdefault(pairs[row], [])
                if (
                    code not in told
                    and one_edit(text, self.text_of(code))
                    and self.holders_of(code)
                ):
                    told.append(code)

    def _meet_doors(self, column: TextColumn) -> list[list[int] | None]:
        keys, counts, found = find_doors(
            column.data,
            column.offsets,
            self.laid.door_starts,
            self.laid.door_entries,
            self.laid.door_checks,
            _ROOM,
        )
        behind = iter(found.tolist())
        doors: list[list[int] | None] = []
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
            if count > _ROOM:
                doors.append(None)
                continue
            codes = dict.fromkeys(islice(behind, count))
            if self._doors:
                codes.update(dict.fromkeys(self._doors.get(key, ())))
            if self.gone:
                codes = {code: None for code in codes if self.holders_of(code)}
            doors.append(list(codes))
        return doors

    # ---- changes ----

    def changed_by(self, subject: Subject) -> set[int]:
        """Give the known values of which the holders' parties change with a store.

        These are its own, and where it ties registrants together, or held them
        together, all values of theirs.
        """
        stores: set[int] = set()
        for papers in range(len(PAPERS)):
            if subject.number >= 0:
                members = self.joined_by_papers(papers, subject.number)
                stores |= members if len(members) > 2 else set()
            elif len(subject.registrants[papers]) > 1:
                for code in self._paper_codes(papers, subject):
                    for store in self._some_holder(code):
                        stores |= self.joined_by_papers(papers, store)
        values = {code for kind in subject.codes for code in kind if code >= 0}
        for store in stores:
            values.update(self.codes_of(store))
        return values

    @staticmethod
    def _paper_codes(papers: int, subject: Subject) -> list[int]:
        return [c for kind in PAPERS[papers] for c in subject.codes[kind] if c >= 0]

    def add(self, subject: Subject) -> int:
        """Take in a registration that is not known yet; gives its number."""
        number = self.laid.stores + len(self._names)
        self._names.append(subject.name)
        self._number_of[subject.name] = number
        codes = []
        for kind, texts in enumerate(subject.texts):
            for text, code in zip(texts, subject.codes[kind], strict=True):
                codes.append(code if code >= 0 else self._new_value(kind, text))
        self._codes[number] = codes
        for papers, labels in enumerate(subject.registrants):
            self._join(papers, number, labels, subject)
        person = self.person_of(number)
        for code in codes:
            kind = self.kind_of(code)
            parties = self._parties.get(code)
            self._more.setdefault(code, []).append(number)
            self._dirty.add(code)
            if parties is None:
                continue
            papers = PAPERS_OF[kind] if kind < HAN else 0
            parties.add(
                (self.label(papers, number), *subject.registrants[papers]),
                -1 if kind == _PERSON else person,
                self.model.hubs,
                known=subject.told[papers],
            )
        return number

    def _new_value(self, kind: int, text: str) -> int:
        code = self._values + len(self._texts)
        self._texts.append((kind, text))
        self._code_of[kind, text] = code
        column = TextColumn.of_few([text])
        if kind in _NEAR:
            for key in part_keys(column.data, column.offsets)[0].tolist():
                self._near.setdefault(key, []).append(code)
        elif kind == _ADDRESS:
            for key in keys_without_a_number(column.data, column.offsets)[0].tolist():
                self._doors.setdefault(key, []).append(code)
        return code

    def _join(
        self, papers: int, number: int, labels: tuple[int, ...], subject: Subject
    ) -> None:
        """Give a new store its registrant, one for all that its papers tie together."""
        if not labels:
            self._labels[papers][number] = self._next_label
            self._next_label += 1
            return
        chosen = labels[0]
        own = {code for kind in subject.codes for code in kind}
        for code in self._paper_codes(papers, subject):
            for holder in self._some_holder(code):
                if self.label(papers, holder) == chosen:
                    continue
                for store in self.joined_by_papers(papers, holder) - {number}:
                    self._labels[papers][store] = chosen
                    # the store's own values take the new holder as it ties these
                    self._forget_parties(set(self.codes_of(store)) - own)
                    self._dirty.update(self.codes_of(store))
        self._labels[papers][number] = chosen

    def _forget_parties(self, codes: Iterable[int]) -> None:
        for code in codes:
            self._parties.pop(code, None)

    def remove(self, number: int) -> None:
        """Take a store out."""
        codes = self.codes_of(number)
        tied = [self.joined_by_papers(p, number) - {number} for p in range(len(PAPERS))]
        self._number_of.pop(self.name_of(number), None)
        self.gone.add(number)
        for code in codes:
            more = self._more.get(code)
            if more and number in more:
                more.remove(number)
            else:
                self._fewer[code] = self._fewer.get(code, 0) + 1
        self._forget_parties(codes)
        self._dirty.update(codes)
        for papers, members in enumerate(tied):
            left = set(members)
            while left:
                part = self.joined_by_papers(papers, min(left))
                if len(part) < len(members):
                    for store in part:
                        self._labels[papers][store] = self._next_label
                        self._forget_parties(self.codes_of(store))
                        self._dirty.update(self.codes_of(store))
                    self._next_label += 1
                left -= part


def one_edit(one: str, other: str) -> bool:
    """Say of two texts what the kernel ``one_edit_apart`` says of their bytes."""
    a, b = one.encode(), other.encode()
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    first = 0
    least = min(len(a), len(b))
    while first < least and a[first] == b[first]:
        first += 1
    last = 0
    while last < least - first and a[-1 - last] == b[-1 - last]:
        last += 1
    a, b = a[first : len(a) - last], b[first : len(b) - last]
    return max(len(a), len(b)) == 1 or (
        len(a) == len(b) == 2 and a[0] == b[1] and a[1] == b[0]
    )
