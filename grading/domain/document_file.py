"""Read a JSON document that comes from outside, so that it says one thing only and can be kept as it is."""

import json
from collections.abc import Iterable
from typing import Any


class DocumentUnreadable(ValueError):
    """A file that holds no JSON document; the message says why."""


def read_document(content: bytes) -> Any:
    """Return what a JSON file in UTF-8 says.

    :raises DocumentUnreadable: when it is no JSON, names a field twice in one object, or holds what no table
        can hold. JSON readers keep the last of two fields: a person may have read the first.
    """
    try:
        found = json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_refuse_constant
        )
    except DocumentUnreadable:
        raise
    except (ValueError, RecursionError) as error:
        raise DocumentUnreadable("This is no JSON file.") from error
    _require_storable([found])
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise DocumentUnreadable(f"The field “{name[:60]}” stands twice in one object. Leave one.")
        found[name] = value
    return found


def _refuse_constant(name: str) -> Any:
    raise DocumentUnreadable(f"{name} is no number of JSON.")


def _require_storable(values: Iterable[Any]) -> None:
    """Refuse the texts that PostgreSQL stores nowhere: NUL, and half of a character that takes two."""
    left = list(values)
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += [*value, *value.values()]
        elif isinstance(value, list):
            left += value
        elif isinstance(value, str) and any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
            shown = "".join(char for char in value if char.isprintable())[:40]
            raise DocumentUnreadable(f"The text “{shown}” holds a character that cannot be kept.")
