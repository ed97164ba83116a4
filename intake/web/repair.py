"""The stages of a draft on its one page: columns, check, announce; and what people do there."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from intake.models import Intent, Manifest, ManifestState
from intake.queries.corrections import corrections_of, steps_of
from intake.queries.draft_rows import numbers_with
from intake.queries.manifests import manifests_for
from intake.services import manifests
from intake.web.attempts import attempt
from intake.web.repair_answers import answers_from, reading_now
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.ui.forms import faults_in_words

KEPT = ("stage", "show", "rule", "column", "start", "before")
"""What the address of the page may say: stage, filters, and where the page of rows begins."""


def page_url(manifest_id: int, asked: Mapping[str, str], **changed: object) -> str:
    """Return the address of the page with what was asked before, changed."""
    query = QueryDict(mutable=True)
    kept = {name: asked[name] for name in KEPT if asked.get(name)} | changed
    query.update({name: str(value) for name, value in kept.items() if value})
    address = reverse("manifest", args=[manifest_id])
    return f"{address}?{query.urlencode()}" if query else address


def back_to(request: HttpRequest, manifest_id: int) -> HttpResponse:
    """Lead back to the page as it was when the form was sent."""
    return redirect(page_url(manifest_id, QueryDict(request.POST.get("back", "")).dict()))


def draft_of(request: HttpRequest, manifest_id: int) -> Manifest:
    """Return the manifest if the person may see it."""
    return get_object_or_404(manifests_for(viewer=person_of(request)), pk=manifest_id)


def left_out(count: int) -> str:
    """Say how many rows are left out."""
    return "1 row is left out." if count == 1 else f"{count} rows are left out."


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def manifest_answer(request: HttpRequest, manifest_id: int) -> HttpResponse:
    """Take answers about the file; they are read by a worker, which the page then waits for."""
    shown = draft_of(request, manifest_id)
    now = reading_now(shown, corrections_of(manifest=shown).answers)
    answers = answers_from(request.POST.dict(), now=now)
    if not answers:
        return redirect(page_url(shown.pk, {"stage": "check"}))
    actor, at = actor_of(request), timezone.now()
    attempt(request, lambda: manifests.answer(manifest_id=shown.pk, answers=answers, actor=actor, at=at), "")
    return redirect("manifest", shown.pk)


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def manifest_leave_out(request: HttpRequest, manifest_id: int) -> HttpResponse:
    """Leave all rows with one problem out."""
    shown = draft_of(request, manifest_id)
    rule, column = request.POST.get("rule", ""), request.POST.get("column", "")
    rows = numbers_with(manifest=shown, rule=rule, column=column) if rule else []
    actor, at = actor_of(request), timezone.now()
    if rows:
        attempt(
            request,
            lambda: manifests.drop_rows(manifest_id=shown.pk, rows=rows, actor=actor, at=at),
            left_out(len(rows)),
        )
    return redirect(page_url(shown.pk, {"stage": "check"}))


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def manifest_undo(request: HttpRequest, manifest_id: int) -> HttpResponse:
    shown = draft_of(request, manifest_id)
    actor, at = actor_of(request), timezone.now()
    label = next((step.label for step in reversed(steps_of(manifest=shown))), "")
    attempt(
        request,
        lambda: manifests.undo(manifest_id=shown.pk, actor=actor, at=at),
        f"Taken back: {label}." if label else "",
    )
    return back_to(request, shown.pk)


class AnnounceForm(forms.Form):
    """How much of a draft to announce, and when it is expected."""

    intent = forms.ChoiceField(
        choices=[
            (Intent.ANNOUNCE_VALID, Intent.ANNOUNCE_VALID.label),
            (Intent.ANNOUNCE_ALL, Intent.ANNOUNCE_ALL.label),
        ]
    )
    expected_on = forms.DateField(required=False, label="Expected arrival")
    difference = forms.CharField(required=False, max_length=64)


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def manifest_announce(request: HttpRequest, manifest_id: int) -> HttpResponse:
    shown = draft_of(request, manifest_id)
    form = AnnounceForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"{faults_in_words(form)} Nothing was announced.")
        return back_to(request, shown.pk)
    actor, at = actor_of(request), timezone.now()
    intent = Intent(form.cleaned_data["intent"])
    is_taken = attempt(
        request,
        lambda: manifests.submit(
            manifest_id=shown.pk,
            intent=intent,
            expected_on=form.cleaned_data["expected_on"],
            difference=form.cleaned_data["difference"],
            actor=actor,
            at=at,
        ),
        "",
    )
    if shown.replaces_id and not is_taken:
        return redirect("manifest_difference", shown.pk)
    return redirect("manifest", shown.pk)


@require_POST
@requires(Capability.UPLOAD_MANIFEST)
def manifest_discard(request: HttpRequest, manifest_id: int) -> HttpResponse:
    shown = draft_of(request, manifest_id)
    actor, at = actor_of(request), timezone.now()
    word = "draft" if is_editable(shown) else "file"
    is_done = attempt(
        request,
        lambda: manifests.discard(manifest_id=shown.pk, actor=actor, at=at),
        f"The {word} {shown.file_name} is discarded.",
    )
    return redirect("batches") if is_done else redirect("manifest", shown.pk)


def is_editable(manifest: Manifest) -> bool:
    """Tell whether the rows of a manifest can be mended now."""
    return manifest.state == ManifestState.DRAFT
