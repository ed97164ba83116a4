"""Rows that sum up the others and are no packs."""

import re
from collections.abc import Sequence

from intake.domain.manifest.reading import Cell

_TOTALS = (
    "total",
    "totals",
    "sum",
    "subtotal",
    "grand total",
    "summe",
    "gesamt",
    "zwischensumme",
    "合计",
    "总计",
    "小计",
    "total général",
)
TOTAL_WORDS = frozenset(
    form + end
    for word in _TOTALS
    for form in (word, word.upper(), word.capitalize(), word.title())
    for end in ("", ":")
)
_SAYS_TOTAL = re.compile(
    r"(?:(?:sub|grand )?totals?|(?:zwischen|gesamt)?summe|gesamt|somme|totaal|sum|[合总小]计)(?![^\W\d])",
    re.IGNORECASE,
)


def is_totals_row(cells: Sequence[Cell], serial_index: int | None) -> bool:
    """Tell whether a row sums up: it says so in some cell, and its serial is blank or the word itself."""
    if TOTAL_WORDS.isdisjoint(cells):
        return False
    serial = "" if serial_index is None or serial_index >= len(cells) else cells[serial_index]
    return serial in TOTAL_WORDS or (isinstance(serial, str) and not serial.strip())


def says_total(cells: Sequence[Cell], serial: Cell) -> bool:
    """Tell whether a row without a serial begins with a word such as "Total 6 packs", or "Summe:" itself."""
    first = next((cell for cell in cells if not isinstance(cell, str) or cell.strip()), "")
    if not isinstance(first, str) or not _SAYS_TOTAL.match(first.strip()):
        return False
    return serial == first or (isinstance(serial, str) and not serial.strip())
