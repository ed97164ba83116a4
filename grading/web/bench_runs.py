"""Bench runs: all of them, a new one, one with its grid, and what is done with it as a whole."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grading.domain.bench_fields import FIELDS
from grading.models import BenchRun
from grading.queries.bench_runs import bench_runs as all_runs
from grading.queries.bench_runs import changed_by_others
from grading.services import bench_runs as service
from grading.web.bench_grid import around, chips_of, columns_of, lines_of, page_of
from grading.web.bench_run_forms import HeadForm, head_fields
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page

COLUMNS = (
    Column(key="run", label="Run", value=lambda run: run.pk, sort="id"),
    Column(key="kind", label="Kind", value=lambda run: run.get_kind_display()),
    Column(key="instrument", label="Instrument", value=lambda run: run.head.get("instrument", "")),
    Column(key="procedure", label="Procedure", value=lambda run: run.head.get("procedure", "")),
    Column(key="state", label="State", value=lambda run: run.state),
    Column(key="rows", label="Packs", value=lambda run: run.row_count, is_number=True),
    Column(key="recorded", label="Recorded", value=lambda run: run.recorded_count, is_number=True),
    Column(key="opened", label="Opened", value=lambda run: run.opened_at, sort="opened_at"),
    Column(key="by", label="By", value=lambda run: run.opened_by),
)
FILTERS = (
    Filter(
        key="kind",
        label="Kind",
        apply=lambda runs, kind: runs.filter(kind=kind),
        choices=tuple(BenchRun.Kind.choices),
    ),
    Filter(
        key="state",
        label="State",
        apply=lambda runs, state: runs.filter(state_code=state),
        choices=(("open", "Open"), ("closed", "Closed"), ("discarded", "Discarded")),
    ),
)
_MOST_PICKED = 200


@require_safe
@requires(Capability.RECORD_TESTS)
def bench_runs(request: HttpRequest) -> HttpResponseBase:
    shared: dict[str, Any] = {"columns": COLUMNS, "filters": FILTERS, "params": request.GET}
    if "export" in request.GET:
        return list_export(all_runs(), name="bench-runs", default_sort="-id", **shared)
    page = list_page(all_runs(), default_sort="-id", **shared)
    return render(request, "grading/bench/runs.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.RECORD_TESTS)
def bench_run_new(request: HttpRequest) -> HttpResponse:
    """Ask for the head of a new run and open it, with the packs that were picked on the list."""
    asked = request.POST or request.GET
    kind = asked.get("kind", "capacity")
    if kind not in FIELDS:
        raise Http404
    form = HeadForm(request.POST or None, kind=kind, head={}, on=timezone.now().date())
    packs = _keys(asked.get("packs", ""))
    if form.is_valid():
        who, at = actor_of(request), timezone.now()
        try:
            run = service.open_run(kind=kind, head=form.texts(), actor=who, at=at)
            if packs:
                tell_added(request, service.add_packs(run_id=run.pk, pack_ids=packs, actor=who, at=at))
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            return redirect("bench_run", run.pk)
    context = {"form": form, "kind": kind, "kinds": BenchRun.Kind.choices, "packs": packs}
    return render(request, "grading/bench/run_new.html", context)


@require_safe
@requires(Capability.RECORD_TESTS)
def bench_run(request: HttpRequest, run_id: int) -> HttpResponse:
    run = run_of(run_id)
    since = parse_datetime(request.GET.get("since", "").replace(" ", "+"))
    if since and since.tzinfo:
        others = changed_by_others(run=run, person_id=person_of(request).pk, since=since)
        return render(request, "grading/bench/_others.html", {"run": run, "others": others, "since": since})
    return run_page(request, run)


@require_POST
@requires(Capability.RECORD_TESTS)
def bench_run_head(request: HttpRequest, run_id: int) -> HttpResponse:
    run = run_of(run_id)
    form = HeadForm(request.POST, kind=run.kind, head=run.head, on=timezone.now().date())
    seen = request.POST.get("seen", "")
    if form.is_valid():
        try:
            service.change_head(
                run_id=run.pk,
                head=form.texts(),
                seen_version=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
                actor=actor_of(request),
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, "The head is changed; rows that say something for themselves keep it.")
            return redirect("bench_run", run.pk)
    return run_page(request, run_of(run_id), head_form=form)


@require_POST
@requires(Capability.RECORD_TESTS)
def bench_run_record(request: HttpRequest, run_id: int) -> HttpResponse:
    """Record the ready rows, or all or none."""
    verb = service.record_all if request.POST.get("do") == "all" else service.record_ready
    run = run_of(run_id)
    try:
        done = verb(run_id=run.pk, actor=actor_of(request), at=timezone.now())
    except RuleViolation as refused:
        messages.error(request, _in_words(refused))
    else:
        messages.success(request, f"{len(done)} {run.get_kind_display().lower()} tests recorded.")
    return redirect("bench_run", run.pk)


@require_POST
@requires(Capability.RECORD_TESTS)
def bench_run_state(request: HttpRequest, run_id: int) -> HttpResponse:
    """Close, discard or reopen a run."""
    run = run_of(run_id)
    who = actor_of(request)
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "close": (lambda: service.close_run(run_id=run.pk, actor=who, at=timezone.now()), "closed"),
        "discard": (lambda: service.discard_run(run_id=run.pk, actor=who, at=timezone.now()), "discarded"),
        "reopen": (lambda: service.reopen_run(run_id=run.pk, actor=who), "open again"),
    }
    if found := acts.get(request.POST.get("do", "")):
        found[0]()
        messages.success(request, f"Run {run.pk} is {found[1]}.")
    return redirect("bench_run", run.pk)


def run_of(run_id: int) -> BenchRun:
    """Return a run; whoever may record tests sees all of them."""
    return get_object_or_404(all_runs(), pk=run_id)


def run_page(request: HttpRequest, run: BenchRun, head_form: HeadForm | None = None) -> HttpResponse:
    """Show a run with one page of its rows."""
    context = around(request, run)
    show = request.GET.get("show", "")
    page = page_of(context["rows"], show, request.GET.get("page", "1"))
    context |= {
        "columns": columns_of(run),
        "lines": lines_of(request, run, list(page)),
        "page": page,
        "show": show,
        "chips": chips_of(context["counts"], show),
        "head_form": head_form or HeadForm(None, kind=run.kind, head=run.head, on=timezone.now().date()),
        "head": [(each, run.head[each.name]) for each in head_fields(run.kind) if run.head.get(each.name)],
        "since": timezone.now(),
        "title": f"{run.get_kind_display()} run {run.pk}",
    }
    return render(request, "grading/bench/run.html", context)


def tell_added(request: HttpRequest, added: service.Added) -> None:
    """Say what came of putting packs into a run."""
    if added.added:
        messages.success(request, f"{len(added.added)} packs added.")
    if added.already:
        messages.info(request, f"In the run already: {', '.join(added.already[:10])}.")
    for why in list(added.refused.values())[:10]:
        messages.error(request, f"Not added. {why}")
    if len(added.refused) > 10:
        messages.error(request, f"{len(added.refused) - 10} more were not added.")


def run_address(request: HttpRequest, run: BenchRun) -> str:
    """Return the address of the page of the run that the person came from."""
    back = request.POST.get("back", "")
    return f"{reverse('bench_run', args=[run.pk])}{back if back.startswith('?') else ''}"


def _keys(text: str) -> list[int]:
    return [int(key) for key in text.split(",")[:_MOST_PICKED] if key.isdecimal() and len(key) < 19]


def _in_words(refused: RuleViolation) -> str:
    return " ".join([refused.message, *list(dict.fromkeys(refused.fields.values()))[:5]])
