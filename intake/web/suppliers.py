"""Suppliers: the list, one of them, adding and changing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from intake.queries.suppliers import matching, suppliers_with_counts
from intake.services.suppliers import add_supplier, change_supplier
from intake.web.forms import EditSupplierForm, NewSupplierForm
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.audit.trail import story_of
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page

COLUMNS = (
    Column(key="code", label="Code", value=lambda row: row.code, sort="code", is_code=True),
    Column(key="name", label="Name", value=lambda row: row.name, sort="name"),
    Column(key="country", label="Country", value=lambda row: row.country),
    Column(key="files", label="Files", value=lambda row: row.file_count, is_number=True),
    Column(key="batches", label="Batches", value=lambda row: row.batch_count, is_number=True),
    Column(key="packs", label="Packs", value=lambda row: row.pack_count, is_number=True),
    Column(key="last", label="Last file", value=lambda row: row.last_file_at),
    Column(key="state", label="May send files", value=lambda row: "yes" if row.is_active else "no"),
)
FILTERS = (
    Filter(key="q", label="Code or name", apply=matching),
    Filter(
        key="active",
        label="May send files",
        apply=lambda rows, answer: rows.filter(is_active=answer == "yes"),
        choices=(("yes", "Yes"), ("no", "No")),
    ),
)


@requires(Capability.VIEW_SUPPLIERS)
def suppliers(request: HttpRequest) -> HttpResponseBase:
    rows = suppliers_with_counts()
    if "export" in request.GET:
        return list_export(
            rows, name="suppliers", columns=COLUMNS, filters=FILTERS, params=request.GET, default_sort="code"
        )
    page = list_page(rows, columns=COLUMNS, filters=FILTERS, params=request.GET, default_sort="code")
    may_manage = person_of(request).may(Capability.MANAGE_SUPPLIERS)
    return render(request, "intake/suppliers/list.html", {"page": page, "may_manage": may_manage})


@requires(Capability.VIEW_SUPPLIERS)
def supplier(request: HttpRequest, supplier_id: int) -> HttpResponse:
    shown = get_object_or_404(suppliers_with_counts(), pk=supplier_id)
    viewer = person_of(request)
    context = {
        "supplier": shown,
        "people": shown.people.order_by("name", "pk"),
        "story": story_of(subject_type="supplier", subject_id=shown.pk),
        "trail_links": viewer.may(Capability.VIEW_TRAIL),
        "may_manage": viewer.may(Capability.MANAGE_SUPPLIERS),
    }
    return render(request, "intake/suppliers/detail.html", context)


@requires(Capability.MANAGE_SUPPLIERS)
def supplier_new(request: HttpRequest) -> HttpResponse:
    form = NewSupplierForm(request.POST or None)
    if form.is_valid():
        try:
            added = add_supplier(**form.cleaned_data, actor=actor_of(request), at=timezone.now())
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Supplier {added.name} added.")
            return redirect("supplier", added.pk)
    words = {"heading": "Add a supplier", "button": "Add supplier"}
    return render(request, "intake/suppliers/form.html", {"form": form, **words})


@requires(Capability.MANAGE_SUPPLIERS)
def supplier_edit(request: HttpRequest, supplier_id: int) -> HttpResponse:
    shown = get_object_or_404(suppliers_with_counts(), pk=supplier_id)
    initial = {"name": shown.name, "country": shown.country, "is_active": shown.is_active}
    form = EditSupplierForm(request.POST or None, initial=initial)
    if form.is_valid():
        change_supplier(supplier_id=shown.pk, **form.cleaned_data, actor=actor_of(request), at=timezone.now())
        messages.success(request, f"Supplier {shown.code} saved.")
        return redirect("supplier", shown.pk)
    words = {"heading": f"Change {shown.name}", "button": "Save supplier"}
    return render(request, "intake/suppliers/form.html", {"form": form, **words})
