"""Deliveries that failed, per recipient, and the button that tries them again."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.notices.models import FAILING, Delivery
from rebattery.notices.queries import deliveries_for, failing_for
from rebattery.notices.services.retrying import MOST_AT_ONCE, retry
from rebattery.ui.exports import list_export
from rebattery.ui.listing import Column, Filter, list_page, where


def _to(rows: QuerySet[Delivery], text: str) -> QuerySet[Delivery]:
    return rows.filter(address__icontains=text)


COLUMNS = (
    Column(key="address", label="Recipient", value=lambda row: row.address),
    Column(key="channel", label="By", value=lambda row: row.get_channel_display()),
    Column(key="title", label="Notice", value=lambda row: row.notice.title),
    Column(key="at", label="When", value=lambda row: row.notice.created_at, sort="id"),
    Column(key="state", label="State", value=lambda row: row.get_state_display()),
    Column(key="attempts", label="Attempts", value=lambda row: row.attempts, is_number=True),
    Column(key="error", label="Why", value=lambda row: row.last_error),
    Column(
        key="next",
        label="Next attempt",
        value=lambda row: row.next_attempt_at if row.state == Delivery.State.FAILED else None,
    ),
)
SUPPLIER = Column(key="supplier", label="Supplier", value=lambda row: row.notice.supplier.code)
FILTERS = (
    Filter(key="to", label="Recipient", apply=_to),
    Filter(key="channel", label="By", apply=where("channel"), choices=Delivery.Channel.choices),
    Filter(
        key="state",
        label="State",
        apply=where("state"),
        choices=[(state.value, state.label) for state in FAILING],
    ),
)
FOR_STAFF = Filter(
    key="supplier",
    label="Supplier code",
    apply=where("notice__supplier__code__iexact"),
)


@require_safe
@requires(Capability.VIEW_NOTICES)
def failing(request: HttpRequest) -> HttpResponseBase:
    viewer = person_of(request)
    rows = failing_for(viewer=viewer)
    columns = COLUMNS if viewer.is_supplier else (*COLUMNS, SUPPLIER)
    filters = FILTERS if viewer.is_supplier else (*FILTERS, FOR_STAFF)
    if "export" in request.GET:
        return list_export(
            rows, name="failed deliveries", columns=columns, filters=filters, params=request.GET
        )
    page = list_page(rows, columns=columns, filters=filters, params=request.GET)
    context = {"page": page, "may_retry": viewer.may(Capability.RETRY_NOTICES)}
    return render(request, "notices/failing.html", context)


@require_POST
@requires(Capability.RETRY_NOTICES)
def deliveries_retry(request: HttpRequest) -> HttpResponse:
    wanted = [int(text) for text in request.POST.getlist("delivery") if text.isascii() and text.isdigit()]
    if not wanted or len(wanted) > MOST_AT_ONCE:
        messages.error(request, "Choose what to send again.")
        return redirect("failing_deliveries")
    found = list(deliveries_for(viewer=person_of(request)).filter(pk__in=[key % 2**63 for key in wanted]))
    if len(found) < len(set(wanted)):
        raise Http404
    try:
        started = retry(delivery_ids=[delivery.pk for delivery in found])
    except RuleViolation as refused:
        messages.error(request, refused.message)
    else:
        messages.success(
            request, f"{started} {'delivery is' if started == 1 else 'deliveries are'} being sent again."
        )
    if len(found) == 1:
        return redirect("notice", found[0].notice_id)
    return redirect("failing_deliveries")
