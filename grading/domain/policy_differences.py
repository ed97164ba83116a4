"""What two policies say differently beside their decision tables, field by field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from grading.domain.policy_soundness import ACCEPTING

_PUBLICATION = {"id", "version", "effective_from", "author", "approver", "bands"}
"""Parts that say who published when, and the tables, which are compared on their own."""


@dataclass(frozen=True)
class Difference:
    """One field that differs."""

    label: str
    before: str
    after: str
    direction: str
    """stricter or looser where the field has such a sense, else empty."""


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Return every field but the tables that ``old`` and ``new`` fill differently, sorted."""
    was, now = (dict(_leaves(document, ())) for document in (old, new))
    found = []
    for path in sorted({*was, *now}):
        before, after = was.get(path), now.get(path)
        if before != after and path[0] not in _PUBLICATION:
            words = (_value(before), _value(after))
            found.append(Difference(_label(path), *words, _direction(path, before, after)))
    return found


def _leaves(value: Any, path: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], Any]]:
    """Yield each plain value with its path; lists of objects go by their codes, lists of words whole."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, str(key)))
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value, 1):
            yield from _leaves(item, (*path, str(item.get("code") or item.get("fact") or number)))
    else:
        yield path, value


def _label(path: tuple[str, ...]) -> str:
    words = [part.replace("_", " ") if part.islower() else part for part in path]
    return ": ".join([words[0].capitalize(), " ".join(words[1:])]) if words[1:] else words[0].capitalize()


def _value(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_value, value)) or "none"
    return str(value)


_MORE_IS_STRICTER = {
    ("floors", "pack_percent"),
    ("floors", "weakest_percent"),
    ("guard_band_pts",),
    ("evidence", "k_lower_bound"),
    ("evidence", "undecided_factor"),
    ("evidence", "needs_ir"),
    ("evidence", "needs_weakest"),
}
_LESS_IS_STRICTER = {("evidence", "max_age_days")} | {
    ("grade_validity", grade, months)
    for grade in ACCEPTING
    for months in ("storage_months", "remeasure_months")
}
_FEWER_IS_STRICTER = {
    ("evidence", "soh_sources_allowed"),
    ("evidence", "procedures", "capacity"),
    ("evidence", "procedures", "resistance"),
}


def _direction(path: tuple[str, ...], before: Any, after: Any) -> str:
    if path in _FEWER_IS_STRICTER:
        return _fewer(before, after)
    is_more = path in _MORE_IS_STRICTER
    if not is_more and path not in _LESS_IS_STRICTER:
        return ""
    # No limit is the loosest of both kinds.
    missing = Decimal(0) if is_more else Decimal("Infinity")
    try:
        was, now = (missing if v is None else Decimal(v) for v in (before, after))
    except (InvalidOperation, TypeError, ValueError):
        return ""
    return "" if was == now else "stricter" if (now > was) == is_more else "looser"


def _fewer(before: list[str] | None, after: list[str] | None) -> str:
    """Compare two lists of what is accepted; none at all accepts everything."""
    if before is None or after is None:
        return "looser" if after is None else "stricter"
    was, now = set(before), set(after)
    return "stricter" if now < was else "looser" if was < now else ""
