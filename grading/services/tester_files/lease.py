"""Who reads a tester file: see :mod:`intake.services.leases`."""

from grading.models import TesterFile, TesterFileRun
from intake.services.leases import MAX_ATTEMPTS, Lease, LeaseLost, Leases
from rebattery.jobs import Job

__all__ = ["MAX_ATTEMPTS", "Lease", "LeaseLost", "lock", "prolong", "renew", "sweep", "work"]

_LEASES = Leases(
    subjects=TesterFile,
    runs=TesterFileRun,
    link="tester_file",
    job=Job.READ_TESTER_FILE,
    at_start={"rows_read": 0},
    at_return={},
)
sweep, work = _LEASES.sweep, _LEASES.work


def renew(lease: Lease, *, rows_read: int) -> None:
    """Say how far the reading has come and prolong the lease.

    :raises LeaseLost: when another worker holds the file now.
    """
    _LEASES.renew(lease, rows_read=rows_read)


def prolong(lease: Lease) -> None:
    """Prolong the lease without news.

    :raises LeaseLost: when another worker holds the file now.
    """
    _LEASES.renew(lease)


def lock(lease: Lease) -> TesterFile:
    """Fence the current transaction and return the file, locked, with its stored bytes.

    :raises LeaseLost: when another worker holds the file now.
    """
    return _LEASES.lock(lease, beside="stored_file")
