"""Grading runs: the list, one of them with its progress, and the packs that it decided on."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from grading.domain.regrading import REASONS
from grading.models import Decision, Grade, GradingRun
from grading.queries.grading_runs import (
    changes_of,
    decisions_of_run,
    failures_of,
    grading_runs,
    left_by_run,
    progress_of,
    running,
    with_old_grade,
)
from grading.web.grade_matrix import GradeMatrix, grade_matrix
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.audit.trail import story_of
from rebattery.ui.exports import list_export
from rebattery.ui.labels import BADGES, ROUTES
from rebattery.ui.listing import Column, Filter, list_page, where

FAILURES_SHOWN = 20
Kind = GradingRun.Kind
Runs = QuerySet[GradingRun]
STATES = tuple((code, badge.label) for code, badge in BADGES["grading_run"].items())
_PACK = Column(key="serial", label="Pack", value=lambda row: row.pack.serial, is_code=True)
_SUPPLIER = Column(key="supplier", label="Supplier", value=lambda row: row.pack.supplier.code)
_SERIAL = Filter(key="q", label="Serial", apply=where("pack__serial__icontains"))
OF_PACKS = (
    _PACK,
    _SUPPLIER,
    Column(key="old", label="Before", value=lambda row: row.old_grade),
    Column(key="grade", label="Grade", value=lambda row: row.grade),
    Column(key="route", label="Route", value=lambda row: ROUTES[row.route]),
    Column(key="policy", label="Policy", value=lambda row: str(row.policy)),
    Column(key="why", label="Why", value=lambda row: row.reasons[0]["sentence"]),
    Column(key="at", label="Decided", value=lambda row: row.decided_at, sort="id"),
)
FILTERS_OF_PACKS = (
    _SERIAL,
    Filter(key="old", label="Before", apply=with_old_grade, choices=Grade.choices),
    Filter(key="grade", label="Grade", apply=where("grade"), choices=Grade.choices),
    Filter(key="route", label="Route", apply=where("route"), choices=tuple(ROUTES.items())),
    Filter(
        key="kind",
        label="How",
        apply=where("kind"),
        choices=((Decision.Kind.POLICY.value, "By policy"), (Decision.Kind.FAILED.value, "Failed")),
    ),
)
OF_LEFT = (_PACK, _SUPPLIER, Column(key="why", label="Why", value=lambda row: row.why))


def _in_state(rows: Runs, state: str) -> Runs:
    if state == "stopped":
        return rows.filter(state=GradingRun.State.FAILED)
    going = running(at=timezone.now())
    if state == "running":
        return rows.filter(going)
    return rows.exclude(going).exclude(state=GradingRun.State.FAILED)


FILTERS = (
    Filter(key="kind", label="What", apply=where("kind"), choices=tuple(Kind.choices)),
    Filter(key="state", label="State", apply=_in_state, choices=STATES),
    Filter(key="by", label="By", apply=where("ordered_by__icontains")),
)


def _columns(going: set[int]) -> tuple[Column, ...]:
    return (
        Column(key="number", label="Run", value=lambda row: row.pk, sort="id", is_number=True),
        Column(key="what", label="What", value=lambda row: row.title or row.get_kind_display()),
        Column(key="policy", label="Policy", value=lambda row: str(row.policy)),
        Column(key="by", label="By", value=lambda row: row.ordered_by),
        Column(key="started", label="Started", value=lambda row: row.started_at, sort="started_at"),
        Column(key="packs", label="Packs", value=lambda row: row.decided, sort="decided", is_number=True),
        Column(key="failed", label="Failed", value=lambda row: row.failed, sort="failed", is_number=True),
        Column(
            key="state",
            label="State",
            value=lambda row: BADGES["grading_run"][state(row, is_running=row.pk in going)].label,
        ),
    )


def state(run: GradingRun, *, is_running: bool) -> str:
    """Return the key of the run's badge."""
    if run.state == GradingRun.State.FAILED:
        return "stopped"
    return "running" if is_running else "done"


@require_safe
@requires(Capability.VIEW_INTERNAL)
def runs(request: HttpRequest) -> HttpResponseBase:
    going = set(grading_runs().filter(running(at=timezone.now())).values_list("pk", flat=True))
    options: dict[str, Any] = {
        "columns": _columns(going),
        "filters": FILTERS,
        "params": request.GET,
        "default_sort": "-started_at",
    }
    if "export" in request.GET:
        return list_export(grading_runs(), name="grading-runs", **options)
    page = list_page(grading_runs(), **options)
    context = {
        "page": page,
        "rows": [(run, state(run, is_running=run.pk in going)) for run in page.rows],
        "may_order": person_of(request).may(Capability.DECIDE_REVIEWS),
    }
    return render(request, "grading/grading_runs/list.html", context)


@require_safe
@requires(Capability.VIEW_INTERNAL)
def run(request: HttpRequest, grading_run_id: int) -> HttpResponse:
    found = _found(grading_run_id)
    failures = failures_of(run=found)
    is_order = found.kind == Kind.REGRADE
    context = _standing(found) | {
        "is_order": is_order,
        "reason_words": REASONS.get(found.reason_code, found.reason_code),
        "failures": failures[:FAILURES_SHOWN],
        "failure_count": failures.count(),
        "matrix": _changed(found) if is_order else None,
        "story": story_of(subject_type="grading_run", subject_id=found.pk),
        "may_order": person_of(request).may(Capability.DECIDE_REVIEWS),
    }
    return render(request, "grading/grading_runs/detail.html", context)


def _changed(run: GradingRun) -> GradeMatrix:
    packs_url = reverse("grading_run_packs", args=[run.pk])
    return grade_matrix(changes_of(run=run), url_of=lambda old, new: f"{packs_url}?old={old}&grade={new}")


@require_safe
@requires(Capability.VIEW_INTERNAL)
def progress(request: HttpRequest, grading_run_id: int) -> HttpResponse:
    context = _standing(_found(grading_run_id))
    response = render(request, "grading/grading_runs/_progress.html", context)
    if not context["progress"].is_running:  # what changed and what failed stand elsewhere on the page
        response["HX-Refresh"] = "true"
    return response


def _standing(found: GradingRun) -> dict[str, Any]:
    at = timezone.now()
    progress = progress_of(run=found, at=at)
    return {
        "run": found,
        "progress": progress,
        "state": state(found, is_running=progress.is_running),
        "running_for_s": (at - found.started_at).total_seconds(),
    }


@require_safe
@requires(Capability.VIEW_INTERNAL)
def packs(request: HttpRequest, grading_run_id: int) -> HttpResponseBase:
    found = _found(grading_run_id)
    rows = decisions_of_run(run=found)
    name = f"grading-run-{found.pk}"
    if "export" in request.GET:
        options: dict[str, Any] = {"columns": OF_PACKS, "filters": FILTERS_OF_PACKS, "params": request.GET}
        return list_export(rows, name=name, **options)
    # On the page the policy stands beside the grade.
    shown = [column for column in OF_PACKS if column.key != "policy"]
    page = list_page(rows, columns=shown, filters=FILTERS_OF_PACKS, params=request.GET)
    return render(request, "grading/grading_runs/packs.html", {"run": found, "page": page})


@require_safe
@requires(Capability.VIEW_INTERNAL)
def left(request: HttpRequest, grading_run_id: int) -> HttpResponseBase:
    found = _found(grading_run_id)
    rows = left_by_run(run=found)
    options: dict[str, Any] = {"columns": OF_LEFT, "filters": (_SERIAL,), "params": request.GET}
    if "export" in request.GET:
        return list_export(rows, name=f"grading-run-{found.pk}-left", **options)
    context = {"run": found, "page": list_page(rows, **options)}
    return render(request, "grading/grading_runs/left.html", context)


def _found(grading_run_id: int) -> GradingRun:
    return get_object_or_404(grading_runs(), pk=grading_run_id)
