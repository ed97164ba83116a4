"""Documents sent in tests, and taken in as a worker would."""

import io
import zipfile
from typing import Any

from intake.models import Attachment, AttachmentUpload, Batch
from intake.services import attachments
from rebattery.actor import Actor
from tests.factories import AT, make_actor

PDF = b"%PDF-1.7\nRB\n"


def zip_of(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def send(batch: Batch, name: str, content: bytes = PDF, *, actor: Actor | None = None) -> AttachmentUpload:
    return attachments.accept(
        batch=batch, file_name=name, content=content, actor=actor or make_actor(), at=AT
    )


def take_in(batch: Batch, name: str, content: bytes = PDF, **options: Any) -> AttachmentUpload:
    """Send a file and let a worker take it in."""
    return attachments.run(upload_id=send(batch, name, content, **options).pk, actor=make_actor(), at=AT)


def make_attachment(batch: Batch, name: str, content: bytes = PDF) -> Attachment:
    """Return the one attachment that ``content`` becomes."""
    return take_in(batch, name, content).attachments.get()
