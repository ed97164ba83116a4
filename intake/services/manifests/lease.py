"""Who is reading a manifest: see :mod:`intake.services.leases`."""

from intake.models import Manifest, ManifestRun
from intake.services.leases import MAX_ATTEMPTS, Lease, LeaseLost, Leases
from rebattery.jobs import Job

__all__ = [
    "MAX_ATTEMPTS",
    "Lease",
    "LeaseLost",
    "claim",
    "hand_back",
    "lock",
    "renew",
    "sweep",
    "wait_anew",
    "work",
]

_LEASES = Leases(
    subjects=Manifest,
    runs=ManifestRun,
    link="manifest",
    job=Job.IMPORT_MANIFEST,
    at_start={"rows_done": 0, "step": "reading"},
    at_return={"step": ""},
    beside="supplier",
)
hand_back, sweep, work = _LEASES.hand_back, _LEASES.sweep, _LEASES.work
wait_anew = _LEASES.wait_anew


def claim(*, manifest_id: int) -> Lease | None:
    """Take the right to read a waiting manifest; None when it is settled or another worker reads it."""
    return _LEASES.claim(manifest_id)


def renew(lease: Lease, *, rows_done: int, step: str = "reading") -> None:
    """Say how far the reading has come and prolong the lease; inside a transaction this is its fence.

    :raises LeaseLost: when another worker holds the manifest now.
    """
    _LEASES.renew(lease, rows_done=rows_done, step=step)


def lock(lease: Lease) -> Manifest:
    """Fence the current transaction and return the manifest, locked, with its supplier.

    :raises LeaseLost: when another worker holds the manifest now.
    """
    return _LEASES.lock(lease)
