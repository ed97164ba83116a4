"""One byte form for a JSON value, so that equal values have equal hashes."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal


def canonical_json(value: object) -> str:
    """Return ``value`` as JSON with sorted keys, no spaces, and Decimals as strings.

    :raises TypeError: when a float is inside: its text depends on who prints it.
    """
    return _encode(_plain(value))


def sha256_of(value: object) -> str:
    """Return the SHA-256 of the canonical JSON of ``value``, as 64 hex digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


# Made once: making an encoder costs as much as writing a small snapshot.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_PLAIN = frozenset({str, int, bool, type(None)})


def _plain(value: object) -> object:
    # The exact type settles nearly all values; subclasses, such as enums, are asked for below.
    if type(value) in _PLAIN or isinstance(value, str | int):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): item if type(item) in _PLAIN else _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form: {value!r}")
