"""The bench: packs that wait for tests, and the results of one pack."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from grading.queries.bench import packs_at_bench, packs_with_code
from grading.queries.bench_runs import LACKS, bench_runs, standing_with_code
from grading.queries.instruments_controls import overdue_instrument_ids
from grading.queries.tester_files import files_waiting
from grading.services.soh_reports import record_soh_reports
from grading.services.test_runs import finish_testing
from grading.web.bench_page import blank_report_form, pack_of, pack_page
from intake.models import Pack
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page, where


def _new(row: Any, value: Any) -> Any:
    """Keep a value from who is to measure it again."""
    return None if row.retest_reason is not None else value


COLUMNS = (
    Column(key="serial", label="Serial", value=lambda row: row.serial, sort="serial", is_code=True),
    Column(
        key="type", label="Type", value=lambda row: str(row.pack_type or f"{row.make} {row.model}".strip())
    ),
    Column(key="chemistry", label="Chemistry", value=lambda row: row.chemistry),
    Column(key="since", label="Waits since", value=lambda row: row.status_at, sort="status_at"),
    Column(key="soh", label="SOH (%)", value=lambda row: _new(row, row.soh_percent), is_number=True),
    Column(key="ir", label="Resistance (mΩ)", value=lambda row: _new(row, row.ir_mohm), is_number=True),
)
FILTERS = (
    Filter(key="q", label="Serial", apply=where("serial__icontains")),
    Filter(
        key="lacks",
        label="Lacks",
        apply=lambda rows, what: rows.filter(**{f"{LACKS[what]}__isnull": True}),
        choices=(("capacity", "A capacity test"), ("resistance", "A resistance test")),
    ),
)


@requires(Capability.RECORD_TESTS)
def bench(request: HttpRequest) -> HttpResponseBase:
    waiting = packs_at_bench(viewer=person_of(request))
    if "export" in request.GET:
        return list_export(
            waiting,
            name="bench",
            columns=COLUMNS,
            filters=FILTERS,
            params=request.GET,
            default_sort="status_at",
        )
    matches: QuerySet[Pack] | None = None
    if code := request.GET.get("code", "").strip():
        matches = packs_with_code(code=code, viewer=person_of(request))
        if len(matches) == 1:
            return redirect("bench_pack", matches[0].pk)
    context = {
        "page": list_page(
            waiting.filter(retest_reason__isnull=True),
            columns=COLUMNS,
            filters=FILTERS,
            params=request.GET,
            default_sort="status_at",
        ),
        "retests": waiting.filter(retest_reason__isnull=False).order_by("status_at", "pk"),
        "code": code,
        "matches": matches,
        "files_waiting": files_waiting(),
        "checks_overdue": len(overdue_instrument_ids(today=timezone.now().date())),
        "open_runs": bench_runs().filter(closed_at__isnull=True).order_by("-pk")[:6],
    }
    return render(request, "grading/bench/list.html", context)


@requires(Capability.RECORD_TESTS)
def bench_pack(request: HttpRequest, pack_id: int) -> HttpResponse:
    pack = pack_of(request, pack_id)
    if code := request.GET.get("code", "").strip():
        return _scanned(request, pack, code)
    return pack_page(request, pack)


def _scanned(request: HttpRequest, pack: Pack, code: str) -> HttpResponse:
    """Take a scan on a pack's page: an instrument is chosen, another pack is opened."""
    standing = standing_with_code(code=code, on=timezone.now().date())
    if standing and standing.fault:
        messages.error(request, f"{standing.instrument.code} cannot be chosen: {standing.fault}.")
        return redirect("bench_pack", pack.pk)
    if standing:
        return redirect(f"{reverse('bench_pack', args=[pack.pk])}?instrument={standing.instrument.pk}")
    matches = packs_with_code(code=code, viewer=person_of(request))
    if len(matches) == 1:
        return redirect("bench_pack", matches[0].pk)
    return redirect(f"{reverse('bench')}?{urlencode({'code': code})}")


@requires(Capability.RECORD_TESTS)
@require_POST
def bench_finish(request: HttpRequest, pack_id: int) -> HttpResponse:
    pack = pack_of(request, pack_id)
    try:
        finish_testing(pack_ids=[pack.pk], actor=actor_of(request), at=timezone.now())
    except RuleViolation as refused:
        messages.error(request, refused.message)
        return redirect("bench_pack", pack.pk)
    messages.success(request, f"Testing of {pack.serial} finished. It is graded with what is there.")
    return redirect("bench")


@requires(Capability.RECORD_TESTS)
@require_POST
def bench_soh_report(request: HttpRequest, pack_id: int) -> HttpResponse:
    pack = pack_of(request, pack_id)
    form = blank_report_form(request.POST)
    if form.is_valid():
        try:
            row = form.result_for(pack.pk)
            made = record_soh_reports(rows=[row], actor=actor_of(request), at=timezone.now())[0]
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Reported SOH of {pack.serial} noted: {made.value_percent} %.")
            return redirect("bench_pack", pack.pk)
    return pack_page(request, pack, report_form=form)
