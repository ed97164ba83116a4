"""What may take the place of a result that stands: the correction of that test, or a measurement that is due.

Nobody measures until a value pleases: in one stay at the bench a pack is measured once of each kind.
"""

from datetime import timedelta

from grading.models import CapacityTest, ResistanceTest
from grading.services.test_runs.inputs import Input
from intake.models import Pack
from rebattery.dates import moment_in_words

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
        return faults | {"measured_at": newer.format(moment_in_words(old.measured_at))}
    # What gives no value is measured again, whatever it says.
    if old.at >= pack.status_at and old.gives_value and row.procedure_id == old.procedure_id:
        at = moment_in_words(old.measured_at)
        again = (
            f"Measured already in this stay at the bench, at {at}. Correct that test"
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
