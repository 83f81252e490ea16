"""Letters as DOCX, to be read and changed in any word processor."""

from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from storekin.cases.letter import Letter

_FONT = {"en": "Calibri", "zh": "SimSun"}


def write_docx(letter: Letter) -> bytes:
    """Give a letter as the bytes of a DOCX file."""
    from docx import Document
    from docx.oxml.ns import qn

    document = Document()
    style = document.styles["Normal"]
    font = _FONT[letter.language]
    style.font.name = font
    # the font of Chinese characters stands in an attribute of its own
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    about = document.core_properties
    about.title, about.author = letter.title, ""
    about.created = about.modified = datetime(2020, 1, 1, tzinfo=UTC)
    document.add_heading(letter.title, level=1)
    for heading, paragraphs in letter.sections:
        document.add_heading(heading, level=2)
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
    out = BytesIO()
    document.save(out)
    return _without_times(out.getvalue())


def _without_times(content: bytes) -> bytes:
    """Pack a file anew, with one time for all its parts: a letter gives its bytes."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as packed, ZipFile(out, "w", ZIP_DEFLATED) as again:
        for name in packed.namelist():
            about = ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            again.writestr(about, packed.read(name), ZIP_DEFLATED)
    return out.getvalue()
