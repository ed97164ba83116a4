"""Who is reading a manifest: one worker at a time, for a limited time, a limited number of times."""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from intake.models import Manifest, ManifestRun, ManifestState
from rebattery.jobs import Job, send

MAX_ATTEMPTS = 4
_RETRY_AFTER_S = 10


class LeaseLost(Exception):
    """Another worker has taken the manifest over; this one must not write any more."""


@dataclass(frozen=True)
class Lease:
    """The right to read one manifest, until it lapses or another worker takes over."""

    manifest_id: int
    token: uuid.UUID
    attempt: int
    """1 for the first; one beyond ``MAX_ATTEMPTS`` means: give up."""


def claim(*, manifest_id: int) -> Lease | None:
    """Take the right to read a waiting manifest; None when it is settled or another worker reads it.

    The attempt is counted here, so that a worker killed in the middle has used one up. Only the
    database's clock counts.
    """
    token = uuid.uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        # The lock makes a second worker wait until it sees what the first has made of the manifest.
        cursor.execute(
            "SELECT 1 FROM intake_manifest WHERE id = %s AND state = %s FOR NO KEY UPDATE",
            [manifest_id, ManifestState.QUEUED.value],
        )
        if cursor.fetchone() is None:
            return None
        cursor.execute(
            "UPDATE intake_manifestrun SET attempts = attempts + 1, lease_token = %s, rows_done = 0,"
            " step = 'reading', lease_until = now() + make_interval(secs => %s)"
            " WHERE manifest_id = %s AND (lease_until IS NULL OR lease_until < now()) RETURNING attempts",
            [token, settings.LEASE_SECONDS, manifest_id],
        )
        row = cursor.fetchone()
    return Lease(manifest_id, token, row[0]) if row else None


def renew(lease: Lease, *, rows_done: int, step: str = "reading") -> None:
    """Say how far the reading has come and prolong the lease; inside a transaction this is its fence.

    :raises LeaseLost: when another worker holds the manifest now.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_manifestrun"
            " SET lease_until = now() + make_interval(secs => %s), rows_done = %s, step = %s"
            " WHERE manifest_id = %s AND lease_token = %s",
            [settings.LEASE_SECONDS, rows_done, step, lease.manifest_id, lease.token],
        )
        if cursor.rowcount == 0:
            raise LeaseLost


def hand_back(lease: Lease) -> None:
    """Let the sweep try again soon, a little later after each attempt."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_manifestrun"
            " SET lease_token = NULL, step = '', lease_until = now() + make_interval(secs => %s)"
            " WHERE manifest_id = %s AND lease_token = %s",
            [_RETRY_AFTER_S * lease.attempt, lease.manifest_id, lease.token],
        )


def sweep() -> int:
    """Nudge every manifest that waits and that nobody reads; return how many the broker took."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    waiting = ManifestRun.objects.filter(free, manifest__state=ManifestState.QUEUED).order_by("pk")
    nudged = 0
    for manifest_id in waiting.values_list("manifest_id", flat=True):
        if not send(Job.IMPORT_MANIFEST, manifest_id=manifest_id):
            break
        nudged += 1
    return nudged


def lock(lease: Lease) -> Manifest:
    """Fence the current transaction and return the manifest, locked.

    :raises LeaseLost: when another worker holds the manifest now.
    """
    manifest = Manifest.objects.select_for_update(no_key=True, of=("self",)).select_related("supplier")
    locked = manifest.get(pk=lease.manifest_id)
    if locked.state != ManifestState.QUEUED:
        raise LeaseLost
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM intake_manifestrun WHERE manifest_id = %s AND lease_token = %s FOR UPDATE",
            [lease.manifest_id, lease.token],
        )
        if cursor.fetchone() is None:
            raise LeaseLost
    return locked
