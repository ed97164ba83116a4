"""A corrected file for a batch: sending it, and the difference that it would make."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from intake.models import Batch, Intent, Manifest, ManifestState
from intake.queries.batches import batches_for
from intake.queries.differences import Kind, difference_of
from intake.queries.manifests import manifests_for
from intake.services import manifests
from intake.web.forms import TABLES
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.roles import Capability
from rebattery.errors import RuleViolation
from rebattery.ui.forms import apply_rule_violation
from rebattery.ui.templatetags.words import day

_LISTS = (
    (Kind.CHANGED, "Changed", "what is declared of these packs is replaced"),
    (Kind.ADDED, "Added", "announced in this batch"),
    (Kind.WITHDRAWN, "No longer listed", "withdrawn: we do not expect them any more"),
    (Kind.HERE_DIFFERS, "Already here, listed with other values", "not touched, for your information"),
    (Kind.HERE_UNLISTED, "Already here, no longer listed", "not touched, for your information"),
)


class CorrectedForm(forms.Form):
    """One file that takes the place of a batch's file."""

    file = forms.FileField(
        label="Corrected file",
        help_text="The whole file, with every pack that is still to come.",
        widget=forms.FileInput(attrs={"accept": TABLES}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.UPLOAD_MANIFEST)
def batch_corrected(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = get_object_or_404(batches_for(viewer=person_of(request)), pk=batch_id)
    form = CorrectedForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            manifest = manifests.accept(
                supplier=batch.supplier,
                file_name=upload.name,
                content=upload.file,
                actor=actor_of(request),
                at=timezone.now(),
                intent=Intent.CHECK,
                replaces=batch,
            )
        except RuleViolation as refused:
            apply_rule_violation(form, refused)
        else:
            if manifest.state != ManifestState.QUEUED or manifest.replaces_id != batch.pk:
                messages.info(request, _sent_before(manifest, batch))
            return redirect("manifest", manifest.pk)
    return render(request, "intake/batches/corrected.html", {"batch": batch, "form": form})


def _sent_before(manifest: Manifest, batch: Batch) -> str:
    """Say what became of a file that was sent before, and how to send it as a correction all the same."""
    settled = manifest.state == ManifestState.IMPORTED and manifest.finished_at
    if not settled:
        return "You sent this very file before. Here it waits: nothing else was sent."
    done = f"was applied to batch {batch.number} on {day(settled)}"
    if manifest.replaces_id != batch.pk:
        done = (
            f"made batch {batch.number} on {day(settled)}"
            if manifest.pk == batch.manifest_id
            else f"is in use since {day(settled)}"
        )
    return (
        f"This very file {done}. Change something in it to send it as a new correction; nothing was compared."
    )


@require_safe
@requires(Capability.UPLOAD_MANIFEST)
def manifest_difference(request: HttpRequest, manifest_id: int) -> HttpResponse:
    viewer = person_of(request)
    shown = get_object_or_404(manifests_for(viewer=viewer), pk=manifest_id)
    batch = batches_for(viewer=viewer).filter(corrected_by=shown).first()
    if shown.state != ManifestState.DRAFT or batch is None:
        messages.info(request, "This file has no difference to show: it is no corrected file that waits.")
        return redirect("manifest", shown.pk)
    difference = difference_of(manifest=shown)
    wrong = shown.summary.get("refused", 0) + len(shown.summary.get("questions", ()))
    context = {
        "manifest": shown,
        "batch": batch,
        "difference": difference,
        "counts": {kind.value: count for kind, count in difference.counts.items()},
        "lists": [
            (kind.value, title, hint, difference.counts[kind], difference.packs[kind])
            for kind, title, hint in _LISTS
            if difference.counts[kind]
        ],
        "wrong": wrong,
        "is_over": batch.is_over,
        "may_apply": not wrong and not batch.is_over,
    }
    return render(request, "intake/manifests/difference.html", context)
