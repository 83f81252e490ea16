"""Every error raised on purpose: a place, a problem and a fix."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import ClassVar, Self


class StorekinError(Exception):
    """Something the reader can put right."""

    code: ClassVar[str] = "SK000"

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem, fix)  # both, so that it survives a worker process
        self.problem = problem
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.code}: {self.problem}\n  fix: {self.fix}"


def suggest(word: str, known: Collection[str]) -> str:
    """Name the nearest known word, or all of them.

    >>> suggest("same_phon", ["same_phone", "same_email"])
    "use 'same_phone'"
    """
    near = get_close_matches(word, known, n=1)
    return f"use {near[0]!r}" if near else f"use one of: {', '.join(sorted(known))}"


class PortfolioNotFoundError(StorekinError):
    """The portfolio's path leads nowhere."""

    code = "SK101"


class EmptyPortfolioError(StorekinError):
    """The portfolio holds no usable record."""

    code = "SK102"


class UnreadableFileError(StorekinError):
    """A file cannot be read as the kind that its name promises."""

    code = "SK103"


class MissingColumnError(StorekinError):
    """A table lacks a column that it cannot do without."""

    code = "SK104"

    @classmethod
    def at(cls, file: str, column: str, found: Collection[str]) -> Self:
        """Build the error for *column*, naming what the file has instead."""
        near = get_close_matches(column, found, n=1, cutoff=0.5)
        hint = f"rename {near[0]!r} to {column!r}" if near else f"add {column!r}"
        return cls(
            f"{file}: the column {column!r} is missing",
            f"{hint} (the file has: {', '.join(found) or 'no columns'})",
        )


class UnknownStoreError(StorekinError):
    """A store is asked for that the portfolio does not hold."""

    code = "SK105"

    @classmethod
    def at(cls, store: str, known: Collection[str]) -> Self:
        """Build the error for *store*, suggesting the nearest known one."""
        near = get_close_matches(store, known, n=1)
        fix = (
            f"use {near[0]!r}"
            if near
            else f"use one of the {len(known)} stores, such as {min(known)!r}"
        )
        return cls(f"the portfolio has no store {store!r}", fix)


class OutputFolderError(StorekinError):
    """The place for the results cannot be used."""

    code = "SK106"


class ModelFileError(StorekinError):
    """A file is no model of listings, or of another version."""

    code = "SK107"


class TrainingDataError(StorekinError):
    """Labelled records do not suffice to learn from."""

    code = "SK108"


class TrainingExtraError(StorekinError):
    """Training needs packages that matching does not."""

    code = "SK109"


class IndexFileError(StorekinError):
    """A file is no index of that kind, or cannot be read or written."""

    code = "SK110"


class EncoderError(StorekinError):
    """A folder holds no encoder that can be read."""

    code = "SK111"


class EncoderExtraError(StorekinError):
    """Encoders need packages that the rest does not."""

    code = "SK112"


class EncoderMismatchError(StorekinError):
    """A model was fitted with another encoder than the one given."""

    code = "SK113"


class PictureError(StorekinError):
    """A picture cannot be decoded, or is too large or too small."""

    code = "SK114"


class ColumnMapError(StorekinError):
    """A map of columns names a kind that does not exist, or no column that does."""

    code = "SK115"


class UnknownSignalError(StorekinError):
    """A policy names a signal that no comparison produces."""

    code = "SK201"

    @classmethod
    def at(cls, where: str, signal: str, known: Collection[str]) -> Self:
        """Build the error for *signal*, suggesting the nearest known one."""
        problem = f"{where}: no comparison produces {signal!r}"
        return cls(problem, suggest(signal, known))


class PolicyFaultsError(StorekinError):
    """A policy file has faults; all of them are named at once."""

    code = "SK202"

    @classmethod
    def of(cls, file: str, faults: Sequence[StorekinError]) -> Self:
        """Join the faults of one file into one error."""
        lines = [f"{f.problem}\n    fix: {f.fix}" for f in faults]
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        return cls(
            f"{file}: {count}\n  " + "\n  ".join(lines),
            "correct each line above; `storekin policy lint FILE` checks again",
        )


class UnknownPolicyError(StorekinError):
    """A policy is asked for that is neither shipped nor a file."""

    code = "SK203"


class InvalidRecordError(StorekinError):
    """A record breaks a rule that every record of its kind keeps."""

    code = "SK301"


class InvalidTableError(StorekinError):
    """A table given to the Python API lacks what the call needs."""

    code = "SK302"


class CaseChainError(StorekinError):
    """A case's events are not whole, or do not follow one another."""

    code = "SK401"


class CaseMoveError(StorekinError):
    """A case cannot be moved so: not from its state, by this person, or with this."""

    code = "SK402"


class CaseConflictError(StorekinError):
    """Somebody else acted on the case in the meantime."""

    code = "SK403"


class UnknownCaseError(StorekinError):
    """There is no case of that name."""

    code = "SK404"

    @classmethod
    def of(cls, case: str, known: Collection[str]) -> Self:
        """Build the error for *case*, suggesting the nearest one."""
        near = get_close_matches(case, known, n=1)
        fix = f"use {near[0]!r}" if near else "see them with: storekin case list"
        return cls(f"there is no case {case!r}", fix)


class DocumentError(StorekinError):
    """A document cannot be read, or may not be."""

    code = "SK405"


class StatementError(StorekinError):
    """A statement of reasons lacks what it must say, or says what it must not."""

    code = "SK406"


class LetterError(StorekinError):
    """A letter cannot be written yet: something is not answered."""

    code = "SK407"
