"""Who opens an upload of documents: see :mod:`intake.services.leases`."""

from intake.models import AttachmentRun, AttachmentUpload
from intake.services.leases import MAX_ATTEMPTS, Lease, LeaseLost, Leases
from rebattery.jobs import Job

__all__ = ["MAX_ATTEMPTS", "Lease", "LeaseLost", "claim", "hand_back", "lock", "renew", "sweep", "work"]

_LEASES = Leases(
    subjects=AttachmentUpload,
    runs=AttachmentRun,
    link="upload",
    job=Job.TAKE_IN_ATTACHMENTS,
    at_start={"files_done": 0},
    at_return={},
    beside="batch",
)
hand_back, sweep, work = _LEASES.hand_back, _LEASES.sweep, _LEASES.work


def claim(*, upload_id: int) -> Lease | None:
    """Take the right to open a waiting upload; None when it is settled or another worker has it."""
    return _LEASES.claim(upload_id)


def renew(lease: Lease, *, files_done: int, file_count: int) -> None:
    """Say how far the work has come and prolong the lease.

    :raises LeaseLost: when another worker holds the upload now.
    """
    _LEASES.renew(lease, files_done=files_done, file_count=file_count)


def lock(lease: Lease) -> AttachmentUpload:
    """Fence the current transaction and return the upload, locked, with its batch.

    :raises LeaseLost: when another worker holds the upload now.
    """
    return _LEASES.lock(lease)
