"""Make results of a derivation, after a person has confirmed what the file cannot say."""

from datetime import datetime

from django.db import transaction

from grading.models import CapacityTest, Derivation, ResistanceTest
from grading.queries.bench import catalog_baseline
from grading.services.test_runs import record_capacity, record_resistance
from grading.services.tester_files.changes import READY, RECORDED, change, locked
from grading.services.tester_files.results import (
    CapacityAnswers,
    Head,
    NothingToRecord,
    ResistanceAnswers,
    capacity_row,
    preferred_pulse,
    resistance_rows,
)
from intake.models import Pack
from rebattery.actor import Actor
from rebattery.dates import moment_in_words
from rebattery.errors import RuleViolation

Results = list[CapacityTest | ResistanceTest]


class MeasuredLater(RuleViolation):
    """A file cannot hold what was measured after it was received."""

    code = "measured_later"

    def __init__(self, received_at: datetime):
        text = f"The file was received before, at {moment_in_words(received_at)}."
        super().__init__(text, fields={"measured_at": text})


@transaction.atomic
def record_results(
    *,
    tester_file_id: int,
    test_index: int,
    head: Head,
    capacity: CapacityAnswers | None,
    resistance: ResistanceAnswers | None,
    actor: Actor,
    at: datetime,
    version: int | None = None,
) -> Results:
    """Record the results of one test of a file, linked to its derivation; all of them or none.

    Nothing measured is typed: charge, energy, rates, voltages and resistances come from the derivation, which
    also chose the discharge that counts. What stood before is superseded with the reason, never deleted.

    :raises NothingToRecord: when nothing is asked for, or the test does not give it.
    :raises MeasuredLater: when it is said to have been measured after the file was received.
    :raises FileMovedOn: when somebody changed the file in the meantime.
    :raises WrongState: when the file is not ready.
    :raises ResultsRefused: for what :mod:`grading.services.test_runs` refuses.
    """
    file = locked(tester_file_id, READY, RECORDED, version=version)
    current = Derivation.objects.filter(tester_file=file, superseded_by__isnull=True)
    derivation = current.filter(test_index=test_index).first()
    if derivation is None or file.pack_id is None or not (capacity or resistance):
        raise NothingToRecord("Choose what is to be recorded.")
    if head.measured_at and head.measured_at > file.received_at:
        raise MeasuredLater(file.received_at)
    known = {"pack_id": file.pack_id, "derivation_id": derivation.pk, "test": derivation.result, "head": head}
    results: Results = []
    if resistance:
        pack = Pack.objects.select_related("pack_type").get(pk=file.pack_id)
        preferred = preferred_pulse(derivation.result, catalog_baseline(pack_type=pack.pack_type))
        rows = resistance_rows(**known, answers=resistance, preferred=preferred)
        results += record_resistance(rows=rows, actor=actor, at=at, then_grade=capacity is None)
    if capacity:
        row = capacity_row(**known, answers=capacity)
        results += record_capacity(rows=[row], actor=actor, at=at)
    after = {
        "state": RECORDED.value,
        "why": "",
        "channel_id": head.channel_id or file.channel_id,
        "procedure_id": file.procedure_id or _procedure_of(capacity, resistance),
    }
    facts = {"results": ", ".join(_words(result) for result in results)}
    change(file, "tester_file.recorded", after, actor=actor, at=at, facts=facts)
    return results


def _procedure_of(capacity: CapacityAnswers | None, resistance: ResistanceAnswers | None) -> int | None:
    """Return the procedure by which the results were recorded: the capacity test's before the pulse's."""
    chosen = [answers.procedure_id for answers in (capacity, resistance) if answers]
    return next((key for key in chosen if key), None)


def _words(result: CapacityTest | ResistanceTest) -> str:
    if isinstance(result, CapacityTest):
        return f"SOH {result.soh_percent:.1f} %"
    return f"{result.ir_mohm:f} mΩ at {result.pulse_duration_s} s"
