"""What suppliers were told, and how it reached each of their people."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.notices.domain.topics import LABELS
from rebattery.notices.models import FAILING, Delivery, Notice
from rebattery.notices.queries import deliveries_of, notices_for, told_about, with_delivery
from rebattery.ui.exports import list_export
from rebattery.ui.labels import BADGES
from rebattery.ui.listing import Column, Filter, list_page, where

NAMED_AT_MOST = 3


def delivered(deliveries: Iterable[Delivery]) -> str:
    """Return in one line how a notice went: numbers for what is well, names for what is not."""
    found = list(deliveries)
    sent = sum(item.state == Delivery.State.SENT for item in found)
    waiting = sum(item.state == Delivery.State.WAITING for item in found)
    bad = [item for item in found if item.state in FAILING]
    parts = [f"{number} {word}" for number, word in ((sent, "sent"), (waiting, "waiting")) if number]
    parts += [f"{item.address}: {_word(item)}" for item in bad[:NAMED_AT_MOST]]
    if len(bad) > NAMED_AT_MOST:
        parts.append(f"{len(bad) - NAMED_AT_MOST} more failed")
    return "; ".join(parts) or "nobody wants it"


def _word(item: Delivery) -> str:
    return BADGES["delivery"][item.state].label.lower()


COLUMNS = (
    Column(key="title", label="Notice", value=lambda row: row.title),
    Column(key="topic", label="Topic", value=lambda row: row.get_topic_display(), sort="topic"),
    Column(key="about", label="About", value=lambda row: row.subject_label, is_code=True),
    Column(key="at", label="When", value=lambda row: row.created_at, sort="id"),
    Column(key="delivered", label="Delivery", value=lambda row: delivered(row.deliveries.all())),
)
SUPPLIER = Column(key="supplier", label="Supplier", value=lambda row: row.supplier.code)
FILTERS = (
    Filter(key="q", label="Notice or what it is about", apply=told_about),
    Filter(
        key="topic",
        label="Topic",
        apply=where("topic"),
        choices=[(topic.value, label) for topic, label in LABELS.items()],
    ),
    Filter(key="delivery", label="Delivery", apply=with_delivery, choices=Delivery.State.choices),
)
FOR_STAFF = Filter(key="supplier", label="Supplier code", apply=where("supplier__code__iexact"))


@require_safe
@requires(Capability.VIEW_NOTICES)
def notices(request: HttpRequest) -> HttpResponseBase:
    viewer = person_of(request)
    rows = notices_for(viewer=viewer)
    columns = COLUMNS if viewer.is_supplier else (*COLUMNS, SUPPLIER)
    filters = FILTERS if viewer.is_supplier else (*FILTERS, FOR_STAFF)
    if "export" in request.GET:
        return list_export(rows, name="notices", columns=columns, filters=filters, params=request.GET)
    page = list_page(rows, columns=columns, filters=filters, params=request.GET)
    context = {"page": page, "may_set_up": viewer.may(Capability.SET_UP_NOTICES)}
    return render(request, "notices/list.html", context)


@require_safe
@requires(Capability.VIEW_NOTICES)
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    viewer = person_of(request)
    shown: Notice = get_object_or_404(notices_for(viewer=viewer), pk=notice_id)
    context = {
        "notice": shown,
        "deliveries": deliveries_of(notice=shown),
        "may_retry": viewer.may(Capability.RETRY_NOTICES),
        "may_set_up": viewer.may(Capability.SET_UP_NOTICES),
    }
    return render(request, "notices/detail.html", context)
