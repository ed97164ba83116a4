"""Record what the bench measured; a newer result supersedes, nothing edits."""

from grading.services.test_runs.capacity import record_capacity
from grading.services.test_runs.checks import (
    AnotherInstrumentNeeded,
    AnotherPersonNeeded,
    InstrumentLapsed,
    NotAtBench,
    ResultsRefused,
)
from grading.services.test_runs.finish import finish_testing
from grading.services.test_runs.inputs import CapacityInput, ResistanceInput
from grading.services.test_runs.previewing import (
    NOT_AT_BENCH,
    Preview,
    capacity_problems,
    preview_capacity,
    preview_resistance,
    resistance_problems,
)
from grading.services.test_runs.resistance import record_resistance

__all__ = [
    "AnotherInstrumentNeeded",
    "AnotherPersonNeeded",
    "CapacityInput",
    "InstrumentLapsed",
    "NOT_AT_BENCH",
    "NotAtBench",
    "Preview",
    "ResistanceInput",
    "ResultsRefused",
    "capacity_problems",
    "finish_testing",
    "preview_capacity",
    "preview_resistance",
    "record_capacity",
    "record_resistance",
    "resistance_problems",
]
