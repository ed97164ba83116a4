"""Try a policy on the measured population, keep what came of it, and look at it again."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from grading.domain.columnar.comparing import Comparison
from grading.domain.columnar.limits import NotColumnar
from grading.domain.columnar.thresholds import thresholds_of, with_thresholds
from grading.domain.policy import Policy, PolicyInvalid, parse_policy
from grading.queries.policies import compiled, in_force_or_none, policies
from grading.queries.population import Taken, taken
from grading.queries.what_if import moves_of, name_of, reports, try_policy
from grading.services.what_if.reporting import MOST_MOVES, make_report
from grading.web.documents import hashed_file
from grading.web.what_if_forms import TrialForm, UploadForm, sliders, thresholds_in
from grading.web.what_if_lists import COLUMNS, FILTERS
from grading.web.what_if_numbers import shown
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.jobs import Job, send
from rebattery.naming import counted
from rebattery.ui.exports import list_export
from rebattery.ui.forms import faults_in_words
from rebattery.ui.listing import list_page


@requires(Capability.VIEW_POLICIES)
def what_if(request: HttpRequest) -> HttpResponse:
    found = taken()
    context: dict[str, Any]
    may_keep = person_of(request).may(Capability.MANAGE_POLICIES)
    if found is None or not policies().exists():
        context = {"has_policy": policies().exists(), "may_keep": may_keep}
        return render(request, "grading/what_if/empty.html", context)
    form = _form(request.GET, found)
    context = {"form": form, "taken": found, "megabytes": found.byte_count / 1e6, "may_keep": may_keep}
    context["choice"] = _choice(request.GET)
    if form.is_valid():
        context |= _trial(form, request.GET, found)
    if request.headers.get("HX-Request"):
        answer = render(request, "grading/what_if/_answer.html", context)
        if "asked" in context:  # what is compared stands in the address, so that it outlives a reload
            answer["HX-Replace-Url"] = f"{reverse('what_if')}?{urlencode(context['asked'])}"
        return answer
    context |= {"reports": reports()[:20], "upload": UploadForm()}
    return render(request, "grading/what_if/page.html", context)


def _choice(data: QueryDict) -> list[tuple[str, str]]:
    """Return what is chosen, for a form that leads back to the same choice."""
    return [(key, str(value)) for key, value in data.items() if value and key != "csrfmiddlewaretoken"]


def _form(data: QueryDict, found: Taken) -> TrialForm:
    """Fill what the address leaves out: the newest policy against the one in force, on all packs."""
    newest = policies().first()
    live = in_force_or_none(at=timezone.now()) or newest
    start = {"candidate": f"v{newest.pk if newest else ''}", "against": str(live.pk if live else "")}
    given = {key: data[key] for key in TrialForm.base_fields if data.get(key)}
    return TrialForm(start | given, taken=found)


def _trial(form: TrialForm, data: QueryDict, found: Taken) -> dict[str, Any]:
    """Judge the packs by both policies; a document with faults tells them instead."""
    document, old = form.document, form.cleaned_data["against"]
    try:
        start = parse_policy(document)
        values = thresholds_in(document, data)
        context: dict[str, Any] = {"sliders": sliders(document, values)}
        name = _name(form, start, context["sliders"])
        policy = parse_policy(with_thresholds(document, values))
        trial = try_policy(taken=found, new=policy, old=compiled(old), scope=form.scope)
    except PolicyInvalid as refusal:
        known = sliders(document, thresholds_in(document, data)) if _is_whole(document) else []
        return {"faults": refusal.faults, "sliders": known}
    except (NotColumnar, ValueError) as refusal:
        return {"faults": [str(refusal)], "sliders": []}
    told: dict[str, Any] = {"old": str(old), "new": name}
    told["documents"] = (old.document, policy.document)
    moved = [(item["item"].key, item["value"]) for item in context["sliders"] if item["is_moved"]]
    asked = [*((key, form.data[key]) for key in form.fields if form.data.get(key)), *moved]
    return context | {"shown": shown(trial.comparison, **told), "asked": asked}


def _is_whole(document: dict[str, Any]) -> bool:
    try:
        thresholds_of(document)
    except (KeyError, TypeError, ArithmeticError):
        return False
    return True


def _name(form: TrialForm, start: Policy, found: list[dict[str, Any]]) -> str:
    """Name what is tried, by what is chosen and how many of its thresholds are moved."""
    name = name_of(form.cleaned_data["candidate"], start)
    moved = sum(item["is_moved"] for item in found)
    return f"{name} with {counted(moved, 'threshold')} moved" if moved else name


@requires(Capability.MANAGE_POLICIES)
@require_POST
def what_if_keep(request: HttpRequest) -> HttpResponse:
    found = taken()
    if found is None:
        messages.error(request, "No snapshot of the population has been taken yet.")
        return redirect("what_if")
    form = _form(request.POST, found)
    upload = UploadForm(request.POST, request.FILES) if request.FILES else None
    if not form.is_valid() or (upload and not upload.is_valid()):
        messages.error(request, faults_in_words(upload if upload and upload.errors else form))
        return redirect("what_if")
    try:
        document, name = _tried(form, upload, request.POST)
        report = make_report(
            document=document,
            name=name,
            against=form.cleaned_data["against"],
            scope=form.scope,
            taken=found,
            actor=actor_of(request),
            at=timezone.now(),
        )
    except PolicyInvalid as refusal:
        messages.error(request, refusal.message)
        return redirect("what_if")
    messages.success(request, f"Report {report.pk} kept: {report.title}")
    return redirect("what_if_report", report_id=report.pk)


def _tried(form: TrialForm, upload: UploadForm | None, data: QueryDict) -> tuple[dict[str, Any], str]:
    """Return the document that is tried, and its name; a file goes by its own."""
    if upload:
        return upload.cleaned_data["file"], ""
    document = form.document
    start, values = parse_policy(document), thresholds_in(document, data)
    return with_thresholds(document, values), _name(form, start, sliders(document, values))


@requires(Capability.MANAGE_POLICIES)
@require_POST
def what_if_snapshot(request: HttpRequest) -> HttpResponse:
    if send(Job.TAKE_POPULATION):
        messages.success(request, "A new snapshot is being taken; it is there in a moment.")
    else:
        messages.error(request, "The job could not be sent. A snapshot is taken every half hour anyway.")
    choice = urlencode(_choice(request.POST))
    return redirect(reverse("what_if") + (f"?{choice}" if choice else ""))


@requires(Capability.VIEW_POLICIES)
@require_GET
def what_if_report_file(request: HttpRequest, report_id: int) -> HttpResponse:
    report = get_object_or_404(reports(), pk=report_id)
    name = f"what-if-{report.pk}-{report.sha256[:12]}"
    return hashed_file(name=name, value=report.says)


@requires(Capability.VIEW_POLICIES)
def what_if_report(request: HttpRequest, report_id: int) -> HttpResponseBase:
    report = get_object_or_404(reports(), pk=report_id)
    moves = moves_of(report)
    if "export" in request.GET:
        name = f"what-if-{report.pk}"
        return list_export(moves, name=name, columns=COLUMNS, filters=FILTERS, params=request.GET)
    comparison = Comparison.from_json(report.numbers)
    new = report.title.removesuffix(f" against {report.against}")
    here = reverse("what_if_report", args=[report.pk])
    context = {
        "report": report,
        "shown": shown(
            comparison,
            old=str(report.against),
            new=new,
            documents=(report.against.document, report.document),
            moves_url=here,
        ),
        "may_regrade": person_of(request).may(Capability.DECIDE_REVIEWS),
        "page": list_page(moves, columns=COLUMNS, filters=FILTERS, params=request.GET),
        "scope": [
            (field.label, report.scope[name])
            for name, field in TrialForm.base_fields.items()
            if name in report.scope
        ],
        "is_cut": comparison.moved > report.moves_kept,
        "most": MOST_MOVES,
        "cited_by": policies().filter(cited_report=report.sha256),
    }
    return render(request, "grading/what_if/report.html", context)
