"""A registration with one that is known: the scalar twin of ``identity.scoring``."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from storekin.identity.blocking import (
    GENERIC_FOR_RULES,
    MOST_HOLDERS_NEAR,
    MOST_NEAR,
    MOST_PAIRED,
    PROPOSING,
)
from storekin.identity.comparisons.near import is_han_text
from storekin.identity.comparisons.signals import ACROSS_SCRIPTS
from storekin.identity.grouping import SAYS_SOMETHING, WEAK_GROUPS
from storekin.identity.model import NAMES, NEAR_SIGNALS, IdentityModel, signal_name
from storekin.identity.scoring import ALL_PAPERS
from storekin.identity.screening.known import KnownStores, Met, one_edit
from storekin.identity.screening.laid_out import HAN, SIGNALS
from storekin.identity.screening.subject import Subject, Texts, is_proved
from storekin.identity.screening.tally import Weight, bits_of_name

_COMPANY = SIGNALS.index("similar_company_name")
_PERSON = SIGNALS.index("similar_legal_person_name")
_ADDRESS = SIGNALS.index("similar_address")
_MAIL = SIGNALS.index("same_email")
_NEAR = tuple(signal in NEAR_SIGNALS for signal in SIGNALS)
_ACROSS = tuple(signal in ACROSS_SCRIPTS for signal in SIGNALS)
_PROPOSING = tuple(SIGNALS.index(signal) for signal in PROPOSING)
_SOFT = tuple(
    SIGNALS.index(s)
    for s in ("similar_address", "shares_device", "similar_company_name")
)
_ALL_PAPERS = tuple(SIGNALS.index(signal) for signal in ALL_PAPERS)
_CARD = SIGNALS.index("same_legal_person_id")


@dataclass(slots=True)
class Finding:
    """One signal on a pair: what it weighs, and what it rests on.

    ``left`` is the subject's text and ``right`` the other store's; ``holders`` and
    ``registrants`` tell how common a shared value is.
    """

    kind: int
    bits: float
    left: str
    right: str
    near: bool = False
    generic: bool = False
    weight: Weight | None = None

    @property
    def signal(self) -> str:
        """Name the signal as it is told."""
        return signal_name(SIGNALS[self.kind], near=self.near)


class Comparison:
    """A subject with the weights of its values, to be compared with others."""

    def __init__(self, known: KnownStores, subject: Subject) -> None:
        self._known = known
        self.subject = subject
        self._weights: dict[tuple[int, str], Weight] = {}
        self._own = [
            [(code, text) for text, code in zip(texts, codes, strict=True) if code >= 0]
            for texts, codes in zip(subject.texts, subject.codes, strict=True)
        ]
        """The known values of each kind that the subject gives."""

    def weight(self, kind: int, text: str) -> Weight:
        """Weigh one of the subject's values, once and when it is asked for."""
        weight = self._weights.get((kind, text))
        if weight is None:
            subject = self.subject
            code = subject.codes[kind][subject.texts[kind].index(text)]
            weight = self._known.weight(kind, text, code, subject)
            self._weights[kind, text] = weight
        return weight

    # ---- whom it is worth comparing with ----

    def candidates(self, met: Met) -> list[int]:
        """Give the stores worth comparing with: as ``identity.blocking`` proposes."""
        found: dict[int, None] = {}
        for kind in _PROPOSING:
            for code, text in self._own[kind]:
                weight = self.weight(kind, text)
                if weight.holders > 1 and not _anyones(kind, weight):
                    found.update(dict.fromkeys(self._paired(code, weight.holders)))
        found.update(dict.fromkeys(self._near_ones(met)))
        found.update(dict.fromkeys(self._beside(met)))
        found.update(dict.fromkeys(self._namesakes()))
        found.pop(self.subject.number, None)
        name = self.subject.name
        if name and self.subject.number < 0:
            own = self._known.number_of(name)
            if own is not None:
                found.pop(own, None)
        return list(found)

    def _paired(self, code: int, holders: int) -> list[int]:
        """Give all holders, or the first where they are many; see ``pairs_of_keys``."""
        if holders > MOST_PAIRED:
            first = self._known.first_of(code)
            if first is not None and not self._goes_before(first):
                return [first]
        return self._known.holders_of(code)[: self._most()]

    def _goes_before(self, store: int) -> bool:
        """Say whether the subject stands before, or is, the first holder of a value."""
        if store == self.subject.number:
            return True
        return bool(self.subject.name) and self.subject.name < self._known.name_of(
            store
        )

    def _most(self) -> int | None:
        """Bound the holders that a newcomer is compared with; a known store's all."""
        return MOST_PAIRED if self.subject.number < 0 else None

    def _is_early(self, code: int) -> bool:
        """Say whether the subject is among the holders of its value that are paired."""
        if code < 0:
            return True
        known, subject = self._known, self.subject
        others = [s for s in known.holders_of(code) if s != subject.number]
        if len(others) < MOST_HOLDERS_NEAR:
            return True
        before = sum(
            not subject.name or known.name_of(store) < subject.name for store in others
        )
        return before < MOST_HOLDERS_NEAR

    def _first_holders(self, code: int) -> list[int]:
        holders = self._known.holders_of(code)
        if len(holders) <= MOST_HOLDERS_NEAR:
            return holders
        base = self._known.laid.stores
        if holders[-1] >= base:
            holders = sorted(holders, key=self._known.name_of)
        return holders[:MOST_HOLDERS_NEAR]

    def _near_ones(self, met: Met) -> Iterator[int]:
        known, subject = self._known, self.subject
        for (kind, text), others in met.near.items():
            code = subject.codes[kind][subject.texts[kind].index(text)]
            if len(others) > MOST_NEAR or self.weight(kind, text).generic:
                continue
            if not self._is_early(code):
                continue
            for other in others:
                # the subject's own value counts, where it is new
                if crowd_around(known, kind, other) + (code < 0) > MOST_NEAR:
                    continue
                if not known.weight_beside(other, subject).generic:
                    yield from self._first_holders(other)

    def _beside(self, met: Met) -> Iterator[int]:
        known, subject = self._known, self.subject
        texts = subject.texts[_ADDRESS]
        if not met.doors or not texts:
            return
        for codes in met.doors:
            if codes is None:
                continue
            # of a subject with several addresses each key is asked for all of them
            ours = [
                (text, code)
                for text, code in zip(texts, subject.codes[_ADDRESS], strict=True)
                if not self.weight(_ADDRESS, text).generic
            ]
            own = {code for _, code in ours}
            others = [
                code
                for code in codes
                if code not in own and not known.weight_beside(code, subject).generic
            ]
            for text, code in ours:
                if code >= 0 and code not in codes:
                    continue
                if len(others) + 1 > MOST_NEAR or not self._is_early(code):
                    continue
                for other in others:
                    if one_number(text, known.text_of(other)):
                        yield from self._first_holders(other)

    def _namesakes(self) -> list[int]:
        """Give the stores of the same company's name and the same person's."""
        known, subject = self._known, self.subject
        company = subject.codes[_COMPANY][:1]
        if not company or company[0] < 0 or subject.person < 0:
            return []
        stores = [
            store
            for store in known.holders_of(company[0])
            if known.person_of(store) == subject.person
            and known.first_of_kind(store, _COMPANY) == company[0]
        ]
        if len(stores) + (subject.number < 0) > MOST_PAIRED:
            first = min(stores, key=known.name_of)
            if not self._goes_before(first):
                return [first]
        return stores[: self._most()]

    # ---- what a pair says ----

    def compare(self, store: int) -> list[Finding]:
        """Weigh every signal on the subject and one other store, each cause once."""
        known = self._known
        theirs = known.by_kind(store)
        found = []
        for kind in range(HAN):
            if theirs[kind] and self.subject.texts[kind]:
                finding = self._one(kind, theirs[kind])
                if finding is not None:
                    found.append(finding)
                    if kind == _PERSON and finding.weight is not None:
                        finding.bits = self._reading(finding.bits, theirs[HAN])
        return count_once(found, known.model)

    def _one(self, kind: int, theirs: list[int]) -> Finding | None:
        known = self._known
        best: tuple[float, str] | None = None
        for code, text in self._own[kind]:
            if code in theirs:
                agreed = (-self.weight(kind, text).bits, text)
                best = agreed if best is None or agreed < best else best
        if best is not None:
            weight = self.weight(kind, best[1])
            return Finding(
                kind,
                weight.bits,
                best[1],
                best[1],
                generic=weight.generic,
                weight=weight,
            )
        ours = self.subject.texts[kind]
        texts = [known.text_of(code) for code in theirs]
        weights = known.model.signals[SIGNALS[kind]]
        if _NEAR[kind] or kind == _ADDRESS:
            near = self._nearest(kind, ours, theirs, texts)
            if near is not None:
                slip, lesser, one, other = near
                if not (slip and is_proved(kind, one) and is_proved(kind, other)):
                    most = weights.near if slip else weights.beside
                    return Finding(kind, min(most, lesser), one, other, near=True)
                return self._apart(kind, one, other)
        one, other = min(ours), min(texts)
        if _ACROSS[kind] and is_han_text(one) != is_han_text(other):
            return None
        if kind == _COMPANY and known.words.nearly_one(one, other):
            code = theirs[texts.index(other)]
            lesser = min(
                self.weight(kind, one).bits,
                known.weight_beside(code, self.subject).bits,
            )
            return Finding(kind, min(weights.near, lesser), one, other, near=True)
        return self._apart(kind, one, other)

    def _apart(self, kind: int, one: str, other: str) -> Finding | None:
        different = self._known.model.signals[SIGNALS[kind]].different
        if different >= 0:
            return None
        return Finding(kind, different, one, other)

    def _nearest(
        self, kind: int, ours: Iterable[str], theirs: list[int], texts: list[str]
    ) -> tuple[bool, float, str, str] | None:
        """Give the nearest of the values that are no hub's: a slip before a door."""
        best: tuple[int, float, str, str] | None = None
        for one in ours:
            mine = self.weight(kind, one)
            if mine.generic or (kind != _ADDRESS and not _long(one)):
                continue
            for code, other in zip(theirs, texts, strict=True):
                if kind == _ADDRESS:
                    near = one_number(one, other)
                else:
                    near = 2 if _long(other) and one_edit(one, other) else 0
                if not near:
                    continue
                its = self._known.weight_beside(code, self.subject)
                if its.generic:
                    continue
                lesser = min(mine.bits, its.bits)
                if best is None or (-near, -lesser, one) < (
                    -best[0],
                    -best[1],
                    best[2],
                ):
                    best = (near, lesser, one, other)
        if best is None:
            return None
        return best[0] == 2, best[1], best[2], best[3]

    def _reading(self, bits: float, theirs: list[int]) -> float:
        """Weigh a name of one reading by its Han characters, where both have them."""
        ours = self.subject.texts[HAN]
        if not ours or not theirs:
            return bits
        known = self._known
        weights = known.model.signals["similar_legal_person_name"]
        if known.text_of(theirs[0]) != ours[0]:
            return min(bits, weights.near)
        holders = known.count_of(theirs[0]) + (self.subject.number < 0)
        return max(bits, bits_of_name(holders, known.stores, weights.base))


def crowded_by(known: KnownStores, codes: Iterable[int]) -> set[int]:
    """Give the holders of values that any of *codes* makes too crowded to be near.

    A value with one more beside it than is told apart stops being near any, and so
    do the addresses behind one door.
    """
    found: set[int] = set()
    for code in codes:
        kind, text = known.kind_of(code), known.text_of(code)
        if not (kind == _ADDRESS or (kind < HAN and _NEAR[kind])):
            continue
        met = known.meet(_only(kind, text))
        for other in met.near.get((kind, text), ()):
            if crowd_around(known, kind, other) == MOST_NEAR + 1:
                found.update(known.holders_of(other))
        for door in met.doors:
            others = [c for c in door or () if not known.standing(c).generic]
            if len(others) == MOST_NEAR + 1:
                found.update(store for c in others for store in known.holders_of(c))
    return found


def crowd_around(known: KnownStores, kind: int, code: int) -> int:
    """Count the known values near a known one."""
    text = known.text_of(code)
    return len(known.meet(_only(kind, text)).near.get((kind, text), ()))


def _only(kind: int, text: str) -> Texts:
    return tuple((text,) if k == kind else () for k in range(HAN + 1))


def _anyones(kind: int, weight: Weight) -> bool:
    many = weight.registrants >= GENERIC_FOR_RULES
    return weight.generic or many if kind in _SOFT else weight.generic and many


def _long(text: str) -> bool:
    """Say whether a value is long enough to be near another; a mailbox by its name."""
    place = text.find("@")
    if place >= 0:
        return len(text[:place].encode()) >= 5
    return len(text.encode()) >= 7


def one_number(one: str, other: str) -> int:
    """Say of two addresses what the kernel ``one_number_apart`` says of their bytes."""
    a, b = one.split(" "), other.split(" ")
    if len(a) != len(b):
        return 0
    left, right, shared = _parted(a, b)
    if len(left) != 1 or len(right) != 1 or not shared:
        return 0
    if not (_is_number(left[0]) and _is_number(right[0])):
        return 0
    return 2 if len(left[0]) >= 3 and one_edit(left[0], right[0]) else 1


def _parted(a: list[str], b: list[str]) -> tuple[list[str], list[str], bool]:
    """Walk two sorted lists: what only one has, and whether a number is in both."""
    rest = list(b)
    left = []
    shared = False
    for word in a:
        if word in rest:
            rest.remove(word)
            shared = shared or _is_number(word)
        else:
            left.append(word)
    return left, rest, shared


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit()


def count_once(findings: list[Finding], model: IdentityModel) -> list[Finding]:
    """Count agreements of one cause once: the strongest in full, the others in part."""
    groups = [model.signals[SIGNALS[finding.kind]].group for finding in findings]
    against = {finding.kind for finding in findings if finding.bits < 0}
    contradicted = against.issuperset(_ALL_PAPERS)
    strongest: dict[str, int] = {}
    hubs = set()
    for place, (finding, group) in enumerate(zip(findings, groups, strict=True)):
        first = strongest.get(group)
        if first is None or finding.bits > findings[first].bits:
            strongest[group] = place
        if finding.generic:
            hubs.add(group)
    for place, (finding, group) in enumerate(zip(findings, groups, strict=True)):
        bits = finding.bits
        if bits > 0:
            if group in hubs and not finding.generic:
                bits *= model.beside_generic
            if strongest[group] != place:
                bits *= model.repeated
        if contradicted and finding.kind == _CARD:
            bits += model.contradicted
        finding.bits = round(bits * 100) / 100
    return findings


def sum_bits(findings: Iterable[Finding]) -> float:
    """Add up a pair's bits in whole hundredths."""
    return round(sum(round(finding.bits * 100) for finding in findings)) / 100


def may_join_groups(findings: Iterable[Finding], model: IdentityModel) -> bool:
    """Say whether a pair has more than soft evidence of one cause."""
    causes = set()
    for finding in findings:
        signal = SIGNALS[finding.kind]
        weights = model.signals[signal]
        if finding.bits <= SAYS_SOMETHING or finding.generic:
            continue
        if weights.group in WEAK_GROUPS:
            continue
        if signal not in NAMES and (not finding.near or weights.strong):
            return True
        causes.add(weights.group)
    return len(causes) > 1
