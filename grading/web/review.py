"""The queue of reviews, and the confirmation of several at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from grading.domain.sampling import LEAST, MOST, SHARE
from grading.models import ReviewCase
from grading.queries.disputes import disputes_waiting
from grading.queries.review_desk import by_urgency, opened_by, own_among, sample_among, waiting
from grading.services import reviews
from grading.web.review_filters import HELD, Asked, asked
from grading.web.review_forms import GroupForm
from grading.web.review_posting import posted
from grading.web.review_undo import offer_of, remember
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, list_page

DISPUTES_SHOWN = 10
COLUMNS = (
    Column(key="serial", label="Pack", value=lambda row: row.pack.serial, is_code=True),
    Column(key="grade", label="Decision", value=lambda row: f"{row.decision.grade} ({row.decision.policy})"),
    Column(key="why", label="Why", value=lambda row: row.decision.reasons[0]["sentence"]),
    Column(key="supplier", label="Supplier", value=lambda row: row.pack.supplier.code),
    Column(key="state", label="State", value=lambda row: row.get_state_display()),
    Column(key="opened", label="Waiting since", value=lambda row: row.opened_at, sort="opened_at"),
)
EXPORTED = (*COLUMNS, Column(key="held", label="Held until", value=lambda row: row.held_until))


@dataclass(frozen=True, kw_only=True)
class Row:
    """One review in the list, as the person sees it."""

    case: ReviewCase
    own: str
    """Why they may not judge it; asked only where reviews can be ticked."""
    is_opened: bool
    is_held: bool
    is_ticked: bool

    @property
    def value(self) -> str:
        """Return key and version, as its tick sends them."""
        return f"{self.case.pk}:{self.case.version}"


@requires(Capability.VIEW_REVIEWS)
def review_queue(request: HttpRequest) -> HttpResponseBase:
    wanted = _asked(request)
    if "export" in request.GET:
        return list_export(
            by_urgency(wanted.base),
            name="reviews",
            columns=EXPORTED,
            filters=wanted.filters,
            params=request.GET,
            default_sort=wanted.default_sort,
        )
    return _queue(request, wanted, GroupForm())


@requires(Capability.DECIDE_REVIEWS)
@posted
def review_confirm_group(request: HttpRequest) -> HttpResponse:
    wanted, form = _asked(request), GroupForm(request.POST)
    if form.is_valid():
        try:
            found = reviews.confirm(
                cases=form.cleaned_data["cases"], why=form.why, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            words = f"{len(found)} decision{'s' if len(found) > 1 else ''} confirmed."
            remember(request, case_ids=[case.pk for case in found], words=words)
            return redirect(f"{reverse('review_queue')}{wanted.kept}")
    return _queue(request, wanted, form)


def _asked(request: HttpRequest) -> Asked:
    return asked(request.GET, viewer=person_of(request), on=timezone.now().date())


def _queue(request: HttpRequest, wanted: Asked, form: GroupForm) -> HttpResponse:
    viewer = person_of(request)
    is_held = request.GET.get(HELD) == "later"
    may_decide = viewer.may(Capability.DECIDE_REVIEWS)
    disputes = disputes_waiting(viewer=viewer)
    now = timezone.now()
    page = list_page(
        by_urgency(wanted.base),
        columns=COLUMNS,
        filters=wanted.filters,
        params=request.GET,
        default_sort=wanted.default_sort,
    )
    may_tick = (
        may_decide
        and not wanted.is_decided
        and (form.is_bound or len({case.rule for case in page.rows}) == 1)
    )
    own = own_among(cases=page.rows, viewer=viewer) if may_tick else {}
    rows = _rows(page.rows, viewer=viewer, own=own, ticked=request.POST.getlist("cases"), on=now.date())
    context: dict[str, Any] = {
        "offer": offer_of(request, at=now),
        "rows": rows,
        "sample": sample_among(cases=_to_confirm(rows), opened=_opened(rows)),
        "size": {"least": LEAST, "most": MOST, "share": SHARE},
        "form": form,
        "groups": wanted.groups,
        "page": page,
        "kept": wanted.kept,
        "held_count": 0 if is_held else waiting(on=now.date(), is_held=True).count(),
        "may_decide": may_decide,
        "may_tick": may_tick,
        "is_decided": wanted.is_decided,
        "disputes": disputes.order_by("id")[:DISPUTES_SHOWN],
        "dispute_count": disputes.count(),
    }
    return render(request, "grading/review/queue.html", context)


def _rows(
    cases: Sequence[ReviewCase], *, viewer: User, own: Mapping[int, str], ticked: Sequence[str], on: date
) -> list[Row]:
    opened = opened_by(person_id=viewer.pk, cases=cases)
    return [
        Row(
            case=case,
            own=own.get(case.pk, ""),
            is_opened=case.pk in opened,
            is_held=case.is_held(on=on),
            is_ticked=f"{case.pk}:{case.version}" in ticked,
        )
        for case in cases
    ]


def _opened(rows: Sequence[Row]) -> frozenset[int]:
    return frozenset(row.case.pk for row in rows if row.is_opened)


def _to_confirm(rows: Sequence[Row]) -> list[ReviewCase]:
    """Return the reviews of which a sample has to be opened: those ticked, else all that can be."""
    ticked = [row.case for row in rows if row.is_ticked]
    return ticked or [row.case for row in rows if not row.own]
