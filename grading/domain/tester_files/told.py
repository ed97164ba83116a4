"""What a tester's file says of its test beside the records, as lines for a reader."""

from collections.abc import Mapping
from typing import Any


def told_lines(meta: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return name and text of all that a file says; what it leaves blank has an empty text."""
    return [(name.replace("_", " ").capitalize(), in_words(value)) for name, value in meta.items()]


def in_words(value: Any) -> str:
    """Return a value of a file as text; lists and tables, such as a schedule's steps, without brackets."""
    if isinstance(value, Mapping):
        parts = ((str(name).replace("_", " "), in_words(one)) for name, one in value.items())
        return ", ".join(f"{name} {text}" for name, text in parts if text)
    if isinstance(value, list | tuple):
        return "; ".join(filter(None, (in_words(one) for one in value)))
    return "" if value is None else str(value)
