"""``storekin document``."""

from pathlib import Path

import click


@click.group()
def document() -> None:
    r"""Read documents that prove something, without trusting them.

    \b
    Example:
        storekin document read invoice.pdf --json
    """


@document.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True
)
@click.option("--json", "machine_readable", is_flag=True, help="Print one JSON object.")
def read(file: Path, language: str, *, machine_readable: bool) -> None:
    """Read the invoice in FILE: its fields, its lines, and where each was found.

    E-invoices (UBL and CII, as XML or in a PDF) are read from their named fields, other
    PDFs and texts by the words around them, scans and pictures after their words were
    recognised, which needs storekin[ocr]. The file is opened in a process of its own,
    with limits; what is no document, or does something when opened, is refused.
    """
    from storekin.documents.invoice import FIELDS
    from storekin.documents.read import read_document
    from storekin.surfaces.cli.render import print_json
    from storekin.wording.catalog import say

    found = read_document(file)
    if machine_readable:
        print_json(found.as_json())
        return
    click.echo(say(language, "document", "about", kind=found.kind, pages=found.pages))
    invoice = found.invoice
    if invoice is not None:
        for name in FIELDS:
            value = getattr(invoice, name)
            title = say(language, "document", name)
            if value is None:
                click.echo(f"{title}: {say(language, 'document', 'not_found')}")
            else:
                click.echo(f"{title}: {value}  ({invoice.where.get(name, '')})")
        for number, line in enumerate(invoice.lines, 1):
            click.echo(
                say(
                    language,
                    "document",
                    "line",
                    number=number,
                    name=line.name or "-",
                    quantity="-" if line.quantity is None else line.quantity,
                    price="-" if line.unit_price is None else line.unit_price,
                )
            )
        click.echo(say(language, "document", f"how_{invoice.how}"))
    for note in found.notes:
        click.echo(note.in_words(language))
