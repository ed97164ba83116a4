"""The bench: packs that wait for tests, and the results of one pack."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from grading.domain.measurement import check_unusual
from grading.models import ProcedureVersion
from grading.queries.bench import (
    Demand,
    catalog_baseline,
    channels_of,
    demands_on,
    packs_at_bench,
    packs_with_code,
    references_of,
    retest_reason_of,
)
from grading.queries.instruments import (
    CAPACITY_KINDS,
    RESISTANCE_KINDS,
    standings_of_kinds,
    usable_channel_ids,
)
from grading.queries.packs import packs_for
from grading.queries.procedures import pickable
from grading.queries.soh_reports import soh_reports_of
from grading.queries.test_runs import Results, claim_against, results_of
from grading.queries.tester_files import files_waiting
from grading.services.decisions import missing_for
from grading.services.soh_reports import record_soh_reports
from grading.services.test_runs import finish_testing, record_capacity, record_resistance
from grading.web.bench_forms import CapacityForm, ResistanceForm, ResultForm
from grading.web.soh_report_forms import SohReportForm
from intake.domain.lifecycle import Status
from intake.models import Pack
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page

COLUMNS = (
    Column(key="serial", label="Serial", value=lambda row: row.serial, sort="serial", is_code=True),
    Column(
        key="type", label="Type", value=lambda row: str(row.pack_type or f"{row.make} {row.model}".strip())
    ),
    Column(key="chemistry", label="Chemistry", value=lambda row: row.chemistry),
    Column(key="since", label="Waits since", value=lambda row: row.status_at, sort="status_at"),
    Column(key="soh", label="SOH (%)", value=lambda row: row.soh_percent, is_number=True),
    Column(key="ir", label="Resistance (mΩ)", value=lambda row: row.ir_mohm, is_number=True),
)
BARRED = "the reviewer wants another one for this retest"
_LACKS = {"capacity": "soh_percent", "resistance": "ir_mohm"}
FILTERS = (
    Filter(key="q", label="Serial", apply=lambda rows, text: rows.filter(serial__icontains=text)),
    Filter(
        key="lacks",
        label="Lacks",
        apply=lambda rows, what: rows.filter(**{f"{_LACKS[what]}__isnull": True}),
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
    }
    return render(request, "grading/bench/list.html", context)


@requires(Capability.RECORD_TESTS)
def bench_pack(request: HttpRequest, pack_id: int) -> HttpResponse:
    return _page(request, _pack(request, pack_id))


@requires(Capability.RECORD_TESTS)
@require_POST
def bench_capacity(request: HttpRequest, pack_id: int) -> HttpResponse:
    pack = _pack(request, pack_id)
    form = _capacity_form(request, pack, results_of(pack_id=pack.pk), request.POST)
    if form.is_valid():
        try:
            row = form.result_for(pack.pk)
            result = record_capacity(rows=[row], actor=actor_of(request), at=timezone.now())[0]
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(
                request, f"Capacity test of {pack.serial} recorded: SOH {result.soh_percent:.1f} %."
            )
            _tell_departures(request, result.departures)
            return _look_again(request, form, pack)
    return _page(request, pack, capacity_form=form)


@requires(Capability.RECORD_TESTS)
@require_POST
def bench_resistance(request: HttpRequest, pack_id: int) -> HttpResponse:
    pack = _pack(request, pack_id)
    form = _resistance_form(request, pack, results_of(pack_id=pack.pk), request.POST)
    if form.is_valid():
        try:
            row = form.result_for(pack.pk)
            result = record_resistance(rows=[row], actor=actor_of(request), at=timezone.now())[0]
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            ratio = f", {result.ir_ratio:.2f}× its baseline" if result.ir_ratio else ""
            messages.success(request, f"Resistance of {pack.serial} recorded: {result.ir_mohm} mΩ{ratio}.")
            _tell_departures(request, result.departures)
            return _look_again(request, form, pack)
    return _page(request, pack, resistance_form=form)


@requires(Capability.RECORD_TESTS)
@require_POST
def bench_finish(request: HttpRequest, pack_id: int) -> HttpResponse:
    pack = _pack(request, pack_id)
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
    pack = _pack(request, pack_id)
    form = _report_form(request.POST)
    if form.is_valid():
        try:
            row = form.result_for(pack.pk)
            made = record_soh_reports(rows=[row], actor=actor_of(request), at=timezone.now())[0]
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"Reported SOH of {pack.serial} noted: {made.value_percent} %.")
            return redirect("bench_pack", pack.pk)
    return _page(request, pack, report_form=form)


def _pack(request: HttpRequest, pack_id: int) -> Pack:
    return get_object_or_404(packs_for(viewer=person_of(request)), pk=pack_id)


def _page(request: HttpRequest, pack: Pack, **filled: ResultForm | SohReportForm) -> HttpResponse:
    results = results_of(pack_id=pack.pk)
    demand = demands_on(pack_ids=[pack.pk]).get(pack.pk, Demand())
    is_barred = person_of(request).pk in demand.person_ids
    context: dict[str, Any] = {
        "pack": pack,
        "results": results,
        "claim": claim_against(pack=pack, results=results),
        "is_open": pack.status == Status.INSPECTED,
        "demand": demand,
        "is_barred": is_barred,
        "soh_reports": soh_reports_of(pack_id=pack.pk),
        "report_form": _report_form(),
    }
    if context["is_open"]:
        context |= {
            "retest_reason": retest_reason_of(pack=pack, viewer=person_of(request)),
            "missing": missing_for(pack_id=pack.pk, at=timezone.now()),
            "capacity_form": _capacity_form(request, pack, results),
            "resistance_form": _resistance_form(request, pack, results),
        }
    return render(request, "grading/bench/pack.html", context | filled)


def _capacity_form(request: HttpRequest, pack: Pack, results: Results, data: Any = None) -> CapacityForm:
    has_result = results.standing_capacity is not None
    return CapacityForm(
        data,
        references=references_of(pack=pack),
        **_setting(request, pack, CAPACITY_KINDS, ProcedureVersion.Kind.CAPACITY, has_result),
    )


def _resistance_form(request: HttpRequest, pack: Pack, results: Results, data: Any = None) -> ResistanceForm:
    has_result = results.standing_resistance is not None
    catalog = catalog_baseline(pack_type=pack.pack_type)
    kind = ProcedureVersion.Kind.RESISTANCE
    return ResistanceForm(
        data, catalog=catalog, **_setting(request, pack, RESISTANCE_KINDS, kind, has_result)
    )


def _report_form(data: Any = None) -> SohReportForm:
    return SohReportForm(data, screens=pickable(kinds=[ProcedureVersion.Kind.SCREEN]), at=timezone.now())


def _setting(
    request: HttpRequest, pack: Pack, kinds: Sequence[str], procedure_kind: str, has_result: bool
) -> dict[str, Any]:
    now = timezone.now()
    barred = demands_on(pack_ids=[pack.pk]).get(pack.pk, Demand()).instrument_ids
    standings = [
        replace(each, fault=each.fault or BARRED) if each.instrument.pk in barred else each
        for each in standings_of_kinds(kinds=kinds, on=now.date())
    ]
    usable = [each.instrument.pk for each in standings if not each.fault]
    open_channels = usable_channel_ids(standings=standings)
    return {
        "standings": standings,
        "channels": [each for each in channels_of(instrument_ids=usable) if each.pk in open_channels],
        "procedures": pickable(kinds=[procedure_kind]),
        "has_result": has_result,
        "retest_reason": retest_reason_of(pack=pack, viewer=person_of(request)) if has_result else "",
        "at": now,
    }


def _tell_departures(request: HttpRequest, departures: Sequence[dict[str, Any]]) -> None:
    for departure in departures:
        messages.warning(request, f"Departs from its conditions: {departure['words']}.")


def _look_again(request: HttpRequest, form: ResultForm, pack: Pack) -> HttpResponse:
    # Recorded all the same: only a person can tell a rare pack from a slipped decimal mark.
    for doubt in check_unusual(form.cleaned_data):
        messages.warning(request, f"{form.fields[doubt.field].label}: {doubt.message}")
    return redirect("bench_pack", pack.pk)
