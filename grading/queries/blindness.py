"""Whoever may measure a pack is not told before what others say of it, so that it cannot color the value."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from grading.queries.test_runs import Results
from intake.domain.lifecycle import Status
from intake.models import Pack
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.audit.trail import Entry

YET_TO_MEASURE = frozenset({Status.ANNOUNCED, Status.MISSING, Status.RECEIVED, Status.INSPECTED})
"""States of packs that the bench has still before it."""
CLAIMS = {"soh_declared_percent": "capacity", "ir_mohm": "resistance"}
"""What a supplier says of a pack's condition, and the kind of result that it would color."""
_TELLING = frozenset({"declared_soh_percent", "declared", "declared_raw"})
"""Columns in which it stands; the row as received names it in words of the supplier's own."""
_REPORTS = "soh_report"


def blind_to(*, pack: Pack, results: Results, viewer: User) -> frozenset[str]:
    """Return the kinds of result of which ``viewer`` is told no claim yet: capacity, resistance.

    That is until one of the kind stands, or the pack has left the bench without it.
    """
    if not may_measure(viewer) or Status(pack.status) not in YET_TO_MEASURE:
        return frozenset()
    standing = {"capacity": results.standing_capacity, "resistance": results.standing_resistance}
    return frozenset(kind for kind, test in standing.items() if test is None)


def may_measure(viewer: User) -> bool:
    """Tell whether ``viewer`` might be the one who measures."""
    return viewer.may(Capability.RECORD_TESTS)


def without_claims(story: Iterable[Entry], *, blind: Collection[str]) -> list[Entry]:
    """Take out of a pack's story what tells of its condition before the kinds in ``blind`` are measured."""
    if not blind:
        return list(story)
    kept = [entry for entry in story if "capacity" not in blind or entry.subject_type != _REPORTS]
    return [
        replace(entry, changes=[change for change in entry.changes if change[0] not in _TELLING])
        for entry in kept
    ]
