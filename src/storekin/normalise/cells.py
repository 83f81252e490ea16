"""Texts in the cells of a spreadsheet: data, and never a formula."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet reads as a formula."""


def safe_cell(text: str) -> str:
    """Keep a spreadsheet from reading a text as a formula.

    >>> safe_cell("=1+1")
    "'=1+1"
    """
    return "'" + text if text.startswith(FORMULA_STARTS) else text
