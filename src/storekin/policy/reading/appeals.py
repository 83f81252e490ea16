"""How a policy lets an association be answered."""

from storekin.policy.model import DOCUMENTS, LETTER_PARTS, Appeal, AppealPath
from storekin.policy.reading.faults import Faults, Table
from storekin.policy.reading.rules import Sources, said_by

_APPEAL = frozenset(
    [
        "because",
        "because_zh",
        "source",
        "documents",
        "letter_parts",
        "window_days",
        "tries",
        "channel",
        "channel_zh",
        "paths",
    ]
)
_PATH = frozenset(["title", "title_zh", "steps", "steps_zh", "documents", "source"])


def read_appeal(faults: Faults, data: Table, sources: Sources) -> Appeal:
    """Read the appeal: documents, window, tries, letter, and paths.

    What the file does not say is not known; nothing is made up for it.
    """
    where = f"{faults.file}, rule 'appeal'"
    table = faults.table(faults.file, data, "appeal")
    faults.unknown_keys(where, table, _APPEAL)
    documents = faults.words(where, table, "documents")
    parts = faults.words(where, table, "letter_parts")
    faults.unknown_words(where, "documents", documents, DOCUMENTS)
    faults.unknown_words(where, "letter_parts", parts, LETTER_PARTS)
    because = faults.optional(table, "because")
    channel = faults.optional(table, "channel")
    days = faults.whole(where, table, "window_days", 1, 3650, 0)
    tries = faults.whole(where, table, "tries", 1, 100, 0)
    return Appeal(
        because=because,
        because_zh=faults.optional(table, "because_zh", because),
        source=said_by(faults, where, table, sources, needed=bool(because)),
        documents=documents,
        letter_parts=parts,
        window_days=days or None,
        tries=tries or None,
        channel=channel,
        channel_zh=faults.optional(table, "channel_zh", channel),
        paths=_paths(faults, table, sources),
    )


def _paths(faults: Faults, appeal: Table, sources: Sources) -> tuple[AppealPath, ...]:
    found = []
    tables = faults.table(f"{faults.file}, rule 'appeal'", appeal, "paths")
    for name in tables:
        where = f"{faults.file}, rule 'appeal.paths.{name}'"
        table = faults.table(where, tables, name)
        faults.unknown_keys(where, table, _PATH)
        documents = faults.words(where, table, "documents")
        faults.unknown_words(where, "documents", documents, DOCUMENTS)
        title = faults.text(where, table, "title", name)
        steps = faults.words(where, table, "steps")
        found.append(
            AppealPath(
                id=name,
                title=title,
                title_zh=faults.optional(table, "title_zh", title),
                steps=steps,
                steps_zh=faults.words(where, table, "steps_zh") or steps,
                documents=documents,
                source=said_by(faults, where, table, sources),
            )
        )
    return tuple(found)
