"""All that was sent for a batch beside its manifest, with what became of each."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from intake.models import AttachmentUpload, AttachmentUploadState
from intake.queries.attachment_uploads import WRONG, in_state, uploads_for
from intake.queries.batches import batches_for
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, list_page, where


def _why(row: AttachmentUpload) -> str:
    return row.refusal or "; ".join(f"{file['name']}: {file['why']}" for file in row.left_out)


COLUMNS = (
    Column(key="file", label="File", value=lambda row: row.file_name, is_code=True),
    Column(key="state", label="State", value=lambda row: row.get_state_display()),
    Column(key="added", label="Added", value=lambda row: row.added_count, is_number=True),
    Column(key="loose", label="Without a pack", value=lambda row: row.unmatched_count, is_number=True),
    Column(key="repeated", label="Here already", value=lambda row: row.repeated_count, is_number=True),
    Column(key="left_out", label="Left out", value=lambda row: row.left_out_count, is_number=True),
    Column(key="why", label="Why", value=_why),
    Column(key="sent", label="Sent", value=lambda row: row.received_at, sort="id"),
)
FILTERS = (
    Filter(key="q", label="File name", apply=where("file_name__icontains")),
    Filter(
        key="state",
        label="State",
        apply=in_state,
        choices=((WRONG, "Refused, failed or left out"), *AttachmentUploadState.choices),
    ),
)


@require_safe
@requires(Capability.VIEW_BATCHES)
def attachment_uploads(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    viewer = person_of(request)
    shown = get_object_or_404(batches_for(viewer=viewer), pk=batch_id)
    rows = uploads_for(viewer=viewer).filter(batch=shown)
    if "export" in request.GET:
        name = f"{shown.number}-files-sent"
        return list_export(rows, name=name, columns=COLUMNS, filters=FILTERS, params=request.GET)
    page = list_page(rows, columns=COLUMNS, filters=FILTERS, params=request.GET)
    return render(request, "intake/attachments/uploads.html", {"batch": shown, "page": page})
