"""The strip of grades that a file or a batch may expect."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from grading.queries.expected import Expectation, expected_of_batch, expected_of_manifest
from intake.queries.batches import batches_for
from intake.queries.manifests import manifests_for
from rebattery.accounts.guards import person_of, requires
from rebattery.accounts.roles import Capability


@requires(Capability.VIEW_BATCHES)
def expected_grades(request: HttpRequest, manifest_id: int) -> HttpResponse:
    manifest = get_object_or_404(manifests_for(viewer=person_of(request)), pk=manifest_id)
    found = expected_of_manifest(manifest=manifest, at=timezone.now())
    return _answer(request, found, str(manifest), reverse("manifest", args=[manifest.pk]))


@requires(Capability.VIEW_BATCHES)
def expected_grades_of_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    batch = get_object_or_404(batches_for(viewer=person_of(request)), pk=batch_id)
    found = expected_of_batch(batch=batch, at=timezone.now())
    return _answer(request, found, str(batch), reverse("batch", args=[batch.pk]))


def _answer(request: HttpRequest, found: Expectation, name: str, back_url: str) -> HttpResponse:
    """Return the strip for a page that loads it, or a page of its own for everybody else."""
    template = "_strip" if "HX-Request" in request.headers else "page"
    context = {"expected": found, "name": name, "back_url": back_url}
    return render(request, f"grading/expected/{template}.html", context)
