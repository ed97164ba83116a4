"""Who reads a file of results: see :mod:`intake.services.leases`."""

from grading.models import ResultsFile, ResultsFileWork
from intake.services.leases import Leases
from rebattery.jobs import Job

LEASES = Leases(
    subjects=ResultsFile,
    runs=ResultsFileWork,
    link="results_file",
    job=Job.READ_RESULTS_FILE,
    at_start={"rows_read": 0},
    at_return={},
    beside="stored_file",
)
sweep = LEASES.sweep
