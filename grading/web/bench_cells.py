"""Rows and cells of a bench run: added, changed in place, pasted, taken back."""

import json
import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from grading.domain.bench_fields import FIELDS, Field, as_kept
from grading.domain.member_lines import HEADINGS
from grading.models import BenchDraft, BenchRun
from grading.queries.bench_runs import rows_of
from grading.services import bench_runs as service
from grading.web.bench_grid import Conflicts, Line, around, columns_of, lines_of
from grading.web.bench_runs import run_address, run_of, tell_added
from rebattery.accounts.guards import actor_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation

_LONGEST_BLOCK = 1_000_000


@require_POST
@requires(Capability.RECORD_TESTS)
def bench_pick(request: HttpRequest) -> HttpResponse:
    """Take the packs that were picked on the bench list to a run, a new one or one that is open."""
    picked = [key for key in request.POST.getlist("pack") if key.isdecimal()]
    target = request.POST.get("to", "")
    if not picked:
        messages.error(request, "Tick the packs first.")
        return redirect("bench")
    if target in FIELDS:
        query = urlencode({"kind": target, "packs": ",".join(picked)})
        return redirect(f"{reverse('bench_run_new')}?{query}")
    run = run_of(int(target) if target.isdecimal() and len(target) < 10 else 0)
    return _added(request, run, lambda **who: service.add_packs(pack_ids=[int(key) for key in picked], **who))


@require_POST
@requires(Capability.RECORD_TESTS)
def bench_run_add(request: HttpRequest, run_id: int) -> HttpResponse:
    """Add packs by their serials, scanned one by one or pasted as a list."""
    serials = re.split(r"[\s,;]+", request.POST.get("code", "").strip()[:_LONGEST_BLOCK])
    return _added(request, run_of(run_id), lambda **who: service.add_serials(serials=serials, **who))


@require_POST
@requires(Capability.RECORD_TESTS)
def bench_run_paste(request: HttpRequest, run_id: int) -> HttpResponse:
    """Fill a block of cells out of a spreadsheet."""
    run = run_of(run_id)
    row = request.POST.get("row", "")
    order = [field.name for field in columns_of(run)]
    try:
        done = service.paste(
            run_id=run.pk,
            row_id=int(row) if row.isdecimal() and len(row) < 19 else 0,
            field_name=request.POST.get("field", ""),
            block=request.POST.get("block", "")[:_LONGEST_BLOCK],
            order=order,
            actor=actor_of(request),
            at=timezone.now(),
        )
    except RuleViolation as refused:
        messages.error(request, refused.message)
    else:
        went = f" into {', '.join(done.fields)}" if done.fields else ""
        messages.success(request, f"{done.cells} cells of {done.rows} rows pasted{went}.")
        _tell_left(request, done.left)
    return redirect(run_address(request, run))


@require_POST
@requires(Capability.RECORD_TESTS)
def bench_run_undo(request: HttpRequest, run_id: int) -> HttpResponse:
    run = run_of(run_id)
    try:
        done = service.undo_fill(run_id=run.pk, actor=actor_of(request), at=timezone.now())
    except RuleViolation as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"{done.cells} cells of {done.rows} rows are as they were before.")
        _tell_left(request, done.left)
    return redirect(run_address(request, run))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.RECORD_TESTS)
def bench_row(request: HttpRequest, run_id: int, row_id: int) -> HttpResponse:
    """Show one row with all its fields, to be filled in one below the other."""
    run = run_of(run_id)
    row = _row(run, row_id)
    conflicts: dict[tuple[int, str], str] = {}
    if request.method == "POST":
        refusals = _change_fields(request, run, row, conflicts)
        for refusal in refusals:
            messages.error(request, refusal)
        if not refusals:
            messages.success(request, f"Row of {row.pack.serial} saved.")
            return redirect(f"{reverse('bench_run', args=[run.pk])}#row-{row.pk}")
        row = _row(run, row_id)
    [line] = lines_of(request, run, [row], conflicts)
    context = {
        "run": run,
        "line": line,
        "cells": [_field(line, field, conflicts) for field in FIELDS[run.kind].values()],
        "is_locked": not run.is_open or bool(row.recorded_id),
        "back_label": f"Run {run.pk}",
    }
    return render(request, "grading/bench/row.html", context)


def _field(line: Line, field: Field, conflicts: Conflicts) -> dict[str, Any]:
    text = line.draft.values.get(field.name, "")
    mine = conflicts.get((line.draft.pk, field.name))
    return {
        "field": field,
        "text": text,
        "typed": text if mine is None else mine,
        "from_head": "" if text else line.row.texts[field.name],
        "hint": f"One member a line: {', '.join(HEADINGS)}" if field.kind == "members" else field.hint,
        "problem": line.row.problems.get(field.name, ""),
    }


@require_POST
@requires(Capability.RECORD_TESTS)
def bench_row_cell(request: HttpRequest, run_id: int, row_id: int, field_name: str) -> HttpResponse:
    """Change one cell in place."""
    run = run_of(run_id)
    _row(run, row_id)
    if field_name not in FIELDS[run.kind]:
        raise Http404
    typed = request.POST.get("text", "")
    try:
        service.change_cell(
            run_id=run.pk,
            row_id=row_id,
            field_name=field_name,
            text=typed,
            was=request.POST.get("was", ""),
            actor=actor_of(request),
            at=timezone.now(),
        )
    except service.CellChanged:
        return _fragment(request, run, row_id, {(row_id, field_name): typed})
    except RuleViolation as refused:
        response = _fragment(request, run, row_id)
        response["HX-Trigger"] = json.dumps({"rb:say": {"text": refused.message, "tone": "error"}})
        return response
    return _fragment(request, run, row_id)


@require_POST
@requires(Capability.RECORD_TESTS)
def bench_row_choice(request: HttpRequest, run_id: int, row_id: int) -> HttpResponse:
    """Take a row out of the run."""
    run = run_of(run_id)
    row = _row(run, row_id)
    try:
        service.remove_row(run_id=run.pk, row_id=row.pk, actor=actor_of(request))
    except RuleViolation as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"{row.pack.serial} is out of the run.")
    return redirect(run_address(request, run))


def _added(request: HttpRequest, run: BenchRun, add: Any) -> HttpResponse:
    try:
        tell_added(request, add(run_id=run.pk, actor=actor_of(request), at=timezone.now()))
    except RuleViolation as refused:
        messages.error(request, refused.message)
    return redirect("bench_run", run.pk)


def _row(run: BenchRun, row_id: int) -> BenchDraft:
    return get_object_or_404(rows_of(run=run), pk=row_id)


def _change_fields(
    request: HttpRequest, run: BenchRun, row: BenchDraft, conflicts: dict[tuple[int, str], str]
) -> list[str]:
    """Write the fields of a row that differ from what the person had before them."""
    refusals = []
    for name in FIELDS[run.kind]:
        text, was = (as_kept(request.POST.get(key, "")).strip() for key in (name, f"was-{name}"))
        if text == was:
            continue
        try:
            service.change_cell(
                run_id=run.pk,
                row_id=row.pk,
                field_name=name,
                text=text,
                was=was,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except RuleViolation as refused:
            conflicts[row.pk, name] = text
            refusals.append(f"{FIELDS[run.kind][name].label}: {refused.message}")
    return refusals


def _fragment(
    request: HttpRequest, run: BenchRun, row_id: int, conflicts: Conflicts | None = None
) -> HttpResponse:
    """Answer with the row as it stands now, and what stands around the rows."""
    if not request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return redirect(f"{reverse('bench_run', args=[run.pk])}#row-{row_id}")
    run = run_of(run.pk)
    found = list(rows_of(run=run).filter(pk=row_id))
    if not run.is_open or not found:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    [line] = lines_of(request, run, found, conflicts)
    context = around(request, run) | {"line": line, "swap": True}
    return render(request, "grading/bench/_changed.html", context)


def _tell_left(request: HttpRequest, left: list[str]) -> None:
    for text in list(dict.fromkeys(left))[:5]:
        messages.warning(request, f"Not placed: {text}.")
