"""Who reads a file of results: see :mod:`intake.services.leases`."""

from grading.models import ResultsFile, ResultsFileWork
from intake.services.leases import MAX_ATTEMPTS, Lease, LeaseLost, Leases
from rebattery.jobs import Job

__all__ = ["MAX_ATTEMPTS", "Lease", "LeaseLost", "lock", "renew", "sweep", "work"]

_LEASES = Leases(
    subjects=ResultsFile,
    runs=ResultsFileWork,
    link="results_file",
    job=Job.READ_RESULTS_FILE,
    at_start={"rows_read": 0},
    at_return={},
)
sweep, work = _LEASES.sweep, _LEASES.work


def renew(lease: Lease, *, rows_read: int) -> None:
    """Say how far the reading has come and prolong the lease.

    :raises LeaseLost: when another worker holds the file now.
    """
    _LEASES.renew(lease, rows_read=rows_read)


def lock(lease: Lease) -> ResultsFile:
    """Fence the current transaction and return the file, locked, with its stored bytes.

    :raises LeaseLost: when another worker holds the file now.
    """
    return _LEASES.lock(lease, beside="stored_file")
