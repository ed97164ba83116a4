"""What is wrong with the shape of a JSON document: missing and unknown fields, wrong kinds of values.

A shape is a check, a list with the shape of its items, or an object: a name that ends in ``?`` may be
absent, and ``*`` stands for any name.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Check = Callable[[object], str]


def kind(wanted: type, words: str) -> Check:
    """Return the check that a value is of this very type; true and false are no whole numbers."""
    return lambda value: "" if type(value) is wanted else f"must be {words}, not {value!r}"


def one_of(*allowed: object) -> Check:
    """Return the check that a value is one of these."""
    return lambda value: (
        "" if value in allowed else f"must be one of {', '.join(map(str, allowed))}, not {value!r}"
    )


def or_null(check: Check) -> Check:
    """Return the check that also lets null pass."""
    return lambda value: "" if value is None else check(value)


def decimal(value: object) -> str:
    """Check for a decimal number of at least 0, as text."""
    number = finite(value)
    if number is not None and number >= 0:
        return ""
    return f'must be a decimal number in a string, like "1.5", not {value!r}'


def finite(value: object) -> Decimal | None:
    """Return the decimal number in a text; None for anything else."""
    try:
        number = Decimal(value) if type(value) is str else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def moment(value: object) -> str:
    """Check for a moment with its time zone, as text."""
    try:
        if type(value) is str and datetime.fromisoformat(value).tzinfo:
            return ""
    except ValueError:
        pass
    return f"must be a moment with its time zone, like 2026-01-01T00:00:00Z, not {value!r}"


def shape_faults(value: object, shape: Any, path: str) -> list[str]:
    """Return every fault of the shape of ``value`` as a sentence that starts with its place."""
    if callable(shape):
        fault = shape(value)
        return [f"{path}: {fault}"] if fault else []
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{path}: must be a list, not {value!r}"]
        return [f for i, item in enumerate(value, 1) for f in shape_faults(item, shape[0], f"{path} {i}")]
    if not isinstance(value, Mapping):
        return [f"{path}: must be an object, not {value!r}"]
    if "*" in shape:
        return [f for key, item in value.items() for f in shape_faults(item, shape["*"], f"{path}.{key}")]
    known = {key.rstrip("?"): part for key, part in shape.items()}
    faults = [f"{path}: {key} is not a known field" for key in value if key not in known]
    faults += [f"{path}: {key} is missing" for key in shape if not key.endswith("?") and key not in value]
    return faults + [
        f for k, part in known.items() if k in value for f in shape_faults(value[k], part, f"{path}.{k}")
    ]


TEXT, INT, BOOL = kind(str, "text"), kind(int, "a whole number"), kind(bool, "true or false")
