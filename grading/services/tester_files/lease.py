"""Who reads a tester file: see :mod:`intake.services.leases`."""

from grading.models import TesterFile, TesterFileRun
from intake.services.leases import Leases
from rebattery.jobs import Job

LEASES = Leases(
    subjects=TesterFile,
    runs=TesterFileRun,
    link="tester_file",
    job=Job.READ_TESTER_FILE,
    at_start={"rows_read": 0},
    at_return={},
    beside="stored_file",
)
sweep = LEASES.sweep
