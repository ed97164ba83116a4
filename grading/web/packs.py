"""The list of packs."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from grading.domain.review_reasons import rule_label
from grading.models import Grade
from grading.queries import rejects
from grading.queries.packs import UNGRADED, WAITS, graded, graded_as_told, packs_for, waiting, with_serial
from grading.web.grading_runs_filters import OF_RUNS
from grading.web.moves_filter import OF_MOVES
from intake.domain.dispositions import ORDERABLE
from intake.domain.hazards import finding_label
from intake.domain.lifecycle import Status
from intake.models import Pack
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.ui.day_filters import on_day
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, list_page, where

Packs = QuerySet[Pack]
STATES = Pack._meta.get_field("status").flatchoices
GRADES = [(UNGRADED, "Not graded"), *Grade.choices]
FILTERS = (
    Filter(key="q", label="Serial", apply=with_serial),
    Filter(key="status", label="State", apply=where("status"), choices=STATES),
    Filter(key="grade", label="Grade", apply=graded, choices=GRADES),
    Filter(
        key="chemistry",
        label="Chemistry",
        apply=where("chemistry"),
        choices=Pack._meta.get_field("chemistry").flatchoices,
    ),
    Filter(key="batch", label="Batch", apply=where("batch__number__iexact")),
)


OF_REJECTS = (
    Filter(
        key="rejected",
        label="Rejected",
        apply=lambda rows, _: rejects.rejected(rows),
        choices=[("yes", "yes")],
        is_linked=True,
    ),
    Filter(key="rule", label="Rejected by", apply=rejects.rejected_by_rule, is_linked=True, words=rule_label),
    Filter(
        key="finding",
        label="Found at the inspection",
        apply=rejects.with_finding,
        is_linked=True,
        words=lambda code: "nothing" if code == rejects.NONE else finding_label(code),
    ),
    Filter(key="type", label="Type", apply=rejects.of_type, is_linked=True),
    Filter(key="rejected_since", label="Rejected from", apply=on_day(rejects.rejected_since), is_linked=True),
    Filter(
        key="rejected_until", label="Rejected until", apply=on_day(rejects.rejected_until), is_linked=True
    ),
)
"""What the bars of the rejects lead to; the counts there and the lists here are the same packs."""
FOR_STAFF = (
    Filter(key="waits", label="Waits for", apply=waiting, choices=WAITS),
    Filter(key="supplier", label="Supplier code", apply=where("supplier__code__iexact")),
    *OF_REJECTS,
    *OF_RUNS,
    OF_MOVES,
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
    is_reviewer = viewer.may(Capability.DECIDE_REVIEWS)
    context = {
        "page": page,
        "is_supplier": viewer.is_supplier,
        "may_order": is_reviewer,
        # To be graded again, or to be sent off: every reviewer may do both, an administrator the second.
        "tickable": (Status.GRADED, Status.IN_REVIEW, *ORDERABLE) if is_reviewer else ORDERABLE,
        "may_send_off": viewer.may(Capability.ORDER_DISPOSITIONS),
    }
    return render(request, "grading/packs/list.html", context)


def filters_for(viewer: User) -> Sequence[Filter]:
    if not viewer.is_supplier:
        return (*FILTERS, *FOR_STAFF)
    # Theirs is the grade that they are told.
    own = Filter(key="grade", label="Grade", apply=graded_as_told, choices=GRADES)
    return [own if item.key == own.key else item for item in FILTERS]


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
