"""The list of packs."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from grading.models import Grade
from grading.queries.packs import UNGRADED, WAITS, graded, packs_for, waiting, with_serial
from intake.models import Pack
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, list_page

STATES = Pack._meta.get_field("status").flatchoices
FILTERS = (
    Filter(key="q", label="Serial", apply=with_serial),
    Filter(key="status", label="State", apply=lambda rows, value: rows.filter(status=value), choices=STATES),
    Filter(key="grade", label="Grade", apply=graded, choices=[(UNGRADED, "Not graded"), *Grade.choices]),
    Filter(
        key="chemistry",
        label="Chemistry",
        apply=lambda rows, value: rows.filter(chemistry=value),
        choices=Pack._meta.get_field("chemistry").flatchoices,
    ),
    Filter(key="batch", label="Batch", apply=lambda rows, value: rows.filter(batch__number__iexact=value)),
)
FOR_STAFF = (
    Filter(key="waits", label="Waits for", apply=waiting, choices=WAITS),
    Filter(
        key="supplier",
        label="Supplier code",
        apply=lambda rows, value: rows.filter(supplier__code__iexact=value),
    ),
)


@requires(Capability.VIEW_PACKS)
def packs(request: HttpRequest) -> HttpResponseBase:
    viewer = person_of(request)
    rows, columns, filters = packs_for(viewer=viewer), columns_for(viewer), filters_for(viewer)
    if "export" in request.GET:
        return list_export(rows, name="packs", columns=columns, filters=filters, params=request.GET)
    # On the page the policy or what is suspended stands beside the grade, and the chemistry beside the type.
    shown = [column for column in columns if column.key not in ("policy", "suspended", "chemistry")]
    page = list_page(rows, columns=shown, filters=filters, params=request.GET)
    return render(request, "grading/packs/list.html", {"page": page, "is_supplier": viewer.is_supplier})


def filters_for(viewer: User) -> Sequence[Filter]:
    return FILTERS if viewer.is_supplier else (*FILTERS, *FOR_STAFF)


def columns_for(viewer: User) -> Sequence[Column]:
    """Return the columns of the list and of its export; only staff see whose a pack is."""
    columns = (
        Column(key="serial", label="Serial", value=lambda row: row.serial, sort="serial", is_code=True),
        Column(key="status", label="State", value=lambda row: row.get_status_display(), sort="status"),
        Column(key="grade", label="Grade", value=lambda row: row.grade),
        Column(key="policy", label="Policy", value=lambda row: row.policy),
        Column(key="suspended", label="Suspended grade", value=lambda row: row.suspended),
        Column(key="type", label="Type", value=lambda row: f"{row.make} {row.model}".strip()),
        Column(key="chemistry", label="Chemistry", value=lambda row: row.chemistry),
        Column(key="kwh", label="Nominal (kWh)", value=lambda row: row.nominal_energy_kwh, is_number=True),
        Column(
            key="soh", label="Claimed SOH (%)", value=lambda row: row.declared_soh_percent, is_number=True
        ),
        Column(key="since", label="Since", value=lambda row: row.status_at),
        Column(key="batch", label="Batch", value=lambda row: row.batch.number, sort="id"),
    )
    supplier = Column(key="supplier", label="Supplier", value=lambda row: row.supplier.code)
    return columns if viewer.is_supplier else (*columns, supplier)
