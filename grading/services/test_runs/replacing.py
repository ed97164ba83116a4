"""What may take the place of a result that stands: the correction of that test, or a measurement that is due.

Nobody measures until a value pleases: in one stay at the bench a pack is measured once of each kind.
"""

from datetime import UTC, datetime, timedelta

from grading.models import CapacityTest, ResistanceTest
from grading.services.test_runs.inputs import Input
from intake.models import Pack

SAME_PULSE = timedelta(minutes=10)
"""A second pulse so soon had no rest before it: it is the first one, written down again."""


def replacement_faults(row: Input, old: CapacityTest | ResistanceTest, pack: Pack) -> dict[str, str]:
    """Return why ``row`` may not take the place of ``old``, which stands for ``pack``, by field."""
    faults = {}
    if not row.reason.strip():
        faults["reason"] = "This pack has a result of this kind already. Say why a new one takes its place."
    if row.measured_at is None or abs(row.measured_at - old.measured_at) < max(lasted(old), SAME_PULSE):
        return faults
    if row.measured_at < old.measured_at:
        newer = "A newer measurement stands, of {}: an older one cannot take its place."
        return faults | {"measured_at": newer.format(_moment(old.measured_at))}
    if old.at >= pack.status_at and _gives_a_value(old) and row.procedure_id == old.procedure_id:
        again = (
            f"Measured already in this stay at the bench, at {_moment(old.measured_at)}. Correct that test"
            " under its own moment; another measurement needs a reviewer's order."
        )
        return faults | {"measured_at": again}
    return faults


def lasted(test: CapacityTest | ResistanceTest) -> timedelta:
    """Return how long a test took: what is said to be of the same pack in that time is the same test."""
    if isinstance(test, ResistanceTest):
        return SAME_PULSE
    # The charge at its C-rate, of the capacity that it refers to.
    return timedelta(hours=float(test.soh_percent / 100 / test.c_rate))


def _gives_a_value(test: CapacityTest | ResistanceTest) -> bool:
    """Tell whether ``test`` was made as it should be; what was not is measured again, whatever it says."""
    if isinstance(test, ResistanceTest) and not test.is_comparable:
        return False
    return not any(departure["is_grave"] for departure in test.departures)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
