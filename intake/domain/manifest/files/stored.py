"""Values as the reader of workbooks returns them, turned into cells."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from intake.domain.manifest.reading import Cell


def plain(values: Iterable[Any]) -> list[Cell]:
    """Turn stored values into text, or leave them numbers; a date becomes ISO text."""
    # One expression for the two kinds that nearly every cell is: a call for each would take twice as long.
    return [
        value
        if (kind := type(value)) is float and value - value == 0
        else (value if "\0" not in value else value.replace("\0", "\ufffd"))
        if kind is str
        else _text_of(value)
        for value in values
    ]


def _text_of(value: object) -> Cell:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return float(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, (timedelta, float)) else ""
