"""Files of testers: taken in, read and derived by a worker, judged and recorded by people."""

from grading.services.tester_files.accepting import NoTesterFile, accept
from grading.services.tester_files.changes import FileMovedOn, WrongState
from grading.services.tester_files.changing import (
    PackNotAtBench,
    answer,
    assign,
    place,
    read_again,
    set_aside,
    take_back,
)
from grading.services.tester_files.lease import sweep
from grading.services.tester_files.reading import run
from grading.services.tester_files.recording import MeasuredLater, record_results
from grading.services.tester_files.rederiving import Difference, NoSuchFile, rederive, to_rederive
from grading.services.tester_files.results import (
    CapacityAnswers,
    Head,
    NothingToRecord,
    ResistanceAnswers,
    preferred_pulse,
)
from grading.services.tester_files.retabling import keep_tables

__all__ = [
    "CapacityAnswers",
    "Difference",
    "FileMovedOn",
    "Head",
    "NoTesterFile",
    "MeasuredLater",
    "NoSuchFile",
    "NothingToRecord",
    "PackNotAtBench",
    "ResistanceAnswers",
    "WrongState",
    "accept",
    "answer",
    "assign",
    "keep_tables",
    "place",
    "preferred_pulse",
    "read_again",
    "record_results",
    "rederive",
    "run",
    "set_aside",
    "sweep",
    "take_back",
    "to_rederive",
]
