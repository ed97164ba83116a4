"""Every file that suppliers have sent, whatever became of it."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from intake.models import ManifestState
from intake.queries.manifests import WRONG, in_state, manifests_for
from intake.web.next_steps import next_step
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, list_page, where

COLUMNS = (
    Column(key="file", label="File", value=lambda row: row.file_name),
    Column(key="state", label="State", value=lambda row: row.get_state_display()),
    Column(key="rows", label="Rows", value=lambda row: row.row_count, is_number=True),
    Column(key="errors", label="Errors", value=lambda row: row.error_count, is_number=True),
    Column(key="warnings", label="Warnings", value=lambda row: row.warning_count, is_number=True),
    Column(key="next", label="Next", value=next_step),
    Column(key="sent", label="Sent", value=lambda row: row.received_at, sort="id"),
)
SUPPLIER = Column(key="supplier", label="Supplier", value=lambda row: row.supplier.code)
FILTERS = (
    Filter(key="q", label="File name", apply=where("file_name__icontains")),
    Filter(
        key="state",
        label="State",
        apply=in_state,
        choices=((WRONG, "Refused or failed"), *ManifestState.choices),
    ),
)
FOR_STAFF = Filter(key="supplier", label="Supplier code", apply=where("supplier__code__iexact"))


@require_safe
@requires(Capability.VIEW_BATCHES)
def manifest_list(request: HttpRequest) -> HttpResponseBase:
    viewer = person_of(request)
    rows = manifests_for(viewer=viewer)
    columns = COLUMNS if viewer.is_supplier else (*COLUMNS, SUPPLIER)
    filters = FILTERS if viewer.is_supplier else (*FILTERS, FOR_STAFF)
    if "export" in request.GET:
        return list_export(rows, name="files", columns=columns, filters=filters, params=request.GET)
    page = list_page(rows, columns=columns, filters=filters, params=request.GET)
    return render(request, "intake/manifests/list.html", {"page": page})
