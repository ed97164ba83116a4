"""Where two derivations of the same test differ, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MISSING = "missing"


def differences(old: Any, new: Any, field: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield each field whose value differs, with the old and the new one; numbers compare as numbers.

    No tolerance: the same file, reader, algorithm and parameters give the same numbers to the last digit.
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys((*old, *new)):
            below = f"{field}.{name}" if field else str(name)
            yield from differences(old.get(name, MISSING), new.get(name, MISSING), below)
    elif _is_list(old) and _is_list(new):
        if len(old) != len(new):
            yield f"{field} (number)", len(old), len(new)
        for place, (before, after) in enumerate(zip(old, new, strict=False)):
            yield from differences(before, after, f"{field}[{place}]")
    elif not _is_same(old, new):
        yield field, old, new


def _is_same(old: Any, new: Any) -> bool:
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, int | float) and isinstance(new, int | float):
        # The database writes a whole float such as 1e22 without its point.
        return float(old) == float(new)
    return bool(old == new)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
