"""Disputes: the list, one dispute, opening and answering it, and its files."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grading.models import Dispute
from grading.queries.decisions import decision_told
from grading.queries.disputes import (
    answered_before,
    dispute_files_for,
    disputes_for,
    disputes_of,
    obstacle_to_answer,
    obstacle_to_dispute,
)
from grading.queries.dossiers import pack_for
from grading.queries.packs import packs_for
from grading.services.disputes import answer_dispute, open_dispute
from grading.web.dispute_forms import AnswerDisputeForm, DisputeForm
from intake.services import files
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.downloads import locked
from rebattery.ui.exports import list_export
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.listing import Column, Filter, list_page, where

COLUMNS = (
    Column(key="serial", label="Pack", value=lambda row: row.pack.serial, is_code=True),
    Column(key="grade", label="Result", value=lambda row: f"{row.decision.grade} ({row.decision.policy})"),
    Column(key="comment", label="What is wrong", value=lambda row: row.comment),
    Column(key="state", label="State", value=lambda row: row.get_state_display()),
    Column(key="opened", label="Opened", value=lambda row: row.opened_at, sort="id"),
    Column(key="answered", label="Answered", value=lambda row: row.answered_at),
    Column(key="answer", label="Answer", value=lambda row: row.answer),
)
SUPPLIER = Column(key="supplier", label="Supplier", value=lambda row: row.pack.supplier.code)
FILTERS = (
    Filter(key="state", label="State", apply=where("state"), choices=Dispute.State.choices),
    Filter(key="q", label="Serial", apply=where("pack__serial__icontains")),
)
FOR_STAFF = (Filter(key="supplier", label="Supplier code", apply=where("pack__supplier__code__iexact")),)


@requires(Capability.VIEW_PACKS)
def disputes(request: HttpRequest) -> HttpResponseBase:
    viewer = person_of(request)
    rows, columns = disputes_for(viewer=viewer), _columns(viewer)
    filters = FILTERS if viewer.is_supplier else (*FILTERS, *FOR_STAFF)
    if "export" in request.GET:
        return list_export(rows, name="disputes", columns=columns, filters=filters, params=request.GET)
    # The page shows the answer where the dispute is read.
    shown = [column for column in columns if column.key != "answer"]
    page = list_page(rows, columns=shown, filters=filters, params=request.GET)
    return render(request, "grading/disputes/list.html", {"page": page, "is_supplier": viewer.is_supplier})


def _columns(viewer: User) -> Sequence[Column]:
    return COLUMNS if viewer.is_supplier else (COLUMNS[0], SUPPLIER, *COLUMNS[1:])


@requires(Capability.VIEW_PACKS)
def dispute(request: HttpRequest, dispute_id: int) -> HttpResponse:
    found = get_object_or_404(disputes_for(viewer=person_of(request)), pk=dispute_id)
    return _page(request, found, AnswerDisputeForm())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.DISPUTE_RESULTS)
def dispute_open(request: HttpRequest, pack_id: int) -> HttpResponse:
    viewer = person_of(request)
    pack = get_object_or_404(packs_for(viewer=viewer), pk=pack_id)
    earlier = disputes_of(pack_id=pack.pk)
    decision = decision_told(pack_id=pack.pk, viewer=viewer)
    is_sent = request.method == "POST"
    seen = {"decision_id": decision.pk if decision else None}
    form = DisputeForm(request.POST, request.FILES) if is_sent else DisputeForm(initial=seen)
    if is_sent and form.is_valid():
        values = form.cleaned_data
        try:
            made = open_dispute(
                pack_id=pack.pk,
                decision_id=values["decision_id"],
                comment=values["comment"],
                uploads=form.uploads(),
                actor=actor_of(request),
                at=timezone.now(),
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            messages.success(request, f"You disputed the result of pack {pack.serial}. A reviewer answers.")
            return redirect("dispute", made.pk)
    context = {
        "pack": pack,
        "decision": decision,
        "form": form,
        "before": answered_before(decision=decision, disputes=earlier),
        "obstacle": obstacle_to_dispute(pack=pack, decision=decision, disputes=earlier, at=timezone.now()),
    }
    return render(request, "grading/disputes/open.html", context)


@require_POST
@requires(Capability.DECIDE_REVIEWS)
def dispute_answer(request: HttpRequest, dispute_id: int) -> HttpResponse:
    found = get_object_or_404(disputes_for(viewer=person_of(request)), pk=dispute_id)
    form = AnswerDisputeForm(request.POST)
    if form.is_valid():
        try:
            answered = answer_dispute(
                dispute_id=found.pk, **form.values, actor=actor_of(request), at=timezone.now()
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
            found.refresh_from_db()
        else:
            messages.success(request, _said(answered))
            return redirect("dispute", found.pk)
    return _page(request, found, form)


@require_safe
@requires(Capability.VIEW_PACKS)
def dispute_file(request: HttpRequest, dispute_file_id: int) -> FileResponse:
    found = get_object_or_404(dispute_files_for(viewer=person_of(request)), pk=dispute_file_id)
    response = FileResponse(
        files.path_of(found.shown).open("rb"),
        as_attachment=True,
        filename=found.file_name,
        content_type=found.shown.media_type,
    )
    return locked(response)


def _said(answered: Dispute) -> str:
    serial = answered.pack.serial
    if answered.state == Dispute.State.REJECTED:
        return f"The dispute about pack {serial} is rejected; its result stands."
    return f"The dispute about pack {serial} is upheld: {answered.remedy_words}."


def _page(request: HttpRequest, found: Dispute, form: AnswerDisputeForm) -> HttpResponse:
    viewer = person_of(request)
    context = {
        "dispute": found,
        "pack": pack_for(viewer=viewer).get(pk=found.pack_id),
        "files": found.files.select_related("original"),
        "form": form,
        "may_answer": viewer.may(Capability.DECIDE_REVIEWS),
        "obstacle": obstacle_to_answer(dispute=found, viewer=viewer),
        "remedy": found.remedy_words,
        "is_internal": viewer.may(Capability.VIEW_INTERNAL),
    }
    return render(request, "grading/disputes/detail.html", context)
