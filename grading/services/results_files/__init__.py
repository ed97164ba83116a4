"""Files of results: taken in, judged row by row, mended in a workbook or a bench run, recorded."""

from grading.services.results_files.accepting import accept
from grading.services.results_files.lease import sweep
from grading.services.results_files.mending import Mended, take_workbook
from grading.services.results_files.reading import run
from grading.services.results_files.recording import record_file
from grading.services.results_files.refusals import NotClean, NotThisWorkbook, WrongState
from grading.services.results_files.running import Filled, put_into_runs

__all__ = [
    "Filled",
    "Mended",
    "NotClean",
    "NotThisWorkbook",
    "WrongState",
    "accept",
    "put_into_runs",
    "record_file",
    "run",
    "sweep",
    "take_workbook",
]
