"""Cases and appeals in Python: what ``storekin case`` and ``storekin appeal`` do."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from os import PathLike
from pathlib import Path

from storekin.cases.case import Case, read_case
from storekin.cases.events import Actor
from storekin.cases.figures import CaseFigures, figures_of
from storekin.cases.letter import Letter, write_letter
from storekin.cases.moves import actor_of
from storekin.cases.readiness import Readiness, check_readiness
from storekin.cases.seller_view import SellerView, view_for_seller
from storekin.cases.statement import StatementOfReasons
from storekin.documents.reading import DocumentReading
from storekin.records.portfolio import Portfolio
from storekin.wiring import (
    case_folder,
    comparers,
    letter_files,
    open_portfolio,
    write_files,
    write_ruling,
    write_statements,
)
from storekin.workflows import appeals, cases

ActorLike = Actor | str
"""Who acts: an :class:`Actor`, or a text such as ``kim:reviewer``."""

FileLike = str | PathLike[str]


class Cases:
    """A folder of cases. Every change is an event with who made it, and when.

    ``at`` is the moment of an event, in UTC; without it, now. What may not be done
    raises :class:`storekin.errors.CaseMoveError`, and changes nothing.
    """

    def __init__(self, folder: FileLike) -> None:
        self.folder = Path(folder)
        self._cases = case_folder(self.folder)

    def names(self) -> list[str]:
        """Give the names of all cases, in their order."""
        return self._cases.names()

    def __getitem__(self, name: str) -> Case:
        return read_case(self._cases.load(name), name)

    def seller_view(self, name: str) -> SellerView:
        """Give what the seller may read of a case: no value of any other's."""
        return view_for_seller(self[name], name)

    def open(
        self,
        report: FileLike,
        left: str,
        right: str,
        by: ActorLike,
        *,
        effect: str = "",
        policy: str = "",
        after_notice: bool = False,
        at: datetime | None = None,
    ) -> str:
        """Open a case on an association of a report, or on a refused registration.

        Gives the case's name. See :func:`storekin.workflows.cases.open_case`.
        """
        name, _ = cases.open_case(
            self._cases,
            Path(report),
            left,
            right,
            _actor(by),
            at=at or cases.now(),
            effect=effect,
            policy=policy,
            after_notice=after_notice,
        )
        return name

    def move(
        self,
        name: str,
        kind: str,
        by: ActorLike,
        *,
        at: datetime | None = None,
        **data: object,
    ) -> Case:
        """Make a move, such as ``take_up``, with what it needs, such as ``reason``."""
        return cases.move_case(self._cases, name, kind, _actor(by), at=at, data=data)

    def decide(
        self,
        name: str,
        finding: str,
        outcome: str,
        by: ActorLike,
        *,
        reason: str,
        evidence: Sequence[str] = (),
        stores: Sequence[str] = (),
        at: datetime | None = None,
    ) -> Case:
        """Decide: a finding, and the outcome that follows from it.

        It rests on the evidence of the ids given, or on all that speaks for it. A
        severe outcome waits until a second person makes the move ``confirm``.
        """
        return cases.decide_case(
            self._cases,
            name,
            finding,
            outcome,
            _actor(by),
            at=at,
            reason=reason,
            evidence=evidence,
            stores=stores,
        )

    def notify(
        self,
        name: str,
        by: ActorLike,
        *,
        out: FileLike | None = None,
        at: datetime | None = None,
    ) -> list[StatementOfReasons]:
        """Tell the seller, with reasons, in every language; write them into *out*."""
        changed, told = cases.notify_seller(self._cases, name, _actor(by), at=at)
        if out is not None:
            write_statements(Path(out), name, changed, told)
        return told

    def note(
        self, name: str, text: str, by: ActorLike, *, private: bool = True
    ) -> Case:
        """Write a note: for reviewers alone, or for the seller, too."""
        who = _actor(by)
        data = {"text": text, "private": private and who.role != "seller"}
        return cases.add_to_case(self._cases, name, "note", who, data)

    def add_document(
        self, name: str, file: FileLike, by: ActorLike, *, kind: str = ""
    ) -> Case:
        """Keep a file with a case, by the digest of its bytes."""
        return cases.add_document(self._cases, name, Path(file), _actor(by), kind=kind)

    def appeal(
        self, name: str, draft: "Appeal", by: ActorLike, *, at: datetime | None = None
    ) -> Case:
        """Send an appeal as it was prepared, with its exhibits."""
        told = draft.told
        return cases.submit_appeal(
            self._cases,
            name,
            told["grounds"],
            _actor(by),
            at=at,
            path=str(told["path"]),
            exhibits=appeals.exhibit_files(draft.folder, told),
        )

    def rule(
        self,
        name: str,
        ruling: str,
        answers: Mapping[str, str],
        by: ActorLike,
        *,
        reason: str,
        keep: Sequence[tuple[str, str]] = (),
        not_same: bool = False,
        at: datetime | None = None,
    ) -> Case:
        """Rule on an appeal; nobody does who took the decision.

        ``answers`` are by the evidence's ids, ``keep`` the (store, outcome) that stay
        where it is upheld in part. ``not_same`` writes a judgement that binds into
        ``judgements.jsonl`` of the folder.
        """
        who = _actor(by)
        changed = cases.rule_on(
            self._cases,
            name,
            ruling,
            dict(answers),
            who,
            at=at,
            reason=reason,
            keep=keep,
            not_same=not_same,
        )
        if not_same:
            write_ruling(self.folder / "judgements.jsonl", name, changed, who.name)
        return changed

    def verify(self, name: str) -> int:
        """Prove that no event and no document of a case was changed.

        Gives the number of its events.

        Raises:
            CaseChainError: If one was.
        """
        return len(self._cases.verify(name))

    def figures(self, at: datetime | None = None) -> CaseFigures:
        """Say how long the cases took, and which decisions did not hold."""
        moment = at or cases.now()
        found = cases.read_all(self._cases, moment)
        return figures_of([one for _, one in found], moment)


class Appeal:
    """An appeal as the seller prepares it, in a folder of its own."""

    def __init__(self, folder: FileLike) -> None:
        self.folder = Path(folder)
        self.told = appeals.load_draft(self.folder)

    @classmethod
    def begin(
        cls, statement: FileLike, folder: FileLike, *, path: str = ""
    ) -> "Appeal":
        """Begin one against a statement of reasons (its JSON file).

        *path* is one of the policy's, where it has some.
        """
        appeals.new_appeal(Path(statement), Path(folder), path)
        return cls(folder)

    def answer_evidence(self, evidence: str, ground: str, text: str) -> None:
        """Say what of a piece of evidence, and why.

        It is ``disputed``, ``corrected`` or ``accepted``.
        """
        appeals.set_ground(self.told, evidence, ground, text)
        appeals.save_draft(self.folder, self.told)

    def say(self, part: str, text: str) -> None:
        """Say one part of the letter in your own words; ``signed_by`` signs it."""
        appeals.answer_part(self.told, part, text)
        appeals.save_draft(self.folder, self.told)

    def add(
        self,
        file: FileLike,
        kind: str,
        *,
        day: date | None = None,
        fields: FileLike | None = None,
    ) -> DocumentReading:
        """Add a file that proves something; give what software read of it.

        ``fields`` is a JSON file with what a person read of it instead.
        """
        typed = None if fields is None else Path(fields)
        self.told, reading = appeals.add_exhibit(
            self.folder, Path(file), kind, day, typed
        )
        return reading

    def check(
        self, portfolio: Portfolio | FileLike | None = None, *, language: str = "en"
    ) -> Readiness:
        """Say of each thing that is asked for whether it is missing, weak or good.

        What needs the seller's own records is compared where *portfolio* is given.
        """
        own = None
        if portfolio is not None:
            if not isinstance(portfolio, Portfolio):
                portfolio = open_portfolio(Path(portfolio))
            own = appeals.own_records(self.told, portfolio)
        return check_readiness(
            self.told,
            appeals.exhibits_of(self.told),
            own,
            comparers(),
            _today(),
            language,
        )

    def letter(self, *, language: str = "en") -> Letter:
        """Write the letter, of what was said and of the exhibits alone.

        Raises:
            LetterError: If something is not answered yet; the error names it.
        """
        exhibits = appeals.exhibits_of(self.told)
        return write_letter(self.told, exhibits, language, _today())

    def write_letter(self, out: FileLike, *, language: str = "en") -> list[Path]:
        """Write the letter as text, DOCX and PDF into a folder."""
        return write_files(Path(out), letter_files(self.letter(language=language)))

    def pack(self, out: FileLike, *, language: str = "en") -> list[str]:
        """Put letter, numbered exhibits, index and draft into a zip; give its parts."""
        letters = letter_files(self.letter(language=language))
        return appeals.pack_appeal(self.folder, Path(out), letters)


def _actor(by: ActorLike) -> Actor:
    return by if isinstance(by, Actor) else actor_of(by)


def _today() -> date:
    return datetime.now(UTC).date()
