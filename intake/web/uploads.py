"""Sending files: one or several at once, each its own manifest, and the list of what was sent lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, cast

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake.domain.manifest.workbooks.template import columns_explained
from intake.models import Intent, Manifest, ManifestState, Supplier
from intake.queries.manifests import manifests_for, progress_of
from intake.services import manifests
from intake.web.forms import UploadForm, UploadForSupplierForm
from intake.web.next_steps import next_step
from rebattery.accounts.guards import actor_of, person_of, requires
from rebattery.accounts.models import User
from rebattery.accounts.roles import Capability
from rebattery.actor import Actor
from rebattery.errors import RuleViolation
from rebattery.ui.forms import apply_rule_violation, faults_in_words
from rebattery.ui.templatetags.words import poll_interval

LATEST = 10
_REPEATED = {
    ManifestState.QUEUED: "You sent this very file before; it is being read.",
    ManifestState.IMPORTED: "You sent this very file before; it is a batch already.",
    ManifestState.DRAFT: "You sent this very file before; here is its draft as you left it.",
}
_REPEATED_ELSE = "You sent this very file before. This is what became of it."
_BY_SCRIPT = "X-Upload"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of one file that was sent."""

    name: str
    manifest: Manifest | None = None
    refused: RuleViolation | None = None
    is_repeat: bool = False

    @property
    def said(self) -> str:
        if self.refused or self.manifest is None:
            return self.refused.message if self.refused else ""
        return _REPEATED.get(ManifestState(self.manifest.state), _REPEATED_ELSE) if self.is_repeat else ""


@requires(Capability.UPLOAD_MANIFEST)
def batch_upload(request: HttpRequest) -> HttpResponse:
    viewer = person_of(request)
    form_class = UploadForm if viewer.is_supplier else UploadForSupplierForm
    form = form_class(request.POST or None, request.FILES or None)
    if form.is_valid():
        # A supplier's own comes from the session; only staff, who have none, may choose.
        supplier = viewer.supplier or form.cleaned_data["supplier"]
        files, at = form.cleaned_data["file"], timezone.now()
        taken = [_take(file, supplier, actor_of(request), at) for file in files]
        if _BY_SCRIPT in request.headers:
            return _answer_script(request, taken[0])
        if len(taken) > 1:
            return _answer_several(request, taken)
        if taken[0].manifest:
            _say(request, taken[0])
            return redirect("manifest", taken[0].manifest.pk)
        apply_rule_violation(form, taken[0].refused or RuleViolation())
    elif _BY_SCRIPT in request.headers:
        return JsonResponse({"text": faults_in_words(form)}, status=422)
    context = {
        "form": form,
        "fields": columns_explained(),
        "limit_mb": settings.UPLOAD_LIMIT_BYTES // 1024**2,
        **_latest(viewer),
    }
    return render(request, "intake/uploads/upload.html", context)


@require_safe
@requires(Capability.UPLOAD_MANIFEST)
def upload_list(request: HttpRequest) -> HttpResponse:
    """Answer with the list of files alone, as it asks for itself while one is being read."""
    return render(request, "intake/uploads/_files.html", _latest(person_of(request)))


def _take(file: UploadedFile, supplier: Supplier, actor: Actor, at: datetime) -> Taken:
    name = file.name or ""
    try:
        manifest = manifests.accept(
            supplier=supplier,
            file_name=name,
            content=cast(BinaryIO, file.file),
            actor=actor,
            at=at,
            intent=Intent.CHECK,
        )
    except RuleViolation as refused:
        return Taken(name=name, refused=refused)
    return Taken(name=name, manifest=manifest, is_repeat=manifest.received_at < at)


def _answer_script(request: HttpRequest, taken: Taken) -> HttpResponse:
    if taken.manifest is None:
        return JsonResponse({"text": taken.said}, status=422)
    if request.headers[_BY_SCRIPT] == "one":  # the page goes on to the file's own, where this is read
        _say(request, taken)
    return JsonResponse({"text": taken.said, "url": reverse("manifest", args=[taken.manifest.pk])})


def _answer_several(request: HttpRequest, taken: Sequence[Taken]) -> HttpResponse:
    for each in taken:
        _say(request, each, name=f"{each.name}: ")
    if count := sum(each.manifest is not None and not each.is_repeat for each in taken):
        messages.success(request, f"{count} files are being read." if count > 1 else "1 file is being read.")
    return redirect("batch_upload")


def _say(request: HttpRequest, taken: Taken, name: str = "") -> None:
    if taken.said:
        (messages.error if taken.refused else messages.info)(request, f"{name}{taken.said}")


def _latest(viewer: User) -> dict[str, object]:
    now = timezone.now()
    found = manifests_for(viewer=viewer).select_related("batch").order_by("-pk")[:LATEST]
    files = [(manifest, progress_of(manifest=manifest, at=now), next_step(manifest)) for manifest in found]
    waiting = [progress.running_for_s for _, progress, _ in files if progress.is_waiting]
    return {"files": files, "every": poll_interval(min(waiting)) if waiting else ""}
