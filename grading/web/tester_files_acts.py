"""What a person does with a tester file: says whose it is, answers, places it, records it, sets it aside."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from grading.domain.tester_files.questions import label_of
from grading.models import TesterFile
from grading.queries import tester_files as queries
from grading.services import tester_files
from grading.web.tester_files import file_or_404
from grading.web.tester_files_page import page_context, place_form, record_form
from intake.domain.identity import normalize_serial
from intake.web.attempts import attempt
from rebattery.accounts.guards import actor_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.forms import apply_rule_violation


@require_POST
@requires(Capability.RECORD_TESTS)
def tester_file_assign(request: HttpRequest, tester_file_id: int) -> HttpResponse:
    """Take a candidate's button, or a serial that was scanned or typed."""
    file = file_or_404(request, tester_file_id)
    pack_id = request.POST.get("pack_id", "")
    if not pack_id.isdecimal():
        serial = normalize_serial(request.POST.get("code", ""))[:40]
        found = queries.at_bench_with_code(serial=serial)
        if len(found) != 1:
            why = "More than one supplier uses" if found else "No pack at the bench has"
            messages.error(request, f"{why} the serial {serial or '(blank)'}. Nothing was changed.")
            return redirect("tester_file", file.pk)
        pack_id = str(found[0].pk)
    # A number longer than any key of ours is none of them.
    key = int(pack_id[:18])
    return _do(
        request,
        file,
        lambda **by: tester_files.assign(pack_id=key, **by),
        "The pack is noted; derived again.",
    )


@require_POST
@requires(Capability.RECORD_TESTS)
def tester_file_answer(request: HttpRequest, tester_file_id: int) -> HttpResponse:
    file = file_or_404(request, tester_file_id)
    key, value = request.POST.get("key", ""), request.POST.get("value", "")
    reason = request.POST.get("reason", "")
    done = f"{label_of(key, value) or 'As in the file'}: noted; derived again."
    return _do(
        request, file, lambda **by: tester_files.answer(answers={key: value}, reason=reason, **by), done
    )


@require_POST
@requires(Capability.RECORD_TESTS)
def tester_file_place(request: HttpRequest, tester_file_id: int) -> HttpResponse:
    file = file_or_404(request, tester_file_id)
    form = place_form(file, request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a channel and a procedure from the lists. Nothing was changed.")
        return redirect("tester_file", file.pk)
    return _do(request, file, lambda **by: tester_files.place(**form.cleaned_data, **by), "Noted.")


@require_POST
@requires(Capability.RECORD_TESTS)
def tester_file_again(request: HttpRequest, tester_file_id: int) -> HttpResponse:
    file = file_or_404(request, tester_file_id)
    return _do(request, file, tester_files.read_again, "It is read again.")


@require_POST
@requires(Capability.RECORD_TESTS)
def tester_file_aside(request: HttpRequest, tester_file_id: int) -> HttpResponse:
    file = file_or_404(request, tester_file_id)
    reason = request.POST.get("reason", "")
    return _do(request, file, lambda **by: tester_files.set_aside(reason=reason, **by), "It is set aside.")


@require_POST
@requires(Capability.RECORD_TESTS)
def tester_file_back(request: HttpRequest, tester_file_id: int) -> HttpResponse:
    file = file_or_404(request, tester_file_id)
    return _do(request, file, tester_files.take_back, "It is back, and read again.")


@require_POST
@requires(Capability.RECORD_TESTS)
def tester_file_record(request: HttpRequest, tester_file_id: int, test_index: int) -> HttpResponse:
    """Record what one test gives, after a person has confirmed the rest."""
    file = file_or_404(request, tester_file_id)
    tests = {test.derivation.test_index: test for test in queries.tests_of(file=file)}
    if file.pack is None or test_index not in tests or not tests[test_index].gives_result:
        messages.error(request, "There is nothing to record yet. Nothing was recorded.")
        return redirect("tester_file", file.pk)
    form = record_form(request, file, tests[test_index], request.POST)
    if form.is_valid():
        try:
            results = tester_files.record_results(
                tester_file_id=file.pk,
                test_index=test_index,
                head=form.head(),
                capacity=form.capacity(),
                resistance=form.resistance(),
                version=_version(request),
                actor=actor_of(request),
                at=timezone.now(),
            )
        except RuleViolation as refused:
            apply_rule_violation(form, _by_field(refused))
        else:
            many = f"{len(results)} results" if len(results) > 1 else "1 result"
            messages.success(request, f"{many} of {file.pack.serial} recorded.")
            return redirect("tester_file", file.pk)
    return render(
        request, "grading/tester_files/detail.html", page_context(request, file, filled={test_index: form})
    )


def _by_field(refused: RuleViolation) -> RuleViolation:
    """Name the fields as the form does: the results are a set, whose rows the form shows as one."""
    fields = {name.rsplit(".", 1)[-1]: text for name, text in refused.fields.items()}
    if "reference_source" in fields:
        fields["reference"] = fields.pop("reference_source")
    if "procedure_id" in fields:
        text = fields.pop("procedure_id")
        fields |= {"capacity_procedure_id": text, "resistance_procedure_id": text}
    refused.fields = fields
    return refused


def _do(request: HttpRequest, file: TesterFile, act: Callable[..., Any], done: str) -> HttpResponse:
    by = {
        "tester_file_id": file.pk,
        "version": _version(request),
        "actor": actor_of(request),
        "at": timezone.now(),
    }
    attempt(request, lambda: act(**by), done)
    return redirect("tester_file", file.pk)


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text[:9]) if text.isdecimal() else None
