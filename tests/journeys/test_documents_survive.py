"""A worker killed while it opens documents leaves nothing half-done, and the next one finishes."""

import time
from datetime import timedelta

from django.db.models.functions import Now

from intake.models import Attachment, AttachmentRun, AttachmentUpload
from intake.services import attachments
from rebattery.audit.trail import events
from tests.factories import make_batch
from tests.intake.pictures import picture
from tests.intake.sending import send, zip_of
from tests.journeys.waiting import wait_for

PHOTOS = 60


def test_documents_survive_kill_9(worker):
    serials = [f"RB-{number:04}" for number in range(PHOTOS)]
    batch = make_batch(packs=[{"serial": serial} for serial in serials])
    photo = picture(size=(1600, 1200))
    content = zip_of({f"{serial}.jpg": photo for serial in serials})
    send(batch, "photos.zip", content)
    run = AttachmentRun.objects.all()

    wait_for(lambda: run.filter(files_done__gt=0).exists())
    worker.kill_9()

    assert AttachmentUpload.objects.get().state == "queued"
    assert Attachment.objects.count() == 0

    # The lease runs for a minute; the test lets it lapse now.
    run.update(lease_until=Now() - timedelta(seconds=1))
    worker.restart()
    assert attachments.sweep() == 1
    wait_for(lambda: AttachmentUpload.objects.get().state != "queued")

    assert AttachmentUpload.objects.get().state == "done"
    assert Attachment.objects.filter(pack__isnull=False).count() == PHOTOS
    assert run.get().attempts == 2
    assert events().filter(event_type="attachment.added").count() == PHOTOS


def test_two_workers_at_once_add_nothing_twice(worker):
    batch = make_batch(packs=[{"serial": "RB-0001"}])
    upload = send(batch, "RB-0001.pdf")
    for _ in range(5):
        attachments.sweep()

    wait_for(lambda: AttachmentUpload.objects.get().state == "done")
    time.sleep(0.5)

    assert upload.attachments.count() == 1
    assert events().filter(event_type="attachments.taken_in").count() == 1
