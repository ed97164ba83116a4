"""Manifests: taken in at once, read by a worker, announced as a batch or refused with every problem."""

from intake.services.manifests.accepting import ManifestSettled, SupplierInactive, accept, read_again
from intake.services.manifests.lease import sweep
from intake.services.manifests.running import run

__all__ = ["ManifestSettled", "SupplierInactive", "accept", "read_again", "run", "sweep"]
