"""Files of results: templates, the door, one file with its problems, mending and recording."""

import io
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grading.domain.results_file.fields import ROW_LIMIT, Kind
from grading.domain.results_file.template import STEPS, template_csv, write_template
from grading.models import ResultsFile
from grading.queries import results_files as queries
from grading.queries.bench import packs_at_bench
from grading.services import results_files
from grading.web.bench import FILTERS as BENCH_FILTERS
from intake.services.files import path_of
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.downloads import OPAQUE, download
from rebattery.ui.exports import list_export, workbook_response
from rebattery.ui.forms import faults_in_words
from rebattery.ui.listing import Column, Filter, filtered, list_page, where

_BY_SCRIPT = "X-Upload"
_ACCEPT = ".xlsx,.xls,.ods,.csv,.txt,.tsv"
_LISTED = 500
"""Problems on the page of a file; the numbers are exact, and the workbook holds all of them."""
State = ResultsFile.State
COLUMNS = (
    Column(key="file", label="File", value=lambda row: row.file_name, sort="file_name"),
    Column(key="state", label="State", value=lambda row: row.get_state_display(), sort="state"),
    Column(key="rows", label="Rows", value=lambda row: row.row_count, is_number=True),
    Column(key="errors", label="With errors", value=lambda row: row.error_count, is_number=True),
    Column(key="why", label="Why", value=lambda row: row.why),
    Column(key="by", label="From", value=lambda row: row.received_by),
    Column(key="sha", label="SHA-256", value=lambda row: row.stored_file.sha256, is_code=True),
    Column(key="at", label="Received", value=lambda row: row.received_at, sort="id"),
)
FILTERS = (
    Filter(key="q", label="Name or SHA-256", apply=queries.named),
    Filter(key="state", label="State", apply=where("state"), choices=tuple(State.choices)),
)


class SendForm(forms.Form):
    """A file of results."""

    file = forms.FileField(
        label="File of results",
        help_text=f"XLSX, XLS, ODS or CSV, at most {ROW_LIMIT:,} rows.",
        widget=forms.FileInput(attrs={"data-drop": "", "accept": _ACCEPT}),
    )
    record = forms.BooleanField(label="Record at once if no row has an error", required=False)


class WorkbookForm(forms.Form):
    """The workbook of a file, mended."""

    file = forms.FileField(
        label="Mended workbook",
        help_text="As XLSX, XLS or ODS.",
        widget=forms.FileInput(attrs={"accept": _ACCEPT}),
    )


@require_safe
@requires(Capability.VIEW_INTERNAL)
def results_file_list(request: HttpRequest) -> HttpResponseBase:
    viewer = person_of(request)
    rows = queries.results_files_for(viewer=viewer)
    if "export" in request.GET:
        return list_export(rows, name="results-files", columns=COLUMNS, filters=FILTERS, params=request.GET)
    context = {
        "page": list_page(rows, columns=COLUMNS, filters=FILTERS, params=request.GET),
        "form": SendForm(),
        "may_send": viewer.may(Capability.RECORD_TESTS),
        "limit_mb": settings.UPLOAD_LIMIT_BYTES // 1024**2,
        "steps": STEPS,
        "kinds": [(kind.value, kind.value.capitalize()) for kind in Kind],
    }
    return render(request, "grading/results_files/list.html", context)


@require_safe
@requires(Capability.RECORD_TESTS)
def results_template(request: HttpRequest) -> HttpResponseBase:
    """Hand out the file to fill in, with the packs of the bench's list as its address filters it."""
    packs = filtered(packs_at_bench(viewer=person_of(request)), filters=BENCH_FILTERS, params=request.GET)
    listed = packs.select_related("supplier").order_by("status_at", "pk")[:ROW_LIMIT]
    filled = [(pack.serial, pack.supplier.code) for pack in listed] if "blank" not in request.GET else []
    kind = request.GET.get("kind", "")
    if kind in list(Kind):
        response = HttpResponse(template_csv(Kind(kind), filled), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="results-{kind}.csv"'
        return response
    book = io.BytesIO()
    write_template(book, packs=filled)
    return workbook_response(name="results-template", workbook=book)


@require_POST
@requires(Capability.RECORD_TESTS)
def results_file_send(request: HttpRequest) -> HttpResponse:
    """Take one file; by script answered in JSON."""
    form = SendForm(request.POST, request.FILES)
    by_script = _BY_SCRIPT in request.headers
    if not form.is_valid():
        return _not_taken(request, faults_in_words(form), by_script)
    upload = form.cleaned_data["file"]
    try:
        file, is_new = results_files.accept(
            file_name=upload.name or "",
            content=cast(BinaryIO, upload.file),
            record_if_clean=form.cleaned_data["record"],
            actor=actor_of(request),
            at=timezone.now(),
        )
    except RuleViolation as refused:
        return _not_taken(request, refused.message, by_script)
    said = "" if is_new else "These very bytes came before; here is what became of them."
    if by_script:
        if said and request.headers[_BY_SCRIPT] == "one":
            messages.info(request, said)
        return JsonResponse({"text": said, "url": reverse("results_file", args=[file.pk])})
    if said:
        messages.info(request, said)
    return redirect("results_file", file.pk)


def _not_taken(request: HttpRequest, why: str, by_script: bool) -> HttpResponse:
    if by_script:
        return JsonResponse({"text": why}, status=422)
    messages.error(request, why)
    return redirect("results_files")


@require_safe
@requires(Capability.VIEW_INTERNAL)
def results_file(request: HttpRequest, results_file_id: int) -> HttpResponse:
    file = _file(request, results_file_id)
    problems = queries.errors_of(file=file)
    may_change = person_of(request).may(Capability.RECORD_TESTS)
    is_open = may_change and file.state in (State.DRAFT, State.IN_RUN)
    counts = queries.counts_of(file=file)
    errors = sum(one["errors"] for one in counts)
    kinds = {one["kind"] for one in counts}
    context = _progress(file) | {
        "counts": counts,
        "errors": errors,
        "problems": problems[:_LISTED],
        "problem_count": len(problems),
        "rows": queries.rows_of(file=file)[:_LISTED],
        "form": WorkbookForm() if is_open else None,
        "may_record": may_change and file.state == State.DRAFT and not errors,
        "may_run": may_change and file.state == State.DRAFT and kinds & {"capacity", "resistance"},
        "may_record_rest": may_change
        and file.state == State.IN_RUN
        and any(one["kind"] == "reported" and one["recorded"] < one["rows"] for one in counts),
    }
    return render(request, "grading/results_files/detail.html", context)


@require_safe
@requires(Capability.VIEW_INTERNAL)
def results_file_progress(request: HttpRequest, results_file_id: int) -> HttpResponse:
    """Answer with the progress block alone; once the file is settled, have the whole page loaded again."""
    file = _file(request, results_file_id)
    context = _progress(file)
    response = render(request, "grading/results_files/_progress.html", context)
    if not context["is_waiting"]:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@requires(Capability.VIEW_INTERNAL)
def results_file_raw(request: HttpRequest, results_file_id: int) -> FileResponse:
    file = _file(request, results_file_id)
    return download(path_of(file.stored_file), file_name=file.file_name, media_type=OPAQUE)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.RECORD_TESTS)
def results_file_workbook(request: HttpRequest, results_file_id: int) -> HttpResponseBase:
    """Hand out the rows with their problems marked; take them back mended."""
    file = _file(request, results_file_id)
    if request.method != "POST":
        book = io.BytesIO()
        queries.write_workbook(file=file, target=book, at=timezone.now())
        return workbook_response(name=f"{PurePath(file.file_name).stem}-to-mend", workbook=book)
    form = WorkbookForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "Choose the workbook that you have mended. Nothing was changed.")
        return redirect("results_file", file.pk)

    def take() -> str:
        upload = form.cleaned_data["file"]
        mended = results_files.take_workbook(
            results_file_id=file.pk,
            file_name=upload.name or "",
            content=cast(BinaryIO, upload.file),
            actor=actor_of(request),
            at=timezone.now(),
        )
        kept = ""
        if mended.missing:
            stay = (
                "row is not in the workbook and stays as it is"
                if mended.missing == 1
                else ("rows are not in the workbook and stay as they are")
            )
            kept = f" {mended.missing} {stay}."
        if not (mended.changed or mended.added):
            return f"Nothing was changed in the workbook.{kept}"
        return f"{mended.changed} row{pluralize(mended.changed)} changed, {mended.added} added.{kept}"

    return _attempt(request, file, take)


@require_POST
@requires(Capability.RECORD_TESTS)
def results_file_record(request: HttpRequest, results_file_id: int) -> HttpResponse:
    file = _file(request, results_file_id)

    def record() -> str:
        results_files.record_file(results_file_id=file.pk, actor=actor_of(request), at=timezone.now())
        return f"The results of {file.file_name} are recorded."

    return _attempt(request, file, record)


@require_POST
@requires(Capability.RECORD_TESTS)
def results_file_run(request: HttpRequest, results_file_id: int) -> HttpResponse:
    file = _file(request, results_file_id)

    def fill() -> str:
        filled = results_files.put_into_runs(
            results_file_id=file.pk, actor=actor_of(request), at=timezone.now()
        )
        left = f" {filled.left} rows stay with the file." if filled.left else ""
        return f"{filled.taken} rows are in bench runs now.{left}"

    return _attempt(request, file, fill)


def _progress(file: ResultsFile) -> dict[str, Any]:
    """Return what ``grading/results_files/_progress.html`` needs."""
    return {
        "file": file,
        "is_waiting": file.state == State.QUEUED,
        "running_for_s": (timezone.now() - file.received_at).total_seconds(),
    }


def _attempt(request: HttpRequest, file: ResultsFile, act: Any) -> HttpResponse:
    try:
        messages.success(request, act())
    except RuleViolation as refused:
        messages.error(request, refused.message)
    return redirect("results_file", file.pk)


def _file(request: HttpRequest, results_file_id: int) -> ResultsFile:
    files = queries.results_files_for(viewer=person_of(request))
    return get_object_or_404(files, pk=results_file_id)
