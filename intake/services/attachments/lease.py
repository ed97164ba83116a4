"""Who opens an upload: one worker at a time, for a limited time, a limited number of times."""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from intake.models import AttachmentRun, AttachmentUpload, AttachmentUploadState
from rebattery.jobs import Job, send

MAX_ATTEMPTS = 4
_RETRY_AFTER_S = 10


class LeaseLost(Exception):
    """Another worker has taken the upload over; this one must not write any more."""


@dataclass(frozen=True)
class Lease:
    """The right to open one upload, until it lapses or another worker takes over."""

    upload_id: int
    token: uuid.UUID
    attempt: int
    """1 for the first; one beyond ``MAX_ATTEMPTS`` means: give up."""


def claim(*, upload_id: int) -> Lease | None:
    """Take the right to open a waiting upload; None when it is settled or another worker has it.

    The attempt is counted here, so that a worker killed in the middle has used one up. Only the
    database's clock counts.
    """
    token = uuid.uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        # The lock makes a second worker wait until it sees what the first has made of the upload.
        cursor.execute(
            "SELECT 1 FROM intake_attachmentupload WHERE id = %s AND state = %s FOR NO KEY UPDATE",
            [upload_id, AttachmentUploadState.QUEUED.value],
        )
        if cursor.fetchone() is None:
            return None
        cursor.execute(
            "UPDATE intake_attachmentrun SET attempts = attempts + 1, lease_token = %s, files_done = 0,"
            " lease_until = now() + make_interval(secs => %s)"
            " WHERE upload_id = %s AND (lease_until IS NULL OR lease_until < now()) RETURNING attempts",
            [token, settings.LEASE_SECONDS, upload_id],
        )
        row = cursor.fetchone()
    return Lease(upload_id, token, row[0]) if row else None


def renew(lease: Lease, *, files_done: int, file_count: int) -> None:
    """Say how far the work has come and prolong the lease.

    :raises LeaseLost: when another worker holds the upload now.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_attachmentrun"
            " SET lease_until = now() + make_interval(secs => %s), files_done = %s, file_count = %s"
            " WHERE upload_id = %s AND lease_token = %s",
            [settings.LEASE_SECONDS, files_done, file_count, lease.upload_id, lease.token],
        )
        if cursor.rowcount == 0:
            raise LeaseLost


def hand_back(lease: Lease) -> None:
    """Let the sweep try again soon, a little later after each attempt."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_attachmentrun"
            " SET lease_token = NULL, lease_until = now() + make_interval(secs => %s)"
            " WHERE upload_id = %s AND lease_token = %s",
            [_RETRY_AFTER_S * lease.attempt, lease.upload_id, lease.token],
        )


def sweep() -> int:
    """Nudge every upload that waits and that nobody opens; return how many the broker took."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    waiting = AttachmentRun.objects.filter(free, upload__state=AttachmentUploadState.QUEUED).order_by("pk")
    nudged = 0
    for upload_id in waiting.values_list("upload_id", flat=True):
        if not send(Job.TAKE_IN_ATTACHMENTS, upload_id=upload_id):
            break
        nudged += 1
    return nudged


def lock(lease: Lease) -> AttachmentUpload:
    """Fence the current transaction and return the upload, locked, with its batch.

    :raises LeaseLost: when another worker holds the upload now.
    """
    uploads = AttachmentUpload.objects.select_for_update(no_key=True, of=("self",)).select_related("batch")
    locked = uploads.get(pk=lease.upload_id)
    if locked.state != AttachmentUploadState.QUEUED:
        raise LeaseLost
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM intake_attachmentrun WHERE upload_id = %s AND lease_token = %s FOR UPDATE",
            [lease.upload_id, lease.token],
        )
        if cursor.fetchone() is None:
            raise LeaseLost
    return locked
